//! Attachments: every part that is not the body becomes a file with a harmless name.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;

use crate::body::Body;
use crate::letter::Attachment;
use crate::mime::{self, Part};

/// Files beyond this many are not listed; the original mail holds them.
const MAX_FILES: usize = 1_000;
/// File systems take names of 255 bytes.
const MAX_NAME: usize = 200;

/// The attachments of a mail, in order.
pub fn attachments(parts: &[Part<'_>], body: &Body) -> Vec<Attachment> {
    let shown = body.html.as_deref().map(referred_to).unwrap_or_default();
    let used: HashSet<usize> = body.used.iter().copied().collect();
    parts
        .iter()
        .enumerate()
        .filter(|(index, part)| !part.container && !used.contains(index))
        .take(MAX_FILES)
        .filter_map(|(_, part)| attachment(part, &shown))
        .collect()
}

fn attachment(part: &Part<'_>, shown: &HashSet<String>) -> Option<Attachment> {
    let content = part.decoded().into_owned();
    if content.is_empty() && part.name.is_none() {
        return None;
    }
    let content_id = part
        .fields
        .text("content-id")
        .map(|id| id.trim().trim_start_matches('<').trim_end_matches('>').trim().to_owned())
        .filter(|id| !id.is_empty());
    let inline = content_id.as_ref().is_some_and(|id| shown.contains(id));
    let name = match part.name.as_deref().map(safe_name).filter(|name| !name.is_empty()) {
        Some(name) => with_eml_extension(name, &part.mime),
        None => default_name(&part.mime, &content),
    };
    let content_type = if part.fields.raw("content-type").is_some() || part.mime.starts_with("message/") {
        part.mime.clone()
    } else {
        "application/octet-stream".to_owned()
    };
    let turned = part.name.as_deref().is_some_and(turns);
    Some(Attachment { name, content_type, content_id, inline, turned, content })
}

/// Content-IDs the HTML refers to.
fn referred_to(html: &str) -> HashSet<String> {
    let mut ids = HashSet::new();
    let mut rest = html;
    while let Some(at) = rest.find(':') {
        let (before, after) = rest.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let bytes = before.as_bytes();
        if bytes.len() >= 3
            && bytes.get(bytes.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case(b"cid"))
        {
            let end = after
                .find(|c: char| matches!(c, '"' | '\'' | '>' | '<' | ')') || c.is_whitespace())
                .unwrap_or(after.len());
            let id = after.get(..end).unwrap_or_default();
            if id.len() <= 1_000 {
                let id = id.replace("&amp;", "&");
                ids.insert(percent_decode_str(&id).decode_utf8_lossy().into_owned());
                ids.insert(id);
            }
        }
        rest = after;
    }
    ids
}

/// The last step of a path, without characters that mislead or break.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|step| !step.trim().is_empty()).unwrap_or_default();
    let kept: String = last
        .chars()
        .map(|c| if c.is_control() || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let kept = kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    shortened(kept)
}

/// Whether a name holds marks that turn the letters behind them around.
pub fn turns(name: &str) -> bool {
    name.contains(|c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// Direction marks make `gpj.exe` look like `exe.jpg`.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn shortened(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let extension = name.rsplit_once('.').map(|(_, e)| e).filter(|e| e.len() <= 20).unwrap_or_default();
    let stem = name.get(..name.floor_char_boundary(MAX_NAME - extension.len() - 1)).unwrap_or_default();
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

fn with_eml_extension(name: String, mime: &str) -> String {
    let is_eml = name.to_ascii_lowercase().ends_with(".eml");
    if matches!(mime, "message/rfc822" | "message/global") && !is_eml { format!("{name}.eml") } else { name }
}

/// A name for a part that has none.
fn default_name(mime: &str, content: &[u8]) -> String {
    if matches!(mime, "message/rfc822" | "message/global") {
        let (block, _) = crate::header::split(content);
        let subject = crate::header::Fields::parse(block).text("subject").unwrap_or_default();
        // A subject is no path: its slashes are no separators.
        let name = safe_name(&subject.replace(['/', '\\'], "_"));
        return if name.is_empty() { "message.eml".to_owned() } else { shortened(&format!("{name}.eml")) };
    }
    let name = match mime {
        "text/calendar" => "invite.ics",
        "message/delivery-status" | "message/global-delivery-status" => "delivery-status.txt",
        "message/disposition-notification" | "message/global-disposition-notification" => "receipt.txt",
        "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => "headers.txt",
        "text/html" => "attachment.html",
        "text/vcard" | "text/x-vcard" => "contact.vcf",
        "application/pdf" => "attachment.pdf",
        "application/ms-tnef" => "winmail.dat",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "smime.p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "smime.p7m",
        "application/pgp-signature" => "signature.asc",
        "image/jpeg" => "image.jpg",
        "image/svg+xml" => "image.svg",
        _ => "",
    };
    if !name.is_empty() {
        return name.to_owned();
    }
    let subtype: String = mime
        .split_once('/')
        .map(|(_, subtype)| subtype)
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    match mime.split_once('/').map(|(kind, _)| kind) {
        Some("image") if !subtype.is_empty() => format!("image.{subtype}"),
        Some("audio" | "video") if !subtype.is_empty() => format!("attachment.{subtype}"),
        Some("text") => "attachment.txt".to_owned(),
        _ => "attachment.bin".to_owned(),
    }
}

/// The first part of that type, decoded.
pub fn content_of<'p>(
    parts: &'p [Part<'_>],
    is: impl Fn(&str) -> bool,
) -> Option<std::borrow::Cow<'p, [u8]>> {
    parts.iter().find(|part| is(&part.mime)).map(mime::Part::decoded)
}
