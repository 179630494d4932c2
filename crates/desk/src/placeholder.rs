//! Placeholders of trigger mails (`{{ ticket.id }}`), and which of them stay empty so that the desk relays no spam.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Environment, UndefinedBehavior, Value};

/// Steps a template may take: a few thousand times what a mail needs. A template is written by an administrator, but an
/// endless one must not stop the desk.
const FUEL: u64 = 200_000;
/// Largest rendered text in bytes.
const LONGEST: usize = 1_000_000;

/// Renders a template with flat values, e.g. `ticket.id`, `ticket.title`, `ticket.url`, `ticket.requester.name`,
/// `ticket.latest_comment`, `ticket.latest_public_comment`, `current_user.name`, `ticket.account`, `ticket.encoded_id`.
/// Names with numbers are lists, `ticket.comments.0.value`: a template may walk through them, and written out as a whole they say what
/// the bare name says. Unknown placeholders render empty; a broken template is an error with its line. The values are never read as templates.
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
    suppress(values, carries_comment);
}

/// Takes out whole conversations: two machines that send each other theirs would send ever longer ones (zendesk.md 6.2).
pub fn suppress_for_machine(values: &mut BTreeMap<String, String>) {
    const LISTS: [&str; 4] =
        ["comments", "public_comments", "comments_formatted", "public_comments_formatted"];
    suppress(values, |name| is_form_of(name, &LISTS));
}

/// Of a list nothing is left to walk through, or a template would say who wrote, and when.
fn suppress(values: &mut BTreeMap<String, String>, which: impl Fn(&str) -> bool) {
    let is_item = |name: &str| name.split('.').any(|part| part.parse::<usize>().is_ok());
    values.retain(|name, _| !(which(name) && is_item(name)));
    for (name, value) in values.iter_mut() {
        if which(name) {
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
    is_form_of(name, &WORDS) || name.starts_with("comment.") || name == "comment"
}

/// `latest_comment_html`, `comments.0.value`: every form of the same text.
fn is_form_of(name: &str, words: &[&str]) -> bool {
    let name = name.strip_prefix("ticket.").unwrap_or(name);
    let form_of = |word: &&str| {
        name.strip_prefix(*word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '.']))
    };
    words.iter().any(form_of)
}

/// Flat names as the tree that templates walk.
#[derive(Default)]
struct Tree {
    /// What the name itself says.
    text: Option<String>,
    children: BTreeMap<String, Tree>,
}

impl Tree {
    fn of(values: &BTreeMap<String, String>) -> Self {
        let mut root = Self::default();
        for (name, value) in values {
            let mut place = &mut root;
            for part in name.split('.') {
                place = place.children.entry(part.to_owned()).or_default();
            }
            place.text = Some(value.clone());
        }
        root
    }

    fn into_value(self) -> Value {
        if self.children.is_empty() {
            return Value::from(self.text.unwrap_or_default());
        }
        let mut items: Vec<(usize, Tree)> = Vec::new();
        let mut named: BTreeMap<String, Value> = BTreeMap::new();
        for (name, child) in self.children {
            match name.parse() {
                Ok(number) => items.push((number, child)),
                Err(_) => {
                    named.insert(name, child.into_value());
                }
            }
        }
        if items.is_empty() {
            return Value::from_pairs(named);
        }
        items.sort_by_key(|(number, _)| *number);
        let items = items.into_iter().map(|(_, child)| child.into_value()).collect();
        Value::from_object(List { text: self.text.unwrap_or_default(), items })
    }
}

/// What was said, to be walked through or to be written out.
#[derive(Debug)]
struct List {
    text: String,
    items: Vec<Value>,
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.items.get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
