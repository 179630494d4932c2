//! Structure: which part is the body, which is a file, what the header says.

use mail::{AuthVerdict, Unreadable, read, read_graph_json};

use crate::{mail_of, plain_mail};

const RICH: &str = "From: =?utf-8?Q?J=C3=B6rg?= <Joerg@Example.COM>
To: Help <help@desk.example>, second@desk.example
Cc: \"Doe, Jane\" <jane@example.com>
Reply-To: Team <team@example.com>
Subject: Picture and file
Date: Mon, 23 Nov 2026 08:02:00 +0900
Message-ID: <Case.Matters@Example.com>
In-Reply-To: <one@desk.example>
References: <zero@desk.example>
 <one@desk.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=\"mix\"";

const RICH_BODY: &str = "preamble nobody reads
--mix
Content-Type: multipart/related; boundary=rel

--rel
Content-Type: multipart/alternative; boundary=alt

--alt
Content-Type: text/plain; charset=utf-8

plain words
--alt
Content-Type: text/html; charset=utf-8

<p>rich words <img src=\"cid:pic%40x\"></p>
--alt--
--rel
Content-Type: image/png
Content-ID: <pic@x>
Content-Transfer-Encoding: base64

R0lGODlhAQABAIAAAA==
--rel--
--mix
Content-Type: text/plain; name=notes.txt
Content-Disposition: attachment; filename=\"../../notes.txt\"

file text
--mix
Content-Type: message/rfc822

From: someone@example.com
Subject: The original

inner
--mix
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--mix--
epilogue";

#[test]
fn header_body_and_files_of_a_rich_mail_are_told_apart() {
    let letter = read(&mail_of(RICH, RICH_BODY));
    let from = letter.from.clone().unwrap();
    assert_eq!((from.name.as_str(), from.address.as_str()), ("Jörg", "joerg@example.com"));
    assert_eq!(letter.author().unwrap().address.as_str(), "team@example.com", "Reply-To comes before From");
    assert_eq!(letter.to.len(), 2);
    assert_eq!(letter.cc[0].name, "Doe, Jane");
    assert_eq!(letter.message_id.clone().unwrap().as_str(), "Case.Matters@Example.com");
    assert_eq!(letter.in_reply_to[0].as_str(), "one@desk.example");
    assert_eq!(letter.references.len(), 2);
    assert_eq!(letter.date.unwrap().to_string(), "2026-11-22T23:02:00Z");
    assert_eq!(letter.text, "plain words");
    assert!(letter.html.clone().unwrap().contains("rich words"));
    let files: Vec<(&str, &str, bool)> =
        letter.attachments.iter().map(|a| (a.name.as_str(), a.content_type.as_str(), a.inline)).collect();
    assert_eq!(
        files,
        [
            ("image.png", "image/png", true),
            ("notes.txt", "text/plain", false),
            ("The original.eml", "message/rfc822", false),
            ("invite.ics", "text/calendar", false),
        ]
    );
    assert_eq!(
        letter.attachments[2].content,
        b"From: someone@example.com\r\nSubject: The original\r\n\r\ninner"
    );
}

#[test]
fn the_body_is_found_in_every_arrangement() {
    let part = |content_type: &str, text: &str| format!("--b\nContent-Type: {content_type}\n\n{text}\n");
    for (what, kind, parts, text, has_html) in [
        ("HTML alone", "alternative", vec![part("text/html", "<p>one</p><p>two</p>")], "one\n\ntwo", true),
        (
            "empty text beside HTML",
            "alternative",
            vec![part("text/plain", " "), part("text/html", "<b>bold</b>")],
            "bold",
            true,
        ),
        (
            "text around a picture",
            "mixed",
            vec![part("text/plain", "above"), part("image/png", "x"), part("text/plain", "below")],
            "above\nbelow",
            false,
        ),
        (
            "text then HTML signature",
            "mixed",
            vec![part("text/plain", "words"), part("text/html", "<i>sig</i>")],
            "words\nsig",
            true,
        ),
        ("no type at all", "mixed", vec!["--b\n\nbare\n".to_owned()], "bare", false),
        (
            "AMP in between",
            "alternative",
            vec![
                part("text/plain", "plain"),
                part("text/x-amp-html", "amp"),
                part("text/html", "<p>html</p>"),
            ],
            "plain",
            true,
        ),
    ] {
        let body = format!("{}--b--\n", parts.concat());
        let letter =
            read(&mail_of(&format!("From: a@b.example\nContent-Type: multipart/{kind}; boundary=b"), &body));
        assert_eq!(letter.text, text, "{what}");
        assert_eq!(letter.html.is_some(), has_html, "{what}");
    }
}

#[test]
fn boundaries_that_begin_alike_are_told_apart() {
    let body = "--b\nContent-Type: multipart/alternative; boundary=b1\n\n--b1\nContent-Type: text/plain\n\ninner\n--b1--\n\
                --b\nContent-Type: text/csv; name=a.csv\n\n1,2\n--b--\n";
    let letter = read(&mail_of("From: a@b.example\nContent-Type: multipart/mixed; boundary=b", body));
    assert_eq!(letter.text, "inner");
    assert_eq!(letter.attachments[0].content, b"1,2");
}

#[test]
fn a_file_name_is_never_empty_and_never_a_path() {
    for (declared, name) in [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\\\Users\\\\x\\\\bill.xlsx", "bill.xlsx"),
        ("..", "attachment.pdf"),
        ("", "attachment.pdf"),
        ("   ", "attachment.pdf"),
        (".htaccess", "htaccess"),
        ("a\tb.txt", "a b.txt"),
        ("exe\u{202e}gpj.scr", "exegpj.scr"),
    ] {
        let head = format!(
            "From: a@b.example\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"{declared}\""
        );
        let letter = read(&mail_of(&head, "x"));
        assert_eq!(letter.attachments[0].name, name, "{declared:?}");
    }
}

#[test]
fn very_long_file_names_keep_their_extension() {
    let head = format!("From: a@b.example\nContent-Type: application/pdf; name=\"{}.pdf\"", "長".repeat(300));
    let letter = read(&mail_of(&head, "x"));
    assert!(letter.attachments[0].name.len() <= 200 && letter.attachments[0].name.ends_with("長.pdf"));
}

#[test]
fn broken_transfer_encodings_lose_nothing_that_is_there() {
    for (encoding, body, text) in [
        ("base64", "aGVs bG8g\nd29ybGQ", "hello world"),
        ("base64", "aGVsbG8=\nIHdvcmxk", "hello world"),
        ("quoted-printable", "a=3Db=\nc =ZZ d=", "a=bc =ZZ d"),
        ("8bit", "grüße", "grüße"),
        ("x-unknown", "as it is", "as it is"),
    ] {
        let head = format!(
            "From: a@b.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}"
        );
        assert_eq!(read(&mail_of(&head, body)).text, text, "{encoding} {body:?}");
    }
}

#[test]
fn the_same_mail_without_message_id_has_one_identity_and_another_mail_another() {
    let mail =
        |body: &str| mail_of("From: a@b.example\nDate: Mon, 23 Nov 2026 08:02:00 +0900\nSubject: x", body);
    let (one, again, other) =
        (read(&mail("hello  world")), read(&mail("hello world\n")), read(&mail("hello")));
    assert_eq!(one.identity(), again.identity(), "white space changes on the way");
    assert_ne!(one.identity(), other.identity());
    assert!(one.identity().starts_with("sha:"));
    assert_eq!(read(&plain_mail("x", "y")).identity(), "mid:m1@example.com");
}

#[test]
fn the_verdict_on_the_sender_is_exchanges_and_not_the_senders_own() {
    for (headers, verdict) in [
        ("X-MS-Exchange-Organization-AuthAs: Internal", AuthVerdict::Pass),
        ("X-MS-Exchange-Organization-AuthAs: Anonymous", AuthVerdict::Unknown),
        (
            "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x;\n dkim=pass header.d=x;dmarc=pass action=none header.from=b.example;compauth=pass reason=100",
            AuthVerdict::Pass,
        ),
        (
            "Authentication-Results: spf=fail; dkim=none; dmarc=fail action=none; compauth=fail reason=000",
            AuthVerdict::Fail,
        ),
        (
            "Authentication-Results: spf=none; dkim=none (message not signed); dmarc=none",
            AuthVerdict::Unknown,
        ),
        (
            "Authentication-Results: dmarc=fail; compauth=fail\nAuthentication-Results: dmarc=pass",
            AuthVerdict::Fail,
        ),
        (
            "Authentication-Results: spf=fail smtp.mailfrom=\"a; dmarc=pass \"@x; dmarc=fail",
            AuthVerdict::Fail,
        ),
        ("Authentication-Results: spf=fail (x; dmarc=pass ); dmarc=fail", AuthVerdict::Fail),
    ] {
        assert_eq!(read(&mail_of(&format!("{headers}\nFrom: a@b.example"), "x")).auth, verdict, "{headers}");
    }
}

#[test]
fn a_graph_message_is_read_as_far_as_it_goes() {
    let json = serde_json::json!({
        "subject": "暗号化メール",
        "from": {"emailAddress": {"name": "Kim", "address": "Kim@Example.com"}},
        "toRecipients": [{"emailAddress": {"address": "help@desk.example"}}, {"emailAddress": null}],
        "replyTo": [],
        "body": {"contentType": "html", "content": "<p>こんにちは</p>"},
        "internetMessageId": "<g1@example.com>",
        "sentDateTime": "2026-11-23T01:02:03Z",
        "internetMessageHeaders": [{"name": "References", "value": "<r1@x> <r2@x>"}, {"name": "Auto-Submitted", "value": "auto-replied"}, {"name": null}]
    });
    let letter = read_graph_json(json.to_string().as_bytes());
    assert_eq!(letter.unreadable, Some(Unreadable::NoMime));
    assert_eq!(letter.subject, "暗号化メール");
    assert_eq!(letter.from.clone().unwrap().address.as_str(), "kim@example.com");
    assert_eq!(letter.to.len(), 1);
    assert_eq!(letter.text, "こんにちは");
    assert_eq!(letter.message_id.clone().unwrap().as_str(), "g1@example.com");
    assert_eq!(letter.references.len(), 2);
    assert_eq!(letter.date.unwrap().to_string(), "2026-11-23T01:02:03Z");
    assert!(letter.kind.is_automatic());
}

#[test]
fn our_own_mark_is_found() {
    let letter = read(&mail_of("From: a@b.example\nX-Postdesk-Outbox: abc123", "x"));
    assert_eq!(letter.own_mark.as_deref(), Some("abc123"));
}

#[test]
fn a_summary_holds_what_people_ask_for() {
    let letter = read(&mail_of(RICH, RICH_BODY));
    let summary = serde_json::to_value(mail::Summary::from(&letter)).unwrap();
    assert_eq!(summary["subject"], "Picture and file");
    assert_eq!(summary["attachments"][1]["name"], "notes.txt");
    assert_eq!(summary["attachments"][1]["type"], "text/plain");
    assert_eq!(summary["attachments"][1]["size"], 9);
    assert_eq!(summary["attachments"][1]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(summary["kind"], "ordinary");
    assert_eq!(summary["message_id"], "Case.Matters@Example.com");
}

/// What protects a mail is said, so that nobody takes an empty text for an empty mail.
#[test]
fn signed_and_sealed_mail_is_recognised() {
    use mail::Protection as P;
    let single = |content_type: &str, body: &str| {
        mail_of(&format!("From: a@b.example\nContent-Type: {content_type}"), body)
    };
    let table = [
        (
            single("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "x"),
            Some(P::SmimeEncrypted),
        ),
        (
            single("application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m", "x"),
            Some(P::SmimeSigned),
        ),
        (
            single(
                "multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b",
                "--b\nContent-Type: text/plain\n\nhi\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nx\n--b--",
            ),
            Some(P::SmimeSigned),
        ),
        (
            single(
                "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b",
                "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nx\n--b--",
            ),
            Some(P::PgpEncrypted),
        ),
        (
            single("text/plain", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhi\n"),
            Some(P::PgpSigned),
        ),
        (
            single(
                "multipart/mixed; boundary=b",
                "--b\nContent-Type: text/plain\n\nProtected\n--b\nContent-Type: application/x-microsoft-rpmsg-message; name=message_v4.rpmsg\n\nx\n--b--",
            ),
            Some(P::RightsManaged),
        ),
        (single("text/plain", "nothing special"), None),
    ];
    for (raw, expected) in table {
        assert_eq!(read(&raw).protection, expected, "{}", String::from_utf8_lossy(&raw));
    }
}

/// Outlook's wrapping is opened: its file name says nothing to anybody.
#[test]
fn winmail_dat_gives_way_to_what_is_in_it() {
    let mut wrapped = vec![0x78, 0x9f, 0x3e, 0x22, 1, 0];
    for (level, id, data) in [
        (1_u8, 0x0002_800c_u32, b"The words inside.".as_slice()),
        (2, 0x0006_9002, &[0; 14]),
        (2, 0x0001_8010, b"offer.txt\0"),
        (2, 0x0006_800f, b"1,000 yen"),
    ] {
        wrapped.push(level);
        wrapped.extend(id.to_le_bytes());
        wrapped.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        wrapped.extend(data);
        wrapped.extend([0, 0]);
    }
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(&wrapped);
    let part = format!(
        "--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{encoded}\n"
    );
    for (words, text) in [("The mail's own words.", "The mail's own words."), ("", "The words inside.")] {
        let raw = mail_of(
            "From: a@b.example\nContent-Type: multipart/mixed; boundary=b",
            &format!("--b\nContent-Type: text/plain\n\n{words}\n{part}--b--\n"),
        );
        let letter = read(&raw);
        assert_eq!(letter.text.trim(), text);
        assert_eq!(letter.fresh.trim(), text);
        let files: Vec<_> =
            letter.attachments.iter().map(|file| (file.name.as_str(), file.content.as_slice())).collect();
        assert_eq!(files, [("offer.txt", b"1,000 yen".as_slice())]);
    }
}
