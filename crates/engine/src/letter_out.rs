//! What a mail of the desk looks like: the text, files that were too large, the quoted history, and the hidden token that ties a
//! reply to its ticket.

use desk::Language;
use jiff::Timestamp;
use store::NewAttachment;

use crate::texts;

/// Largest file that goes along (zendesk.md 6.6).
const LARGEST_FILE: u64 = 7 * 1024 * 1024;
/// All files of a mail together (zendesk.md 6.6).
const LARGEST_TOTAL: u64 = 10 * 1024 * 1024;
/// Comments quoted below an answer.
const QUOTED: usize = 3;
/// Characters of each.
const QUOTED_CHARS: usize = 4_000;
/// Longest subject in characters.
const LONGEST_SUBJECT: usize = 250;

/// A comment quoted below an answer.
pub(crate) struct Quoted {
    pub author: String,
    pub at: Timestamp,
    pub text: String,
}

/// A mail's body before it is written down.
pub(crate) struct Body<'a> {
    pub language: Language,
    pub text: &'a str,
    pub left_out: &'a [&'a NewAttachment],
    /// Newest first.
    pub history: &'a [Quoted],
    /// With its square brackets.
    pub token: &'a str,
}

impl Body<'_> {
    /// Plain text.
    pub(crate) fn to_text(&self) -> String {
        let mut out = self.main();
        for quoted in self.history.iter().take(QUOTED) {
            out.push_str(&format!("\n\n{}\n", self.wrote(quoted)));
            for line in shortened(&quoted.text).lines() {
                out.push_str("> ");
                out.push_str(line);
                out.push('\n');
            }
        }
        format!("{}\n\n{}\n", out.trim_end(), self.token)
    }

    /// HTML. The token is there for reply-quoting programs, not for eyes; `display:none` would be dropped by some of them.
    pub(crate) fn to_html(&self) -> String {
        let mut out = format!(
            "<html lang=\"{}\"><body><div style=\"font-family:sans-serif;font-size:14px\">{}</div>",
            self.language.as_str(),
            mail::html::from_text(&self.main()),
        );
        for quoted in self.history.iter().take(QUOTED) {
            out.push_str(&format!(
                "<div style=\"margin-top:16px;color:#555555;font-size:13px\">{}</div>\
                 <blockquote type=\"cite\" style=\"margin:4px 0 0 0;padding-left:10px;border-left:2px solid #cccccc;color:#555555;font-size:13px\">{}</blockquote>",
                mail::html::from_text(&self.wrote(quoted)),
                mail::html::from_text(&shortened(&quoted.text)),
            ));
        }
        out.push_str(&format!(
            "<span style=\"color:#ffffff;font-size:1px;line-height:1px\" aria-hidden=\"true\">{}</span></body></html>",
            self.token
        ));
        out
    }

    fn main(&self) -> String {
        let mut out = self.text.trim_end().to_owned();
        if !self.left_out.is_empty() {
            out.push_str(&format!("\n\n{}", texts::files_left_out(self.language)));
            for file in self.left_out {
                out.push_str(&format!("\n- {} ({})", file.name, megabytes(file.size)));
            }
        }
        out
    }

    fn wrote(&self, quoted: &Quoted) -> String {
        let date = quoted.at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        texts::wrote(self.language, &date, &quoted.author)
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// In tenths of a megabyte, rounded up so that nothing has size 0.
fn megabytes(bytes: u64) -> String {
    let tenths = (bytes * 10).div_ceil(1024 * 1024);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

/// Which files go along and which do not: pictures of the text first, then in order, each that still fits (zendesk.md 6.6).
pub(crate) fn fitting(files: &[NewAttachment]) -> (Vec<&NewAttachment>, Vec<&NewAttachment>) {
    let (mut sent, mut left_out, mut total) = (Vec::new(), Vec::new(), 0);
    let ordered = files.iter().filter(|file| file.inline).chain(files.iter().filter(|file| !file.inline));
    for file in ordered {
        if file.size <= LARGEST_FILE && total + file.size <= LARGEST_TOTAL {
            total += file.size;
            sent.push(file);
        } else {
            left_out.push(file);
        }
    }
    (sent, left_out)
}

/// A subject: one line, not endless.
pub(crate) fn one_line(subject: &str) -> String {
    let line = subject
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>();
    line.join(" ").chars().take(LONGEST_SUBJECT).collect()
}

/// A subject without the `Re:` in front that mail programs add: they thread by what is left.
pub(crate) fn without_re(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some(head) = rest.get(..3)
        && head.eq_ignore_ascii_case("re:")
    {
        rest = rest[3..].trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(megabytes: u64, inline: bool) -> NewAttachment {
        NewAttachment {
            name: format!("{megabytes}.bin"),
            content_type: "application/octet-stream".to_owned(),
            content_id: None,
            inline,
            size: megabytes * 1024 * 1024,
            blob: store::BlobId(String::new()),
            finding: None,
        }
    }

    #[test]
    fn files_go_along_as_long_as_they_fit() {
        let names =
            |files: Vec<&NewAttachment>| files.into_iter().map(|f| f.name.clone()).collect::<Vec<_>>();
        // The example that the rule is known by: of 5, 6 and 4 MB the first and the last go.
        let files = [file(5, false), file(6, false), file(4, false)];
        let (sent, left_out) = fitting(&files);
        assert_eq!(
            (names(sent), names(left_out)),
            (vec!["5.bin".to_owned(), "4.bin".to_owned()], vec!["6.bin".to_owned()])
        );
        let files = [file(8, false), file(6, false), file(5, true)];
        let (sent, left_out) = fitting(&files);
        assert_eq!(
            (names(sent), names(left_out)),
            (vec!["5.bin".to_owned()], vec!["8.bin".to_owned(), "6.bin".to_owned()])
        );
    }

    #[test]
    fn a_subject_is_one_line_and_says_re_once() {
        assert_eq!(one_line("a\r\nBcc: x@example.com\t b"), "a Bcc: x@example.com b");
        for (subject, bare) in
            [("RE: re:Printer", "Printer"), ("Report", "Report"), ("返信", "返信"), ("Re:", "")]
        {
            assert_eq!(without_re(subject), bare);
        }
    }

    #[test]
    fn a_mail_carries_its_token_in_both_parts_and_quotes_what_came_before() {
        let history = [Quoted {
            author: "Sato".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            text: "It is <broken>\nagain".to_owned(),
        }];
        let body = Body {
            language: Language::En,
            text: "Hello",
            left_out: &[],
            history: &history,
            token: "[AB-CD]",
        };
        assert_eq!(
            body.to_text(),
            "Hello\n\nOn 1970-01-01 00:00 UTC, Sato wrote:\n> It is <broken>\n> again\n\n[AB-CD]\n"
        );
        let html = body.to_html();
        assert!(
            html.contains("[AB-CD]") && html.contains("&lt;broken&gt;") && !html.contains("<broken>"),
            "{html}"
        );
    }
}
