//! Attachments of a message: list, one, bytes, add (below 3 MB), remove.

use serde_json::{Value, json};

use super::answer::{Answer, Problem};
use super::messages::{find, number};
use super::query::Options;
use super::route::Item;
use super::{Ctx, Outcome, body, render};
use crate::world::ids;
use crate::world::message::{Attachment, Message};

fn names(mut value: Value, select: Option<&[String]>) -> Value {
    if let (Some(select), Some(map)) = (select, value.as_object_mut()) {
        map.retain(|k, _| {
            k == "id" || k.starts_with("@odata.") || select.iter().any(|s| s.eq_ignore_ascii_case(k))
        });
    }
    value
}

/// `GET .../attachments`.
pub fn list(ctx: &Ctx<'_>, item: &Item) -> Outcome {
    let options = Options::read(&ctx.call.query, &["select", "expand", "filter", "top", "count", "skip"])?;
    let mailbox = ctx.mailbox()?;
    let message = find(ctx, mailbox, item)?;
    let value: Vec<Value> = message
        .content()
        .attachments
        .iter()
        .map(|a| names(render::attachment(mailbox, message, a, true), options.select.as_deref()))
        .collect();
    Ok(Answer::json(
        200,
        &json!({
            "@odata.context": format!("{}/v1.0/$metadata#users('{}')/messages('...')/attachments", ctx.base, ctx.owner),
            "value": value,
        }),
    ))
}

/// `GET .../attachments/$count`.
pub fn count(ctx: &Ctx<'_>, item: &Item) -> Outcome {
    let n = find(ctx, ctx.mailbox()?, item)?.content().attachments.len();
    Ok(Answer::bytes("text/plain", n.to_string().into()))
}

fn one<'a>(message: &'a Message, owner: &str, id: &str) -> Result<&'a Attachment, Problem> {
    let (of, number) = ids::read_attachment(owner, id).map_err(|_| Problem::malformed_id())?;
    let found = message.content().attachments.iter().find(|a| of == message.number && a.number == number);
    found.ok_or_else(Problem::item_not_found)
}

/// `GET .../attachments/{id}`.
pub fn get(ctx: &Ctx<'_>, item: &Item, id: &str) -> Outcome {
    let options = Options::read(&ctx.call.query, &["select", "expand"])?;
    let mailbox = ctx.mailbox()?;
    let message = find(ctx, mailbox, item)?;
    let attachment = one(message, &mailbox.owner, id)?;
    let mut out = names(render::attachment(mailbox, message, attachment, true), options.select.as_deref());
    if attachment.item
        && options.expand.iter().any(|e| e.to_ascii_lowercase().contains("itemattachment/item"))
    {
        let inner = crate::mime::read::content(&attachment.data);
        out["item"] = json!({
            "@odata.type": "#microsoft.graph.message",
            "subject": inner.subject,
            "from": render::party(inner.from.as_ref()),
            "body": {"contentType": "html", "content": inner.as_html()},
        });
    }
    out["@odata.context"] = json!(format!(
        "{}/v1.0/$metadata#users('{}')/messages('...')/attachments/$entity",
        ctx.base, ctx.owner
    ));
    Ok(Answer::json(200, &out))
}

/// `GET .../attachments/{id}/$value`.
pub fn value(ctx: &Ctx<'_>, item: &Item, id: &str) -> Outcome {
    let mailbox = ctx.mailbox()?;
    let message = find(ctx, mailbox, item)?;
    let attachment = one(message, &mailbox.owner, id)?;
    let kind = if attachment.item { "text/plain" } else { &attachment.content_type };
    Ok(Answer::bytes(kind, attachment.data.clone()))
}

/// A draft that may still be changed.
pub fn open_draft(ctx: &Ctx<'_>, item: &Item) -> Result<u64, Problem> {
    let number = number(ctx, item)?;
    let open = ctx.mailbox()?.get(number).is_some_and(|m| m.is_draft && m.submitted.is_none());
    if open { Ok(number) } else { Err(Problem::access_denied()) }
}

/// `POST .../attachments`.
pub fn add(ctx: &mut Ctx<'_>, item: &Item) -> Outcome {
    let number = open_draft(ctx, item)?;
    let map = body::object(&ctx.call.body)?;
    let attachment = body::attachment(&Value::Object(map), 0)?;
    if attachment.data.len() >= body::POST_LIMIT {
        return Err(Problem::new(
            413,
            "ErrorMessageSizeExceeded",
            "The message exceeds the maximum supported size. Use an upload session for attachments of 3 MB and more.",
        ));
    }
    let placed = attach(ctx, number, attachment)?;
    let mailbox = ctx.mailbox()?;
    let message = mailbox.get(number).ok_or_else(Problem::item_not_found)?;
    let attachment = message.content().attachments.iter().find(|a| a.number == placed);
    let shown = attachment.map(|a| render::attachment(mailbox, message, a, true)).unwrap_or_default();
    Ok(Answer::json(201, &shown))
}

/// Puts an attachment into a draft and gives its number.
pub fn attach(ctx: &mut Ctx<'_>, number: u64, mut attachment: Attachment) -> Result<u32, Problem> {
    let now = ctx.world.now();
    let mut placed = 0;
    ctx.mailbox_mut()?.touch(number, now, |m| {
        placed = m.next_attachment;
        m.next_attachment += 1;
        attachment.number = placed;
        if let Some(content) = m.draft_content_mut() {
            content.attachments.push(attachment);
        }
    });
    Ok(placed)
}

/// `DELETE .../attachments/{id}`.
pub fn remove(ctx: &mut Ctx<'_>, item: &Item, id: &str) -> Outcome {
    let number = open_draft(ctx, item)?;
    let mailbox = ctx.mailbox()?;
    let message = mailbox.get(number).ok_or_else(Problem::item_not_found)?;
    let gone = one(message, &mailbox.owner, id)?.number;
    let now = ctx.world.now();
    ctx.mailbox_mut()?.touch(number, now, |m| {
        if let Some(content) = m.draft_content_mut() {
            content.attachments.retain(|a| a.number != gone);
        }
    });
    Ok(Answer::no_content())
}
