//! The way in: each message ever seen gets one outcome and keeps it; one mail makes one ticket or comment, whatever
//! fails on the way and by whatever ways it came.

use std::collections::BTreeMap;
use std::time::Duration;

use desk::Status;
use desk::decide::OutcomeKind;
use exchange::graph::DeltaNext;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Cursor, LedgerRow, SeenBy};
use testkit::World;

use crate::letters;
use crate::scene::{CARL, HELP, running, seen};

const SALES: &str = "sales@contoso.test";

/// A running desk with one mailbox.
async fn rows_by_outcome(world: &World) -> BTreeMap<OutcomeKind, usize> {
    let mut counts = BTreeMap::new();
    for row in world.ledger().await.unwrap() {
        *counts.entry(row.outcome.expect("settled")).or_default() += 1;
    }
    counts
}

async fn only_row(world: &World) -> LedgerRow {
    let mut rows = world.ledger().await.unwrap();
    assert_eq!(rows.len(), 1);
    rows.pop().unwrap()
}

fn categories(message: &Value) -> Vec<&str> {
    message["categories"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn a_mail_becomes_a_ticket_and_is_then_marked_read_and_categorised() {
    let world = running().await;
    world.microsoft.customer_writes(CARL, HELP, "Printer", "It is on fire.").await.unwrap();
    seen(&world, 1).await;

    let row = world.ticket_about("Printer").await.unwrap();
    assert_eq!(row.requester_address, CARL);
    assert_eq!(row.ticket.status, Status::New);
    let message = world.mailbox(HELP, "inbox").await.unwrap().remove(0);
    assert_eq!(message["isRead"], json!(true));
    assert_eq!(categories(&message), ["Postdesk"]);
    let ledger = only_row(&world).await;
    assert_eq!((ledger.outcome, ledger.ticket), (Some(OutcomeKind::NewTicket), Some(row.ticket.id)));
    assert!(ledger.acknowledged_at.is_some());
    world.end().await.unwrap();
}

/// Invariant 2: forwarded, sent to two addresses, delivered twice: one Message-ID makes one ticket.
#[tokio::test]
async fn one_message_id_makes_one_ticket_whatever_ways_it_came_by() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.connect(SALES, false).await.unwrap();
    world.run();
    let mail = letters::plain(CARL, HELP, "Twice", "same@example.org");
    for mailbox in [HELP, SALES, HELP] {
        world.microsoft.deliver(mailbox, mail.clone()).await.unwrap();
    }
    seen(&world, 3).await;

    world.ticket_about("Twice").await.unwrap();
    let outcomes = rows_by_outcome(&world).await;
    assert_eq!(outcomes[&OutcomeKind::NewTicket], 1);
    assert_eq!(outcomes[&OutcomeKind::Duplicate], 2);
    world.end().await.unwrap();
}

/// Invariant 3: raw bytes are durable before they are read, and read before the mailbox is touched.
#[tokio::test]
async fn the_mailbox_is_not_touched_before_the_mail_is_taken_in() {
    let world = running().await;
    let fault = json!({"kind": "server_error", "operation": "mime", "status": 503, "effect": "before"});
    world.microsoft.fault(fault).await.unwrap();
    let raw = letters::plain(CARL, HELP, "Later", "later@example.org");
    world.microsoft.deliver(HELP, raw.clone()).await.unwrap();
    world
        .until("a failed try", async || Ok(world.ledger().await?.iter().any(|row| row.attempts > 0)))
        .await
        .unwrap();
    let message = world.mailbox(HELP, "inbox").await.unwrap().remove(0);
    assert_eq!((&message["isRead"], categories(&message).len()), (&json!(false), 0));
    assert!(world.tickets().await.unwrap().is_empty());

    world.microsoft.clear_faults().await.unwrap();
    world.clock.advance(SignedDuration::from_mins(5));
    seen(&world, 1).await;
    world.ticket_about("Later").await.unwrap();
    let blob = only_row(&world).await.blob.unwrap();
    let journaled = world.store.blobs().get(&blob).await.unwrap();
    assert!(letters::same_mail(&journaled, &raw), "the journal holds the mail itself");
    world.end().await.unwrap();
}

/// A lost acknowledgement is repeated; it makes nothing twice.
#[tokio::test]
async fn an_acknowledgement_that_fails_is_made_later_and_the_ticket_is_there_meanwhile() {
    let world = running().await;
    let fault = json!({"kind": "cut", "operation": "batch", "effect": "after", "times": 2});
    world.microsoft.fault(fault).await.unwrap();
    world.microsoft.customer_writes(CARL, HELP, "Marked late", "Hello").await.unwrap();
    seen(&world, 1).await;
    world.ticket_about("Marked late").await.unwrap();
    assert_eq!(categories(&world.mailbox(HELP, "inbox").await.unwrap()[0]), ["Postdesk"]);
    world.end().await.unwrap();
}

/// C1: each message ever seen is accounted for.
#[tokio::test]
async fn a_mail_deleted_before_it_could_be_read_has_an_outcome_too() {
    let world = running().await;
    world
        .microsoft
        .fault(json!({"kind": "server_error", "operation": "mime", "status": 503, "effect": "before"}))
        .await
        .unwrap();
    let id =
        world.microsoft.deliver(HELP, letters::plain(CARL, HELP, "Gone", "gone@example.org")).await.unwrap();
    world.until("it is seen", async || Ok(!world.ledger().await?.is_empty())).await.unwrap();
    world.microsoft.delete(&format!("mailboxes/{HELP}/messages/{id}")).await.unwrap();
    world.microsoft.clear_faults().await.unwrap();
    world.clock.advance(SignedDuration::from_mins(5));
    seen(&world, 1).await;
    assert_eq!(only_row(&world).await.outcome, Some(OutcomeKind::Vanished));
    world.end().await.unwrap();
}

/// Microsoft can never give the MIME of some items (opaque S/MIME, some bounces): the rest goes on, and the item becomes a
/// ticket with what there is.
#[tokio::test]
async fn an_item_without_mime_becomes_a_ticket_with_the_original_and_stops_no_other() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    let poisoned = world
        .microsoft
        .deliver(HELP, letters::plain(CARL, HELP, "Sealed", "sealed@example.org"))
        .await
        .unwrap();
    world.microsoft.fault(json!({"kind": "poison", "item": poisoned})).await.unwrap();
    world.microsoft.customer_writes(CARL, HELP, "Behind it", "Hello").await.unwrap();
    world.run();
    seen(&world, 2).await;

    world.ticket_about("Behind it").await.unwrap();
    let ticket = world.ticket_about("Sealed").await.unwrap().ticket;
    assert_eq!(rows_by_outcome(&world).await[&OutcomeKind::Unreadable], 1);
    let files = world.store.attachments(ticket.id).await.unwrap();
    assert!(files.iter().any(|file| file.file.name == "original.json"));
    let marked = world.mailbox(HELP, "inbox").await.unwrap();
    let sealed = marked.iter().find(|message| message["subject"] == "Sealed").unwrap();
    assert_eq!(categories(sealed), ["Postdesk", "Postdesk could not read"]);
    world.end().await.unwrap();
}

/// Promise B9: who knows that the trouble is over need not wait for the next try, which may be an hour away.
#[tokio::test]
async fn b9_a_mail_that_could_not_be_taken_in_is_listed_with_its_reason_and_can_be_tried_again() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    let fault = json!({"kind": "server_error", "status": 503, "mailbox": HELP, "operation": "mime"});
    let fault = world.microsoft.fault(fault).await.unwrap();
    world.microsoft.customer_writes(CARL, HELP, "Later", "Hello").await.unwrap();
    world.run();
    world
        .until("failed tries", async || Ok(world.ledger().await?.first().is_some_and(|row| row.attempts > 0)))
        .await
        .unwrap();
    world.pause().await.unwrap();
    world.microsoft.delete(&format!("faults/{fault}")).await.unwrap();
    let row = world.ledger().await.unwrap().remove(0);
    assert!(row.outcome.is_none() && row.last_error.is_some(), "{row:?}");
    let tx = world.store.begin(world.clock.now()).await.unwrap();
    let tomorrow = world.clock.now() + jiff::SignedDuration::from_hours(24);
    tx.note_failure(row.id, "still failing", tomorrow).await.unwrap();
    tx.commit().await.unwrap();

    world.engine.try_again(&world.admin, row.id).await.unwrap();
    world.run();
    seen(&world, 1).await;
    world.ticket_about("Later").await.unwrap();
    world.engine.try_again(&world.admin, row.id).await.unwrap();
    seen(&world, 1).await;
    assert_eq!(world.tickets().await.unwrap().len(), 1, "what has its outcome keeps it");
    world.end().await.unwrap();
}

#[tokio::test]
async fn bad_mails_each_become_a_ticket_or_an_explained_outcome_and_none_stops_the_others() {
    let world = running().await;
    let bad = letters::bad();
    for (what, raw) in &bad {
        world.microsoft.deliver(HELP, raw.clone()).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    world.microsoft.customer_writes(CARL, HELP, "The good one", "Hello").await.unwrap();
    seen(&world, bad.len() + 1).await;

    world.ticket_about("The good one").await.unwrap();
    for row in world.ledger().await.unwrap() {
        assert!(row.outcome.is_some_and(|outcome| outcome != OutcomeKind::Vanished), "{row:?}");
        assert!(!row.reason.unwrap_or_default().is_empty());
    }
    world.end().await.unwrap();
}

/// Delta repeats itself, loses its cursor and forgets mail; the ledger makes up for all of it.
#[tokio::test]
async fn repeated_items_an_expired_cursor_and_a_lost_page_neither_lose_nor_double_mail() {
    let world = running().await;
    for n in 0..5 {
        world.microsoft.customer_writes(CARL, HELP, &format!("Before {n}"), "Hello").await.unwrap();
    }
    seen(&world, 5).await;
    world.microsoft.fault(json!({"kind": "repeat_delta", "times": 3})).await.unwrap();
    world.microsoft.fault(json!({"kind": "resync", "operation": "delta", "times": 1})).await.unwrap();
    world.microsoft.fault(json!({"kind": "missing_next_link", "times": 1})).await.unwrap();
    for n in 0..5 {
        world.microsoft.customer_writes(CARL, HELP, &format!("After {n}"), "Hello").await.unwrap();
    }
    seen(&world, 10).await;
    assert_eq!(world.tickets().await.unwrap().len(), 10);
    assert_eq!(rows_by_outcome(&world).await, BTreeMap::from([(OutcomeKind::NewTicket, 10)]));
    world.end().await.unwrap();
}

/// Microsoft asking to wait is an everyday event: nothing breaks, everything comes.
#[tokio::test]
async fn throttling_delays_mail_and_loses_none() {
    let world = running().await;
    world
        .microsoft
        .fault(json!({"kind": "throttle", "operation": "mime", "retryAfter": 1, "times": 2}))
        .await
        .unwrap();
    world
        .microsoft
        .fault(json!({"kind": "throttle", "operation": "delta", "retryAfter": null, "times": 2}))
        .await
        .unwrap();
    for n in 0..6 {
        world.microsoft.customer_writes(CARL, HELP, &format!("Busy {n}"), "Hello").await.unwrap();
    }
    seen(&world, 6).await;
    assert_eq!(world.tickets().await.unwrap().len(), 6);
    assert!(
        world.ledger().await.unwrap().iter().all(|row| row.attempts == 0),
        "waiting is no failure of a message"
    );
    world.end().await.unwrap();
}

/// Invariants 1 and 2 with a process that dies again and again.
#[tokio::test]
async fn a_worker_killed_again_and_again_loses_and_doubles_nothing() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    for round in 0..6 {
        for n in 0..8 {
            let from = format!("customer{round}@example.org");
            world
                .microsoft
                .customer_writes(&from, HELP, &format!("Kill {round}-{n}"), "Hello")
                .await
                .unwrap();
        }
        world.run();
        tokio::time::sleep(Duration::from_millis(40 * round)).await;
        world.crash().await.unwrap();
    }
    world.run();
    seen(&world, 48).await;

    assert_eq!(world.tickets().await.unwrap().len(), 48);
    let rows = world.ledger().await.unwrap();
    assert_eq!(rows.len(), 48);
    assert!(rows.iter().all(|row| row.outcome == Some(OutcomeKind::NewTicket)));
    world.end().await.unwrap();
}

/// Two workers on the same tables: the lease keeps them apart.
#[tokio::test]
async fn two_workers_take_each_mail_once() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.connect(SALES, false).await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let (second, token) = (world.second_engine().await.unwrap(), stop.clone());
    let other = tokio::spawn(async move { second.run(token).await });
    world.run();
    for n in 0..10 {
        for mailbox in [HELP, SALES] {
            let from = format!("customer{n}@example.org");
            world
                .microsoft
                .customer_writes(&from, mailbox, &format!("{mailbox} {n}"), "Hello")
                .await
                .unwrap();
        }
    }
    seen(&world, 20).await;
    assert_eq!(world.tickets().await.unwrap().len(), 20);
    stop.cancel();
    other.await.unwrap().unwrap();
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_customers_reply_lands_in_its_ticket_and_reopens_it() {
    let world = running().await;
    let first = world.microsoft.customer_writes(CARL, HELP, "Reply to this", "Hello").await.unwrap();
    seen(&world, 1).await;
    let ticket = world.ticket_about("Reply to this").await.unwrap().ticket.id;
    let solved = store::TicketChange { status: Some(Status::Solved), ..store::TicketChange::default() };
    world.engine.change_ticket(&world.admin, ticket, &solved).await.unwrap();

    let reply = json!({"from": {"name": "Carl", "address": CARL}, "to": [{"address": HELP}], "subject": "Re: Reply to this",
        "text": "Still broken.", "inReplyTo": first, "references": [first]});
    world.microsoft.customer_sends(reply).await.unwrap();
    seen(&world, 2).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!(view.comments.len(), 2);
    assert_eq!(view.ticket.status, Status::Open);
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    world.end().await.unwrap();
}

/// Open pages learn of a ticket without asking.
#[tokio::test]
async fn open_pages_hear_of_changes() {
    let world = running().await;
    let mut changes = world.engine.changes();
    world.microsoft.customer_writes(CARL, HELP, "Heard of", "Hello").await.unwrap();
    let heard = async {
        while let Some(topic) = changes.next().await {
            if topic.starts_with("ticket:") {
                return topic;
            }
        }
        String::new()
    };
    let topic = tokio::time::timeout(Duration::from_secs(20), heard).await.unwrap();
    let ticket = world.ticket_about("Heard of").await.unwrap().ticket.id;
    assert_eq!(topic, format!("ticket:{ticket}"));
    world.end().await.unwrap();
}

/// What the delta left out is found by the sweep.
#[tokio::test]
async fn the_sweep_finds_what_the_delta_left_out() {
    let mut world = World::new().await.unwrap();
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    world.microsoft.customer_writes(CARL, HELP, "First", "Hello").await.unwrap();
    seen(&world, 1).await;
    world.pause().await.unwrap();
    let before = world.store.cursor(connection, "inbox").await.unwrap().unwrap();
    world.microsoft.customer_writes(CARL, HELP, "Left out", "Hello").await.unwrap();
    // As if Microsoft had moved the cursor past a mail without showing it: that page is read, and thrown away.
    let access = world.store.tokens(connection).await.unwrap().access;
    let page = world.graph().unwrap().mailbox(connection.0, access).delta_follow(&before.link).await.unwrap();
    assert_eq!(page.present.len(), 1);
    let (DeltaNext::Page(link) | DeltaNext::Round(link)) = page.next;
    let now = world.engine.now();
    let lease = world
        .store
        .claim(&format!("receive:{connection}"), "test", now, SignedDuration::from_secs(3))
        .await
        .unwrap()
        .unwrap();
    let tx = world.store.begin(now).await.unwrap();
    tx.save_cursor(&lease, connection, "inbox", Some(&Cursor { link, ..before })).await.unwrap();
    tx.commit().await.unwrap();
    world.store.release(&lease).await.unwrap();

    world.clock.advance(SignedDuration::from_secs(10));
    world.run();
    seen(&world, 2).await;
    world.ticket_about("Left out").await.unwrap();
    assert!(world.ledger().await.unwrap().iter().any(|row| row.seen_by == SeenBy::Sweep));
    world.end().await.unwrap();
}
