//! A sandbox with one company, one registered desk and one mailbox, and what tests do to them.

use exchange::graph::mail_out::Draft;
use exchange::{Cloud, Entra, Graph, Mailbox, Permissions, Registration, SignedIn, entra::Departure};
use jiff::Timestamp;
use sandbox::{App, Config, Sandbox};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use crate::browser::{Person, walk};

pub const CLIENT: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
pub const SECRET: &str = "rehearsal-secret";
pub const HOME: &str = "http://127.0.0.1:9/channels/exchange/back";
pub const APPROVED: &str = "http://127.0.0.1:9/consent/return";
pub const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
pub const SUPPORT: &str = "support@contoso.example";
pub const PASSWORD: &str = "Pa55-word";

pub struct Rehearsal {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
    pub entra: Entra,
    pub graph: Graph,
}

impl Rehearsal {
    pub async fn start() -> Self {
        let app = App {
            client_id: CLIENT.into(),
            client_secret: SECRET.into(),
            redirect_uris: vec![HOME.into(), APPROVED.into()],
        };
        let listen = "127.0.0.1:0".parse().unwrap();
        let config = Config { listen, tls: None, state: None, company: false, app: Some(app) };
        let sandbox = Sandbox::start(config).await.unwrap();
        let http = exchange::http_client(None).unwrap();
        let cloud = cloud(&sandbox);
        let entra = Entra::new(http.clone(), cloud.clone(), registration(SECRET));
        let graph = Graph::new(http.clone(), cloud);
        let rehearsal = Self { sandbox, http, entra, graph };
        rehearsal
            .control("tenants", json!({ "id": TENANT, "domain": "contoso.example", "name": "Contoso" }))
            .await;
        rehearsal.person(SUPPORT, "online").await;
        rehearsal
    }

    pub async fn person(&self, upn: &str, mailbox: &str) {
        let person = json!({ "tenant": TENANT, "upn": upn, "mail": upn, "name": upn, "password": PASSWORD, "mailbox": mailbox });
        self.control("people", person).await;
    }

    /// POSTs to the control API.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/_sandbox/{path}", self.sandbox.base());
        let response = self.http.post(url).json(&body).send().await.unwrap();
        assert!(
            response.status().is_success(),
            "{path}: {} {}",
            response.status(),
            response.text().await.unwrap()
        );
        let body = response.bytes().await.unwrap();
        if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() }
    }

    /// GETs from the control API.
    pub async fn look(&self, path: &str) -> Value {
        let url = format!("{}/_sandbox/{path}", self.sandbox.base());
        self.http.get(url).send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    pub async fn fault(&self, fault: Value) {
        self.control("faults", fault).await;
    }

    pub async fn clear_faults(&self) {
        let url = format!("{}/_sandbox/faults", self.sandbox.base());
        self.http.delete(url).send().await.unwrap().error_for_status().unwrap();
    }

    /// The sandbox's time.
    pub async fn now(&self) -> Timestamp {
        self.look("clock").await["now"].as_str().unwrap().parse().unwrap()
    }

    /// Puts a plain mail into the Inbox, received at `received`; answers its id.
    pub async fn deliver(&self, subject: &str, received: Timestamp) -> String {
        let raw = format!(
            "From: Aya <aya@example.jp>\r\nTo: {SUPPORT}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.jp>\r\n\
             Date: Mon, 23 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
             Hello, this is {subject}.\r\n"
        );
        let url = format!("{}/_sandbox/mailboxes/{SUPPORT}/deliver", self.sandbox.base());
        let response = self
            .http
            .post(url)
            .query(&[("received", received.to_string().as_str())])
            .header("Content-Type", "message/rfc822")
            .body(raw)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), 201, "{}", response.text().await.unwrap());
        let body: Value = response.json().await.unwrap();
        body["id"].as_str().unwrap().to_owned()
    }

    /// A message of the mailbox as the control API shows it.
    pub async fn shown(&self, id: &str) -> Value {
        self.look(&format!("mailboxes/{SUPPORT}/messages/{id}")).await
    }

    /// Walks the sign-in to the address that Microsoft sends the browser back to.
    pub async fn come_back(&self, departure: &Departure, person: Person<'_>) -> Url {
        walk(&departure.url, &Url::parse(HOME).unwrap(), person).await
    }

    pub async fn sign_in(&self) -> SignedIn {
        let departure = self.entra.depart(Permissions::Own, None);
        let back = self.come_back(&departure, support()).await;
        let now = self.now().await;
        self.entra
            .arrive(
                &answer(&back, "code").unwrap(),
                &departure.verifier,
                &departure.nonce,
                Permissions::Own,
                now,
            )
            .await
            .unwrap()
    }

    /// The support mailbox, signed in to.
    pub async fn mailbox(&self) -> Mailbox {
        self.graph.mailbox(1, self.sign_in().await.tokens.access)
    }
}

pub fn cloud(sandbox: &Sandbox) -> Cloud {
    let base = Url::parse(&sandbox.base()).unwrap();
    Cloud { login: base.clone(), graph: base }
}

pub fn registration(secret: &str) -> Registration {
    Registration {
        client_id: CLIENT.into(),
        credential: exchange::Credential::Secret(SecretString::from(secret)),
        authority: "organizations".into(),
        redirect_uri: Url::parse(HOME).unwrap(),
        consent_uri: Url::parse(APPROVED).unwrap(),
    }
}

pub fn support() -> Person<'static> {
    Person { upn: SUPPORT, password: PASSWORD, untick: &[], declines: false }
}

/// A query value of the address that the browser was sent back to.
pub fn answer(back: &Url, name: &str) -> Option<String> {
    back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A mail to a customer.
pub fn draft(mark: &str) -> Draft {
    Draft {
        internet_message_id: format!("<{mark}@desk.contoso.example>"),
        to: vec![("Aya".into(), "aya@example.jp".into())],
        cc: vec![(String::new(), "boss@example.jp".into())],
        subject: format!("Re: {mark}"),
        html: "<p>こんにちは</p>".into(),
        in_reply_to: Some("<question@example.jp>".into()),
        references: Some("<earlier@example.jp> <question@example.jp>".into()),
        x_headers: vec![("X-Auto-Response-Suppress".into(), "All".into())],
        mark: mark.into(),
    }
}
