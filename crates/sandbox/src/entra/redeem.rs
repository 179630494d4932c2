//! Redeeming: what a code or a refresh token gives, and each way it is refused.

use std::collections::HashMap;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::grants::{CODE_LIFE, REFRESH_LIFE, Refresh};
use super::token::{Refusal, missing};
use super::{app_only, authority, client, scopes, standing};
use crate::site::Site;
use crate::world::World;
use crate::world::apps::Application;
use crate::world::ids;
use crate::world::people::Person;

/// The token endpoint's answer, or its refusal.
pub async fn redeem(
    site: &Site,
    tenant: &str,
    form: &HashMap<String, String>,
    headers: &HeaderMap,
) -> Result<Value, Refusal> {
    let keys = site.keys().await;
    let mut world = site.world();
    let now = world.now();
    world.grants.sweep(now);
    let app = client::authenticate(&mut world, &site.base, tenant, form, headers)?;
    let authority = authority::of(&world, tenant, &app)?;
    let (grant, asked, nonce) = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => by_code(&mut world, form, &app, now)?,
        Some("refresh_token") => by_refresh(&world, form, &app, now)?,
        Some("client_credentials") => return app_only::grant(&mut world, &app, &authority, form),
        Some(other) => {
            return Err(Refusal::new(
                "unsupported_grant_type",
                70003,
                format!("The app requested an unsupported grant type '{other}'."),
            ));
        }
        None => return Err(missing("grant_type")),
    };
    if authority.tenant().is_some_and(|id| id != grant.tenant) {
        return Err(Refusal::new(
            "invalid_grant",
            700_005,
            "The provided authorization code or token is intended for another tenant.",
        ));
    }
    let person = standing::of_grant(&world, &app, &grant, now)?;
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

type Redeemed = (Refresh, Vec<String>, Option<String>);

fn by_code(
    world: &mut World,
    form: &HashMap<String, String>,
    app: &Application,
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
    if code.client_id != app.client_id {
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
        issued: code.expires - CODE_LIFE,
        expires: now + REFRESH_LIFE,
        session: code.session.clone(),
        proof: code.proof,
    };
    Ok((grant, code.asked.clone(), code.nonce.clone()))
}

fn by_refresh(
    world: &World,
    form: &HashMap<String, String>,
    app: &Application,
    now: Timestamp,
) -> Result<Redeemed, Refusal> {
    let client = app.client_id.as_str();
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
    standing::of_grant(world, app, &grant, now)?;
    let asked = match form.get("scope") {
        Some(scope) => scopes::read(scope).map_err(|text| Refusal::new("invalid_scope", 70011, text))?,
        None => Vec::new(),
    };
    let consented = world.grants.consented(&grant.person, &grant.tenant, client);
    let wanted = scopes::canonicals(&asked);
    let oidc = |s: &String| scopes::OIDC.contains(&s.as_str());
    let unconsented = |what: &str| {
        Refusal::new(
            "invalid_grant",
            65001,
            format!("The user or administrator has not consented to use the application with ID '{client}' named '{}'. Send an interactive authorization request for this user and resource.{what}", app.name),
        )
        .suberror("consent_required")
    };
    if let Some(missing) = wanted.iter().find(|w| !oidc(w) && !consented.contains(*w)) {
        return Err(unconsented(&format!(" (scope {missing})")));
    }
    // What was taken back since is not given again, asked for or not.
    let mut granted: Vec<String> =
        grant.scopes.iter().filter(|g| oidc(g) || consented.contains(*g)).cloned().collect();
    let had_graph = grant.scopes.iter().any(|g| !oidc(g));
    if had_graph && !granted.iter().any(|g| !oidc(g)) {
        return Err(unconsented(""));
    }
    if !wanted.is_empty() {
        granted.retain(|g| wanted.contains(g) || g == "offline_access");
        granted.extend(wanted.into_iter().filter(|w| consented.contains(w)));
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
