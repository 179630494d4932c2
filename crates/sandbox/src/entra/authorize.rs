//! The authorize endpoint: what a sign-in may ask for, and where it goes wrong before it starts.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::flow;
use super::grants::Flow;
use super::{pages, scopes};
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
    if tenant.eq_ignore_ascii_case("common") {
        return pages::error(
            90_009,
            "The admin consent endpoint needs a tenant or 'organizations', not 'common'.",
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
    pages::signed_out()
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
    let refuse = |number: u32, text: String| Box::new(pages::error(number, &text));
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
        return Err(refuse(
            700_016,
            format!("Application with identifier '{client_id}' was not found in the directory '{tenant}'."),
        ));
    };
    let named = !matches!(tenant.to_ascii_lowercase().as_str(), "common" | "organizations");
    if named && world.tenant(tenant).is_none() {
        return Err(refuse(90002, format!("Tenant '{tenant}' not found.")));
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
    let state = asked.get("state").cloned();
    let fresh_session = session(headers).unwrap_or_else(ids::guid);
    let method = asked.get("code_challenge_method").cloned().unwrap_or_else(|| "plain".to_owned());
    let new = Flow {
        tenant: tenant.to_owned(),
        client_id,
        redirect_uri,
        response_mode: mode.to_owned(),
        asked: get("scope").split_whitespace().map(str::to_owned).collect(),
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
    };
    let back = |error: &str, number: u32, text: &str| Box::new(flow::refuse(&new, error, number, text, None));
    if !admin_consent && get("response_type") != "code" {
        return Err(back(
            "unsupported_response_type",
            700_054,
            &format!("response_type '{}' is not enabled for the application.", get("response_type")),
        ));
    }
    if new.asked.is_empty() {
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
