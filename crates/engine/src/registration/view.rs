//! What the page about the registration shows. No secret is ever in it.

use exchange::{Certificate, Cloud, Credential};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{CONSENT_RETURN, DRAFT, DRAFT_SECRET, PLAIN, SECRET, SIGN_IN_RETURN, Stored, broken, end_of};
use crate::{Actor, Engine, Result};

/// Secret or certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A client secret.
    #[default]
    Secret,
    /// A certificate.
    Certificate,
}

/// Where the registration comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RegistrationSource {
    /// There is none yet.
    #[default]
    Nothing,
    /// Stored by an administrator.
    Stored,
    /// The configuration file or the environment: it cannot be changed in the browser.
    File,
}

/// A certificate's public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateView {
    /// SHA-1, as Entra's pages show it.
    pub thumbprint: String,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

/// A secret or certificate that is kept until a registration with it is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// Which.
    pub kind: CredentialKind,
    /// The certificate's public half.
    pub certificate: Option<CertificateView>,
}

/// The registration as the page shows it.
#[derive(Debug, Clone, Default)]
pub struct RegistrationView {
    /// Where it comes from.
    pub source: RegistrationSource,
    /// Application (client) id.
    pub client_id: String,
    /// For every organisation, not for one tenant.
    pub many_tenants: bool,
    /// The tenant; where it is for many: the one in which it was checked.
    pub tenant: String,
    /// Name of a preset, or `own`.
    pub cloud: String,
    /// Sign-in service.
    pub login_url: String,
    /// Graph.
    pub graph_url: String,
    /// Secret or certificate.
    pub kind: CredentialKind,
    /// The certificate in use.
    pub certificate: Option<CertificateView>,
    /// The day the secret ends, as typed.
    pub expires_on: Option<Date>,
    /// When secret or certificate ends.
    pub expires_at: Option<Timestamp>,
    /// Entra gave the application a token when it was saved; otherwise it only did not object.
    pub proved: bool,
    /// When it was saved.
    pub saved_at: Option<Timestamp>,
    /// What is kept for the next saving.
    pub draft: Option<DraftView>,
    /// Addresses to be registered as redirect addresses of type "Web".
    pub redirect_uris: Vec<String>,
}

/// Presets, in the order they are offered; `own` stands for two addresses of one's own.
const CLOUDS: [&str; 4] = ["global", "gcc-high", "dod", "china"];

pub(super) fn certificate_view(certificate: &Certificate) -> CertificateView {
    CertificateView { thumbprint: certificate.thumbprint(), expires_at: certificate.expires_at() }
}

/// The preset with these addresses, or `own`.
fn cloud_name(cloud: &Cloud) -> String {
    let preset = CLOUDS.into_iter().find(|name| Cloud::preset(name).as_ref() == Some(cloud));
    preset.unwrap_or("own").to_owned()
}

impl Engine {
    /// The registration, without anything secret. Admins. Never asks Microsoft.
    pub async fn registration(&self, actor: &Actor) -> Result<RegistrationView> {
        actor.must_be_admin()?;
        let public = &self.inner.settings.public_url;
        let redirect_uris = [SIGN_IN_RETURN, CONSENT_RETURN].map(|path| format!("{public}{path}")).to_vec();
        let view = if let Some(entra) = &self.inner.links.fixed {
            let registration = entra.registration();
            let certificate = match &registration.credential {
                Credential::Certificate(certificate) => Some(certificate_view(certificate)),
                Credential::Secret(_) => None,
            };
            let many_tenants = registration.authority == "organizations";
            RegistrationView {
                source: RegistrationSource::File,
                client_id: registration.client_id.clone(),
                many_tenants,
                tenant: if many_tenants { String::new() } else { registration.authority.clone() },
                cloud: cloud_name(entra.cloud()),
                login_url: entra.cloud().login.to_string(),
                graph_url: entra.cloud().graph.to_string(),
                kind: if certificate.is_some() {
                    CredentialKind::Certificate
                } else {
                    CredentialKind::Secret
                },
                expires_at: certificate
                    .as_ref()
                    .map(|c| c.expires_at)
                    .or(self.inner.settings.secret_expires_at),
                certificate,
                ..RegistrationView::default()
            }
        } else {
            self.stored_view().await?
        };
        Ok(RegistrationView { redirect_uris, draft: self.draft_view().await?, ..view })
    }

    async fn stored_view(&self) -> Result<RegistrationView> {
        let (plain, secret) = self.inner.store.setting_with_secret(PLAIN, SECRET).await?;
        let (Some(plain), Some(secret)) = (plain, secret) else {
            let cloud = self.inner.links.base.cloud();
            return Ok(RegistrationView {
                many_tenants: true,
                cloud: cloud_name(cloud),
                login_url: cloud.login.to_string(),
                graph_url: cloud.graph.to_string(),
                ..RegistrationView::default()
            });
        };
        let stored: Stored = serde_json::from_str(&plain).map_err(|_| broken())?;
        let certificate = match stored.kind.read(&secret) {
            Ok(Credential::Certificate(certificate)) => Some(certificate_view(&certificate)),
            _ => None,
        };
        let many_tenants = stored.authority == "organizations";
        Ok(RegistrationView {
            source: RegistrationSource::Stored,
            client_id: stored.client_id,
            many_tenants,
            tenant: if many_tenants { stored.home.unwrap_or_default() } else { stored.authority },
            cloud: stored.cloud,
            login_url: stored.login.to_string(),
            graph_url: stored.graph.to_string(),
            kind: stored.kind,
            expires_on: stored.expires_on,
            expires_at: certificate.as_ref().map(|c| c.expires_at).or(end_of(stored.expires_on)),
            certificate,
            proved: stored.proved,
            saved_at: Some(stored.saved_at),
            ..RegistrationView::default()
        })
    }

    async fn draft_view(&self) -> Result<Option<DraftView>> {
        let (plain, secret) = self.inner.store.setting_with_secret(DRAFT, DRAFT_SECRET).await?;
        let (Some(plain), Some(secret)) = (plain, secret) else { return Ok(None) };
        let kind: CredentialKind = serde_json::from_str(&plain).map_err(|_| broken())?;
        let certificate = match kind.read(&secret) {
            Ok(Credential::Certificate(certificate)) => Some(certificate_view(&certificate)),
            _ => None,
        };
        Ok(Some(DraftView { kind, certificate }))
    }
}
