//! The pages people see at Entra, in English or Japanese. Plain on purpose; field names are those of the real pages
//! (`loginfmt`, `passwd`, `otc`).

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::grants::Flow;
use super::scopes;
use super::token::Refusal;
use super::words::{Language, Words};
use crate::world::ids;
use crate::world::people::Person;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    w: &'static Words,
    flow: &'a str,
    tenant: &'a str,
    hint: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "pick.html")]
struct Pick<'a> {
    w: &'static Words,
    flow: &'a str,
    tenant: &'a str,
    people: &'a [Person],
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactor<'a> {
    w: &'static Words,
    flow: &'a str,
    tenant: &'a str,
    person: &'a Person,
    wrong: bool,
}

struct Permission {
    field: &'static str,
    name: String,
    text: &'static str,
}

fn permissions(scopes: &[String], roles: &[String], language: Language) -> Vec<Permission> {
    let scopes = scopes.iter().map(|name| Permission {
        field: "scope",
        name: name.clone(),
        text: scopes::text(name, language),
    });
    let roles = roles.iter().map(|name| Permission {
        field: "role",
        name: name.clone(),
        text: scopes::role_text(name, language),
    });
    scopes.chain(roles).collect()
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    w: &'static Words,
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
    w: &'static Words,
    flow: &'a str,
    tenant: &'a str,
    app: &'a str,
    person: &'a Person,
}

#[derive(Template)]
#[template(path = "approval.html")]
struct Approval<'a> {
    w: &'static Words,
    flow: &'a str,
    tenant: &'a str,
    app: &'a str,
    person: &'a Person,
    permissions: Vec<Permission>,
    sent: bool,
}

#[derive(Template)]
#[template(path = "error.html")]
struct Error<'a> {
    w: &'static Words,
    title: &'static str,
    number: u32,
    text: &'a str,
    trace: String,
    correlation: String,
    /// Flow and tenant, where another account may be tried.
    another: Option<(&'a str, &'a str)>,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    w: &'static Words,
    action: &'a str,
    pairs: &'a [(&'a str, String)],
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut {
    w: &'static Words,
}

fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [("cache-control", "no-store")], Html(text)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Sign in with name and password.
pub fn sign_in(flow: &str, held: &Flow, hint: &str, problem: Option<&str>) -> Response {
    let w = held.language.words();
    html(StatusCode::OK, &SignIn { w, flow, tenant: &held.tenant, hint, problem })
}

/// Pick an account.
pub fn pick(flow: &str, held: &Flow, people: &[Person]) -> Response {
    html(StatusCode::OK, &Pick { w: held.language.words(), flow, tenant: &held.tenant, people })
}

/// The code of an authenticator app.
pub fn second_factor(flow: &str, held: &Flow, person: &Person, wrong: bool) -> Response {
    let w = held.language.words();
    html(StatusCode::OK, &SecondFactor { w, flow, tenant: &held.tenant, person, wrong })
}

/// Consent, permission by permission.
pub fn consent(flow: &str, held: &Flow, app: &str, person: &Person, wanted: &[String]) -> Response {
    let page = Consent {
        w: held.language.words(),
        flow,
        tenant: &held.tenant,
        app,
        person,
        permissions: permissions(wanted, &held.roles, held.language),
        for_all: held.admin_consent,
    };
    html(StatusCode::OK, &page)
}

/// An administrator is needed (90094); the only way on is back.
pub fn admin_needed(flow: &str, held: &Flow, app: &str, person: &Person) -> Response {
    let w = held.language.words();
    html(StatusCode::OK, &AdminNeeded { w, flow, tenant: &held.tenant, app, person })
}

/// An administrator is needed, and can be asked here (90095).
pub fn approval(flow: &str, held: &Flow, app: &str, person: &Person, wanted: &[String]) -> Response {
    let page = Approval {
        w: held.language.words(),
        flow,
        tenant: &held.tenant,
        app,
        person,
        permissions: permissions(wanted, &[], held.language),
        sent: false,
    };
    html(StatusCode::OK, &page)
}

/// The administrators were asked.
pub fn approval_sent(flow: &str, held: &Flow, app: &str, person: &Person) -> Response {
    let w = held.language.words();
    let page = Approval { w, flow, tenant: &held.tenant, app, person, permissions: Vec::new(), sent: true };
    html(StatusCode::OK, &page)
}

fn problem(
    language: Language,
    title: &'static str,
    number: u32,
    text: &str,
    another: Option<(&str, &str)>,
) -> Response {
    let w = language.words();
    let (trace, correlation) = (ids::guid(), ids::guid());
    html(StatusCode::BAD_REQUEST, &Error { w, title, number, text, trace, correlation, another })
}

/// This account is kept out; another one may be tried. The application hears nothing.
pub fn blocked(flow: &str, held: &Flow, refusal: &Refusal) -> Response {
    let w = held.language.words();
    let title = if refusal.code() == 53003 { w.blocked } else { w.trouble };
    problem(held.language, title, refusal.code(), refusal.text(), Some((flow, &held.tenant)))
}

/// A refusal that is shown and goes nowhere.
pub fn error(language: Language, number: u32, text: &str) -> Response {
    problem(language, language.words().trouble, number, text, None)
}

/// The form belongs to no sign-in that is under way.
pub fn expired() -> Response {
    error(Language::English, 165_000, "The sign-in has expired; start again from the application.")
}

/// Back to the application by a POST from the browser.
pub fn form_post(language: Language, action: &str, pairs: &[(&str, String)]) -> Response {
    html(StatusCode::OK, &FormPost { w: language.words(), action, pairs })
}

/// Signed out.
pub fn signed_out(language: Language) -> Response {
    html(StatusCode::OK, &SignedOut { w: language.words() })
}
