//! What becomes of a letter. One pure function, used by live mail, import, preview and tests alike.

use jiff::Timestamp;
use mail::{Address, Letter, Mailbox, MessageId};
use serde::{Deserialize, Serialize};

use crate::ticket::words;
use crate::{AddressId, BrandId, CommentId, LedgerId, OutboxId, Person, PersonId, Status, TicketId};

/// By which way the letter came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As it arrives: triggers run.
    Live,
    /// Old mail: nothing is sent, whatever the triggers say.
    Import,
}

/// What `decide` needs to know beside the letter. The store loads it in the transaction that applies the decision.
#[derive(Debug, Clone)]
pub struct Context {
    /// Live or import.
    pub way: Way,
    /// Now.
    pub now: Timestamp,
    /// The support address whose mailbox the letter lies in.
    pub address: AddressId,
    /// Its brand.
    pub brand: BrandId,
    /// What the same identity (Message-ID, or content) became before, in the whole account.
    pub known: Option<Known>,
    /// The outbox row whose mail this is a copy of (by our mark or its Message-ID).
    pub own: Option<OutboxId>,
    /// For a bounce: what bounced.
    pub bounced: Option<Bounced>,
    /// The person who has the author's address.
    pub author: Option<Person>,
    /// The author's address is one of our support addresses.
    pub author_is_support_address: bool,
    /// Support addresses among the recipients: they are never people.
    pub support_addresses: Vec<Address>,
    /// Tickets the letter refers to, best signal first, without repeats.
    pub referenced: Vec<Referenced>,
    /// Mails of this author taken in during the last hour.
    pub recent_from_author: u32,
    /// The account's address limit for CCs.
    pub max_ccs: usize,
}

/// A mail of the same identity seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The ledger row that made the comment, if it came by mail.
    pub ledger: Option<LedgerId>,
    /// Its ticket.
    pub ticket: TicketId,
    /// Its comment.
    pub comment: CommentId,
}

/// The mail of ours that a bounce speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounced {
    /// Outbox row.
    pub outbox: OutboxId,
    /// Its ticket.
    pub ticket: Option<TicketId>,
}

/// A ticket the letter refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referenced {
    /// By what.
    pub signal: Signal,
    /// Which.
    pub ticket: TicketId,
    /// Its status.
    pub status: Status,
    /// Its requester.
    pub requester: PersonId,
    /// Its assignee.
    pub assignee: Option<PersonId>,
    /// Its CCs.
    pub ccs: Vec<PersonId>,
    /// Whether any of its comments is public.
    pub is_public: bool,
}

/// One reason why a mail belongs to a ticket. Kept with the comment: "why here?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Signal {
    /// Our signed token in the text.
    Token {
        /// The ticket the token was signed for.
        ticket: TicketId,
    },
    /// In-Reply-To names a mail of the ticket.
    InReplyTo {
        /// Which mail.
        id: MessageId,
    },
    /// References names a mail of the ticket.
    References {
        /// Which mail.
        id: MessageId,
    },
}

words! {
    /// The permanent outcome of a message, as stored in the ledger. Never changed once set.
    OutcomeKind {
        /// Became a ticket.
        NewTicket = "new_ticket",
        /// Became a comment.
        Reply = "reply",
        /// Became a ticket that follows a closed one.
        FollowUp = "follow_up",
        /// The same mail was there already.
        Duplicate = "duplicate",
        /// Waits in the suspended queue.
        Suspended = "suspended",
        /// Refused, with the reason.
        Rejected = "rejected",
        /// A bounce of a mail of ours.
        Bounce = "bounce",
        /// A copy of a mail of ours.
        OwnMail = "own_mail",
        /// A ticket with the original attached, because it could not be read.
        Unreadable = "unreadable",
        /// Was gone from the mailbox before it could be read.
        Vanished = "vanished",
    }
}

words! {
    /// Why a mail waits in the suspended queue or was rejected. Numbers as Zendesk's clients know them: [`Cause::number`].
    Cause {
        /// Automated response.
        AutoMailer = "auto_mailer",
        /// Mail loop: too many mails of one sender in an hour.
        Loop = "loop",
        /// Unknown person tried to update a ticket.
        UnknownUserUpdate = "unknown_user_update",
        /// End user may update own tickets only.
        OtherUserUpdate = "other_user_update",
        /// Delivery failure that names no mail of ours.
        AutoDeliveryFailure = "auto_delivery_failure",
        /// Out of office.
        AutoVacation = "auto_vacation",
        /// From a system user (mailer-daemon, postmaster).
        SystemUser = "system_user",
        /// Written by one of our own support addresses.
        FromSupportAddress = "from_support_address",
        /// No usable author.
        UnknownAuthor = "unknown_author",
    }
}

/// A decision with the evidence for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What becomes of the letter.
    pub outcome: Outcome,
    /// One line for the ledger, machine-readable words such as `auto_vacation` or `message-id seen before`.
    pub reason: String,
    /// The signals found, used or not.
    pub signals: Vec<Signal>,
}

/// What becomes of a letter: a plan that the store carries out in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A new ticket.
    NewTicket(TicketPlan),
    /// A comment on a ticket.
    Reply {
        /// Which ticket.
        ticket: TicketId,
        /// The comment.
        comment: CommentPlan,
        /// Status afterwards, if it changes (an end user reopens).
        status: Option<Status>,
        /// People newly on CC.
        add_ccs: Vec<Mailbox>,
    },
    /// A new ticket that follows a closed one.
    FollowUp {
        /// The closed ticket.
        of: TicketId,
        /// The new one.
        plan: TicketPlan,
    },
    /// Nothing: the same mail is there already.
    Duplicate(Known),
    /// The suspended queue.
    Suspended(Cause),
    /// Nothing, but a ledger row with the reason.
    Rejected(Cause),
    /// The failure is shown at the mail that bounced.
    Bounce(Bounced),
    /// A copy of our own mail.
    OwnMail(OutboxId),
    /// A ticket with the original attached.
    Unreadable(TicketPlan),
}

impl Outcome {
    /// The word for the ledger.
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::NewTicket(_) => OutcomeKind::NewTicket,
            Outcome::Reply { .. } => OutcomeKind::Reply,
            Outcome::FollowUp { .. } => OutcomeKind::FollowUp,
            Outcome::Duplicate(_) => OutcomeKind::Duplicate,
            Outcome::Suspended(_) => OutcomeKind::Suspended,
            Outcome::Rejected(_) => OutcomeKind::Rejected,
            Outcome::Bounce(_) => OutcomeKind::Bounce,
            Outcome::OwnMail(_) => OutcomeKind::OwnMail,
            Outcome::Unreadable(_) => OutcomeKind::Unreadable,
        }
    }
}

/// The author of a letter, as the store shall find or make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// Somebody known.
    Known(PersonId),
    /// To be made an end user.
    New(Mailbox),
}

/// A ticket to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketPlan {
    /// Requester and author of the first comment.
    pub requester: Author,
    /// Subject.
    pub subject: String,
    /// First comment.
    pub comment: CommentPlan,
    /// CCs.
    pub ccs: Vec<Mailbox>,
    /// Tags.
    pub tags: Vec<String>,
}

/// A comment to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentPlan {
    /// Author.
    pub author: Author,
    /// Public?
    pub public: bool,
    /// By a machine: neither reopens, nor triggers, nor is answered.
    pub automatic: bool,
    /// May be spoofed: shown with a warning.
    pub spoof: bool,
}

/// Decides. See the module.
pub fn decide(letter: &Letter, context: &Context) -> Decision {
    let _ = (letter, context);
    todo!()
}
