//! From bytes to the properties Graph shows. Never fails; what cannot be read stays empty.

use bytes::Bytes;
use jiff::Timestamp;
use mail_parser::{Address, HeaderValue, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::world::message::{Attachment, Content, Party};

/// Exchange hands out CRLF line ends, whatever came in.
pub fn with_crlf(raw: Bytes) -> Bytes {
    let bare = raw.iter().enumerate().any(|(i, b)| *b == b'\n' && (i == 0 || raw[i - 1] != b'\r'));
    if !bare {
        return raw;
    }
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 40);
    let mut last = 0u8;
    for b in &raw {
        if *b == b'\n' && last != b'\r' {
            out.push(b'\r');
        }
        out.push(*b);
        last = *b;
    }
    out.into()
}

/// Text of an HTML body.
pub fn html_to_text(html: &str) -> String {
    mail_parser::decoders::html::html_to_text(html)
}

/// `low`, `normal` or `high` from the headers.
pub fn importance(content: &Content) -> &'static str {
    let found = content.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("importance"));
    match found.map(|(_, v)| v.to_ascii_lowercase()).as_deref() {
        Some("high") => "high",
        Some("low") => "low",
        _ => "normal",
    }
}

/// Reads a mail.
pub fn content(raw: &[u8]) -> Content {
    let Some(mail) = MessageParser::default().parse(raw) else {
        return Content { class: "IPM.Note".to_owned(), ..Content::default() };
    };
    let headers: Vec<(String, String)> =
        mail.headers_raw().map(|(name, value)| (name.to_owned(), unfold(value))).collect();
    let header =
        |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone());
    let html =
        mail.html_body.iter().filter_map(|i| mail.parts.get(*i as usize)).find_map(|p| match &p.body {
            PartType::Html(h) => Some(h.to_string()),
            _ => None,
        });
    let text =
        mail.text_body.iter().filter_map(|i| mail.parts.get(*i as usize)).find_map(|p| match &p.body {
            PartType::Text(t) => Some(t.to_string()),
            _ => None,
        });
    let attachments = mail
        .attachments
        .iter()
        .filter_map(|i| mail.parts.get(*i as usize))
        .zip(1u32..)
        .map(|(part, number)| attachment(part, number, raw))
        .collect();
    Content {
        subject: mail.subject().unwrap_or_default().to_owned(),
        from: parties(mail.from()).into_iter().next(),
        sender: parties(mail.sender()).into_iter().next(),
        to: parties(mail.to()),
        cc: parties(mail.cc()),
        bcc: parties(mail.bcc()),
        reply_to: parties(mail.reply_to()),
        html,
        text,
        message_id: header("message-id").filter(|v| !v.is_empty()),
        in_reply_to: header("in-reply-to").filter(|v| !v.is_empty()),
        references: header("references").filter(|v| !v.is_empty()),
        class: class(&mail).to_owned(),
        date: mail.date().and_then(|d| Timestamp::from_second(d.to_timestamp()).ok()),
        headers,
        attachments,
    }
}

fn unfold(value: &str) -> String {
    value.trim().replace("\r\n", "").replace('\n', "").replace('\t', " ")
}

fn class(mail: &mail_parser::Message<'_>) -> &'static str {
    let Some(kind) = mail.content_type() else { return "IPM.Note" };
    match (kind.ctype(), kind.subtype().unwrap_or_default()) {
        (t, "report") if t.eq_ignore_ascii_case("multipart") => {
            match kind.attribute("report-type").unwrap_or_default().to_ascii_lowercase().as_str() {
                "disposition-notification" => "REPORT.IPM.Note.IPNRN",
                _ => "REPORT.IPM.Note.NDR",
            }
        }
        (t, "signed") if t.eq_ignore_ascii_case("multipart") => "IPM.Note.SMIME.MultipartSigned",
        (_, "pkcs7-mime" | "x-pkcs7-mime") => "IPM.Note.SMIME",
        _ if auto_reply(mail) => "IPM.Note.Rules.OofTemplate.Microsoft",
        _ => "IPM.Note",
    }
}

fn auto_reply(mail: &mail_parser::Message<'_>) -> bool {
    matches!(mail.header("Auto-Submitted"), Some(HeaderValue::Text(t)) if t.starts_with("auto-replied"))
        && mail.header("X-MS-Exchange-Inbox-Rules-Loop").is_some()
}

fn parties(address: Option<&Address<'_>>) -> Vec<Party> {
    let Some(address) = address else { return Vec::new() };
    address
        .iter()
        .filter_map(|a| {
            let address = a.address().unwrap_or_default().to_owned();
            let name = a.name().unwrap_or_default().to_owned();
            (!address.is_empty() || !name.is_empty())
                .then(|| Party { name: if name.is_empty() { address.clone() } else { name }, address })
        })
        .collect()
}

fn attachment(part: &MessagePart<'_>, number: u32, raw: &[u8]) -> Attachment {
    let item = part.is_message();
    let kind = part.content_type().map_or_else(
        || if item { "message/rfc822".to_owned() } else { "application/octet-stream".to_owned() },
        |c| c.subtype().map_or_else(|| c.ctype().to_owned(), |s| format!("{}/{s}", c.ctype())),
    );
    let nested = part.message();
    let name = part
        .attachment_name()
        .map(str::to_owned)
        .or_else(|| nested.and_then(|m| m.subject()).map(str::to_owned));
    let data = match nested {
        Some(message) => {
            let bytes = message.raw_message();
            if bytes.is_empty() {
                raw.get(part.raw_body_offset() as usize..part.raw_end_offset() as usize).unwrap_or_default()
            } else {
                bytes
            }
        }
        None => part.contents(),
    };
    let content_id = part.content_id().map(|c| c.trim_matches(['<', '>']).to_owned());
    let inline =
        part.content_disposition().map_or(content_id.is_some(), |d| d.is_inline() && content_id.is_some());
    Attachment {
        number,
        name: name.unwrap_or_else(|| format!("attachment-{number}")),
        content_type: kind,
        inline,
        content_id,
        item,
        data: Bytes::copy_from_slice(data),
    }
}
