//! The verbs for Entra do what they say, at the real stand-in and over its pages.
#![expect(clippy::unwrap_used, reason = "tests")]

use sandbox::{App, Config, Sandbox};
use serde_json::{Value, json};
use testkit::microsoft::PASSWORD;
use testkit::{Microsoft, Right, Visitor};

const BACK: &str = "http://127.0.0.1:9/back";
const ANNA: &str = "anna@verbs.example";
const TEAM: &str = "team@verbs.example";

async fn start() -> (Sandbox, Microsoft) {
    let app = App {
        client_id: "desk".to_owned(),
        client_secret: "secret".to_owned(),
        redirect_uris: vec![BACK.to_owned()],
    };
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { listen, tls: None, state: None, company: false, app: Some(app) };
    let sandbox = Sandbox::start(config).await.unwrap();
    let microsoft = Microsoft::at(&sandbox.base());
    microsoft.person(ANNA, "Anna").await.unwrap();
    (sandbox, microsoft)
}

async fn token(base: &str, authority: &str, more: &[(&str, &str)]) -> Value {
    let mut form = vec![("client_id", "desk"), ("client_secret", "secret")];
    form.extend(more);
    let url = format!("{base}/{authority}/oauth2/v2.0/token");
    reqwest::Client::new().post(url).form(&form).send().await.unwrap().json().await.unwrap()
}

async fn status(base: &str, token: &Value, path: &str) -> u16 {
    let request = reqwest::Client::new().get(format!("{base}/v1.0{path}"));
    request.bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap().status().as_u16()
}

/// The whole way of a strict tenant: an administrator consents by a link, with a second factor, then a person without any
/// right to consent signs in and works in a shared mailbox, until it is taken away.
#[tokio::test]
async fn an_administrator_consents_and_a_member_reaches_the_shared_mailbox() {
    let (sandbox, microsoft) = start().await;
    let base = sandbox.base();
    microsoft.shared_mailbox(TEAM, "Team").await.unwrap();
    microsoft.person("boss@other.example", "Somebody else's boss").await.unwrap();
    microsoft.post("people", json!({"tenant": "verbs.example", "upn": "boss@verbs.example", "name": "Boss", "password": PASSWORD})).await.unwrap();
    microsoft.only_administrators_consent("verbs.example").await.unwrap();
    microsoft.make_administrator("boss@verbs.example").await.unwrap();
    microsoft.change_person("boss@verbs.example", json!({"mfa": true})).await.unwrap();
    microsoft.give_rights(TEAM, ANNA, &[Right::FullAccess, Right::SendAs]).await.unwrap();

    let scope = "https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let link = format!(
        "{base}/organizations/v2.0/adminconsent?client_id=desk&redirect_uri={BACK}&state=s&scope={scope}"
    );
    let back = microsoft
        .admin_consents(&mut Visitor::default(), &link, "boss@verbs.example", PASSWORD)
        .await
        .unwrap();
    assert!(back.contains("admin_consent=True"), "{back}");

    let scope = "openid offline_access User.Read Mail.ReadWrite.Shared Mail.Send.Shared".replace(' ', "%20");
    let sign_in = format!(
        "{base}/organizations/oauth2/v2.0/authorize?client_id=desk&response_type=code&redirect_uri={BACK}&state=s&scope={scope}"
    );
    let back = microsoft.sign_in(&mut Visitor::default(), &sign_in, ANNA, PASSWORD, &[]).await.unwrap();
    let code =
        url::Url::parse(&back).unwrap().query_pairs().find(|(n, _)| n == "code").unwrap().1.into_owned();
    let grant = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", BACK)];
    let anna = token(&base, "organizations", &grant).await;
    let inbox = format!("/users/{TEAM}/mailFolders/inbox/messages");
    assert_eq!(status(&base, &anna, &inbox).await, 200);
    microsoft.give_rights(TEAM, ANNA, &[]).await.unwrap();
    assert_eq!(status(&base, &anna, &inbox).await, 404);
    let refresh = anna["refresh_token"].as_str().unwrap();
    let again = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    microsoft.disable(ANNA).await.unwrap();
    assert_eq!(token(&base, "organizations", &again).await["error_codes"], json!([50057]));
    microsoft.change_person(ANNA, json!({"enabled": true})).await.unwrap();
    microsoft.revoke(ANNA).await.unwrap();
    assert_eq!(token(&base, "organizations", &again).await["error_codes"], json!([50173]));
    sandbox.stop().await;
}

#[tokio::test]
async fn an_application_is_allowed_all_mailboxes_or_some_and_its_secret_ends() {
    let (sandbox, microsoft) = start().await;
    let base = sandbox.base();
    microsoft.shared_mailbox(TEAM, "Team").await.unwrap();
    let itself = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let list = |who: &str| format!("/users/{who}/messages");
    microsoft.allow_app("verbs.example", "desk", &["Mail.ReadWrite"]).await.unwrap();
    let all = token(&base, "verbs.example", &itself).await;
    assert_eq!((status(&base, &all, &list(TEAM)).await, status(&base, &all, &list(ANNA)).await), (200, 200));
    microsoft.allow_app_only("verbs.example", "desk", &["Mail.ReadWrite"], &[TEAM]).await.unwrap();
    let some = token(&base, "verbs.example", &itself).await;
    assert_eq!(
        (status(&base, &some, &list(TEAM)).await, status(&base, &some, &list(ANNA)).await),
        (200, 403)
    );
    microsoft.secrets_end_in("desk", 30).await.unwrap();
    assert!(token(&base, "verbs.example", &itself).await["access_token"].is_string());
    microsoft.days_pass(31).await.unwrap();
    assert_eq!(token(&base, "verbs.example", &itself).await["error_codes"], json!([7_000_222]));
    sandbox.stop().await;
}
