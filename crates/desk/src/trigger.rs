//! Triggers: "when this happens to a ticket, do that". Conditions and actions have the shapes that Zendesk's API has.
//!
//! What a condition means stands in `condition.rs`; the ten triggers every account starts with in `standard.rs`.

use serde::{Deserialize, Serialize};

use crate::condition::Moment;
use crate::ticket::Via;
use crate::{GroupId, Person, PersonId, Priority, Ticket, TriggerId};

pub use crate::standard::standard;

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Id; 0 before it is stored.
    pub id: TriggerId,
    /// Shown to admins. Standard triggers hold a key of the language files here.
    pub title: String,
    /// Order.
    pub position: i64,
    /// Whether it runs.
    pub active: bool,
    /// Conditions.
    pub conditions: Conditions,
    /// Actions.
    pub actions: Vec<Action>,
}

/// All of `all` and, when there are any, at least one of `any`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Conditions {
    /// All must hold.
    pub all: Vec<Condition>,
    /// One must hold.
    pub any: Vec<Condition>,
}

/// One condition, e.g. `update_type is Create`, `assignee_id is_not current_user`, `status value_previous solved`. A field or
/// operator that is not known never holds: a trigger that nobody understands sends nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Field.
    pub field: String,
    /// Operator: `is`, `is_not`, `changed`, `not_changed`, `value_previous`, `not_value_previous`, ...
    pub operator: String,
    /// Value.
    #[serde(default)]
    pub value: String,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "field")]
pub enum Action {
    /// A mail.
    NotificationUser {
        /// To whom.
        to: Recipients,
        /// Subject template (minijinja), or a key of the language files as `txt.key`.
        subject: String,
        /// Body template (minijinja, plain text), or `txt.key`.
        body: String,
    },
    /// Sets the priority.
    Priority {
        /// To.
        value: Priority,
    },
    /// Assigns to the person who made the change.
    AssignToCurrentUser,
}

/// Whom a mail goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipients {
    /// Requester, with the CCs as Cc. Skipped when the comment is private.
    RequesterAndCcs,
    /// Requester alone. Skipped when the comment is private.
    RequesterId,
    /// Assignee.
    AssigneeId,
    /// Everybody in the ticket's group.
    GroupId,
    /// All agents who are not restricted.
    AllAgents,
}

/// What happened to a ticket: the value triggers look at.
#[derive(Debug, Clone)]
pub struct Event {
    /// The ticket before; `None` when it was just made.
    pub before: Option<Ticket>,
    /// The ticket now.
    pub ticket: Ticket,
    /// The comment that came with it.
    pub comment: Option<EventComment>,
    /// Who did it.
    pub actor: Person,
    /// By which door.
    pub via: Via,
    /// The loop breaker wants silence: nothing is sent because of it but an agent's own answer.
    pub quiet: bool,
}

/// The comment of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventComment {
    /// Public?
    pub public: bool,
    /// Written by a machine.
    pub automatic: bool,
}

/// What triggers want done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a mail to these people; suppression and templates are the engine's.
    Notify {
        /// Which trigger.
        trigger: TriggerId,
        /// To whom.
        to: Recipients,
        /// Subject template.
        subject: String,
        /// Body template.
        body: String,
    },
    /// Set the priority.
    SetPriority(TriggerId, Priority),
    /// Assign.
    Assign(TriggerId, PersonId),
    /// Move to a group.
    SetGroup(TriggerId, GroupId),
}

/// Runs the active triggers over an event, in the order of their positions. A trigger that changes the ticket starts the
/// round anew; each fires at most once. Automatic comments and imported mail fire nothing that sends: that is decided
/// here, not by each trigger.
pub fn run(triggers: &[Trigger], event: &Event) -> Vec<Effect> {
    let mut waiting: Vec<&Trigger> = triggers.iter().filter(|trigger| trigger.active).collect();
    waiting.sort_by_key(|trigger| (trigger.position, trigger.id));
    let mut ticket = event.ticket.clone();
    let mut effects = Vec::new();
    loop {
        let moment = Moment { event, ticket: &ticket };
        let Some(next) = waiting.iter().position(|trigger| moment.fulfils(&trigger.conditions)) else {
            return effects;
        };
        // Taken out before it acts: that is what makes "at most once" and the end of the round certain. Whether the
        // search goes on behind it or starts anew is the same thing for those that did not hold before it, unless it
        // changed the ticket.
        let trigger = waiting.remove(next);
        for action in &trigger.actions {
            act(trigger.id, action, event, &mut ticket, &mut effects);
        }
    }
}

fn act(trigger: TriggerId, action: &Action, event: &Event, ticket: &mut Ticket, effects: &mut Vec<Effect>) {
    match action {
        Action::NotificationUser { to, subject, body } => {
            if may_send(*to, event, ticket) {
                effects.push(Effect::Notify {
                    trigger,
                    to: *to,
                    subject: subject.clone(),
                    body: body.clone(),
                });
            }
        }
        Action::Priority { value } => {
            if ticket.priority != Some(*value) {
                ticket.priority = Some(*value);
                effects.push(Effect::SetPriority(trigger, *value));
            }
        }
        Action::AssignToCurrentUser => {
            if event.actor.role.is_staff() && ticket.assignee != Some(event.actor.id) {
                ticket.assignee = Some(event.actor.id);
                effects.push(Effect::Assign(trigger, event.actor.id));
            }
        }
    }
}

/// Machines are never written to because of what they wrote, old mail is never answered, and customers hear nothing of
/// internal notes. Where a loop is feared only an agent's answer goes out.
fn may_send(to: Recipients, event: &Event, ticket: &Ticket) -> bool {
    if event.via == Via::Import || event.comment.as_ref().is_some_and(|comment| comment.automatic) {
        return false;
    }
    let customers = matches!(to, Recipients::RequesterAndCcs | Recipients::RequesterId);
    let answers = customers && event.before.is_some() && event.actor.role.is_staff();
    if event.quiet && !answers {
        return false;
    }
    match to {
        Recipients::RequesterAndCcs | Recipients::RequesterId => {
            event.comment.as_ref().is_none_or(|comment| comment.public)
        }
        Recipients::AssigneeId => ticket.assignee.is_some(),
        Recipients::GroupId => ticket.group.is_some(),
        Recipients::AllAgents => true,
    }
}
