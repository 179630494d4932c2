//! The authorize endpoint: what a sign-in may ask for, and where it goes wrong before it starts.

use std::collections::{BTreeSet, HashMap};

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::grants::Flow;
use super::words::Language;
use super::{authority, back, flow, pages, scopes};
use crate::site::Shared;
use crate::world::ids;

/// Name of the cookie that remembers who is signed in.
pub const COOKIE: &str = "ESTSAUTHPERSISTENT";

/// The browser's session id, if it has one.
pub fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all("cookie").iter().filter_map(|v| v.to_str().ok());
    cookies
        .flat_map(|c| c.split(';'))
        .filter_map(|c| c.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// `GET /{tenant}/oauth2/v2.0/authorize`
pub async fn authorize(
    State(site): State<Shared>,
    Path(tenant): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    match begin(&site, &tenant, &asked, &headers, false) {
        Ok(id) => flow::show_next(&site, &id),
        Err(answer) => *answer,
    }
}

/// `GET /{tenant}/v2.0/adminconsent`
pub async fn admin_consent(
    State(site): State<Shared>,
    Path(tenant): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if tenant.eq_ignore_ascii_case("common") || tenant.eq_ignore_ascii_case("consumers") {
        return pages::error(
            Language::wanted(None, &headers),
            90_009,
            "The admin consent endpoint needs a tenant or 'organizations', not 'common' or 'consumers'.",
        );
    }
    match begin(&site, &tenant, &asked, &headers, true) {
        Ok(id) => flow::show_next(&site, &id),
        Err(answer) => *answer,
    }
}

/// `GET /{tenant}/oauth2/v2.0/logout`
pub async fn logout(State(site): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(session) = session(&headers) {
        site.world().grants.sessions.remove(&session);
        site.touched();
    }
    pages::signed_out(Language::wanted(None, &headers))
}

/// Checks the request and starts a flow; what is wrong with the application or the address is shown here, never sent to
/// an address that is not registered.
pub fn begin(
    site: &Shared,
    tenant: &str,
    asked: &HashMap<String, String>,
    headers: &HeaderMap,
    admin_consent: bool,
) -> Result<String, Box<Response>> {
    let get = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let tags = [get("ui_locales"), get("mkt")].into_iter().find(|t| !t.is_empty());
    let language = Language::wanted(tags, headers);
    let refuse = |number: u32, text: String| Box::new(pages::error(language, number, &text));
    let mut world = site.world();
    let now = world.now();
    let client_id = get("client_id").to_owned();
    if client_id.is_empty() {
        return Err(refuse(
            900_144,
            "The request body must contain the following parameter: 'client_id'.".to_owned(),
        ));
    }
    let Some(app) = world.apps.get(&client_id) else {
        let refusal = authority::not_in_directory(&client_id, tenant);
        return Err(refuse(refusal.code(), refusal.text().to_owned()));
    };
    if let Err(refusal) = authority::of(&world, tenant, app) {
        return Err(refuse(refusal.code(), refusal.text().to_owned()));
    }
    let redirect_uri = get("redirect_uri").to_owned();
    if !app.redirect_uris.contains(&redirect_uri) {
        return Err(refuse(
            50011,
            format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the application '{client_id}'. Make sure the redirect URI sent in the request matches one added to your application."
            ),
        ));
    }
    let mode = match get("response_mode") {
        "" => "query",
        known @ ("query" | "fragment" | "form_post") => known,
        other => return Err(refuse(70_002, format!("Unsupported response_mode '{other}'."))),
    };
    let asked_for: Vec<String> = get("scope").split_whitespace().map(str::to_owned).collect();
    let by_default = asked_for.iter().any(|s| scopes::is_default(s));
    let roles = if by_default && admin_consent { app.application.clone() } else { BTreeSet::new() };
    let named: Vec<String> = match by_default {
        false => asked_for,
        // `.default` is what the registration lists; what else was asked for beside it stays (OIDC).
        true => asked_for
            .into_iter()
            .filter(|s| !scopes::is_default(s))
            .chain(app.delegated.iter().map(|d| format!("https://graph.microsoft.com/{d}")))
            .collect(),
    };
    if by_default && app.delegated.is_empty() && roles.is_empty() {
        return Err(refuse(
            650_056,
            "Misconfigured application. This could be due to one of the following: the client has not listed any permissions for 'Microsoft Graph' in the requested permissions in the client's application registration. Or, the admin has not consented in the tenant.".to_owned(),
        ));
    }
    let state = asked.get("state").cloned();
    let fresh_session = session(headers).unwrap_or_else(ids::guid);
    let method = asked.get("code_challenge_method").cloned().unwrap_or_else(|| "plain".to_owned());
    let new = Flow {
        tenant: tenant.to_owned(),
        client_id,
        redirect_uri,
        response_mode: mode.to_owned(),
        asked: named,
        roles: roles.into_iter().collect(),
        state,
        nonce: asked.get("nonce").cloned(),
        challenge: asked.get("code_challenge").map(|c| (c.clone(), method)),
        prompt: asked.get("prompt").cloned().filter(|p| !p.is_empty()),
        login_hint: get("login_hint").to_owned(),
        client_info: get("client_info") == "1",
        admin_consent,
        person: None,
        begun: now,
        session: fresh_session,
        language,
    };
    let back =
        |error: &str, number: u32, text: &str| Box::new(back::refuse(&new, error, number, text, None, now));
    if !admin_consent && get("response_type") != "code" {
        return Err(back(
            "unsupported_response_type",
            700_054,
            &format!("response_type '{}' is not enabled for the application.", get("response_type")),
        ));
    }
    if new.asked.is_empty() && new.roles.is_empty() {
        return Err(back(
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'scope'.",
        ));
    }
    if let Err(text) = scopes::read(get("scope")) {
        return Err(back("invalid_scope", 70011, &text));
    }
    if let Some(prompt) = &new.prompt
        && !["login", "none", "consent", "select_account", "create"].contains(&prompt.as_str())
    {
        return Err(back("invalid_request", 90023, &format!("Unsupported 'prompt' value '{prompt}'.")));
    }
    if new
        .challenge
        .as_ref()
        .is_some_and(|(c, m)| !matches!(m.as_str(), "S256" | "plain") || !(43..=128).contains(&c.len()))
    {
        return Err(back("invalid_request", 501_491, "Invalid code_challenge or code_challenge_method."));
    }
    let id = ids::random_token(40);
    world.grants.sweep(now);
    world.grants.flows.insert(id.clone(), new);
    Ok(id)
}
