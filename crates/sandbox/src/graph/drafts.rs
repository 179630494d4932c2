//! Drafts: made from JSON or MIME, as replies and forwards, and replaced by MIME.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::answer::Problem;
use super::body::{self, MessageInput};
use super::folders::resolve;
use super::messages::{find, number, show};
use super::query::Options;
use super::route::{Action, Item};
use super::{Call, Ctx, Outcome};
use crate::mime::read;
use crate::world::mailbox::DRAFTS;
use crate::world::message::{Content, Message, Party, escape};

/// Whether the body is MIME in base64 (`Content-Type: text/plain`).
pub fn is_mime(call: &Call) -> bool {
    call.content_type().starts_with("text/plain")
}

/// Refuses bodies that are neither JSON nor MIME.
pub fn check_content_type(call: &Call) -> Result<(), Problem> {
    let kind = call.content_type();
    if kind.starts_with("application/json")
        || kind.starts_with("text/plain")
        || (kind.is_empty() && call.body.is_empty())
    {
        return Ok(());
    }
    Err(Problem::new(415, "UnsupportedMediaType", format!("The content type '{kind}' is not supported.")))
}

/// Reads a MIME body: base64 of the whole message. Headers Exchange does not let through are dropped here: `Auto-Submitted`,
/// `Return-Path`, unknown ones, and custom `X-` names the mailbox has never seen (graph.md 0.7, 2.6).
pub fn from_mime(ctx: &Ctx<'_>) -> Result<Message, Problem> {
    let invalid = || {
        Problem::new(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")
    };
    let text: Vec<u8> = ctx.call.body.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let raw = STANDARD.decode(text).map_err(|_| invalid())?;
    if raw.is_empty() {
        return Err(invalid());
    }
    let mut content = read::content(&raw);
    let known = &ctx.mailbox()?.known_headers;
    content.headers.retain(|(name, _)| {
        let lower = name.to_ascii_lowercase();
        let exchange_knows = matches!(
            lower.as_str(),
            "x-priority" | "x-auto-response-suppress" | "x-mailer" | "x-originating-ip"
        );
        lower == "list-unsubscribe" || (lower.starts_with("x-") && (exchange_knows || known.contains(&lower)))
    });
    content.date = None;
    let importance = read::importance(&read::content(&raw)).to_owned();
    let mut message = Message::draft(content, ctx.world.now());
    message.importance = importance;
    Ok(message)
}

/// A new draft of the body, JSON or MIME.
pub fn from_body(ctx: &Ctx<'_>, map: Option<&Map<String, Value>>) -> Result<Message, Problem> {
    let mut message = match map {
        Some(map) => MessageInput::read(map)?.into_draft(ctx.world.now()),
        None => from_mime(ctx)?,
    };
    let own = ctx.own_party();
    let asked = message.content().from.clone();
    if let Some(content) = message.draft_content_mut() {
        // An address of one's own gets the directory's name; a strange one stays and is refused at sending.
        let mine = asked.as_ref().is_none_or(|f| f.address.is_empty() || ctx.is_own_address(&f.address));
        if mine {
            content.from = Some(own.clone());
        }
        content.sender = Some(own);
    }
    Ok(message)
}

/// Remembers the custom header names a JSON message brought: MIME may use them from now on.
pub fn learn_headers(ctx: &mut Ctx<'_>, message: &Message) -> Result<(), Problem> {
    let names: Vec<String> = message.content().headers.iter().map(|(n, _)| n.to_ascii_lowercase()).collect();
    ctx.mailbox_mut()?.known_headers.extend(names);
    Ok(())
}

/// `POST .../messages`.
pub fn create(ctx: &mut Ctx<'_>, folder: Option<&str>) -> Outcome {
    Options::read(&ctx.call.query, &[])?;
    check_content_type(ctx.call)?;
    let message = if is_mime(ctx.call) {
        from_body(ctx, None)?
    } else {
        let map = body::object(&ctx.call.body)?;
        from_body(ctx, Some(&map))?
    };
    learn_headers(ctx, &message)?;
    let mailbox = ctx.mailbox_mut()?;
    let folder = folder.map_or(Ok(DRAFTS), |f| resolve(mailbox, f))?;
    let number = mailbox.insert(folder, message);
    show(ctx, 201, number)
}

/// `PUT .../messages/{id}/$value`: replaces a draft by MIME.
pub fn replace(ctx: &mut Ctx<'_>, item: &Item) -> Outcome {
    let number = number(ctx, item)?;
    let fresh = from_body(ctx, None)?;
    let draft = ctx.mailbox()?.get(number).is_some_and(|m| m.is_draft && m.submitted.is_none());
    if !draft {
        return Err(Problem::access_denied());
    }
    let now = ctx.world.now();
    ctx.mailbox_mut()?.touch(number, now, |m| {
        m.internet_message_id.clone_from(&fresh.internet_message_id);
        m.importance.clone_from(&fresh.importance);
        m.substance = fresh.substance;
    });
    show(ctx, 200, number)
}

/// `createReply`, `createReplyAll`, `createForward`.
pub fn create_reply(ctx: &mut Ctx<'_>, item: &Item, action: Action) -> Outcome {
    let number = reply_draft(ctx, item, action)?;
    show(ctx, 201, number)
}

/// Makes the draft of a reply or forward and gives its number.
pub fn reply_draft(ctx: &mut Ctx<'_>, item: &Item, action: Action) -> Result<u64, Problem> {
    check_content_type(ctx.call)?;
    let original = find(ctx, ctx.mailbox()?, item)?.clone();
    let mut map = Map::new();
    let mut from_mime_body = None;
    if is_mime(ctx.call) && !ctx.call.body.is_empty() {
        from_mime_body = Some(from_body(ctx, None)?);
    } else if !ctx.call.body.is_empty() {
        map = body::object(&ctx.call.body)?;
    }
    let comment = body::parameter(&mut map, "comment").and_then(|v| v.as_str().map(str::to_owned));
    let given = body::parameter(&mut map, "message").filter(|m| !m.is_null());
    let to = body::parameter(&mut map, "toRecipients");
    body::nothing_else(&map, "Microsoft.OutlookServices.Message")?;
    let mut given = given.and_then(|m| m.as_object().cloned()).unwrap_or_default();
    if comment.is_some() && given.contains_key("body") {
        return Err(Problem::new(
            400,
            "ErrorInvalidRequest",
            "The 'Comment' and the 'Message.Body' must not both be given.",
        ));
    }
    if let Some(to) = to.filter(|t| !t.is_null()) {
        given.insert("toRecipients".to_owned(), to);
    }
    let own_body = given.contains_key("body");
    let input = MessageInput::read(&given)?;
    let now = ctx.world.now();
    let mut message = match from_mime_body {
        Some(message) => message,
        None => {
            let mut message = Message::draft(skeleton(ctx, &original, action, comment.as_deref()), now);
            if own_body && let Some(content) = message.draft_content_mut() {
                content.html = None;
            }
            input.apply(&mut message);
            message
        }
    };
    if !matches!(action, Action::CreateForward | Action::Forward) {
        message.conversation = original.conversation;
    }
    learn_headers(ctx, &message)?;
    Ok(ctx.mailbox_mut()?.insert(DRAFTS, message))
}

fn skeleton(ctx: &Ctx<'_>, original: &Message, action: Action, comment: Option<&str>) -> Content {
    let own = ctx.own_party();
    let content = original.content();
    let author: Vec<Party> = if content.reply_to.is_empty() {
        content.from.iter().cloned().collect()
    } else {
        content.reply_to.clone()
    };
    let forward = matches!(action, Action::CreateForward | Action::Forward);
    let all = matches!(action, Action::CreateReplyAll | Action::ReplyAll);
    let not_own = |p: &&Party| !ctx.is_own_address(&p.address);
    let mut to = if forward { Vec::new() } else { author };
    if all {
        to.extend(content.to.iter().filter(not_own).cloned());
    }
    let prefix = if forward { "FW: " } else { "RE: " };
    let bare = ["RE: ", "FW: ", "Re: ", "Fwd: "].iter().find_map(|p| content.subject.strip_prefix(p));
    let references =
        [content.references.as_deref().unwrap_or_default(), &original.internet_message_id].join(" ");
    let quoted = format!(
        "<html><head></head><body><div>{}</div><hr tabindex=\"-1\" style=\"display:inline-block; width:98%\">\
         <div id=\"divRplyFwdMsg\" dir=\"ltr\"><b>From:</b> {}<br><b>Sent:</b> {}<br><b>Subject:</b> {}</div>\
         <div>{}</div></body></html>",
        comment.map(escape).unwrap_or_default(),
        content.from.as_ref().map(|f| escape(&f.name)).unwrap_or_default(),
        original.sent.strftime("%A, %B %d, %Y %H:%M"),
        escape(&content.subject),
        content.as_html(),
    );
    Content {
        subject: format!("{prefix}{}", bare.unwrap_or(&content.subject)),
        from: Some(own.clone()),
        sender: Some(own),
        to,
        cc: if all { content.cc.iter().filter(not_own).cloned().collect() } else { Vec::new() },
        html: Some(quoted),
        in_reply_to: Some(original.internet_message_id.clone()),
        references: Some(references.trim().to_owned()),
        attachments: if forward { content.attachments.clone() } else { Vec::new() },
        class: "IPM.Note".to_owned(),
        ..Content::default()
    }
}
