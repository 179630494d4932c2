//! The outbox: mail to be sent, until its sent copy has been seen. One row is one mail, delivered at most once and never
//! silently zero times. Each step's result is stored before the next step is taken. What is stored; [`read`] and
//! [`write`] say how.

mod account;
mod read;
mod write;

pub(crate) use read::read as read_row;

use desk::{AddressId, CommentId, ConnectionId, OutboxId, TicketId, TriggerId};
use jiff::Timestamp;
use mail::{Address, Mailbox, MessageId};

use crate::BlobId;

/// How far a mail has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing done.
    Queued,
    /// A draft may have been asked for; its id is not known yet. A retry first looks for it by our mark.
    Drafting,
    /// The draft is there with its immutable id; attachments go up.
    Drafted,
    /// `send` may have been called. A retry first looks whether the draft is gone.
    Sending,
    /// Accepted; the sent copy has not been seen yet.
    Accepted,
    /// Seen in Sent Items.
    Sent,
    /// Will not be sent; the reason is shown at the comment.
    Failed,
}

impl Step {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Drafting => "drafting",
            Self::Drafted => "drafted",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Drafting, Self::Drafted, Self::Sending, Self::Accepted, Self::Sent, Self::Failed]
            .into_iter()
            .find(|s| s.as_str() == text)
    }

    /// The steps after which nothing is done, as stored.
    pub(crate) const FINAL: [&'static str; 2] = [Self::Sent.as_str(), Self::Failed.as_str()];

    /// Nothing more will be done.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed)
    }
}

/// Who waits for whom: what lets people in before agents' answers, and those before automatic mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody stands before the door and waits for it.
    Access = -1,
    /// An agent wrote it.
    Answer = 0,
    /// A trigger sends it.
    Automatic = 1,
}

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// It tells of a ticket.
    #[default]
    Ticket,
    /// It lets somebody in: a password or an invitation. Goes another way when the first is broken.
    Account,
    /// It proves that a connection sends and receives.
    Proof,
    /// It tells administrators of trouble.
    Alarm,
    /// An administrator looks at how mail is written.
    Sample,
}

impl Purpose {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Account => "account",
            Self::Proof => "proof",
            Self::Alarm => "alarm",
            Self::Sample => "sample",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ticket, Self::Account, Self::Proof, Self::Alarm, Self::Sample]
            .into_iter()
            .find(|p| p.as_str() == text)
    }
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct NewOutbox {
    /// Through this mailbox and no other.
    pub connection: ConnectionId,
    /// From; `None`: the desk's own address (system mail).
    pub address: Option<AddressId>,
    /// What it is for.
    pub purpose: Purpose,
    /// Ticket.
    pub ticket: Option<TicketId>,
    /// The comment it carries.
    pub comment: Option<CommentId>,
    /// The trigger that sends it.
    pub trigger: Option<TriggerId>,
    /// Urgency.
    pub urgency: Urgency,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Our Message-ID.
    pub message_id: MessageId,
    /// Answers.
    pub in_reply_to: Option<MessageId>,
    /// Thread.
    pub references: Vec<MessageId>,
    /// Our mark, unique: random hex.
    pub mark: String,
    /// Files: (name, type, content id, blob, size).
    pub attachments: Vec<OutboxFile>,
}

/// A file of an outgoing mail.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OutboxFile {
    /// Name.
    pub name: String,
    /// Type.
    pub content_type: String,
    /// Content-ID.
    pub content_id: Option<String>,
    /// Bytes.
    pub blob: BlobId,
    /// Size.
    pub size: u64,
}

/// What a mail server said of one recipient, once and for all.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// Who.
    pub to: Address,
    /// It has the mail for them.
    pub taken: bool,
    /// Its words.
    pub words: String,
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// Id.
    pub id: OutboxId,
    /// The mail.
    pub mail: NewOutbox,
    /// Step.
    pub step: Step,
    /// Immutable id of the draft.
    pub draft: Option<String>,
    /// Message-ID it really has at Exchange (ours or theirs).
    pub sent_message_id: Option<MessageId>,
    /// Attachments that are up.
    pub files_up: i32,
    /// Tries.
    pub attempts: i32,
    /// When `send` was called last.
    pub sending_at: Option<Timestamp>,
    /// When it is to be looked at next.
    pub due_at: Timestamp,
    /// Made.
    pub created_at: Timestamp,
    /// Seen in Sent Items at.
    pub sent_at: Option<Timestamp>,
    /// Last failure, for people.
    pub last_error: Option<String>,
    /// Delivery failures reported later by bounces: a line each, `address: reason` where the recipient is known.
    pub bounce: Option<String>,
    /// Recipients that are done with; empty for mail that goes by Exchange.
    pub answers: Vec<Answer>,
}

/// What a step changes.
#[derive(Debug, Clone, Default)]
pub struct OutboxUpdate {
    /// New step.
    pub step: Option<Step>,
    /// Draft id.
    pub draft: Option<String>,
    /// Real Message-ID; also claimed as known message of the ticket.
    pub sent_message_id: Option<MessageId>,
    /// Files up.
    pub files_up: Option<i32>,
    /// Count a try.
    pub attempted: bool,
    /// Send called.
    pub sending_at: Option<Timestamp>,
    /// Look again.
    pub due_at: Option<Timestamp>,
    /// Seen in Sent Items.
    pub sent_at: Option<Timestamp>,
    /// Failure.
    pub last_error: Option<String>,
    /// Recipients that are done with, those of earlier tries included.
    pub answers: Option<Vec<Answer>>,
}

/// What a mailbox has spent of its sending budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// `send` calls in the last minute.
    pub messages_last_minute: u32,
    /// Recipients in the last 24 hours.
    pub recipients_last_day: u32,
}

impl Urgency {
    fn parse(number: i32) -> Option<Self> {
        [Self::Access, Self::Answer, Self::Automatic].into_iter().find(|urgency| *urgency as i32 == number)
    }
}
