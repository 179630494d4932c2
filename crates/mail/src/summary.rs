//! A letter as people read it on a terminal: what `postdesk read FILE` prints.

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::MessageId;
use crate::letter::{Address, AuthVerdict, Invitation, Kind, Letter, Mailbox, Protection, Sign, Unreadable};

/// What a mail was read as.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Subject, decoded.
    pub subject: String,
    /// From.
    pub from: Option<Mailbox>,
    /// Reply-To.
    pub reply_to: Option<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Message-ID without angle brackets.
    pub message_id: Option<MessageId>,
    /// In-Reply-To.
    pub in_reply_to: Vec<MessageId>,
    /// References, oldest first.
    pub references: Vec<MessageId>,
    /// Date header, in UTC.
    pub date: Option<Timestamp>,
    /// Whole body as text.
    pub text: String,
    /// The new part of a reply.
    pub fresh: String,
    /// Files and inline pictures.
    pub attachments: Vec<AttachmentSummary>,
    /// What its calendar part says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    /// How it is signed or sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// Kind of mail.
    pub kind: Kind,
    /// Evidence for the kind.
    pub signs: Vec<Sign>,
    /// For a bounce: what bounced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounced: Vec<MessageId>,
    /// For a bounce: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce_reason: Option<String>,
    /// For a bounce: our mark in the returned mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounced_mark: Option<String>,
    /// For a bounce: whom the mail did not reach.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounced_recipients: Vec<Address>,
    /// Why it could not be read.
    pub unreadable: Option<Unreadable>,
    /// Exchange's verdict on the sender.
    pub auth: AuthVerdict,
    /// Bytes of the raw mail.
    pub size: u64,
}

/// One attachment without its content.
#[derive(Debug, Clone, Serialize)]
pub struct AttachmentSummary {
    /// File name.
    pub name: String,
    /// MIME type.
    #[serde(rename = "type")]
    pub content_type: String,
    /// Decoded size in bytes.
    pub size: u64,
    /// SHA-256 of the decoded content, hex.
    pub sha256: String,
    /// Shown inside the HTML body.
    pub inline: bool,
}

impl From<&Letter> for Summary {
    fn from(letter: &Letter) -> Self {
        Self {
            subject: letter.subject.clone(),
            from: letter.from.clone(),
            reply_to: letter.reply_to.clone(),
            to: letter.to.clone(),
            cc: letter.cc.clone(),
            message_id: letter.message_id.clone(),
            in_reply_to: letter.in_reply_to.clone(),
            references: letter.references.clone(),
            date: letter.date,
            text: letter.text.clone(),
            fresh: letter.fresh.clone(),
            attachments: letter
                .attachments
                .iter()
                .map(|attachment| AttachmentSummary {
                    name: attachment.name.clone(),
                    content_type: attachment.content_type.clone(),
                    size: attachment.content.len() as u64,
                    sha256: hex::encode(Sha256::digest(&attachment.content)),
                    inline: attachment.inline,
                })
                .collect(),
            invitation: letter.invitation.clone(),
            protection: letter.protection,
            kind: letter.kind,
            signs: letter.signs.clone(),
            bounced: letter.bounced.clone(),
            bounce_reason: letter.bounce_reason.clone(),
            bounced_mark: letter.bounced_mark.clone(),
            bounced_recipients: letter.bounced_recipients.clone(),
            unreadable: letter.unreadable.clone(),
            auth: letter.auth,
            size: letter.size,
        }
    }
}
