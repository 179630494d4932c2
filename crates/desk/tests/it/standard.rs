//! Each standard trigger fires when it should and only then (zendesk.md 6.1); and what no trigger may do.
#![expect(clippy::unwrap_used, reason = "tests")]

use desk::ticket::Via;
use desk::trigger::{
    Action, Condition, Conditions, Effect, Event, EventComment, Recipients, Trigger, run, standard,
};
use desk::{BrandId, GroupId, Person, PersonId, Priority, Status, Ticket, TicketId, TriggerId};
use jiff::Timestamp;

use crate::world::*;

/// The standard triggers as stored, all active.
fn stored() -> Vec<Trigger> {
    (1..)
        .zip(standard())
        .map(|(id, trigger)| Trigger { id: TriggerId(id), active: true, ..trigger })
        .collect()
}

fn one(name: &str) -> Trigger {
    stored().into_iter().find(|trigger| trigger.title == format!("trigger-{name}")).unwrap()
}

fn open_ticket() -> Ticket {
    Ticket {
        id: TicketId(7),
        brand: BrandId(1),
        address: None,
        subject: "Printer".to_owned(),
        status: Status::Open,
        priority: None,
        requester: hana().id,
        assignee: None,
        group: None,
        ccs: Vec::new(),
        tags: Vec::new(),
        follows: None,
        via: Via::Email,
        is_public: true,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

const PUBLIC: Option<EventComment> = Some(EventComment { public: true, automatic: false });
const PRIVATE: Option<EventComment> = Some(EventComment { public: false, automatic: false });
const ROBOT: Option<EventComment> = Some(EventComment { public: true, automatic: true });

fn created(actor: Person, comment: Option<EventComment>) -> Event {
    Event { before: None, ticket: open_ticket(), comment, actor, via: Via::Email, quiet: false }
}

fn changed(
    actor: Person,
    comment: Option<EventComment>,
    change: impl FnOnce(&mut Ticket, &mut Ticket),
) -> Event {
    let (mut before, mut ticket) = (open_ticket(), open_ticket());
    change(&mut before, &mut ticket);
    Event { before: Some(before), ticket, comment, actor, via: Via::Email, quiet: false }
}

fn fires(name: &str, event: &Event) -> bool {
    !run(&[one(name)], event).is_empty()
}

fn nothing(_: &mut Ticket, _: &mut Ticket) {}

const BEA: PersonId = PersonId(30);

#[test]
fn there_are_ten_and_only_auto_assign_sleeps() {
    let all = standard();
    assert_eq!(all.len(), 10);
    let asleep: Vec<_> = all.iter().filter(|t| !t.active).map(|t| t.title.as_str()).collect();
    assert_eq!(asleep, ["trigger-auto-assign"]);
    assert!(all.windows(2).all(|pair| pair[0].position < pair[1].position));
}

#[test]
fn received_request_thanks_customers_for_public_requests() {
    let name = "received-request";
    assert!(fires(name, &created(hana(), PUBLIC)));
    assert!(!fires(name, &created(agent(), PUBLIC)), "an agent made it");
    assert!(!fires(name, &created(hana(), PRIVATE)));
    assert!(!fires(name, &changed(hana(), PUBLIC, nothing)), "not new");
    let mut solved = created(hana(), PUBLIC);
    solved.ticket.status = Status::Solved;
    assert!(!fires(name, &solved));
    let mut private = created(hana(), PUBLIC);
    private.ticket.is_public = false;
    assert!(!fires(name, &private));
}

#[test]
fn proactive_ticket_tells_the_customer_of_an_agents_ticket() {
    let name = "proactive-ticket";
    assert!(fires(name, &created(agent(), PUBLIC)));
    assert!(!fires(name, &created(hana(), PUBLIC)));
    assert!(!fires(name, &changed(agent(), PUBLIC, nothing)));
    assert!(!fires(name, &created(agent(), PRIVATE)), "an internal note tells the customer nothing");
}

#[test]
fn comment_update_sends_public_comments() {
    let name = "comment-update";
    assert!(fires(name, &changed(agent(), PUBLIC, nothing)));
    assert!(!fires(name, &changed(agent(), PRIVATE, nothing)));
    assert!(!fires(name, &changed(agent(), None, nothing)));
    assert!(!fires(name, &created(agent(), PUBLIC)));
}

#[test]
fn assignee_hears_of_comments_of_others() {
    let name = "assignee-comment";
    let assigned = |to: PersonId| {
        move |before: &mut Ticket, now: &mut Ticket| (before.assignee, now.assignee) = (Some(to), Some(to))
    };
    assert!(fires(name, &changed(hana(), PUBLIC, assigned(agent().id))));
    assert!(fires(name, &changed(hana(), PRIVATE, assigned(agent().id))));
    assert!(!fires(name, &changed(hana(), None, assigned(agent().id))), "no comment");
    assert!(!fires(name, &changed(agent(), PUBLIC, assigned(agent().id))), "wrote it");
    assert!(!fires(name, &changed(agent(), PUBLIC, assigned(hana().id))), "is the requester");
    assert!(!fires(name, &changed(hana(), PUBLIC, nothing)), "nobody is assigned");
    assert!(!fires(name, &changed(hana(), PUBLIC, |_, now| now.assignee = Some(BEA))), "just assigned");
    let reopened = |before: &mut Ticket, now: &mut Ticket| {
        (before.assignee, now.assignee) = (Some(BEA), Some(BEA));
        before.status = Status::Solved;
    };
    assert!(!fires(name, &changed(hana(), PUBLIC, reopened)), "the reopening is told by another trigger");
}

#[test]
fn assignee_hears_of_being_assigned_by_others() {
    let name = "assignment";
    assert!(fires(name, &changed(agent(), None, |_, now| now.assignee = Some(BEA))));
    assert!(!fires(name, &changed(agent(), None, |_, now| now.assignee = Some(agent().id))), "took it");
    assert!(!fires(name, &changed(agent(), None, nothing)));
    assert!(!fires(name, &changed(agent(), None, |before, _| before.assignee = Some(BEA))), "nobody now");
    let mut made = created(agent(), PUBLIC);
    made.ticket.assignee = Some(BEA);
    assert!(fires(name, &made), "what a ticket is made with counts as changed");
}

#[test]
fn assignee_hears_of_reopening() {
    let name = "reopened";
    let from = |before_status: Status, now_status: Status| {
        move |before: &mut Ticket, now: &mut Ticket| {
            (before.assignee, now.assignee) = (Some(BEA), Some(BEA));
            (before.status, now.status) = (before_status, now_status);
        }
    };
    assert!(fires(name, &changed(hana(), PUBLIC, from(Status::Solved, Status::Open))));
    assert!(!fires(name, &changed(hana(), PUBLIC, from(Status::Solved, Status::Closed))));
    assert!(!fires(name, &changed(hana(), PUBLIC, from(Status::Pending, Status::Open))));
    assert!(!fires(name, &changed(hana(), PUBLIC, from(Status::Solved, Status::Solved))), "still solved");
    assert!(!fires(
        name,
        &changed(person(30, desk::Role::Agent, AGENT), None, from(Status::Solved, Status::Open))
    ));
}

#[test]
fn group_hears_of_tickets_that_nobody_of_it_has() {
    let name = "group-assignment";
    let group = Some(GroupId(2));
    assert!(fires(name, &changed(agent(), None, |_, now| now.group = group)));
    let left_alone = |before: &mut Ticket, now: &mut Ticket| {
        (before.group, now.group) = (group, group);
        before.assignee = Some(BEA);
    };
    assert!(fires(name, &changed(agent(), None, left_alone)));
    assert!(!fires(name, &changed(agent(), None, |before, now| (before.group, now.group) = (group, group))));
    assert!(!fires(name, &changed(agent(), None, |_, now| (now.group, now.assignee) = (group, Some(BEA)))));
    assert!(!fires(name, &changed(agent(), None, nothing)));
}

#[test]
fn all_agents_hear_of_new_tickets() {
    assert!(fires("new-request", &created(hana(), PUBLIC)));
    assert!(!fires("new-request", &changed(hana(), PUBLIC, nothing)));
}

#[test]
fn auto_assign_gives_the_ticket_to_the_first_agent_who_answers_by_mail() {
    let name = "auto-assign";
    assert!(fires(name, &changed(agent(), PUBLIC, nothing)));
    assert!(!fires(name, &changed(hana(), PUBLIC, nothing)), "a customer");
    assert!(!fires(name, &created(agent(), PUBLIC)), "new");
    assert!(!fires(
        name,
        &changed(agent(), PUBLIC, |b, n| (b.assignee, n.assignee) = (Some(BEA), Some(BEA)))
    ));
    let mut in_workspace = changed(agent(), PUBLIC, nothing);
    in_workspace.via = Via::Web;
    assert!(!fires(name, &in_workspace));
}

#[test]
fn default_priority_is_normal_where_none_was_set() {
    assert_eq!(
        run(&[one("default-priority")], &created(hana(), PUBLIC)),
        [Effect::SetPriority(one("default-priority").id, Priority::Normal)]
    );
    let mut urgent = created(hana(), PUBLIC);
    urgent.ticket.priority = Some(Priority::Urgent);
    assert!(!fires("default-priority", &urgent));
    assert!(!fires("default-priority", &changed(hana(), PUBLIC, nothing)));
}

#[test]
fn robots_and_old_mail_set_off_nothing_that_sends() {
    let sends =
        |event: &Event| run(&stored(), event).iter().any(|effect| matches!(effect, Effect::Notify { .. }));
    assert!(sends(&created(hana(), PUBLIC)));
    assert!(!sends(&created(hana(), ROBOT)));
    assert!(!sends(
        &changed(hana(), ROBOT, |before, now| (before.assignee, now.assignee) = (Some(BEA), Some(BEA)))
    ));
    let mut old = created(hana(), PUBLIC);
    old.via = Via::Import;
    assert!(!sends(&old));
    // Fields may still be set: that tells nobody anything.
    assert!(!run(&stored(), &old).is_empty());
}

fn when(field: &str, operator: &str, value: &str) -> Condition {
    Condition { field: field.to_owned(), operator: operator.to_owned(), value: value.to_owned() }
}

fn custom(id: i64, all: Vec<Condition>, actions: Vec<Action>) -> Trigger {
    Trigger {
        id: TriggerId(id),
        title: String::new(),
        position: id,
        active: true,
        conditions: Conditions { all, any: Vec::new() },
        actions,
    }
}

#[test]
fn a_change_starts_the_round_anew_and_each_trigger_fires_once() {
    let to_low =
        custom(1, vec![when("priority", "is", "high")], vec![Action::Priority { value: Priority::Low }]);
    let to_high =
        custom(2, vec![when("priority", "is_not", "high")], vec![Action::Priority { value: Priority::High }]);
    let effects = run(&[to_low, to_high], &created(hana(), PUBLIC));
    assert_eq!(
        effects,
        [
            Effect::SetPriority(TriggerId(2), Priority::High),
            // Stands before the other and did not hold at first; neither fires again, or they would never end.
            Effect::SetPriority(TriggerId(1), Priority::Low),
        ]
    );
}

#[test]
fn inactive_triggers_and_conditions_nobody_understands_never_fire() {
    let act = vec![Action::Priority { value: Priority::High }];
    let asleep = Trigger { active: false, ..custom(1, Vec::new(), act.clone()) };
    let strange = [
        when("phase_of_moon", "is_not", "full"),
        when("status", "smells_like", "open"),
        when("update_type", "changed", ""),
        when("assignee_id", "is", "assignee_id"),
    ];
    for condition in strange {
        let trigger = custom(2, vec![condition.clone()], act.clone());
        assert_eq!(run(&[asleep.clone(), trigger], &created(hana(), PUBLIC)), [], "{condition:?}");
    }
}

#[test]
fn conditions_read_as_they_are_written() {
    let mut event = changed(agent(), PUBLIC, |before, now| {
        before.status = Status::Pending;
        now.tags = vec!["vip".to_owned()];
    });
    event.ticket.subject = "プリンターが故障 Printer".to_owned();
    let cases = [
        ("status", "value_previous", "pending", true),
        ("status", "not_value_previous", "solved", true),
        ("status", "changed", "", true),
        ("status", "not_changed", "", false),
        ("priority", "not_changed", "", true),
        ("requester_id", "is", "1", true),
        ("brand_id", "is_not", "1", false),
        ("current_tags", "includes", "gold vip", true),
        ("current_tags", "not_includes", "gold", true),
        ("subject_includes_word", "includes", "printer", true),
        ("subject_includes_word", "is_not", "fire", true),
        ("role", "is", "3", true),
        ("role", "is", "admin", false),
        ("current_via_id", "is", "4", true),
        ("via_id", "is_not", "web", true),
        ("comment_is_public", "is", "false", false),
        ("comment_is_public", "is_not", "false", true),
    ];
    for (field, operator, value, holds) in cases {
        let trigger =
            custom(1, vec![when(field, operator, value)], vec![Action::Priority { value: Priority::High }]);
        assert_eq!(!run(&[trigger], &event).is_empty(), holds, "{field} {operator} {value}");
    }
}

#[test]
fn triggers_keep_their_shape_in_the_database() {
    for trigger in standard() {
        let text = serde_json::to_string(&trigger).unwrap();
        assert_eq!(serde_json::from_str::<Trigger>(&text).unwrap(), trigger);
    }
    let mail = &one("received-request").actions[0];
    assert!(matches!(mail, Action::NotificationUser { to: Recipients::RequesterAndCcs, .. }));
}

/// Where a loop is feared nothing goes out by itself; but what an agent wrote reaches the customer.
#[test]
fn where_a_loop_is_feared_only_an_agents_answer_is_sent() {
    let notices = |event: Event| {
        let effects = run(&stored(), &event);
        let sent = effects.into_iter().filter_map(|effect| match effect {
            Effect::Notify { to, .. } => Some(to),
            _ => None,
        });
        sent.collect::<Vec<_>>()
    };
    let quiet = |event: Event| Event { quiet: true, ..event };
    let received = created(hana(), PUBLIC);
    assert!(!notices(received.clone()).is_empty());
    assert_eq!(notices(quiet(received)), []);
    let assigned = |actor| {
        changed(actor, PUBLIC, |before, ticket| {
            (before.assignee, ticket.assignee) = (Some(PersonId(9)), Some(PersonId(9)));
        })
    };
    assert!(notices(assigned(hana())).contains(&Recipients::AssigneeId));
    assert_eq!(notices(quiet(assigned(hana()))), []);
    assert_eq!(notices(quiet(assigned(agent()))), [Recipients::RequesterAndCcs]);
}
