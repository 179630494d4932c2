//! The addresses of a person on the wire.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Answered, Desk};

struct Carl {
    desk: Desk,
    id: i64,
}

impl Carl {
    async fn new() -> Self {
        let desk = Desk::new().await;
        let carl = desk.engine.make_end_user(&desk.admin, "Carl", "carl@example.org").await.unwrap();
        Self { id: carl.id.0, desk }
    }

    async fn send(&self, method: &str, rest: &str, body: Value) -> Answered {
        let path = format!("/api/v2/users/{}/identities{rest}.json", self.id);
        self.desk.send(method, &path, &self.desk.agent_token, body).await
    }

    async fn add(&self, value: &str) -> Value {
        let made = self.send("POST", "", json!({ "identity": { "type": "email", "value": value } })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
        assert_eq!(made.header("location"), made.json["identity"]["url"]);
        made.json["identity"].clone()
    }

    /// (address, primary) of all.
    async fn all(&self) -> Vec<(String, bool)> {
        let listed = self.send("GET", "", Value::Null).await;
        let rows = listed.json["identities"].as_array().unwrap();
        rows.iter().map(|row| (row["value"].as_str().unwrap().to_owned(), row["primary"] == true)).collect()
    }
}

/// Numbers stay with their addresses while the primary one changes: clients keep numbers.
#[tokio::test]
async fn an_address_is_given_made_primary_and_taken_away_by_its_number() {
    let carl = Carl::new().await;
    let work = carl.add("Carl@Work.example").await;
    assert_eq!((work["value"].as_str(), work["primary"].as_bool()), (Some("carl@work.example"), Some(false)));
    assert_eq!((work["type"].as_str(), work["user_id"].as_i64()), (Some("email"), Some(carl.id)));
    let first = carl.send("GET", "", Value::Null).await.json["identities"][0].clone();
    assert_eq!((first["value"].as_str(), first["primary"].as_bool()), (Some("carl@example.org"), Some(true)));

    let swapped = carl.send("PUT", &format!("/{}/make_primary", work["id"]), Value::Null).await;
    assert_eq!(swapped.json["identities"][0]["id"], work["id"], "the primary one stands first");
    assert_eq!(swapped.json["identities"][1]["id"], first["id"], "and the other keeps its number");
    let user = carl.desk.get(&format!("/api/v2/users/{}.json", carl.id)).await;
    assert_eq!(user.json["user"]["email"], "carl@work.example");

    let refused = carl.send("DELETE", &format!("/{}", work["id"]), Value::Null).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the primary one stays");
    let gone = carl.send("DELETE", &format!("/{}", first["id"]), Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(carl.all().await, [("carl@work.example".to_owned(), true)]);
    assert_eq!(
        carl.send("GET", &format!("/{}", first["id"]), Value::Null).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn another_address_takes_the_place_of_one() {
    let carl = Carl::new().await;
    let work = carl.add("carl@work.example").await;
    let body = json!({ "identity": { "value": "carl@new.example", "verified": true, "phone": "1" } });
    let changed = carl.send("PUT", &format!("/{}", work["id"]), body).await;
    assert_eq!(
        (changed.status, &changed.json["identity"]["value"]),
        (StatusCode::OK, &json!("carl@new.example"))
    );
    assert!(changed.header("x-zendesk-api-warn").contains("phone"));
    let taken = json!({ "identity": { "value": "ben@desk.test" } });
    let id = &changed.json["identity"]["id"];
    let refused = carl.send("PUT", &format!("/{id}"), taken).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected = [("carl@example.org".to_owned(), true), ("carl@new.example".to_owned(), false)];
    assert_eq!(carl.all().await, expected, "a refused change changes nothing, not by half");
    let primary = carl.send("PUT", &format!("/{id}"), json!({ "identity": { "primary": true } })).await;
    assert_eq!(primary.json["identity"]["primary"], true);
}

/// One address, one user, by this door as by all others; and no support address is a person's.
#[tokio::test]
async fn no_address_is_given_twice() {
    let carl = Carl::new().await;
    let body = json!({ "recipient_address": { "email": "help@desk.test" } });
    let token = &carl.desk.admin_token;
    carl.desk.send("POST", "/api/v2/recipient_addresses.json", token, body).await;
    for value in ["carl@example.org", "ben@desk.test", "help@desk.test", "nonsense", ""] {
        let refused = carl.send("POST", "", json!({ "identity": { "value": value } })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}: {}", refused.json);
    }
    let phone = json!({ "identity": { "type": "phone_number", "value": "1" } });
    assert_eq!(carl.send("POST", "", phone).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(carl.all().await.len(), 1);
}

/// Whoever adds an address to an agent writes with the agent's rights from it: an agent does not.
#[tokio::test]
async fn an_agent_touches_no_address_of_the_team() {
    let carl = Carl::new().await;
    let desk = &carl.desk;
    let new = json!({ "identity": { "value": "mine@evil.example" } });
    // A colleague's, their own; and the owner's, which is not even an administrator's to change.
    for (person, status) in
        [(&desk.agent, StatusCode::FORBIDDEN), (&desk.admin, StatusCode::UNPROCESSABLE_ENTITY)]
    {
        let base = format!("/api/v2/users/{}/identities", person.person.id);
        let listed = desk.send("GET", &base, &desk.agent_token, Value::Null).await;
        let id = listed.json["identities"][0]["id"].as_i64().unwrap();
        for (method, path) in [("POST", base.clone()), ("PUT", format!("{base}/{id}"))] {
            let refused = desk.send(method, &path, &desk.agent_token, new.clone()).await;
            assert_eq!(refused.status, status, "{method} {path}: {}", refused.json);
        }
        assert_eq!(desk.send("GET", &base, &desk.agent_token, Value::Null).await.json, listed.json);
    }
}

/// Nobody vouches for a colleague who has not chosen a password yet.
#[tokio::test]
async fn an_address_is_verified_by_its_owner_or_by_who_gave_it() {
    let carl = Carl::new().await;
    let own = carl.add("carl@work.example").await;
    let verified = carl.send("PUT", &format!("/{}/verify", own["id"]), Value::Null).await;
    assert_eq!(verified.json["identity"]["verified"], true);
    let desk = &carl.desk;
    let base = format!("/api/v2/users/{}/identities", desk.agent.person.id);
    let ben = desk.get(&base).await.json["identities"][0].clone();
    assert_eq!(ben["verified"], false);
    let path = format!("{base}/{}/verify", ben["id"]);
    let refused = desk.send("PUT", &path, &desk.admin_token, Value::Null).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
