//! Alarms: what is open, what healed, who is told and how.

use std::collections::HashMap;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use desk::{AddressId, ConnectionId};
use engine::{AlarmSettings, AlarmWay, Alarms};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{Alarm, Trouble};

use crate::app::App;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::to;
use crate::reader::Reader;

/// The page.
const HERE: &str = "/admin/alarms";

#[derive(Template)]
#[template(path = "alarms.html")]
pub(crate) struct AlarmsPage {
    pub(crate) page: Page,
    pub(crate) alarms: Alarms,
    pub(crate) addresses: HashMap<ConnectionId, AddressId>,
    pub(crate) typed: AlarmSettings,
    pub(crate) good: Option<String>,
    pub(crate) bad: Option<String>,
}

/// What has just happened.
#[derive(Debug, Deserialize)]
pub(crate) struct Notice {
    #[serde(default)]
    done: String,
}

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    recipients: String,
    #[serde(default)]
    webhook: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    no_contact: String,
    #[serde(default)]
    mail_waits: String,
}

impl Typed {
    fn settings(&self) -> AlarmSettings {
        let separators = [',', ';', '\n', '\r', ' ', '\t', '、'];
        let words = self.recipients.split(separators).map(str::trim).filter(|word| !word.is_empty());
        let webhook = self.webhook.trim();
        AlarmSettings {
            recipients: words.map(str::to_owned).collect(),
            webhook: (!webhook.is_empty()).then(|| webhook.to_owned()),
            // What is no number is refused by its range.
            no_contact: self.no_contact.trim().parse().unwrap_or(0),
            mail_waits: self.mail_waits.trim().parse().unwrap_or(0),
        }
    }
}

async fn load(app: &App, reader: &Reader) -> Result<AlarmsPage, crate::failure::Failure> {
    let actor = reader.actor()?;
    let page = Page::live(app, reader, "alarms").await?;
    let alarms = app.engine.alarms(&actor).await?;
    let addresses = app.engine.addresses(&actor).await?;
    let addresses = addresses.iter().map(|view| (view.address.connection.id, view.address.id)).collect();
    let typed = alarms.settings.clone();
    Ok(AlarmsPage { page, alarms, addresses, typed, good: None, bad: None })
}

pub(crate) async fn page(State(app): State<App>, reader: Reader, Query(notice): Query<Notice>) -> Answer {
    let mut page = load(&app, &reader).await?;
    page.good = (notice.done == "saved").then(|| fl!(page.page.t, "alarms-saved"));
    show(&page)
}

pub(crate) async fn save(State(app): State<App>, reader: Reader, Form(typed): Form<Typed>) -> Answer {
    let settings = typed.settings();
    let secret = (!typed.secret.is_empty()).then(|| typed.secret.clone().into());
    match app.engine.save_alarm_settings(&reader.actor()?, &settings, secret.as_ref()).await {
        Ok(()) => Ok(to(&format!("{HERE}?done=saved")).into_response()),
        Err(engine::Error::Invalid { field, problem }) => {
            let mut page = load(&app, &Reader { here: HERE.to_owned(), ..reader }).await?;
            page.typed = settings;
            page.bad = Some(page.refusal(field, problem));
            // Typed text is not thrown away by a change elsewhere.
            page.page.live = None;
            show_as(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn test(State(app): State<App>, reader: Reader) -> Answer {
    let (hook, mailed) = app.engine.test_alarm(&reader.actor()?).await?;
    let mut page = load(&app, &Reader { here: HERE.to_owned(), ..reader }).await?;
    let t = page.page.t;
    let mut good = Vec::new();
    let mut bad = Vec::new();
    match hook {
        Some(Ok(())) => good.push(fl!(t, "alarms-test-hook-good")),
        Some(Err(error)) => bad.push(fl!(t, "alarms-test-hook-bad", error = error.as_str())),
        None => {}
    }
    if mailed {
        good.push(fl!(t, "alarms-test-mailed", people = page.alarms.people.join(", ")));
    } else {
        bad.push(fl!(t, "alarms-test-not-mailed"));
    }
    page.good = (!good.is_empty()).then(|| good.join(" "));
    page.bad = (!bad.is_empty()).then(|| bad.join(" "));
    show(&page)
}

impl AlarmsPage {
    fn what(&self, alarm: &Alarm) -> String {
        self.describe(alarm).0
    }

    fn next(&self, alarm: &Alarm) -> String {
        self.describe(alarm).1
    }

    fn describe(&self, alarm: &Alarm) -> (String, String) {
        let (time, day) = (|at| self.page.plain(at), |at| self.page.day_of(at));
        engine::describe(self.page.language, &alarm.trouble, engine::Calendar { time: &time, day: &day })
    }

    /// Where something can be done about it.
    fn link(&self, alarm: &Alarm) -> Option<String> {
        match &alarm.trouble {
            Trouble::MailUnexplained { .. } => {
                let mailbox = alarm.connection.map(|id| format!("?mailbox={id}")).unwrap_or_default();
                Some(format!("/admin/channels/email/mail-log{mailbox}"))
            }
            Trouble::RegistrationRefused { .. } | Trouble::RegistrationExpires { .. } => {
                Some("/admin/channels/email/registration".to_owned())
            }
            _ => {
                let id = self.addresses.get(&alarm.connection?)?;
                Some(format!("/admin/channels/email/addresses/{id}"))
            }
        }
    }

    fn link_text(&self, alarm: &Alarm) -> String {
        match &alarm.trouble {
            Trouble::MailUnexplained { .. } => fl!(self.page.t, "open-mail-log"),
            Trouble::RegistrationRefused { .. } | Trouble::RegistrationExpires { .. } => {
                fl!(self.page.t, "open-registration")
            }
            _ => fl!(self.page.t, "alarms-to-address"),
        }
    }

    /// What Microsoft said, where it said something.
    fn said(&self, alarm: &Alarm) -> Option<String> {
        match &alarm.trouble {
            Trouble::ConnectionLost { cause: Some(cause), .. }
            | Trouble::RegistrationRefused { cause: Some(cause), .. } => {
                Some(cause.message.clone()).filter(|message| !message.is_empty())
            }
            _ => None,
        }
    }

    fn way(&self) -> String {
        let t = self.page.t;
        let people = self.alarms.people.join(", ");
        match &self.alarms.way {
            _ if people.is_empty() => fl!(t, "alarms-way-nobody"),
            Some(AlarmWay::Address(one)) => {
                fl!(t, "alarms-way-address", people = people, address = one.address.as_str())
            }
            Some(AlarmWay::System(_)) => fl!(t, "alarms-way-system", people = people),
            None => fl!(t, "alarms-way-none"),
        }
    }

    fn refusal(&self, field: &str, problem: &str) -> String {
        let t = self.page.t;
        match (field, problem) {
            ("recipients", "support-address") => fl!(t, "alarms-bad-support-address"),
            ("recipients", _) => fl!(t, "alarms-bad-recipients"),
            ("webhook", _) => fl!(t, "alarms-bad-webhook"),
            _ => fl!(t, "alarms-bad-minutes"),
        }
    }

    fn recipients(&self) -> String {
        self.typed.recipients.join("\n")
    }

    fn webhook(&self) -> &str {
        self.typed.webhook.as_deref().unwrap_or_default()
    }
}
