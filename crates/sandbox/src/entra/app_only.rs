//! `grant_type=client_credentials`: an application for itself, with what an administrator granted it (graph.md 1.8).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::authority::{self, Authority};
use super::token::{Refusal, missing};
use super::{scopes, standing};
use crate::world::World;
use crate::world::apps::Application;

/// A token without anybody signed in: neither refresh token nor id_token nor `scope` come with it.
pub fn grant(
    world: &mut World,
    app: &Application,
    authority: &Authority,
    form: &HashMap<String, String>,
) -> Result<Value, Refusal> {
    let tenant = match authority {
        Authority::Tenant(id) => id.clone(),
        Authority::Organizations => {
            return Err(Refusal::new(
                "invalid_request",
                50059,
                "No tenant-identifying information found in either the request or implied by any provided credentials.",
            ));
        }
        Authority::Common | Authority::Consumers => {
            return Err(Refusal::new(
                "invalid_request",
                9_001_023,
                "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
            ));
        }
    };
    let scope = form.get("scope").ok_or_else(|| missing("scope"))?;
    let wanted: Vec<&str> = scope.split_whitespace().collect();
    match wanted.as_slice() {
        [one] if scopes::is_default(one) && scopes::names_graph(one) => {}
        [one] if scopes::is_default(one) => {
            return Err(Refusal::new(
                "invalid_resource",
                500_011,
                format!(
                    "The resource principal named {} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
                    one.trim_end_matches("/.default")
                ),
            ));
        }
        _ => {
            return Err(Refusal::new(
                "invalid_scope",
                1_002_012,
                format!(
                    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
                ),
            ));
        }
    }
    if !world.installed(&tenant, &app.client_id) {
        let name = world.tenants.get(&tenant).map_or(tenant.as_str(), |t| t.name.as_str());
        return Err(authority::not_in_directory(&app.client_id, name));
    }
    standing::of_app(world, app, &tenant)?;
    let now = world.now();
    let roles = world.enterprise(&tenant, &app.client_id).roles.into_iter().collect();
    let (token, seconds) = world.grants.issue_app_only(&app.client_id, &tenant, roles, now);
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": token,
    }))
}
