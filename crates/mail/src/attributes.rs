//! Tags with thousands of attributes, cut short before anybody reads them.
//!
//! A tokenizer compares the name of each attribute with all before it: a million of them in one tag take minutes. This follows the
//! tokenizer's states closely enough to know where tags begin and end, and drops what a tag has beyond a number nobody needs.

use std::borrow::Cow;

use memchr::{memchr, memmem};

/// Attributes of one tag that are read.
const MOST: usize = 300;

/// The markup with no tag of more than [`MOST`] attributes.
pub fn bounded(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    if bytes.len() < MOST * 2 {
        return html.into();
    }
    let mut out: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'<', rest)) {
        at += found + 1;
        let (is_end, name_at) = match bytes.get(at) {
            Some(b'/') => (true, at + 1),
            Some(b'!') if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"!--")) => {
                at = behind_comment(bytes, at + 3);
                continue;
            }
            Some(b'!' | b'?') => {
                at = behind(bytes, at, b'>');
                continue;
            }
            _ => (false, at),
        };
        if !bytes.get(name_at).is_some_and(u8::is_ascii_alphabetic) {
            if is_end {
                at = behind(bytes, at, b'>');
            }
            continue;
        }
        let tag = tag(bytes, name_at);
        if let Some(excess) = tag.excess {
            // Between two attributes: a place of ASCII, so no character is cut in two.
            let out = out.get_or_insert_with(String::new);
            out.push_str(html.get(copied..excess).unwrap_or_default());
            out.push('>');
            copied = tag.end;
        }
        at = tag.end;
        if !is_end
            && let Some(name) = bytes.get(name_at..tag.name_end)
            && holds_text(name)
        {
            at = behind_text(bytes, at, name);
        }
    }
    match out {
        None => html.into(),
        Some(mut out) => {
            out.push_str(html.get(copied..).unwrap_or_default());
            out.into()
        }
    }
}

struct Tag {
    name_end: usize,
    /// Behind the `>`.
    end: usize,
    /// Where the attributes begin that are too many.
    excess: Option<usize>,
}

/// Reads a tag from its name on.
fn tag(bytes: &[u8], name_at: usize) -> Tag {
    let at_byte = |at: usize| bytes.get(at).copied();
    let mut at = name_at;
    while at_byte(at).is_some_and(|b| !is_space(b) && b != b'/' && b != b'>') {
        at += 1;
    }
    let name_end = at;
    let (mut count, mut excess) = (0, None);
    loop {
        while at_byte(at).is_some_and(|b| is_space(b) || b == b'/') {
            at += 1;
        }
        match at_byte(at) {
            None => return Tag { name_end, end: bytes.len(), excess },
            Some(b'>') => return Tag { name_end, end: at + 1, excess },
            Some(_) => {}
        }
        count += 1;
        if count > MOST && excess.is_none() {
            excess = Some(at);
        }
        // The name; a `=` at its beginning belongs to it.
        at += 1;
        while at_byte(at).is_some_and(|b| !is_space(b) && !matches!(b, b'/' | b'>' | b'=')) {
            at += 1;
        }
        let mut value = at;
        while at_byte(value).is_some_and(is_space) {
            value += 1;
        }
        if at_byte(value) != Some(b'=') {
            continue;
        }
        value += 1;
        while at_byte(value).is_some_and(is_space) {
            value += 1;
        }
        at = match at_byte(value) {
            Some(quote @ (b'"' | b'\'')) => behind(bytes, value + 1, quote),
            Some(_) => {
                let rest = bytes.get(value..).unwrap_or_default();
                value + rest.iter().position(|b| is_space(*b) || *b == b'>').unwrap_or(rest.len())
            }
            None => value,
        };
    }
}

/// White space as tags have it.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn behind(bytes: &[u8], at: usize, wanted: u8) -> usize {
    bytes.get(at..).and_then(|rest| memchr(wanted, rest)).map_or(bytes.len(), |found| at + found + 1)
}

/// Comments end at `-->` and `--!>`, and at once when they begin with `>` or `->`.
fn behind_comment(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    for short in [&b">"[..], b"->"] {
        if rest.starts_with(short) {
            return at + short.len();
        }
    }
    // The dashes that began it may end it, too.
    let mut from = at.saturating_sub(2);
    while let Some(found) = bytes.get(from..).and_then(|rest| memmem::find(rest, b"--")) {
        let end = from + found + 2;
        match bytes.get(end..).unwrap_or_default() {
            [b'>', ..] if end > at => return end + 1,
            [b'!', b'>', ..] if end > at => return end + 2,
            _ => from = end - 1,
        }
    }
    bytes.len()
}

/// Elements in which no tag is read but their own end: those of [`crate::markup`].
fn holds_text(name: &[u8]) -> bool {
    ["title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
}

/// Where the end tag of that name begins.
fn behind_text(bytes: &[u8], mut at: usize, name: &[u8]) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memmem::find(rest, b"</")) {
        let begin = at + found;
        let rest = bytes.get(begin + 2..).unwrap_or_default();
        if rest.get(..name.len()).is_some_and(|other| other.eq_ignore_ascii_case(name))
            && rest.get(name.len()).is_some_and(|b| is_space(*b) || matches!(b, b'/' | b'>'))
        {
            return begin;
        }
        at = begin + 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(count: usize) -> String {
        (0..count).map(|n| format!(" a{n}=\"1 > <b x\"")).collect()
    }

    /// A million attributes in one tag would take minutes; what stands behind the tag is not lost for them.
    #[test]
    fn a_tag_keeps_its_first_attributes_and_nothing_behind_it_is_lost() {
        for (before, after) in [
            ("", "<p>x</p>"),
            ("<!-- <i \" -->", "x"),
            ("<!-->", "x"),
            ("<!--->", "x"),
            ("<!-- --!>", "<b>x</b>"),
            ("<script>\"<i '</script >", "x"),
            ("<style><!-- <i \"</style>", "x"),
            ("<p title='>\"'>", "é"),
            ("</ \">", "x"),
            ("<?x \">", "x"),
            ("<1 \">", "x"),
        ] {
            let short = format!("{before}<i{}>{after}", attributes(MOST));
            assert!(bounded(&short) == short, "{before}");
            let long = format!("{before}<i{}>{after}", attributes(MOST * 3));
            let expected = format!("{before}<i{} >{after}", attributes(MOST));
            assert!(bounded(&long) == expected, "{before}");
        }
        assert!(bounded(&format!("<i{}", " x".repeat(2_000))).len() < 1_000, "a tag that never ends");
        assert!(bounded(&format!("</i{}>x", "/x".repeat(2_000))).ends_with(">x"), "an end tag");
    }
}
