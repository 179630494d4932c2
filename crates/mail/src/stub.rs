//! Texts that stand beside HTML only to say that there is HTML.

use crate::html;

/// A text with more own words than this says something of its own.
const MAX_OWN: usize = 80;
/// Longer texts are no stubs.
const MAX_STUB: usize = 2_000;

/// How programs say it, in lower case.
const PHRASES: &[&str] = &[
    "does not support html",
    "doesn't support html",
    "doesn’t support html",
    "do not support html",
    "not support html",
    "not html-enabled",
    "not html enabled",
    "html-enabled",
    "html enabled",
    "html compatible",
    "html-compatible",
    "html capable",
    "html-capable",
    "html email client",
    "html version of this",
    "enable html",
    "in html format",
    "is an html message",
    "is an html email",
    "is an html e-mail",
    "can't display html",
    "cannot display html",
    "unable to display html",
    "cannot read this email",
    "cannot view this email",
    "view this email in your browser",
    "multi-part message in mime format",
    "htmlメールです",
    "htmlメールで送信",
    "htmlメールで配信",
    "htmlメールでお送り",
    "htmlメールに対応",
    "htmlメールを表示",
    "htmlメールが表示",
    "htmlメールを受信",
    "htmlメール対応",
    "htmlメール形式",
    "html形式のメール",
    "html形式で",
    "html形式に対応",
    "html形式対応",
    "html表示",
    "htmlで作成",
    "htmlでご覧",
    "テキスト形式では表示でき",
];

/// Whether `text` says no more than that the mail is to be read as HTML.
pub fn is_stub(text: &str, html: &str) -> bool {
    if text.len() > MAX_STUB || text.trim().is_empty() {
        return false;
    }
    let mut told = false;
    let mut own = 0;
    // A sentence may go over lines; an empty line ends it.
    for paragraph in text.replace("\r\n", "\n").split("\n\n") {
        let paragraph = full_to_half(paragraph);
        if PHRASES.iter().any(|phrase| paragraph.contains(phrase)) {
            told = true;
        } else {
            own += words_beside_addresses(&paragraph);
        }
    }
    told && own <= MAX_OWN && !html::to_text(html).trim().is_empty()
}

/// Lower case, ＨＴＭＬ as HTML, one space for each line break between Latin words.
fn full_to_half(text: &str) -> String {
    let half = |c: char| match u32::from(c) {
        n @ 0xff01..=0xff5e => char::from_u32(n - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let text: String = text.chars().map(half).collect();
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if out.is_ascii() && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line.trim());
    }
    out.to_lowercase()
}

/// Characters of a text, web addresses and rules not counted.
fn words_beside_addresses(text: &str) -> usize {
    let words = text.split_whitespace().filter(|word| !word.contains("://"));
    words.map(|word| word.chars().filter(|c| c.is_alphanumeric()).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The requester's words stand in the HTML; the desk must not show a hint for old programs in their place.
    #[test]
    fn a_text_that_only_points_to_the_html_is_known_in_both_languages() {
        let html = "<p>注文番号 4711 の件です。</p>";
        for text in [
            "Your e-mail program does not support HTML.",
            "To view this message, please use an HTML\ncompatible email viewer!",
            "このメールはHTMLメールです。\nHTMLメールに対応したメールソフトでご覧ください。",
            "このメールはＨＴＭＬ形式で配信しています。\n\nhttps://mail.example/view/0815\n",
            "This is a multi-part message in MIME format.\n\n--\nMizuho",
        ] {
            assert!(is_stub(text, html), "{text:?}");
        }
    }

    /// A text with words of its own is what its writer meant to be read.
    #[test]
    fn a_text_that_says_something_itself_is_no_pointer() {
        let own = "お世話になっております。株式会社みずほ商事の太田です。先日のHTMLメールですが、文字が化けて読めませんでした。\n\n\
            恐れ入りますが、テキスト形式で再送していただけますでしょうか。注文番号は4711、納品予定日は十一月末日、担当は営業部の鈴木様と伺っております。\
            お忙しいところ恐縮ですが、本日中にご返信くださいますようお願いいたします。";
        assert!(!is_stub(own, "<p>x</p>"));
        assert!(!is_stub("納期は月末です。", "<p>納期は月末です。</p>"));
        assert!(!is_stub("Your client does not support HTML.", "<p> </p>"), "there is nothing else to read");
    }
}
