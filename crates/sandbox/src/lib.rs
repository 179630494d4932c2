//! A stand-in for Entra ID and Exchange Online, as strict and as awkward as the real thing.
//!
//! Shares no types with the `exchange` crate: a misunderstanding must not cancel itself out. docs/sandbox.md describes
//! what people and tests may ask of it.

pub mod company;
mod control;
mod courier;
mod entra;
mod faults;
mod graph;
mod mime;
pub mod outlook;
mod server;
mod site;
mod smtp;
mod switchboard;
mod watch;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use axum_server::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::site::{Shared, Site};
use crate::world::{World, persist};

/// How to run it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Serve https with a certificate of an own CA, kept in this folder (`ca.pem` beside it).
    pub tls: Option<PathBuf>,
    /// File to keep the state in; `None`: memory only.
    pub state: Option<PathBuf>,
    /// Start with the believable company when there is no state yet.
    pub company: bool,
    /// An application registered from the start.
    pub app: Option<App>,
}

/// An application registered at the stand-in's Entra.
#[derive(Debug, Clone)]
pub struct App {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
    /// Exact redirect addresses.
    pub redirect_uris: Vec<String>,
}

/// A running sandbox.
pub struct Sandbox {
    site: Shared,
    state: Option<PathBuf>,
    tls: Option<Arc<rustls::ServerConfig>>,
    handle: Handle<SocketAddr>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts it; it is reachable when this returns.
    pub async fn start(config: Config) -> Result<Self, std::io::Error> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = server::bind(config.listen)?;
        let mut address = listener.local_addr()?;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let (scheme, tls) = match &config.tls {
            Some(folder) => ("https", Some(server::certificate(folder).await?)),
            None => ("http", None),
        };
        let world = Self::world(&config).await?;
        // Tests subscribe over loopback with certificates of their own; who is notified is not proved here.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(std::io::Error::other)?;
        let site = Site::new(format!("{scheme}://{address}"), world, config.app, http);
        let stop = CancellationToken::new();
        let handle = Handle::new();
        let mut tasks = vec![
            tokio::spawn(site.clone().run_transport(stop.clone())),
            tokio::spawn(site.clone().run_notifier(stop.clone())),
            tokio::spawn(smtp::run(site.clone(), stop.clone())),
        ];
        if let Some(path) = &config.state {
            tasks.push(tokio::spawn(site.clone().run_persistence(path.clone(), stop.clone())));
        }
        let keys = site.clone();
        tasks.push(tokio::spawn(async move {
            keys.keys().await;
        }));
        let cover = tls.as_ref().map(axum_server::tls_rustls::RustlsConfig::get_inner);
        let router = router(site.clone());
        let served = handle.clone();
        tasks.push(tokio::spawn(async move {
            if let Err(error) = server::serve(listener, tls, router, served).await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        }));
        handle.listening().await;
        Ok(Self { site, state: config.state, tls: cover, handle, stop, tasks })
    }

    /// Opens the mail server beside it ("the internet's mail servers"), with STARTTLS where https is served. Gives the
    /// address it listens on.
    pub async fn listen_smtp(&mut self, listen: SocketAddr) -> Result<SocketAddr, std::io::Error> {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        self.site.post().listens = Some(address);
        let (site, tls, stop) = (self.site.clone(), self.tls.clone(), self.stop.clone());
        self.tasks.push(tokio::spawn(smtp::serve(site, listener, tls, stop)));
        Ok(address)
    }

    async fn world(config: &Config) -> Result<World, std::io::Error> {
        let (state, company, app) = (config.state.clone(), config.company, config.app.clone());
        let made = tokio::task::spawn_blocking(move || {
            let kept = state.as_deref().map(persist::load).transpose()?.flatten();
            let mut world = kept.unwrap_or_else(|| {
                let mut world = World::empty();
                if company {
                    world.settle(company::company(jiff::Timestamp::now()));
                }
                world
            });
            if let Some(app) = app {
                world.apps.insert(app.client_id.clone(), application(&app));
            }
            Ok::<_, std::io::Error>(world)
        });
        made.await.map_err(std::io::Error::other)?
    }

    /// Its base address, e.g. `http://127.0.0.1:8701` (no slash at the end).
    pub fn base(&self) -> String {
        self.site.base.clone()
    }

    /// Stops it after writing its state.
    pub async fn stop(self) {
        self.handle.graceful_shutdown(Some(Duration::from_millis(300)));
        self.stop.cancel();
        for task in self.tasks {
            if task.await.is_err() {
                tracing::warn!("a task of the sandbox had to be broken off");
            }
        }
        if let Some(path) = self.state {
            self.site.save(path).await;
        }
    }
}

fn application(app: &App) -> world::apps::Application {
    world::apps::Application::new(&app.client_id, &app.client_secret, app.redirect_uris.clone(), "Postdesk")
}

fn router(site: Shared) -> Router {
    Router::new()
        .merge(entra::router())
        .merge(graph::router())
        .merge(control::router())
        .merge(switchboard::router())
        .with_state(site)
        .route("/", get(|| async { Redirect::temporary("/outlook/") }))
        .merge(outlook::router())
}
