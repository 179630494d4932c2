//! A token that proves an identity, and all the ways in which one does not.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

use super::*;

const CLIENT: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const OTHER_TENANT: &str = "ffffbbbb-0000-cccc-1111-dddd2222eeee";
const TEMPLATE: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";
const NOW: i64 = 1_795_446_000;

static SIGNER: LazyLock<RsaPrivateKey> = LazyLock::new(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap());
static STRANGER: LazyLock<RsaPrivateKey> = LazyLock::new(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap());

fn issuer(tenant: &str) -> String {
    TEMPLATE.replace("{tenantid}", tenant)
}

fn claims() -> Value {
    json!({
        "aud": CLIENT, "iss": issuer(TENANT), "tid": TENANT, "nonce": "n-1", "sub": "s", "ver": "2.0",
        "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 3600, "email": "support@contoso.example",
    })
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn published_with(kid: &str, key_issuer: Option<&str>) -> Keys {
    let part = |number: &rsa::BigUint| BASE64_URL_SAFE_NO_PAD.encode(number.to_bytes_be());
    serde_json::from_value(json!({ "keys": [
        { "kty": "EC", "kid": "elliptic", "crv": "P-256", "x": "", "y": "" },
        { "kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": part(SIGNER.n()), "e": part(SIGNER.e()), "issuer": key_issuer },
    ] }))
    .unwrap()
}

fn published() -> Keys {
    published_with("k-1", Some(TEMPLATE))
}

fn signed_by(key: &RsaPrivateKey, algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
    let mut header = Header::new(algorithm);
    header.kid = kid.map(str::to_owned);
    let key = EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes());
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

fn signed(claims: &Value) -> String {
    signed_by(&SIGNER, Algorithm::RS256, Some("k-1"), claims)
}

fn expected() -> Expected<'static> {
    Expected {
        audience: CLIENT,
        issuer: TEMPLATE,
        authority: "organizations",
        nonce: "n-1",
        now: Timestamp::from_second(NOW).unwrap(),
    }
}

/// Why a token is refused; empty when it is taken.
fn refusal(token: &str, keys: &Keys, expected: Expected<'_>) -> String {
    match check(token, keys, expected) {
        Ok(_) => String::new(),
        Err(Error::NotGenuine(why)) => why,
        Err(other) => panic!("another class: {other:?}"),
    }
}

#[test]
fn a_genuine_token_proves_its_tenant_and_hints_at_an_address() {
    let identity = check(&signed(&claims()), &published(), expected()).unwrap();
    assert_eq!(identity, Identity { tenant: TENANT.into(), email: Some("support@contoso.example".into()) });
    let identity = check(&signed(&without("email")), &published(), expected()).unwrap();
    assert_eq!(identity.email, None, "the address is not guaranteed and proves nothing");
}

#[test]
fn a_token_with_one_wrong_claim_proves_nothing() {
    let personal = json!({ "tid": PERSONAL_ACCOUNTS, "iss": issuer(PERSONAL_ACCOUNTS) });
    let mut of_a_person = claims();
    of_a_person.as_object_mut().unwrap().extend(personal.as_object().unwrap().clone());
    for (wrong, why) in [
        (with("aud", "another-app"), "another application"),
        (with("iss", issuer(OTHER_TENANT)), "issuer is not its tenant"),
        (with("iss", "https://evil.example/v2.0"), "issuer is not its tenant"),
        (with("tid", OTHER_TENANT), "issuer is not its tenant"),
        (with("tid", "contoso.example"), "tenant is not an id"),
        (with("tid", "{tenantid}"), "tenant is not an id"),
        (with("nonce", "n-2"), "another sign-in"),
        (with("exp", NOW - 301), "expired"),
        (with("nbf", NOW + 301), "future"),
        (with("iat", NOW + 301), "future"),
        (of_a_person, "personal account"),
    ] {
        let said = refusal(&signed(&wrong), &published(), expected());
        assert!(said.contains(why), "{wrong}: {said:?}");
    }
    for absent in ["aud", "iss", "tid", "nonce", "exp", "nbf", "iat"] {
        assert_ne!(refusal(&signed(&without(absent)), &published(), expected()), "", "without {absent}");
    }
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    for fine in [with("exp", NOW - 299), with("nbf", NOW + 299), with("iat", NOW + 299)] {
        assert_eq!(refusal(&signed(&fine), &published(), expected()), "");
    }
}

#[test]
fn only_rs256_with_a_published_key_is_a_signature() {
    let none = format!(
        "{}.{}.",
        BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT","kid":"k-1"}"#),
        BASE64_URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    // The old trick: the public key used as an HMAC secret.
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("k-1".into());
    let secret = EncodingKey::from_secret(&SIGNER.n().to_bytes_be());
    let hmac = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
    let good = signed(&claims());
    let (head, signature) = good.rsplit_once('.').unwrap();
    let (protected, _) = head.split_once('.').unwrap();
    let changed = BASE64_URL_SAFE_NO_PAD.encode(with("email", "evil@example.com").to_string());
    for (token, why) in [
        (none, "header"),
        (hmac, "RS256"),
        (signed_by(&SIGNER, Algorithm::RS384, Some("k-1"), &claims()), "RS256"),
        (signed_by(&SIGNER, Algorithm::PS256, Some("k-1"), &claims()), "RS256"),
        (signed_by(&SIGNER, Algorithm::RS256, None, &claims()), "name its key"),
        (signed_by(&SIGNER, Algorithm::RS256, Some("k-2"), &claims()), "not published"),
        (signed_by(&SIGNER, Algorithm::RS256, Some("elliptic"), &claims()), "not published"),
        (signed_by(&STRANGER, Algorithm::RS256, Some("k-1"), &claims()), "InvalidSignature"),
        (format!("{protected}.{changed}.{signature}"), "InvalidSignature"),
        (format!("{head}."), ""),
        ("not a token".into(), "header"),
        (String::new(), "header"),
    ] {
        let said = refusal(&token, &published(), expected());
        assert!(!said.is_empty() && said.contains(why), "{token}: {said:?}");
    }
}

#[test]
fn a_key_serves_only_the_issuers_that_it_names() {
    for (key_issuer, taken) in [
        (Some(TEMPLATE.to_owned()), true),
        (None, true),
        (Some(issuer(TENANT)), true),
        (Some(issuer(OTHER_TENANT)), false),
        (Some(issuer(PERSONAL_ACCOUNTS)), false),
        (Some("https://login.microsoftonline.us/{tenantid}/v2.0".to_owned()), false),
    ] {
        let keys = published_with("k-1", key_issuer.as_deref());
        let said = refusal(&signed(&claims()), &keys, expected());
        assert_eq!(said.is_empty(), taken, "{key_issuer:?}: {said:?}");
        assert!(taken || said.contains("another issuer"));
    }
}

#[test]
fn a_desk_of_one_tenant_takes_nobody_of_another() {
    let token = signed(&claims());
    for (authority, taken) in
        [(TENANT, true), (&TENANT.to_uppercase(), true), (OTHER_TENANT, false), ("contoso.example", true)]
    {
        let said = refusal(&token, &published(), Expected { authority, ..expected() });
        assert_eq!(said.is_empty(), taken, "{authority}: {said:?}");
    }
    // Signing in by a domain, the discovery document names that tenant's issuer itself.
    let fixed = issuer(OTHER_TENANT);
    let said = refusal(
        &token,
        &published(),
        Expected { issuer: &fixed, authority: "fabrikam.example", ..expected() },
    );
    assert!(said.contains("issuer is not its tenant"));
}

#[test]
fn an_empty_nonce_is_no_nonce() {
    let token = signed(&with("nonce", ""));
    assert_ne!(refusal(&token, &published(), Expected { nonce: "", ..expected() }), "");
}
