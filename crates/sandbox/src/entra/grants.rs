//! Consents, codes, tokens and browser sessions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::words::Language;
use crate::world::ids;

/// How long a code lives.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long a refresh token lives; each use gives a new one with a whole life.
pub const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How a person proved who they are: at this moment, with or without a second factor. Sign-in frequency and demands for
/// a second factor look at it; refreshing does not renew it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// When the password was typed.
    pub at: Timestamp,
    /// With a second factor.
    pub mfa: bool,
}

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
    /// The sign-in behind it.
    #[serde(default)]
    pub proof: Proof,
}

/// An access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Access {
    /// Application.
    pub client_id: String,
    /// Person; empty when the application has it for itself.
    pub person: String,
    /// Tenant.
    pub tenant: String,
    /// Graph permissions, short: of the person (`scp`), or the application's own (`roles`).
    pub scopes: Vec<String>,
    /// End.
    pub expires: Timestamp,
    /// The application's own token: nobody is signed in.
    #[serde(default)]
    pub app_only: bool,
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
    /// The sign-in behind it.
    #[serde(default)]
    pub proof: Proof,
}

/// A person who asked an administrator to consent (the workflow of AADSTS90095).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// When.
    pub at: Timestamp,
    /// Tenant.
    pub tenant: String,
    /// Who asks.
    pub person: String,
    /// For which application.
    pub client_id: String,
    /// For what.
    pub scopes: Vec<String>,
    /// In their words.
    pub reason: String,
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
    /// Application permissions an administrator is asked for (`.default` at the admin consent endpoint).
    pub roles: Vec<String>,
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
    /// Language of the pages.
    pub language: Language,
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
    /// How they signed in there, by session and person.
    #[serde(default)]
    pub proofs: BTreeMap<String, Proof>,
    /// Requests for an administrator's consent, oldest first.
    #[serde(default)]
    pub wishes: Vec<Wish>,
    /// `jti` of the client assertions seen, each until it has expired.
    #[serde(skip)]
    pub assertions: BTreeMap<String, Timestamp>,
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

    /// Whether somebody (a person's or a tenant's id) has consented to anything for an application.
    pub fn has_consented(&self, who: &str, client: &str) -> bool {
        self.consents.contains_key(&consent_key(who, client))
    }

    /// Takes a consent back.
    pub fn withdraw(&mut self, who: &str, client: &str) {
        self.consents.remove(&consent_key(who, client));
    }

    /// What this one (a person's or a tenant's id) consented to for an application.
    pub fn consent_of(&self, who: &str, client: &str) -> BTreeSet<String> {
        self.consents.get(&consent_key(who, client)).cloned().unwrap_or_default()
    }

    /// How a person signed in in a browser, if they did.
    pub fn proof(&self, session: &str, person: &str) -> Option<Proof> {
        self.proofs.get(&consent_key(session, person)).copied()
    }

    /// Remembers that a person signed in in a browser; the latest comes last.
    pub fn signed_in(&mut self, session: &str, person: &str, proof: Proof) {
        let held = self.sessions.entry(session.to_owned()).or_default();
        held.retain(|p| p != person);
        held.push(person.to_owned());
        self.proofs.insert(consent_key(session, person), proof);
    }

    /// Kills the access tokens of a person at once, so that nobody has to wait for their end.
    pub fn cut_off(&mut self, person: &str) {
        self.access.retain(|_, a| a.person != person);
    }

    /// Drops what has long expired.
    pub fn sweep(&mut self, now: Timestamp) {
        let old = now - SignedDuration::from_hours(1);
        self.codes.retain(|_, c| c.expires > old);
        self.access.retain(|_, a| a.expires > old);
        self.flows.retain(|_, f| f.begun > old);
        self.assertions.retain(|_, end| *end > old);
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
                app_only: false,
            },
        );
        (token, seconds)
    }

    /// Issues a token to an application for itself: an hour less a second, as Microsoft's examples show.
    pub fn issue_app_only(
        &mut self,
        client_id: &str,
        tenant: &str,
        roles: Vec<String>,
        now: Timestamp,
    ) -> (String, i64) {
        let seconds = 3599;
        let token = format!("eyJ0eXAiOiJKV1QiLCJub25jZSI6{}", ids::random_token(900));
        self.access.insert(
            token.clone(),
            Access {
                client_id: client_id.to_owned(),
                person: String::new(),
                tenant: tenant.to_owned(),
                scopes: roles,
                expires: now + SignedDuration::from_secs(seconds),
                app_only: true,
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
