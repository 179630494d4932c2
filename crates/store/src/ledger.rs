//! The ledger: every message ever seen, each with one permanent outcome; and the journal, its raw bytes.

use desk::decide::OutcomeKind;
use desk::{CommentId, ConnectionId, ImportId, LedgerId, OutboxId, TicketId};
use jiff::Timestamp;
use mail::MessageId;

use crate::{BlobId, Lease, Result, Store, Tx};

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
    /// Tries that failed.
    pub attempts: i32,
    /// Last failure.
    pub last_error: Option<String>,
    /// Marked read and categorised in the mailbox at.
    pub acknowledged_at: Option<Timestamp>,
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
    /// Rows with smaller ids (for paging downwards).
    pub before: Option<LedgerId>,
    /// How many.
    pub limit: u32,
}

impl Store {
    /// Rows of a mailbox that still have no outcome and whose retry time has come; live mail before imports, oldest received first.
    pub async fn unsettled(&self, connection: ConnectionId, now: Timestamp, limit: u32) -> Result<Vec<LedgerRow>> {
        let _ = (connection, now, limit);
        todo!()
    }

    /// One row.
    pub async fn ledger_row(&self, id: LedgerId) -> Result<LedgerRow> {
        let _ = id;
        todo!()
    }

    /// For the page, newest first.
    pub async fn ledger(&self, query: &LedgerQuery) -> Result<Vec<LedgerRow>> {
        let _ = query;
        todo!()
    }

    /// The account; of one mailbox or of all.
    pub async fn ledger_account(&self, connection: Option<ConnectionId>) -> Result<Account> {
        let _ = connection;
        todo!()
    }

    /// Settled rows of the mailbox not yet marked there and due for a try, oldest first.
    pub async fn to_acknowledge(&self, connection: ConnectionId, now: Timestamp, limit: u32) -> Result<Vec<ToAcknowledge>> {
        let _ = (connection, now, limit);
        todo!()
    }

    /// The ledger row whose mail made this comment (for showing HTML and original).
    pub async fn ledger_row_of_comment(&self, comment: CommentId) -> Result<Option<LedgerRow>> {
        let _ = comment;
        todo!()
    }
}

impl Tx {
    /// Records messages as seen; those known already (address of the mailbox + immutable id) are left alone. Answers the new rows' ids, in order.
    pub async fn see(&self, connection: Option<ConnectionId>, address: &str, items: &[Seen], by: SeenBy) -> Result<Vec<LedgerId>> {
        let _ = (connection, address, items, by);
        todo!()
    }

    /// Notes the journaled bytes.
    pub async fn journal(&self, id: LedgerId, blob: &BlobId, form: Form, size: u64) -> Result<()> {
        let _ = (id, blob, form, size);
        todo!()
    }

    /// Gives the row its outcome. False when it has one already: then nothing was changed and the caller must roll back.
    pub async fn settle(&self, id: LedgerId, settlement: &Settlement) -> Result<bool> {
        let _ = (id, settlement);
        todo!()
    }

    /// Notes a failed try and when to try again.
    pub async fn note_failure(&self, id: LedgerId, error: &str, retry_at: Timestamp) -> Result<()> {
        let _ = (id, error, retry_at);
        todo!()
    }

    /// Marks rows as acknowledged in the mailbox.
    pub async fn acknowledged(&self, ids: &[LedgerId]) -> Result<()> {
        let _ = ids;
        todo!()
    }

    /// Puts the acknowledgement of a row off.
    pub async fn acknowledge_later(&self, ids: &[LedgerId], retry_at: Timestamp) -> Result<()> {
        let _ = (ids, retry_at);
        todo!()
    }

    /// What an identity ([`mail::Letter::identity`]) became in the account, seen from inside this transaction.
    pub async fn known(&self, identity: &str) -> Result<Option<KnownMessage>> {
        let _ = identity;
        todo!()
    }

    /// Claims an identity for a comment. [`crate::Error::Exists`] when it is claimed: then it is a duplicate, decide again.
    pub async fn claim_identity(&self, identity: &str, known: &KnownMessage) -> Result<()> {
        let _ = (identity, known);
        todo!()
    }

    /// What these Message-IDs stand for, in and out.
    pub async fn known_messages(&self, ids: &[MessageId]) -> Result<Vec<(MessageId, KnownMessage)>> {
        let _ = ids;
        todo!()
    }

    /// Mails taken in of this author since `since`.
    pub async fn recent_from(&self, author: &str, since: Timestamp) -> Result<u32> {
        let _ = (author, since);
        todo!()
    }

    /// Checks the lease; a convenience for loops that write in small steps.
    pub async fn under(&self, lease: &Lease) -> Result<&Self> {
        self.check(lease).await?;
        Ok(self)
    }
}
