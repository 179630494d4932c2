//! The MIME structure of a mail, found in one pass over its lines.
//!
//! A stack of open boundaries and one look-up for each line that begins with `--`: the time is linear in the size
//! however deep or broken the nesting is, and nothing recurses. Embedded mails stay whole: they become `.eml` files.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::charset::{self, Hint};
use crate::header::{self, Fields};
use crate::words;

/// Parts beyond this many are not taken apart: they stay in the last part, and in the stored original.
const MAX_PARTS: usize = 3_000;
/// Open multiparts beyond this many are read as one part.
const MAX_DEPTH: usize = 1_500;

/// A boundary nobody declared is looked for in this many bytes.
const MAX_PREAMBLE: usize = 64 * 1024;

/// One part, a container or a leaf. Parts are listed in the order they stand in the mail, parents first.
#[derive(Debug)]
pub struct Part<'a> {
    /// Index of the container, `None` for the mail itself.
    pub parent: Option<usize>,
    /// `type/subtype` in lower case.
    pub mime: String,
    /// The part's own header.
    pub fields: Fields<'a>,
    /// Undecoded content; empty for containers.
    pub body: &'a [u8],
    /// True for multiparts that were taken apart.
    pub container: bool,
    /// Charset parameter.
    pub charset: Option<String>,
    /// `format=flowed`, and whether `delsp=yes`.
    pub flowed: Option<bool>,
    /// File name as declared, decoded.
    pub name: Option<String>,
    /// `Content-Disposition: attachment`.
    pub is_attachment: bool,
}

impl Part<'_> {
    /// The content with its transfer encoding undone.
    pub fn decoded(&self) -> Cow<'_, [u8]> {
        self.undone(self.body)
    }

    /// The first words of a text.
    fn opening(&self) -> String {
        let bytes = self.undone(self.body.get(..4_096).unwrap_or(self.body));
        charset::decode(&bytes, self.charset.as_deref(), self.fields.hint())
    }

    fn undone<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        let encoding = self.fields.text("content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
        match encoding.trim() {
            "base64" if self.mime.starts_with("text/") => words::base64_text(body).into(),
            "base64" => words::base64_leniently(body).into(),
            "quoted-printable" => words::quoted_printable_leniently(body).into(),
            _ => body.into(),
        }
    }
}

/// The parts of a mail. There is always at least one.
pub fn parts(raw: &[u8]) -> Vec<Part<'_>> {
    let (block, body) = header::split(raw);
    let mut walk = Walk {
        raw,
        parts: Vec::new(),
        open: Vec::new(),
        boundaries: HashMap::new(),
        leaf: None,
        hint: Hint::default(),
    };
    let start = walk.begin(Fields::parse(block), raw.len() - body.len());
    walk.run(start);
    let mut parts = walk.parts;
    let encoding = written_in(&parts).or(walk.hint.encoding);
    let hint = Hint { tld: None, encoding, japanese: walk.hint.japanese };
    for part in &mut parts {
        part.fields.guided_by(&hint);
    }
    parts
}

/// What a mail is written in by the bytes of its first text, whatever its label says.
fn written_in(parts: &[Part<'_>]) -> Option<&'static encoding_rs::Encoding> {
    let text = parts.iter().find(|part| !part.container && part.mime.starts_with("text/"))?;
    let body = text.body.get(..64 * 1024).unwrap_or(text.body);
    if body.is_ascii() || std::str::from_utf8(body).is_ok() { None } else { charset::by_kana(body) }
}

/// A multipart that is not closed yet.
struct Open {
    part: usize,
    boundary: Vec<u8>,
    /// Where its content starts.
    start: usize,
}

struct Walk<'a> {
    raw: &'a [u8],
    parts: Vec<Part<'a>>,
    open: Vec<Open>,
    /// Boundary to the positions in `open` that use it.
    boundaries: HashMap<Vec<u8>, Vec<usize>>,
    /// The leaf being read: its index and where its content starts.
    leaf: Option<(usize, usize)>,
    /// What is known of the mail's encoding so far.
    hint: Hint,
}

impl<'a> Walk<'a> {
    fn run(&mut self, start: usize) {
        let mut at = start;
        while let Some(start) = self.next_dashes(at) {
            let end = header::line_end(self.raw, start);
            at = end;
            let Some((depth, closing)) = self.delimiter(start, end) else { continue };
            if self.parts.len() >= MAX_PARTS && !closing {
                continue;
            }
            self.end_leaf(start);
            let keep = if closing { depth } else { depth + 1 };
            while self.open.len() > keep {
                self.close(start);
            }
            if !closing {
                at = self.begin_part(end);
            }
        }
        self.end_leaf(self.raw.len());
        while !self.open.is_empty() {
            self.close(self.raw.len());
        }
    }

    /// Start of the next line at or after `at` that begins with two dashes.
    fn next_dashes(&self, at: usize) -> Option<usize> {
        if self.open.is_empty() {
            return None;
        }
        let at_line_start = at == 0 || self.raw.get(at - 1) == Some(&b'\n');
        if at_line_start && self.raw.get(at..)?.starts_with(b"--") {
            return Some(at);
        }
        let from = at.saturating_sub(1);
        memchr::memmem::find(self.raw.get(from..)?, b"\n--").map(|n| from + n + 1)
    }

    /// Which open multipart the line delimits, and whether it closes it.
    fn delimiter(&self, start: usize, end: usize) -> Option<(usize, bool)> {
        let line = self.raw.get(start + 2..end)?.trim_ascii_end();
        if line.len() > 1_000 {
            return None;
        }
        let depth = |boundary: &[u8]| self.boundaries.get(boundary).and_then(|at| at.last()).copied();
        match depth(line) {
            Some(depth) => Some((depth, false)),
            None => line.strip_suffix(b"--").and_then(depth).map(|depth| (depth, true)),
        }
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        // Nothing in it was delimited: then what stands there is the content.
        if self.parts.len() == open.part + 1
            && let Some(part) = self.parts.get_mut(open.part)
        {
            part.container = false;
            part.body = self.raw.get(open.start..end.max(open.start)).unwrap_or_default();
        }
        if let Some(at) = self.boundaries.get_mut(&open.boundary) {
            at.pop();
            if at.is_empty() {
                self.boundaries.remove(&open.boundary);
            }
        }
    }

    fn end_leaf(&mut self, end: usize) {
        let Some((index, start)) = self.leaf.take() else { return };
        // The line break before a delimiter belongs to the delimiter.
        let mut body = self.raw.get(start..end.max(start)).unwrap_or_default();
        if end < self.raw.len() {
            body = body.strip_suffix(b"\n").unwrap_or(body);
            body = body.strip_suffix(b"\r").unwrap_or(body);
        }
        if let Some(part) = self.parts.get_mut(index) {
            part.body = body;
            if !self.hint.japanese && part.mime.starts_with("text/") {
                self.hint.japanese = charset::is_japanese(&part.opening());
            }
        }
    }

    /// Reads the header of the part that begins at `start`; returns where its content starts.
    fn begin_part(&mut self, start: usize) -> usize {
        // The header must not run over the next delimiter.
        let mut at = start;
        while at < self.raw.len() {
            let end = header::line_end(self.raw, at);
            let line = self.raw.get(at..end).unwrap_or_default();
            if matches!(line, b"\n" | b"\r\n" | b"\r\r\n") {
                let fields = Fields::parse(self.raw.get(start..at).unwrap_or_default());
                return self.begin(fields, end);
            }
            if line.starts_with(b"--") && self.delimiter(at, end).is_some() {
                break;
            }
            at = end;
        }
        let fields = Fields::parse(self.raw.get(start..at).unwrap_or_default());
        self.begin(fields, at)
    }

    /// Takes up a part whose content starts at `start`; returns where reading goes on.
    fn begin(&mut self, fields: Fields<'a>, start: usize) -> usize {
        let index = self.parts.len();
        let parent = self.open.last().map(|open| open.part);
        let in_digest =
            parent.and_then(|p| self.parts.get(p)).is_some_and(|part| part.mime == "multipart/digest");
        let mut fields = fields;
        fields.guided_by(&self.hint);
        let part = part(fields, parent, in_digest);
        self.hint.tld = self.hint.tld.take().or_else(|| part.part.fields.hint().tld.clone());
        let telling = part.part.charset.as_deref().and_then(charset::telling_label);
        self.hint.encoding = self.hint.encoding.or(telling).or(part.part.fields.hint().encoding);
        let boundary = part.boundary(self.raw, start);
        let mut part = part.part;
        match boundary {
            Some(boundary) if self.open.len() < MAX_DEPTH => {
                part.container = true;
                self.boundaries.entry(boundary.clone()).or_default().push(self.open.len());
                self.open.push(Open { part: index, boundary, start });
            }
            _ => self.leaf = Some((index, start)),
        }
        self.parts.push(part);
        start
    }
}

struct Declared<'a> {
    part: Part<'a>,
    boundary: Option<String>,
}

impl Declared<'_> {
    /// The boundary of a multipart: declared, or (when the declaration was lost, or names another than the mail uses) read off
    /// the first line that looks like one.
    fn boundary(&self, raw: &[u8], start: usize) -> Option<Vec<u8>> {
        if !self.part.mime.starts_with("multipart/") {
            return None;
        }
        let declared = self.boundary.as_deref().map(str::trim_end).filter(|b| !b.is_empty());
        let body = raw.get(start..)?;
        match declared {
            // Only the mail's own is looked for in all of it: the time stays linear.
            Some(boundary) if self.part.parent.is_some() || occurs(boundary, body) => {
                Some(boundary.as_bytes().to_vec())
            }
            Some(boundary) => Some(found(body).unwrap_or_else(|| boundary.as_bytes().to_vec())),
            None => found(body),
        }
    }
}

/// Whether a line of the body is this boundary's.
fn occurs(boundary: &str, body: &[u8]) -> bool {
    let line = format!("--{boundary}");
    memchr::memmem::find_iter(body, line.as_bytes())
        .any(|at| at == 0 || body.get(at - 1).is_some_and(|before| *before == b'\n'))
}

/// The boundary that a body uses: its first line of two dashes and a word, with the header of a part below.
fn found(body: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    while at < body.len().min(MAX_PREAMBLE) {
        let end = header::line_end(body, at);
        let line = body.get(at..end)?.trim_ascii_end();
        let below = body.get(end..header::line_end(body, end))?;
        let is_header = below.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"));
        if let Some(word) = line.strip_prefix(b"--").filter(|word| !word.is_empty() && word.len() <= 200)
            && (is_header || body.get(..at)?.trim_ascii().is_empty())
        {
            return Some(word.to_vec());
        }
        at = end;
    }
    None
}

fn part<'a>(fields: Fields<'a>, parent: Option<usize>, in_digest: bool) -> Declared<'a> {
    let content_type = fields.content("content-type");
    let disposition = fields.content("content-disposition");
    let default = if in_digest { "message/rfc822" } else { "text/plain" };
    let mime = content_type
        .as_ref()
        .map(|content| content.value.clone())
        .filter(|mime| mime.split_once('/').is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty()))
        .filter(|mime| mime.len() <= 100 && mime.bytes().all(|b| b.is_ascii_graphic()))
        .unwrap_or_else(|| default.to_owned());
    let attribute = |name: &str| content_type.as_ref().and_then(|c| c.attribute(name));
    let names = [
        disposition.as_ref().and_then(|d| d.attribute("filename")),
        attribute("name"),
        attribute("filename"),
        disposition.as_ref().and_then(|d| d.attribute("name")),
    ];
    let mut names: Vec<String> = names.into_iter().flatten().collect();
    // Of two names the one that is readable: some programs write question marks into the older one.
    let name = names.iter().position(|name| !is_garbled(name)).map(|at| names.swap_remove(at));
    let name = name.or_else(|| names.into_iter().next());
    let is_attachment = disposition.as_ref().is_some_and(|d| d.value == "attachment");
    let flowed = attribute("format")
        .filter(|format| format.eq_ignore_ascii_case("flowed"))
        .map(|_| attribute("delsp").is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes")));
    let (charset, boundary) = (attribute("charset"), attribute("boundary"));
    let part =
        Part { parent, mime, fields, body: &[], container: false, charset, flowed, name, is_attachment };
    Declared { part, boundary }
}

/// Characters were lost on the way.
fn is_garbled(name: &str) -> bool {
    name.contains('\u{fffd}') || name.contains("???") || name.trim().is_empty()
}
