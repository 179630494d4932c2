//! `/api/v2/suspended_tickets`: the suspended queue (zendesk.md 5.1, 5.2).
//!
//! As at Zendesk, recovering a single one makes the calling agent the requester of the ticket, and `recover_many` keeps
//! the author. Lists carry the beginning of each mail as `content`, the single record the whole text.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use desk::{SuspendedId, Ticket, TicketId};
use engine::{Actor, Recovery, Requester};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{Suspended, SuspendedOrder, SuspendedQuery};

use crate::app::App;
use crate::base::Sender;
use crate::error::{Answer, Refusal};
use crate::paging::{Part, Wanted};

/// Most ids of one request.
const MANY: usize = 100;

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `name <address>`: the name.
fn name_in(author: &str) -> &str {
    author.split_once('<').map_or(author, |(name, _)| name).trim()
}

fn shown(sender: &Sender, one: &Suspended) -> Value {
    let (what, name) = (&one.what, name_in(&one.what.author));
    let name = if name.is_empty() { &what.author_address } else { name };
    json!({
        "url": sender.url(&format!("suspended_tickets/{}", one.id)),
        "id": one.id.0,
        "author": { "id": null, "name": name, "email": what.author_address },
        "subject": what.subject,
        "content": what.excerpt,
        "cause": what.cause.as_str(),
        "cause_id": what.cause.number(),
        "message_id": null,
        "ticket_id": null,
        "recipient": null,
        "brand_id": null,
        "attachments": [],
        "error_messages": null,
        "created_at": time(one.created_at),
        "updated_at": time(one.created_at),
        "via": {
            "channel": "email",
            "source": { "from": { "address": what.author_address, "name": name }, "to": {}, "rel": null },
        },
    })
}

/// A ticket with the fields that clients expect (zendesk.md 8.2).
fn ticket(sender: &Sender, ticket: &Ticket) -> Value {
    json!({
        "url": sender.url(&format!("tickets/{}", ticket.id)),
        "id": ticket.id.0,
        "external_id": null,
        "via": { "channel": "email", "source": { "from": {}, "to": {}, "rel": null } },
        "created_at": time(ticket.created_at),
        "updated_at": time(ticket.updated_at),
        "type": null,
        "subject": ticket.subject,
        "raw_subject": ticket.subject,
        "description": null,
        "priority": ticket.priority.map(desk::Priority::as_str),
        "status": ticket.status.as_str(),
        "recipient": null,
        "requester_id": ticket.requester.0,
        "submitter_id": ticket.requester.0,
        "assignee_id": ticket.assignee.map(|id| id.0),
        "organization_id": null,
        "group_id": ticket.group.map(|id| id.0),
        "collaborator_ids": ticket.ccs.iter().map(|id| id.0).collect::<Vec<_>>(),
        "follower_ids": [],
        "email_cc_ids": ticket.ccs.iter().map(|id| id.0).collect::<Vec<_>>(),
        "has_incidents": false,
        "is_public": ticket.is_public,
        "due_at": null,
        "tags": ticket.tags,
        "custom_fields": [],
        "fields": [],
        "brand_id": ticket.brand.0,
    })
}

/// Lists them. Agents and admins. `sort_by` is `author_email`, `cause`, `created_at` or `subject`; pages by cursor go by id.
#[utoipa::path(get, path = "/api/v2/suspended_tickets", tag = "Suspended tickets",
    responses((status = 200, description = "A page of suspended tickets")))]
pub(crate) async fn list(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let wanted = Wanted::of(&uri)?;
    let actor = sender.actor()?;
    let order = match wanted.value("sort_by") {
        None | Some("created_at") => SuspendedOrder::CreatedAt,
        Some("author_email") => SuspendedOrder::AuthorEmail,
        Some("cause") => SuspendedOrder::Cause,
        Some("subject") => SuspendedOrder::Subject,
        Some(_) => {
            return Err(Refusal::Bad("sort_by is author_email, cause, created_at or subject".to_owned()));
        }
    };
    let descending = wanted.value("sort_order") == Some("desc");
    let size = wanted.part.size();
    let (rows, mut body) = match wanted.part {
        Part::Number { page, size } => {
            let query = SuspendedQuery {
                order,
                descending,
                skip: (page - 1) * size,
                limit: size,
                ..SuspendedQuery::default()
            };
            let (rows, count) = app.engine.suspended_list(&actor, &query).await?;
            (rows, wanted.by_number(&sender, page, size, count))
        }
        Part::Cursor { after, before, .. } => {
            let query = SuspendedQuery {
                after: after.filter(|_| before.is_none()).map(SuspendedId),
                before: before.map(SuspendedId),
                // Those right before a place are found from it backwards.
                descending: before.is_some(),
                limit: size + 1,
                ..SuspendedQuery::default()
            };
            let (mut rows, _) = app.engine.suspended_list(&actor, &query).await?;
            let has_more = rows.len() as u64 > size;
            rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            rows.sort_by_key(|one| one.id);
            let ids = rows.first().map(|one| one.id.0).zip(rows.last().map(|one| one.id.0));
            (rows, wanted.by_cursor(&sender, ids, has_more))
        }
    };
    let rows: Vec<Value> = rows.iter().map(|one| shown(&sender, one)).collect();
    body.insert("suspended_tickets".to_owned(), json!(rows));
    Ok(Json(Value::Object(body)).into_response())
}

/// Shows one with its whole text. Agents and admins.
#[utoipa::path(get, path = "/api/v2/suspended_tickets/{id}", tag = "Suspended tickets",
    params(("id" = i64, Path)), responses((status = 200, description = "The suspended ticket")))]
pub(crate) async fn show(State(app): State<App>, sender: Sender, Path(id): Path<SuspendedId>) -> Answer {
    let view = app.engine.suspended_preview(&sender.actor()?, id).await?;
    let mut one = shown(&sender, &view.suspended);
    if let Some(members) = one.as_object_mut() {
        let message_id = view.letter.message_id.as_ref().map(|id| format!("<{id}>"));
        members.insert("content".to_owned(), json!(view.letter.text));
        members.insert("message_id".to_owned(), json!(message_id));
        members.insert("recipient".to_owned(), json!(view.row.address));
    }
    Ok(Json(json!({ "suspended_ticket": one })).into_response())
}

/// Deletes one. Agents and admins.
#[utoipa::path(delete, path = "/api/v2/suspended_tickets/{id}", tag = "Suspended tickets",
    params(("id" = i64, Path)), responses((status = 204, description = "Deleted")))]
pub(crate) async fn delete(State(app): State<App>, sender: Sender, Path(id): Path<SuspendedId>) -> Answer {
    app.engine.delete_suspended(&sender.actor()?, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Recovers one: the calling agent becomes the requester. Agents and admins.
#[utoipa::path(put, path = "/api/v2/suspended_tickets/{id}/recover", tag = "Suspended tickets",
    params(("id" = i64, Path)), responses((status = 200, description = "`ticket`, an array with the ticket")))]
pub(crate) async fn recover(State(app): State<App>, sender: Sender, Path(id): Path<SuspendedId>) -> Answer {
    let actor = sender.actor()?;
    let recovery = Recovery { requester: Requester::Caller, ..Recovery::default() };
    let recovered = app.engine.recover_suspended(&actor, id, &recovery).await?;
    let tickets = found(&app, &sender, &actor, recovered.ticket.as_slice()).await?;
    Ok(Json(json!({ "ticket": tickets })).into_response())
}

/// Recovers several (`ids=1,2,3`); their authors become the requesters. Agents and admins. 422 with those that could not be
/// recovered; the others are.
#[utoipa::path(put, path = "/api/v2/suspended_tickets/recover_many", tag = "Suspended tickets", params(("ids" = String, Query)),
    responses((status = 200, description = "`tickets`"), (status = 422, description = "`suspended_tickets` that could not be recovered")))]
pub(crate) async fn recover_many(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let actor = sender.actor()?;
    let (mut recovered, mut failed) = (Vec::new(), Vec::new());
    for id in ids(&uri)? {
        match app.engine.recover_suspended(&actor, id, &Recovery::default()).await {
            Ok(one) => recovered.extend(one.ticket),
            Err(error) => {
                let one = app.engine.suspended_one(&actor, id).await.ok();
                let mut shown = one.map_or_else(|| json!({ "id": id.0 }), |one| shown(&sender, &one));
                if let Some(members) = shown.as_object_mut() {
                    members.insert("error_messages".to_owned(), json!([error.to_string()]));
                }
                failed.push(shown);
            }
        }
    }
    if !failed.is_empty() {
        let body = json!({ "suspended_tickets": failed });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response());
    }
    let tickets = found(&app, &sender, &actor, &recovered).await?;
    Ok(Json(json!({ "tickets": tickets })).into_response())
}

/// Deletes several (`ids=1,2,3`). Agents and admins. Those that are gone already are no failure.
#[utoipa::path(delete, path = "/api/v2/suspended_tickets/destroy_many", tag = "Suspended tickets", params(("ids" = String, Query)),
    responses((status = 204, description = "Deleted")))]
pub(crate) async fn destroy_many(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let actor = sender.actor()?;
    for id in ids(&uri)? {
        match app.engine.delete_suspended(&actor, id).await {
            Ok(()) | Err(engine::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn ids(uri: &Uri) -> Result<Vec<SuspendedId>, Refusal> {
    let wanted = Wanted::of(uri)?;
    let ids: Vec<SuspendedId> =
        wanted.value("ids").unwrap_or_default().split(',').filter_map(|id| id.trim().parse().ok()).collect();
    if ids.len() > MANY { Err(Refusal::Bad(format!("at most {MANY} ids"))) } else { Ok(ids) }
}

async fn found(app: &App, sender: &Sender, actor: &Actor, ids: &[TicketId]) -> Result<Vec<Value>, Refusal> {
    let mut tickets = Vec::with_capacity(ids.len());
    for id in ids {
        tickets.push(ticket(sender, &app.engine.ticket(actor, *id).await?.ticket));
    }
    Ok(tickets)
}
