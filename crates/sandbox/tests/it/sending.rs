//! Sending: 202 proves little, the draft moves a moment later, and the MIME is Exchange's own.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{ADELE, SUPPORT, Town, code, eventually};

#[tokio::test]
async fn a_sent_draft_moves_to_sent_items_and_keeps_only_its_immutable_id() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let draft = guest
        .draft(
            ADELE,
            json!({
                "internetMessageId": "<ours@desk.example>",
                "from": {"emailAddress": {"name": "Somebody Else", "address": SUPPORT}},
                "internetMessageHeaders": [{"name": "x-desk-ticket", "value": "7"}],
                "singleValueExtendedProperties": [
                    {"id": "String 0x1042", "value": "<parent@outside.example>"},
                    {"id": "String 0x1039", "value": "<root@outside.example> <parent@outside.example>"},
                ],
                "bccRecipients": [{"emailAddress": {"address": "hidden@outside.example"}}],
            }),
        )
        .await;
    let id = draft["id"].as_str().unwrap();
    let old = guest.mutable().get("/me/mailFolders/drafts/messages").await["value"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = guest.send(id).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(answer.headers()["content-type"], "text/plain");
    assert_eq!(answer.headers()["content-length"], "0");
    assert_eq!(answer.text().await.unwrap(), "");
    assert_eq!(guest.send(id).await.status(), StatusCode::NOT_FOUND, "nothing is sent twice");
    let sent = guest.sent_copy(id).await;
    assert_eq!(sent["internetMessageId"], json!("<ours@desk.example>"));
    assert_eq!(sent["parentFolderId"], guest.get("/me/mailFolders/sentitems").await["id"]);
    assert_eq!(sent["from"]["emailAddress"]["name"], json!("Contoso Support"), "the directory's name wins");
    let (status, _) = guest.mutable().call(Method::GET, &format!("/me/messages/{old}"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "the mutable id died");

    let adele = town.guest(ADELE).await;
    let got = eventually("the mail at Adele's", || async {
        adele.get("/me/mailFolders/inbox/messages?$select=subject,internetMessageHeaders").await["value"]
            .get(0)
            .cloned()
    })
    .await;
    let mime = format!("/me/messages/{}/$value", got["id"].as_str().unwrap());
    let mime = adele.request(Method::GET, &mime).send().await.unwrap().text().await.unwrap();
    for part in [
        "Message-ID: <ours@desk.example>",
        "In-Reply-To: <parent@outside.example>",
        "x-desk-ticket: 7",
        "References: <root@outside.example> <parent@outside.example>",
        "multipart/alternative",
        "X-MS-Exchange-Organization-AuthAs: Internal",
        "Received: ",
    ] {
        assert!(mime.contains(part), "{part} in {mime}");
    }
    assert!(!mime.contains("hidden@outside.example"), "Bcc stays with the sender");
    let own = guest
        .request(Method::GET, &format!("/me/messages/{id}/$value"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(own.contains("hidden@outside.example"));
    let hidden = town.get("outside/hidden@outside.example/messages").await;
    assert_eq!(hidden["messages"][0]["inReplyTo"], json!("<parent@outside.example>"));
}

#[tokio::test]
async fn send_mail_takes_either_case_and_words_for_booleans() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let message = |subject: &str| json!({"subject": subject, "body": {"contentType": "Text", "content": "x"}, "toRecipients": [{"emailAddress": {"address": "c@outside.example"}}]});
    for (body, kept) in [
        (json!({"message": message("a")}), true),
        (json!({"Message": message("b"), "SaveToSentItems": "false"}), false),
        (json!({"message": message("c"), "saveToSentItems": false}), false),
    ] {
        let subject =
            body["message"]["subject"].as_str().or(body["Message"]["subject"].as_str()).unwrap().to_owned();
        let (status, answer) = guest.post("/me/sendMail", body).await;
        assert_eq!((status, &answer), (StatusCode::ACCEPTED, &json!("")));
        eventually("delivery", || async {
            let got = town.get("outside/c@outside.example/messages").await;
            got["messages"].as_array().unwrap().iter().any(|m| m["subject"] == json!(subject)).then_some(())
        })
        .await;
        let copies =
            guest.get(&format!("/me/mailFolders/sentitems/messages?$filter=subject eq '{subject}'")).await;
        assert_eq!(copies["value"].as_array().unwrap().len(), usize::from(kept), "{subject}");
    }
    let (status, answer) = guest.post("/me/sendMail", json!({"message": message("d"), "extra": 1})).await;
    assert_eq!((status.as_u16(), code(&answer)), (400, "RequestBodyRead"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let to = |a: &str| json!([{"emailAddress": {"address": a}}]);
    for (message, status, expected) in [
        (json!({"subject": "nobody"}), 400, "ErrorInvalidRecipients"),
        (json!({"toRecipients": to("no address")}), 400, "ErrorInvalidRecipients"),
        (
            json!({"toRecipients": to(ADELE), "from": {"emailAddress": {"address": ADELE}}}),
            403,
            "ErrorSendAsDenied",
        ),
    ] {
        let (found, answer) = guest.post("/me/sendMail", json!({ "message": message })).await;
        assert_eq!((found.as_u16(), code(&answer)), (status, expected));
    }
    let limited = town.guest_with(SUPPORT, &[("prompt", "consent")], &[]).await;
    drop(limited);
    let reader = town.guest_with(ADELE, &[], &["Mail.Send"]).await;
    let draft = reader.draft(SUPPORT, json!({})).await;
    assert_eq!(
        reader.send(draft["id"].as_str().unwrap()).await.status(),
        StatusCode::FORBIDDEN,
        "Mail.Send is missing"
    );
}

#[tokio::test]
async fn undeliverable_mail_comes_back_as_a_report_into_the_senders_inbox() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    for (address, status) in [("nobody@contoso.example", "5.1.10"), ("x@bounce.example", "5.1.1")] {
        let draft = guest.draft(address, json!({})).await;
        guest.send(draft["id"].as_str().unwrap()).await;
        let message_id = draft["internetMessageId"].as_str().unwrap().to_owned();
        let report = eventually("the report", || async {
            let inbox = guest.get("/me/mailFolders/inbox/messages?$expand=singleValueExtendedProperties($filter=id eq 'String 0x001A')").await;
            inbox["value"].as_array().unwrap().iter().find(|m| m["bodyPreview"].as_str().unwrap().contains(address)).cloned()
        })
        .await;
        assert_eq!(report["subject"], json!("Undeliverable: Hello"));
        assert_eq!(report["singleValueExtendedProperties"][0]["value"], json!("REPORT.IPM.Note.NDR"));
        let mime = format!("/me/messages/{}/$value", report["id"].as_str().unwrap());
        let mime = guest.request(Method::GET, &mime).send().await.unwrap().text().await.unwrap();
        for part in [
            "report-type=delivery-status",
            &format!("Status: {status}"),
            &format!("In-Reply-To: {message_id}"),
            "Action: failed",
        ] {
            assert!(mime.contains(part), "{part} in {mime}");
        }
    }
}

#[tokio::test]
async fn the_thirty_first_mail_in_a_minute_is_delayed_and_not_lost() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    for n in 0..31 {
        let message = json!({"subject": format!("n{n}"), "toRecipients": [{"emailAddress": {"address": "c@outside.example"}}]});
        assert_eq!(guest.post("/me/sendMail", json!({ "message": message })).await.0, StatusCode::ACCEPTED);
    }
    let count = || async { town.get("outside/c@outside.example/messages").await["total"].as_u64().unwrap() };
    eventually("thirty", || async { (count().await == 30).then_some(()) }).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(count().await, 30);
    assert_eq!(
        guest.get("/me/mailFolders/sentitems").await["totalItemCount"],
        json!(31),
        "the copy is there at once"
    );
    town.post("clock", &json!({"advanceSeconds": 61})).await;
    eventually("thirty-one", || async { (count().await == 31).then_some(()) }).await;
}

#[tokio::test]
async fn an_outside_letter_is_stamped_and_threads() {
    let town = Town::new().await;
    let sent: Value = town
        .post("outside/send", &json!({
            "from": {"name": "田中 花子", "address": "hanako@kaisha.example"},
            "to": [{"address": SUPPORT}], "cc": [{"name": "Other", "address": "other@kaisha.example"}],
            "subject": "見積もりの件", "text": "お世話になっております。", "html": "<p>お世話になっております。</p>",
            "attachments": [{"name": "見積.txt", "contentType": "text/plain", "contentBytes": "aGVsbG8="}],
            "headers": {"X-MS-Exchange-Organization-AuthAs": "Internal"},
        }))
        .await;
    assert_eq!(sent["delivered"], json!([SUPPORT, "other@kaisha.example"]));
    let guest = town.guest(SUPPORT).await;
    let mail = guest.get("/me/mailFolders/inbox/messages?$expand=attachments").await["value"][0].clone();
    assert_eq!(
        mail["from"]["emailAddress"],
        json!({"name": "田中 花子", "address": "hanako@kaisha.example"})
    );
    assert_eq!((&mail["subject"], &mail["hasAttachments"]), (&json!("見積もりの件"), &json!(true)));
    assert_eq!(mail["attachments"][0]["name"], json!("見積.txt"));
    let mime = format!("/me/messages/{}/$value", mail["id"].as_str().unwrap());
    let mime = guest.request(Method::GET, &mime).send().await.unwrap().text().await.unwrap();
    assert!(mime.contains("AuthAs: Anonymous") && mime.contains("compauth=pass"), "{mime}");
    assert!(!mime.contains("AuthAs: Internal"), "the header firewall");
    let id = sent["internetMessageId"].as_str().unwrap();
    town.post("outside/send", &json!({"from": {"address": "hanako@kaisha.example"}, "to": [{"address": SUPPORT}], "subject": "Re", "text": "x", "inReplyTo": id})).await;
    let both = guest.get("/me/mailFolders/inbox/messages?$select=conversationId").await;
    assert_eq!(both["value"][0]["conversationId"], both["value"][1]["conversationId"]);
}
