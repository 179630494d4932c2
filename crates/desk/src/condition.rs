//! What the conditions of triggers mean.

use crate::ticket::Via;
use crate::trigger::{Condition, Conditions, Event};
use crate::{Role, Ticket};

/// An event at one moment of the round: the ticket as earlier triggers left it.
pub(crate) struct Moment<'e> {
    pub(crate) event: &'e Event,
    pub(crate) ticket: &'e Ticket,
}

impl Moment<'_> {
    /// All of `all` and, when there are any, at least one of `any`.
    pub(crate) fn fulfils(&self, conditions: &Conditions) -> bool {
        conditions.all.iter().all(|condition| self.holds(condition))
            && (conditions.any.is_empty() || conditions.any.iter().any(|condition| self.holds(condition)))
    }

    fn holds(&self, condition: &Condition) -> bool {
        let Condition { field, operator, value } = condition;
        match field.as_str() {
            "update_type" => {
                is(operator, value, if self.event.before.is_none() { "Create" } else { "Change" })
            }
            "ticket_is_public" => {
                is(operator, value, if self.ticket.is_public { "public" } else { "private" })
            }
            "comment_is_public" => self.comment(operator, value),
            "role" => self.role(operator, value),
            "current_via_id" => is(operator, via_word(value), via_of(self.event.via)),
            "via_id" => is(operator, via_word(value), via_of(self.ticket.via)),
            "current_tags" => self.tags(operator, value),
            "subject_includes_word" => self.subject(operator, value),
            _ => self.ticket_field(field, operator, value),
        }
    }

    /// `true`, `false`, or `not_relevant`: there is a comment, public or not.
    fn comment(&self, operator: &str, value: &str) -> bool {
        let holds = match (&self.event.comment, value) {
            (comment, "not_relevant") => comment.is_some(),
            (Some(comment), "true" | "requester_can_see_comment") => comment.public,
            (Some(comment), "false") => !comment.public,
            _ => false,
        };
        (operator == "is" && holds) || (operator == "is_not" && !holds)
    }

    /// The role of whoever did it; `agent` stands for admins and owner too, and a number for that person.
    fn role(&self, operator: &str, value: &str) -> bool {
        let actor = &self.event.actor;
        let holds = match value {
            "end_user" => actor.role == Role::EndUser,
            "agent" => actor.role.is_staff(),
            "admin" => actor.role.is_admin(),
            id => id.parse() == Ok(actor.id),
        };
        (operator == "is" && holds) || (operator == "is_not" && !holds)
    }

    fn tags(&self, operator: &str, value: &str) -> bool {
        let any = value.split_whitespace().any(|tag| self.ticket.tags.iter().any(|own| own == tag));
        match operator {
            "includes" => any,
            "not_includes" => !any,
            _ => false,
        }
    }

    fn subject(&self, operator: &str, value: &str) -> bool {
        let subject = self.ticket.subject.to_lowercase();
        let any = value.split_whitespace().any(|word| subject.contains(&word.to_lowercase()));
        match operator {
            "includes" | "is" => any,
            "not_includes" | "is_not" => !any,
            _ => false,
        }
    }

    /// Fields of the ticket that have a value before and a value after. A new ticket had nothing before: what it was made
    /// with counts as changed.
    fn ticket_field(&self, field: &str, operator: &str, value: &str) -> bool {
        let Some(now) = field_of(self.ticket, field) else { return false };
        let before =
            self.event.before.as_ref().and_then(|before| field_of(before, field)).unwrap_or_default();
        let Some(value) = self.meaning(field, value) else { return operator == "is_not" };
        match operator {
            "is" | "value" => now == value,
            "is_not" | "not_value" => now != value,
            "changed" => now != before,
            "not_changed" => now == before,
            "value_previous" => now != before && before == value,
            "not_value_previous" => now == before || before != value,
            _ => false,
        }
    }

    /// `current_user`, `requester_id` and `assignee_id` stand for people. `None`: for nobody, so nothing equals it.
    fn meaning(&self, field: &str, value: &str) -> Option<String> {
        if !matches!(field, "assignee_id" | "requester_id") {
            return Some(value.to_owned());
        }
        match value {
            "current_user" => Some(self.event.actor.id.to_string()),
            "requester_id" => Some(self.ticket.requester.to_string()),
            "assignee_id" => self.ticket.assignee.map(|id| id.to_string()),
            other => Some(other.to_owned()),
        }
    }
}

fn is(operator: &str, value: &str, now: &str) -> bool {
    match operator {
        "is" => value == now,
        "is_not" => value != now,
        _ => false,
    }
}

/// The field as text, empty when it holds nothing; `None` when there is no such field.
fn field_of(ticket: &Ticket, field: &str) -> Option<String> {
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    Some(match field {
        "status" => ticket.status.as_str().to_owned(),
        "priority" => ticket.priority.map(|priority| priority.as_str().to_owned()).unwrap_or_default(),
        "assignee_id" => id(ticket.assignee.map(|id| id.0)),
        "group_id" => id(ticket.group.map(|id| id.0)),
        "requester_id" => id(Some(ticket.requester.0)),
        "brand_id" => id(Some(ticket.brand.0)),
        "recipient_address_id" => id(ticket.address.map(|id| id.0)),
        _ => return None,
    })
}

/// Doors as Zendesk's clients number them (via ids), or by our word.
fn via_word(value: &str) -> &str {
    match value {
        "0" => "web",
        "4" | "mail" => "email",
        "8" => "rule",
        "27" => "closed_ticket",
        word => word,
    }
}

/// A follow-up by reply came by mail; the word on the ticket says more, the event's door is what counts.
fn via_of(via: Via) -> &'static str {
    via.as_str()
}
