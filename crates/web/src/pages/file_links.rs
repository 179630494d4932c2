//! Files that were too large for a mail: what the link in the mail opens, for everybody who has it; and the list by which
//! agents open links again or close them.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use desk::{AttachmentId, TicketId};
use engine::{FileBehindLink, LinkedFile};
use i18n_embed_fl::fl;

use crate::app::App;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::attachments::stored_download;
use crate::pages::sign_in::to;
use crate::pages::ticket;
use crate::pages::tickets::Sidebar;
use crate::reader::Reader;

/// The page instead of a file.
#[derive(Template)]
#[template(path = "file_expired.html")]
pub(crate) struct ExpiredPage {
    pub(crate) page: Page,
    /// It was good once; else it never was one.
    pub(crate) expired: bool,
}

/// `/files/{word}`: saved, never shown. Programs that look into links on the way do no harm: a link is not used up.
pub(crate) async fn open(State(app): State<App>, reader: Reader, Path(word): Path<String>) -> Answer {
    let mut response = match app.engine.file_behind(&word).await {
        Ok(FileBehindLink::Open(file, content)) => {
            (stored_download(&file.file.name, &content), content).into_response()
        }
        Ok(FileBehindLink::Expired) => {
            let page = Page::of(&Reader { person: None, ..reader });
            show_as(StatusCode::GONE, &ExpiredPage { page, expired: true })?
        }
        Err(engine::Error::NotFound) => {
            let page = Page::of(&Reader { person: None, ..reader });
            show_as(StatusCode::NOT_FOUND, &ExpiredPage { page, expired: false })?
        }
        Err(error) => return Err(error.into()),
    };
    let headers = response.headers_mut();
    // The word opens the file: no search engine, no other site learns it.
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

#[derive(Template)]
#[template(path = "file_links.html")]
pub(crate) struct LinksPage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) ticket: TicketId,
    pub(crate) files: Vec<LinkedFile>,
}

pub(crate) async fn list(State(app): State<App>, reader: Reader, Path(ticket): Path<TicketId>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, format!("ticket:{ticket}")).await?;
    let files = app.engine.linked_files(&actor, ticket).await?;
    let sidebar = Sidebar::of(&app, &actor, page.t, None).await?;
    show(&LinksPage { page, sidebar, ticket, files })
}

pub(crate) async fn renew(State(app): State<App>, reader: Reader, Path(file): Path<AttachmentId>) -> Answer {
    let ticket = app.engine.renew_links(&reader.actor()?, file).await?;
    Ok(to(&format!("/tickets/{ticket}/links")))
}

pub(crate) async fn revoke(State(app): State<App>, reader: Reader, Path(file): Path<AttachmentId>) -> Answer {
    let ticket = app.engine.revoke_links(&reader.actor()?, file).await?;
    Ok(to(&format!("/tickets/{ticket}/links")))
}

impl LinksPage {
    fn size(&self, file: &LinkedFile) -> String {
        ticket::size(file.file.file.size)
    }
}
