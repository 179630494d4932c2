//! Tenants: their consent policy, and what their administrators say about each application.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Refusal, apps};
use crate::site::Shared;
use crate::world::World;
use crate::world::enterprise::ExchangeRole;
use crate::world::ids;
use crate::world::people::Tenant;

/// Tells `null` from a field that was left out.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A tenant to make, or what to change about one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewTenant {
    id: Option<String>,
    domain: String,
    name: String,
    #[serde(alias = "user_consent")]
    user_consent: Option<bool>,
    consent_requests: Option<bool>,
}

fn tenant_json(t: &Tenant) -> Value {
    json!({
        "id": t.id, "domain": t.domain, "name": t.name,
        "userConsent": t.user_consent, "consentRequests": t.consent_requests,
    })
}

/// `POST /_sandbox/tenants`
pub async fn add(
    State(site): State<Shared>,
    Json(new): Json<NewTenant>,
) -> Result<impl IntoResponse, Refusal> {
    // Two tenants of one domain could not be told apart by their people's addresses.
    if site.world().tenants.values().any(|known| known.domain.eq_ignore_ascii_case(&new.domain)) {
        return Err(Refusal::bad(format!("there is a tenant {} already", new.domain)));
    }
    let mut tenant = Tenant::new(&new.id.unwrap_or_else(ids::guid), &new.domain, &new.name);
    tenant.user_consent = new.user_consent.unwrap_or(true);
    tenant.consent_requests = new.consent_requests.unwrap_or(false);
    let shown = tenant_json(&tenant);
    site.world().tenants.insert(tenant.id.clone(), tenant);
    site.touched();
    Ok((StatusCode::CREATED, Json(shown)))
}

/// `GET /_sandbox/tenants`
pub async fn list(State(site): State<Shared>) -> Json<Value> {
    Json(site.world().tenants.values().map(tenant_json).collect())
}

fn tenant_id(world: &World, name: &str) -> Result<String, Refusal> {
    world.tenant(name).map(|t| t.id.clone()).ok_or_else(|| Refusal::not_found("the tenant"))
}

/// What to change about a tenant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantChange {
    name: Option<String>,
    user_consent: Option<bool>,
    consent_requests: Option<bool>,
}

/// `PATCH /_sandbox/tenants/{tenant}`
pub async fn change(
    State(site): State<Shared>,
    Path(name): Path<String>,
    Json(change): Json<TenantChange>,
) -> Result<Json<Value>, Refusal> {
    let mut world = site.world();
    let id = tenant_id(&world, &name)?;
    let tenant = world.tenants.get_mut(&id).ok_or_else(|| Refusal::not_found("the tenant"))?;
    if let Some(name) = change.name {
        tenant.name = name;
    }
    tenant.user_consent = change.user_consent.unwrap_or(tenant.user_consent);
    tenant.consent_requests = change.consent_requests.unwrap_or(tenant.consent_requests);
    let shown = tenant_json(tenant);
    drop(world);
    site.touched();
    Ok(Json(shown))
}

fn upn(world: &World, id: &str) -> String {
    world.people.get(id).map_or_else(|| id.to_owned(), |p| p.upn.clone())
}

fn people_ids(world: &World, tenant: &str, names: &[String]) -> Result<BTreeSet<String>, Refusal> {
    let find = |name: &String| {
        let found = world.person(name).filter(|p| p.tenant == tenant).map(|p| p.id.clone());
        found.ok_or_else(|| Refusal::not_found(name))
    };
    names.iter().map(find).collect()
}

fn app_json(world: &World, tenant: &str, client: &str) -> Value {
    let held = world.enterprise(tenant, client);
    let named = |ids: &BTreeSet<String>| ids.iter().map(|id| upn(world, id)).collect::<Vec<_>>();
    let people: Vec<Value> = world
        .people
        .values()
        .filter(|p| p.tenant == tenant && world.grants.has_consented(&p.id, client))
        .map(|p| json!({"upn": p.upn, "scopes": world.grants.consent_of(&p.id, client)}))
        .collect();
    json!({
        "client_id": client,
        "name": world.apps.get(client).map(|a| a.name.clone()),
        "installed": world.installed(tenant, client),
        "enabled": held.enabled,
        "assignmentRequired": held.assignment_required,
        "assigned": named(&held.assigned),
        "delegated": world.grants.consent_of(tenant, client),
        "application": held.roles,
        "exchange": held.exchange.iter().map(|r| json!({
            "permission": r.permission,
            "mailboxes": r.mailboxes.as_ref().map(named),
        })).collect::<Vec<_>>(),
        "policy": held.policy.as_ref().map(named),
        "people": people,
    })
}

/// `GET /_sandbox/tenants/{tenant}/apps`
pub async fn list_apps(State(site): State<Shared>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    let world = site.world();
    let tenant = tenant_id(&world, &name)?;
    Ok(Json(world.apps.keys().map(|client| app_json(&world, &tenant, client)).collect()))
}

/// A role of Exchange to give: without `mailboxes` for all.
#[derive(Deserialize)]
struct NewExchangeRole {
    permission: String,
    mailboxes: Option<Vec<String>>,
}

/// What an administrator changes about an application.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct AppChange {
    enabled: Option<bool>,
    assignment_required: Option<bool>,
    assigned: Option<Vec<String>>,
    delegated: Option<Vec<String>>,
    application: Option<Vec<String>>,
    exchange: Option<Vec<NewExchangeRole>>,
    #[serde(deserialize_with = "given")]
    policy: Option<Option<Vec<String>>>,
}

/// `PATCH /_sandbox/tenants/{tenant}/apps/{client_id}`: what is given replaces. It also brings the application into the tenant.
pub async fn change_app(
    State(site): State<Shared>,
    Path((name, client)): Path<(String, String)>,
    Json(change): Json<AppChange>,
) -> Result<Json<Value>, Refusal> {
    let mut world = site.world();
    let tenant = tenant_id(&world, &name)?;
    let mut held = world.enterprise(&tenant, &client);
    held.removed = false;
    held.enabled = change.enabled.unwrap_or(held.enabled);
    held.assignment_required = change.assignment_required.unwrap_or(held.assignment_required);
    if let Some(names) = change.assigned {
        held.assigned = people_ids(&world, &tenant, &names)?;
    }
    if let Some(names) = change.application {
        held.roles = apps::roles(&names)?.into_iter().collect();
    }
    if let Some(roles) = change.exchange {
        held.exchange = roles
            .into_iter()
            .map(|role| {
                let mailboxes =
                    role.mailboxes.map(|names| people_ids(&world, &tenant, &names)).transpose()?;
                let permission = apps::roles(&[role.permission])?.remove(0);
                Ok(ExchangeRole { permission, mailboxes })
            })
            .collect::<Result<_, Refusal>>()?;
    }
    if let Some(policy) = change.policy {
        held.policy = policy.map(|names| people_ids(&world, &tenant, &names)).transpose()?;
    }
    *world.enterprise_mut(&tenant, &client) = held;
    if let Some(names) = change.delegated {
        let names = apps::delegated(&names)?;
        world.grants.withdraw(&tenant, &client);
        if !names.is_empty() {
            world.consent(&tenant, &tenant, &client, names);
        }
    }
    let shown = app_json(&world, &tenant, &client);
    drop(world);
    site.touched();
    Ok(Json(shown))
}

/// `DELETE /_sandbox/tenants/{tenant}/apps/{client_id}`: taken out of the tenant with every consent given there.
pub async fn remove_app(
    State(site): State<Shared>,
    Path((name, client)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let mut world = site.world();
    let tenant = tenant_id(&world, &name)?;
    world.uninstall(&tenant, &client);
    drop(world);
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// What a person has consented to.
#[derive(Deserialize)]
pub struct Scopes {
    scopes: Vec<String>,
}

/// `PUT /_sandbox/people/{upn}/consents/{client_id}`: exactly these.
pub async fn set_consent(
    State(site): State<Shared>,
    Path((key, client)): Path<(String, String)>,
    Json(wish): Json<Scopes>,
) -> Result<Json<Value>, Refusal> {
    let names = apps::delegated(&wish.scopes)?;
    let mut world = site.world();
    let person = world.person(&key).cloned().ok_or_else(|| Refusal::not_found("the person"))?;
    world.grants.withdraw(&person.id, &client);
    if !names.is_empty() {
        world.consent(&person.id, &person.tenant, &client, names.clone());
    }
    drop(world);
    site.touched();
    Ok(Json(json!({"upn": person.upn, "scopes": names})))
}

/// `DELETE /_sandbox/people/{upn}/consents/{client_id}`
pub async fn remove_consent(
    State(site): State<Shared>,
    Path((key, client)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let mut world = site.world();
    let id = world.person(&key).map(|p| p.id.clone()).ok_or_else(|| Refusal::not_found("the person"))?;
    world.grants.withdraw(&id, &client);
    drop(world);
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /_sandbox/consent-requests`: who asked their administrators, oldest first.
pub async fn requests(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    let shown = world.grants.wishes.iter().map(|w| {
        json!({
            "at": w.at, "tenant": w.tenant, "upn": upn(&world, &w.person), "client_id": w.client_id,
            "scopes": w.scopes, "reason": w.reason,
        })
    });
    Json(shown.collect())
}

/// `DELETE /_sandbox/consent-requests`
pub async fn clear_requests(State(site): State<Shared>) -> StatusCode {
    site.world().grants.wishes.clear();
    site.touched();
    StatusCode::NO_CONTENT
}
