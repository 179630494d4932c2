//! Which of the tickets that signals speak for a mail is put in, and why not in the others: "why here?".
//!
//! Priority (zendesk.md 3.1): our signed token, in an address or in the text, then In-Reply-To, then References from the newest
//! on. The first decides; what else was found is kept and shown. Last come early replies: mails of a ticket that answer
//! this one and came before it. The subject and Exchange's conversation id are no signals: neither is ours, and both are
//! shared by mails that have nothing to do with each other.
//!
//! An original that comes after its reply joins the reply's ticket, because that number may have been told to the customer already.
//! Where the original belongs to a ticket of its own, the two become one: the older number stays, the newer ticket is merged into it.
//! Both only when the author has a part in the other ticket (requester, CC, or genuine staff); else they stay apart, and the
//! comment says so.

use mail::Letter;

use crate::decide::{Conflict, Context, Outcome, Passed, Referenced, Signal};
use crate::reply::{Standing, standing};
use crate::{Status, TicketId};

/// The ticket of the first early reply that the letter may join.
pub(crate) fn early_reply<'c>(letter: &Letter, context: &'c Context) -> Option<&'c Referenced> {
    context.awaiting.iter().find(|early| passed(letter, context, early).is_none())
}

/// Why the letter may not join the ticket of an early reply.
fn passed(letter: &Letter, context: &Context, early: &Referenced) -> Option<Passed> {
    if early.status == Status::Closed {
        Some(Passed::Closed)
    } else if standing(letter, context, early) == Standing::Stranger {
        Some(Passed::NoPart)
    } else {
        None
    }
}

fn ticket_of(outcome: &Outcome) -> Option<TicketId> {
    match outcome {
        Outcome::Reply { ticket, .. } => Some(*ticket),
        Outcome::FollowUp { of, .. } => Some(*of),
        _ => None,
    }
}

/// The signals that placed the letter, and those that spoke for other tickets.
pub(crate) fn explain(letter: &Letter, context: &Context, outcome: &Outcome) -> (Vec<Signal>, Vec<Conflict>) {
    let chosen = ticket_of(outcome);
    let (mut signals, mut conflicts) = (Vec::new(), Vec::new());
    let mut weigh = |found: &Referenced, why: Passed| {
        for signal in [&found.signal].into_iter().chain(&found.also) {
            if Some(found.ticket) == chosen {
                signals.push(signal.clone());
            } else {
                conflicts.push(Conflict { signal: signal.clone(), ticket: found.ticket, why });
            }
        }
    };
    for found in &context.referenced {
        weigh(found, Passed::Weaker);
    }
    let joined = joins(letter, context, outcome);
    for early in context.awaiting.iter().filter(|early| !joined.contains(&early.ticket)) {
        weigh(early, passed(letter, context, early).unwrap_or(Passed::Weaker));
    }
    let early = context.awaiting.iter().filter(|early| joined.contains(&early.ticket));
    signals.extend(early.map(|early| early.signal.clone()));
    let shared = context.shares_id.clone();
    signals.extend(shared.map(|(id, ticket)| Signal::SharedId { id, ticket }));
    (signals, conflicts)
}

/// Tickets of early replies, other than the letter's own, that become one with it.
pub(crate) fn joins(letter: &Letter, context: &Context, outcome: &Outcome) -> Vec<TicketId> {
    let Outcome::Reply { ticket, .. } = outcome else { return Vec::new() };
    // Whoever wrote the early reply must have a part in the letter's ticket too: theirs is merged into it.
    let own = context.referenced.iter().chain(&context.awaiting).find(|found| found.ticket == *ticket);
    let Some(own) = own else { return Vec::new() };
    let has_part =
        |early: &Referenced| early.requester == own.requester || own.ccs.contains(&early.requester);
    let others = context.awaiting.iter().filter(|early| early.ticket != *ticket);
    others
        .filter(|early| has_part(early) && passed(letter, context, early).is_none())
        .map(|early| early.ticket)
        .collect()
}
