//! Graph: one way in for every call, alone or inside a `$batch`: token, path, permission, throttle, faults, then the
//! call itself, then the log.

pub mod answer;
mod attachments;
mod batch;
mod body;
mod delta;
mod directory;
mod drafts;
mod enter;
mod filter;
mod filter_parse;
mod folders;
pub mod lifecycle;
mod messages;
pub mod notify;
mod on_behalf;
mod query;
mod reach;
mod record;
mod render;
mod route;
mod send;
mod strike;
pub mod subscriptions;
pub mod throttle;
pub mod uploads;

use axum::Router;
use axum::http::{HeaderMap, Method};
use bytes::Bytes;

use answer::{Answer, Problem};
use query::Prefer;
use route::{Action, Route, Target};

use crate::faults::{Kind, Struck};
use crate::site::Shared;
use crate::world::World;
use crate::world::ids;
use crate::world::mailbox::Mailbox;
use crate::world::message::{Message, Party};
use crate::world::people::MailboxKind;

pub use record::shown_headers;

/// What a handler gives.
pub type Outcome = Result<Answer, Problem>;

/// A request, alone or out of a batch.
#[derive(Clone, Debug)]
pub struct Call {
    /// Method.
    pub method: Method,
    /// Path after `/v1.0`.
    pub path: String,
    /// Query string without `?`.
    pub query: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Call {
    /// The content type in small letters; empty when there is none.
    pub fn content_type(&self) -> String {
        let value = self.headers.get("content-type").and_then(|v| v.to_str().ok());
        value.unwrap_or_default().to_ascii_lowercase()
    }
}

/// Whose token it is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Application.
    pub app: String,
    /// Person's object id; empty when the application comes for itself.
    pub person: String,
    /// Tenant id.
    pub tenant: String,
    /// Permissions: of the person (`scp`) or of the application itself (`roles`).
    pub scopes: Vec<String>,
    /// Nobody is signed in.
    pub app_only: bool,
}

/// What a handler works with, under the world's lock.
pub struct Ctx<'a> {
    /// The world.
    pub world: &'a mut World,
    /// Object id of the mailbox's owner.
    pub owner: String,
    /// Whose token it is.
    pub who: &'a Identity,
    /// The call.
    pub call: &'a Call,
    /// Prefer.
    pub prefer: &'a Prefer,
    /// Base address.
    pub base: &'a str,
    /// Faults that strike this call.
    pub faults: &'a [Struck],
}

impl Ctx<'_> {
    /// The mailbox, if it is in Exchange Online.
    pub fn mailbox(&self) -> Result<&Mailbox, Problem> {
        self.reachable()?;
        self.world.mailboxes.get(&self.owner).ok_or_else(Problem::no_mailbox)
    }

    /// The same, to change it.
    pub fn mailbox_mut(&mut self) -> Result<&mut Mailbox, Problem> {
        self.reachable()?;
        self.world.mailboxes.get_mut(&self.owner).ok_or_else(Problem::no_mailbox)
    }

    /// Whether there is a mailbox to work in; who may, `reach` has decided before.
    fn reachable(&self) -> Result<(), Problem> {
        match self.world.people.get(&self.owner).map(|p| p.mailbox) {
            Some(MailboxKind::Online | MailboxKind::Full) => Ok(()),
            Some(MailboxKind::Moving) => Err(Problem::moving()),
            _ => Err(Problem::no_mailbox()),
        }
    }

    /// Refuses what would put something into a mailbox that is full.
    fn room(&self, route: &Route) -> Result<(), Problem> {
        let full = self.world.people.get(&self.owner).is_some_and(|p| p.mailbox == MailboxKind::Full);
        let puts = matches!(
            (&route.target, self.call.method.as_str()),
            (
                Target::Messages { .. }
                    | Target::Attachments(_)
                    | Target::UploadSession(_)
                    | Target::SendMail,
                "POST"
            ) | (Target::Value(_), "PUT")
                | (
                    Target::Action(
                        _,
                        Action::Send
                            | Action::Copy
                            | Action::CreateReply
                            | Action::CreateReplyAll
                            | Action::CreateForward
                            | Action::Reply
                            | Action::ReplyAll
                            | Action::Forward
                    ),
                    "POST"
                )
        );
        if full && puts { Err(Problem::full()) } else { Ok(()) }
    }

    /// The signed-in person works in somebody else's mailbox.
    pub fn is_elsewhere(&self) -> bool {
        !self.who.app_only && self.who.person != self.owner
    }

    /// Somebody as the directory names them.
    pub fn party_of(&self, id: &str) -> Option<Party> {
        self.world.people.get(id).map(|p| Party { name: p.name.clone(), address: p.mail.clone() })
    }

    /// The owner as the directory names them.
    pub fn own_party(&self) -> Party {
        self.world
            .people
            .get(&self.owner)
            .map(|p| Party { name: p.name.clone(), address: p.mail.clone() })
            .unwrap_or_default()
    }

    /// Whether an address is the owner's own.
    pub fn is_own_address(&self, address: &str) -> bool {
        self.world
            .people
            .get(&self.owner)
            .is_some_and(|p| p.mail.eq_ignore_ascii_case(address) || p.upn.eq_ignore_ascii_case(address))
    }

    /// Whether the fault `missing_next_link` strikes; asked only where there is a next page.
    pub fn drops_next_link(&self) -> bool {
        let found = self.faults.iter().find(|f| matches!(f.kind, Kind::MissingNextLink));
        found.inspect(|f| f.used()).is_some()
    }

    /// Whether an item that cannot be read lies on this page, and spoils it.
    pub fn spoils_page<'m>(&self, mut page: impl Iterator<Item = &'m Message>) -> Result<(), Problem> {
        let poison: Vec<(&Struck, u64)> = self
            .faults
            .iter()
            .filter_map(|f| match &f.kind {
                Kind::PoisonPage { item } => match ids::read_message(&self.owner, item) {
                    Ok(ids::MessageRef::Immutable(number)) => Some((f, number)),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        if poison.is_empty() {
            return Ok(());
        }
        match page.find_map(|m| poison.iter().find(|(_, n)| *n == m.number)) {
            None => Ok(()),
            Some((fault, _)) => {
                fault.used();
                Err(Problem::new(
                    500,
                    "ErrorInternalServerError",
                    "An internal server error occurred. The operation failed.",
                ))
            }
        }
    }

    /// The call's own path, for links.
    pub fn link_path(&self) -> String {
        format!("/v1.0{}", self.call.path)
    }
}

/// The link to the next page: this call with one option replaced.
pub fn next_link(ctx: &Ctx<'_>, option: &str, value: &str) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, held) in query::pairs(&ctx.call.query) {
        if !name.trim_start_matches('$').eq_ignore_ascii_case(option.trim_start_matches('$')) {
            out.append_pair(&name, &held);
        }
    }
    out.append_pair(option, value);
    // Graph writes its options with a bare dollar sign.
    let query = out.finish().replace("%24", "$").replace('+', "%20");
    format!("{}{}?{query}", ctx.base, ctx.link_path())
}

/// Does what a call asks for.
fn perform(ctx: &mut Ctx<'_>, route: &Route) -> Outcome {
    ctx.room(route)?;
    let method = ctx.call.method.as_str();
    match (&route.target, method) {
        (Target::Me, "GET") => directory::user(ctx),
        (Target::Organization, "GET") => directory::organization(ctx),
        (Target::TranslateIds, "POST") => directory::translate(ctx),
        (Target::MailboxSettings, "GET") => directory::settings(ctx),
        (Target::MasterCategories, "GET") => Ok(Answer::json(200, &serde_json::json!({"value": []}))),
        (Target::Folders, "GET") => folders::list(ctx, None),
        (Target::Folders, "POST") => folders::create(ctx, None),
        (Target::ChildFolders(parent), "GET") => folders::list(ctx, Some(parent)),
        (Target::ChildFolders(parent), "POST") => folders::create(ctx, Some(parent)),
        (Target::Folder(name), "GET") => folders::get(ctx, name),
        (Target::Messages { folder }, "GET") => messages::list(ctx, folder.as_deref()),
        (Target::Messages { folder }, "POST") => drafts::create(ctx, folder.as_deref()),
        (Target::MessagesCount { folder }, "GET") => messages::count(ctx, folder.as_deref()),
        (Target::Delta { folder }, "GET") => delta::delta(ctx, folder.as_deref()),
        (Target::Message(item), "GET") => messages::get(ctx, item),
        (Target::Message(item), "PATCH") => messages::patch(ctx, item),
        (Target::Message(item), "DELETE") => messages::delete(ctx, item),
        (Target::Value(item), "GET") => messages::mime(ctx, item),
        (Target::Value(item), "PUT") => drafts::replace(ctx, item),
        (Target::Attachments(item), "GET") => attachments::list(ctx, item),
        (Target::Attachments(item), "POST") => attachments::add(ctx, item),
        (Target::AttachmentsCount(item), "GET") => attachments::count(ctx, item),
        (Target::Attachment(item, id), "GET") => attachments::get(ctx, item, id),
        (Target::Attachment(item, id), "DELETE") => attachments::remove(ctx, item, id),
        (Target::AttachmentValue(item, id), "GET") => attachments::value(ctx, item, id),
        (Target::UploadSession(item), "POST") => uploads::create(ctx, item),
        (Target::SendMail, "POST") => send::send_mail(ctx),
        (Target::Action(item, action), "POST") => match action {
            Action::Send => send::send(ctx, item),
            Action::Move | Action::Copy | Action::PermanentDelete => messages::relocate(ctx, item, *action),
            Action::CreateReply | Action::CreateReplyAll | Action::CreateForward => {
                drafts::create_reply(ctx, item, *action)
            }
            Action::Reply | Action::ReplyAll | Action::Forward => send::reply(ctx, item, *action),
        },
        _ => Err(Problem::method()),
    }
}

/// The routes of Graph and of the upload host.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/v1.0/{*path}", axum::routing::any(enter::enter))
        .route("/v1.0", axum::routing::any(enter::enter))
        .route("/beta/{*path}", axum::routing::any(enter::no_beta))
        .route("/api/v2.0/{*path}", axum::routing::any(enter::upload))
}
