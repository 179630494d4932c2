//! Where the history begins in the HTML of a reply, by the marks each mailer leaves.

use crate::markup::{self, Element, Piece};
use crate::quote::{is_delimiter, is_forward_banner, is_original_banner, names_sender};

/// HTML larger than this is not cut.
const MAX_HTML: usize = 4 * 1024 * 1024;
/// The HTML before the history, closed properly; `None` when nothing may be cut.
pub fn cut_html(source: &str) -> Option<String> {
    if source.len() > MAX_HTML {
        return None;
    }
    let mut pieces = Vec::new();
    markup::read(source, |piece| {
        pieces.push(piece);
        true
    });
    let at = (0..pieces.len()).find(|at| begins_history_html(&pieces, *at))?;
    if is_forwarded(&pieces, at) || has_own_words_behind(&pieces, at) {
        return None;
    }
    let before = pieces.get(..at)?;
    if !shows_something(before) {
        return None;
    }
    Some(closed(before))
}

fn begins_history_html(pieces: &[Piece], at: usize) -> bool {
    match pieces.get(at) {
        Some(Piece::Start(element)) => {
            is_quote_container(element)
                || is_reply_header(element)
                || (is_outlook_rule(element) && begins_with_from(pieces, at))
                || (element.name == "hr" && next_start(pieces, at).is_some_and(is_reply_header))
        }
        Some(Piece::Text(text)) => {
            let line = text.trim();
            is_delimiter(line) || is_original_banner(line)
        }
        _ => false,
    }
}

/// Elements that hold the quoted mail: what stands behind their end is new again.
fn is_quote_container(element: &Element) -> bool {
    [
        "gmail_quote",
        "gmail_quote_container",
        "yahoo_quoted",
        "protonmail_quote",
        "moz-cite-prefix",
        "zmail_extra",
    ]
    .iter()
    .any(|class| element.has_class(class))
        || (element.name == "blockquote"
            && (element.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("cite"))
                || element.attribute("cite").is_some()))
        || element.attribute("id").is_some_and(|id| {
            matches!(id, "mail-editor-reference-message-container" | "ms-outlook-mobile-reference-message")
        })
}

/// Outlook's marks: everything behind them is history.
fn is_reply_header(element: &Element) -> bool {
    element.attribute("id").is_some_and(|id| matches!(id, "divRplyFwdMsg" | "appendonsend" | "zwchr"))
        || element.attribute("name") == Some("messageReplySection")
}

/// The line Outlook draws above `From:`.
fn is_outlook_rule(element: &Element) -> bool {
    let style =
        element.attribute("style").unwrap_or_default().replace([' ', '\n', '\r'], "").to_ascii_lowercase();
    element.name == "div" && style.contains("border-top:solid") && style.contains("border:none")
}

fn begins_with_from(pieces: &[Piece], at: usize) -> bool {
    let mut line = String::new();
    for piece in pieces.iter().skip(at).take(20) {
        if let Piece::Text(text) = piece {
            line.push_str(text);
            if !line.trim().is_empty() && line.contains([':', '：']) {
                return names_sender(&line);
            }
        }
    }
    false
}

fn next_start(pieces: &[Piece], at: usize) -> Option<&Element> {
    pieces.iter().skip(at + 1).take(4).find_map(|piece| match piece {
        Piece::Start(element) => Some(element),
        _ => None,
    })
}

/// A mail passed on: its thread is what it is about.
fn is_forwarded(pieces: &[Piece], at: usize) -> bool {
    let mut seen = 0;
    for piece in pieces.iter().skip(at).take(60) {
        if let Piece::Text(text) = piece
            && !text.trim().is_empty()
        {
            if is_forward_banner(text.trim()) {
                return true;
            }
            seen += 1;
            if seen > 3 {
                break;
            }
        }
    }
    false
}

/// Words behind the end of a quote that began at `at`.
fn has_own_words_behind(pieces: &[Piece], at: usize) -> bool {
    let Some(Piece::Start(first)) = pieces.get(at) else { return false };
    if !is_quote_container(first) {
        return false;
    }
    // Depth inside quotes of either kind; words at depth 0 are the writer's.
    let mut stack: Vec<(&str, bool)> = Vec::new();
    let mut quoted = 0usize;
    for piece in pieces.iter().skip(at) {
        match piece {
            Piece::Start(element) if !markup::is_void(&element.name) => {
                let quotes = is_quote_container(element) || element.name == "blockquote";
                quoted += usize::from(quotes);
                stack.push((&element.name, quotes));
            }
            Piece::End(name) => {
                if let Some(open) = stack.iter().rposition(|(n, _)| n == name) {
                    for (_, quotes) in stack.drain(open..) {
                        quoted -= usize::from(quotes);
                    }
                }
            }
            Piece::Text(text) if quoted == 0 && !text.trim().is_empty() => return true,
            _ => {}
        }
    }
    false
}

fn shows_something(pieces: &[Piece]) -> bool {
    let mut hidden: Option<&str> = None;
    for piece in pieces {
        match piece {
            Piece::Start(element) if matches!(element.name.as_str(), "style" | "script" | "title") => {
                hidden = Some(&element.name);
            }
            Piece::Start(element) if element.name == "img" => return true,
            Piece::End(name) if hidden == Some(name) => hidden = None,
            Piece::Text(text)
                if hidden.is_none() && text.chars().any(|c| !c.is_whitespace() && c != '\u{200b}') =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// The pieces as markup, with what is open closed.
fn closed(pieces: &[Piece]) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Start(element) if !markup::is_void(&element.name) => open.push(&element.name),
            Piece::End(name) => {
                if let Some(at) = open.iter().rposition(|n| n == name) {
                    open.truncate(at);
                }
            }
            _ => {}
        }
        markup::write(&mut out, piece);
    }
    for name in open.iter().rev() {
        markup::write(&mut out, &Piece::End((*name).to_owned()));
    }
    out
}
