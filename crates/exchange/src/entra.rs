//! Sign-in: authorization code with PKCE, state and nonce; refresh; the id_token's check.

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use crate::{Cloud, Result};

/// The six delegated permissions, as asked for.
pub const SCOPES: [&str; 6] = ["openid", "offline_access", "email", "User.Read", "Mail.Send", "Mail.ReadWrite"];

/// The desk's registration at Entra.
#[derive(Clone)]
pub struct Registration {
    /// Application (client) id.
    pub client_id: String,
    /// Secret.
    pub client_secret: SecretString,
    /// `organizations`, or a tenant's id or domain.
    pub authority: String,
    /// Where Microsoft sends the browser back to; must be registered there.
    pub redirect_uri: Url,
}

/// A sign-in to be started: send the browser to `url`, keep the rest.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Where to send the browser.
    pub url: Url,
    /// `state`, random.
    pub state: String,
    /// `nonce`, random.
    pub nonce: String,
    /// PKCE verifier.
    pub verifier: SecretString,
}

/// Tokens as they come.
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// Access token.
    pub access: SecretString,
    /// Until when it may be used (a minute of margin taken off).
    pub access_expires_at: Timestamp,
    /// Refresh token; on refresh Microsoft sends a new one each time, but need not.
    pub refresh: Option<SecretString>,
    /// Scopes granted, short names (`Mail.Send`), as answered; those asked for when the answer is silent.
    pub scopes: Vec<String>,
}

/// What a finished sign-in proves.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Tenant id from the checked id_token.
    pub tenant: String,
    /// Tokens.
    pub tokens: TokenSet,
    /// `email` claim: a hint for people, never an identity.
    pub email_hint: Option<String>,
}

/// Entra for one registration. Cheap to clone; caches the signing keys (24 h, and once anew on an unknown kid).
#[derive(Clone)]
pub struct Entra {}

impl Entra {
    /// For a cloud and a registration.
    pub fn new(http: reqwest::Client, cloud: Cloud, registration: Registration) -> Self {
        let _ = (http, cloud, registration);
        todo!()
    }

    /// Prepares a sign-in with `prompt=select_account`; `login_hint` for a reconnect.
    pub fn depart(&self, login_hint: Option<&str>) -> Departure {
        let _ = login_hint;
        todo!()
    }

    /// Code to tokens, id_token checked (graph.md 1.4 rules: RS256, audience, issuer from its own tenant, key issuer,
    /// times, nonce, no consumer tenant). Missing scopes are an error that names them ([`crate::Error::MissingScopes`]).
    pub async fn arrive(&self, code: &str, verifier: &SecretString, nonce: &str, now: Timestamp) -> Result<SignedIn> {
        let _ = (code, verifier, nonce, now);
        todo!()
    }

    /// New tokens for a refresh token. The caller stores the rotated refresh token before it uses the access token.
    pub async fn refresh(&self, refresh: &SecretString, now: Timestamp) -> Result<TokenSet> {
        let _ = (refresh, now);
        todo!()
    }

    /// Classifies the `error`/`error_description` that came back to the redirect address.
    pub fn refusal(error: &str, description: &str) -> crate::Error {
        let _ = (error, description);
        todo!()
    }

    /// The scopes of [`SCOPES`] that are not in `granted` (case-insensitive; `openid`, `offline_access` and `email` may be left out of answers and do not count).
    pub fn missing_scopes(granted: &[String]) -> Vec<String> {
        let _ = granted;
        todo!()
    }
}
