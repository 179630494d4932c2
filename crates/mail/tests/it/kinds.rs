//! Which mail no robot may answer, and which mail a person wrote.

use mail::{Kind, read};

use crate::mail_of;

fn kind_of(headers: &str) -> Kind {
    let from = if headers.to_lowercase().contains("from:") { "" } else { "From: kim@example.com\n" };
    read(&mail_of(&format!("{from}{headers}"), "words")).kind
}

#[test]
fn automatic_mail_is_known_by_its_header() {
    for (headers, kind) in [
        ("Auto-Submitted: auto-generated", Kind::Automatic),
        ("Auto-Submitted: auto-replied (vacation)", Kind::OutOfOffice),
        ("Precedence: bulk", Kind::Bulk),
        ("Precedence: List", Kind::Bulk),
        ("Precedence: junk", Kind::Bulk),
        ("Precedence: auto_reply", Kind::Automatic),
        ("X-Autoreply: yes", Kind::Automatic),
        ("X-Autorespond: thanks", Kind::Automatic),
        ("X-Auto-Response-Suppress: All", Kind::Automatic),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", Kind::Automatic),
        ("List-Id: News <news.example.com>", Kind::Bulk),
        ("List-Unsubscribe: <https://example.com/u>", Kind::Bulk),
        ("Return-Path: <>", Kind::Automatic),
        ("From: MAILER-DAEMON@example.com", Kind::Automatic),
        ("From: Postmaster <postmaster@example.com>\nSubject: Notice", Kind::Automatic),
        (
            "Subject: Automatic reply: Invoice\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All",
            Kind::OutOfOffice,
        ),
        ("Subject: 自動応答: お見積りの件", Kind::OutOfOffice),
        ("Subject: 【自動返信】お問い合わせありがとうございます", Kind::Automatic),
        ("Subject: Out of Office: Kim", Kind::OutOfOffice),
        ("Subject: 不在通知", Kind::OutOfOffice),
        ("X-MS-Exchange-Message-Is-Ndr: true", Kind::Bounce),
    ] {
        let headers = match headers.contains("Subject") {
            true => headers.to_owned(),
            false => format!("{headers}\nSubject: x"),
        };
        assert_eq!(kind_of(&headers), kind, "{headers}");
    }
}

#[test]
fn a_persons_mail_stays_ordinary() {
    for headers in [
        "Subject: help",
        "Auto-Submitted: no\nSubject: help",
        "Precedence: first-class\nSubject: help",
        "X-Auto-Response-Suppress: RN, NRN\nSubject: no read receipt please",
        "Return-Path: <kim@example.com>\nSubject: help",
        "Subject: Re: Automatic reply: Invoice",
        "Subject: How do I set up an out of office message?",
        "Subject: 配信エラーについて質問です",
        "Subject: 不在通知の設定方法を教えてください\nX-MS-Has-Attach: yes\nThread-Index: AdB\nX-OriginatorOrg: example.com",
    ] {
        let expected = Kind::Ordinary;
        assert_eq!(kind_of(headers), expected, "{headers}");
    }
}

#[test]
fn every_sign_is_kept_as_evidence() {
    let letter =
        read(&mail_of("From: news@example.com\nList-Id: <l.example>\nPrecedence: bulk\nSubject: x", "y"));
    let places: Vec<&str> = letter.signs.iter().map(|sign| sign.place.as_str()).collect();
    assert_eq!(places, ["list-id", "precedence"]);
    assert!(read(&mail_of("From: kim@example.com\nSubject: x", "y")).signs.is_empty());
}
