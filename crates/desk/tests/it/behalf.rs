//! Agents by mail: what their commands do, and whose ticket a forwarded mail becomes.

use desk::behalf::{ByAgent, Change, NotDone, StaffMail, WhyNot, named};
use desk::decide::{Author, Context, Decision, TicketPlan};
use desk::{Outcome, Priority, Status, decide};
use mail::{AuthVerdict, Forwarded, Kind, Letter};

use crate::world::{AGENT, HANA, SUPPORT, address, agent, by_token, context, hana, letter, mailbox, ticket};

/// An agent's context.
fn ours() -> Context {
    Context { author: Some(agent()), ..context() }
}

fn replying(text: &str) -> (Letter, Context) {
    let letter = Letter { text: text.to_owned(), fresh: text.to_owned(), ..letter(AGENT) };
    (letter, Context { referenced: vec![ticket(by_token(), Status::Open)], ..ours() })
}

fn forwarding(above: &str) -> Letter {
    let forwarded = Forwarded {
        above: above.to_owned(),
        from: Some(mailbox(HANA)),
        from_words: format!("花子 <{HANA}>"),
        subject: Some("プリンターが動きません".to_owned()),
        date: None,
        to: vec![mailbox(AGENT)],
        cc: vec![mailbox("boss@customer.example")],
        text: "助けてください。".to_owned(),
    };
    Letter {
        subject: "Fw: プリンターが動きません".to_owned(),
        text: format!("{above}\n\n---------- Forwarded message ----------\nFrom: {HANA}\n\n助けてください。"),
        forwarded: Some(forwarded),
        ..letter(AGENT)
    }
}

fn by(decision: &Decision) -> ByAgent {
    decision.by_agent.clone().unwrap_or_default()
}

fn plan(decision: &Decision) -> TicketPlan {
    match &decision.outcome {
        Outcome::NewTicket(plan) => plan.clone(),
        other => panic!("{other:?}"),
    }
}

fn is_public(decision: &Decision) -> bool {
    match &decision.outcome {
        Outcome::Reply { comment, .. } => comment.public,
        other => panic!("{other:?}"),
    }
}

#[test]
fn commands_change_the_ticket_and_leave_the_words() {
    let table: &[(&str, &[Change])] = &[
        ("#solved", &[Change::Status(Status::Solved)]),
        ("#status on-hold", &[Change::Status(Status::Hold)]),
        ("#Status Pending", &[Change::Status(Status::Pending)]),
        ("＃ｓｏｌｖｅｄ", &[Change::Status(Status::Solved)]),
        ("#priority urgent", &[Change::Priority(Some(Priority::Urgent))]),
        ("#priority none", &[Change::Priority(None)]),
        ("#assignee me", &[Change::Assignee(Some("me".to_owned()))]),
        ("#assignee none", &[Change::Assignee(None)]),
        ("#tags vip, 至急", &[Change::Tags(vec!["vip".to_owned(), "至急".to_owned()])]),
        ("#open\n#tag one", &[Change::Status(Status::Open), Change::Tags(vec!["one".to_owned()])]),
        // Passed over, and taken off all the same.
        ("#closed", &[]),
        ("#status new", &[]),
        ("#priority soon", &[]),
        ("#weather fine", &[]),
        ("#group sales", &[]),
    ];
    for (commands, changes) in table {
        let (letter, context) = replying(&format!("{commands}\n\nDone.\nAoi"));
        let decision = decide(&letter, &context);
        let by = by(&decision);
        assert_eq!(by.changes, *changes, "{commands}");
        assert_eq!(by.text.as_deref(), Some("Done.\nAoi"), "{commands}");
        assert!(is_public(&decision), "{commands}");
    }
}

/// A command that does nothing in silence is an order that somebody believes carried out.
#[test]
fn what_is_not_done_is_told_line_by_line() {
    use WhyNot::*;
    for (written, line, why) in [
        ("#weather fine", "#weather fine", Unknown),
        ("#closed", "#closed", Unknown),
        ("#group sales", "#group sales", NotHere),
        ("#type incident", "#type incident", NotHere),
        ("#status", "#status", NoValue),
        ("#assignee", "#assignee", NoValue),
        ("#requester", "#requester", NoValue),
        ("#status new", "#status new", BadValue),
        ("#status closed", "#status closed", BadValue),
        ("#priority soon", "#priority soon", BadValue),
        ("#priority 高", "#priority 高", BadValue),
        ("#solved please", "#solved please", BadValue),
        ("#tags 、", "#tags 、", BadValue),
        ("#requester nobody", "#requester nobody", BadValue),
        ("#requester x@y.example", "#requester x@y.example", OnlyWhenNew),
    ] {
        let (letter, context) = replying(&format!("{written}\n#priority high\n\nDone."));
        let decision = decide(&letter, &context);
        let by = by(&decision);
        assert_eq!(by.not_done, [NotDone { line: line.to_owned(), why }], "{written}");
        // What stands beside it is done all the same.
        assert_eq!(by.changes, [Change::Priority(Some(Priority::High))], "{written}");
    }
    // In a new ticket the requester is taken, unless it cannot be one.
    let order = |who: &str| Letter { text: format!("#requester {who}\nHi"), ..letter(AGENT) };
    assert!(by(&decide(&order(HANA), &ours())).not_done.is_empty());
    let refused = by(&decide(&order(SUPPORT), &ours()));
    assert_eq!(refused.not_done, [NotDone { line: format!("#requester {SUPPORT}"), why: SupportAddress }]);
    let (letter, context) = replying("お疲れ様です。\n＃ｓｔａｔｕｓ　ｓｏｌｖｅｄ\n\n完了しました。");
    let full_width = by(&decide(&letter, &context));
    assert_eq!(full_width.changes, [Change::Status(Status::Solved)]);
    assert_eq!(full_width.text.as_deref(), Some("お疲れ様です。\n\n完了しました。"));
}

#[test]
fn an_agent_chooses_between_note_and_public_where_nothing_forbids_it() {
    let table = [
        // what is written, what the account says, public, reason
        ("Hi", true, true, "agent_reply"),
        ("#note\nHi", true, false, "agent_note"),
        ("#public\nHi", true, true, "agent_reply"),
        ("Hi", false, false, "agents_write_notes"),
        ("#public\nHi", false, true, "agent_reply"),
        ("#solved\nHi", false, false, "agents_write_notes"),
        // Nobody is sent an empty mail.
        ("#solved", true, false, "agent_note"),
    ];
    for (text, public, expected, reason) in table {
        let (letter, mut context) = replying(text);
        context.staff_mail = StaffMail { public, ..StaffMail::default() };
        let decision = decide(&letter, &context);
        assert_eq!((is_public(&decision), decision.reason.as_str()), (expected, reason), "{text}");
    }
}

/// Else a reply to a notification of a note would publish the note.
#[test]
fn public_lifts_no_other_reason_to_keep_a_comment_private() {
    let (letter, mut context) = replying("#public\nSee above: the customer owes us money.");
    context.referenced[0].private_texts = vec!["the customer owes us money".to_owned()];
    assert!(!is_public(&decide(&letter, &context)));
    let (letter, mut context) = replying("#public\nHi");
    context.referenced[0].is_public = false;
    assert!(!is_public(&decide(&letter, &context)));
}

/// Whoever could forge an agent's address could else close tickets and write in customers' names.
#[test]
fn only_mail_that_is_certainly_an_agents_orders_anything() {
    let as_customer = Context { author: Some(hana()), ..context() };
    let spoofed = |mut letter: Letter| {
        letter.auth = AuthVerdict::Unknown;
        letter
    };
    let automatic = |mut letter: Letter| {
        letter.kind = Kind::Automatic;
        letter
    };
    let (reply, referring) = replying("#solved\n#note\nHi");
    let customers = Letter { from: Some(mailbox(HANA)), ..reply.clone() };
    let referred = referring.referenced.clone();
    let table = [
        (spoofed(reply.clone()), referring.clone()),
        (automatic(reply), referring),
        (customers, Context { referenced: referred, ..as_customer.clone() }),
        (spoofed(forwarding("")), ours()),
        (Letter { from: Some(mailbox(HANA)), ..forwarding("#requester x@y.example") }, as_customer),
    ];
    for (letter, context) in table {
        let decision = decide(&letter, &context);
        assert_eq!(decision.by_agent, None, "{:?}", decision.outcome);
        assert_ne!(decision.reason, "on_behalf");
    }
}

#[test]
fn a_forwarded_mail_becomes_the_ticket_of_who_wrote_it() {
    let decision = decide(&forwarding("#priority high\n\nこのお客様をお願いします。"), &ours());
    assert_eq!(decision.reason, "on_behalf");
    let plan = plan(&decision);
    assert_eq!(plan.requester, Author::New(mailbox(HANA)));
    assert_eq!(plan.comment.author, plan.requester);
    assert!(plan.comment.public && plan.comment.spoof.is_none());
    assert_eq!(plan.subject, "プリンターが動きません");
    assert!(plan.ccs.is_empty(), "those on Cc of the forwarded mail are left out: {:?}", plan.ccs);
    let by = by(&decision);
    assert!(by.on_behalf);
    assert_eq!(by.text.as_deref(), Some("助けてください。"));
    assert_eq!(by.note.as_deref(), Some("このお客様をお願いします。"));
    assert_eq!(by.changes, [Change::Priority(Some(Priority::High))]);
}

#[test]
fn the_command_names_the_requester_where_the_program_does_not() {
    let mut unnamed = forwarding("#requester 花子 <hana@customer.example>\nどうぞ");
    if let Some(forwarded) = &mut unnamed.forwarded {
        (forwarded.from, forwarded.subject) = (None, None);
    }
    let decision = decide(&unnamed, &ours());
    let plan = plan(&decision);
    let Author::New(requester) = &plan.requester else { panic!("{plan:?}") };
    assert_eq!((requester.name.as_str(), requester.address.as_str()), ("花子", HANA));
    assert_eq!(plan.subject, "プリンターが動きません");
    assert_eq!(by(&decision).note.as_deref(), Some("どうぞ"));

    // A forward that was not recognised: all of it is the customer's, and none of it is sent to anybody.
    let text = "#requester hana@customer.example\nVon: Hana\nHilfe!";
    let unseen = Letter { subject: "WG: Drucker".to_owned(), text: text.to_owned(), ..letter(AGENT) };
    let decision = decide(&unseen, &ours());
    assert_eq!(plan_of(&decision).comment.author, Author::New(mailbox(HANA)));
    assert_eq!(plan_of(&decision).subject, "Drucker");
    assert_eq!(by(&decision).text.as_deref(), Some("Von: Hana\nHilfe!"));

    // No forward at all: the agent writes to the customer.
    let fresh = Letter { subject: "Your order".to_owned(), ..unseen };
    let decision = decide(&fresh, &ours());
    assert_eq!(plan_of(&decision).requester, Author::New(mailbox(HANA)));
    assert_eq!(plan_of(&decision).comment.author, Author::Known(agent().id));
    assert!(!by(&decision).on_behalf);
}

fn plan_of(decision: &Decision) -> TicketPlan {
    plan(decision)
}

#[test]
fn a_forward_stays_the_agents_own_ticket_where_nobody_else_can_be_named() {
    let from = |sender: Option<&str>| {
        let mut letter = forwarding("Look");
        if let Some(forwarded) = &mut letter.forwarded {
            forwarded.from = sender.map(mailbox);
        }
        letter
    };
    let off = Context { staff_mail: StaffMail { on_behalf: false, ..StaffMail::default() }, ..ours() };
    let table = [
        (from(None), ours(), "nobody named", Some(WhyNot::SenderWithoutAddress)),
        // A support address is never a person's.
        (from(Some(SUPPORT)), ours(), "a support address", Some(WhyNot::SupportAddress)),
        (from(Some(AGENT)), ours(), "the agent", Some(WhyNot::OwnMail)),
        (from(Some(HANA)), off, "switched off", None),
    ];
    for (letter, context, why, told) in table {
        let decision = decide(&letter, &context);
        let plan = plan(&decision);
        assert_eq!(
            (plan.requester, decision.reason.as_str()),
            (Author::Known(agent().id), "new_ticket"),
            "{why}"
        );
        let by = by(&decision);
        assert_eq!((by.text, by.note), (None, None), "{why}: the mail stays whole");
        // The agent expected something else, and is told.
        assert_eq!(
            by.not_done.iter().map(|line| line.why).collect::<Vec<_>>(),
            Vec::from_iter(told),
            "{why}"
        );
    }
}

/// The engine asks which of them are support addresses before anything is decided.
#[test]
fn every_address_that_could_become_a_requesters_is_named() {
    assert_eq!(
        named(&forwarding("#requester other@customer.example\nHi")),
        [address(HANA), address("other@customer.example")]
    );
    assert!(named(&letter(AGENT)).is_empty());
}

#[test]
fn a_forward_into_a_known_ticket_is_a_comment_there() {
    let context = Context { referenced: vec![ticket(by_token(), Status::Open)], ..ours() };
    let decision = decide(&forwarding("Look"), &context);
    assert!(matches!(decision.outcome, Outcome::Reply { .. }));
    assert!(!by(&decision).on_behalf);
}
