//! What becomes of a letter. One pure function, used by live mail, import, preview and tests alike.
//!
//! The order of the rules stands in `judge`, one line a rule; what a mail to an existing ticket may do stands in
//! `reply.rs`.

use jiff::Timestamp;
use mail::{Address, AuthVerdict, Kind, Letter, Mailbox, MessageId, Unreadable};

use crate::admission::{self, Admission};
use crate::flood::{self, Recent, Verdict, Writer};
use crate::{AddressId, BrandId, CommentId, LedgerId, OutboxId, Person, PersonId, Status, TicketId};

mod words;

pub use words::{Cause, Conflict, Doubt, OutcomeKind, Passed, Signal};

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
    /// The person who has the author's address ([`author`]).
    pub author: Option<Person>,
    /// From is the author's as well: the same address, or another of that person's. Else only Reply-To names the author.
    pub from_is_author: bool,
    /// The name in From is an address of a member of the staff or of ours, and the mail is from another.
    pub names_staff: bool,
    /// The author's address is one of our support addresses.
    pub author_is_support_address: bool,
    /// Support addresses among everybody the letter names: they are never people.
    pub support_addresses: Vec<Address>,
    /// Tickets the letter refers to, best signal first, without repeats.
    pub referenced: Vec<Referenced>,
    /// What came in within the last hour.
    pub recent: Recent,
    /// Tickets of early replies to this letter, oldest first, without those of `referenced`.
    pub awaiting: Vec<Referenced>,
    /// Another mail with the letter's Message-ID, which is not the same mail, and its ticket.
    pub shares_id: Option<(MessageId, TicketId)>,
    /// The account's address limit for CCs.
    pub max_ccs: usize,
    /// What the account's lists say of the author.
    pub admission: Admission,
    /// What agents may do by mail.
    pub staff_mail: crate::behalf::StaffMail,
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
    /// The copy at hand was changed on the way, by a mailing list or a forwarder.
    pub changed: bool,
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
    /// By what else.
    pub also: Vec<Signal>,
    /// Which.
    pub ticket: TicketId,
    /// Its status.
    pub status: Status,
    /// Its requester.
    pub requester: PersonId,
    /// All of its requester's addresses: whether a CC left the requester out.
    pub requester_addresses: Vec<Address>,
    /// Its assignee.
    pub assignee: Option<PersonId>,
    /// Its CCs.
    pub ccs: Vec<PersonId>,
    /// Its tags: a follow-up takes them over.
    pub tags: Vec<String>,
    /// Whether any of its comments is public.
    pub is_public: bool,
    /// Texts of its internal notes. Needed only when the author is a member of the staff; may else be left empty.
    pub private_texts: Vec<String>,
}

/// A decision with the evidence for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What becomes of the letter.
    pub outcome: Outcome,
    /// One line for the ledger, machine-readable words such as `auto_vacation` or `message-id seen before`.
    pub reason: String,
    /// The signals that placed it where it is put.
    pub signals: Vec<Signal>,
    /// What the loop breaker says. Of what goes to a ticket only `Calm` and `Quiet` can stand here.
    pub flood: Verdict,
    /// Those that spoke for other tickets.
    pub conflicts: Vec<Conflict>,
    /// Tickets of early replies that belong to the same conversation: they become one with the letter's.
    pub joins: Vec<TicketId>,
    /// What an agent ordered by it.
    pub by_agent: Option<crate::behalf::ByAgent>,
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
    /// Why it may be spoofed: shown with a warning.
    pub spoof: Option<Doubt>,
}

/// The requester of a ticket whose mail is so broken that it names nobody. `.invalid` can never be delivered to.
pub const NOBODY: &str = "unknown-sender@postdesk.invalid";

/// The author of a letter: Reply-To before From, as desks do it; but a Reply-To that is a support address of ours
/// names no person, then it is From.
pub fn author(letter: &Letter, is_support_address: impl Fn(&Address) -> bool) -> Option<&Mailbox> {
    match (&letter.reply_to, &letter.from) {
        (Some(reply_to), Some(from)) if is_support_address(&reply_to.address) => Some(from),
        _ => letter.author(),
    }
}

/// Decides. Exactly one outcome for whatever letter and context; see the module.
pub fn decide(letter: &Letter, context: &Context) -> Decision {
    let flood = flood_of(letter, context);
    let (mut outcome, mut reason) = judge(letter, context, flood);
    let by_agent = crate::behalf::apply(letter, context, &mut outcome, &mut reason);
    let (signals, conflicts) = crate::place::explain(letter, context, &outcome);
    let joins = crate::place::joins(letter, context, &outcome);
    let taken = matches!(outcome, Outcome::OwnMail(_) | Outcome::Duplicate(_) | Outcome::Bounce(_));
    let flood = if taken { Verdict::Calm } else { flood };
    Decision { outcome, reason, signals, conflicts, joins, flood, by_agent }
}

/// The rules in their order: the first that applies decides.
fn judge(letter: &Letter, context: &Context, flood: Verdict) -> (Outcome, String) {
    if let Some(own) = context.own {
        return (Outcome::OwnMail(own), "own_mail".to_owned());
    }
    if context.author_is_support_address {
        return suspended(Cause::FromSupportAddress);
    }
    if let Some(known) = &context.known {
        let by = match (&letter.message_id, known.changed) {
            (Some(_), false) => "message-id seen before",
            (Some(_), true) => "message-id seen before, changed on the way",
            (None, _) => "content seen before",
        };
        return (Outcome::Duplicate(known.clone()), by.to_owned());
    }
    if letter.kind == Kind::Bounce {
        return match &context.bounced {
            Some(bounced) => (Outcome::Bounce(bounced.clone()), "bounce_of_ours".to_owned()),
            None => suspended(Cause::AutoDeliveryFailure),
        };
    }
    match context.admission.verdict {
        admission::Verdict::Admitted => {}
        admission::Verdict::Suspended(cause) => return suspended(cause),
        admission::Verdict::Rejected(cause) => {
            return (Outcome::Rejected(cause), cause.as_str().to_owned());
        }
    }
    match flood {
        Verdict::Calm | Verdict::Quiet(_) => {}
        Verdict::Suspended(_) => return suspended(Cause::Loop),
        Verdict::Rejected(_) => return (Outcome::Rejected(Cause::Loop), Cause::Loop.as_str().to_owned()),
    }
    let author = author(letter, |address| context.support_addresses.contains(address));
    if let Some(why @ (Unreadable::Empty | Unreadable::NoHeaders)) = &letter.unreadable {
        return unreadable(letter, context, author, why);
    }
    // A ticket nobody can be answered in helps no customer: an agent sees the mail in the suspended queue and can
    // say whose it is.
    let Some(author) = author else {
        return match &letter.unreadable {
            Some(why) => unreadable(letter, context, None, why),
            None => suspended(Cause::UnknownAuthor),
        };
    };
    if let Some(referenced) = context.referenced.first() {
        return crate::reply::update(letter, context, author, referenced);
    }
    if let Some(early) = crate::place::early_reply(letter, context) {
        let (outcome, _) = crate::reply::update(letter, context, author, early);
        return (outcome, "late_original".to_owned());
    }
    if let Some(cause) = machine(letter, author)
        && !is_welcome_robot(letter, context)
    {
        return suspended(cause);
    }
    if let Some(why) = &letter.unreadable {
        return unreadable(letter, context, Some(author), why);
    }
    if is_blank(letter) {
        return suspended(Cause::Blank);
    }
    let reason = if context.shares_id.is_some() { "message-id of another mail" } else { "new_ticket" };
    (Outcome::NewTicket(ticket(letter, context, author)), reason.to_owned())
}

pub(crate) fn suspended(cause: Cause) -> (Outcome, String) {
    (Outcome::Suspended(cause), cause.as_str().to_owned())
}

/// Old mail is no loop; and a robot of an agent's has none of the agent's freedom.
fn flood_of(letter: &Letter, context: &Context) -> Verdict {
    if context.way == Way::Import {
        return Verdict::Calm;
    }
    let writer = match &context.author {
        Some(_) if is_genuine_staff(letter, context) && !letter.kind.is_automatic() => Writer::Staff,
        Some(_) => Writer::Known,
        None => Writer::Unknown,
    };
    flood::judge(&context.recent, writer)
}

/// Why a mail that belongs to no ticket makes none: written by a machine.
pub(crate) fn machine(letter: &Letter, author: &Mailbox) -> Option<Cause> {
    if matches!(author.address.local(), "mailer-daemon" | "postmaster") {
        return Some(Cause::SystemUser);
    }
    match letter.kind {
        Kind::Ordinary => None,
        Kind::OutOfOffice => Some(Cause::AutoVacation),
        Kind::Bounce => Some(Cause::AutoDeliveryFailure),
        Kind::Automatic | Kind::Bulk | Kind::Receipt => Some(Cause::AutoMailer),
    }
}

/// A robot of somebody on the allowlist may make tickets; what only answers a mail of ours may not.
fn is_welcome_robot(letter: &Letter, context: &Context) -> bool {
    context.admission.trusted && matches!(letter.kind, Kind::Ordinary | Kind::Automatic | Kind::Bulk)
}

/// Neither subject nor words nor files. A subject alone is a message: many people write so.
fn is_blank(letter: &Letter) -> bool {
    letter.subject.trim().is_empty()
        && letter.text.trim().is_empty()
        && letter.attachments.is_empty()
        && letter.invitation.is_none()
        && letter.protection.is_none()
}

/// A member of the staff wrote it, and Exchange says that the sender is genuine. Only then has the mail an agent's
/// powers (zendesk.md 3.2, 5.5). Exchange speaks of From; a Reply-To proves nothing.
pub(crate) fn is_genuine_staff(letter: &Letter, context: &Context) -> bool {
    letter.auth == AuthVerdict::Pass
        && context.from_is_author
        && context.author.as_ref().is_some_and(|person| person.role.is_staff())
}

/// Why it may be spoofed: the check failed; or it claims to be staff and nothing proves it; or only a name says so, which is all
/// that many programs show of a sender.
pub(crate) fn may_be_spoofed(letter: &Letter, context: &Context) -> Option<Doubt> {
    let staff = context.author.as_ref().is_some_and(|person| person.role.is_staff());
    match letter.auth {
        _ if staff && !context.from_is_author => Some(Doubt::StaffInReplyTo),
        AuthVerdict::Fail => Some(Doubt::SenderFailed),
        AuthVerdict::Unknown if staff => Some(Doubt::StaffUnproved),
        _ if context.names_staff => Some(Doubt::StaffInName),
        AuthVerdict::Unknown | AuthVerdict::Pass => None,
    }
}

pub(crate) fn author_of(context: &Context, author: &Mailbox) -> Author {
    match &context.author {
        Some(person) => Author::Known(person.id),
        None => Author::New(author.clone()),
    }
}

/// A new ticket of the author's.
pub(crate) fn ticket(letter: &Letter, context: &Context, author: &Mailbox) -> TicketPlan {
    let who = author_of(context, author);
    TicketPlan {
        requester: who.clone(),
        subject: letter.subject.clone(),
        comment: CommentPlan {
            author: who,
            public: true,
            automatic: letter.kind.is_automatic(),
            spoof: may_be_spoofed(letter, context),
        },
        ccs: other_people(letter, context, &[&author.address], context.max_ccs),
        tags: Vec::new(),
    }
}

/// A ticket that shows the original. Nothing is sent for it: nobody knows what the mail is.
fn unreadable(
    letter: &Letter,
    context: &Context,
    author: Option<&Mailbox>,
    why: &Unreadable,
) -> (Outcome, String) {
    let nobody = || Address::parse(NOBODY).map(|address| Mailbox { name: String::new(), address });
    let reason = match why {
        Unreadable::Empty => "empty",
        Unreadable::NoHeaders => "no_headers",
        Unreadable::NoMime => "no_mime",
    };
    let Some(author) = author.cloned().or_else(nobody) else {
        return suspended(Cause::UnknownAuthor);
    };
    let mut plan = ticket(letter, context, &author);
    plan.comment.automatic = true;
    if letter.kind.is_automatic() {
        plan.ccs.clear();
    }
    (Outcome::Unreadable(plan), reason.to_owned())
}

/// To and Cc without support addresses, without `except`, each once, at most `limit`.
pub(crate) fn other_people(
    letter: &Letter,
    context: &Context,
    except: &[&Address],
    limit: usize,
) -> Vec<Mailbox> {
    let mut people: Vec<Mailbox> = Vec::new();
    for person in letter.to.iter().chain(&letter.cc) {
        let address = &person.address;
        if people.len() == limit {
            break;
        }
        if !except.contains(&address)
            && !context.support_addresses.contains(address)
            && !people.iter().any(|p| p.address == *address)
        {
            people.push(person.clone());
        }
    }
    people
}
