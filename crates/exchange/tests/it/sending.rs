//! An answer's way out: draft, files, send, and seeing it again.

use std::time::Duration;

use bytes::Bytes;
use exchange::graph::mail_out::File;
use exchange::{Error, Mailbox, graph::MessageState};
use serde_json::json;

use crate::rehearsal::{Rehearsal, draft};

fn file(name: &str, size: usize) -> File {
    let content: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
    File {
        name: name.into(),
        content_type: "application/octet-stream".into(),
        content_id: None,
        content: Bytes::from(content),
    }
}

/// The sent copy may take a moment to be found under its id.
async fn sent_copy(mailbox: &Mailbox, id: &str) -> MessageState {
    for _ in 0..50 {
        match mailbox.state(id).await.unwrap() {
            Some(state) if !state.is_draft => return state,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("the sent copy was never seen");
}

#[tokio::test]
async fn a_draft_is_found_by_its_mark_before_and_after_it_is_sent() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    assert!(mailbox.find_marked("outbox-1").await.unwrap().is_empty());
    let made = mailbox.create_draft(&draft("outbox-1")).await.unwrap();
    assert!(made.is_draft && made.sent_at.is_none());
    assert_eq!(made.internet_message_id.as_deref(), Some("<outbox-1@desk.contoso.example>"));
    mailbox.create_draft(&draft("outbox-2")).await.unwrap();
    let found = mailbox.find_marked("outbox-1").await.unwrap();
    assert_eq!(found.iter().map(|state| &state.id).collect::<Vec<_>>(), [&made.id]);

    mailbox.send(&made.id).await.unwrap();
    let sent = sent_copy(&mailbox, &made.id).await;
    assert_ne!(sent.folder, made.folder, "it has moved from Drafts to Sent Items and kept its id");
    assert!(sent.sent_at.is_some());
    let found = mailbox.find_marked("outbox-1").await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(!found[0].is_draft);
}

#[tokio::test]
async fn what_is_sent_threads_and_asks_for_no_automatic_answers() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    let made = mailbox.create_draft(&draft("outbox-1")).await.unwrap();
    mailbox.send(&made.id).await.unwrap();
    sent_copy(&mailbox, &made.id).await;
    let received = rehearsal.look("outside/aya@example.jp/messages").await;
    let received = received.get("messages").unwrap_or(&received);
    let mime = received[0]["mime"].as_str().unwrap().replace("\r\n ", " ");
    for header in [
        "Message-ID: <outbox-1@desk.contoso.example>",
        "In-Reply-To: <question@example.jp>",
        "References: <earlier@example.jp> <question@example.jp>",
        "X-Auto-Response-Suppress: All",
    ] {
        assert!(mime.to_lowercase().contains(&header.to_lowercase()), "{header} is not in\n{mime}");
    }
}

#[tokio::test]
async fn small_files_go_in_one_piece_and_large_ones_by_an_upload_session() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    let made = mailbox.create_draft(&draft("outbox-1")).await.unwrap();
    let sizes = [("small.bin", 10_000), ("between.bin", 3_050_000), ("large.bin", 9_000_001)];
    for (name, size) in sizes {
        mailbox.attach(&made.id, &file(name, size)).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    let inline = File { content_id: Some("<logo@desk>".into()), ..file("logo.png", 100) };
    mailbox.attach(&made.id, &inline).await.unwrap();
    let mut names = mailbox.attached(&made.id).await.unwrap();
    names.sort();
    assert_eq!(names, ["between.bin", "large.bin", "logo.png", "small.bin"]);
    let shown = rehearsal.shown(&made.id).await;
    let attachments = shown["attachments"].as_array().unwrap();
    for (name, size) in sizes {
        let one = attachments.iter().find(|attachment| attachment["name"] == name).unwrap();
        assert!(one["size"].as_u64().unwrap() >= size as u64, "{one}");
        assert_eq!(one["isInline"], json!(false));
    }
    let logo = attachments.iter().find(|attachment| attachment["name"] == "logo.png").unwrap();
    assert_eq!(logo["isInline"], json!(true));
}

#[tokio::test]
async fn an_upload_that_breaks_off_goes_on_where_it_stopped() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    let made = mailbox.create_draft(&draft("outbox-1")).await.unwrap();
    for (n, effect) in ["before", "after"].into_iter().enumerate() {
        let status = json!({ "kind": "server_error", "operation": "upload", "status": 503, "effect": effect, "times": 1 });
        rehearsal.fault(status).await;
        mailbox.attach(&made.id, &file(&format!("large-{n}.bin"), 9_000_000)).await.unwrap();
    }
    assert_eq!(mailbox.attached(&made.id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_writing_call_is_never_repeated_by_the_client() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    let made = mailbox.create_draft(&draft("outbox-1")).await.unwrap();
    for effect in ["before", "after"] {
        rehearsal
            .fault(json!({ "kind": "server_error", "operation": "send", "status": 504, "effect": effect, "times": 1 }))
            .await;
        let before = rehearsal.graph.calls().round_trips;
        let failed = mailbox.send(&made.id).await.unwrap_err();
        assert!(failed.uncertain(), "{failed:?}");
        assert_eq!(rehearsal.graph.calls().round_trips, before + 1);
    }
    // The second failure was one in name only.
    sent_copy(&mailbox, &made.id).await;
    rehearsal.fault(json!({ "kind": "cut", "operation": "draft", "effect": "after", "times": 1 })).await;
    let failed = mailbox.create_draft(&draft("outbox-2")).await.unwrap_err();
    assert!(matches!(failed, Error::NoAnswer(_)) && failed.uncertain(), "{failed:?}");
    assert_eq!(mailbox.find_marked("outbox-2").await.unwrap().len(), 1, "and is found by its mark");
}

#[tokio::test]
async fn a_draft_that_is_not_there_is_not_found() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    let made = mailbox.create_draft(&draft("outbox-1")).await.unwrap();
    let url = format!(
        "{}/_sandbox/mailboxes/{}/messages/{}",
        rehearsal.sandbox.base(),
        crate::rehearsal::SUPPORT,
        made.id
    );
    rehearsal.http.delete(url).send().await.unwrap().error_for_status().unwrap();
    assert!(mailbox.state(&made.id).await.unwrap().is_none());
    assert!(matches!(mailbox.send(&made.id).await, Err(Error::NotFound(_))));
}
