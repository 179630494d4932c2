//! HTML made to be slow: what would cost a tree builder more than its size is taken out before.

use std::borrow::Cow;

use crate::markup::{self, Piece, write};

/// Elements deeper than this are dropped (their content stays): tree building is quadratic in the depth.
const MAX_DEPTH: usize = 400;
/// Unclosed formatting elements are rebuilt in each following paragraph: more than these are dropped.
const MAX_FORMATTING: usize = 24;

/// Tree building copies a run of text once for each entity in it: a run of a hundred thousand `&amp;` takes minutes.
pub fn is_costly(html: &str) -> bool {
    const MAX_COPIES: u64 = 100_000_000;
    if html.len() < 20_000 {
        return false;
    }
    let (mut copies, mut length, mut escapes) = (0u64, 0u64, 0u64);
    markup::read(html, |piece| {
        match piece {
            Piece::Text(text) => {
                length += text.len() as u64;
                escapes += text.bytes().filter(|b| matches!(b, b'&' | b'<' | b'>' | b'"')).count() as u64;
            }
            _ => {
                copies += length * escapes;
                (length, escapes) = (0, 0);
            }
        }
        copies + length * escapes <= MAX_COPIES
    });
    copies + length * escapes > MAX_COPIES
}

/// Whether there are more elements than this; of stray end tags, too, some become one.
pub fn has_more_elements(html: &str, most: usize) -> bool {
    if html.len() < most * 3 {
        return false;
    }
    let mut tags = 0;
    markup::read(html, |piece| {
        tags += match piece {
            Piece::Start(_) => 2,
            Piece::End(_) => 1,
            Piece::Text(_) => 0,
        };
        tags <= most * 3
    });
    tags > most * 3
}

/// Drops what makes tree building slow: very deep nesting and heaps of unclosed formatting.
pub fn without_excess(html: &str) -> Cow<'_, str> {
    if html.len() < 20_000 {
        return html.into();
    }
    let mut open: Vec<String> = Vec::new();
    let mut formatting = 0usize;
    let mut out = String::with_capacity(html.len());
    markup::read(html, |piece| {
        match &piece {
            Piece::Start(element) if markup::is_void(&element.name) => write(&mut out, &piece),
            Piece::Start(element) => {
                let formats = is_formatting(&element.name);
                if open.len() < MAX_DEPTH && !(formats && formatting >= MAX_FORMATTING) {
                    formatting += usize::from(formats);
                    open.push(element.name.clone());
                    write(&mut out, &piece);
                }
            }
            Piece::End(name) => {
                if let Some(at) = open.iter().rposition(|n| n == name) {
                    // Formatting left open goes on behind most elements, but never out of a table cell.
                    let closed = if matches!(name.as_str(), "td" | "th" | "table") {
                        at..open.len()
                    } else {
                        at..at + 1
                    };
                    formatting -= open.drain(closed).filter(|name| is_formatting(name)).count();
                    write(&mut out, &piece);
                }
            }
            Piece::Text(_) => write(&mut out, &piece),
        }
        true
    });
    out.into()
}

fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}
