//! A reply shows what is new in it; what it quotes, and its signature, are one click away.

use mail::html::{Clean, RemotePictures, clean_letter};
use mail::read;

use crate::mail_of;

fn shown(html: &str) -> Clean {
    let letter = read(&mail_of(
        "From: Kim <kim@example.com>\nTo: help@desk.example\nSubject: Re: Order\nIn-Reply-To: <o@desk.example>\nMessage-ID: <m1@example.com>\nContent-Type: text/html; charset=utf-8",
        html,
    ));
    let fresh = letter.fresh.clone();
    assert_ne!(fresh, letter.text, "something was cut");
    clean_letter(&letter, Some(&fresh), RemotePictures::Blocked, &|_| None)
}

#[test]
fn the_history_of_each_mailer_is_in_the_fold_and_its_look_with_it() {
    for (mailer, html) in [
        (
            "Outlook",
            "<style>p.MsoNormal{margin:0mm}</style><body lang=JA><div class=WordSection1><p class=MsoNormal>NEW</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0mm 0mm 0mm'><p class=MsoNormal><b>From:</b> Desk &lt;help@desk.example&gt;<br><b>Sent:</b> Monday, November 23, 2026 8:02 AM<br><b>To:</b> Kim<br><b>Subject:</b> Order</p></div></div><p class=MsoNormal>OLD</p></div></body>",
        ),
        (
            "Outlook on the web",
            "<style>p.MsoNormal{margin:0mm}</style><div>NEW</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg><b>差出人:</b> Desk<br><b>件名:</b> Order</div><div><p class=MsoNormal>OLD</p></div>",
        ),
        (
            "Gmail",
            "<style>p.MsoNormal{margin:0mm}</style><div dir=ltr>NEW</div><br><div class='gmail_quote gmail_quote_container'><div dir=ltr class=gmail_attr>On Mon, Nov 23, 2026 at 8:02 AM Desk &lt;help@desk.example&gt; wrote:<br></div><blockquote class=gmail_quote><p class=MsoNormal>OLD</p></blockquote></div>",
        ),
        (
            "Apple Mail",
            "<style>p.MsoNormal{margin:0mm}</style><body>NEW<br><div><blockquote type=cite><div>On Nov 23, 2026, at 8:02, Desk &lt;help@desk.example&gt; wrote:</div><p class=MsoNormal>OLD</p></blockquote></div></body>",
        ),
        (
            "Thunderbird",
            "<style>p.MsoNormal{margin:0mm}</style><p>NEW</p><div class=moz-cite-prefix>Am 23.11.2026 um 08:02 schrieb Desk:<br></div><blockquote type=cite cite='mid:o@desk.example'><p class=MsoNormal>OLD</p></blockquote>",
        ),
        (
            "Yahoo! mail",
            "<style>p.MsoNormal{margin:0mm}</style><div class=yahoo-style-wrap><div dir=ltr>NEW</div></div><div class=yahoo_quoted><div>2026年11月23日月曜日 08:02:00 JST、Desk&lt;help@desk.example&gt;のメール:</div><p class=MsoNormal>OLD</p></div>",
        ),
    ] {
        let shown = shown(html);
        let folded = shown.folded.unwrap_or_else(|| panic!("{mailer}: no fold"));
        assert!(shown.html.contains("NEW") && !shown.html.contains("OLD"), "{mailer}: {}", shown.html);
        assert!(
            !folded.whole && folded.html.contains("OLD") && !folded.html.contains("NEW"),
            "{mailer}: {}",
            folded.html
        );
        assert!(
            folded.html.contains("<p class=\"MsoNormal\" style=\"margin:0mm\">OLD"),
            "{mailer}: {}",
            folded.html
        );
    }
}

/// The quote stands in the elements in which it stood: a coloured table stays one.
#[test]
fn what_is_folded_keeps_the_elements_around_it() {
    let shown = shown("<div style='color:navy'><p>NEW</p><blockquote type=cite>OLD</blockquote></div>");
    assert_eq!(shown.html, "<div style=\"color:navy\"><p>NEW</p></div>");
    assert_eq!(shown.folded.unwrap().html, "<div style=\"color:navy\"><blockquote>OLD</blockquote></div>");
}

#[test]
fn a_signature_is_folded_with_the_history() {
    let shown = shown(
        "<div>NEW</div><div class=gmail_signature>Kim, Example Ltd.</div><div class=gmail_quote>On Mon, Nov 23, 2026 at 8:02 AM Desk wrote:<blockquote>OLD</blockquote></div>",
    );
    let folded = shown.folded.unwrap().html;
    assert!(
        !shown.html.contains("Example") && folded.contains("Example Ltd.") && folded.contains("OLD"),
        "{folded}"
    );
}

/// Answers between the lines are lost where only the first words are shown; and of words that an agent changed, or orders that were
/// taken off, the HTML knows nothing.
#[test]
fn answers_between_the_lines_are_shown_whole_and_changed_words_stay_changed() {
    let headers = "From: Kim <kim@example.com>\nSubject: Re: Order\nIn-Reply-To: <o@desk.example>\nContent-Type: text/html; charset=utf-8";
    let inline = read(&mail_of(
        headers,
        "<p>see below</p><blockquote type=cite>when?</blockquote><p>Monday</p><blockquote type=cite>who?</blockquote><p>We</p>",
    ));
    assert_eq!(inline.fresh, inline.text);
    let whole = clean_letter(&inline, None, RemotePictures::Blocked, &|_| None);
    assert!(
        whole.folded.is_none() && whole.html.contains("Monday") && whole.html.contains("who?"),
        "{}",
        whole.html
    );
    let letter = read(&mail_of(headers, "<p>#note</p><p>NEW</p><blockquote type=cite>OLD</blockquote>"));
    let changed = clean_letter(&letter, Some("NEW < x"), RemotePictures::Blocked, &|_| None);
    assert_eq!(changed.html, "NEW &lt; x");
    let folded = changed.folded.unwrap();
    assert!(folded.whole && folded.html.contains("#note") && folded.html.contains("OLD"), "{}", folded.html);
}
