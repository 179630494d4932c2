//! Alarms by a second way: somebody is told by another connection than the one in trouble, once, and again when it is over.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::post;
use engine::{AlarmSettings, Error, Settings};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{ConnectionState, Happening, Trouble};
use testkit::{Database, World};

const DEFAULT: &str = "help@contoso.test";
const OTHER: &str = "sales@contoso.test";

async fn break_it(world: &World, connection: desk::ConnectionId, state: ConnectionState) {
    let tx = world.store.begin(world.clock.now()).await.unwrap();
    tx.set_state(connection, state, None).await.unwrap();
    tx.commit().await.unwrap();
}

fn settings() -> AlarmSettings {
    AlarmSettings { recipients: vec![], webhook: None, no_contact: 30, mail_waits: 30 }
}

/// A connection that is lost cannot tell of it: the mail leaves over another one. And it is told once, not at each look.
#[tokio::test]
async fn a_lost_connection_is_told_once_by_another_connection_and_once_when_it_is_back() {
    let mut world = World::new().await.unwrap();
    let lost = world.connect(DEFAULT, false).await.unwrap().connection;
    let other = world.connect(OTHER, false).await.unwrap().connection;
    world.run();
    world.microsoft.fault(json!({"kind": "mailbox_gone", "mailbox": DEFAULT})).await.unwrap();
    world
        .until("somebody was told", async || {
            let open = world.store.open_alarms().await?;
            Ok(open.iter().any(|alarm| alarm.connection == Some(lost) && alarm.told_at.is_some()))
        })
        .await
        .unwrap();
    world
        .until("the mail left", async || {
            let sent = world.mailbox(OTHER, "sentitems").await?;
            Ok(sent.iter().any(|mail| mail["subject"].as_str().is_some_and(|s| s.contains(DEFAULT))))
        })
        .await
        .unwrap();
    assert!(world.mailbox(DEFAULT, "sentitems").await.unwrap().is_empty());
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(world.mailbox(OTHER, "sentitems").await.unwrap().len(), 1, "told at each look");
    let events = world.store.events(lost, 50).await.unwrap();
    let word = Happening::AlarmTold { alarm: "connection_lost".to_owned() };
    assert!(events.iter().any(|event| event.happening == word));

    world.microsoft.clear_faults().await.unwrap();
    break_it(&world, lost, ConnectionState::Verified).await;
    world.until("it heals", async || Ok(world.store.open_alarms().await?.is_empty())).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(6));
    // The default address works again, so that is where it leaves from.
    let sent = async || world.mailbox(DEFAULT, "sentitems").await.unwrap();
    world.until("that is told", async || Ok(sent().await.len() == 1)).await.unwrap();
    assert!(sent().await[0]["subject"].as_str().unwrap().contains("back in order"));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(sent().await.len(), 1);
    assert_eq!(world.connection(other).await.unwrap().state, ConnectionState::Verified);
    world.end().await.unwrap();
}

/// A webhook that is down hears of it later; it gets what was signed; and it cannot lead us elsewhere.
#[tokio::test]
async fn the_webhook_is_told_with_a_signature_and_again_after_a_failure_and_never_elsewhere() {
    type Heard = Arc<Mutex<Vec<(HeaderMap, String)>>>;
    let heard: Heard = Arc::default();
    let elsewhere: Heard = Arc::default();
    let (hear, stray) = (Arc::clone(&heard), Arc::clone(&elsewhere));
    let router = Router::new()
        .route(
            "/hook",
            post(move |headers: HeaderMap, body: String| async move {
                let mut heard = hear.lock().unwrap();
                heard.push((headers, body));
                match heard.len() {
                    1 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                    2 => axum::response::Redirect::temporary("/elsewhere").into_response(),
                    _ => StatusCode::OK.into_response(),
                }
            }),
        )
        .route(
            "/elsewhere",
            post(move |headers: HeaderMap, body: String| async move {
                stray.lock().unwrap().push((headers, body));
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let mut world = World::new().await.unwrap();
    let lost = world.connect(DEFAULT, false).await.unwrap().connection;
    let new = AlarmSettings { webhook: Some(hook), ..settings() };
    world.engine.save_alarm_settings(&world.admin, &new, Some(&"shared".into())).await.unwrap();
    break_it(&world, lost, ConnectionState::NeedsSignIn).await;
    world.run();
    let count = async |n: usize| {
        let heard = Arc::clone(&heard);
        world.until("the webhook hears", async || Ok(heard.lock().unwrap().len() >= n)).await.unwrap();
    };
    count(1).await;
    world.clock.advance(SignedDuration::from_secs(11));
    count(2).await;
    world.clock.advance(SignedDuration::from_secs(61));
    count(3).await;
    world
        .until("it is done", async || {
            Ok(world.store.last_alarm_post().await?.is_some_and(|post| post.done_at.is_some()))
        })
        .await
        .unwrap();
    assert!(elsewhere.lock().unwrap().is_empty(), "followed a redirect");
    let all = heard.lock().unwrap().clone();
    assert!(all.iter().all(|(_, body)| *body == all[0].1), "each try says the same");
    let (headers, body) = &all[2];
    assert!(headers["postdesk-signature"].to_str().unwrap().starts_with("v1="));
    assert!(headers.contains_key("postdesk-timestamp"));
    let said: Value = serde_json::from_str(body).unwrap();
    assert_eq!(said["raised"][0]["detail"]["kind"], "connection_lost");
    assert_eq!(said["raised"][0]["detail"]["address"], DEFAULT);
    world.end().await.unwrap();
}

/// One secret expires, a hundred mailboxes stop: one alarm, one mail.
#[tokio::test]
async fn a_refused_registration_is_one_alarm_for_all_its_mailboxes() {
    let mut world = World::new().await.unwrap();
    for address in [DEFAULT, OTHER, "three@contoso.test"] {
        let lost = world.connect(address, false).await.unwrap().connection;
        break_it(&world, lost, ConnectionState::AppCredential).await;
    }
    world.run();
    world.until("an alarm", async || Ok(!world.store.open_alarms().await?.is_empty())).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let open = world.store.open_alarms().await.unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(matches!(open[0].trouble, Trouble::RegistrationRefused { connections: 3, .. }));
    assert_eq!(open[0].told_at, None, "there is no way to tell: nobody may think that somebody was told");
    world.end().await.unwrap();
}

/// The secret's end is known beforehand; and a mailbox that silently is not read any more is as bad as a lost one.
#[tokio::test]
async fn what_is_coming_and_what_has_stopped_are_alarms_too() {
    let ends = jiff::Timestamp::now() + SignedDuration::from_hours(6 * 24);
    let settings = Settings { secret_expires_at: Some(ends), ..testkit::world::quick() };
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    let stuck = world.connect(DEFAULT, false).await.unwrap().connection;
    world.connect(OTHER, false).await.unwrap();
    let slow = json!({"kind": "server_error", "status": 503, "mailbox": DEFAULT, "operation": "delta"});
    world.microsoft.fault(slow).await.unwrap();
    world.run();
    world.until("the other is read", async || Ok(world.store.open_alarms().await?.len() == 1)).await.unwrap();
    let open = world.store.open_alarms().await.unwrap();
    assert!(matches!(open[0].trouble, Trouble::RegistrationExpires { days: 7, .. }), "{open:?}");
    world.clock.advance(SignedDuration::from_mins(40));
    world
        .until("no contact", async || {
            let open = world.store.open_alarms().await?;
            Ok(open.iter().any(|alarm| {
                alarm.connection == Some(stuck) && matches!(alarm.trouble, Trouble::NoContact { .. })
            }))
        })
        .await
        .unwrap();
    world.end().await.unwrap();
}

#[tokio::test]
async fn alarm_settings_refuse_what_could_not_work() {
    let world = World::new().await.unwrap();
    world.connect(DEFAULT, false).await.unwrap();
    for (settings, field) in [
        (AlarmSettings { recipients: vec!["nobody".to_owned()], ..settings() }, "recipients"),
        (AlarmSettings { recipients: vec![DEFAULT.to_owned()], ..settings() }, "recipients"),
        (AlarmSettings { webhook: Some("file:///etc/passwd".to_owned()), ..settings() }, "webhook"),
        (AlarmSettings { no_contact: 4, ..settings() }, "no_contact"),
        (AlarmSettings { mail_waits: 100_000, ..settings() }, "mail_waits"),
    ] {
        let refused = world.engine.save_alarm_settings(&world.admin, &settings, None).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: f, .. }) if f == field),
            "{settings:?}: {refused:?}"
        );
    }
    let good = AlarmSettings { recipients: vec!["ops@elsewhere.test".to_owned()], ..settings() };
    world.engine.save_alarm_settings(&world.admin, &good, None).await.unwrap();
    let alarms = world.engine.alarms(&world.admin).await.unwrap();
    assert_eq!((alarms.settings, alarms.people), (good, vec!["ops@elsewhere.test".to_owned()]));
    world.end().await.unwrap();
}
