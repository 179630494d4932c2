//! An answer on its way out: one value from which both MIME and Graph's draft are made.

use std::borrow::Cow;

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId as Ids;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

use crate::header::one_line;
use crate::{Address, Mailbox, MessageId};

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Our own Message-ID, minted when the outbox row was made.
    pub message_id: MessageId,
    /// From: the support address and its name.
    pub from: Mailbox,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Subject, one line.
    pub subject: String,
    /// Plain text body.
    pub text: String,
    /// HTML body, already clean.
    pub html: String,
    /// The mail this one answers.
    pub in_reply_to: Option<MessageId>,
    /// The thread, oldest first.
    pub references: Vec<MessageId>,
    /// True for mail that a rule sends: it carries `Auto-Submitted` and `X-Auto-Response-Suppress`.
    pub automatic: bool,
    /// Our own mark (`X-Postdesk-Outbox`).
    pub mark: String,
    /// Files.
    pub attachments: Vec<OutgoingAttachment>,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingAttachment {
    /// File name.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// Content-ID for an inline picture.
    pub content_id: Option<String>,
    /// Bytes.
    pub content: Vec<u8>,
}

impl Outgoing {
    /// Everybody the mail goes to.
    pub fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().chain(&self.cc).map(|m| &m.address)
    }

    /// The whole mail as MIME with CRLF line ends. Names, subject and file names cannot inject headers.
    pub fn to_mime(&self) -> Vec<u8> {
        let mut message = MessageBuilder::new()
            .from(address(&self.from))
            .to(Written::new_list(self.to.iter().map(address).collect()))
            .subject(one_line(&self.subject))
            .message_id(self.message_id.as_str())
            .header("X-Postdesk-Outbox", Raw::new(header_token(&self.mark)));
        if !self.cc.is_empty() {
            message = message.cc(Written::new_list(self.cc.iter().map(address).collect()));
        }
        if let Some(id) = &self.in_reply_to {
            message = message.in_reply_to(id.as_str());
        }
        let references = bounded(&self.references);
        if !references.is_empty() {
            message = message.references(Ids::new_list(references.into_iter().map(MessageId::as_str)));
        }
        if self.automatic {
            message = message
                .header("Auto-Submitted", Raw::new("auto-generated"))
                // Not "All": a bounce must come back to us.
                .header("X-Auto-Response-Suppress", Raw::new("DR, RN, NRN, OOF, AutoReply"))
                .header("Precedence", Raw::new("bulk"));
        }
        let mut raw = Vec::new();
        message.body(self.body()).serialize(&mut raw);
        raw
    }

    /// Text and HTML as alternatives; inline pictures stand beside the HTML, files beside both.
    fn body(&self) -> MimePart<'_> {
        let (inline, files): (Vec<_>, Vec<_>) =
            self.attachments.iter().partition(|attachment| attachment.content_id.is_some());
        let mut html = text_part("text/html", &self.html);
        if !inline.is_empty() {
            let parts = std::iter::once(html).chain(inline.into_iter().map(file)).collect::<Vec<_>>();
            html = MimePart::new("multipart/related", parts);
        }
        let body = MimePart::new("multipart/alternative", vec![text_part("text/plain", &self.text), html]);
        if files.is_empty() {
            return body;
        }
        let parts = std::iter::once(body).chain(files.into_iter().map(file)).collect::<Vec<_>>();
        MimePart::new("multipart/mixed", parts)
    }
}

/// Bytes of all ids in `References`: more is cut off somewhere on the way, at times within an id.
const LONGEST_THREAD: usize = 2_000;

/// A thread as it may be written down: the first id, by which most programs find the thread, and as many of the newest as fit.
pub fn bounded(thread: &[MessageId]) -> Vec<&MessageId> {
    let length = |id: &MessageId| id.as_str().len() + 3;
    let Some((first, others)) = thread.split_first() else { return Vec::new() };
    let mut left = LONGEST_THREAD.saturating_sub(length(first));
    let fits = others.iter().rev().take_while(|id| {
        let fits = length(id) <= left;
        left = left.saturating_sub(length(id));
        fits
    });
    let mut ids: Vec<&MessageId> = fits.collect();
    ids.push(first);
    ids.reverse();
    ids
}

/// A text in the encoding that suits it; its lines end as those of the mail do, and a lone carriage return, which servers read in
/// different ways, is a line end too.
fn text_part<'t>(kind: &'static str, text: &'t str) -> MimePart<'t> {
    let text: Cow<'t, str> = if text.contains(['\r', '\0']) {
        text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "").into()
    } else {
        text.into()
    };
    MimePart::new(ContentType::new(kind).attribute("charset", "utf-8"), text)
}

fn file(attachment: &OutgoingAttachment) -> MimePart<'_> {
    let name = crate::file::safe_name(&attachment.name);
    let name = if name.is_empty() { "attachment.bin".to_owned() } else { name };
    let kind = mime_type(&attachment.content_type);
    let named = if name.is_ascii() {
        ContentType::new(kind).attribute("name", name.clone()).into()
    } else {
        // RFC 2231 stands in Content-Disposition; programs that never learnt it look for encoded words here.
        Raw::new(format!("{kind}; name=\"{}\"", encoded_words(&name))).into()
    };
    let mut part = MimePart::new("application/octet-stream", attachment.content.as_slice());
    part.headers = vec![("Content-Type".into(), named)];
    // Text files go as bytes too: a transfer encoding for text would change their line ends.
    match &attachment.content_id {
        Some(id) => part
            .header("Content-Disposition", ContentType::new("inline").attribute("filename", name))
            .cid(header_token(id)),
        None => part.attachment(name),
    }
}

/// Encoded words of RFC 2047, each of whole characters and short enough to share a line with the parameter's name.
fn encoded_words(text: &str) -> String {
    const LONGEST: usize = 36;
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, more) = rest.split_at(rest.floor_char_boundary(LONGEST));
        words.push(format!("=?UTF-8?B?{}?=", data_encoding::BASE64.encode(word.as_bytes())));
        rest = more;
    }
    words.join(" ")
}

/// A MIME type that can stand in a header; anything else becomes plain bytes.
fn mime_type(text: &str) -> String {
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    match text.split_once('/') {
        // Containers would be taken apart by the reader.
        Some((kind, subtype))
            if token(kind) && token(subtype) && !matches!(kind, "multipart" | "message") =>
        {
            text.to_ascii_lowercase()
        }
        _ => "application/octet-stream".to_owned(),
    }
}

/// Visible ASCII without brackets: what may stand in a header as it is.
fn header_token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>')).take(900).collect()
}

fn address(mailbox: &Mailbox) -> Written<'_> {
    let name = one_line(&mailbox.name);
    Written::new_address((!name.is_empty()).then_some(name), mailbox.address.as_str())
}

/// A Message-ID of ours: `<random.token@domain>`; `unique` is a random hex string of the caller's.
pub fn mint_message_id(unique: &str, domain: &str) -> MessageId {
    let letters = |text: &str, also: &[char]| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric() || also.contains(c)).take(200).collect()
    };
    let (unique, domain) = (letters(unique, &[]), letters(domain, &['.', '-']));
    let domain = if domain.is_empty() { "postdesk.invalid" } else { &domain };
    let unique = if unique.is_empty() { "0" } else { &unique };
    MessageId::written(format!("{unique}.pd@{domain}"))
}
