//! C9: robots against the desk, and two desks against each other. No header can be trusted; each loop ends after a number of mails
//! that is known.

use std::collections::HashSet;

use desk::flood::{AUTHOR_ACCEPTED, SAME_QUIET, Window};
use desk::{OutboxId, TicketId};
use store::{AuditEvent, OutboxRow, Step};
use testkit::World;

const HELP: &str = "help@contoso.test";
const ROBOTS: &str = "robots.example";

async fn desk_at(address: &str) -> World {
    let mut world = World::new().await.unwrap();
    world.connect(address, false).await.unwrap();
    world.run();
    world
}

/// Every mail about a ticket that has left.
async fn sent(world: &World) -> Vec<OutboxRow> {
    let mut rows = Vec::new();
    for ticket in world.tickets().await.unwrap() {
        rows.extend(world.store.outbox_of_ticket(ticket.ticket.id).await.unwrap());
    }
    rows.retain(|row| row.step == Step::Sent);
    rows.sort_by_key(|row| row.id);
    rows
}

fn goes_to(row: &OutboxRow, domain: &str) -> bool {
    row.mail.to.iter().chain(&row.mail.cc).any(|to| to.address.domain() == domain)
}

/// A mail that says nothing of being a robot's and names no mail it answers.
fn bare(from: &str, to: &str, number: usize, text: &str) -> String {
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: We have got your mail\r\nMessage-ID: <{number}.{}@{ROBOTS}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text} No. {number}.\r\n",
        from.replace('@', "-at-")
    )
}

/// Answers each mail that comes from the desk until none comes any more; answers how many it wrote.
async fn robot_answers(world: &World, text: &str, address: impl Fn(usize) -> String) -> usize {
    let mut written = 1;
    world.microsoft.deliver(HELP, bare(&address(0), HELP, 0, text)).await.unwrap();
    let mut answered: HashSet<OutboxId> = HashSet::new();
    loop {
        world.until("all seen", async || Ok(world.ledger().await?.len() >= written)).await.unwrap();
        world.settle().await.unwrap();
        let fresh: Vec<_> = sent(world).await.into_iter().filter(|row| goes_to(row, ROBOTS)).collect();
        let fresh: Vec<_> = fresh.into_iter().filter(|row| answered.insert(row.id)).collect();
        if fresh.is_empty() {
            return written;
        }
        for _ in fresh {
            world.microsoft.deliver(HELP, bare(&address(written), HELP, written, text)).await.unwrap();
            written += 1;
        }
        assert!(written < 200, "no end");
    }
}

async fn loops_noted(world: &World) -> Vec<(TicketId, Window)> {
    let mut noted = Vec::new();
    for ticket in world.tickets().await.unwrap() {
        let view = world.engine.ticket(&world.admin, ticket.ticket.id).await.unwrap();
        noted.extend(view.audits.iter().filter_map(|audit| match audit.event {
            AuditEvent::LoopStopped { window } => Some((ticket.ticket.id, window)),
            _ => None,
        }));
    }
    noted
}

#[tokio::test]
async fn a_robot_without_any_header_is_answered_no_more_than_an_hours_mails() {
    let world = desk_at(HELP).await;
    let written = robot_answers(&world, "Thank you.", |_| format!("robot@{ROBOTS}")).await;
    assert_eq!(written, AUTHOR_ACCEPTED as usize + 1);
    // What an agent writes still reaches it.
    let before = sent(&world).await.len();
    let ticket = world.tickets().await.unwrap()[0].ticket.id;
    world.answer(ticket, "Are you a robot?").await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(sent(&world).await.len(), before + 1);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_robot_with_another_address_each_time_is_stopped_and_the_ticket_says_so_once() {
    let world = desk_at(HELP).await;
    let text = "We have received your request and will come back to you as soon as we can.";
    let written = robot_answers(&world, text, |n| format!("robot{n}@{ROBOTS}")).await;
    assert_eq!(written, SAME_QUIET as usize + 1);
    let noted = loops_noted(&world).await;
    assert_eq!(noted.len(), 1, "{noted:?}");
    assert_eq!(noted[0].1, Window::Same);
    assert_eq!(world.tickets().await.unwrap().len(), written, "nothing is lost by it");
    world.end().await.unwrap();
}

/// Two desks whose mailboxes write to each other. With the headers as they leave the first notice is the last; where a gateway takes
/// every header away, both windows hold.
#[tokio::test]
async fn two_desks_against_each_other_stop_with_headers_at_once_and_without_any_within_bounds() {
    for (headers, most) in [(true, 1), (false, 2 * AUTHOR_ACCEPTED as usize + 2)] {
        let (ours, theirs) = (desk_at("help@contoso.test").await, desk_at("desk@fabrikam.test").await);
        let first = bare("desk@fabrikam.test", "help@contoso.test", 0, "Does this reach you?");
        ours.microsoft.deliver("help@contoso.test", first).await.unwrap();
        let ends = [(&ours, "help@contoso.test"), (&theirs, "desk@fabrikam.test")];
        let mut carried = [HashSet::new(), HashSet::new()];
        let mut delivered = [1, 0];
        loop {
            let mut moved = 0;
            for side in [0, 1] {
                let ((from, from_address), (to, to_address)) = (ends[side], ends[1 - side]);
                from.until("all seen", async || Ok(from.ledger().await?.len() >= delivered[side]))
                    .await
                    .unwrap();
                from.settle().await.unwrap();
                let (_, domain) = to_address.split_once('@').unwrap();
                for row in sent(from).await {
                    if !goes_to(&row, domain) || !carried[side].insert(row.id) {
                        continue;
                    }
                    let raw = if headers {
                        with_headers(&row, from_address, to_address)
                    } else {
                        bare(from_address, to_address, carried[side].len(), &row.mail.subject)
                    };
                    to.microsoft.deliver(to_address, raw).await.unwrap();
                    delivered[1 - side] += 1;
                    moved += 1;
                }
            }
            if moved == 0 {
                break;
            }
            assert!(carried[0].len() + carried[1].len() <= most, "no end");
        }
        let passed = carried[0].len() + carried[1].len();
        assert!(passed > 0 && passed <= most, "{passed} mails between two desks");
        ours.end().await.unwrap();
        theirs.end().await.unwrap();
    }
}

/// As it leaves by Exchange: of the headers that speak of robots only those that begin with X-.
fn with_headers(row: &OutboxRow, from: &str, to: &str) -> String {
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {}\r\nMessage-ID: <{}>\r\nX-Auto-Response-Suppress: All\r\nX-Postdesk-Outbox: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWe have got it.\r\n",
        row.mail.subject, row.mail.message_id, row.mail.mark
    )
}
