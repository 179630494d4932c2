//! The desk's own registration at Entra: nothing is stored that Microsoft does not take, and what is stored is used at once.

use engine::{CredentialChoice, CredentialKind, Error, RegistrationForm, RegistrationSource};
use exchange::Error as Microsoft;
use jiff::SignedDuration;
use serde_json::json;
use store::{ConnectionState, StateCause};
use testkit::World;
use testkit::world::CLIENT_ID;

const HELP: &str = "help@contoso.test";

/// A desk without a registration, and a tenant with a mailbox in which the application is installed.
async fn scene() -> World {
    let world = World::unregistered().await.unwrap();
    world.microsoft.person(HELP, "Support").await.unwrap();
    world.microsoft.allow_app("contoso.test", CLIENT_ID, &[]).await.unwrap();
    world
}

#[tokio::test]
async fn without_a_registration_nobody_is_sent_to_microsoft() {
    let world = scene().await;
    assert!(matches!(
        world.sign_in(HELP, false, &[]).await.unwrap_err().downcast_ref(),
        Some(Error::NotRegistered)
    ));
    let view = world.engine.registration(&world.admin).await.unwrap();
    assert_eq!(view.source, RegistrationSource::Nothing);
    assert_eq!(
        view.redirect_uris,
        ["http://desk.test/admin/connect/return", "http://desk.test/consent/return"]
    );
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_registration_that_microsoft_takes_is_stored_and_used_at_once_by_every_process() {
    let world = scene().await;
    let other_process = world.second_engine().await.unwrap();
    let expires_on = Some("2027-11-30".parse().unwrap());
    let form =
        RegistrationForm { expires_on, tenant: "contoso.test".to_owned(), ..world.registration_form() };
    world.engine.save_registration(&world.admin, &form).await.unwrap();
    let view = world.engine.registration(&world.admin).await.unwrap();
    assert_eq!(
        (view.source, view.proved, view.kind),
        (RegistrationSource::Stored, true, CredentialKind::Secret)
    );
    let end = Some("2027-11-30T00:00:00Z".parse().unwrap());
    assert_eq!(world.engine.registration_expiry().await.unwrap(), end);
    assert_eq!(other_process.registration_expiry().await.unwrap(), end);
    world.connect_existing(HELP, false).await.unwrap();
    let (open, sealed) =
        world.store.setting_with_secret("registration", "registration_secret").await.unwrap();
    assert!(!open.unwrap().contains("secret of the test") && sealed.is_some());
    world.end().await.unwrap();
}

/// Each wrong thing is told apart, nothing is stored, and the secret need not be pasted a second time: Entra shows it only once.
#[tokio::test]
async fn what_microsoft_does_not_take_is_refused_with_the_reason_and_what_was_typed_is_kept() {
    let world = scene().await;
    let good = || RegistrationForm { tenant: "contoso.test".to_owned(), ..world.registration_form() };
    let secret = |text: &str| CredentialChoice::Secret(Some(text.into()));
    for (what, form, number) in [
        ("a wrong secret", RegistrationForm { credential: secret("wrong"), ..good() }, 7_000_215),
        (
            "another application",
            RegistrationForm { client_id: "99999999-2222-4333-8444-555555555555".to_owned(), ..good() },
            700_016,
        ),
        ("no such tenant", RegistrationForm { tenant: "nowhere.test".to_owned(), ..good() }, 90_002),
    ] {
        match world.engine.save_registration(&world.admin, &form).await {
            Err(Error::Microsoft(error)) => {
                assert_eq!(error.trace().and_then(|trace| trace.aadsts), Some(number), "{what}: {error:?}");
            }
            other => panic!("{what}: {other:?}"),
        }
        let view = world.engine.registration(&world.admin).await.unwrap();
        assert_eq!(view.source, RegistrationSource::Nothing, "{what}");
        assert!(view.draft.is_some(), "{what}: the typed secret is kept");
    }
    // The last try had the right secret: only the tenant has to be typed anew.
    let again = RegistrationForm { credential: CredentialChoice::Secret(None), ..good() };
    world.engine.save_registration(&world.admin, &again).await.unwrap();
    assert!(world.engine.registration(&world.admin).await.unwrap().draft.is_none());
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_registration_for_many_tenants_is_checked_as_far_as_it_can_be() {
    let world = scene().await;
    let wrong = CredentialChoice::Secret(Some("wrong".into()));
    let form = RegistrationForm { credential: wrong, ..world.registration_form() };
    let refused = world.engine.save_registration(&world.admin, &form).await;
    assert!(matches!(refused, Err(Error::Microsoft(Microsoft::AppCredential(_)))), "{refused:?}");
    world.engine.save_registration(&world.admin, &world.registration_form()).await.unwrap();
    assert!(!world.engine.registration(&world.admin).await.unwrap().proved, "no tenant, no token, no proof");
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_outage_of_entra_while_saving_stores_nothing_and_is_named_as_such() {
    let world = scene().await;
    world
        .microsoft
        .fault(json!({"kind": "server_error", "operation": "token", "status": 503, "effect": "before"}))
        .await
        .unwrap();
    let refused = world.engine.save_registration(&world.admin, &world.registration_form()).await;
    assert!(matches!(refused, Err(Error::Microsoft(Microsoft::Server(_)))), "{refused:?}");
    world.microsoft.clear_faults().await.unwrap();
    let nowhere = "http://127.0.0.1:9/".to_owned();
    let form = RegistrationForm { login_url: nowhere, ..world.registration_form() };
    let refused = world.engine.save_registration(&world.admin, &form).await;
    assert!(matches!(refused, Err(Error::Microsoft(Microsoft::NoAnswer(_)))), "{refused:?}");
    assert_eq!(world.engine.registration(&world.admin).await.unwrap().source, RegistrationSource::Nothing);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_certificate_made_here_works_once_it_is_uploaded() {
    let mut world = scene().await;
    world.engine.make_certificate(&world.admin).await.unwrap();
    let form = RegistrationForm {
        credential: CredentialChoice::Certificate(None),
        tenant: "contoso.test".to_owned(),
        ..world.registration_form()
    };
    match world.engine.save_registration(&world.admin, &form).await {
        Err(Error::Microsoft(error)) => {
            assert_eq!(
                error.trace().and_then(|trace| trace.aadsts),
                Some(700_027),
                "not uploaded yet: {error:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    let made = world.engine.registration(&world.admin).await.unwrap().draft.unwrap().certificate.unwrap();
    let file = world.engine.certificate_file(&world.admin).await.unwrap();
    let thumbprint = world.microsoft.upload_certificate(CLIENT_ID, &file).await.unwrap();
    assert_eq!(thumbprint, made.thumbprint, "what people compare on both pages");
    world.engine.save_registration(&world.admin, &form).await.unwrap();
    assert_eq!(world.engine.registration_expiry().await.unwrap(), Some(made.expires_at));
    // Code and refresh are signed for in the same way.
    world.connect_existing(HELP, false).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(2));
    world.microsoft.post("clock", json!({"advanceSeconds": 7200})).await.unwrap();
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "By certificate", "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("By certificate").await.is_ok())).await.unwrap();
    world.end().await.unwrap();
}

/// The secret was rotated under way: the connections stand still for it, and go on by themselves when the new one is saved.
#[tokio::test]
async fn a_new_secret_sets_the_waiting_connections_going() {
    let world = scene().await;
    world.engine.save_registration(&world.admin, &world.registration_form()).await.unwrap();
    let connected = world.connect_existing(HELP, false).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let cause = StateCause { code: "invalid_client".to_owned(), ..StateCause::default() };
    tx.set_state(connected.connection, ConnectionState::AppCredential, Some(&cause)).await.unwrap();
    tx.commit().await.unwrap();
    let fresh = json!({"value": "the new secret"});
    world.microsoft.post(&format!("apps/{CLIENT_ID}/secrets"), fresh).await.unwrap();
    let credential = CredentialChoice::Secret(Some("the new secret".into()));
    let form = RegistrationForm { credential, ..world.registration_form() };
    world.engine.save_registration(&world.admin, &form).await.unwrap();
    assert!(world.connection(connected.connection).await.unwrap().state.works());
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_registration_in_the_configuration_wins_and_is_only_shown() {
    let world = World::new().await.unwrap();
    let view = world.engine.registration(&world.admin).await.unwrap();
    assert_eq!((view.source, view.client_id.as_str()), (RegistrationSource::File, CLIENT_ID));
    let refused = world.engine.save_registration(&world.admin, &world.registration_form()).await;
    assert!(matches!(refused, Err(Error::RegisteredInFile)), "{refused:?}");
    assert!(matches!(world.engine.make_certificate(&world.admin).await, Err(Error::RegisteredInFile)));
    world.end().await.unwrap();
}
