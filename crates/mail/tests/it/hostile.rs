//! Mail that breaks readers. Each must give a letter, in time that grows with its size and no faster.

use std::time::{Duration, Instant};

use mail::{Unreadable, html, read, read_graph_json};
use proptest::prelude::*;

use crate::plain_mail;

/// Ample for a slow machine and an unoptimised build; quadratic behaviour would take hours.
const PATIENCE: Duration = Duration::from_secs(60);

fn read_in_time(what: &str, raw: &[u8]) -> mail::Letter {
    let start = Instant::now();
    let letter = read(raw);
    assert!(start.elapsed() < PATIENCE, "{what} took {:?}", start.elapsed());
    assert_eq!(letter.size, raw.len() as u64, "{what}");
    letter
}

#[test]
fn nothing_at_all_is_a_letter_that_says_it_is_empty() {
    let letter = read(b"");
    assert_eq!(letter.unreadable, Some(Unreadable::Empty));
    assert_eq!(letter.content_key.len(), 64);
}

#[test]
fn bytes_without_a_header_show_their_text_and_say_so() {
    for raw in [&b"hello, can you help me"[..], b"\0\0\0\0", b"\r\n\r\n", b"just words\n\nand more"] {
        let letter = read(raw);
        assert_eq!(letter.unreadable, Some(Unreadable::NoHeaders), "{raw:?}");
    }
    assert_eq!(read(b"hello, can you help me").text, "hello, can you help me");
    assert_ne!(read(b"\0").content_key, read(b"\0\0").content_key, "different bytes are different mails");
}

#[test]
fn a_mail_without_sender_and_without_message_id_is_read() {
    let letter = read(b"Subject: who am I\r\n\r\nno idea\r\n");
    assert_eq!((letter.from, letter.message_id, letter.unreadable), (None, None, None));
    assert_eq!(letter.text.trim(), "no idea");
}

#[test]
fn forty_megabytes_of_attachment_are_read() {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n";
    let mut raw = String::from(
        "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee file\r\n--b\r\n\
         Content-Type: application/zip; name=big.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    );
    raw.push_str(&line.repeat(40 * 1024 * 1024 / line.len()));
    raw.push_str("--b--\r\n");
    let letter = read_in_time("40 MB", raw.as_bytes());
    assert_eq!(letter.text, "see file");
    assert_eq!(letter.attachments[0].name, "big.zip");
    assert_eq!(letter.attachments[0].content.len(), 40 * 1024 * 1024 / line.len() * 60);
}

#[test]
fn twelve_megabytes_of_text_are_read() {
    let raw =
        plain_mail("long", &"> yes, and another line of words, which nobody will read\n".repeat(200_000));
    let letter = read_in_time("long text", &raw);
    assert!(letter.text.len() > 10_000_000);
}

#[test]
fn a_thousand_nested_parts_still_show_the_innermost_text() {
    let mut raw = String::from("From: a@b.example\r\nSubject: deep\r\n");
    for depth in 0..1_000 {
        raw.push_str(&format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"));
    }
    raw.push_str("\r\nfound me\r\n");
    for depth in (0..1_000).rev() {
        raw.push_str(&format!("--b{depth}--\r\n"));
    }
    let letter = read_in_time("nested multiparts", raw.as_bytes());
    assert_eq!(letter.subject, "deep");
    assert_eq!(letter.text.trim(), "found me");
}

#[test]
fn a_hundred_thousand_nested_parts_do_not_overflow_anything() {
    let mut raw = String::from("From: a@b.example\r\n");
    for depth in 0..100_000 {
        raw.push_str(&format!(
            "Content-Type: multipart/alternative; boundary=b{depth}\r\n\r\n--b{depth}\r\n"
        ));
    }
    read_in_time("very nested multiparts", raw.as_bytes());
    let rfc822 = format!("From: a@b.example\r\n{}", "Content-Type: message/rfc822\r\n\r\n".repeat(300_000));
    read_in_time("nested mails", rfc822.as_bytes());
}

#[test]
fn a_million_parts_are_cut_off_not_counted_out() {
    let raw = format!(
        "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: image/png\r\n\r\nx\r\n".repeat(100_000)
    );
    let letter = read_in_time("many parts", raw.as_bytes());
    assert_eq!(letter.attachments.len(), 1_000);
}

#[test]
fn multiparts_whose_boundary_never_comes_cost_nothing_extra() {
    let part = "--b\r\nContent-Type: multipart/mixed; boundary=never\r\n\r\nlost words\r\n";
    let raw = format!(
        "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        part.repeat(100_000)
    );
    read_in_time("lost boundaries", raw.as_bytes());
}

#[test]
fn a_multipart_whose_boundary_never_comes_shows_its_text() {
    let raw =
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=never\r\n\r\nthese words count\r\n";
    assert_eq!(read(raw).text.trim(), "these words count");
}

#[test]
fn ten_thousand_headers_are_read_and_five_hundred_kept() {
    let mut raw = String::from("From: a@b.example\r\n");
    for n in 0..10_000 {
        raw.push_str(&format!("X-Header-{n}: value {n}\r\n"));
    }
    raw.push_str("Subject: still here\r\n\r\nbody");
    let letter = read_in_time("10,000 headers", raw.as_bytes());
    assert_eq!(letter.subject, "still here");
    assert_eq!(letter.headers.len(), 500);
    assert_eq!(letter.text, "body");
}

#[test]
fn endless_header_fields_are_read_in_time() {
    for (what, field) in [
        ("addresses", "To: ".to_owned() + &"a@b.example, ".repeat(1_000_000)),
        ("open brackets", "To: ".to_owned() + &"<".repeat(5_000_000)),
        ("open comments", "From: ".to_owned() + &"(".repeat(5_000_000)),
        ("open quotes", "From: ".to_owned() + &"\"".repeat(5_000_000)),
        ("encoded words", "Subject: ".to_owned() + &"=?utf-8?B?44GC?= ".repeat(500_000)),
        ("broken encoded words", "Subject: ".to_owned() + &"=?utf-8?B?".repeat(1_000_000)),
        ("question marks", "Subject: ".to_owned() + &"=?".repeat(5_000_000)),
        ("references", "References: ".to_owned() + &"<a@b> ".repeat(1_000_000)),
        ("parameters", "Content-Type: text/plain".to_owned() + &"; a*0*=utf-8''x".repeat(500_000)),
        ("dates", "Date: ".to_owned() + &"(".repeat(1_000_000)),
        ("folds", "Subject: a".to_owned() + &"\r\n ".repeat(1_000_000)),
    ] {
        read_in_time(what, format!("{field}\r\n\r\nbody").as_bytes());
    }
}

#[test]
fn nul_bytes_never_come_through() {
    let raw = b"From: a\0b <a@b.example>\r\nSubject: nu\0l\r\nX-Odd: \0\r\n\r\nbo\0dy\r\n";
    let letter = read(raw);
    let all = format!("{letter:?}");
    assert!(!all.contains("\\0") && !all.contains('\0'), "databases refuse NUL in text: {all}");
    assert_eq!(letter.text.trim(), "body");
}

#[test]
fn html_made_to_be_slow_is_read_and_cleaned_in_time() {
    for (what, markup) in [
        ("open divs", "<div>".repeat(30_000)),
        ("open formatting", "<font color=red><b><i>".repeat(30_000)),
        (
            "formatting over paragraphs",
            "<p>".to_owned() + &"<a href=x><b>".repeat(5_000) + &"</p><p>x".repeat(5_000),
        ),
        ("open tables", "<table><tr><td>".repeat(10_000)),
        ("open quotes", "<blockquote>".repeat(20_000)),
        ("stray ends", "</div></p></b>".repeat(10_000)),
        ("attributes", format!("<a {}>", "x ".repeat(20_000))),
        (
            "attributes of their own names",
            format!("<a{}>", (0..1_000_000).map(|n| format!(" a{n}=b")).collect::<String>()),
        ),
        ("nested elements", "<div>".repeat(100_000)),
        ("nested lists and cells", "<ul><li><table><tr><td>".repeat(20_000)),
        ("one tag", "<b>".repeat(15_000_000)),
        ("sheets", "<style>a b c{color:red}</style><a><b><c>".repeat(20_000)),
        ("angle brackets", "<".repeat(100_000)),
        ("entities", "&amp".repeat(100_000)),
        ("comments", "<!--".repeat(100_000)),
    ] {
        let raw = format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{markup}");
        let start = Instant::now();
        let letter = read_in_time(what, raw.as_bytes());
        html::clean(letter.html.as_deref().unwrap_or_default(), html::RemotePictures::Blocked, &|_| None);
        assert!(start.elapsed() < PATIENCE, "{what} took {:?}", start.elapsed());
    }
}

#[test]
fn json_of_a_message_is_read_whatever_is_missing() {
    for json in ["", "null", "[]", "{}", "{\"body\":null,\"from\":null,\"subject\":null}", "{\"from\":7}"] {
        assert_eq!(read_graph_json(json.as_bytes()).unreadable, Some(Unreadable::NoMime), "{json}");
    }
}

/// The wrapped contents of the corpus, each with its type.
static WRAPPINGS: std::sync::LazyLock<Vec<(&str, Vec<u8>)>> = std::sync::LazyLock::new(wrappings);

fn wrappings() -> Vec<(&'static str, Vec<u8>)> {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut found = Vec::new();
    for (folder, mime) in [
        ("protected/smime-opaque.eml", "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"),
        (
            "protected/smime-opaque-streamed.eml",
            "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        ),
        (
            "protected/smime-opaque-twice.eml",
            "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        ),
        ("winmail/rtf-from-html.eml", "application/ms-tnef; name=winmail.dat"),
        ("winmail/receipt-read.eml", "application/ms-tnef; name=winmail.dat"),
    ] {
        found.push((mime, wrapped_in(&std::fs::read(corpus.join(folder)).expect("the corpus has it"))));
    }
    found
}

/// The longest run of base64 of a mail, decoded.
fn wrapped_in(mail: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let text = String::from_utf8_lossy(mail).replace('\r', "");
    let is_encoded = |block: &&str| {
        block.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\n'))
    };
    let longest = text
        .split("\n\n")
        .flat_map(|block| block.split("\n--"))
        .filter(is_encoded)
        .max_by_key(|block| block.len());
    let encoded: String = longest.expect("something is wrapped").split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(encoded).expect("base64")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_a_letter(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let letter = read(&raw);
        prop_assert_eq!(letter.content_key.len(), 64);
        prop_assert_eq!(letter.size, raw.len() as u64);
    }

    #[test]
    fn any_mixture_of_mail_grammar_gives_a_letter(
        pieces in proptest::collection::vec(proptest::sample::select(&GRAMMAR[..]), 0..60)
    ) {
        let raw = pieces.concat();
        let letter = read(raw.as_bytes());
        for attachment in &letter.attachments {
            prop_assert!(!attachment.name.is_empty());
            prop_assert!(!attachment.name.contains(['/', '\\', '\r', '\n', '\0']), "{:?}", attachment.name);
        }
        html::clean(letter.html.as_deref().unwrap_or_default(), html::RemotePictures::Allowed, &|_| None);
    }

    #[test]
    fn any_json_gives_a_letter(json in ".{0,400}") {
        prop_assert_eq!(read_graph_json(json.as_bytes()).unreadable, Some(Unreadable::NoMime));
    }

    /// Signed data and winmail.dat that were damaged on the way: random bytes end at the first field, these reach the depths.
    #[test]
    fn damage_anywhere_in_a_wrapping_gives_a_letter(
        which in any::<proptest::sample::Index>(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..12),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        use base64::Engine as _;
        let (mime, mut inside) = which.get(&WRAPPINGS).clone();
        for (at, byte) in damage {
            let at = at.index(inside.len());
            inside[at] = byte;
        }
        inside.truncate(cut.map_or(inside.len(), |at| at.index(inside.len())));
        let encoded = base64::engine::general_purpose::STANDARD.encode(&inside);
        let raw = format!("From: a@b.example\r\nContent-Type: {mime}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}");
        let letter = read(raw.as_bytes());
        prop_assert_eq!(letter.size, raw.len() as u64);
        let shows = !letter.text.is_empty() || letter.html.is_some() || !letter.attachments.is_empty();
        prop_assert!(shows || letter.kind != mail::Kind::Ordinary || inside.is_empty(), "nothing vanishes without a trace");
    }

    /// Wrapped files and calendars are read by code that sees no mail otherwise: they must bear anything, too.
    #[test]
    fn any_bytes_in_a_wrapping_give_a_letter(inside in proptest::collection::vec(any::<u8>(), 0..600)) {
        use base64::Engine as _;
        let wrapped = [&[0x78, 0x9f, 0x3e, 0x22, 0, 0][..], &inside].concat();
        let encoded = base64::engine::general_purpose::STANDARD.encode(wrapped);
        let raw = format!("From: a@b.example\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}");
        prop_assert_eq!(read(raw.as_bytes()).size, raw.len() as u64);
    }

    #[test]
    fn any_mixture_of_calendar_lines_gives_a_letter(
        lines in proptest::collection::vec(proptest::sample::select(&CALENDAR[..]), 0..40)
    ) {
        let raw = format!("From: a@b.example\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n{}", lines.concat());
        prop_assert_eq!(read(raw.as_bytes()).size, raw.len() as u64);
    }
}

const GRAMMAR: [&str; 34] = [
    "From: ",
    "To: ",
    "Subject: ",
    "Content-Type: ",
    "multipart/mixed; boundary=b",
    "multipart/alternative; boundary=\"c\"",
    "text/plain; charset=iso-2022-jp",
    "text/html",
    "message/rfc822",
    "\r\n",
    "\n",
    "\r\n\r\n",
    "--b\r\n",
    "--c\r\n",
    "--b--\r\n",
    "--c--",
    "=?utf-8?B?",
    "44GC?=",
    "=?x?Q?=41?= ",
    "\u{1b}$B$\"\u{1b}(B",
    "<a@b.example>",
    "Content-Disposition: attachment; filename=",
    "\"../../etc/passwd\"",
    "filename*=utf-8''%E3%81%82%00.txt",
    "Content-Transfer-Encoding: base64\r\n",
    "QUJD",
    "=",
    "<blockquote type=cite>",
    "<div class=gmail_quote>",
    "> quoted\r\n",
    "On 1 May wrote:\r\n",
    "差出人: x\r\n",
    "\0",
    "Content-ID: <x>\r\n",
];

/// Pieces that calendars are made of, in any order and state.
const CALENDAR: [&str; 26] = [
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VTIMEZONE\r\n",
    "END:VTIMEZONE\r\n",
    "BEGIN:STANDARD\r\n",
    "END:STANDARD\r\n",
    "METHOD:REQUEST\r\n",
    "METHOD:\r\n",
    "SUMMARY:x",
    "\r\n ",
    "\r\n",
    "DTSTART:99999999T999999Z\r\n",
    "DTSTART;TZID=Tokyo Standard Time:20260229T250000\r\n",
    "DTSTART;VALUE=DATE:00000000\r\n",
    "DTEND:2026",
    "TZID:Nowhere\r\n",
    "TZOFFSETTO:+9999\r\n",
    "TZOFFSETFROM:-0000\r\n",
    "RRULE:FREQ=SECONDLY;COUNT=99999999;INTERVAL=0\r\n",
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:\r\n",
    "ORGANIZER;CN=\"",
    ";;;:::",
    "BEGIN:",
    "\u{0}日本",
];
