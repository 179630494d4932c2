//! Outside people: what they wrote and got, and writing as one of them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, view};
use crate::mime::{build, read};
use crate::site::Shared;
use crate::world::ids;
use crate::world::message::{Attachment, Content, Message, Party};
use crate::world::outside::Direction;
use crate::world::transport;

/// `GET /_sandbox/outside`
pub async fn list(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    let all = world.outside.people.iter().map(|(address, person)| {
        let count = |d: Direction| person.mails.iter().filter(|m| m.direction == d).count();
        json!({
            "address": address,
            "name": person.name,
            "received": count(Direction::Received),
            "sent": count(Direction::Sent),
        })
    });
    Json(all.collect())
}

/// `GET /_sandbox/outside/{address}/messages`
pub async fn messages(State(site): State<Shared>, Path(address): Path<String>) -> Json<Value> {
    let world = site.world();
    let mails = world
        .outside
        .people
        .get(&address.to_ascii_lowercase())
        .map(|p| p.mails.as_slice())
        .unwrap_or_default();
    let shown: Vec<Value> = mails
        .iter()
        .rev()
        .map(|mail| {
            let message = Message::from_mime(mail.raw.clone(), mail.at);
            let content = message.content();
            let mut out = view::heads(content);
            view::in_full(&mut out, content);
            let more = json!({
                "id": format!("outside-{}", mail.number),
                "folder": mail.direction,
                "received": message.received.to_string(),
                "sent": message.sent.to_string(),
                "isRead": true,
                "isDraft": false,
                "categories": [],
                "internetMessageId": message.internet_message_id,
                "inReplyTo": content.in_reply_to,
                "references": content.references,
                "hasAttachments": message.has_attachments(),
                "preview": message.preview(),
                "size": mail.raw.len(),
                "mime": String::from_utf8_lossy(&mail.raw),
            });
            if let (Some(out), Value::Object(more)) = (out.as_object_mut(), more) {
                out.extend(more);
            }
            out
        })
        .collect();
    Json(json!({"total": shown.len(), "messages": shown}))
}

/// A person in a letter.
#[derive(Deserialize)]
pub struct Someone {
    #[serde(default)]
    name: Option<String>,
    address: String,
}

impl Someone {
    fn party(self) -> Party {
        let name = self.name.filter(|n| !n.is_empty()).unwrap_or_else(|| self.address.clone());
        Party { name, address: self.address }
    }
}

/// A file in a letter.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    name: String,
    content_type: String,
    content_bytes: String,
    #[serde(default)]
    content_id: Option<String>,
}

/// A letter by an outside person.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    from: Someone,
    to: Vec<Someone>,
    #[serde(default)]
    cc: Vec<Someone>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    html: Option<String>,
    #[serde(default)]
    in_reply_to: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    attachments: Vec<File>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

fn bracketed(id: &str) -> String {
    if id.starts_with('<') { id.to_owned() } else { format!("<{id}>") }
}

/// `POST /_sandbox/outside/send`
pub async fn send(State(site): State<Shared>, Json(letter): Json<Letter>) -> Result<Json<Value>, Refusal> {
    if letter.to.is_empty() && letter.cc.is_empty() {
        return Err(Refusal::bad("a letter needs somebody to go to"));
    }
    let from = letter.from.party();
    let domain = from.address.rsplit_once('@').map_or("outside.example", |(_, d)| d);
    let message_id = format!("<{}@{domain}>", ids::random_hex(12));
    let attachments = letter
        .attachments
        .into_iter()
        .zip(1u32..)
        .map(|(file, number)| {
            let data = STANDARD
                .decode(&file.content_bytes)
                .map_err(|e| Refusal::bad(format!("{}: {e}", file.name)))?;
            Ok(Attachment {
                number,
                name: file.name,
                content_type: file.content_type,
                inline: file.content_id.is_some(),
                content_id: file.content_id,
                item: false,
                data: data.into(),
            })
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    let mut references: Vec<String> = letter.references.iter().map(|r| bracketed(r)).collect();
    let in_reply_to = letter.in_reply_to.as_deref().map(bracketed);
    if let Some(parent) = in_reply_to.clone().filter(|p| !references.contains(p)) {
        references.push(parent);
    }
    let content = Content {
        subject: letter.subject,
        from: Some(from.clone()),
        to: letter.to.into_iter().map(Someone::party).collect(),
        cc: letter.cc.into_iter().map(Someone::party).collect(),
        html: letter.html.filter(|h| !h.is_empty()),
        text: Some(letter.text),
        message_id: Some(message_id.clone()),
        in_reply_to,
        references: (!references.is_empty()).then(|| references.join(" ")),
        headers: letter.headers.into_iter().collect(),
        attachments,
        ..Content::default()
    };
    let now = site.world().now();
    let raw = read::with_crlf(build::letter(&content, now));
    let recipients: Vec<Party> = content.to.iter().chain(&content.cc).cloned().collect();
    let delivered = {
        let mut world = site.world();
        transport::send_from_outside(&mut world, &mut site.faults(), &from, &recipients, &raw)
    };
    site.touched();
    Ok(Json(json!({"internetMessageId": message_id, "delivered": delivered})))
}
