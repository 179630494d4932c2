//! Many mailboxes on one process: where nothing happens nothing is written, and a mail in any of them is found all the same. The
//! figures for a thousand are measured by `bench/mailboxes`.

use std::time::Duration;

use engine::Settings;
use jiff::{SignedDuration, Timestamp};
use testkit::World;
use testkit::world::{Database, quick};

const MAILBOXES: usize = 20;

fn address(n: usize) -> String {
    format!("box{n}@contoso.test")
}

/// Each idle reading that took a lease and stored a cursor cost three transactions: a thousand mailboxes kept a core busy.
#[tokio::test]
async fn idle_mailboxes_are_looked_at_without_writing_and_a_mail_in_any_is_found() {
    let settings = Settings { sweep_every: SignedDuration::from_hours(1), ..quick() };
    let mut world = World::on(Database::Sqlite, settings).await.unwrap();
    let mut connections = Vec::new();
    for n in 0..MAILBOXES {
        connections.push(world.connect(&address(n), false).await.unwrap().connection);
    }
    world.run();
    world
        .until("all are read", async || {
            let all = world.store.support_addresses().await?;
            Ok(all.iter().all(|one| one.connection.last_read_at.is_some()))
        })
        .await
        .unwrap();
    world.settle().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;

    let stored = async || {
        let mut cursors = Vec::new();
        for connection in &connections {
            cursors.push(world.store.cursor(*connection, "inbox").await.unwrap().unwrap());
        }
        cursors
    };
    let oldest_reading = async || -> Timestamp {
        let all = world.store.support_addresses().await.unwrap();
        all.iter().filter_map(|one| one.connection.last_read_at).min().unwrap()
    };
    let (cursors, change, calls) =
        (stored().await, world.store.last_change().await.unwrap(), world.engine.graph_calls().round_trips);
    let since = world.clock.now();
    world.until("each is read again", async || Ok(oldest_reading().await > since)).await.unwrap();
    assert!(world.engine.graph_calls().round_trips - calls >= MAILBOXES as u64, "they were not read");
    assert_eq!(stored().await, cursors, "an idle reading stored a cursor");
    assert_eq!(world.store.last_change().await.unwrap(), change, "an idle reading woke the pages");

    let to = address(MAILBOXES / 2);
    world.microsoft.customer_writes("carl@example.org", &to, "In one of many", "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("In one of many").await.is_ok())).await.unwrap();
    world.end().await.unwrap();
}
