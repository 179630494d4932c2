//! What the page shows, put together from what the control API answers.

use askama::Template;
use jiff::Timestamp;
use serde_json::Value;

use super::catalogue::{self, Entry, Input};
use super::texts::Language;

/// The page.
#[derive(Template)]
#[template(path = "switchboard.html")]
pub struct Page {
    /// Its language.
    pub language: Language,
    /// What went wrong with the last press of a button.
    pub problem: Option<String>,
    /// The clock, as read by people.
    pub now: String,
    /// Its speed.
    pub speed: String,
    /// Faults set now.
    pub active: Vec<Active>,
    /// How often each kind struck since the counters were cleared.
    pub strikes: Vec<(String, String)>,
    /// Faults to set.
    pub groups: Vec<ShownGroup>,
    /// Addresses of mailboxes.
    pub mailboxes: Vec<String>,
    /// People and their troubles, as many as fit.
    pub people: Vec<ShownPerson>,
    /// Who was sought.
    pub sought: String,
    /// How many were found in all.
    pub found: usize,
    /// Subscriptions.
    pub subscriptions: Vec<ShownSubscription>,
    /// Requests with notifications, newest first.
    pub notices: Vec<Row>,
    /// Mail by SMTP, newest first.
    pub mails: Vec<Row>,
    /// Where the mail server listens.
    pub smtp: Option<String>,
    /// Ways out: what, and where to.
    pub routes: Vec<(String, String)>,
}

/// A fault that is set.
pub struct Active {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Everything else about it.
    pub facts: Vec<String>,
    /// How often it struck.
    pub struck: String,
}

/// A group of faults.
pub struct ShownGroup {
    /// Heading.
    pub name: String,
    /// Faults.
    pub entries: Vec<ShownEntry>,
}

/// A fault to set.
pub struct ShownEntry {
    /// Kind.
    pub kind: &'static str,
    /// Name.
    pub name: String,
    /// What it does.
    pub hint: String,
    /// Fields.
    pub fields: Vec<ShownField>,
    /// Operations it can be held to: word and name.
    pub operations: Vec<(&'static str, String)>,
}

/// A field.
pub struct ShownField {
    /// Name in the form.
    pub name: &'static str,
    /// Id on the page.
    pub id: String,
    /// Label.
    pub label: String,
    /// `number`, `text`, `choice` or `flag`.
    pub input: &'static str,
    /// Value at first; `1` for a ticked flag.
    pub value: &'static str,
    /// Words to choose from, with their names.
    pub choices: Vec<(&'static str, String)>,
}

/// A person.
pub struct ShownPerson {
    /// Key in the control API.
    pub upn: String,
    /// Name.
    pub name: String,
    /// Where the mailbox may be put: word, name, whether it is there.
    pub places: Vec<(&'static str, String, bool)>,
    /// Switches: name in the control API, label, whether on.
    pub switches: Vec<(String, String, bool)>,
}

/// A subscription.
pub struct ShownSubscription {
    /// Id.
    pub id: String,
    /// Mailbox.
    pub mailbox: String,
    /// Where to.
    pub url: String,
    /// End.
    pub expires: String,
    /// Nothing is sent at present.
    pub paused: bool,
    /// It has a lifecycle address.
    pub lifecycle: bool,
}

/// A row of a list.
pub struct Row {
    /// When.
    pub at: String,
    /// Who or where.
    pub who: String,
    /// What.
    pub what: String,
    /// How it ended.
    pub outcome: String,
    /// Whether that was well.
    pub well: bool,
}

/// Switches of people, as the control API names them; `true` where "on" is how things should be.
pub const SWITCHES: &[(&str, bool)] =
    &[("enabled", true), ("mfa", false), ("locked", false), ("conditionalAccess", false), ("admin", false)];

/// Where a mailbox may be.
pub const PLACES: &[&str] = &["online", "none", "unlicensed", "on_premises", "gone", "moving", "full"];

impl Page {
    /// A text.
    pub fn t(&self, key: &str) -> String {
        self.language.text(key)
    }
}

/// A moment as people read it.
pub fn moment(text: &str) -> String {
    text.parse::<Timestamp>()
        .map_or_else(|_| text.to_owned(), |t| t.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// The faults to set.
pub fn groups(language: Language) -> Vec<ShownGroup> {
    let shown = |group: &catalogue::Group| ShownGroup {
        name: language.text(group.key),
        entries: group.entries.iter().map(|e| entry(language, e)).collect(),
    };
    catalogue::GROUPS.iter().map(shown).collect()
}

fn entry(language: Language, entry: &'static Entry) -> ShownEntry {
    let word = |w: &'static str| {
        let key = format!("word_{w}");
        (w, if language.has(&key) { language.text(&key) } else { w.to_owned() })
    };
    let field = |f: &catalogue::Field| {
        let (input, value, choices) = match f.input {
            Input::Number(value) => ("number", value, Vec::new()),
            Input::Text(value) => ("text", value, Vec::new()),
            Input::Choice(words) => ("choice", "", words.iter().map(|w| word(w)).collect()),
            Input::Flag(on) => ("flag", if on { "1" } else { "" }, Vec::new()),
        };
        ShownField {
            name: f.name,
            id: format!("{}-{}", entry.kind, f.name),
            label: language.text(&format!("field_{}", f.name)),
            input,
            value,
            choices,
        }
    };
    ShownEntry {
        kind: entry.kind,
        name: language.text(entry.kind),
        hint: language.text(&format!("{}_hint", entry.kind)),
        fields: entry.fields.iter().map(field).collect(),
        operations: if entry.by_operation {
            let name = |w: &str| if w == "any" { language.text("word_any") } else { w.to_owned() };
            catalogue::OPERATIONS.iter().map(|w| (*w, name(w))).collect()
        } else {
            Vec::new()
        },
    }
}

/// The faults that are set.
pub fn active(language: Language, faults: &Value) -> Vec<Active> {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let one = |fault: &Value| {
        let facts = fault.as_object().into_iter().flatten().filter_map(|(name, value)| {
            if ["id", "kind", "struck"].contains(&name.as_str()) || value.is_null() {
                return None;
            }
            let shown = text(value);
            if shown.is_empty() || (name == "operation" && shown == "any") {
                return None;
            }
            let shown = if name == "after" || name == "until" { moment(&shown) } else { shown };
            let word = format!("word_{shown}");
            let shown = if language.has(&word) { language.text(&word) } else { shown };
            Some(format!("{}: {shown}", language.text(&format!("field_{name}"))))
        });
        Active {
            id: text(&fault["id"]),
            name: language.text(fault["kind"].as_str().unwrap_or_default()),
            facts: facts.collect(),
            struck: fault["struck"].to_string(),
        }
    };
    faults.as_array().into_iter().flatten().map(one).collect()
}

/// People and subscriptions shown at once.
pub const SHOWN: usize = 12;

/// Those whose name or address has these letters.
pub fn seek(people: &Value, sought: &str) -> Vec<Value> {
    let sought = sought.to_lowercase();
    let has = |person: &Value, name: &str| {
        person[name].as_str().is_some_and(|text| text.to_lowercase().contains(&sought))
    };
    let all = people.as_array().into_iter().flatten();
    let mut found: Vec<Value> =
        all.filter(|p| ["name", "upn", "mail"].into_iter().any(|n| has(p, n))).cloned().collect();
    found.sort_by_cached_key(|p| p["upn"].as_str().unwrap_or_default().to_owned());
    found
}

/// People; only switches that the control API knows are shown.
pub fn people(language: Language, people: &[Value]) -> Vec<ShownPerson> {
    let one = |person: &Value| {
        let text = |name: &str| person[name].as_str().unwrap_or_default().to_owned();
        let mailbox = text("mailbox");
        let places = PLACES
            .iter()
            .filter(|place| {
                serde_json::from_value::<crate::world::people::MailboxKind>(Value::from(**place)).is_ok()
            })
            .map(|place| (*place, language.text(&format!("place_{place}")), *place == mailbox))
            .collect();
        let switches = SWITCHES
            .iter()
            .filter_map(|(name, _)| {
                let on = person.get(*name)?.as_bool()?;
                Some(((*name).to_owned(), language.text(&format!("switch_{name}")), on))
            })
            .collect();
        ShownPerson { upn: text("upn"), name: text("name"), places, switches }
    };
    people.iter().take(SHOWN).map(one).collect()
}

/// Subscriptions.
pub fn subscriptions(list: &Value) -> Vec<ShownSubscription> {
    let one = |s: &Value| {
        let text = |name: &str| s[name].as_str().unwrap_or_default().to_owned();
        ShownSubscription {
            id: text("id"),
            mailbox: text("mailbox"),
            url: text("notificationUrl"),
            expires: moment(&text("expires")),
            paused: s["paused"] == true,
            lifecycle: s["lifecycleNotificationUrl"].is_string(),
        }
    };
    list.as_array().into_iter().flatten().take(SHOWN).map(one).collect()
}

/// Requests with notifications.
pub fn notices(language: Language, answer: &Value) -> Vec<Row> {
    let one = |row: &Value| {
        let notes = row["notifications"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut kinds: Vec<String> = notes
            .iter()
            .filter_map(|n| n["changeType"].as_str().or(n["lifecycleEvent"].as_str()))
            .map(str::to_owned)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let outcome = row["outcome"].as_str().unwrap_or_default();
        let said = match (row["status"].as_u64(), row["error"].as_str()) {
            (_, Some(words)) => words.to_owned(),
            (Some(status), None) if status > 0 => status.to_string(),
            _ => String::new(),
        };
        Row {
            at: moment(row["at"].as_str().unwrap_or_default()),
            who: row["url"].as_str().unwrap_or_default().to_owned(),
            what: format!("{} × {}", notes.len(), kinds.join(", ")),
            outcome: format!("{} {said}", language.text(&format!("outcome_{outcome}"))),
            well: outcome == "delivered",
        }
    };
    answer["requests"].as_array().into_iter().flatten().rev().take(25).map(one).collect()
}

/// Mail by SMTP.
pub fn mails(language: Language, answer: &Value) -> Vec<Row> {
    let one = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let to: Vec<&str> = row["to"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let came = row["direction"] == "in";
        let outcome = if came { "taken".to_owned() } else { text("outcome") };
        Row {
            at: moment(&text("at")),
            who: format!("{} → {}", text("from"), to.join(", ")),
            what: text("subject"),
            outcome: format!("{} {}", language.text(&format!("outcome_{outcome}")), text("reply")),
            well: came || outcome == "delivered",
        }
    };
    answer["mails"].as_array().into_iter().flatten().rev().take(25).map(one).collect()
}
