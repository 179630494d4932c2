//! Tickets, comments, attachments, history, suspended tickets.

use desk::decide::Cause;
use desk::ticket::{CommentMail, Via};
use desk::{
    AddressId, AttachmentId, BrandId, Comment, CommentId, GroupId, LedgerId, PersonId, Priority, Status, SuspendedId, Ticket,
    TicketId, TriggerId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BlobId, Result, Store, Tx};

/// A ticket to be made.
#[derive(Debug, Clone)]
pub struct NewTicket {
    /// Brand.
    pub brand: BrandId,
    /// Support address.
    pub address: Option<AddressId>,
    /// Subject.
    pub subject: String,
    /// Status.
    pub status: Status,
    /// Requester.
    pub requester: PersonId,
    /// CCs.
    pub ccs: Vec<PersonId>,
    /// Tags.
    pub tags: Vec<String>,
    /// Followed ticket.
    pub follows: Option<TicketId>,
    /// How.
    pub via: Via,
    /// Original date for imported mail; `None`: now.
    pub created_at: Option<Timestamp>,
}

/// A comment to be made.
#[derive(Debug, Clone)]
pub struct NewComment {
    /// Ticket.
    pub ticket: TicketId,
    /// Author.
    pub author: PersonId,
    /// Public?
    pub public: bool,
    /// New text.
    pub text: String,
    /// Whole text, if it differs.
    pub full_text: Option<String>,
    /// An original with HTML is journaled.
    pub has_html: bool,
    /// How.
    pub via: Via,
    /// By a machine.
    pub automatic: bool,
    /// Envelope.
    pub mail: Option<CommentMail>,
    /// Original date for imported mail; `None`: now.
    pub created_at: Option<Timestamp>,
    /// Files.
    pub attachments: Vec<NewAttachment>,
}

/// A file of a comment, its bytes stored already.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// Name.
    pub name: String,
    /// Type.
    pub content_type: String,
    /// Content-ID.
    pub content_id: Option<String>,
    /// Shown inside the body.
    pub inline: bool,
    /// Bytes.
    pub size: u64,
    /// Where.
    pub blob: BlobId,
}

/// A file of a comment.
#[derive(Debug, Clone)]
pub struct StoredAttachment {
    /// Id.
    pub id: AttachmentId,
    /// Its comment.
    pub comment: CommentId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The rest.
    pub file: NewAttachment,
}

/// What to change; `None` leaves as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketChange {
    /// Status.
    pub status: Option<Status>,
    /// Assignee (`Some(None)` takes it away).
    pub assignee: Option<Option<PersonId>>,
    /// Group.
    pub group: Option<Option<GroupId>>,
    /// Priority.
    pub priority: Option<Option<Priority>>,
    /// CCs to add.
    pub add_ccs: Vec<PersonId>,
    /// Tags to add.
    pub add_tags: Vec<String>,
}

/// One entry of a ticket's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum AuditEvent {
    /// The ticket was made.
    Created,
    /// A comment.
    Comment {
        /// Which.
        comment: CommentId,
    },
    /// A field changed.
    Change {
        /// Field, as in the API: `status`, `assignee_id`, `priority`, ...
        field: String,
        /// Before.
        previous: Option<String>,
        /// After.
        value: Option<String>,
    },
    /// A trigger sent a mail.
    Notification {
        /// Trigger.
        trigger: TriggerId,
        /// Subject.
        subject: String,
        /// To whom.
        recipients: Vec<String>,
    },
    /// A mail of ours came back.
    DeliveryFailure {
        /// Comment whose mail it was.
        comment: Option<CommentId>,
        /// The report's words.
        reason: String,
    },
}

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Who; `None`: the desk itself.
    pub author: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: AuditEvent,
}

/// Which tickets a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketQuery {
    /// Statuses; empty: all.
    pub statuses: Vec<Status>,
    /// Assignee; `Some(None)`: unassigned.
    pub assignee: Option<Option<PersonId>>,
    /// Part of the subject, the requester's name or address; empty: all.
    pub text: String,
    /// Only tickets older in the list than this one (paging).
    pub after: Option<(Timestamp, TicketId)>,
    /// Rows.
    pub limit: u32,
}

/// A row of the list: newest change first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// Ticket.
    pub ticket: Ticket,
    /// Requester's name.
    pub requester_name: String,
    /// Requester's address.
    pub requester_address: String,
    /// Assignee's name.
    pub assignee_name: Option<String>,
}

/// A suspended ticket to be kept.
#[derive(Debug, Clone)]
pub struct NewSuspended {
    /// Its mail.
    pub ledger: LedgerId,
    /// Why.
    pub cause: Cause,
    /// Author (`name <address>`).
    pub author: String,
    /// Subject.
    pub subject: String,
    /// First lines.
    pub excerpt: String,
}

/// A suspended ticket.
#[derive(Debug, Clone)]
pub struct Suspended {
    /// Id.
    pub id: SuspendedId,
    /// When.
    pub created_at: Timestamp,
    /// The rest.
    pub what: NewSuspended,
}

impl Store {
    /// A ticket.
    pub async fn ticket(&self, id: TicketId) -> Result<Ticket> {
        let _ = id;
        todo!()
    }

    /// A list.
    pub async fn tickets(&self, query: &TicketQuery) -> Result<Vec<TicketRow>> {
        let _ = query;
        todo!()
    }

    /// How many tickets each view holds: (unsolved and mine, unassigned, all unsolved, solved or closed).
    pub async fn ticket_counts(&self, me: PersonId) -> Result<TicketCounts> {
        let _ = me;
        todo!()
    }

    /// Comments of a ticket, oldest first.
    pub async fn comments(&self, ticket: TicketId) -> Result<Vec<Comment>> {
        let _ = ticket;
        todo!()
    }

    /// One comment.
    pub async fn comment(&self, id: CommentId) -> Result<Comment> {
        let _ = id;
        todo!()
    }

    /// All files of a ticket.
    pub async fn attachments(&self, ticket: TicketId) -> Result<Vec<StoredAttachment>> {
        let _ = ticket;
        todo!()
    }

    /// One file.
    pub async fn attachment(&self, id: AttachmentId) -> Result<StoredAttachment> {
        let _ = id;
        todo!()
    }

    /// History, oldest first.
    pub async fn audits(&self, ticket: TicketId) -> Result<Vec<Audit>> {
        let _ = ticket;
        todo!()
    }

    /// Suspended tickets, newest first.
    pub async fn suspended(&self, limit: u32) -> Result<Vec<Suspended>> {
        let _ = limit;
        todo!()
    }
}

/// Numbers beside the views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TicketCounts {
    /// Unsolved tickets assigned to me.
    pub mine: u64,
    /// Unsolved and unassigned.
    pub unassigned: u64,
    /// All unsolved.
    pub unsolved: u64,
    /// Solved and closed.
    pub solved: u64,
}

impl Tx {
    /// A ticket, seen (and on PostgreSQL locked) from inside the transaction.
    pub async fn ticket(&self, id: TicketId) -> Result<Ticket> {
        let _ = id;
        todo!()
    }

    /// Makes a ticket with its `Created` audit. Announces the change.
    pub async fn create_ticket(&self, new: &NewTicket, actor: Option<PersonId>) -> Result<Ticket> {
        let _ = (new, actor);
        todo!()
    }

    /// Makes a comment with its audit; touches the ticket's `updated_at` and `is_public`.
    pub async fn add_comment(&self, new: &NewComment) -> Result<CommentId> {
        let _ = new;
        todo!()
    }

    /// Changes fields, writing one audit per field that really changed. Answers the ticket afterwards.
    pub async fn change_ticket(&self, id: TicketId, change: &TicketChange, actor: Option<PersonId>) -> Result<Ticket> {
        let _ = (id, change, actor);
        todo!()
    }

    /// Writes an audit.
    pub async fn audit(&self, ticket: TicketId, author: Option<PersonId>, event: &AuditEvent) -> Result<()> {
        let _ = (ticket, author, event);
        todo!()
    }

    /// Keeps a suspended ticket.
    pub async fn suspend(&self, new: &NewSuspended) -> Result<SuspendedId> {
        let _ = new;
        todo!()
    }
}
