//! Access tokens: refreshed once however many need them, and the rotated refresh token is durable before anything is done with
//! the access token that came with it.

use std::time::{Duration, Instant};

use desk::ConnectionId;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use serde_json::json;
use store::ConnectionState;
use testkit::World;
use tokio_util::sync::CancellationToken;

const HELP: &str = "help@contoso.test";

async fn refresh_token(world: &World, connection: ConnectionId) -> String {
    world.store.tokens(connection).await.unwrap().refresh.unwrap().expose_secret().to_owned()
}

/// How often the stand-in was asked for tokens.
async fn token_calls(world: &World) -> usize {
    let log = world.microsoft.get("log?limit=10000").await.unwrap();
    log.as_array()
        .unwrap()
        .iter()
        .filter(|row| row["path"].as_str().is_some_and(|path| path.ends_with("/token")))
        .count()
}

/// A crash between the refresh and its first use must not lose the mailbox: the old refresh token may be dead already.
#[tokio::test]
async fn a_rotated_refresh_token_is_stored_before_the_access_token_is_used() {
    let mut world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    let old = refresh_token(&world, connected.connection).await;
    world.clock.advance(SignedDuration::from_hours(2));
    // The first call with the new token hangs: what is stored meanwhile was not stored after it.
    world
        .microsoft
        .fault(json!({"kind": "slow", "mailbox": HELP, "operation": "delta", "millis": 25_000}))
        .await
        .unwrap();
    let started = Instant::now();
    world.run();
    world
        .until("the rotated token is stored", async || {
            Ok(refresh_token(&world, connected.connection).await != old)
        })
        .await
        .unwrap();
    assert!(started.elapsed() < Duration::from_secs(20), "the token was stored only after its first use");
    // Killed right there, the next process goes on with what is stored.
    world.crash().await.unwrap();
    world.microsoft.clear_faults().await.unwrap();
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "After the crash", "Hello").await.unwrap();
    world.settle_with_ticket("After the crash").await;
    assert_eq!(world.connection(connected.connection).await.unwrap().state, ConnectionState::Verified);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_token_is_refreshed_once_however_many_need_it() {
    let mut world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    let second = world.second_engine().await.unwrap();
    let before = token_calls(&world).await;
    world.clock.advance(SignedDuration::from_hours(2));
    let stop = CancellationToken::new();
    let other = tokio::spawn({
        let stop = stop.clone();
        async move { second.run(stop).await }
    });
    world.run();
    let old = refresh_token(&world, connected.connection).await;
    world.until("the token is refreshed", async || Ok(token_calls(&world).await > before)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(token_calls(&world).await, before + 1);
    assert_ne!(refresh_token(&world, connected.connection).await, old);
    stop.cancel();
    other.await.unwrap().unwrap();
    world.end().await.unwrap();
}

/// One 401 is an access token that was taken back early, not a lost connection.
#[tokio::test]
async fn a_refused_access_token_is_renewed_and_nothing_is_lost() {
    let mut world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world
        .microsoft
        .fault(json!({"kind": "unauthorized", "mailbox": HELP, "operation": "any", "times": 1}))
        .await
        .unwrap();
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "After a 401", "Hello").await.unwrap();
    world.settle_with_ticket("After a 401").await;
    assert_eq!(world.connection(connected.connection).await.unwrap().state, ConnectionState::Verified);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_dead_refresh_token_asks_for_a_person_and_says_why() {
    let mut world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    let fault = json!({"kind": "token_error", "operation": "token", "error": "invalid_grant",
        "description": "AADSTS50173: The provided grant has expired due to it being revoked."});
    world.microsoft.fault(fault).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(2));
    world.run();
    world
        .until("the state says so", async || {
            Ok(world.connection(connected.connection).await?.state == ConnectionState::NeedsSignIn)
        })
        .await
        .unwrap();
    let cause = world.connection(connected.connection).await.unwrap().cause.unwrap();
    assert_eq!((cause.code.as_str(), cause.aadsts), ("invalid_grant", Some(50173)));
    world.end().await.unwrap();
}

/// An outage of Microsoft's sign-in is waited out.
#[tokio::test]
async fn an_outage_of_entra_never_breaks_a_connection() {
    let mut world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world.microsoft.fault(json!({"kind": "server_error", "operation": "token", "status": 503, "effect": "before", "times": 3})).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(2));
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "During an outage", "Hello").await.unwrap();
    world.settle_with_ticket("During an outage").await;
    assert!(world.connection(connected.connection).await.unwrap().state.works());
    world.end().await.unwrap();
}

trait Waiting {
    async fn settle_with_ticket(&self, subject: &str);
}

impl Waiting for World {
    /// Waits until the mail has become a ticket and everything about it is done.
    async fn settle_with_ticket(&self, subject: &str) {
        self.until("the ticket", async || Ok(self.ticket_about(subject).await.is_ok())).await.unwrap();
        self.settle().await.unwrap();
    }
}
