//! The header block of a mail or part: fields, unfolded and decoded on demand.
//!
//! Headers arrive in any state: raw Shift_JIS, words of one character split over two encoded words, ten thousand
//! fields. Each field is brought into one form first (UTF-8, one encoded word a run); then mail-parser reads it.

use jiff::Timestamp;
use jiff::tz::Offset;
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use crate::charset::{self, Hint};
use crate::parameters::Content;
use crate::{Address, Mailbox, MessageId, when, words};

/// No field is read beyond this many bytes.
const MAX_FIELD: usize = 256 * 1024;
/// No more fields than this are looked at.
const MAX_FIELDS: usize = 20_000;
/// No more ids or people of one field are taken.
const MAX_ITEMS: usize = 1_000;

/// The fields of one header block, as they stand in the mail.
#[derive(Debug, Default)]
pub struct Fields<'a> {
    fields: Vec<(&'a str, &'a [u8])>,
    hint: Hint,
}

impl<'a> Fields<'a> {
    /// Reads a header block (the bytes before the empty line).
    pub fn parse(block: &'a [u8]) -> Self {
        let mut fields: Vec<(&str, usize, usize)> = Vec::new();
        let mut at = 0;
        while at < block.len() {
            let end = line_end(block, at);
            let line = block.get(at..end).unwrap_or_default();
            match line.first() {
                Some(b' ' | b'\t') => {
                    if let Some(last) = fields.last_mut() {
                        last.2 = end;
                    }
                }
                _ => {
                    if let Some((name, value)) = name_of(line) {
                        if fields.len() >= MAX_FIELDS {
                            break;
                        }
                        fields.push((name, at + value, end));
                    }
                }
            }
            at = end;
        }
        let fields = fields
            .into_iter()
            .map(|(name, start, end)| {
                let value = block.get(start..end).unwrap_or_default();
                (name, value.get(..MAX_FIELD).unwrap_or(value))
            })
            .collect();
        let mut this = Self { fields, hint: Hint::default() };
        this.hint.tld = this.sender_tld();
        // Each field alone is too short to tell by; together they are not.
        if !block.is_ascii() && std::str::from_utf8(block).is_err() {
            this.hint.encoding = charset::by_kana(block);
        }
        this
    }

    /// True when not one header was found.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What helps to guess the encoding of this mail: the sender's domain, and what the rest is written in.
    pub fn hint(&self) -> &Hint {
        &self.hint
    }

    /// Takes over what other parts of the mail say about its encoding. What the block itself says stays.
    pub fn guided_by(&mut self, hint: &Hint) {
        if self.hint.tld.is_none() {
            self.hint.tld.clone_from(&hint.tld);
        }
        self.hint.encoding = self.hint.encoding.or(hint.encoding);
        self.hint.japanese |= hint.japanese;
    }

    fn sender_tld(&self) -> Option<String> {
        let from = self.raw("from")?;
        let at = memchr::memrchr(b'@', from)?;
        let domain: String = from
            .get(at + 1..)?
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            .map(|b| b.to_ascii_lowercase() as char)
            .collect();
        domain.rsplit('.').next().filter(|tld| !tld.is_empty()).map(str::to_owned)
    }

    /// The first field of that name, undecoded.
    pub fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Name and undecoded value of all fields, from the top.
    pub fn in_order(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.fields.iter().copied()
    }

    /// The decoded, unfolded text of the first field of that name.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(|value| self.decoded(value))
    }

    /// The decoded texts of all fields of that name, in order.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = String> {
        self.fields
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| self.decoded(value))
    }

    /// Name and decoded text of the first `limit` fields.
    pub fn all(&self, limit: usize) -> Vec<(String, String)> {
        self.fields
            .iter()
            .take(limit)
            .map(|(name, value)| ((*name).to_owned(), self.decoded(value)))
            .collect()
    }

    fn decoded(&self, value: &[u8]) -> String {
        let text = charset::decode_unlabelled(value, &self.hint);
        one_line(&words::decoded(&text, &self.hint))
    }

    /// A form mail-parser reads without loss: UTF-8, encoded words joined and in UTF-8, one line.
    fn normal(&self, name: &str) -> Option<String> {
        let text = charset::decode_unlabelled(self.raw(name)?, &self.hint);
        Some(one_line(&words::joined(&text, &self.hint)))
    }

    /// People in the first field of that name; entries without a usable address are left out.
    pub fn people(&self, name: &str) -> Vec<Mailbox> {
        let Some(text) = self.normal(name) else { return Vec::new() };
        let line = format!("{}\n", without_routes(&with_quoted_commas(&without_quoted_locals(&text))));
        let HeaderValue::Address(list) = MessageStream::new(line.as_bytes()).parse_address() else {
            return Vec::new();
        };
        list.iter()
            .filter_map(|entry| {
                let address = Address::parse(entry.address()?)?;
                Some(Mailbox { name: one_line(entry.name().unwrap_or_default()), address })
            })
            .take(MAX_ITEMS)
            .collect()
    }

    /// Message-IDs in all fields of that name, in order, without repeats.
    pub fn ids(&self, name: &str) -> Vec<MessageId> {
        let mut ids = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for text in self.texts(name) {
            for id in ids_in(&text) {
                if ids.len() < MAX_ITEMS && seen.insert(id.clone()) {
                    ids.push(id);
                }
            }
        }
        ids
    }

    /// The date in the first field of that name.
    pub fn date(&self, name: &str) -> Option<Timestamp> {
        let text = self.text(name)?;
        // The parser takes Japan's time for London's, as it does with every name it does not know.
        let named = text.contains("JST") && !text.contains("+0");
        let line = format!("{text}\n");
        let by_rule = match MessageStream::new(line.as_bytes()).parse_date() {
            HeaderValue::DateTime(date) if date.is_valid() && date.year >= 1970 && !named => {
                Timestamp::from_second(date.to_timestamp()).ok()
            }
            _ => None,
        };
        let japan = self.hint.tld.as_deref() == Some("jp");
        by_rule.or_else(|| when::moment(&text, japan.then(|| Offset::constant(9))))
    }

    /// A field of the form `type/subtype; name=value`.
    pub fn content(&self, name: &str) -> Option<Content> {
        let text = charset::decode_unlabelled(self.raw(name)?, &self.hint);
        Some(Content::read(&one_line(&text), &self.hint))
    }
}

/// `"maru..maru."@carrier.example`, as Japanese carriers write addresses the standard forbids, without the quotation
/// marks: they are no display name.
fn without_quoted_locals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find("\"@") {
        let (before, after) = rest.split_at(end);
        let plain =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'/' | b'?' | b'!');
        let local = before.bytes().rev().take(64).take_while(|b| plain(*b)).count();
        match before.split_at(before.len() - local) {
            (start, local) if start.ends_with('"') && !local.is_empty() => {
                out.push_str(start.strip_suffix('"').unwrap_or(start));
                out.push_str(local);
                out.push('@');
            }
            _ => {
                out.push_str(before);
                out.push_str("\"@");
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// `<@relay.example:taro@example.jp>`, the old way to name relays, without them.
fn without_routes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find("<@") {
        let (before, route) = rest.split_at(begin);
        out.push_str(before);
        out.push('<');
        rest = route.get(1..).unwrap_or_default();
        let end =
            rest.find(['>', ':', '"']).filter(|end| rest.get(*end..).is_some_and(|r| r.starts_with(':')));
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or(rest);
    }
    out.push_str(rest);
    out
}

/// `Yamada, Taro <taro@example.jp>` at the beginning, which ought to stand in quotation marks: a name of two words, since what
/// stands before the comma is no address.
fn with_quoted_commas(text: &str) -> String {
    let name = text.split_once('<').map(|(name, _)| name.trim_end());
    match name {
        Some(name) if name.contains(',') && !name.contains(['"', '@', ':', ';', '(', '=', '\\']) => {
            let rest = text.get(name.len()..).unwrap_or_default();
            format!("\"{}\"{rest}", name.trim_matches(|c: char| c == ',' || c.is_whitespace()))
        }
        _ => text.to_owned(),
    }
}

/// Message-IDs in a text: what stands in angle brackets (folded or not), or else words with an `@`.
pub fn ids_in(text: &str) -> Vec<MessageId> {
    let mut ids = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let after = rest.get(start + 1..).unwrap_or_default();
        let Some(end) = after.find('>') else { break };
        let inner: String = after.get(..end).unwrap_or_default().split_whitespace().collect();
        ids.extend(MessageId::parse(&inner));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    if ids.is_empty() {
        ids.extend(text.split_whitespace().filter(|word| word.contains('@')).filter_map(MessageId::parse));
    }
    ids
}

/// Splits a mail or part into its header block and its body. A block ends with the first empty line.
pub fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    // Some gateways put empty lines or an mbox line in front.
    while let Some(b'\r' | b'\n') = raw.get(at) {
        at += 1;
    }
    let start = at;
    if name_of(raw.get(start..line_end(raw, start)).unwrap_or_default()).is_none()
        && !raw.get(start..).unwrap_or_default().starts_with(b"From ")
    {
        // A part without headers begins with its empty line.
        at = 0;
    }
    let from = at;
    while at < raw.len() {
        let end = line_end(raw, at);
        let line = raw.get(at..end).unwrap_or_default();
        if matches!(line, b"\n" | b"\r\n" | b"\r\r\n") {
            return (raw.get(from..at).unwrap_or_default(), raw.get(end..).unwrap_or_default());
        }
        at = end;
    }
    (raw.get(from..).unwrap_or_default(), &[])
}

/// Where the line that begins at `at` ends, its line feed included.
pub fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()).map_or(bytes.len(), |n| at + n + 1)
}

/// Name of the field on this line and where its value starts.
fn name_of(line: &[u8]) -> Option<(&str, usize)> {
    let colon = memchr::memchr(b':', line)?;
    let name = std::str::from_utf8(line.get(..colon)?).ok()?.trim_end_matches([' ', '\t']);
    let printable = name.bytes().all(|b| (b'!'..=b'~').contains(&b));
    (printable && !name.is_empty() && name.len() <= 200).then_some((name, colon + 1))
}

/// Line breaks and control characters to single spaces, trimmed.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        // A fold is a line break and white space: one space remains.
        let c = if c.is_control() { ' ' } else { c };
        if !(c == ' ' && out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Carriage return or line feed.
pub fn is_line_end(c: char) -> bool {
    matches!(c, '\r' | '\n')
}
