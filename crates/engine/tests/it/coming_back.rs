//! Lost and found: what had waited comes in and goes out once, and a line says how much it was.

use jiff::SignedDuration;
use serde_json::json;
use store::{ConnectionState, Happening};
use testkit::World;

const HELP: &str = "help@contoso.test";

/// How often the answer lies in the mailbox's Sent Items.
async fn answers(world: &World) -> usize {
    let sent = world.mailbox(HELP, "sentitems").await.unwrap();
    let is_answer = |preview: &str| preview.contains("Waits until the mailbox is back");
    sent.iter().filter(|mail| mail["preview"].as_str().is_some_and(is_answer)).count()
}

#[tokio::test]
async fn b5_after_a_reconnection_what_had_waited_comes_in_and_goes_out_once_and_is_counted() {
    let mut world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "Before", "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Before").await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    // An administrator ends every session.
    world.microsoft.patch(&format!("people/{HELP}"), json!({"revoke": true})).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(2));
    world.microsoft.advance(SignedDuration::from_hours(2)).await.unwrap();
    world
        .until("the loss is noticed", async || {
            Ok(world.connection(connected.connection).await?.state == ConnectionState::NeedsSignIn)
        })
        .await
        .unwrap();
    for subject in ["While away 1", "While away 2"] {
        world.microsoft.customer_writes("carl@example.org", HELP, subject, "Hello").await.unwrap();
    }
    let ticket = world.ticket_about("Before").await.unwrap().ticket.id;
    world.answer(ticket, "Waits until the mailbox is back").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(answers(&world).await, 0, "nothing leaves a lost mailbox");

    let url = world.engine.begin_reconnect(&world.admin, connected.address).await.unwrap();
    let id = world.return_as(&url, HELP).await.unwrap().unwrap();
    world.engine.confirm(&world.admin, id).await.unwrap();
    world
        .until("it has caught up", async || Ok(!world.engine.caught_up(&world.admin).await?.is_empty()))
        .await
        .unwrap();
    let line = world.engine.caught_up(&world.admin).await.unwrap().remove(0);
    assert_eq!((line.address.as_str(), line.came_in, line.went_out), (HELP, 2, 1));
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 3);
    assert_eq!(answers(&world).await, 1);
    let events = world.store.events(connected.connection, 20).await.unwrap();
    let kinds: Vec<_> = events
        .iter()
        .rev()
        .filter_map(|event| match &event.happening {
            Happening::Connected { by } => Some(format!("connected {by}")),
            Happening::Reconnected { by } => Some(format!("reconnected {by}")),
            Happening::CaughtUp { .. } => Some("caught up".to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [format!("connected {HELP}"), format!("reconnected {HELP}"), "caught up".to_owned()]);
    world.end().await.unwrap();
}

/// An address that has vanished from the list is connected anew: mail already known stays one ticket.
#[tokio::test]
async fn b6_an_address_that_vanished_comes_back_and_nothing_is_imported_twice() {
    let mut world = World::new().await.unwrap();
    world.connect("first@contoso.test", false).await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "Known", "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Known").await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    world.engine.delete_address(&world.admin, connected.address).await.unwrap();
    let gone = world.store.events(connected.connection, 5).await.unwrap();
    assert!(gone.iter().any(|event| event.happening == Happening::Deleted && event.address == HELP));
    world.microsoft.customer_writes("carl@example.org", HELP, "While vanished", "Hello").await.unwrap();
    world.connect_existing(HELP, true).await.unwrap();
    world
        .until("the import has brought what is new", async || {
            Ok(world.ticket_about("While vanished").await.is_ok())
        })
        .await
        .unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 2, "the known mail is still one ticket");
    world.end().await.unwrap();
}
