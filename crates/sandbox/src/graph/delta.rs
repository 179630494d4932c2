//! Delta queries (graph.md 2.8): rounds of pages over a folder's change counter, with opaque tokens that carry the
//! parameters of the first call. Items may come twice, removed ones come as `@removed`, tokens can die (410).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answer::{Answer, Problem};
use super::filter::{self, Filter, Literal, Operator};
use super::folders::resolve;
use super::query::Options;
use super::render::View;
use super::{Ctx, Outcome};
use crate::faults::Kind;
use crate::world::ids;
use crate::world::mailbox::Mailbox;

/// With a filter no more than these come (facts/limits.json `delta.filter_cap`).
const FILTER_CAP: usize = 5_000;
/// How many items a `repeat_delta` fault gives again.
const REPEATED: usize = 5;

const FIRST: &[&str] =
    &["select", "filter", "orderby", "top", "expand", "changetype", "skiptoken", "deltatoken"];

/// Where a round stands; what the opaque token holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cursor {
    owner: String,
    folder: u32,
    /// Change counter up to which everything was given.
    after: u64,
    /// Where this round began: what arrived later is new, the rest has changed.
    round: u64,
    /// Deletions before this one are of no interest: the items were never given.
    since: u64,
    select: Option<Vec<String>>,
    filter: Option<String>,
    change_type: Option<String>,
    given: usize,
    /// The mailbox's generation; a token of an older one is dead.
    #[serde(default)]
    generation: u32,
}

impl Cursor {
    fn seal(&self, key: &str) -> String {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let mut bytes = seal_of(&body, key);
        bytes.extend(body.iter().zip(stream(key)).map(|(b, k)| b ^ k));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(token: &str, key: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (mark, body) = bytes.split_at_checked(8)?;
        let body: Vec<u8> = body.iter().zip(stream(key)).map(|(b, k)| b ^ k).collect();
        if mark != seal_of(&body, key) {
            return None;
        }
        serde_json::from_slice(&body).ok()
    }
}

fn seal_of(body: &[u8], key: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(key);
    hash.update(body);
    hash.finalize()[..8].to_vec()
}

/// Makes the token unreadable, so that nobody comes to rely on what is in it.
fn stream(key: &str) -> impl Iterator<Item = u8> {
    let seed = Sha256::digest(key.as_bytes());
    (0u32..).flat_map(move |n| Sha256::digest([seed.as_ref(), n.to_be_bytes().as_slice()].concat()).to_vec())
}

/// `GET /mailFolders/{id}/messages/delta`.
pub fn delta(ctx: &Ctx<'_>, folder: Option<&str>) -> Outcome {
    let options = Options::read(&ctx.call.query, FIRST)?;
    let mailbox = ctx.mailbox()?;
    let folder_number = match folder {
        Some(name) => resolve(mailbox, name)?,
        None => return Err(Problem::query("Delta queries on messages are supported per folder only.")),
    };
    let expired = ctx.faults.iter().any(|f| matches!(f.kind, Kind::Resync { .. }));
    let token = options.deltatoken.as_ref().or(options.skiptoken.as_ref());
    if expired && token.is_some() {
        return Err(gone(mailbox));
    }
    let new_round = options.skiptoken.is_none();
    let mut cursor = match token.map(String::as_str) {
        // `latest` is not supported for mail: everything comes (graph.md 2.8).
        None | Some("latest") => first(&options, mailbox, folder_number)?,
        Some(token) => {
            let cursor = Cursor::open(token, &ctx.world.token_key)
                .ok_or_else(|| Problem::new(400, "BadRequest", "Badly formed token."))?;
            let other = cursor.owner != mailbox.owner || cursor.folder != folder_number;
            if other || cursor.generation != mailbox.generation {
                return Err(gone(mailbox));
            }
            cursor
        }
    };
    let size = options.top.or(ctx.prefer.page_size).unwrap_or(10).clamp(1, 1000);
    let view = View::new(cursor.select.as_deref(), &options.expand, ctx.prefer)?;
    let filter = cursor.filter.as_deref().map(filter::parse).transpose()?;
    let mut value = Vec::new();
    if new_round && ctx.faults.iter().any(|f| matches!(f.kind, Kind::RepeatDelta)) {
        value.extend(repeats(mailbox, &cursor, &view));
    }
    let (before, more) = (cursor.after, page(mailbox, &mut cursor, &view, filter.as_ref(), size, &mut value));
    if let Some(folder) = mailbox.folder(folder_number) {
        let given = folder.by_change.range(before + 1..=cursor.after.max(before + 1));
        ctx.spoils_page(given.filter_map(|(_, n)| mailbox.get(*n)))?;
    }
    let key = &ctx.world.token_key;
    let mut out = json!({ "@odata.context": format!("{}/v1.0/$metadata#Collection(message)", ctx.base) });
    let path = ctx.link_path();
    let token = cursor.seal(key);
    if more {
        if !ctx.drops_next_link() {
            out["@odata.nextLink"] = json!(format!("{}{path}?$skiptoken={token}", ctx.base));
        }
    } else {
        out["@odata.deltaLink"] = json!(format!("{}{path}?$deltatoken={token}", ctx.base));
    }
    out["value"] = Value::Array(value);
    Ok(Answer::json(200, &out))
}

fn gone(mailbox: &Mailbox) -> Problem {
    let n = mailbox.change;
    Problem::new(
        410,
        "SyncStateNotFound",
        format!(
            "The sync state generation is not found; generation={};[highest={n}][{n}][{}].",
            n.saturating_sub(8),
            n.saturating_sub(2)
        ),
    )
}

fn first(options: &Options, mailbox: &Mailbox, folder: u32) -> Result<Cursor, Problem> {
    if let Some(text) = &options.filter {
        let by_time = matches!(
            filter::parse(text)?,
            Filter::Compare(property, Operator::Ge | Operator::Gt, Literal::Time(_)) if property == "receivedDateTime"
        );
        if !by_time {
            return Err(Problem::query(
                "Change tracking supports only 'receivedDateTime ge' and 'receivedDateTime gt' in $filter.",
            ));
        }
    }
    if !matches!(options.orderby.as_slice(), [] | [(_, true)])
        || options.orderby.first().is_some_and(|(p, _)| p != "receivedDateTime")
    {
        return Err(Problem::query("Change tracking supports only '$orderby=receivedDateTime desc'."));
    }
    if let Some(kind) = &options.change_type
        && !["created", "updated", "deleted"].contains(&kind.as_str())
    {
        return Err(Problem::query(format!("Invalid changeType '{kind}'.")));
    }
    Ok(Cursor {
        owner: mailbox.owner.clone(),
        folder,
        after: 0,
        round: 0,
        since: mailbox.change,
        select: options.select.clone(),
        filter: options.filter.clone(),
        change_type: options.change_type.clone(),
        given: 0,
        generation: mailbox.generation,
    })
}

/// Fills one page in the order of change; `true` when there is more.
fn page(
    mailbox: &Mailbox,
    cursor: &mut Cursor,
    view: &View<'_>,
    filter: Option<&Filter>,
    size: usize,
    value: &mut Vec<Value>,
) -> bool {
    let Some(folder) = mailbox.folder(cursor.folder) else { return false };
    let folder_id = |n: u32| ids::folder(&mailbox.owner, n);
    let first_page_after = cursor.after;
    let gone_after = cursor.after.max(cursor.since);
    let mut live = folder.by_change.range(first_page_after + 1..).peekable();
    let mut dead = folder.gone.range(gone_after + 1..).peekable();
    let kind = cursor.change_type.as_deref();
    let mut given = 0;
    loop {
        let next_live = live.peek().map(|(c, _)| **c);
        let next_dead = dead.peek().map(|(c, _)| **c);
        if given == size {
            return next_live.is_some() || next_dead.is_some();
        }
        match (next_live, next_dead) {
            (None, None) => {
                cursor.after = cursor.after.max(mailbox.change);
                cursor.round = cursor.after;
                return false;
            }
            (Some(at), other) if other.is_none_or(|d| at < d) => {
                let number = live.next().map(|(_, n)| *n);
                cursor.after = at;
                let Some(message) = number.and_then(|n| mailbox.get(n)) else { continue };
                let created = message.arrived > cursor.round;
                let wanted = match kind {
                    Some("created") => created,
                    Some("updated") => !created,
                    Some("deleted") => false,
                    _ => true,
                };
                let passes = filter.is_none_or(|f| f.matches(message, &folder_id));
                if wanted && passes && (filter.is_none() || cursor.given < FILTER_CAP) {
                    let mut shown = view.show(mailbox, message);
                    shown["@odata.type"] = json!("#microsoft.graph.message");
                    value.push(shown);
                    given += 1;
                    cursor.given += 1;
                }
            }
            (_, Some(at)) => {
                cursor.after = at;
                let Some((_, stone)) = dead.next() else { continue };
                if matches!(kind, Some("created" | "updated")) {
                    continue;
                }
                value.push(json!({
                    "@odata.type": "#microsoft.graph.message",
                    "id": ids::message(&mailbox.owner, view.prefer.ids, stone.number, cursor.folder, stone.placement),
                    "@removed": {"reason": "deleted"},
                }));
                given += 1;
            }
            (Some(_), None) => return false,
        }
    }
}

fn repeats(mailbox: &Mailbox, cursor: &Cursor, view: &View<'_>) -> Vec<Value> {
    let Some(folder) = mailbox.folder(cursor.folder) else { return Vec::new() };
    folder
        .by_change
        .range(..=cursor.after)
        .rev()
        .take(REPEATED)
        .filter_map(|(_, n)| mailbox.get(*n))
        .map(|m| {
            let mut shown = view.show(mailbox, m);
            shown["@odata.type"] = json!("#microsoft.graph.message");
            shown
        })
        .collect()
}
