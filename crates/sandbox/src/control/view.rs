//! Messages as the control API shows them: flat, with immutable ids.

use serde_json::{Map, Value, json};

use crate::world::ids::IdKind;
use crate::world::mailbox::Mailbox;
use crate::world::message::{Content, Message, Party};

fn party(p: &Party) -> Value {
    json!({"name": p.name, "address": p.address})
}

fn parties(list: &[Party]) -> Value {
    list.iter().map(party).collect()
}

/// What people and subject say.
pub fn heads(content: &Content) -> Value {
    json!({
        "subject": content.subject,
        "from": content.from.as_ref().map(party),
        "to": parties(&content.to),
        "cc": parties(&content.cc),
        "bcc": parties(&content.bcc),
        "replyTo": parties(&content.reply_to),
    })
}

/// A message in a list.
pub fn message(mailbox: &Mailbox, m: &Message) -> Value {
    let mut out = heads(m.content());
    let folder = mailbox.folder(m.folder);
    let more = json!({
        "id": mailbox.id_of(m, IdKind::Immutable),
        "folder": folder.map(|f| f.well_known.clone().unwrap_or_else(|| f.name.clone())),
        "received": m.received.to_string(),
        "sent": m.sent.to_string(),
        "isRead": m.is_read,
        "isDraft": m.is_draft,
        "categories": m.categories,
        "internetMessageId": m.internet_message_id,
        "conversationId": m.conversation,
        "hasAttachments": m.has_attachments(),
        "preview": m.preview(),
        "size": m.size(),
    });
    if let (Some(out), Value::Object(more)) = (out.as_object_mut(), more) {
        out.extend(more);
    }
    out
}

/// Adds bodies, headers and attachments.
pub fn in_full(out: &mut Value, content: &Content) {
    let headers: Vec<Value> = content.headers.iter().map(|(n, v)| json!({"name": n, "value": v})).collect();
    let attachments: Vec<Value> = content
        .attachments
        .iter()
        .map(|a| json!({"name": a.name, "contentType": a.content_type, "size": a.data.len(), "isInline": a.inline}))
        .collect();
    let mut more = Map::new();
    more.insert("html".to_owned(), json!(content.html));
    more.insert("text".to_owned(), json!(content.text));
    more.insert("headers".to_owned(), Value::Array(headers));
    more.insert("attachments".to_owned(), Value::Array(attachments));
    if let Some(out) = out.as_object_mut() {
        out.extend(more);
    }
}
