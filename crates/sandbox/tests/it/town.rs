//! A small town to test in: one tenant, two people, one application, and a client with a token.

use std::collections::HashMap;

use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect};
use sandbox::{App, Config, Sandbox};
use serde_json::{Value, json};

/// Redirect address of the application.
pub const REDIRECT: &str = "http://127.0.0.1:9/back";
/// What the product asks for.
pub const SCOPES: &str = "openid offline_access email User.Read Mail.Send Mail.ReadWrite";
/// A PKCE verifier.
pub const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH";
/// The support mailbox.
pub const SUPPORT: &str = "support@contoso.example";
/// A colleague.
pub const ADELE: &str = "adele@contoso.example";

/// The running town.
pub struct Town {
    pub sandbox: Sandbox,
    pub base: String,
    pub http: Client,
    pub tenant: String,
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Guest {
    pub base: String,
    pub http: Client,
    pub token: String,
    pub immutable: bool,
}

pub fn config() -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        tls: None,
        state: None,
        company: false,
        app: Some(App {
            client_id: "app".to_owned(),
            client_secret: "s3cret/+".to_owned(),
            redirect_uris: vec![REDIRECT.to_owned()],
        }),
    }
}

pub fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(redirect::Policy::none()).build().unwrap()
}

impl Town {
    pub async fn new() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: Config) -> Self {
        let http = client();
        let sandbox = Sandbox::start(config).await.unwrap();
        let base = sandbox.base();
        let mut town = Self { sandbox, base, http, tenant: String::new() };
        let tenant = town.post("tenants", &json!({"domain": "contoso.example", "name": "Contoso"})).await;
        town.tenant = tenant["id"].as_str().unwrap().to_owned();
        for (upn, name) in [(SUPPORT, "Contoso Support"), (ADELE, "Adele Vance")] {
            town.post("people", &json!({"tenant": town.tenant, "upn": upn, "name": name, "password": "pw"}))
                .await;
        }
        town
    }

    pub async fn control(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let mut request = self.http.request(method, format!("{}/_sandbox/{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, value) = self.control(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "{path}: {status} {value}");
        value
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, value) = self.control(Method::GET, path, None).await;
        assert!(status.is_success(), "{path}: {status} {value}");
        value
    }

    /// Puts a mail into a mailbox and gives its immutable id.
    pub async fn deliver(&self, address: &str, raw: &str) -> String {
        let url = format!("{}/_sandbox/mailboxes/{address}/deliver", self.base);
        let answer = self.http.post(url).body(raw.to_owned()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let value: Value = answer.json().await.unwrap();
        value["id"].as_str().unwrap().to_owned()
    }

    pub async fn deliver_many(&self, address: &str, count: usize) {
        for n in 0..count {
            self.deliver(address, &letter(n)).await;
        }
    }

    pub fn authorize_url(&self, extra: &[(&str, &str)]) -> String {
        let mut pairs: HashMap<&str, &str> = HashMap::from([
            ("client_id", "app"),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", SCOPES),
            ("state", "st&te"),
            ("nonce", "n0nce"),
            ("code_challenge", VERIFIER),
        ]);
        pairs.extend(extra.iter().copied());
        let url = format!("{}/organizations/oauth2/v2.0/authorize", self.base);
        reqwest::Url::parse_with_params(&url, pairs.into_iter().filter(|(_, v)| !v.is_empty()))
            .unwrap()
            .to_string()
    }

    /// Signs in without a browser and gives what came back in the redirect.
    pub async fn sign_in(
        &self,
        upn: &str,
        extra: &[(&str, &str)],
        untick: &[&str],
    ) -> HashMap<String, String> {
        let wish = json!({"url": self.authorize_url(extra), "upn": upn, "untick": untick});
        let answer = self.post("sign-in", &wish).await;
        let location = answer["location"].as_str().unwrap_or_else(|| panic!("no redirect: {answer}"));
        returned(location)
    }

    pub async fn token_call(&self, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let answer = self
            .http
            .post(format!("{}/organizations/oauth2/v2.0/token", self.base))
            .form(form)
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    pub async fn redeem(&self, code: &str) -> (StatusCode, Value) {
        self.token_call(&[
            ("client_id", "app"),
            ("client_secret", "s3cret/+"),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub async fn refresh(&self, token: &str, scope: Option<&str>) -> (StatusCode, Value) {
        let mut form = vec![
            ("client_id", "app"),
            ("client_secret", "s3cret/+"),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
        ];
        if let Some(scope) = scope {
            form.push(("scope", scope));
        }
        self.token_call(&form).await
    }

    /// Everything the token endpoint gave for a sign-in.
    pub async fn tokens(&self, upn: &str, extra: &[(&str, &str)], untick: &[&str]) -> Value {
        let back = self.sign_in(upn, extra, untick).await;
        let code = back.get("code").unwrap_or_else(|| panic!("no code: {back:?}"));
        let (status, tokens) = self.redeem(code).await;
        assert_eq!(status, StatusCode::OK, "{tokens}");
        tokens
    }

    /// Somebody signed in with the product's scopes, asking for immutable ids.
    pub async fn guest(&self, upn: &str) -> Guest {
        self.guest_with(upn, &[], &[]).await
    }

    pub async fn guest_with(&self, upn: &str, extra: &[(&str, &str)], untick: &[&str]) -> Guest {
        let tokens = self.tokens(upn, extra, untick).await;
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        Guest { base: self.base.clone(), http: self.http.clone(), token, immutable: true }
    }
}

impl Guest {
    pub fn mutable(&self) -> Self {
        Self { immutable: false, ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}/v1.0{path}", self.base) };
        let request = self.http.request(method, url).bearer_auth(&self.token);
        if self.immutable { request.header("Prefer", "IdType=\"ImmutableId\"") } else { request }
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, value) = self.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {value}");
        value
    }

    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// A draft to one person; its id.
    pub async fn draft(&self, to: &str, more: Value) -> Value {
        let mut body = json!({
            "subject": "Hello",
            "body": {"contentType": "html", "content": "<p>Good <b>day</b></p>"},
            "toRecipients": [{"emailAddress": {"address": to}}],
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let (status, draft) = self.post("/me/messages", body).await;
        assert_eq!(status, StatusCode::CREATED, "{draft}");
        draft
    }

    /// Sends with the empty body real clients send.
    pub async fn send(&self, id: &str) -> reqwest::Response {
        self.request(Method::POST, &format!("/me/messages/{id}/send"))
            .header("Content-Length", "0")
            .send()
            .await
            .unwrap()
    }

    /// Waits until the message lies in Sent Items.
    pub async fn sent_copy(&self, id: &str) -> Value {
        for _ in 0..100 {
            let (status, value) = self.call(Method::GET, &format!("/me/messages/{id}"), None).await;
            if status == StatusCode::OK && value["isDraft"] == json!(false) {
                return value;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the sent copy never came");
    }
}

pub fn returned(location: &str) -> HashMap<String, String> {
    let url = reqwest::Url::parse(location).unwrap();
    let pairs = url.query().or(url.fragment()).unwrap_or_default();
    reqwest::Url::parse(&format!("http://x/?{pairs}")).unwrap().query_pairs().into_owned().collect()
}

pub fn letter(n: usize) -> String {
    format!(
        "From: Kunde {n} <kunde{n}@outside.example>\r\nTo: <{SUPPORT}>\r\nSubject: Question {n}\r\n\
         Message-ID: <m{n}@outside.example>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nQuestion number {n}\r\n"
    )
}

pub fn code(value: &Value) -> &str {
    value["error"]["code"].as_str().unwrap_or_else(|| panic!("no error code in {value}"))
}

/// Asks until the answer is as wished; tests of things that happen a moment later.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    for _ in 0..500 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("never happened: {what}");
}
