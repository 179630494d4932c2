//! The sign-in's start, and what is made of the answers. The whole of it is walked in `tests/it`.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn entra() -> Entra {
    let registration = Registration {
        client_id: "client-1".into(),
        credential: Credential::Secret("s3cret".to_owned().into()),
        authority: "organizations".into(),
        redirect_uri: Url::parse("https://desk.example/channels/exchange/back").unwrap(),
        consent_uri: Url::parse("https://desk.example/consent/return").unwrap(),
    };
    Entra::new(crate::http_client(None).unwrap(), Cloud::preset("global").unwrap(), registration)
}

fn answer(json: &serde_json::Value) -> TokenAnswer {
    serde_json::from_value(json.clone()).unwrap()
}

#[test]
fn a_departure_asks_for_the_account_and_can_be_finished_only_by_whoever_started_it() {
    let departure = entra().depart(Permissions::Own, None);
    let asked: HashMap<String, String> = departure.url.query_pairs().into_owned().collect();
    assert_eq!(departure.url.path(), "/organizations/oauth2/v2.0/authorize");
    for (name, value) in [
        ("client_id", "client-1"),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", "https://desk.example/channels/exchange/back"),
        ("scope", "openid offline_access email User.Read Mail.Send Mail.ReadWrite"),
        ("prompt", "select_account"),
        ("state", departure.state.as_str()),
        ("nonce", departure.nonce.as_str()),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!asked.contains_key("login_hint"));
    let verifier = departure.verifier.expose_secret();
    assert!((43..=128).contains(&verifier.len()), "the length that PKCE allows");
    let challenge =
        PkceCodeChallenge::from_code_verifier_sha256(&oauth2::PkceCodeVerifier::new(verifier.to_owned()));
    assert_eq!(asked["code_challenge"], challenge.as_str());
    assert!(!departure.url.as_str().contains(verifier), "the verifier stays here");
    assert!(!departure.url.as_str().contains("s3cret"));
    assert!(!format!("{departure:?}").contains(verifier));
}

#[test]
fn no_two_departures_share_a_secret() {
    let (one, other) = (entra().depart(Permissions::Own, None), entra().depart(Permissions::Own, None));
    assert_ne!(one.state, other.state);
    assert_ne!(one.nonce, other.nonce);
    assert_ne!(one.state, one.nonce);
    assert_ne!(one.verifier.expose_secret(), other.verifier.expose_secret());
    assert!(BASE64_URL_SAFE_NO_PAD.decode(&one.state).unwrap().len() >= 32);
}

#[test]
fn a_reconnect_hints_at_the_account_and_still_lets_it_be_chosen() {
    let departure = entra().depart(Permissions::Own, Some("aya+desk@contoso.example"));
    let asked: HashMap<String, String> = departure.url.query_pairs().into_owned().collect();
    assert_eq!(asked["login_hint"], "aya+desk@contoso.example");
    assert_eq!(asked["prompt"], "select_account");
}

#[test]
fn an_access_token_is_given_up_a_minute_before_it_dies() {
    let now: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
    for (expires_in, until) in [
        (serde_json::json!(3600), "2026-11-23T15:59:00Z"),
        (serde_json::json!("3600"), "2026-11-23T15:59:00Z"),
        (serde_json::json!(0), "2026-11-23T14:59:00Z"),
        (serde_json::json!(-5), "2026-11-23T14:59:00Z"),
    ] {
        let json =
            serde_json::json!({ "token_type": "Bearer", "access_token": "a", "expires_in": expires_in });
        let tokens = token_set(answer(&json), Permissions::Own, now).unwrap();
        assert_eq!(tokens.access_expires_at, until.parse().unwrap());
        assert!(tokens.refresh.is_none());
        assert_eq!(tokens.scopes, Permissions::Own.names(), "a silent answer means: as asked");
    }
}

#[test]
fn tokens_are_never_written_out() {
    let json = serde_json::json!({
        "token_type": "Bearer", "access_token": "opensesame", "refresh_token": "openagain", "expires_in": 3600,
        "scope": "https://graph.microsoft.com/Mail.Send profile",
    });
    let tokens = token_set(answer(&json), Permissions::Own, Timestamp::UNIX_EPOCH).unwrap();
    let written = format!("{tokens:?}");
    assert!(!written.contains("open"), "{written}");
    assert_eq!(tokens.scopes, ["Mail.Send", "profile"]);
}

#[test]
fn another_kind_of_token_is_not_used() {
    let json = serde_json::json!({ "token_type": "pop", "access_token": "a", "expires_in": 3600 });
    assert!(matches!(
        token_set(answer(&json), Permissions::Own, Timestamp::UNIX_EPOCH),
        Err(Error::Unexpected(_))
    ));
}

/// Publishes one key id after another: with each fetch of the keys the next one. Counts the fetches.
async fn publishing(key_ids: &'static [&'static str]) -> (Entra, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let fetches = Arc::new(AtomicUsize::new(0));
    let (served, keys_at) = (Arc::clone(&fetches), format!("{base}/keys"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            let body = if request[..read].starts_with(b"GET /keys ") {
                let kid = key_ids[served.fetch_add(1, SeqCst).min(key_ids.len() - 1)];
                serde_json::json!({ "keys": [{ "kty": "RSA", "kid": kid, "n": "AQ", "e": "AQAB" }] })
            } else {
                assert!(request.starts_with(b"GET /organizations/v2.0/.well-known/openid-configuration "));
                serde_json::json!({ "issuer": "i", "jwks_uri": keys_at })
            };
            let body = body.to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    let base = Url::parse(&base).unwrap();
    let registration = entra().inner.registration.clone();
    let cloud = Cloud { login: base.clone(), graph: base };
    (Entra::new(crate::http_client(None).unwrap(), cloud, registration), fetches)
}

/// A token of which only the key's id matters.
fn token_by(kid: &str) -> String {
    let header = serde_json::json!({ "alg": "RS256", "kid": kid }).to_string();
    format!("{}.e30.AA", BASE64_URL_SAFE_NO_PAD.encode(header))
}

#[tokio::test]
async fn keys_are_kept_for_a_day_and_fetched_anew_for_a_token_of_a_new_key() {
    let (entra, fetches) = publishing(&["old", "new"]).await;
    let noon: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    for _ in 0..3 {
        entra.published(&token_by("old"), noon).await.unwrap();
    }
    assert_eq!(fetches.load(SeqCst), 1, "one sign-in after another needs no new keys");
    let published = entra.published(&token_by("new"), noon).await.unwrap();
    assert!(published.keys.know(&token_by("new")), "Microsoft rotates its keys unannounced");
    assert_eq!(fetches.load(SeqCst), 2);
    entra.published(&token_by("new"), noon + SignedDuration::from_hours(25)).await.unwrap();
    assert_eq!(fetches.load(SeqCst), 3, "a key that was withdrawn must not live on here");
}

#[tokio::test]
async fn a_token_of_a_key_that_nobody_publishes_costs_one_fetch_and_is_refused() {
    let (entra, fetches) = publishing(&["known"]).await;
    let now = Timestamp::UNIX_EPOCH;
    entra.published(&token_by("known"), now).await.unwrap();
    let refused = entra.identify(&token_by("forged"), "n", now).await.unwrap_err();
    assert!(matches!(refused, Error::NotGenuine(_)), "{refused:?}");
    assert_eq!(fetches.load(SeqCst), 2);
}
