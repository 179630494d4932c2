//! Replay after a change of the reader: what people have done with the mail meanwhile stays, and nothing is sent. An older reader
//! is played by writing into the comment what it might have read.

use desk::{LedgerId, Status, TicketId};
use engine::{Field, ReadAgain};
use store::{LedgerRow, TicketChange};
use testkit::World;

use crate::letters;
use crate::scene::{CARL, HELP, INTERNAL, read_badly, row_about, running, seen};

async fn comes(world: &World, subject: &str, count: usize) -> TicketId {
    let id = format!("{}@example.org", subject.replace(' ', "-"));
    world.microsoft.deliver(HELP, letters::plain(CARL, HELP, subject, &id)).await.unwrap();
    seen(world, count).await;
    world.ticket_about(subject).await.unwrap().ticket.id
}

async fn becomes(world: &World, ticket: TicketId, status: Status) {
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let change = TicketChange { status: Some(status), ..TicketChange::default() };
    tx.change_ticket(ticket, &change, None).await.unwrap();
    tx.commit().await.unwrap();
}

/// `postdesk replay` from its first page to its last.
async fn replay(world: &World, apply: bool) -> Vec<ReadAgain> {
    let (mut after, mut all) = (LedgerId(0), Vec::new());
    loop {
        let (found, _, last) = world.engine.replay(after, None, apply).await.unwrap();
        all.extend(found);
        match last {
            Some(last) => after = last,
            None => return all,
        }
    }
}

fn fields(found: &[ReadAgain]) -> Vec<Field> {
    found.iter().flat_map(|read| read.differences.iter().map(|one| one.field)).collect()
}

async fn sent(world: &World) -> usize {
    let mut all = 0;
    for ticket in world.tickets().await.unwrap() {
        all += world.store.outbox_of_ticket(ticket.ticket.id).await.unwrap().len();
    }
    all
}

async fn text_of(world: &World, row: &LedgerRow) -> String {
    world.store.comment(row.comment.unwrap()).await.unwrap().text.trim().to_owned()
}

/// Applied a second time it finds nothing: a command that was killed is called again and goes on with what is left.
#[tokio::test]
async fn a_replay_shows_first_applies_once_and_sends_nothing() {
    let world = running().await;
    comes(&world, "First", 1).await;
    comes(&world, "Second", 2).await;
    let rows = [row_about(&world, "First").await, row_about(&world, "Second").await];
    for row in &rows {
        read_badly(&world, row).await;
    }
    let before = sent(&world).await;
    assert_eq!(fields(&replay(&world, false).await), [Field::Text, Field::Text]);
    assert_eq!(text_of(&world, &rows[0]).await, "????", "looking changes nothing");
    // The first one alone, as a command that is killed after it leaves things: a whole mail, and the others untouched.
    world.engine.apply_again(&world.admin, rows[0].id).await.unwrap();
    assert_eq!(
        (text_of(&world, &rows[0]).await.as_str(), text_of(&world, &rows[1]).await.as_str()),
        ("Hello.", "????")
    );
    assert_eq!(replay(&world, true).await.len(), 1);
    assert_eq!(text_of(&world, &rows[1]).await, "Hello.");
    assert_eq!(fields(&replay(&world, true).await), [], "there is nothing left");
    world.settle().await.unwrap();
    assert_eq!(sent(&world).await, before, "nobody hears of it");
    world.end().await.unwrap();
}

/// Orders were carried out when they came. Read once more they are told apart again by nobody: neither comment nor ticket changes.
#[tokio::test]
async fn an_agents_orders_are_not_carried_out_a_second_time() {
    let world = running().await;
    let ticket = comes(&world, "Desk", 1).await;
    let raw = format!(
        "{INTERNAL}From: Ada <ada@desk.test>\r\nTo: <{HELP}>\r\nSubject: Re: Desk\r\nIn-Reply-To: <Desk@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n#solved\r\n#tags vip\r\n\r\nIt comes on Thursday.\r\n"
    );
    world.microsoft.deliver(HELP, raw.into_bytes()).await.unwrap();
    seen(&world, 2).await;
    let row = row_about(&world, "Re: Desk").await;
    assert_eq!(world.store.ticket(ticket).await.unwrap().status, Status::Solved);
    // Reopened by a person meanwhile: an order of yesterday does not close it again.
    becomes(&world, ticket, Status::Open).await;
    read_badly(&world, &row).await;
    let before = sent(&world).await;
    let read = world.engine.read_again(&world.admin, row.id).await.unwrap();
    assert_eq!((read.fixed, read.can_apply()), (Some("by-agent"), false));
    let applied = world.engine.apply_again(&world.admin, row.id).await.unwrap();
    assert!(!applied.can_apply());
    replay(&world, true).await;
    world.settle().await.unwrap();
    assert_eq!(text_of(&world, &row).await, "????", "its comment stays as it is");
    let now = world.store.ticket(ticket).await.unwrap();
    assert_eq!((now.status, now.tags.as_slice()), (Status::Open, ["vip".to_owned()].as_slice()));
    assert_eq!(sent(&world).await, before);
    world.end().await.unwrap();
}

/// A comment that was split off, and a ticket that was merged into another: the words go where the comment is now, its ticket stays.
#[tokio::test]
async fn what_was_split_or_merged_is_read_again_where_it_is_now() {
    let world = running().await;
    let first = comes(&world, "First", 1).await;
    let reply = format!(
        "From: <{CARL}>\r\nTo: <{HELP}>\r\nSubject: Another matter\r\nMessage-ID: <other@example.org>\r\nIn-Reply-To: <First@example.org>\r\n\r\nBy the way.\r\n"
    );
    world.microsoft.deliver(HELP, reply.into_bytes()).await.unwrap();
    seen(&world, 2).await;
    let row = row_about(&world, "Another matter").await;
    assert_eq!(row.ticket, Some(first));
    let split = world.engine.split(&world.admin, row.comment.unwrap(), first).await.unwrap();
    read_badly(&world, &row).await;
    let before = sent(&world).await;
    replay(&world, true).await;
    let comment = world.store.comment(row.comment.unwrap()).await.unwrap();
    assert_eq!((comment.text.trim(), comment.ticket), ("By the way.", split), "it stays where it was put");
    assert_eq!(world.store.comments(first).await.unwrap().len(), 1);
    assert_eq!(world.store.comments(split).await.unwrap().len(), 1);

    world
        .engine
        .merge(
            &world.admin,
            split,
            first,
            engine::Merging { public: Some(false), ..engine::Merging::default() },
        )
        .await
        .unwrap();
    let closed = world.store.ticket(split).await.unwrap();
    read_badly(&world, &row).await;
    replay(&world, true).await;
    world.settle().await.unwrap();
    assert_eq!(text_of(&world, &row).await, "By the way.");
    assert_eq!(
        world.store.ticket(split).await.unwrap().status,
        closed.status,
        "a merged ticket stays closed"
    );
    assert!(replay(&world, true).await.iter().all(|read| !read.can_apply()));
    assert_eq!(sent(&world).await, before);
    world.end().await.unwrap();
}

/// What is closed is history; it may be read rightly, and stays closed.
#[tokio::test]
async fn a_closed_ticket_is_read_again_and_stays_closed() {
    let world = running().await;
    let ticket = comes(&world, "Old matter", 1).await;
    becomes(&world, ticket, Status::Closed).await;
    let row = row_about(&world, "Old matter").await;
    read_badly(&world, &row).await;
    let before = sent(&world).await;
    assert_eq!(fields(&replay(&world, true).await), [Field::Text]);
    world.settle().await.unwrap();
    assert_eq!(text_of(&world, &row).await, "Hello.");
    assert_eq!(world.store.ticket(ticket).await.unwrap().status, Status::Closed);
    assert_eq!(sent(&world).await, before);
    world.end().await.unwrap();
}
