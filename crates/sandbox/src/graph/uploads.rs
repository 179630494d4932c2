//! Upload sessions for attachments of 3 to 150 MB (graph.md 2.4): made with a token, filled without one, in order.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::answer::{Answer, Problem};
use super::route::Item;
use super::{Call, Ctx, Outcome, attachments, body};
use crate::world::message::Attachment;
use crate::world::{World, ids};

/// Largest file.
const LARGEST: u64 = 150 << 20;
/// Largest range in one PUT.
const RANGE: usize = 4 << 20;

/// A session.
#[derive(Clone, Debug)]
pub struct Upload {
    owner: String,
    number: u64,
    size: u64,
    name: String,
    content_type: String,
    inline: bool,
    content_id: Option<String>,
    expires: Timestamp,
    data: Vec<u8>,
}

impl Upload {
    /// Object id of the mailbox owner.
    pub fn owner(&self) -> &str {
        &self.owner
    }
}

/// `POST .../attachments/createUploadSession`.
pub fn create(ctx: &mut Ctx<'_>, item: &Item) -> Outcome {
    if ctx.world.shared_uploads_refused && ctx.is_elsewhere() {
        // A known issue of Graph with other people's mailboxes; switched on by the control API.
        return Err(Problem::access_denied());
    }
    let number = attachments::open_draft(ctx, item)?;
    let mut map = body::object(&ctx.call.body)?;
    let described = body::parameter(&mut map, "AttachmentItem");
    body::nothing_else(&map, "Microsoft.OutlookServices.createUploadSession")?;
    let mut described = described.and_then(|d| d.as_object().cloned()).ok_or_else(|| {
        Problem::new(400, "ErrorInvalidRequest", "The parameter 'AttachmentItem' is required.")
    })?;
    let kind = described.remove("attachmentType").and_then(|v| v.as_str().map(str::to_owned));
    let name = described.remove("name").and_then(|v| v.as_str().map(str::to_owned));
    let size = described.remove("size").as_ref().and_then(Value::as_u64);
    let inline = described.remove("isInline").and_then(|v| v.as_bool()).unwrap_or(false);
    let content_id = described.remove("contentId").and_then(|v| v.as_str().map(str::to_owned));
    let content_type = described.remove("contentType").and_then(|v| v.as_str().map(str::to_owned));
    body::nothing_else(&described, "Microsoft.OutlookServices.AttachmentItem")?;
    let (Some("file"), Some(name), Some(size)) = (kind.as_deref(), name, size) else {
        return Err(Problem::new(
            400,
            "ErrorInvalidRequest",
            "attachmentType 'file', name and size are required.",
        ));
    };
    if size < body::POST_LIMIT as u64 {
        return Err(Problem::new(
            400,
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
            "The attachment size should not be less than the minimum size of 3 MB.",
        ));
    }
    if size > LARGEST {
        return Err(Problem::new(413, "ErrorAttachmentSizeLimitExceeded", "The attachment exceeds 150 MB."));
    }
    let expires = ctx.world.now() + SignedDuration::from_hours(2);
    let token = ids::random_token(64);
    let upload = Upload {
        owner: ctx.owner.clone(),
        number,
        size,
        name,
        content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        inline,
        content_id,
        expires,
        data: Vec::new(),
    };
    ctx.world.uploads.insert(token.clone(), upload);
    Ok(Answer::json(
        201,
        &json!({
            "@odata.context": format!("{}/v1.0/$metadata#microsoft.graph.uploadSession", ctx.base),
            "uploadUrl": format!(
                "{}/api/v2.0/Users('{}')/Messages('{}')/AttachmentSessions('{}')?authtoken={token}",
                ctx.base, ctx.owner, item.id.trim_end_matches('='), ids::random_token(24)
            ),
            "expirationDateTime": expires.to_string(),
            "nextExpectedRanges": ["0-"],
        }),
    ))
}

/// The token of an upload address.
pub fn token(query: &str) -> Option<String> {
    super::query::pairs(query).into_iter().find(|(n, _)| n == "authtoken").map(|(_, v)| v)
}

/// `PUT` and `DELETE` on an upload address.
pub fn put(world: &mut World, base: &str, call: &Call) -> Outcome {
    if call.headers.contains_key("authorization") {
        // The address itself is the permission; a bearer token is refused.
        return Err(Problem::new(
            401,
            "InvalidAudience",
            "Do not send an Authorization header to an upload address.",
        ));
    }
    let token = token(&call.query).unwrap_or_default();
    let now = world.now();
    world.uploads.retain(|_, u| u.expires > now);
    let Some(upload) = world.uploads.get_mut(&token) else {
        return Err(Problem::new(404, "ErrorItemNotFound", "The upload session was not found."));
    };
    if call.method == "DELETE" {
        world.uploads.remove(&token);
        return Ok(Answer::no_content());
    }
    if call.method != "PUT" {
        return Err(Problem::method());
    }
    let range = call.headers.get("content-range").and_then(|v| v.to_str().ok()).and_then(read_range);
    let Some((from, to, total)) = range else {
        return Err(Problem::new(400, "ErrorInvalidRequest", "Content-Range 'bytes a-b/total' is required."));
    };
    if call.body.len() > RANGE {
        return Err(Problem::new(413, "RequestEntityTooLarge", "The range is larger than 4 MB."));
    }
    if total != upload.size || to >= total || to < from || (to - from + 1) != call.body.len() as u64 {
        return Err(Problem::new(
            416,
            "ErrorInvalidRange",
            "The range does not fit the bytes or the size of the session.",
        ));
    }
    if from != upload.data.len() as u64 {
        return Err(Problem::new(
            416,
            "ErrorInvalidRange",
            format!("The range is not the next expected one: {}.", upload.data.len()),
        ));
    }
    upload.data.extend_from_slice(&call.body);
    if (upload.data.len() as u64) < upload.size {
        return Ok(Answer::json(
            200,
            &json!({
                "@odata.context": format!("{base}/api/v2.0/$metadata#Users/Messages/AttachmentSessions/$entity"),
                "ExpirationDateTime": upload.expires.to_string(),
                "NextExpectedRanges": [upload.data.len().to_string()],
            }),
        ));
    }
    finish(world, base, &token, now)
}

fn read_range(value: &str) -> Option<(u64, u64, u64)> {
    let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (from, to) = range.split_once('-')?;
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?, total.trim().parse().ok()?))
}

fn finish(world: &mut World, base: &str, token: &str, now: Timestamp) -> Outcome {
    let Some(upload) = world.uploads.remove(token) else { return Err(Problem::item_not_found()) };
    let mailbox = world.mailboxes.get_mut(&upload.owner).ok_or_else(Problem::no_mailbox)?;
    let Some(message) = mailbox.get(upload.number).filter(|m| m.is_draft && m.submitted.is_none()) else {
        return Err(Problem::item_not_found());
    };
    let number = message.next_attachment;
    let attachment = Attachment {
        number,
        name: upload.name,
        content_type: upload.content_type,
        inline: upload.inline,
        content_id: upload.content_id,
        item: false,
        data: upload.data.into(),
    };
    mailbox.touch(upload.number, now, |m| {
        m.next_attachment += 1;
        if let Some(content) = m.draft_content_mut() {
            content.attachments.push(attachment);
        }
    });
    let id = ids::attachment(&upload.owner, upload.number, number);
    let place = format!("{base}/api/v2.0/Users('{}')/Messages('...')/Attachments('{id}')", upload.owner);
    let mut answer = Answer::no_content().with("Location", place);
    answer.status = 201;
    Ok(answer)
}
