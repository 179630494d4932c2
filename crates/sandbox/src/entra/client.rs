//! Who calls the token endpoint: a secret, or an assertion signed with the key of a registered certificate (graph.md 1.7).

use std::collections::HashMap;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::authority;
use super::token::{Refusal, missing};
use crate::world::World;
use crate::world::apps::{Application, Worth};

/// The one kind of client assertion there is.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far the clocks of client and Entra may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Client id and secret, from the form or from Basic authentication (both url-encoded there).
fn credentials(form: &HashMap<String, String>, headers: &HeaderMap) -> (String, Option<String>) {
    let basic = headers
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Basic "))
        .and_then(|v| STANDARD.decode(v).ok())
        .and_then(|v| String::from_utf8(v).ok());
    if let Some((id, secret)) = basic.as_deref().and_then(|b| b.split_once(':')) {
        let decode = |s: &str| percent_encoding::percent_decode_str(s).decode_utf8_lossy().into_owned();
        return (decode(id), Some(decode(secret)));
    }
    (form.get("client_id").cloned().unwrap_or_default(), form.get("client_secret").cloned())
}

/// The application that proved itself.
pub fn authenticate(
    world: &mut World,
    base: &str,
    tenant: &str,
    form: &HashMap<String, String>,
    headers: &HeaderMap,
) -> Result<Application, Refusal> {
    let now = world.now();
    let (client_id, secret) = credentials(form, headers);
    if client_id.is_empty() {
        return Err(missing("client_id"));
    }
    let Some(app) = world.apps.get(&client_id).cloned() else {
        return Err(authority::not_in_directory(&client_id, tenant));
    };
    if let Some(token) = form.get("client_assertion") {
        match form.get("client_assertion_type").map(String::as_str) {
            Some(JWT_BEARER) => {}
            None => return Err(missing("client_assertion_type")),
            Some(other) => {
                return Err(Refusal::new(
                    "invalid_client",
                    70_002,
                    format!(
                        "Error validating credentials. The client_assertion_type '{other}' is not supported."
                    ),
                ));
            }
        }
        let id = assertion(&app, token, &audiences(world, base, tenant), now)?;
        let (jti, end) = id;
        if world.grants.assertions.insert(format!("{client_id} {jti}"), end).is_some() {
            return Err(refused(
                50012,
                "Authentication failed. The client assertion was used before: its 'jti' must be unique.",
            ));
        }
        return Ok(app);
    }
    match secret.as_deref().map(|s| app.worth(s, now)) {
        Some(Worth::Good) => Ok(app),
        Some(Worth::Expired) => Err(refused(
            7_000_222,
            &format!(
                "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
            ),
        )),
        Some(Worth::Wrong) => Err(refused(
            7_000_215,
            &format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
            ),
        )),
        None => Err(refused(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )),
    }
}

fn refused(code: u32, text: &str) -> Refusal {
    Refusal::new("invalid_client", code, text)
}

/// What `aud` may say: the token endpoint as it was called or by the tenant's id or domain, or the tenant's issuer.
fn audiences(world: &World, base: &str, tenant: &str) -> Vec<String> {
    let mut names = vec![tenant.to_owned()];
    if let Some(found) = world.tenant(tenant) {
        names.extend([found.id.clone(), found.domain.clone()]);
    }
    names
        .iter()
        .flat_map(|name| [format!("{base}/{name}/oauth2/v2.0/token"), format!("{base}/{name}/v2.0")])
        .collect()
}

/// Checks a client assertion; its `jti` and the moment after which it is worthless anyway.
fn assertion(
    app: &Application,
    token: &str,
    audiences: &[String],
    now: Timestamp,
) -> Result<(String, Timestamp), Refusal> {
    let malformed = || refused(50027, "JWT token is invalid or malformed.");
    let header = jsonwebtoken::decode_header(token).map_err(|_| malformed())?;
    if !matches!(header.alg, Algorithm::PS256 | Algorithm::RS256) {
        return Err(refused(
            5_002_738,
            "Invalid JWT token. The algorithm of the client assertion is not supported: only PS256 and RS256 are.",
        ));
    }
    let named = header.x5t_s256.as_deref().or(header.x5t.as_deref());
    let Some(named) = named else {
        return Err(refused(
            700_027,
            "Client assertion failed signature validation. [Reason - The header of the assertion names no key: 'x5t#S256' or 'x5t' is required.]",
        ));
    };
    // Microsoft's own MSAL for Python writes thumbprints with padding.
    let same = |held: &str, sent: &str| held == sent.trim_end_matches('=');
    let held = app.certificates.iter().find(|c| match (&header.x5t_s256, &header.x5t) {
        (Some(long), _) => same(&c.x5t_s256, long),
        (None, Some(short)) => same(&c.x5t, short),
        (None, None) => false,
    });
    let Some(held) = held else {
        return Err(refused(
            700_027,
            &format!(
                "Client assertion failed signature validation. [Reason - The key was not found., Thumbprint of key used by client: '{named}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{}'.]",
                app.client_id
            ),
        ));
    };
    if now > held.expires || now < held.starts {
        return Err(refused(
            700_027,
            &format!(
                "Client assertion failed signature validation. [Reason - The key used is expired., Thumbprint of key used by client: '{}', Found key 'Start={}, End={}'.]",
                held.thumbprint, held.starts, held.expires
            ),
        ));
    }
    let key = DecodingKey::from_rsa_components(&held.key.0, &held.key.1).map_err(|_| malformed())?;
    let mut rules = Validation::new(header.alg);
    // The claims are judged below, by the sandbox's own clock.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Value>(token, &key, &rules).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => refused(
            700_027,
            "Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]",
        ),
        _ => malformed(),
    })?;
    judge(app, &claims.claims, audiences, now)
}

/// Judges an assertion's claims.
fn judge(
    app: &Application,
    claims: &Value,
    audiences: &[String],
    now: Timestamp,
) -> Result<(String, Timestamp), Refusal> {
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if text("iss") != app.client_id || text("sub") != app.client_id {
        return Err(refused(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
        ));
    }
    let listed = claims["aud"].as_array().map(|a| a.iter().filter_map(Value::as_str).collect());
    let listed: Vec<&str> = listed.unwrap_or_else(|| vec![text("aud")]);
    if !listed.iter().any(|aud| audiences.iter().any(|a| a.eq_ignore_ascii_case(aud))) {
        return Err(refused(
            700_023,
            "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
        ));
    }
    let moment = |name: &str| {
        let seconds = claims[name].as_i64().or_else(|| claims[name].as_f64().map(|f| f as i64));
        seconds.and_then(|s| Timestamp::from_second(s).ok())
    };
    let Some(end) = moment("exp") else {
        return Err(refused(50027, "JWT token is invalid or malformed. The claim 'exp' is missing."));
    };
    let start = moment("nbf").or_else(|| moment("iat")).unwrap_or(now);
    if now > end + SKEW || now + SKEW < start {
        return Err(refused(
            700_024,
            &format!(
                "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {start}, expiry time of assertion {end}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials."
            ),
        ));
    }
    if text("jti").is_empty() {
        return Err(refused(50027, "JWT token is invalid or malformed. The claim 'jti' is missing."));
    }
    Ok((text("jti").to_owned(), end + SKEW))
}
