//! The placeholders of trigger mails, filled in for one group of readers: `ticket.id`, `ticket.latest_comment`, `comment.author.name`.
//! Agents' mails name notes, customers' mails never do. What is suppressed is decided in [`desk::placeholder`].

use std::collections::BTreeMap;

use desk::{Comment, Person, PersonId};
use store::SupportAddress;

use super::{Group, Scene};
use crate::{letter_out, texts};

/// Names under which a text is known beside its own. Each is the same text: the mail makes HTML of it.
const FORMS: [&str; 3] = ["", "_html", "_rich"];

impl Scene<'_> {
    pub(super) fn values(&self, group: &Group, address: &SupportAddress) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        self.of_ticket(&mut values, group, address);
        let public: Vec<&Comment> = self.comments.iter().filter(|comment| comment.public).collect();
        let seen: Vec<&Comment> =
            self.comments.iter().filter(|comment| group.staff || comment.public).collect();
        for (name, comments) in [("comments", &seen), ("public_comments", &public)] {
            let whole = self.conversation(group, comments);
            values.insert(format!("ticket.{name}"), whole.clone());
            values.insert(format!("ticket.{name}_formatted"), whole);
            for (number, comment) in comments.iter().enumerate() {
                self.of_comment(&mut values, &format!("ticket.{name}.{number}"), group, comment);
            }
        }
        for (name, latest) in [("latest_comment", seen.first()), ("latest_public_comment", public.first())] {
            for form in FORMS {
                let text = latest.map(|comment| comment.text.clone()).unwrap_or_default();
                values.insert(format!("ticket.{name}{form}"), text);
            }
            let formatted = latest.map(|comment| self.formatted(group, comment)).unwrap_or_default();
            values.insert(format!("ticket.{name}_formatted"), formatted);
        }
        if let Some(latest) = seen.first() {
            self.of_comment(&mut values, "comment", group, latest);
        }
        let first = self.first.as_ref().filter(|comment| group.staff || comment.public);
        values.insert(
            "ticket.description".to_owned(),
            first.map(|comment| comment.text.clone()).unwrap_or_default(),
        );
        values
    }

    fn of_ticket(&self, values: &mut BTreeMap<String, String>, group: &Group, address: &SupportAddress) {
        let ticket = &self.ticket;
        let mut set = |name: &str, value: String| {
            values.insert(name.to_owned(), value);
        };
        let url = format!("{}/tickets/{}", self.engine.inner.settings.public_url, ticket.id);
        set("ticket.id", ticket.id.to_string());
        set("ticket.title", letter_out::without_re(&ticket.subject).to_owned());
        set("ticket.url", url.clone());
        set("ticket.link", url);
        set("ticket.account", address.brand_name.clone());
        set("ticket.brand.name", address.brand_name.clone());
        set("ticket.status", ticket.status.as_str().to_owned());
        set(
            "ticket.priority",
            ticket.priority.map(|priority| priority.as_str().to_owned()).unwrap_or_default(),
        );
        set("ticket.tags", ticket.tags.join(" "));
        set("ticket.encoded_id", self.engine.inner.token_key.token(ticket.id.0));
        for (name, at) in [("created_at", ticket.created_at), ("updated_at", ticket.updated_at)] {
            set(&format!("ticket.{name}"), self.zone.day(group.language, at));
            set(&format!("ticket.{name}_with_time"), self.zone.moment(group.language, at));
        }
        let ccs: Vec<&Person> = ticket.ccs.iter().filter_map(|id| self.people.get(id)).collect();
        set("ticket.cc_names", ccs.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", "));
        let people = [
            ("ticket.requester", self.people.get(&ticket.requester)),
            ("ticket.assignee", ticket.assignee.and_then(|id| self.people.get(&id))),
            ("current_user", Some(&self.event.actor)),
        ];
        for (name, person) in people {
            set(&format!("{name}.name"), person.map(|person| person.name.clone()).unwrap_or_default());
            set(&format!("{name}.email"), person.map(|person| person.email.to_string()).unwrap_or_default());
        }
    }

    fn of_comment(
        &self,
        values: &mut BTreeMap<String, String>,
        name: &str,
        group: &Group,
        comment: &Comment,
    ) {
        let mut set = |part: &str, value: String| {
            values.insert(format!("{name}.{part}"), value);
        };
        for part in ["value", "value_html", "value_rich", "rich"] {
            set(part, comment.text.clone());
        }
        set("formatted", self.formatted(group, comment));
        set("author.name", self.name(comment.author));
        set("created_at", self.zone.day(group.language, comment.created_at));
        set("created_at_with_time", self.zone.moment(group.language, comment.created_at));
    }

    /// What was said, newest first.
    fn conversation(&self, group: &Group, comments: &[&Comment]) -> String {
        let said: Vec<String> = comments.iter().map(|comment| self.formatted(group, comment)).collect();
        said.join("\n\n")
    }

    /// Who said it and when, above what was said.
    fn formatted(&self, group: &Group, comment: &Comment) -> String {
        let date = self.zone.moment(group.language, comment.created_at);
        format!("{}\n{}", texts::wrote(group.language, &date, &self.name(comment.author)), comment.text)
    }

    fn name(&self, id: PersonId) -> String {
        self.people.get(&id).map(|person| person.name.clone()).unwrap_or_default()
    }
}
