//! Splitting, merging, and taking in what was no duplicate: what comes later follows.

use desk::decide::OutcomeKind;
use desk::{Status, TicketId};
use engine::Error;
use serde_json::{Value, json};
use store::AuditEvent;
use testkit::World;

use crate::letters;

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";
const ANN: &str = "ann@example.org";

async fn desk() -> World {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world
}

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
    id
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
    world.engine.merge(&world.admin, a, b, true).await.unwrap();
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
    world.engine.merge(&world.admin, a, b, false).await.unwrap();
    writes(&world, CARL, "Re: Printer", Some(&first)).await;
    let row = world.ledger().await.unwrap().into_iter().find(|row| row.subject == "Re: Printer").unwrap();
    assert_eq!(row.outcome, Some(OutcomeKind::Suspended));

    let refused = |error: engine::Result<()>| error.unwrap_err();
    assert!(matches!(refused(world.engine.merge(&world.admin, a, b, true).await), Error::Closed));
    assert!(matches!(refused(world.engine.merge(&world.admin, b, b, true).await), Error::Invalid { .. }));
    let mut customer = world.admin.clone();
    customer.person.role = desk::Role::EndUser;
    assert!(matches!(refused(world.engine.merge(&customer, b, a, true).await), Error::Forbidden));
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
    let refused = world.engine.split(&world.admin, opening).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid { problem: "first-comment", .. }));
    let b = world.engine.split(&world.admin, stray).await.unwrap();
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

    world.engine.merge(&world.admin, b, a, true).await.unwrap();
    assert_eq!(
        subjects(&world, a).await,
        ["Printer", "And the door is open", "Re: And the door is open", "Re: Printer"]
    );
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
