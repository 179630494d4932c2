//! The way to Microsoft's sign-in page and back.

use exchange::{Entra, Error, Permissions, Remedy};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::browser::Person;
use crate::rehearsal::{Rehearsal, SECRET, SUPPORT, TENANT, answer, cloud, registration, support};

#[tokio::test]
async fn a_sign_in_proves_the_account_and_its_tenant() {
    let rehearsal = Rehearsal::start().await;
    let departure = rehearsal.entra.depart(Permissions::Own, None);
    let back = rehearsal.come_back(&departure, support()).await;
    assert_eq!(answer(&back, "state").as_deref(), Some(departure.state.as_str()));
    let code = answer(&back, "code").unwrap();
    let now = rehearsal.now().await;
    let signed_in = rehearsal
        .entra
        .arrive(&code, &departure.verifier, &departure.nonce, Permissions::Own, now)
        .await
        .unwrap();
    assert_eq!(signed_in.tenant, TENANT);
    assert_eq!(Permissions::Own.missing(&signed_in.tokens.scopes), Vec::<String>::new());
    assert!(signed_in.tokens.access_expires_at > now);
    let me = rehearsal.graph.mailbox(1, signed_in.tokens.access).me().await.unwrap();
    assert_eq!((me.mail.as_str(), me.user_principal_name.as_str()), (SUPPORT, SUPPORT));
    assert!(!me.id.is_empty());
}

#[tokio::test]
async fn a_code_works_once_and_only_with_its_verifier_and_nonce() {
    let rehearsal = Rehearsal::start().await;
    let departure = rehearsal.entra.depart(Permissions::Own, None);
    let back = rehearsal.come_back(&departure, support()).await;
    let (code, now) = (answer(&back, "code").unwrap(), rehearsal.now().await);
    let wrong = SecretString::from("x".repeat(43));
    let refused =
        rehearsal.entra.arrive(&code, &wrong, &departure.nonce, Permissions::Own, now).await.unwrap_err();
    assert_eq!(refused.remedy(), Remedy::Reconnect, "{refused:?}");

    let departure = rehearsal.entra.depart(Permissions::Own, None);
    let back = rehearsal.come_back(&departure, support()).await;
    let code = answer(&back, "code").unwrap();
    let refused = rehearsal
        .entra
        .arrive(&code, &departure.verifier, "another nonce", Permissions::Own, now)
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::NotGenuine(_)), "{refused:?}");
    let replayed = rehearsal
        .entra
        .arrive(&code, &departure.verifier, &departure.nonce, Permissions::Own, now)
        .await
        .unwrap_err();
    assert!(matches!(replayed, Error::SignIn(_)), "{replayed:?}");
}

#[tokio::test]
async fn a_declined_consent_comes_back_as_such() {
    let rehearsal = Rehearsal::start().await;
    let departure = rehearsal.entra.depart(Permissions::Own, None);
    let back = rehearsal.come_back(&departure, Person { declines: true, ..support() }).await;
    assert_eq!(answer(&back, "code"), None);
    let refusal = Entra::refusal(
        &answer(&back, "error").unwrap(),
        &answer(&back, "error_description").unwrap_or_default(),
    );
    assert!(matches!(refusal, Error::Consent(_)), "{refusal:?}");
}

#[tokio::test]
async fn a_permission_that_was_not_granted_is_named() {
    let rehearsal = Rehearsal::start().await;
    let departure = rehearsal.entra.depart(Permissions::Own, None);
    let back = rehearsal.come_back(&departure, Person { untick: &["Mail.Send"], ..support() }).await;
    let (code, now) = (answer(&back, "code").unwrap(), rehearsal.now().await);
    let refused = rehearsal
        .entra
        .arrive(&code, &departure.verifier, &departure.nonce, Permissions::Own, now)
        .await
        .unwrap_err();
    let Error::MissingScopes { missing } = refused else { panic!("{refused:?}") };
    assert_eq!(missing, ["Mail.Send"]);
}

#[tokio::test]
async fn a_refresh_brings_new_tokens_until_it_is_revoked() {
    let rehearsal = Rehearsal::start().await;
    let first = rehearsal.sign_in().await.tokens.refresh.unwrap();
    let tokens = rehearsal.entra.refresh(&first, Permissions::Own, rehearsal.now().await).await.unwrap();
    assert_ne!(tokens.refresh.unwrap().expose_secret(), first.expose_secret(), "each use brings a new one");
    assert!(rehearsal.graph.mailbox(1, tokens.access).me().await.is_ok());

    let description = "AADSTS50173: The provided grant has expired due to it being revoked. Trace ID: t-1";
    rehearsal
        .fault(json!({ "kind": "token_error", "error": "invalid_grant", "description": description, "times": 1 }))
        .await;
    let revoked = rehearsal.entra.refresh(&first, Permissions::Own, rehearsal.now().await).await.unwrap_err();
    assert_eq!(revoked.remedy(), Remedy::Reconnect);
    assert_eq!(revoked.trace().unwrap().aadsts, Some(50173));
}

#[tokio::test]
async fn a_wrong_secret_is_the_operators_to_mend() {
    let rehearsal = Rehearsal::start().await;
    let refresh = rehearsal.sign_in().await.tokens.refresh.unwrap();
    let stranger =
        Entra::new(rehearsal.http.clone(), cloud(&rehearsal.sandbox), registration(&format!("{SECRET}-old")));
    let refused = stranger.refresh(&refresh, Permissions::Own, rehearsal.now().await).await.unwrap_err();
    assert!(matches!(refused, Error::AppCredential(_)), "{refused:?}");
    assert_eq!(refused.remedy(), Remedy::Operator);
}
