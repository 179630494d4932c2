//! Nothing that a person or a foreign mail gives us can add a header, a recipient or a part to a mail that leaves; and what leaves is
//! read by programs that know no more than the standards.

use base64::Engine as _;
use mail::{Address, Mailbox, MessageId, OutgoingAttachment, read};
use proptest::prelude::*;

use crate::composing::outgoing;

/// Text that tries: control characters, header names, encoded words, quotes.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\nBcc: victim@example.com\r\n".to_owned()),
        Just("\nBcc: victim@example.com\n\n<script>".to_owned()),
        Just("\rBcc: victim@example.com".to_owned()),
        Just("\r\r\n\r\n--".to_owned()),
        Just("=?utf-8?B?DQpCY2M6IHg=?=".to_owned()),
        Just("=?utf-8?Q?=0D=0ABcc:_victim@example.com?=".to_owned()),
        Just("\" <victim@example.com>, \"".to_owned()),
        Just("\u{85}\u{2028}Bcc: victim@example.com\u{2029}\u{b}\u{c}\0\u{7f}".to_owned()),
        Just("山田太郎（営業部）🎉".to_owned()),
        "[ -~]{0,20}",
        "\\PC{0,10}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// An address of somebody who tries: whatever our own door lets in.
fn nasty_address() -> impl Strategy<Value = Option<Address>> {
    (nasty(), "[a-z]{1,8}").prop_map(|(local, domain)| Address::parse(&format!("{local}x@{domain}.example")))
}

fn nasty_id() -> impl Strategy<Value = Option<MessageId>> {
    (nasty(), 0u8..9).prop_map(|(text, n)| MessageId::parse(&format!("<{text}{n}@x.example>")))
}

/// Names of the header fields of each part, lower case; the mail's own first.
fn headers_of_all_parts(raw: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let boundaries: Vec<&str> =
        text.split("boundary=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut blocks = vec![names(&text)];
    let mut at = 0;
    for line in text.split_inclusive("\r\n") {
        at += line.len();
        if boundaries.iter().any(|boundary| line.trim_end() == format!("--{boundary}")) {
            blocks.push(names(text.get(at..).unwrap()));
        }
    }
    blocks
}

fn names(block: &str) -> Vec<String> {
    let head = block.split("\r\n\r\n").next().unwrap_or_default();
    head.split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap_or_default().to_ascii_lowercase())
        .collect()
}

/// A header field, unfolded and decoded as the simplest reader of RFC 2047 does: each word for itself.
fn decoded(raw: &[u8], name: &str) -> String {
    let text = std::str::from_utf8(raw).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    let begin = head.find(&format!("\r\n{name}: ")).unwrap() + name.len() + 4;
    let mut value = String::new();
    for (n, line) in head.get(begin..).unwrap().split("\r\n").enumerate() {
        if n > 0 && !line.starts_with([' ', '\t']) {
            break;
        }
        assert!(!line.contains("=?") || line.len() + if n == 0 { name.len() + 2 } else { 0 } <= 76, "{line}");
        value.push_str(line);
    }
    let mut out = String::new();
    let mut after_word = false;
    for word in value.split(' ').filter(|word| !word.is_empty()) {
        let inner = word.strip_prefix("=?").and_then(|word| word.strip_suffix("?="));
        let Some(inner) = inner else {
            out.push_str(if out.is_empty() { "" } else { " " });
            out.push_str(word);
            after_word = false;
            continue;
        };
        assert!(word.len() <= 75, "an encoded word of {} characters", word.len());
        let mut fields = inner.split('?');
        assert!(fields.next().unwrap().eq_ignore_ascii_case("utf-8"), "{word}");
        assert!(fields.next().unwrap().eq_ignore_ascii_case("b"), "Outlook of old stumbles over Q: {word}");
        let bytes = base64::engine::general_purpose::STANDARD.decode(fields.next().unwrap()).unwrap();
        let whole = std::str::from_utf8(&bytes).expect("a word holds whole characters");
        out.push_str(if after_word || out.is_empty() { "" } else { " " });
        out.push_str(whole);
        after_word = true;
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_can_add_a_header_a_recipient_or_a_part(
        (subject, name, file, kind, cid, mark, body) in (nasty(), nasty(), nasty(), nasty(), nasty(), nasty(), nasty()),
        (to, cc) in (nasty_address(), nasty_address()),
        (in_reply_to, references) in (nasty_id(), proptest::collection::vec(nasty_id(), 0..4)),
    ) {
        let mut mail = outgoing();
        mail.subject = subject;
        mail.from.name = name.clone();
        mail.to[0].name = name.clone();
        mail.to.extend(to.map(|address| Mailbox { name: name.clone(), address }));
        mail.cc.extend(cc.map(|address| Mailbox { name, address }));
        mail.in_reply_to = in_reply_to;
        mail.references = references.into_iter().flatten().collect();
        mail.mark = mark;
        mail.text = body.clone();
        mail.html = body;
        mail.attachments = vec![
            OutgoingAttachment { name: file.clone(), content_type: kind.clone(), content_id: Some(cid), content: vec![7] },
            OutgoingAttachment { name: file, content_type: kind, content_id: None, content: vec![8] },
        ];
        let raw = mail.to_mime();
        // Only addresses and ids of other alphabets have no other form (RFC 6532).
        let foreign = mail.recipients().any(|address| !address.as_str().is_ascii())
            || mail.in_reply_to.iter().chain(&mail.references).any(|id| !id.as_str().is_ascii());
        for (n, byte) in raw.iter().enumerate() {
            let (before, after) = (n.checked_sub(1).map(|n| raw[n]), raw.get(n + 1).copied());
            prop_assert!(*byte != b'\n' || before == Some(b'\r'), "a bare line feed");
            prop_assert!(*byte != b'\r' || after == Some(b'\n'), "a bare carriage return");
            prop_assert!(*byte != 0 && (foreign || byte.is_ascii()), "{byte} at {n}");
        }
        prop_assert!(raw.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
        let mut expected = vec!["from", "to", "subject", "message-id", "x-postdesk-outbox", "cc"];
        expected.extend(mail.in_reply_to.as_ref().map(|_| "in-reply-to"));
        expected.extend((!mail.references.is_empty()).then_some("references"));
        expected.extend(["date", "mime-version", "content-type"]);
        let blocks = headers_of_all_parts(&raw);
        prop_assert_eq!(&blocks[0], &expected);
        prop_assert_eq!(blocks.len(), 7, "mixed, related, alternative, text, HTML, two files");
        for name in blocks[1..].iter().flatten() {
            let allowed = ["content-type", "content-transfer-encoding", "content-disposition", "content-id"];
            prop_assert!(allowed.contains(&name.as_str()), "{name}");
        }
        let letter = read(&raw);
        let sent: Vec<&Address> = mail.recipients().collect();
        let people: Vec<&Address> = letter.to.iter().chain(&letter.cc).map(|m| &m.address).collect();
        prop_assert_eq!(people, sent);
        // Ids that look like encoded words are decoded when read: Exchange writes long ids so.
        let plain = |id: &&MessageId| !id.as_str().contains("=?");
        if mail.in_reply_to.iter().chain(&mail.references).all(|id| plain(&id)) {
            prop_assert_eq!(letter.in_reply_to.first(), mail.in_reply_to.as_ref());
            prop_assert!(mail.references.iter().all(|id| letter.references.contains(id)));
            prop_assert!(letter.references.len() <= mail.references.len());
        }
        prop_assert_eq!(letter.attachments.len(), 2);
    }

    /// Outlook shows a broken character wherever a word was cut inside one.
    #[test]
    fn a_japanese_subject_is_made_of_whole_short_words(subject in "[ぁ-んァ-ヶ一-龠㈱①🎉]{1,120}") {
        let mut mail = outgoing();
        mail.subject = subject.clone();
        mail.from.name = subject.clone();
        let raw = [b"X: y\r\n".to_vec(), mail.to_mime()].concat();
        prop_assert_eq!(decoded(&raw, "Subject"), subject.clone());
        prop_assert_eq!(decoded(&raw, "From"), format!("{subject} <help@desk.example>"));
    }
}

/// RFC 2231 for programs of today; encoded words in `name` for the others.
#[test]
fn a_japanese_file_name_is_written_both_ways() {
    let name = "御見積書（株式会社サンプル御中）2026年11月分_最終版.xlsx";
    let mut mail = outgoing();
    mail.attachments = vec![OutgoingAttachment {
        name: name.to_owned(),
        content_type: "application/pdf".to_owned(),
        content_id: None,
        content: vec![1],
    }];
    let raw = String::from_utf8(mail.to_mime()).unwrap();
    let begin = raw.find("application/pdf").unwrap();
    let head = raw.get(begin..).unwrap().split("\r\n\r\n").next().unwrap();
    let (by_words, by_percent) = head.split_once("Content-Disposition: attachment;").unwrap();
    let words: Vec<u8> = by_words
        .split("=?UTF-8?B?")
        .skip(1)
        .flat_map(|word| {
            let inner = word.split("?=").next().unwrap();
            let bytes = base64::engine::general_purpose::STANDARD.decode(inner).unwrap();
            assert!(std::str::from_utf8(&bytes).is_ok(), "whole characters");
            bytes
        })
        .collect();
    assert_eq!(String::from_utf8(words).unwrap(), name);
    assert!(by_words.contains("name=\"=?UTF-8?B?"), "{by_words}");
    assert!(by_percent.contains("filename*0*=UTF-8''%E5%BE%A1"), "{by_percent}");
    assert!(head.split("\r\n").all(|line| line.len() <= 78), "{head}");
    assert_eq!(read(raw.as_bytes()).attachments[0].name, name);
}

/// Bodies travel as base64: no line is too long for a server, no dot and no `From` is touched, and Japanese arrives as it left.
#[test]
fn a_japanese_body_has_short_lines_and_comes_back_the_same() {
    let mut mail = outgoing();
    mail.text = format!("{}\n.\nFrom the start\n  字下げ\t末尾の空白 \n", "とても長い一行です。".repeat(500));
    mail.html = format!("<p>{}</p>", "とても長い一行です。".repeat(500));
    let raw = mail.to_mime();
    let text = String::from_utf8(raw.clone()).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(body.split("\r\n").all(|line| line.len() <= 78), "lines of the body");
    assert!(body.contains("charset=\"utf-8\"") && body.contains("Content-Transfer-Encoding: base64"));
    let letter = read(&raw);
    assert_eq!(letter.text.trim_end(), mail.text.trim_end());
    assert_eq!(letter.html.as_deref().map(str::trim_end), Some(mail.html.as_str()));
}
