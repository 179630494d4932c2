//! OpenID configuration, keys, and the instance discovery MSAL asks for.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::token::{Refusal, now_parts};
use crate::site::{Shared, Site};
use crate::world::people::CONSUMERS;

/// The tenant part of issuers for a path: the GUID, or the template when the path names no tenant.
fn issuer_tenant(site: &Site, tenant: &str) -> Option<String> {
    match tenant.to_ascii_lowercase().as_str() {
        "common" | "organizations" => Some("{tenantid}".to_owned()),
        "consumers" => Some(CONSUMERS.to_owned()),
        name => site.world().tenant(name).map(|t| t.id.clone()),
    }
}

/// `/{tenant}/v2.0/.well-known/openid-configuration`
pub async fn openid(State(site): State<Shared>, Path(tenant): Path<String>) -> Response {
    let Some(issuer) = issuer_tenant(&site, &tenant) else { return unknown_tenant(&site, &tenant) };
    let base = &site.base;
    Json(json!({
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "token_endpoint_auth_signing_alg_values_supported": ["PS256", "RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "end_session_endpoint": format!("{base}/{tenant}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email"],
        "tenant_region_scope": "AS",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": base.split("://").nth(1).unwrap_or_default(),
    }))
    .into_response()
}

fn unknown_tenant(site: &Site, tenant: &str) -> Response {
    Refusal::new(
        "invalid_tenant",
        90002,
        format!("Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."),
    )
    .respond(&now_parts(site))
}

/// `/{tenant}/discovery/v2.0/keys`
pub async fn keys(State(site): State<Shared>, Path(_tenant): Path<String>) -> Json<Value> {
    let keys = site.keys().await;
    Json(keys.jwks(&site.base))
}

/// What MSAL asks with.
#[derive(Deserialize)]
pub struct Discovery {
    authorization_endpoint: Option<String>,
}

/// `/common/discovery/instance`
pub async fn instance(State(site): State<Shared>, Query(asked): Query<Discovery>) -> Response {
    let Some(endpoint) = asked.authorization_endpoint else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_request"}))).into_response();
    };
    let host = site.base.split("://").nth(1).unwrap_or_default().to_owned();
    let tenant =
        endpoint.split("://").nth(1).and_then(|r| r.split('/').nth(1)).unwrap_or("common").to_owned();
    Json(json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", site.base),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }))
    .into_response()
}
