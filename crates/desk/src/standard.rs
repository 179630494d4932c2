//! The ten triggers every account starts with (zendesk.md 6.1). Titles and texts are keys of the language files:
//! `trigger-NAME` for the title, `txt.NAME-subject` and `txt.NAME-body` for the mail.

use crate::trigger::{Action, Condition, Conditions, Recipients, Trigger};
use crate::{Priority, TriggerId};

/// The ten standard triggers, in order, with texts as keys of the language files.
pub fn standard() -> Vec<Trigger> {
    let triggers = [
        // The text of this mail carries nothing that the stranger wrote: the desk must not relay spam.
        mail(
            "received-request",
            Recipients::RequesterAndCcs,
            &[
                ("update_type", "is", "Create"),
                ("status", "is_not", "solved"),
                ("ticket_is_public", "is", "public"),
                ("comment_is_public", "is", "true"),
                ("role", "is", "end_user"),
            ],
        ),
        mail(
            "proactive-ticket",
            Recipients::RequesterAndCcs,
            &[("update_type", "is", "Create"), ("ticket_is_public", "is", "public"), ("role", "is", "agent")],
        ),
        mail(
            "comment-update",
            Recipients::RequesterAndCcs,
            &[("update_type", "is", "Change"), ("comment_is_public", "is", "true")],
        ),
        mail(
            "assignee-comment",
            Recipients::AssigneeId,
            &[
                ("comment_is_public", "is", "not_relevant"),
                ("assignee_id", "is_not", "current_user"),
                ("assignee_id", "is_not", "requester_id"),
                ("assignee_id", "not_changed", ""),
                ("status", "not_value_previous", "solved"),
            ],
        ),
        mail(
            "assignment",
            Recipients::AssigneeId,
            &[("assignee_id", "changed", ""), ("assignee_id", "is_not", "current_user")],
        ),
        mail(
            "reopened",
            Recipients::AssigneeId,
            &[
                ("assignee_id", "is_not", "current_user"),
                ("status", "value_previous", "solved"),
                ("status", "is_not", "closed"),
            ],
        ),
        any_of(
            mail(
                "group-assignment",
                Recipients::GroupId,
                &[("group_id", "is_not", ""), ("assignee_id", "is", "")],
            ),
            &[("group_id", "changed", ""), ("assignee_id", "changed", "")],
        ),
        mail("new-request", Recipients::AllAgents, &[("update_type", "is", "Create")]),
        Trigger {
            active: false,
            ..trigger(
                "auto-assign",
                vec![Action::AssignToCurrentUser],
                &[
                    ("update_type", "is", "Change"),
                    ("current_via_id", "is", "email"),
                    ("assignee_id", "is", ""),
                    ("role", "is_not", "end_user"),
                ],
            )
        },
        trigger(
            "default-priority",
            vec![Action::Priority { value: Priority::Normal }],
            &[("update_type", "is", "Create"), ("priority", "is", "")],
        ),
    ];
    (1..).zip(triggers).map(|(position, trigger)| Trigger { position, ..trigger }).collect()
}

fn mail(name: &str, to: Recipients, all: &[(&str, &str, &str)]) -> Trigger {
    let text = |part: &str| format!("txt.{name}-{part}");
    trigger(name, vec![Action::NotificationUser { to, subject: text("subject"), body: text("body") }], all)
}

fn trigger(name: &str, actions: Vec<Action>, all: &[(&str, &str, &str)]) -> Trigger {
    Trigger {
        id: TriggerId(0),
        title: format!("trigger-{name}"),
        position: 0,
        active: true,
        conditions: Conditions { all: conditions(all), any: Vec::new() },
        actions,
    }
}

fn any_of(mut trigger: Trigger, any: &[(&str, &str, &str)]) -> Trigger {
    trigger.conditions.any = conditions(any);
    trigger
}

fn conditions(list: &[(&str, &str, &str)]) -> Vec<Condition> {
    let own = |&(field, operator, value): &(&str, &str, &str)| Condition {
        field: field.to_owned(),
        operator: operator.to_owned(),
        value: value.to_owned(),
    };
    list.iter().map(own).collect()
}
