//! The way out, against our own listener and against servers that misbehave on purpose.

use mail::Address;
use smtp::{Failure, Limits, Route, Security, SendFailure, Sender};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::support::open;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn route(port: u16, security: Security) -> Route {
    Route {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        sign_in: None,
        hostname: "desk.example".to_owned(),
        extra_ca: None,
    }
}

const MAIL: &[u8] = b"Subject: hi\r\n\r\n.dot\r\nend\r\n";

#[tokio::test]
async fn a_mail_goes_to_those_who_are_known_and_says_who_was_not() {
    let door = open(Limits::default()).await;
    let sender = Sender::new(route(door.at.port(), Security::Opportunistic), None);
    let to = [address("help@desk.example"), address("nobody@desk.example"), address("later@desk.example")];
    let offer = sender.offer(&address("me@desk.example"), &to, MAIL).await.unwrap();
    assert_eq!(offer.accepted, [to[0].clone()]);
    let refused: Vec<_> = offer.refused.iter().map(|(to, no)| (to.as_str(), no.permanent, no.code)).collect();
    assert_eq!(refused, [("nobody@desk.example", true, 550), ("later@desk.example", false, 451)]);
    let words = offer.send(MAIL).await.unwrap();
    let kept = door.desk.kept();
    assert!(words.contains(&kept[0].id), "{words}");
    // It was encrypted, and it is what was sent, dots and all.
    assert!(kept[0].peer.encrypted);
    assert!(String::from_utf8_lossy(&kept[0].raw).ends_with("Subject: hi\r\n\r\n.dot\r\nend\r\n"));
}

/// Where encryption was asked for by name, a stranger's certificate gets no mail and no password.
#[tokio::test]
async fn a_strangers_certificate_is_refused_where_a_name_is_asked_for() {
    let door = open(Limits::default()).await;
    let sender = Sender::new(route(door.at.port(), Security::StartTls), None);
    assert!(matches!(sender.check().await, Err(Failure::Unreachable(_))));
    assert!(Sender::new(route(door.at.port(), Security::None), None).check().await.is_ok());
}

#[tokio::test]
async fn nobody_there_means_that_nothing_has_left() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let sender = Sender::new(route(port, Security::None), None);
    let failed = sender.offer(&address("a@b.example"), &[address("c@d.example")], MAIL).await;
    assert!(matches!(failed, Err(Failure::Unreachable(_))));
}

/// A server that says these lines, one for each that it hears, and hangs up at the end; after 354 it reads to the dot first.
async fn scripted(answers: &'static [&'static str]) -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = socket.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut in_mail = false;
        write.write_all(b"220 x\r\n").await.unwrap();
        for answer in answers {
            loop {
                let line = lines.next_line().await.unwrap().unwrap_or_default();
                if !in_mail || line == "." {
                    break;
                }
            }
            in_mail = answer.starts_with("354");
            write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        }
        if in_mail {
            // Takes the whole mail and dies before it answers.
            while lines.next_line().await.unwrap().unwrap_or_default() != "." {}
        }
    });
    port
}

/// The whole point of sending step by step: what was refused may be tried again, what is in doubt may not.
#[tokio::test]
async fn only_a_loss_after_the_mail_was_handed_over_is_uncertain() {
    enum Is {
        Sent,
        Refused { permanent: bool },
        Uncertain,
    }
    for (answers, is) in [
        (&["250 x", "250 a", "250 b", "354 go", "250 taken"][..], Is::Sent),
        (&["250 x", "250 a", "250 b", "354 go", "554 spam"], Is::Refused { permanent: true }),
        (&["250 x", "250 a", "250 b", "354 go", "452 full"], Is::Refused { permanent: false }),
        (&["250 x", "250 a", "250 b", "451 no data"], Is::Refused { permanent: false }),
        (&["250 x", "250 a", "250 b"], Is::Refused { permanent: false }),
        (&["250 x", "250 a", "250 b", "354 go"], Is::Uncertain),
    ] {
        let sender = Sender::new(route(scripted(answers).await, Security::None), None);
        let offer = sender.offer(&address("a@b.example"), &[address("c@d.example")], MAIL).await.unwrap();
        let sent = offer.send(MAIL).await;
        match (is, &sent) {
            (Is::Sent, Ok(_)) | (Is::Uncertain, Err(SendFailure::Uncertain(_))) => {}
            (Is::Refused { permanent }, Err(SendFailure::Refused(no))) if no.permanent == permanent => {}
            _ => panic!("{answers:?} gave {sent:?}"),
        }
    }
}

#[tokio::test]
async fn a_refused_sender_and_a_dying_server_are_told_apart_before_anything_leaves() {
    for (answers, refused) in [
        (&["250 x", "550 not you"][..], Some(true)),
        (&["250 x", "450 not now"], Some(false)),
        (&["250 x", "421 goodbye"], None),
        (&["250 x"], None),
        (&["250 x", "250 a"], None),
        (&["554 no"], None),
    ] {
        let sender = Sender::new(route(scripted(answers).await, Security::None), None);
        let failed = sender.offer(&address("a@b.example"), &[address("c@d.example")], MAIL).await;
        match (refused, failed.err()) {
            (Some(permanent), Some(Failure::Refused(no))) if no.permanent == permanent => {}
            (None, Some(Failure::Unreachable(_))) => {}
            (_, other) => panic!("{answers:?} gave {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_password_that_is_refused_says_so() {
    let port = scripted(&["250-x\r\n250 AUTH PLAIN", "535 5.7.8 no"]).await;
    let mut route = route(port, Security::None);
    route.sign_in = Some(("me".to_owned(), "wrong".to_owned().into()));
    match Sender::new(route, None).check().await {
        Err(Failure::SignIn(no)) => assert_eq!(no.code, 535),
        other => panic!("{other:?}"),
    }
}
