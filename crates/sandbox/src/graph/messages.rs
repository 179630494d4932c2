//! Messages: list, get, MIME, patch, move, copy, delete.

use serde_json::{Value, json};

use super::answer::{Answer, Problem};
use super::body::{self, MessageInput};
use super::filter;
use super::folders::resolve;
use super::query::Options;
use super::render::{self, View};
use super::route::{Action, Item};
use super::{Ctx, Outcome, next_link};
use crate::world::ids;
use crate::world::mailbox::{DELETED, Mailbox};
use crate::world::message::Message;

const LIST: &[&str] = &["select", "filter", "orderby", "top", "skip", "count", "expand", "skiptoken"];

/// Finds the message a path names, as the caller sees it now.
pub fn find<'a>(ctx: &Ctx<'_>, mailbox: &'a Mailbox, item: &Item) -> Result<&'a Message, Problem> {
    let id = ids::read_message(&mailbox.owner, &item.id).map_err(|_| Problem::malformed_id())?;
    let message = mailbox.find(id).ok_or_else(Problem::item_not_found)?;
    if let Some(folder) = &item.folder
        && resolve(mailbox, folder)? != message.folder
    {
        return Err(Problem::item_not_found());
    }
    // Between submission and Sent Items there is a moment when the item is nowhere (graph.md 2.6).
    if let Some(at) = message.submitted {
        let half = jiff::SignedDuration::from_millis(ctx.world.transport.delay_ms / 2);
        if ctx.world.now().duration_since(at) > half {
            return Err(Problem::item_not_found());
        }
    }
    Ok(message)
}

/// The message number, for changes.
pub fn number(ctx: &Ctx<'_>, item: &Item) -> Result<u64, Problem> {
    Ok(find(ctx, ctx.mailbox()?, item)?.number)
}

/// `GET .../messages`.
pub fn list(ctx: &Ctx<'_>, folder: Option<&str>) -> Outcome {
    if super::query::pairs(&ctx.call.query).iter().any(|(n, _)| n == "$search") {
        return Err(Problem::new(501, "NotImplemented", "The stand-in has no $search."));
    }
    let options = Options::read(&ctx.call.query, LIST)?;
    let mailbox = ctx.mailbox()?;
    let folder = folder.map(|f| resolve(mailbox, f)).transpose()?;
    let size = options.page_size(ctx.prefer)?;
    let wanted = options.filter.as_deref().map(filter::parse).transpose()?;
    check_order(&options, wanted.as_ref())?;
    let view = View::new(options.select.as_deref(), &options.expand, ctx.prefer)?;
    let folder_id = |n: u32| ids::folder(&mailbox.owner, n);
    let mut found = mailbox.newest(folder);
    if let Some(filter) = &wanted {
        found.retain(|m| filter.matches(m, &folder_id));
    }
    sort(&mut found, &options.orderby)?;
    let page: Vec<&Message> = found.iter().skip(options.skip).take(size).copied().collect();
    ctx.spoils_page(page.iter().copied())?;
    let page: Vec<Value> = page.into_iter().map(|m| view.show(mailbox, m)).collect();
    let mut out = json!({ "@odata.context": context(ctx, folder.is_some(), options.select.as_deref()) });
    if options.count {
        out["@odata.count"] = json!(found.len());
    }
    out["value"] = Value::Array(page);
    if options.skip + size < found.len() && !ctx.drops_next_link() {
        out["@odata.nextLink"] = json!(next_link(ctx, "$skip", &(options.skip + size).to_string()));
    }
    Ok(Answer::json(200, &out))
}

fn context(ctx: &Ctx<'_>, in_folder: bool, select: Option<&[String]>) -> String {
    let select = select.map(|s| format!("({})", s.join(","))).unwrap_or_default();
    let folder = if in_folder { "/mailFolders('...')" } else { "" };
    format!("{}/v1.0/$metadata#users('{}'){folder}/messages{select}", ctx.base, ctx.owner)
}

/// `$orderby` properties must lead the `$filter`, in the same order (graph.md 2.1).
fn check_order(options: &Options, filter: Option<&filter::Filter>) -> Result<(), Problem> {
    let Some(filter) = filter else { return Ok(()) };
    let named = filter.properties();
    let leads = options
        .orderby
        .iter()
        .enumerate()
        .all(|(i, (p, _))| named.get(i).is_some_and(|n| n.eq_ignore_ascii_case(p)));
    if leads {
        return Ok(());
    }
    Err(Problem::new(
        400,
        "InefficientFilter",
        "The restriction or sort order is too complex for this operation.",
    ))
}

fn sort(found: &mut [&Message], orderby: &[(String, bool)]) -> Result<(), Problem> {
    // Newest first is how the mailbox keeps them.
    if matches!(orderby, [(property, true)] if property.eq_ignore_ascii_case("receivedDateTime")) {
        return Ok(());
    }
    for (property, descending) in orderby.iter().rev() {
        let key: fn(&Message) -> String = match property.to_ascii_lowercase().as_str() {
            "receiveddatetime" => |m| render::time(m.received),
            "sentdatetime" => |m| render::time(m.sent),
            "createddatetime" => |m| render::time(m.created),
            "lastmodifieddatetime" => |m| render::time(m.modified),
            "subject" => |m| m.content().subject.to_lowercase(),
            "isread" => |m| m.is_read.to_string(),
            "importance" => |m| m.importance.clone(),
            "from/emailaddress/address" => {
                |m| m.content().from.as_ref().map(|p| p.address.clone()).unwrap_or_default()
            }
            "from/emailaddress/name" => {
                |m| m.content().from.as_ref().map(|p| p.name.clone()).unwrap_or_default()
            }
            _ => return Err(render::no_property(property)),
        };
        found.sort_by_cached_key(|m| key(m));
        if *descending {
            found.reverse();
        }
    }
    Ok(())
}

/// `GET .../messages/$count`.
pub fn count(ctx: &Ctx<'_>, folder: Option<&str>) -> Outcome {
    let options = Options::read(&ctx.call.query, &["filter"])?;
    let mailbox = ctx.mailbox()?;
    let folder = folder.map(|f| resolve(mailbox, f)).transpose()?;
    let wanted = options.filter.as_deref().map(filter::parse).transpose()?;
    let folder_id = |n: u32| ids::folder(&mailbox.owner, n);
    let n = mailbox
        .newest(folder)
        .into_iter()
        .filter(|m| wanted.as_ref().is_none_or(|f| f.matches(m, &folder_id)))
        .count();
    Ok(Answer::bytes("text/plain", n.to_string().into()))
}

/// `GET .../messages/{id}`.
pub fn get(ctx: &Ctx<'_>, item: &Item) -> Outcome {
    let options = Options::read(&ctx.call.query, &["select", "expand"])?;
    let mailbox = ctx.mailbox()?;
    let message = find(ctx, mailbox, item)?;
    let view = View::new(options.select.as_deref(), &options.expand, ctx.prefer)?;
    let mut out = view.show(mailbox, message);
    let etag = out["@odata.etag"].as_str().unwrap_or_default().to_owned();
    out["@odata.context"] = json!(format!("{}/$entity", context(ctx, false, options.select.as_deref())));
    Ok(Answer::json(200, &out).with("ETag", etag))
}

/// `GET .../messages/{id}/$value`.
pub fn mime(ctx: &Ctx<'_>, item: &Item) -> Outcome {
    Options::read(&ctx.call.query, &[])?;
    if item.folder.is_some() {
        // Only the short path gives MIME (graph.md 2.3).
        return Err(Problem::method());
    }
    let mailbox = ctx.mailbox()?;
    let message = find(ctx, mailbox, item)?;
    if matches!(message.content().class.as_str(), "IPM.Note.SMIME") {
        return Err(Problem::new(500, "ErrorMimeContentConversionFailed", "MIME content conversion failed."));
    }
    Ok(Answer::bytes("text/plain", message.mime()))
}

/// Shows a message after a change.
pub fn show(ctx: &Ctx<'_>, status: u16, number: u64) -> Outcome {
    let mailbox = ctx.mailbox()?;
    let message = mailbox.get(number).ok_or_else(Problem::item_not_found)?;
    let mut out = View::plain(ctx.prefer).show(mailbox, message);
    let etag = out["@odata.etag"].as_str().unwrap_or_default().to_owned();
    out["@odata.context"] = json!(format!("{}/$entity", context(ctx, false, None)));
    let answer = Answer::json(status, &out).with("ETag", etag);
    if status != 201 {
        return Ok(answer);
    }
    let id = mailbox.id_of(message, ctx.prefer.ids);
    Ok(answer.with("Location", format!("{}/v1.0/users('{}')/messages('{id}')", ctx.base, ctx.owner)))
}

/// Refuses a stale `If-Match`.
pub fn check_match(ctx: &Ctx<'_>, number: u64) -> Result<(), Problem> {
    let Some(wanted) = ctx.call.headers.get("if-match").and_then(|v| v.to_str().ok()) else { return Ok(()) };
    let mailbox = ctx.mailbox()?;
    let Some(message) = mailbox.get(number) else { return Ok(()) };
    let now = format!("W/\"{}\"", ids::change_key(&mailbox.owner, message.changed));
    if wanted == "*" || wanted == now {
        return Ok(());
    }
    Err(Problem::new(
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
    ))
}

/// `PATCH .../messages/{id}`.
pub fn patch(ctx: &mut Ctx<'_>, item: &Item) -> Outcome {
    let map = body::object(&ctx.call.body)?;
    let input = MessageInput::read(&map)?;
    let number = number(ctx, item)?;
    check_match(ctx, number)?;
    let draft = ctx.mailbox()?.get(number).is_some_and(|m| m.is_draft && m.submitted.is_none());
    if !draft && input.touches_draft_only() {
        // Needs Mail-Advanced.ReadWrite since 2026-12-31 (graph.md 0.4).
        return Err(Problem::access_denied());
    }
    if draft && input.headers.is_some() {
        return Err(Problem::new(
            400,
            "ErrorInvalidPropertySet",
            "Set action is invalid for property 'InternetMessageHeaders': headers can only be given when a message is made.",
        ));
    }
    let now = ctx.world.now();
    ctx.mailbox_mut()?.touch(number, now, |m| input.apply(m));
    show(ctx, 200, number)
}

/// `DELETE .../messages/{id}`: into Deleted Items; from there for good.
pub fn delete(ctx: &mut Ctx<'_>, item: &Item) -> Outcome {
    let number = number(ctx, item)?;
    check_match(ctx, number)?;
    let mailbox = ctx.mailbox_mut()?;
    if mailbox.get(number).is_some_and(|m| m.folder == DELETED) {
        mailbox.remove(number);
    } else {
        mailbox.relocate(number, DELETED, |_| {});
    }
    Ok(Answer::no_content())
}

/// `move`, `copy` and `permanentDelete`.
pub fn relocate(ctx: &mut Ctx<'_>, item: &Item, action: Action) -> Outcome {
    let number = number(ctx, item)?;
    if action == Action::PermanentDelete {
        ctx.mailbox_mut()?.remove(number);
        return Ok(Answer::no_content());
    }
    let mut map = body::object(&ctx.call.body)?;
    let to = body::parameter(&mut map, "destinationId");
    body::nothing_else(&map, "Microsoft.OutlookServices.Message")?;
    let to = to.as_ref().and_then(Value::as_str).ok_or_else(|| {
        Problem::new(400, "ErrorInvalidRequest", "The parameter 'DestinationId' is required.")
    })?;
    let mailbox = ctx.mailbox_mut()?;
    let folder = resolve(mailbox, to)?;
    let placed = if action == Action::Move {
        mailbox.relocate(number, folder, |_| {});
        number
    } else {
        mailbox.duplicate(number, folder).ok_or_else(Problem::item_not_found)?
    };
    show(ctx, 201, placed)
}
