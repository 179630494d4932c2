//! Sign-in: authorization code with PKCE, state and nonce; refresh; the id_token's check; tokens for the application itself.

mod certificate;
mod consent;
mod credential;
mod permissions;

pub use certificate::{Certificate, CertificateFault};
pub use consent::Proof;
pub use credential::Credential;
pub use permissions::Permissions;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use oauth2::{CsrfToken, PkceCodeChallenge};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tracing::{debug, warn};
use url::Url;

use crate::classify;
use crate::http::{Answer, exchange, read_again};
use crate::id_token::{self, Expected, Keys};
use crate::{Cloud, Error, Result};

/// Signing keys are fetched anew after this time. They change unannounced, so an unknown key id fetches them as well.
const KEYS_GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Taken off an access token's life, so that it does not die on its way.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// How long a call to Entra may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The desk's registration at Entra.
#[derive(Clone)]
pub struct Registration {
    /// Application (client) id.
    pub client_id: String,
    /// Secret or certificate.
    pub credential: Credential,
    /// `organizations`, or a tenant's id or domain.
    pub authority: String,
    /// Where Microsoft sends the browser back to after a sign-in; must be registered there.
    pub redirect_uri: Url,
    /// The same after an administrator's approval.
    pub consent_uri: Url,
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
    /// Scopes granted, short names (`Mail.Send`), as answered; those asked for when the answer is silent, as it always is to
    /// an application.
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
pub struct Entra {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    cloud: Cloud,
    registration: Registration,
    published: Mutex<Option<Published>>,
}

/// What Entra publishes about itself.
#[derive(Clone)]
struct Published {
    issuer: String,
    keys: Keys,
    read_at: Timestamp,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: Url,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token_type: String,
    access_token: SecretString,
    #[serde(deserialize_with = "seconds")]
    expires_in: i64,
    scope: Option<String>,
    refresh_token: Option<SecretString>,
    id_token: Option<SecretString>,
}

impl Entra {
    /// For a cloud and a registration. Make `http` with [`crate::http_client`]: a secret must not follow a redirect.
    pub fn new(http: reqwest::Client, cloud: Cloud, registration: Registration) -> Self {
        Self { inner: Arc::new(Inner { http, cloud, registration, published: Mutex::new(None) }) }
    }

    /// The registration it was made for.
    pub fn registration(&self) -> &Registration {
        &self.inner.registration
    }

    /// The cloud it was made for.
    pub fn cloud(&self) -> &Cloud {
        &self.inner.cloud
    }

    /// Prepares a sign-in with `prompt=select_account` (a browser that is signed in to another account would else answer
    /// for the wrong mailbox); `login_hint` for a reconnect.
    pub fn depart(&self, permissions: Permissions, login_hint: Option<&str>) -> Departure {
        let registration = &self.inner.registration;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = CsrfToken::new_random_len(32).into_secret();
        let nonce = CsrfToken::new_random_len(32).into_secret();
        let mut url = self.address(&["oauth2", "v2.0", "authorize"]);
        url.query_pairs_mut()
            .append_pair("client_id", &registration.client_id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", registration.redirect_uri.as_str())
            .append_pair("scope", &permissions.asked(&self.inner.cloud.graph))
            .append_pair("prompt", "select_account")
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        if let Some(hint) = login_hint {
            url.query_pairs_mut().append_pair("login_hint", hint);
        }
        Departure { url, state, nonce, verifier: verifier.into_secret().into() }
    }

    /// Code to tokens, id_token checked (RS256, audience, issuer from its own tenant, key issuer, times, nonce, no personal
    /// account). Missing scopes are an error that names them ([`Error::MissingScopes`]); so is a missing refresh token
    /// (`offline_access`). Asked once: a code works once.
    pub async fn arrive(
        &self,
        code: &str,
        verifier: &SecretString,
        nonce: &str,
        permissions: Permissions,
        now: Timestamp,
    ) -> Result<SignedIn> {
        let redirect = self.inner.registration.redirect_uri.as_str();
        let answer = self
            .token(
                &self.inner.registration.authority,
                &[
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("redirect_uri", redirect),
                    ("code_verifier", verifier.expose_secret()),
                ],
                permissions,
                now,
            )
            .await?;
        let Some(id_token) = &answer.id_token else {
            return Err(Error::NotGenuine("the answer has no id_token".into()));
        };
        let identity = self.identify(id_token.expose_secret(), nonce, now).await?;
        let tokens = token_set(answer, permissions, now)?;
        let mut missing = permissions.missing(&tokens.scopes);
        if tokens.refresh.is_none() {
            missing.push("offline_access".into());
        }
        if !missing.is_empty() {
            return Err(Error::MissingScopes { missing });
        }
        Ok(SignedIn { tenant: identity.tenant, tokens, email_hint: identity.email })
    }

    /// New tokens for a refresh token. The caller stores the rotated refresh token before it uses the access token, and
    /// only then looks at [`Permissions::missing`]: an administrator may have taken a permission back.
    pub async fn refresh(
        &self,
        refresh: &SecretString,
        permissions: Permissions,
        now: Timestamp,
    ) -> Result<TokenSet> {
        let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        let answer = self.token(&self.inner.registration.authority, &grant, permissions, now).await?;
        token_set(answer, permissions, now)
    }

    /// A token for the application itself in this tenant (client credentials). No refresh token comes with it: another one is asked
    /// for in the same way. What it may do is not said in the answer.
    pub async fn by_itself(&self, tenant: &str, now: Timestamp) -> Result<TokenSet> {
        let grant = [("grant_type", "client_credentials")];
        let answer = self.token(tenant, &grant, Permissions::Application, now).await?;
        token_set(answer, Permissions::Application, now)
    }

    /// Classifies the `error`/`error_description` that came back to the redirect address.
    pub fn refusal(error: &str, description: &str) -> Error {
        classify::refusal(error, description)
    }

    fn address(&self, path: &[&str]) -> Url {
        let mut segments = vec![self.inner.registration.authority.as_str()];
        segments.extend(path);
        self.inner.cloud.login_at(&segments)
    }

    /// One token call, never repeated here: its caller knows what a lost answer means.
    async fn token(
        &self,
        tenant: &str,
        grant: &[(&str, &str)],
        permissions: Permissions,
        now: Timestamp,
    ) -> Result<TokenAnswer> {
        let registration = &self.inner.registration;
        let scope = permissions.asked(&self.inner.cloud.graph);
        let url = self.inner.cloud.login_at(&[tenant, "oauth2", "v2.0", "token"]);
        let proof = registration.credential.proof(&registration.client_id, url.as_str(), now)?;
        let mut form = grant.to_vec();
        form.push(("client_id", &registration.client_id));
        form.push(("scope", &scope));
        form.extend(proof.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = exchange(self.inner.http.post(url).timeout(TIMEOUT).form(&form)).await?;
        let answer = granted(answer, "token").inspect_err(|error| {
            warn!(operation = "token", %error, trace = ?error.trace(), "Entra refused");
        })?;
        answer.json()
    }

    /// Checks an id_token with the cached keys, with fresh ones when they do not know its key.
    async fn identify(&self, token: &str, nonce: &str, now: Timestamp) -> Result<id_token::Identity> {
        let published = self.published(token, now).await?;
        let registration = &self.inner.registration;
        let expected = Expected {
            audience: &registration.client_id,
            issuer: &published.issuer,
            authority: &registration.authority,
            nonce,
            now,
        };
        id_token::check(token, &published.keys, expected)
    }

    async fn published(&self, token: &str, now: Timestamp) -> Result<Published> {
        // Held while fetching, so that many sign-ins at once fetch once.
        let mut cache = self.inner.published.lock().await;
        let fresh = |known: &Published| now.duration_since(known.read_at).abs() < KEYS_GOOD_FOR;
        if let Some(known) = cache.as_ref().filter(|known| fresh(known) && known.keys.know(token)) {
            return Ok(known.clone());
        }
        let discovery: Discovery =
            self.fetch(self.address(&["v2.0", ".well-known", "openid-configuration"])).await?;
        if discovery.jwks_uri.scheme() != self.inner.cloud.login.scheme() {
            return Err(Error::NotGenuine("the signing keys are offered over another protocol".into()));
        }
        let keys = self.fetch(discovery.jwks_uri).await?;
        let published = Published { issuer: discovery.issuer, keys, read_at: now };
        *cache = Some(published.clone());
        Ok(published)
    }

    async fn fetch<T: serde::de::DeserializeOwned>(&self, url: Url) -> Result<T> {
        read_again(|| {
            let request = self.inner.http.get(url.clone()).timeout(TIMEOUT);
            async move { granted(exchange(request).await?, "keys") }
        })
        .await?
        .json()
    }
}

fn granted(answer: Answer, operation: &'static str) -> Result<Answer> {
    debug!(
        operation,
        status = answer.status,
        request_id = answer.header("x-ms-request-id"),
        "Entra answered"
    );
    if answer.status == 200 { Ok(answer) } else { Err(classify::entra(&answer)) }
}

fn token_set(answer: TokenAnswer, permissions: Permissions, now: Timestamp) -> Result<TokenSet> {
    if !answer.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(Error::Unexpected("the token is not a bearer token".into()));
    }
    let life = SignedDuration::from_secs(answer.expires_in) - MARGIN;
    let access_expires_at =
        now.checked_add(life).map_err(|_| Error::Unexpected("the token's life is no time".into()))?;
    let scopes = match &answer.scope {
        Some(scope) => {
            scope.split_whitespace().map(|name| permissions::short_name(name).to_owned()).collect()
        }
        None => permissions.names().iter().map(|name| (*name).to_owned()).collect(),
    };
    Ok(TokenSet { access: answer.access_token, access_expires_at, refresh: answer.refresh_token, scopes })
}

/// A number, or a number in quotation marks as older endpoints write it.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Number(i64),
        Text(String),
    }
    let value = match Form::deserialize(deserializer)? {
        Form::Number(number) => number,
        Form::Text(text) => text.parse().map_err(serde::de::Error::custom)?,
    };
    // A year is more than any token lives; beyond that arithmetic would not be safe.
    Ok(value.clamp(0, 366 * 24 * 3600))
}

#[cfg(test)]
mod tests;
