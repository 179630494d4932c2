//! From a path to what it asks for, with the permissions it needs.
//!
//! Paths come as `mailFolders/inbox` or `mailFolders('inbox')`, functions as `delta`, `delta()` or
//! `microsoft.graph.delta()`; names in any case, ids in theirs. The permissions are those of Microsoft's published map
//! (delegated, work accounts) plus Mail.ReadWrite wherever Mail.Read is enough.

use axum::http::Method;
use percent_encoding::percent_decode_str;

use super::answer::Problem;
use crate::faults::Operation;

/// What a path asks for. Strings are ids as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Me,
    Organization,
    TranslateIds,
    MailboxSettings,
    MasterCategories,
    Folders,
    ChildFolders(String),
    Folder(String),
    Messages { folder: Option<String> },
    MessagesCount { folder: Option<String> },
    Delta { folder: Option<String> },
    Message(Item),
    Value(Item),
    Attachments(Item),
    AttachmentsCount(Item),
    Attachment(Item, String),
    AttachmentValue(Item, String),
    UploadSession(Item),
    Action(Item, Action),
    SendMail,
    Subscriptions,
    Subscription(String),
    Reauthorize(String),
}

/// A message named in a path, perhaps by way of its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Message id.
    pub id: String,
    /// Folder it was sought in.
    pub folder: Option<String>,
}

/// What can be done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Send,
    Move,
    Copy,
    PermanentDelete,
    CreateReply,
    CreateReplyAll,
    CreateForward,
    Reply,
    ReplyAll,
    Forward,
}

/// A path, understood.
#[derive(Clone, Debug)]
pub struct Route {
    /// `None` for `/me`, else the user named.
    pub user: Option<String>,
    /// What it asks for.
    pub target: Target,
    /// Method and path with `{id}` for ids.
    pub name: String,
    /// The word faults use.
    pub operation: Operation,
}

const READ: &[&str] = &["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic"];
const READ_FULL: &[&str] = &["Mail.Read", "Mail.ReadWrite"];
const WRITE: &[&str] = &["Mail.ReadWrite"];
const SEND: &[&str] = &["Mail.Send"];
const USER: &[&str] =
    &["User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"];
const SETTINGS: &[&str] = &["MailboxSettings.Read", "MailboxSettings.ReadWrite"];
const SETTINGS_WRITE: &[&str] = &["MailboxSettings.ReadWrite"];

/// Splits a path: decoded segments, `name('key')` taken apart, empty call brackets dropped.
fn segments(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in path.split('/').filter(|p| !p.is_empty()) {
        let part = percent_decode_str(part).decode_utf8_lossy().into_owned();
        let keyed = part.strip_suffix("')").and_then(|p| p.split_once("('"));
        if let Some((name, key)) = keyed {
            out.push(name.to_owned());
            out.push(key.to_owned());
        } else {
            out.push(part.strip_suffix("()").unwrap_or(&part).to_owned());
        }
    }
    out
}

/// Reads a path after `/v1.0`.
pub fn route(method: &Method, path: &str) -> Result<Route, Problem> {
    let parts = segments(path);
    let low: Vec<String> = parts
        .iter()
        .map(|p| {
            let p = p.to_ascii_lowercase();
            p.strip_prefix("microsoft.graph.").map_or_else(|| p.clone(), str::to_owned)
        })
        .collect();
    let low: Vec<&str> = low.iter().map(String::as_str).collect();
    let (user, skip) = match low.first() {
        Some(&"me") => (None, 1),
        Some(&"users") if parts.len() > 1 => (parts.get(1).cloned(), 2),
        Some(&"subscriptions" | &"organization") => (None, 0),
        Some(_) => return Err(Problem::no_segment(&parts[0])),
        None => return Err(Problem::new(404, "BadRequest", "Resource not found for the segment ''.")),
    };
    let prefix = match (&user, skip) {
        (None, 1) => "/me",
        (Some(_), _) => "/users/{id}",
        _ => "",
    };
    let (target, shape) = target(&parts[skip..], &low[skip..])?;
    let operation = operation(method, &target);
    Ok(Route { user, target, name: format!("{method} {prefix}{shape}"), operation })
}

fn target(parts: &[String], low: &[&str]) -> Result<(Target, String), Problem> {
    let id = |i: usize| parts.get(i).cloned().unwrap_or_default();
    let plain = |target: Target, shape: &str| Ok((target, shape.to_owned()));
    match low {
        [] => plain(Target::Me, ""),
        ["organization"] | ["organization", _] => plain(Target::Organization, "/organization"),
        ["translateexchangeids"] => plain(Target::TranslateIds, "/translateExchangeIds"),
        ["mailboxsettings"] => plain(Target::MailboxSettings, "/mailboxSettings"),
        ["outlook", "mastercategories"] | ["outlook", "mastercategories", _] => {
            plain(Target::MasterCategories, "/outlook/masterCategories")
        }
        ["sendmail"] => plain(Target::SendMail, "/sendMail"),
        ["subscriptions"] => plain(Target::Subscriptions, "/subscriptions"),
        ["subscriptions", _] => plain(Target::Subscription(id(1)), "/subscriptions/{id}"),
        ["subscriptions", _, "reauthorize"] => {
            plain(Target::Reauthorize(id(1)), "/subscriptions/{id}/reauthorize")
        }
        ["mailfolders"] => plain(Target::Folders, "/mailFolders"),
        ["mailfolders", _] => plain(Target::Folder(id(1)), "/mailFolders/{id}"),
        ["mailfolders", _, "childfolders"] => {
            plain(Target::ChildFolders(id(1)), "/mailFolders/{id}/childFolders")
        }
        ["mailfolders", _, "messages", rest @ ..] => {
            let (target, shape) = messages(Some(id(1)), &parts[3..], rest)?;
            Ok((target, format!("/mailFolders/{{id}}/messages{shape}")))
        }
        ["messages", rest @ ..] => {
            let (target, shape) = messages(None, &parts[1..], rest)?;
            Ok((target, format!("/messages{shape}")))
        }
        _ => Err(Problem::no_segment(parts.last().map_or("", String::as_str))),
    }
}

fn messages(folder: Option<String>, parts: &[String], low: &[&str]) -> Result<(Target, String), Problem> {
    let item = || Item { id: parts.first().cloned().unwrap_or_default(), folder: folder.clone() };
    let shape = |s: &str| s.to_owned();
    Ok(match low {
        [] => (Target::Messages { folder }, shape("")),
        ["$count"] => (Target::MessagesCount { folder }, shape("/$count")),
        ["delta"] => (Target::Delta { folder }, shape("/delta")),
        [_] => (Target::Message(item()), shape("/{id}")),
        [_, "$value"] => (Target::Value(item()), shape("/{id}/$value")),
        [_, "attachments"] => (Target::Attachments(item()), shape("/{id}/attachments")),
        [_, "attachments", "$count"] => (Target::AttachmentsCount(item()), shape("/{id}/attachments/$count")),
        [_, "attachments", "createuploadsession"] => {
            (Target::UploadSession(item()), shape("/{id}/attachments/createUploadSession"))
        }
        [_, "attachments", _] => {
            (Target::Attachment(item(), parts[2].clone()), shape("/{id}/attachments/{id}"))
        }
        [_, "attachments", _, "$value"] => {
            (Target::AttachmentValue(item(), parts[2].clone()), shape("/{id}/attachments/{id}/$value"))
        }
        [_, name] => {
            let (action, name) = action(name).ok_or_else(|| Problem::no_segment(&parts[1]))?;
            (Target::Action(item(), action), format!("/{{id}}/{name}"))
        }
        _ => return Err(Problem::no_segment(parts.last().map_or("", String::as_str))),
    })
}

fn action(name: &str) -> Option<(Action, &'static str)> {
    Some(match name {
        "send" => (Action::Send, "send"),
        "move" => (Action::Move, "move"),
        "copy" => (Action::Copy, "copy"),
        "permanentdelete" => (Action::PermanentDelete, "permanentDelete"),
        "createreply" => (Action::CreateReply, "createReply"),
        "createreplyall" => (Action::CreateReplyAll, "createReplyAll"),
        "createforward" => (Action::CreateForward, "createForward"),
        "reply" => (Action::Reply, "reply"),
        "replyall" => (Action::ReplyAll, "replyAll"),
        "forward" => (Action::Forward, "forward"),
        _ => return None,
    })
}

fn operation(method: &Method, target: &Target) -> Operation {
    let post = method == Method::POST;
    match target {
        Target::Me => Operation::Me,
        Target::Delta { .. } => Operation::Delta,
        Target::Messages { .. } if post => Operation::Draft,
        Target::Messages { .. } => Operation::List,
        Target::Message(_) if method == Method::PATCH => Operation::Patch,
        Target::Message(_) if method == Method::GET => Operation::Get,
        Target::Value(_) => Operation::Mime,
        Target::Attachments(_)
        | Target::Attachment(..)
        | Target::AttachmentValue(..)
        | Target::UploadSession(_) => Operation::Attach,
        Target::SendMail
        | Target::Action(_, Action::Send | Action::Reply | Action::ReplyAll | Action::Forward) => {
            Operation::Send
        }
        Target::Action(_, Action::CreateReply | Action::CreateReplyAll | Action::CreateForward) => {
            Operation::Draft
        }
        _ => Operation::Other,
    }
}

/// The permissions of which one is enough.
pub fn permissions(method: &Method, target: &Target) -> &'static [&'static str] {
    let get = method == Method::GET;
    match target {
        Target::Organization => &["User.Read", "User.Read.All", "Organization.Read.All"],
        Target::Me | Target::TranslateIds => USER,
        Target::MailboxSettings | Target::MasterCategories if get => SETTINGS,
        Target::MailboxSettings | Target::MasterCategories => SETTINGS_WRITE,
        Target::SendMail
        | Target::Action(_, Action::Send | Action::Reply | Action::ReplyAll | Action::Forward) => SEND,
        Target::Value(_)
        | Target::Attachments(_)
        | Target::AttachmentsCount(_)
        | Target::Attachment(..)
        | Target::AttachmentValue(..)
            if get =>
        {
            READ_FULL
        }
        Target::Subscriptions | Target::Subscription(_) | Target::Reauthorize(_) => READ,
        _ if get => READ,
        _ => WRITE,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_way_of_writing_a_path_is_the_same_path() {
        let same = [
            "/me/mailFolders/inbox/messages/delta",
            "/me/mailFolders('inbox')/messages/delta()",
            "/me/mailfolders('inbox')/messages/microsoft.graph.delta()",
            "/me/mailFolders/inbox/messages/microsoft.graph.delta",
            "/users/me%40x.example/mailFolders/inbox/messages/delta",
        ];
        for path in same {
            let route = route(&Method::GET, path).unwrap();
            assert_eq!(route.target, Target::Delta { folder: Some("inbox".to_owned()) }, "{path}");
        }
    }

    #[test]
    fn unknown_segments_are_refused_by_name() {
        for (path, segment) in [("/me/mesages", "mesages"), ("/foo", "foo"), ("/me/messages/x/zap", "zap")] {
            let problem = route(&Method::GET, path).unwrap_err();
            assert!(problem.message.contains(segment), "{path}: {problem}");
        }
    }
}
