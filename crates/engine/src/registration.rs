//! The desk's own registration at Entra: from the configuration file, which wins, or stored by an administrator. Checked with
//! Microsoft before it is stored; read anew when it changes, by this process or another.

mod edit;
mod view;

pub use edit::{CredentialChoice, RegistrationForm};
pub use view::{CertificateView, CredentialKind, DraftView, RegistrationSource, RegistrationView};

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use exchange::{Certificate, Cloud, Credential, Entra, Graph, Proof, Registration};
use jiff::Timestamp;
use jiff::civil::Date;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Engine, Error, Result};

/// What is not secret of a stored registration, and what is; the same for one that is being prepared.
const PLAIN: &str = "registration";
const SECRET: &str = "registration_secret";
const DRAFT: &str = "registration_draft";
const DRAFT_SECRET: &str = "registration_draft_secret";
/// Where Microsoft sends browsers back to, below the desk's public address.
const SIGN_IN_RETURN: &str = "/admin/connect/return";
const CONSENT_RETURN: &str = "/consent/return";
/// A change by another process is seen this late at most where no token is asked for; a token call always looks.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Entra, where the desk is registered, and Graph of the same cloud.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) entra: Option<Entra>,
    pub(crate) graph: Graph,
}

/// How the engine reaches Microsoft.
pub(crate) struct Links {
    /// From the configuration file.
    fixed: Option<Entra>,
    base: Graph,
    cached: Mutex<Option<Cached>>,
}

struct Cached {
    /// The stored text that it was made from.
    made_from: Option<String>,
    link: Link,
    looked: Instant,
}

/// What is stored openly.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored {
    /// Different at each saving, so that a new secret alone is a change as well.
    version: String,
    client_id: String,
    /// `organizations`, or a tenant.
    authority: String,
    /// For many tenants: the tenant in which it was checked.
    home: Option<String>,
    /// Name of a preset, or `own`.
    cloud: String,
    login: Url,
    graph: Url,
    kind: CredentialKind,
    expires_on: Option<Date>,
    proved: bool,
    saved_at: Timestamp,
}

impl Links {
    pub(crate) fn new(fixed: Option<Entra>, base: Graph) -> Self {
        Self { fixed, base, cached: Mutex::default() }
    }

    /// Graph as it was used last, for counters.
    pub(crate) fn graph(&self) -> Graph {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        cached.as_ref().map_or_else(|| self.base.clone(), |cached| cached.link.graph.clone())
    }

    fn remembered(&self, newer_than: Duration) -> Option<Link> {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        cached
            .as_ref()
            .filter(|cached| cached.looked.elapsed() < newer_than)
            .map(|cached| cached.link.clone())
    }

    /// What is remembered, if it was made from this text.
    fn unchanged(&self, made_from: Option<&String>) -> Option<Link> {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let same = cached.as_mut().filter(|cached| cached.made_from.as_ref() == made_from)?;
        same.looked = Instant::now();
        Some(same.link.clone())
    }

    fn remember(&self, made_from: Option<String>, link: &Link) {
        let fresh = Cached { made_from, link: link.clone(), looked: Instant::now() };
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
    }
}

impl Engine {
    /// Graph of the registration's cloud.
    pub(crate) async fn graph(&self) -> Result<Graph> {
        if let Some(link) = self.inner.links.remembered(LOOK_EVERY) {
            return Ok(link.graph);
        }
        Ok(self.microsoft().await?.graph)
    }

    /// Entra as registered now.
    pub(crate) async fn entra(&self) -> Result<Entra> {
        self.microsoft().await?.entra.ok_or(Error::NotRegistered)
    }

    /// Both, from the registration as it is stored at this moment.
    pub(crate) async fn microsoft(&self) -> Result<Link> {
        let links = &self.inner.links;
        if let Some(entra) = &links.fixed {
            return Ok(Link { entra: Some(entra.clone()), graph: links.base.clone() });
        }
        let (plain, secret) = self.inner.store.setting_with_secret(PLAIN, SECRET).await?;
        if let Some(same) = links.unchanged(plain.as_ref()) {
            return Ok(same);
        }
        let link = match (&plain, &secret) {
            (Some(text), Some(secret)) => {
                let stored: Stored = serde_json::from_str(text).map_err(|_| broken())?;
                let graph = links.graph().in_cloud(&stored.cloud());
                let credential = stored.kind.read(secret).map_err(|_| broken())?;
                let registration = self.registration_of(&stored.client_id, &stored.authority, credential)?;
                Link { entra: Some(graph.entra(registration)), graph }
            }
            _ => Link { entra: None, graph: links.base.clone() },
        };
        links.remember(plain, &link);
        Ok(link)
    }

    fn registration_of(
        &self,
        client_id: &str,
        authority: &str,
        credential: Credential,
    ) -> Result<Registration> {
        let back = |path: &str| {
            let invalid = |_| Error::Invalid { field: "public-url", problem: "unknown" };
            Url::parse(&format!("{}{path}", self.inner.settings.public_url)).map_err(invalid)
        };
        Ok(Registration {
            client_id: client_id.to_owned(),
            credential,
            authority: authority.to_owned(),
            redirect_uri: back(SIGN_IN_RETURN)?,
            consent_uri: back(CONSENT_RETURN)?,
        })
    }

    /// When the registration's secret or certificate ends, as far as it is known: for forecasts and alarms.
    pub async fn registration_expiry(&self) -> Result<Option<Timestamp>> {
        let entra = match self.entra().await {
            Ok(entra) => entra,
            Err(Error::NotRegistered) => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Credential::Certificate(certificate) = &entra.registration().credential {
            return Ok(Some(certificate.expires_at()));
        }
        if self.inner.links.fixed.is_some() {
            return Ok(self.inner.settings.secret_expires_at);
        }
        Ok(self.stored_registration().await?.and_then(|stored| end_of(stored.expires_on)))
    }

    async fn stored_registration(&self) -> Result<Option<Stored>> {
        let text = self.inner.store.setting(PLAIN).await?;
        text.map(|text| serde_json::from_str(&text).map_err(|_| broken())).transpose()
    }
}

impl Stored {
    fn cloud(&self) -> Cloud {
        Cloud { login: self.login.clone(), graph: self.graph.clone() }
    }
}

impl CredentialKind {
    fn read(self, text: &SecretString) -> Result<Credential, exchange::CertificateFault> {
        match self {
            Self::Secret => Ok(Credential::Secret(text.clone())),
            Self::Certificate => Certificate::read(text).map(Credential::Certificate),
        }
    }
}

fn broken() -> Error {
    Error::Store(store::Error::Inconsistent { table: "setting", column: "value", row: PLAIN.to_owned() })
}

/// The moment at which a day begins, in UTC: what ends on a day is not counted on during it.
fn end_of(day: Option<Date>) -> Option<Timestamp> {
    Some(day?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

fn proved(proof: Proof) -> bool {
    proof == Proof::Proved
}
