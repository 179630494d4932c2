//! Machines, loops, bounces, and who may speak as an agent.

use std::collections::BTreeMap;

use desk::decide::{Cause, OutcomeKind};
use desk::{Status, TicketId};
use jiff::SignedDuration;
use serde_json::json;
use testkit::World;

use crate::letters;
use crate::scene::{ADA, CARL, HELP, running, seen};

async fn outcomes(world: &World) -> BTreeMap<OutcomeKind, usize> {
    let mut counts = BTreeMap::new();
    for row in world.ledger().await.unwrap() {
        *counts.entry(row.outcome.unwrap()).or_default() += 1;
    }
    counts
}

/// A ticket of Carl's and the Message-ID of the mail that made it.
async fn a_ticket(world: &World, subject: &str) -> (TicketId, String) {
    let id = world.microsoft.customer_writes(CARL, HELP, subject, "It is broken.").await.unwrap();
    seen(world, 1).await;
    (world.ticket_about(subject).await.unwrap().ticket.id, id)
}

fn mail(from: &str, extra: &str, text: &str) -> Vec<u8> {
    format!("{extra}From: <{from}>\r\nTo: <{HELP}>\r\nSubject: Re: It\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
}

/// An out-of-office must neither reopen the ticket nor be answered: two robots would write to each other for ever.
#[tokio::test]
async fn an_out_of_office_is_attached_and_changes_and_sends_nothing() {
    let world = running().await;
    let (ticket, first) = a_ticket(&world, "Away").await;
    let solved = store::TicketChange { status: Some(Status::Solved), ..store::TicketChange::default() };
    world.engine.change_ticket(&world.admin, ticket, &solved).await.unwrap();
    world.settle().await.unwrap();
    let sent = world.store.outbox_of_ticket(ticket).await.unwrap().len();

    let robot = json!({"from": {"name": "Carl", "address": CARL}, "to": [{"address": HELP}], "subject": "Automatic reply: Away",
        "text": "I am away.", "inReplyTo": first, "references": [first], "headers": {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}});
    world.microsoft.customer_sends(robot).await.unwrap();
    seen(&world, 2).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.comments.len(), view.ticket.status), (2, Status::Solved));
    assert!(view.comments[1].comment.automatic);
    assert_eq!(world.store.outbox_of_ticket(ticket).await.unwrap().len(), sent);
    world.end().await.unwrap();
}

/// C9: the loop breaker trusts no header. What it stops is explained, and what it refuses is marked in the mailbox.
#[tokio::test]
async fn an_author_without_end_is_stopped_and_nobody_else_is() {
    let world = running().await;
    for n in 0..45 {
        let raw = letters::plain(CARL, HELP, &format!("Again {n}"), &format!("again{n}@example.org"));
        world.microsoft.deliver(HELP, raw).await.unwrap();
    }
    world.microsoft.customer_writes("other@example.org", HELP, "Somebody else", "Hello").await.unwrap();
    seen(&world, 46).await;
    let expected = [(OutcomeKind::NewTicket, 21), (OutcomeKind::Suspended, 20), (OutcomeKind::Rejected, 5)];
    assert_eq!(outcomes(&world).await, BTreeMap::from(expected));
    world.ticket_about("Somebody else").await.unwrap();
    let waiting = world.engine.suspended(&world.admin).await.unwrap();
    assert!(waiting.len() == 20 && waiting.iter().all(|suspended| suspended.what.cause == Cause::Loop));
    world.end().await.unwrap();
}

/// After an outage a customer may have written more than twenty mails; no loop with us can have made them.
#[tokio::test]
async fn mail_that_waited_while_nobody_read_it_is_no_loop() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    for n in 0..25 {
        let raw = letters::plain(CARL, HELP, &format!("Waited {n}"), &format!("waited{n}@example.org"));
        world.microsoft.deliver(HELP, raw).await.unwrap();
    }
    world.clock.advance(SignedDuration::from_hours(3));
    world.microsoft.post("clock", json!({"advanceSeconds": 3 * 3600})).await.unwrap();
    world.run();
    seen(&world, 25).await;
    assert_eq!(outcomes(&world).await, BTreeMap::from([(OutcomeKind::NewTicket, 25)]));
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_bounce_is_shown_at_the_mail_that_bounced_and_makes_no_ticket() {
    let world = running().await;
    let (ticket, _) = a_ticket(&world, "Bounces").await;
    world.answer(ticket, "We are on it.").await.unwrap();
    world.settle().await.unwrap();
    let row = world.store.outbox_of_ticket(ticket).await.unwrap().pop().unwrap();
    let id = row.sent_message_id.unwrap_or(row.mail.message_id);
    let report = format!(
        "From: Mail Delivery Subsystem <mailer-daemon@example.org>\r\nTo: <{HELP}>\r\nSubject: Undeliverable\r\nMessage-ID: <ndr@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNobody here.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; {CARL}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\nSubject: Re: Bounces\r\n\r\n--b--\r\n"
    );
    world.microsoft.deliver(HELP, report).await.unwrap();
    seen(&world, 2).await;
    assert_eq!(outcomes(&world).await[&OutcomeKind::Bounce], 1);
    let bounced = world.store.outbox_row(row.id).await.unwrap().bounce.unwrap();
    assert!(bounced.contains("5.1.1"), "{bounced}");
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert!(view.audits.iter().any(|audit| matches!(audit.event, store::AuditEvent::DeliveryFailure { .. })));
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    world.end().await.unwrap();
}

/// An agent's word in public needs proof that it is the agent's: anybody can write any From.
#[tokio::test]
async fn only_a_genuine_mail_speaks_as_an_agent() {
    let world = running().await;
    let (ticket, first) = a_ticket(&world, "Agents").await;
    let reply = |verdict: &str, id: &str| {
        let head = format!(
            "Authentication-Results: spf={verdict} smtp.mailfrom=desk.test; dkim={verdict} header.d=desk.test;dmarc={verdict} action=none header.from=desk.test;compauth={verdict} reason=100\r\nMessage-ID: <{id}@desk.test>\r\nIn-Reply-To: {first}\r\n"
        );
        mail(ADA, &head, "We will send somebody.")
    };
    world.microsoft.deliver(HELP, reply("fail", "spoofed")).await.unwrap();
    seen(&world, 2).await;
    assert_eq!(outcomes(&world).await[&OutcomeKind::Suspended], 1);
    let comments = world.engine.ticket(&world.admin, ticket).await.unwrap().comments.len();
    assert_eq!(comments, 1, "a spoofed agent says nothing");

    world.microsoft.deliver(HELP, reply("pass", "genuine")).await.unwrap();
    seen(&world, 3).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    let comment = &view.comments[1].comment;
    assert!(comment.public && view.comments[1].author.id == world.admin.person.id);
    let mails = world.store.outbox_of_ticket(ticket).await.unwrap();
    assert!(mails.iter().any(|row| row.mail.comment == Some(comment.id)), "the customer is told");
    world.end().await.unwrap();
}

/// A row for each kind of mail that no person wrote, in tickets of every status: it joins the ticket and changes nothing, and a closed
/// one stays closed without a follow-up.
#[tokio::test]
async fn automatic_mail_joins_its_ticket_and_neither_reopens_nor_triggers_nor_brings_people() {
    let world = running().await;
    let kinds = [
        ("away", "Auto-Submitted: auto-replied\r\nSubject: Automatic reply: It\r\n"),
        ("read", "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nSubject: Read: It\r\n"),
        (
            "news",
            "List-Unsubscribe: <https://news.example/leave>\r\nPrecedence: bulk\r\nSubject: It in the news\r\n",
        ),
        ("robot", "Auto-Submitted: auto-generated\r\nSubject: Re: It\r\n"),
    ];
    let mut tickets = Vec::new();
    for (number, status) in (0..).zip(Status::ALL) {
        let from = format!("carl{number}@example.org");
        let id =
            world.microsoft.customer_writes(&from, HELP, status.as_str(), "It is broken.").await.unwrap();
        tickets.push((from, id, *status));
    }
    seen(&world, tickets.len()).await;
    let mut before = Vec::new();
    for (_, _, status) in &tickets {
        let ticket = world.ticket_about(status.as_str()).await.unwrap().ticket;
        let change = store::TicketChange {
            status: Some(*status),
            assignee: Some(Some(world.admin.person.id)),
            ..store::TicketChange::default()
        };
        let tx = world.store.begin(world.clock.now()).await.unwrap();
        before.push(tx.change_ticket(ticket.id, &change, None).await.unwrap());
        tx.commit().await.unwrap();
    }
    let mut mails = Vec::new();
    for ticket in &before {
        mails.push(world.store.outbox_of_ticket(ticket.id).await.unwrap().len());
    }
    for (from, first, _) in &tickets {
        for (kind, head) in kinds {
            let raw = format!(
                "From: <{from}>\r\nTo: <{HELP}>\r\nCc: <cc@example.org>\r\nMessage-ID: <{kind}.{from}>\r\nIn-Reply-To: {first}\r\n{head}MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nNobody wrote this.\r\n"
            );
            world.microsoft.deliver(HELP, raw).await.unwrap();
        }
    }
    seen(&world, tickets.len() * (kinds.len() + 1)).await;
    for (before, mails) in before.iter().zip(mails) {
        let view = world.engine.ticket(&world.admin, before.id).await.unwrap();
        assert_eq!(
            (view.ticket.status, &view.ticket.ccs),
            (before.status, &before.ccs),
            "{}",
            before.subject
        );
        assert_eq!(world.store.outbox_of_ticket(before.id).await.unwrap().len(), mails, "{}", before.subject);
        let joined = view.comments.iter().filter(|comment| comment.comment.automatic).count();
        assert_eq!(
            joined,
            if before.status == Status::Closed { 0 } else { kinds.len() },
            "{}",
            before.subject
        );
    }
    assert_eq!(world.tickets().await.unwrap().len(), tickets.len(), "no follow-up");
    world.end().await.unwrap();
}

/// One bounce for each recipient, one of them as plain text that names neither our mail nor our mark.
#[tokio::test]
async fn each_bounce_is_added_to_the_mail_with_its_recipient_and_the_ticket_is_tagged() {
    const DORA: &str = "dora@example.org";
    let world = running().await;
    let raw = format!(
        "From: <{CARL}>\r\nTo: <{HELP}>\r\nCc: <{DORA}>\r\nSubject: Two of us\r\nMessage-ID: <two@example.org>\r\n\r\nIt is broken.\r\n"
    );
    world.microsoft.deliver(HELP, raw).await.unwrap();
    seen(&world, 1).await;
    let ticket = world.ticket_about("Two of us").await.unwrap().ticket;
    world.answer(ticket.id, "We are on it.").await.unwrap();
    world.settle().await.unwrap();
    let status = world.engine.ticket(&world.admin, ticket.id).await.unwrap().ticket.status;
    let row = world.store.outbox_of_ticket(ticket.id).await.unwrap().pop().unwrap();
    assert_eq!(row.mail.to.len() + row.mail.cc.len(), 2);
    let returned = format!("X-Postdesk-Outbox: {}", row.mail.mark);
    for (id, to, why, returned) in [
        ("a", CARL, "550 5.1.1 user unknown", returned.as_str()),
        ("b", DORA, "552 5.2.2 mailbox full", "Subject: Re: Two of us"),
    ] {
        let bounce = format!(
            "From: MAILER-DAEMON@mx.example.org\r\nTo: <{HELP}>\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{id}@mx.example.org>\r\nContent-Type: text/plain\r\n\r\nI could not deliver your mail.\r\n\r\n<{to}>: {why}\r\n\r\n--- Your mail:\r\n{returned}\r\n"
        );
        world.microsoft.deliver(HELP, bounce).await.unwrap();
    }
    seen(&world, 3).await;
    assert_eq!(outcomes(&world).await[&OutcomeKind::Bounce], 2);
    let bounce = world.store.outbox_row(row.id).await.unwrap().bounce.unwrap();
    let mut lines: Vec<_> = bounce.lines().collect();
    lines.sort_unstable();
    assert!(lines[0].starts_with(CARL) && lines[0].contains("5.1.1"), "{bounce}");
    assert!(lines[1].starts_with(DORA) && lines[1].contains("5.2.2"), "{bounce}");
    let view = world.engine.ticket(&world.admin, ticket.id).await.unwrap();
    assert_eq!(view.ticket.tags, ["system_email_notification_failure"]);
    assert_eq!(
        (view.ticket.status, view.comments.len()),
        (status, 2),
        "shown at the answer, no comment of its own"
    );
    world.end().await.unwrap();
}
