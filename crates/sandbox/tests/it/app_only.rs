//! Applications by themselves: client credentials by secret or certificate, and which mailboxes they reach.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, StatusCode};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use serde_json::{Value, json};

use crate::subscriptions::listener;
use crate::town::{ADELE, Guest, REDIRECT, SCOPES, SUPPORT, Town, VERIFIER, code, eventually, letter};

const GRAPH: &str = "https://graph.microsoft.com/.default";
const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Town {
    /// An administrator allows the application these things.
    pub async fn allow(&self, change: Value) -> Value {
        let path = format!("tenants/{}/apps/app", self.tenant);
        let (status, value) = self.control(Method::PATCH, &path, Some(&change)).await;
        assert!(status.is_success(), "{value}");
        value
    }

    pub async fn token_at(&self, tenant: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.base);
        let answer = self.http.post(url).form(form).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn by_itself(&self, more: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut form = vec![("client_id", "app"), ("grant_type", "client_credentials"), ("scope", GRAPH)];
        form.extend(more);
        self.token_at(&self.tenant, &form).await
    }

    /// The application with a token of its own.
    pub async fn application(&self) -> Guest {
        let (status, tokens) = self.by_itself(&[("client_secret", "s3cret/+")]).await;
        assert_eq!(status, StatusCode::OK, "{tokens}");
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        Guest { base: self.base.clone(), http: self.http.clone(), token, immutable: true }
    }
}

#[tokio::test]
async fn an_application_by_itself_gets_a_token_for_one_tenant_and_nothing_beside_it() {
    let town = Town::new().await;
    town.allow(json!({"application": ["Mail.ReadWrite"]})).await;
    let (status, tokens) = town.by_itself(&[("client_secret", "s3cret/+")]).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let mut names: Vec<&String> = tokens.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["access_token", "expires_in", "ext_expires_in", "token_type"], "no refresh token");
    let tenant = town.tenant.clone();
    for (what, tenant, field, value, error, number) in [
        ("no tenant", "organizations", "scope", GRAPH, "invalid_request", 50059),
        ("no tenant at all", "common", "scope", GRAPH, "invalid_request", 9_001_023),
        ("unknown tenant", "nowhere.example", "scope", GRAPH, "invalid_request", 90002),
        ("a single permission", tenant.as_str(), "scope", "Mail.Send", "invalid_scope", 1_002_012),
        (
            "another resource",
            tenant.as_str(),
            "scope",
            "https://outlook.office365.com/.default",
            "invalid_resource",
            500_011,
        ),
        ("a wrong secret", tenant.as_str(), "client_secret", "wrong", "invalid_client", 7_000_215),
        ("another application", tenant.as_str(), "client_id", "nobody", "unauthorized_client", 700_016),
    ] {
        let mut form = vec![
            ("client_id", "app"),
            ("client_secret", "s3cret/+"),
            ("grant_type", "client_credentials"),
            ("scope", GRAPH),
        ];
        for pair in form.iter_mut().filter(|p| p.0 == field) {
            pair.1 = value;
        }
        let (_, answer) = town.token_at(tenant, &form).await;
        assert_eq!(
            (&answer["error"], &answer["error_codes"]),
            (&json!(error), &json!([number])),
            "{what}: {answer}"
        );
        assert!(answer["error_description"].as_str().unwrap().contains("Timestamp: "), "{what}");
    }
    let (status, answer) = town.by_itself(&[]).await;
    assert_eq!((status, &answer["error_codes"]), (StatusCode::UNAUTHORIZED, &json!([7_000_218])));
}

#[tokio::test]
async fn an_application_nobody_brought_into_the_tenant_is_not_found_there() {
    let town = Town::new().await;
    let secret = [("client_secret", "s3cret/+")];
    assert_eq!(town.by_itself(&secret).await.1["error_codes"], json!([700_016]), "nobody consented yet");
    town.allow(json!({"application": ["Mail.Send"]})).await;
    assert_eq!(town.by_itself(&secret).await.0, StatusCode::OK);
    town.allow(json!({"enabled": false})).await;
    assert_eq!(town.by_itself(&secret).await.1["error_codes"], json!([7_000_112]));
    let path = format!("tenants/{}/apps/app", town.tenant);
    town.control(Method::DELETE, &path, None).await;
    assert_eq!(town.by_itself(&secret).await.1["error_codes"], json!([700_016]), "taken out");
}

#[tokio::test]
async fn it_reaches_every_mailbox_of_its_tenant_and_has_no_me() {
    let town = Town::new().await;
    town.allow(json!({"application": ["Mail.ReadWrite", "Mail.Send", "User.Read.All"]})).await;
    town.post("tenants", &json!({"domain": "fabrikam.example", "name": "Fabrikam"})).await;
    town.post("people", &json!({"tenant": "fabrikam.example", "upn": "x@fabrikam.example", "name": "X"}))
        .await;
    town.deliver(SUPPORT, &letter(1)).await;
    let app = town.application().await;
    let (status, answer) = app.call(Method::GET, "/me", None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        answer["error"]["message"],
        json!("/me request is only valid with delegated authentication flow.")
    );
    assert_eq!(app.get(&format!("/users/{ADELE}")).await["displayName"], json!("Adele Vance"));
    let inbox = format!("/users/{SUPPORT}/mailFolders/inbox/messages");
    assert_eq!(app.get(&inbox).await["value"].as_array().unwrap().len(), 1);
    assert!(app.get(&format!("{inbox}/delta")).await["@odata.deltaLink"].is_string());
    let (status, answer) = app.call(Method::GET, "/users/x@fabrikam.example/messages", None).await;
    assert_eq!((status.as_u16(), code(&answer)), (404, "ErrorInvalidUser"), "another tenant's");
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": inbox}, {"id": "2", "method": "GET", "url": "/me/messages"}]});
    let (_, parts) = app.post("/$batch", batch).await;
    let status = |id: &str| {
        let parts = parts["responses"].as_array().unwrap();
        parts.iter().find(|p| p["id"] == json!(id)).unwrap()["status"].clone()
    };
    assert_eq!((status("1"), status("2")), (json!(200), json!(400)), "{parts}");
    let message = json!({"subject": "x", "toRecipients": [{"emailAddress": {"address": ADELE}}]});
    let send = format!("/users/{SUPPORT}/sendMail");
    assert_eq!(app.post(&send, json!({"message": message})).await.0, StatusCode::ACCEPTED);
    let mut other = message.clone();
    other["from"] = json!({"emailAddress": {"address": ADELE}});
    let (_, answer) = app.post(&send, json!({"message": other})).await;
    assert_eq!(code(&answer), "ErrorSendAsDenied", "each mailbox only as itself");
}

/// What nobody signed in may do for a shared mailbox, an application by itself may.
#[tokio::test]
async fn it_watches_any_mailbox_it_may_read() {
    let town = Town::new().await;
    town.allow(json!({"exchange": [{"permission": "Mail.Read", "mailboxes": [SUPPORT]}]})).await;
    let app = town.application().await;
    let (url, seen) = listener(true).await;
    let expires = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(100)).to_string();
    let wish = |resource: String| {
        json!({
            "changeType": "created", "notificationUrl": url, "resource": resource,
            "expirationDateTime": expires,
        })
    };
    let inbox = |who: &str| wish(format!("users/{who}/mailFolders('Inbox')/messages"));
    let (status, made) = app.post("/subscriptions", inbox(SUPPORT)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["creatorId"], json!("app"), "nobody's but the application's");
    let (status, answer) = app.post("/subscriptions", inbox(ADELE)).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ErrorAccessDenied"));
    let (status, _) = app.post("/subscriptions", wish("me/mailFolders('Inbox')/messages".to_owned())).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let person = town.guest(SUPPORT).await;
    assert_eq!(person.get("/subscriptions").await["value"], json!([]), "a person does not see it");
    town.deliver(SUPPORT, &letter(7)).await;
    eventually("the notification", || async { seen.lock().unwrap().first().cloned() }).await;
}

#[tokio::test]
async fn a_role_of_exchange_opens_only_its_own_mailboxes() {
    let town = Town::new().await;
    town.allow(json!({"exchange": [
        {"permission": "Mail.ReadWrite", "mailboxes": [SUPPORT]},
        {"permission": "Mail.Send", "mailboxes": [SUPPORT]},
    ]}))
    .await;
    let app = town.application().await;
    let list = |who: &str| format!("/users/{who}/messages");
    assert_eq!(app.call(Method::GET, &list(SUPPORT), None).await.0, StatusCode::OK);
    let (status, answer) = app.call(Method::GET, &list(ADELE), None).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "ErrorAccessDenied"));
    town.allow(json!({"application": ["Mail.ReadWrite"], "policy": [ADELE]})).await;
    let app = town.application().await;
    assert_eq!(app.call(Method::GET, &list(ADELE), None).await.0, StatusCode::OK, "Entra's grant is added");
    assert_eq!(app.call(Method::GET, &list(SUPPORT), None).await.0, StatusCode::OK, "Exchange's role stays");
}

#[tokio::test]
async fn a_secret_ages_by_the_sandboxs_clock_and_can_be_rotated() {
    let town = Town::new().await;
    town.allow(json!({"application": ["Mail.Send"]})).await;
    let made = town.post("apps/app/secrets", &json!({"value": "short-lived", "days": 30})).await;
    assert_eq!((&made["hint"], &made["expired"]), (&json!("sho"), &json!(false)));
    let short = [("client_secret", "short-lived")];
    assert_eq!(town.by_itself(&short).await.0, StatusCode::OK);
    town.post("clock", &json!({"advanceSeconds": 31 * 86_400})).await;
    let (status, answer) = town.by_itself(&short).await;
    assert_eq!((status, &answer["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));
    assert_eq!(answer["error_codes"], json!([7_000_222]));
    let app = town.get("apps/app").await;
    let expired: Vec<&Value> = app["secrets"].as_array().unwrap().iter().map(|s| &s["expired"]).collect();
    assert_eq!(expired, [&json!(false), &json!(true)]);
    town.post("apps/app/secrets", &json!({"value": "fresh", "days": 700})).await;
    assert_eq!(town.by_itself(&[("client_secret", "fresh")]).await.0, StatusCode::OK);
}

/// A key with its certificate.
struct Keys {
    pem: String,
    signing: EncodingKey,
    long: String,
    short: String,
}

fn keys(days: i64) -> Keys {
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let written = key.to_pkcs8_pem(rsa::pkcs8::LineEnding::LF).unwrap();
    let pair = rcgen::KeyPair::from_pem(&written).unwrap();
    let mut wish = rcgen::CertificateParams::new(vec!["desk.example".to_owned()]).unwrap();
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    let end = end.to_zoned(jiff::tz::TimeZone::UTC).date();
    wish.not_before = rcgen::date_time_ymd(2026, 1, 1);
    wish.not_after = rcgen::date_time_ymd(
        i32::from(end.year()),
        u8::try_from(end.month()).unwrap(),
        u8::try_from(end.day()).unwrap(),
    );
    let certificate = wish.self_signed(&pair).unwrap();
    let encode = |algorithm| URL_SAFE_NO_PAD.encode(ring::digest::digest(algorithm, certificate.der()));
    Keys {
        pem: certificate.pem(),
        signing: EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes()),
        long: encode(&ring::digest::SHA256),
        short: encode(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY),
    }
}

impl Keys {
    fn header(&self, algorithm: Algorithm) -> Header {
        let mut header = Header::new(algorithm);
        if algorithm == Algorithm::PS256 {
            header.x5t_s256 = Some(self.long.clone());
        } else {
            header.x5t = Some(self.short.clone());
        }
        header
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.signing).unwrap()
    }
}

fn claims(town: &Town, tenant: &str, jti: &str) -> Value {
    let now = jiff::Timestamp::now().as_second();
    json!({
        "aud": format!("{}/{tenant}/oauth2/v2.0/token", town.base),
        "iss": "app", "sub": "app", "jti": jti, "nbf": now, "iat": now, "exp": now + 300,
    })
}

impl Town {
    async fn take_certificate(&self, keys: &Keys) -> Value {
        let url = format!("{}/_sandbox/apps/app/certificates", self.base);
        let answer = self.http.post(url).body(keys.pem.clone()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_certificate_does_for_every_grant_what_a_secret_does() {
    let town = Town::new().await;
    town.allow(json!({"application": ["Mail.Send"]})).await;
    let keys = keys(300);
    town.take_certificate(&keys).await;
    for (algorithm, jti) in [(Algorithm::PS256, "one"), (Algorithm::RS256, "two")] {
        let token = keys.sign(&keys.header(algorithm), &claims(&town, &town.tenant, jti));
        let form = [("client_assertion_type", JWT), ("client_assertion", token.as_str())];
        let (status, answer) = town.by_itself(&form).await;
        assert_eq!(status, StatusCode::OK, "{algorithm:?}: {answer}");
    }
    let back = town.sign_in(SUPPORT, &[], &[]).await;
    let ps = |jti: &str| keys.sign(&keys.header(Algorithm::PS256), &claims(&town, "organizations", jti));
    let token = ps("three");
    let form = [
        ("client_id", "app"),
        ("client_assertion_type", JWT),
        ("client_assertion", token.as_str()),
        ("grant_type", "authorization_code"),
        ("code", back["code"].as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let (status, tokens) = town.token_call(&form).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let token = ps("four");
    let form = [
        ("client_id", "app"),
        ("client_assertion_type", JWT),
        ("client_assertion", token.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("scope", SCOPES),
    ];
    let (status, tokens) = town.token_call(&form).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
}

#[tokio::test]
async fn every_wrong_assertion_is_refused_by_its_own_number() {
    let town = Town::new().await;
    town.allow(json!({"application": ["Mail.Send"]})).await;
    let (known, stranger) = (keys(300), keys(300));
    town.take_certificate(&known).await;
    let good = |jti: &str| claims(&town, &town.tenant, jti);
    let with = |jti: &str, name: &str, value: Value| {
        let mut claims = good(jti);
        claims[name] = value;
        claims
    };
    let now = jiff::Timestamp::now().as_second();
    let header = known.header(Algorithm::PS256);
    let nameless = Header::new(Algorithm::PS256);
    let unsigned = |claims: &Value| {
        let secret = EncodingKey::from_secret(b"secret");
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &secret).unwrap()
    };
    let cases = [
        ("a key nobody registered", stranger.sign(&stranger.header(Algorithm::PS256), &good("a")), 700_027),
        ("another key under that name", stranger.sign(&header, &good("b")), 700_027),
        ("no key named", known.sign(&nameless, &good("c")), 700_027),
        ("for another audience", known.sign(&header, &with("d", "aud", json!("https://x.example"))), 700_023),
        ("from another issuer", known.sign(&header, &with("e", "iss", json!("other"))), 700_021),
        ("about another subject", known.sign(&header, &with("f", "sub", json!("other"))), 700_021),
        ("expired", known.sign(&header, &with("g", "exp", json!(now - 400))), 700_024),
        ("not yet valid", known.sign(&header, &with("h", "nbf", json!(now + 400))), 700_024),
        ("without an end", known.sign(&header, &with("i", "exp", Value::Null)), 50027),
        ("without an id", known.sign(&header, &with("j", "jti", Value::Null)), 50027),
        ("signed with a secret", unsigned(&good("k")), 5_002_738),
        ("garbage", "not.a.token".to_owned(), 50027),
    ];
    for (what, token, number) in &cases {
        let form = [("client_assertion_type", JWT), ("client_assertion", token.as_str())];
        let (status, answer) = town.by_itself(&form).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}: {answer}");
        assert_eq!(
            (&answer["error"], &answer["error_codes"]),
            (&json!("invalid_client"), &json!([number])),
            "{what}: {answer}"
        );
    }
    let token = known.sign(&header, &good("once"));
    let form = [("client_assertion_type", JWT), ("client_assertion", token.as_str())];
    assert_eq!(town.by_itself(&form).await.0, StatusCode::OK);
    assert_eq!(town.by_itself(&form).await.1["error_codes"], json!([50012]), "an assertion serves once");
    let token = known.sign(&header, &good("typeless"));
    let (_, answer) = town.by_itself(&[("client_assertion", token.as_str())]).await;
    assert_eq!(answer["error_codes"], json!([900_144]));
    let form = [("client_assertion_type", "saml"), ("client_assertion", token.as_str())];
    assert_eq!(town.by_itself(&form).await.1["error_codes"], json!([70_002]));
}

#[tokio::test]
async fn a_certificate_ends_by_the_sandboxs_clock() {
    let town = Town::new().await;
    town.allow(json!({"application": ["Mail.Send"]})).await;
    let keys = keys(40);
    let shown = town.take_certificate(&keys).await;
    assert_eq!(shown["thumbprint"].as_str().unwrap().len(), 40);
    let days = 50 * 86_400;
    town.post("clock", &json!({"advanceSeconds": days})).await;
    let mut claims = claims(&town, &town.tenant, "late");
    for name in ["nbf", "iat", "exp"] {
        claims[name] = json!(claims[name].as_i64().unwrap() + days);
    }
    let token = keys.sign(&keys.header(Algorithm::PS256), &claims);
    let form = [("client_assertion_type", JWT), ("client_assertion", token.as_str())];
    let (_, answer) = town.by_itself(&form).await;
    assert_eq!(answer["error_codes"], json!([700_027]));
    assert!(answer["error_description"].as_str().unwrap().contains("The key used is expired"), "{answer}");
}
