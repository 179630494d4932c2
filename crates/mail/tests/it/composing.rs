//! Answers on their way out: threaded, marked, and impossible to inject into.

use mail::compose::mint_message_id;
use mail::{Address, Kind, Mailbox, MessageId, Outgoing, OutgoingAttachment, read};

pub fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: name.to_owned(), address: Address::parse(address).unwrap() }
}

pub fn outgoing() -> Outgoing {
    Outgoing {
        message_id: MessageId::parse("<out1.pd@desk.example>").unwrap(),
        from: mailbox("サポート窓口", "help@desk.example"),
        to: vec![mailbox("Doe, Jane", "jane@example.com")],
        cc: vec![mailbox("", "boss@example.com")],
        subject: "Re: ご注文の件について".to_owned(),
        text: "こんにちは。\n二行目\n.\nFrom the start".to_owned(),
        html: "<p>こんにちは。</p>".to_owned(),
        in_reply_to: MessageId::parse("<in1@example.com>"),
        references: vec![
            MessageId::parse("<in0@example.com>").unwrap(),
            MessageId::parse("<in1@example.com>").unwrap(),
        ],
        automatic: false,
        mark: "row-42".to_owned(),
        attachments: Vec::new(),
    }
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let mut mail = outgoing();
    mail.attachments = vec![
        OutgoingAttachment {
            name: "とても長い日本語のファイル名がついた見積書の最終版その二（確認済み）.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            content_id: None,
            content: (0..=255).collect(),
        },
        OutgoingAttachment {
            name: "notes.txt".to_owned(),
            content_type: "text/plain".to_owned(),
            content_id: None,
            content: b"a\nb\r\nc".to_vec(),
        },
        OutgoingAttachment {
            name: "p.png".to_owned(),
            content_type: "image/png".to_owned(),
            content_id: Some("pic@x".to_owned()),
            content: b"GIF89a\x01\0\x01\0\x80\0\0".to_vec(),
        },
        OutgoingAttachment {
            name: "m.eml".to_owned(),
            content_type: "message/rfc822".to_owned(),
            content_id: None,
            content: b"From: x\n\ny".to_vec(),
        },
    ];
    mail.html.push_str("<img src=\"cid:pic@x\">");
    let raw = mail.to_mime();
    let letter = read(&raw);
    assert_eq!(letter.subject, mail.subject);
    assert_eq!(letter.from.as_ref(), Some(&mail.from));
    assert_eq!((letter.to.clone(), letter.cc.clone()), (mail.to.clone(), mail.cc.clone()));
    assert_eq!(letter.message_id.as_ref(), Some(&mail.message_id));
    assert_eq!(letter.in_reply_to, [mail.in_reply_to.clone().unwrap()]);
    assert_eq!(letter.references, mail.references);
    assert_eq!(letter.text.trim_end(), mail.text);
    assert_eq!(letter.html.as_deref().map(str::trim_end), Some(mail.html.as_str()));
    assert_eq!(letter.own_mark.as_deref(), Some("row-42"));
    assert_eq!(letter.kind, Kind::Ordinary);
    let contents: Vec<(&str, &[u8], bool)> =
        letter.attachments.iter().map(|a| (a.name.as_str(), a.content.as_slice(), a.inline)).collect();
    let mut expected: Vec<(&str, &[u8], bool)> = mail
        .attachments
        .iter()
        .map(|a| (a.name.as_str(), a.content.as_slice(), a.content_id.is_some()))
        .collect();
    expected.sort_by_key(|(_, _, inline)| !inline);
    assert_eq!(contents, expected);
}

#[test]
fn every_line_ends_in_crlf_and_is_short_enough() {
    let mut mail = outgoing();
    mail.text = "x".repeat(5_000) + "\n" + &"長い".repeat(3_000);
    let raw = mail.to_mime();
    for (n, line) in raw.split(|b| *b == b'\n').enumerate() {
        let last = n == raw.iter().filter(|b| **b == b'\n').count();
        assert!(last || line.ends_with(b"\r"), "line {n}");
        assert!(line.len() <= 999, "line {n}");
        assert!(!line.strip_suffix(b"\r").unwrap_or(line).contains(&b'\r'), "line {n}");
    }
    assert!(raw.is_ascii());
}

#[test]
fn a_rules_mail_says_that_nobody_should_answer_it_by_itself() {
    let mut mail = outgoing();
    mail.automatic = true;
    let letter = read(&mail.to_mime());
    assert!(letter.kind.is_automatic());
    let header = |name: &str| letter.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header("X-Auto-Response-Suppress"), Some("DR, RN, NRN, OOF, AutoReply"));
}

#[test]
fn a_minted_message_id_is_well_formed_whatever_it_is_made_of() {
    assert_eq!(mint_message_id("abc123", "desk.example").bracketed(), "<abc123.pd@desk.example>");
    for (unique, domain) in [("", ""), ("a b\r\n", "x>\r\nBcc: y"), ("é", "日本.example")] {
        let id = mint_message_id(unique, domain);
        assert_eq!(MessageId::parse(id.as_str()), Some(id));
    }
}

/// `References` of a ticket that went on for months would grow until some server cuts it off within an id.
#[test]
fn a_long_thread_keeps_its_first_and_its_newest_ids() {
    let id = |n: usize| MessageId::parse(&format!("<{n}.{}@example.com>", "x".repeat(150))).unwrap();
    let thread: Vec<MessageId> = (0..40).map(id).collect();
    let raw = String::from_utf8(Outgoing { references: thread.clone(), ..outgoing() }.to_mime()).unwrap();
    let (_, rest) = raw.split_once("\r\nReferences: ").unwrap();
    let lines: Vec<&str> = rest.split("\r\n").take_while(|line| line.starts_with(['<', ' '])).collect();
    assert!(lines.iter().map(|line| line.len()).sum::<usize>() <= 2_100, "{lines:?}");
    let kept = read(raw.as_bytes()).references;
    assert_eq!((kept.first(), kept.last()), (thread.first(), thread.last()));
    assert!(kept.len() > 8 && kept[1..] == thread[40 - (kept.len() - 1)..], "{kept:?}");
    assert_eq!(mail::compose::bounded(&thread[..3]).len(), 3, "a short one stays whole");
    assert!(mail::compose::bounded(&[]).is_empty());
}
