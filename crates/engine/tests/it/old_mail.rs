//! Old mail: the newest 300 of a mailbox, and files. It becomes tickets, and nobody hears of it.

use desk::Status;
use desk::decide::OutcomeKind;
use desk::ticket::Via;
use engine::FileOutcome;
use serde_json::json;
use testkit::World;

use crate::letters;

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";

/// Delivers old mails; then an hour goes by at Microsoft.
async fn with_old_mail(mails: usize) -> World {
    let world = World::new().await.unwrap();
    world.microsoft.person(HELP, "Support").await.unwrap();
    for n in 0..mails {
        let mail = letters::plain(
            &format!("old{n}@example.org"),
            HELP,
            &format!("Old {n}"),
            &format!("old{n}@example.org"),
        );
        world.microsoft.deliver(HELP, mail).await.unwrap();
    }
    world.microsoft.post("clock", json!({"advanceSeconds": 3600})).await.unwrap();
    world.clock.advance(jiff::SignedDuration::from_hours(1));
    world
}

async fn mails_written(world: &World) -> u64 {
    world.store.outbox_counts(None).await.unwrap().into_iter().map(|(_, count)| count).sum()
}

/// Invariant 5, and promise A5: no customer hears anything of an imported ticket.
#[tokio::test]
async fn the_import_makes_tickets_and_sends_nothing_while_live_mail_is_answered() {
    let mut world = with_old_mail(25).await;
    let connected = world.connect_existing(HELP, true).await.unwrap();
    world.run();
    let run = connected.import.unwrap();
    world
        .until("the import", async || {
            Ok(world.engine.import_run(&world.admin, run).await?.finished_at.is_some())
        })
        .await
        .unwrap();
    world.settle().await.unwrap();

    let tickets = world.tickets().await.unwrap();
    assert_eq!(tickets.len(), 25);
    assert!(tickets.iter().all(|row| row.ticket.via == Via::Import && row.ticket.status == Status::New));
    assert_eq!(mails_written(&world).await, 0, "nothing is sent for old mail");
    let shown = world.engine.import_run(&world.admin, run).await.unwrap();
    assert_eq!((shown.found, shown.done), (Some(25), 25));
    let inbox = world.mailbox(HELP, "inbox").await.unwrap();
    assert!(inbox.iter().all(|message| message["isRead"] == json!(true)));

    world.microsoft.customer_writes(CARL, HELP, "New mail", "Hello").await.unwrap();
    world.until("an answer", async || Ok(mails_written(&world).await > 0)).await.unwrap();
    world.end().await.unwrap();
}

#[tokio::test]
async fn without_the_tick_nothing_old_comes_in() {
    let mut world = with_old_mail(5).await;
    world.connect_existing(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes(CARL, HELP, "New mail", "Hello").await.unwrap();
    world.until("the new mail", async || Ok(!world.tickets().await?.is_empty())).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    world.end().await.unwrap();
}

/// Promise A4: what has come since the connection was made is live mail and counts for nothing here.
#[tokio::test]
async fn a4_as_many_old_mails_are_imported_as_were_asked_for_whatever_came_since() {
    let mut world = with_old_mail(6).await;
    let connected = world.connect_existing(HELP, false).await.unwrap();
    world.microsoft.post("clock", json!({"advanceSeconds": 60})).await.unwrap();
    world.clock.advance(jiff::SignedDuration::from_mins(1));
    for n in 0..3 {
        world.microsoft.customer_writes(CARL, HELP, &format!("New {n}"), "Hello").await.unwrap();
    }
    let wanted = store::Wanted::Newest(4);
    let run = world.engine.start_import(&world.admin, connected.address, wanted).await.unwrap();
    world.run();
    world
        .until("the import and the new mail", async || {
            let ended = world.engine.import_run(&world.admin, run).await?.finished_at.is_some();
            Ok(ended && world.tickets().await?.len() >= 7)
        })
        .await
        .unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.engine.import_run(&world.admin, run).await.unwrap().found, Some(4));
    let tickets = world.tickets().await.unwrap();
    let imported = tickets.iter().filter(|row| row.ticket.via == Via::Import).count();
    assert_eq!((imported, tickets.len()), (4, 7));
    world.end().await.unwrap();
}

/// Promise A6: it survives a restart in the middle and never makes a mail into two tickets.
#[tokio::test]
async fn an_import_killed_in_the_middle_goes_on_where_it_was() {
    let mut world = with_old_mail(40).await;
    let run = world.connect_existing(HELP, true).await.unwrap().import.unwrap();
    for _ in 0..3 {
        world.run();
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        world.crash().await.unwrap();
    }
    world.run();
    world
        .until("the import", async || {
            Ok(world.engine.import_run(&world.admin, run).await?.finished_at.is_some())
        })
        .await
        .unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 40);
    assert_eq!(world.ledger().await.unwrap().len(), 40);
    world.end().await.unwrap();
}

async fn take(world: &World, mails: Vec<(&str, Vec<u8>)>) -> Vec<FileOutcome> {
    let import = world.engine.file_import(HELP).await.unwrap();
    let batch = mails.into_iter().map(|(name, raw)| (name.to_owned(), raw)).collect();
    import.take(batch).await.unwrap()
}

#[tokio::test]
async fn files_become_tickets_in_order_without_a_mailbox_and_without_a_word_to_anybody() {
    let world = World::new().await.unwrap();
    let reply = b"From: <carl@example.org>\r\nTo: <help@contoso.test>\r\nSubject: Re: A\r\nMessage-ID: <b@example.org>\r\nIn-Reply-To: <a@example.org>\r\n\r\nMore\r\n";
    let mails = vec![
        ("a.eml", letters::plain(CARL, HELP, "A", "a@example.org")),
        ("b.eml", reply.to_vec()),
        ("again.eml", letters::plain(CARL, HELP, "A other text", "a@example.org")),
        ("copy.eml", letters::plain(CARL, HELP, "A", "a@example.org")),
    ];
    let outcomes = take(&world, mails.clone()).await;
    let got: Vec<_> = outcomes.iter().map(|outcome| (outcome.name.as_str(), outcome.outcome)).collect();
    let expected = [
        ("a.eml", OutcomeKind::NewTicket),
        ("b.eml", OutcomeKind::Reply),
        ("again.eml", OutcomeKind::Duplicate),
        ("copy.eml", OutcomeKind::Duplicate),
    ];
    assert_eq!(got, expected);
    let tickets = world.tickets().await.unwrap();
    assert_eq!(tickets.len(), 1);
    let written = tickets[0].ticket.created_at;
    assert_eq!(written.to_string(), "2026-11-23T09:00:00Z", "old mail keeps its date");
    assert_eq!(mails_written(&world).await, 0);

    // A second run of the command says the same and makes nothing.
    let outcomes = take(&world, mails).await;
    assert_eq!(outcomes[0].outcome, OutcomeKind::NewTicket);
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    world.end().await.unwrap();
}

#[tokio::test]
async fn bad_files_each_have_an_outcome_and_none_stops_the_others() {
    let world = World::new().await.unwrap();
    let mut mails = letters::bad();
    mails.push(("good", letters::plain(CARL, HELP, "Good", "good@example.org")));
    let outcomes = take(&world, mails).await;
    let expected = [
        ("no bytes", OutcomeKind::Unreadable),
        ("forty megabytes", OutcomeKind::NewTicket),
        ("a thousand nested parts", OutcomeKind::NewTicket),
        ("ten thousand headers", OutcomeKind::NewTicket),
        ("NULs", OutcomeKind::NewTicket),
        ("no From", OutcomeKind::Suspended),
        ("no Message-ID", OutcomeKind::NewTicket),
        ("unknown charset", OutcomeKind::NewTicket),
        ("noise", OutcomeKind::Unreadable),
        ("good", OutcomeKind::NewTicket),
    ];
    let got: Vec<_> = outcomes.iter().map(|outcome| (outcome.name.as_str(), outcome.outcome)).collect();
    assert_eq!(got, expected);
    // The original is at hand where nothing could be read.
    let unreadable = outcomes[8].ticket.unwrap();
    let files = world.store.attachments(unreadable).await.unwrap();
    assert!(files.iter().any(|file| file.file.name == "original.eml" && file.file.size == 4_000));
    world.end().await.unwrap();
}

/// Two empty mails are two accidents, not one mail seen twice.
#[tokio::test]
async fn empty_mails_are_not_duplicates_of_each_other_but_a_mail_without_message_id_is_of_itself() {
    let world = World::new().await.unwrap();
    let no_id = |extra: &str| {
        format!("From: <carl@example.org>\r\n{extra}To: <help@contoso.test>\r\nSubject: No id\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\nHello\r\n").into_bytes()
    };
    let mails = vec![("one", no_id("")), ("two", no_id("X-Way: other\r\n"))];
    let outcomes = take(&world, mails).await;
    let kinds: Vec<_> = outcomes.iter().map(|outcome| outcome.outcome).collect();
    assert_eq!(kinds, [OutcomeKind::NewTicket, OutcomeKind::Duplicate], "the same content by another way");
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_none_of_ours_is_refused() {
    let world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    assert!(world.engine.file_import("typo@contoso.test").await.is_err());
    assert!(world.engine.file_import("no address").await.is_err());
    assert!(world.engine.file_import(HELP).await.is_ok());
    world.end().await.unwrap();
}
