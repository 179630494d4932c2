//! Desk and loops until a signal comes.

use std::future::IntoFuture;

use anyhow::Context;
use engine::Engine;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::Half;
use crate::config::Config;

/// `postdesk serve`.
pub async fn run(config: Config, only: Option<Half>) -> anyhow::Result<()> {
    crate::logs::start(config.log, &config.log_filter)?;
    let store = crate::assemble::store(&config).await?;
    let engine = crate::assemble::engine(&config, store.clone()).await?;
    let stop = stop_on_signal()?;
    if config.entra.client_id.is_none() {
        tracing::warn!(
            "no registration at Microsoft Entra is in the configuration: the one of Admin Center is used, if there is one"
        );
    }
    let web = web::Config {
        public_url: config.public_url.clone(),
        secure_cookies: config.public_url.starts_with("https://"),
        sandbox: None,
    };
    let pages = async {
        if only == Some(Half::Worker) {
            return Ok(());
        }
        let listener = listen(config.listen).await?;
        tracing::info!(address = %config.listen, public_url = %config.public_url, "the desk is open");
        let api = crate::assemble::api(&config);
        serve_pages(listener, engine.clone(), web, api, stop.clone()).await
    };
    let loops = async {
        if only == Some(Half::Web) {
            return Ok(());
        }
        engine.run(stop.clone()).await.context("the loops stopped")
    };
    let door = async {
        let (Some(address), false) = (config.smtp.listen, only == Some(Half::Web)) else { return Ok(()) };
        take_mail(listen(address).await?, engine.clone(), stop.clone()).await;
        Ok(())
    };
    let result = tokio::try_join!(pages, loops, door).map(|_| ());
    store.close().await;
    tracing::info!("stopped");
    result
}

/// Takes mail from other servers until `stop`.
pub async fn take_mail(listener: TcpListener, engine: Engine, stop: CancellationToken) {
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "forwarded mail is taken");
    }
    engine.accept_mail(listener, stop).await;
}

/// Serves the pages and the API until `stop`; open pages (live updates) are cut after a moment.
pub async fn serve_pages(
    listener: TcpListener,
    engine: Engine,
    web: web::Config,
    api: api::Config,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let router = web::router(engine.clone(), web).merge(api::router(engine, api));
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    let patience = async {
        stop.cancelled().await;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    };
    tokio::select! {
        done = serving.into_future() => done.context("the web server stopped"),
        () = patience => Ok(()),
    }
}

/// Listens, or says plainly why not.
pub async fn listen(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} (is another Postdesk running there?)"))
}

/// A token that is cancelled by SIGTERM or Ctrl-C; a second signal ends the process at once.
pub fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = CancellationToken::new();
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        token.cancel();
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        std::process::exit(130);
    });
    Ok(stop)
}
