//! Attachments: every part that is not the body becomes a file with a harmless name.

use std::collections::HashSet;

use crate::body::Body;
use crate::letter::Attachment;
use crate::mime::{self, Part};

/// Files beyond this many are not listed; the original mail holds them.
const MAX_FILES: usize = 1_000;
/// File systems take names of 255 bytes.
const MAX_NAME: usize = 200;

/// The attachments of a mail, in order. Which of them are shown in the HTML is not said yet.
pub fn attachments(parts: &[Part<'_>], body: &Body) -> Vec<Attachment> {
    let used: HashSet<usize> = body.used.iter().copied().collect();
    parts
        .iter()
        .enumerate()
        .filter(|(index, part)| !part.container && !used.contains(index))
        .take(MAX_FILES)
        .filter_map(|(index, part)| attachment(part, body.pictures.known_id(index)))
        .collect()
}

fn attachment(part: &Part<'_>, id: Option<&str>) -> Option<Attachment> {
    if part.mime == "message/external-body" {
        return Some(elsewhere(part));
    }
    let content = part.decoded().into_owned();
    if content.is_empty() && part.name.is_none() {
        return None;
    }
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
    Some(Attachment { name, content_type, content_id: id.map(str::to_owned), inline: false, turned, content })
}

/// A part that only says where its content lies (RFC 2046, 5.2.3). It is never fetched: what it says is the file.
fn elsewhere(part: &Part<'_>) -> Attachment {
    let said = part.fields.text("content-type").unwrap_or_default();
    let mut content = format!("Content-Type: {said}\r\n\r\n").into_bytes();
    content.extend_from_slice(part.body);
    let name = part.name.as_deref().map(safe_name).unwrap_or_default();
    Attachment {
        name: shortened(&if name.is_empty() {
            "external-body.txt".to_owned()
        } else {
            format!("{name}.external.txt")
        }),
        content_type: part.mime.clone(),
        content_id: None,
        inline: false,
        turned: false,
        content,
    }
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
