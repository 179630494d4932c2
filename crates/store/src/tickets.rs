//! Tickets, comments, attachments, history, suspended tickets: what is stored; [`read`] and [`write`] say how.

mod read;
mod regroup;
mod write;

pub(crate) use read::{attachment, containing, description, latest_comments};
pub use regroup::CLOSED_BY_MERGE;
pub(crate) use write::attachment_row;

use desk::decide::Cause;
use desk::ticket::{CommentMail, Via};
use desk::{
    AddressId, AttachmentId, BrandId, CommentId, GroupId, LedgerId, PersonId, Priority, Status, SuspendedId,
    Ticket, TicketId, TriggerId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::BlobId;

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
    /// What it is by its content, and what it could do; `None`: nobody has looked.
    pub finding: Option<mail::Finding>,
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
    /// An agent let a suspended mail in.
    Recovered {
        /// The comment it became.
        comment: CommentId,
        /// Why it was suspended.
        cause: Cause,
    },
    /// A kept mail was read anew, and the comment shows it as it is read now.
    Reread {
        /// Which comment.
        comment: CommentId,
        /// What differed: `text`, `files`, `subject`, ...
        changed: Vec<String>,
    },
    /// The account's mail template could not be used for a mail; it left in the desk's own.
    TemplateReplaced {
        /// What was wrong with it.
        fault: String,
    },
    /// An agent asked by mail for what was not done.
    NotDone {
        /// The comment that the mail became.
        comment: CommentId,
        /// Line by line.
        lines: Vec<desk::behalf::NotDone>,
    },
    /// A mail of ours came back.
    DeliveryFailure {
        /// Comment whose mail it was.
        comment: Option<CommentId>,
        /// The report's words.
        reason: String,
    },
    /// For fear of a loop nothing automatic is sent, or mails wait.
    LoopStopped {
        /// What there was too much of.
        window: desk::flood::Window,
    },
    /// The ticket was merged into another.
    MergedInto {
        /// The other.
        ticket: TicketId,
    },
    /// Another ticket was merged into this one.
    MergedFrom {
        /// The other.
        ticket: TicketId,
    },
    /// A merge of this ticket and another was undone.
    MergeUndone {
        /// The other.
        ticket: TicketId,
    },
    /// A comment was split off into a ticket of its own.
    SplitOff {
        /// Which.
        comment: CommentId,
        /// Its ticket now.
        ticket: TicketId,
    },
    /// The ticket was made of a comment that was split off.
    SplitFrom {
        /// Which.
        comment: CommentId,
        /// Its ticket before.
        ticket: TicketId,
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
    /// The author's address alone; empty when there is none.
    pub author_address: String,
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
