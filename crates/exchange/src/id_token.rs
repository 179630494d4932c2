//! The id_token's check: whose signature, for whom, from which tenant, when, and for which sign-in.
//!
//! After Microsoft's rules for tenant-independent applications: the issuer comes from the token's own tenant and must
//! be matched exactly, and a key may serve only the issuers that it names.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::classify::is_guid;
use crate::{Error, Result};

/// The tenant of all personal accounts (outlook.com and the like): no company, no Exchange Online.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// How far clocks may differ, seconds.
const LEEWAY: i64 = 300;

/// The published signing keys.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Keys {
    keys: Vec<Key>,
}

/// One of them. Keys of kinds that we do not know are read over.
#[derive(Debug, Clone, Deserialize)]
struct Key {
    kid: Option<String>,
    kty: String,
    #[serde(rename = "use")]
    used_for: Option<String>,
    n: Option<String>,
    e: Option<String>,
    issuer: Option<String>,
}

impl Keys {
    /// Whether the key that signed `token` is among them. A token that cannot be read has none.
    pub fn know(&self, token: &str) -> bool {
        key_id(token).is_ok_and(|kid| self.find(&kid).is_some())
    }

    fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| {
            key.kid.as_deref() == Some(kid)
                && key.kty == "RSA"
                && key.used_for.as_deref().is_none_or(|used_for| used_for == "sig")
        })
    }
}

/// What the token must fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// Our client id.
    pub audience: &'a str,
    /// `issuer` of the discovery document; `{tenantid}` stands for the token's tenant.
    pub issuer: &'a str,
    /// The authority that the desk signs in at; when it is a tenant's id, only that tenant will do.
    pub authority: &'a str,
    /// The sign-in's nonce.
    pub nonce: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// What a checked token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Tenant id.
    pub tenant: String,
    /// `email`: a hint.
    pub email: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    tid: String,
    exp: i64,
    nbf: i64,
    iat: i64,
    nonce: String,
    email: Option<String>,
}

/// Checks `token` against everything. [`Error::NotGenuine`] names the first thing that does not fit.
pub(crate) fn check(token: &str, keys: &Keys, expected: Expected<'_>) -> Result<Identity> {
    let kid = key_id(token)?;
    let key = keys.find(&kid).ok_or_else(|| false_token("its key is not published"))?;
    let claims = verify(token, key)?;
    if !is_guid(&claims.tid) {
        return Err(false_token("its tenant is not an id"));
    }
    if claims.tid.eq_ignore_ascii_case(PERSONAL_ACCOUNTS) {
        return Err(false_token("it is of a personal account, not of a work account"));
    }
    if is_guid(expected.authority) && !expected.authority.eq_ignore_ascii_case(&claims.tid) {
        return Err(false_token("it is of another tenant"));
    }
    let in_tenant = |template: &str| template.replace("{tenantid}", &claims.tid);
    if claims.iss != in_tenant(expected.issuer) {
        return Err(false_token("its issuer is not its tenant"));
    }
    if key.issuer.as_deref().is_some_and(|issuer| claims.iss != in_tenant(issuer)) {
        return Err(false_token("its key belongs to another issuer"));
    }
    if claims.aud != expected.audience {
        return Err(false_token("it is made out to another application"));
    }
    let now = expected.now.as_second();
    if claims.exp.saturating_add(LEEWAY) <= now {
        return Err(false_token("it has expired"));
    }
    if claims.nbf.max(claims.iat).saturating_sub(LEEWAY) > now {
        return Err(false_token("it is of the future: is this machine's clock right?"));
    }
    if expected.nonce.is_empty() || claims.nonce != expected.nonce {
        return Err(false_token("it belongs to another sign-in"));
    }
    Ok(Identity { tenant: claims.tid.to_ascii_lowercase(), email: claims.email })
}

/// The key's id, from a header that promises RS256 and nothing else.
fn key_id(token: &str) -> Result<String> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| false_token("its header cannot be read"))?;
    if header.alg != Algorithm::RS256 {
        return Err(false_token("it is not signed with RS256"));
    }
    header.kid.ok_or_else(|| false_token("it does not name its key"))
}

fn verify(token: &str, key: &Key) -> Result<Claims> {
    let (Some(modulus), Some(exponent)) = (&key.n, &key.e) else {
        return Err(false_token("its key is not complete"));
    };
    let key = DecodingKey::from_rsa_components(modulus, exponent)
        .map_err(|_| false_token("its key cannot be read"))?;
    // Only the signature is the library's work here: times are checked against the clock that is passed in.
    let mut signature_only = Validation::new(Algorithm::RS256);
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;
    signature_only.required_spec_claims.clear();
    jsonwebtoken::decode::<Claims>(token, &key, &signature_only)
        .map(|decoded| decoded.claims)
        .map_err(|error| false_token(&error.to_string()))
}

fn false_token(why: &str) -> Error {
    Error::NotGenuine(format!("id_token: {why}"))
}

#[cfg(test)]
mod tests;
