//! `/api/v2/suspended_tickets`: the suspended queue (zendesk.md 5.1, 5.2); docs/api.md says where it differs.
//!
//! As at Zendesk, recovering a single one makes the calling agent the requester of the ticket, and `recover_many` keeps
//! the author. Each record is read from the kept original, in lists too: text, files, Message-ID and ticket stand nowhere else.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use desk::{SuspendedId, Ticket, TicketId};
use engine::{Actor, Recovery, Requester, SuspendedPreview};
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

/// What the queue itself knows; the rest stands in the original.
fn bare(sender: &Sender, one: &Suspended) -> Value {
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

fn shown(sender: &Sender, view: &SuspendedPreview) -> Value {
    let mut one = bare(sender, &view.suspended);
    one["author"]["id"] = json!(view.author.as_ref().map(|author| author.id.0));
    one["content"] = json!(view.letter.text);
    one["message_id"] = json!(view.letter.message_id.as_ref().map(|id| format!("<{id}>")));
    one["recipient"] = json!(view.row.address);
    one["brand_id"] = json!(view.brand.0);
    one["ticket_id"] = json!(view.ticket().map(|ticket| ticket.0));
    one["via"]["source"]["to"] = json!({ "address": view.row.address, "name": null });
    one["attachments"] = json!(attachments(sender, view));
    one
}

fn attachments(sender: &Sender, view: &SuspendedPreview) -> Vec<Value> {
    let id = view.suspended.id;
    let each = view.files.iter().map(|file| {
        json!({
            "id": file.number,
            "file_name": file.name,
            "content_type": file.content_type,
            "content_url": format!("{}/api/v2/suspended_tickets/{id}/attachments/{}", sender.base, file.number),
            "size": file.size,
            "inline": file.inline,
            "thumbnails": [],
        })
    });
    each.collect()
}

/// With all that its original says; where the original cannot be read, as much as the queue knows.
async fn opened(
    app: &App,
    sender: &Sender,
    actor: &Actor,
    one: &Suspended,
) -> Result<Option<Value>, Refusal> {
    match app.engine.suspended_preview(actor, one.id).await {
        Ok(view) => Ok(Some(shown(sender, &view))),
        // Recovered or deleted while the list was being read.
        Err(engine::Error::NotFound) => Ok(None),
        Err(error @ engine::Error::Forbidden) => Err(error.into()),
        Err(error) => {
            tracing::warn!(suspended = %one.id, %error, "the original of a suspended mail cannot be read");
            Ok(Some(bare(sender, one)))
        }
    }
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
/// `cause_id` is Zendesk's number; `failed_authentication`, whose number Zendesk does not publish, has 100.
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
    let mut each = Vec::with_capacity(rows.len());
    for one in &rows {
        each.extend(opened(&app, &sender, &actor, one).await?);
    }
    body.insert("suspended_tickets".to_owned(), json!(each));
    Ok(Json(Value::Object(body)).into_response())
}

/// Shows one with its whole text. Agents and admins.
#[utoipa::path(get, path = "/api/v2/suspended_tickets/{id}", tag = "Suspended tickets",
    params(("id" = i64, Path)), responses((status = 200, description = "The suspended ticket")))]
pub(crate) async fn show(State(app): State<App>, sender: Sender, Path(id): Path<SuspendedId>) -> Answer {
    let view = app.engine.suspended_preview(&sender.actor()?, id).await?;
    Ok(Json(json!({ "suspended_ticket": shown(&sender, &view) })).into_response())
}

/// What a client of Zendesk's does to take the files over: `upload.attachments`, each with an address to fetch it from. There is no
/// upload token: this API makes no tickets that one could be given to. Agents and admins.
#[utoipa::path(post, path = "/api/v2/suspended_tickets/{id}/attachments", tag = "Suspended tickets",
    params(("id" = i64, Path)), responses((status = 200, description = "`upload` with `attachments`")))]
pub(crate) async fn upload(State(app): State<App>, sender: Sender, Path(id): Path<SuspendedId>) -> Answer {
    let view = app.engine.suspended_preview(&sender.actor()?, id).await?;
    let attachments = attachments(&sender, &view);
    let body =
        json!({ "upload": { "token": null, "attachment": attachments.first(), "attachments": attachments } });
    Ok(Json(body).into_response())
}

/// The same with the number in the query or the body (`id`). Agents and admins.
#[utoipa::path(post, path = "/api/v2/suspended_tickets/attachments", tag = "Suspended tickets",
    params(("id" = i64, Query)), responses((status = 200, description = "`upload` with `attachments`")))]
pub(crate) async fn upload_of(State(app): State<App>, sender: Sender, uri: Uri, bytes: Bytes) -> Answer {
    sender.actor()?;
    let in_query = Wanted::of(&uri)?.value("id").map(str::to_owned);
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let in_body = || body.get("id").map(|id| id.to_string().trim_matches('"').to_owned());
    let id = in_query.or_else(in_body).and_then(|id| id.parse().ok()).ok_or(Refusal::blank("id"))?;
    upload(State(app), sender, Path(id)).await
}

/// One of its files. Agents and admins.
#[utoipa::path(get, path = "/api/v2/suspended_tickets/{id}/attachments/{number}", tag = "Suspended tickets",
    params(("id" = i64, Path), ("number" = usize, Path)), responses((status = 200, description = "The file's bytes")))]
pub(crate) async fn attachment(
    State(app): State<App>,
    sender: Sender,
    Path((id, number)): Path<(SuspendedId, usize)>,
) -> Answer {
    let (_, _, content) = app.engine.suspended_file(&sender.actor()?, id, number).await?;
    Ok(download("application/octet-stream", content.into()))
}

/// Makes the whole queue ready as a table, once a minute. Agents and admins. Zendesk mails a link; here the answer names the address.
#[utoipa::path(post, path = "/api/v2/suspended_tickets/export", tag = "Suspended tickets",
    responses((status = 200, description = "`export` with `content_url`"), (status = 429, description = "More than one a minute")))]
pub(crate) async fn export(State(app): State<App>, sender: Sender) -> Answer {
    let actor = sender.actor()?;
    // Who may not see the queue takes nobody's minute away.
    app.engine.suspended_causes(&actor).await?;
    app.one_export(app.engine.now()).map_err(Refusal::TooMany)?;
    let content_url = format!("{}/api/v2/suspended_tickets/export", sender.base);
    let export = json!({ "status": "completed", "view_id": "suspended", "content_url": content_url });
    Ok(Json(json!({ "export": export })).into_response())
}

/// The whole queue as CSV, oldest first. Agents and admins.
#[utoipa::path(get, path = "/api/v2/suspended_tickets/export", tag = "Suspended tickets",
    responses((status = 200, description = "CSV in UTF-8", content_type = "text/csv")))]
pub(crate) async fn exported(State(app): State<App>, sender: Sender) -> Answer {
    let headings = ["id", "created_at", "cause", "author", "author_email", "subject", "content"];
    let headings = headings.map(str::to_owned);
    let words = |cause: desk::decide::Cause| cause.as_str().to_owned();
    let table = app.engine.suspended_csv(&sender.actor()?, &headings, words).await?;
    Ok(download("text/csv; charset=utf-8", table))
}

/// A file, never a page: whatever a stranger sent is not shown by a browser.
fn download(kind: &'static str, content: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, "attachment")], content).into_response()
}

/// Deletes one. Agents and admins.
#[utoipa::path(delete, path = "/api/v2/suspended_tickets/{id}", tag = "Suspended tickets",
    params(("id" = i64, Path)), responses((status = 204, description = "Deleted")))]
pub(crate) async fn delete(State(app): State<App>, sender: Sender, Path(id): Path<SuspendedId>) -> Answer {
    app.engine.delete_suspended(&sender.actor()?, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Recovers one: the calling agent becomes the requester of the ticket, as at Zendesk; `recover_many` with one id keeps the author.
/// A reply to a ticket stays its author's. Agents and admins.
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
                let shown = match app.engine.suspended_one(&actor, id).await {
                    Ok(one) => opened(&app, &sender, &actor, &one).await?,
                    Err(_) => None,
                };
                let mut shown = shown.unwrap_or_else(|| json!({ "id": id.0 }));
                shown["error_messages"] = json!([error.to_string()]);
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
