//! A stand-in for Entra ID and Exchange Online, as strict and as awkward as the real thing.
//!
//! Shares no types with the `exchange` crate: a misunderstanding must not cancel itself out. docs/sandbox.md describes
//! what people and tests may ask of it.

pub mod company;
pub mod outlook;

use std::net::SocketAddr;
use std::path::PathBuf;

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
pub struct Sandbox {}

impl Sandbox {
    /// Starts it; it is reachable when this returns.
    pub async fn start(config: Config) -> Result<Self, std::io::Error> {
        let _ = config;
        todo!()
    }

    /// Its base address, e.g. `http://127.0.0.1:8701` (no slash at the end).
    pub fn base(&self) -> String {
        todo!()
    }

    /// Stops it after writing its state.
    pub async fn stop(self) {}
}
