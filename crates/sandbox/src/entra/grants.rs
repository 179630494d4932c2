//! Consents, codes, tokens and browser sessions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::world::ids;

/// How long a code lives.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long a refresh token lives; each use gives a new one with a whole life.
pub const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// An authorization code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Code {
    /// Application.
    pub client_id: String,
    /// Person.
    pub person: String,
    /// Tenant.
    pub tenant: String,
    /// Granted: OIDC scopes and short Graph permissions.
    pub scopes: Vec<String>,
    /// As the client wrote them.
    pub asked: Vec<String>,
    /// Redirect address used.
    pub redirect_uri: String,
    /// `nonce` of the request.
    pub nonce: Option<String>,
    /// PKCE challenge and method.
    pub challenge: Option<(String, String)>,
    /// End.
    pub expires: Timestamp,
    /// Redeemed once already.
    pub used: bool,
    /// Browser session.
    pub session: String,
}

/// An access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Access {
    /// Application.
    pub client_id: String,
    /// Person.
    pub person: String,
    /// Tenant.
    pub tenant: String,
    /// Graph permissions, short.
    pub scopes: Vec<String>,
    /// End.
    pub expires: Timestamp,
}

/// A refresh token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refresh {
    /// Application.
    pub client_id: String,
    /// Person.
    pub person: String,
    /// Tenant.
    pub tenant: String,
    /// What it may give.
    pub scopes: Vec<String>,
    /// Issued; revocation compares it.
    pub issued: Timestamp,
    /// End.
    pub expires: Timestamp,
    /// Browser session.
    pub session: String,
}

/// A sign-in under way in a browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// Tenant of the path: GUID, domain, `common` or `organizations`.
    pub tenant: String,
    /// Application.
    pub client_id: String,
    /// Where to go back to.
    pub redirect_uri: String,
    /// `query`, `fragment` or `form_post`.
    pub response_mode: String,
    /// As the client wrote them.
    pub asked: Vec<String>,
    /// `state`.
    pub state: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// PKCE.
    pub challenge: Option<(String, String)>,
    /// `prompt`.
    pub prompt: Option<String>,
    /// `login_hint`.
    pub login_hint: String,
    /// `client_info=1` was asked for.
    pub client_info: bool,
    /// An administrator consents for the whole tenant; no code comes of it.
    pub admin_consent: bool,
    /// Who signed in.
    pub person: Option<String>,
    /// Begun.
    pub begun: Timestamp,
    /// Browser session.
    pub session: String,
}

/// All of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Grants {
    /// Consents: person (or tenant) and client to scopes.
    pub consents: BTreeMap<String, BTreeSet<String>>,
    /// Codes.
    pub codes: BTreeMap<String, Code>,
    /// Access tokens.
    pub access: BTreeMap<String, Access>,
    /// Refresh tokens.
    pub refresh: BTreeMap<String, Refresh>,
    /// Sign-ins under way.
    #[serde(skip)]
    pub flows: BTreeMap<String, Flow>,
    /// Browser sessions: people signed in, latest last.
    pub sessions: BTreeMap<String, Vec<String>>,
}

fn consent_key(who: &str, client: &str) -> String {
    format!("{who} {client}")
}

impl Grants {
    /// What a person (or their administrator for everybody) consented to for an application.
    pub fn consented(&self, person: &str, tenant: &str, client: &str) -> BTreeSet<String> {
        [person, tenant]
            .iter()
            .filter_map(|who| self.consents.get(&consent_key(who, client)))
            .flatten()
            .cloned()
            .collect()
    }

    /// Remembers a consent.
    pub fn consent(&mut self, who: &str, client: &str, scopes: impl IntoIterator<Item = String>) {
        self.consents.entry(consent_key(who, client)).or_default().extend(scopes);
    }

    /// Drops what has long expired.
    pub fn sweep(&mut self, now: Timestamp) {
        let old = now - SignedDuration::from_hours(1);
        self.codes.retain(|_, c| c.expires > old);
        self.access.retain(|_, a| a.expires > old);
        self.flows.retain(|_, f| f.begun > old);
    }

    /// Issues an access token; the seconds it lives are between 60 and 90 minutes at random.
    pub fn issue_access(&mut self, from: &Refresh, now: Timestamp) -> (String, i64) {
        let seconds = rand::random_range(3600..=5399);
        let token = format!("eyJ0eXAiOiJKV1QiLCJub25jZSI6{}", ids::random_token(900));
        self.access.insert(
            token.clone(),
            Access {
                client_id: from.client_id.clone(),
                person: from.person.clone(),
                tenant: from.tenant.clone(),
                scopes: from.scopes.clone(),
                expires: now + SignedDuration::from_secs(seconds),
            },
        );
        (token, seconds)
    }

    /// Issues a refresh token.
    pub fn issue_refresh(&mut self, grant: Refresh) -> String {
        let token = format!("1.AXoA{}", ids::random_token(700));
        self.refresh.insert(token.clone(), grant);
        token
    }
}
