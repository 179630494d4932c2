//! The way in.

use std::time::Duration;

use smtp::Limits;

use crate::support::{Client, Mood, open};

#[tokio::test]
async fn a_mail_is_kept_with_who_brought_it_before_it_is_acknowledged() {
    let door = open(Limits::default()).await;
    let mut client = Client::at(door.at).await;
    client.begin().await;
    let answer = client.say("Subject: hello\r\n\r\n..dots\r\n.").await;
    let kept = door.desk.kept();
    assert_eq!(answer, format!("250 2.0.0 Kept as {}\r\n", kept[0].id));
    let raw = String::from_utf8(kept[0].raw.clone()).unwrap();
    assert!(
        raw.starts_with(
            "Return-Path: <ann@customer.example>\r\nReceived: from mx.example.com ([127.0.0.1])\r\n"
        ),
        "{raw}"
    );
    assert!(raw.contains(&format!("with ESMTP id {}\r\n\tfor <help@desk.example>;", kept[0].id)), "{raw}");
    assert!(raw.ends_with("\r\nSubject: hello\r\n\r\n.dots\r\n"), "{raw}");
    assert_eq!(client.say("QUIT").await, "221 2.0.0 Goodbye\r\n");
    assert_eq!(client.hear().await, "");
}

/// A full disk must cost no mail: the other server keeps it, and may try again in the same conversation.
#[tokio::test]
async fn a_full_disk_is_answered_with_come_again() {
    let door = open(Limits::default()).await;
    door.desk.feels(Mood::NoRoom);
    let mut client = Client::at(door.at).await;
    client.begin().await;
    assert!(client.say("a\r\n.").await.starts_with("451 4.3.0"));
    door.desk.feels(Mood::Well);
    client.begin().await;
    assert!(client.say("a\r\n.").await.starts_with("250"));
    assert_eq!(door.desk.kept().len(), 1);
}

/// The process dies between the mail's end and the answer: the other server has heard no 250, so the mail is its own.
#[tokio::test]
async fn a_death_before_the_answer_leaves_the_mail_with_the_other_server() {
    let door = open(Limits::default()).await;
    door.desk.feels(Mood::Dies);
    let mut client = Client::at(door.at).await;
    client.begin().await;
    client.write(b"a\r\n.\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(door.task);
    assert_eq!(client.hear().await, "");
    assert!(door.desk.kept().is_empty());
}

/// A stop waits for mail that is being kept, and tells everybody else to come again; nothing half said is taken.
#[tokio::test]
async fn a_stop_finishes_what_is_being_kept_and_takes_nothing_half() {
    let door = open(Limits::default()).await;
    door.desk.feels(Mood::Slow(Duration::from_millis(300)));
    let (mut keeping, mut half) = (Client::at(door.at).await, Client::at(door.at).await);
    keeping.begin().await;
    half.begin().await;
    keeping.write(b"whole\r\n.\r\n").await;
    half.write(b"only the begin").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    door.stop.cancel();
    assert!(keeping.hear().await.starts_with("250"));
    assert!(half.hear().await.starts_with("421 4.3.2"));
    door.task.await.unwrap();
    assert_eq!(door.desk.kept().len(), 1);
}

#[tokio::test]
async fn one_mail_may_be_for_several_and_a_wrong_one_among_them_harms_nobody() {
    let door = open(Limits::default()).await;
    let mut client = Client::at(door.at).await;
    client
        .write(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<help@desk.example>\r\nRCPT TO:<x@elsewhere.example>\r\nRCPT TO:<later@desk.example>\r\nRCPT TO:<Sales@desk.example>\r\nDATA\r\n")
        .await;
    let mut codes = Vec::new();
    for _ in 0..7 {
        codes.push(client.hear().await[..3].to_owned());
    }
    assert_eq!(codes, ["250", "250", "250", "550", "451", "250", "354"]);
    assert!(client.say("a\r\n.").await.starts_with("250"));
    let kept = &door.desk.kept()[0];
    let to: Vec<_> = kept.recipients.iter().map(mail::Address::as_str).collect();
    assert_eq!((to, kept.from.as_deref()), (vec!["help@desk.example", "sales@desk.example"], None));
}

#[tokio::test]
async fn a_peer_cannot_take_all_seats_and_silence_has_an_end() {
    let limits = Limits { connections_per_peer: 2, silence: Duration::from_millis(300), ..Limits::default() };
    let door = open(limits).await;
    let (mut first, _second) = (Client::at(door.at).await, Client::at(door.at).await);
    let mut third = Client::ungreeted(door.at).await;
    assert!(third.hear().await.starts_with("421 4.7.0"));
    assert!(first.hear().await.starts_with("421 4.4.2"));
    // The seat is free again.
    Client::at(door.at).await;
}

#[tokio::test]
async fn a_mail_larger_than_allowed_is_refused_and_the_next_one_taken() {
    let door = open(Limits { max_size: 100, ..Limits::default() }).await;
    let mut client = Client::at(door.at).await;
    assert!(client.say("EHLO a").await.contains("250-SIZE 100\r\n"));
    client.begin().await;
    assert!(client.say(&format!("{}\r\n.", "a".repeat(120))).await.starts_with("552"));
    client.begin().await;
    assert!(client.say("a\r\n.").await.starts_with("250"));
}
