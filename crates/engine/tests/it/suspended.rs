//! The suspended queue and replay: what is let in, what stays out, and that nothing is sent that should not be.

use desk::admission::Policy;
use desk::decide::{Cause, OutcomeKind};
use engine::{Engine, Field, Recovery};
use jiff::SignedDuration;
use store::{Afterwards, LedgerRow, Reread, Suspended};
use testkit::World;

use crate::letters;

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";

async fn running() -> World {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world
}

async fn seen(world: &World, count: usize) {
    world.until("all seen", async || Ok(world.ledger().await?.len() >= count)).await.unwrap();
    world.settle().await.unwrap();
}

async fn save(world: &World, policy: &Policy) {
    world.engine.save_sender_policy(&world.admin, policy).await.unwrap();
}

fn blocking(block: &str) -> Policy {
    Policy { block: block.to_owned(), ..Policy::default() }
}

async fn comes(world: &World, from: &str, subject: &str, count: usize) {
    let raw = letters::plain(from, HELP, subject, &format!("{}@example.org", subject.replace(' ', "-")));
    world.microsoft.deliver(HELP, raw).await.unwrap();
    seen(world, count).await;
}

async fn the_only_one(world: &World) -> Suspended {
    let mut waiting = world.engine.suspended(&world.admin).await.unwrap();
    assert_eq!(waiting.len(), 1);
    waiting.remove(0)
}

async fn row_about(world: &World, subject: &str) -> LedgerRow {
    world.ledger().await.unwrap().into_iter().find(|row| row.subject == subject).unwrap()
}

async fn recover(engine: &Engine, world: &World, one: &Suspended) -> engine::Result<engine::Recovered> {
    engine.recover_suspended(&world.admin, one.id, &Recovery::default()).await
}

/// As good as newly arrived: its customer is thanked. The ledger keeps `suspended` and adds up.
#[tokio::test]
async fn a_recovered_mail_is_a_ticket_once_and_the_ledger_says_both() {
    let world = running().await;
    save(&world, &blocking("example.org")).await;
    comes(&world, CARL, "Let me in", 1).await;
    let one = the_only_one(&world).await;
    assert_eq!((one.what.cause, one.what.author_address.as_str()), (Cause::Blocklisted, CARL));
    let preview = world.engine.suspended_preview(&world.admin, one.id).await.unwrap();
    assert_eq!(preview.becomes.outcome.kind(), OutcomeKind::NewTicket);
    assert!(world.tickets().await.unwrap().is_empty(), "a preview writes nothing");

    let (first, second) =
        tokio::join!(recover(&world.engine, &world, &one), recover(&world.engine, &world, &one));
    assert!(first.is_ok() != second.is_ok(), "of two agents one comes first: {first:?} {second:?}");
    let ticket = first.or(second).unwrap().ticket.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!(view.requester.email.as_str(), CARL);
    assert_eq!(view.comments[0].comment.created_at, "2026-11-23T09:00:00Z".parse().unwrap(), "its own date");
    let row = row_about(&world, "Let me in").await;
    assert_eq!((row.outcome, row.ticket), (Some(OutcomeKind::Suspended), Some(ticket)));
    assert_eq!(row.later.map(|later| later.what), Some(Afterwards::Recovered));
    let sent = world.store.outbox_of_ticket(ticket).await.unwrap();
    let to_carl = sent.iter().filter(|row| row.mail.to.iter().any(|to| to.address.as_str() == CARL));
    assert_eq!(to_carl.count(), 1, "the customer is thanked, once");
    let account = world.store.ledger_account(None).await.unwrap();
    assert_eq!(account.seen, account.waiting + account.by_outcome.iter().map(|(_, n)| n).sum::<u64>());
    assert!(world.engine.original(&world.admin, view.comments[0].comment.id).await.is_ok());
    world.end().await.unwrap();
}

/// Invariant 2: a copy that came in meanwhile makes the recovered mail a duplicate.
#[tokio::test]
async fn recovering_what_is_there_already_doubles_nothing_and_says_so() {
    let world = running().await;
    save(&world, &blocking("example.org")).await;
    comes(&world, CARL, "Twice", 1).await;
    let one = the_only_one(&world).await;
    save(&world, &Policy::default()).await;
    comes(&world, CARL, "Twice", 2).await;
    let recovered = recover(&world.engine, &world, &one).await.unwrap();
    assert!(recovered.there_already && recovered.comment.is_none());
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    assert_eq!(recovered.ticket, Some(world.ticket_about("Twice").await.unwrap().ticket.id));
    assert!(world.engine.suspended(&world.admin).await.unwrap().is_empty());
    world.end().await.unwrap();
}

/// zendesk.md 5.2: no robot is thanked, whoever lets it in.
#[tokio::test]
async fn a_recovered_robot_gets_no_automatic_mail() {
    let world = running().await;
    let robot = format!(
        "Auto-Submitted: auto-generated\r\nFrom: <{CARL}>\r\nTo: <{HELP}>\r\nSubject: Alert\r\nMessage-ID: <alert@example.org>\r\n\r\nDisk full.\r\n"
    );
    world.microsoft.deliver(HELP, robot.into_bytes()).await.unwrap();
    seen(&world, 1).await;
    let one = the_only_one(&world).await;
    let ticket = recover(&world.engine, &world, &one).await.unwrap().ticket.unwrap();
    let to: Vec<_> = world
        .store
        .outbox_of_ticket(ticket)
        .await
        .unwrap()
        .into_iter()
        .flat_map(|row| row.mail.to)
        .map(|to| to.address.to_string())
        .collect();
    assert!(!to.iter().any(|to| to == CARL), "{to:?}");
    world.end().await.unwrap();
}

#[tokio::test]
async fn suspended_mail_is_forgotten_in_time_and_what_agents_delete_at_once() {
    let world = running().await;
    save(&world, &blocking("example.org")).await;
    comes(&world, CARL, "Old", 1).await;
    comes(&world, CARL, "Deleted", 2).await;
    let waiting = world.engine.suspended(&world.admin).await.unwrap();
    world.engine.delete_suspended(&world.admin, waiting[0].id).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24 * 14 - 1));
    world.engine.expire_suspended().await.unwrap();
    assert_eq!(world.engine.suspended(&world.admin).await.unwrap().len(), 1);
    world.clock.advance(SignedDuration::from_hours(2));
    world.engine.expire_suspended().await.unwrap();
    assert!(world.engine.suspended(&world.admin).await.unwrap().is_empty());
    let later = |row: LedgerRow| row.later.map(|later| later.what);
    assert_eq!(later(row_about(&world, "Old").await), Some(Afterwards::Expired));
    assert_eq!(later(row_about(&world, "Deleted").await), Some(Afterwards::Deleted));
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_forecast_says_what_a_list_would_have_done() {
    let world = running().await;
    comes(&world, CARL, "One", 1).await;
    comes(&world, "dora@else.example", "Two", 2).await;
    let admin = &world.admin;
    let new = Policy { anyone_may_submit: false, ..blocking("reject:else.example") };
    let forecast = world.engine.foresee_senders(admin, &new).await.unwrap();
    assert_eq!((forecast.judged, forecast.suspended.count, forecast.rejected.count), (2, 1, 1));
    assert_eq!(forecast.rejected.examples[0].1, "Two");
    assert_eq!(world.engine.sender_policy(admin).await.unwrap(), Policy::default(), "nothing is saved");
    assert!(world.engine.save_sender_policy(admin, &blocking("nonsense")).await.is_err());
    world.end().await.unwrap();
}

/// Invariant 5, with the triggers on: what a worse reader left wrong is put right, and nobody hears of it.
#[tokio::test]
async fn reading_again_puts_a_comment_right_and_sends_nothing() {
    let world = running().await;
    comes(&world, CARL, "Read me again", 1).await;
    let ticket = world.ticket_about("Read me again").await.unwrap().ticket.id;
    let row = row_about(&world, "Read me again").await;
    let nothing = world.engine.read_again(&world.admin, row.id).await.unwrap();
    assert_eq!(nothing.differences, [], "what is read alike shows nothing");

    let comment = world.store.comments(ticket).await.unwrap().remove(0);
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let broken = Reread {
        comment: comment.id,
        text: "????".to_owned(),
        full_text: None,
        has_html: false,
        automatic: false,
        mail: comment.mail.clone().unwrap(),
        files: Vec::new(),
    };
    tx.reread(&broken).await.unwrap();
    tx.commit().await.unwrap();
    let sent = world.store.outbox_of_ticket(ticket).await.unwrap().len();

    let found = world.engine.read_again(&world.admin, row.id).await.unwrap();
    assert_eq!(found.differences.iter().map(|d| d.field).collect::<Vec<_>>(), [Field::Text]);
    assert_eq!(world.store.comments(ticket).await.unwrap()[0].text, "????", "comparing writes nothing");
    world.engine.apply_again(&world.admin, row.id).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.store.comments(ticket).await.unwrap()[0].text, comment.text);
    assert_eq!(world.store.outbox_of_ticket(ticket).await.unwrap().len(), sent);
    assert_eq!(world.store.ledger_row(row.id).await.unwrap().outcome, row.outcome);
    assert_eq!(world.engine.read_again(&world.admin, row.id).await.unwrap().differences, []);
    world.end().await.unwrap();
}
