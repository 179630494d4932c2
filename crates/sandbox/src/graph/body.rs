//! Request bodies, checked against the schema: unknown members and wrong kinds are refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::answer::Problem;
use super::render::canonical_property_id;
use crate::world::message::{Attachment, Content, Message, Party};

/// Smallest size of an attachment that needs an upload session; the largest POST.
pub const POST_LIMIT: usize = 3 << 20;

/// What a client wrote about a message; `None` where it wrote nothing.
#[derive(Clone, Debug, Default)]
pub struct MessageInput {
    subject: Option<String>,
    body: Option<(bool, String)>,
    from: Option<Option<Party>>,
    sender: Option<Option<Party>>,
    to: Option<Vec<Party>>,
    cc: Option<Vec<Party>>,
    bcc: Option<Vec<Party>>,
    reply_to: Option<Vec<Party>>,
    is_read: Option<bool>,
    categories: Option<Vec<String>>,
    flag: Option<Value>,
    importance: Option<String>,
    inference: Option<String>,
    internet_message_id: Option<String>,
    /// Custom headers; only at creation.
    pub headers: Option<Vec<(String, String)>>,
    attachments: Vec<Attachment>,
    extended: Vec<(String, String)>,
    read_receipt: Option<bool>,
    delivery_receipt: Option<bool>,
}

/// Parses a JSON object body.
pub fn object(body: &Bytes) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Problem::body("Expected an object.")),
        Err(e) => Err(Problem::new(400, "BadRequest", format!("Unable to read JSON request payload. {e}"))),
    }
}

/// Takes a parameter of an action, whatever the case of its first letter (the contract and the pages differ).
pub fn parameter(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = map.keys().find(|k| k.eq_ignore_ascii_case(name)).cloned()?;
    map.remove(&key)
}

/// Refuses members that are left over.
pub fn nothing_else(map: &Map<String, Value>, kind: &str) -> Result<(), Problem> {
    match map.keys().find(|k| !k.contains("@odata.")) {
        Some(extra) => Err(unknown(extra, kind)),
        None => Ok(()),
    }
}

fn unknown(name: &str, kind: &str) -> Problem {
    Problem::body(format!(
        "The property '{name}' does not exist on type '{kind}'. Make sure to only use property names that are defined by the type."
    ))
}

fn wrong(name: &str, wanted: &str) -> Problem {
    Problem::body(format!("Cannot convert the value of '{name}' to the expected type '{wanted}'."))
}

fn text(name: &str, value: &Value) -> Result<String, Problem> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong(name, "Edm.String"))
}

fn flag(name: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| wrong(name, "Edm.Boolean"))
}

fn one_of(name: &str, value: &Value, allowed: &[&str]) -> Result<String, Problem> {
    let given = text(name, value)?;
    allowed
        .iter()
        .find(|a| a.eq_ignore_ascii_case(&given))
        .map(|a| (*a).to_owned())
        .ok_or_else(|| Problem::body(format!("Requested value '{given}' was not found for '{name}'.")))
}

fn members<'a>(name: &str, value: &'a Value, allowed: &[&str]) -> Result<&'a Map<String, Value>, Problem> {
    let map = value.as_object().ok_or_else(|| wrong(name, "object"))?;
    match map.keys().find(|k| !k.contains("@odata.") && !allowed.contains(&k.as_str())) {
        Some(extra) => Err(unknown(extra, name)),
        None => Ok(map),
    }
}

fn list<'a>(name: &str, value: &'a Value) -> Result<&'a Vec<Value>, Problem> {
    value.as_array().ok_or_else(|| wrong(name, "Collection"))
}

fn recipient(value: &Value) -> Result<Party, Problem> {
    let outer = members("Microsoft.OutlookServices.Recipient", value, &["emailAddress"])?;
    let Some(inner) = outer.get("emailAddress") else { return Ok(Party::default()) };
    let inner = members("Microsoft.OutlookServices.EmailAddress", inner, &["name", "address"])?;
    let part = |n: &str| match inner.get(n) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(v) => text(n, v),
    };
    let address = part("address")?;
    let name = part("name")?;
    Ok(Party { name: if name.is_empty() { address.clone() } else { name }, address })
}

fn recipients(name: &str, value: &Value) -> Result<Vec<Party>, Problem> {
    list(name, value)?.iter().map(recipient).collect()
}

fn maybe(value: &Value) -> Result<Option<Party>, Problem> {
    if value.is_null() { Ok(None) } else { recipient(value).map(Some) }
}

fn header(value: &Value) -> Result<(String, String), Problem> {
    let map = members("Microsoft.OutlookServices.InternetMessageHeader", value, &["name", "value"])?;
    let part = |n: &str| map.get(n).map_or(Ok(String::new()), |v| text(n, v));
    let (name, value) = (part("name")?, part("value")?);
    if !name.to_ascii_lowercase().starts_with("x-") {
        return Err(Problem::new(
            400,
            "InvalidInternetMessageHeader",
            format!("The internet message header name '{name}' should start with 'x-' or 'X-'."),
        ));
    }
    Ok((name, value))
}

/// One attachment of a body.
pub fn attachment(value: &Value, number: u32) -> Result<Attachment, Problem> {
    let allowed = [
        "id",
        "name",
        "contentType",
        "contentBytes",
        "contentId",
        "contentLocation",
        "isInline",
        "size",
        "lastModifiedDateTime",
        "item",
    ];
    let map = members("Microsoft.OutlookServices.FileAttachment", value, &allowed)?;
    let kind = map.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    if !kind.to_ascii_lowercase().ends_with("fileattachment") {
        return Err(Problem::body(
            "A type named '#microsoft.graph.fileAttachment' is expected in '@odata.type'; other kinds are not made here.",
        ));
    }
    let Some(name) = map.get("name").filter(|n| !n.is_null()) else {
        return Err(Problem::new(400, "ErrorInvalidRequest", "The attachment needs a name."));
    };
    let bytes = map.get("contentBytes").and_then(Value::as_str).unwrap_or_default();
    let data = STANDARD.decode(bytes).map_err(|_| {
        Problem::body("Cannot convert the literal of 'contentBytes' to the expected type 'Edm.Binary'.")
    })?;
    let optional = |n: &str| map.get(n).and_then(Value::as_str).map(str::to_owned);
    Ok(Attachment {
        number,
        name: text("name", name)?,
        content_type: optional("contentType").unwrap_or_else(|| "application/octet-stream".to_owned()),
        inline: map.get("isInline").and_then(Value::as_bool).unwrap_or(false),
        content_id: optional("contentId"),
        item: false,
        data: data.into(),
    })
}

fn extended(value: &Value) -> Result<(String, String), Problem> {
    let map =
        members("Microsoft.OutlookServices.SingleValueLegacyExtendedProperty", value, &["id", "value"])?;
    let id = map.get("id").and_then(Value::as_str).unwrap_or_default();
    let id = canonical_property_id(id).ok_or_else(|| {
        Problem::new(
            400,
            "ErrorInvalidProperty",
            "PropertyId values may only be in one of the following formats: 'MapiPropertyType namespaceGuid Name propertyName', 'MapiPropertyType namespaceGuid Id propertyId' or 'MapiPropertyType propertyTag'.",
        )
    })?;
    Ok((id, map.get("value").map_or(Ok(String::new()), |v| text("value", v))?))
}

/// Members that a client may send back but that change nothing.
const READ_ONLY: &[&str] = &[
    "id",
    "changeKey",
    "createdDateTime",
    "lastModifiedDateTime",
    "receivedDateTime",
    "sentDateTime",
    "hasAttachments",
    "bodyPreview",
    "parentFolderId",
    "conversationId",
    "conversationIndex",
    "isDraft",
    "webLink",
    "uniqueBody",
    "internetMessageHeaders@odata.context",
];

impl MessageInput {
    /// Reads a message out of JSON.
    pub fn read(map: &Map<String, Value>) -> Result<Self, Problem> {
        let mut input = Self::default();
        for (name, value) in map {
            match name.as_str() {
                n if n.contains("@odata.") || READ_ONLY.contains(&n) => {}
                "subject" => {
                    input.subject = Some(if value.is_null() { String::new() } else { text(name, value)? });
                }
                "body" => {
                    let body =
                        members("Microsoft.OutlookServices.ItemBody", value, &["contentType", "content"])?;
                    let kind = body
                        .get("contentType")
                        .map_or(Ok("text".to_owned()), |v| one_of("contentType", v, &["text", "html"]))?;
                    let content = body.get("content").map_or(Ok(String::new()), |v| text("content", v))?;
                    input.body = Some((kind == "html", content));
                }
                "from" => input.from = Some(maybe(value)?),
                "sender" => input.sender = Some(maybe(value)?),
                "toRecipients" => input.to = Some(recipients(name, value)?),
                "ccRecipients" => input.cc = Some(recipients(name, value)?),
                "bccRecipients" => input.bcc = Some(recipients(name, value)?),
                "replyTo" => input.reply_to = Some(recipients(name, value)?),
                "isRead" => input.is_read = Some(flag(name, value)?),
                "categories" => {
                    input.categories =
                        Some(list(name, value)?.iter().map(|c| text(name, c)).collect::<Result<_, _>>()?);
                }
                "flag" => {
                    let allowed = ["flagStatus", "startDateTime", "dueDateTime", "completedDateTime"];
                    let map = members("Microsoft.OutlookServices.FollowupFlag", value, &allowed)?;
                    let status = map.get("flagStatus").map_or(Ok("notFlagged".to_owned()), |v| {
                        one_of("flagStatus", v, &["notFlagged", "complete", "flagged"])
                    })?;
                    let mut flag = Value::Object(map.clone());
                    flag["flagStatus"] = Value::String(status);
                    input.flag = Some(flag);
                }
                "importance" => input.importance = Some(one_of(name, value, &["low", "normal", "high"])?),
                "inferenceClassification" => {
                    input.inference = Some(one_of(name, value, &["focused", "other"])?);
                }
                "internetMessageId" => input.internet_message_id = Some(text(name, value)?),
                "internetMessageHeaders" => {
                    let headers: Vec<_> = list(name, value)?.iter().map(header).collect::<Result<_, _>>()?;
                    if headers.len() > 5 {
                        return Err(Problem::new(
                            400,
                            "InvalidInternetMessageHeaderCollection",
                            "Maximum number of headers in one message should be less than or equal to 5.",
                        ));
                    }
                    input.headers = Some(headers);
                }
                "attachments" => {
                    input.attachments = list(name, value)?
                        .iter()
                        .zip(1u32..)
                        .map(|(a, n)| attachment(a, n))
                        .collect::<Result<_, _>>()?;
                }
                "singleValueExtendedProperties" => {
                    input.extended = list(name, value)?.iter().map(extended).collect::<Result<_, _>>()?;
                }
                "isReadReceiptRequested" => input.read_receipt = value.as_bool(),
                "isDeliveryReceiptRequested" => input.delivery_receipt = value.as_bool(),
                "multiValueExtendedProperties" | "extensions" | "mentionsPreview" => {}
                other => return Err(unknown(other, "Microsoft.OutlookServices.Message")),
            }
        }
        Ok(input)
    }

    /// Whether it names a property that only a draft may change (graph.md 0.4).
    pub fn touches_draft_only(&self) -> bool {
        self.subject.is_some()
            || self.body.is_some()
            || self.from.is_some()
            || self.sender.is_some()
            || self.to.is_some()
            || self.cc.is_some()
            || self.bcc.is_some()
            || self.reply_to.is_some()
            || self.internet_message_id.is_some()
            || self.headers.is_some()
            || !self.attachments.is_empty()
            || self.read_receipt.is_some()
            || self.delivery_receipt.is_some()
    }

    /// Writes what was given into a message.
    pub fn apply(self, message: &mut Message) {
        let set = |slot: &mut Option<bool>, target: &mut bool| {
            if let Some(value) = slot.take() {
                *target = value;
            }
        };
        let Self { mut is_read, mut read_receipt, mut delivery_receipt, .. } = self.clone();
        set(&mut is_read, &mut message.is_read);
        set(&mut read_receipt, &mut message.read_receipt);
        set(&mut delivery_receipt, &mut message.delivery_receipt);
        if let Some(categories) = self.categories {
            message.categories = categories;
        }
        if let Some(flag) = self.flag {
            message.flag = flag;
        }
        if let Some(importance) = self.importance {
            message.importance = importance;
        }
        if let Some(inference) = self.inference {
            message.inference = inference;
        }
        if let Some(id) = &self.internet_message_id {
            message.internet_message_id.clone_from(id);
        }
        let mut next = message.next_attachment;
        let mut attachments = self.attachments;
        for a in &mut attachments {
            a.number = next;
            next += 1;
        }
        message.next_attachment = next;
        for (id, value) in &self.extended {
            message.extended.insert(id.clone(), value.clone());
        }
        let Some(content) = message.draft_content_mut() else { return };
        content.attachments.extend(attachments);
        for (id, value) in self.extended {
            match id.as_str() {
                "String 0x1042" => content.in_reply_to = Some(value),
                "String 0x1039" => content.references = Some(value),
                "String 0x1045" => content.headers.push(("List-Unsubscribe".to_owned(), value)),
                _ => {}
            }
        }
        if let Some(id) = self.internet_message_id {
            content.message_id = Some(id);
        }
        if let Some(subject) = self.subject {
            content.subject = subject;
        }
        if let Some((html, body)) = self.body {
            (content.html, content.text) = if html { (Some(body), None) } else { (None, Some(body)) };
        }
        put(&mut content.from, self.from);
        put(&mut content.sender, self.sender);
        put(&mut content.to, self.to);
        put(&mut content.cc, self.cc);
        put(&mut content.bcc, self.bcc);
        put(&mut content.reply_to, self.reply_to);
        if let Some(headers) = self.headers {
            content.headers.extend(headers);
        }
    }

    /// A new draft of it.
    pub fn into_draft(self, now: jiff::Timestamp) -> Message {
        let content = Content {
            message_id: self.internet_message_id.clone(),
            class: "IPM.Note".to_owned(),
            ..Content::default()
        };
        let mut message = Message::draft(content, now);
        self.apply(&mut message);
        message
    }
}

fn put<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}
