//! Mailboxes from behind: what lies in them, putting mail in, taking it out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, view};
use crate::site::Shared;
use crate::world::arrival;
use crate::world::ids::{self, IdKind};
use crate::world::mailbox::{DRAFTS, Mailbox};
use crate::world::message::Message;

/// `GET /_sandbox/mailboxes`
pub async fn list(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    let all = world.mailboxes.values().filter_map(|mailbox| {
        let person = world.people.get(&mailbox.owner)?;
        let folders: Vec<Value> = mailbox
            .folders
            .iter()
            .filter(|f| f.parent.is_some())
            .map(|f| json!({"name": f.name, "well_known": f.well_known, "total": f.by_time.len(), "unread": f.unread}))
            .collect();
        Some(json!({"address": person.mail, "name": person.name, "upn": person.upn, "folders": folders}))
    });
    Json(all.collect())
}

fn folder(mailbox: &Mailbox, name: &str) -> Result<u32, Refusal> {
    mailbox.folder_called(name).ok_or_else(|| Refusal::not_found("the folder"))
}

/// Where and how a mail is put.
#[derive(Deserialize)]
pub struct Place {
    folder: Option<String>,
    received: Option<Timestamp>,
    #[serde(default)]
    read: bool,
}

/// `POST /_sandbox/mailboxes/{address}/deliver`
pub async fn deliver(
    State(site): State<Shared>,
    Path(address): Path<String>,
    Query(place): Query<Place>,
    raw: Bytes,
) -> Result<impl IntoResponse, Refusal> {
    let now = site.world().now();
    // Read before the lock: a big mail must not stop the others.
    let mut message = Message::from_mime(raw, place.received.unwrap_or(now));
    message.is_read = place.read;
    let mut world = site.world();
    let mailbox = world.mailbox_at_mut(&address).ok_or_else(|| Refusal::not_found("the mailbox"))?;
    let to = folder(mailbox, place.folder.as_deref().unwrap_or("inbox"))?;
    message.is_draft = to == DRAFTS;
    let message_id = message.internet_message_id.clone();
    let owner = mailbox.owner.clone();
    let number = arrival::arrive(&mut world, &mut site.faults(), &owner, to, message);
    let id = number
        .zip(world.mailboxes.get(&owner))
        .and_then(|(number, mailbox)| Some(mailbox.id_of(mailbox.get(number)?, IdKind::Immutable)));
    drop(world);
    site.touched();
    Ok((StatusCode::CREATED, Json(json!({"id": id, "internetMessageId": message_id}))))
}

/// A page of messages.
#[derive(Deserialize)]
pub struct Page {
    folder: Option<String>,
    top: Option<usize>,
    #[serde(default)]
    skip: usize,
}

/// `GET /_sandbox/mailboxes/{address}/messages`
pub async fn messages(
    State(site): State<Shared>,
    Path(address): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Refusal> {
    let world = site.world();
    let mailbox = world.mailbox_at(&address).ok_or_else(|| Refusal::not_found("the mailbox"))?;
    let folder = page.folder.as_deref().filter(|f| !f.is_empty()).map(|f| folder(mailbox, f)).transpose()?;
    let all = mailbox.newest(folder);
    let shown: Vec<Value> =
        all.iter().skip(page.skip).take(page.top.unwrap_or(50)).map(|m| view::message(mailbox, m)).collect();
    Ok(Json(json!({"total": all.len(), "messages": shown})))
}

fn find<'a>(mailbox: &'a Mailbox, id: &str) -> Result<&'a Message, Refusal> {
    let id = ids::read_message(&mailbox.owner, id).map_err(|e| Refusal::bad(e.to_string()))?;
    mailbox.find(id).ok_or_else(|| Refusal::not_found("the message"))
}

/// `GET /_sandbox/mailboxes/{address}/messages/{id}`
pub async fn one(
    State(site): State<Shared>,
    Path((address, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let world = site.world();
    let mailbox = world.mailbox_at(&address).ok_or_else(|| Refusal::not_found("the mailbox"))?;
    let message = find(mailbox, &id)?;
    let mut out = view::message(mailbox, message);
    view::in_full(&mut out, message.content());
    Ok(Json(out))
}

/// `GET /_sandbox/mailboxes/{address}/messages/{id}/mime`
pub async fn mime(
    State(site): State<Shared>,
    Path((address, id)): Path<(String, String)>,
) -> Result<impl IntoResponse, Refusal> {
    let world = site.world();
    let mailbox = world.mailbox_at(&address).ok_or_else(|| Refusal::not_found("the mailbox"))?;
    Ok(([("content-type", "message/rfc822")], find(mailbox, &id)?.mime()))
}

/// `DELETE /_sandbox/mailboxes/{address}/messages/{id}`
pub async fn remove(
    State(site): State<Shared>,
    Path((address, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let mut world = site.world();
    let mailbox = world.mailbox_at_mut(&address).ok_or_else(|| Refusal::not_found("the mailbox"))?;
    let number = find(mailbox, &id)?.number;
    mailbox.remove(number);
    drop(world);
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}
