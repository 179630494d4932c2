//! Encoded words (RFC 2047) in whatever state they come, and the transfer encodings they share with bodies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::charset::{self, Hint};

/// No word is longer; the standard allows 75.
const MAX_WORD: usize = 8_000;

/// How the bytes of a word are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Base64,
    Quoted,
}

/// `=?charset?B?text?=`, taken apart.
struct Word<'a> {
    charset: &'a str,
    method: Method,
    payload: &'a str,
    length: usize,
}

impl Word<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self.method {
            Method::Base64 => base64_leniently(self.payload.as_bytes()),
            Method::Quoted => quoted_printable_leniently(self.payload.replace('_', " ").as_bytes()),
        }
    }
}

/// The encoded word that `text` begins with.
fn word(text: &str) -> Option<Word<'_>> {
    let inner = text.strip_prefix("=?")?;
    let (charset, rest) = inner.split_once('?')?;
    let (method, rest) = rest.split_once('?')?;
    if charset.is_empty() || charset.len() > 60 || method.len() != 1 {
        return None;
    }
    let method = match method {
        "b" | "B" => Method::Base64,
        "q" | "Q" => Method::Quoted,
        _ => return None,
    };
    let end = word_end(rest, method)?;
    let payload = rest.get(..end)?;
    let charset = charset.split('*').next().unwrap_or(charset);
    Some(Word { charset, method, payload, length: 2 + inner.len() - rest.len() + end + 2 })
}

/// Where the payload ends. A question mark that was left as it is, before an escape, looks like an end and is none:
/// `What?=20now?=`.
fn word_end(rest: &str, method: Method) -> Option<usize> {
    let within = |end: &usize| *end <= MAX_WORD;
    let mut end = rest.find("?=").filter(within)?;
    let is_escape = |after: &str| {
        let two = after.as_bytes().get(..2);
        two.is_some_and(|two| two.iter().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b)))
    };
    while let Some(after) = rest.get(end + 2..).filter(|after| method == Method::Quoted && is_escape(after)) {
        let next = after.find("?=").map(|at| end + 2 + at).filter(within);
        // Between here and there the same word goes on only if nothing separates them.
        match next.filter(|next| rest.get(end + 2..*next).is_some_and(|text| !text.contains([' ', '?']))) {
            Some(next) => end = next,
            None => break,
        }
    }
    Some(end)
}

/// Words in a row that share a charset.
struct Run<'a> {
    charset: &'a str,
    words: Vec<Word<'a>>,
}

impl Run<'_> {
    /// The words' bytes are put together before decoding, because mailers split characters between them.
    fn decoded(&self, hint: &Hint) -> String {
        let bytes: Vec<u8> = self.words.iter().flat_map(Word::bytes).collect();
        let text = charset::decode(&bytes, Some(self.charset), hint);
        // Others encode first and cut then: the base64 itself goes on in the next word.
        let is_base64 = self.words.iter().all(|word| word.method == Method::Base64);
        if is_base64 && self.words.len() > 1 && text.contains('\u{fffd}') {
            let payload: String = self.words.iter().map(|word| word.payload).collect();
            let other = charset::decode(&base64_leniently(payload.as_bytes()), Some(self.charset), hint);
            if !other.contains('\u{fffd}') {
                return other;
            }
        }
        text
    }
}

/// Rewrites each row of encoded words with `write`.
fn rewrite(text: &str, hint: &Hint, write: &dyn Fn(&str, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (before, at) = rest.split_at(start);
        let Some(first) = word(at) else {
            out.push_str(before);
            out.push_str("=?");
            rest = at.get(2..).unwrap_or_default();
            continue;
        };
        out.push_str(before);
        let mut after = at.get(first.length..).unwrap_or_default();
        let mut run = Run { charset: first.charset, words: vec![first] };
        let mut decoded = String::new();
        loop {
            let gap = after.trim_start();
            let Some(next) = word(gap) else { break };
            after = gap.get(next.length..).unwrap_or_default();
            if !next.charset.eq_ignore_ascii_case(run.charset) {
                decoded.push_str(&run.decoded(hint));
                run = Run { charset: next.charset, words: Vec::new() };
            }
            run.words.push(next);
        }
        decoded.push_str(&run.decoded(hint));
        write(&decoded, &mut out);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Some programs encode what is encoded already.
fn once_more(decoded: &str, hint: &Hint) -> Option<String> {
    let inner = decoded.trim();
    (inner.starts_with("=?") && inner.ends_with("?="))
        .then(|| rewrite(inner, hint, &|decoded, out| out.push_str(decoded)))
}

/// The text with its encoded words decoded.
pub fn decoded(text: &str, hint: &Hint) -> String {
    rewrite(text, hint, &|decoded, out| match once_more(decoded, hint) {
        Some(inner) => out.push_str(&inner),
        None => out.push_str(decoded),
    })
}

/// The text with each row of encoded words as one word in UTF-8.
pub fn joined(text: &str, hint: &Hint) -> String {
    rewrite(text, hint, &|decoded, out| {
        let inner = once_more(decoded, hint);
        out.push_str("=?utf-8?B?");
        out.push_str(&STANDARD.encode(inner.as_deref().unwrap_or(decoded)));
        out.push_str("?=");
    })
}

/// A text in base64, with what mailing lists and gateways write below it as it is. What is called base64 and is plain words
/// stays what it is.
pub fn base64_text(bytes: &[u8]) -> Vec<u8> {
    let mut at = 0;
    let plain = bytes.split_inclusive(|b| *b == b'\n').find_map(|line| {
        let begin = at;
        at += line.len();
        is_words(line.trim_ascii()).then_some(begin)
    });
    let Some((encoded, words)) = plain.and_then(|begin| bytes.split_at_checked(begin)) else {
        return base64_leniently(bytes);
    };
    let mut out = base64_leniently(encoded);
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(words);
    out
}

/// A line no encoder writes: a ruler, bytes above ASCII, an escape of ISO-2022-JP, or words with spaces between. (Spaces that
/// got in between whole groups of four letters make no words.)
fn is_words(line: &[u8]) -> bool {
    let in_alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let mut words = line.split(|b| *b == b' ').rev();
    let spaced = words.clone().count() >= 3 && words.any(|word| word.len() % 4 != 0);
    spaced
        || line.iter().any(|b| !b.is_ascii() || *b == b'\x1b')
        || (line.len() >= 2 && !line.iter().any(in_alphabet))
}

/// Base64 as it comes: characters outside the alphabet are skipped, an incomplete end gives what it holds.
pub fn base64_leniently(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut block, mut filled) = (0u32, 0u8);
    for &b in bytes {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                // Padding ends a block; some programs glue several encoded texts together.
                flush(&mut out, &mut block, &mut filled);
                continue;
            }
            _ => continue,
        };
        block = block << 6 | u32::from(value);
        filled += 1;
        if filled == 4 {
            out.extend_from_slice(&block.to_be_bytes()[1..]);
            (block, filled) = (0, 0);
        }
    }
    flush(&mut out, &mut block, &mut filled);
    out
}

fn flush(out: &mut Vec<u8>, block: &mut u32, filled: &mut u8) {
    let bytes = (*block << (6 * (4 - u32::from(*filled)))).to_be_bytes();
    match filled {
        2 => out.extend_from_slice(&bytes[1..2]),
        3 => out.extend_from_slice(&bytes[1..3]),
        _ => {}
    }
    (*block, *filled) = (0, 0);
}

/// Quoted-printable as it comes: what is no escape stays as written.
pub fn quoted_printable_leniently(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before);
        let hex = |b: &u8| (*b as char).to_digit(16);
        rest = match escape {
            [_, a, b, after @ ..] if hex(a).is_some() && hex(b).is_some() => {
                out.push((hex(a).unwrap_or(0) * 16 + hex(b).unwrap_or(0)) as u8);
                after
            }
            _ => {
                // A line break, or the end, behind nothing but white space: the next line goes on.
                let after = escape.get(1..).unwrap_or_default();
                let blanks = after.iter().take_while(|b| b.is_ascii_whitespace() && **b != b'\n').count();
                match after.get(blanks) {
                    Some(b'\n') => after.get(blanks + 1..).unwrap_or_default(),
                    None => &[],
                    Some(_) => {
                        out.push(b'=');
                        after
                    }
                }
            }
        };
    }
    out.extend_from_slice(rest);
    out
}
