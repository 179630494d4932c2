//! The pages people see at Entra. Plain on purpose; field names are those of the real pages (`loginfmt`, `passwd`).

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::grants::Flow;
use super::scopes;
use crate::world::ids;
use crate::world::people::Person;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    flow: &'a str,
    tenant: &'a str,
    hint: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "pick.html")]
struct Pick<'a> {
    flow: &'a str,
    tenant: &'a str,
    people: &'a [Person],
}

struct Permission {
    name: String,
    text: &'static str,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    flow: &'a str,
    tenant: &'a str,
    app: &'a str,
    person: &'a Person,
    permissions: Vec<Permission>,
    for_all: bool,
}

#[derive(Template)]
#[template(path = "admin_needed.html")]
struct AdminNeeded<'a> {
    flow: &'a str,
    tenant: &'a str,
    app: &'a str,
    person: &'a Person,
}

#[derive(Template)]
#[template(path = "error.html")]
struct Error<'a> {
    number: u32,
    text: &'a str,
    trace: String,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    action: &'a str,
    pairs: &'a [(&'a str, String)],
}

fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [("cache-control", "no-store")], Html(text)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Sign in with name and password.
pub fn sign_in(flow: &str, held: &Flow, hint: &str, problem: Option<&str>) -> Response {
    html(StatusCode::OK, &SignIn { flow, tenant: &held.tenant, hint, problem })
}

/// Pick an account.
pub fn pick(flow: &str, held: &Flow, people: &[Person]) -> Response {
    html(StatusCode::OK, &Pick { flow, tenant: &held.tenant, people })
}

/// Consent, permission by permission.
pub fn consent(flow: &str, held: &Flow, app: &str, person: &Person, wanted: &[String]) -> Response {
    let permissions =
        wanted.iter().map(|name| Permission { name: name.clone(), text: scopes::text(name) }).collect();
    let for_all = held.admin_consent;
    html(StatusCode::OK, &Consent { flow, tenant: &held.tenant, app, person, permissions, for_all })
}

/// An administrator is needed (90094); the only way on is back.
pub fn admin_needed(flow: &str, held: &Flow, app: &str, person: &Person) -> Response {
    html(StatusCode::OK, &AdminNeeded { flow, tenant: &held.tenant, app, person })
}

/// A refusal that is shown and goes nowhere.
pub fn error(number: u32, text: &str) -> Response {
    html(StatusCode::BAD_REQUEST, &Error { number, text, trace: ids::guid() })
}

/// Back to the application by a POST from the browser.
pub fn form_post(action: &str, pairs: &[(&str, String)]) -> Response {
    html(StatusCode::OK, &FormPost { action, pairs })
}

/// Signed out.
pub fn signed_out() -> Response {
    Html("<!doctype html><title>Signed out</title><p>You signed out of your account.</p>").into_response()
}
