//! The new part of a reply. Too much is a blemish; too little is a lost answer.

use mail::read;

use crate::{mail_of, plain_mail};

#[test]
fn history_is_cut_off_as_each_mailer_writes_it() {
    for (mailer, history) in [
        (
            "Outlook",
            "-----Original Message-----\nFrom: Desk <help@desk.example>\nSent: Monday\nTo: Kim\nSubject: Order\n\nold words",
        ),
        (
            "Outlook without a line",
            "From: Desk <help@desk.example>\nSent: Monday, November 23, 2026 8:02 AM\nTo: Kim <kim@example.com>\nSubject: RE: Order\n\nold words",
        ),
        (
            "Outlook on the web",
            "________________________________\nFrom: Desk <help@desk.example>\nSent: Monday\nTo: Kim\nSubject: Order\n\nold words",
        ),
        (
            "Outlook, Japanese",
            "差出人: サポート <help@desk.example>\n送信日時: 2026年11月23日 8:02\n宛先: 山田 太郎 <taro@example.co.jp>\n件名: ご注文の件\n\n以前の文章",
        ),
        ("Outlook, Japanese with banner", "-----元のメッセージ-----\n差出人: サポート\n\n以前の文章"),
        ("Gmail", "On Mon, Nov 23, 2026 at 8:02 AM Desk <help@desk.example> wrote:\n\n> old words\n> more"),
        (
            "Gmail, wrapped",
            "On Mon, Nov 23, 2026 at 8:02 AM The Very Long Desk Name of Example\n<help@desk.example> wrote:\n\n> old words",
        ),
        (
            "Gmail, Japanese",
            "2026年11月23日(月) 8:02 サポート <help@desk.example>:\n\n> 以前の文章\n> つづき",
        ),
        ("Apple Mail", "> On Nov 23, 2026, at 8:02, Desk <help@desk.example> wrote:\n> \n> old words"),
        ("Apple Mail, Japanese", "2026/11/23 8:02、サポート <help@desk.example>のメール:\n\n> 以前の文章"),
        ("Thunderbird", "On 11/23/2026 8:02 AM, Desk wrote:\n> old words"),
        ("Thunderbird, Japanese", "サポートさんは書きました (2026/11/23 8:02):\n> 以前の文章"),
        ("Becky!", "サポートさんは書きました:\n＞以前の文章\n＞つづき"),
        ("marks alone", "> old words\n> more old words"),
        ("our delimiter", "## この行より上に返信 ##\n\nold words"),
        ("German", "Am 23.11.2026 um 08:02 schrieb Desk <help@desk.example>:\n> old words"),
    ] {
        let letter = read(&mail_of(
            "From: kim@example.com\nSubject: Re: Order\nContent-Type: text/plain; charset=utf-8",
            &format!("Thank you, that works.\nKim\n\n{history}\n"),
        ));
        assert_eq!(letter.fresh, "Thank you, that works.\nKim", "{mailer}");
        assert!(letter.text.contains(history.lines().last().unwrap()), "{mailer}: the whole text is kept");
    }
}

#[test]
fn nothing_is_cut_from_answers_between_the_lines() {
    for body in [
        "> First question?\nYes.\n\n> Second question?\nNo.\n",
        "On Mon, Nov 23, 2026 at 8:02 AM Desk <help@desk.example> wrote:\n> First?\n\nyes\n\n> Second?\n> More.\n",
        "On Mon, Nov 23, 2026 at 8:02 AM Desk <help@desk.example> wrote:\n> Question?\n\nThe answer is below.\n",
        "See inline.\n\n> First?\n\nyes\n\n> Second?\n\nno\n",
        "お世話になります。\n\n＞ご希望の日時は？\n\n火曜日です。\n",
    ] {
        let letter = read(&mail_of(
            "From: kim@example.com\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8",
            body,
        ));
        assert_eq!(letter.fresh.trim(), body.replace("\r\n", "\n").trim(), "{body}");
    }
}

#[test]
fn a_forwarded_mail_keeps_its_thread() {
    let thread = "From: Someone <s@example.com>\nSent: Monday\nTo: Kim\nSubject: Broken\n\nIt is broken.";
    for (subject, body) in [
        ("FW: Broken", format!("please handle\n\n{thread}")),
        ("転送: Broken", format!("対応お願いします\n\n{thread}")),
        ("Broken", format!("please handle\n\n---------- Forwarded message ---------\n{thread}")),
        ("Broken", format!("please handle\n\nBegin forwarded message:\n\n{thread}")),
        ("Broken", format!("対応お願いします\n\n---------- 転送メッセージ ----------\n{thread}")),
    ] {
        let letter = read(&mail_of(
            &format!("From: kim@example.com\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8"),
            &body,
        ));
        assert!(letter.fresh.contains("It is broken."), "{subject}: {}", letter.fresh);
    }
}

#[test]
fn a_mail_that_is_no_reply_stays_whole() {
    for body in [
        "From: the beginning it was broken.\nTo: be honest, I am annoyed.\n",
        "Yesterday he wrote:\nnothing at all.\n",
        "I ordered on 2026-11-23:\n- two apples\n- one pear\n",
        "-- \nKim\n",
        "日時：11月23日\n場所：東京\n宛先：本社\n",
    ] {
        let letter = read(&mail_of(
            "From: kim@example.com\nSubject: Hello\nContent-Type: text/plain; charset=utf-8",
            body,
        ));
        assert_eq!(letter.fresh.trim(), body.trim(), "{body}");
    }
}

#[test]
fn a_reply_that_holds_nothing_new_shows_everything() {
    let letter = read(&plain_mail("Re: x", "> only the old words\n> and more\n"));
    assert!(letter.fresh.contains("only the old words"));
}

/// What our own mail looks like when a customer answers it, is known by the shape of ours.
#[test]
fn our_token_is_not_shown_among_new_words() {
    let token = mail::TokenKey::new([7; 32]).token(42);
    for (body, fresh) in [
        (format!("Thanks.\n\n{token}\n"), "Thanks."),
        (format!("Thanks.\n> {token}\n"), "Thanks."),
        (format!("Thanks.\n\n> On 2026-11-23 08:02 UTC, Desk wrote:\n> > old\n\n{token}\n"), "Thanks."),
        (token.clone(), token.as_str()),
    ] {
        assert_eq!(read(&plain_mail("Re: x", &body)).fresh, fresh, "{body}");
    }
}

/// Without a sign that the mail answers another, lines with `>` are the writer's own.
#[test]
fn marked_lines_alone_are_history_only_in_an_answer() {
    let body = "The console says:\n\n> printer failed\n";
    assert_eq!(read(&plain_mail("Printer", body)).fresh.trim(), body.trim());
    assert_eq!(read(&plain_mail("RE: Printer", body)).fresh.trim(), "The console says:");
}

#[test]
fn a_cut_in_the_middle_of_preformatted_text_keeps_what_stands_before_it() {
    let letter = html_mail(
        "Re: x",
        "<pre>Thank you.\nKim\n\n-----Original Message-----\nFrom: Desk\n\nold words</pre>",
    );
    assert_eq!(letter.fresh, "Thank you.\nKim");
    assert_eq!(letter.fresh_html.as_deref().map(str::trim), Some("<pre>Thank you.\nKim</pre>"));
}

#[test]
fn a_signature_goes_from_the_html_as_from_the_text() {
    for html in [
        "<p>Thank you.</p><div class=gmail_signature>Kim<br>TEL 03-0000-0000</div>",
        "<p>Thank you.</p><div>-- <br></div><div>Kim</div>",
        "<p>Thank you.</p><pre class=moz-signature>-- \nKim</pre>",
        "<p>Thank you.</p><p>iPhoneから送信</p>",
    ] {
        let letter = html_mail("Hello", html);
        assert_eq!(letter.fresh_html.as_deref().map(str::trim), Some("<p>Thank you.</p>"), "{html}");
        assert_eq!(letter.fresh, "Thank you.", "{html}");
    }
    let below = "<div class=gmail_signature>Kim</div><p>And this is the answer.</p>";
    assert_eq!(html_mail("Hello", below).fresh_html, None, "words below a signature are words");
}

fn html_mail(subject: &str, html: &str) -> mail::Letter {
    read(&mail_of(
        &format!("From: kim@example.com\nSubject: {subject}\nContent-Type: text/html; charset=utf-8"),
        html,
    ))
}

#[test]
fn history_is_cut_off_in_html_as_each_mailer_writes_it() {
    for (mailer, history) in [
        (
            "Outlook on the web",
            "<div id=\"appendonsend\"></div><hr style=\"width:98%\"><div id=\"divRplyFwdMsg\"><b>From:</b> Desk<br><b>Sent:</b> Monday</div><div>old words</div>",
        ),
        (
            "Outlook on the web, rule only",
            "<hr tabindex=\"-1\"><div id=\"divRplyFwdMsg\"><b>差出人:</b> Desk</div><div>old words</div>",
        ),
        (
            "Outlook",
            "<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=MsoNormal><b>From:</b> Desk</p></div></div><p>old words</p>",
        ),
        (
            "Outlook, Japanese",
            "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>差出人:</b> Desk</p></div><p>old words</p>",
        ),
        (
            "Gmail",
            "<br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">On Mon Desk wrote:<br></div><blockquote class=\"gmail_quote\">old words</blockquote></div>",
        ),
        (
            "Gmail, new",
            "<div class=\"gmail_quote gmail_quote_container\"><div class=\"gmail_attr\">2026年11月23日(月) 8:02 Desk:</div><blockquote>old words</blockquote></div>",
        ),
        (
            "Apple Mail",
            "<div><br><blockquote type=\"cite\"><div>On Nov 23 Desk wrote:</div>old words</blockquote></div><br>",
        ),
        (
            "Thunderbird",
            "<div class=\"moz-cite-prefix\">On 11/23/2026 Desk wrote:<br></div><blockquote type=\"cite\" cite=\"mid:x\">old words</blockquote>",
        ),
        ("our delimiter", "<div>## この行より上に返信 ##</div><div>old words</div>"),
    ] {
        let letter = html_mail(
            "Re: Order",
            &format!("<html><body><div>Thank <b>you</b>.</div>{history}</body></html>"),
        );
        let fresh = letter.fresh_html.clone().unwrap_or_else(|| panic!("{mailer}: not cut"));
        assert!(fresh.contains("Thank <b>you</b>.") && !fresh.contains("old words"), "{mailer}: {fresh}");
        assert_eq!(letter.fresh, "Thank you.", "{mailer}");
        assert!(
            letter.text.contains("old words") && letter.html.unwrap().contains("old words"),
            "{mailer}: all is kept"
        );
    }
}

#[test]
fn html_is_not_cut_when_answers_stand_behind_or_between_quotes_or_it_is_passed_on() {
    for (what, html) in [
        ("below", "<div>Hello</div><blockquote type=cite>old words</blockquote><p>new answer</p>"),
        (
            "between",
            "<p>see below</p><blockquote type=cite>one?</blockquote><p>yes, new answer</p><blockquote type=cite>two?</blockquote>",
        ),
        (
            "forwarded",
            "<p>fyi</p><div class=gmail_quote><div class=gmail_attr>---------- Forwarded message ---------<br>new answer</div></div>",
        ),
        ("only quoted", "<blockquote type=cite>new answer</blockquote>"),
    ] {
        let letter = html_mail("Re: Order", html);
        assert_eq!(letter.fresh_html, None, "{what}");
        assert!(letter.fresh.contains("new answer"), "{what}: {}", letter.fresh);
    }
    assert_eq!(
        html_mail("FW: Order", "<p>fyi</p><div id=divRplyFwdMsg>From: x</div><p>old</p>").fresh_html,
        None
    );
}
