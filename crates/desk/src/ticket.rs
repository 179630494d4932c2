//! Tickets and their comments.

use jiff::Timestamp;
use mail::Mailbox;
use serde::{Deserialize, Serialize};

use crate::{AddressId, BrandId, CommentId, GroupId, PersonId, TicketId};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
            /// The word stored in the database and used by the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// From the stored word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a ticket stands.
    Status {
        /// Nobody has looked at it.
        New = "new",
        /// The desk must act.
        Open = "open",
        /// The requester must act.
        Pending = "pending",
        /// A third party must act.
        Hold = "hold",
        /// Answered, may be reopened.
        Solved = "solved",
        /// For good; a reply makes a follow-up.
        Closed = "closed",
    }
}

words! {
    /// How urgent.
    Priority {
        /// Low.
        Low = "low",
        /// Normal.
        Normal = "normal",
        /// High.
        High = "high",
        /// Urgent.
        Urgent = "urgent",
    }
}

words! {
    /// By which door something came.
    Via {
        /// Mail.
        Email = "email",
        /// The agent workspace.
        Web = "web",
        /// Import of old mail (by the wizard or the command).
        Import = "import",
        /// A trigger.
        Rule = "rule",
        /// A reply to a closed ticket.
        FollowUp = "closed_ticket",
    }
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Id; also the number people see.
    pub id: TicketId,
    /// Brand.
    pub brand: BrandId,
    /// The support address it was written to and is answered from; `None` when that address was deleted and none took over.
    pub address: Option<AddressId>,
    /// Subject, may be empty.
    pub subject: String,
    /// Status.
    pub status: Status,
    /// Priority.
    pub priority: Option<Priority>,
    /// Requester.
    pub requester: PersonId,
    /// Assignee.
    pub assignee: Option<PersonId>,
    /// Group.
    pub group: Option<GroupId>,
    /// CCs.
    pub ccs: Vec<PersonId>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// The closed ticket this one follows.
    pub follows: Option<TicketId>,
    /// How it came.
    pub via: Via,
    /// Whether any comment is public.
    pub is_public: bool,
    /// Made.
    pub created_at: Timestamp,
    /// Last changed.
    pub updated_at: Timestamp,
}

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Id.
    pub id: CommentId,
    /// Its ticket.
    pub ticket: TicketId,
    /// Author.
    pub author: PersonId,
    /// Public reply or internal note.
    pub public: bool,
    /// Plain text of what was newly written.
    pub text: String,
    /// Plain text of the whole mail, quotes included, when it differs from `text`.
    pub full_text: Option<String>,
    /// True when the journal holds an original with HTML to show.
    pub has_html: bool,
    /// By which door.
    pub via: Via,
    /// Written by a machine (out-of-office, receipt, robot).
    pub automatic: bool,
    /// From/To/Cc of the mail, when it came by mail.
    pub mail: Option<CommentMail>,
    /// When it was written (the mail's own date for imported mail).
    pub created_at: Timestamp,
}

/// The envelope of a comment that came by mail, and why it stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentMail {
    /// From.
    pub from: Option<Mailbox>,
    /// Reply-To, where it says something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Subject.
    pub subject: String,
    /// The signals that placed the mail in this ticket.
    pub signals: Vec<crate::decide::Signal>,
    /// May be spoofed.
    pub spoof: bool,
    /// Why; `None` also for comments of before the desk kept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<crate::decide::Doubt>,
    /// What its calendar part says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<mail::Invitation>,
    /// How it is signed or sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<mail::Protection>,
}
