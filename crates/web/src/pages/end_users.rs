//! Admin Center > People > End users: who writes here. And people from a file.

use askama::Template;
use axum::Form;
use axum::extract::multipart::Multipart;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use desk::Role;
use engine::{CsvPreview, CsvRow, Fate, RowProblem};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{Member, PeopleQuery};

use crate::app::App;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::to;
use crate::pages::team::{Typed, refusal};
use crate::reader::{Reader, encoded};
use crate::wording;

/// The list.
pub(crate) const END_USERS: &str = "/admin/people/end-users";
const IMPORT: &str = "/admin/people/import";
const ROWS: u64 = 50;

/// What is looked for, and the page.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: u64,
    #[serde(default)]
    done: String,
    #[serde(default)]
    count: u64,
}

#[derive(Template)]
#[template(path = "end_users.html")]
pub(crate) struct EndUsersPage {
    pub(crate) page: Page,
    pub(crate) rows: Vec<Member>,
    pub(crate) count: u64,
    pub(crate) search: String,
    /// From 1.
    pub(crate) number: u64,
    pub(crate) done: Option<String>,
}

impl EndUsersPage {
    fn pages(&self) -> u64 {
        self.count.div_ceil(ROWS).max(1)
    }

    fn link(&self, number: u64) -> String {
        format!("{END_USERS}?q={}&page={number}", encoded(&self.search))
    }
}

pub(crate) async fn list(State(app): State<App>, reader: Reader, Query(wish): Query<Wish>) -> Answer {
    let page = Page::of(&reader);
    let done = match wish.done.as_str() {
        "saved" => Some(fl!(page.t, "people-saved")),
        "imported" => Some(fl!(page.t, "people-imported-notice", count = wish.count)),
        _ => None,
    };
    let number = wish.page.clamp(1, 1_000_000);
    let query = PeopleQuery {
        text: wish.q.clone(),
        roles: vec![Role::EndUser],
        deactivated: true,
        offset: (number - 1) * ROWS,
        limit: ROWS,
        ..PeopleQuery::default()
    };
    let (rows, count) = app.engine.people(&reader.actor()?, &query).await?;
    show(&EndUsersPage { page, rows, count, search: wish.q, number, done })
}

#[derive(Template)]
#[template(path = "end_user_new.html")]
pub(crate) struct NewPage {
    pub(crate) page: Page,
    pub(crate) typed: Typed,
    pub(crate) problem: Option<String>,
}

pub(crate) async fn new_form(reader: Reader) -> Answer {
    reader.actor()?;
    show(&NewPage { page: Page::of(&reader), typed: Typed::default(), problem: None })
}

pub(crate) async fn make(State(app): State<App>, reader: Reader, Form(typed): Form<Typed>) -> Answer {
    match app.engine.make_end_user(&reader.actor()?, &typed.name, &typed.email).await {
        Ok(_) => Ok(to(&format!("{END_USERS}?done=saved"))),
        Err(error) => {
            let reader = Reader { here: format!("{END_USERS}/new"), ..reader };
            let (status, problem) = refusal(&reader, error)?;
            show_as(status, &NewPage { page: Page::of(&reader), typed, problem: Some(problem) })
        }
    }
}

#[derive(Template)]
#[template(path = "people_import.html")]
pub(crate) struct ImportPage {
    pub(crate) page: Page,
    pub(crate) problem: Option<String>,
    /// The file's text with what it would do.
    pub(crate) shown: Option<(String, CsvPreview)>,
}

pub(crate) async fn import_form(reader: Reader) -> Answer {
    reader.actor()?;
    show(&ImportPage { page: Page::of(&reader), problem: None, shown: None })
}

/// What the form carries: first the file, then its text with what was shown about it.
#[derive(Default)]
struct Sent {
    file: Vec<u8>,
    text: String,
    digest: String,
}

async fn read(mut form: Multipart) -> Result<Sent, axum::extract::multipart::MultipartError> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "file" => sent.file = field.bytes().await?.to_vec(),
            "text" => sent.text = field.text().await?,
            "digest" => sent.digest = field.text().await?,
            _ => {}
        }
    }
    Ok(sent)
}

/// Shows what a file would do; or, sent with what was shown, does it.
pub(crate) async fn import(State(app): State<App>, reader: Reader, form: Multipart) -> Answer {
    let actor = reader.actor()?;
    let sent = match read(form).await {
        Ok(sent) => sent,
        Err(error) => return Ok(error.into_response()),
    };
    let reader = Reader { here: IMPORT.to_owned(), ..reader };
    let page = Page::of(&reader);
    let mut problem = None;
    let text = if sent.digest.is_empty() {
        match engine::csv_text(&sent.file) {
            Ok(text) => text,
            Err(error) => {
                let (status, problem) = refusal(&reader, error)?;
                return show_as(status, &ImportPage { page, problem: Some(problem), shown: None });
            }
        }
    } else {
        match app.engine.import_people(&actor, &sent.text, &sent.digest, reader.language).await {
            Ok(count) => return Ok(to(&format!("{END_USERS}?done=imported&count={count}"))),
            // Shown anew below, with what has changed.
            Err(engine::Error::Invalid { problem: "changed", .. }) => {
                problem = Some(fl!(page.t, "people-import-changed"));
            }
            Err(error) => return Err(error.into()),
        }
        sent.text
    };
    match app.engine.preview_people(&actor, &text).await {
        Ok(preview) => show(&ImportPage { page, problem, shown: Some((text, preview)) }),
        Err(error) => {
            let (status, problem) = refusal(&reader, error)?;
            show_as(status, &ImportPage { page, problem: Some(problem), shown: None })
        }
    }
}

impl ImportPage {
    fn role(&self, row: &CsvRow) -> String {
        wording::role(self.page.t, row.role)
    }

    fn counts(&self, preview: &CsvPreview) -> String {
        let of = |is: fn(&Fate) -> bool| preview.rows.iter().filter(|row| is(&row.fate)).count();
        fl!(
            self.page.t,
            "people-import-counts",
            fresh = of(|fate| *fate == Fate::New),
            known = of(|fate| matches!(fate, Fate::Known(_))),
            refused = of(|fate| matches!(fate, Fate::Refused(_)))
        )
    }

    /// Style and words of what becomes of a row, and why.
    fn fate(&self, row: &CsvRow) -> (&'static str, String, String) {
        let t = self.page.t;
        match &row.fate {
            Fate::New => ("good", fl!(t, "fate-new"), String::new()),
            Fate::Known(name) => {
                ("plain", fl!(t, "fate-known"), fl!(t, "fate-known-text", name = name.as_str()))
            }
            Fate::Refused(problem) => ("bad", fl!(t, "fate-refused"), self.why(*problem)),
        }
    }

    fn why(&self, problem: RowProblem) -> String {
        let t = self.page.t;
        match problem {
            RowProblem::NotAnAddress => fl!(t, "row-not-an-address"),
            RowProblem::SupportAddress => fl!(t, "row-support-address"),
            RowProblem::TwiceInFile(line) => fl!(t, "row-twice", line = line),
            RowProblem::Name => fl!(t, "row-name"),
            RowProblem::Role => fl!(t, "row-role"),
        }
    }
}
