//! Mail that was passed on by hand: who wrote the mail inside, to whom, when and what.
//!
//! A forward is known by what the program of the forwarder wrote: its subject, the line above the forwarded mail, and the header
//! below that line; or by a whole mail attached. The header of a mail that is merely answered is no forward.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::letter::{Attachment, Letter, Mailbox};
use crate::{announce, quote, quoted_header, when};

/// The beginning is looked for within this many lines.
const MAX_LINES: usize = 20_000;
/// Longest name in characters.
const LONGEST_NAME: usize = 200;
/// Lines between the announcement and the header at most.
const MAX_GAP: usize = 6;

/// A mail inside a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// What the forwarder wrote above it; may be empty.
    pub above: String,
    /// Who wrote the forwarded mail; `None` where the program gives only a name.
    pub from: Option<Mailbox>,
    /// What stands behind its `From:`, as the program wrote it; may be empty.
    pub from_words: String,
    /// Its subject.
    pub subject: Option<String>,
    /// When it was sent, in the forwarder's own zone where none is written.
    pub date: Option<Timestamp>,
    /// Its To.
    pub to: Vec<Mailbox>,
    /// Its Cc.
    pub cc: Vec<Mailbox>,
    /// Its words, with what it quotes itself.
    pub text: String,
}

/// What a letter passes on, if it does.
pub fn forwarded(letter: &Letter, zone: Option<Offset>) -> Option<Forwarded> {
    let by_subject = announce::is_forward_subject(&letter.subject);
    match in_text(&letter.text, by_subject, zone) {
        Found::Forward(forwarded) => Some(*forwarded),
        Found::Reply => None,
        Found::Nothing => attached(letter, by_subject),
    }
}

/// What the text shows first.
enum Found {
    Forward(Box<Forwarded>),
    /// The history of an answer.
    Reply,
    Nothing,
}

fn in_text(text: &str, by_subject: bool, zone: Option<Offset>) -> Found {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    // Programs that show a forwarded mail as a quote put `> ` before each of its lines.
    let bare: Vec<&str> = lines.iter().map(|line| unquoted(line)).collect();
    let mut in_quote = false;
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        // The first line of a quote may announce a forward; one further down was quoted with the rest.
        let begins_quote = !in_quote && announce::is_quoted(trimmed);
        in_quote = announce::is_quoted(trimmed);
        let shown = if begins_quote { bare.get(at).copied().unwrap_or_default().trim() } else { trimmed };
        let banner = announce::is_forward_banner(shown);
        if banner || (by_subject && announce::is_original_banner(trimmed)) {
            let below = at + 1;
            let header = (below..(below + MAX_GAP).min(lines.len()))
                .find_map(|at| quoted_header::announced(&bare, at).map(|header| (at, header)));
            if let Some((begin, header)) = header {
                return Found::Forward(Box::new(forward(&lines, at, begin, &header, zone)));
            }
            if banner {
                return Found::Forward(Box::new(Forwarded {
                    above: above(&lines, at),
                    text: body(&lines, below),
                    ..nothing()
                }));
            }
            continue;
        }
        if let Some(header) = quoted_header::beginning_with_from(&bare, at) {
            if !by_subject {
                return Found::Reply;
            }
            return Found::Forward(Box::new(forward(&lines, at, at, &header, zone)));
        }
        if !by_subject && (announce::is_original_banner(trimmed) || announce::is_delimiter(trimmed)) {
            return Found::Reply;
        }
        if announce::attribution(&lines, at).is_some() {
            return Found::Reply;
        }
    }
    Found::Nothing
}

fn unquoted(line: &str) -> &str {
    let line = line.trim_start();
    match line.strip_prefix(['>', '＞', '|']) {
        Some(rest) => rest.strip_prefix(' ').unwrap_or(rest),
        None => line,
    }
}

/// The forward whose announcement stands at `at` and whose header begins at `begin`.
fn forward(
    lines: &[&str],
    at: usize,
    begin: usize,
    header: &quoted_header::Header,
    zone: Option<Offset>,
) -> Forwarded {
    Forwarded {
        above: above(lines, at),
        from: quoted_header::people(&header.from).into_iter().next(),
        from_words: crate::header::one_line(&header.from).chars().take(LONGEST_NAME).collect(),
        subject: (!header.subject.is_empty()).then(|| crate::header::one_line(&header.subject)),
        date: when::moment(&header.when, zone),
        to: quoted_header::people(&header.to),
        cc: quoted_header::people(&header.cc),
        text: body(lines, begin + header.length),
    }
}

/// The lines above, without the rules that belong to the announcement.
fn above(lines: &[&str], at: usize) -> String {
    let lines = lines.get(..at).unwrap_or_default().join("\n");
    quote::without_rules(&lines).trim().to_owned()
}

/// The lines from here on; one level of quoting is taken off when each line has it.
fn body(lines: &[&str], from: usize) -> String {
    let lines = lines.get(from..).unwrap_or_default();
    let quoted = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with(['>', '＞']);
    let lines: Vec<&str> = if lines.iter().all(quoted) {
        lines.iter().map(|line| unquoted(line)).collect()
    } else {
        lines.to_vec()
    };
    let end = lines.iter().rposition(|line| !is_end(line)).map_or(0, |last| last + 1);
    let begin = lines.iter().position(|line| !is_rule(line)).unwrap_or(0).min(end);
    lines
        .get(begin..end)
        .unwrap_or_default()
        .join("\n")
        .trim_matches(['\n', '\r', ' ', '\u{feff}'])
        .to_owned()
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.chars().all(|c| matches!(c, '-' | '_' | '=' | '─' | '―'))
}

/// Empty, or the line with which some programs close a forwarded mail.
fn is_end(line: &str) -> bool {
    is_rule(line) || line.to_lowercase().contains("original message ends")
}

/// A whole mail as a file: only where it is what the mail is about.
fn attached(letter: &Letter, by_subject: bool) -> Option<Forwarded> {
    let is_mail = |file: &&Attachment| file.content_type == "message/rfc822";
    let mut mails = letter.attachments.iter().filter(is_mail);
    let (file, more) = (mails.next()?, mails.next());
    let answers = !letter.in_reply_to.is_empty() || announce::is_reply_subject(&letter.subject);
    if more.is_some() || letter.kind.is_automatic() || (answers && !by_subject) {
        return None;
    }
    let inner = crate::read::plainly(&file.content)?;
    Some(Forwarded {
        above: letter.text.trim().to_owned(),
        from_words: inner.from.as_ref().map(|from| from.name.clone()).unwrap_or_default(),
        from: inner.from,
        subject: (!inner.subject.is_empty()).then_some(inner.subject),
        date: inner.date,
        to: inner.to,
        cc: inner.cc,
        text: inner.text,
    })
}

fn nothing() -> Forwarded {
    Forwarded {
        above: String::new(),
        from: None,
        from_words: String::new(),
        subject: None,
        date: None,
        to: Vec::new(),
        cc: Vec::new(),
        text: String::new(),
    }
}
