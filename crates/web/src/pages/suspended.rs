//! Suspended tickets: mail that is kept and not shown among the tickets, each with the reason.

use askama::Template;
use axum::extract::State;
use store::Suspended;

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::pages::tickets::Sidebar;
use crate::reader::Reader;
use crate::wording;
use i18n_embed_fl::fl;

#[derive(Template)]
#[template(path = "suspended.html")]
pub(crate) struct SuspendedPage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) rows: Vec<Suspended>,
}

impl SuspendedPage {
    fn cause(&self, row: &Suspended) -> String {
        wording::cause(self.page.t, row.what.cause)
    }
}

pub(crate) async fn list(State(app): State<App>, reader: Reader) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, "ticket:").await?;
    let sidebar = Sidebar { suspended: true, ..Sidebar::of(&app, &actor, page.t, None).await? };
    let rows = app.engine.suspended(&actor).await?;
    show(&SuspendedPage { page, sidebar, rows })
}
