//! Splitting, merging, and taking in what was no duplicate: what comes later follows.

use desk::decide::OutcomeKind;
use desk::{Status, TicketId};
use engine::{Error, Merging};
use serde_json::{Value, json};
use store::AuditEvent;
use testkit::World;

use crate::letters;

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";
const ANN: &str = "ann@example.org";

/// With the requester and CCs of the merged ticket.
const CC: Merging = Merging { cc: true, public: None };

async fn desk() -> World {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world
}

/// Answers its Message-ID.
async fn writes(world: &World, from: &str, subject: &str, answers: Option<&str>) -> String {
    let before = world.ledger().await.unwrap().len();
    let mut mail = json!({"from": {"name": "", "address": from}, "to": [{"address": HELP}], "subject": subject, "text": subject});
    if let Some(answers) = answers {
        mail["inReplyTo"] = json!(answers);
        mail["references"] = json!([answers]);
    }
    let id = world.microsoft.customer_sends(mail).await.unwrap();
    world.until("it is seen", async || Ok(world.ledger().await?.len() > before)).await.unwrap();
    world.settle().await.unwrap();
    id.trim_matches(['<', '>']).to_owned()
}

async fn about(world: &World, subject: &str) -> TicketId {
    world.ticket_about(subject).await.unwrap().ticket.id
}

async fn subjects(world: &World, ticket: TicketId) -> Vec<String> {
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    view.comments.into_iter().filter_map(|view| view.comment.mail).map(|mail| mail.subject).collect()
}

#[tokio::test]
async fn after_a_merge_replies_to_either_tickets_mails_come_to_the_one_that_stays() {
    let world = desk().await;
    let first = writes(&world, CARL, "Printer", None).await;
    writes(&world, ANN, "Paper", None).await;
    let (a, b) = (about(&world, "Printer").await, about(&world, "Paper").await);
    let sent = world.microsoft.outside(CARL).await.unwrap().len()
        + world.microsoft.outside(ANN).await.unwrap().len();
    world.engine.merge(&world.admin, a, b, CC).await.unwrap();
    world.settle().await.unwrap();
    let now = world.microsoft.outside(CARL).await.unwrap().len()
        + world.microsoft.outside(ANN).await.unwrap().len();
    assert_eq!(now, sent, "a merge sends nothing");
    writes(&world, CARL, "Re: Printer", Some(&first)).await;

    assert_eq!(subjects(&world, b).await, ["Printer", "Paper", "Re: Printer"]);
    let view = world.engine.ticket(&world.admin, b).await.unwrap();
    assert_eq!(view.merged.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [a]);
    assert_eq!(view.ccs.iter().map(|cc| cc.email.to_string()).collect::<Vec<_>>(), [CARL]);
    let source = world.engine.ticket(&world.admin, a).await.unwrap();
    assert_eq!((source.ticket.status, source.ticket.merged_into), (Status::Closed, Some(b)));
    assert!(source.ticket.tags.contains(&"closed_by_merge".to_owned()));
    let by = Some(world.admin.person.id);
    assert!(
        view.audits
            .iter()
            .any(|audit| audit.author == by && audit.event == AuditEvent::MergedFrom { ticket: a })
    );
    assert!(
        source
            .audits
            .iter()
            .any(|audit| audit.author == by && audit.event == AuditEvent::MergedInto { ticket: b })
    );
    world.end().await.unwrap();
}

#[tokio::test]
async fn without_a_part_in_the_other_ticket_a_requester_cannot_write_there_after_a_merge() {
    let world = desk().await;
    let first = writes(&world, CARL, "Printer", None).await;
    writes(&world, ANN, "Paper", None).await;
    let (a, b) = (about(&world, "Printer").await, about(&world, "Paper").await);
    world.engine.merge(&world.admin, a, b, Merging::default()).await.unwrap();
    writes(&world, CARL, "Re: Printer", Some(&first)).await;
    let row = world.ledger().await.unwrap().into_iter().find(|row| row.subject == "Re: Printer").unwrap();
    assert_eq!(row.outcome, Some(OutcomeKind::Suspended));

    let refused = |error: engine::Result<()>| error.unwrap_err();
    assert!(matches!(refused(world.engine.merge(&world.admin, b, a, CC).await), Error::Closed));
    assert!(matches!(refused(world.engine.merge(&world.admin, b, b, CC).await), Error::Invalid { .. }));
    let mut customer = world.admin.clone();
    customer.person.role = desk::Role::EndUser;
    assert!(matches!(refused(world.engine.merge(&customer, b, a, CC).await), Error::Forbidden));
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_mail_split_off_takes_its_later_replies_with_it_and_a_merge_brings_them_back() {
    let world = desk().await;
    let first = writes(&world, CARL, "Printer", None).await;
    let other = writes(&world, CARL, "And the door is open", Some(&first)).await;
    let a = about(&world, "Printer").await;
    assert_eq!(subjects(&world, a).await.len(), 2);
    let view = world.engine.ticket(&world.admin, a).await.unwrap();
    let (opening, stray) = (view.comments[0].comment.id, view.comments[1].comment.id);
    let refused = world.engine.split(&world.admin, opening, a).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid { problem: "first-comment", .. }));
    let b = world.engine.split(&world.admin, stray, a).await.unwrap();
    assert_eq!(
        world.engine.split(&world.admin, stray, a).await.unwrap(),
        b,
        "pressed twice, it is one ticket"
    );
    assert_eq!(world.tickets().await.unwrap().len(), 2);
    writes(&world, CARL, "Re: And the door is open", Some(&other)).await;
    writes(&world, CARL, "Re: Printer", Some(&first)).await;

    assert_eq!(subjects(&world, a).await, ["Printer", "Re: Printer"]);
    assert_eq!(subjects(&world, b).await, ["And the door is open", "Re: And the door is open"]);
    let row = world.ledger().await.unwrap().into_iter().find(|row| row.comment == Some(stray)).unwrap();
    assert_eq!(
        (row.outcome, row.ticket),
        (Some(OutcomeKind::Reply), Some(b)),
        "the outcome stays, the log leads there"
    );
    let split = AuditEvent::SplitOff { comment: stray, ticket: b };
    assert!(
        world.engine.ticket(&world.admin, a).await.unwrap().audits.iter().any(|audit| audit.event == split)
    );

    world.engine.merge(&world.admin, b, a, CC).await.unwrap();
    assert_eq!(
        subjects(&world, a).await,
        ["Printer", "And the door is open", "Re: And the door is open", "Re: Printer"]
    );
    world.end().await.unwrap();
}

/// The words of a ticket's own comments that no mail brought, and whether they are public.
async fn said(world: &World, ticket: TicketId) -> Vec<(String, bool)> {
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    let own = view.comments.into_iter().map(|view| view.comment).filter(|comment| comment.ticket == ticket);
    own.filter(|comment| comment.mail.is_none()).map(|comment| (comment.text, comment.public)).collect()
}

async fn got(world: &World, who: &str) -> Vec<mail::Letter> {
    let mails = world.microsoft.outside(who).await.unwrap();
    mails.iter().map(|mail| mail::read(mail["mime"].as_str().unwrap().as_bytes())).collect()
}

/// As other desks do it: each ticket says where the other is; the customers are told where both tickets are one's, or when
/// the agent says so.
#[tokio::test]
async fn both_tickets_say_that_they_were_merged_and_the_customer_is_told_once() {
    let world = desk().await;
    writes(&world, CARL, "Printer", None).await;
    writes(&world, CARL, "Toner", None).await;
    writes(&world, ANN, "Paper", None).await;
    let (a, b, c) =
        (about(&world, "Printer").await, about(&world, "Toner").await, about(&world, "Paper").await);
    let before = got(&world, CARL).await.len();
    world.engine.merge(&world.admin, a, b, Merging::default()).await.unwrap();
    world.engine.merge(&world.admin, a, b, Merging::default()).await.unwrap();
    world.settle().await.unwrap();
    let into = |id: TicketId| format!("This request was closed and merged into request #{id}.");
    let from = |id: TicketId| format!("Request #{id} was closed and merged into this request.");
    assert_eq!(said(&world, a).await, [(into(b), true)]);
    assert_eq!(said(&world, b).await, [(from(a), true)]);
    let told = got(&world, CARL).await;
    assert_eq!(told.len(), before + 1, "one requester is told once, however often the button is pressed");
    assert!(told.iter().any(|mail| mail.text.contains(&from(a))), "{told:?}");

    let mails = async || got(&world, CARL).await.len() + got(&world, ANN).await.len();
    let before = mails().await;
    world.engine.merge(&world.admin, b, c, CC).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(said(&world, c).await, [(from(b), false)], "two requesters: an internal note");
    assert_eq!(mails().await, before);
    world.end().await.unwrap();
}

/// What a customer has not seen is not quoted to them, and their program finds the thread by their own mails.
#[tokio::test]
async fn an_answer_after_a_merge_goes_on_with_the_newest_mail_of_those_who_have_a_part_in_it() {
    let world = desk().await;
    writes(&world, CARL, "Toner", None).await;
    let first = writes(&world, CARL, "Printer", None).await;
    let foreign = writes(&world, ANN, "A secret of Ann", None).await;
    let (a, b, c) = (
        about(&world, "Toner").await,
        about(&world, "Printer").await,
        about(&world, "A secret of Ann").await,
    );
    world.engine.merge(&world.admin, b, a, Merging { cc: false, public: Some(false) }).await.unwrap();
    world.engine.merge(&world.admin, c, a, Merging { cc: false, public: Some(false) }).await.unwrap();
    world.answer(a, "It is all repaired.").await.unwrap();
    world.settle().await.unwrap();
    let told = got(&world, CARL).await;
    let answer = told.iter().find(|mail| mail.text.contains("It is all repaired.")).unwrap();
    assert_eq!(answer.in_reply_to.iter().map(ToString::to_string).collect::<Vec<_>>(), [first.as_str()]);
    let thread: Vec<String> = answer.references.iter().map(ToString::to_string).collect();
    assert!(thread.contains(&first) && !thread.contains(&foreign), "{thread:?}");
    assert!(!answer.text.contains("secret"), "{}", answer.text);
    world.end().await.unwrap();
}

/// A receipt belongs to the mail it acknowledges: a program that threads by headers shows both together.
#[tokio::test]
async fn a_receipt_answers_the_mail_that_it_is_for() {
    let world = desk().await;
    let first = writes(&world, CARL, "Printer", None).await;
    let told = got(&world, CARL).await;
    let receipt = told.iter().find(|mail| mail.own_mark.is_some()).expect("a receipt");
    assert_eq!(receipt.in_reply_to.iter().map(ToString::to_string).collect::<Vec<_>>(), [first]);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_merge_can_be_undone_and_later_replies_find_their_own_ticket_again() {
    let world = desk().await;
    let first = writes(&world, CARL, "Printer", None).await;
    writes(&world, ANN, "Paper", None).await;
    let (a, b) = (about(&world, "Printer").await, about(&world, "Paper").await);
    world.answer(a, "We look.").await.unwrap();
    let pending = engine::Answer { status: Some(Status::Pending), ..engine::Answer::default() };
    world.engine.answer(&world.admin, a, pending).await.unwrap();
    world.engine.merge(&world.admin, a, b, CC).await.unwrap();
    let mut customer = world.admin.clone();
    customer.person.role = desk::Role::EndUser;
    assert!(matches!(world.engine.unmerge(&customer, a).await, Err(Error::Forbidden)));
    let (one, two) =
        tokio::join!(world.engine.unmerge(&world.admin, a), world.engine.unmerge(&world.admin, a));
    for undone in [one, two] {
        assert!(
            matches!(undone, Ok(into) if into == b)
                || matches!(undone, Err(Error::Invalid { problem: "not-merged", .. }))
        );
    }
    let ticket = world.engine.ticket(&world.admin, a).await.unwrap();
    assert_eq!((ticket.ticket.status, ticket.ticket.merged_into), (Status::Pending, None));
    assert!(!ticket.ticket.tags.contains(&"closed_by_merge".to_owned()), "{:?}", ticket.ticket.tags);
    let undone =
        ticket.audits.iter().filter(|audit| audit.event == AuditEvent::MergeUndone { ticket: b }).count();
    assert_eq!(undone, 1, "two agents at once undo it once");
    writes(&world, CARL, "Re: Printer", Some(&first)).await;
    assert_eq!(subjects(&world, a).await, ["Printer", "Re: Printer"]);
    assert_eq!(subjects(&world, b).await, ["Paper"]);
    world.end().await.unwrap();
}

/// Invariant 1: the duplicate keeps its outcome; the mail taken in after all has a row of its own.
#[tokio::test]
async fn what_was_no_duplicate_is_taken_in_after_all_once_and_both_rows_say_so() {
    let world = desk().await;
    let mail = letters::plain(CARL, HELP, "Twice", "same@example.org");
    for count in 1..=2 {
        world.microsoft.deliver(HELP, mail.clone()).await.unwrap();
        world.until("seen", async || Ok(world.ledger().await?.len() >= count)).await.unwrap();
        world.settle().await.unwrap();
    }
    let duplicate = |rows: Vec<store::LedgerRow>| {
        rows.into_iter().find(|row| row.outcome == Some(OutcomeKind::Duplicate)).unwrap()
    };
    let row = duplicate(world.ledger().await.unwrap());
    let new = world.engine.not_a_duplicate(&world.admin, row.id).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(new.outcome, Some(OutcomeKind::NewTicket));
    assert_eq!(world.tickets().await.unwrap().len(), 2);
    let old = duplicate(world.ledger().await.unwrap());
    assert_eq!((old.id, old.taken_again), (row.id, Some(new.id)));
    assert!(world.engine.not_a_duplicate(&world.admin, row.id).await.is_err(), "once");
    assert!(world.engine.not_a_duplicate(&world.admin, new.id).await.is_err(), "it is no duplicate");
    let marks: Vec<Value> = world.mailbox(HELP, "inbox").await.unwrap();
    assert!(marks.iter().all(|message| message["isRead"] == json!(true)));
    // A third copy is one of both, and makes nothing.
    world.microsoft.deliver(HELP, mail).await.unwrap();
    world.until("seen", async || Ok(world.ledger().await?.len() >= 4)).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 2);
    world.end().await.unwrap();
}
