//! Replies that come before what they answer: before our own sent copy is seen, before an original that lies in another mailbox, and with
//! a crash between the two.

use desk::decide::{OutcomeKind, Signal};
use desk::{Status, TicketId};
use serde_json::json;
use store::{OutboxRow, Step};
use testkit::World;

const HELP: &str = "help@contoso.test";
const SALES: &str = "sales@contoso.test";
const CARL: &str = "carl@example.org";
const MALLORY: &str = "mallory@elsewhere.example";

fn reply(from: &str, id: &str, answers: &str, text: &str) -> Vec<u8> {
    format!("From: <{from}>\r\nTo: <{HELP}>\r\nSubject: Re: Printer\r\nMessage-ID: <{id}>\r\nIn-Reply-To: <{answers}>\r\nReferences: <{answers}>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
}

async fn take(world: &World, raw: Vec<u8>) -> engine::FileOutcome {
    let import = world.engine.file_import(HELP).await.unwrap();
    import.take(vec![("reply".to_owned(), raw)]).await.unwrap().remove(0)
}

async fn row(world: &World, ticket: TicketId) -> OutboxRow {
    world.store.outbox_of_ticket(ticket).await.unwrap().pop().unwrap()
}

/// A desk that has answered Carl from a mailbox that gives our mails Message-IDs of its own. The desk stands still before it
/// has seen the sent copy. Answers the Message-ID that Carl got.
async fn answered() -> (World, TicketId, String) {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes(CARL, HELP, "Printer", "It is broken.").await.unwrap();
    world.until("seen", async || Ok(world.ledger().await?.len() == 1)).await.unwrap();
    world.settle().await.unwrap();
    let ticket = world.ticket_about("Printer").await.unwrap().ticket.id;
    let before = world.microsoft.outside(CARL).await.unwrap().len();
    world.microsoft.post("settings", json!({"sendDelayMillis": 2_500, "ownMessageIds": true})).await.unwrap();
    world.answer(ticket, "We are on it.").await.unwrap();
    world
        .until("it is accepted", async || Ok(row(&world, ticket).await.step == Step::Accepted))
        .await
        .unwrap();
    world.crash().await.unwrap();
    world
        .until("Carl has it", async || Ok(world.microsoft.outside(CARL).await?.len() > before))
        .await
        .unwrap();
    let got = world.microsoft.outside(CARL).await.unwrap();
    let answer = got.iter().map(|mail| mail::read(mail["mime"].as_str().unwrap().as_bytes()));
    let id =
        answer.filter(|mail| mail.text.contains("We are on it.")).find_map(|mail| mail.message_id).unwrap();
    let kept = row(&world, ticket).await;
    assert_eq!(kept.step, Step::Accepted, "the sent copy is not seen yet");
    assert_ne!(id, kept.mail.message_id, "Exchange has given it another id");
    (world, ticket, id.to_string())
}

/// Lessons 40, 41: Exchange's own Message-ID is known only from the sent copy; a quick customer is quicker.
#[tokio::test]
async fn a_reply_that_comes_before_our_sent_copy_is_seen_joins_its_ticket_then_also_after_a_crash() {
    let (mut world, ticket, id) = answered().await;
    let early = take(&world, reply(CARL, "early@example.org", &id, "It is on fire now.")).await;
    assert_eq!(early.outcome, OutcomeKind::NewTicket, "nobody can know yet what it answers");
    let apart = early.ticket.unwrap();
    world.crash().await.unwrap();
    world.run();
    world.until("the copy is seen", async || Ok(row(&world, ticket).await.step == Step::Sent)).await.unwrap();
    world.settle().await.unwrap();

    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    let joined =
        view.comments.iter().find(|view| view.comment.text.contains("on fire")).expect("it is shown here");
    let signals = &joined.comment.mail.as_ref().unwrap().signals;
    assert_eq!(signals, &[Signal::CameEarly { id: mail::MessageId::parse(&id).unwrap() }]);
    let other = world.engine.ticket(&world.admin, apart).await.unwrap().ticket;
    assert_eq!((other.merged_into, other.status), (Some(ticket), Status::Closed));
    let next = take(&world, reply(CARL, "next@example.org", "early@example.org", "Put out.")).await;
    assert_eq!(
        (next.outcome, next.ticket),
        (OutcomeKind::Reply, Some(ticket)),
        "and what follows comes here"
    );
    world.end().await.unwrap();
}

/// A Message-ID is no secret: who has no part in the ticket does not get into it by naming one early.
#[tokio::test]
async fn an_early_reply_of_somebody_without_a_part_in_the_ticket_stays_where_it_is() {
    let (mut world, ticket, id) = answered().await;
    let early =
        take(&world, reply(MALLORY, "early@elsewhere.example", &id, "Let me read that ticket.")).await;
    let apart = early.ticket.unwrap();
    world.run();
    world.until("the copy is seen", async || Ok(row(&world, ticket).await.step == Step::Sent)).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.engine.ticket(&world.admin, apart).await.unwrap().ticket.merged_into, None);
    assert_eq!(world.tickets().await.unwrap().len(), 2);
    world.end().await.unwrap();
}

/// The original lies in another mailbox, and the desk died in between: what waits, waits in the database.
#[tokio::test]
async fn an_original_by_another_mailbox_finds_its_early_reply_after_a_restart() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.connect(SALES, false).await.unwrap();
    world.run();
    let raw = reply(CARL, "r@example.org", "o@example.org", "And the door is open, too.");
    world.microsoft.deliver(HELP, raw).await.unwrap();
    world.until("seen", async || Ok(world.ledger().await?.len() == 1)).await.unwrap();
    world.settle().await.unwrap();
    let ticket = world.tickets().await.unwrap().remove(0).ticket.id;
    world.crash().await.unwrap();
    let original = format!(
        "From: <{CARL}>\r\nTo: <{SALES}>\r\nSubject: Printer\r\nMessage-ID: <o@example.org>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe printer is broken.\r\n"
    );
    world.microsoft.deliver(SALES, original).await.unwrap();
    world.run();
    world.until("seen", async || Ok(world.ledger().await?.len() == 2)).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    let texts: Vec<_> = view.comments.iter().map(|view| view.comment.text.trim()).collect();
    assert_eq!(texts, ["The printer is broken.", "And the door is open, too."]);
    world.end().await.unwrap();
}
