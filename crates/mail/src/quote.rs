//! What is new in a reply, and what is quoted.
//!
//! The rules look for where the history begins. When answers stand between quoted lines, or when a mail is passed on,
//! everything counts as new: too much is a blemish, too little is a lost answer. The whole text is kept in any case.

use crate::quote_html::cut_html;
use crate::{plain, quoted_header};

/// The new part of a letter.
#[derive(Debug)]
pub struct Fresh {
    /// As text; the whole text when nothing was recognised.
    pub text: String,
    /// As HTML, when the cut could be made there.
    pub html: Option<String>,
}

/// Text is searched for the beginning of the history within this many lines.
const MAX_LINES: usize = 20_000;

/// Finds the new part.
///
/// `from_html` says that the text was made of the HTML: then the cut in the HTML, which has more to go by, decides.
pub fn fresh(subject: &str, text: &str, html: Option<&str>, from_html: bool) -> Fresh {
    if is_forward_subject(subject) {
        return Fresh { text: text.to_owned(), html: None };
    }
    let html = html.and_then(cut_html);
    let text = match (cut_text(text), &html) {
        (_, Some(html)) if from_html => plain::to_text(html),
        (Some(cut), _) => cut,
        (None, Some(html)) if !is_interleaved(text) => plain::to_text(html),
        (None, _) => text.to_owned(),
    };
    Fresh { text, html }
}

/// The subject a mail gets when it is passed on.
pub fn is_forward_subject(subject: &str) -> bool {
    has_prefix(
        subject,
        &["fw", "fwd", "転送", "wg", "tr", "rv", "i", "doorst", "vb", "vl", "转发", "轉寄", "전달"],
    )
}

/// The subject a mail gets when it answers another.
pub fn is_reply_subject(subject: &str) -> bool {
    has_prefix(subject, &["re", "返信", "aw", "sv", "antw", "rép", "答复", "回复", "回覆", "답장"])
}

/// `Fw: …`, `[Fwd: …]`, `ＦＷ：…`.
fn has_prefix(subject: &str, prefixes: &[&str]) -> bool {
    let subject = subject.trim_start().trim_start_matches(['[', '【']);
    let Some((prefix, _)) = subject.split_once([':', '：']) else { return false };
    if prefix.len() > 20 {
        return false;
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let prefix = prefix.chars().map(narrow).collect::<String>().to_lowercase();
    prefixes.contains(&prefix.trim_end())
}

/// The text before the history, or `None` when nothing may be cut.
fn cut_text(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    let cut = (0..lines.len()).find_map(|at| begins_history(&lines, at))?;
    let before = lines.get(..cut.at)?;
    let after = lines.get(cut.at + cut.length..)?;
    if cut.forwarded {
        return None;
    }
    // With `>` the writer may have answered between the lines, or below.
    if cut.by_marks && (text.lines().nth(MAX_LINES).is_some() || has_own_words(after)) {
        return None;
    }
    let mut fresh = before.join("\n");
    fresh.truncate(without_rules(&fresh).len());
    (!fresh.trim().is_empty()).then_some(fresh)
}

/// Own words below the first quoted line.
fn is_interleaved(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    match lines.iter().position(|line| is_quoted(line)) {
        Some(first) => has_own_words(lines.get(first..).unwrap_or_default()),
        None => false,
    }
}

/// Words outside quotes, below a quote.
fn has_own_words(lines: &[&str]) -> bool {
    let Some(last_quoted) = lines.iter().rposition(|line| is_quoted(line)) else { return false };
    let own = |line: &&str| !line.trim().is_empty() && !is_quoted(line);
    // A quoted line that a mailer wrapped leaves a tail without its mark; a tail is one line between two quoted ones.
    let between = lines.get(..last_quoted).unwrap_or_default();
    let first_quoted = between.iter().position(|line| is_quoted(line)).unwrap_or(0);
    let between = between.get(first_quoted..).unwrap_or_default();
    let answers = between.split(|line| is_quoted(line)).any(|gap| {
        gap.iter().filter(|line| own(line)).count() > 1
            || gap.iter().any(own) && gap.first().is_some_and(|l| l.trim().is_empty())
            || gap.iter().any(own) && gap.last().is_some_and(|l| l.trim().is_empty())
    });
    answers || lines.get(last_quoted + 1..).unwrap_or_default().iter().any(own)
}

pub fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with(['>', '＞']) || line.starts_with("| ")
}

/// Underlines and empty lines at the end belong to the separator.
pub fn without_rules(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let (before, last) = text.rsplit_once('\n').unwrap_or(("", text));
        let last = last.trim();
        if last.chars().count() >= 10 && last.chars().all(|c| matches!(c, '_' | '-' | '=' | '―' | '─' | '＿'))
        {
            text = before.trim_end();
        } else {
            return text;
        }
    }
}

/// Where the history begins, and how one knows.
struct Cut {
    at: usize,
    /// Lines the announcement takes.
    length: usize,
    /// The quoted lines carry marks: words without a mark are new.
    by_marks: bool,
    forwarded: bool,
}

fn begins_history(lines: &[&str], at: usize) -> Option<Cut> {
    let line = lines.get(at)?.trim();
    if line.is_empty() {
        return None;
    }
    let cut = |length, by_marks, forwarded| Some(Cut { at, length, by_marks, forwarded });
    if is_forward_banner(line.trim_start_matches(['>', '＞', ' '])) {
        return cut(1, false, true);
    }
    if is_delimiter(line) || is_original_banner(line) {
        return cut(1, false, false);
    }
    if let Some(header) = quoted_header::beginning_with_from(lines, at) {
        return cut(header.length, false, false);
    }
    if let Some(length) = attribution(lines, at) {
        let quoted_below = lines.get(at + length..).unwrap_or_default().iter().any(|line| is_quoted(line));
        return cut(length, quoted_below, false);
    }
    // A quote without announcement counts when it runs to the end.
    let ends_quoted = is_quoted(line) && at > 0;
    if ends_quoted { cut(0, true, false) } else { None }
}

/// The line our own mails begin with.
pub fn is_delimiter(line: &str) -> bool {
    line.contains("この行より上に返信") || line.to_lowercase().contains("reply above this line")
}

pub fn is_original_banner(line: &str) -> bool {
    let Some(inner) = banner(line) else { return false };
    let inner = inner.to_lowercase();
    [
        "original message",
        "original appointment",
        "元のメッセージ",
        "元の予定",
        "original mail",
        "ursprüngliche nachricht",
        "message d'origine",
        "message original",
        "mensaje original",
        "messaggio originale",
        "原始邮件",
        "original e-mail",
    ]
    .iter()
    .any(|phrase| inner.contains(phrase))
}

pub fn is_forward_banner(line: &str) -> bool {
    let lower = line.to_lowercase();
    let begins = [
        "begin forwarded message",
        "転送されたメッセージ",
        "転送メッセージ",
        "anfang der weitergeleiteten nachricht",
        "début du message réexpédié",
        "début du message transféré",
        "inicio del mensaje reenviado",
        "inizio messaggio inoltrato",
    ];
    // Becky! names who passes it on, above its line.
    if line.chars().count() <= 120
        && (begins.iter().any(|begin| lower.starts_with(begin))
            || (lower.starts_with("forwarded by ") && line.contains('@')))
    {
        return true;
    }
    let phrases = [
        "forwarded message",
        "forwarded by",
        "転送",
        "weitergeleitete nachricht",
        "message transféré",
        "mensaje reenviado",
        "messaggio inoltrato",
        "转发的邮件",
        "轉寄郵件",
    ];
    banner(&lower).is_some_and(|inner| phrases.iter().any(|phrase| inner.contains(phrase)))
}

/// The text between dashes.
fn banner(line: &str) -> Option<&str> {
    let dash = |c| matches!(c, '-' | '‐' | '―' | '─' | '=' | '－');
    let inner = line.trim_start_matches(dash);
    (line.len() - inner.len() >= 3).then(|| inner.trim_end_matches(dash).trim())
}

/// A line that names the sender of a quoted mail.
pub fn names_sender(line: &str) -> bool {
    matches!(quoted_header::field(line), Some((quoted_header::Field::From, _)))
}

/// `On … wrote:` and its like, which may run over three lines: how many.
pub fn attribution(lines: &[&str], at: usize) -> Option<usize> {
    let first = lines.get(at)?.trim();
    if is_quoted(first) || first.len() > 400 {
        return None;
    }
    let mut joined = String::new();
    for length in 1..=3 {
        let line = lines.get(at + length - 1)?.trim();
        if line.is_empty() || is_quoted(line) {
            return None;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
        if joined.len() > 600 {
            return None;
        }
        let quoted_next = || {
            let below = lines.get(at + length..).unwrap_or_default();
            below.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_quoted(line))
        };
        let dated = joined.ends_with([':', '：']) && has_japanese_date(&joined);
        if is_attribution(&joined) || (dated && quoted_next()) {
            return Some(length);
        }
        // Only a line that looks like a beginning may go on.
        if length == 1 && !begins_attribution(first) {
            return None;
        }
    }
    None
}

fn begins_attribution(line: &str) -> bool {
    ["On ", "Am ", "Le ", "El ", "Il "].iter().any(|p| line.starts_with(p)) || has_japanese_date(line)
}

fn is_attribution(line: &str) -> bool {
    let Some(stem) = line.strip_suffix([':', '：', '。']).map(str::trim_end) else { return false };
    let lower = stem.to_lowercase();
    let has_digit = line.chars().any(|c| c.is_ascii_digit());
    let western = (lower.starts_with("on ") && lower.ends_with("wrote"))
        || (lower.ends_with("wrote") && has_digit)
        || (lower.starts_with("am ") && (lower.contains(" schrieb")))
        || (lower.starts_with("le ") && lower.ends_with("a écrit"))
        || (lower.starts_with("el ") && lower.ends_with("escribió"))
        || (lower.starts_with("il ") && lower.ends_with("ha scritto"));
    let japanese_verb = [
        "書きました",
        "書かれました",
        "書いています",
        "送信しました",
        "のメール",
        "からのメール",
        "のメッセージ",
        "wrote",
    ]
    .iter()
    .any(|verb| stem.ends_with(verb));
    // `…さんは書きました (2026/11/23 8:02)`
    let stem = match stem.rsplit_once('(') {
        Some((before, date)) if date.ends_with(')') => before.trim_end(),
        _ => stem,
    };
    let japanese_verb = japanese_verb || stem.ends_with("書きました");
    let named = stem.ends_with('>') && stem.contains('@');
    western
        || (japanese_verb && (has_digit || stem.contains('@') || stem.contains("さん")))
        || (named && has_japanese_date(stem))
}

/// `2026年11月23日` or `2026/11/23 8:02`.
fn has_japanese_date(line: &str) -> bool {
    let digits_before = |mark: &str| {
        line.find(mark)
            .is_some_and(|at| line.get(..at).is_some_and(|b| b.ends_with(|c: char| c.is_ascii_digit())))
    };
    (digits_before("年") && digits_before("月") && digits_before("日"))
        || line.split_whitespace().any(|word| {
            let mut steps = word.split(['/', '-']);
            steps.next().is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
                && steps.next().is_some_and(|month| month.parse::<u8>().is_ok_and(|m| m <= 12))
        })
}
