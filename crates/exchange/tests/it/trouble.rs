//! Microsoft on a bad day.

use std::time::Duration;

use exchange::{Error, Permissions, Remedy};
use futures_util::future::join_all;
use serde_json::json;

use crate::browser::Person;
use crate::rehearsal::{Rehearsal, answer, support};

#[tokio::test]
async fn every_fault_has_its_class() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    let wait = |millis| Remedy::Wait(Some(Duration::from_millis(millis)));
    for (fault, remedy) in [
        (json!({ "kind": "throttle", "retryAfter": 7 }), wait(7000)),
        (json!({ "kind": "throttle", "retryAfter": 2.128 }), wait(2128)),
        (json!({ "kind": "throttle", "retryAfter": null }), Remedy::Wait(None)),
        (json!({ "kind": "unauthorized" }), Remedy::Refresh),
        (json!({ "kind": "access_denied" }), Remedy::Administrator),
        (json!({ "kind": "mailbox_gone" }), Remedy::MailboxGone),
        (json!({ "kind": "server_error", "status": 502, "effect": "before" }), Remedy::Wait(None)),
        (json!({ "kind": "cut", "effect": "before" }), Remedy::Wait(None)),
    ] {
        rehearsal.fault(fault.clone()).await;
        let error = mailbox.inbox().await.unwrap_err();
        rehearsal.clear_faults().await;
        assert_eq!(error.remedy(), remedy, "{fault}: {error:?}");
        if let Some(trace) = error.trace() {
            assert!(trace.request_id.is_some(), "{fault}: Microsoft's support asks for the request id");
        }
    }
    assert!(mailbox.inbox().await.is_ok());
}

#[tokio::test]
async fn a_wait_said_as_a_date_is_understood() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    rehearsal.fault(json!({ "kind": "throttle", "retryAfter": "date", "times": 1 })).await;
    let error = mailbox.inbox().await.unwrap_err();
    let Error::Throttled { retry_after: Some(wait), .. } = error else { panic!("{error:?}") };
    assert!(wait <= Duration::from_secs(3600), "{wait:?}");
    assert_eq!(rehearsal.graph.calls().throttled, 1);
}

#[tokio::test]
async fn a_reading_call_survives_two_failures() {
    let rehearsal = Rehearsal::start().await;
    let mailbox = rehearsal.mailbox().await;
    for kind in
        [json!({ "kind": "server_error", "status": 503, "times": 2 }), json!({ "kind": "cut", "times": 2 })]
    {
        rehearsal.fault(kind).await;
        let (folder, _, _) = mailbox.inbox().await.unwrap();
        assert!(!folder.is_empty());
    }
}

#[tokio::test]
async fn no_more_than_four_calls_are_under_way_for_one_mailbox() {
    let rehearsal = Rehearsal::start().await;
    let id = rehearsal.deliver("busy", rehearsal.now().await).await;
    let mailbox = rehearsal.mailbox().await;
    rehearsal.fault(json!({ "kind": "slow", "operation": "mime", "millis": 50 })).await;
    let all = join_all((0..20).map(|_| mailbox.mime(&id))).await;
    assert!(all.iter().all(Result::is_ok), "the fifth would have been throttled");
    assert_eq!(rehearsal.look("counters").await["maxConcurrent"], json!(4));
}

#[tokio::test]
async fn an_account_without_a_mailbox_in_exchange_online_is_told_apart() {
    let rehearsal = Rehearsal::start().await;
    for (upn, kind) in [
        ("none@contoso.example", "none"),
        ("onprem@contoso.example", "on_premises"),
        ("gone@contoso.example", "gone"),
    ] {
        rehearsal.person(upn, kind).await;
        let departure = rehearsal.entra.depart(Permissions::Own, None);
        let back = rehearsal.come_back(&departure, Person { upn, ..support() }).await;
        let (code, now) = (answer(&back, "code").unwrap(), rehearsal.now().await);
        let signed_in = rehearsal
            .entra
            .arrive(&code, &departure.verifier, &departure.nonce, Permissions::Own, now)
            .await
            .unwrap();
        let mailbox = rehearsal.graph.mailbox(2, signed_in.tokens.access);
        assert!(mailbox.me().await.is_ok(), "{upn} is a person all the same");
        let error = mailbox.inbox().await.unwrap_err();
        assert!(matches!(error, Error::MailboxGone(_)), "{kind}: {error:?}");
    }
}

#[tokio::test]
async fn every_call_and_every_part_of_a_batch_wishes_for_immutable_ids() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.deliver("ids", rehearsal.now().await).await;
    let mailbox = rehearsal.mailbox().await;
    let item = mailbox.newest(1).await.unwrap().remove(0);
    mailbox.mime(&item.id).await.unwrap();
    let to_mark =
        exchange::graph::ToMark { id: item.id, categories: vec![], etag: item.etag, add: vec!["A".into()] };
    mailbox.mark(&[to_mark]).await.unwrap();
    let log = rehearsal.look("log?limit=1000").await;
    let graph: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["path"].as_str().unwrap().contains("/me") || !entry["batch"].is_null())
        .collect();
    assert!(graph.len() >= 3);
    for entry in graph {
        let headers = entry["requestHeaders"].to_string().to_lowercase();
        assert!(headers.contains("immutableid"), "{entry}");
    }
}
