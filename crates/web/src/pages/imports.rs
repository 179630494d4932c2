//! Imports of old mail: which mail, what would happen, progress, rest, and taking one back.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use desk::decide::OutcomeKind;
use desk::{AddressId, ImportId, PreviewId, SignInId};
use engine::{ImportView, NEWEST, PreviewView};
use i18n_embed_fl::fl;
use jiff::civil::Date;
use serde::Deserialize;
use store::{Example, Foreseen, ImportRun, SupportAddress, Undone, Wanted};

use crate::app::App;
use crate::explain::ADDRESSES;
use crate::failure::Failure;
use crate::page::{Answer, Page, show};
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

/// The choice of old mail, as forms send it. Texts throughout: a field of a choice that was not made may be empty.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ImportForm {
    /// Ticked (`yes`): old mail is wanted at all.
    #[serde(default)]
    import: String,
    /// Which: `newest` (also when nothing is said), `number`, `between`.
    #[serde(default)]
    old: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    until: String,
    /// `preview` or `import`, where the form has both buttons.
    #[serde(default)]
    what: String,
}

impl ImportForm {
    /// What was chosen; `None`: nothing old. Days are the reader's, the last one included.
    pub(crate) fn wanted(&self, reader: &Reader) -> Result<Option<Wanted>, Failure> {
        let invalid = |field, problem| Failure::Engine(engine::Error::Invalid { field, problem });
        if self.import.is_empty() {
            return Ok(None);
        }
        match self.old.as_str() {
            "number" => match self.number.trim().parse() {
                Ok(count) => Ok(Some(Wanted::Newest(count))),
                Err(_) => Err(invalid("number", "out-of-range")),
            },
            "between" => {
                let day = |text: &str| text.parse::<Date>().map_err(|_| invalid("dates", "empty"));
                let (first, last) = (day(&self.since)?, day(&self.until)?);
                let after = last.tomorrow().map_err(|_| invalid("dates", "wrong-order"))?;
                match (reader.zone.start_of(first), reader.zone.start_of(after)) {
                    (Some(since), Some(until)) => Ok(Some(Wanted::Between { since, until })),
                    _ => Err(invalid("dates", "wrong-order")),
                }
            }
            _ => Ok(Some(Wanted::Newest(NEWEST))),
        }
    }
}

/// An import's page.
pub(crate) fn link(id: ImportId) -> String {
    format!("/admin/channels/email/imports/{id}")
}

fn preview_link(id: PreviewId) -> String {
    format!("/admin/channels/email/previews/{id}")
}

#[derive(Template)]
#[template(path = "import_form.html")]
pub(crate) struct FormPage {
    pub(crate) page: Page,
    pub(crate) address: SupportAddress,
    pub(crate) runs: Vec<ImportRun>,
}

impl FormPage {
    fn wanted(&self, run: &ImportRun) -> String {
        wording::wanted(&self.page, run.wanted)
    }

    fn state(&self, run: &ImportRun) -> String {
        wording::import_state(self.page.t, run)
    }
}

/// Import older mail: which, and what was imported before.
pub(crate) async fn form(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, "import:").await?;
    let runs = app.engine.imports_of(&actor, id).await?;
    let address = app.engine.store().support_address(id).await.map_err(engine::Error::from)?;
    show(&FormPage { page, address, runs })
}

/// Looks first, or imports at once.
pub(crate) async fn ask(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<AddressId>,
    Form(form): Form<ImportForm>,
) -> Answer {
    let actor = reader.actor()?;
    let wanted = form
        .wanted(&reader)?
        .ok_or(Failure::Engine(engine::Error::Invalid { field: "number", problem: "empty" }))?;
    if form.what == "import" {
        return Ok(to(&link(app.engine.start_import(&actor, id, wanted).await?)));
    }
    Ok(to(&preview_link(app.engine.preview_import(&actor, id, wanted).await?)))
}

/// Looks what the import chosen in the wizard would do.
pub(crate) async fn preview_sign_in(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<SignInId>,
) -> Answer {
    let preview = app.engine.preview_sign_in(&reader.actor()?, id).await.map_err(Failure::Connecting)?;
    Ok(to(&preview_link(preview)))
}

#[derive(Template)]
#[template(path = "import_preview.html")]
pub(crate) struct PreviewPage {
    pub(crate) page: Page,
    pub(crate) view: PreviewView,
}

/// How far a count has come, in whole percent.
fn percent(done: u32, found: u32) -> u32 {
    (done.min(found) * 100).checked_div(found).unwrap_or(100)
}

impl PreviewPage {
    const KINDS: [Foreseen; 8] = [
        Foreseen::NewTicket,
        Foreseen::Reply,
        Foreseen::Known,
        Foreseen::Automatic,
        Foreseen::Suspended,
        Foreseen::Unreadable,
        Foreseen::Own,
        Foreseen::Gone,
    ];

    fn wanted(&self) -> String {
        wording::wanted(&self.page, self.view.preview.wanted)
    }

    fn percent(&self) -> Option<u32> {
        let preview = &self.view.preview;
        preview.found.map(|found| percent(preview.looked_at, found))
    }

    /// The kinds there are, and the first two always: what people ask for.
    fn kinds(&self) -> Vec<(String, String, u32, Vec<&Example>)> {
        let forecast = &self.view.preview.forecast;
        let always = |kind| matches!(kind, Foreseen::NewTicket | Foreseen::Reply);
        Self::KINDS
            .into_iter()
            .filter(|kind| always(*kind) || forecast.count(*kind) > 0)
            .map(|kind| {
                let (name, help) = wording::foreseen(self.page.t, kind);
                let examples = forecast.examples.iter().filter(|example| example.kind == kind).collect();
                (name, help, forecast.count(kind), examples)
            })
            .collect()
    }

    fn ended(&self) -> String {
        match self.view.preview.error.as_deref() {
            None => String::new(),
            Some("cancelled") => fl!(self.page.t, "preview-cancelled"),
            Some("gone") => fl!(self.page.t, "preview-gone"),
            Some(words) => fl!(self.page.t, "preview-failed", words = words),
        }
    }

    fn back(&self) -> String {
        match (self.view.address, self.view.preview.of) {
            (Some(address), _) => format!("{ADDRESSES}/{address}/import"),
            (None, store::PreviewOf::SignIn(sign_in)) => format!("/admin/connect/confirm/{sign_in}"),
            (None, store::PreviewOf::Connection(_)) => ADDRESSES.to_owned(),
        }
    }
}

pub(crate) async fn preview(State(app): State<App>, reader: Reader, Path(id): Path<PreviewId>) -> Answer {
    let page = Page::live(&app, &reader, format!("preview:{id}")).await?;
    let view = app.engine.preview(&reader.actor()?, id).await?;
    show(&PreviewPage { page, view })
}

pub(crate) async fn cancel_preview(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<PreviewId>,
) -> Answer {
    app.engine.cancel_preview(&reader.actor()?, id).await?;
    Ok(to(&preview_link(id)))
}

/// Imports what the preview has looked at.
pub(crate) async fn import_previewed(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<PreviewId>,
) -> Answer {
    let actor = reader.actor()?;
    let view = app.engine.preview(&actor, id).await?;
    let address = view.address.ok_or(Failure::Engine(engine::Error::NotFound))?;
    Ok(to(&link(app.engine.start_import(&actor, address, view.preview.wanted).await?)))
}

#[derive(Template)]
#[template(path = "import.html")]
pub(crate) struct ImportPage {
    pub(crate) page: Page,
    pub(crate) view: ImportView,
}

impl ImportPage {
    fn wanted(&self) -> String {
        wording::wanted(&self.page, self.view.run.wanted)
    }

    fn state(&self) -> String {
        wording::import_state(self.page.t, &self.view.run)
    }

    fn state_class(&self) -> &'static str {
        let run = &self.view.run;
        match (run.undone, run.finished_at, run.paused_at) {
            (Undone::No, Some(_), _) => "good",
            (Undone::No, None, None) => "plain",
            _ => "wait",
        }
    }

    fn percent(&self) -> Option<u32> {
        let run = &self.view.run;
        run.found.map(|found| percent(run.done, found))
    }

    fn outcome(&self, outcome: &OutcomeKind) -> String {
        wording::outcome(self.page.t, Some(*outcome))
    }

    fn running(&self) -> bool {
        self.view.run.finished_at.is_none()
    }
}

/// One import: how far it is, and what can be done with it.
pub(crate) async fn import(State(app): State<App>, reader: Reader, Path(id): Path<ImportId>) -> Answer {
    let page = Page::live(&app, &reader, format!("import:{id}")).await?;
    let view = app.engine.import_view(&reader.actor()?, id).await?;
    show(&ImportPage { page, view })
}

pub(crate) async fn pause(State(app): State<App>, reader: Reader, Path(id): Path<ImportId>) -> Answer {
    app.engine.pause_import(&reader.actor()?, id).await?;
    Ok(to(&link(id)))
}

pub(crate) async fn resume(State(app): State<App>, reader: Reader, Path(id): Path<ImportId>) -> Answer {
    app.engine.resume_import(&reader.actor()?, id).await?;
    Ok(to(&link(id)))
}

pub(crate) async fn undo(State(app): State<App>, reader: Reader, Path(id): Path<ImportId>) -> Answer {
    app.engine.undo_import(&reader.actor()?, id).await?;
    Ok(to(&link(id)))
}
