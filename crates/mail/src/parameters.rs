//! `Content-Type` and `Content-Disposition`: a value and its parameters, in whatever state they come.
//!
//! A file name may stand there as RFC 2231 (whole or in numbered pieces, each escaped or not), as encoded words (which the
//! standard forbids and everybody writes), as raw bytes, escaped as in an address of the web, or without its quotes.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::charset::{self, Hint};
use crate::words;

/// No more parameters of one field are read.
const MAX_PARAMETERS: usize = 200;
/// Pieces of one parameter beyond this number do not exist.
const MAX_PIECE: usize = 10_000;

/// A value with parameters.
#[derive(Debug, Default)]
pub struct Content {
    /// The value in lower case: `text/plain`, `attachment`.
    pub value: String,
    parameters: Vec<(String, String)>,
    hint: Hint,
}

impl Content {
    /// Reads a field that is one line.
    pub fn read(text: &str, hint: &Hint) -> Self {
        let text = text.trim();
        let end = text.find(|c: char| c == ';' || c == '(' || c.is_whitespace()).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        // `Content-Disposition: filename=x`: the value was forgotten.
        let (value, rest) = if value.contains('=') { ("", text) } else { (value, rest) };
        let mut this = Self {
            value: value.trim_matches(['"', '\'']).to_ascii_lowercase(),
            parameters: Vec::new(),
            hint: hint.clone(),
        };
        let mut rest = rest;
        while this.parameters.len() < MAX_PARAMETERS {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ';' | ','));
            let Some(end) = rest.find(['=', ';']) else { break };
            let (name, after) = rest.split_at(end);
            let Some(after) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let (value, after) = parameter(after.trim_start());
            let name = name.rsplit(char::is_whitespace).find(|word| !word.is_empty()).unwrap_or_default();
            if !name.is_empty() {
                this.parameters.push((name.to_ascii_lowercase(), value));
            }
            rest = after;
        }
        this
    }

    /// A parameter, decoded: RFC 2231 before what stands there plainly.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.extended(name).or_else(|| self.plain(name))
    }

    fn plain(&self, name: &str) -> Option<String> {
        let (_, value) = self.parameters.iter().find(|(n, _)| n == name)?;
        if let Some(decoded) = self.escaped_without_star(value) {
            return Some(decoded);
        }
        Some(words::decoded(value, &self.hint))
    }

    /// `filename="UTF-8''%E8%A6%8B.pdf"` and `filename="%E8%A6%8B.pdf"`, as programs write that mixed the two up.
    fn escaped_without_star(&self, value: &str) -> Option<String> {
        if !value.contains('%') || !value.is_ascii() {
            return None;
        }
        if let Some((charset, rest)) = value.split_once("''")
            && charset.len() <= 40
            && charset.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        {
            return Some(self.unescaped(Some(charset), &percent_decode_str(rest).collect::<Vec<u8>>()));
        }
        let decoded = percent_decode_str(value).decode_utf8().ok()?;
        (!decoded.is_ascii()).then(|| decoded.into_owned())
    }

    fn unescaped(&self, charset: Option<&str>, bytes: &[u8]) -> String {
        charset::decode(bytes, charset.filter(|charset| !charset.is_empty()), &self.hint)
    }

    /// `name*`, or `name*0`, `name*1*`, … put together.
    fn extended(&self, name: &str) -> Option<String> {
        let mut pieces: BTreeMap<usize, (bool, &str)> = BTreeMap::new();
        for (key, value) in &self.parameters {
            let Some(key) = key.strip_prefix(name).and_then(|key| key.strip_prefix('*')) else { continue };
            let (number, escaped) = match key.strip_suffix('*') {
                Some(number) => (number, true),
                None => (key, key.is_empty()),
            };
            let number = if number.is_empty() { Some(0) } else { number.parse().ok() };
            if let Some(number) = number.filter(|number| *number <= MAX_PIECE) {
                pieces.entry(number).or_insert((escaped, value.as_str()));
            }
        }
        let mut charset = None;
        let mut bytes = Vec::new();
        let any_escaped = pieces.values().any(|(escaped, _)| *escaped);
        if pieces.is_empty() {
            return None;
        }
        for (at, (escaped, value)) in pieces.values().enumerate() {
            let mut value = *value;
            if at == 0
                && any_escaped
                && let Some((label, rest)) = value.split_once('\'')
                && let Some((_, rest)) = rest.split_once('\'')
            {
                charset = Some(label);
                value = rest;
            }
            if *escaped {
                bytes.extend(percent_decode_str(value));
            } else {
                bytes.extend_from_slice(value.as_bytes());
            }
        }
        if any_escaped && !bytes.starts_with(b"=?") {
            return Some(self.unescaped(charset, &bytes));
        }
        // Encoded words cut into pieces.
        Some(words::decoded(&String::from_utf8_lossy(&bytes), &self.hint))
    }
}

/// The value that `text` begins with, and what follows it.
fn parameter(text: &str) -> (String, &str) {
    if let Some(inner) = text.strip_prefix('"') {
        return quoted(inner);
    }
    let end = text.find(';').unwrap_or(text.len());
    let (value, after) = text.split_at(end);
    // A forgotten semicolon: `charset=utf-8 format=flowed`.
    if let Some(at) =
        value.find(char::is_whitespace).filter(|at| begins_parameter(value.get(*at..).unwrap_or_default()))
    {
        return (value.get(..at).unwrap_or_default().to_owned(), text.get(at..).unwrap_or_default());
    }
    (value.trim().trim_matches('\'').to_owned(), after)
}

/// `name=` follows.
fn begins_parameter(text: &str) -> bool {
    let name = text.trim_start();
    let length =
        name.bytes().take(40).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'*')).count();
    length > 0 && name.get(length..).is_some_and(|after| after.starts_with('=') && !after.starts_with("=?"))
}

/// A quoted value. A quotation mark inside it that was not escaped does not end it; a missing one ends with the field.
fn quoted(inner: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        let after = inner.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            // Paths of Windows are written with plain backslashes.
            '\\' if after.starts_with(['"', '\\']) => {
                if let Some((_, escaped)) = chars.next() {
                    value.push(escaped);
                }
            }
            '"' => {
                let next = after.get(..after.floor_char_boundary(60)).unwrap_or_default().trim_start();
                if next.is_empty() || next.starts_with([';', ',', '(']) || begins_parameter(next) {
                    return (value, after);
                }
                value.push('"');
            }
            c => value.push(c),
        }
    }
    (value.trim_end_matches('"').to_owned(), "")
}
