//! The outbox: mail to be sent, until its sent copy has been seen. One row is one mail, delivered at most once and never
//! silently zero times. Each step's result is stored before the next step is taken.

use desk::{AddressId, CommentId, ConnectionId, OutboxId, TicketId, TriggerId};
use jiff::Timestamp;
use mail::{Mailbox, MessageId};

use crate::{BlobId, Lease, Result, Store, Tx};

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
    pub fn as_str(self) -> &'static str {
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

    /// Nothing more will be done.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed)
    }
}

/// Who waits for whom: agents' answers before automatic mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// An agent wrote it.
    Answer = 0,
    /// A trigger sends it.
    Automatic = 1,
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct NewOutbox {
    /// Through this mailbox and no other.
    pub connection: ConnectionId,
    /// From.
    pub address: AddressId,
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
    /// Delivery failure reported later by a bounce.
    pub bounce: Option<String>,
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
}

/// What a mailbox has spent of its sending budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// `send` calls in the last minute.
    pub messages_last_minute: u32,
    /// Recipients in the last 24 hours.
    pub recipients_last_day: u32,
}

impl Store {
    /// Mailboxes that work and have rows due at `now`.
    pub async fn due_to_send(&self, now: Timestamp, limit: u32) -> Result<Vec<ConnectionId>> {
        let _ = (now, limit);
        todo!()
    }

    /// Rows of a mailbox due at `now` that are not final: answers first, then oldest.
    pub async fn outbox_due(&self, connection: ConnectionId, now: Timestamp, limit: u32) -> Result<Vec<OutboxRow>> {
        let _ = (connection, now, limit);
        todo!()
    }

    /// One row.
    pub async fn outbox_row(&self, id: OutboxId) -> Result<OutboxRow> {
        let _ = id;
        todo!()
    }

    /// Rows of a ticket, oldest first.
    pub async fn outbox_of_ticket(&self, ticket: TicketId) -> Result<Vec<OutboxRow>> {
        let _ = ticket;
        todo!()
    }

    /// Counts by step: of one mailbox or all.
    pub async fn outbox_counts(&self, connection: Option<ConnectionId>) -> Result<Vec<(Step, u64)>> {
        let _ = connection;
        todo!()
    }

    /// Spent budgets at `now`.
    pub async fn spent(&self, connection: ConnectionId, now: Timestamp) -> Result<Spent> {
        let _ = (connection, now);
        todo!()
    }
}

impl Tx {
    /// Adds a mail; its Message-ID becomes a known message of the ticket.
    pub async fn enqueue(&self, new: &NewOutbox) -> Result<OutboxId> {
        let _ = new;
        todo!()
    }

    /// Stores a step's result, under the lease.
    pub async fn outbox_update(&self, lease: &Lease, id: OutboxId, update: &OutboxUpdate) -> Result<()> {
        let _ = (lease, id, update);
        todo!()
    }

    /// Finds a row by our mark or by one of these Message-IDs.
    pub async fn outbox_by_mark_or_ids(&self, mark: Option<&str>, ids: &[MessageId]) -> Result<Option<OutboxRow>> {
        let _ = (mark, ids);
        todo!()
    }

    /// Notes a bounce at the row.
    pub async fn note_bounce(&self, id: OutboxId, reason: &str) -> Result<()> {
        let _ = (id, reason);
        todo!()
    }

    /// Message-IDs of a ticket's mails, in and out, oldest first, at most 40: the thread.
    pub async fn thread(&self, ticket: TicketId) -> Result<Vec<MessageId>> {
        let _ = ticket;
        todo!()
    }
}
