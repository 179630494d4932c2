//! A suspended mail, opened: what it is, why it waits, what becomes of it; and letting it in.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use desk::SuspendedId;
use desk::decide::{Author, Outcome};
use engine::{Recovered, Recovery, Requester, SuspendedPreview};
use i18n_embed_fl::fl;
use jiff::{SignedDuration, Timestamp};
use mail::html::{Clean, RemotePictures};
use mail::{Address, Mailbox};
use serde::Deserialize;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::attachments::{named_download, picture};
use crate::pages::comments::FRAME_POLICY;
use crate::pages::sign_in::to;
use crate::pages::suspended::QUEUE;
use crate::pages::tickets::Sidebar;
use crate::reader::Reader;
use crate::wording;

#[derive(Template)]
#[template(path = "suspended_mail.html")]
pub(crate) struct MailPage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) view: SuspendedPreview,
    pub(crate) typed: Typed,
    pub(crate) bad: Option<String>,
    /// When it is forgotten.
    pub(crate) kept_until: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "suspended_body.html")]
pub(crate) struct BodyPage {
    pub(crate) page: Page,
    pub(crate) clean: Clean,
}

/// The form of a changed recovery.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) text: String,
    pub(crate) files: String,
}

/// How a mail is recovered as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct How {
    allow: String,
}

async fn load(app: &App, reader: &Reader, id: SuspendedId) -> Result<MailPage, Failure> {
    let actor = reader.actor()?;
    let page = Page::of(reader);
    let view = app.engine.suspended_preview(&actor, id).await?;
    let sidebar = Sidebar { suspended: true, ..Sidebar::of(app, &actor, page.t, None).await? };
    let author = view.letter.author();
    let typed = Typed {
        subject: view.letter.subject.clone(),
        name: author.map(|author| author.name.clone()).unwrap_or_default(),
        address: author.map(|author| author.address.to_string()).unwrap_or_default(),
        text: view.letter.text.clone(),
        files: "keep".to_owned(),
    };
    let kept = app.engine.suspended_kept(&actor).await?;
    let kept_until =
        kept.map(|days| view.suspended.created_at + SignedDuration::from_hours(24 * i64::from(days)));
    Ok(MailPage { page, sidebar, view, typed, bad: None, kept_until })
}

pub(crate) async fn page(State(app): State<App>, reader: Reader, Path(id): Path<SuspendedId>) -> Answer {
    show(&load(&app, &reader, id).await?)
}

pub(crate) async fn body(State(app): State<App>, reader: Reader, Path(id): Path<SuspendedId>) -> Answer {
    // Who may be a robot or worse is not told that somebody looks: remote pictures stay away until the mail is let in.
    let clean = app.engine.suspended_html(&reader.actor()?, id, RemotePictures::Blocked).await?;
    let mut response = show(&BodyPage { page: Page::of(&reader), clean })?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAME_POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

pub(crate) async fn original(State(app): State<App>, reader: Reader, Path(id): Path<SuspendedId>) -> Answer {
    let (raw, ending) = app.engine.suspended_original(&reader.actor()?, id).await?;
    Ok((named_download(&format!("suspended-{id}.{ending}"), "message/rfc822"), raw).into_response())
}

pub(crate) async fn file(
    State(app): State<App>,
    reader: Reader,
    Path((id, number)): Path<(SuspendedId, usize)>,
) -> Answer {
    let (name, kind, content) = app.engine.suspended_file(&reader.actor()?, id, number).await?;
    Ok((named_download(&name, &kind), content).into_response())
}

pub(crate) async fn inline(
    State(app): State<App>,
    reader: Reader,
    Path((id, number)): Path<(SuspendedId, usize)>,
) -> Answer {
    let (_, _, content) = app.engine.suspended_file(&reader.actor()?, id, number).await?;
    picture(content)
}

/// As it is; with `allow=yes` its author is trusted from now on (admins).
pub(crate) async fn recover(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<SuspendedId>,
    Form(how): Form<How>,
) -> Answer {
    let actor = reader.actor()?;
    if how.allow == "yes" {
        let one = app.engine.suspended_one(&actor, id).await?;
        if let Some(address) = Address::parse(&one.what.author_address) {
            app.engine.always_allow(&actor, &address).await?;
        }
    }
    Ok(after(app.engine.recover_suspended(&actor, id, &Recovery::default()).await?))
}

/// After a change.
pub(crate) async fn recover_changed(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<SuspendedId>,
    Form(typed): Form<Typed>,
) -> Answer {
    let actor = reader.actor()?;
    let refused = match Address::parse(&typed.address) {
        None => engine::Error::Invalid { field: "address", problem: "invalid" },
        Some(address) => {
            let recovery = Recovery {
                requester: Requester::Other(Mailbox { name: typed.name.trim().to_owned(), address }),
                subject: Some(typed.subject.trim().to_owned()),
                text: Some(typed.text.replace("\r\n", "\n")),
                without_files: typed.files != "keep",
            };
            match app.engine.recover_suspended(&actor, id, &recovery).await {
                Ok(recovered) => return Ok(after(recovered)),
                Err(error) => error,
            }
        }
    };
    let here = format!("{QUEUE}/{id}");
    let mut page = load(&app, &Reader { here, ..reader }, id).await?;
    let t = page.page.t;
    page.bad = Some(match refused {
        engine::Error::Invalid { field: "address", .. } => fl!(t, "suspended-bad-address"),
        engine::Error::Invalid { problem: "empty", .. } => fl!(t, "suspended-bad-empty"),
        engine::Error::Invalid { .. } => fl!(t, "suspended-bad-long"),
        engine::Error::AddressInUse { .. } => fl!(t, "suspended-bad-support"),
        other => return Err(other.into()),
    });
    page.typed = typed;
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn after(recovered: Recovered) -> axum::response::Response {
    match recovered.ticket {
        Some(ticket) if recovered.there_already => to(&format!("{QUEUE}?there={ticket}")),
        Some(ticket) => to(&format!("/tickets/{ticket}")),
        None => to(&format!("{QUEUE}?recovered=1")),
    }
}

impl MailPage {
    fn cause(&self) -> String {
        wording::cause(self.page.t, self.view.suspended.what.cause)
    }

    fn subject(&self) -> String {
        let subject = self.view.suspended.what.subject.trim();
        if subject.is_empty() { fl!(self.page.t, "no-subject") } else { subject.to_owned() }
    }

    fn evidence(&self) -> Vec<String> {
        self.view.letter.signs.iter().map(|sign| format!("{}: {}", sign.place, sign.value)).collect()
    }

    fn text(&self) -> String {
        mail::html::from_text(&self.view.letter.text)
    }

    fn people(&self, people: &[Mailbox]) -> String {
        people.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn person(&self, person: &Option<Mailbox>) -> String {
        person.as_ref().map(one).unwrap_or_default()
    }

    /// What becomes of it if it is recovered as it is.
    fn becomes(&self) -> String {
        let t = self.page.t;
        let of = |author: &Author| match author {
            Author::New(mailbox) => mailbox.address.to_string(),
            Author::Known(_) => {
                self.view.author.as_ref().map(|person| person.email.to_string()).unwrap_or_default()
            }
        };
        match &self.view.becomes.outcome {
            Outcome::NewTicket(plan) | Outcome::Unreadable(plan) => {
                fl!(t, "becomes-ticket", requester = of(&plan.requester))
            }
            Outcome::FollowUp { of: closed, .. } => {
                fl!(t, "becomes-follow-up", ticket = closed.to_string())
            }
            Outcome::Reply { ticket, comment, .. } if comment.public => {
                fl!(t, "becomes-reply", ticket = ticket.to_string())
            }
            Outcome::Reply { ticket, .. } => fl!(t, "becomes-note", ticket = ticket.to_string()),
            Outcome::Duplicate(known) => fl!(t, "becomes-duplicate", ticket = known.ticket.to_string()),
            _ => fl!(t, "becomes-nothing"),
        }
    }

    fn robot(&self) -> bool {
        self.view.letter.kind.is_automatic()
    }
}

fn one(person: &Mailbox) -> String {
    if person.name.is_empty() {
        person.address.to_string()
    } else {
        format!("{} <{}>", person.name, person.address)
    }
}
