//! Placeholders of trigger mails (`{{ ticket.id }}`), and which of them stay empty so that the desk relays no spam.

use std::collections::BTreeMap;
use std::io;

use minijinja::{Environment, UndefinedBehavior, Value};

/// Steps a template may take: a few thousand times what a mail needs. A template is written by an administrator, but an
/// endless one must not stop the desk.
const FUEL: u64 = 200_000;
/// Largest rendered text in bytes.
const LONGEST: usize = 1_000_000;

/// Renders a template with flat values, e.g. `ticket.id`, `ticket.title`, `ticket.url`, `ticket.requester.name`,
/// `ticket.latest_comment`, `ticket.latest_public_comment`, `current_user.name`, `ticket.account`, `ticket.encoded_id`.
/// Unknown placeholders render empty; a broken template is an error with its line. The values are never read as templates.
pub fn render(template: &str, values: &BTreeMap<String, String>) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    let template = environment.template_from_str(template).map_err(|error| error.to_string())?;
    let mut text = Limited(Vec::new());
    template
        .render_captured_to(Tree::of(values).into_value(), &mut text)
        .map_err(|error| error.to_string())?;
    String::from_utf8(text.0).map_err(|error| error.to_string())
}

/// Takes out what strangers could use to relay spam: on creation, when both author and recipient are end users, every
/// placeholder that carries comment text renders empty (zendesk.md 6.2).
pub fn suppress_relay(values: &mut BTreeMap<String, String>) {
    for (name, value) in values.iter_mut() {
        if carries_comment(name) {
            value.clear();
        }
    }
}

/// An address that no person reads: what is written to it must not carry the conversation, or two machines would send each other
/// ever longer ones (zendesk.md 6.2).
pub fn is_machine(address: &mail::Address) -> bool {
    const MACHINES: [&str; 8] = [
        "mailer-daemon",
        "postmaster",
        "noreply",
        "no-reply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "do_not_reply",
    ];
    let local = address.local().to_lowercase();
    MACHINES.iter().any(|machine| {
        local
            .strip_prefix(machine)
            .is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric()))
    })
}

fn carries_comment(name: &str) -> bool {
    const WORDS: [&str; 8] = [
        "description",
        "comments",
        "public_comments",
        "comments_formatted",
        "public_comments_formatted",
        "latest_comment",
        "latest_public_comment",
        "quoted_content",
    ];
    let name = name.strip_prefix("ticket.").unwrap_or(name);
    // `latest_comment_html`, `comment.value_rich`, `comments.0.value`: every form of the same text.
    let form_of = |word: &str| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '.']))
    };
    WORDS.into_iter().any(form_of) || name.starts_with("comment.") || name == "comment"
}

/// Flat names as the tree that templates walk. A name that is both a value and a branch keeps its value at the root of
/// the branch only when nothing hangs below it.
#[derive(Default)]
enum Tree {
    #[default]
    Empty,
    Leaf(String),
    Branch(BTreeMap<String, Tree>),
}

impl Tree {
    fn of(values: &BTreeMap<String, String>) -> Self {
        let mut root = Self::Branch(BTreeMap::new());
        for (name, value) in values {
            let mut place = &mut root;
            for part in name.split('.') {
                place = place.child(part);
            }
            if !matches!(place, Self::Branch(_)) {
                *place = Self::Leaf(value.clone());
            }
        }
        root
    }

    fn into_value(self) -> Value {
        match self {
            Self::Empty => Value::from(""),
            Self::Leaf(text) => Value::from(text),
            Self::Branch(children) => {
                Value::from_pairs(children.into_iter().map(|(name, child)| (name, child.into_value())))
            }
        }
    }

    fn child(&mut self, name: &str) -> &mut Self {
        if !matches!(self, Self::Branch(_)) {
            *self = Self::Branch(BTreeMap::new());
        }
        match self {
            Self::Branch(children) => children.entry(name.to_owned()).or_default(),
            other => other,
        }
    }
}

/// A text that does not grow beyond [`LONGEST`].
struct Limited(Vec<u8>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other("the text is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
