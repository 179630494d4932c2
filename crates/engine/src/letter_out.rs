//! What a mail of the desk says: the text, links to files that were too large, the quoted history, the signature. How that looks is the
//! account's template ([`desk::template`]).

use desk::Language;
use desk::template::{Fault, Form, MailTemplate, Pieces};
use jiff::Timestamp;
use store::StoredAttachment;

use crate::mail_zone::MailZone;
use crate::texts;

/// Largest file that goes along with a mail, in bytes (zendesk.md 6.6).
pub const LARGEST_FILE: u64 = 7 * 1024 * 1024;
/// All files of a mail together, in bytes (zendesk.md 6.6).
pub const LARGEST_TOTAL: u64 = 10 * 1024 * 1024;
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

/// A file that was too large, and where it is to be had.
pub(crate) struct LeftOut {
    pub name: String,
    pub size: u64,
    pub link: String,
}

/// A mail's body before it is written down.
pub(crate) struct Body<'a> {
    pub language: Language,
    pub text: &'a str,
    pub left_out: &'a [LeftOut],
    /// How long their links last.
    pub links_until: Timestamp,
    /// In which zone dates are written.
    pub zone: &'a MailZone,
    /// Pictures of the text that go along: Content-ID and name.
    pub pictures: &'a [(String, String)],
    /// Newest first.
    pub history: &'a [Quoted],
    /// With its square brackets.
    pub token: &'a str,
    /// Whose mail it is.
    pub brand: &'a str,
    /// As text and as HTML.
    pub signature: (String, String),
    /// Where the desk is, in mail to its own people.
    pub desk: Option<&'a str>,
}

impl Body<'_> {
    /// HTML and text in the account's template; and what was wrong with it, when the desk's own had to take its place.
    pub(crate) fn write(&self, template: &MailTemplate) -> (String, String, Option<Fault>) {
        let delimiter = match template.delimiter.as_deref() {
            None => String::new(),
            Some("") => format!("##- {} -##", texts::mail_delimiter(self.language)),
            Some(own) => format!("##- {} -##", one_line(own)),
        };
        let (html, html_fault) = template.write(Form::Html, &self.html(&delimiter), self.token);
        let (text, text_fault) = template.write(Form::Text, &self.plain(delimiter), self.token);
        (html, text, html_fault.or(text_fault))
    }

    fn plain(&self, delimiter: String) -> Pieces {
        let mut content = self.text.trim_end().to_owned();
        if !self.left_out.is_empty() {
            content.push_str(&format!("\n\n{}", self.files_say()));
            for file in self.left_out {
                content.push_str(&format!("\n- {} ({})\n  {}", file.name, megabytes(file.size), file.link));
            }
        }
        let mut quoted_content = String::new();
        for quoted in self.history.iter().take(QUOTED) {
            quoted_content.push_str(&format!("{}\n", self.wrote(quoted)));
            for line in shortened(&quoted.text).lines() {
                // Nested quotes keep their marks together, as mail programs write them.
                let space = if line.starts_with('>') { "" } else { " " };
                quoted_content.push_str(format!(">{space}{line}").trim_end());
                quoted_content.push('\n');
            }
            quoted_content.push('\n');
        }
        Pieces {
            content,
            quoted_content: quoted_content.trim_end().to_owned(),
            footer: texts::mail_footer(self.language, self.brand),
            footer_link: self.desk.map(str::to_owned).unwrap_or_default(),
            delimiter,
            signature: self.signature.0.clone(),
            lang: self.language.as_str(),
        }
    }

    fn html(&self, delimiter: &str) -> Pieces {
        let escaped = mail::html::escaped;
        let mut content = mail::html::from_text(self.text.trim_end());
        // A picture that no text names is hidden by Outlook, as a picture and as a file.
        for (id, name) in self.pictures {
            content.push_str(&format!(
                "<p style=\"margin:12px 0 0 0\"><img src=\"cid:{}\" alt=\"{}\" style=\"max-width:100%\"></p>",
                escaped(id),
                escaped(name)
            ));
        }
        if !self.left_out.is_empty() {
            content.push_str(&format!(
                "<p style=\"margin:16px 0 4px 0\">{}</p><ul style=\"margin:0;padding-left:20px\">",
                escaped(&self.files_say())
            ));
            for file in self.left_out {
                content.push_str(&format!(
                    "<li><a href=\"{}\">{}</a> ({})</li>",
                    escaped(&file.link),
                    escaped(&file.name),
                    megabytes(file.size)
                ));
            }
            content.push_str("</ul>");
        }
        let mut quoted_content = String::new();
        for quoted in self.history.iter().take(QUOTED) {
            quoted_content.push_str(&format!(
                "<div style=\"margin-top:12px\">{}</div>\
                 <blockquote type=\"cite\" style=\"margin:4px 0 0 0;padding-left:10px;border-left:2px solid #d0d7de\">{}</blockquote>",
                escaped(&self.wrote(quoted)),
                mail::html::from_text(&shortened(&quoted.text)),
            ));
        }
        let link = |desk: &str| {
            format!("<a href=\"{}\">{}</a>", escaped(desk), escaped(&texts::mail_footer_link(self.language)))
        };
        Pieces {
            content,
            quoted_content,
            footer: escaped(&texts::mail_footer(self.language, self.brand)),
            footer_link: self.desk.map(link).unwrap_or_default(),
            delimiter: escaped(delimiter),
            signature: self.signature.1.clone(),
            lang: self.language.as_str(),
        }
    }

    fn files_say(&self) -> String {
        let until = self.zone.moment(self.language, self.links_until);
        texts::files_left_out(self.language, &until)
    }

    fn wrote(&self, quoted: &Quoted) -> String {
        let date = self.zone.moment(self.language, quoted.at);
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
pub(crate) fn fitting(files: &[StoredAttachment]) -> (Vec<&StoredAttachment>, Vec<&StoredAttachment>) {
    let (mut sent, mut left_out, mut total) = (Vec::new(), Vec::new(), 0);
    let inline = |file: &&StoredAttachment| file.file.inline;
    for file in files.iter().filter(inline).chain(files.iter().filter(|file| !inline(file))) {
        if file.file.size <= LARGEST_FILE && total + file.file.size <= LARGEST_TOTAL {
            total += file.file.size;
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

    fn file(megabytes: u64, inline: bool) -> StoredAttachment {
        StoredAttachment {
            id: desk::AttachmentId(1),
            comment: desk::CommentId(1),
            ticket: desk::TicketId(1),
            file: store::NewAttachment {
                name: format!("{megabytes}.bin"),
                content_type: "application/octet-stream".to_owned(),
                content_id: None,
                inline,
                size: megabytes * 1024 * 1024,
                blob: store::BlobId(String::new()),
                finding: None,
            },
        }
    }

    #[test]
    fn files_go_along_as_long_as_they_fit() {
        let names = |files: Vec<&StoredAttachment>| {
            files.into_iter().map(|f| f.file.name.clone()).collect::<Vec<_>>()
        };
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

    fn body<'a>(history: &'a [Quoted], left_out: &'a [LeftOut]) -> Body<'a> {
        static ZONE: std::sync::LazyLock<MailZone> = std::sync::LazyLock::new(MailZone::unknown);
        Body {
            zone: &ZONE,
            language: Language::En,
            text: "Hello <Hana>,\nsee https://contoso.example/",
            left_out,
            links_until: Timestamp::UNIX_EPOCH,
            pictures: &[],
            history,
            token: "[AB-CD]",
            brand: "Contoso",
            signature: (String::new(), String::new()),
            desk: None,
        }
    }

    #[test]
    fn a_mail_carries_its_token_in_both_parts_and_quotes_what_came_before() {
        let history = [Quoted {
            author: "Sato".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            text: "It is <broken>\n\n> really?\nagain".to_owned(),
        }];
        let (html, text, fault) = body(&history, &[]).write(&MailTemplate::default());
        assert_eq!(fault, None);
        assert_eq!(
            text,
            "Hello <Hana>,\nsee https://contoso.example/\n\nThis email was sent by Contoso.\n\n\
             On 1 Jan 1970, 00:00 UTC, Sato wrote:\n> It is <broken>\n>\n>> really?\n> again\n\n[AB-CD]\n"
        );
        assert!(
            html.contains("[AB-CD]") && html.contains("&lt;broken&gt;") && !html.contains("<broken>"),
            "{html}"
        );
        assert!(html.contains("<a href=\"https://contoso.example/\""), "{html}");
    }

    /// Outlook hides a picture that the HTML does not name.
    #[test]
    fn each_picture_that_goes_along_is_named_in_the_html() {
        let pictures = [("p1@x\"".to_owned(), "図 <1>.png".to_owned())];
        let (html, text, _) = Body { pictures: &pictures, ..body(&[], &[]) }.write(&MailTemplate::default());
        assert!(html.contains("<img src=\"cid:p1@x&quot;\" alt=\"図 &lt;1&gt;.png\""), "{html}");
        assert!(!text.contains("cid:"), "{text}");
    }

    #[test]
    fn a_file_that_was_too_large_is_a_link_with_its_size() {
        let left_out = [LeftOut {
            name: "図面 <1>.zip".to_owned(),
            size: 12 * 1024 * 1024 + 1,
            link: "https://desk.example/files/ab12".to_owned(),
        }];
        let (html, text, _) = body(&[], &left_out).write(&MailTemplate::default());
        assert!(text.contains("- 図面 <1>.zip (12.1 MB)\n  https://desk.example/files/ab12\n"), "{text}");
        assert!(
            html.contains("<a href=\"https://desk.example/files/ab12\">図面 &lt;1&gt;.zip</a> (12.1 MB)"),
            "{html}"
        );
    }

    /// The marks are those by which [`mail::read`] knows where an answer ends.
    #[test]
    fn the_delimiter_is_in_the_readers_language_or_the_accounts_own() {
        for (own, language, line) in [
            ("", Language::En, "##- Please reply above this line -##"),
            ("", Language::Ja, "##- この行より上に返信をご記入ください -##"),
            (
                "Schreiben Sie bitte über dieser Zeile",
                Language::En,
                "##- Schreiben Sie bitte über dieser Zeile -##",
            ),
        ] {
            let template = MailTemplate { delimiter: Some(own.to_owned()), ..MailTemplate::default() };
            let (html, text, fault) = Body { language, ..body(&[], &[]) }.write(&template);
            assert!(text.starts_with(line) && html.contains(line) && fault.is_none(), "{text}");
            let reply = format!(
                "From: <a@b.example>\r\nSubject: Re\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nMy answer\r\n{line}\r\nold words\r\n"
            );
            assert_eq!(mail::read(reply.as_bytes()).fresh.trim(), "My answer", "{line}");
        }
    }
}
