//! Sending: `send`, `sendMail`, `reply`, `replyAll`, `forward`. All answer 202 with nothing in it; the mail leaves later.

use serde_json::{Value, json};

use super::answer::{Answer, Problem};
use super::messages::{check_match, number};
use super::query::Options;
use super::route::{Action, Item};
use super::{Ctx, Outcome, body, drafts, on_behalf};
use crate::faults::Kind;
use crate::world::mailbox::DRAFTS;
use crate::world::message::Party;
use crate::world::transport::{self, Face};

/// Recipients of one message (message.md).
const RECIPIENTS: usize = 500;

/// `POST .../messages/{id}/send`.
pub fn send(ctx: &mut Ctx<'_>, item: &Item) -> Outcome {
    Options::read(&ctx.call.query, &[])?;
    let number = number(ctx, item)?;
    check_match(ctx, number)?;
    submit(ctx, number, true)
}

/// `POST /sendMail`.
pub fn send_mail(ctx: &mut Ctx<'_>) -> Outcome {
    Options::read(&ctx.call.query, &[])?;
    drafts::check_content_type(ctx.call)?;
    let mut save = true;
    let message = if drafts::is_mime(ctx.call) {
        drafts::from_body(ctx, None)?
    } else {
        let mut map = body::object(&ctx.call.body)?;
        let message = body::parameter(&mut map, "message");
        if let Some(wish) = body::parameter(&mut map, "saveToSentItems") {
            // The documentation's own example sends it as a string.
            save = !(wish == json!(false) || wish.as_str().is_some_and(|s| s.eq_ignore_ascii_case("false")));
        }
        body::nothing_else(&map, "Microsoft.OutlookServices.sendMail")?;
        let message = message.as_ref().and_then(Value::as_object).ok_or_else(|| {
            Problem::new(400, "ErrorInvalidRequest", "The parameter 'Message' is required.")
        })?;
        drafts::from_body(ctx, Some(message))?
    };
    check(ctx, &message)?;
    drafts::learn_headers(ctx, &message)?;
    let number = ctx.mailbox_mut()?.insert(DRAFTS, message);
    submit(ctx, number, save)
}

/// `reply`, `replyAll`, `forward`.
pub fn reply(ctx: &mut Ctx<'_>, item: &Item, action: Action) -> Outcome {
    let number = drafts::reply_draft(ctx, item, action)?;
    submit(ctx, number, true).inspect_err(|_| {
        if let Ok(mailbox) = ctx.mailbox_mut() {
            mailbox.remove(number);
        }
    })
}

/// Whether this can be sent, and as whom.
fn check(ctx: &Ctx<'_>, message: &crate::world::message::Message) -> Result<Face, Problem> {
    let content = message.content();
    if !message.is_draft || message.submitted.is_some() {
        // A second submission finds no draft any more.
        return Err(Problem::item_not_found());
    }
    let all: Vec<&Party> = content.to.iter().chain(&content.cc).chain(&content.bcc).collect();
    if all.is_empty() {
        return Err(Problem::new(
            400,
            "ErrorInvalidRecipients",
            "At least one recipient is not valid., A message can't be sent because it contains no recipients.",
        ));
    }
    if let Some(bad) = all.iter().find(|p| !valid(&p.address)) {
        return Err(Problem::new(
            400,
            "ErrorInvalidRecipients",
            format!("At least one recipient is not valid., Recipient '{}' is not resolved.", bad.address),
        ));
    }
    if all.len() > RECIPIENTS {
        return Err(Problem::new(400, "ErrorInvalidRecipients", "The message has too many recipients."));
    }
    on_behalf::face(ctx, message)
}

fn valid(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace)
    })
}

fn submit(ctx: &mut Ctx<'_>, number: u64, save: bool) -> Outcome {
    let face = {
        let message = ctx.mailbox()?.get(number).ok_or_else(Problem::item_not_found)?;
        check(ctx, message)?
    };
    let owner = ctx.owner.clone();
    let swallowed = ctx.faults.iter().find_map(|f| match f.kind {
        Kind::Swallowed { leaves } => Some(leaves),
        _ => None,
    });
    if let Some(leaves) = swallowed {
        transport::swallow(ctx.world, &owner, number, leaves);
        return Ok(Answer::accepted());
    }
    transport::submit(ctx.world, &owner, number, save, face)
        .map_err(|e| Problem::new(429, "ErrorSubmissionQuotaExceeded", e.to_string()))?;
    Ok(Answer::accepted())
}
