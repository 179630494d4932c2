//! Lists, ids, reads and changes of messages.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::town::{SUPPORT, Town, code, letter};

#[tokio::test]
async fn a_page_holds_ten_and_the_next_link_leads_on_to_the_end() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 23).await;
    let guest = town.guest(SUPPORT).await;
    let mut subjects = Vec::new();
    let mut link = "/me/mailFolders/inbox/messages?$select=subject&$count=true".to_owned();
    let mut pages = 0;
    loop {
        let page = guest.get(&link).await;
        pages += 1;
        assert_eq!(page["@odata.count"], json!(23));
        let value = page["value"].as_array().unwrap();
        assert!(value[0].get("body").is_none(), "$select holds on every page");
        subjects.extend(value.iter().map(|m| m["subject"].as_str().unwrap().to_owned()));
        match page["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut link),
            None => break,
        }
    }
    assert_eq!((pages, subjects.len()), (3, 23));
    assert_eq!(subjects[0], "Question 22", "newest first");
}

#[tokio::test]
async fn a_mutable_id_dies_when_the_item_moves_and_an_immutable_one_lives() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 1).await;
    let guest = town.guest(SUPPORT).await;
    let plain = guest.mutable();
    let old = plain.get("/me/messages").await["value"][0]["id"].as_str().unwrap().to_owned();
    let lasting = guest.get("/me/messages").await["value"][0]["id"].as_str().unwrap().to_owned();
    assert_ne!(old, lasting);
    let (status, moved) =
        plain.post(&format!("/me/messages/{old}/move"), json!({"destinationId": "Archive"})).await;
    assert_eq!(status, StatusCode::CREATED, "{moved}");
    assert_ne!(moved["id"], json!(old));
    let (status, gone) = plain.call(Method::GET, &format!("/me/messages/{old}"), None).await;
    assert_eq!((status, code(&gone)), (StatusCode::NOT_FOUND, "ErrorItemNotFound"));
    let found = guest.get(&format!("/me/messages/{lasting}")).await;
    assert_eq!(found["id"], json!(lasting));
}

#[tokio::test]
async fn wrong_calls_are_refused_as_graph_refuses_them() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let get = Method::GET;
    let cases: Vec<(Method, String, u16, &str)> = vec![
        (get.clone(), "/me/messages/abc".into(), 400, "ErrorInvalidIdMalformed"),
        (get.clone(), format!("/me/messages/{}", id.to_uppercase()), 400, "ErrorInvalidIdMalformed"),
        (get.clone(), "/me/mailFolders/nofolder/messages".into(), 400, "ErrorInvalidIdMalformed"),
        (get.clone(), "/me/messages?$frobnicate=1".into(), 400, "RequestBroker--ParseUri"),
        (get.clone(), "/me/messages?$select=subject,frob".into(), 400, "RequestBroker--ParseUri"),
        (get.clone(), "/me/messages?$top=1001".into(), 400, "ErrorInvalidParameter"),
        (get.clone(), "/me/messages?$top=0".into(), 400, "ErrorInvalidParameter"),
        (get.clone(), "/me/messages?$filter=isRead eq".into(), 400, "BadRequest"),
        (
            get.clone(),
            "/me/messages?$filter=isRead eq false&$orderby=receivedDateTime desc".into(),
            400,
            "InefficientFilter",
        ),
        (get.clone(), "/me/mesages".into(), 404, "BadRequest"),
        (get.clone(), "/users/adele@contoso.example/messages".into(), 403, "ErrorAccessDenied"),
        (get.clone(), "/users/nobody@contoso.example/messages".into(), 404, "ErrorInvalidUser"),
        (get.clone(), "/me/outlook/masterCategories".into(), 403, "ErrorAccessDenied"),
        (get.clone(), "/me/mailboxSettings".into(), 403, "ErrorAccessDenied"),
        (get.clone(), format!("/me/mailFolders/inbox/messages/{id}/$value"), 405, "ErrorInvalidRequest"),
        (get.clone(), "/me/messages/delta".into(), 400, "RequestBroker--ParseUri"),
        (Method::PUT, "/me/messages".into(), 405, "ErrorInvalidRequest"),
    ];
    for (method, path, status, expected) in cases {
        let (found, answer) = guest.call(method, &path, None).await;
        assert_eq!((found.as_u16(), code(&answer)), (status, expected), "{path}: {answer}");
        assert!(answer["error"]["innerError"]["request-id"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn tokens_and_scopes_are_judged() {
    let town = Town::new().await;
    let guest = town.guest_with(SUPPORT, &[], &["Mail.ReadWrite"]).await;
    let (status, answer) = guest.call(Method::GET, "/me/messages", None).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ErrorAccessDenied"));
    assert_eq!(guest.get("/me").await["mail"], json!(SUPPORT));
    let mut stranger = guest.clone();
    stranger.token = "nonsense".to_owned();
    let answer = stranger.request(Method::GET, "/me").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers().contains_key("www-authenticate"));
    town.post("clock", &json!({"advanceSeconds": 5400})).await;
    let (status, answer) = guest.call(Method::GET, "/me", None).await;
    assert_eq!((status.as_u16(), code(&answer)), (401, "InvalidAuthenticationToken"));
}

#[tokio::test]
async fn filters_find_what_mail_needs() {
    let town = Town::new().await;
    town.deliver_many(SUPPORT, 3).await;
    let guest = town.guest(SUPPORT).await;
    let all = guest.get("/me/messages").await;
    let conversation = all["value"][0]["conversationId"].as_str().unwrap();
    let cases = [
        ("isRead eq false".to_owned(), 3),
        ("internetMessageId eq '<m1@outside.example>'".to_owned(), 1),
        (format!("conversationId eq '{conversation}'"), 1),
        ("receivedDateTime ge 2020-01-01T00:00:00Z and isRead eq false".to_owned(), 3),
        ("receivedDateTime lt 2020-01-01".to_owned(), 0),
        ("(subject eq 'Question 1' or subject eq 'Question 2') and hasAttachments eq false".to_owned(), 2),
        ("from/emailAddress/address eq 'KUNDE2@outside.example'".to_owned(), 1),
        ("startswith(subject,'Question')".to_owned(), 3),
        (
            "singleValueExtendedProperties/Any(ep: ep/id eq 'String 0x001A' and ep/value eq 'IPM.Note')"
                .to_owned(),
            3,
        ),
        ("categories/any(c:c eq 'Postdesk')".to_owned(), 0),
        ("not isRead eq true".to_owned(), 3),
    ];
    for (filter, count) in cases {
        let page =
            guest.request(Method::GET, "/me/messages").query(&[("$filter", &filter)]).send().await.unwrap();
        let page: serde_json::Value = page.json().await.unwrap();
        assert_eq!(page["value"].as_array().map(Vec::len), Some(count), "{filter}: {page}");
    }
    let ordered = "/me/messages?$filter=receivedDateTime ge 2020-01-01 and isRead eq false&$orderby=receivedDateTime desc";
    assert_eq!(guest.get(ordered).await["value"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn marks_can_be_set_on_received_mail_and_its_text_cannot() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let path = format!("/me/messages/{id}");
    let (status, changed) =
        guest.call(Method::PATCH, &path, Some(json!({"isRead": true, "categories": ["Postdesk"]}))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&changed["isRead"], &changed["categories"]), (&json!(true), &json!(["Postdesk"])));
    for (body, status, expected) in [
        (json!({"subject": "forged"}), 403, "ErrorAccessDenied"),
        (json!({"body": {"contentType": "text", "content": "x"}}), 403, "ErrorAccessDenied"),
        (json!({"isRed": true}), 400, "RequestBodyRead"),
        (json!({"isRead": "yes"}), 400, "RequestBodyRead"),
        (json!({"importance": "urgent"}), 400, "RequestBodyRead"),
    ] {
        let (found, answer) = guest.call(Method::PATCH, &path, Some(body.clone())).await;
        assert_eq!((found.as_u16(), code(&answer)), (status, expected), "{body}");
    }
    let stale =
        guest.request(Method::PATCH, &path).header("If-Match", "W/\"old\"").json(&json!({"isRead": false}));
    assert_eq!(stale.send().await.unwrap().status(), StatusCode::PRECONDITION_FAILED);
    let fresh = changed["@odata.etag"].as_str().unwrap();
    let right = guest.request(Method::PATCH, &path).header("If-Match", fresh).json(&json!({"isRead": false}));
    assert_eq!(right.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn mime_has_crlf_and_answers_carry_their_headers() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(1).replace("\r\n", "\n")).await;
    let guest = town.guest(SUPPORT).await;
    let answer = guest
        .request(Method::GET, &format!("/me/messages/{id}/$value"))
        .header("client-request-id", "mine")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain");
    assert_eq!(answer.headers()["client-request-id"], "mine");
    assert_eq!(answer.headers()["preference-applied"], "IdType=ImmutableId");
    assert!(answer.headers().contains_key("request-id"));
    assert_eq!(answer.text().await.unwrap(), letter(1));
    let text = guest
        .request(Method::GET, &format!("/me/messages/{id}"))
        .header("Prefer", "outlook.body-content-type=\"text\"")
        .send()
        .await
        .unwrap();
    let text: serde_json::Value = text.json().await.unwrap();
    assert_eq!(text["body"]["contentType"], json!("text"));
    let html = guest
        .get(&format!("/me/messages/{id}?$expand=singleValueExtendedProperties($filter=id eq 'Long 0x0E08')"))
        .await;
    assert_eq!(html["body"]["contentType"], json!("html"), "HTML unless text is asked for");
    assert_eq!(html["singleValueExtendedProperties"][0]["id"], json!("Long 0xe08"));
}

#[tokio::test]
async fn folders_have_well_known_names_in_any_case_and_names_in_the_mailboxs_language() {
    let town = Town::new().await;
    town.post(
        "people",
        &json!({"tenant": town.tenant, "upn": "ja@contoso.example", "name": "窓口", "language": "ja"}),
    )
    .await;
    let guest = town.guest("ja@contoso.example").await;
    for path in ["/me/mailFolders/Inbox", "/me/mailFolders('inbox')", "/me/mailfolders/INBOX"] {
        assert_eq!(guest.get(path).await["displayName"], json!("受信トレイ"), "{path}");
    }
    let list = guest.get("/me/mailFolders?$top=50").await;
    let id = list["value"][0]["id"].as_str().unwrap();
    assert_eq!(guest.get(&format!("/me/mailFolders/{id}/messages")).await["value"], json!([]));
}

#[tokio::test]
async fn deleted_mail_goes_to_deleted_items_first() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let path = format!("/me/messages/{id}");
    assert_eq!(guest.call(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    let deleted = guest.get("/me/mailFolders/deleteditems/messages").await;
    assert_eq!(deleted["value"][0]["id"], json!(id), "the immutable id survives");
    assert_eq!(guest.post(&format!("{path}/permanentDelete"), json!({})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(guest.call(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn mailboxes_outside_exchange_online_say_so() {
    let town = Town::new().await;
    for (n, kind) in ["none", "on_premises", "gone"].iter().enumerate() {
        let upn = format!("p{n}@contoso.example");
        town.post("people", &json!({"tenant": town.tenant, "upn": upn, "name": "P", "mailbox": kind})).await;
        let guest = town.guest(&upn).await;
        assert_eq!(guest.get("/me").await["userPrincipalName"], json!(upn));
        let (status, answer) = guest.call(Method::GET, "/me/mailFolders/inbox", None).await;
        assert_eq!((status.as_u16(), code(&answer)), (404, "MailboxNotEnabledForRESTAPI"), "{kind}");
    }
}

#[tokio::test]
async fn odd_mail_is_kept_and_shown() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    for raw in
        ["", "\0\0\0", "no headers at all", "From: \r\n\r\n", "Subject: =?x-nope?Q?=FF?=\r\n\r\n\u{ff}"]
    {
        let id = town.deliver(SUPPORT, raw).await;
        let shown = guest.get(&format!("/me/messages/{id}")).await;
        assert!(shown["internetMessageId"].as_str().unwrap().starts_with('<'), "{raw:?}");
        let mime = guest.request(Method::GET, &format!("/me/messages/{id}/$value")).send().await.unwrap();
        assert_eq!(mime.status(), StatusCode::OK, "{raw:?}");
    }
}
