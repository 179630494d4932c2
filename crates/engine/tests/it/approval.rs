//! The administrator's approval: a link for somebody the desk does not know. What comes back with it opens nothing.

use engine::{ConnectChoice, Error, Way};
use jiff::SignedDuration;
use serde_json::json;
use testkit::World;
use testkit::world::parameter;

const HELP: &str = "help@contoso.test";
const BOSS: &str = "boss@contoso.test";

/// A tenant as Microsoft makes them now: nobody but administrators can consent to reading mail.
async fn scene() -> World {
    let world = World::new().await.unwrap();
    world.microsoft.person(HELP, "Support").await.unwrap();
    world.microsoft.person(BOSS, "The Boss").await.unwrap();
    world.microsoft.patch(&format!("people/{BOSS}"), json!({"admin": true})).await.unwrap();
    world.microsoft.patch("tenants/contoso.test", json!({"userConsent": false})).await.unwrap();
    world
}

async fn ask(world: &World) -> String {
    let choice =
        ConnectChoice { brand: world.brand().await.unwrap(), import: Some(store::Wanted::Newest(300)) };
    world.engine.ask_for_consent(&world.admin, choice, &Way::Own).await.unwrap()
}

/// The administrator walks Microsoft's page; what came back is handed to the desk, by nobody it knows.
async fn approve(world: &World, word: &str) -> Option<exchange::Error> {
    let invitation = world.engine.invitation(word).await.unwrap();
    assert_eq!(
        (invitation.asked_by.as_str(), invitation.asked_by_address.as_str()),
        ("Ada Admin", "ada@desk.test")
    );
    let back = world.walk(&invitation.url, BOSS).await.unwrap();
    let (state, tenant) = (parameter(&back, "state").unwrap(), parameter(&back, "tenant").ok());
    world.engine.consent_returned(&state, tenant.as_deref(), None).await.unwrap()
}

#[tokio::test]
async fn after_the_approval_the_wizard_goes_on_with_what_was_chosen() {
    let mut world = scene().await;
    let word = ask(&world).await;
    assert!(world.engine.consent(&world.admin, &word).await.unwrap().answer.is_none());
    // The desk may be restarted while everybody waits for the administrator.
    world.crash().await.unwrap();
    assert!(approve(&world, &word).await.is_none());
    let view = world.engine.consent(&world.admin, &word).await.unwrap();
    let answer = view.answer.unwrap();
    assert!(answer.error.is_none() && answer.tenant.is_some());
    assert!(view.choice.import.is_some() && view.way == Way::Own);
    assert!(view.url.starts_with("http://desk.test/consent/"));
    // Somebody who may not consent can sign in now.
    world.connect_existing(HELP, view.choice.import.is_some()).await.unwrap();
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_refused_approval_is_told_and_the_link_still_works() {
    let world = scene().await;
    let word = ask(&world).await;
    let words = "AADSTS65004: User declined to consent to access the app.";
    let refused = world.engine.consent_returned(&word, None, Some(("access_denied", words))).await.unwrap();
    assert!(matches!(refused, Some(exchange::Error::Consent(_))), "{refused:?}");
    let view = world.engine.consent(&world.admin, &word).await.unwrap();
    assert!(view.answer.unwrap().error.unwrap().contains("declined"));
    assert!(approve(&world, &word).await.is_none());
    assert!(world.engine.consent(&world.admin, &word).await.unwrap().answer.unwrap().error.is_none());
    world.end().await.unwrap();
}

/// The answer is signed by nobody: whoever makes one up may lie to people, and gets no further.
#[tokio::test]
async fn an_approval_that_somebody_made_up_connects_nothing() {
    let world = scene().await;
    let word = ask(&world).await;
    world.engine.consent_returned(&word, Some("a tenant of somebody else"), None).await.unwrap();
    assert!(world.engine.addresses(&world.admin).await.unwrap().is_empty());
    let unknown = world.engine.consent_returned("made up", None, None).await;
    assert!(matches!(unknown, Err(Error::UnknownConsent)), "{unknown:?}");
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_link_works_for_thirty_days_and_its_word_is_stored_nowhere() {
    let world = scene().await;
    let word = ask(&world).await;
    world.clock.advance(SignedDuration::from_hours(30 * 24 - 1));
    world.engine.invitation(&word).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(2));
    assert!(matches!(world.engine.invitation(&word).await, Err(Error::UnknownConsent)));
    assert!(matches!(world.engine.consent(&world.admin, &word).await, Err(Error::UnknownConsent)));
    assert!(matches!(world.engine.consent_returned(&word, None, None).await, Err(Error::UnknownConsent)));
    world.end().await.unwrap();
}
