//! A message of the mail log, read again with today's reader: what differs, side by side, and applying it.

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::LedgerId;
use engine::{Difference, ReadAgain};
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

#[derive(Template)]
#[template(path = "replay.html")]
pub(crate) struct ReplayPage {
    pub(crate) page: Page,
    pub(crate) read: ReadAgain,
    pub(crate) applied: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Notice {
    done: String,
}

pub(crate) async fn page(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<LedgerId>,
    Query(notice): Query<Notice>,
) -> Answer {
    let read = app.engine.read_again(&reader.actor()?, id).await?;
    show(&ReplayPage { page: Page::of(&reader), read, applied: notice.done == "applied" })
}

pub(crate) async fn apply(State(app): State<App>, reader: Reader, Path(id): Path<LedgerId>) -> Answer {
    app.engine.apply_again(&reader.actor()?, id).await?;
    Ok(to(&format!("/admin/channels/email/mail-log/{id}/replay?done=applied")))
}

impl ReplayPage {
    fn field(&self, difference: &Difference) -> String {
        wording::reread_field(self.page.t, difference.field.as_str())
    }

    fn outcome(&self) -> String {
        wording::outcome(self.page.t, self.read.row.outcome)
    }

    fn reason(&self) -> String {
        self.read.row.reason.as_deref().map(|reason| wording::reason(self.page.t, reason)).unwrap_or_default()
    }

    /// One side of a difference; nothing is said to be nothing.
    fn side(&self, text: &str) -> String {
        match text {
            "" => fl!(self.page.t, "replay-nothing"),
            "yes" => fl!(self.page.t, "replay-yes"),
            "no" => fl!(self.page.t, "replay-no"),
            text => text.to_owned(),
        }
    }

    fn fixed(&self) -> Option<String> {
        let t = self.page.t;
        Some(match self.read.fixed? {
            "no-comment" => fl!(t, "replay-no-comment"),
            "not-kept" => fl!(t, "replay-not-kept"),
            "by-agent" => fl!(t, "replay-by-agent"),
            "undone" => fl!(t, "replay-undone"),
            _ => fl!(t, "replay-changed-by-agent"),
        })
    }
}
