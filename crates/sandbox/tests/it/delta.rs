//! Delta queries.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{Guest, SUPPORT, Town, code, letter};

const START: &str = "/me/mailFolders/inbox/messages/delta?$select=subject,isRead";

/// Goes through a round; gives the items and the delta link.
async fn round(guest: &Guest, start: &str) -> (Vec<Value>, String) {
    let mut link = start.to_owned();
    let mut items = Vec::new();
    loop {
        let page = guest.get(&link).await;
        items.extend(page["value"].as_array().unwrap().iter().cloned());
        if let Some(done) = page["@odata.deltaLink"].as_str() {
            return (items, done.to_owned());
        }
        page["@odata.nextLink"].as_str().unwrap_or_else(|| panic!("no link: {page}")).clone_into(&mut link);
    }
}

#[tokio::test]
async fn a_round_gives_everything_and_the_next_one_only_what_changed() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 25).await;
    let guest = town.guest(SUPPORT).await;
    let first = guest.get(START).await;
    assert_eq!(first["value"].as_array().unwrap().len(), 10, "ten to a page unless asked");
    assert!(first["@odata.nextLink"].as_str().unwrap().contains("$skiptoken="));
    let (items, link) = round(&guest, START).await;
    let ids: BTreeSet<&str> = items.iter().map(|i| i["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 25);
    assert!(items[0].get("body").is_none(), "$select holds through the round");
    let (nothing, link) = round(&guest, &link).await;
    assert_eq!(nothing.len(), 0);

    let new = town.deliver(SUPPORT, &letter(99)).await;
    let read = items[3]["id"].as_str().unwrap();
    let gone = items[4]["id"].as_str().unwrap();
    let moved = items[5]["id"].as_str().unwrap();
    guest.call(Method::PATCH, &format!("/me/messages/{read}"), Some(json!({"isRead": true}))).await;
    guest.post(&format!("/me/messages/{gone}/permanentDelete"), json!({})).await;
    guest.post(&format!("/me/messages/{moved}/move"), json!({"destinationId": "archive"})).await;
    let (changes, link) = round(&guest, &link).await;
    let of =
        |id: &str| changes.iter().find(|c| c["id"] == json!(id)).unwrap_or_else(|| panic!("{id} is missing"));
    assert_eq!(changes.len(), 4, "{changes:?}");
    assert_eq!(of(&new)["subject"], json!("Question 99"));
    assert_eq!(of(read)["isRead"], json!(true), "a mark shows the item again");
    for id in [gone, moved] {
        assert_eq!(of(id)["@removed"]["reason"], json!("deleted"));
    }
    assert_eq!(round(&guest, &link).await.0.len(), 0);
}

#[tokio::test]
async fn every_form_of_the_function_and_the_page_size_work() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 5).await;
    let guest = town.guest(SUPPORT).await;
    for path in [
        "/me/mailFolders/inbox/messages/delta()",
        "/me/mailFolders('Inbox')/messages/microsoft.graph.delta()",
        "/me/mailFolders/inbox/messages/microsoft.graph.delta",
    ] {
        let answer =
            guest.request(Method::GET, path).header("Prefer", "odata.maxpagesize=2").send().await.unwrap();
        assert!(answer.headers()["preference-applied"].to_str().unwrap().contains("maxpagesize=2"));
        let page: Value = answer.json().await.unwrap();
        assert_eq!(page["value"].as_array().unwrap().len(), 2, "{path}");
    }
}

#[tokio::test]
async fn only_the_received_time_may_be_filtered() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 2).await;
    let guest = town.guest(SUPPORT).await;
    let base = "/me/mailFolders/inbox/messages/delta";
    let (some, _) = round(&guest, &format!("{base}?$filter=receivedDateTime ge 2020-01-01T00:00:00Z")).await;
    let (none, _) = round(&guest, &format!("{base}?$filter=receivedDateTime gt 2999-01-01T00:00:00Z")).await;
    assert_eq!((some.len(), none.len()), (2, 0));
    for bad in [
        "$filter=isRead eq false",
        "$filter=receivedDateTime le 2999-01-01",
        "$search=x",
        "$orderby=subject",
        "$deltatoken=zzz",
    ] {
        let (status, answer) = guest.call(Method::GET, &format!("{base}?{bad}"), None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}: {answer}");
    }
}

#[tokio::test]
async fn a_cursor_can_die_and_a_round_can_repeat_itself() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 3).await;
    let guest = town.guest(SUPPORT).await;
    let (_, link) = round(&guest, START).await;
    town.post("faults", &json!({"kind": "repeat_delta", "mailbox": SUPPORT, "times": 1})).await;
    let (again, link) = round(&guest, &link).await;
    assert_eq!(again.len(), 3, "items given before come again");
    town.post("faults", &json!({"kind": "resync", "times": 1})).await;
    let (status, answer) = guest.call(Method::GET, &link, None).await;
    assert_eq!((status.as_u16(), code(&answer)), (410, "SyncStateNotFound"));
    assert_eq!(round(&guest, START).await.0.len(), 3);
    town.post("faults", &json!({"kind": "missing_next_link", "operation": "list", "times": 1})).await;
    let short = guest.get("/me/mailFolders/inbox/messages?$top=2").await;
    assert!(short.get("@odata.nextLink").is_none());
}

#[tokio::test]
async fn the_ids_of_a_link_follow_each_requests_preference() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let (items, _) = round(&guest, START).await;
    let (mutable, _) = round(&guest.mutable(), START).await;
    assert_eq!(items[0]["id"], json!(id));
    assert_ne!(mutable[0]["id"], json!(id));
}

#[tokio::test]
async fn a_round_of_created_items_leaves_changes_out() {
    let town = Town::new().await;
    let old = town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let (items, link) = round(&guest, "/me/mailFolders/inbox/messages/delta?changeType=created").await;
    assert_eq!(items.len(), 1);
    guest.call(Method::PATCH, &format!("/me/messages/{old}"), Some(json!({"isRead": true}))).await;
    let new = town.deliver(SUPPORT, &letter(2)).await;
    let (items, _) = round(&guest, &link).await;
    assert_eq!(items.iter().map(|i| i["id"].clone()).collect::<Vec<_>>(), [json!(new)]);
}
