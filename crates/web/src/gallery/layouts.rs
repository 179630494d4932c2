//! Mails of all kinds in the frame, and a folded reply: for screenshots.

use mail::html::{Clean, RemotePictures};

/// Names and mails of the set in `crates/mail/layouts`, and a reply whose history is folded.
pub(super) fn layouts() -> Vec<(String, Clean)> {
    let all = include_str!("../../../mail/layouts/layouts.txt");
    let records = all.split("== ").skip(1).filter_map(|record| record.split_once('\n'));
    let mut mails: Vec<(String, Clean)> = records
        .map(|(name, html)| {
            let name: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            let html: Vec<&str> =
                html.lines().skip_while(|line| line.starts_with("? ") || line.starts_with("! ")).collect();
            let clean = mail::html::clean(&html.join("\n"), RemotePictures::Blocked, &|_| None);
            (format!("layout-{name}"), clean)
        })
        .collect();
    let reply = mail::read(
        "From: a@b.example\r\nSubject: Re: x\r\nIn-Reply-To: <a@b>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <div dir=ltr>ありがとうございます。<b>金曜日</b>でお願いします。</div><div class=gmail_quote>2026年11月23日(月) 8:02 Desk &lt;help@desk.example&gt;:\
        <blockquote>納品日のご希望をお知らせください。</blockquote></div>".as_bytes(),
    );
    let fresh = reply.fresh.clone();
    mails.push((
        "layout-folded".to_owned(),
        mail::html::clean_letter(&reply, Some(&fresh), RemotePictures::Blocked, &|_| None),
    ));
    mails.push((
        "layout-as-text".to_owned(),
        Clean { as_text: true, html: "Text".to_owned(), ..Clean::default() },
    ));
    mails
}
