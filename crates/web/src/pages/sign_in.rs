//! Signing in and out.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use engine::{Actor, LoggedIn};
use i18n_embed_fl::fl;
use serde::Deserialize;
use tower_sessions::Session;

use crate::app::{App, SandboxHint};
use crate::explain;
use crate::failure::Failure;
use crate::page::{Answer, Page, show, show_as};
use crate::reader::{Reader, encoded};
use crate::sessions;

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) page: Page,
    pub(crate) hint: Option<SandboxHint>,
    pub(crate) next: String,
    pub(crate) email: String,
    pub(crate) problem: Option<String>,
}

/// Where somebody wanted to go before we asked who they are.
#[derive(Debug, Deserialize)]
pub(crate) struct Destination {
    #[serde(default)]
    next: String,
}

/// What was typed.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn home(reader: Reader) -> Redirect {
    Redirect::to(if reader.person.is_some() { "/tickets" } else { "/sign-in" })
}

pub(crate) async fn form(State(app): State<App>, reader: Reader, Query(to): Query<Destination>) -> Answer {
    if reader.person.is_some() {
        return Ok(Redirect::to(local(&to.next)).into_response());
    }
    show(&SignInPage {
        page: Page::of(&reader),
        hint: app.config.sandbox.clone(),
        next: local(&to.next).to_owned(),
        email: String::new(),
        problem: None,
    })
}

pub(crate) async fn sign_in(
    State(app): State<App>,
    session: Session,
    reader: Reader,
    Form(typed): Form<Credentials>,
) -> Answer {
    let entered = match app.engine.log_in(&typed.email, &typed.password).await {
        Ok(entered) => entered,
        Err(error @ (engine::Error::WrongLogin | engine::Error::TooManyAttempts)) => {
            let here = format!("/sign-in?next={}", encoded(local(&typed.next)));
            let page = Page::of(&Reader { here, ..reader });
            let explained = explain::of_engine(page.t, &error);
            let problem = format!("{} {}", explained.cause, explained.next);
            let hint = app.config.sandbox.clone();
            let next = local(&typed.next).to_owned();
            return show_as(
                explained.status,
                &SignInPage { page, hint, next, email: typed.email, problem: Some(problem) },
            );
        }
        Err(error) => return Err(error.into()),
    };
    begin_session(&session, &entered).await?;
    if let Some(zone) = reader.zone.name() {
        app.engine.suggest_time_zone(&Actor { person: entered.person }, zone).await?;
    }
    Ok(Redirect::to(local(&typed.next)).into_response())
}

/// A new session for somebody who has just proved who they are.
pub(crate) async fn begin_session(session: &Session, entered: &LoggedIn) -> Result<(), Failure> {
    // A session id that was known before the sign-in must not be worth anything after it.
    session.cycle_id().await?;
    session.insert(sessions::PERSON, entered.person.id).await?;
    session.insert(sessions::EPOCH, entered.epoch).await?;
    Ok(())
}

pub(crate) async fn sign_out(session: Session) -> Answer {
    session.flush().await?;
    Ok(Redirect::to("/sign-in").into_response())
}

/// A place inside the desk, or the start: nobody is led elsewhere by a link to our sign-in page.
fn local(next: &str) -> &str {
    let inside = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if inside { next } else { "/tickets" }
}

/// For handlers whose answer is only a redirect.
pub(crate) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn a_sign_in_link_leads_nowhere_outside() {
        for inside in ["/tickets/7", "/admin/connect/return?code=a&state=b"] {
            assert_eq!(local(inside), inside);
        }
        for outside in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:1",
        ] {
            assert_eq!(local(outside), "/tickets", "{outside}");
        }
    }
}
