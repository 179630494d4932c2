//! How each mail program quotes the mail it answers, in text and in HTML, in Japanese and in English.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::people::{Party, Program};
use super::write::escape;

/// What is quoted.
pub(super) struct Quoted<'a> {
    /// Its sender.
    pub(super) from: Party,
    /// Its receiver.
    pub(super) to: Party,
    /// When it was written.
    pub(super) at: Timestamp,
    /// Its subject.
    pub(super) subject: &'a str,
    /// Its whole text, with what it quotes itself.
    pub(super) text: &'a str,
}

/// The text an answer ends with.
pub(super) fn text(program: Program, japanese: bool, zone: i8, quoted: &Quoted<'_>) -> String {
    let head = heading(program, japanese, zone, quoted);
    match program {
        Program::Outlook => format!(
            "\n\n{}\n{head}\n\n{}",
            if japanese { "-----元のメッセージ-----" } else { "________________________________" },
            quoted.text
        ),
        Program::Gmail => format!("\n\n{head}\n\n{}", marked(quoted.text)),
        Program::Apple => format!("\n\n> {head}\n> \n{}", marked(quoted.text)),
        Program::Becky => format!("\n\n{head}\n{}", marked(quoted.text)),
    }
}

/// The same in HTML.
pub(super) fn html(program: Program, japanese: bool, zone: i8, quoted: &Quoted<'_>) -> String {
    let head = escape(&heading(program, japanese, zone, quoted)).replace('\n', "<br>\n");
    let body = escape(quoted.text).replace('\n', "<br>\n");
    match program {
        Program::Outlook => format!(
            "<hr style=\"display:inline-block;width:98%\" tabindex=\"-1\">\n<div id=\"divRplyFwdMsg\" dir=\"ltr\">\
             <font face=\"Calibri, sans-serif\" style=\"font-size:11pt\" color=\"#000000\">{head}</font>\n<div>&nbsp;</div>\n</div>\n<div>{body}</div>"
        ),
        Program::Gmail => format!(
            "<br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">{head}<br></div>\
             <blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\">\
             <div dir=\"ltr\">{body}</div></blockquote></div>"
        ),
        Program::Apple | Program::Becky => format!(
            "<div><br><blockquote type=\"cite\"><div>{head}</div><br class=\"Apple-interchange-newline\"><div>{body}</div></blockquote></div>"
        ),
    }
}

fn marked(text: &str) -> String {
    text.lines()
        .map(|line| if line.starts_with('>') { format!(">{line}") } else { format!("> {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}

fn heading(program: Program, japanese: bool, zone: i8, quoted: &Quoted<'_>) -> String {
    let at = quoted.at.to_zoned(TimeZone::fixed(Offset::constant(zone)));
    let Party { name, address } = quoted.from;
    let to = quoted.to;
    let form = |pattern: &str| at.strftime(pattern).to_string();
    let weekday = ["日", "月", "火", "水", "木", "金", "土"][at.weekday().to_sunday_zero_offset() as usize];
    match (program, japanese) {
        (Program::Outlook, true) => format!(
            "差出人: {name} <{address}>\n送信日時: {}\n宛先: {} <{}>\n件名: {}",
            form("%Y年%-m月%-d日 %-H:%M"),
            to.name,
            to.address,
            quoted.subject
        ),
        (Program::Outlook, false) => format!(
            "From: {name} <{address}>\nSent: {}\nTo: {} <{}>\nSubject: {}",
            form("%A, %B %-d, %Y %-I:%M %p"),
            to.name,
            to.address,
            quoted.subject
        ),
        (Program::Gmail, true) => {
            format!("{}({weekday}) {} {name} <{address}>:", form("%Y年%-m月%-d日"), form("%-H:%M"))
        }
        (Program::Gmail, false) => {
            format!("On {} {name} <{address}> wrote:", form("%a, %b %-d, %Y at %-I:%M %p"))
        }
        (Program::Apple, true) => format!("{}、{name} <{address}>のメール:", form("%Y/%m/%d %-H:%M")),
        (Program::Apple, false) => {
            format!("On {}, {name} <{address}> wrote:", form("%b %-d, %Y, at %-I:%M %p"))
        }
        (Program::Becky, true) => format!("{} {name} さんは書きました:", form("%Y/%m/%d %H:%M:%S")),
        (Program::Becky, false) => format!("{name} wrote on {}:", form("%Y-%m-%d %H:%M")),
    }
}
