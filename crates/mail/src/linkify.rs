//! Plain text to HTML, with its links made clickable.

use crate::markup::escape;

/// Plain text as an HTML fragment: escaped, line breaks kept, links made clickable.
pub fn from_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let (before, at) = rest.split_at(start);
        escape_lines(&mut out, before);
        let length = link_length(at);
        let (link, after) = at.split_at(length);
        if link.len() > "https://".len() && url::Url::parse(link).is_ok() {
            out.push_str("<a href=\"");
            escape(&mut out, link);
            out.push_str("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
            escape(&mut out, link);
            out.push_str("</a>");
        } else {
            escape_lines(&mut out, link);
        }
        rest = after;
    }
    escape_lines(&mut out, rest);
    out
}

fn next_link(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find("http") {
        let at = from + at;
        let rest = text.get(at..)?;
        if rest.starts_with("http://") || rest.starts_with("https://") {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

/// Where an address in running text ends: before white space, brackets, Japanese text and closing punctuation.
fn link_length(text: &str) -> usize {
    let end = text
        .find(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`') || !c.is_ascii()
        })
        .unwrap_or(text.len());
    let mut link = text.get(..end).unwrap_or(text);
    loop {
        let unbalanced = |open: char, close: char| {
            link.ends_with(close) && link.matches(close).count() > link.matches(open).count()
        };
        if link.ends_with(['.', ',', ';', ':', '!', '?', '\'', '*'])
            || unbalanced('(', ')')
            || unbalanced('[', ']')
        {
            link = link.get(..link.len() - 1).unwrap_or_default();
        } else {
            return link.len();
        }
    }
}

fn escape_lines(out: &mut String, text: &str) {
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push_str("<br>\n");
        }
        escape(out, line.strip_suffix('\r').unwrap_or(line));
    }
}
