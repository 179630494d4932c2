//! Tenants, people, applications, sign-ins without a browser, and the whole state.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::site::Shared;
use crate::world::World;
use crate::world::ids;
use crate::world::people::{Application, MailboxKind, Person, Tenant};

/// `GET /_sandbox/status`
pub async fn status(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    Json(json!({
        "now": world.now().to_string(),
        "tenants": world.tenants.len(),
        "people": world.people.len(),
        "mailboxes": world.mailboxes.len(),
        "messages": world.mailboxes.values().map(crate::world::mailbox::Mailbox::count).sum::<usize>(),
    }))
}

/// What to start anew with.
#[derive(Deserialize, Default)]
pub struct Reset {
    #[serde(default)]
    company: bool,
}

/// `POST /_sandbox/reset`: applications of the configuration and the signing keys stay.
pub async fn reset(State(site): State<Shared>, body: Option<Json<Reset>>) -> StatusCode {
    let Json(wish) = body.unwrap_or_default();
    let keys = site.world().signing_keys.clone();
    let fresh = tokio::task::spawn_blocking(move || {
        let mut world = World::empty();
        world.signing_keys = keys;
        if wish.company {
            world.settle(crate::company::company(jiff::Timestamp::now()));
        }
        world
    });
    let Ok(mut fresh) = fresh.await else { return StatusCode::INTERNAL_SERVER_ERROR };
    if let Some(app) = &site.app {
        fresh.apps.insert(app.client_id.clone(), crate::application(app));
    }
    site.renew(fresh);
    site.watch().clear();
    *site.gate() = crate::graph::throttle::Gate::default();
    site.touched();
    StatusCode::NO_CONTENT
}

/// A tenant to make.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewTenant {
    id: Option<String>,
    domain: String,
    name: String,
    #[serde(alias = "user_consent")]
    user_consent: Option<bool>,
}

fn tenant_json(t: &Tenant) -> Value {
    json!({"id": t.id, "domain": t.domain, "name": t.name, "userConsent": t.user_consent})
}

/// `POST /_sandbox/tenants`
pub async fn add_tenant(State(site): State<Shared>, Json(new): Json<NewTenant>) -> impl IntoResponse {
    let mut tenant = Tenant::new(&new.id.unwrap_or_else(ids::guid), &new.domain, &new.name);
    tenant.user_consent = new.user_consent.unwrap_or(true);
    let shown = tenant_json(&tenant);
    site.world().tenants.insert(tenant.id.clone(), tenant);
    site.touched();
    (StatusCode::CREATED, Json(shown))
}

/// `GET /_sandbox/tenants`
pub async fn tenants(State(site): State<Shared>) -> Json<Value> {
    Json(site.world().tenants.values().map(tenant_json).collect())
}

/// A person to make.
#[derive(Deserialize)]
pub struct NewPerson {
    tenant: String,
    upn: String,
    name: String,
    mail: Option<String>,
    password: Option<String>,
    mailbox: Option<MailboxKind>,
    language: Option<String>,
    admin: Option<bool>,
    id: Option<String>,
}

fn person_json(p: &Person) -> Value {
    json!({
        "id": p.id, "tenant": p.tenant, "upn": p.upn, "mail": p.mail, "name": p.name, "password": p.password,
        "mailbox": p.mailbox, "language": p.language, "admin": p.admin, "enabled": p.enabled,
    })
}

/// `POST /_sandbox/people`
pub async fn add_person(
    State(site): State<Shared>,
    Json(new): Json<NewPerson>,
) -> Result<impl IntoResponse, Refusal> {
    let mut world = site.world();
    let tenant =
        world.tenant(&new.tenant).map(|t| t.id.clone()).ok_or_else(|| Refusal::not_found("the tenant"))?;
    if world.person(&new.upn).is_some() {
        return Err(Refusal::bad(format!("{} is taken", new.upn)));
    }
    let person = Person {
        id: new.id.unwrap_or_else(ids::guid).to_ascii_lowercase(),
        tenant,
        mail: new.mail.unwrap_or_else(|| new.upn.clone()),
        upn: new.upn,
        name: new.name,
        password: new.password.unwrap_or_else(|| "password".to_owned()),
        mailbox: new.mailbox.unwrap_or_default(),
        language: new.language.unwrap_or_else(|| "en".to_owned()),
        admin: new.admin.unwrap_or(false),
        ..Person::default()
    };
    let shown = person_json(&person);
    world.add_person(person);
    drop(world);
    site.touched();
    Ok((StatusCode::CREATED, Json(shown)))
}

/// `GET /_sandbox/people`
pub async fn people(State(site): State<Shared>) -> Json<Value> {
    Json(site.world().people.values().map(person_json).collect())
}

/// What to change about a person.
#[derive(Deserialize)]
pub struct PersonChange {
    name: Option<String>,
    mail: Option<String>,
    password: Option<String>,
    mailbox: Option<MailboxKind>,
    admin: Option<bool>,
    enabled: Option<bool>,
    #[serde(default)]
    revoke: bool,
}

/// `PATCH /_sandbox/people/{upn}`: `revoke` kills every refresh token issued so far, as an administrator's password reset does.
pub async fn change_person(
    State(site): State<Shared>,
    Path(key): Path<String>,
    Json(change): Json<PersonChange>,
) -> Result<Json<Value>, Refusal> {
    let mut world = site.world();
    let now = world.now();
    let id = world.person(&key).map(|p| p.id.clone()).ok_or_else(|| Refusal::not_found("the person"))?;
    let Some(person) = world.people.get_mut(&id) else { return Err(Refusal::not_found("the person")) };
    let put = |slot: &mut String, value: Option<String>| {
        if let Some(value) = value {
            *slot = value;
        }
    };
    put(&mut person.name, change.name);
    put(&mut person.mail, change.mail);
    put(&mut person.password, change.password);
    person.mailbox = change.mailbox.unwrap_or(person.mailbox);
    person.admin = change.admin.unwrap_or(person.admin);
    person.enabled = change.enabled.unwrap_or(person.enabled);
    if change.revoke {
        person.tokens_valid_from = now;
    }
    let person = person.clone();
    let shown = person_json(&person);
    if change.revoke {
        // The desk learns of it at once: tests need not wait for the access token's end.
        world.grants.access.retain(|_, a| a.person != id);
    }
    world.add_person(person);
    drop(world);
    site.touched();
    Ok(Json(shown))
}

/// `POST /_sandbox/apps`
pub async fn add_app(State(site): State<Shared>, Json(app): Json<NewApp>) -> impl IntoResponse {
    let name = app.name.unwrap_or_else(|| "Postdesk".to_owned());
    let app = Application {
        client_id: app.client_id,
        client_secret: app.client_secret,
        redirect_uris: app.redirect_uris,
        name,
    };
    let shown = json!({"client_id": app.client_id, "redirect_uris": app.redirect_uris, "name": app.name});
    site.world().apps.insert(app.client_id.clone(), app);
    site.touched();
    (StatusCode::CREATED, Json(shown))
}

/// An application to register.
#[derive(Deserialize)]
pub struct NewApp {
    client_id: String,
    client_secret: String,
    #[serde(default)]
    redirect_uris: Vec<String>,
    name: Option<String>,
}

/// A sign-in without a browser.
#[derive(Deserialize)]
pub struct SignIn {
    url: String,
    upn: String,
    #[serde(default)]
    untick: Vec<String>,
    #[serde(default)]
    cancel: bool,
}

/// `POST /_sandbox/sign-in`: walks the pages of an authorize address as this person; answers where the browser would go.
pub async fn sign_in(State(site): State<Shared>, Json(wish): Json<SignIn>) -> Result<Json<Value>, Refusal> {
    let url = url::Url::parse(&wish.url).map_err(|e| Refusal::bad(e.to_string()))?;
    let tenant = url.path_segments().and_then(|mut s| s.next().map(str::to_owned)).unwrap_or_default();
    let mut asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
    if url.path().ends_with("/adminconsent") {
        asked.insert("_adminconsent".to_owned(), "1".to_owned());
    }
    let answer = crate::entra::sign_in_for(&site, &tenant, &asked, &wish.upn, &wish.untick, wish.cancel)
        .map_err(Refusal::bad)?;
    site.touched();
    let status = answer.status().as_u16();
    let location = answer.headers().get("location").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap_or_default();
    Ok(Json(json!({"status": status, "location": location, "page": String::from_utf8_lossy(&body)})))
}

/// Settings of the stand-in itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    send_delay_millis: Option<i64>,
    messages_a_minute: Option<usize>,
    recipients_a_day: Option<usize>,
}

/// `POST /_sandbox/settings`
pub async fn settings(State(site): State<Shared>, Json(wish): Json<Settings>) -> Json<Value> {
    let mut world = site.world();
    if let Some(delay) = wish.send_delay_millis {
        world.transport.delay_ms = delay.max(0);
    }
    if let Some(messages) = wish.messages_a_minute {
        world.transport.messages_a_minute = messages.max(1);
    }
    if let Some(recipients) = wish.recipients_a_day {
        world.transport.recipients_a_day = recipients;
    }
    let shown = json!({
        "sendDelayMillis": world.transport.delay_ms,
        "messagesAMinute": world.transport.messages_a_minute,
        "recipientsADay": world.transport.recipients_a_day,
    });
    drop(world);
    site.touched();
    Json(shown)
}
