//! From a draft's content to MIME, as Exchange writes it: multipart/alternative from HTML bodies, related for inline
//! pictures, mixed for attachments.

use bytes::Bytes;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

use crate::world::message::{Attachment, Content, Message, Party};

/// The MIME of a draft; `bcc` only in the copy that stays with the sender.
pub fn draft(message: &Message, content: &Content, bcc: bool) -> Bytes {
    let mut mail = MessageBuilder::new();
    for (name, parties) in [("To", &content.to), ("Cc", &content.cc), ("Reply-To", &content.reply_to)] {
        if !parties.is_empty() {
            mail = mail.header(name, list(parties));
        }
    }
    if bcc && !content.bcc.is_empty() {
        mail = mail.header("Bcc", list(&content.bcc));
    }
    if let Some(from) = &content.from {
        mail = mail.from(one(from));
    }
    if let Some(sender) = content.sender.as_ref().filter(|s| Some(*s) != content.from.as_ref()) {
        mail = mail.sender(one(sender));
    }
    mail = mail
        .subject(content.subject.as_str())
        .date(Date::new(message.sent.as_second()))
        .header("Message-ID", Raw::new(message.internet_message_id.as_str()));
    for (name, value) in [("In-Reply-To", &content.in_reply_to), ("References", &content.references)] {
        if let Some(value) = value {
            mail = mail.header(name, Raw::new(value.as_str()));
        }
    }
    mail = mail.header("Thread-Topic", mail_builder::headers::text::Text::new(topic(&content.subject)));
    mail = mail.header("Content-Language", Raw::new("en-US"));
    if message.importance != "normal" {
        mail = mail.header("Importance", Raw::new(message.importance.clone()));
    }
    let attached = if message.has_attachments() { "yes" } else { "" };
    mail = mail.header("X-MS-Has-Attach", Raw::new(attached));
    for (name, value) in &content.headers {
        mail = mail.header(name.clone(), Raw::new(value.as_str()));
    }
    mail.body(body(content)).write_to_vec().unwrap_or_default().into()
}

/// A mail by an outside person, or any other that is built from its pieces.
pub fn letter(content: &Content, date: jiff::Timestamp) -> Bytes {
    let mut message = Message::draft(content.clone(), date);
    message.sent = date;
    draft(&message, content, false)
}

fn topic(subject: &str) -> &str {
    let mut rest = subject;
    while let Some((head, tail)) = rest.split_once(':') {
        if head.len() <= 3 && head.chars().all(|c| c.is_ascii_alphabetic()) {
            rest = tail.trim_start();
        } else {
            break;
        }
    }
    rest
}

fn one(party: &Party) -> Address<'_> {
    let name = (!party.name.is_empty() && party.name != party.address).then_some(party.name.as_str());
    Address::new_address(name, party.address.as_str())
}

fn list(parties: &[Party]) -> Address<'_> {
    Address::new_list(parties.iter().map(one).collect())
}

fn body(content: &Content) -> MimePart<'_> {
    let text = |t: String| MimePart::new("text/plain; charset=utf-8", BodyPart::Text(t.into()));
    let mut root = match (&content.html, &content.text) {
        (Some(html), written) => {
            let plain = written.clone().unwrap_or_else(|| super::read::html_to_text(html));
            MimePart::new(
                "multipart/alternative",
                vec![
                    text(plain),
                    MimePart::new("text/html; charset=utf-8", BodyPart::Text(html.as_str().into())),
                ],
            )
        }
        (None, Some(written)) => text(written.clone()),
        (None, None) => text(String::new()),
    };
    let (inline, apart): (Vec<_>, Vec<_>) = content.attachments.iter().partition(|a| a.inline);
    if !inline.is_empty() {
        let mut parts = vec![root];
        parts.extend(inline.into_iter().map(part));
        root = MimePart::new("multipart/related", parts);
    }
    if !apart.is_empty() {
        let mut parts = vec![root];
        parts.extend(apart.into_iter().map(part));
        root = MimePart::new("multipart/mixed", parts);
    }
    root
}

fn part(attachment: &Attachment) -> MimePart<'_> {
    let mut part =
        MimePart::new(attachment.content_type.as_str(), BodyPart::Binary(attachment.data.as_ref().into()));
    part = if attachment.inline { part.inline() } else { part.attachment(attachment.name.as_str()) };
    if let Some(cid) = &attachment.content_id {
        part = part.cid(cid.as_str());
    }
    part
}
