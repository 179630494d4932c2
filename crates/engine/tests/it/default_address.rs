//! The round-trip proof, and the default address that only an address which has just proved itself can become.

use desk::decide::OutcomeKind;
use engine::{Error, MadeDefault, Settings};
use jiff::SignedDuration;
use store::{ConnectionState, Happening, Proof};
use testkit::world::quick;
use testkit::{Database, World};

const HELP: &str = "help@contoso.test";
const SALES: &str = "sales@contoso.test";

async fn proof(world: &World, address: desk::AddressId) -> (Proof, bool) {
    let address = world.store.support_address(address).await.unwrap();
    (address.connection.proof, address.connection.proved_at.is_some())
}

async fn is_default(world: &World, address: desk::AddressId) -> bool {
    world.store.support_address(address).await.unwrap().is_default
}

async fn happenings(world: &World, connection: desk::ConnectionId) -> Vec<Happening> {
    world.store.events(connection, 50).await.unwrap().into_iter().map(|event| event.happening).collect()
}

/// Connects an address and lets it prove itself.
async fn proved(world: &mut World, address: &str) -> engine::Connected {
    let connected = world.connect(address, false).await.unwrap();
    world.engine.prove(&world.admin, connected.address).await.unwrap();
    world.run();
    world.until("the proof", async || Ok(proof(world, connected.address).await.1)).await.unwrap();
    world.settle().await.unwrap();
    world.pause().await.unwrap();
    connected
}

/// Promise A11: connecting is not enough. The test mail goes the real way out and in, and makes no ticket.
#[tokio::test]
async fn a11_the_first_address_becomes_the_default_when_its_test_mail_is_back_and_not_before() {
    let settings = Settings { prove_new: true, ..quick() };
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    let help = world.connect(HELP, false).await.unwrap();
    assert!(!is_default(&world, help.address).await);
    world.run();
    world.until("the default", async || Ok(is_default(&world, help.address).await)).await.unwrap();
    world.settle().await.unwrap();

    assert_eq!(world.mailbox(HELP, "sentitems").await.unwrap().len(), 1, "sent from the mailbox itself");
    assert_eq!(world.mailbox(HELP, "inbox").await.unwrap().len(), 1);
    assert!(world.tickets().await.unwrap().is_empty());
    let ledger = world.ledger().await.unwrap();
    assert_eq!(ledger.len(), 1);
    assert_eq!(
        (ledger[0].outcome, ledger[0].reason.as_deref()),
        (Some(OutcomeKind::OwnMail), Some("round_trip"))
    );
    let happenings = happenings(&world, help.connection).await;
    assert!(
        matches!(happenings[..2], [Happening::MadeDefault, Happening::Proved { millis }] if millis < 60_000)
    );
    // Proved once by itself, not again and again.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(world.mailbox(HELP, "sentitems").await.unwrap().len(), 1);
    world.end().await.unwrap();
}

/// The second address takes over only when its own mail is back; until then the first stays.
#[tokio::test]
async fn a11_an_unproved_address_is_proved_first_and_then_becomes_the_default_by_itself() {
    let mut world = World::new().await.unwrap();
    let help = proved(&mut world, HELP).await;
    assert!(is_default(&world, help.address).await);
    let sales = world.connect(SALES, false).await.unwrap();
    let made = world.engine.make_default(&world.admin, sales.address).await.unwrap();
    assert_eq!(made, MadeDefault::Proving);
    assert!(matches!(
        proof(&world, sales.address).await,
        (Proof::UnderWay { then_default: true, .. }, false)
    ));
    assert!(is_default(&world, help.address).await && !is_default(&world, sales.address).await);
    // Pressed again while it is on its way: one mail.
    assert_eq!(world.engine.make_default(&world.admin, sales.address).await.unwrap(), MadeDefault::Proving);
    world.run();
    world.until("the takeover", async || Ok(is_default(&world, sales.address).await)).await.unwrap();
    assert!(!is_default(&world, help.address).await);
    assert_eq!(world.mailbox(SALES, "sentitems").await.unwrap().len(), 1);
    // Back at once: the first was proved within the hour.
    let made = world.engine.make_default(&world.admin, help.address).await.unwrap();
    assert_eq!(made, MadeDefault::Done);
    assert!(matches!(
        world.engine.delete_address(&world.admin, help.address).await,
        Err(Error::DefaultAddress)
    ));
    world.end().await.unwrap();
}

/// What was proved yesterday may have been broken since.
#[tokio::test]
async fn a11_a_proof_counts_for_an_hour() {
    let mut world = World::new().await.unwrap();
    proved(&mut world, HELP).await;
    let sales = proved(&mut world, SALES).await;
    world.clock.advance(SignedDuration::from_mins(61));
    let made = world.engine.make_default(&world.admin, sales.address).await.unwrap();
    assert_eq!(made, MadeDefault::Proving);
    assert!(!is_default(&world, sales.address).await);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a11_an_address_without_a_working_connection_is_neither_proved_nor_made_the_default() {
    let world = World::new().await.unwrap();
    let help = world.connect(HELP, false).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.set_state(help.connection, ConnectionState::NeedsSignIn, None).await.unwrap();
    tx.commit().await.unwrap();
    let refused = world.engine.make_default(&world.admin, help.address).await;
    assert!(matches!(refused, Err(Error::DefaultAddress)));
    assert!(matches!(world.engine.prove(&world.admin, help.address).await, Err(Error::NoWayOut)));
    assert_eq!(proof(&world, help.address).await, (Proof::Idle, false));
    world.end().await.unwrap();
}

/// A rule in the mailbox swallows it, or it goes astray: that is said, and changes no default. When it comes late after all,
/// it counts.
#[tokio::test]
async fn a_test_mail_that_does_not_come_back_is_a_finding_and_a_late_one_still_counts() {
    let mut world = World::new().await.unwrap();
    let help = world.connect(HELP, false).await.unwrap();
    let inbox_is_read = async |world: &World, state| {
        let tx = world.store.begin(world.engine.now()).await.unwrap();
        tx.schedule_read(help.connection, state, None).await.unwrap();
        tx.commit().await.unwrap();
    };
    // Nobody reads the mailbox for a year.
    inbox_is_read(&world, world.engine.now() + SignedDuration::from_hours(24 * 365)).await;
    world.engine.make_default(&world.admin, help.address).await.unwrap();
    world.run();
    world
        .until("the mail to arrive", async || Ok(world.mailbox(HELP, "inbox").await?.len() == 1))
        .await
        .unwrap();
    world.clock.advance(SignedDuration::from_mins(6));
    world
        .until("the finding", async || {
            Ok(matches!(proof(&world, help.address).await, (Proof::NotReturned { .. }, false)))
        })
        .await
        .unwrap();
    assert_eq!(happenings(&world, help.connection).await[0], Happening::NotProved);
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    let told = happenings(&world, help.connection).await;
    assert_eq!(told.iter().filter(|h| **h == Happening::NotProved).count(), 1, "said once");

    inbox_is_read(&world, world.engine.now()).await;
    world.until("the late mail", async || Ok(proof(&world, help.address).await.1)).await.unwrap();
    assert_eq!(proof(&world, help.address).await.0, Proof::Idle);
    world.end().await.unwrap();
}

/// Whoever dies at whatever step: one mail, one proof.
#[tokio::test]
async fn a_proof_survives_being_killed_at_any_step() {
    let mut world = World::new().await.unwrap();
    let help = world.connect(HELP, false).await.unwrap();
    world.engine.prove(&world.admin, help.address).await.unwrap();
    for pause in [0, 20, 40, 60, 80, 120, 160, 250] {
        world.run();
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        world.crash().await.unwrap();
        // The lease of the killed worker runs out.
        world.clock.advance(SignedDuration::from_secs(4));
    }
    world.run();
    world.until("the proof", async || Ok(proof(&world, help.address).await.1)).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.mailbox(HELP, "inbox").await.unwrap().len(), 1);
    let proved = happenings(&world, help.connection).await;
    assert_eq!(proved.iter().filter(|h| matches!(h, Happening::Proved { .. })).count(), 1);
    assert!(world.tickets().await.unwrap().is_empty());
    world.end().await.unwrap();
}

/// A copy that a rule forwards to another mailbox of ours proves nothing about either, and becomes no ticket there. Mail
/// that only pretends to be a test mail proves nothing.
#[tokio::test]
async fn a_test_mail_proves_only_the_address_it_was_sent_to() {
    let mut world = World::new().await.unwrap();
    let help = world.connect(HELP, false).await.unwrap();
    let sales = world.connect(SALES, false).await.unwrap();
    world.engine.prove(&world.admin, help.address).await.unwrap();
    let row = world.store.outbox_due(help.connection, world.engine.now(), 10).await.unwrap().remove(0);
    let copy = format!(
        "From: <{HELP}>\r\nTo: <{HELP}>\r\nSubject: {}\r\nMessage-ID: <copy@contoso.test>\r\nX-Postdesk-Outbox: {}\r\n\r\n{}\r\n",
        row.mail.subject, row.mail.mark, row.mail.text
    );
    let forged = format!(
        "From: <{SALES}>\r\nTo: <{SALES}>\r\nSubject: Test\r\nMessage-ID: <f@x.test>\r\nX-Postdesk-Outbox: 00\r\n\r\nTest\r\n"
    );
    world.microsoft.deliver(SALES, copy.into_bytes()).await.unwrap();
    world.microsoft.deliver(SALES, forged.into_bytes()).await.unwrap();
    world.run();
    world
        .until("both mails", async || {
            let ledger = world.ledger().await?;
            Ok(ledger.iter().filter(|row| row.address == SALES && row.outcome.is_some()).count() >= 2)
        })
        .await
        .unwrap();
    let ledger = world.ledger().await.unwrap();
    let about = |item: &str| {
        ledger.iter().find(|row| row.address == SALES && row.sender.contains(item)).unwrap().clone()
    };
    assert_eq!(about(HELP).reason.as_deref(), Some("round_trip"));
    assert_eq!(about(SALES).outcome, Some(OutcomeKind::Suspended), "from a support address, not ours");
    assert_eq!(proof(&world, sales.address).await, (Proof::Idle, false));
    assert!(world.tickets().await.unwrap().is_empty());
    world.end().await.unwrap();
}

/// Invariant 7.
#[tokio::test]
async fn b3_the_default_address_cannot_be_deleted_and_tickets_of_another_go_over_to_it() {
    let mut world = World::new().await.unwrap();
    let help = proved(&mut world, HELP).await;
    let sales = world.connect(SALES, false).await.unwrap();
    world.microsoft.customer_writes("carl@example.org", SALES, "Printer", "It smokes").await.unwrap();
    world.run();
    world.until("the ticket", async || Ok(!world.tickets().await?.is_empty())).await.unwrap();
    world.settle().await.unwrap();
    let refused = world.engine.delete_address(&world.admin, help.address).await;
    assert!(matches!(refused, Err(Error::DefaultAddress)));
    world.engine.delete_address(&world.admin, sales.address).await.unwrap();
    let ticket = world.ticket_about("Printer").await.unwrap().ticket;
    assert_eq!(ticket.address, Some(help.address));
    world.end().await.unwrap();
}
