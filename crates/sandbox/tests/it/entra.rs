//! Sign-in, consent, tokens, metadata.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::town::{ADELE, REDIRECT, SCOPES, SUPPORT, Town, VERIFIER, returned};

fn claims(tokens: &Value) -> Value {
    let body = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[tokio::test]
async fn a_sign_in_gives_a_code_the_state_and_tokens_with_lean_claims() {
    let town = Town::new().await;
    let back = town.sign_in(SUPPORT, &[("client_info", "1")], &[]).await;
    assert_eq!(back["state"], "st&te");
    assert!(back.contains_key("client_info") && back.contains_key("session_state"));
    let (status, tokens) = town.redeem(&back["code"]).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert!((3600..=5400).contains(&tokens["expires_in"].as_i64().unwrap()));
    let scope = tokens["scope"].as_str().unwrap();
    assert!(
        scope.contains("Mail.Send") && scope.contains("Mail.ReadWrite") && !scope.contains("offline_access")
    );
    let claims = claims(&tokens);
    assert_eq!(claims["iss"], json!(format!("{}/{}/v2.0", town.base, town.tenant)));
    assert_eq!((&claims["aud"], &claims["nonce"]), (&json!("app"), &json!("n0nce")));
    assert_eq!(claims["email"], json!(SUPPORT));
    assert!(claims.get("oid").is_none() && claims.get("name").is_none(), "those need the profile scope");
}

#[tokio::test]
async fn the_id_token_is_signed_by_a_published_key() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[("scope", "openid profile User.Read")], &[]).await;
    let id_token = tokens["id_token"].as_str().unwrap();
    let header = jsonwebtoken::decode_header(id_token).unwrap();
    let url = format!("{}/organizations/discovery/v2.0/keys", town.base);
    let keys: Value = town.http.get(url).send().await.unwrap().json().await.unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|k| k["kid"] == json!(header.kid)).unwrap();
    assert!(key["issuer"].as_str().unwrap().ends_with("/{tenantid}/v2.0"));
    let key = jsonwebtoken::DecodingKey::from_rsa_components(
        key["n"].as_str().unwrap(),
        key["e"].as_str().unwrap(),
    )
    .unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.set_audience(&["app"]);
    let token = jsonwebtoken::decode::<Value>(id_token, &key, &rules).unwrap();
    assert_eq!(token.claims["preferred_username"], json!(SUPPORT));
    assert!(tokens.get("refresh_token").is_none(), "only offline_access brings one");
}

#[tokio::test]
async fn metadata_names_the_issuer_or_its_template() {
    let town = Town::new().await;
    let tenant = town.tenant.clone();
    for (name, issuer) in [
        ("organizations", "{tenantid}".to_owned()),
        ("common", "{tenantid}".to_owned()),
        ("contoso.example", tenant.clone()),
        (&tenant, tenant.clone()),
    ] {
        let url = format!("{}/{name}/v2.0/.well-known/openid-configuration", town.base);
        let found: Value = town.http.get(url).send().await.unwrap().json().await.unwrap();
        assert_eq!(found["issuer"], json!(format!("{}/{issuer}/v2.0", town.base)), "{name}");
    }
    let url = format!("{}/nowhere.example/v2.0/.well-known/openid-configuration", town.base);
    assert_eq!(town.http.get(url).send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_wrong_redemption_is_refused_by_its_own_number() {
    let town = Town::new().await;
    let good = |code: &str| -> Vec<(&str, String)> {
        vec![
            ("client_id", "app".into()),
            ("client_secret", "s3cret/+".into()),
            ("grant_type", "authorization_code".into()),
            ("code", code.to_owned()),
            ("redirect_uri", REDIRECT.into()),
            ("code_verifier", VERIFIER.into()),
        ]
    };
    let cases: [(&str, &str, &str, &str, u64); 7] = [
        (
            "another verifier",
            "code_verifier",
            "zzcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH",
            "invalid_grant",
            501_481,
        ),
        ("a short verifier", "code_verifier", "short", "invalid_grant", 501_491),
        ("another redirect address", "redirect_uri", "http://127.0.0.1:9/other", "invalid_grant", 50011),
        ("a wrong secret", "client_secret", "wrong", "invalid_client", 7_000_215),
        ("another application", "client_id", "nobody", "unauthorized_client", 700_016),
        ("an unknown code", "code", "zzz", "invalid_grant", 70000),
        ("another grant", "grant_type", "password", "unsupported_grant_type", 70003),
    ];
    for (what, field, value, error, number) in cases {
        let code = town.sign_in(SUPPORT, &[], &[]).await["code"].clone();
        let mut form = good(&code);
        for pair in &mut form {
            if pair.0 == field {
                pair.1 = value.to_owned();
            }
        }
        let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let (status, answer) = town.token_call(&pairs).await;
        assert_eq!(status, if error == "invalid_client" { 401 } else { 400 }, "{what}");
        assert_eq!(answer["error"], json!(error), "{what}: {answer}");
        assert_eq!(answer["error_codes"], json!([number]), "{what}: {answer}");
        assert!(answer["error_description"].as_str().unwrap().contains("Trace ID"), "{what}");
        assert!(answer["trace_id"].is_string() && answer["correlation_id"].is_string());
    }
}

#[tokio::test]
async fn a_code_works_once_and_for_ten_minutes() {
    let town = Town::new().await;
    let code = town.sign_in(SUPPORT, &[], &[]).await["code"].clone();
    assert_eq!(town.redeem(&code).await.0, StatusCode::OK);
    assert_eq!(town.redeem(&code).await.1["error_codes"], json!([54005]));
    let code = town.sign_in(SUPPORT, &[], &[]).await["code"].clone();
    town.post("clock", &json!({"advanceSeconds": 601})).await;
    assert_eq!(town.redeem(&code).await.1["error"], json!("invalid_grant"));
}

#[tokio::test]
async fn a_refresh_gives_a_new_token_and_the_old_one_still_works() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let (_, again) = town.refresh(first, None).await;
    let second = again["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);
    assert_eq!(
        town.refresh(first, Some(SCOPES)).await.0,
        StatusCode::OK,
        "a crash between use and save must not lock out"
    );
    town.post("clock", &json!({"advanceSeconds": 89 * 86_400})).await;
    let (status, third) = town.refresh(second, None).await;
    assert_eq!(status, StatusCode::OK, "{third}");
    town.post("clock", &json!({"advanceSeconds": 2 * 86_400})).await;
    assert_eq!(
        town.refresh(second, None).await.1["error_codes"],
        json!([700_082]),
        "ninety days without use"
    );
    let third = third["refresh_token"].as_str().unwrap();
    assert_eq!(town.refresh(third, None).await.0, StatusCode::OK, "each use starts ninety days anew");
}

#[tokio::test]
async fn revoked_disabled_and_unconsented_refreshes_are_told_apart() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &["Mail.Send"]).await;
    assert!(
        !tokens["scope"].as_str().unwrap().contains("Mail.Send"),
        "an unticked permission is not granted"
    );
    let token = tokens["refresh_token"].as_str().unwrap();
    let (_, answer) = town.refresh(token, Some(SCOPES)).await;
    assert_eq!((&answer["error_codes"], &answer["suberror"]), (&json!([65001]), &json!("consent_required")));
    let path = format!("people/{SUPPORT}");
    town.control(reqwest::Method::PATCH, &path, Some(&json!({"enabled": false}))).await;
    assert_eq!(town.refresh(token, None).await.1["error_codes"], json!([50057]));
    town.control(reqwest::Method::PATCH, &path, Some(&json!({"enabled": true, "revoke": true}))).await;
    let (_, answer) = town.refresh(token, None).await;
    assert_eq!((&answer["error"], &answer["error_codes"]), (&json!("invalid_grant"), &json!([50173])));
}

#[tokio::test]
async fn basic_authentication_is_url_encoded() {
    let town = Town::new().await;
    let code = town.sign_in(SUPPORT, &[], &[]).await["code"].clone();
    let answer = town
        .http
        .post(format!("{}/contoso.example/oauth2/v2.0/token", town.base))
        .header("Authorization", format!("Basic {}", STANDARD.encode("app:s3cret%2F%2B")))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_wrong_with_the_application_is_shown_and_what_is_wrong_with_the_request_goes_back() {
    let town = Town::new().await;
    for (name, value, number) in
        [("redirect_uri", "http://127.0.0.1:9/back/", "AADSTS50011"), ("client_id", "nobody", "AADSTS700016")]
    {
        let answer = town.http.get(town.authorize_url(&[(name, value)])).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{name}");
        assert!(answer.text().await.unwrap().contains(number), "{name}");
    }
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "", "invalid_request"),
        ("scope", "openid Mail.Everything", "invalid_scope"),
        ("prompt", "none", "login_required"),
    ] {
        let answer = town.http.get(town.authorize_url(&[(name, value)])).send().await.unwrap();
        let location = answer.headers()["location"].to_str().unwrap();
        let back = returned(location);
        assert_eq!((back["error"].as_str(), back["state"].as_str()), (error, "st&te"), "{location}");
    }
}

#[tokio::test]
async fn the_account_picker_offers_whoever_is_signed_in_and_another_account() {
    let mut browser = Browser::new(Town::new().await);
    let page = browser.open(&[("login_hint", SUPPORT)]).await;
    assert!(page.contains("name=\"passwd\"") && page.contains(SUPPORT));
    let page =
        browser.submit(&page, &[("step", "password"), ("loginfmt", SUPPORT), ("passwd", "wrong")]).await;
    assert!(page.contains("incorrect"), "{page}");
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", SUPPORT), ("passwd", "pw")]).await;
    assert!(page.contains("Permissions requested") && page.contains("value=\"Mail.Send\" checked"), "{page}");
    let ticked = [
        ("step", "consent"),
        ("action", "accept"),
        ("scope", "openid"),
        ("scope", "Mail.ReadWrite"),
        ("scope", "User.Read"),
    ];
    let back = browser.submit(&page, &ticked).await;
    assert!(returned(&back).contains_key("code"), "{back}");

    // The wrong-account trap: without the picker the browser's account is taken silently.
    let silent = browser.open(&[("scope", "openid Mail.ReadWrite User.Read")]).await;
    assert!(returned(&silent).contains_key("code"), "consent is remembered: {silent}");
    let page = browser.open(&[("prompt", "select_account")]).await;
    assert!(page.contains("Pick an account") && page.contains("Use another account"), "{page}");
    let page = browser.submit(&page, &[("step", "pick"), ("account", "other")]).await;
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", ADELE), ("passwd", "pw")]).await;
    assert!(page.contains("Permissions requested") && page.contains(ADELE));
    let back = returned(&browser.submit(&page, &[("step", "consent"), ("action", "cancel")]).await);
    assert_eq!((back["error"].as_str(), back["error_subcode"].as_str()), ("access_denied", "cancel"));
    assert_eq!(back["state"], "st&te");
}

#[tokio::test]
async fn response_modes_are_kept() {
    let town = Town::new().await;
    let fragment = town
        .post(
            "sign-in",
            &json!({"url": town.authorize_url(&[("response_mode", "fragment")]), "upn": SUPPORT}),
        )
        .await;
    assert!(fragment["location"].as_str().unwrap().contains("back#code="), "{fragment}");
    let form = town
        .post(
            "sign-in",
            &json!({"url": town.authorize_url(&[("response_mode", "form_post")]), "upn": SUPPORT}),
        )
        .await;
    assert!(form["location"].is_null());
    assert!(form["page"].as_str().unwrap().contains("name=\"code\""), "{form}");
}

#[tokio::test]
async fn where_the_tenant_forbids_it_an_administrator_must_consent() {
    let town = Town::new().await;
    let strict = town
        .post("tenants", &json!({"domain": "strict.example", "name": "Strict", "userConsent": false}))
        .await;
    let tenant = strict["id"].as_str().unwrap();
    for (upn, admin) in [("clerk@strict.example", false), ("boss@strict.example", true)] {
        town.post("people", &json!({"tenant": tenant, "upn": upn, "name": upn, "admin": admin})).await;
    }
    let url = town.authorize_url(&[]);
    let page = town.post("sign-in", &json!({"url": url, "upn": "clerk@strict.example"})).await;
    assert!(page["page"].as_str().unwrap().contains("Need admin approval"), "{page}");
    let consent = format!(
        "{}/{tenant}/v2.0/adminconsent?client_id=app&redirect_uri={REDIRECT}&state=9&scope=openid%20offline_access%20email%20User.Read%20Mail.Send%20Mail.ReadWrite",
        town.base
    );
    let back = town.post("sign-in", &json!({"url": consent, "upn": "boss@strict.example"})).await;
    let back = returned(back["location"].as_str().unwrap());
    assert_eq!((back["admin_consent"].as_str(), back["tenant"].as_str()), ("True", tenant));
    assert!(town.sign_in("clerk@strict.example", &[], &[]).await.contains_key("code"));
}
