//! The ways back to the application: with a code, with an administrator's consent, or with an error.

use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;

use super::grants::{CODE_LIFE, Code, Flow};
use super::{pages, scopes};
use crate::world::World;
use crate::world::ids;
use crate::world::people::Person;

/// Issues a code for what was consented to and goes back to the application.
pub fn finish(world: &mut World, id: &str, flow: &Flow, person: &Person) -> Response {
    let now = world.now();
    let proof = world.grants.proof(&flow.session, &person.id).unwrap_or_default();
    world.grants.signed_in(&flow.session, &person.id, proof);
    let held = world.grants.consented(&person.id, &person.tenant, &flow.client_id);
    let granted: Vec<String> =
        scopes::canonicals(&flow.asked).into_iter().filter(|s| held.contains(s)).collect();
    if granted.is_empty() {
        let text = "The user declined to consent to access the app.";
        return refuse(flow, "access_denied", 65004, text, None, now);
    }
    let code = format!("1.AXoA{}", ids::random_token(500));
    world.grants.codes.insert(
        code.clone(),
        Code {
            client_id: flow.client_id.clone(),
            person: person.id.clone(),
            tenant: person.tenant.clone(),
            scopes: granted,
            asked: flow.asked.clone(),
            redirect_uri: flow.redirect_uri.clone(),
            nonce: flow.nonce.clone(),
            challenge: flow.challenge.clone(),
            expires: now + CODE_LIFE,
            used: false,
            session: flow.session.clone(),
            proof,
        },
    );
    world.grants.flows.remove(id);
    let mut pairs = vec![("code", code)];
    if flow.client_info {
        let info = json!({"uid": person.id, "utid": person.tenant}).to_string();
        pairs.push(("client_info", URL_SAFE_NO_PAD.encode(info)));
    }
    if let Some(state) = &flow.state {
        pairs.push(("state", state.clone()));
    }
    pairs.push(("session_state", flow.session.clone()));
    go(flow, &pairs)
}

/// Goes back with an administrator's consent for this tenant. `scope` says what was consented to, by full addresses.
pub fn admin_consented(flow: &Flow, tenant: &str, given: &[String]) -> Response {
    let full = |name: &String| match scopes::OIDC.contains(&name.as_str()) {
        true => name.clone(),
        false => format!("https://graph.microsoft.com/{name}"),
    };
    let mut scope: Vec<String> = given.iter().map(full).collect();
    if !flow.roles.is_empty() {
        scope.push("https://graph.microsoft.com/.default".to_owned());
    }
    let mut pairs =
        vec![("admin_consent", "True".to_owned()), ("tenant", tenant.to_owned()), ("scope", scope.join(" "))];
    if let Some(state) = &flow.state {
        pairs.push(("state", state.clone()));
    }
    go(flow, &pairs)
}

/// Goes back with an error.
pub fn refuse(
    flow: &Flow,
    error: &str,
    number: u32,
    text: &str,
    subcode: Option<&str>,
    now: Timestamp,
) -> Response {
    let description = format!(
        "AADSTS{number}: {text} Trace ID: {} Correlation ID: {} Timestamp: {}",
        ids::guid(),
        ids::guid(),
        now.strftime("%Y-%m-%d %H:%M:%SZ")
    );
    let mut pairs = vec![("error", error.to_owned()), ("error_description", description)];
    if let Some(subcode) = subcode {
        pairs.push(("error_subcode", subcode.to_owned()));
    }
    pairs.push(("error_uri", format!("https://login.microsoftonline.com/error?code={number}")));
    if flow.admin_consent {
        pairs.insert(0, ("admin_consent", "True".to_owned()));
    }
    if let Some(state) = &flow.state {
        pairs.push(("state", state.clone()));
    }
    go(flow, &pairs)
}

/// The person pressed Cancel.
pub fn cancelled(flow: &Flow, now: Timestamp) -> Response {
    let error = if flow.admin_consent { "consent_required" } else { "access_denied" };
    let text = "The resource owner or authorization server denied the request: the user has denied access to the scope requested by the client application.";
    refuse(flow, error, 65004, text, Some("cancel"), now)
}

fn go(flow: &Flow, pairs: &[(&str, String)]) -> Response {
    if flow.response_mode == "form_post" {
        return pages::form_post(flow.language, &flow.redirect_uri, pairs);
    }
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = match (flow.response_mode.as_str(), flow.redirect_uri.contains('?')) {
        ("fragment", _) => '#',
        (_, true) => '&',
        (_, false) => '?',
    };
    Redirect::to(&format!("{}{mark}{encoded}", flow.redirect_uri)).into_response()
}
