//! What every page's frame needs, and how a page becomes a response.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use desk::{Language, Person};
use jiff::Timestamp;

use crate::app::App;
use crate::failure::Failure;
use crate::language::{Texts, texts};
use crate::reader::Reader;
use crate::wording;
use crate::zone::{When, Zone};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

/// The frame of a page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Texts in the reader's language.
    pub(crate) t: Texts,
    /// Language.
    pub(crate) language: Language,
    /// Who has signed in.
    pub(crate) who: Option<Person>,
    /// Path and query of this page.
    pub(crate) here: String,
    /// Open alarms, for the banner.
    pub(crate) alarms: u64,
    /// What to listen to for changes.
    pub(crate) live: Option<Live>,
    zone: Zone,
    now: Timestamp,
}

/// Changes that concern a page.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// Beginnings of topics, separated by commas: `ticket:7`, `ticket:`, `addresses,import:`.
    pub(crate) topics: String,
    /// The newest change that the page already shows.
    pub(crate) after: i64,
}

impl Page {
    /// For this reader.
    pub(crate) fn of(reader: &Reader) -> Self {
        Self {
            t: texts(reader.language),
            language: reader.language,
            who: reader.person.clone(),
            here: reader.here.clone(),
            alarms: reader.alarms,
            live: None,
            zone: reader.zone.clone(),
            now: Timestamp::now(),
        }
    }

    /// A page that follows changes. To be called before what is shown is read: a change in between is then told, not missed.
    pub(crate) async fn live(app: &App, reader: &Reader, topics: impl Into<String>) -> Result<Self, Failure> {
        let after = app.engine.store().last_change().await?;
        let mut topics = topics.into();
        // The banner stands on every page of the Admin Center.
        if reader.here.starts_with("/admin") && !topics.contains("alarms") {
            topics.push_str(",alarms");
        }
        Ok(Self { live: Some(Live { topics, after }), now: app.engine.now(), ..Self::of(reader) })
    }

    /// The day of a moment where the reader is, as date fields take it.
    pub(crate) fn date(&self, at: Timestamp) -> String {
        self.zone.date(at).to_string()
    }

    /// The day of a time, in words.
    pub(crate) fn day_of(&self, at: Timestamp) -> String {
        self.zone.day_of(at, self.language)
    }

    /// The time that the page was made at, by the desk's clock where it shows what changes.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// `en` or `ja`.
    pub(crate) fn lang(&self) -> &'static str {
        self.language.as_str()
    }

    /// This page in another language.
    pub(crate) fn in_language(&self, language: &str) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={language}", self.here)
    }

    /// What the reader may do, in words.
    pub(crate) fn role(&self) -> String {
        self.who.as_ref().map(|person| wording::role(self.t, person.role)).unwrap_or_default()
    }

    /// Whether the Admin Center is offered.
    pub(crate) fn is_admin(&self) -> bool {
        self.who.as_ref().is_some_and(|person| person.role.is_admin())
    }

    /// Whether this page lies below `prefix`.
    pub(crate) fn under(&self, prefix: &str) -> bool {
        self.here.starts_with(prefix)
    }

    /// A time, as short as can be understood.
    pub(crate) fn short(&self, at: &Timestamp) -> When {
        self.zone.short(*at, self.now, self.language)
    }

    /// A time in full, as text.
    pub(crate) fn plain(&self, at: Timestamp) -> String {
        self.zone.plain(at, self.language)
    }

    /// When the reader's day began.
    pub(crate) fn midnight(&self) -> Timestamp {
        self.zone.midnight(self.now)
    }

    /// A time in full.
    pub(crate) fn full(&self, at: &Timestamp) -> When {
        self.zone.full(*at, self.language)
    }

    /// A whole day.
    pub(crate) fn day(&self, day: jiff::civil::Date) -> When {
        When::day(day, self.language)
    }
}

/// A template as a page.
pub(crate) fn show(template: &impl Template) -> Answer {
    show_as(StatusCode::OK, template)
}

/// A template as a page with another status.
pub(crate) fn show_as(status: StatusCode, template: &impl Template) -> Answer {
    Ok((status, Html(template.render()?)).into_response())
}
