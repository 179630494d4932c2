//! Who may use what; and that the description describes what there is.

use std::collections::BTreeSet;

use api::routes::{self, Door};
use axum::http::StatusCode;
use base64::Engine as _;
use serde_json::{Value, json};

use crate::desk::{ADMIN, Desk};

/// Every route with a body that would do, and an id that exists for nobody.
fn knocks(door: Door) -> Vec<(&'static str, String)> {
    let all = routes::all().into_iter().filter(|route| route.door == door);
    all.map(|route| (route.method, filled(route.path))).collect()
}

fn filled(path: &str) -> String {
    path.replace("{id}", "987654").replace("{identity}", "987654").replace("{number}", "0")
}

/// A body that every route understands.
fn body() -> Value {
    let person = json!({ "name": "X", "email": "x@example.com" });
    json!({ "user": person, "recipient_address": { "email": "y@example.com" }, "identity": { "value": "z@example.com" } })
}

#[tokio::test]
async fn without_a_token_nothing_is_told_but_the_description() {
    let desk = Desk::new().await;
    let doors = knocks(Door::Staff).into_iter().chain(knocks(Door::Admins));
    let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    let nobodys = ["", "Bearer guessed", &basic("ada@desk.test:a long enough password")];
    for (method, path) in doors {
        for authorization in nobodys {
            let answered = desk.send_as(method, &path, authorization, body()).await;
            assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{method} {path} {authorization}");
            assert_eq!(answered.json["error"], "Couldn't authenticate you");
        }
    }
    for (method, path) in knocks(Door::Open) {
        assert_eq!(desk.send(method, &path, "", Value::Null).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn an_agents_token_changes_nothing_that_is_an_administrators() {
    let desk = Desk::new().await;
    let knocks = knocks(Door::Admins);
    assert!(knocks.len() >= 4, "the table of routes is empty");
    for (method, path) in knocks {
        let answered = desk.send(method, &path, &desk.agent_token, body()).await;
        assert_eq!(answered.status, StatusCode::FORBIDDEN, "{method} {path}");
        assert_eq!(answered.json["error"], "Forbidden");
        let admin = desk.send(method, &path, &desk.admin_token, body()).await;
        assert!(admin.status != StatusCode::FORBIDDEN && !admin.status.is_server_error(), "{method} {path}");
    }
    let invite = json!({ "user": { "name": "Z", "email": "z@desk.test", "role": "admin" } });
    let answered = desk.send("POST", "/api/v2/users.json", &desk.agent_token, invite).await;
    assert_eq!(answered.status, StatusCode::FORBIDDEN, "an agent makes no administrators");
    let change = json!({ "user": { "role": "agent" } });
    let path = format!("/api/v2/users/{}.json", desk.admin.person.id);
    assert_eq!(desk.send("PUT", &path, &desk.agent_token, change).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_agent_uses_what_is_for_agents() {
    let desk = Desk::new().await;
    for (method, path) in knocks(Door::Staff) {
        let answered = desk.send(method, &path, &desk.agent_token, body()).await;
        assert!(
            answered.status != StatusCode::FORBIDDEN && answered.status != StatusCode::UNAUTHORIZED,
            "{method} {path}"
        );
        assert!(!answered.status.is_server_error(), "{method} {path}: {}", answered.json);
    }
}

/// A token whose person became a customer, or is gone, is no token.
#[tokio::test]
async fn a_token_dies_with_its_persons_rights() {
    let desk = Desk::new().await;
    desk.engine.deactivate(&desk.admin, desk.agent.person.id).await.unwrap();
    for (method, path) in knocks(Door::Staff).into_iter().chain(knocks(Door::Admins)) {
        let answered = desk.send(method, &path, &desk.agent_token, body()).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
}

#[tokio::test]
async fn a_token_with_somebody_elses_address_is_refused() {
    let desk = Desk::new().await;
    let basic = |email: &str, token: &str| {
        let text = format!("{email}/token:{token}");
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
    };
    let path = "/api/v2/users/me.json";
    let own = desk.send_as("GET", path, &basic(ADMIN, &desk.admin_token), Value::Null).await;
    assert_eq!((own.status, own.json["user"]["email"].as_str()), (StatusCode::OK, Some(ADMIN)));
    let other = desk.send_as("GET", path, &basic(ADMIN, &desk.agent_token), Value::Null).await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_description_has_every_route_and_no_other() {
    let described = serde_json::to_value(api::openapi::description()).unwrap();
    let mut found = BTreeSet::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            found.insert((method.to_uppercase(), path.clone()));
        }
    }
    let routes: BTreeSet<_> =
        routes::all().into_iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(found, routes);
}
