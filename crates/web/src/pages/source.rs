//! A mail as it came: headers, the way it took, source.

use askama::Template;
use axum::extract::{Path, State};
use desk::CommentId;
use engine::MailSource;
use i18n_embed_fl::fl;
use mail::Hop;

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::pages::ticket::size;
use crate::pages::tickets::Sidebar;
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "source.html")]
pub(crate) struct SourcePage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) source: MailSource,
}

pub(crate) async fn page(State(app): State<App>, reader: Reader, Path(id): Path<CommentId>) -> Answer {
    let actor = reader.actor()?;
    let source = app.engine.mail_source(&actor, id).await?;
    let page = Page::of(&reader);
    let sidebar = Sidebar::of(&app, &actor, page.t, None).await?;
    show(&SourcePage { page, sidebar, source })
}

impl SourcePage {
    fn subject(&self) -> &str {
        &self.source.subject
    }

    fn size(&self) -> String {
        size(self.source.size)
    }

    /// How long a station took, as people say it.
    fn delay(&self, hop: &Hop) -> String {
        match hop.delay {
            None => String::new(),
            Some(seconds) if seconds < 0 => fl!(self.page.t, "hop-clock"),
            Some(seconds @ 0..120) => fl!(self.page.t, "hop-seconds", count = seconds),
            Some(seconds @ 120..7_200) => {
                let minutes: i64 = seconds / 60;
                fl!(self.page.t, "hop-minutes", count = minutes)
            }
            Some(seconds) => {
                let hours: i64 = seconds / 3_600;
                fl!(self.page.t, "hop-hours", count = hours)
            }
        }
    }

    /// A station at which the mail lay longer than mail does.
    fn is_slow(&self, hop: &Hop) -> bool {
        hop.delay.is_some_and(|seconds| seconds >= 300)
    }
}
