//! Where the history and the signature begin in the HTML of a reply: by the marks each mailer leaves, and by the same lines as in text.

use crate::announce::{is_delimiter, is_forward_banner, is_original_banner, names_sender};
use crate::markup::{self, Element, Piece};
use crate::{plain, quote, signature};

/// HTML larger than this is not cut.
const MAX_HTML: usize = 4 * 1024 * 1024;
/// Nor is HTML of more pieces: each takes memory. A long thread out of Outlook has 20,000.
const MAX_PIECES: usize = 80_000;

/// What is new in HTML.
pub struct NewHtml {
    /// Closed properly, not cleaned.
    pub html: String,
    /// What was cut off, in the elements it stood in; empty unless it was asked for.
    pub rest: String,
    /// A history was cut off, not a signature alone.
    pub had_history: bool,
}

/// Whether what is cut off is wanted, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It is dropped at once.
    Dropped,
    /// It is for a fold below what is new.
    Kept,
}

/// The HTML before the history and without the signature; `None` when nothing may be cut.
pub fn cut_html(source: &str, answers: bool, wanted: Rest) -> Option<NewHtml> {
    if source.len() > MAX_HTML {
        return None;
    }
    let mut pieces = Vec::new();
    markup::read(source, |piece| {
        pieces.push(piece);
        pieces.len() <= MAX_PIECES
    });
    if pieces.len() > MAX_PIECES {
        return None;
    }
    let whole = pieces.len();
    let by_mark = (0..pieces.len()).find(|at| begins_history_html(&pieces, *at));
    let at = match (by_mark, by_words(&mut pieces, by_mark, answers)?) {
        (mark, Some(words)) if mark.is_none_or(|mark| words < mark) => Some(words),
        (Some(mark), _) if is_forwarded(&pieces, mark) || has_own_words_behind(&pieces, mark) => return None,
        (mark, _) => mark,
    };
    let history = pieces.split_off(at.unwrap_or(pieces.len()));
    let signature = without_signature(&mut pieces);
    if at.is_none() && pieces.len() == whole {
        return None;
    }
    let rest = match wanted {
        Rest::Dropped => String::new(),
        Rest::Kept => reopened(&pieces, signature.into_iter().chain(history)),
    };
    drop_separators(&mut pieces);
    shows_something(&pieces).then(|| NewHtml { html: closed(&pieces), rest, had_history: at.is_some() })
}

/// What follows `before`, inside the elements that are open there.
fn reopened(before: &[Piece], rest: impl Iterator<Item = Piece>) -> String {
    let mut open: Vec<&Piece> = Vec::new();
    for piece in before {
        match piece {
            Piece::Start(element) if !markup::is_void(&element.name) => open.push(piece),
            Piece::End(name) => {
                let same = |piece: &&Piece| matches!(piece, Piece::Start(element) if element.name == *name);
                if let Some(at) = open.iter().rposition(same) {
                    open.truncate(at);
                }
            }
            _ => {}
        }
    }
    let mut out = String::new();
    for piece in open {
        markup::write(&mut out, piece);
    }
    for piece in rest {
        markup::write(&mut out, &piece);
    }
    out
}

/// Where the history begins by the rules for text: `Some(None)` when they find nothing, `None` when they forbid a cut.
fn by_words(pieces: &mut Vec<Piece>, mark: Option<usize>, answers: bool) -> Option<Option<usize>> {
    let shown = plain::to_lines(pieces);
    let lines: Vec<&str> = shown.text.lines().collect();
    let Some(line) = quote::history(&lines, answers, false) else {
        // They may have found something and left it alone; a mailer's own mark outweighs that, unless answers stand between.
        return match mark {
            None => Some(None),
            Some(_) if quote::forbids(&lines) => None,
            Some(_) => Some(None),
        };
    };
    let Some((piece, byte)) = shown.origin(line) else { return Some(None) };
    Some(Some(split(pieces, piece, byte)))
}

/// Makes a piece begin at this byte of that piece; returns its index.
fn split(pieces: &mut Vec<Piece>, at: usize, byte: usize) -> usize {
    let Some(Piece::Text(text)) = pieces.get_mut(at) else { return at };
    let cut = text.get(..byte).map(str::trim_end).map_or(0, str::len);
    if byte == 0 || cut == 0 {
        return at;
    }
    let (Ok(byte), Ok(length)) = (u32::try_from(byte), u32::try_from(text.len())) else { return at };
    let rest = text.subtendril(byte, length - byte);
    text.pop_back(length - byte);
    pieces.insert(at + 1, Piece::Text(rest));
    at + 1
}

/// Takes the signature off and returns it; nothing when there is none.
fn without_signature(pieces: &mut Vec<Piece>) -> Vec<Piece> {
    let marked = (0..pieces.len()).find(|at| {
        matches!(pieces.get(*at), Some(Piece::Start(element)) if is_signature(element))
            && !has_own_words_behind(pieces, *at)
            && shows_something(pieces.get(..*at).unwrap_or_default())
    });
    let below = marked.map(|at| pieces.split_off(at)).unwrap_or_default();
    let shown = plain::to_lines(pieces);
    let at = signature::without(&shown.text).and_then(|rest| shown.origin(rest.lines().count()));
    let Some((piece, byte)) = at else { return below };
    let at = split(pieces, piece, byte);
    let mut signature = pieces.split_off(at);
    signature.extend(below);
    signature
}

/// Elements that mailers put a signature into.
fn is_signature(element: &Element) -> bool {
    ["gmail_signature", "gmail_signature_prefix", "moz-signature", "zmail_signature"]
        .iter()
        .any(|class| element.has_class(class))
        || element.attribute("data-smartmail") == Some("gmail_signature")
        || element.attribute("id").is_some_and(|id| {
            matches!(
                id,
                "Signature"
                    | "AppleMailSignature"
                    | "AppleMailLineBreakAtBeginningOfSignature"
                    | "ms-outlook-mobile-signature"
                    | "ydp-signature"
            )
        })
}

/// Rules, empty lines and open tags above a cut belong to what was cut off.
fn drop_separators(pieces: &mut Vec<Piece>) {
    while let Some(last) = pieces.last() {
        let drop = match last {
            Piece::Start(element) => element.name != "img",
            Piece::Text(text) => text.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}').is_empty(),
            Piece::End(_) => false,
        };
        if !drop {
            break;
        }
        pieces.pop();
    }
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
    if !is_quote_container(first) && !is_signature(first) {
        return false;
    }
    // Depth inside quotes of either kind; words at depth 0 are the writer's.
    let mut stack: Vec<(&str, bool)> = Vec::new();
    let mut quoted = 0usize;
    for piece in pieces.iter().skip(at) {
        match piece {
            Piece::Start(element) if !markup::is_void(&element.name) => {
                let quotes =
                    is_quote_container(element) || is_signature(element) || element.name == "blockquote";
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
            Piece::Text(text)
                if quoted == 0 && !text.trim().is_empty() && !crate::ids::looks_like_token(text) =>
            {
                return true;
            }
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
