//! What stands on the wire: wrappers, pages, errors, headers, as clients rely on them.

use api::Config;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{ADMIN, Desk};

async fn forwarding(desk: &Desk, email: &str) -> Value {
    let body = json!({ "recipient_address": { "email": email, "name": "Sales" } });
    let made = desk.send("POST", "/api/v2/recipient_addresses.json", &desk.admin_token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    assert_eq!(made.header("location"), made.json["recipient_address"]["url"]);
    made.json["recipient_address"].clone()
}

#[tokio::test]
async fn a_support_address_is_made_changed_and_deleted() {
    let desk = Desk::new().await;
    let first = forwarding(&desk, "First@Desk.test").await;
    assert_eq!(
        (first["email"].as_str(), first["forwarding_status"].as_str()),
        (Some("first@desk.test"), Some("waiting"))
    );
    let second = forwarding(&desk, "second@desk.test").await;
    assert!(second["default"].is_null(), "null and not false, as clients know it: {second}");
    let path = format!("/api/v2/recipient_addresses/{}.json", second["id"]);
    assert_eq!(second["url"], format!("http://client.test:8700{path}"), "as the client reached us");
    // A client sends the whole object back; what cannot be changed is ignored and named.
    let mut whole = second.clone();
    whole["name"] = json!("New name");
    whole["email"] = json!("other@desk.test");
    let changed = desk.send("PUT", &path, &desk.admin_token, json!({ "recipient_address": whole })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.json);
    assert_eq!(changed.json["recipient_address"]["name"], "New name");
    assert_eq!(changed.json["recipient_address"]["email"], "second@desk.test", "the address never changes");
    assert!(changed.header("x-zendesk-api-warn").contains("email"), "{:?}", changed.headers);
    assert_eq!(
        desk.send("DELETE", &path, &desk.admin_token, Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    let gone = desk.get(&path).await;
    assert_eq!(
        (gone.status, gone.json),
        (StatusCode::NOT_FOUND, json!({ "error": "RecordNotFound", "description": "Not found" }))
    );
}

#[tokio::test]
async fn a_refusal_names_the_field_and_says_who_has_the_address() {
    let desk = Desk::new().await;
    forwarding(&desk, "help@desk.test").await;
    let cases = [
        (
            "recipient_addresses",
            json!({ "recipient_address": { "email": "ben@desk.test" } }),
            "DuplicateValue",
            "Ben Agent",
        ),
        (
            "recipient_addresses",
            json!({ "recipient_address": { "email": "nonsense" } }),
            "InvalidValue",
            "email",
        ),
        ("recipient_addresses", json!({ "recipient_address": { "name": "x" } }), "BlankValue", "blank"),
        (
            "users",
            json!({ "user": { "name": "X", "email": "help@desk.test" } }),
            "DuplicateValue",
            "support addresses",
        ),
        (
            "users",
            json!({ "user": { "name": "X", "email": "help@desk.test", "role": "agent" } }),
            "DuplicateValue",
            "support addresses",
        ),
    ];
    for (path, body, word, said) in cases {
        let answered = desk.send("POST", &format!("/api/v2/{path}.json"), &desk.admin_token, body).await;
        assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answered.json);
        assert_eq!(answered.json["error"], "RecordInvalid");
        let detail = &answered.json["details"]["email"][0];
        assert_eq!(detail["error"], word, "{}", answered.json);
        assert!(detail["description"].as_str().unwrap().contains(said), "{detail}");
    }
    let path = format!("/api/v2/users/{}.json", desk.agent.person.id);
    let body = json!({ "user": { "email": "help@desk.test" } });
    let renamed = desk.send("PUT", &path, &desk.admin_token, body).await;
    assert_eq!(renamed.status, StatusCode::UNPROCESSABLE_ENTITY, "nor by a change");
    let broken = desk.send("POST", "/api/v2/users.json", &desk.admin_token, json!([])).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn people_are_made_changed_found_and_deactivated() {
    let desk = Desk::new().await;
    let body = json!({ "user": { "name": "Carl", "email": "carl@example.org", "phone": "1" } });
    let made = desk.send("POST", "/api/v2/users", &desk.agent_token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    let carl = &made.json["user"];
    assert_eq!((carl["role"].as_str(), carl["active"].as_bool()), (Some("end-user"), Some(true)));
    let path = format!("/api/v2/users/{}", carl["id"]);
    let same = json!({ "user": { "name": "Carla", "email": "carl@example.org" } });
    let again = desk.send("POST", "/api/v2/users/create_or_update.json", &desk.agent_token, same).await;
    assert_eq!((again.status, &again.json["user"]["id"]), (StatusCode::OK, &carl["id"]));
    assert_eq!(desk.get(&path).await.json["user"]["name"], "Carla");
    let found = desk.get("/api/v2/users/search.json?query=email%3Acarl%40example.org").await;
    assert_eq!((found.json["count"].as_u64(), &found.json["users"][0]["id"]), (Some(1), &carl["id"]));
    let many = desk.get(&format!("/api/v2/users/show_many.json?ids={},999", carl["id"])).await;
    assert_eq!(many.json["users"].as_array().unwrap().len(), 1);
    let agents = desk.get("/api/v2/users.json?role[]=agent&role[]=admin").await;
    assert_eq!(agents.json["count"], 2, "the owner is an admin on the wire");
    let deleted = desk.send("DELETE", &path, &desk.admin_token, Value::Null).await;
    assert_eq!((deleted.status, deleted.json["user"]["active"].as_bool()), (StatusCode::OK, Some(false)));
    let owner = format!("/api/v2/users/{}", desk.admin.person.id);
    let refused = desk.send("DELETE", &owner, &desk.admin_token, Value::Null).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the owner stays");
    // Sent back as it was shown, nothing changes for the owner.
    let me = desk.get("/api/v2/users/me.json").await.json;
    assert_eq!(desk.send("PUT", &owner, &desk.admin_token, me).await.status, StatusCode::OK);
    assert_eq!(
        desk.store.login(&mail::Address::parse(ADMIN).unwrap()).await.unwrap().unwrap().person.role,
        desk::Role::Owner
    );
}

/// Clients follow `links.next` while `meta.has_more`; the last page still has its links, an empty one has none.
#[tokio::test]
async fn a_list_is_walked_by_cursor_and_back() {
    let desk = Desk::new().await;
    for number in 0..5 {
        desk.engine.make_end_user(&desk.admin, "C", &format!("c{number}@example.org")).await.unwrap();
        forwarding(&desk, &format!("a{number}@desk.test")).await;
    }
    for (key, first) in [
        ("users", "/api/v2/users.json?page[size]=2&role=end-user"),
        ("recipient_addresses", "/api/v2/recipient_addresses.json?page%5Bsize%5D=2&include=brands"),
    ] {
        let mut url = first.to_owned();
        let mut ids: Vec<i64> = Vec::new();
        let mut pages = 0;
        let last = loop {
            let page = desk.get(&url).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.json);
            ids.extend(page.json[key].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
            pages += 1;
            if !page.json["meta"]["has_more"].as_bool().unwrap() {
                break page.json;
            }
            let next = page.json["links"]["next"].as_str().unwrap();
            url = next.strip_prefix("http://client.test:8700").unwrap().to_owned();
        };
        assert_eq!((pages, ids.len()), (3, 5), "{key}");
        assert!(ids.is_sorted(), "{key}: {ids:?}");
        let back = last["links"]["prev"].as_str().unwrap().strip_prefix("http://client.test:8700").unwrap();
        let before: Vec<_> = desk.get(back).await.json[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_i64().unwrap())
            .collect();
        assert_eq!(before, ids[2..4], "{key}: the page before the last");
    }
    assert!(
        desk.get("/api/v2/recipient_addresses.json?include=brands").await.json["brands"][0]["id"].is_i64()
    );
    let empty = desk.get("/api/v2/users.json?page[size]=2&page[after]=aWQ6OTk5OTk5").await.json;
    assert_eq!(
        (&empty["users"], &empty["links"]["next"], &empty["meta"]["after_cursor"]),
        (&json!([]), &Value::Null, &Value::Null)
    );
    assert_eq!(desk.get("/api/v2/users.json?page[size]=101").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(desk.get("/api/v2/users.json?page[after]=x").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_list_is_walked_by_number() {
    let desk = Desk::new().await;
    for number in 0..3 {
        forwarding(&desk, &format!("a{number}@desk.test")).await;
    }
    let first = desk.get("/api/v2/recipient_addresses.json?per_page=2").await.json;
    assert_eq!((first["count"].as_u64(), &first["previous_page"]), (Some(3), &Value::Null));
    let next = first["next_page"].as_str().unwrap().strip_prefix("http://client.test:8700").unwrap();
    let second = desk.get(next).await.json;
    assert_eq!(
        (second["recipient_addresses"].as_array().unwrap().len(), &second["next_page"]),
        (1, &Value::Null)
    );
    assert!(second["previous_page"].as_str().unwrap().contains("page=1"));
    assert_eq!(desk.get("/api/v2/users.json?page=101").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(desk.get("/api/v2/users.json?page=0").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let desk = Desk::with(Config { requests_a_minute: 3, ..Config::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let answered = desk.get("/api/v2/users/me.json").await;
        assert_eq!(answered.header("x-rate-limit"), "3");
        if answered.status == StatusCode::TOO_MANY_REQUESTS {
            let seconds: i64 = answered.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&seconds));
        }
        statuses.push(answered.status);
    }
    // At most two minutes begin within the test, so at least two of the eight are too many.
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    let other = desk.send("GET", "/api/v2/users/me.json", &desk.agent_token, Value::Null).await;
    assert_eq!(other.status, StatusCode::OK, "another token has its own allowance");
}

#[tokio::test]
async fn what_is_not_there_is_an_error_in_the_same_shape() {
    let desk = Desk::new().await;
    for path in ["/api/v2/nothing.json", "/api/v2/users/987654.json", "/api/v2"] {
        let answered = desk.get(path).await;
        assert_eq!(
            (answered.status, answered.json["error"].as_str()),
            (StatusCode::NOT_FOUND, Some("RecordNotFound")),
            "{path}"
        );
    }
    let method = desk.send("PATCH", "/api/v2/users.json", &desk.admin_token, Value::Null).await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(method.header("content-type"), "application/json; charset=utf-8");
}
