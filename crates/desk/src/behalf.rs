//! Agents by mail: commands at the top of what they write, and mail of customers that they pass on (zendesk.md 6.5).
//!
//! Only for mail that is certainly an agent's ([`is_genuine_staff`]); in everybody else's a `#solved` is a word like others and a
//! forward is a mail of the forwarder's. The requester of a forwarded mail is read from the forwarded header, which proves nothing: the
//! agent who forwards it vouches for it, and the history names the agent.
//!
//! Decided here and not taken over from elsewhere: those on Cc of the forwarded mail are left out, as Zendesk leaves them out, because
//! addresses read from a text would each be written to; those on the agent's own mail stay. For the triggers the original sender opened
//! the ticket: they get the receipt that they would have got by writing themselves, and not their own words back as a mail from
//! an agent.

use mail::command::Command;
use mail::{Address, Letter, Mailbox};
use serde::{Deserialize, Serialize};

use crate::decide::{Author, CommentPlan, Context, Outcome, TicketPlan, is_genuine_staff};
use crate::{Priority, Status};

/// What an account lets its agents do by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffMail {
    /// A forwarded mail becomes the ticket of who wrote it.
    pub on_behalf: bool,
    /// Agents' mail is public unless they say `#note`; else it is a note unless they say `#public`.
    pub public: bool,
}

impl Default for StaffMail {
    fn default() -> Self {
        Self { on_behalf: true, public: true }
    }
}

/// What an agent's mail says beyond its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByAgent {
    /// The words of the comment, where they are not simply the letter's.
    pub text: Option<String>,
    /// A note of the agent's that goes beside the first comment.
    pub note: Option<String>,
    /// Fields to change, in the order written.
    pub changes: Vec<Change>,
    /// The ticket is somebody else's: made by the agent, written by the requester.
    pub on_behalf: bool,
    /// What was asked for and is not done: agents are told at the comment.
    pub not_done: Vec<NotDone>,
}

/// A line of an agent's mail that led to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDone {
    /// As it was written, `#status asap`; of a forwarded mail, whom it names.
    pub line: String,
    /// Why.
    pub why: WhyNot,
}

/// Why something that an agent asked for by mail was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// No such command.
    Unknown,
    /// A command of other desks; this one has no groups and no types of tickets.
    NotHere,
    /// The command needs a value.
    NoValue,
    /// The value means nothing.
    BadValue,
    /// No member of the staff is meant without doubt.
    NoSuchAgent,
    /// Whose ticket it is can only be said when it is made.
    OnlyWhenNew,
    /// The forwarded mail shows the sender's name alone, as Outlook does for colleagues.
    SenderWithoutAddress,
    /// The sender is a support address, which is never a person's.
    SupportAddress,
    /// The forwarded mail is the agent's own.
    OwnMail,
    /// The account does not let agents' forwards become customers' tickets.
    SwitchedOff,
}

/// One field that a command changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `#status pending`, `#solved`.
    Status(Status),
    /// `#priority high`; `#priority none` takes it away.
    Priority(Option<Priority>),
    /// `#assignee kenji@example.com`, a name, or `me`; `None`: nobody.
    Assignee(Option<String>),
    /// `#tags one two`: added.
    Tags(Vec<String>),
}

/// All that the commands of one mail say.
#[derive(Default)]
struct Orders {
    changes: Vec<Change>,
    requester: Option<Mailbox>,
    /// `#note` or `#public`, the last one written.
    public: Option<bool>,
    /// As it was written.
    requester_line: String,
    not_done: Vec<NotDone>,
}

/// What one command means.
enum Meaning {
    Change(Change),
    Requester(Mailbox),
    Public(bool),
    Nothing(WhyNot),
}

impl Orders {
    /// Unknown commands, and values that mean nothing, change nothing and are told.
    fn of(commands: &[Command]) -> Self {
        let mut orders = Self::default();
        for command in commands {
            match meaning(command) {
                Meaning::Change(change) => orders.changes.push(change),
                Meaning::Public(public) => orders.public = Some(public),
                Meaning::Requester(person) => {
                    orders.requester = Some(person);
                    orders.requester_line = line(command);
                }
                Meaning::Nothing(why) => orders.not_done.push(NotDone { line: line(command), why }),
            }
        }
        orders
    }

    /// That a requester was named where none can be.
    fn requester_not_taken(&mut self, why: WhyNot) {
        if self.requester.take().is_some() {
            self.not_done.push(NotDone { line: std::mem::take(&mut self.requester_line), why });
        }
    }
}

/// Longest line that is told, in characters.
const LONGEST_LINE: usize = 200;

fn line(command: &Command) -> String {
    let Command { name, value } = command;
    let line = if value.is_empty() { format!("#{name}") } else { format!("#{name} {value}") };
    line.chars().take(LONGEST_LINE).collect()
}

fn meaning(Command { name, value }: &Command) -> Meaning {
    let word = mail::command::narrowed(value).to_lowercase();
    let or_bad = |change: Option<Change>| change.map_or(Meaning::Nothing(WhyNot::BadValue), Meaning::Change);
    match name.as_str() {
        "status" | "priority" | "assignee" | "tag" | "tags" | "requester" if value.is_empty() => {
            Meaning::Nothing(WhyNot::NoValue)
        }
        "status" => or_bad(status(&word).map(Change::Status)),
        "open" | "pending" | "hold" | "solved" if value.is_empty() => {
            or_bad(status(name).map(Change::Status))
        }
        "open" | "pending" | "hold" | "solved" => Meaning::Nothing(WhyNot::BadValue),
        "priority" => or_bad(match word.as_str() {
            "none" | "-" => Some(Change::Priority(None)),
            word => Priority::parse(word).map(|priority| Change::Priority(Some(priority))),
        }),
        "assignee" => Meaning::Change(match word.as_str() {
            "none" | "nobody" | "-" => Change::Assignee(None),
            _ => Change::Assignee(Some(value.clone())),
        }),
        "tag" | "tags" => {
            let tags = value.split([' ', ',', '\u{3000}', '、']).map(str::trim);
            let tags: Vec<String> = tags.filter(|tag| !tag.is_empty()).map(str::to_lowercase).collect();
            or_bad((!tags.is_empty()).then_some(Change::Tags(tags)))
        }
        "requester" => mailbox(&mail::command::narrowed(value))
            .map_or(Meaning::Nothing(WhyNot::BadValue), Meaning::Requester),
        "note" => Meaning::Public(false),
        "public" => Meaning::Public(true),
        "group" | "type" => Meaning::Nothing(WhyNot::NotHere),
        _ => Meaning::Nothing(WhyNot::Unknown),
    }
}

/// New never comes back, and closed is set by time alone (zendesk.md 3.4).
fn status(word: &str) -> Option<Status> {
    match word {
        "on-hold" | "onhold" => Some(Status::Hold),
        word => Status::parse(word).filter(|status| !matches!(status, Status::New | Status::Closed)),
    }
}

/// `Name <address>` or an address alone.
fn mailbox(value: &str) -> Option<Mailbox> {
    let (name, address) = match value.rsplit_once('<') {
        Some((name, rest)) => (name.trim().trim_matches('"'), rest.split('>').next().unwrap_or_default()),
        None => ("", value.trim_start_matches("mailto:")),
    };
    Some(Mailbox { name: name.to_owned(), address: Address::parse(address.trim())? })
}

/// The agent's own words at the top of a letter that makes a ticket.
fn own_words(letter: &Letter) -> &str {
    letter.forwarded.as_ref().map_or(&letter.text, |forwarded| &forwarded.above)
}

/// Addresses that a letter names in its words and that could become a requester's: none of them may be a support address.
pub fn named(letter: &Letter) -> Vec<Address> {
    let forwarded = letter.forwarded.iter().filter_map(|forwarded| forwarded.from.clone());
    let ordered = Orders::of(&mail::command::take(own_words(letter)).commands).requester;
    forwarded.chain(ordered).map(|person| person.address).collect()
}

/// Carries an agent's powers into what was decided; `None` where there are none or nothing was said.
pub(crate) fn apply(
    letter: &Letter,
    context: &Context,
    outcome: &mut Outcome,
    reason: &mut String,
) -> Option<ByAgent> {
    if !is_genuine_staff(letter, context) || letter.kind.is_automatic() {
        return None;
    }
    match outcome {
        Outcome::NewTicket(plan) => new_ticket(letter, context, plan, reason),
        Outcome::Reply { comment, .. } => {
            let text = if letter.fresh.trim().is_empty() { &letter.text } else { &letter.fresh };
            update(letter, context, text, comment, Some(reason))
        }
        Outcome::FollowUp { plan, .. } => update(letter, context, &letter.text, &mut plan.comment, None),
        _ => None,
    }
}

fn update(
    letter: &Letter,
    context: &Context,
    text: &str,
    comment: &mut CommentPlan,
    reason: Option<&mut String>,
) -> Option<ByAgent> {
    let taken = mail::command::take(text);
    let mut orders = Orders::of(&taken.commands);
    orders.requester_not_taken(WhyNot::OnlyWhenNew);
    let only_commands =
        !taken.commands.is_empty() && taken.rest.trim().is_empty() && letter.attachments.is_empty();
    // The rules before these have said "private" for reasons of their own, which `#public` does not lift.
    let private = match orders.public {
        // Nobody is sent an empty mail: what was ordered stays as a note.
        _ if only_commands => Some("agent_note"),
        Some(false) => Some("agent_note"),
        Some(true) => None,
        None => (!context.staff_mail.public).then_some("agents_write_notes"),
    };
    if let Some(why) = private.filter(|_| comment.public) {
        comment.public = false;
        if let Some(reason) = reason {
            why.clone_into(reason);
        }
    }
    let text = (!taken.commands.is_empty() && !only_commands).then(|| taken.rest.trim_end().to_owned());
    let by = ByAgent { text, changes: orders.changes, not_done: orders.not_done, ..ByAgent::default() };
    (by != ByAgent::default()).then_some(by)
}

/// Why the sender whom a program or an agent names does not become the requester.
fn refused(person: &Mailbox, context: &Context) -> Option<WhyNot> {
    if !context.staff_mail.on_behalf {
        Some(WhyNot::SwitchedOff)
    } else if context.support_addresses.contains(&person.address) {
        Some(WhyNot::SupportAddress)
    } else if context.author.as_ref().is_some_and(|agent| agent.email == person.address) {
        Some(WhyNot::OwnMail)
    } else {
        None
    }
}

fn new_ticket(
    letter: &Letter,
    context: &Context,
    plan: &mut TicketPlan,
    reason: &mut String,
) -> Option<ByAgent> {
    let taken = mail::command::take(own_words(letter));
    let mut orders = Orders::of(&taken.commands);
    let said = (!taken.rest.trim().is_empty()).then(|| taken.rest.trim().to_owned());
    let forwarded = letter.forwarded.as_ref();
    // What the agent says goes before what the program wrote.
    if let Some(why) = orders.requester.as_ref().and_then(|person| refused(person, context)) {
        orders.requester_not_taken(why);
    }
    let theirs = forwarded.and_then(|forwarded| forwarded.from.clone());
    let requester = match (orders.requester.take(), theirs) {
        (Some(named), _) => Some(named),
        (None, Some(sender)) => match refused(&sender, context) {
            None => Some(sender),
            Some(why) => {
                // That the account does not want it is no news for anybody.
                if why != WhyNot::SwitchedOff {
                    orders.not_done.push(NotDone { line: sender.address.to_string(), why });
                }
                None
            }
        },
        (None, None) => {
            if forwarded.is_some() && context.staff_mail.on_behalf {
                let line = forwarded.map(|forwarded| forwarded.from_words.clone()).unwrap_or_default();
                orders.not_done.push(NotDone { line, why: WhyNot::SenderWithoutAddress });
            }
            None
        }
    };
    let Some(requester) = requester else {
        let by = if forwarded.is_some() || taken.commands.is_empty() {
            // The forward of nobody we know stays whole: a mail of the agent's.
            ByAgent { changes: orders.changes, not_done: orders.not_done, ..ByAgent::default() }
        } else {
            ByAgent { text: said, changes: orders.changes, not_done: orders.not_done, ..ByAgent::default() }
        };
        if orders.public == Some(false) {
            plan.comment.public = false;
        }
        return (by != ByAgent::default()).then_some(by);
    };
    "on_behalf".clone_into(reason);
    plan.ccs.retain(|person| person.address != requester.address);
    plan.requester = Author::New(requester);
    let passed_on = forwarded.is_some() || says_forward(&letter.subject);
    if !passed_on {
        // A mail that the agent writes to a customer by way of the desk.
        plan.comment.public = orders.public.unwrap_or(true);
        return Some(ByAgent {
            text: said,
            changes: orders.changes,
            not_done: orders.not_done,
            ..ByAgent::default()
        });
    }
    plan.comment.author = plan.requester.clone();
    plan.comment.spoof = None;
    plan.subject = match forwarded.and_then(|forwarded| forwarded.subject.clone()) {
        Some(subject) => subject,
        None => without_forward(&letter.subject).to_owned(),
    };
    let theirs = forwarded.map(|forwarded| forwarded.text.trim().to_owned()).filter(|text| !text.is_empty());
    let (text, note) = match (forwarded, theirs) {
        (Some(_), theirs) => (theirs.or_else(|| Some(plan.subject.clone())), said),
        // Nothing tells the agent's words from the customer's.
        (None, _) => (said, None),
    };
    Some(ByAgent { text, note, changes: orders.changes, on_behalf: true, not_done: orders.not_done })
}

/// Words before the colon of a forward's subject.
const FORWARDS: [&str; 7] = ["fwd", "fw", "転送", "wg", "tr", "rv", "転"];

fn says_forward(subject: &str) -> bool {
    without_forward(subject).len() < subject.trim().len()
}

fn without_forward(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((head, tail)) = rest.split_once([':', '：'])
        && FORWARDS.contains(&head.trim().to_lowercase().as_str())
    {
        rest = tail.trim_start();
    }
    rest
}
