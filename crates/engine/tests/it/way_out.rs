//! The way out: one outbox row is delivered at most once, and never silently zero times, whatever fails on the way.

use std::time::Duration;

use bytes::Bytes;
use desk::{CommentId, TicketId};
use engine::{Answer, AnswerFile};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{ConnectionState, OutboxRow, Step};
use testkit::world::{parameter, quick};
use testkit::{Visitor, World};
use tokio_util::sync::CancellationToken;

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";

/// A running desk with one ticket of Carl's, everything about it done.
async fn a_ticket(world: &mut World, subject: &str) -> TicketId {
    world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes(CARL, HELP, subject, "It is broken.").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about(subject).await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    world.ticket_about(subject).await.unwrap().ticket.id
}

fn reply(text: &str) -> Answer {
    Answer { text: text.to_owned(), public: true, ..Answer::default() }
}

async fn answer(world: &World, ticket: TicketId, text: &str) -> CommentId {
    world.engine.answer(&world.admin, ticket, reply(text)).await.unwrap().unwrap()
}

/// The mail that carries a comment to the customer.
async fn mail_of(world: &World, ticket: TicketId, comment: CommentId) -> OutboxRow {
    let rows = world.store.outbox_of_ticket(ticket).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().filter(|row| row.mail.comment == Some(comment)).collect();
    assert_eq!(rows.len(), 1, "one mail carries a comment");
    rows.pop().unwrap()
}

/// How many mails with this text reached Carl.
async fn received(world: &World, text: &str) -> usize {
    let mails = world.microsoft.outside(CARL).await.unwrap();
    mails.iter().filter(|mail| begins_with(mail, text) && mail["from"].to_string().contains(HELP)).count()
}

fn begins_with(mail: &Value, text: &str) -> bool {
    mail["preview"].as_str().is_some_and(|preview| preview.trim_start().starts_with(text))
}

async fn drafts(world: &World) -> usize {
    world.mailbox(HELP, "drafts").await.unwrap().len()
}

#[tokio::test]
async fn an_answer_reaches_the_customer_threaded_and_lies_in_sent_items() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    let comment = answer(&world, ticket, "Please switch it on.").await;
    world.settle().await.unwrap();
    let row = mail_of(&world, ticket, comment).await;
    assert_eq!((row.step, row.mail.subject.as_str()), (Step::Sent, "Re: Printer"));
    assert!(row.sent_at.is_some() && row.sent_message_id.is_some());
    assert_eq!(received(&world, "Please switch it on.").await, 1);
    let sent = world.mailbox(HELP, "sentitems").await.unwrap();
    assert_eq!(sent.iter().filter(|mail| begins_with(mail, "Please switch it on.")).count(), 1);
    assert_eq!(drafts(&world).await, 0);
    // Who answers first takes the ticket; what was new is open.
    let ticket = world.engine.ticket(&world.admin, ticket).await.unwrap().ticket;
    assert_eq!((ticket.status, ticket.assignee), (desk::Status::Open, Some(world.admin.person.id)));
    world.end().await.unwrap();
}

/// Each fault once, at each step. Whether the effect happened is not known to the desk: it must look.
#[tokio::test]
async fn whatever_fails_once_an_answer_arrives_exactly_once() {
    let mut faults = vec![
        json!({"kind": "throttle", "operation": "send", "retryAfter": 1}),
        json!({"kind": "throttle", "operation": "draft", "retryAfter": null}),
        json!({"kind": "unauthorized", "operation": "draft"}),
        json!({"kind": "unauthorized", "operation": "send"}),
        json!({"kind": "server_error", "operation": "get", "status": 503, "effect": "before"}),
        json!({"kind": "cut", "operation": "get", "effect": "before"}),
    ];
    for effect in ["before", "after"] {
        for operation in ["draft", "send"] {
            faults.push(json!({"kind": "cut", "operation": operation, "effect": effect}));
            for status in [500, 502, 503, 504] {
                faults.push(json!({"kind": "server_error", "operation": operation, "status": status, "effect": effect}));
            }
        }
    }
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    for (number, mut fault) in faults.into_iter().enumerate() {
        fault["times"] = json!(1);
        fault["mailbox"] = json!(HELP);
        let text = format!("Answer number {number}.");
        world.microsoft.fault(fault.clone()).await.unwrap();
        let comment = answer(&world, ticket, &text).await;
        world.settle().await.unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert_eq!(
            world.microsoft.get("faults").await.unwrap(),
            json!([]),
            "{fault} did not strike: the test shows nothing"
        );
        let row = mail_of(&world, ticket, comment).await;
        assert_eq!(row.step, Step::Sent, "{fault}: {:?}", row.last_error);
        assert_eq!(received(&world, &text).await, 1, "{fault}");
        assert_eq!(drafts(&world).await, 0, "{fault}");
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_file_goes_along_once_though_the_answer_to_it_was_lost() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    world
        .microsoft
        .fault(json!({"kind": "cut", "operation": "attach", "effect": "after", "times": 1, "mailbox": HELP}))
        .await
        .unwrap();
    let file = |name: &str, size| AnswerFile {
        name: name.to_owned(),
        content_type: "application/pdf".to_owned(),
        content: Bytes::from(vec![7; size]),
    };
    // One in a single request, one in an upload session, one too large for a mail.
    let files = vec![file("quote.pdf", 20_000), file("plan.pdf", 4_000_000), file("film.pdf", 8_000_000)];
    let comment = world
        .engine
        .answer(&world.admin, ticket, Answer { files, ..reply("See the files.") })
        .await
        .unwrap()
        .unwrap();
    world.settle().await.unwrap();
    let row = mail_of(&world, ticket, comment).await;
    assert_eq!(row.step, Step::Sent, "{:?}", row.last_error);
    assert!(row.mail.text.contains("film.pdf"), "a file that is left out is named: {}", row.mail.text);
    let sent = world.mailbox(HELP, "sentitems").await.unwrap();
    let id = sent.iter().find(|mail| begins_with(mail, "See the files.")).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mail = world.microsoft.get(&format!("mailboxes/{HELP}/messages/{id}")).await.unwrap();
    let mut names: Vec<_> =
        mail["attachments"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["plan.pdf", "quote.pdf"]);
    world.end().await.unwrap();
}

/// Killed at any moment between two steps, another process takes it up and looks first.
#[tokio::test]
async fn a_worker_killed_on_the_way_out_sends_nothing_twice_and_nothing_not() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    let mut comments = Vec::new();
    for (operation, millis) in [("draft", 700), ("send", 700), ("get", 700)] {
        for pause in [100, 400, 900] {
            world
                .microsoft
                .fault(json!({"kind": "slow", "operation": operation, "millis": millis, "mailbox": HELP}))
                .await
                .unwrap();
            let text = format!("Killed at {operation} after {pause}.");
            comments.push((answer(&world, ticket, &text).await, text));
            tokio::time::sleep(Duration::from_millis(pause)).await;
            world.crash().await.unwrap();
            world.microsoft.clear_faults().await.unwrap();
            world.run();
        }
    }
    world.settle().await.unwrap();
    for (comment, text) in comments {
        assert_eq!(mail_of(&world, ticket, comment).await.step, Step::Sent, "{text}");
        assert_eq!(received(&world, &text).await, 1, "{text}");
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn two_workers_at_one_mailbox_send_each_answer_once() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    let second = world.second_engine().await.unwrap();
    let stop = CancellationToken::new();
    let other = tokio::spawn({
        let stop = stop.clone();
        async move { second.run(stop).await }
    });
    let texts: Vec<_> = (0..12).map(|n| format!("Text number {n}.")).collect();
    for text in &texts {
        answer(&world, ticket, text).await;
    }
    world.settle().await.unwrap();
    for text in &texts {
        assert_eq!(received(&world, text).await, 1, "{text}");
    }
    stop.cancel();
    other.await.unwrap().unwrap();
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_comment_and_one_mail() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    let twice = || Answer { form_key: Some("a random value".to_owned()), ..reply("Pressed twice.") };
    let (first, second) = tokio::join!(
        world.engine.answer(&world.admin, ticket, twice()),
        world.engine.answer(&world.admin, ticket, twice())
    );
    assert_eq!(first.unwrap().unwrap(), second.unwrap().unwrap());
    world.settle().await.unwrap();
    assert_eq!(received(&world, "Pressed twice.").await, 1);
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_internal_note_is_sent_to_no_customer() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    let before = world.microsoft.outside(CARL).await.unwrap().len();
    let note = Answer { public: false, ..reply("He never switches it on.") };
    world.engine.answer(&world.admin, ticket, note).await.unwrap();
    answer(&world, ticket, "We look into it.").await;
    world.settle().await.unwrap();
    let mails = world.microsoft.outside(CARL).await.unwrap();
    assert_eq!(mails.len(), before + 1);
    assert!(
        mails.iter().all(|mail| !mail.to_string().contains("never switches")),
        "a note stands in a customer's mail"
    );
    world.end().await.unwrap();
}

/// While the connection is lost nothing leaves, by no other mailbox either; afterwards everything does, once.
#[tokio::test]
async fn answers_wait_for_a_lost_connection() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    let address = world.engine.addresses(&world.admin).await.unwrap()[0].address.clone();
    world.connect("sales@contoso.test", false).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.set_state(address.connection.id, ConnectionState::NeedsSignIn, None).await.unwrap();
    tx.commit().await.unwrap();
    let comment = answer(&world, ticket, "Are you still there?").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(mail_of(&world, ticket, comment).await.step, Step::Queued);
    assert_eq!(
        world
            .microsoft
            .outside(CARL)
            .await
            .unwrap()
            .iter()
            .filter(|mail| begins_with(mail, "Are you"))
            .count(),
        0
    );
    let departure = world.engine.begin_reconnect(&world.admin, address.id).await.unwrap();
    let password = testkit::microsoft::PASSWORD;
    let back =
        world.microsoft.sign_in(&mut Visitor::default(), &departure, HELP, password, &[]).await.unwrap();
    let (state, code) = (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap());
    let id = world.engine.return_with_code(&world.admin, &state, &code).await.unwrap();
    world.engine.confirm(&world.admin, id).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(received(&world, "Are you still there?").await, 1);
    world.end().await.unwrap();
}

/// Exchange lets 30 mails a minute out of a mailbox. What is over it waits and does not fail.
#[tokio::test]
async fn mail_over_the_minutes_budget_waits() {
    let settings = engine::Settings { messages_a_minute: 3, ..quick() };
    let mut world = World::on(testkit::Database::Sqlite, settings).await.unwrap();
    world.connect(HELP, false).await.unwrap();
    let ticket = a_quiet_ticket(&world).await;
    let mut comments = Vec::new();
    for n in 0..5 {
        comments.push(answer(&world, ticket, &format!("Text number {n}.")).await);
    }
    world.run();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut sent = 0;
    for comment in &comments {
        sent += usize::from(mail_of(&world, ticket, *comment).await.step == Step::Sent);
    }
    assert_eq!(sent, 3);
    world.clock.advance(SignedDuration::from_secs(61));
    world.settle().await.unwrap();
    for comment in comments {
        assert_eq!(mail_of(&world, ticket, comment).await.step, Step::Sent);
    }
    world.end().await.unwrap();
}

/// A ticket of Carl's about which nothing was sent.
async fn a_quiet_ticket(world: &World) -> TicketId {
    let address = world.engine.addresses(&world.admin).await.unwrap()[0].address.clone();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let carl = mail::Mailbox { name: "Carl".to_owned(), address: mail::Address::parse(CARL).unwrap() };
    let requester = tx.ensure_end_user(&carl, None).await.unwrap().id;
    let new = store::NewTicket {
        brand: address.brand,
        address: Some(address.id),
        subject: "Quiet".to_owned(),
        status: desk::Status::New,
        requester,
        ccs: vec![],
        tags: vec![],
        follows: None,
        via: desk::ticket::Via::Web,
        created_at: None,
    };
    let ticket = tx.create_ticket(&new, None).await.unwrap();
    tx.commit().await.unwrap();
    ticket.id
}

/// The sent copy was taken away before the desk saw it: it may have arrived, so a person is told and it is not sent again.
#[tokio::test]
async fn a_mail_whose_copy_is_never_seen_is_shown_as_unconfirmed_and_not_sent_again() {
    let mut world = World::new().await.unwrap();
    let ticket = a_ticket(&mut world, "Printer").await;
    world.microsoft.fault(json!({"kind": "server_error", "operation": "get", "status": 503, "effect": "before", "mailbox": HELP})).await.unwrap();
    world.microsoft.fault(json!({"kind": "server_error", "operation": "list", "status": 503, "effect": "before", "mailbox": HELP})).await.unwrap();
    let comment = answer(&world, ticket, "Gone before seen.").await;
    world.until("it arrives", async || Ok(received(&world, "Gone before seen.").await == 1)).await.unwrap();
    for mail in world.mailbox(HELP, "sentitems").await.unwrap() {
        let id = mail["id"].as_str().unwrap();
        world.microsoft.delete(&format!("mailboxes/{HELP}/messages/{id}")).await.unwrap();
    }
    world.microsoft.clear_faults().await.unwrap();
    world.clock.advance(SignedDuration::from_mins(10));
    world.settle().await.unwrap();
    let row = mail_of(&world, ticket, comment).await;
    assert_eq!(row.step, Step::Failed);
    assert!(row.last_error.unwrap().starts_with("unconfirmed"));
    assert_eq!(received(&world, "Gone before seen.").await, 1);
    world.end().await.unwrap();
}
