//! What a mail that refers to a ticket may do there: comment publicly, privately, wait, or start a follow-up. The
//! order of the checks is Zendesk's (zendesk.md 3.3), as far as this desk has the settings they speak of.

use mail::{Letter, Mailbox};

use crate::Status;
use crate::decide::{
    Author, Cause, CommentPlan, Context, Outcome, Referenced, author_of, is_genuine_staff, machine,
    may_be_spoofed, other_people, suspended, ticket,
};

/// How the author stands to the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An agent whose mail is genuine: may edit every ticket.
    Staff,
    /// Whose ticket it is.
    Requester,
    /// On CC.
    Cc,
    /// Anybody else; also an agent whose mail nothing proves to be genuine.
    Stranger,
}

pub(crate) fn standing(letter: &Letter, context: &Context, referenced: &Referenced) -> Standing {
    let Some(person) = &context.author else { return Standing::Stranger };
    if person.id == referenced.requester {
        Standing::Requester
    } else if is_genuine_staff(letter, context) {
        Standing::Staff
    } else if referenced.ccs.contains(&person.id) {
        Standing::Cc
    } else {
        Standing::Stranger
    }
}

/// What becomes of a mail that refers to this ticket.
pub(crate) fn update(
    letter: &Letter,
    context: &Context,
    author: &Mailbox,
    referenced: &Referenced,
) -> (Outcome, String) {
    let standing = standing(letter, context, referenced);
    let stranger = standing == Standing::Stranger;
    // The token stands in our mails only and cannot be guessed: who knows it was shown the ticket by somebody. A
    // Message-ID proves less.
    let token = referenced.signal.is_token();
    let closed = referenced.status == Status::Closed;

    if let Some(cause) = machine(letter, author)
        && (closed || (stranger && !token))
    {
        return suspended(cause);
    }
    if stranger && !token {
        let known = context.author.is_some();
        return suspended(if known { Cause::OtherUserUpdate } else { Cause::UnknownUserUpdate });
    }
    place(letter, context, author, referenced)
}

/// The same once it is settled that the mail comes in: by the rules above, or because an agent said so.
pub(crate) fn place(
    letter: &Letter,
    context: &Context,
    author: &Mailbox,
    referenced: &Referenced,
) -> (Outcome, String) {
    let standing = standing(letter, context, referenced);
    let stranger = standing == Standing::Stranger;
    let closed = referenced.status == Status::Closed;
    let (public, why) = privacy(letter, standing, referenced);
    if closed {
        return (follow_up(letter, context, author, referenced, standing, public), "follow_up".to_owned());
    }

    let who = author_of(context, author);
    let automatic = machine(letter, author).is_some();
    let customer = standing != Standing::Staff;
    let waits = matches!(referenced.status, Status::Pending | Status::Hold | Status::Solved);
    let mut not_people = vec![&author.address];
    not_people.extend(&referenced.requester_addresses);
    let room = context.max_ccs.saturating_sub(referenced.ccs.len());
    let outcome = Outcome::Reply {
        ticket: referenced.ticket,
        comment: CommentPlan { author: who, public, automatic, spoof: may_be_spoofed(letter, context) },
        status: (customer && waits && !automatic).then_some(Status::Open),
        add_ccs: if public && !automatic && !stranger {
            other_people(letter, context, &not_people, room)
        } else {
            Vec::new()
        },
    };
    (outcome, if automatic { "automatic_reply" } else { why }.to_owned())
}

/// Public or private, and the rule that says so: first hit wins.
fn privacy(letter: &Letter, standing: Standing, referenced: &Referenced) -> (bool, &'static str) {
    match standing {
        Standing::Stranger => (false, "third_party_reply"),
        Standing::Cc if leaves_out_requester(letter, referenced) => (false, "cc_without_requester"),
        Standing::Cc | Standing::Requester => (true, "end_user_reply"),
        Standing::Staff if !referenced.is_public => (false, "private_ticket"),
        Standing::Staff if quotes_private_text(letter, referenced) => (false, "quotes_private_comment"),
        Standing::Staff => (true, "agent_reply"),
    }
}

fn leaves_out_requester(letter: &Letter, referenced: &Referenced) -> bool {
    let mut recipients = letter.to.iter().chain(&letter.cc);
    !recipients.any(|person| referenced.requester_addresses.contains(&person.address))
}

/// A reply to a notification of an internal note must not carry that note to the customer. Line breaks, quote marks
/// and the length of lines change on the way, so only the letters and digits are compared; very short notes ("ok") prove nothing.
fn quotes_private_text(letter: &Letter, referenced: &Referenced) -> bool {
    const TELLING: usize = 12;
    if referenced.private_texts.is_empty() {
        return false;
    }
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let whole = bare(&letter.text);
    referenced
        .private_texts
        .iter()
        .map(|text| bare(text))
        .any(|note| note.len() >= TELLING && whole.contains(&note))
}

/// A reply to a closed ticket: a new one that takes over the tags. An agent's mail opens it for the old requester.
fn follow_up(
    letter: &Letter,
    context: &Context,
    author: &Mailbox,
    referenced: &Referenced,
    standing: Standing,
    public: bool,
) -> Outcome {
    let mut plan = ticket(letter, context, author);
    plan.tags.clone_from(&referenced.tags);
    if standing == Standing::Staff {
        plan.requester = Author::Known(referenced.requester);
        plan.comment.public = public;
        plan.ccs.retain(|person| !referenced.requester_addresses.contains(&person.address));
    }
    Outcome::FollowUp { of: referenced.ticket, plan }
}
