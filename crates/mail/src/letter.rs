//! One mail, read: what the rest of the product knows of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::forward::Forwarded;
use crate::ids::MessageId;

/// A mail address, trimmed and lower-cased as a whole: Exchange and every large provider treat the local part
/// without regard to case, and two people are never told apart by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// Reads `local@domain`; `None` when there is no single `@` with something on both sides, or a control
    /// character, white space, a comment, an escape or an encoded word inside: servers that undo the last three would
    /// deliver to somebody else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['<', '>']).trim();
        let (local, domain) = text.rsplit_once('@')?;
        let bad = |c: char| {
            c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '\\' | '(' | ')')
        };
        if local.is_empty()
            || domain.is_empty()
            || text.len() > 320
            || text.contains(bad)
            || text.contains("=?")
        {
            return None;
        }
        Some(Self(text.to_lowercase()))
    }

    /// `local@domain`, lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address with the name its owner gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Decoded display name, empty when there is none.
    pub name: String,
    /// The address.
    pub address: Address,
}

/// What kind of mail this is: decides whether anything may be answered by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Written by a person, as far as one can tell.
    Ordinary,
    /// Sent by a machine: notifications, robots, receipts.
    Automatic,
    /// An out-of-office reply.
    OutOfOffice,
    /// A non-delivery report.
    Bounce,
    /// Newsletter or mailing list.
    Bulk,
    /// Read or delivery receipt.
    Receipt,
}

impl Kind {
    /// True for everything that no robot may answer.
    pub fn is_automatic(self) -> bool {
        self != Kind::Ordinary
    }
}

/// One piece of evidence for a [`Kind`], kept so that the decision can be explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// Header or place where it was seen, e.g. `auto-submitted`.
    pub place: String,
    /// What stood there, shortened.
    pub value: String,
}

/// What Exchange Online said of the sender's authenticity (topmost `Authentication-Results`, `AuthAs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthVerdict {
    /// Same organisation, or DMARC / compauth passed.
    Pass,
    /// DMARC or compauth failed.
    Fail,
    /// Exchange said nothing.
    Unknown,
}

/// Why a mail could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// Zero bytes.
    Empty,
    /// No header could be found in it.
    NoHeaders,
    /// Microsoft could not hand out the MIME; this letter was made of its JSON.
    NoMime,
}

/// What a calendar part asks or tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationKind {
    /// Come, please.
    Invited,
    /// It does not take place.
    Cancelled,
    /// The answer is yes.
    Accepted,
    /// The answer is no.
    Declined,
    /// The answer is perhaps.
    Tentative,
    /// Another time is proposed.
    OtherTimeProposed,
    /// For information.
    Published,
}

/// A point in time of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// A whole day, wherever one is.
    Day(jiff::civil::Date),
    /// A moment.
    At(Timestamp),
}

/// The first event of a calendar part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// What it asks or tells.
    pub kind: InvitationKind,
    /// Its title, may be empty.
    pub title: String,
    /// Begin.
    pub starts: Option<Moment>,
    /// End; of whole days the first day after.
    pub ends: Option<Moment>,
    /// Place.
    pub place: Option<String>,
    /// Who invites.
    pub organizer: Option<Mailbox>,
    /// It takes place more than once.
    pub repeats: bool,
}

/// How a mail is signed or sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// S/MIME signature (not verified).
    SmimeSigned,
    /// S/MIME, sealed: the words are in a file that only the receiver's key opens.
    SmimeEncrypted,
    /// PGP signature (not verified).
    PgpSigned,
    /// PGP, sealed.
    PgpEncrypted,
    /// Microsoft's rights management: opened in Outlook only.
    RightsManaged,
}

/// One attachment or inline part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Decoded, never empty, no path in it, no control characters.
    pub name: String,
    /// Declared MIME type in lower case, e.g. `image/png`; `application/octet-stream` when unknown.
    pub content_type: String,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// Shown inside the HTML body (referenced by cid), not in the list of files.
    pub inline: bool,
    /// Its name came with marks that turn letters around, as `photo\u{202e}gpj.exe`: they are not in [`Self::name`] any more.
    pub turned: bool,
    /// Decoded bytes.
    pub content: Vec<u8>,
}

/// One mail, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Own Message-ID, when it has a usable one.
    pub message_id: Option<MessageId>,
    /// In-Reply-To, in order.
    pub in_reply_to: Vec<MessageId>,
    /// References, oldest first, as written.
    pub references: Vec<MessageId>,
    /// From (first), when it has a usable address.
    pub from: Option<Mailbox>,
    /// Reply-To (first), when it has a usable address.
    pub reply_to: Option<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Decoded subject, one line, may be empty.
    pub subject: String,
    /// Date header.
    pub date: Option<Timestamp>,
    /// Plain text of the whole body (made from the HTML when there is no text part).
    pub text: String,
    /// HTML body exactly as sent: hostile. Only [`crate::html::clean`] may look at it.
    pub html: Option<String>,
    /// The new part of a reply, without quoted history and signature; the whole text when nothing was recognised.
    pub fresh: String,
    /// The new part of the HTML, unsanitised, when the cut could be made in HTML too.
    pub fresh_html: Option<String>,
    /// The mail it passes on, when somebody forwarded one by hand.
    pub forwarded: Option<Forwarded>,
    /// Files and inline parts, in order.
    pub attachments: Vec<Attachment>,
    /// What its calendar part says.
    pub invitation: Option<Invitation>,
    /// How it is signed or sealed.
    pub protection: Option<Protection>,
    /// Kind.
    pub kind: Kind,
    /// Evidence for the kind.
    pub signs: Vec<Sign>,
    /// For a bounce: Message-IDs of the mail that bounced, as far as the report names it.
    pub bounced: Vec<MessageId>,
    /// For a bounce: the report's diagnostic in one line, e.g. `550 5.1.1 user unknown`.
    pub bounce_reason: Option<String>,
    /// For a bounce: our own mark in the mail that was returned with the report; the surest sign that it was ours.
    pub bounced_mark: Option<String>,
    /// For a bounce: whom the mail did not reach, as far as the report names them.
    pub bounced_recipients: Vec<Address>,
    /// Value of our own `X-Postdesk-Outbox` header: the mail left from this product.
    pub own_mark: Option<String>,
    /// Exchange's verdict on the sender.
    pub auth: AuthVerdict,
    /// Set when the mail could not be read; the original must then be kept at hand.
    pub unreadable: Option<Unreadable>,
    /// Name and unfolded decoded value of each header, in order, at most 500.
    pub headers: Vec<(String, String)>,
    /// Bytes of the raw mail.
    pub size: u64,
    /// SHA-256 over normalised From, Date, Subject and text: identity of a mail without Message-ID.
    pub content_key: String,
}

impl Letter {
    /// The person who counts as author: Reply-To before From, as desks do it.
    pub fn author(&self) -> Option<&Mailbox> {
        self.reply_to.as_ref().or(self.from.as_ref())
    }

    /// What identifies this mail in the account: its Message-ID, or its content when it has none.
    pub fn identity(&self) -> String {
        match &self.message_id {
            Some(id) => format!("mid:{id}"),
            None => format!("sha:{}", self.content_key),
        }
    }

    /// A letter of which nothing is known.
    pub(crate) fn blank() -> Self {
        Self {
            message_id: None,
            in_reply_to: Vec::new(),
            references: Vec::new(),
            from: None,
            reply_to: None,
            to: Vec::new(),
            cc: Vec::new(),
            subject: String::new(),
            date: None,
            text: String::new(),
            html: None,
            fresh: String::new(),
            fresh_html: None,
            forwarded: None,
            attachments: Vec::new(),
            invitation: None,
            protection: None,
            kind: Kind::Ordinary,
            signs: Vec::new(),
            bounced: Vec::new(),
            bounce_reason: None,
            bounced_mark: None,
            bounced_recipients: Vec::new(),
            own_mark: None,
            auth: AuthVerdict::Unknown,
            unreadable: None,
            headers: Vec::new(),
            size: 0,
            content_key: String::new(),
        }
    }

    /// True when subject or new text are in Japanese: they hold kana. (Kanji alone may be Chinese.)
    pub fn is_japanese(&self) -> bool {
        let kana = |c: char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ff66}'..='\u{ff9d}');
        self.subject.chars().any(kana) || self.fresh.chars().take(20_000).any(kana)
    }
}
