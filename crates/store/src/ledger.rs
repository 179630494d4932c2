//! The ledger: every message ever seen, each with one permanent outcome; and the journal, its raw bytes. What is
//! stored; [`read`] and [`write`] say how.

mod again;
mod read;
mod same_id;
mod write;

pub(crate) use read::{not_resting, read as read_row};
pub use same_id::{Claim, KnownMail, shared_identity};

use desk::decide::OutcomeKind;
use desk::{CommentId, ConnectionId, ImportId, LedgerId, OutboxId, TicketId};
use jiff::Timestamp;
use mail::MessageId;

use crate::{BlobId, Later};

/// A message seen in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Immutable id (or, for imports from files, `file:` and the SHA-256).
    pub item: String,
    /// When the mailbox received it.
    pub received_at: Option<Timestamp>,
    /// Categories it had: needed to add ours without an extra call.
    pub categories: Vec<String>,
    /// Version it had.
    pub etag: Option<String>,
}

/// By which way a message was seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenBy {
    /// Delta.
    Delta,
    /// Sweep of the last days.
    Sweep,
    /// The newest-300 import.
    Import(ImportId),
    /// `postdesk import`.
    File,
    /// Handed over by another mail server.
    Smtp,
}

/// How the raw message was journaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// MIME.
    Mime,
    /// Graph's JSON, because there was no MIME to be had.
    GraphJson,
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Id.
    pub id: LedgerId,
    /// Mailbox; `None` for imports from files.
    pub connection: Option<ConnectionId>,
    /// The mailbox's address when it was seen.
    pub address: String,
    /// Immutable id.
    pub item: String,
    /// First seen by.
    pub seen_by: SeenBy,
    /// Seen at.
    pub seen_at: Timestamp,
    /// Received by the mailbox at.
    pub received_at: Option<Timestamp>,
    /// Journaled bytes.
    pub blob: Option<BlobId>,
    /// Their form.
    pub form: Option<Form>,
    /// Outcome, once settled.
    pub outcome: Option<OutcomeKind>,
    /// Its reason.
    pub reason: Option<String>,
    /// Ticket concerned.
    pub ticket: Option<TicketId>,
    /// Comment made.
    pub comment: Option<CommentId>,
    /// From, for people (`name <address>`).
    pub sender: String,
    /// Subject, for people.
    pub subject: String,
    /// The author's address, of live mail.
    pub author: Option<String>,
    /// Tries that failed.
    pub attempts: i32,
    /// Last failure.
    pub last_error: Option<String>,
    /// Marked read and categorised in the mailbox at.
    pub acknowledged_at: Option<Timestamp>,
    /// The row by which the same bytes were taken in once more, as a mail of their own.
    pub taken_again: Option<LedgerId>,
    /// What became of it after its outcome, which stays.
    pub later: Option<Later>,
}

/// How a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Outcome.
    pub outcome: OutcomeKind,
    /// Reason.
    pub reason: String,
    /// Ticket concerned.
    pub ticket: Option<TicketId>,
    /// Comment made.
    pub comment: Option<CommentId>,
    /// From, for people.
    pub sender: String,
    /// Subject.
    pub subject: String,
    /// [`mail::Letter::identity`].
    pub identity: Option<String>,
    /// Author's address, for the hourly count.
    pub author: Option<String>,
    /// Hash of what the mail reads like ([`desk::flood::words_of`]), for the same.
    pub words: Option<String>,
}

/// A message to be acknowledged in its mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToAcknowledge {
    /// Row.
    pub id: LedgerId,
    /// Immutable id.
    pub item: String,
    /// Categories it had when seen.
    pub categories: Vec<String>,
    /// Version it had when seen.
    pub etag: Option<String>,
    /// Outcome: decides the category.
    pub outcome: OutcomeKind,
}

/// The ledger's account of a mailbox: seen = the sum of the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Rows.
    pub seen: u64,
    /// Of these, with their raw bytes on disk.
    pub journaled: u64,
    /// Of these without an outcome yet.
    pub waiting: u64,
    /// By outcome.
    pub by_outcome: Vec<(OutcomeKind, u64)>,
    /// Settled but not yet marked in the mailbox.
    pub unacknowledged: u64,
}

/// A mail of the account that a Message-ID stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMessage {
    /// Ticket.
    pub ticket: TicketId,
    /// Comment.
    pub comment: Option<CommentId>,
    /// The ledger row it came by, if it came by mail.
    pub ledger: Option<LedgerId>,
    /// The outbox row, if it is ours.
    pub outbox: Option<OutboxId>,
}

/// Filter of the ledger's page.
#[derive(Debug, Clone, Default)]
pub struct LedgerQuery {
    /// One mailbox.
    pub connection: Option<ConnectionId>,
    /// One outcome.
    pub outcome: Option<OutcomeKind>,
    /// Part of the sender, the subject or the mailbox's address; empty: all.
    pub text: String,
    /// Rows with smaller ids (for paging downwards).
    pub before: Option<LedgerId>,
    /// How many.
    pub limit: u32,
}

impl SeenBy {
    pub(crate) fn word(self) -> &'static str {
        match self {
            SeenBy::Delta => "delta",
            SeenBy::Sweep => "sweep",
            SeenBy::Import(_) => "import",
            SeenBy::File => "file",
            SeenBy::Smtp => "smtp",
        }
    }

    fn parse(word: &str, import: Option<i64>) -> Option<Self> {
        match (word, import) {
            ("delta", _) => Some(SeenBy::Delta),
            ("sweep", _) => Some(SeenBy::Sweep),
            ("import", Some(run)) => Some(SeenBy::Import(ImportId(run))),
            ("file", _) => Some(SeenBy::File),
            ("smtp", _) => Some(SeenBy::Smtp),
            _ => None,
        }
    }

    fn import(self) -> Option<i64> {
        match self {
            SeenBy::Import(run) => Some(run.0),
            SeenBy::Delta | SeenBy::Sweep | SeenBy::File | SeenBy::Smtp => None,
        }
    }
}

impl Form {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Form::Mime => "mime",
            Form::GraphJson => "graph_json",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Form::Mime, Form::GraphJson].into_iter().find(|form| form.word() == word)
    }
}

/// What a Message-ID is known by: the same words as [`mail::Letter::identity`].
pub(crate) fn identity_of(id: &MessageId) -> String {
    format!("mid:{id}")
}
