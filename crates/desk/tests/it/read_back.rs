//! Our own mail, quoted below an answer by the programs that customers use, and read again: only what is new counts, and the token is
//! still there.

use desk::template::{Form, MailTemplate, Pieces};

/// A token of a ticket as the desk makes them.
const TOKEN: &str = "[PD-AE-QE5ZCVIYVLY2CMXS]";

/// An answer of ours in both forms.
fn ours(lang: &'static str, delimiter: bool) -> (String, String) {
    let words = match lang {
        "ja" => (
            "木曜日に届きます。",
            "このメールは Contoso よりお送りしています。",
            "##- この行より上に返信をご記入ください -##",
        ),
        _ => (
            "It comes on Thursday.",
            "This email was sent by Contoso.",
            "##- Please reply above this line -##",
        ),
    };
    let quoted = match lang {
        "ja" => ("2026年11月27日 9:00、森 花子 さんのメッセージ：", "机はいつ届きますか。"),
        _ => ("On 27 Nov 2026, 09:00 JST, Hana wrote:", "When does it come?"),
    };
    let pieces = |html: bool| Pieces {
        content: words.0.to_owned(),
        quoted_content: if html {
            format!("<div>{}</div><blockquote type=\"cite\">{}</blockquote>", quoted.0, quoted.1)
        } else {
            format!("{}\n> {}", quoted.0, quoted.1)
        },
        footer: words.1.to_owned(),
        delimiter: if delimiter { words.2.to_owned() } else { String::new() },
        lang,
        ..Pieces::default()
    };
    let template = MailTemplate { delimiter: delimiter.then(String::new), ..MailTemplate::default() };
    let (html, fault) = template.write(Form::Html, &pieces(true), TOKEN);
    assert_eq!(fault, None);
    let (text, fault) = template.write(Form::Text, &pieces(false), TOKEN);
    assert_eq!(fault, None);
    (html, text)
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect()
}

/// What mail programs take over of an HTML mail: its body.
fn body(html: &str) -> &str {
    let (_, rest) = html.split_once("<body").expect("our mails have a body");
    let (_, rest) = rest.split_once('>').expect("our mails have a body");
    rest.split("</body>").next().expect("our mails have a body")
}

/// How each program puts an answer above our mail: its name, the type, and the text.
fn answers(html: &str, text: &str, said: &str) -> Vec<(&'static str, &'static str, String)> {
    let body = body(html);
    vec![
        (
            "Becky!",
            "text/plain",
            format!(
                "{said}\n\nOn Fri, 27 Nov 2026 10:00:00 +0900\nSupport <help@contoso.test> wrote:\n\n{}",
                quoted(text)
            ),
        ),
        (
            "Thunderbird, Japanese",
            "text/plain",
            format!("{said}\n\nOn 2026/11/27 10:00, Support wrote:\n{}", quoted(text)),
        ),
        (
            "Yahoo! Japan",
            "text/plain",
            format!(
                "{said}\n\n----- Original Message -----\nFrom: Support <help@contoso.test>\nTo: Hana <hana@example.org>\nDate: 2026/11/27, Fri 10:00\nSubject: Re: Desk\n\n{text}"
            ),
        ),
        (
            "docomo",
            "text/plain",
            format!("{said}\n\n2026/11/27 10:00 Support <help@contoso.test>:\n{}", quoted(text)),
        ),
        (
            "Gmail",
            "text/html",
            format!(
                "<div dir=\"ltr\">{said}</div><br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">On Fri, Nov 27, 2026 at 10:00 AM Support &lt;<a href=\"mailto:help@contoso.test\">help@contoso.test</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex\">{body}</blockquote></div>"
            ),
        ),
        (
            "Gmail, Japanese",
            "text/html",
            format!(
                "<div dir=\"ltr\">{said}</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">2026年11月27日(金) 10:00 Support &lt;<a href=\"mailto:help@contoso.test\">help@contoso.test</a>&gt;:<br></div><blockquote class=\"gmail_quote\">{body}</blockquote></div>"
            ),
        ),
        (
            "Outlook",
            "text/html",
            format!(
                "<div class=\"WordSection1\"><p class=\"MsoNormal\">{said}</p><p class=\"MsoNormal\">&nbsp;</p><div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in\"><p class=\"MsoNormal\"><b>From:</b> Support &lt;help@contoso.test&gt; <br><b>Sent:</b> Friday, November 27, 2026 10:00 AM<br><b>To:</b> Hana &lt;hana@example.org&gt;<br><b>Subject:</b> Re: Desk</p></div></div><p class=\"MsoNormal\">&nbsp;</p>{body}</div>"
            ),
        ),
        (
            "Outlook on the web, Japanese",
            "text/html",
            format!(
                "<div>{said}</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><font><b>差出人:</b> Support &lt;help@contoso.test&gt;<br><b>送信日時:</b> 2026年11月27日 10:00<br><b>宛先:</b> Hana &lt;hana@example.org&gt;<br><b>件名:</b> Re: Desk</font><div>&nbsp;</div></div>{body}"
            ),
        ),
        (
            "Apple Mail",
            "text/html",
            format!(
                "{said}<br><div><br><blockquote type=\"cite\"><div>On Nov 27, 2026, at 10:00, Support &lt;help@contoso.test&gt; wrote:</div><br class=\"Apple-interchange-newline\"><div>{body}</div></blockquote></div>"
            ),
        ),
        (
            "iPhone, Japanese",
            "text/html",
            format!(
                "{said}<div><br><blockquote type=\"cite\">2026/11/27 10:00、Support &lt;help@contoso.test&gt;のメール:<br><br></blockquote></div><blockquote type=\"cite\"><div>{body}</div></blockquote>"
            ),
        ),
    ]
}

/// Whatever program a customer answers with, the comment is what the customer wrote, and the token leads it to its ticket even where
/// the threading headers are lost.
#[test]
fn an_answer_to_our_own_mail_is_only_what_is_new_and_keeps_the_token() {
    for (lang, said) in [("en", "Thank you, that is fine."), ("ja", "ありがとうございます。承知しました。")]
    {
        for delimiter in [false, true] {
            let (html, text) = ours(lang, delimiter);
            for (program, kind, reply) in answers(&html, &text, said) {
                let raw = format!(
                    "From: <hana@example.org>\r\nTo: <help@contoso.test>\r\nSubject: Re: Desk\r\nMIME-Version: 1.0\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{}",
                    reply.replace('\n', "\r\n")
                );
                let letter = mail::read(raw.as_bytes());
                assert_eq!(letter.fresh.trim(), said, "{program}, {lang}, delimiter: {delimiter}");
                let whole = format!("{}{}", letter.text, letter.html.unwrap_or_default());
                assert!(whole.contains(TOKEN), "{program}, {lang}: the token is lost");
            }
        }
    }
}

/// Of a mail of one word the programs' lists would show the token beside it; a long mail needs nothing before it.
#[test]
fn what_stands_before_the_token_fills_the_preview_of_short_mails_only() {
    let with = |content: String| {
        let pieces = Pieces { content, lang: "ja", ..Pieces::default() };
        MailTemplate::default().write(Form::Html, &pieces, TOKEN).0
    };
    let short = with("はい。".to_owned());
    let before = short.split(TOKEN).next().expect("something stands before it");
    assert!(before.matches("&zwnj;&nbsp;").count() >= 140, "{short}");
    assert!(!with("長い。".repeat(200)).contains("&zwnj;"));
}
