//! One connection in every detail, its check-up, and editing its address.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use desk::decide::OutcomeKind;
use desk::{AddressId, BrandId, PersonId};
use engine::{ConnectionView, Finding, Step, Verdict};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{Brand, Event, ImportRun, Kind, Mode, Proof};

use super::addresses::{TOPICS, default_offered, percent, state_class, why_not_default};
use crate::app::App;
use crate::doctor::{self, Mend, Said};
use crate::failure::Failure;
use crate::happenings;
use crate::page::{Answer, Page, show};
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

#[derive(Template)]
#[template(path = "connection.html")]
pub(crate) struct DetailsPage {
    pub(crate) page: Page,
    pub(crate) all: ConnectionView,
    pub(crate) cause: String,
    pub(crate) next: String,
}

/// A step of the check-up as the page shows it.
pub(crate) struct Stage {
    name: String,
    class: &'static str,
    words: String,
    findings: Vec<(Said, &'static str, Option<String>)>,
}

/// A budget: name, used, limit, and whether it is counted in megabytes.
pub(crate) struct Budget {
    name: String,
    words: String,
    used: u64,
    limit: u64,
}

pub(crate) async fn details(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, TOPICS).await?;
    let all = app.engine.connection_view(&actor, id, page.midnight()).await?;
    show(&DetailsPage::new(page, all))
}

/// Asks for a check-up; the page then follows it.
pub(crate) async fn check(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    app.engine.ask_checkup(&reader.actor()?, id, true).await?;
    Ok(to(&format!("/admin/channels/email/addresses/{id}#checkup")))
}

impl DetailsPage {
    pub(crate) fn new(page: Page, all: ConnectionView) -> Self {
        let connection = &all.view.address.connection;
        let (cause, next) = wording::state_help(page.t, connection.state, connection.cause.as_ref());
        Self { page, all, cause, next }
    }

    fn connection(&self) -> &store::Connection {
        &self.all.view.address.connection
    }

    fn is_exchange(&self) -> bool {
        self.connection().kind == Kind::Exchange
    }

    fn state(&self) -> String {
        wording::state(self.page.t, self.connection().state)
    }

    fn state_class(&self) -> &'static str {
        state_class(self.connection().state)
    }

    fn kind(&self) -> String {
        wording::kind(self.page.t, self.connection().kind)
    }

    fn mode(&self, mode: &Mode) -> String {
        match mode {
            Mode::Delegated => fl!(self.page.t, "mode-delegated"),
            Mode::AppOnly => fl!(self.page.t, "mode-app-only"),
        }
    }

    fn why_not_default(&self) -> String {
        why_not_default(&self.page, &self.all.view)
    }

    fn default_offered(&self) -> bool {
        default_offered(&self.page, &self.all.view)
    }

    fn proof(&self) -> Proof {
        self.connection().proof
    }

    fn percent(&self, run: &ImportRun) -> Option<u32> {
        percent(run)
    }

    fn outcome(&self, outcome: &OutcomeKind) -> String {
        wording::outcome(self.page.t, Some(*outcome))
    }

    fn unexplained(&self) -> String {
        match self.all.unexplained() {
            None => fl!(self.page.t, "unexplained-unknown"),
            Some(0) => fl!(self.page.t, "unexplained-none"),
            Some(count) => fl!(self.page.t, "unexplained-some", count = count),
        }
    }

    fn budgets(&self) -> Vec<Budget> {
        let (t, all) = (self.page.t, &self.all);
        let plain = |name: String, used: u64, limit: u64| Budget {
            words: fl!(t, "budget-of", used = used, limit = limit),
            name,
            used: used.min(limit),
            limit,
        };
        let mut budgets = Vec::new();
        if let Some(usage) = &all.usage {
            budgets.push(plain(fl!(t, "budget-calls"), usage.calls, all.budgets.calls));
        }
        let (minute, day) = (all.spent.messages_last_minute, all.spent.recipients_last_day);
        budgets.push(plain(fl!(t, "budget-messages"), minute.into(), all.budgets.messages_a_minute.into()));
        budgets.push(plain(fl!(t, "budget-recipients"), day.into(), all.budgets.recipients_a_day.into()));
        if let Some(usage) = &all.usage {
            // Tenths of a megabyte, rounded up: what was sent must not look like nothing.
            let tenths = usage.upload_bytes.div_ceil(100_000);
            let limit = all.budgets.upload_bytes / 1_000_000;
            let used = format!("{}.{}", tenths / 10, tenths % 10);
            budgets.push(Budget {
                name: fl!(t, "budget-upload"),
                words: fl!(t, "budget-megabytes", used = used, limit = limit),
                used: usage.upload_bytes.min(all.budgets.upload_bytes),
                limit: all.budgets.upload_bytes,
            });
        }
        budgets
    }

    fn happened(&self, event: &Event) -> String {
        happenings::happening(self.page.t, &event.happening)
    }

    fn tone(&self, event: &Event) -> &'static str {
        happenings::tone(&event.happening)
    }

    fn name_of(&self, id: &PersonId) -> Option<String> {
        self.all.people.iter().find(|person| person.id == *id).map(|person| person.name.clone())
    }

    fn is_checking(&self) -> bool {
        self.all.checkup.as_ref().is_some_and(|checkup| checkup.ended_at.is_none())
    }

    fn sum(&self) -> Vec<String> {
        let ended = self.all.checkup.as_ref().filter(|checkup| checkup.ended_at.is_some());
        ended.map(|checkup| doctor::sum(self.page.language, checkup)).unwrap_or_default()
    }

    /// What is being done, while it is being done.
    fn progress(&self) -> Option<String> {
        let checkup = self.all.checkup.as_ref().filter(|checkup| checkup.ended_at.is_none())?;
        Some(match checkup.running {
            Some(step) => {
                let name = doctor::step(self.page.language, step);
                fl!(self.page.t, "checkup-running", step = name)
            }
            None => fl!(self.page.t, "checkup-waits"),
        })
    }

    fn stages(&self) -> Vec<Stage> {
        let Some(checkup) = &self.all.checkup else { return Vec::new() };
        checkup.steps.iter().map(|step| self.stage(*step, checkup)).collect()
    }

    fn stage(&self, step: Step, checkup: &engine::Checkup) -> Stage {
        let (t, language) = (self.page.t, self.page.language);
        let findings: Vec<&Finding> = checkup.of(step).collect();
        let worst = findings.iter().map(|finding| finding.verdict).max_by_key(|verdict| grave(*verdict));
        let (class, words) = match worst {
            Some(verdict) => (verdict_class(verdict), doctor::verdict(language, verdict)),
            None if checkup.running == Some(step) => ("runs", fl!(t, "checkup-step-runs")),
            None => ("later", fl!(t, "checkup-step-waits")),
        };
        let clock = |at| self.page.plain(at);
        let said = |finding: &&Finding| {
            let said = doctor::say(language, finding, &clock);
            (said, verdict_class(finding.verdict), finding.command.clone())
        };
        let findings = findings.iter().map(said).collect();
        Stage { name: doctor::step(language, step), class, words, findings }
    }

    /// Where a page that mends something is.
    fn way(&self, mend: &Mend) -> String {
        match mend {
            Mend::Reconnect => "#state".to_owned(),
            Mend::MailLog => format!("/admin/channels/email/mail-log?mailbox={}", self.connection().id),
            Mend::Prove => "#proof".to_owned(),
            Mend::Channel => "/admin/channels/email".to_owned(),
        }
    }

    fn way_words(&self, mend: &Mend) -> String {
        match mend {
            Mend::Reconnect => fl!(self.page.t, "reconnect"),
            Mend::MailLog => fl!(self.page.t, "open-mail-log"),
            Mend::Prove => fl!(self.page.t, "proof-send"),
            Mend::Channel => fl!(self.page.t, "open-page"),
        }
    }
}

fn grave(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Skipped => 0,
        Verdict::Ok => 1,
        Verdict::Look => 2,
        Verdict::Trouble => 3,
    }
}

fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "good",
        Verdict::Skipped => "plain",
        Verdict::Look => "wait",
        Verdict::Trouble => "bad",
    }
}

#[derive(Template)]
#[template(path = "address_edit.html")]
pub(crate) struct EditPage {
    pub(crate) page: Page,
    pub(crate) id: AddressId,
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) brand: BrandId,
    pub(crate) brands: Vec<Brand>,
    pub(crate) problem: Option<String>,
}

/// What was changed.
#[derive(Debug, Deserialize)]
pub(crate) struct Edit {
    name: String,
    /// Asked for only when there are several.
    brand: Option<BrandId>,
}

pub(crate) async fn ask_edit(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let actor = reader.actor()?;
    let address = app.engine.address(&actor, id).await?.address;
    let brands = app.engine.brands(&actor).await?;
    show(&EditPage {
        page: Page::of(&reader),
        id,
        address: address.address.to_string(),
        name: address.name,
        brand: address.brand,
        brands,
        problem: None,
    })
}

pub(crate) async fn edit(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<AddressId>,
    Form(form): Form<Edit>,
) -> Answer {
    let actor = reader.actor()?;
    let address = app.engine.address(&actor, id).await?.address;
    let brand = form.brand.unwrap_or(address.brand);
    match app.engine.edit_address(&actor, id, &form.name, brand).await {
        Ok(()) => Ok(to(&format!("/admin/channels/email/addresses/{id}"))),
        Err(error @ engine::Error::Invalid { .. }) => {
            let reader = Reader { here: format!("/admin/channels/email/addresses/{id}/edit"), ..reader };
            let page = Page::of(&reader);
            let problem = Some(crate::explain::of_engine(page.t, &error).cause);
            let brands = app.engine.brands(&actor).await?;
            let address = address.address.to_string();
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            let again = EditPage { page, id, address, name: form.name, brand, brands, problem };
            crate::page::show_as(status, &again)
        }
        Err(error) => Err(Failure::Engine(error)),
    }
}
