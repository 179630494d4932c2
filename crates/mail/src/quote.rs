//! What is new in a reply, and what is quoted.
//!
//! The rules look for where the history begins. When answers stand between quoted lines, or when a mail is passed on,
//! everything counts as new: too much is a blemish, too little is a lost answer. The whole text is kept in any case.

use crate::announce::{
    attribution, has_date, is_delimiter, is_forward_banner, is_forward_subject, is_original_banner, is_quoted,
};
use crate::quote_html::{Rest, cut_html};
use crate::{ids, plain, quoted_header, signature};

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
/// `answers` says that the mail answers another; only then is a quote that nothing announces taken for history.
pub fn fresh(subject: &str, text: &str, html: Option<&str>, from_html: bool, answers: bool) -> Fresh {
    if is_forward_subject(subject) {
        return Fresh { text: text.to_owned(), html: None };
    }
    let new = html.and_then(|html| cut_html(html, answers, Rest::Dropped));
    let cut = if from_html && new.is_some() { None } else { cut_text(text, answers) };
    let text = match (cut, &new) {
        (Some(cut), _) => cut,
        (None, Some(new)) if from_html || (new.had_history && !is_interleaved(text)) => {
            plain::to_text(&new.html)
        }
        (None, None) if passes_on(text) => return Fresh { text: text.to_owned(), html: None },
        (None, _) => text.to_owned(),
    };
    let html = new.map(|new| new.html);
    let text = without_tokens(&text);
    let text = signature::without(text).unwrap_or(text).to_owned();
    Fresh { text, html }
}

/// A mail passed on is what the letter is about: not even its signature goes.
fn passes_on(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    (0..lines.len()).find_map(|at| begins_history(&lines, at)).is_some_and(|cut| cut.forwarded)
}

/// Our token at the end of a text is for machines.
fn without_tokens(text: &str) -> &str {
    let mut text = text;
    loop {
        let trimmed = text.trim_end();
        let (before, last) = trimmed.rsplit_once('\n').unwrap_or(("", trimmed));
        if !ids::looks_like_token(last) || before.trim().is_empty() {
            return text;
        }
        text = before.trim_end();
    }
}

/// The text before the history, or `None` when nothing may be cut.
fn cut_text(text: &str, answers: bool) -> Option<String> {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    let at = history(&lines, answers, text.lines().nth(MAX_LINES).is_some())?;
    let mut fresh = lines.get(..at)?.join("\n");
    fresh.truncate(without_rules(&fresh).len());
    (!fresh.trim().is_empty()).then_some(fresh)
}

/// The line where the history begins; `None` when there is none, or nothing may be cut. `more` says that not all lines are there.
pub fn history(lines: &[&str], answers: bool, more: bool) -> Option<usize> {
    let cut = (0..lines.len()).find_map(|at| begins_history(lines, at))?;
    let before = lines.get(..cut.at)?;
    if cut.forwarded || promises_inline(before) {
        return None;
    }
    let after = lines.get(cut.at + cut.length..)?;
    // With `>` the writer may have answered between the lines, or below.
    if cut.by_marks && (more || has_own_words(after)) {
        return None;
    }
    if cut.by_marks && cut.length == 0 && !answers {
        return None;
    }
    // Nothing but a quote: it is what the writer wants read.
    if before.iter().all(|line| line.trim().is_empty() || is_quoted(line)) && cut.length == 0 && cut.by_marks
    {
        return None;
    }
    let mut at = cut.at;
    // What announced the mail in words we do not know stands right above our delimiter.
    if lines.get(at).is_some_and(|line| is_delimiter(line))
        && let Some(last) = before.iter().rposition(|line| !line.trim().is_empty())
        && lines.get(last).is_some_and(|line| {
            line.trim_end().ends_with([':', '：']) && (line.contains('@') || has_date(line))
        })
    {
        at = last;
    }
    Some(at)
}

/// Whether answers stand in the history, or are said to, so that nothing may be cut whatever a mailer's marks say.
pub fn forbids(lines: &[&str]) -> bool {
    (0..lines.len()).find_map(|at| begins_history(lines, at)).is_some_and(|cut| {
        cut.forwarded
            || promises_inline(lines.get(..cut.at).unwrap_or_default())
            || (cut.by_marks && has_own_words(lines.get(cut.at + cut.length..).unwrap_or_default()))
    })
}

/// Own words below the first quoted line.
fn is_interleaved(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    match lines.iter().position(|line| is_quoted(line)) {
        Some(first) => has_own_words(lines.get(first..).unwrap_or_default()),
        None => false,
    }
}

/// The writer says that his answers stand in the history, where no mark tells them apart.
fn promises_inline(lines: &[&str]) -> bool {
    const PHRASES: [&str; 16] = [
        "インライン",
        "赤字",
        "青字",
        "朱書き",
        "文中に",
        "本文中",
        "に追記",
        "へ追記",
        "inline",
        "in-line",
        "in line below",
        "answers below",
        "comments below",
        "in red",
        "in blue",
        "between the lines",
    ];
    lines.iter().rev().take(60).any(|line| {
        let lower = line.get(..line.floor_char_boundary(1_000)).unwrap_or(line).to_lowercase();
        PHRASES.iter().any(|phrase| lower.contains(phrase))
    })
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
    let below = lines.get(last_quoted + 1..).unwrap_or_default();
    // A signature below the quote says nothing new, nor does our token that lost its mark.
    let mut words = below.iter().filter(|line| own(line) && !ids::looks_like_token(line));
    let below = words.next().is_some_and(|first| {
        let alone = words.next().is_none();
        let is_signature = signature::is_marker(first) || (alone && signature::is_device(first));
        !is_signature
    });
    answers || below
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
        return cut(length, is_marked(lines.get(at + length..).unwrap_or_default()), false);
    }
    // A quote without announcement counts when it runs to the end.
    let ends_quoted = is_quoted(line) && at > 0;
    if ends_quoted { cut(0, true, false) } else { None }
}

/// Whether the lines below an announcement carry marks. Programs that set none show so at once; one line without may be the tail
/// of the announcement.
fn is_marked(lines: &[&str]) -> bool {
    lines.iter().filter(|line| !line.trim().is_empty()).take(2).any(|line| is_quoted(line))
}
