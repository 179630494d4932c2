//! Suspended tickets on the wire (zendesk.md 5.2), from mails that were really suspended.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Answered, Desk};

const LIST: &str = "/api/v2/suspended_tickets.json";

/// A robot's mail with a file.
fn robot(number: usize, subject: &str) -> (String, Vec<u8>) {
    let mail = format!(
        "From: Robot {number} <robot{number}@shop.example>\r\nTo: <help@desk.test>\r\nSubject: {subject}\r\nMessage-ID: <{number}@shop.example>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nRun {number}.\r\n--b\r\nContent-Type: text/html; name=\"log {number}.html\"\r\nContent-Disposition: attachment; filename=\"log {number}.html\"\r\n\r\n<b>{number}</b>\r\n--b--\r\n"
    );
    (format!("robot-{number}.eml"), mail.into_bytes())
}

async fn comes(desk: &Desk, mails: Vec<(String, Vec<u8>)>) -> Vec<Value> {
    desk.engine.file_import("help@desk.test").await.unwrap().take(mails).await.unwrap();
    let listed = desk.get(&format!("{LIST}?sort_by=created_at&sort_order=asc")).await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.json);
    listed.json["suspended_tickets"].as_array().unwrap().clone()
}

async fn put(desk: &Desk, path: &str) -> Answered {
    desk.send("PUT", &format!("/api/v2/suspended_tickets/{path}"), &desk.agent_token, Value::Null).await
}

fn subjects(answered: &Answered) -> Vec<String> {
    let rows = answered.json["suspended_tickets"].as_array().unwrap();
    rows.iter().map(|row| row["subject"].as_str().unwrap().to_owned()).collect()
}

/// Clients read these fields from the list, and never open the record.
#[tokio::test]
async fn a_suspended_ticket_says_who_what_where_and_why_in_the_list_as_alone() {
    let desk = Desk::new().await;
    let known = desk.engine.make_end_user(&desk.admin, "Robot", "robot1@shop.example").await.unwrap();
    let one = comes(&desk, vec![robot(1, "Nightly")]).await.remove(0);
    let author = json!({ "id": known.id.0, "name": "Robot 1", "email": "robot1@shop.example" });
    assert_eq!(one["author"], author);
    assert_eq!((one["cause"].as_str(), one["cause_id"].as_i64()), (Some("auto_mailer"), Some(3)));
    assert_eq!(one["message_id"], "<1@shop.example>");
    assert_eq!(
        (one["subject"].as_str(), one["recipient"].as_str()),
        (Some("Nightly"), Some("help@desk.test"))
    );
    assert!(one["content"].as_str().unwrap().contains("Run 1."), "{one}");
    let brands = desk.get("/api/v2/brands.json").await;
    assert_eq!(one["brand_id"], brands.json["brands"][0]["id"]);
    assert!(one["ticket_id"].is_null() && one["error_messages"].is_null());
    assert_eq!(one["via"]["source"]["to"]["address"], "help@desk.test");
    assert_eq!(one["attachments"][0]["file_name"], "log 1.html");
    let alone = desk.get(&format!("/api/v2/suspended_tickets/{}.json", one["id"])).await;
    assert_eq!(alone.json["suspended_ticket"], one);
}

/// A stranger who answers somebody's ticket is suspended; a client wants to know which ticket it is about.
#[tokio::test]
async fn a_suspended_reply_names_its_ticket() {
    let desk = Desk::new().await;
    let question = "From: <carl@example.org>\r\nTo: <help@desk.test>\r\nSubject: Mine\r\nMessage-ID: <q@example.org>\r\n\r\nHello\r\n";
    let robot = "From: <robot@shop.example>\r\nTo: <help@desk.test>\r\nSubject: Re: Mine\r\nMessage-ID: <r@shop.example>\r\nIn-Reply-To: <q@example.org>\r\nReferences: <q@example.org>\r\n\r\nI am somebody else.\r\n";
    let mails = [question, robot].map(|mail| (mail.len().to_string(), mail.as_bytes().to_vec()));
    let policy = desk::admission::Policy { block: "shop.example".to_owned(), ..Default::default() };
    desk.engine.save_sender_policy(&desk.admin, &policy).await.unwrap();
    let one = comes(&desk, mails.into()).await.remove(0);
    assert_eq!((one["cause"].as_str(), one["ticket_id"].as_i64()), (Some("blocklisted"), Some(1)));
}

#[tokio::test]
async fn lists_are_sorted_and_paged_both_ways() {
    let desk = Desk::new().await;
    comes(&desk, vec![robot(1, "B"), robot(2, "C"), robot(3, "A")]).await;
    let sorted = |by: &str, order: &str| format!("{LIST}?sort_by={by}&sort_order={order}");
    assert_eq!(subjects(&desk.get(&sorted("subject", "asc")).await), ["A", "B", "C"]);
    assert_eq!(subjects(&desk.get(&sorted("subject", "desc")).await), ["C", "B", "A"]);
    assert_eq!(subjects(&desk.get(&sorted("author_email", "desc")).await), ["A", "C", "B"]);
    assert_eq!(desk.get(&sorted("nonsense", "asc")).await.status, StatusCode::BAD_REQUEST);
    let first = desk.get(&format!("{}&per_page=2", sorted("subject", "asc"))).await;
    assert_eq!(
        (subjects(&first), first.json["count"].as_i64()),
        (vec!["A".to_owned(), "B".to_owned()], Some(3))
    );
    let next = first.json["next_page"].as_str().unwrap().strip_prefix("http://client.test:8700").unwrap();
    let second = desk.get(next).await;
    assert_eq!((subjects(&second), second.json["next_page"].is_null()), (vec!["C".to_owned()], true));
    let (mut path, mut seen) = (format!("{LIST}?page[size]=2"), Vec::new());
    loop {
        let page = desk.get(&path).await;
        seen.extend(subjects(&page));
        if page.json["meta"]["has_more"] != true {
            break;
        }
        path = page.json["links"]["next"].as_str().unwrap().replace("http://client.test:8700", "");
    }
    assert_eq!(seen, ["B", "C", "A"], "each once, in the order they came");
}

/// The trap of zendesk.md 5.2, kept because clients of Zendesk's know it: alone the caller asks, together the authors do.
#[tokio::test]
async fn recovered_alone_the_caller_is_the_requester_and_together_the_authors_are() {
    let desk = Desk::new().await;
    let rows = comes(&desk, vec![robot(1, "One"), robot(2, "Two"), robot(3, "Three")]).await;
    let id = |n: usize| rows[n]["id"].as_i64().unwrap();
    let alone = put(&desk, &format!("{}/recover.json", id(0))).await;
    assert_eq!(alone.status, StatusCode::OK, "{}", alone.json);
    let ticket = &alone.json["ticket"][0];
    assert_eq!((ticket["subject"].as_str(), ticket["status"].as_str()), (Some("One"), Some("new")));
    assert_eq!(ticket["requester_id"], desk.agent.person.id.0);
    let together = put(&desk, &format!("recover_many.json?ids={},{}", id(1), id(2))).await;
    assert_eq!(together.status, StatusCode::OK, "{}", together.json);
    let tickets = together.json["tickets"].as_array().unwrap();
    assert_eq!(tickets.len(), 2);
    for (ticket, number) in tickets.iter().zip([2, 3]) {
        let user = desk.get(&format!("/api/v2/users/{}.json", ticket["requester_id"])).await;
        assert_eq!(user.json["user"]["email"], format!("robot{number}@shop.example"));
    }
    assert_eq!(put(&desk, &format!("{}/recover.json", id(0))).await.status, StatusCode::NOT_FOUND, "once");
}

/// One bad id does not hold up the others; the answer names what failed.
#[tokio::test]
async fn what_of_many_could_not_be_recovered_is_named_and_the_rest_is_recovered() {
    let desk = Desk::new().await;
    let rows = comes(&desk, vec![robot(1, "One"), robot(2, "Two")]).await;
    let ids = format!("{},987654,{}", rows[0]["id"], rows[1]["id"]);
    let answered = put(&desk, &format!("recover_many.json?ids={ids}")).await;
    assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
    let failed = answered.json["suspended_tickets"].as_array().unwrap();
    assert_eq!((failed.len(), failed[0]["id"].as_i64()), (1, Some(987_654)));
    assert_eq!(failed[0]["error_messages"], json!(["not found"]));
    assert_eq!(desk.get(LIST).await.json["count"], 0);
    let many = (1..=101).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(put(&desk, &format!("recover_many.json?ids={many}")).await.status, StatusCode::BAD_REQUEST);
}

/// With a body, as zenpy sends it; what is gone already is no failure.
#[tokio::test]
async fn deleted_ones_are_gone_from_the_queue_and_stay_in_the_ledger() {
    let desk = Desk::new().await;
    let rows = comes(&desk, (1..=3).map(|n| robot(n, "x")).collect()).await;
    let (token, body) = (&desk.agent_token, json!({ "ids": [1] }));
    let path =
        format!("/api/v2/suspended_tickets/destroy_many.json?ids={},{},5555", rows[0]["id"], rows[1]["id"]);
    assert_eq!(desk.send("DELETE", &path, token, body).await.status, StatusCode::NO_CONTENT);
    let path = format!("/api/v2/suspended_tickets/{}.json", rows[2]["id"]);
    assert_eq!(desk.send("DELETE", &path, token, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.send("DELETE", &path, token, Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.get(LIST).await.json["count"], 0);
    let query = store::LedgerQuery { limit: 9, ..Default::default() };
    let ledger = desk.store.ledger(&query).await.unwrap();
    let later = ledger.iter().filter_map(|row| row.later).map(|later| later.what);
    assert_eq!(later.collect::<Vec<_>>(), [store::Afterwards::Deleted; 3]);
}

/// Both forms that Zendesk's documentation has, and the bytes behind the addresses they name.
#[tokio::test]
async fn files_are_listed_by_either_form_and_fetched_as_downloads() {
    let desk = Desk::new().await;
    let one = comes(&desk, vec![robot(7, "x")]).await.remove(0);
    let forms = [
        (format!("/api/v2/suspended_tickets/{}/attachments.json", one["id"]), Value::Null),
        (format!("/api/v2/suspended_tickets/attachments.json?id={}", one["id"]), Value::Null),
        ("/api/v2/suspended_tickets/attachments.json".to_owned(), json!({ "id": one["id"] })),
    ];
    for (path, body) in forms {
        let answered = desk.send("POST", &path, &desk.agent_token, body).await;
        assert_eq!(answered.status, StatusCode::OK, "{path}: {}", answered.json);
        assert_eq!(answered.json["upload"]["attachments"], one["attachments"], "{path}");
        assert!(answered.json["upload"]["token"].is_null());
    }
    let bare =
        desk.send("POST", "/api/v2/suspended_tickets/attachments", &desk.agent_token, Value::Null).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    let url = one["attachments"][0]["content_url"].as_str().unwrap();
    let path = url.strip_prefix("http://client.test:8700").unwrap();
    let file = desk.fetch(path).await;
    assert_eq!((file.status, file.bytes.as_slice()), (StatusCode::OK, b"<b>7</b>".as_slice()));
    assert_eq!(file.header("content-type"), "application/octet-stream", "no page, whatever the mail says");
    assert_eq!(file.header("content-disposition"), "attachment");
    assert_eq!(desk.get(&path.replace("attachments/0", "attachments/9")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_queue_is_exported_once_a_minute() {
    let desk = Desk::new().await;
    comes(&desk, vec![robot(1, "=1+1"), robot(2, "Two")]).await;
    let export = "/api/v2/suspended_tickets/export.json";
    let first = desk.send("POST", export, &desk.agent_token, Value::Null).await;
    assert_eq!((first.status, first.json["export"]["status"].as_str()), (StatusCode::OK, Some("completed")));
    let second = desk.send("POST", export, &desk.admin_token, Value::Null).await;
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: i64 = second.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let url = first.json["export"]["content_url"].as_str().unwrap();
    let table = desk.fetch(url.strip_prefix("http://client.test:8700").unwrap()).await;
    let text = String::from_utf8(table.bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "id,created_at,cause,author,author_email,subject,content");
    assert!(lines.len() == 3 && lines[1].contains(",auto_mailer,") && lines[1].contains(",'=1+1,"), "{text}");
}
