//! A desk and a stand-in in one process, with verbs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use desk::{BrandId, ConnectionId, SignInId, TicketId};
use engine::{
    Actor, Answer, Clock, ConnectChoice, Connected, CredentialChoice, Engine, Onward, Parts,
    RegistrationForm, Settings, Way,
};
use exchange::{Cloud, Credential, Entra, Graph, Registration};
use jiff::SignedDuration;
use sandbox::Sandbox;
use serde_json::Value;
use store::{LedgerQuery, Store, TicketQuery, TicketRow};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::microsoft::{Microsoft, PASSWORD};
use crate::visitor::Visitor;

/// The desk's registration at the stand-in.
pub const CLIENT_ID: &str = "11111111-2222-4333-8444-555555555555";
/// Its secret.
pub const CLIENT_SECRET: &str = "a secret of the test's own";
const PUBLIC_URL: &str = "http://desk.test";

/// Which database the desk stands on.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file in a temporary folder.
    Sqlite,
    /// A fresh database of this server (`postgres://…/`).
    Postgres(String),
}

impl Database {
    /// SQLite, unless `POSTDESK_TEST_WORLD=postgres` asks for the server at `POSTDESK_TEST_POSTGRES`: the same tests
    /// run on both engines.
    pub fn chosen() -> anyhow::Result<Self> {
        if std::env::var("POSTDESK_TEST_WORLD").is_ok_and(|engine| engine == "postgres") {
            return Ok(Self::Postgres(
                std::env::var("POSTDESK_TEST_POSTGRES").context("POSTDESK_TEST_POSTGRES")?,
            ));
        }
        Ok(Self::Sqlite)
    }
}

/// A desk and a stand-in.
pub struct World {
    /// The stand-in's control API.
    pub microsoft: Microsoft,
    /// The engine.
    pub engine: Engine,
    /// The store below it.
    pub store: Store,
    /// The desk's clock.
    pub clock: Clock,
    /// An administrator.
    pub admin: Actor,
    config: store::Config,
    settings: Settings,
    /// Whether the registration stands in the configuration.
    configured: bool,
    running: Option<(CancellationToken, JoinHandle<engine::Result<()>>)>,
    door: Option<Door>,
    sandbox: Option<Sandbox>,
    _dir: tempfile::TempDir,
}

impl World {
    /// With quick polls, loops not running yet; on the database of [`Database::chosen`].
    pub async fn new() -> anyhow::Result<Self> {
        Self::on(Database::chosen()?, quick()).await
    }

    /// The same without a registration in the configuration: an administrator has to store one.
    pub async fn unregistered() -> anyhow::Result<Self> {
        Self::made(Database::chosen()?, quick(), false).await
    }

    /// On a given database with given settings.
    pub async fn on(database: Database, settings: Settings) -> anyhow::Result<Self> {
        Self::made(database, settings, true).await
    }

    async fn made(database: Database, settings: Settings, configured: bool) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir()?;
        let sandbox = Sandbox::start(sandbox::Config {
            listen: "127.0.0.1:0".parse()?,
            tls: None,
            state: None,
            company: false,
            app: Some(sandbox::App {
                client_id: CLIENT_ID.to_owned(),
                client_secret: CLIENT_SECRET.to_owned(),
                redirect_uris: vec![
                    format!("{PUBLIC_URL}/admin/connect/return"),
                    format!("{PUBLIC_URL}/consent/return"),
                ],
            }),
        })
        .await?;
        let microsoft = Microsoft::at(&sandbox.base());
        let database_url = match database {
            Database::Sqlite => format!("sqlite://{}", dir.path().join("desk.db").display()),
            Database::Postgres(server) => fresh_database(&server).await?,
        };
        let config = store::Config {
            database_url,
            blob_url: None,
            data_dir: dir.path().to_owned(),
            master_key: None,
            pool: 4,
        };
        let clock = Clock::default();
        let settings = Settings { public_url: PUBLIC_URL.to_owned(), ..settings };
        let (store, engine) = desk(&config, &settings, &microsoft.base, clock.clone(), configured).await?;
        let person = engine.make_admin("Ada Admin", "ada@desk.test", "a long enough password").await?;
        Ok(Self {
            microsoft,
            engine,
            store,
            clock,
            admin: Actor { person },
            config,
            settings,
            configured,
            running: None,
            door: None,
            sandbox: Some(sandbox),
            _dir: dir,
        })
    }

    /// Opens the desk's pages at an address of this machine, which from the next start of the engine ([`World::crash`]) on is where
    /// notifications are asked for; answers it.
    pub async fn open_door(&mut self) -> anyhow::Result<String> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        self.settings.notification_url = Some(address.clone());
        self.crash().await?;
        let pages = web::Config { public_url: PUBLIC_URL.to_owned(), ..web::Config::default() };
        let shut = Arc::new(AtomicBool::new(false));
        let gate = Arc::clone(&shut);
        // Connections that are open already are shut too: so a gate, not an end of the server.
        let router = web::router(self.engine.clone(), pages).layer(axum::middleware::from_fn(
            move |request: axum::extract::Request, next: axum::middleware::Next| {
                let gate = Arc::clone(&gate);
                async move {
                    if gate.load(Ordering::Relaxed) {
                        return axum::response::IntoResponse::into_response(
                            axum::http::StatusCode::BAD_GATEWAY,
                        );
                    }
                    next.run(request).await
                }
            },
        ));
        let serving = async move {
            let _ = axum::serve(listener, router).await;
        };
        self.door = Some(Door { shut, _serving: AbortOnDropHandle::new(tokio::spawn(serving)) });
        Ok(address)
    }

    /// Whether Microsoft can reach the desk's pages.
    pub fn shut_door(&self, shut: bool) {
        if let Some(door) = &self.door {
            door.shut.store(shut, Ordering::Relaxed);
        }
    }

    /// Starts the loops.
    pub fn run(&mut self) {
        let stop = CancellationToken::new();
        let (engine, token) = (self.engine.clone(), stop.clone());
        self.running = Some((stop, tokio::spawn(async move { engine.run(token).await })));
    }

    /// Stops the loops cleanly.
    pub async fn pause(&mut self) -> anyhow::Result<()> {
        if let Some((stop, task)) = self.running.take() {
            stop.cancel();
            task.await??;
        }
        Ok(())
    }

    /// Kills the loops wherever they are and opens everything anew, as after a crash.
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        if let Some((_, task)) = self.running.take() {
            task.abort();
            let _ = task.await;
        }
        let (store, engine) =
            desk(&self.config, &self.settings, &self.microsoft.base, self.clock.clone(), self.configured)
                .await?;
        (self.store, self.engine) = (store, engine);
        Ok(())
    }

    /// Makes a mailbox at the stand-in and connects it, with or without the newest 300.
    pub async fn connect(&self, address: &str, import: bool) -> anyhow::Result<Connected> {
        self.microsoft.person(address, "Support").await?;
        self.connect_existing(address, import).await
    }

    /// Connects a mailbox that is there.
    pub async fn connect_existing(&self, address: &str, import: bool) -> anyhow::Result<Connected> {
        let back = self.sign_in(address, import, &[]).await?;
        let (state, code) = (parameter(&back, "state")?, parameter(&back, "code")?);
        let id = self.engine.return_with_code(&self.admin, &state, &code).await?;
        Ok(self.engine.confirm(&self.admin, id).await?)
    }

    /// Walks Microsoft's pages up to the way back; answers the address the browser was sent to.
    pub async fn sign_in(&self, upn: &str, import: bool, untick: &[&str]) -> anyhow::Result<String> {
        let brand = self.brand().await?;
        let departure = self
            .engine
            .begin_connect(
                &self.admin,
                ConnectChoice { brand, import: import.then_some(store::Wanted::Newest(300)) },
            )
            .await?;
        self.microsoft.sign_in(&mut Visitor::default(), &departure, upn, PASSWORD, untick).await
    }

    /// Walks Microsoft's pages from any address of Microsoft's as this person; answers where the browser was sent back to.
    pub async fn walk(&self, departure: &str, upn: &str) -> anyhow::Result<String> {
        self.microsoft.sign_in(&mut Visitor::default(), departure, upn, PASSWORD, &[]).await
    }

    /// Signs in as this person and hands what came back to the desk.
    pub async fn return_as(&self, departure: &str, upn: &str) -> anyhow::Result<engine::Result<SignInId>> {
        let back = self.walk(departure, upn).await?;
        let (state, code) = (parameter(&back, "state")?, parameter(&back, "code")?);
        Ok(self.engine.return_with_code(&self.admin, &state, &code).await)
    }

    /// Starts connecting by a way other than one's own sign-in; answers where to go next.
    pub async fn depart(&self, way: &Way) -> anyhow::Result<engine::Result<Onward>> {
        let choice = ConnectChoice { brand: self.brand().await?, import: None };
        Ok(self.engine.connect_by(&self.admin, choice, way).await)
    }

    /// A registration form that fits the stand-in.
    pub fn registration_form(&self) -> RegistrationForm {
        RegistrationForm {
            client_id: CLIENT_ID.to_owned(),
            many_tenants: true,
            tenant: String::new(),
            cloud: "own".to_owned(),
            login_url: format!("{}/", self.microsoft.base),
            graph_url: format!("{}/", self.microsoft.base),
            credential: CredentialChoice::Secret(Some(CLIENT_SECRET.into())),
            expires_on: None,
        }
    }

    /// The first brand.
    pub async fn brand(&self) -> anyhow::Result<BrandId> {
        Ok(self.engine.brands(&self.admin).await?.first().context("a brand")?.id)
    }

    /// All tickets, newest change first (at most 1,000).
    pub async fn tickets(&self) -> anyhow::Result<Vec<TicketRow>> {
        let query =
            TicketQuery { statuses: vec![], assignee: None, text: String::new(), after: None, limit: 1000 };
        Ok(self.engine.tickets(&self.admin, &query).await?)
    }

    /// The one ticket with this subject.
    pub async fn ticket_about(&self, subject: &str) -> anyhow::Result<TicketRow> {
        let mut found: Vec<_> =
            self.tickets().await?.into_iter().filter(|t| t.ticket.subject == subject).collect();
        ensure!(found.len() == 1, "{} tickets about {subject:?}", found.len());
        found.pop().context("one")
    }

    /// An agent answers publicly.
    pub async fn answer(&self, ticket: TicketId, text: &str) -> anyhow::Result<()> {
        let answer = Answer { text: text.to_owned(), public: true, ..Answer::default() };
        self.engine.answer(&self.admin, ticket, answer).await?;
        Ok(())
    }

    /// Waits (at most 30 s) until nothing is left to be read, decided, marked or sent, twice in a row.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut quiet = 0;
        while quiet < 3 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let busy = self.busy().await?;
            quiet = if busy.is_empty() { quiet + 1 } else { 0 };
            if Instant::now() > deadline {
                bail!("not settled after 30 s: {busy}");
            }
        }
        Ok(())
    }

    /// What is still to be done; empty when nothing.
    pub async fn busy(&self) -> anyhow::Result<String> {
        let account = self.store.ledger_account(None).await?;
        let waiting: Vec<_> = self
            .store
            .outbox_counts(None)
            .await?
            .into_iter()
            .filter(|(s, n)| !s.is_final() && *n > 0)
            .collect();
        if account.waiting == 0 && account.unacknowledged == 0 && waiting.is_empty() {
            return Ok(String::new());
        }
        Ok(format!(
            "{} without outcome, {} not marked, outbox {waiting:?}",
            account.waiting, account.unacknowledged
        ))
    }

    /// Waits until `what` holds (at most 30 s).
    pub async fn until<F, T>(&self, what: &str, mut check: F) -> anyhow::Result<()>
    where
        F: FnMut() -> T,
        T: Future<Output = anyhow::Result<bool>>,
    {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !check().await? {
            if Instant::now() > deadline {
                bail!("waited 30 s for: {what}; {}", self.busy().await?);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Everything in the ledger, newest first.
    pub async fn ledger(&self) -> anyhow::Result<Vec<store::LedgerRow>> {
        Ok(self.store.ledger(&LedgerQuery { limit: 10_000, ..LedgerQuery::default() }).await?)
    }

    /// What lies in a folder of a mailbox at the stand-in.
    pub async fn mailbox(&self, address: &str, folder: &str) -> anyhow::Result<Vec<Value>> {
        self.microsoft.messages(address, folder).await
    }

    /// The connection of an address.
    pub async fn connection(&self, id: ConnectionId) -> anyhow::Result<store::Connection> {
        Ok(self.store.address_of(id).await?.connection)
    }

    /// Graph at the stand-in, for tests that go behind the engine's back.
    pub fn graph(&self) -> anyhow::Result<Graph> {
        let base: url::Url = format!("{}/", self.microsoft.base).parse()?;
        Ok(Graph::new(reqwest::Client::new(), Cloud { login: base.clone(), graph: base }))
    }

    /// Another engine on the same store and stand-in: a second worker, or the same after a restart.
    pub async fn second_engine(&self) -> anyhow::Result<Engine> {
        Ok(desk(&self.config, &self.settings, &self.microsoft.base, self.clock.clone(), self.configured)
            .await?
            .1)
    }

    /// Opens the mail server beside the stand-in; answers where it listens.
    pub async fn open_smtp(&mut self) -> anyhow::Result<std::net::SocketAddr> {
        let sandbox = self.sandbox.as_mut().context("a stand-in")?;
        Ok(sandbox.listen_smtp("127.0.0.1:0".parse()?).await?)
    }

    /// Stops everything.
    pub async fn end(mut self) -> anyhow::Result<()> {
        self.pause().await?;
        if let Some(sandbox) = self.sandbox.take() {
            sandbox.stop().await;
        }
        self.store.close().await;
        Ok(())
    }
}

/// The desk's pages at an address of this machine.
struct Door {
    shut: Arc<AtomicBool>,
    _serving: AbortOnDropHandle<()>,
}

/// Settings for impatient tests.
pub fn quick() -> Settings {
    Settings {
        poll_min: SignedDuration::from_millis(100),
        poll_max: SignedDuration::from_millis(250),
        notification_grace: SignedDuration::from_millis(1500),
        alarms: engine::AlarmConfig {
            every: SignedDuration::from_millis(200),
            // The disk of the machine that runs the tests is nobody's business.
            disk_reserve: 0,
            ..engine::AlarmConfig::default()
        },
        sweep_every: SignedDuration::from_secs(5),
        send_grace: SignedDuration::from_secs(2),
        confirm_within: SignedDuration::from_secs(20),
        messages_a_minute: 10_000,
        lease: SignedDuration::from_secs(3),
        prove_new: false,
        ..Settings::default()
    }
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(address)?;
    let value = url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    value.with_context(|| format!("no {name} in {address}"))
}

async fn desk(
    config: &store::Config,
    settings: &Settings,
    microsoft: &str,
    clock: Clock,
    configured: bool,
) -> anyhow::Result<(Store, Engine)> {
    let store = Store::open(config).await?;
    store.migrate().await?;
    let base: url::Url = format!("{microsoft}/").parse()?;
    let cloud = Cloud { login: base.clone(), graph: base };
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let registration = Registration {
        client_id: CLIENT_ID.to_owned(),
        credential: Credential::Secret(CLIENT_SECRET.into()),
        authority: "organizations".to_owned(),
        redirect_uri: format!("{PUBLIC_URL}/admin/connect/return").parse()?,
        consent_uri: format!("{PUBLIC_URL}/consent/return").parse()?,
    };
    let entra = configured.then(|| Entra::new(http.clone(), cloud.clone(), registration));
    let parts = Parts {
        store: store.clone(),
        entra,
        graph: Graph::new(http, cloud),
        clock,
        settings: settings.clone(),
    };
    Ok((store, Engine::new(parts).await?))
}

/// Makes a fresh database on a PostgreSQL server; answers its address.
pub async fn fresh_database(server: &str) -> anyhow::Result<String> {
    use sea_orm::ConnectionTrait;
    let name = format!("world_{:016x}", rand::random::<u64>());
    let admin = sea_orm::Database::connect(server).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    let mut url = url::Url::parse(server)?;
    url.set_path(&name);
    Ok(url.to_string())
}
