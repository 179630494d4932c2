//! Faults that come and go with the clock, and the clock itself.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::town::{SUPPORT, Town, code, letter};

const LIST: &str = "/me/mailFolders/inbox/messages";

#[tokio::test]
async fn a_fault_is_scheduled_by_the_stand_ins_clock() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let now: jiff::Timestamp = town.get("clock").await["now"].as_str().unwrap().parse().unwrap();
    let tomorrow = now + jiff::SignedDuration::from_mins(20);
    town.post("faults", &json!({"kind": "mailbox_moving", "after": tomorrow.to_string(), "seconds": 600}))
        .await;
    guest.get(LIST).await;
    town.post("clock", &json!({"advanceSeconds": 1_201})).await;
    let (status, answer) = guest.call(Method::GET, LIST, None).await;
    assert_eq!((status.as_u16(), code(&answer)), (503, "ErrorMailboxMoveInProgress"));
    town.post("clock", &json!({"advanceSeconds": 600})).await;
    guest.get(LIST).await;
    assert_eq!(town.get("faults").await, json!([]), "what is over is not listed");
    assert_eq!(town.get("counters").await["strikes"], json!({"mailbox_moving": 1}), "but it is remembered");
    let (status, _) =
        town.control(Method::POST, "faults", Some(&json!({"kind": "cut", "seconds": -5}))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "nothing ends before it begins");
}

#[tokio::test]
async fn a_day_passes_in_seconds_when_the_clock_runs_faster() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    let at = |value: &Value| value["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let set = town.post("clock", &json!({"speed": 36_000})).await;
    assert_eq!(set["speed"], json!(36_000.0));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let later = town.get("clock").await;
    assert!(at(&later).duration_since(at(&set)) > jiff::SignedDuration::from_hours(2));
    let (status, answer) = guest.call(Method::GET, LIST, None).await;
    assert_eq!(
        (status, code(&answer)),
        (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken"),
        "access tokens age with it"
    );
    let (status, _) = town.control(Method::POST, "clock", Some(&json!({"speed": -1}))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn budgets_are_counted_by_the_clock() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    for n in 0..31 {
        let id = guest.draft("kunde@outside.example", json!({"subject": n.to_string()})).await;
        guest.send(id["id"].as_str().unwrap()).await;
    }
    let outside =
        || async { town.get("outside/kunde@outside.example/messages").await["total"].as_u64().unwrap() };
    crate::town::eventually("thirty mails", || async { (outside().await == 30).then_some(()) }).await;
    town.post("clock", &json!({"advanceSeconds": 60})).await;
    crate::town::eventually("the delayed one", || async { (outside().await == 31).then_some(()) }).await;
}

#[tokio::test]
async fn cursors_may_die_for_good() {
    let town = Town::new().await;
    town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let start = format!("{LIST}/delta");
    let first = guest.get(&start).await;
    let link = first["@odata.deltaLink"].as_str().unwrap().to_owned();
    town.post("faults", &json!({"kind": "resync", "lasting": true, "times": 1})).await;
    guest.get(&start).await;
    assert_eq!(town.get("faults").await[0]["struck"], json!(0), "a call without a token has nothing to lose");
    for _ in 0..3 {
        let (status, answer) = guest.call(Method::GET, &link, None).await;
        assert_eq!((status, code(&answer)), (StatusCode::GONE, "SyncStateNotFound"));
    }
    assert_eq!(town.get("faults").await, json!([]), "struck once, and the token is dead all the same");
    let again = guest.get(&start).await;
    guest.get(again["@odata.deltaLink"].as_str().unwrap()).await;
}

#[tokio::test]
async fn an_exchange_that_wants_rest_says_so_in_two_ways() {
    let town = Town::new().await;
    let guest = town.guest(SUPPORT).await;
    town.post("faults", &json!({"kind": "throttle", "status": 503, "times": 1})).await;
    let (status, answer) = guest.call(Method::GET, LIST, None).await;
    assert_eq!((status.as_u16(), code(&answer)), (503, "UnknownError"));
    assert_eq!(answer["error"]["message"], json!(""), "an empty text, as others saw it");
    town.post("clock", &json!({"advanceSeconds": 1_800})).await;
    town.post("faults", &json!({"kind": "throttle", "retryAfter": "date+30", "times": 1})).await;
    let answer = guest.request(Method::GET, LIST).send().await.unwrap();
    let dated = answer.headers()["retry-after"].to_str().unwrap();
    let date = answer.headers()["date"].to_str().unwrap();
    let read = |text: &str| jiff::fmt::rfc2822::parse(text).unwrap().timestamp();
    let wait = read(dated).duration_since(read(date)).as_secs();
    assert!((29..=31).contains(&wait), "thirty seconds by the stand-in's own clock: {date} {dated}");
}
