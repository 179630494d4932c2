//! `/api/v2/users/{id}/identities`: the addresses of a person (zendesk.md 8.2). All are of the type `email`. A number belongs to an
//! address, so it stays the same whichever address is the primary one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use desk::PersonId;
use engine::{Actor, Identity};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::App;
use crate::base::Sender;
use crate::body::Body;
use crate::error::{Answer, Refusal};
use crate::paging::Wanted;

const KEY: &str = "identity";
/// Fields that a request may set.
const KNOWN: [&str; 4] = ["type", "value", "primary", "verified"];

/// One address of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Shown {
    id: i64,
    /// Address of this record.
    url: String,
    user_id: i64,
    /// Always `email`.
    r#type: &'static str,
    /// The mail address.
    value: String,
    /// The person has proved it, or an agent has vouched for it.
    verified: bool,
    /// The one that is written to and signed in with.
    primary: bool,
    created_at: String,
    updated_at: String,
    undeliverable_count: u64,
    deliverable_state: &'static str,
}

/// What a request may say.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands in the description of the API; requests are read field by field")]
pub(crate) struct IdentityBody {
    identity: IdentityInput,
}

/// The fields of a request.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands in the description of the API; requests are read field by field")]
pub(crate) struct IdentityInput {
    /// `email`, which is meant where nothing is said.
    r#type: Option<String>,
    /// The mail address.
    value: Option<String>,
    /// `true` makes it the one that is written to.
    primary: Option<bool>,
    /// Addresses given by agents count as verified; `false` is ignored.
    verified: Option<bool>,
}

fn shown(sender: &Sender, person: PersonId, one: &Identity) -> Shown {
    let at = one.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Shown {
        id: one.id,
        url: sender.url(&format!("users/{person}/identities/{}", one.id)),
        user_id: person.0,
        r#type: "email",
        value: one.address.to_string(),
        verified: one.verified,
        primary: one.primary,
        updated_at: at.clone(),
        created_at: at,
        undeliverable_count: 0,
        deliverable_state: "deliverable",
    }
}

fn single(sender: &Sender, person: PersonId, one: &Identity) -> Response {
    Json(json!({ KEY: shown(sender, person, one) })).into_response()
}

async fn all(app: &App, sender: &Sender, actor: &Actor, person: PersonId, uri: &Uri) -> Answer {
    let wanted = Wanted::of(uri)?;
    // Pages by cursor go by the place in the list: the primary one stands first.
    let found = (1..).zip(app.engine.identities(actor, person).await?).collect();
    let (some, mut body) = wanted.cut(sender, found, |(place, _)| *place);
    let rows: Vec<_> = some.iter().map(|(_, one)| shown(sender, person, one)).collect();
    body.insert("identities".to_owned(), json!(rows));
    Ok(Json(Value::Object(body)).into_response())
}

/// Lists a person's addresses. Agents and admins.
#[utoipa::path(get, path = "/api/v2/users/{id}/identities", tag = "Identities", params(("id" = i64, Path)),
    responses((status = 200, description = "A page of addresses", body = [Shown])))]
pub(crate) async fn list(
    State(app): State<App>,
    sender: Sender,
    Path(person): Path<PersonId>,
    uri: Uri,
) -> Answer {
    all(&app, &sender, &sender.actor()?, person, &uri).await
}

/// Shows one. Agents and admins.
#[utoipa::path(get, path = "/api/v2/users/{id}/identities/{identity}", tag = "Identities",
    params(("id" = i64, Path), ("identity" = i64, Path)), responses((status = 200, description = "The address", body = Shown)))]
pub(crate) async fn show(
    State(app): State<App>,
    sender: Sender,
    Path((person, id)): Path<(PersonId, i64)>,
) -> Answer {
    let one = app.engine.identity(&sender.actor()?, person, id).await?;
    Ok(single(&sender, person, &one))
}

/// Gives a person one more address: agents and admins to end users, admins to the team, the owner to the owner.
#[utoipa::path(post, path = "/api/v2/users/{id}/identities", tag = "Identities", request_body = IdentityBody, params(("id" = i64, Path)),
    responses((status = 201, description = "Given", body = Shown), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn create(
    State(app): State<App>,
    sender: Sender,
    Path(person): Path<PersonId>,
    bytes: Bytes,
) -> Answer {
    let actor = sender.actor()?;
    let body = Body::of(&bytes, KEY)?;
    if body.text("type")?.is_some_and(|kind| kind != "email") {
        return Err(Refusal::invalid("type"));
    }
    let value = body.text("value")?.filter(|value| !value.is_empty()).ok_or(Refusal::blank("value"))?;
    app.engine.add_address(&actor, person, &value).await?;
    if body.flag("primary")? == Some(true) {
        app.engine.make_primary(&actor, person, &value).await?;
    }
    let one = by_value(&app, &actor, person, &value).await?;
    let location = [(header::LOCATION, sender.url(&format!("users/{person}/identities/{}", one.id)))];
    let made = (StatusCode::CREATED, location, single(&sender, person, &one)).into_response();
    Ok(body.warn(&KNOWN, made))
}

async fn by_value(app: &App, actor: &Actor, person: PersonId, value: &str) -> Result<Identity, Refusal> {
    let all = app.engine.identities(actor, person).await?;
    let value = value.trim();
    let found = all.into_iter().find(|one| one.address.as_str().eq_ignore_ascii_case(value));
    found.ok_or(Refusal::NotFound)
}

/// Puts another address (`value`) in its place; the record then has another number. The same people as above.
#[utoipa::path(put, path = "/api/v2/users/{id}/identities/{identity}", tag = "Identities", request_body = IdentityBody,
    params(("id" = i64, Path), ("identity" = i64, Path)),
    responses((status = 200, description = "Changed", body = Shown), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn update(
    State(app): State<App>,
    sender: Sender,
    Path((person, id)): Path<(PersonId, i64)>,
    bytes: Bytes,
) -> Answer {
    let actor = sender.actor()?;
    let body = Body::of(&bytes, KEY)?;
    let mut one = app.engine.identity(&actor, person, id).await?;
    let new = body.text("value")?.filter(|value| !value.trim().eq_ignore_ascii_case(one.address.as_str()));
    if let Some(new) = new {
        if one.primary {
            let change = engine::PersonChange { name: None, address: Some(new.clone()) };
            app.engine.change_person(&actor, person, &change).await?;
        } else {
            app.engine.change_other_address(&actor, person, &one.address, &new).await?;
        }
        one = by_value(&app, &actor, person, &new).await?;
    }
    if body.flag("primary")? == Some(true) && !one.primary {
        app.engine.make_primary(&actor, person, one.address.as_str()).await?;
        one = app.engine.identity(&actor, person, one.id).await?;
    }
    Ok(body.warn(&KNOWN, single(&sender, person, &one)))
}

/// Makes it the address that is written to and signed in with; answers all of them. The same people as above.
#[utoipa::path(put, path = "/api/v2/users/{id}/identities/{identity}/make_primary", tag = "Identities",
    params(("id" = i64, Path), ("identity" = i64, Path)), responses((status = 200, description = "All addresses", body = [Shown])))]
pub(crate) async fn make_primary(
    State(app): State<App>,
    sender: Sender,
    Path((person, id)): Path<(PersonId, i64)>,
    uri: Uri,
) -> Answer {
    let actor = sender.actor()?;
    let one = app.engine.identity(&actor, person, id).await?;
    app.engine.make_primary(&actor, person, one.address.as_str()).await?;
    all(&app, &sender, &actor, person, &uri).await
}

/// Answers the address. An address that an agent has given is the person's already; that a member of the team has proved theirs is
/// known by a password, which nobody else can choose: 422.
#[utoipa::path(put, path = "/api/v2/users/{id}/identities/{identity}/verify", tag = "Identities",
    params(("id" = i64, Path), ("identity" = i64, Path)),
    responses((status = 200, description = "The address", body = Shown), (status = 422, description = "Not proved yet")))]
pub(crate) async fn verify(
    State(app): State<App>,
    sender: Sender,
    Path((person, id)): Path<(PersonId, i64)>,
) -> Answer {
    let one = app.engine.identity(&sender.actor()?, person, id).await?;
    if !one.verified {
        let description =
            "Verified: this person has not chosen a password by the link in the invitation yet".to_owned();
        return Err(Refusal::Field { field: "verified", word: "InvalidValue", description });
    }
    Ok(single(&sender, person, &one))
}

/// Takes an address away that is not the primary one. The same people as above.
#[utoipa::path(delete, path = "/api/v2/users/{id}/identities/{identity}", tag = "Identities",
    params(("id" = i64, Path), ("identity" = i64, Path)),
    responses((status = 204, description = "Gone"), (status = 422, description = "It is the primary one")))]
pub(crate) async fn delete(
    State(app): State<App>,
    sender: Sender,
    Path((person, id)): Path<(PersonId, i64)>,
) -> Answer {
    let actor = sender.actor()?;
    let one = app.engine.identity(&actor, person, id).await?;
    if one.primary {
        let description = "Primary: make another address the primary one first".to_owned();
        return Err(Refusal::Field { field: "primary", word: "InvalidValue", description });
    }
    app.engine.remove_address(&actor, person, one.address.as_str()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
