//! Japanese mail as it really comes: labelled, mislabelled, not labelled at all.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8};
use mail::read;

const SUBJECT: &str = "【至急】注文番号①②③のご請求書について㈱髙橋商店";
const BODY: &str = "株式会社サンプル\n髙橋様\n\nいつもお世話になっております。\n①のご注文について、ご確認のほどよろしくお願いいたします。\n";

/// A mail whose header and body are raw bytes of one encoding.
fn raw_mail(encoding: &'static Encoding, label: Option<&str>) -> Vec<u8> {
    let content_type =
        label.map(|l| format!("Content-Type: text/plain; charset={l}\r\n")).unwrap_or_default();
    let head = format!("From: 山田太郎 <taro@example.co.jp>\r\nSubject: {SUBJECT}\r\n{content_type}\r\n");
    let text = format!("{head}{}", BODY.replace('\n', "\r\n"));
    let (bytes, _, unmappable) = encoding.encode(&text);
    assert!(!unmappable);
    bytes.into_owned()
}

#[test]
fn raw_japanese_in_header_and_body_is_read_with_and_without_a_label() {
    for (encoding, labels) in [
        (SHIFT_JIS, [None, Some("Shift_JIS"), Some("cp932"), Some("Windows-31J"), Some("us-ascii")]),
        (EUC_JP, [None, Some("EUC-JP"), Some("eucjp-ms"), Some("utf-8"), Some("unknown-8bit")]),
        (ISO_2022_JP, [None, Some("ISO-2022-JP"), Some("iso-2022-jp-ms"), Some("cp50221"), Some("us-ascii")]),
        (UTF_8, [None, Some("UTF-8"), Some("iso-2022-jp"), Some("us-ascii"), Some("x-nonsense")]),
    ] {
        for label in labels {
            let letter = read(&raw_mail(encoding, label));
            let what = format!("{} labelled {label:?}", encoding.name());
            assert_eq!(letter.subject, SUBJECT, "{what}");
            assert_eq!(letter.text.trim(), BODY.trim(), "{what}");
            assert_eq!(letter.from.unwrap().name, "山田太郎", "{what}");
        }
    }
}

#[test]
fn a_character_split_over_two_encoded_words_is_put_together() {
    use base64::Engine as _;
    let bytes = "請求書".as_bytes();
    let word =
        |part: &[u8]| format!("=?UTF-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(part));
    let raw =
        format!("From: a@b.example\r\nSubject: {}\r\n {}\r\n\r\nx", word(&bytes[..4]), word(&bytes[4..]));
    assert_eq!(read(raw.as_bytes()).subject, "請求書");
}

#[test]
fn encoded_words_of_iso_2022_jp_are_read_in_names_and_subject() {
    use base64::Engine as _;
    let word = |text: &str| {
        let (bytes, _, _) = ISO_2022_JP.encode(text);
        format!("=?ISO-2022-JP?B?{}?=", base64::engine::general_purpose::STANDARD.encode(bytes))
    };
    let raw = format!(
        "From: {} <suzuki@example.co.jp>\r\nTo: \"{}\" <sales@example.com>\r\nSubject: Re: {}\r\n {}\r\n\r\nx",
        word("鈴木, 花子"),
        word("営業部"),
        word("お見積りの"),
        word("件について")
    );
    let letter = read(raw.as_bytes());
    assert_eq!(letter.subject, "Re: お見積りの件について");
    assert_eq!(letter.from.unwrap().name, "鈴木, 花子");
    assert_eq!(letter.to[0].name, "営業部");
    assert!(read(raw.as_bytes()).is_japanese());
}

#[test]
fn file_names_are_read_in_every_way_mailers_write_them() {
    use base64::Engine as _;
    let b64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let jis = ISO_2022_JP.encode("見積書.pdf").0.into_owned();
    let sjis = SHIFT_JIS.encode("見積書.pdf").0.into_owned();
    let percent: String = "見積書.pdf".bytes().map(|b| format!("%{b:02X}")).collect();
    let (first, second) = percent.split_at(18);
    let mut raw_bytes = b"Content-Disposition: attachment; filename=\"".to_vec();
    raw_bytes.extend_from_slice(&sjis);
    raw_bytes.extend_from_slice(b"\"");
    let sjis_percent: String = sjis.iter().map(|b| format!("%{b:02X}")).collect();
    for (what, field) in [
        ("RFC 2231", format!("Content-Disposition: attachment; filename*=UTF-8''{percent}").into_bytes()),
        (
            "RFC 2231 in pieces",
            format!(
                "Content-Disposition: attachment;\r\n filename*0*=UTF-8''{first};\r\n filename*1*={second}"
            )
            .into_bytes(),
        ),
        (
            "RFC 2231 in Shift_JIS",
            format!("Content-Disposition: attachment; filename*=Shift_JIS''{sjis_percent}").into_bytes(),
        ),
        (
            "RFC 2047 in quotes",
            format!("Content-Disposition: attachment; filename=\"=?ISO-2022-JP?B?{}?=\"", b64(&jis))
                .into_bytes(),
        ),
        (
            "RFC 2047 in the type",
            format!(
                "Content-Type: application/pdf;\r\n name=\"=?UTF-8?B?{}?=\"",
                b64("見積書.pdf".as_bytes())
            )
            .into_bytes(),
        ),
        ("raw Shift_JIS", raw_bytes),
        ("raw UTF-8", "Content-Disposition: attachment; filename=\"見積書.pdf\"".as_bytes().to_vec()),
    ] {
        let mut raw = b"From: a@example.co.jp\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n".to_vec();
        raw.extend_from_slice(&field);
        raw.extend_from_slice(b"\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n");
        let letter = read(&raw);
        assert_eq!(letter.attachments.len(), 1, "{what}");
        assert_eq!(letter.attachments[0].name, "見積書.pdf", "{what}");
        assert_eq!(letter.attachments[0].content, b"ABC", "{what}");
    }
}

#[test]
fn half_width_kana_are_read_from_iso_2022_jp() {
    let mut raw = b"From: a@example.co.jp\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n\r\n".to_vec();
    raw.extend_from_slice(b"\x1b(I6E6E\x1b(B\r\n");
    assert_eq!(read(&raw).text.trim(), "ｶﾅｶﾅ");
}

#[test]
fn delsp_paragraphs_of_japanese_have_no_holes() {
    let raw = "From: a@example.co.jp\r\nContent-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\n\
               お世話に \r\nなります。\r\n次の行\r\n";
    assert_eq!(read(raw.as_bytes()).text, "お世話になります。\n次の行");
}

#[test]
fn chinese_and_english_are_not_taken_for_japanese() {
    for text in ["hello", "请确认附件", "Grüße"] {
        let raw = format!("From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}");
        assert!(!read(raw.as_bytes()).is_japanese(), "{text}");
    }
}
