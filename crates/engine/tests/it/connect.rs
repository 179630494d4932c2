//! Connecting a mailbox: what goes wrong is said, and nothing is half saved.

use engine::{Actor, ConnectChoice, Error};
use exchange::NoMailbox;
use jiff::SignedDuration;
use mail::{Address, Mailbox};
use serde_json::json;
use store::{ConnectionState, UsedBy};
use testkit::world::parameter;
use testkit::{Visitor, World};

const HELP: &str = "help@contoso.test";

/// Back from Microsoft with a code, not yet handed to the desk.
async fn back(world: &World, untick: &[&str]) -> (String, String) {
    // There already when this is the second walk.
    let _ = world.microsoft.person(HELP, "Support").await;
    let back = world.sign_in(HELP, false, untick).await.unwrap();
    (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap())
}

async fn nothing_saved(world: &World) {
    assert!(world.engine.addresses(&world.admin).await.unwrap().is_empty());
}

async fn reconnect(world: &World, address: desk::AddressId, upn: &str) -> (String, String) {
    let departure = world.engine.begin_reconnect(&world.admin, address).await.unwrap();
    let password = testkit::microsoft::PASSWORD;
    let back =
        world.microsoft.sign_in(&mut Visitor::default(), &departure, upn, password, &[]).await.unwrap();
    (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap())
}

#[tokio::test]
async fn an_account_is_shown_before_anything_is_saved() {
    let world = World::new().await.unwrap();
    let (state, code) = back(&world, &[]).await;
    let id = world.engine.return_with_code(&world.admin, &state, &code).await.unwrap();
    nothing_saved(&world).await;
    let pending = world.engine.pending(&world.admin, id).await.unwrap();
    assert_eq!((pending.address.as_str(), pending.account_name.as_str(), pending.import), (HELP, HELP, None));
    world.engine.confirm(&world.admin, id).await.unwrap();
    let addresses = world.engine.addresses(&world.admin).await.unwrap();
    assert_eq!(addresses.len(), 1);
    assert_eq!(addresses[0].address.address.as_str(), HELP);
    assert_eq!(addresses[0].address.connection.state, ConnectionState::Verified);
    assert!(!addresses[0].address.is_default, "it must prove itself first");
    // Done pressed twice makes one address.
    assert!(matches!(world.engine.confirm(&world.admin, id).await, Err(Error::UnknownSignIn)));
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_way_back_is_good_for_one_walk_only() {
    let world = World::new().await.unwrap();
    let (state, code) = back(&world, &[]).await;
    let wrong = world.engine.return_with_code(&world.admin, "made up", &code).await;
    assert!(matches!(wrong, Err(Error::UnknownSignIn)));
    world.engine.return_with_code(&world.admin, &state, &code).await.unwrap();
    let replayed = world.engine.return_with_code(&world.admin, &state, &code).await;
    assert!(matches!(replayed, Err(Error::UnknownSignIn)));
    nothing_saved(&world).await;
    world.end().await.unwrap();
}

/// Somebody who gets hold of the address an administrator was sent back to must not finish that sign-in.
#[tokio::test]
async fn a_way_back_belongs_to_the_administrator_who_left() {
    let world = World::new().await.unwrap();
    let other =
        world.engine.make_admin("Otto Other", "otto@desk.test", "a long enough password").await.unwrap();
    let other = Actor { person: other };
    let (state, code) = back(&world, &[]).await;
    assert!(matches!(world.engine.return_with_code(&other, &state, &code).await, Err(Error::UnknownSignIn)));
    let (state, code) = back(&world, &[]).await;
    let id = world.engine.return_with_code(&world.admin, &state, &code).await.unwrap();
    assert!(matches!(world.engine.pending(&other, id).await, Err(Error::UnknownSignIn)));
    assert!(matches!(world.engine.confirm(&other, id).await, Err(Error::UnknownSignIn)));
    nothing_saved(&world).await;
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_sign_in_that_takes_too_long_is_forgotten() {
    let world = World::new().await.unwrap();
    let (state, code) = back(&world, &[]).await;
    world.clock.advance(SignedDuration::from_mins(16));
    assert!(matches!(
        world.engine.return_with_code(&world.admin, &state, &code).await,
        Err(Error::UnknownSignIn)
    ));
    nothing_saved(&world).await;
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_declined_consent_is_said_and_the_state_is_used_up() {
    let world = World::new().await.unwrap();
    let brand = world.brand().await.unwrap();
    let departure = world
        .engine
        .begin_connect(&world.admin, ConnectChoice { brand, import: Some(store::Wanted::Newest(300)) })
        .await
        .unwrap();
    let state = parameter(&departure, "state").unwrap();
    let words = "AADSTS65004: User declined to consent to access the app.";
    let refused = world.engine.return_with_error(&world.admin, &state, "access_denied", words).await;
    assert!(matches!(refused, Error::Microsoft(exchange::Error::Consent(_))), "{refused:?}");
    let again = world.engine.return_with_error(&world.admin, &state, "access_denied", words).await;
    assert!(matches!(again, Error::UnknownSignIn));
    nothing_saved(&world).await;
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_permission_that_was_unticked_is_named() {
    let world = World::new().await.unwrap();
    // Two people, because what somebody has consented to once is not asked for again.
    for (scope, upn) in [("Mail.Send", "help@contoso.test"), ("Mail.ReadWrite", "sales@contoso.test")] {
        world.microsoft.person(upn, "Support").await.unwrap();
        let back = world.sign_in(upn, false, &[scope]).await.unwrap();
        let (state, code) = (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap());
        match world.engine.return_with_code(&world.admin, &state, &code).await {
            Err(Error::Microsoft(exchange::Error::MissingScopes { missing })) => assert_eq!(missing, [scope]),
            other => panic!("{scope}: {other:?}"),
        }
        nothing_saved(&world).await;
    }
    world.end().await.unwrap();
}

/// Promise A12: Graph has one code for all of them; the directory tells them apart.
#[tokio::test]
async fn a12_an_account_without_a_mailbox_in_exchange_online_is_refused_and_told_why() {
    let world = World::new().await.unwrap();
    world.microsoft.person(HELP, "Support").await.unwrap();
    for (kind, expected) in [
        ("on_premises", NoMailbox::OnPremises),
        ("unlicensed", NoMailbox::Unlicensed),
        ("none", NoMailbox::Unlicensed),
        ("gone", NoMailbox::Deleted),
    ] {
        let upn = format!("{}@contoso.test", kind.replace('_', "-"));
        world
            .microsoft
            .post(
                "people",
                json!({"tenant": "contoso.test", "upn": upn, "mail": upn, "name": "No Box",
                "password": testkit::microsoft::PASSWORD, "mailbox": kind}),
            )
            .await
            .unwrap();
        let back = world.sign_in(&upn, false, &[]).await.unwrap();
        let (state, code) = (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap());
        match world.engine.return_with_code(&world.admin, &state, &code).await {
            Err(Error::NoMailbox { why, trace }) => {
                assert_eq!((why, trace.code.as_str()), (expected, "MailboxNotEnabledForRESTAPI"), "{kind}");
            }
            other => panic!("{kind}: {other:?}"),
        }
        nothing_saved(&world).await;
    }
    world.end().await.unwrap();
}

/// Promises A12 and B2: the same where a mailbox that worked is gone one day.
#[tokio::test]
async fn a12_a_connection_whose_mailbox_is_gone_says_why() {
    let mut world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world.microsoft.patch(&format!("people/{HELP}"), json!({"mailbox": "unlicensed"})).await.unwrap();
    world.run();
    world
        .until("the mailbox is missed", async || {
            let state = world.connection(connected.connection).await?.state;
            Ok(state == store::ConnectionState::MailboxGone)
        })
        .await
        .unwrap();
    let cause = world.connection(connected.connection).await.unwrap().cause.unwrap();
    assert_eq!(cause.no_mailbox.as_deref(), Some(NoMailbox::Unlicensed.as_str()));
    world.end().await.unwrap();
}

/// A support address is never a person's address, by any door and in either direction.
#[tokio::test]
async fn an_address_in_use_is_named_with_its_user() {
    let world = World::new().await.unwrap();
    world.engine.make_admin("Helga Help", HELP, "a long enough password").await.unwrap();
    let (state, code) = back(&world, &[]).await;
    match world.engine.return_with_code(&world.admin, &state, &code).await {
        Err(Error::AddressInUse { address, by }) => {
            assert_eq!((address.as_str(), by), (HELP, UsedBy::Staff("Helga Help".to_owned())));
        }
        other => panic!("{other:?}"),
    }
    nothing_saved(&world).await;
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_address_that_became_a_persons_meanwhile_is_refused_at_the_end() {
    let world = World::new().await.unwrap();
    let (state, code) = back(&world, &[]).await;
    let id = world.engine.return_with_code(&world.admin, &state, &code).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let who = Mailbox { name: "Carl".to_owned(), address: Address::parse(HELP).unwrap() };
    tx.ensure_end_user(&who, None).await.unwrap();
    tx.commit().await.unwrap();
    let refused = world.engine.confirm(&world.admin, id).await;
    assert!(matches!(refused, Err(Error::AddressInUse { by: UsedBy::EndUser(_), .. })), "{refused:?}");
    nothing_saved(&world).await;
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_support_address_can_be_given_to_nobody() {
    let world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    let refused = world.engine.make_admin("Helga Help", HELP, "a long enough password").await;
    assert!(matches!(refused, Err(Error::AddressInUse { by: UsedBy::SupportAddress, .. })), "{refused:?}");
    // Nor can the same mailbox be connected a second time.
    let (state, code) = back(&world, &[]).await;
    let refused = world.engine.return_with_code(&world.admin, &state, &code).await;
    assert!(matches!(refused, Err(Error::AddressInUse { by: UsedBy::SupportAddress, .. })), "{refused:?}");
    world.end().await.unwrap();
}

#[tokio::test]
async fn b5_reconnecting_as_somebody_else_is_refused_with_both_names() {
    let world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    world.microsoft.person("other@contoso.test", "Other").await.unwrap();
    let before = world.store.tokens(connected.connection).await.unwrap();
    let (state, code) = reconnect(&world, connected.address, "other@contoso.test").await;
    match world.engine.return_with_code(&world.admin, &state, &code).await {
        Err(Error::OtherAccount { expected, got }) => {
            assert_eq!((expected.as_str(), got.as_str()), (HELP, "other@contoso.test"));
        }
        other => panic!("{other:?}"),
    }
    let after = world.store.tokens(connected.connection).await.unwrap();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(&before.refresh.unwrap()),
        secrecy::ExposeSecret::expose_secret(&after.refresh.unwrap())
    );
    world.end().await.unwrap();
}

#[tokio::test]
async fn reconnecting_with_the_same_account_heals_the_connection() {
    let world = World::new().await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.set_state(connected.connection, ConnectionState::NeedsSignIn, None).await.unwrap();
    tx.commit().await.unwrap();
    let (state, code) = reconnect(&world, connected.address, HELP).await;
    let id = world.engine.return_with_code(&world.admin, &state, &code).await.unwrap();
    assert_eq!(world.engine.pending(&world.admin, id).await.unwrap().reconnect, Some(connected.address));
    let again = world.engine.confirm(&world.admin, id).await.unwrap();
    assert_eq!((again.address, again.connection), (connected.address, connected.connection));
    assert_eq!(world.connection(connected.connection).await.unwrap().state, ConnectionState::Verified);
    world.end().await.unwrap();
}
