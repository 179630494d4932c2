//! Imports of old mail: what is looked at beforehand, resting, taking back. Nothing is ever sent for old mail.

use std::collections::BTreeMap;
use std::time::Duration;

use desk::decide::OutcomeKind;
use desk::{ImportId, PreviewId};
use engine::{Connected, Error};
use jiff::SignedDuration;
use serde_json::json;
use store::{Foreseen, Undone, Wanted};
use testkit::World;
use testkit::world::parameter;

use crate::letters;

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";
const ALL: Wanted = Wanted::Newest(300);

fn mail(head: &str, body: &str) -> Vec<u8> {
    format!("{head}Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{body}\r\n").into_bytes()
}

/// Old mail of every kind: six tickets, two replies, one twice, a newsletter, one that cannot be read.
async fn with_old_mail() -> World {
    let world = World::new().await.unwrap();
    world.microsoft.person(HELP, "Support").await.unwrap();
    let mut mails: Vec<Vec<u8>> = (0..5)
        .map(|n| {
            letters::plain(&format!("old{n}@example.org"), HELP, &format!("Old {n}"), &format!("o{n}@x.test"))
        })
        .collect();
    mails.push(letters::plain(CARL, HELP, "Printer", "printer@x.test"));
    mails.push(mail(
        "From: <carl@example.org>\r\nTo: <help@contoso.test>\r\nCc: <eve@example.org>\r\nSubject: Re: Printer\r\nMessage-ID: <re1@x.test>\r\nIn-Reply-To: <printer@x.test>\r\n",
        "More",
    ));
    // Eve is known to the ticket only by the mail before.
    mails.push(mail(
        "From: <eve@example.org>\r\nTo: <help@contoso.test>, <carl@example.org>\r\nSubject: Re: Printer\r\nMessage-ID: <re2@x.test>\r\nIn-Reply-To: <re1@x.test>\r\nReferences: <printer@x.test> <re1@x.test>\r\n",
        "Me too",
    ));
    mails.push(letters::plain("old0@example.org", HELP, "Old 0, by another way", "o0@x.test"));
    mails.push(mail(
        "From: <news@shop.test>\r\nTo: <help@contoso.test>\r\nSubject: Sale\r\nMessage-ID: <news@x.test>\r\nList-Unsubscribe: <mailto:u@shop.test>\r\nPrecedence: bulk\r\n",
        "Buy",
    ));
    mails.push(mail(
        "From: <stranger@example.org>\r\nTo: <help@contoso.test>\r\nSubject: Re: Printer\r\nMessage-ID: <re3@x.test>\r\nIn-Reply-To: <printer@x.test>\r\n",
        "I know it from hearsay",
    ));
    for raw in mails {
        world.microsoft.deliver(HELP, raw).await.unwrap();
        // Exchange keeps whole seconds: the order of arrival is to be told by them.
        world.microsoft.post("clock", json!({"advanceSeconds": 2})).await.unwrap();
    }
    world.microsoft.post("clock", json!({"advanceSeconds": 3600})).await.unwrap();
    world.clock.advance(SignedDuration::from_secs(3622));
    world
}

async fn finished(world: &World, run: ImportId) {
    world
        .until("the import", async || {
            Ok(world.engine.import_run(&world.admin, run).await?.finished_at.is_some())
        })
        .await
        .unwrap();
    world.settle().await.unwrap();
}

async fn looked(world: &World, id: PreviewId) -> store::Preview {
    world
        .until("the preview", async || {
            Ok(world.engine.preview(&world.admin, id).await?.preview.finished_at.is_some())
        })
        .await
        .unwrap();
    world.engine.preview(&world.admin, id).await.unwrap().preview
}

/// Everything that a preview must not have written.
async fn traces(world: &World) -> (usize, usize, usize, u64) {
    let sent: u64 = world.store.outbox_counts(None).await.unwrap().into_iter().map(|(_, n)| n).sum();
    let unread = world.mailbox(HELP, "inbox").await.unwrap();
    let untouched = unread
        .iter()
        .filter(|m| m["isRead"] == json!(false) && m["categories"].as_array().is_none_or(Vec::is_empty))
        .count();
    (world.tickets().await.unwrap().len(), world.ledger().await.unwrap().len(), untouched, sent)
}

/// What the import really did, in the preview's words.
fn as_foreseen(rows: &[store::LedgerRow]) -> BTreeMap<Foreseen, u32> {
    let mut counts = BTreeMap::new();
    for row in rows {
        let kind = match row.outcome.unwrap() {
            OutcomeKind::NewTicket | OutcomeKind::FollowUp => Foreseen::NewTicket,
            OutcomeKind::Reply => Foreseen::Reply,
            OutcomeKind::Duplicate => Foreseen::Known,
            OutcomeKind::OwnMail => Foreseen::Own,
            OutcomeKind::Unreadable => Foreseen::Unreadable,
            OutcomeKind::Vanished => Foreseen::Gone,
            OutcomeKind::Bounce => Foreseen::Automatic,
            OutcomeKind::Suspended if row.reason.as_deref() == Some("auto_mailer") => Foreseen::Automatic,
            OutcomeKind::Suspended | OutcomeKind::Rejected => Foreseen::Suspended,
        };
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

/// Promise C6: what is foreseen is what happens, mail by mail; and looking changes nothing, here or at Microsoft.
#[tokio::test]
async fn c6_a_preview_before_connecting_says_what_the_import_then_does_and_writes_nothing() {
    let mut world = with_old_mail().await;
    let back = world.sign_in(HELP, true, &[]).await.unwrap();
    let (state, code) = (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap());
    let sign_in = world.engine.return_with_code(&world.admin, &state, &code).await.unwrap();
    world.run();
    let id = world.engine.preview_sign_in(&world.admin, sign_in).await.unwrap();
    let preview = looked(&world, id).await;
    assert_eq!((preview.error, preview.found, preview.looked_at), (None, Some(11), 11));
    assert_eq!(traces(&world).await, (0, 0, 11, 0));
    assert!(world.store.support_addresses().await.unwrap().is_empty());
    let forecast = preview.forecast;
    let expected = [
        (Foreseen::NewTicket, 6),
        (Foreseen::Reply, 2),
        (Foreseen::Known, 1),
        (Foreseen::Automatic, 1),
        (Foreseen::Suspended, 1),
    ];
    assert_eq!(forecast.counts, BTreeMap::from(expected));
    let example = forecast.examples.iter().find(|e| e.kind == Foreseen::Automatic).unwrap();
    assert_eq!((example.subject.as_str(), example.sender.as_str()), ("Sale", "news@shop.test"));

    let run = world.engine.confirm(&world.admin, sign_in).await.unwrap().import.unwrap();
    finished(&world, run).await;
    assert_eq!(as_foreseen(&world.ledger().await.unwrap()), forecast.counts, "the same code, the same end");
    // Once it is all known, another import would do nothing.
    let address = world.store.support_addresses().await.unwrap()[0].id;
    let id = world.engine.preview_import(&world.admin, address, ALL).await.unwrap();
    let again = looked(&world, id).await;
    assert_eq!(again.forecast.counts, BTreeMap::from([(Foreseen::Known, 11)]));
    world.end().await.unwrap();
}

/// A preview is begun anew by whoever finds it; a cancelled one ends.
#[tokio::test]
async fn a_preview_survives_being_killed_and_can_be_cancelled() {
    let mut world = with_old_mail().await;
    let help = world.connect_existing(HELP, false).await.unwrap();
    let id = world.engine.preview_import(&world.admin, help.address, ALL).await.unwrap();
    for pause in [500, 550, 620, 700] {
        world.run();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        world.crash().await.unwrap();
        world.clock.advance(SignedDuration::from_secs(4));
    }
    world.run();
    let preview = looked(&world, id).await;
    assert_eq!(preview.error, None);
    assert_eq!(preview.forecast.counts.values().sum::<u32>(), 11);
    assert!(world.tickets().await.unwrap().is_empty());

    world.pause().await.unwrap();
    let id = world.engine.preview_import(&world.admin, help.address, ALL).await.unwrap();
    world.engine.cancel_preview(&world.admin, id).await.unwrap();
    world.run();
    assert_eq!(looked(&world, id).await.error.as_deref(), Some("cancelled"));
    world.end().await.unwrap();
}

/// Microsoft's wish to wait is obeyed, and the preview goes on.
#[tokio::test]
async fn a_preview_that_microsoft_slows_down_gets_there() {
    let mut world = with_old_mail().await;
    let help = world.connect_existing(HELP, false).await.unwrap();
    world.run();
    world.settle().await.unwrap();
    let fault =
        json!({"kind": "throttle", "mailbox": HELP, "operation": "mime", "retryAfter": 1, "times": 3});
    world.microsoft.fault(fault).await.unwrap();
    let id = world.engine.preview_import(&world.admin, help.address, ALL).await.unwrap();
    assert_eq!(looked(&world, id).await.forecast.counts.values().sum::<u32>(), 11);
    world.end().await.unwrap();
}

/// Promise A4: none, the newest, another number, or a time.
#[tokio::test]
async fn a4_a_number_or_a_range_of_dates_can_be_chosen_and_nonsense_is_refused() {
    let mut world = with_old_mail().await;
    let help = world.connect_existing(HELP, false).await.unwrap();
    world.run();
    let run = world.engine.start_import(&world.admin, help.address, Wanted::Newest(4)).await.unwrap();
    finished(&world, run).await;
    assert_eq!(world.ledger().await.unwrap().len(), 4);
    let inbox = world.mailbox(HELP, "inbox").await.unwrap();
    let mut received: Vec<jiff::Timestamp> =
        inbox.iter().map(|m| m["received"].as_str().unwrap().parse().unwrap()).collect();
    received.sort();
    // From the second to the one before the fourth: two of those that are not in yet.
    let wanted = Wanted::Between { since: received[1], until: received[3] };
    let run = world.engine.start_import(&world.admin, help.address, wanted).await.unwrap();
    finished(&world, run).await;
    let view = world.engine.import_view(&world.admin, run).await.unwrap();
    assert_eq!((view.run.found, view.run.wanted), (Some(2), wanted));
    assert_eq!(world.ledger().await.unwrap().len(), 6);
    for nonsense in
        [Wanted::Newest(0), Wanted::Newest(5_001), Wanted::Between { since: received[3], until: received[1] }]
    {
        let refused = world.engine.start_import(&world.admin, help.address, nonsense).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })));
    }
    world.end().await.unwrap();
}

/// Promise A5: silent when it is made; an ordinary ticket from then on.
#[tokio::test]
async fn a5_nothing_is_sent_when_a_ticket_is_imported_and_later_changes_run_the_triggers() {
    let mut world = with_old_mail().await;
    let run = world.connect_existing(HELP, true).await.unwrap().import.unwrap();
    world.run();
    finished(&world, run).await;
    assert_eq!(traces(&world).await.3, 0);
    let ticket = world.ticket_about("Printer").await.unwrap().ticket;
    assert_eq!(ticket.tags, [format!("import-{run}"), "imported".to_owned()]);
    assert_eq!(ticket.created_at.to_string(), "2026-11-23T09:00:00Z", "its own date");
    world.answer(ticket.id, "Try to turn it off and on.").await.unwrap();
    world.until("the answer", async || Ok(!world.microsoft.outside(CARL).await?.is_empty())).await.unwrap();
    world.end().await.unwrap();
}

async fn paused(world: &mut World) -> (Connected, ImportId) {
    let help = world.connect_existing(HELP, true).await.unwrap();
    let run = help.import.unwrap();
    world.engine.pause_import(&world.admin, run).await.unwrap();
    (help, run)
}

/// While old mail rests, new mail comes in.
#[tokio::test]
async fn a6_a_paused_import_rests_while_live_mail_goes_on_and_resumes_where_it_was() {
    let mut world = with_old_mail().await;
    let (_, run) = paused(&mut world).await;
    world.run();
    world.microsoft.customer_writes(CARL, HELP, "New mail", "Hello").await.unwrap();
    world.until("the new mail", async || Ok(world.tickets().await?.len() == 1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.tickets().await.unwrap().len(), 1, "nothing old");
    world.engine.resume_import(&world.admin, run).await.unwrap();
    finished(&world, run).await;
    assert_eq!(world.tickets().await.unwrap().len(), 7);
    let refused = world.engine.undo_import(&world.admin, ImportId(99)).await;
    assert!(matches!(refused, Err(Error::NotFound)));
    world.end().await.unwrap();
}

async fn undone(world: &World, run: ImportId) -> (u32, u32) {
    world
        .until("the undo", async || {
            Ok(matches!(world.engine.import_run(&world.admin, run).await?.undone, Undone::Done { .. }))
        })
        .await
        .unwrap();
    match world.engine.import_run(&world.admin, run).await.unwrap().undone {
        Undone::Done { tickets, kept, .. } => (tickets, kept),
        other => panic!("{other:?}"),
    }
}

/// What people have worked on is theirs. Each row of the ledger keeps its outcome and says what happened to it.
#[tokio::test]
async fn an_undone_import_takes_back_what_nobody_has_touched_and_can_be_had_again() {
    let mut world = with_old_mail().await;
    let help = world.connect_existing(HELP, true).await.unwrap();
    let run = help.import.unwrap();
    world.run();
    finished(&world, run).await;
    let about = async |subject: &str| world.ticket_about(subject).await.unwrap().ticket.id;
    world.answer(about("Old 1").await, "We are on it.").await.unwrap();
    let change = store::TicketChange { status: Some(desk::Status::Open), ..store::TicketChange::default() };
    world.engine.change_ticket(&world.admin, about("Old 2").await, &change).await.unwrap();
    let later = mail(
        "From: <old3@example.org>\r\nTo: <help@contoso.test>\r\nSubject: Re: Old 3\r\nMessage-ID: <later@x.test>\r\nIn-Reply-To: <o3@x.test>\r\n",
        "Any news?",
    );
    world.microsoft.deliver(HELP, later).await.unwrap();
    world.until("the later mail", async || Ok(world.ledger().await?.len() == 12)).await.unwrap();
    world.settle().await.unwrap();

    world.engine.undo_import(&world.admin, run).await.unwrap();
    assert_eq!(undone(&world, run).await, (3, 3));
    let mut left: Vec<_> = world.tickets().await.unwrap().into_iter().map(|row| row.ticket.subject).collect();
    left.sort();
    assert_eq!(left, ["Old 1", "Old 2", "Old 3"]);
    let ledger = world.ledger().await.unwrap();
    assert!(ledger.iter().all(|row| row.outcome.is_some()));
    let reasons = ledger.iter().filter(|row| row.reason.as_deref() == Some("undone")).count();
    // Old 0 with its duplicate, Old 4, the printer with two replies, and two suspended mails.
    assert_eq!(reasons, 8);
    assert!(world.engine.suspended(&world.admin).await.unwrap().is_empty());

    // Nothing comes back by itself: neither delta nor the sweep makes it anew.
    world.clock.advance(SignedDuration::from_secs(30));
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 3);

    // Asked for again, it comes in again; what stayed does not come twice.
    let again = world.engine.start_import(&world.admin, help.address, ALL).await.unwrap();
    finished(&world, again).await;
    assert_eq!(world.tickets().await.unwrap().len(), 6);
    let ledger = world.ledger().await.unwrap();
    assert_eq!(ledger.len(), 20, "each old row stands, and a new one beside it");
    assert!(ledger.iter().all(|row| row.outcome.is_some()));
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_import_can_be_undone_in_the_middle_and_nothing_of_it_comes_in_afterwards() {
    let mut world = with_old_mail().await;
    let (help, run) = paused(&mut world).await;
    // Listed, but nothing taken in.
    world.engine.resume_import(&world.admin, run).await.unwrap();
    world.run();
    world
        .until("the list", async || Ok(world.engine.import_run(&world.admin, run).await?.found.is_some()))
        .await
        .unwrap();
    world.engine.undo_import(&world.admin, run).await.unwrap();
    undone(&world, run).await;
    world.settle().await.unwrap();
    assert!(world.tickets().await.unwrap().is_empty());
    let ledger = world.ledger().await.unwrap();
    assert!(ledger.iter().all(|row| row.reason.as_deref() == Some("undone")), "each row says so");
    assert!(world.engine.start_import(&world.admin, help.address, ALL).await.is_ok());
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_undo_survives_being_killed() {
    let mut world = with_old_mail().await;
    let run = world.connect_existing(HELP, true).await.unwrap().import.unwrap();
    world.run();
    finished(&world, run).await;
    world.pause().await.unwrap();
    world.engine.undo_import(&world.admin, run).await.unwrap();
    for pause in [490, 500, 505, 510, 520] {
        world.run();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        world.crash().await.unwrap();
        world.clock.advance(SignedDuration::from_secs(4));
    }
    world.run();
    assert_eq!(undone(&world, run).await, (6, 0));
    assert!(world.tickets().await.unwrap().is_empty());
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_import_is_undone_within_a_day_or_not_at_all_and_never_beside_another() {
    let mut world = with_old_mail().await;
    let (help, run) = paused(&mut world).await;
    let second = world.engine.start_import(&world.admin, help.address, ALL).await;
    assert!(matches!(second, Err(Error::ImportUnderWay)));
    world.engine.resume_import(&world.admin, run).await.unwrap();
    world.run();
    finished(&world, run).await;
    world.pause().await.unwrap();
    world.clock.advance(SignedDuration::from_hours(25));
    assert!(matches!(world.engine.undo_import(&world.admin, run).await, Err(Error::TooLate)));
    assert_eq!(world.tickets().await.unwrap().len(), 6);
    world.end().await.unwrap();
}
