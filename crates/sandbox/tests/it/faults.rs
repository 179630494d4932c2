//! Faults on demand and throttling that counts.

use std::time::Instant;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{ADELE, SUPPORT, Town, code, letter};

#[tokio::test]
async fn each_fault_strikes_as_its_name_says_and_ends() {
    let town = Town::new().await;
    town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let path = "/me/mailFolders/inbox/messages";
    for (fault, status, expected) in [
        (json!({"kind": "throttle", "retryAfter": 7}), 429, "TooManyRequests"),
        (json!({"kind": "server_error", "status": 503}), 503, "ErrorServerBusy"),
        (json!({"kind": "server_error", "status": 504}), 504, "GatewayTimeout"),
        (json!({"kind": "unauthorized"}), 401, "InvalidAuthenticationToken"),
        (json!({"kind": "access_denied", "operation": "list"}), 403, "ErrorAccessDenied"),
        (json!({"kind": "mailbox_gone", "mailbox": SUPPORT}), 404, "MailboxNotEnabledForRESTAPI"),
    ] {
        let mut fault = fault;
        fault["times"] = json!(1);
        town.post("faults", &fault).await;
        let (found, answer) = guest.call(Method::GET, path, None).await;
        assert_eq!((found.as_u16(), code(&answer)), (status, expected), "{fault}");
        assert_eq!(
            guest.call(Method::GET, path, None).await.0,
            StatusCode::OK,
            "{fault} ends after its strike"
        );
    }
    for (wish, header) in [(json!(3), Some("3")), (json!("2.128"), Some("2.128")), (Value::Null, None)] {
        town.post("faults", &json!({"kind": "throttle", "retryAfter": wish, "times": 1})).await;
        let answer = guest.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.headers().get("retry-after").map(|v| v.to_str().unwrap()), header);
    }
    town.post("faults", &json!({"kind": "throttle", "retryAfter": "date", "times": 1})).await;
    let dated = guest.request(Method::GET, path).send().await.unwrap();
    assert!(dated.headers()["retry-after"].to_str().unwrap().ends_with("GMT"));
}

#[tokio::test]
async fn a_fault_may_lose_the_answer_of_a_call_that_took_effect() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    town.post(
        "faults",
        &json!({"kind": "server_error", "operation": "draft", "status": 504, "effect": "after", "times": 1}),
    )
    .await;
    let (status, _) = guest.post("/me/messages", json!({"subject": "made"})).await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
    let drafts = guest.get("/me/mailFolders/drafts/messages").await;
    assert_eq!(drafts["value"][0]["subject"], json!("made"));
    let draft = guest.draft("c@outside.example", json!({})).await;
    let id = draft["id"].as_str().unwrap();
    town.post("faults", &json!({"kind": "cut", "operation": "send", "effect": "after", "times": 1})).await;
    let cut = guest
        .request(Method::POST, &format!("/me/messages/{id}/send"))
        .header("Content-Length", "0")
        .send()
        .await;
    assert!(cut.is_err(), "the connection is closed without an answer");
    guest.sent_copy(id).await;
    town.post("faults", &json!({"kind": "cut", "operation": "me", "times": 1})).await;
    assert!(guest.request(Method::GET, "/me").send().await.is_err());
}

#[tokio::test]
async fn poison_belongs_to_one_item_and_stays() {
    let town = Town::new().await;
    let bad = town.deliver(SUPPORT, &letter(1)).await;
    let good = town.deliver(SUPPORT, &letter(2)).await;
    let guest = town.guest(SUPPORT).await;
    let set = town.post("faults", &json!({"kind": "poison", "item": bad})).await;
    for _ in 0..2 {
        let (status, answer) = guest.call(Method::GET, &format!("/me/messages/{bad}/$value"), None).await;
        assert_eq!((status.as_u16(), code(&answer)), (500, "ErrorMimeContentConversionFailed"));
    }
    assert_eq!(
        guest.call(Method::GET, &format!("/me/messages/{bad}"), None).await.0,
        StatusCode::OK,
        "its JSON works"
    );
    assert_eq!(guest.call(Method::GET, &format!("/me/messages/{good}/$value"), None).await.0, StatusCode::OK);
    let listed = town.get("faults").await;
    assert_eq!(listed[0]["struck"], json!(2));
    let path = format!("faults/{}", set["id"].as_str().unwrap());
    assert_eq!(town.control(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_token_endpoint_has_its_own_fault() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    town.post("faults", &json!({"kind": "token_error", "mailbox": SUPPORT, "error": "invalid_grant", "description": "AADSTS50173: revoked", "times": 1})).await;
    let (status, answer) = town.refresh(token, None).await;
    assert_eq!((status, &answer["error_codes"]), (StatusCode::BAD_REQUEST, &json!([50173])));
    assert!(answer["error_description"].as_str().unwrap().starts_with("AADSTS50173: revoked"));
    assert_eq!(town.refresh(token, None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_fifth_request_at_once_is_throttled_and_counted() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    town.post("faults", &json!({"kind": "slow", "millis": 400, "operation": "list"})).await;
    let all = (0..6).map(|_| {
        let guest = guest.clone();
        tokio::spawn(async move { guest.request(Method::GET, "/me/messages").send().await.unwrap() })
    });
    let mut refused = 0;
    for one in all.collect::<Vec<_>>() {
        let answer = one.await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused += 1;
            assert_eq!(answer.headers()["retry-after"], "1");
            assert!(answer.text().await.unwrap().contains("MailboxConcurrency"));
        }
    }
    assert_eq!(refused, 2);
    let counters = town.get("counters").await;
    assert_eq!((&counters["maxConcurrent"], &counters["throttled"]), (&json!(4), &json!(2)));
    assert_eq!(counters["byOperation"]["GET /me/messages"], json!(6));
}

#[tokio::test]
async fn a_batch_judges_each_part_alone() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let patch = |n: &str, target: &str| {
        json!({
            "id": n, "method": "PATCH", "url": format!("/me/messages/{target}"),
            "headers": {"Content-Type": "application/json", "Prefer": "IdType=\"ImmutableId\""}, "body": {"isRead": true},
        })
    };
    let get = |n: &str, url: String| json!({"id": n, "method": "GET", "url": url});
    let (status, answer) = guest
        .post("/$batch", json!({"requests": [
            patch("1", &id), patch("2", "nonsense"), get("3", format!("/me/messages/{id}/$value")), get("4", "/me".into()),
        ]}))
        .await;
    assert_eq!(status, StatusCode::OK);
    let part = |n: &str| {
        answer["responses"].as_array().unwrap().iter().find(|r| r["id"] == json!(n)).unwrap().clone()
    };
    assert_eq!((&part("1")["status"], &part("1")["body"]["isRead"]), (&json!(200), &json!(true)));
    assert_eq!(part("2")["status"], json!(400));
    assert!(
        part("3")["body"].as_str().unwrap().starts_with("RnJvbTo"),
        "bodies that are not JSON are base64"
    );
    assert_eq!(part("4")["body"]["mail"], json!(SUPPORT));
    assert_ne!(answer["responses"][0]["id"], json!("1"), "the order is free");

    let mut chain = vec![patch("a", "nonsense"), patch("b", &id)];
    chain[1]["dependsOn"] = json!(["a"]);
    let (_, answer) = guest.post("/$batch", json!({ "requests": chain })).await;
    assert_eq!(answer["responses"][1]["status"], json!(424));

    town.post("faults", &json!({"kind": "throttle", "operation": "patch", "retryAfter": 9, "times": 1}))
        .await;
    let (status, answer) = guest.post("/$batch", json!({"requests": [patch("1", &id)]})).await;
    assert_eq!((status, &answer["responses"][0]["status"]), (StatusCode::OK, &json!(429)));
    assert_eq!(answer["responses"][0]["headers"]["Retry-After"], json!("9"));

    let many: Vec<Value> = (0..21).map(|n| get(&n.to_string(), "/me".into())).collect();
    for bad in [
        json!(many),
        json!([get("1", "/me".into()), get("1", "/me".into())]),
        json!([get("1", "https://x/me".into())]),
        json!([get("1", "/$batch".into())]),
    ] {
        assert_eq!(guest.post("/$batch", json!({ "requests": bad })).await.0, StatusCode::BAD_REQUEST);
    }
    let log = town.get("log?limit=1000").await;
    let envelope = log.as_array().unwrap().iter().find(|r| r["operation"] == json!("POST /$batch")).unwrap();
    let parts = log.as_array().unwrap().iter().filter(|r| r["batch"] == envelope["seq"]).count();
    assert_eq!(parts, 4, "parts have rows of their own");
}

#[tokio::test]
async fn other_mailboxes_do_not_feel_a_mailboxs_fault() {
    let town = Town::new().await;
    let (support, adele) = (town.guest(SUPPORT).await, town.guest(ADELE).await);
    town.post("faults", &json!({"kind": "slow", "millis": 300, "mailbox": SUPPORT})).await;
    let started = Instant::now();
    adele.get("/me/messages").await;
    let quick = started.elapsed();
    support.get("/me/messages").await;
    assert!(quick.as_millis() < 250 && started.elapsed().as_millis() >= 300);
}
