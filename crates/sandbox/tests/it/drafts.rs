//! Drafts, attachments, upload sessions, replies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{ADELE, SUPPORT, Town, code, letter};

#[tokio::test]
async fn a_draft_has_its_message_id_at_once_and_may_be_given_one() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let draft = guest.draft(ADELE, json!({})).await;
    assert!(draft["internetMessageId"].as_str().unwrap().contains("prod.outlook.com"));
    assert_eq!((&draft["isDraft"], &draft["isRead"]), (&json!(true), &json!(true)));
    let own = guest.draft(ADELE, json!({"internetMessageId": "<ours@desk.example>"})).await;
    assert_eq!(own["internetMessageId"], json!("<ours@desk.example>"));
    let path = format!("/me/messages/{}", own["id"].as_str().unwrap());
    let (status, changed) = guest.call(Method::PATCH, &path, Some(json!({"subject": "New"}))).await;
    assert_eq!((status, &changed["subject"]), (StatusCode::OK, &json!("New")), "a draft may still change");
}

#[tokio::test]
async fn bodies_are_checked() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let header = |name: &str| json!({"name": name, "value": "1"});
    let cases = [
        (json!({"subjekt": "x"}), "RequestBodyRead"),
        (json!({"subject": 5}), "RequestBodyRead"),
        (json!({"toRecipients": [{"address": "a@b.example"}]}), "RequestBodyRead"),
        (json!({"body": {"contentType": "markdown", "content": ""}}), "RequestBodyRead"),
        (json!({"internetMessageHeaders": [header("Auto-Submitted")]}), "InvalidInternetMessageHeader"),
        (
            json!({"internetMessageHeaders": (0..6).map(|n| header(&format!("x-{n}"))).collect::<Vec<_>>()}),
            "InvalidInternetMessageHeaderCollection",
        ),
        (json!({"singleValueExtendedProperties": [{"id": "0x1042", "value": "x"}]}), "ErrorInvalidProperty"),
        (json!({"attachments": [{"name": "a"}]}), "RequestBodyRead"),
    ];
    for (body, expected) in cases {
        let (status, answer) = guest.post("/me/messages", body.clone()).await;
        assert_eq!((status.as_u16(), code(&answer)), (400, expected), "{body}");
    }
    let bad =
        guest.request(Method::POST, "/me/messages").header("Content-Type", "text/plain").body("*not base64*");
    let bad: Value = bad.send().await.unwrap().json().await.unwrap();
    assert_eq!(code(&bad), "ErrorMimeContentInvalidBase64String");
}

#[tokio::test]
async fn mime_loses_the_headers_exchange_does_not_let_through() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let mime = "From: Bot <support@contoso.example>\r\nTo: adele@contoso.example\r\nSubject: M\r\nMessage-ID: <kept@desk.example>\r\n\
                In-Reply-To: <p@x.example>\r\nReferences: <p@x.example>\r\nAuto-Submitted: auto-replied\r\nX-Desk: 1\r\n\
                X-Auto-Response-Suppress: All\r\n\r\nText\r\n";
    let post = || async {
        let request = guest.request(Method::POST, "/me/messages").header("Content-Type", "text/plain");
        let answer = request.body(STANDARD.encode(mime)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let draft: Value = answer.json().await.unwrap();
        let path = format!("/me/messages/{}/$value", draft["id"].as_str().unwrap());
        guest.request(Method::GET, &path).send().await.unwrap().text().await.unwrap()
    };
    let kept = post().await;
    for header in [
        "Message-ID: <kept@desk.example>",
        "In-Reply-To: <p@x.example>",
        "References: <p@x.example>",
        "X-Auto-Response-Suppress: All",
    ] {
        assert!(kept.contains(header), "{header} in {kept}");
    }
    assert!(!kept.contains("Auto-Submitted") && !kept.contains("X-Desk"), "{kept}");
    guest.draft(ADELE, json!({"internetMessageHeaders": [{"name": "X-Desk", "value": "0"}]})).await;
    assert!(post().await.contains("X-Desk: 1"), "once a JSON message brought the name, MIME may use it");
}

#[tokio::test]
async fn attachments_below_three_megabytes_are_posted() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let draft = guest.draft(ADELE, json!({})).await;
    let path = format!("/me/messages/{}/attachments", draft["id"].as_str().unwrap());
    let file = json!({"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentType": "text/plain", "contentBytes": "aGVsbG8="});
    let (status, added) = guest.post(&path, file).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    let id = added["id"].as_str().unwrap();
    assert!(added["size"].as_u64().unwrap() > 5, "the size counts Exchange's overhead");
    let value = guest.request(Method::GET, &format!("{path}/{id}/$value")).send().await.unwrap();
    assert_eq!(value.headers()["content-type"], "text/plain");
    assert_eq!(value.text().await.unwrap(), "hello");
    assert_eq!(guest.get(&path).await["value"][0]["contentBytes"], json!("aGVsbG8="));
    let big = json!({"@odata.type": "#microsoft.graph.fileAttachment", "name": "b", "contentBytes": STANDARD.encode(vec![0u8; 3 << 20])});
    assert_eq!(guest.post(&path, big).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(guest.call(Method::DELETE, &format!("{path}/{id}"), None).await.0, StatusCode::NO_CONTENT);
    let received = town.deliver(SUPPORT, &letter(1)).await;
    let (status, _) = guest
        .post(
            &format!("/me/messages/{received}/attachments"),
            json!({"@odata.type": "#microsoft.graph.fileAttachment", "name": "x", "contentBytes": ""}),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "only drafts take attachments");
}

#[tokio::test]
async fn large_attachments_come_in_ranges_in_order_without_a_token() {
    const MB: usize = 1 << 20;
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let draft = guest.draft(ADELE, json!({})).await;
    let path = format!("/me/messages/{}/attachments", draft["id"].as_str().unwrap());
    let size = 5 * MB;
    let item =
        |size: usize| json!({"AttachmentItem": {"attachmentType": "file", "name": "big.bin", "size": size}});
    let (_, answer) = guest.post(&format!("{path}/createUploadSession"), item(MB)).await;
    assert_eq!(code(&answer), "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize");
    let (status, session) = guest.post(&format!("{path}/createUploadSession"), item(size)).await;
    assert_eq!((status, &session["nextExpectedRanges"]), (StatusCode::CREATED, &json!(["0-"])), "{session}");
    let url = session["uploadUrl"].as_str().unwrap();
    let put = |from: usize, to: usize, token: bool| {
        let mut request = town
            .http
            .put(url)
            .header("Content-Range", format!("bytes {from}-{}/{size}", to - 1))
            .body(vec![7u8; to - from]);
        if token {
            request = request.bearer_auth(&guest.token);
        }
        async move { request.send().await.unwrap() }
    };
    assert_eq!(put(0, 2 * MB, true).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(put(MB, 2 * MB, false).await.status(), StatusCode::RANGE_NOT_SATISFIABLE, "in order only");
    assert_eq!(put(0, size, false).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let next = put(0, 3 * MB, false).await;
    assert_eq!(next.status(), StatusCode::OK);
    assert_eq!(next.json::<Value>().await.unwrap()["NextExpectedRanges"], json!([(3 * MB).to_string()]));
    let last = put(3 * MB, size, false).await;
    assert_eq!(last.status(), StatusCode::CREATED);
    assert!(last.headers()["location"].to_str().unwrap().contains("Attachments("));
    let list = guest.get(&format!("{path}?$select=name,size")).await;
    assert_eq!(list["value"][0]["name"], json!("big.bin"));
    assert!(list["value"][0].get("contentBytes").is_none());
}

#[tokio::test]
async fn a_reply_is_addressed_threaded_and_quoted() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(4)).await;
    let guest = town.guest(SUPPORT).await;
    let path = format!("/me/messages/{id}");
    let (status, reply) = guest.post(&format!("{path}/createReply"), json!({"comment": "Thanks"})).await;
    assert_eq!(status, StatusCode::CREATED, "{reply}");
    assert_eq!(reply["subject"], json!("RE: Question 4"));
    assert_eq!(reply["toRecipients"][0]["emailAddress"]["address"], json!("kunde4@outside.example"));
    assert_eq!(reply["conversationId"], guest.get(&path).await["conversationId"]);
    let mime = format!("/me/messages/{}/$value", reply["id"].as_str().unwrap());
    let mime = guest.request(Method::GET, &mime).send().await.unwrap().text().await.unwrap();
    assert!(
        mime.contains("In-Reply-To: <m4@outside.example>")
            && mime.contains("References: <m4@outside.example>"),
        "{mime}"
    );
    let both = json!({"comment": "a", "message": {"body": {"contentType": "text", "content": "b"}}});
    assert_eq!(guest.post(&format!("{path}/createReply"), both).await.0, StatusCode::BAD_REQUEST);
}
