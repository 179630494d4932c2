//! Shared mailboxes and rights on other people's.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{ADELE, Guest, SUPPORT, Town, code, eventually, letter, returned};

const TEAM: &str = "team@contoso.example";
const WITH_SHARED: &str =
    "openid offline_access User.Read Mail.Send Mail.ReadWrite Mail.Send.Shared Mail.ReadWrite.Shared";

/// A town with a shared mailbox, and Adele with these rights on it.
async fn town(rights: Value) -> Town {
    let town = Town::new().await;
    town.post("people", &json!({"tenant": town.tenant, "upn": TEAM, "name": "The Team", "type": "shared"}))
        .await;
    let path = format!("mailboxes/{TEAM}/rights/{ADELE}");
    let (status, shown) = town.control(Method::PUT, &path, Some(&rights)).await;
    assert_eq!(status, StatusCode::OK, "{shown}");
    town
}

async fn adele(town: &Town) -> Guest {
    town.guest_with(ADELE, &[("scope", WITH_SHARED)], &[]).await
}

async fn in_folder(town: &Town, mailbox: &str, folder: &str) -> Vec<Value> {
    let list = town.get(&format!("mailboxes/{mailbox}/messages?folder={folder}")).await;
    list["messages"].as_array().unwrap().clone()
}

#[tokio::test]
async fn nobody_signs_in_to_a_shared_mailbox() {
    let town = town(json!({"fullAccess": true})).await;
    let wish = json!({"url": town.authorize_url(&[]), "upn": TEAM});
    let (status, answer) = town.control(Method::POST, "sign-in", Some(&wish)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer["error"].as_str().unwrap().contains("50057"), "{answer}");
    let path = format!("people/{TEAM}");
    town.control(Method::PATCH, &path, Some(&json!({"enabled": true}))).await;
    assert!(
        town.sign_in(TEAM, &[], &[]).await.contains_key("code"),
        "unless an administrator allows it, as some do"
    );
}

#[tokio::test]
async fn a_member_does_in_the_shared_mailbox_what_one_does_in_ones_own() {
    let town = town(json!({"fullAccess": true, "sendAs": true})).await;
    let id = town.deliver(TEAM, &letter(1)).await;
    let adele = adele(&town).await;
    let team = format!("/users/{TEAM}");
    assert_eq!(adele.get(&format!("{team}/mailFolders/inbox")).await["totalItemCount"], json!(1));
    let round = adele.get(&format!("{team}/mailFolders/inbox/messages/delta")).await;
    assert_eq!(round["value"][0]["id"], json!(id));
    let next = round["@odata.deltaLink"].as_str().unwrap();
    assert_eq!(adele.get(next).await["value"], json!([]), "the delta link goes on in the same mailbox");
    let mime = adele.request(Method::GET, &format!("{team}/messages/{id}/$value")).send().await.unwrap();
    assert!(mime.text().await.unwrap().contains("Question number 1"));
    let read = json!({"isRead": true, "categories": ["Desk"]});
    let (status, _) = adele.call(Method::PATCH, &format!("{team}/messages/{id}"), Some(read)).await;
    assert_eq!(status, StatusCode::OK);
    let (status, draft) = adele.post(&format!("{team}/messages/{id}/createReply"), json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{draft}");
    assert_eq!(draft["from"]["emailAddress"]["address"], json!(TEAM));
    let draft = draft["id"].as_str().unwrap();
    let session = json!({"AttachmentItem": {"attachmentType": "file", "name": "x", "size": 4_000_000}});
    let sessions = format!("{team}/messages/{draft}/attachments/createUploadSession");
    assert_eq!(adele.post(&sessions, session.clone()).await.0, StatusCode::CREATED);
    town.post("settings", &json!({"sharedUploadsRefused": true})).await;
    let (status, answer) = adele.post(&sessions, session).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ErrorAccessDenied"), "the known issue, when wanted");
    let file =
        json!({"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentBytes": "aGk="});
    let (status, _) = adele.post(&format!("{team}/messages/{draft}/attachments"), file).await;
    assert_eq!(status, StatusCode::CREATED);
    let batch = json!({"requests": [
        {"id": "1", "method": "GET", "url": format!("{team}/messages/{id}")},
        {"id": "2", "method": "GET", "url": format!("/users/{SUPPORT}/messages")},
    ]});
    let (_, parts) = adele.post("/$batch", batch).await;
    let mut statuses: Vec<(String, i64)> = parts["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["id"].as_str().unwrap().to_owned(), p["status"].as_i64().unwrap()))
        .collect();
    statuses.sort();
    assert_eq!(statuses, [("1".to_owned(), 200), ("2".to_owned(), 404)], "a right is for one mailbox");
    let sent =
        adele.request(Method::POST, &format!("{team}/messages/{draft}/send")).header("Content-Length", "0");
    assert_eq!(sent.send().await.unwrap().status(), StatusCode::ACCEPTED);
    let copy = eventually("the copy in the shared mailbox", || async {
        in_folder(&town, TEAM, "sentitems").await.first().cloned()
    })
    .await;
    assert_eq!(copy["from"]["address"], json!(TEAM));
    assert!(in_folder(&town, ADELE, "sentitems").await.is_empty(), "not in her own");
    let arrived = town.get("outside/kunde1@outside.example/messages").await;
    let arrived = arrived.as_array().unwrap_or_else(|| arrived["messages"].as_array().unwrap());
    let mime = arrived[0]["mime"].as_str().unwrap();
    assert!(mime.contains(TEAM) && !mime.contains(ADELE), "Send As leaves no trace of the person: {mime}");
}

#[tokio::test]
async fn plain_permissions_or_no_right_do_not_open_another_mailbox() {
    let town = town(json!({"fullAccess": true})).await;
    let list = format!("/users/{TEAM}/messages");
    let plain = town.guest(ADELE).await;
    let (status, answer) = plain.call(Method::GET, &list, None).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ErrorAccessDenied"));
    assert_eq!(plain.call(Method::GET, &format!("/users/{ADELE}/messages"), None).await.0, StatusCode::OK);
    let wide = adele(&town).await;
    assert_eq!(wide.call(Method::GET, &list, None).await.0, StatusCode::OK);
    let path = format!("mailboxes/{TEAM}/rights/{ADELE}");
    town.control(Method::DELETE, &path, None).await;
    let (status, answer) = wide.call(Method::GET, &list, None).await;
    assert_eq!((status.as_u16(), code(&answer)), (404, "ErrorItemNotFound"), "taken back: at once");
    assert_eq!(town.get(&format!("mailboxes/{TEAM}/rights")).await, json!([]));
}

#[tokio::test]
async fn sending_for_a_mailbox_needs_its_own_right_and_shows_on_behalf() {
    let message = json!({"message": {"subject": "Hi", "toRecipients": [{"emailAddress": {"address": "k@outside.example"}}]}});
    let send = format!("/users/{TEAM}/sendMail");
    let town = town(json!({"fullAccess": true})).await;
    let adele = adele(&town).await;
    let (status, answer) = adele.post(&send, message.clone()).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ErrorSendAsDenied"), "reading is not sending");
    let path = format!("mailboxes/{TEAM}/rights/{ADELE}");
    let on_behalf = json!({"fullAccess": true, "sendOnBehalf": true});
    town.control(Method::PUT, &path, Some(&on_behalf)).await;
    assert_eq!(adele.post(&send, message).await.0, StatusCode::ACCEPTED);
    let copy = eventually("the sent copy", || async {
        let list = adele.get(&format!("/users/{TEAM}/mailFolders/sentitems/messages")).await;
        list["value"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(copy["from"]["emailAddress"]["address"], json!(TEAM));
    assert_eq!(copy["sender"]["emailAddress"]["address"], json!(ADELE));
    let arrived = town.get("outside/k@outside.example/messages").await;
    let arrived = arrived.as_array().unwrap_or_else(|| arrived["messages"].as_array().unwrap());
    let mime = arrived[0]["mime"].as_str().unwrap();
    let sender = mime.lines().find(|l| l.starts_with("Sender:")).unwrap_or_else(|| panic!("{mime}"));
    assert!(sender.contains(ADELE), "{sender}");
}

#[tokio::test]
async fn from_ones_own_mailbox_the_copy_lies_with_oneself() {
    let town = town(json!({"sendAs": true})).await;
    let message = json!({"message": {
        "subject": "Hi", "from": {"emailAddress": {"address": TEAM}},
        "toRecipients": [{"emailAddress": {"address": "k@outside.example"}}],
    }});
    let plain = town.guest(ADELE).await;
    let (status, answer) = plain.post("/me/sendMail", message.clone()).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ErrorAccessDenied"), "Mail.Send.Shared is missing");
    let wide = adele(&town).await;
    assert_eq!(wide.post("/me/sendMail", message).await.0, StatusCode::ACCEPTED);
    let copy =
        eventually("the copy", || async { in_folder(&town, ADELE, "sentitems").await.first().cloned() })
            .await;
    assert_eq!(copy["from"]["address"], json!(TEAM));
    assert!(in_folder(&town, TEAM, "sentitems").await.is_empty(), "the trap several desks fell into");
}

#[tokio::test]
async fn another_mailbox_cannot_be_watched_by_somebody_signed_in() {
    let town = town(json!({"fullAccess": true})).await;
    let adele = adele(&town).await;
    let expires = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(100)).to_string();
    let wish = json!({
        "changeType": "created", "notificationUrl": "http://127.0.0.1:9/hook",
        "resource": format!("users/{TEAM}/mailFolders('Inbox')/messages"), "expirationDateTime": expires,
    });
    let (status, answer) = adele.post("/subscriptions", wish).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ExtensionError"));
}

/// Someone who says yes to the plain permissions has not said yes to the shared ones.
#[tokio::test]
async fn the_shared_permissions_are_consented_to_one_by_one() {
    let town = town(json!({"fullAccess": true})).await;
    town.guest(ADELE).await;
    let back = town.sign_in(ADELE, &[("scope", WITH_SHARED), ("prompt", "none")], &[]).await;
    assert_eq!(back["error"], "consent_required", "the plain ones were not enough");
    let page = town.post("sign-in", &json!({"url": town.authorize_url(&[("scope", WITH_SHARED)]), "upn": ADELE, "untick": ["Mail.Send.Shared"]})).await;
    let back = returned(page["location"].as_str().unwrap());
    let (_, tokens) = town.redeem(&back["code"]).await;
    let scope = tokens["scope"].as_str().unwrap();
    assert!(scope.contains("Mail.ReadWrite.Shared") && !scope.contains("Mail.Send.Shared"), "{scope}");
}
