//! The internet's mail servers, beside the stand-in: they take mail for everybody (mailboxes, people outside, domains with
//! a way to another server), and hand on what goes elsewhere.

mod relay;
mod talk;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::site::Shared;
pub use relay::run;

/// Rows of the list kept.
const ROWS: usize = 2_000;

/// What came and went by SMTP.
#[derive(Debug, Default)]
pub struct Post {
    /// Where the server listens.
    pub listens: Option<SocketAddr>,
    rows: VecDeque<Value>,
    next: u64,
}

impl Post {
    /// Files one mail, taken (`in`) or handed on (`out`).
    pub fn file(&mut self, mut row: Value) {
        self.next += 1;
        row["seq"] = json!(self.next);
        self.rows.push_back(row);
        if self.rows.len() > ROWS {
            self.rows.pop_front();
        }
    }

    /// Rows after `after`, at most the `limit` newest.
    pub fn rows(&self, after: u64, limit: usize) -> Vec<Value> {
        let new: Vec<&Value> = self.rows.iter().filter(|r| r["seq"].as_u64() > Some(after)).collect();
        new[new.len().saturating_sub(limit)..].iter().map(|r| (*r).clone()).collect()
    }
}

/// Takes connections until stopped.
pub async fn serve(
    site: Shared,
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let (site, tls, stop) = (site.clone(), tls.clone().map(TlsAcceptor::from), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                ended = converse(site, stream, tls) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "an SMTP conversation broke off");
                    }
                }
            }
        });
    }
}

async fn converse(site: Shared, stream: TcpStream, tls: Option<TlsAcceptor>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let Some(plain) = talk::talk(&site, stream, talk::Cover::of(tls.is_some())).await? else { return Ok(()) };
    let Some(tls) = tls else { return Ok(()) };
    let covered = tls.accept(plain).await?;
    talk::talk(&site, covered, talk::Cover::On).await.map(|_| ())
}
