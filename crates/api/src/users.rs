//! `/api/v2/users`: the team and the end users.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use desk::{Language, PersonId, Role};
use engine::{Actor, Invitation, PersonChange};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Member, PeopleQuery};
use utoipa::ToSchema;

use crate::app::App;
use crate::base::Sender;
use crate::body::Body;
use crate::error::{Answer, Refusal};
use crate::paging::{Part, Wanted};

const KEY: &str = "user";
/// Fields that a request may set.
const KNOWN: [&str; 4] = ["name", "email", "role", "locale"];
/// Most ids of `show_many`.
const MANY: usize = 100;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    id: i64,
    /// Address of this record.
    url: String,
    name: String,
    email: String,
    created_at: String,
    updated_at: String,
    /// `end-user`, `agent` or `admin`; the owner is an `admin`.
    role: &'static str,
    /// `false` for who was deactivated.
    active: bool,
    suspended: bool,
    /// Has proved the address: by choosing a password, or by writing from it.
    verified: bool,
    locale: &'static str,
    time_zone: Option<String>,
    iana_time_zone: Option<String>,
    phone: Option<String>,
    shared_phone_number: Option<bool>,
    photo: Option<String>,
    locale_id: i64,
    organization_id: Option<i64>,
    external_id: Option<String>,
    tags: Vec<String>,
    alias: Option<String>,
    shared: bool,
    shared_agent: bool,
    last_login_at: Option<String>,
    two_factor_auth_enabled: bool,
    signature: Option<String>,
    details: Option<String>,
    notes: Option<String>,
    role_type: Option<i64>,
    custom_role_id: Option<i64>,
    moderator: bool,
    /// Which tickets the person sees: `requested` for end users, `null` (all) for the team.
    ticket_restriction: Option<&'static str>,
    only_private_comments: bool,
    restricted_agent: bool,
    default_group_id: Option<i64>,
    report_csv: bool,
    #[schema(value_type = Object)]
    user_fields: Value,
}

/// What a request may say.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands in the description of the API; requests are read field by field")]
pub(crate) struct UserBody {
    user: UserInput,
}

/// The fields of a request.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands in the description of the API; requests are read field by field")]
pub(crate) struct UserInput {
    name: Option<String>,
    email: Option<String>,
    /// `end-user` (where nothing is said), `agent` or `admin`. Agents and admins are invited by mail.
    role: Option<String>,
    /// Language of an invitation: `en` or `ja`.
    locale: Option<String>,
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::EndUser => "end-user",
        Role::Agent => "agent",
        Role::Admin | Role::Owner => "admin",
    }
}

fn role_of(word: &str) -> Option<Role> {
    match word {
        "end-user" => Some(Role::EndUser),
        "agent" => Some(Role::Agent),
        "admin" => Some(Role::Admin),
        _ => None,
    }
}

fn shown(sender: &Sender, member: &Member) -> User {
    let person = &member.person;
    let active = member.deactivated_at.is_none();
    let staff = person.role.is_staff();
    User {
        id: person.id.0,
        url: sender.url(&format!("users/{}", person.id)),
        name: person.name.clone(),
        email: person.email.to_string(),
        created_at: member.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        updated_at: member.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        role: role_word(person.role),
        active,
        suspended: false,
        verified: member.has_password || !staff,
        locale: if person.language == Some(Language::Ja) { "ja" } else { "en-US" },
        locale_id: if person.language == Some(Language::Ja) { 67 } else { 1 },
        ticket_restriction: (!staff).then_some("requested"),
        time_zone: None,
        iana_time_zone: None,
        phone: None,
        shared_phone_number: None,
        photo: None,
        organization_id: None,
        external_id: None,
        tags: Vec::new(),
        alias: None,
        shared: false,
        shared_agent: false,
        last_login_at: None,
        two_factor_auth_enabled: false,
        signature: None,
        details: None,
        notes: None,
        role_type: None,
        custom_role_id: None,
        moderator: staff,
        only_private_comments: false,
        restricted_agent: false,
        default_group_id: None,
        report_csv: false,
        user_fields: json!({}),
    }
}

fn one(sender: &Sender, member: &Member) -> Response {
    Json(json!({ KEY: shown(sender, member) })).into_response()
}

async fn page(app: &App, sender: &Sender, wanted: &Wanted, query: PeopleQuery) -> Answer {
    let actor = sender.actor()?;
    let size = wanted.part.size();
    let (members, mut body) = match wanted.part {
        Part::Number { page, size } => {
            let query = PeopleQuery { offset: (page - 1) * size, limit: size, ..query };
            let (members, count) = app.engine.people(&actor, &query).await?;
            (members, wanted.by_number(sender, page, size, count))
        }
        Part::Cursor { after, before, .. } => {
            let query = PeopleQuery {
                after: Some(PersonId(after.unwrap_or(i64::MIN))).filter(|_| before.is_none()),
                before: before.map(PersonId),
                limit: size + 1,
                ..query
            };
            let (mut members, _) = app.engine.people(&actor, &query).await?;
            let has_more = members.len() as u64 > size;
            match before {
                // The one too many is the furthest away: the first.
                Some(_) if has_more => drop(members.remove(0)),
                _ => members.truncate(usize::try_from(size).unwrap_or(usize::MAX)),
            }
            let ids = members.first().map(|m| m.person.id.0).zip(members.last().map(|m| m.person.id.0));
            (members, wanted.by_cursor(sender, ids, has_more))
        }
    };
    let users: Vec<_> = members.iter().map(|member| shown(sender, member)).collect();
    body.insert("users".to_owned(), json!(users));
    Ok(Json(Value::Object(body)).into_response())
}

/// Lists people. Agents and admins. `role` or `role[]` choose by role.
#[utoipa::path(get, path = "/api/v2/users", tag = "Users",
    responses((status = 200, description = "A page of people", body = [User])))]
pub(crate) async fn list(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let wanted = Wanted::of(&uri)?;
    let mut roles = Vec::new();
    for word in wanted.values("role").chain(wanted.values("role[]")) {
        let role = role_of(word).ok_or(Refusal::Bad(format!("there is no role {word}")))?;
        roles.push(role);
        if role == Role::Admin {
            roles.push(Role::Owner);
        }
    }
    page(&app, &sender, &wanted, PeopleQuery { roles, ..PeopleQuery::default() }).await
}

/// Searches people by a part of name or address (`query`). Agents and admins.
#[utoipa::path(get, path = "/api/v2/users/search", tag = "Users", params(("query" = String, Query)),
    responses((status = 200, description = "A page of people", body = [User])))]
pub(crate) async fn search(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let wanted = Wanted::of(&uri)?;
    // Clients search by `email:ann@example.com` too.
    let text = wanted.value("query").unwrap_or_default();
    let text = text.strip_prefix("email:").unwrap_or(text).trim_matches('"').to_owned();
    page(&app, &sender, &wanted, PeopleQuery { text, ..PeopleQuery::default() }).await
}

/// Shows several by id (`ids=1,2,3`). Agents and admins.
#[utoipa::path(get, path = "/api/v2/users/show_many", tag = "Users", params(("ids" = String, Query)),
    responses((status = 200, description = "The people that there are", body = [User])))]
pub(crate) async fn show_many(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let wanted = Wanted::of(&uri)?;
    let actor = sender.actor()?;
    let ids: Vec<PersonId> =
        wanted.value("ids").unwrap_or_default().split(',').filter_map(|id| id.trim().parse().ok()).collect();
    if ids.len() > MANY {
        return Err(Refusal::Bad(format!("at most {MANY} ids")));
    }
    let mut users = Vec::new();
    for id in ids {
        match app.engine.member(&actor, id).await {
            Ok(member) => users.push(shown(&sender, &member)),
            Err(engine::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let count = users.len();
    let body = json!({ "users": users, "count": count, "next_page": null, "previous_page": null });
    Ok(Json(body).into_response())
}

/// Shows who acts by this token.
#[utoipa::path(get, path = "/api/v2/users/me", tag = "Users",
    responses((status = 200, description = "The token's person", body = User)))]
pub(crate) async fn me(State(app): State<App>, sender: Sender) -> Answer {
    let actor = sender.actor()?;
    let member = app.engine.member(&actor, actor.person.id).await?;
    Ok(one(&sender, &member))
}

/// Shows one. Agents and admins.
#[utoipa::path(get, path = "/api/v2/users/{id}", tag = "Users", params(("id" = i64, Path)),
    responses((status = 200, description = "The person", body = User)))]
pub(crate) async fn show(State(app): State<App>, sender: Sender, Path(id): Path<PersonId>) -> Answer {
    let member = app.engine.member(&sender.actor()?, id).await?;
    Ok(one(&sender, &member))
}

/// Makes an end user (agents and admins) or invites a member of the team (admins).
#[utoipa::path(post, path = "/api/v2/users", tag = "Users", request_body = UserBody,
    responses((status = 201, description = "Made", body = User), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn create(State(app): State<App>, sender: Sender, bytes: Bytes) -> Answer {
    let actor = sender.actor()?;
    let body = Body::of(&bytes, KEY)?;
    make(&app, &sender, &actor, &body).await
}

async fn make(app: &App, sender: &Sender, actor: &Actor, body: &Body) -> Answer {
    let email = body.text("email")?.filter(|email| !email.is_empty()).ok_or(Refusal::blank("email"))?;
    let name = body.text("name")?.unwrap_or_default();
    let role = wanted_role(body)?.unwrap_or(Role::EndUser);
    let person = if role.is_staff() {
        let language = body.text("locale")?.as_deref().and_then(Language::parse);
        let language = language.or(actor.person.language).unwrap_or(Language::En);
        let new = Invitation { name, address: email, role, language };
        app.engine.invite(actor, &new).await?.person
    } else {
        app.engine.make_end_user(actor, &name, &email).await?
    };
    let member = app.engine.member(actor, person.id).await?;
    let location = [(header::LOCATION, sender.url(&format!("users/{}", person.id)))];
    Ok(body.warn(&KNOWN, (StatusCode::CREATED, location, one(sender, &member)).into_response()))
}

fn wanted_role(body: &Body) -> Result<Option<Role>, Refusal> {
    match body.text("role")? {
        None => Ok(None),
        Some(word) => role_of(&word).map(Some).ok_or(Refusal::invalid("role")),
    }
}

/// Makes a person, or changes the one with this address.
#[utoipa::path(post, path = "/api/v2/users/create_or_update", tag = "Users", request_body = UserBody,
    responses((status = 200, description = "Changed", body = User), (status = 201, description = "Made", body = User)))]
pub(crate) async fn create_or_update(State(app): State<App>, sender: Sender, bytes: Bytes) -> Answer {
    let actor = sender.actor()?;
    let body = Body::of(&bytes, KEY)?;
    let email = body.text("email")?.ok_or(Refusal::blank("email"))?;
    match app.engine.member_by_address(&actor, &email).await? {
        Some(member) => change(&app, &sender, &actor, &member, &body).await,
        None => make(&app, &sender, &actor, &body).await,
    }
}

/// Changes name, address or role. Agents and admins for end users, admins for the team.
#[utoipa::path(put, path = "/api/v2/users/{id}", tag = "Users", request_body = UserBody, params(("id" = i64, Path)),
    responses((status = 200, description = "Changed", body = User), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn update(
    State(app): State<App>,
    sender: Sender,
    Path(id): Path<PersonId>,
    bytes: Bytes,
) -> Answer {
    let actor = sender.actor()?;
    let body = Body::of(&bytes, KEY)?;
    let member = app.engine.member(&actor, id).await?;
    change(&app, &sender, &actor, &member, &body).await
}

async fn change(app: &App, sender: &Sender, actor: &Actor, member: &Member, body: &Body) -> Answer {
    let id = member.person.id;
    // The owner is shown as an admin; sent back as it was shown, that is no change.
    let role = wanted_role(body)?.filter(|role| role_word(*role) != role_word(member.person.role));
    if let Some(role) = role {
        app.engine.change_role(actor, id, role).await?;
    }
    if body.has("name") || body.has("email") {
        let change = PersonChange { name: body.text("name")?, address: body.text("email")? };
        app.engine.change_person(actor, id, &change).await?;
    }
    let member = app.engine.member(actor, id).await?;
    Ok(body.warn(&KNOWN, one(sender, &member)))
}

/// Deactivates a person. Admins; not the owner, not oneself.
#[utoipa::path(delete, path = "/api/v2/users/{id}", tag = "Users", params(("id" = i64, Path)),
    responses((status = 200, description = "Deactivated", body = User), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn delete(State(app): State<App>, sender: Sender, Path(id): Path<PersonId>) -> Answer {
    let actor = sender.actor()?;
    app.engine.deactivate(&actor, id).await?;
    let member = app.engine.member(&actor, id).await?;
    Ok(one(&sender, &member))
}
