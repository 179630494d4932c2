//! Notifications as they really come: in heaps, late, twice, never; and what becomes of subscriptions.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode as Status;
use axum::routing::post;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{ADELE, Guest, SUPPORT, Town, code, eventually, letter};

/// An endpoint: what it was sent, and how it behaves.
#[derive(Clone)]
struct Endpoint {
    url: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    requests: Vec<(String, Vec<Value>)>,
    refuse: usize,
    millis: u64,
}

impl Endpoint {
    async fn open() -> Self {
        let inner: Arc<Mutex<Inner>> = Arc::default();
        let app = Router::new().route("/{which}", post(answer)).with_state(inner.clone());
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(socket, app).await.unwrap() });
        Self { url, inner }
    }

    fn refuse(&self, times: usize) {
        self.inner.lock().unwrap().refuse = times;
    }

    fn slow(&self, millis: u64) {
        self.inner.lock().unwrap().millis = millis;
    }

    /// Requests that came to one path.
    fn requests(&self, which: &str) -> Vec<Vec<Value>> {
        let inner = self.inner.lock().unwrap();
        inner.requests.iter().filter(|(w, _)| w == which).map(|(_, v)| v.clone()).collect()
    }

    fn notes(&self, which: &str) -> Vec<Value> {
        self.requests(which).concat()
    }

    async fn wait_for(&self, which: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} notifications at {which}"), || async {
            let notes = self.notes(which);
            (notes.len() >= count).then_some(notes)
        })
        .await
    }
}

async fn answer(
    State(inner): State<Arc<Mutex<Inner>>>,
    Path(which): Path<String>,
    Query(q): Query<std::collections::HashMap<String, String>>,
    body: String,
) -> (Status, String) {
    let (millis, refused) = {
        let mut inner = inner.lock().unwrap();
        match q.get("validationToken") {
            Some(token) => {
                inner.requests.push((format!("validate {which}"), Vec::new()));
                return (Status::OK, token.clone());
            }
            None if inner.refuse > 0 => {
                inner.refuse -= 1;
                (inner.millis, true)
            }
            None => {
                let value: Value = serde_json::from_str(&body).unwrap();
                inner.requests.push((which, value["value"].as_array().unwrap().clone()));
                (inner.millis, false)
            }
        }
    };
    tokio::time::sleep(Duration::from_millis(millis)).await;
    (if refused { Status::SERVICE_UNAVAILABLE } else { Status::ACCEPTED }, String::new())
}

fn in_minutes(n: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(n)).to_string()
}

/// Somebody with a subscription; its id.
async fn subscribed(town: &Town, endpoint: &Endpoint, more: Value) -> (Guest, String) {
    let guest = town.guest(SUPPORT).await;
    let id = subscribe(&guest, endpoint, more).await;
    (guest, id)
}

async fn subscribe(guest: &Guest, endpoint: &Endpoint, more: Value) -> String {
    let mut wish = json!({
        "changeType": "created,updated,deleted", "resource": "me/mailFolders('Inbox')/messages",
        "notificationUrl": format!("{}/hook", endpoint.url),
        "lifecycleNotificationUrl": format!("{}/life", endpoint.url),
        "expirationDateTime": in_minutes(4200), "clientState": "secret",
    });
    for (name, value) in more.as_object().unwrap() {
        wish[name] = value.clone();
    }
    let (status, made) = guest.post("/subscriptions", wish).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn both_addresses_prove_themselves_and_notifications_travel_together() {
    let town = Town::new().await;
    let endpoint = Endpoint::open().await;
    let (guest, first) = subscribed(&town, &endpoint, json!({})).await;
    assert_eq!(endpoint.requests("validate hook").len() + endpoint.requests("validate life").len(), 2);
    let me = guest.get("/me").await["id"].as_str().unwrap().to_owned();
    let resource = json!(format!("/users/{me}/messages"));
    let second = subscribe(&guest, &endpoint, json!({"resource": resource, "clientState": "other"})).await;
    town.deliver(SUPPORT, &letter(1)).await;
    endpoint.wait_for("hook", 2).await;
    let requests = endpoint.requests("hook");
    assert_eq!(requests.len(), 1, "both in one request: {requests:?}");
    let state = |id: &str| {
        requests[0].iter().find(|n| n["subscriptionId"] == json!(id)).unwrap()["clientState"].clone()
    };
    assert_eq!((state(&first), state(&second)), (json!("secret"), json!("other")));
    let listed = eventually("the list", || async {
        let listed = town.get("notifications").await;
        (listed["outcomes"] == json!({"delivered": 1})).then_some(listed)
    })
    .await;
    assert_eq!(listed["requests"][0]["status"], json!(202));
}

#[tokio::test]
async fn a_receiver_that_fails_is_asked_again_and_told_what_it_missed() {
    let town = Town::new().await;
    town.post("notifications/patience", &json!({"retryMillis": 20})).await;
    let endpoint = Endpoint::open().await;
    subscribed(&town, &endpoint, json!({})).await;
    endpoint.refuse(2);
    town.deliver(SUPPORT, &letter(1)).await;
    endpoint.wait_for("hook", 1).await;
    eventually("the list", || async {
        let outcomes = town.get("notifications").await["outcomes"].clone();
        (outcomes == json!({"again_later": 2, "delivered": 1})).then_some(())
    })
    .await;

    town.post("notifications/patience", &json!({"ackMillis": 150, "retryForMillis": 1})).await;
    endpoint.slow(400);
    town.deliver(SUPPORT, &letter(2)).await;
    let missed = endpoint.wait_for("life", 1).await;
    assert_eq!(missed[0]["lifecycleEvent"], json!("missed"), "three seconds (here less) are the limit");
    assert_eq!(missed[0]["clientState"], json!("secret"));
    assert!(missed[0].get("resourceData").is_none());
}

#[tokio::test]
async fn a_slow_receiver_gets_nothing_for_a_while() {
    let town = Town::new().await;
    town.post("notifications/patience", &json!({"slowMillis": 10, "delayMillis": 2500})).await;
    let endpoint = Endpoint::open().await;
    subscribed(&town, &endpoint, json!({})).await;
    endpoint.slow(30);
    for n in 0..20 {
        town.deliver(SUPPORT, &letter(n)).await;
        endpoint.wait_for("hook", n + 1).await;
    }
    endpoint.slow(0);
    town.get("notifications").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    town.deliver(SUPPORT, &letter(90)).await;
    eventually("the drop", || async {
        (town.get("notifications").await["outcomes"]["dropped"].as_u64() >= Some(1)).then_some(())
    })
    .await;
    assert_eq!(endpoint.notes("hook").len(), 20);
    tokio::time::sleep(Duration::from_millis(2600)).await;
    town.deliver(SUPPORT, &letter(91)).await;
    endpoint.wait_for("hook", 21).await;
}

#[tokio::test]
async fn notifications_may_be_lost_doubled_late_or_stop() {
    for (fault, first, second) in [
        (json!({"kind": "notification_lost", "times": 1}), 0, 1),
        (json!({"kind": "notification_doubled", "times": 1}), 2, 3),
        (json!({"kind": "notification_late", "millis": 1500, "times": 1}), 0, 2),
        (json!({"kind": "notifications_stopped", "mailbox": SUPPORT}), 0, 0),
        (json!({"kind": "notifications_stopped", "mailbox": ADELE}), 1, 2),
    ] {
        let town = Town::new().await;
        let endpoint = Endpoint::open().await;
        subscribed(&town, &endpoint, json!({})).await;
        town.post("faults", &fault).await;
        for (n, expected) in [first, second].into_iter().enumerate() {
            town.deliver(SUPPORT, &letter(n)).await;
            endpoint.wait_for("hook", expected).await;
            tokio::time::sleep(Duration::from_millis(150)).await;
            assert_eq!(endpoint.notes("hook").len(), expected, "{fault}");
        }
    }
}

#[tokio::test]
async fn a_subscription_goes_with_the_right_it_was_made_by() {
    for (change, removed) in [
        (json!({"revoke": true}), true),
        (json!({"password": "another one"}), true),
        (json!({"enabled": false}), true),
        (json!({"name": "Another Name"}), false),
    ] {
        let town = Town::new().await;
        let endpoint = Endpoint::open().await;
        subscribed(&town, &endpoint, json!({})).await;
        let (status, _) = town.control(Method::PATCH, &format!("people/{SUPPORT}"), Some(&change)).await;
        assert_eq!(status, StatusCode::OK);
        if removed {
            let told = endpoint.wait_for("life", 1).await;
            assert_eq!(told[0]["lifecycleEvent"], json!("subscriptionRemoved"), "{change}");
        } else {
            tokio::time::sleep(Duration::from_millis(400)).await;
            assert_eq!(endpoint.notes("life"), Vec::<Value>::new());
        }
        assert_eq!(town.get("subscriptions").await.as_array().unwrap().len(), usize::from(!removed));
    }
}

#[tokio::test]
async fn a_subscription_is_asked_to_prove_its_right_and_ends_when_its_time_is_over() {
    let town = Town::new().await;
    let endpoint = Endpoint::open().await;
    let (guest, id) = subscribed(&town, &endpoint, json!({"expirationDateTime": in_minutes(50)})).await;
    let path = format!("/subscriptions/{id}");
    town.post("clock", &json!({"advanceSeconds": 16 * 60})).await;
    let asked = endpoint.wait_for("life", 1).await;
    assert_eq!(asked[0]["lifecycleEvent"], json!("reauthorizationRequired"));
    let (status, _) = guest.call(Method::POST, &format!("{path}/reauthorize"), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    town.post("clock", &json!({"advanceSeconds": 35 * 60})).await;
    let (status, answer) = guest.call(Method::GET, &path, None).await;
    assert_eq!((status, code(&answer)), (StatusCode::NOT_FOUND, "ResourceNotFound"), "it was not renewed");
    town.deliver(SUPPORT, &letter(1)).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(endpoint.notes("hook"), Vec::<Value>::new());
}

#[tokio::test]
async fn lifecycle_events_come_on_demand() {
    let town = Town::new().await;
    let endpoint = Endpoint::open().await;
    let (guest, id) = subscribed(&town, &endpoint, json!({})).await;
    let ask = json!({"event": "reauthorizationRequired", "mailbox": SUPPORT, "pause": true});
    assert_eq!(town.post("lifecycle", &ask).await["subscriptions"], json!([id]));
    endpoint.wait_for("life", 1).await;
    town.deliver(SUPPORT, &letter(1)).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(endpoint.notes("hook").len(), 0, "paused until it proves its right");
    guest
        .call(
            Method::PATCH,
            &format!("/subscriptions/{id}"),
            Some(json!({"expirationDateTime": in_minutes(3000)})),
        )
        .await;
    town.deliver(SUPPORT, &letter(2)).await;
    let came = endpoint.wait_for("hook", 1).await;
    assert_eq!(came.len(), 1, "what happened meanwhile is lost");
    town.post("lifecycle", &json!({"event": "missed", "subscription": id})).await;
    assert_eq!(endpoint.wait_for("life", 2).await[1]["lifecycleEvent"], json!("missed"));
    town.control(Method::DELETE, &format!("subscriptions/{id}?silent=true"), None).await;
    assert_eq!(guest.call(Method::GET, &format!("/subscriptions/{id}"), None).await.0, StatusCode::NOT_FOUND);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(endpoint.notes("life").len(), 2, "nobody was told");
    let again = subscribe(&guest, &endpoint, json!({})).await;
    town.post("lifecycle", &json!({"event": "subscriptionRemoved", "subscription": again})).await;
    assert_eq!(endpoint.wait_for("life", 3).await[2]["lifecycleEvent"], json!("subscriptionRemoved"));
    assert_eq!(town.get("subscriptions").await, json!([]));
}

#[tokio::test]
async fn with_a_filter_a_message_that_stops_to_fit_is_deleted() {
    let town = Town::new().await;
    let endpoint = Endpoint::open().await;
    let resource = "me/mailFolders('Inbox')/messages?$filter=isRead eq false";
    let (guest, _) = subscribed(&town, &endpoint, json!({"resource": resource})).await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    endpoint.wait_for("hook", 1).await;
    guest.call(Method::PATCH, &format!("/me/messages/{id}"), Some(json!({"isRead": true}))).await;
    let notes = endpoint.wait_for("hook", 2).await;
    assert_eq!((&notes[0]["changeType"], &notes[1]["changeType"]), (&json!("created"), &json!("deleted")));
}
