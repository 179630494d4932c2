//! People and shared mailboxes: their accounts, their trouble, and their rights on other mailboxes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use super::tenants::given;
use crate::graph::subscriptions;
use crate::site::Shared;
use crate::world::World;
use crate::world::ids;
use crate::world::people::{AccountKind, CONSUMERS, MailboxKind, Person};
use crate::world::rights::Rights;

/// A person to make.
#[derive(Deserialize)]
pub struct NewPerson {
    tenant: Option<String>,
    upn: String,
    name: String,
    #[serde(default, rename = "type")]
    kind: AccountKind,
    mail: Option<String>,
    password: Option<String>,
    mailbox: Option<MailboxKind>,
    language: Option<String>,
    admin: Option<bool>,
    enabled: Option<bool>,
    id: Option<String>,
}

fn person_json(p: &Person, now: Timestamp) -> Value {
    json!({
        "id": p.id, "tenant": p.tenant, "upn": p.upn, "mail": p.mail, "name": p.name, "password": p.password,
        "type": p.kind, "mailbox": p.mailbox, "language": p.language, "admin": p.admin, "enabled": p.enabled,
        "locked": p.is_locked(now), "lockedUntil": p.locked_until.filter(|until| now < *until), "mfa": p.mfa,
        "conditionalAccess": p.blocked, "signInFrequencyHours": p.sign_in_hours,
    })
}

/// `POST /_sandbox/people`
pub async fn add(
    State(site): State<Shared>,
    Json(new): Json<NewPerson>,
) -> Result<impl IntoResponse, Refusal> {
    let mut world = site.world();
    let tenant = match new.kind {
        AccountKind::Personal => CONSUMERS.to_owned(),
        _ => {
            let named = new.tenant.as_deref().and_then(|t| world.tenant(t));
            named.map(|t| t.id.clone()).ok_or_else(|| Refusal::not_found("the tenant"))?
        }
    };
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
        // Nobody signs in to a shared mailbox, unless an administrator lets it happen.
        enabled: new.enabled.unwrap_or(new.kind != AccountKind::Shared),
        kind: new.kind,
        ..Person::default()
    };
    let shown = person_json(&person, world.now());
    world.add_person(person);
    drop(world);
    site.touched();
    Ok((StatusCode::CREATED, Json(shown)))
}

/// `GET /_sandbox/people`
pub async fn list(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    let now = world.now();
    Json(world.people.values().map(|p| person_json(p, now)).collect())
}

/// What to change about a person.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct PersonChange {
    name: Option<String>,
    mail: Option<String>,
    /// The person's own change: confidential clients keep their tokens.
    password: Option<String>,
    /// An administrator's reset: every token so far is dead.
    password_reset: Option<String>,
    #[serde(rename = "type")]
    kind: Option<AccountKind>,
    mailbox: Option<MailboxKind>,
    admin: Option<bool>,
    enabled: Option<bool>,
    revoke: bool,
    locked: Option<bool>,
    locked_minutes: Option<i64>,
    mfa: Option<bool>,
    conditional_access: Option<bool>,
    #[serde(deserialize_with = "given")]
    sign_in_frequency_hours: Option<Option<i64>>,
}

/// `PATCH /_sandbox/people/{upn}`
pub async fn change(
    State(site): State<Shared>,
    Path(key): Path<String>,
    Json(change): Json<PersonChange>,
) -> Result<Json<Value>, Refusal> {
    let mut world = site.world();
    let now = world.now();
    let mut person = world.person(&key).cloned().ok_or_else(|| Refusal::not_found("the person"))?;
    // Microsoft removes a person's subscriptions for mail with each of these (graph.md 1.5).
    let unsubscribed = change.revoke
        || change.password.is_some()
        || change.password_reset.is_some()
        || (change.enabled == Some(false) && person.enabled);
    let revoked = change.revoke || change.password_reset.is_some();
    let put = |slot: &mut String, value: Option<String>| {
        if let Some(value) = value {
            *slot = value;
        }
    };
    put(&mut person.name, change.name);
    put(&mut person.mail, change.mail);
    put(&mut person.password, change.password);
    put(&mut person.password, change.password_reset);
    person.kind = change.kind.unwrap_or(person.kind);
    if change.kind == Some(AccountKind::Shared) {
        person.enabled = false;
    }
    person.mailbox = change.mailbox.unwrap_or(person.mailbox);
    person.admin = change.admin.unwrap_or(person.admin);
    person.enabled = change.enabled.unwrap_or(person.enabled);
    person.mfa = change.mfa.unwrap_or(person.mfa);
    person.blocked = change.conditional_access.unwrap_or(person.blocked);
    person.sign_in_hours = change.sign_in_frequency_hours.unwrap_or(person.sign_in_hours);
    match (change.locked, change.locked_minutes) {
        (_, Some(minutes)) => person.locked_until = Some(now + SignedDuration::from_mins(minutes)),
        (Some(true), None) => person.locked_until = Some(Timestamp::MAX),
        (Some(false), None) => person.locked_until = None,
        (None, None) => {}
    }
    if revoked {
        person.tokens_valid_from = now;
        // The desk learns of it at once: tests need not wait for the access token's end.
        world.grants.cut_off(&person.id);
    }
    if unsubscribed {
        subscriptions::forget(&mut world, &person.id);
    }
    let shown = person_json(&person, now);
    world.add_person(person);
    drop(world);
    site.touched();
    Ok(Json(shown))
}

/// `DELETE /_sandbox/people/{upn}`: the account with its mailbox, tokens and rights.
pub async fn remove(State(site): State<Shared>, Path(key): Path<String>) -> Result<StatusCode, Refusal> {
    let mut world = site.world();
    let id = world.person(&key).map(|p| p.id.clone()).ok_or_else(|| Refusal::not_found("the person"))?;
    world.people.remove(&id);
    world.mailboxes.remove(&id);
    world.rights.remove(&id);
    for held in world.rights.values_mut() {
        held.remove(&id);
    }
    world.grants.cut_off(&id);
    subscriptions::forget(&mut world, &id);
    drop(world);
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// Owner of the mailbox and the person, both by any of their names.
fn pair(world: &World, mailbox: &str, person: &str) -> Result<(String, String), Refusal> {
    let find = |name: &str, what: &str| {
        world.person(name).map(|p| p.id.clone()).ok_or_else(|| Refusal::not_found(what))
    };
    Ok((find(mailbox, "the mailbox")?, find(person, "the person")?))
}

fn rights_json(world: &World, person: &str, rights: Rights) -> Value {
    let mut shown = json!(rights);
    shown["upn"] = json!(world.people.get(person).map(|p| p.upn.clone()));
    shown
}

/// `GET /_sandbox/mailboxes/{address}/rights`
pub async fn rights(State(site): State<Shared>, Path(address): Path<String>) -> Result<Json<Value>, Refusal> {
    let world = site.world();
    let owner = world.person(&address).ok_or_else(|| Refusal::not_found("the mailbox"))?;
    let held = world.rights.get(&owner.id).into_iter().flatten();
    Ok(Json(held.map(|(person, rights)| rights_json(&world, person, *rights)).collect()))
}

/// `PUT /_sandbox/mailboxes/{address}/rights/{upn}`: exactly these.
pub async fn set_rights(
    State(site): State<Shared>,
    Path((address, key)): Path<(String, String)>,
    Json(rights): Json<Rights>,
) -> Result<Json<Value>, Refusal> {
    let mut world = site.world();
    let (owner, person) = pair(&world, &address, &key)?;
    world.set_rights(&owner, &person, rights);
    let shown = rights_json(&world, &person, rights);
    drop(world);
    site.touched();
    Ok(Json(shown))
}

/// `DELETE /_sandbox/mailboxes/{address}/rights/{upn}`
pub async fn remove_rights(
    State(site): State<Shared>,
    Path((address, key)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let mut world = site.world();
    let (owner, person) = pair(&world, &address, &key)?;
    world.set_rights(&owner, &person, Rights::default());
    drop(world);
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}
