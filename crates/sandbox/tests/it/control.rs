//! The control API and the state file.

use reqwest::{Method, StatusCode};
use sandbox::{Config, Sandbox};
use serde_json::json;

use crate::town::{SUPPORT, Town, config, letter};

#[tokio::test]
async fn what_lies_in_a_mailbox_is_shown_with_immutable_ids() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(3)).await;
    let list = town.get(&format!("mailboxes/{SUPPORT}/messages?folder=inbox")).await;
    assert_eq!((&list["total"], &list["messages"][0]["id"]), (&json!(1), &json!(id)));
    assert_eq!(list["messages"][0]["from"]["address"], json!("kunde3@outside.example"));
    let one = town.get(&format!("mailboxes/{SUPPORT}/messages/{id}")).await;
    assert_eq!(one["text"], json!("Question number 3\r\n"));
    let boxes = town.get("mailboxes").await;
    let inbox = boxes.as_array().unwrap().iter().find(|b| b["address"] == json!(SUPPORT)).unwrap()["folders"]
        [0]
    .clone();
    assert_eq!(inbox, json!({"name": "Inbox", "well_known": "inbox", "total": 1, "unread": 1}));
    let path = format!("mailboxes/{SUPPORT}/messages/{id}");
    assert_eq!(town.control(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(town.get("status").await["messages"], json!(0));
    assert_eq!(
        town.control(Method::GET, "mailboxes/nobody@x.example/messages", None).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_log_shows_bodies_and_hides_credentials() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    guest.draft("c@outside.example", json!({})).await;
    let log = town.get("log?bodies=true&limit=1000").await;
    let text = log.to_string();
    assert!(!text.contains(&guest.token) && !text.contains("s3cret"));
    let row = log.as_array().unwrap().iter().find(|r| r["operation"] == json!("POST /me/messages")).unwrap();
    assert_eq!(
        (&row["status"], &row["mailbox"], &row["path"]),
        (&json!(201), &json!(SUPPORT), &json!("/v1.0/me/messages"))
    );
    assert!(
        row["requestBody"].as_str().unwrap().contains("Hello")
            && row["responseBody"].as_str().unwrap().contains("isDraft")
    );
    town.control(Method::DELETE, "log", None).await;
    assert_eq!(town.get("log").await, json!([]));
    assert_eq!(town.get("counters").await["requests"], json!(0));
}

#[tokio::test]
async fn the_state_file_brings_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let with_state = || Config { state: Some(state.clone()), ..config() };
    let town = Town::with(with_state()).await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let guest = town.guest(SUPPORT).await;
    let delta = guest.get("/me/mailFolders/inbox/messages/delta").await["@odata.deltaLink"]
        .as_str()
        .unwrap()
        .to_owned();
    let sent = guest.draft("c@outside.example", json!({})).await["id"].as_str().unwrap().to_owned();
    guest.send(&sent).await;
    town.sandbox.stop().await;

    let sandbox = Sandbox::start(with_state()).await.unwrap();
    let base = sandbox.base();
    let town = Town { sandbox, base: base.clone(), http: town.http, tenant: town.tenant };
    let refreshed = town.refresh(tokens["refresh_token"].as_str().unwrap(), None).await.1;
    let token = refreshed["access_token"].as_str().unwrap().to_owned();
    let guest = crate::town::Guest { base: base.clone(), token, ..guest };
    let shown = guest.get(&format!("/me/messages/{id}")).await;
    assert_eq!(shown["subject"], json!("Question 1"));
    let link = format!("{base}{}", &delta[delta.find("/v1.0").unwrap()..]);
    assert_eq!(guest.get(&link).await["value"], json!([]), "a cursor outlives a restart");
    guest.sent_copy(&sent).await;
    town.sandbox.stop().await;
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_configured_application() {
    let town = Town::new().await;
    town.control(Method::POST, "reset", Some(&json!({"company": false}))).await;
    assert_eq!(town.get("status").await["people"], json!(0));
    town.post("tenants", &json!({"domain": "contoso.example", "name": "Contoso"})).await;
    town.post("people", &json!({"tenant": "contoso.example", "upn": SUPPORT, "name": "S"})).await;
    town.guest(SUPPORT).await;
}

#[tokio::test]
async fn https_is_served_with_a_certificate_of_the_folders_own_authority() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let sandbox =
            Sandbox::start(Config { tls: Some(folder.path().to_owned()), ..config() }).await.unwrap();
        crate::town::client();
        let ca = std::fs::read(folder.path().join("ca.pem")).unwrap();
        let ca = reqwest::Certificate::from_pem(&ca).unwrap();
        let http = reqwest::Client::builder().tls_certs_only([ca]).build().unwrap();
        let answer = http.get(format!("{}/_sandbox/status", sandbox.base())).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn the_front_page_leads_to_the_mail_page() {
    let town = Town::new().await;
    let answer = town.http.get(&town.base).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/outlook/");
}
