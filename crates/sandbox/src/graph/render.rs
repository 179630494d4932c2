//! Messages, folders and attachments as Graph's JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Problem;
use super::query::Prefer;
use crate::world::ids;
use crate::world::mailbox::{Folder, Mailbox};
use crate::world::message::{Attachment, Message, Party};

/// A time as Graph writes it.
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A recipient; `null` when there is none.
pub fn party(party: Option<&Party>) -> Value {
    party.map_or(Value::Null, |p| json!({"emailAddress": {"name": p.name, "address": p.address}}))
}

fn parties(list: &[Party]) -> Value {
    Value::Array(list.iter().map(|p| party(Some(p))).collect())
}

/// What a GET answers without `$select`, in Graph's order.
pub const DEFAULT: &[&str] = &[
    "createdDateTime",
    "lastModifiedDateTime",
    "changeKey",
    "categories",
    "receivedDateTime",
    "sentDateTime",
    "hasAttachments",
    "internetMessageId",
    "subject",
    "bodyPreview",
    "importance",
    "parentFolderId",
    "conversationId",
    "conversationIndex",
    "isDeliveryReceiptRequested",
    "isReadReceiptRequested",
    "isRead",
    "isDraft",
    "webLink",
    "inferenceClassification",
    "body",
    "sender",
    "from",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "flag",
];

/// What only `$select` brings.
const ON_REQUEST: &[&str] = &["id", "internetMessageHeaders", "uniqueBody"];

/// The refusal of an unknown property.
pub fn no_property(name: &str) -> Problem {
    Problem::query(format!(
        "Could not find a property named '{name}' on type 'Microsoft.OutlookServices.Message'."
    ))
}

/// Checks a `$select` list and gives the names in Graph's spelling.
pub fn selection(select: Option<&[String]>) -> Result<Option<Vec<&'static str>>, Problem> {
    let Some(wanted) = select else { return Ok(None) };
    let known = || DEFAULT.iter().chain(ON_REQUEST);
    wanted
        .iter()
        .map(|w| known().find(|k| k.eq_ignore_ascii_case(w)).copied().ok_or_else(|| no_property(w)))
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
}

/// How to show a message.
pub struct View<'a> {
    /// Properties; `None` for the default ones.
    pub select: Option<Vec<&'static str>>,
    /// Show attachments.
    pub attachments: bool,
    /// Extended properties to show.
    pub extended: Vec<String>,
    /// Ids and body type.
    pub prefer: &'a Prefer,
}

impl<'a> View<'a> {
    /// The default properties.
    pub fn plain(prefer: &'a Prefer) -> Self {
        Self { select: None, attachments: false, extended: Vec::new(), prefer }
    }

    /// From `$select` and `$expand`.
    pub fn new(select: Option<&[String]>, expand: &[String], prefer: &'a Prefer) -> Result<Self, Problem> {
        let mut view = Self { select: selection(select)?, attachments: false, extended: Vec::new(), prefer };
        for part in expand {
            let (name, inner) =
                part.split_once('(').map_or((part.as_str(), ""), |(n, i)| (n, i.trim_end_matches(')')));
            match name.to_ascii_lowercase().as_str() {
                "attachments" => view.attachments = true,
                "singlevalueextendedproperties" => {
                    let ids: Vec<String> =
                        inner.split('\'').skip(1).step_by(2).filter_map(canonical_property_id).collect();
                    if ids.is_empty() {
                        return Err(Problem::query(
                            "The $expand of singleValueExtendedProperties needs a $filter by id.",
                        ));
                    }
                    view.extended.extend(ids);
                }
                _ => return Err(no_property(name)),
            }
        }
        Ok(view)
    }

    /// A message in this view.
    pub fn show(&self, mailbox: &Mailbox, message: &Message) -> Value {
        let mut out = Map::new();
        let key = ids::change_key(&mailbox.owner, message.changed);
        out.insert("@odata.etag".to_owned(), json!(format!("W/\"{key}\"")));
        out.insert("id".to_owned(), json!(mailbox.id_of(message, self.prefer.ids)));
        let names = self.select.as_deref().unwrap_or(DEFAULT);
        for name in names.iter().filter(|n| **n != "id") {
            if let Some(value) = self.property(mailbox, message, name) {
                out.insert((*name).to_owned(), value);
            }
        }
        if self.attachments {
            let list = message.content().attachments.iter().map(|a| attachment(mailbox, message, a, true));
            out.insert("attachments".to_owned(), list.collect());
        }
        if !self.extended.is_empty() {
            let list: Vec<Value> = self
                .extended
                .iter()
                .filter_map(|id| extended_value(message, id).map(|v| json!({"id": id, "value": v})))
                .collect();
            // Graph leaves the member out when none of the properties is set.
            if !list.is_empty() {
                out.insert("singleValueExtendedProperties".to_owned(), Value::Array(list));
            }
        }
        Value::Object(out)
    }

    fn body(&self, message: &Message) -> Value {
        let content = message.content();
        if self.prefer.text_body {
            json!({"contentType": "text", "content": content.plain_text()})
        } else {
            json!({"contentType": "html", "content": content.as_html()})
        }
    }

    fn property(&self, mailbox: &Mailbox, message: &Message, name: &str) -> Option<Value> {
        let content = message.content();
        Some(match name {
            "createdDateTime" => json!(time(message.created)),
            "lastModifiedDateTime" => json!(time(message.modified)),
            "changeKey" => json!(ids::change_key(&mailbox.owner, message.changed)),
            "categories" => json!(message.categories),
            "receivedDateTime" => json!(time(message.received)),
            "sentDateTime" => json!(time(message.sent)),
            "hasAttachments" => json!(message.has_attachments()),
            "internetMessageId" => json!(message.internet_message_id),
            "subject" => json!(content.subject),
            "bodyPreview" => json!(message.preview()),
            "importance" => json!(message.importance),
            "parentFolderId" => json!(ids::folder(&mailbox.owner, message.folder)),
            "conversationId" => json!(message.conversation),
            "conversationIndex" => json!(conversation_index(message)),
            "isDeliveryReceiptRequested" => json!(message.delivery_receipt),
            "isReadReceiptRequested" => json!(message.read_receipt),
            "isRead" => json!(message.is_read),
            "isDraft" => json!(message.is_draft),
            "webLink" => {
                let id = mailbox.id_of(message, ids::IdKind::Mutable);
                let id = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC);
                json!(format!(
                    "https://outlook.office365.com/owa/?ItemID={id}&exvsurl=1&viewmodel=ReadMessageItem"
                ))
            }
            "inferenceClassification" => json!(message.inference),
            "body" | "uniqueBody" => self.body(message),
            "sender" => party(content.sender.as_ref().or(content.from.as_ref())),
            "from" => party(content.from.as_ref()),
            "toRecipients" => parties(&content.to),
            "ccRecipients" => parties(&content.cc),
            "bccRecipients" => parties(&content.bcc),
            "replyTo" => parties(&content.reply_to),
            "flag" => message.flag.clone(),
            // Drafts and sent items do not have them (graph.md 2.3); received mail may lack the people's headers.
            "internetMessageHeaders" => {
                let own = message.is_draft || content.headers.is_empty();
                let skip = ["from", "to", "cc", "bcc", "sender"];
                let list: Vec<Value> = content
                    .headers
                    .iter()
                    .filter(|(n, _)| !own && !skip.contains(&n.to_ascii_lowercase().as_str()))
                    .map(|(n, v)| json!({"name": n, "value": v}))
                    .collect();
                if list.is_empty() || sent_copy(message) {
                    return None;
                }
                Value::Array(list)
            }
            _ => return None,
        })
    }
}

fn sent_copy(message: &Message) -> bool {
    let received = message.content().headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("received"));
    message.folder == crate::world::mailbox::SENT && !received
}

fn conversation_index(message: &Message) -> String {
    let mut bytes = vec![0x01];
    bytes.extend_from_slice(&message.created.as_second().to_be_bytes()[3..]);
    bytes.extend(message.conversation.bytes().skip(4).take(16));
    STANDARD.encode(bytes)
}

/// An attachment; `full` with its bytes.
pub fn attachment(mailbox: &Mailbox, message: &Message, a: &Attachment, full: bool) -> Value {
    let mut out = json!({
        "@odata.type": if a.item { "#microsoft.graph.itemAttachment" } else { "#microsoft.graph.fileAttachment" },
        "id": ids::attachment(&mailbox.owner, message.number, a.number),
        "lastModifiedDateTime": time(message.modified),
        "name": a.name,
        "contentType": if a.item { Value::Null } else { json!(a.content_type) },
        // Exchange counts its own overhead too.
        "size": a.data.len() + 180 + a.name.len() * 2,
        "isInline": a.inline,
    });
    if !a.item {
        out["@odata.mediaContentType"] = json!(a.content_type);
        out["contentId"] = json!(a.content_id);
        out["contentLocation"] = Value::Null;
        if full {
            out["contentBytes"] = json!(STANDARD.encode(&a.data));
        }
    }
    out
}

/// A folder.
pub fn folder(mailbox: &Mailbox, f: &Folder) -> Value {
    json!({
        "id": ids::folder(&mailbox.owner, f.number),
        "displayName": f.name,
        "parentFolderId": ids::folder(&mailbox.owner, f.parent.unwrap_or(1)),
        "childFolderCount": mailbox.folders.iter().filter(|c| c.parent == Some(f.number)).count(),
        "unreadItemCount": f.unread,
        "totalItemCount": f.by_time.len(),
        "isHidden": false,
    })
}

/// `String 0x1042` and its like in one spelling: type capitalised, hex in small letters without leading zeros; named
/// properties with their GUID in small letters. `None` when it is no property id.
pub fn canonical_property_id(id: &str) -> Option<String> {
    let (kind, rest) = id.trim().split_once(' ')?;
    let kinds = ["String", "Integer", "Long", "Boolean", "SystemTime", "Binary", "Double", "Short", "CLSID"];
    let kind = kinds.iter().find(|k| k.eq_ignore_ascii_case(kind))?;
    if let Some(tag) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        let tag = u32::from_str_radix(tag, 16).ok()?;
        return Some(format!("{kind} 0x{tag:x}"));
    }
    let rest = rest.strip_prefix('{')?;
    let (guid, name) = rest.split_once('}')?;
    let name = name.trim();
    (name.starts_with("Name ") || name.starts_with("Id "))
        .then(|| format!("{kind} {{{}}} {name}", guid.to_ascii_lowercase()))
}

/// The value of an extended property: set by a client, or one that Exchange keeps itself.
pub fn extended_value(message: &Message, id: &str) -> Option<String> {
    if let Some(set) = message.extended.get(id) {
        return Some(set.clone());
    }
    let content = message.content();
    match id {
        "String 0x1a" => {
            Some(content.class.clone()).filter(|c| !c.is_empty()).or_else(|| Some("IPM.Note".to_owned()))
        }
        "String 0x1035" => Some(message.internet_message_id.clone()),
        "String 0x1039" => content.references.clone(),
        "String 0x1042" => content.in_reply_to.clone(),
        "String 0x7d" if !message.is_draft => {
            let lines: Vec<String> = content.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
            Some(lines.join("\r\n")).filter(|l| !l.is_empty())
        }
        "Long 0xe08" | "Integer 0xe08" => Some(message.size().to_string()),
        _ => None,
    }
}
