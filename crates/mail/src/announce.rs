//! Lines with which mail programs announce a quoted or forwarded mail, and the prefixes of subjects.

use crate::quoted_header;

/// Longer lines announce nothing: they are words.
const LONGEST: usize = 600;

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

/// `Fw: …`, `[Fwd: …]`, `ＦＷ：…`, `Re[2]: …`, `Re^3: …`.
fn has_prefix(subject: &str, prefixes: &[&str]) -> bool {
    let subject = subject.trim_start().trim_start_matches(['[', '【']);
    let Some((prefix, _)) = subject.split_once([':', '：']) else { return false };
    if prefix.len() > 24 {
        return false;
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let prefix = prefix.chars().map(narrow).collect::<String>().to_lowercase();
    let prefix = prefix
        .trim_end()
        .trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '[' | ']' | '^' | '(' | ')' | '*'));
    prefixes.contains(&prefix)
}

/// A line above which the answer is to stand, as desks write it at the top of their mails.
pub fn is_delimiter(line: &str) -> bool {
    if line.len() > 300 {
        return false;
    }
    let line = line.trim();
    line.contains("この行より上")
        || line.to_lowercase().contains("reply above this line")
        // An account's own words stand between these marks.
        || (line.starts_with("##-") && line.ends_with("-##") && line.len() > 6)
}

/// `-----Original Message-----`
pub fn is_original_banner(line: &str) -> bool {
    let Some(inner) = banner(line) else { return false };
    let inner = inner.to_lowercase();
    [
        "original message",
        "original appointment",
        "original mail",
        "original e-mail",
        "元のメッセージ",
        "元のメール",
        "元の予定",
        "オリジナルメッセージ",
        "reply message",
        "ursprüngliche nachricht",
        "message d'origine",
        "message original",
        "mensaje original",
        "messaggio originale",
        "原始邮件",
        "原始郵件",
        "원본 메시지",
    ]
    .iter()
    .any(|phrase| inner.contains(phrase))
}

/// `---------- Forwarded message ---------`, `転送されたメッセージ:`
pub fn is_forward_banner(line: &str) -> bool {
    if line.len() > LONGEST {
        return false;
    }
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
        && (begins.iter().any(|begin| {
            lower.strip_prefix(begin).is_some_and(|rest| rest.trim_matches([':', '：', ' ', '.']).is_empty())
        }) || (lower.starts_with("forwarded by ") && line.contains('@')))
    {
        return true;
    }
    let phrases = [
        "forwarded message",
        "forwarded by",
        "forwarded mail",
        "転送",
        "weitergeleitete nachricht",
        "message transféré",
        "mensaje reenviado",
        "messaggio inoltrato",
        "转发的邮件",
        "轉寄郵件",
    ];
    banner(&lower).is_some_and(|inner| {
        inner.chars().count() <= 60 && phrases.iter().any(|phrase| inner.contains(phrase))
    })
}

/// The text between dashes.
fn banner(line: &str) -> Option<&str> {
    if line.len() > LONGEST {
        return None;
    }
    let dash = |c| matches!(c, '-' | '‐' | '―' | '─' | '=' | '－' | '_' | 'ー' | '*' | '＝');
    let inner = line.trim_start_matches(dash);
    (line.len() - inner.len() >= 3).then(|| inner.trim_end_matches(dash).trim())
}

/// A line that names the sender of a quoted mail.
pub fn names_sender(line: &str) -> bool {
    matches!(quoted_header::field(line), Some((quoted_header::Field::From, _)))
}

/// Begins with the mark of a quote: `> `, `＞`, `| `.
pub fn is_quoted(line: &str) -> bool {
    let line = line.trim_start();
    // `| a | b |` is a row of a table.
    line.starts_with(['>', '＞']) || (line.starts_with("| ") && !line.trim_end().ends_with('|'))
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
        if joined.len() > LONGEST {
            return None;
        }
        let quoted_next = || {
            let below = lines.get(at + length..).unwrap_or_default();
            below.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| is_quoted(line))
        };
        if is_attribution(&joined, quoted_next) {
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
    ["On ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "In message ", "In article ", "At "]
        .iter()
        .any(|begin| line.starts_with(begin))
        || has_date(line)
        // `山田さんが` / `2026/11/23 8:02 に書きました:`
        || (line.contains('@') && line.ends_with(['が', 'は']))
}

/// Words alone are no proof, for people write "he wrote:" themselves: an address, a time or a full date must be named, or a quote must follow.
fn is_attribution(line: &str, quoted_next: impl Fn() -> bool) -> bool {
    let line = line.trim_matches(|c: char| matches!(c, '-' | '_' | '=' | '*') || c.is_whitespace());
    let Some(stem) = line.strip_suffix([':', '：', '。', '…']).map(str::trim_end) else {
        return says_wrote(line) && (line.contains('@') || has_time(line)) && quoted_next();
    };
    let named = stem.ends_with(['>', '＞', ')']) && stem.contains('@');
    if says_wrote(stem) {
        return stem.contains('@') || has_time(stem) || has_date(stem) && has_person(stem) || quoted_next();
    }
    has_date(stem) && (named || quoted_next())
}

/// Somebody is named politely.
fn has_person(stem: &str) -> bool {
    ["さん", "様", "氏", "wrote", "schrieb", "écrit", "escribió", "scritto"]
        .iter()
        .any(|mark| stem.contains(mark))
}

/// Ends (or, in German, goes on) with a verb of writing.
fn says_wrote(stem: &str) -> bool {
    // `…さんは書きました (2026/11/23 8:02)`
    let without_date = match stem.rsplit_once(['(', '（']) {
        Some((before, date)) if date.ends_with([')', '）']) => before.trim_end(),
        _ => stem,
    };
    let lower = stem.to_lowercase();
    [
        "書きました",
        "書かれました",
        "書いています",
        "書いた",
        "送信しました",
        "のメール",
        "のメッセージ",
        "より",
        "からの引用",
    ]
    .iter()
    .any(|verb| without_date.ends_with(verb))
        || [
            "wrote",
            "writes",
            "a écrit",
            "escribió",
            "ha scritto",
            "escreveu",
            "schreef",
            "写道",
            "寫道",
            "작성",
        ]
        .iter()
        .any(|verb| lower.ends_with(verb))
        || (lower.starts_with("am ") && lower.contains(" schrieb"))
        || lower.ends_with("schrieb")
}

/// `8:02`, `8時2分`.
fn has_time(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    line.match_indices(':')
        .any(|(at, _)| digit(at.checked_sub(1)) && digit(Some(at + 1)) && digit(Some(at + 2)))
        || line.match_indices('時').any(|(at, _)| digit(at.checked_sub(1)))
}

/// `2026年11月23日`, `2026/11/23`, `23.11.2026`, `Nov 23, 2026`.
pub fn has_date(line: &str) -> bool {
    crate::when::moment(line, None).is_some()
}
