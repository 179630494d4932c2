//! Notifications (connector.md C5): a hint that makes delta reading run sooner, never more; and what happens when hints do not
//! come, are forged, or come by the thousand.

use std::time::{Duration, Instant};

use desk::ConnectionId;
use engine::Settings;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use serde_json::json;
use store::{Happening, Subscription};
use testkit::World;
use testkit::world::{Database, quick};

const HELP: &str = "help@contoso.test";

/// A desk that polls so seldom that only a notification can explain a quick reading.
fn seldom() -> Settings {
    Settings {
        poll_min: SignedDuration::from_secs(60),
        poll_max: SignedDuration::from_secs(60),
        poll_max_notified: SignedDuration::from_secs(60),
        ..quick()
    }
}

/// A desk that notifications reach, and that polls all the same.
fn often() -> Settings {
    Settings { poll_max_notified: SignedDuration::from_millis(300), ..quick() }
}

async fn world(settings: Settings) -> World {
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    world.open_door().await.unwrap();
    world
}

async fn subscription(world: &World, connection: ConnectionId) -> Option<Subscription> {
    world.store.subscription(connection).await.unwrap()
}

/// Waits until Graph knows the subscription and the reading that follows it is over.
async fn subscribed(world: &World, connection: ConnectionId) -> Subscription {
    world
        .until("a subscription", async || {
            let there = subscription(world, connection).await;
            let read = world.connection(connection).await?;
            Ok(there.is_some_and(|s| {
                s.graph_id.is_some() && read.last_read_at.is_some_and(|at| at > s.created_at)
            }))
        })
        .await
        .unwrap();
    subscription(world, connection).await.unwrap()
}

async fn happened(world: &World, connection: ConnectionId) -> Vec<Happening> {
    let events = world.store.events(connection, 100).await.unwrap();
    events.into_iter().rev().map(|event| event.happening).collect()
}

fn silent() -> Happening {
    Happening::NotificationsOff { why: "silent".to_owned() }
}

async fn at_graph(world: &World, connection: ConnectionId) -> Vec<String> {
    let access = world.store.tokens(connection).await.unwrap().access;
    let mailbox = world.graph().unwrap().mailbox(99, access);
    mailbox.subscriptions().await.unwrap().into_iter().map(|one| one.id).collect()
}

/// What Graph would send about this subscription.
fn ring(subscription: &Subscription, word: &str, lifecycle: Option<&str>) -> Vec<u8> {
    let mut item = json!({
        "subscriptionId": subscription.graph_id,
        "clientState": word,
        "changeType": "created",
        "resource": "x",
    });
    if let Some(lifecycle) = lifecycle {
        item["lifecycleEvent"] = json!(lifecycle);
    }
    json!({ "value": [item] }).to_string().into_bytes()
}

/// With the loops asleep for a minute, a new mail is a ticket within moments.
#[tokio::test]
async fn c5_a_notification_makes_the_mailbox_be_read_at_once() {
    let mut world = world(seldom()).await;
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    subscribed(&world, connection).await;
    let started = Instant::now();
    world.microsoft.customer_writes("carl@example.org", HELP, "Rung for", "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Rung for").await.is_ok())).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert!(happened(&world, connection).await.contains(&Happening::NotificationsOn));
    assert!(world.engine.rings().believed >= 1);
    world.end().await.unwrap();
}

/// Notifications have whole-day holes (lessons.md): mail must come in without them, the desk must notice by itself, and trust
/// them again only when they have announced a mail.
#[tokio::test]
async fn c5_silent_notifications_are_noticed_and_find_their_way_back() {
    let mut world = world(often()).await;
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    subscribed(&world, connection).await;
    world.shut_door(true);
    world.microsoft.customer_writes("carl@example.org", HELP, "Unannounced", "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Unannounced").await.is_ok())).await.unwrap();
    world
        .until("silence is noticed", async || Ok(happened(&world, connection).await.contains(&silent())))
        .await
        .unwrap();
    let before = subscription(&world, connection).await.unwrap();
    assert!(!before.is_trusted(world.clock.now()));

    // Probing makes a new subscription, which is not trusted before it has announced a mail.
    world.shut_door(false);
    world.clock.advance(SignedDuration::from_mins(16));
    world
        .until("a new subscription", async || {
            let now = subscription(&world, connection).await;
            Ok(now.is_some_and(|now| now.graph_id != before.graph_id && now.graph_id.is_some()))
        })
        .await
        .unwrap();
    let probing = subscription(&world, connection).await.unwrap();
    assert!(probing.silent_since.is_some(), "trusted without having announced anything");
    assert!(probing.tries > before.tries, "pauses between probes grow");
    world.microsoft.customer_writes("carl@example.org", HELP, "Announced", "Hello").await.unwrap();
    world
        .until("trust", async || {
            Ok(subscription(&world, connection).await.is_some_and(|now| now.is_trusted(world.clock.now())))
        })
        .await
        .unwrap();
    let events = happened(&world, connection).await;
    let on_and_off: Vec<_> = events
        .iter()
        .filter(|e| matches!(e, Happening::NotificationsOn | Happening::NotificationsOff { .. }))
        .collect();
    assert_eq!(on_and_off, [&Happening::NotificationsOn, &silent(), &Happening::NotificationsOn]);
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 2, "each mail once");
    world.end().await.unwrap();
}

/// The address is known to the whole world: what does not know the word leads to nothing, and the caller cannot tell.
#[tokio::test]
async fn c5_a_forged_notification_leads_to_nothing() {
    let mut world = world(seldom()).await;
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    let there = subscribed(&world, connection).await;
    let before = world.connection(connection).await.unwrap().next_read_at;
    let calls = world.engine.graph_calls().requests;
    let stranger = Subscription { graph_id: Some("nobody's".to_owned()), ..there.clone() };
    let long = "x".repeat(128);
    for body in [
        ring(&there, "", None),
        ring(&there, &long, None),
        ring(&there, &long, Some("subscriptionRemoved")),
        ring(&stranger, there.client_state.expose_secret(), None),
        b"<xml/>".to_vec(),
    ] {
        world.engine.notified(&body);
    }
    world.until("all are refused", async || Ok(world.engine.rings().refused >= 5)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.connection(connection).await.unwrap().next_read_at, before);
    assert_eq!(world.engine.graph_calls().requests, calls);
    assert_eq!(subscription(&world, connection).await.unwrap().graph_id, there.graph_id);
    world.end().await.unwrap();
}

/// A folder of thousands of mails is moved, or somebody means ill: the mailbox is read a few times, not thousands of times.
#[tokio::test]
async fn c5_thousands_of_notifications_are_one_reading() {
    let mut world = world(seldom()).await;
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    let there = subscribed(&world, connection).await;
    let calls = world.engine.graph_calls().requests;
    let body = ring(&there, there.client_state.expose_secret(), None);
    let started = Instant::now();
    for _ in 0..5_000 {
        world.engine.notified(&body);
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "answering waits for something: {:?}",
        started.elapsed()
    );
    world.until("the reading", async || Ok(world.engine.graph_calls().requests > calls)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let made = world.engine.graph_calls().requests - calls;
    assert!(made <= 10, "{made} calls for 5,000 notifications");
    world.end().await.unwrap();
}

/// Graph takes a subscription away (a changed password, a policy): it is made anew, and what came meanwhile is read.
#[tokio::test]
async fn c5_a_removed_subscription_is_made_anew() {
    let mut world = world(seldom()).await;
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    let there = subscribed(&world, connection).await;
    let read = world.connection(connection).await.unwrap().last_read_at;
    world.engine.notified(&ring(&there, there.client_state.expose_secret(), Some("subscriptionRemoved")));
    world
        .until("another subscription and a reading", async || {
            let now = subscription(&world, connection).await;
            let anew = now.is_some_and(|now| now.graph_id.is_some() && now.graph_id != there.graph_id);
            Ok(anew && world.connection(connection).await?.last_read_at > read)
        })
        .await
        .unwrap();
    assert_eq!(at_graph(&world, connection).await.len(), 1, "the old one is not left behind");
    let removed = Happening::NotificationsOff { why: "removed".to_owned() };
    assert!(happened(&world, connection).await.contains(&removed));
    world.end().await.unwrap();
}

/// `missed` says that notifications were lost: reading, and nothing else, follows.
#[tokio::test]
async fn c5_missed_notifications_lead_to_a_reading() {
    let mut world = world(seldom()).await;
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    let there = subscribed(&world, connection).await;
    let read = world.connection(connection).await.unwrap().last_read_at;
    world.engine.notified(&ring(&there, there.client_state.expose_secret(), Some("missed")));
    world
        .until("a reading", async || Ok(world.connection(connection).await?.last_read_at > read))
        .await
        .unwrap();
    assert_eq!(subscription(&world, connection).await.unwrap().notified_at, there.notified_at);
    world.end().await.unwrap();
}

/// Graph asks for a confirmation, without which it falls silent; and half-way through its life a subscription is prolonged.
#[tokio::test]
async fn c5_a_subscription_is_confirmed_when_asked_and_prolonged_at_half_its_life() {
    let mut world = world(often()).await;
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    let first = subscribed(&world, connection).await;
    let life = first.expires_at.duration_since(first.created_at);
    assert!(life <= SignedDuration::from_mins(4_200), "longer than every table of Microsoft's allows");
    assert!((first.due_at.duration_since(first.created_at) - life / 2).abs() < SignedDuration::from_mins(1));
    world.clock.advance(SignedDuration::from_mins(5));
    world.engine.notified(&ring(&first, first.client_state.expose_secret(), Some("reauthorizationRequired")));
    world
        .until("it is prolonged", async || {
            let now = subscription(&world, connection).await;
            Ok(now.is_some_and(|now| now.expires_at > first.expires_at && now.graph_id == first.graph_id))
        })
        .await
        .unwrap();
    world.end().await.unwrap();
}

/// Killed between Graph's answer and our note, a subscription would ring for nobody for three days, and after some crashes
/// the mailbox's thousand would be used up.
#[tokio::test]
async fn c5_a_subscription_that_was_never_noted_is_removed() {
    let mut world = World::on(Database::chosen().unwrap(), seldom()).await.unwrap();
    let door = world.open_door().await.unwrap();
    let connection = world.connect(HELP, false).await.unwrap().connection;
    let access = world.store.tokens(connection).await.unwrap().access;
    let mailbox = world.graph().unwrap().mailbox(99, access);
    let word = "made by a process that was killed".into();
    let orphan = mailbox
        .subscribe(&exchange::graph::Wanted {
            notification_url: &format!("{door}/notifications/graph"),
            lifecycle_url: &format!("{door}/notifications/lifecycle"),
            client_state: &word,
            until: world.clock.now() + SignedDuration::from_hours(24),
        })
        .await
        .unwrap();
    world.run();
    let there = subscribed(&world, connection).await;
    assert_eq!(at_graph(&world, connection).await, [there.graph_id.unwrap()]);
    assert!(!at_graph(&world, connection).await.contains(&orphan.id));
    world.end().await.unwrap();
}

/// Nothing is left that rings for an address that is not ours any more.
#[tokio::test]
async fn c5_disconnecting_takes_the_subscription_back() {
    let mut world = world(seldom()).await;
    world.connect("first@contoso.test", false).await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world.run();
    subscribed(&world, connected.connection).await;
    let access = world.store.tokens(connected.connection).await.unwrap().access;
    world.engine.delete_address(&world.admin, connected.address).await.unwrap();
    let mailbox = world.graph().unwrap().mailbox(99, access);
    world.until("Graph knows none", async || Ok(mailbox.subscriptions().await?.is_empty())).await.unwrap();
    assert!(subscription(&world, connected.connection).await.is_none());
    world.end().await.unwrap();
}

/// Behind a firewall, or with a wrong address: polled as ever, said once, tried again with growing pauses.
#[tokio::test]
async fn c5_where_microsoft_cannot_reach_the_desk_it_polls() {
    let settings = Settings { notification_url: Some("http://127.0.0.1:1".to_owned()), ..quick() };
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    let connection = world.connect(HELP, false).await.unwrap().connection;
    world.run();
    let refused = Happening::NotificationsOff { why: "refused".to_owned() };
    world
        .until("it is said", async || Ok(happened(&world, connection).await.contains(&refused)))
        .await
        .unwrap();
    let first = subscription(&world, connection).await.unwrap();
    assert_eq!(first.graph_id, None);
    world.clock.advance(SignedDuration::from_mins(16));
    world
        .until("another try", async || {
            Ok(subscription(&world, connection).await.is_some_and(|now| now.tries > first.tries))
        })
        .await
        .unwrap();
    world.microsoft.customer_writes("carl@example.org", HELP, "Polled", "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Polled").await.is_ok())).await.unwrap();
    let said = happened(&world, connection).await.into_iter().filter(|e| *e == refused).count();
    assert_eq!(said, 1, "the same news again and again is no news");
    world.end().await.unwrap();
}

/// On SQLite one process works: after a kill its successor need not wait for the dead one's leases.
#[tokio::test]
async fn after_a_kill_the_mailbox_does_not_rest_where_one_process_works() {
    let settings = Settings { lease: SignedDuration::from_secs(600), ..quick() };
    let mut world = World::on(Database::Sqlite, settings).await.unwrap();
    world.connect(HELP, false).await.unwrap();
    let slow = json!({"kind": "slow", "mailbox": HELP, "operation": "message", "millis": 20_000});
    let slow = world.microsoft.fault(slow).await;
    if slow.is_err() {
        world
            .microsoft
            .fault(json!({"kind": "slow", "mailbox": HELP, "operation": "any", "millis": 20_000}))
            .await
            .unwrap();
    }
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "Killed over", "Hello").await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.crash().await.unwrap();
    world.microsoft.clear_faults().await.unwrap();
    world.run();
    let started = Instant::now();
    world.until("the ticket", async || Ok(world.ticket_about("Killed over").await.is_ok())).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    world.end().await.unwrap();
}
