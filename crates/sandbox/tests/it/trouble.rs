//! Accounts, applications and mailboxes in trouble: each refused in its own words, and well again when it is mended.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::town::{ADELE, SUPPORT, Town, code, letter, returned};

async fn patch(town: &Town, path: &str, body: Value) -> Value {
    let (status, value) = town.control(Method::PATCH, path, Some(&body)).await;
    assert!(status.is_success(), "{path}: {status} {value}");
    value
}

async fn person(town: &Town, change: Value) -> Value {
    patch(town, &format!("people/{SUPPORT}"), change).await
}

async fn tenant_app(town: &Town, change: Value) -> Value {
    patch(town, &format!("tenants/{}/apps/app", town.tenant), change).await
}

/// Set, refused by its own number and word, taken back: the same refresh token works again.
#[tokio::test]
async fn each_trouble_is_refused_in_its_own_words_and_heals() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let cases: [(&str, bool, Value, Value, &str, u64, Value); 6] = [
        (
            "disabled",
            true,
            json!({"enabled": false}),
            json!({"enabled": true}),
            "invalid_grant",
            50057,
            Value::Null,
        ),
        (
            "locked",
            true,
            json!({"locked": true}),
            json!({"locked": false}),
            "invalid_grant",
            50053,
            Value::Null,
        ),
        (
            "a second factor",
            true,
            json!({"mfa": true}),
            json!({"mfa": false}),
            "interaction_required",
            50076,
            json!("basic_action"),
        ),
        (
            "conditional access",
            true,
            json!({"conditionalAccess": true}),
            json!({"conditionalAccess": false}),
            "invalid_grant",
            53003,
            json!("message_only"),
        ),
        (
            "not assigned",
            false,
            json!({"assignmentRequired": true, "assigned": [ADELE]}),
            json!({"assigned": [SUPPORT]}),
            "invalid_grant",
            50105,
            Value::Null,
        ),
        (
            "the application disabled",
            false,
            json!({"enabled": false}),
            json!({"enabled": true}),
            "unauthorized_client",
            7_000_112,
            Value::Null,
        ),
    ];
    for (what, of_person, wrong, right, error, number, suberror) in cases {
        if of_person {
            person(&town, wrong).await
        } else {
            tenant_app(&town, wrong).await
        };
        let (status, answer) = town.refresh(refresh, None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{what}");
        assert_eq!(
            (&answer["error"], &answer["error_codes"], &answer["suberror"]),
            (&json!(error), &json!([number]), &suberror),
            "{what}: {answer}"
        );
        let description = answer["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
        for part in ["Trace ID: ", "Correlation ID: ", "Timestamp: "] {
            assert!(description.contains(part), "{what}: {description}");
        }
        assert!(answer["error_uri"].as_str().unwrap().ends_with(&format!("code={number}")));
        assert_eq!(
            answer["claims"].is_string(),
            suberror.is_string(),
            "a policy says what it wants: {answer}"
        );
        if of_person {
            person(&town, right).await
        } else {
            tenant_app(&town, right).await
        };
        assert_eq!(town.refresh(refresh, None).await.0, StatusCode::OK, "{what}: healed");
    }
}

/// Microsoft's table for confidential clients: a person's own change is survived, an administrator's reset is not.
#[tokio::test]
async fn a_password_changed_by_its_owner_leaves_tokens_alone_and_a_reset_does_not() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    person(&town, json!({"password": "mine alone"})).await;
    assert_eq!(town.refresh(refresh, None).await.0, StatusCode::OK);
    person(&town, json!({"passwordReset": "by the admin"})).await;
    let (_, answer) = town.refresh(refresh, None).await;
    assert_eq!((&answer["error"], &answer["error_codes"]), (&json!("invalid_grant"), &json!([50173])));
    let fresh = town.tokens(SUPPORT, &[], &[]).await;
    let fresh = fresh["refresh_token"].as_str().unwrap();
    assert_eq!(town.refresh(fresh, None).await.0, StatusCode::OK, "signing in again mends it");
    person(&town, json!({"revoke": true})).await;
    assert_eq!(town.refresh(fresh, None).await.1["error_codes"], json!([50173]));
}

#[tokio::test]
async fn time_locks_unlocks_and_asks_to_sign_in_again() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    person(&town, json!({"lockedMinutes": 30})).await;
    assert_eq!(town.refresh(refresh, None).await.1["error_codes"], json!([50053]));
    town.post("clock", &json!({"advanceSeconds": 31 * 60})).await;
    let (status, again) = town.refresh(refresh, None).await;
    assert_eq!(status, StatusCode::OK, "a lock passes: {again}");
    person(&town, json!({"signInFrequencyHours": 24})).await;
    let again = again["refresh_token"].as_str().unwrap();
    assert_eq!(town.refresh(again, None).await.0, StatusCode::OK);
    town.post("clock", &json!({"advanceSeconds": 25 * 3600})).await;
    let (_, answer) = town.refresh(again, None).await;
    assert_eq!((&answer["error_codes"], &answer["suberror"]), (&json!([70043]), &json!("token_expired")));
    person(&town, json!({"signInFrequencyHours": null})).await;
    assert_eq!(town.refresh(again, None).await.0, StatusCode::OK, "the refresh had not renewed the sign-in");
}

#[tokio::test]
async fn gone_applications_and_people_are_said_to_be_gone() {
    let town = Town::new().await;
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let path = format!("tenants/{}/apps/app", town.tenant);
    assert_eq!(town.control(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    let (_, answer) = town.refresh(refresh, None).await;
    assert_eq!(
        (&answer["error"], &answer["error_codes"]),
        (&json!("unauthorized_client"), &json!([700_016]))
    );
    let tokens = town.tokens(SUPPORT, &[], &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(town.refresh(refresh, None).await.0, StatusCode::OK, "a new consent brings it back");
    town.control(Method::DELETE, &format!("people/{SUPPORT}"), None).await;
    assert_eq!(town.refresh(refresh, None).await.1["error_codes"], json!([50034]));
    town.control(Method::DELETE, "apps/app", None).await;
    assert_eq!(town.refresh(refresh, None).await.1["error_codes"], json!([700_016]));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_and_kept_with_the_token() {
    let town = Town::new().await;
    person(&town, json!({"mfa": true})).await;
    let mut browser = Browser::new(town);
    let page = browser.open(&[]).await;
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", SUPPORT), ("passwd", "pw")]).await;
    assert!(page.contains("name=\"otc\""), "{page}");
    let page = browser.submit(&page, &[("step", "code"), ("otc", "12")]).await;
    assert!(page.contains("expected verification code"), "{page}");
    let page = browser.submit(&page, &[("step", "code"), ("otc", "123456")]).await;
    let all = ["openid", "offline_access", "User.Read", "Mail.Send", "Mail.ReadWrite"];
    let mut ticked = vec![("step", "consent"), ("action", "accept")];
    ticked.extend(all.iter().map(|s| ("scope", *s)));
    let back = returned(&browser.submit(&page, &ticked).await);
    let (_, tokens) = browser.town.redeem(&back["code"]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let (status, answer) = browser.town.refresh(refresh, None).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let silent = browser.open(&[("scope", "openid Mail.ReadWrite User.Read")]).await;
    assert!(returned(&silent).contains_key("code"), "the browser has passed it: {silent}");
}

#[tokio::test]
async fn who_is_kept_out_sees_why_and_may_try_another_account() {
    let town = Town::new().await;
    person(&town, json!({"conditionalAccess": true})).await;
    let mut browser = Browser::new(town);
    let page = browser.open(&[]).await;
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", SUPPORT), ("passwd", "pw")]).await;
    assert!(page.contains("You cannot access this right now") && page.contains("AADSTS53003"), "{page}");
    let page = browser.submit(&page, &[("step", "pick"), ("account", "other")]).await;
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", ADELE), ("passwd", "pw")]).await;
    assert!(page.contains("Permissions requested") && page.contains(ADELE), "{page}");
}

#[tokio::test]
async fn personal_accounts_stay_outside_of_organisations() {
    let town = Town::new().await;
    town.post(
        "people",
        &json!({"upn": "me@live.example", "name": "Me", "type": "personal", "password": "pw"}),
    )
    .await;
    let mut browser = Browser::new(town);
    let page = browser.open(&[]).await;
    let page = browser
        .submit(&page, &[("step", "password"), ("loginfmt", "me@live.example"), ("passwd", "pw")])
        .await;
    assert!(page.contains("personal account"), "{page}");
    let base = browser.town.base.clone();
    let url = browser.town.authorize_url(&[]).replace("/organizations/", "/consumers/");
    let page = browser.visit(&url).await;
    assert!(page.contains("not enabled for consumers"), "{page}");
    patch(&browser.town, "apps/app", json!({"audience": "everybody"})).await;
    let page = browser.visit(&url).await;
    assert!(page.contains("name=\"passwd\""), "{page}");
    patch(&browser.town, "apps/app", json!({"audience": "contoso.example"})).await;
    let page = browser.open(&[]).await;
    assert!(page.contains("AADSTS50194"), "one tenant's application has no common door: {page}");
    let own = browser
        .town
        .authorize_url(&[])
        .replace(&format!("{base}/organizations/"), &format!("{base}/contoso.example/"));
    assert!(browser.visit(&own).await.contains("name=\"passwd\""));
}

/// Several people share a browser: the picker asks; without it the one who fits is taken silently, perhaps the wrong one.
#[tokio::test]
async fn several_accounts_in_the_browser_are_offered_and_a_stale_one_is_not() {
    let mut browser = Browser::new(Town::new().await);
    for upn in [SUPPORT, ADELE] {
        let page = browser.open(&[("prompt", "login")]).await;
        let page = browser.submit(&page, &[("step", "password"), ("loginfmt", upn), ("passwd", "pw")]).await;
        assert!(page.contains("Permissions requested"), "{page}");
    }
    let page = browser.open(&[]).await;
    assert!(page.contains(SUPPORT) && page.contains(ADELE) && page.contains("Pick an account"), "{page}");
    let page = browser.open(&[("login_hint", ADELE)]).await;
    assert!(page.contains("Permissions requested") && page.contains(ADELE), "the hint decides: {page}");
    let (status, _) =
        browser.town.control(Method::PATCH, &format!("people/{ADELE}"), Some(&json!({"revoke": true}))).await;
    assert_eq!(status, StatusCode::OK);
    let page = browser.open(&[("prompt", "select_account")]).await;
    assert!(page.contains(SUPPORT) && !page.contains(ADELE), "a revoked session is none: {page}");
    let (status, _) = browser.town.control(Method::DELETE, "sessions", None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(browser.open(&[]).await.contains("name=\"passwd\""));
}

#[tokio::test]
async fn the_pages_speak_japanese_to_japanese_browsers() {
    let town = Town::new().await;
    let mut browser = Browser::new(town).speaking("ja-JP,ja;q=0.9,en;q=0.5");
    let page = browser.open(&[]).await;
    assert!(
        page.contains("<html lang=\"ja\">")
            && page.contains("サインイン")
            && page.contains("name=\"loginfmt\"")
    );
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", SUPPORT), ("passwd", "no")]).await;
    assert!(page.contains("パスワードが正しくありません"), "{page}");
    let page = browser.submit(&page, &[("step", "password"), ("loginfmt", SUPPORT), ("passwd", "pw")]).await;
    assert!(
        page.contains("あなたのメールの読み取りと書き込み") && page.contains("value=\"Mail.ReadWrite\""),
        "{page}"
    );
    let wrong = browser.open(&[("client_id", "nobody")]).await;
    assert!(wrong.contains("問題が発生しました") && wrong.contains("AADSTS700016"), "{wrong}");
}

/// What each kind of mailbox answers to reading and to drafting.
#[tokio::test]
async fn mailboxes_that_cannot_be_reached_say_which_way() {
    let town = Town::new().await;
    town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let away = "404 MailboxNotEnabledForRESTAPI";
    let moving = "503 ErrorMailboxMoveInProgress";
    for (kind, reads, drafts) in [
        ("none", away, away),
        ("on_premises", away, away),
        ("gone", away, away),
        ("unlicensed", away, away),
        ("moving", moving, moving),
        ("full", "200", "507 ErrorQuotaExceeded"),
        ("online", "200", "201"),
    ] {
        person(&town, json!({"mailbox": kind})).await;
        let shown = |(status, answer): (StatusCode, Value)| match status.is_success() {
            true => status.as_str().to_owned(),
            false => format!("{} {}", status.as_u16(), code(&answer)),
        };
        let list = guest.call(Method::GET, "/me/messages", None).await;
        assert_eq!(shown(list), reads, "{kind}: reading");
        let draft = json!({"subject": "x", "toRecipients": [{"emailAddress": {"address": ADELE}}]});
        assert_eq!(shown(guest.post("/me/messages", draft).await), drafts, "{kind}: drafting");
    }
    let list = guest.get("/me/mailFolders/inbox/messages").await;
    assert_eq!(list["value"].as_array().unwrap().len(), 1, "what lay in it is there again");
}

#[tokio::test]
async fn a_full_mailbox_sends_nothing_and_can_be_read_and_marked() {
    let town = Town::new().await;
    let id = town.deliver(SUPPORT, &letter(1)).await;
    let guest = town.guest(SUPPORT).await;
    let draft = guest.draft(ADELE, json!({})).await;
    person(&town, json!({"mailbox": "full"})).await;
    let sent = guest.send(draft["id"].as_str().unwrap()).await;
    assert_eq!(sent.status().as_u16(), 507);
    let message =
        json!({"message": {"subject": "x", "toRecipients": [{"emailAddress": {"address": ADELE}}]}});
    assert_eq!(code(&guest.post("/me/sendMail", message).await.1), "ErrorQuotaExceeded");
    let read = Some(json!({"isRead": true}));
    let (status, _) = guest.call(Method::PATCH, &format!("/me/messages/{id}"), read).await;
    assert_eq!(status, StatusCode::OK);
}
