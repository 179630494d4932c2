//! A forgotten password, and the page behind the link that lets somebody choose one.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::LinkPurpose;
use tower_sessions::Session;

use crate::app::App;
use crate::explain;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::{begin_session, to};
use crate::pages::team::refusal;
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "forgot_password.html")]
pub(crate) struct ForgotPage {
    pub(crate) page: Page,
    /// The address typed, once the form was sent.
    pub(crate) asked: Option<String>,
    pub(crate) problem: Option<String>,
}

pub(crate) async fn forgot_form(reader: Reader) -> Answer {
    show(&ForgotPage { page: Page::of(&reader), asked: None, problem: None })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Forgotten {
    email: String,
}

pub(crate) async fn forgot(State(app): State<App>, reader: Reader, Form(typed): Form<Forgotten>) -> Answer {
    let reader = Reader { here: "/forgot-password".to_owned(), ..reader };
    let page = Page::of(&reader);
    match app.engine.forgot_password(&typed.email, reader.language).await {
        Ok(()) => show(&ForgotPage { page, asked: Some(typed.email), problem: None }),
        Err(engine::Error::TooManyAttempts) => {
            let problem = Some(fl!(page.t, "forgot-too-often"));
            show_as(StatusCode::TOO_MANY_REQUESTS, &ForgotPage { page, asked: None, problem })
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "choose_password.html")]
pub(crate) struct ChoosePage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) invited: bool,
    pub(crate) problem: Option<String>,
}

/// Looking uses nothing up.
pub(crate) async fn choose_form(
    State(app): State<App>,
    reader: Reader,
    Path(secret): Path<String>,
) -> Answer {
    draw(&app, &reader, &secret, None).await
}

async fn draw(app: &App, reader: &Reader, secret: &str, problem: Option<(StatusCode, String)>) -> Answer {
    let view = app.engine.link_view(secret).await?;
    let here = format!("/password/{secret}");
    let page = Page::of(&Reader { here, person: None, ..reader.clone() });
    let (status, problem) = problem.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let invited = view.purpose == LinkPurpose::Invitation;
    let (name, email) = (view.person.name, view.person.email.to_string());
    show_as(status, &ChoosePage { page, name, email, invited, problem })
}

#[derive(Deserialize)]
pub(crate) struct Chosen {
    password: String,
    #[serde(default)]
    again: String,
}

pub(crate) async fn choose(
    State(app): State<App>,
    session: Session,
    reader: Reader,
    Path(secret): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Answer {
    if chosen.password != chosen.again {
        let words = fl!(Page::of(&reader).t, "passwords-differ");
        return draw(&app, &reader, &secret, Some((StatusCode::UNPROCESSABLE_ENTITY, words))).await;
    }
    match app.engine.choose_password(&secret, &chosen.password).await {
        Ok(entered) => {
            begin_session(&session, &entered).await?;
            if let Some(zone) = reader.zone.name() {
                app.engine.suggest_time_zone(&engine::Actor { person: entered.person }, zone).await?;
            }
            Ok(to("/tickets"))
        }
        Err(error @ engine::Error::Invalid { field: "password", .. }) => {
            let (status, _) = refusal(&reader, error)?;
            let words = explain::password_rule(Page::of(&reader).t);
            draw(&app, &reader, &secret, Some((status, words))).await
        }
        Err(error) => Err(error.into()),
    }
}
