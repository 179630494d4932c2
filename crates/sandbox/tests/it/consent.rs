//! Who may consent to what: tenants that leave it to administrators, the admin consent endpoint, and taking it back.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::town::{ADELE, REDIRECT, SCOPES, SUPPORT, Town, returned};

const BOSS: &str = "boss@contoso.example";

/// The town as Microsoft makes tenants since the end of 2025, with an administrator.
async fn strict() -> Town {
    let town = Town::new().await;
    patch(&town, &format!("tenants/{}", town.tenant), json!({"userConsent": false})).await;
    town.post(
        "people",
        &json!({"tenant": town.tenant, "upn": BOSS, "name": "The Boss", "admin": true, "password": "pw"}),
    )
    .await;
    town
}

async fn patch(town: &Town, path: &str, body: Value) -> Value {
    let (status, value) = town.control(Method::PATCH, path, Some(&body)).await;
    assert!(status.is_success(), "{path}: {status} {value}");
    value
}

fn admin_url(town: &Town, tenant: &str, scope: &str) -> String {
    let pairs = [("client_id", "app"), ("redirect_uri", REDIRECT), ("state", "9"), ("scope", scope)];
    let url = format!("{}/{tenant}/v2.0/adminconsent", town.base);
    reqwest::Url::parse_with_params(&url, pairs).unwrap().to_string()
}

#[tokio::test]
async fn an_administrator_consents_once_and_nobody_is_asked_again() {
    let town = strict().await;
    let page = town.post("sign-in", &json!({"url": town.authorize_url(&[]), "upn": ADELE})).await;
    assert!(page["page"].as_str().unwrap().contains("AADSTS90094"), "{page}");
    let url = admin_url(&town, &town.tenant, "https://graph.microsoft.com/.default");
    let back = town.post("sign-in", &json!({"url": url, "upn": BOSS})).await;
    let back = returned(back["location"].as_str().unwrap());
    assert_eq!((back["admin_consent"].as_str(), back["state"].as_str()), ("True", "9"));
    assert_eq!(back["tenant"], town.tenant);
    assert!(back["scope"].contains("https://graph.microsoft.com/Mail.ReadWrite"), "{back:?}");
    assert!(!back.contains_key("code"), "it yields no token: the mailbox's person still signs in");
    let mut browser = Browser::new(town);
    for upn in [ADELE, SUPPORT] {
        let page = browser.open(&[("prompt", "login")]).await;
        let page = browser.submit(&page, &[("step", "password"), ("loginfmt", upn), ("passwd", "pw")]).await;
        assert!(returned(&page).contains_key("code"), "{upn} was asked for something: {page}");
    }
    let app = browser.town.application().await;
    let inbox = format!("/users/{SUPPORT}/messages");
    assert_eq!(
        app.call(Method::GET, &inbox, None).await.0,
        StatusCode::OK,
        "`.default` brings the application permissions of the registration as well"
    );
}

#[tokio::test]
async fn permissions_named_one_by_one_bring_nothing_to_the_application_itself() {
    let town = strict().await;
    let url = admin_url(
        &town,
        &town.tenant,
        "https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/Mail.ReadWrite",
    );
    town.post("sign-in", &json!({"url": url, "upn": BOSS})).await;
    let apps = town.get(&format!("tenants/{}/apps", town.tenant)).await;
    assert_eq!(apps[0]["application"], json!([]));
    assert!(apps[0]["delegated"].as_array().unwrap().contains(&json!("Mail.ReadWrite")));
    let app = town.application().await;
    let (status, _) = app.call(Method::GET, &format!("/users/{SUPPORT}/messages"), None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_admin_consent_endpoint_refuses_everybody_else() {
    let town = strict().await;
    let url = admin_url(&town, "organizations", SCOPES);
    let page = town.post("sign-in", &json!({"url": url, "upn": ADELE})).await;
    assert!(page["page"].as_str().unwrap().contains("Need admin approval"), "{page}");
    let back = town.post("sign-in", &json!({"url": url, "upn": BOSS, "cancel": true})).await;
    let back = returned(back["location"].as_str().unwrap());
    assert_eq!((back["error"].as_str(), back["admin_consent"].as_str()), ("consent_required", "True"));
    assert!(back["error_description"].contains("AADSTS65004") && back["state"] == "9", "{back:?}");
    let get = |url: String| async { town.http.get(url).send().await.unwrap() };
    assert_eq!(get(admin_url(&town, "common", SCOPES)).await.status(), StatusCode::BAD_REQUEST);
    let elsewhere = admin_url(&town, "organizations", SCOPES).replace("back", "elsewhere");
    let answer = get(elsewhere).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.text().await.unwrap().contains("AADSTS50011"));
}

/// Sending in one's own name stays with people; reading, and everything shared, does not.
#[tokio::test]
async fn the_managed_policy_bars_reading_and_shared_mail_only() {
    let town = strict().await;
    for (scope, barred) in [
        ("openid User.Read Mail.Send", false),
        ("openid Mail.ReadWrite", true),
        ("openid Mail.Send.Shared", true),
        ("openid Mail.ReadWrite.Shared", true),
    ] {
        let wish = json!({"url": town.authorize_url(&[("scope", scope)]), "upn": ADELE});
        let answer = town.post("sign-in", &wish).await;
        let page = answer["page"].as_str().unwrap_or_default();
        assert_eq!(page.contains("Need admin approval"), barred, "{scope}: {answer}");
    }
    let mut browser = Browser::new(town);
    let page = browser.open(&[]).await;
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", ADELE), ("passwd", "pw")]).await;
    assert!(page.contains("Need admin approval"), "{page}");
    let forced = [("step", "consent"), ("scope", "Mail.ReadWrite"), ("action", "accept")];
    let page = browser.submit(&page, &forced).await;
    assert!(page.contains("Need admin approval"), "posting the form of another page does not help: {page}");
    let back = returned(&browser.submit(&page, &[("action", "cancel")]).await);
    assert_eq!(back["error"], "access_denied");
    assert!(back["error_description"].contains("AADSTS65004"), "{back:?}");
}

#[tokio::test]
async fn with_the_workflow_people_can_ask_their_administrators() {
    let town = strict().await;
    patch(&town, &format!("tenants/{}", town.tenant), json!({"consentRequests": true})).await;
    let mut browser = Browser::new(town);
    let page = browser.open(&[]).await;
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", ADELE), ("passwd", "pw")]).await;
    assert!(page.contains("Approval required") && page.contains("AADSTS90095"), "{page}");
    let page = browser.submit(&page, &[("step", "approval"), ("reason", "for the help desk")]).await;
    assert!(page.contains("Request sent"), "{page}");
    let back = returned(&browser.submit(&page, &[("action", "cancel")]).await);
    assert_eq!(back["error"], "access_denied");
    let asked = browser.town.get("consent-requests").await;
    assert_eq!((&asked[0]["upn"], &asked[0]["reason"]), (&json!(ADELE), &json!("for the help desk")));
    assert!(asked[0]["scopes"].as_array().unwrap().contains(&json!("Mail.ReadWrite")), "{asked}");
}

#[tokio::test]
async fn an_administrator_who_signs_in_may_consent_for_everybody() {
    let town = strict().await;
    town.post("sign-in", &json!({"url": town.authorize_url(&[]), "upn": BOSS})).await;
    let page = town.post("sign-in", &json!({"url": town.authorize_url(&[]), "upn": ADELE})).await;
    assert!(page["location"].is_null(), "without the tick it is the administrator's own consent: {page}");
    let url = town.authorize_url(&[("prompt", "consent")]);
    let back = town.post("sign-in", &json!({"url": url, "upn": BOSS, "onBehalf": true})).await;
    assert!(back["location"].as_str().unwrap().contains("code="), "{back}");
    assert!(town.sign_in(ADELE, &[], &[]).await.contains_key("code"));
}

#[tokio::test]
async fn what_is_taken_back_is_missing_from_the_next_token() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let path = format!("people/{SUPPORT}/consents/app");
    let less = json!({"scopes": ["openid", "offline_access", "User.Read", "Mail.Send"]});
    assert_eq!(town.control(Method::PUT, &path, Some(&less)).await.0, StatusCode::OK);
    let (status, fewer) = town.refresh(refresh, None).await;
    assert_eq!(status, StatusCode::OK, "{fewer}");
    let scope = fewer["scope"].as_str().unwrap();
    assert!(scope.contains("Mail.Send") && !scope.contains("Mail.ReadWrite"), "{scope}");
    let (_, answer) = town.refresh(refresh, Some(SCOPES)).await;
    assert_eq!((&answer["error_codes"], &answer["suberror"]), (&json!([65001]), &json!("consent_required")));
    town.control(Method::DELETE, &path, None).await;
    let (_, answer) = town.refresh(refresh, None).await;
    assert_eq!((&answer["error"], &answer["error_codes"]), (&json!("invalid_grant"), &json!([65001])));
    assert_eq!(answer["suberror"], json!("consent_required"));
}

#[tokio::test]
async fn a_registration_without_permissions_has_no_default() {
    let town = strict().await;
    patch(&town, "apps/app", json!({"delegated": [], "application": []})).await;
    let url = admin_url(&town, &town.tenant, "https://graph.microsoft.com/.default");
    let answer = town.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.text().await.unwrap().contains("AADSTS650056"));
}
