//! Change notifications: the handshake, the limits, and the hints themselves.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::post;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{SUPPORT, Town, code, eventually, letter};

pub type Seen = Arc<Mutex<Vec<Value>>>;

pub async fn listener(honest: bool) -> (String, Seen) {
    let seen: Seen = Seen::default();
    let app = Router::new()
        .route(
            "/hook",
            post(
                move |State(seen): State<Seen>,
                      Query(q): Query<std::collections::HashMap<String, String>>,
                      body: String| async move {
                    match q.get("validationToken") {
                        Some(token) if honest => token.clone(),
                        Some(_) => "something else".to_owned(),
                        None => {
                            seen.lock().unwrap().push(serde_json::from_str(&body).unwrap());
                            String::new()
                        }
                    }
                },
            ),
        )
        .with_state(seen.clone());
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, app).await.unwrap() });
    (url, seen)
}

fn in_minutes(n: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(n)).to_string()
}

fn wish(url: &str) -> Value {
    json!({"changeType": "created", "notificationUrl": url, "resource": "me/mailFolders('Inbox')/messages",
           "expirationDateTime": in_minutes(100), "clientState": "secret"})
}

#[tokio::test]
async fn a_new_mail_is_announced_to_whoever_proved_their_address() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let (url, seen) = listener(true).await;
    let (status, made) = guest.post("/subscriptions", wish(&url)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let note = eventually("the notification", || async { seen.lock().unwrap().first().cloned() }).await;
    let note = &note["value"][0];
    assert_eq!((&note["clientState"], &note["changeType"]), (&json!("secret"), &json!("created")));
    assert_eq!(note["resourceData"]["id"], json!(id), "immutable, as the subscription asked");
    let path = format!("/subscriptions/{}", made["id"].as_str().unwrap());
    let (status, renewed) =
        guest.call(Method::PATCH, &path, Some(json!({"expirationDateTime": in_minutes(4200)}))).await;
    assert_eq!(status, StatusCode::OK, "{renewed}");
    assert_eq!(guest.call(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(guest.call(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_cannot_be_subscribed_is_refused() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let (liar, _) = listener(false).await;
    let (url, _) = listener(true).await;
    let with = |name: &str, value: Value| {
        let mut wish = wish(&url);
        wish[name] = value;
        wish
    };
    for (body, status, expected) in [
        (wish(&liar), 400, "ValidationError"),
        (with("notificationUrl", json!("http://desk.example/hook")), 400, "InvalidRequest"),
        (with("expirationDateTime", json!(in_minutes(4300))), 400, "ExtensionError"),
        (with("expirationDateTime", json!(in_minutes(-1))), 400, "InvalidRequest"),
        (with("clientState", json!("x".repeat(129))), 400, "InvalidRequest"),
        (with("changeType", json!("moved")), 400, "InvalidRequest"),
        (
            with("resource", json!("users/adele@contoso.example/mailFolders('Inbox')/messages")),
            403,
            "ExtensionError",
        ),
        (with("frob", json!(1)), 400, "RequestBodyRead"),
    ] {
        let (found, answer) = guest.post("/subscriptions", body.clone()).await;
        assert_eq!((found.as_u16(), code(&answer)), (status, expected), "{body}");
    }
    let (_, short) = guest.post("/subscriptions", with("expirationDateTime", json!(in_minutes(5)))).await;
    let end: jiff::Timestamp = short["expirationDateTime"].as_str().unwrap().parse().unwrap();
    assert!(
        end > jiff::Timestamp::now() + jiff::SignedDuration::from_mins(44),
        "raised to forty-five minutes"
    );
}
