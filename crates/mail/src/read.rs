//! Raw MIME to [`Letter`].

use jiff::tz::Offset;
use sha2::{Digest, Sha256};

use crate::header::Fields;
use crate::letter::{Attachment, Letter, Protection, Unreadable};
use crate::mime::{self, Part};
use crate::{
    MessageId, announce, auth, body, calendar, charset, file, forward, kind, own_pictures, protection, quote,
    smime, tnef, uu, when,
};

/// Headers kept for people to look at.
const MAX_HEADERS: usize = 500;

/// Reads one mail. Never fails and never panics; the time is linear in the size.
pub fn read(raw: &[u8]) -> Letter {
    // A mail that was saved as a file may begin with a mark of its encoding.
    let lines = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    // Lines may end as on old Macintoshes: then there is not one line feed in the whole mail.
    let old = memchr::memchr(b'\n', lines).is_none() && memchr::memchr(b'\r', lines).is_some();
    let mut letter = if old {
        let lines: Vec<u8> = lines.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
        read_lines(&lines)
    } else {
        read_lines(lines)
    };
    letter.size = raw.len() as u64;
    letter
}

fn read_lines(raw: &[u8]) -> Letter {
    let parts = mime::parts(raw);
    let Some(root) = parts.first().filter(|root| !root.fields.is_empty()) else {
        return without_headers(raw);
    };
    let signed = parts.iter().any(smime::may_be_signed).then(|| smime::opened(raw)).flatten();
    let Some(signed) = signed else { return read_parts(&root.fields, &parts, Vec::new()) };
    let inner = mime::parts(&signed.raw);
    let mut letter = read_parts(&root.fields, &inner, signed.originals);
    letter.protection = letter.protection.or(Some(Protection::SmimeSigned));
    letter
}

/// The letter of a header and the parts below it. `originals`: signed parts that were opened, kept as files.
fn read_parts(fields: &Fields<'_>, parts: &[Part<'_>], originals: Vec<Attachment>) -> Letter {
    let body = body::body(parts);
    let attachments = file::attachments(parts, &body);
    let mut letter = envelope(fields);
    letter.text = body.text;
    letter.html = body.html;
    letter.attachments = attachments;
    letter.attachments.extend(originals);
    let mut text_from_html = body.text_from_html;
    let class = open_winmail(&mut letter, &mut text_from_html);
    take_out_files(&mut letter);
    own_pictures::mark_shown(letter.html.as_deref(), &mut letter.attachments);
    letter.invitation = calendar::invitation(parts, zone_of(fields));
    if letter.text.trim().is_empty() && letter.html.is_none() {
        letter.text = calendar::description(parts).unwrap_or_default();
    }
    letter.protection = protection::protection(parts, &letter.text);
    finish(letter, text_from_html, fields, parts, class.as_deref())
}

/// What the header alone says.
fn envelope(fields: &Fields<'_>) -> Letter {
    Letter {
        message_id: fields.ids("message-id").into_iter().next(),
        in_reply_to: fields.ids("in-reply-to"),
        references: fields.ids("references"),
        from: fields.people("from").into_iter().next(),
        reply_to: fields.people("reply-to").into_iter().next(),
        to: fields.people("to"),
        cc: fields.people("cc"),
        subject: fields.text("subject").unwrap_or_default(),
        date: fields.date("date"),
        own_mark: fields.text("x-postdesk-outbox").filter(|mark| !mark.is_empty()),
        auth: auth::verdict(fields),
        headers: fields.all(MAX_HEADERS),
        ..Letter::blank()
    }
}

/// What Outlook wrapped: the files take the wrapping's place; the words do where the mail has none of its own.
/// Answers which class of message Outlook says it is.
fn open_winmail(letter: &mut Letter, text_from_html: &mut bool) -> Option<String> {
    let is_wrapping = |file: &Attachment| {
        matches!(file.content_type.as_str(), "application/ms-tnef" | "application/vnd.ms-tnef")
            || file.name.eq_ignore_ascii_case("winmail.dat")
    };
    let at = letter.attachments.iter().position(is_wrapping)?;
    let opened = letter.attachments.get(at).and_then(|file| tnef::open(&file.content))?;
    let wrapping: Vec<_> = letter.attachments.splice(at..=at, opened.files).collect();
    if letter.html.is_none() {
        letter.html = opened.html;
    }
    if letter.text.trim().is_empty() {
        let words = opened.text.filter(|text| !text.trim().is_empty());
        *text_from_html = words.is_none();
        letter.text = words.or_else(|| letter.html.as_deref().map(crate::html::to_text)).unwrap_or_default();
    }
    // What broke off on the way stays beside what came out of it, and nothing vanishes without a trace. (A report may be nothing
    // but what it says it is.)
    let is_report = opened.class.as_deref().and_then(kind::of_class).is_some();
    let shows_nothing =
        !is_report && letter.text.trim().is_empty() && letter.html.is_none() && letter.attachments.is_empty();
    if opened.cut || shows_nothing {
        letter.attachments.extend(wrapping);
    }
    opened.class
}

/// Files that were written into the text itself.
fn take_out_files(letter: &mut Letter) {
    if letter.html.is_none()
        && let Some((text, files)) = uu::take_out(&letter.text)
    {
        letter.text = text;
        letter.attachments.extend(files);
    }
}

/// Whether a mail answers another.
pub fn answers(letter: &Letter) -> bool {
    !letter.in_reply_to.is_empty()
        || !letter.references.is_empty()
        || announce::is_reply_subject(&letter.subject)
}

/// What follows from header, body and parts together.
fn finish(
    mut letter: Letter,
    text_from_html: bool,
    fields: &Fields<'_>,
    parts: &[Part<'_>],
    class: Option<&str>,
) -> Letter {
    let answers = answers(&letter);
    let fresh = quote::fresh(&letter.subject, &letter.text, letter.html.as_deref(), text_from_html, answers);
    letter.fresh = fresh.text;
    letter.fresh_html = fresh.html;
    let judged = kind::judge(&letter, fields, parts, class);
    letter.kind = judged.kind;
    letter.signs = judged.signs;
    letter.bounced = judged.returned.ids;
    letter.bounced_mark = judged.returned.mark;
    letter.bounced_recipients = judged.returned.recipients;
    letter.bounce_reason = judged.returned.reason;
    letter.forwarded = forward::forwarded(&letter, zone_of(fields));
    letter.content_key = content_key(&letter);
    letter
}

/// The zone of the sender's clock.
fn zone_of(fields: &Fields<'_>) -> Option<Offset> {
    when::zone(&String::from_utf8_lossy(fields.raw("date")?))
}

/// Header and words of a mail that is attached to another: nothing is judged, and what is inside it stays closed.
pub fn plainly(raw: &[u8]) -> Option<Letter> {
    let parts = mime::parts(raw);
    let root = parts.first().filter(|root| !root.fields.is_empty())?;
    let text = body::body(&parts).text;
    Some(Letter { text, ..envelope(&root.fields) })
}

/// Identity of a mail without Message-ID: the same mail that comes by two ways differs in white space at most.
fn content_key(letter: &Letter) -> String {
    let mut hash = Sha256::new();
    let from = letter.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let date = letter.date.map(|date| date.as_second().to_string()).unwrap_or_default();
    for field in [from, &date, &letter.subject, &letter.text] {
        for word in field.split_whitespace() {
            hash.update(word.as_bytes());
            hash.update(b" ");
        }
        hash.update(b"\n");
    }
    // Without any of the four, only the attachments can tell two mails apart.
    if letter.text.trim().is_empty() {
        for attachment in &letter.attachments {
            hash.update(Sha256::digest(&attachment.content));
        }
    }
    hex::encode(hash.finalize())
}

/// A mail in which no header could be found: what text there is, and the mark.
fn without_headers(raw: &[u8]) -> Letter {
    const SHOWN: usize = 64 * 1024;
    let sample = raw.get(..SHOWN).unwrap_or(raw);
    let text = charset::decode_unlabelled(sample, &charset::Hint::default());
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let unreadable = if raw.is_empty() { Unreadable::Empty } else { Unreadable::NoHeaders };
    Letter {
        fresh: text.clone(),
        text,
        size: raw.len() as u64,
        unreadable: Some(unreadable),
        // Two such mails are the same only if every byte is.
        content_key: hex::encode(Sha256::digest(raw)),
        ..Letter::blank()
    }
}

/// Reads the JSON of a Graph message, journaled where Microsoft could not give the MIME. Marked
/// [`crate::Unreadable::NoMime`]. Every property may be missing or null.
pub fn read_graph_json(json: &[u8]) -> Letter {
    let Ok(message) = serde_json::from_slice::<serde_json::Value>(json) else {
        let mut letter = without_headers(json);
        letter.unreadable = Some(Unreadable::NoMime);
        return letter;
    };
    let text = |pointer: &str| {
        message.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().replace('\0', "")
    };
    let block = header_block(&message);
    let fields = Fields::parse(block.as_bytes());
    let mut letter = envelope(&fields);
    let body = text("/body/content");
    if text("/body/contentType").eq_ignore_ascii_case("html") {
        letter.text = crate::html::to_text(&body);
        letter.html = Some(body);
    } else {
        letter.text = body;
    }
    letter.subject = crate::header::one_line(&text("/subject"));
    if let Some(id) = MessageId::parse(&text("/internetMessageId")) {
        letter.message_id = Some(id);
    }
    letter.from =
        person(message.pointer("/from")).or_else(|| person(message.pointer("/sender"))).or(letter.from);
    for (pointer, people) in [("/toRecipients", &mut letter.to), ("/ccRecipients", &mut letter.cc)] {
        let listed = message.pointer(pointer).and_then(serde_json::Value::as_array);
        if let Some(listed) = listed.filter(|listed| !listed.is_empty()) {
            *people = listed.iter().filter_map(|recipient| person(Some(recipient))).collect();
        }
    }
    letter.reply_to = person(message.pointer("/replyTo/0")).or(letter.reply_to);
    let sent = [text("/sentDateTime"), text("/receivedDateTime")];
    letter.date = sent.iter().find_map(|date| date.parse().ok()).or(letter.date);
    letter.size = json.len() as u64;
    letter.unreadable = Some(Unreadable::NoMime);
    let text_from_html = letter.html.is_some();
    finish(letter, text_from_html, &fields, &[], None)
}

/// `internetMessageHeaders` as a header block.
fn header_block(message: &serde_json::Value) -> String {
    let mut block = String::new();
    let headers = message.pointer("/internetMessageHeaders").and_then(serde_json::Value::as_array);
    for header in headers.into_iter().flatten() {
        let part = |name: &str| header.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let (name, value) = (part("name"), crate::header::one_line(part("value")));
        if !name.is_empty() && !name.contains(['\r', '\n', ':']) {
            block.push_str(name);
            block.push_str(": ");
            block.push_str(&value);
            block.push_str("\r\n");
        }
    }
    block
}

/// A Graph `recipient`.
fn person(recipient: Option<&serde_json::Value>) -> Option<crate::Mailbox> {
    let part = |pointer: &str| recipient?.pointer(pointer)?.as_str();
    let address = crate::Address::parse(part("/emailAddress/address")?)?;
    let name = crate::header::one_line(part("/emailAddress/name").unwrap_or_default());
    Some(crate::Mailbox { name, address })
}
