//! Which ticket, and why: the order of the signals, what is said of those that lost, and originals that come after
//! their replies.
#![expect(clippy::panic, reason = "tests")]

use desk::decide::{Conflict, Context, Outcome, OutcomeKind, Passed, Referenced, Signal};
use desk::{CommentId, Person, Status, TicketId, decide};
use mail::{AuthVerdict, MessageId};

use crate::world::*;

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap_or_else(|| panic!("{text}"))
}

/// The ticket of an early reply to the letter.
fn early(number: i64) -> Referenced {
    let signal = Signal::Awaited { id: id("a@b.example"), comment: CommentId(number * 10) };
    Referenced { ticket: TicketId(number), ..ticket(signal, Status::Open) }
}

fn with(author: Option<Person>, referenced: Vec<Referenced>, awaiting: Vec<Referenced>) -> Context {
    Context { author, referenced, awaiting, ..context() }
}

fn chosen(outcome: &Outcome) -> Option<TicketId> {
    match outcome {
        Outcome::Reply { ticket, .. } => Some(*ticket),
        _ => None,
    }
}

#[test]
fn the_first_signal_decides_and_the_others_are_kept_as_conflicts() {
    let mut first = ticket(by_token(), Status::Open);
    first.also = vec![by_headers()];
    let other = Signal::References { id: id("other@example.com") };
    let second = Referenced { ticket: TicketId(8), ..ticket(other.clone(), Status::Open) };
    let decision = decide(&letter(HANA), &with(Some(hana()), vec![first, second], vec![]));
    assert_eq!(chosen(&decision.outcome), Some(TicketId(7)));
    assert_eq!(decision.signals, [by_token(), by_headers()]);
    assert_eq!(decision.conflicts, [Conflict { signal: other, ticket: TicketId(8), why: Passed::Weaker }]);
}

#[test]
fn an_original_joins_the_ticket_of_its_early_reply_when_its_author_has_a_part_in_it() {
    let cases = [
        ("requester", HANA, Some(hana()), AuthVerdict::Unknown, true),
        ("on CC", COLLEAGUE, Some(colleague()), AuthVerdict::Unknown, true),
        ("genuine staff", AGENT, Some(agent()), AuthVerdict::Pass, true),
        ("whoever claims to be staff", AGENT, Some(agent()), AuthVerdict::Unknown, false),
        ("a known stranger", STRANGER, Some(stranger()), AuthVerdict::Pass, false),
        ("an unknown stranger", STRANGER, None, AuthVerdict::Pass, false),
    ];
    for (what, from, author, auth, joins) in cases {
        let mut letter = letter(from);
        letter.auth = auth;
        let decision = decide(&letter, &with(author, vec![], vec![early(9)]));
        if joins {
            assert_eq!(chosen(&decision.outcome), Some(TicketId(9)), "{what}");
            assert_eq!((decision.signals, decision.conflicts), (vec![early(9).signal], vec![]), "{what}");
            assert_eq!(decision.reason, "late_original");
        } else {
            // Its own ticket, not the suspended queue: nothing but chance has brought it near somebody else's.
            assert_eq!(decision.outcome.kind(), OutcomeKind::NewTicket, "{what}");
            let apart = Conflict { signal: early(9).signal, ticket: TicketId(9), why: Passed::NoPart };
            assert_eq!(decision.conflicts, [apart], "{what}");
        }
    }
}

#[test]
fn a_closed_ticket_is_not_reopened_by_an_original() {
    let closed = Referenced { status: Status::Closed, ..early(9) };
    let decision = decide(&letter(HANA), &with(Some(hana()), vec![], vec![closed]));
    assert_eq!(decision.outcome.kind(), OutcomeKind::NewTicket);
    assert_eq!(decision.conflicts[0].why, Passed::Closed);
}

#[test]
fn several_early_replies_become_one_ticket_with_the_original() {
    let decision = decide(&letter(HANA), &with(Some(hana()), vec![], vec![early(9), early(11)]));
    assert_eq!((chosen(&decision.outcome), decision.joins), (Some(TicketId(9)), vec![TicketId(11)]));
    // The original's own ticket counts more.
    let own = ticket(by_headers(), Status::Open);
    let decision = decide(&letter(HANA), &with(Some(hana()), vec![own.clone()], vec![early(9)]));
    assert_eq!((chosen(&decision.outcome), decision.joins), (Some(TicketId(7)), vec![TicketId(9)]));
    // An early reply of somebody who has no part in it stays apart, though the author has a part in both.
    let foreign = Referenced { requester: stranger().id, ccs: vec![hana().id], ..early(9) };
    let decision = decide(&letter(HANA), &with(Some(hana()), vec![own], vec![foreign]));
    assert_eq!((chosen(&decision.outcome), decision.joins), (Some(TicketId(7)), vec![]));
}

#[test]
fn a_mail_that_shares_its_message_id_with_another_is_kept_and_says_so() {
    let shared = (id("always@the.same"), TicketId(3));
    let context = Context { shares_id: Some(shared.clone()), ..context() };
    let decision = decide(&letter(HANA), &context);
    assert_eq!(decision.outcome.kind(), OutcomeKind::NewTicket);
    assert_eq!(decision.reason, "message-id of another mail");
    assert_eq!(decision.signals, [Signal::SharedId { id: shared.0, ticket: shared.1 }]);
}
