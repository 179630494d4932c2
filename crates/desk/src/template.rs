//! The account's mail template: what stands around the words of each mail to a person, once as HTML and once as text
//! (zendesk.md 6.3). A template is an administrator's; what is put into it comes as finished pieces. Whatever the template
//! does, the mail leaves and carries the token that ties a reply to its ticket.

use std::fmt;
use std::io;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::{Deserialize, Serialize};

/// The HTML that an account begins with.
pub const DEFAULT_HTML: &str = include_str!("template/default.html");
/// The text that an account begins with.
pub const DEFAULT_TEXT: &str = include_str!("template/default.txt");
/// The `{{ styles }}` of the HTML: what inline styles cannot say.
const STYLES: &str = include_str!("template/styles.css");

/// Characters that a delimiter has at least and at most (zendesk.md 6.3): shorter ones would cut mail that means something else.
pub const DELIMITER_CHARS: std::ops::RangeInclusive<usize> = 20..=65;
/// Largest template in bytes.
pub const LONGEST_TEMPLATE: usize = 200_000;
/// Largest signature in characters, of each form.
pub const LONGEST_SIGNATURE: usize = 5_000;
/// Steps a template may take. An endless one must not stop the desk.
const FUEL: u64 = 500_000;
/// Largest mail in bytes: a text of 65,000 characters with its quotations, and the account's own frame.
const LONGEST: usize = 4_000_000;

/// The account's template as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailTemplate {
    /// The HTML.
    pub html: String,
    /// The text.
    pub text: String,
    /// The line above which people are asked to write; `None`: none. An empty one stands for the desk's own words in the
    /// reader's language.
    pub delimiter: Option<String>,
}

impl Default for MailTemplate {
    fn default() -> Self {
        Self { html: DEFAULT_HTML.to_owned(), text: DEFAULT_TEXT.to_owned(), delimiter: None }
    }
}

/// One of the two forms of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// HTML.
    Html,
    /// Plain text.
    Text,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It does not say `{{ content }}`: mails would be empty.
    NoContent(Form),
    /// A delimiter is wanted and it does not say `{{ delimiter }}`: whole threads would be taken for new text.
    NoDelimiter(Form),
    /// The delimiter is too short or too long.
    DelimiterLength,
    /// It is larger than [`LONGEST_TEMPLATE`].
    TooLong(Form),
    /// It cannot be read or carried out.
    Broken {
        /// Which.
        form: Form,
        /// On which line, from 1; `None` where that is not known.
        line: Option<usize>,
        /// What, in the template language's own words.
        what: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |form: &Form| if *form == Form::Html { "html" } else { "text" };
        match self {
            Self::NoContent(form) => write!(f, "{}: no content", name(form)),
            Self::NoDelimiter(form) => write!(f, "{}: no delimiter", name(form)),
            Self::DelimiterLength => write!(f, "delimiter: length"),
            Self::TooLong(form) => write!(f, "{}: too long", name(form)),
            Self::Broken { form, line: Some(line), what } => write!(f, "{} line {line}: {what}", name(form)),
            Self::Broken { form, line: None, what } => write!(f, "{}: {what}", name(form)),
        }
    }
}

/// The pieces of one mail, in one of its forms. In [`Form::Html`] they are finished HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// What the mail says.
    pub content: String,
    /// What was said before; may be empty.
    pub quoted_content: String,
    /// Whose mail it is.
    pub footer: String,
    /// A way into the desk, for its own people; else empty.
    pub footer_link: String,
    /// Above which one is to write; empty: nowhere.
    pub delimiter: String,
    /// The signature; empty in mail that nobody signs.
    pub signature: String,
    /// `en` or `ja`.
    pub lang: &'static str,
}

impl MailTemplate {
    /// Refuses a template that mails could not be made with.
    pub fn check(&self) -> Result<(), Fault> {
        let own = self.delimiter.as_deref().filter(|text| !text.is_empty());
        if own.is_some_and(|text| !DELIMITER_CHARS.contains(&text.chars().count())) {
            return Err(Fault::DelimiterLength);
        }
        for (form, template) in [(Form::Html, &self.html), (Form::Text, &self.text)] {
            if template.len() > LONGEST_TEMPLATE {
                return Err(Fault::TooLong(form));
            }
            // Marks that no template has by chance: what matters is that they come out, not how they are asked for.
            let marks = Pieces {
                content: "\u{e000}".to_owned(),
                delimiter: self.delimiter.as_ref().map(|_| "\u{e001}".to_owned()).unwrap_or_default(),
                quoted_content: "q".to_owned(),
                footer: "f".to_owned(),
                footer_link: "l".to_owned(),
                signature: "s".to_owned(),
                lang: "en",
            };
            let out = run(template, form, &marks)?;
            if !out.contains('\u{e000}') {
                return Err(Fault::NoContent(form));
            }
            if self.delimiter.is_some() && !out.contains('\u{e001}') {
                return Err(Fault::NoDelimiter(form));
            }
            // And as a mail that has nothing but its content.
            let bare = Pieces { content: "\u{e000}".to_owned(), lang: "ja", ..Pieces::default() };
            if !run(template, form, &bare)?.contains('\u{e000}') {
                return Err(Fault::NoContent(form));
            }
        }
        Ok(())
    }

    /// A mail in one form, with the token that ties replies to the ticket. A template that fails is replaced by the
    /// desk's own, and the fault is told beside the mail.
    pub fn write(&self, form: Form, pieces: &Pieces, token: &str) -> (String, Option<Fault>) {
        let (own, desks) = match form {
            Form::Html => (&self.html, DEFAULT_HTML),
            Form::Text => (&self.text, DEFAULT_TEXT),
        };
        let (out, fault) = match run(own, form, pieces) {
            Ok(out) if out.contains(pieces.content.trim()) => (out, None),
            Ok(_) => (last_resort(desks, form, pieces), Some(Fault::NoContent(form))),
            Err(fault) => (last_resort(desks, form, pieces), Some(fault)),
        };
        (with_token(out, form, token), fault)
    }
}

/// The desk's own template; should even that fail (a mail beyond every bound), the bare words.
fn last_resort(template: &str, form: Form, pieces: &Pieces) -> String {
    run(template, form, pieces).unwrap_or_else(|_| pieces.content.clone())
}

fn run(template: &str, form: Form, pieces: &Pieces) -> Result<String, Fault> {
    let broken = |error: minijinja::Error| Fault::Broken {
        form,
        line: error.line(),
        what: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
    };
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(move |_| match form {
        Form::Html => AutoEscape::Html,
        Form::Text => AutoEscape::None,
    });
    let template = environment.template_from_str(template).map_err(broken)?;
    // The pieces are finished; everything else that a template may compute is escaped.
    let piece = |text: &str| match form {
        Form::Html => Value::from_safe_string(text.to_owned()),
        Form::Text => Value::from(text.trim_end()),
    };
    let attributes = format!("lang=\"{}\" dir=\"ltr\"", pieces.lang);
    let values = Value::from_pairs([
        ("content", piece(&pieces.content)),
        ("quoted_content", piece(&pieces.quoted_content)),
        ("footer", piece(&pieces.footer)),
        ("footer_link", piece(&pieces.footer_link)),
        ("delimiter", piece(&pieces.delimiter)),
        ("signature", piece(&pieces.signature)),
        ("styles", piece(if form == Form::Html { STYLES } else { "" })),
        ("attributes", piece(if form == Form::Html { &attributes } else { "" })),
        ("lang", Value::from(pieces.lang)),
    ]);
    let mut out = Limited(Vec::new());
    template.render_captured_to(values, &mut out).map_err(broken)?;
    String::from_utf8(out.0).map_err(|error| Fault::Broken { form, line: None, what: error.to_string() })
}

/// Characters of a mail that lists of mails show beside its subject, with room: Outlook's and Gmail's lines are shorter.
const PREVIEW: usize = 300;

/// The token at the end of the mail. In HTML it is there for mail programs that quote, not for eyes: small, in the colour of the
/// ground, and without height where that is understood. `display:none` would be dropped by some of them, and the token with it.
/// Of a short mail the lists of mails would show it beside the subject; what stands before it there fills that line with nothing.
fn with_token(mail: String, form: Form, token: &str) -> String {
    match form {
        Form::Text if mail.contains(token) => mail,
        Form::Text => format!("{}\n\n{token}\n", mail.trim_end()),
        Form::Html if mail.contains(token) => mail,
        Form::Html => {
            let shown: usize =
                mail::html::to_text(&mail).split_whitespace().map(|word| word.chars().count() + 1).sum();
            let filling = "&zwnj;&nbsp;".repeat(PREVIEW.saturating_sub(shown).div_ceil(2));
            let hidden = format!(
                "<div style=\"max-height:0;overflow:hidden;opacity:0;color:#ffffff;font-size:1px;line-height:1px;\
                 mso-line-height-rule:exactly\" aria-hidden=\"true\">{filling}{token}</div>"
            );
            let end =
                ["</body>", "</BODY>", "</html>", "</HTML>"].into_iter().find_map(|tag| mail.rfind(tag));
            match end {
                Some(at) => {
                    let (before, after) = mail.split_at(at);
                    format!("{before}{hidden}{after}")
                }
                None => mail + &hidden,
            }
        }
    }
}

/// A brand's signature. Its words may name the agent and the brand: `{{ agent.name }}`, `{{ brand.name }}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// As text; empty: none.
    pub text: String,
    /// As HTML; empty: made from the text.
    pub html: String,
}

impl Signature {
    /// What is wrong with it, if something is.
    pub fn check(&self) -> Result<(), Fault> {
        for (form, text) in [(Form::Text, &self.text), (Form::Html, &self.html)] {
            if text.chars().count() > LONGEST_SIGNATURE {
                return Err(Fault::TooLong(form));
            }
            sign(text, form, "Agent", "Brand")?;
        }
        Ok(())
    }

    /// As text and as HTML that is clean. A broken one is left out: a mail without a signature is better than none.
    pub fn write(&self, agent: &str, brand: &str) -> (String, String) {
        let text = sign(&self.text, Form::Text, agent, brand).unwrap_or_default();
        let html = sign(&self.html, Form::Html, agent, brand).unwrap_or_default();
        let html = if html.trim().is_empty() {
            mail::html::from_text(text.trim())
        } else {
            mail::html::clean(&html, mail::html::RemotePictures::Allowed, &|_| None).html
        };
        let text = if text.trim().is_empty() { mail::html::to_text(&html) } else { text };
        (text.trim().to_owned(), html)
    }
}

fn sign(template: &str, form: Form, agent: &str, brand: &str) -> Result<String, Fault> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(move |_| match form {
        Form::Html => AutoEscape::Html,
        Form::Text => AutoEscape::None,
    });
    let named = |name: &str| Value::from_pairs([("name", Value::from(name))]);
    let values = Value::from_pairs([("agent", named(agent)), ("brand", named(brand))]);
    let broken = |error: minijinja::Error| Fault::Broken {
        form,
        line: error.line(),
        what: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
    };
    let mut out = Limited(Vec::new());
    let template = environment.template_from_str(template).map_err(broken)?;
    template.render_captured_to(values, &mut out).map_err(broken)?;
    String::from_utf8(out.0).map_err(|error| Fault::Broken { form, line: None, what: error.to_string() })
}

/// A text that does not grow beyond [`LONGEST`].
struct Limited(Vec<u8>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other("the mail is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
