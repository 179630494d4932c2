//! `/mailFolders`: list, one, children, make.

use serde_json::{Value, json};

use super::answer::{Answer, Problem};
use super::query::Options;
use super::{Ctx, Outcome, body, render};
use crate::world::ids;
use crate::world::mailbox::Mailbox;

const ALLOWED: &[&str] =
    &["select", "top", "skip", "count", "filter", "orderby", "expand", "includehiddenfolders", "skiptoken"];

/// The folder a path names: a well-known name in any case, or an id.
pub fn resolve(mailbox: &Mailbox, name: &str) -> Result<u32, Problem> {
    if let Some(number) = mailbox.folder_named(name) {
        return Ok(number);
    }
    // A word that is neither a well-known name nor an id is "malformed" to Exchange.
    let number = ids::read_folder(&mailbox.owner, name).map_err(|_| Problem::malformed_id())?;
    mailbox.folder(number).map(|f| f.number).ok_or_else(Problem::folder_not_found)
}

/// `GET /mailFolders` and `GET /mailFolders/{id}/childFolders`.
pub fn list(ctx: &Ctx<'_>, parent: Option<&str>) -> Outcome {
    let options = Options::read(&ctx.call.query, ALLOWED)?;
    let mailbox = ctx.mailbox()?;
    let parent = parent.map_or(Ok(1), |p| resolve(mailbox, p))?;
    let wanted = options.filter.as_deref().map(display_name_filter).transpose()?;
    let all: Vec<Value> = mailbox
        .folders
        .iter()
        .filter(|f| f.parent == Some(parent) && wanted.as_ref().is_none_or(|w| f.name == *w))
        .map(|f| select(render::folder(mailbox, f), options.select.as_deref()))
        .collect();
    let size = options.page_size(ctx.prefer)?;
    let total = all.len();
    let page: Vec<Value> = all.into_iter().skip(options.skip).take(size).collect();
    let mut out = json!({
        "@odata.context": format!("{}/v1.0/$metadata#users('{}')/mailFolders", ctx.base, ctx.owner),
        "value": page,
    });
    if options.count {
        out["@odata.count"] = json!(total);
    }
    if options.skip + size < total && !ctx.drops_next_link() {
        out["@odata.nextLink"] = json!(super::next_link(ctx, "$skip", &(options.skip + size).to_string()));
    }
    Ok(Answer::json(200, &out))
}

fn display_name_filter(filter: &str) -> Result<String, Problem> {
    let rest = filter.trim().strip_prefix("displayName eq '").and_then(|r| r.strip_suffix('\''));
    rest.map(|r| r.replace("''", "'"))
        .ok_or_else(|| Problem::query("Only displayName eq '...' is supported on folders here."))
}

fn select(mut folder: Value, select: Option<&[String]>) -> Value {
    if let (Some(names), Some(map)) = (select, folder.as_object_mut()) {
        map.retain(|k, _| k == "id" || names.iter().any(|n| n.eq_ignore_ascii_case(k)));
    }
    folder
}

/// `GET /mailFolders/{id}`.
pub fn get(ctx: &Ctx<'_>, name: &str) -> Outcome {
    let options = Options::read(&ctx.call.query, &["select", "expand"])?;
    let mailbox = ctx.mailbox()?;
    let number = resolve(mailbox, name)?;
    let folder = mailbox.folder(number).ok_or_else(Problem::folder_not_found)?;
    let mut out = select(render::folder(mailbox, folder), options.select.as_deref());
    out["@odata.context"] =
        json!(format!("{}/v1.0/$metadata#users('{}')/mailFolders/$entity", ctx.base, ctx.owner));
    Ok(Answer::json(200, &out))
}

/// `POST /mailFolders` and `POST /mailFolders/{id}/childFolders`.
pub fn create(ctx: &mut Ctx<'_>, parent: Option<&str>) -> Outcome {
    let mut map = body::object(&ctx.call.body)?;
    let name = map.remove("displayName").and_then(|v| v.as_str().map(str::to_owned));
    map.remove("isHidden");
    body::nothing_else(&map, "Microsoft.OutlookServices.MailFolder")?;
    let name = name.filter(|n| !n.is_empty()).ok_or_else(|| Problem::body("displayName is required."))?;
    let mailbox = ctx.mailbox_mut()?;
    let parent = parent.map_or(Ok(1), |p| resolve(mailbox, p))?;
    if mailbox.folders.iter().any(|f| f.parent == Some(parent) && f.name.eq_ignore_ascii_case(&name)) {
        return Err(Problem::new(
            409,
            "ErrorFolderExists",
            "A folder with the specified name already exists.",
        ));
    }
    let number = mailbox.add_folder(&name, parent);
    let folder = mailbox.folder(number).ok_or_else(Problem::folder_not_found)?;
    Ok(Answer::json(201, &render::folder(mailbox, folder)))
}
