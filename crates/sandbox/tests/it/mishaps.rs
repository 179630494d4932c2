//! What happens to single mails and mailboxes: read by somebody else, moved by a rule, brought twice or late, swallowed.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{ADELE, Guest, SUPPORT, Town, code, eventually, letter};

const INBOX: &str = "/me/mailFolders/inbox/messages";

async fn with(fault: Value) -> (Town, Guest) {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    town.post("faults", &fault).await;
    (town, guest)
}

async fn customer_writes(town: &Town, to: &str) -> Value {
    let mail = json!({"from": {"address": "kunde@outside.example"}, "to": [{"address": to}], "subject": "Help", "text": "Hi"});
    town.post("outside/send", &mail).await
}

#[tokio::test]
async fn the_same_mail_may_come_twice_under_two_ids() {
    let (town, guest) = with(json!({"kind": "doubled_delivery", "times": 1})).await;
    customer_writes(&town, SUPPORT).await;
    let list = guest.get(INBOX).await;
    let both = list["value"].as_array().unwrap();
    assert_eq!(both.len(), 2);
    assert_ne!(both[0]["id"], both[1]["id"]);
    assert_eq!(both[0]["internetMessageId"], both[1]["internetMessageId"]);
    customer_writes(&town, SUPPORT).await;
    assert_eq!(guest.get(INBOX).await["value"].as_array().unwrap().len(), 3, "the next one comes once");
}

#[tokio::test]
async fn a_mail_may_appear_late_under_its_old_date() {
    let (town, guest) = with(json!({"kind": "late_delivery", "delaySeconds": 900, "times": 1})).await;
    let delta = guest.get(&format!("{INBOX}/delta")).await;
    customer_writes(&town, SUPPORT).await;
    let second = letter(2);
    town.deliver(SUPPORT, &second).await;
    let link = delta["@odata.deltaLink"].as_str().unwrap().to_owned();
    let page = guest.get(&link).await;
    assert_eq!(page["value"].as_array().unwrap().len(), 1, "the first is not there yet");
    town.post("clock", &json!({"advanceSeconds": 900})).await;
    let link = page["@odata.deltaLink"].as_str().unwrap().to_owned();
    let late = eventually("the late mail", || async {
        guest.get(&link).await["value"].as_array().unwrap().first().cloned()
    })
    .await;
    let received: jiff::Timestamp = late["receivedDateTime"].as_str().unwrap().parse().unwrap();
    assert!(
        received < jiff::Timestamp::now() + jiff::SignedDuration::from_secs(60),
        "older than what came after it: a watermark by date would never see it"
    );
}

#[tokio::test]
async fn a_rule_moves_a_mail_a_moment_after_it_arrived() {
    let (town, guest) = with(json!({"kind": "inbox_rule", "folder": "Orders", "millis": 100})).await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    assert_eq!(
        guest.get(INBOX).await["value"].as_array().unwrap().len(),
        1,
        "for a moment it is in the Inbox"
    );
    let mutable = guest.mutable().get(INBOX).await["value"][0]["id"].as_str().unwrap().to_owned();
    eventually("the rule", || async {
        guest.get(INBOX).await["value"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
    assert_eq!(guest.call(Method::GET, &format!("/me/messages/{id}"), None).await.0, StatusCode::OK);
    let (status, _) = guest.mutable().call(Method::GET, &format!("/me/messages/{mutable}"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "the default id dies with the move");
}

#[tokio::test]
async fn another_reader_opens_moves_or_deletes_what_comes() {
    for (does, folder) in [("read", "inbox"), ("move", "archive"), ("delete", "deleteditems")] {
        let (town, guest) = with(json!({"kind": "second_reader", "does": does, "millis": 1})).await;
        town.deliver(SUPPORT, &letter(1)).await;
        eventually(does, || async {
            let there = guest.get(&format!("/me/mailFolders/{folder}/messages")).await["value"][0].clone();
            (there["isRead"] == json!(does == "read")).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_change_under_the_hands_of_the_client_is_a_conflict() {
    let (town, guest) = with(json!({"kind": "conflict", "category": "VIP", "times": 1})).await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let path = format!("/me/messages/{id}");
    let mut etag = guest.get(&path).await["@odata.etag"].as_str().unwrap().to_owned();
    for expected in [StatusCode::PRECONDITION_FAILED, StatusCode::OK] {
        let answer = guest
            .request(Method::PATCH, &path)
            .header("If-Match", &etag)
            .json(&json!({"isRead": false}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), expected);
        let now = guest.get(&path).await;
        assert_eq!(now["categories"], json!(["VIP"]), "somebody else wrote it");
        etag = now["@odata.etag"].as_str().unwrap().to_owned();
    }
}

#[tokio::test]
async fn a_full_mailbox_takes_nothing_and_gives_everything() {
    let town = Town::new().await;
    town.deliver(SUPPORT, &letter(1)).await;
    let (support, adele) = (town.guest(SUPPORT).await, town.guest(ADELE).await);
    town.post("faults", &json!({"kind": "mailbox_full", "mailbox": SUPPORT})).await;
    let (status, answer) = support.post("/me/messages", json!({"subject": "x"})).await;
    assert_eq!((status.as_u16(), code(&answer)), (507, "ErrorQuotaExceeded"));
    assert_eq!(support.get(INBOX).await["value"].as_array().unwrap().len(), 1, "reading works");
    let draft = adele.draft(SUPPORT, json!({})).await;
    adele.send(draft["id"].as_str().unwrap()).await;
    let report = eventually("the report", || async {
        adele.get(INBOX).await["value"].as_array().unwrap().first().cloned()
    })
    .await;
    assert!(report["body"]["content"].as_str().unwrap().contains("5.2.2"), "{report}");
    assert_eq!(customer_writes(&town, SUPPORT).await["delivered"], json!([]));
}

#[tokio::test]
async fn mail_for_a_mailbox_on_the_move_waits_for_it() {
    let (town, guest) = with(json!({"kind": "mailbox_moving", "seconds": 60})).await;
    assert_eq!(customer_writes(&town, SUPPORT).await["delivered"], json!([SUPPORT]));
    let (status, answer) = guest.call(Method::GET, INBOX, None).await;
    assert_eq!((status.as_u16(), code(&answer)), (503, "ErrorMailboxMoveInProgress"));
    town.post("clock", &json!({"advanceSeconds": 61})).await;
    eventually("the mail", || async {
        (guest.get(INBOX).await["value"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_accepted_mail_may_never_go_out() {
    for (leaves, draft, sent) in [("draft", 1, 0), ("sent", 0, 1), ("nothing", 0, 0)] {
        let (town, guest) = with(json!({"kind": "swallowed", "leaves": leaves, "times": 1})).await;
        let id = guest.draft("kunde@outside.example", json!({})).await;
        assert_eq!(guest.send(id["id"].as_str().unwrap()).await.status(), StatusCode::ACCEPTED);
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        let count = |folder: &'static str| {
            let guest = guest.clone();
            async move {
                let list = guest.get(&format!("/me/mailFolders/{folder}/messages")).await;
                list["value"].as_array().unwrap().len()
            }
        };
        assert_eq!((count("drafts").await, count("sentitems").await), (draft, sent), "{leaves}");
        let outside = town.get("outside/kunde@outside.example/messages").await;
        assert_eq!(outside["total"], json!(0), "{leaves}: it never went out");
    }
}

#[tokio::test]
async fn one_rotten_item_spoils_every_page_it_lies_on() {
    let town = Town::new().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(town.deliver(SUPPORT, &letter(n)).await);
    }
    let guest = town.guest(SUPPORT).await;
    town.post("faults", &json!({"kind": "poison_page", "item": ids[1]})).await;
    for path in [INBOX.to_owned(), format!("{INBOX}/delta")] {
        let (status, answer) = guest.call(Method::GET, &path, None).await;
        assert_eq!((status.as_u16(), code(&answer)), (500, "ErrorInternalServerError"), "{path}");
    }
    let one = format!("{INBOX}?$top=1");
    assert_eq!(guest.call(Method::GET, &one, None).await.0, StatusCode::OK, "smaller pages go around it");
    assert_eq!(guest.call(Method::GET, &format!("{one}&$skip=1"), None).await.0.as_u16(), 500);
    assert_eq!(guest.call(Method::GET, &format!("{one}&$skip=2"), None).await.0, StatusCode::OK);
    assert_eq!(town.get("faults").await[0]["struck"], json!(3), "counted where it spoiled something");
}

#[tokio::test]
async fn a_lost_next_link_is_lost_only_where_there_is_a_next_page() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 3).await;
    let guest = town.guest(SUPPORT).await;
    town.post("faults", &json!({"kind": "missing_next_link", "times": 1})).await;
    guest.get(INBOX).await;
    assert_eq!(town.get("faults").await[0]["struck"], json!(0), "a whole page has none to lose");
    let page = guest.get(&format!("{INBOX}?$top=2")).await;
    assert!(page.get("@odata.nextLink").is_none());
    assert!(guest.get(&format!("{INBOX}?$top=2")).await.get("@odata.nextLink").is_some());
}
