//! The suspended queue and replay: what is let in, what stays out, and that nothing is sent that should not be.

use desk::Status;
use desk::admission::Policy;
use desk::decide::{Cause, OutcomeKind};
use engine::{Engine, Field, Recovery, Settings};
use jiff::SignedDuration;
use mail::Address;
use store::{Afterwards, LedgerQuery, LedgerRow, Suspended, TicketChange};
use testkit::{Database, World};

use crate::letters;
use crate::scene::{CARL, HELP, read_badly, row_about, running, seen};

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
    read_badly(&world, &row).await;
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

/// The ticket was closed while the mail waited: what an agent lets in then is a follow-up, as a mail of today would be.
#[tokio::test]
async fn a_reply_recovered_after_its_ticket_was_closed_is_a_follow_up() {
    let world = running().await;
    comes(&world, CARL, "Question", 1).await;
    let first = world.ticket_about("Question").await.unwrap().ticket.id;
    save(&world, &blocking("example.org")).await;
    let reply = format!(
        "From: <{CARL}>\r\nTo: <{HELP}>\r\nSubject: Re: Question\r\nMessage-ID: <re@example.org>\r\nIn-Reply-To: <Question@example.org>\r\n\r\nAnd?\r\n"
    );
    world.microsoft.deliver(HELP, reply.into_bytes()).await.unwrap();
    seen(&world, 2).await;
    let one = the_only_one(&world).await;
    let preview = world.engine.suspended_preview(&world.admin, one.id).await.unwrap();
    assert_eq!((preview.becomes.outcome.kind(), preview.ticket()), (OutcomeKind::Reply, Some(first)));
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let closed = TicketChange { status: Some(Status::Closed), ..TicketChange::default() };
    tx.change_ticket(first, &closed, None).await.unwrap();
    tx.commit().await.unwrap();
    let recovered = recover(&world.engine, &world, &one).await.unwrap();
    let ticket = recovered.ticket.unwrap();
    assert!(ticket != first, "a closed ticket takes nothing in any more");
    assert_eq!(world.store.comments(first).await.unwrap().len(), 1);
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.requester.email.as_str(), view.ticket.follows), (CARL, Some(first)));
    world.end().await.unwrap();
}

/// Its mailbox was deleted from the desk while it waited: the mail is kept, so it is let in; what is sent waits for nobody in vain.
#[tokio::test]
async fn a_mail_is_recovered_after_its_mailbox_was_disconnected() {
    let mut world = World::new().await.unwrap();
    world.connect("other@contoso.test", false).await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world.run();
    save(&world, &blocking("example.org")).await;
    comes(&world, CARL, "Left behind", 1).await;
    let one = the_only_one(&world).await;
    world.engine.delete_address(&world.admin, connected.address).await.unwrap();
    let preview = world.engine.suspended_preview(&world.admin, one.id).await.unwrap();
    assert_eq!(preview.letter.subject, "Left behind");
    let ticket = recover(&world.engine, &world, &one).await.unwrap().ticket.unwrap();
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.requester.email.as_str(), view.comments.len()), (CARL, 1));
    world.end().await.unwrap();
}

/// Two agents trust two senders at one moment: both stand on the list. Writing over what somebody else read loses one.
#[tokio::test]
async fn of_two_who_change_the_lists_at_once_both_are_kept() {
    let world = running().await;
    let other = world.second_engine().await.unwrap();
    let names: Vec<_> = (0..8).map(|n| Address::parse(&format!("friend{n}@example.org")).unwrap()).collect();
    let adding = names.iter().enumerate().map(|(n, name)| {
        let engine = if n % 2 == 0 { &world.engine } else { &other };
        engine.always_allow(&world.admin, name)
    });
    for added in futures_util::future::join_all(adding).await {
        added.unwrap();
    }
    let policy = world.engine.sender_policy(&world.admin).await.unwrap();
    assert_eq!(policy.allow.split_whitespace().count(), 8, "{}", policy.allow);
    // And blocked instead: on one list only, and only once.
    for _ in 0..2 {
        other.always_suspend(&world.admin, &names[0]).await.unwrap();
    }
    let policy = world.engine.sender_policy(&world.admin).await.unwrap();
    assert_eq!((policy.allow.split_whitespace().count(), policy.block.as_str()), (7, "friend0@example.org"));
    world.end().await.unwrap();
}

/// A forecast that looked at a part of the month says so; one that looked at all of it does not.
#[tokio::test]
async fn a_forecast_that_did_not_look_at_all_mail_says_so() {
    let settings = Settings { forecast_rows: 2, ..testkit::world::quick() };
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    comes(&world, CARL, "One", 1).await;
    comes(&world, CARL, "Two", 2).await;
    let foresee =
        async || world.engine.foresee_senders(&world.admin, &blocking("example.org")).await.unwrap();
    let whole = foresee().await;
    assert_eq!((whole.judged, whole.cut), (2, false));
    comes(&world, CARL, "Three", 3).await;
    let part = foresee().await;
    assert_eq!((part.judged, part.suspended.count, part.cut), (2, 2, true));
    world.end().await.unwrap();
}

/// Refused mail leaves a line: which, by whom, and why.
#[tokio::test]
async fn refused_mail_leaves_a_line_in_the_ledger_and_nothing_else() {
    let world = running().await;
    save(&world, &blocking("reject:example.org")).await;
    comes(&world, CARL, "Refused", 1).await;
    let row = row_about(&world, "Refused").await;
    assert_eq!((row.outcome, row.reason.as_deref()), (Some(OutcomeKind::Rejected), Some("blocklisted")));
    assert!(row.sender.contains(CARL) && row.blob.is_some());
    let query = LedgerQuery { text: "CARL@".to_owned(), limit: 9, ..LedgerQuery::default() };
    assert_eq!(world.store.ledger(&query).await.unwrap().len(), 1);
    let nobody = LedgerQuery { text: "c_rl".to_owned(), limit: 9, ..LedgerQuery::default() };
    assert_eq!(world.store.ledger(&nobody).await.unwrap().len(), 0, "what is typed is no pattern");
    assert!(world.engine.suspended(&world.admin).await.unwrap().is_empty());
    assert!(world.tickets().await.unwrap().is_empty());
    world.end().await.unwrap();
}
