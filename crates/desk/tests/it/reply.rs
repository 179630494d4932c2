//! What a mail to an existing ticket may do there (zendesk.md 3.3 and 3.4).
#![expect(clippy::panic, reason = "tests")]

use desk::decide::{Author, Cause, Outcome, OutcomeKind, Referenced, Signal};
use desk::{Person, Status, decide};
use mail::{AuthVerdict, Kind, Letter};

use crate::world::*;

struct Case {
    what: &'static str,
    from: &'static str,
    author: Option<Person>,
    auth: AuthVerdict,
    signal: Signal,
    cc: &'static [&'static str],
    /// `Ok`: a comment, public or not; `Err`: suspended.
    expected: Result<bool, Cause>,
}

fn outcome(letter: &Letter, author: Option<Person>, referenced: Referenced) -> Outcome {
    let mut context = context();
    context.author = author;
    context.referenced = vec![referenced];
    decide(letter, &context).outcome
}

#[test]
fn public_private_or_suspended_goes_by_who_writes_and_how_the_ticket_was_found() {
    use AuthVerdict::{Fail, Pass, Unknown};
    let case = |what, from, author: Option<Person>, auth, signal: Signal, cc, expected| Case {
        what,
        from,
        author,
        auth,
        signal,
        cc,
        expected,
    };
    let cases = [
        case("requester, headers", HANA, Some(hana()), Pass, by_headers(), &[], Ok(true)),
        case("requester, token", HANA, Some(hana()), Pass, by_token(), &[], Ok(true)),
        case("requester, unproven", HANA, Some(hana()), Unknown, by_headers(), &[], Ok(true)),
        case("known stranger, token", STRANGER, Some(stranger()), Pass, by_token(), &[], Ok(false)),
        case("unknown stranger, token", STRANGER, None, Pass, by_token(), &[], Ok(false)),
        case(
            "known stranger, headers",
            STRANGER,
            Some(stranger()),
            Pass,
            by_headers(),
            &[],
            Err(Cause::OtherUserUpdate),
        ),
        case(
            "unknown stranger, headers",
            STRANGER,
            None,
            Pass,
            by_headers(),
            &[],
            Err(Cause::UnknownUserUpdate),
        ),
        case("cc, reply", COLLEAGUE, Some(colleague()), Pass, by_headers(), &[], Ok(false)),
        case("cc, reply all", COLLEAGUE, Some(colleague()), Pass, by_headers(), &[HANA], Ok(true)),
        case(
            "cc, to another address of the requester",
            COLLEAGUE,
            Some(colleague()),
            Pass,
            by_headers(),
            &[HANA_AT_HOME],
            Ok(true),
        ),
        case("agent, headers", AGENT, Some(agent()), Pass, by_headers(), &[], Ok(true)),
        case(
            "agent unproven, headers",
            AGENT,
            Some(agent()),
            Unknown,
            by_headers(),
            &[],
            Err(Cause::OtherUserUpdate),
        ),
        case(
            "agent spoofed, headers",
            AGENT,
            Some(agent()),
            Fail,
            by_headers(),
            &[],
            Err(Cause::OtherUserUpdate),
        ),
        case("agent spoofed, token", AGENT, Some(agent()), Fail, by_token(), &[], Ok(false)),
    ];
    for case in cases {
        let mut letter = letter(case.from);
        letter.auth = case.auth;
        letter.cc = case.cc.iter().copied().map(mailbox).collect();
        let got = match outcome(&letter, case.author, ticket(case.signal, Status::Open)) {
            Outcome::Reply { comment, .. } => Ok(comment.public),
            Outcome::Suspended(cause) => Err(cause),
            other => panic!("{}: {other:?}", case.what),
        };
        assert_eq!(got, case.expected, "{}", case.what);
    }
}

#[test]
fn an_agents_mail_stays_private_in_a_private_ticket_or_when_it_quotes_an_internal_note() {
    let public = |text: &str, is_public: bool| {
        let mut letter = letter(AGENT);
        letter.text = text.to_owned();
        let mut referenced = ticket(by_token(), Status::Open);
        referenced.is_public = is_public;
        referenced.private_texts =
            vec!["The customer's card was\nstolen, do not tell.".to_owned(), "ok".to_owned()];
        match outcome(&letter, Some(agent()), referenced) {
            Outcome::Reply { comment, .. } => comment.public,
            other => panic!("{other:?}"),
        }
    };
    assert!(public("ok, we will send a new one", true), "a short note proves nothing");
    assert!(!public("We will look.", false));
    assert!(!public("Done.\n> The customer's card\n> was stolen, do not tell.", true));
}

#[test]
fn a_customers_reply_reopens_and_a_machines_or_an_agents_does_not() {
    let cases = [
        (Status::New, None),
        (Status::Open, None),
        (Status::Pending, Some(Status::Open)),
        (Status::Hold, Some(Status::Open)),
        (Status::Solved, Some(Status::Open)),
    ];
    for (before, after) in cases {
        let status = |kind, author: Person| {
            let mut letter = letter(author.email.as_str());
            letter.kind = kind;
            match outcome(&letter, Some(author), ticket(by_headers(), before)) {
                Outcome::Reply { status, comment, .. } => {
                    assert_eq!(comment.automatic, kind != Kind::Ordinary);
                    status
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(status(Kind::Ordinary, hana()), after, "{before:?}");
        assert_eq!(status(Kind::OutOfOffice, hana()), None, "{before:?}");
        assert_eq!(status(Kind::Automatic, hana()), None, "{before:?}");
        assert_eq!(status(Kind::Ordinary, agent()), None, "{before:?}");
    }
}

#[test]
fn a_reply_to_a_closed_ticket_makes_a_follow_up_with_its_tags() {
    let Outcome::FollowUp { of, plan } =
        outcome(&letter(HANA), Some(hana()), ticket(by_headers(), Status::Closed))
    else {
        panic!("no follow-up")
    };
    assert_eq!((of.0, plan.tags), (7, vec!["printer".to_owned()]));
    assert_eq!(plan.requester, Author::Known(hana().id));

    let Outcome::FollowUp { plan, .. } =
        outcome(&letter(AGENT), Some(agent()), ticket(by_headers(), Status::Closed))
    else {
        panic!("no follow-up")
    };
    assert_eq!(plan.requester, Author::Known(hana().id), "an agent's mail opens it for the customer");
    assert_eq!(plan.comment.author, Author::Known(agent().id));
}

#[test]
fn strangers_and_machines_cannot_revive_a_closed_ticket() {
    let closed = || ticket(by_headers(), Status::Closed);
    assert_eq!(outcome(&letter(STRANGER), None, closed()), Outcome::Suspended(Cause::UnknownUserUpdate));
    let mut robot = letter(HANA);
    robot.kind = Kind::OutOfOffice;
    assert_eq!(outcome(&robot, Some(hana()), closed()), Outcome::Suspended(Cause::AutoVacation));
}

#[test]
fn a_machine_that_knows_only_a_message_id_waits() {
    let mut robot = letter(STRANGER);
    robot.kind = Kind::Automatic;
    assert_eq!(
        outcome(&robot, None, ticket(by_headers(), Status::Open)),
        Outcome::Suspended(Cause::AutoMailer)
    );
    assert_eq!(outcome(&robot, None, ticket(by_token(), Status::Open)).kind(), OutcomeKind::Reply);
}

#[test]
fn people_newly_on_a_public_reply_join_the_ticket_and_strangers_bring_nobody() {
    let add = |author: Person, signal: Signal, ccs: usize| {
        let mut letter = letter(author.email.as_str());
        letter.cc = [HANA, SUPPORT, "new@customer.example"].map(mailbox).into();
        let mut referenced = ticket(signal, Status::Open);
        referenced.ccs.resize(ccs, colleague().id);
        match outcome(&letter, Some(author), referenced) {
            Outcome::Reply { add_ccs, .. } => add_ccs,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(add(hana(), by_headers(), 1), [mailbox("new@customer.example")]);
    assert_eq!(add(agent(), by_headers(), 1), [mailbox("new@customer.example")]);
    assert_eq!(add(hana(), by_headers(), 48), [], "the account's limit holds for the whole ticket");
    assert_eq!(add(stranger(), by_token(), 1), []);
}

#[test]
fn the_best_signal_places_the_mail() {
    let mut context = context();
    context.author = Some(hana());
    let mut second = ticket(by_headers(), Status::Open);
    second.ticket = desk::TicketId(8);
    context.referenced = vec![ticket(by_token(), Status::Open), second];
    let Outcome::Reply { ticket, .. } = decide(&letter(HANA), &context).outcome else { panic!("no reply") };
    assert_eq!(ticket.0, 7);
}
