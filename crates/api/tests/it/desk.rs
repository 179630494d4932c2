//! A desk with an API to send requests to.

use api::Config;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use desk::{Language, Role};
use engine::{Actor, Clock, Engine, Invitation, Parts, Settings};
use exchange::{Cloud, Graph};
use serde_json::Value;
use store::Store;
use tower::ServiceExt;

pub const ADMIN: &str = "ada@desk.test";

/// A desk with an owner, an agent, and a token for each.
pub struct Desk {
    router: Router,
    pub engine: Engine,
    pub store: Store,
    pub admin: Actor,
    /// The owner's token.
    pub admin_token: String,
    /// The agent's token.
    pub agent_token: String,
    pub agent: Actor,
    _dir: tempfile::TempDir,
}

pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Null where the answer is none.
    pub json: Value,
    pub bytes: Vec<u8>,
}

impl Answered {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Desk {
    pub async fn new() -> Self {
        Self::with(Config { public_url: "http://desk.test".to_owned(), ..Config::default() }).await
    }

    pub async fn with(config: Config) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&store::Config {
            database_url: format!("sqlite://{}", dir.path().join("desk.db").display()),
            blob_url: None,
            data_dir: dir.path().to_owned(),
            master_key: None,
            pool: 2,
        })
        .await
        .unwrap();
        store.migrate().await.unwrap();
        let graph = Graph::new(exchange::http_client(None).unwrap(), Cloud::preset("global").unwrap());
        let parts = Parts {
            store: store.clone(),
            entra: None,
            graph,
            clock: Clock::default(),
            settings: Settings::default(),
        };
        let engine = Engine::new(parts).await.unwrap();
        let person = engine.make_admin("Ada Admin", ADMIN, "a long enough password").await.unwrap();
        let admin = Actor { person };
        let new = Invitation {
            name: "Ben Agent".to_owned(),
            address: "ben@desk.test".to_owned(),
            role: Role::Agent,
            language: Language::En,
        };
        let agent = Actor { person: engine.invite(&admin, &new).await.unwrap().person };
        let admin_token = engine.make_api_token(&admin, "Admin's", admin.person.id).await.unwrap();
        let agent_token = engine.make_api_token(&admin, "Agent's", agent.person.id).await.unwrap();
        let router = api::router(engine.clone(), config);
        Self { router, engine, store, admin, admin_token, agent_token, agent, _dir: dir }
    }

    /// With a bearer token; empty: without any.
    pub async fn send(&self, method: &str, path: &str, token: &str, body: Value) -> Answered {
        let authorization = if token.is_empty() { String::new() } else { format!("Bearer {token}") };
        self.send_as(method, path, &authorization, body).await
    }

    pub async fn send_as(&self, method: &str, path: &str, authorization: &str, body: Value) -> Answered {
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, "client.test:8700");
        if !authorization.is_empty() {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        let is_json = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.to_str().unwrap().contains("json"));
        let json = if is_json { serde_json::from_slice(&bytes).unwrap() } else { Value::Null };
        Answered { status: parts.status, headers: parts.headers, json, bytes: bytes.to_vec() }
    }

    /// What is no JSON.
    pub async fn fetch(&self, path: &str) -> Answered {
        self.send("GET", path, &self.agent_token, Value::Null).await
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.send("GET", path, &self.admin_token, Value::Null).await
    }
}
