//! What lies in the Inbox, and what changed there.

use std::collections::HashSet;

use exchange::graph::{DeltaNext, DeltaPage, ToMark};
use exchange::{Error, Mailbox};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::rehearsal::Rehearsal;

/// Follows a round to its end: the ids that are there, those removed, and the link for the next round.
async fn round(mailbox: &Mailbox, first: DeltaPage) -> (Vec<String>, Vec<String>, String) {
    let (mut present, mut removed, mut page) = (Vec::new(), Vec::new(), first);
    loop {
        present.extend(page.present.into_iter().map(|item| item.id));
        removed.append(&mut page.removed);
        match page.next {
            DeltaNext::Round(link) => return (present, removed, link),
            DeltaNext::Page(link) => page = mailbox.delta_follow(&link).await.unwrap(),
        }
    }
}

async fn deliver_many(rehearsal: &Rehearsal, count: i64, newest: Timestamp) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(
            rehearsal.deliver(&format!("mail-{n}"), newest - SignedDuration::from_secs(count - n)).await,
        );
    }
    ids
}

fn unique(ids: &[String]) -> HashSet<&String> {
    ids.iter().collect()
}

#[tokio::test]
async fn a_delta_brings_what_is_there_then_what_is_new_then_what_has_gone() {
    let rehearsal = Rehearsal::start().await;
    let now = rehearsal.now().await;
    let old = rehearsal.deliver("too-old", now - SignedDuration::from_hours(48)).await;
    let ids = deliver_many(&rehearsal, 5, now).await;
    let mailbox = rehearsal.mailbox().await;
    let since = now - SignedDuration::from_hours(1);
    let (present, _, link) = round(&mailbox, mailbox.delta_start(since).await.unwrap()).await;
    assert_eq!(unique(&present), unique(&ids));
    assert!(!present.contains(&old));

    let new = rehearsal.deliver("new", now).await;
    let (present, _, link) = round(&mailbox, mailbox.delta_follow(&link).await.unwrap()).await;
    assert!(present.contains(&new));

    let url = format!(
        "{}/_sandbox/mailboxes/{}/messages/{new}",
        rehearsal.sandbox.base(),
        crate::rehearsal::SUPPORT
    );
    rehearsal.http.delete(url).send().await.unwrap().error_for_status().unwrap();
    let (_, removed, _) = round(&mailbox, mailbox.delta_follow(&link).await.unwrap()).await;
    assert!(removed.contains(&new));
}

#[tokio::test]
async fn a_delta_of_many_pages_is_followed_to_its_end() {
    let rehearsal = Rehearsal::start().await;
    let now = rehearsal.now().await;
    let ids = deliver_many(&rehearsal, 230, now).await;
    let mailbox = rehearsal.mailbox().await;
    let first = mailbox.delta_start(now - SignedDuration::from_hours(1)).await.unwrap();
    assert!(matches!(first.next, DeltaNext::Page(_)), "230 do not fit on a page of 200");
    let (present, _, _) = round(&mailbox, first).await;
    assert_eq!(unique(&present), unique(&ids));
}

#[tokio::test]
async fn an_expired_cursor_asks_for_a_new_beginning() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    let (_, _, link) = round(&mailbox, mailbox.delta_start(rehearsal.now().await).await.unwrap()).await;
    rehearsal.fault(json!({ "kind": "resync", "times": 1 })).await;
    assert!(matches!(mailbox.delta_follow(&link).await, Err(Error::Resync(_))));
    let foreign = mailbox.delta_follow("https://evil.example/v1.0/me/messages/delta?$deltatoken=x").await;
    assert!(matches!(foreign, Err(Error::Resync(_))), "and the token has not left the house");
}

#[tokio::test]
async fn the_newest_come_first_each_once_and_no_more_than_asked_for() {
    let rehearsal = Rehearsal::start().await;
    let mut ids = deliver_many(&rehearsal, 130, rehearsal.now().await).await;
    ids.reverse();
    let mailbox = rehearsal.mailbox().await;
    let listed =
        |items: Vec<exchange::graph::ItemRef>| items.into_iter().map(|item| item.id).collect::<Vec<_>>();
    assert_eq!(listed(mailbox.newest(120).await.unwrap()), ids[..120]);
    assert_eq!(listed(mailbox.newest(300).await.unwrap()), ids);
    assert_eq!(listed(mailbox.newest(3).await.unwrap()), ids[..3]);
    assert!(mailbox.newest(0).await.unwrap().is_empty());
    // Of those before a moment as many as asked for, also of the second in which it lies.
    let fortieth = mailbox.newest(40).await.unwrap().pop().unwrap().received_at.unwrap();
    let before = mailbox.newest_before(5, fortieth).await.unwrap();
    assert_eq!(before.len(), 5);
    assert!(before.iter().all(|item| item.received_at.unwrap() < fortieth));
    let within = mailbox.newest_before(1, fortieth + SignedDuration::from_millis(1)).await.unwrap();
    assert_eq!(within[0].received_at, Some(fortieth));
}

#[tokio::test]
async fn a_sweep_finds_everything_even_when_a_page_forgets_its_successor() {
    let rehearsal = Rehearsal::start().await;
    let now = rehearsal.now().await;
    let ids = deliver_many(&rehearsal, 620, now).await;
    let mailbox = rehearsal.mailbox().await;
    for fault in [json!(null), json!({ "kind": "missing_next_link", "operation": "list", "times": 1 })] {
        if !fault.is_null() {
            rehearsal.fault(fault).await;
        }
        let swept = mailbox.received_since(now - SignedDuration::from_hours(1)).await.unwrap();
        let swept: Vec<String> = swept.into_iter().map(|item| item.id).collect();
        assert_eq!(swept, ids, "oldest first, each once");
    }
}

#[tokio::test]
async fn a_mail_is_handed_out_as_its_bytes_and_as_json() {
    let rehearsal = Rehearsal::start().await;
    let id = rehearsal.deliver("bytes", rehearsal.now().await).await;
    let mailbox = rehearsal.mailbox().await;
    let mime = String::from_utf8(mailbox.mime(&id).await.unwrap().to_vec()).unwrap();
    assert!(mime.contains("Hello, this is bytes."), "{mime}");
    let json: serde_json::Value = serde_json::from_slice(&mailbox.json(&id).await.unwrap()).unwrap();
    assert_eq!(json["internetMessageId"], "<bytes@example.jp>");
    let headers = json["internetMessageHeaders"].as_array().unwrap();
    assert!(!headers.is_empty() && json["body"]["content"].is_string());
}

#[tokio::test]
async fn one_item_that_cannot_be_converted_is_only_one_item() {
    let rehearsal = Rehearsal::start().await;
    let now = rehearsal.now().await;
    let (poison, fine) = (rehearsal.deliver("poison", now).await, rehearsal.deliver("fine", now).await);
    rehearsal.fault(json!({ "kind": "poison", "item": poison })).await;
    let mailbox = rehearsal.mailbox().await;
    let before = rehearsal.graph.calls().round_trips;
    assert!(matches!(mailbox.mime(&poison).await, Err(Error::PoisonItem(_))));
    assert_eq!(rehearsal.graph.calls().round_trips, before + 1, "it will not be better the next time");
    assert!(mailbox.json(&poison).await.is_ok());
    assert!(mailbox.mime(&fine).await.is_ok());
}

#[tokio::test]
async fn marking_reads_and_categorises_in_one_round_trip() {
    let rehearsal = Rehearsal::start().await;
    let ids = deliver_many(&rehearsal, 20, rehearsal.now().await).await;
    let mailbox = rehearsal.mailbox().await;
    let to_mark: Vec<ToMark> = mailbox.newest(20).await.unwrap().into_iter().map(to_mark).collect();
    let before = rehearsal.graph.calls();
    let marked = mailbox.mark(&to_mark).await.unwrap();
    let after = rehearsal.graph.calls();
    assert!(marked.iter().all(|one| one.result.is_ok()), "{marked:?}");
    assert_eq!((marked.len(), after.round_trips - before.round_trips), (20, 1));
    assert_eq!(after.requests - before.requests, 20, "each part counts for Microsoft");
    let shown = rehearsal.shown(&ids[0]).await;
    assert_eq!((&shown["isRead"], &shown["categories"]), (&json!(true), &json!(["Postdesk"])));
}

#[tokio::test]
async fn a_persons_own_category_survives_our_marking() {
    let rehearsal = Rehearsal::start().await;
    let id = rehearsal.deliver("vip", rehearsal.now().await).await;
    let mailbox = rehearsal.mailbox().await;
    let seen = mailbox.newest(1).await.unwrap().remove(0);
    // A person puts a category on it after we looked.
    let theirs = ToMark { add: vec!["VIP".into()], ..to_mark(seen.clone()) };
    assert!(mailbox.mark(&[theirs]).await.unwrap()[0].result.is_ok());
    let marked = mailbox.mark(&[to_mark(seen.clone())]).await.unwrap();
    assert!(marked[0].result.is_ok(), "{marked:?}");
    assert_eq!(rehearsal.shown(&id).await["categories"], json!(["VIP", "Postdesk"]));
    // Without a version it is read first.
    let blind = ToMark { categories: Vec::new(), etag: None, add: vec!["Third".into()], ..to_mark(seen) };
    assert!(mailbox.mark(&[blind]).await.unwrap()[0].result.is_ok());
    assert_eq!(rehearsal.shown(&id).await["categories"], json!(["VIP", "Postdesk", "Third"]));
}

#[tokio::test]
async fn a_message_that_is_gone_does_not_keep_the_others_from_being_marked() {
    let rehearsal = Rehearsal::start().await;
    deliver_many(&rehearsal, 2, rehearsal.now().await).await;
    let mailbox = rehearsal.mailbox().await;
    let items = mailbox.newest(2).await.unwrap();
    let url = format!(
        "{}/_sandbox/mailboxes/{}/messages/{}",
        rehearsal.sandbox.base(),
        crate::rehearsal::SUPPORT,
        items[0].id
    );
    rehearsal.http.delete(url).send().await.unwrap().error_for_status().unwrap();
    let marked = mailbox.mark(&items.iter().cloned().map(to_mark).collect::<Vec<_>>()).await.unwrap();
    for one in marked {
        match one.result {
            Ok(()) => assert_eq!(one.id, items[1].id),
            Err(error) => {
                assert_eq!(one.id, items[0].id);
                assert!(matches!(error, Error::NotFound(_)), "{error:?}");
            }
        }
    }
}

fn to_mark(item: exchange::graph::ItemRef) -> ToMark {
    ToMark { id: item.id, categories: item.categories, etag: item.etag, add: vec!["Postdesk".into()] }
}
