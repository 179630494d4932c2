//! Redeeming: what a code or a refresh token gives, and each way it is refused.

use std::collections::HashMap;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::grants::{REFRESH_LIFE, Refresh};
use super::scopes;
use super::token::Refusal;
use crate::site::Site;
use crate::world::World;
use crate::world::ids;
use crate::world::people::Person;

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

/// The token endpoint's answer, or its refusal.
pub async fn redeem(
    site: &Site,
    tenant: &str,
    form: &HashMap<String, String>,
    headers: &HeaderMap,
) -> Result<Value, Refusal> {
    let (client_id, secret) = credentials(form, headers);
    if form.contains_key("client_assertion") {
        return Err(Refusal::new(
            "invalid_client",
            700_027,
            "The stand-in does not check client assertions.",
        ));
    }
    let keys = site.keys().await;
    let mut world = site.world();
    let now = world.now();
    world.grants.sweep(now);
    if client_id.is_empty() {
        return Err(missing("client_id"));
    }
    let Some(app) = world.apps.get(&client_id) else {
        return Err(Refusal::new(
            "unauthorized_client",
            700_016,
            format!("Application with identifier '{client_id}' was not found in the directory '{tenant}'."),
        ));
    };
    match secret {
        None => {
            return Err(Refusal::new(
                "invalid_client",
                7_000_218,
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            ));
        }
        Some(secret) if secret != app.client_secret => {
            return Err(Refusal::new(
                "invalid_client",
                7_000_215,
                format!(
                    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
                ),
            ));
        }
        Some(_) => {}
    }
    let named = !matches!(tenant.to_ascii_lowercase().as_str(), "common" | "organizations");
    if named && world.tenant(tenant).is_none() {
        return Err(Refusal::new("invalid_request", 90002, format!("Tenant '{tenant}' not found.")));
    }
    let (grant, asked, nonce) = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => by_code(&mut world, form, &client_id, now)?,
        Some("refresh_token") => by_refresh(&mut world, form, &client_id, now)?,
        Some(other) => {
            return Err(Refusal::new(
                "unsupported_grant_type",
                70003,
                format!("The app requested an unsupported grant type '{other}'."),
            ));
        }
        None => return Err(missing("grant_type")),
    };
    let person = world.people.get(&grant.person).cloned().ok_or_else(|| gone(&grant.person))?;
    if named && world.tenant(tenant).map(|t| &t.id) != Some(&grant.tenant) {
        return Err(Refusal::new(
            "invalid_grant",
            700_005,
            "The provided authorization code or token is intended for another tenant.",
        ));
    }
    let mut access = grant.clone();
    access.scopes = scopes::graph_only(&grant.scopes);
    let (access_token, seconds) = world.grants.issue_access(&access, now);
    let mut body = json!({
        "token_type": "Bearer",
        "scope": scopes::answer(&grant.scopes, &asked),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": access_token,
    });
    let has = |name: &str| grant.scopes.iter().any(|s| s == name);
    if has("offline_access") {
        let fresh = Refresh { issued: now, expires: now + REFRESH_LIFE, ..grant.clone() };
        body["refresh_token"] = json!(world.grants.issue_refresh(fresh));
    }
    if has("openid") {
        body["id_token"] = json!(keys.sign(&claims(&site.base, &grant, &person, nonce.as_deref(), now)));
    }
    if form.get("client_info").is_some_and(|v| v == "1") {
        let info = json!({"uid": person.id, "utid": grant.tenant}).to_string();
        body["client_info"] = json!(URL_SAFE_NO_PAD.encode(info));
    }
    Ok(body)
}

fn missing(name: &str) -> Refusal {
    Refusal::new(
        "invalid_request",
        900_144,
        format!("The request body must contain the following parameter: '{name}'."),
    )
}

fn gone(person: &str) -> Refusal {
    Refusal::new(
        "invalid_grant",
        700_020,
        format!("The user account {person} does not exist in the directory."),
    )
}

type Redeemed = (Refresh, Vec<String>, Option<String>);

fn by_code(
    world: &mut World,
    form: &HashMap<String, String>,
    client: &str,
    now: Timestamp,
) -> Result<Redeemed, Refusal> {
    let given = form.get("code").ok_or_else(|| missing("code"))?;
    let redirect = form.get("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
    let Some(code) = world.grants.codes.get_mut(given) else {
        return Err(Refusal::new(
            "invalid_grant",
            70000,
            "The provided value for the 'code' parameter is not valid.",
        ));
    };
    if code.client_id != client {
        return Err(Refusal::new("invalid_grant", 700_005, "The code was issued to another application."));
    }
    if code.used {
        return Err(Refusal::new(
            "invalid_grant",
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ));
    }
    if code.expires <= now {
        return Err(Refusal::new(
            "invalid_grant",
            70008,
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
        ));
    }
    if code.redirect_uri != *redirect {
        return Err(Refusal::new(
            "invalid_grant",
            50011,
            format!(
                "The redirect URI '{redirect}' specified in the request does not match the redirect URI of the authorization request."
            ),
        ));
    }
    if let Some((challenge, method)) = &code.challenge {
        let Some(verifier) = form.get("code_verifier") else {
            return Err(missing("code_verifier"));
        };
        if !(43..=128).contains(&verifier.len()) {
            return Err(Refusal::new(
                "invalid_grant",
                501_491,
                "Invalid size of Code_Verifier parameter: 43 to 128 characters.",
            ));
        }
        let made = if method == "S256" {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
        } else {
            verifier.clone()
        };
        if made != *challenge {
            return Err(Refusal::new(
                "invalid_grant",
                501_481,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            ));
        }
    }
    code.used = true;
    let grant = Refresh {
        client_id: code.client_id.clone(),
        person: code.person.clone(),
        tenant: code.tenant.clone(),
        scopes: code.scopes.clone(),
        issued: now,
        expires: now + REFRESH_LIFE,
        session: code.session.clone(),
    };
    Ok((grant, code.asked.clone(), code.nonce.clone()))
}

fn by_refresh(
    world: &mut World,
    form: &HashMap<String, String>,
    client: &str,
    now: Timestamp,
) -> Result<Redeemed, Refusal> {
    let given = form.get("refresh_token").ok_or_else(|| missing("refresh_token"))?;
    let Some(grant) = world.grants.refresh.get(given).cloned() else {
        return Err(Refusal::new(
            "invalid_grant",
            9_002_313,
            "Invalid request. Request is malformed or invalid.",
        )
        .suberror("bad_token"));
    };
    if grant.client_id != client {
        return Err(Refusal::new(
            "invalid_grant",
            700_005,
            "The refresh token was issued to another application.",
        )
        .suberror("client_mismatch"));
    }
    let person = world.people.get(&grant.person).ok_or_else(|| gone(&grant.person))?;
    if !person.enabled {
        return Err(Refusal::new("invalid_grant", 50057, "The user account is disabled."));
    }
    if grant.issued < person.tokens_valid_from {
        return Err(Refusal::new(
            "invalid_grant",
            50173,
            format!(
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{}'.",
                grant.issued, person.tokens_valid_from
            ),
        ));
    }
    if grant.expires <= now {
        return Err(Refusal::new(
            "invalid_grant",
            700_082,
            format!(
                "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for 90.00:00:00.",
                grant.issued
            ),
        ));
    }
    let asked = match form.get("scope") {
        Some(scope) => scopes::read(scope).map_err(|text| Refusal::new("invalid_scope", 70011, text))?,
        None => Vec::new(),
    };
    let consented = world.grants.consented(&grant.person, &grant.tenant, client);
    let mut granted = grant.scopes.clone();
    let wanted = scopes::canonicals(&asked);
    let oidc = |s: &String| scopes::OIDC.contains(&s.as_str());
    if let Some(missing) = wanted.iter().find(|w| !oidc(w) && !consented.contains(*w)) {
        return Err(Refusal::new(
            "invalid_grant",
            65001,
            format!("The user or administrator has not consented to use the application with ID '{client}'. Send an interactive authorization request for this user and resource. (scope {missing})"),
        )
        .suberror("consent_required"));
    }
    if !wanted.is_empty() {
        granted.retain(|g| wanted.contains(g) || g == "offline_access");
        granted.extend(wanted.into_iter().filter(|w| consented.contains(w)).collect::<Vec<_>>());
        granted.dedup();
    }
    let mut unique: Vec<String> = Vec::new();
    for scope in granted {
        if !unique.contains(&scope) {
            unique.push(scope);
        }
    }
    Ok((Refresh { scopes: unique, ..grant }, asked, None))
}

/// The id_token's claims (graph.md 1.4): no oid, name or preferred_username without `profile`.
fn claims(base: &str, grant: &Refresh, person: &Person, nonce: Option<&str>, now: Timestamp) -> Value {
    let at = now.as_second();
    let pairwise = Sha256::digest(format!("{} {}", grant.person, grant.client_id));
    let mut claims = json!({
        "aud": grant.client_id,
        "iss": format!("{base}/{}/v2.0", grant.tenant),
        "iat": at,
        "nbf": at,
        "exp": at + 3900,
        "sub": URL_SAFE_NO_PAD.encode(pairwise),
        "tid": grant.tenant,
        "ver": "2.0",
        "uti": ids::random_token(22),
        "rh": format!("1.{}", ids::random_token(60)),
        "sid": grant.session,
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    let has = |name: &str| grant.scopes.iter().any(|s| s == name);
    if has("profile") {
        claims["oid"] = json!(person.id);
        claims["name"] = json!(person.name);
        claims["preferred_username"] = json!(person.upn);
    }
    if has("email") && !person.mail.is_empty() {
        claims["email"] = json!(person.mail);
    }
    claims
}
