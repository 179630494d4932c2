//! A desk to send requests to.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use desk::Role;
use engine::{Clock, Engine, Parts, Settings};
use exchange::{Cloud, Graph};
use mail::Address;
use store::Store;
use tower::ServiceExt;

pub const ADMIN: &str = "ada@desk.test";
pub const AGENT: &str = "ben@desk.test";
pub const PASSWORD: &str = "a long enough password";
const PUBLIC_URL: &str = "http://desk.test";

/// A desk without a registration at Entra, with an administrator and an agent.
pub struct Desk {
    router: Router,
    pub engine: Engine,
    pub store: Store,
    _dir: tempfile::TempDir,
}

/// An answer, read to its end.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answered {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie of the session, for the next request.
    pub fn session(&self) -> Option<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter();
        lines
            .filter_map(|line| line.to_str().ok()?.split(';').next().map(str::to_owned))
            .find(|c| c.contains("postdesk="))
    }
}

impl Desk {
    pub async fn new() -> Self {
        Self::with(web::Config { public_url: PUBLIC_URL.to_owned(), ..web::Config::default() }).await
    }

    pub async fn with(config: web::Config) -> Self {
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
        let settings = Settings { public_url: PUBLIC_URL.to_owned(), ..Settings::default() };
        let parts = Parts { store: store.clone(), entra: None, graph, clock: Clock::default(), settings };
        let engine = Engine::new(parts).await.unwrap();
        engine.make_admin("Ada Admin", ADMIN, PASSWORD).await.unwrap();
        let router = web::router(engine.clone(), config);
        let desk = Self { router, engine, store, _dir: dir };
        desk.make_agent().await;
        desk
    }

    /// The agent gets the administrator's password.
    async fn make_agent(&self) {
        let hash =
            self.store.login(&Address::parse(ADMIN).unwrap()).await.unwrap().unwrap().password_hash.unwrap();
        let tx = self.store.begin(self.engine.now()).await.unwrap();
        tx.create_staff("Ben Agent", &Address::parse(AGENT).unwrap(), Role::Agent, &hash).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The cookie of a session that stands in the table for an end user, by no door that the desk has: an agent's, whose
    /// role was taken away behind the desk's back.
    pub async fn session_of_an_end_user(&self) -> String {
        let session = self.signed_in(AGENT).await;
        let ben = self.store.login(&Address::parse(AGENT).unwrap()).await.unwrap().unwrap().person.id;
        let tx = self.store.begin(self.engine.now()).await.unwrap();
        tx.set_role(ben, Role::EndUser).await.unwrap();
        tx.commit().await.unwrap();
        session
    }

    pub async fn send(&self, request: Request<Body>) -> Answered {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        Answered { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str, session: &str) -> Answered {
        self.send(request("GET", path, session).body(Body::empty()).unwrap()).await
    }

    /// A form, sent as a browser on our own page sends it.
    pub async fn post(&self, path: &str, session: &str, form: &str) -> Answered {
        let request = request("POST", path, session)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// Signs in; answers the session's cookie.
    pub async fn signed_in(&self, email: &str) -> String {
        let form = format!("email={}&password={}", email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
        let answered = self.post("/sign-in", "", &form).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());
        answered.session().unwrap()
    }
}

pub fn request(method: &str, path: &str, session: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "desk.test")
        .header(header::COOKIE, session)
}
