//! Who may write to the desk: the two lists, strangers, forged senders, how long suspended mail is kept; and what a
//! change would have done.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use desk::admission::{Fault, List, Policy, Problem};
use engine::SenderForecast;
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::app::App;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::to;
use crate::reader::Reader;

/// The page's address.
const HERE: &str = "/admin/channels/email/senders";

#[derive(Template)]
#[template(path = "senders.html")]
pub(crate) struct SendersPage {
    pub(crate) page: Page,
    pub(crate) typed: Typed,
    pub(crate) forecast: Option<SenderForecast>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) bad: Option<String>,
    pub(crate) saved: bool,
    /// Which policy the form was filled from.
    pub(crate) seen: String,
    /// What is in force, where somebody else saved it meanwhile.
    pub(crate) present: Option<Policy>,
}

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) allow: String,
    pub(crate) block: String,
    pub(crate) anyone: String,
    pub(crate) auth: String,
    pub(crate) retention: String,
    pub(crate) action: String,
    pub(crate) seen: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Notice {
    done: String,
}

/// Mails that a policy would treat otherwise.
struct Effect {
    words: String,
    /// (sender, subject) of some.
    examples: Vec<(String, String)>,
    /// How many more there are.
    more: u64,
}

impl Typed {
    pub(crate) fn of(policy: Policy) -> Self {
        let word = |yes: bool| if yes { "yes".to_owned() } else { String::new() };
        Self {
            anyone: word(policy.anyone_may_submit),
            auth: word(policy.suspend_unauthenticated),
            retention: policy.retention_days.map(|days| days.to_string()).unwrap_or_default(),
            allow: policy.allow,
            block: policy.block,
            action: String::new(),
            seen: String::new(),
        }
    }

    fn policy(&self) -> Policy {
        let days = self.retention.trim();
        Policy {
            allow: self.allow.clone(),
            block: self.block.clone(),
            anyone_may_submit: self.anyone == "yes",
            suspend_unauthenticated: self.auth == "yes",
            // What is no number is refused by its range.
            retention_days: (!days.is_empty()).then(|| days.parse().unwrap_or(0)),
        }
    }
}

pub(crate) async fn page(State(app): State<App>, reader: Reader, Query(notice): Query<Notice>) -> Answer {
    let policy = app.engine.sender_policy(&reader.actor()?).await?;
    show(&SendersPage {
        page: Page::of(&reader),
        seen: engine::policy_version(&policy),
        typed: Typed::of(policy),
        forecast: None,
        faults: Vec::new(),
        bad: None,
        saved: notice.done == "saved",
        present: None,
    })
}

/// Saves, or shows what would have been.
pub(crate) async fn save(State(app): State<App>, reader: Reader, Form(typed): Form<Typed>) -> Answer {
    let actor = reader.actor()?;
    let policy = typed.policy();
    let page = Page::of(&Reader { here: HERE.to_owned(), ..reader });
    let mut shown = SendersPage {
        page,
        seen: typed.seen.clone(),
        typed,
        forecast: None,
        faults: Vec::new(),
        bad: None,
        saved: false,
        present: None,
    };
    let failed = if shown.typed.action == "foresee" {
        match app.engine.foresee_senders(&actor, &policy).await {
            Ok(forecast) => {
                shown.forecast = Some(forecast);
                return show(&shown);
            }
            Err(error) => error,
        }
    } else {
        match app.engine.save_sender_policy_seen(&actor, &policy, &shown.seen).await {
            Ok(()) => return Ok(to(&format!("{HERE}?done=saved"))),
            Err(error) => error,
        }
    };
    match failed {
        engine::Error::Senders(faults) => shown.faults = faults,
        engine::Error::ChangedMeanwhile => {
            // What is typed stays; who presses again has seen what the other one saved.
            let present = app.engine.sender_policy(&actor).await?;
            shown.seen = engine::policy_version(&present);
            shown.present = Some(present);
            return show_as(StatusCode::CONFLICT, &shown);
        }
        engine::Error::Invalid { .. } => shown.bad = Some(fl!(shown.page.t, "senders-bad-retention")),
        other => return Err(other.into()),
    }
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

impl SendersPage {
    fn fault(&self, fault: &Fault) -> String {
        let t = self.page.t;
        let problem = match fault.problem {
            Problem::NoAddress => fl!(t, "senders-fault-address"),
            Problem::StarAllowed => fl!(t, "senders-fault-star"),
            Problem::PrefixAllowed => fl!(t, "senders-fault-prefix"),
            Problem::UnknownPrefix => fl!(t, "senders-fault-unknown"),
            Problem::TooLong => fl!(t, "senders-fault-long"),
        };
        let word: String = fault.word.chars().take(80).collect();
        match fault.list {
            List::Allow => {
                fl!(t, "senders-fault-allow", number = fault.number, word = word, problem = problem)
            }
            List::Block => {
                fl!(t, "senders-fault-block", number = fault.number, word = word, problem = problem)
            }
        }
    }

    /// What of the forecast is shown.
    fn effects(&self) -> Vec<Effect> {
        let t = self.page.t;
        let Some(forecast) = &self.forecast else { return Vec::new() };
        [
            (&forecast.suspended, fl!(t, "senders-would-suspend", count = forecast.suspended.count)),
            (&forecast.rejected, fl!(t, "senders-would-reject", count = forecast.rejected.count)),
            (&forecast.admitted, fl!(t, "senders-would-admit", count = forecast.admitted.count)),
        ]
        .into_iter()
        .filter(|(changed, _)| changed.count > 0)
        .map(|(changed, words)| {
            let more = changed.count.saturating_sub(changed.examples.len() as u64);
            Effect { words, examples: changed.examples.clone(), more }
        })
        .collect()
    }

    fn more(&self, more: &u64) -> String {
        let count: u64 = *more;
        fl!(self.page.t, "senders-more", count = count)
    }
}
