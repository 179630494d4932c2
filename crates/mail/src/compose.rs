//! An answer on its way out: one value from which both MIME and Graph's draft are made.

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
        todo!()
    }
}

/// A Message-ID of ours: `<random.token@domain>`; `unique` is a random hex string of the caller's.
pub fn mint_message_id(unique: &str, domain: &str) -> MessageId {
    let _ = (unique, domain);
    todo!()
}
