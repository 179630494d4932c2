//! Mail that lets people in: by the default address, before everything else; by the desk's own connection where that
//! cannot carry it; and never by both.

use std::time::Instant;

use desk::{ConnectionId, Language, PersonId, Role};
use engine::{Error, LinkMail, MemberState};
use jiff::SignedDuration;
use store::{ConnectionState, OutboxRow, OutboxUpdate, Purpose, StateCause, Step, Urgency};
use testkit::World;

use crate::team::{invitation, joined, secret};

const HELP: &str = "help@contoso.test";
const KIM: &str = "kim@desk.test";

async fn account_rows(world: &World) -> Vec<OutboxRow> {
    world.store.account_mail_waiting(100).await.unwrap()
}

/// A mailbox that has proved itself and is the default address.
async fn default_address(world: &World) -> ConnectionId {
    let connected = world.connect(HELP, false).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.start_proof(connected.address, "0123", true).await.unwrap();
    assert!(tx.proof_returned(connected.address, "0123").await.unwrap());
    tx.commit().await.unwrap();
    assert!(world.store.support_address(connected.address).await.unwrap().is_default);
    connected.connection
}

async fn system(world: &World) -> ConnectionId {
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let id = tx.ensure_system_connection().await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn set_state(world: &World, connection: ConnectionId, state: ConnectionState) {
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.set_state(connection, state, Some(&StateCause::default())).await.unwrap();
    tx.commit().await.unwrap();
}

async fn state_of(world: &World, id: PersonId) -> MemberState {
    let team = world.engine.team(&world.admin).await.unwrap();
    team.into_iter().find(|row| row.member.person.id == id).unwrap().state
}

fn link_in(text: &str) -> String {
    let link = text.lines().find(|line| line.contains("/password/")).unwrap();
    secret(link.trim())
}

#[tokio::test]
async fn an_invitation_leaves_by_the_default_address_and_its_link_opens_the_door() {
    let mut world = World::new().await.unwrap();
    default_address(&world).await;
    let invited = world.engine.invite(&world.admin, &invitation(KIM, Role::Agent)).await.unwrap();
    assert_eq!(invited.link, None, "the link is in the mail only");
    let rows = account_rows(&world).await;
    assert_eq!((rows[0].mail.purpose, rows[0].mail.urgency), (Purpose::Account, Urgency::Access));
    let link = link_in(&rows[0].mail.text);
    world.run();
    world.until("the mail", async || Ok(world.microsoft.outside(KIM).await?.len() == 1)).await.unwrap();
    let mail = &world.microsoft.outside(KIM).await.unwrap()[0];
    assert!(mail["from"].to_string().contains(HELP), "{mail}");
    assert!(mail.to_string().contains("Postdesk への招待"), "in the language that was chosen: {mail}");
    world.settle().await.unwrap();
    assert!(matches!(
        state_of(&world, invited.person.id).await,
        MemberState::Invited { mail: LinkMail::Sent, expired: false }
    ));
    world.engine.choose_password(&link, "kims own password").await.unwrap();
    assert!(world.engine.log_in(KIM, "kims own password").await.is_ok());
    assert_eq!(world.microsoft.outside(KIM).await.unwrap().len(), 1, "once");
    world.end().await.unwrap();
}

/// Nobody may learn from the page who works here: not from the words, not from the clock.
#[tokio::test]
async fn a_forgotten_password_is_answered_alike_for_everybody_and_mailed_to_the_team_only() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    system(&world).await;
    joined_later(&world).await;
    engine.make_end_user(&world.admin, "Carl", "carl@example.org").await.unwrap();
    for address in [KIM, "nobody@desk.test", "carl@example.org", "not an address"] {
        let started = Instant::now();
        engine.forgot_password(address, Language::En).await.unwrap();
        let took = started.elapsed().as_millis();
        assert!((400..5_000).contains(&took), "{address}: {took} ms");
    }
    let resets: Vec<_> = account_rows(&world)
        .await
        .into_iter()
        .filter(|row| row.mail.subject.contains("パスワード再設定"))
        .collect();
    assert_eq!(resets.len(), 1, "one mail, to the one member of the team, in the member's language");
    assert_eq!(resets[0].mail.to[0].address.as_str(), KIM);
    world.end().await.unwrap();
}

async fn joined_later(world: &World) {
    let invited = world.engine.invite(&world.admin, &invitation(KIM, Role::Agent)).await.unwrap();
    assert_eq!(invited.link, None);
    let link = link_in(&account_rows(world).await[0].mail.text);
    world.engine.choose_password(&link, "kims own password").await.unwrap();
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_by_asking_for_passwords() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    joined(&world, KIM, Role::Agent).await;
    system(&world).await;
    for address in [KIM, "nobody@desk.test"] {
        for _ in 0..10 {
            engine.forgot_password(address, Language::En).await.unwrap();
        }
        let refused = engine.forgot_password(address, Language::En).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts)), "{address}: known or not, the same");
    }
    assert_eq!(account_rows(&world).await.len(), 3, "three an hour");
    world.end().await.unwrap();
}

#[tokio::test]
async fn choosing_a_password_ends_every_other_session_and_link() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    let kim = joined(&world, KIM, Role::Agent).await;
    let before = engine.log_in(KIM, "kims own password").await.unwrap();
    let one = secret(&engine.link_by_hand(&world.admin, kim.person.id).await.unwrap().link.unwrap());
    let two = secret(&engine.link_by_hand(&world.admin, kim.person.id).await.unwrap().link.unwrap());
    let entered = engine.choose_password(&one, "kims next password").await.unwrap();
    assert!(engine.session_person(kim.person.id, before.epoch).await.unwrap().is_none());
    assert!(engine.session_person(kim.person.id, entered.epoch).await.unwrap().is_some());
    assert!(matches!(engine.link_view(&two).await, Err(Error::LinkDead)));
    world.end().await.unwrap();
}

#[tokio::test]
async fn behind_a_broken_default_address_account_mail_takes_the_desks_own_way_and_other_mail_waits() {
    let world = World::new().await.unwrap();
    let from = default_address(&world).await;
    let invited = world.engine.invite(&world.admin, &invitation(KIM, Role::Agent)).await.unwrap();
    set_state(&world, from, ConnectionState::NeedsSignIn).await;
    // Without another way it waits, and the one who invited sees why.
    assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 0);
    assert_eq!(
        state_of(&world, invited.person.id).await,
        MemberState::Invited { mail: LinkMail::Waiting(true), expired: false }
    );
    let by_hand = world.engine.link_by_hand(&world.admin, invited.person.id).await.unwrap();
    assert!(by_hand.link.is_some(), "and can hand the link over");
    let to = system(&world).await;
    assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 1);
    assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 0, "once");
    let rows = account_rows(&world).await;
    assert_eq!((rows.len(), rows[0].mail.connection, rows[0].mail.address), (1, to, None));
    // What is asked for from now on goes there at once.
    world.engine.resend_link(&world.admin, invited.person.id, Language::En).await.unwrap();
    assert!(account_rows(&world).await.iter().all(|row| row.mail.connection == to));
    world.end().await.unwrap();
}

/// Promise B13: whoever waits at the door still gets the key when the address that carried it is deleted.
#[tokio::test]
async fn account_mail_of_a_deleted_address_leaves_by_another_way_while_other_mail_fails() {
    for own_way in [true, false] {
        let world = World::new().await.unwrap();
        let gone = default_address(&world).await;
        let help = world.store.address_of(gone).await.unwrap().id;
        world.engine.invite(&world.admin, &invitation(KIM, Role::Agent)).await.unwrap();
        let sales = world.connect("sales@contoso.test", false).await.unwrap();
        let tx = world.store.begin(world.engine.now()).await.unwrap();
        let row = account_rows(&world).await.pop().unwrap();
        let other = store::NewOutbox {
            purpose: Purpose::Proof,
            message_id: mail::MessageId::parse("<other@contoso.test>").unwrap(),
            mark: "other".to_owned(),
            ..row.mail.clone()
        };
        let other = tx.enqueue(&other).await.unwrap();
        tx.start_proof(sales.address, "4567", true).await.unwrap();
        assert!(tx.proof_returned(sales.address, "4567").await.unwrap());
        tx.commit().await.unwrap();
        let expected =
            if own_way { (system(&world).await, None) } else { (sales.connection, Some(sales.address)) };
        world.engine.delete_address(&world.admin, help).await.unwrap();
        assert_eq!(world.store.outbox_row(other).await.unwrap().step, Step::Failed);
        assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 1);
        assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 0, "once");
        let row = world.store.outbox_row(row.id).await.unwrap();
        assert_eq!((row.step, row.mail.connection, row.mail.address), (Step::Queued, expected.0, expected.1));
        world.end().await.unwrap();
    }
}

#[tokio::test]
async fn a_mail_that_may_have_left_is_never_sent_by_another_way() {
    let world = World::new().await.unwrap();
    let from = default_address(&world).await;
    world.engine.invite(&world.admin, &invitation(KIM, Role::Agent)).await.unwrap();
    let row = account_rows(&world).await.pop().unwrap();
    let ttl = SignedDuration::from_secs(1);
    let name = format!("send:{from}");
    let lease = world.store.claim(&name, "a worker", world.engine.now(), ttl).await.unwrap().unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let update = OutboxUpdate { step: Some(Step::Sending), ..OutboxUpdate::default() };
    tx.outbox_update(&lease, row.id, &update).await.unwrap();
    tx.commit().await.unwrap();
    world.store.release(&lease).await.unwrap();
    set_state(&world, from, ConnectionState::MailboxGone).await;
    system(&world).await;
    world.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 0);
    let row = world.store.outbox_row(row.id).await.unwrap();
    assert_eq!((row.mail.connection, row.step), (from, Step::Sending));
    world.end().await.unwrap();
}

/// A worker that has the row in hand is in the middle of sending it: whoever takes it away must hold its lease.
#[tokio::test]
async fn a_row_in_a_workers_hand_is_left_to_it() {
    let world = World::new().await.unwrap();
    let from = default_address(&world).await;
    world.engine.invite(&world.admin, &invitation(KIM, Role::Agent)).await.unwrap();
    system(&world).await;
    let ttl = SignedDuration::from_secs(60);
    let name = format!("send:{from}");
    let lease = world.store.claim(&name, "another process", world.engine.now(), ttl).await.unwrap().unwrap();
    world.clock.advance(SignedDuration::from_secs(190));
    world.store.renew(&lease, world.engine.now(), ttl).await.unwrap();
    assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 0);
    world.store.release(&lease).await.unwrap();
    // Too slow as it is, it goes over now; the worker that comes back too late is refused.
    assert_eq!(world.engine.reroute_account_mail().await.unwrap(), 1);
    let row = account_rows(&world).await.pop().unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let late = tx.outbox_update(&lease, row.id, &OutboxUpdate::default()).await;
    assert!(matches!(late, Err(store::Error::Fenced { .. })));
    drop(tx);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_mail_whose_link_has_died_is_given_up_and_said_so() {
    let world = World::new().await.unwrap();
    let from = default_address(&world).await;
    let invited = world.engine.invite(&world.admin, &invitation(KIM, Role::Agent)).await.unwrap();
    set_state(&world, from, ConnectionState::NeedsSignIn).await;
    world.clock.advance(SignedDuration::from_hours(25));
    world.engine.reroute_account_mail().await.unwrap();
    assert!(account_rows(&world).await.is_empty());
    assert!(matches!(state_of(&world, invited.person.id).await, MemberState::Invited { expired: true, .. }));
    world.end().await.unwrap();
}
