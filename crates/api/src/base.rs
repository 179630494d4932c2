//! What stands around every request: who sends it, how often, and the address that links in the answer begin with.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Actor;

use crate::app::{Allowance, App};
use crate::auth::{Presented, presented};
use crate::error::Refusal;

/// The sender of a request, found out before any handler runs.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    actor: Option<Actor>,
    /// `https://desk.example`, as the client wrote it: a client follows links as they stand.
    pub(crate) base: String,
}

impl Sender {
    /// As the one who acts.
    pub(crate) fn actor(&self) -> Result<Actor, Refusal> {
        self.actor.clone().ok_or(Refusal::Unauthenticated)
    }

    /// The address of something.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/api/v2/{path}.json", self.base)
    }
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let known = parts.extensions.get::<Sender>().cloned();
        Ok(known.unwrap_or_else(|| Sender { actor: None, base: String::new() }))
    }
}

/// The layer: finds the sender out, and refuses who sends too much.
pub(crate) async fn recognise(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let base = base(&app, &request);
    let presented =
        request.headers().contains_key(header::AUTHORIZATION).then(|| presented(request.headers()));
    let (actor, allowance) = match authenticated(&app, presented).await {
        Ok(found) => found,
        Err(refusal) => return refusal.into_response(),
    };
    if let Some(allowance) = allowance.filter(|allowance| allowance.over) {
        let mut response = Refusal::TooMany(allowance.reset).into_response();
        note(&mut response, allowance);
        return response;
    }
    request.extensions_mut().insert(Sender { actor, base });
    let mut response = next.run(request).await;
    if let Some(allowance) = allowance {
        note(&mut response, allowance);
    }
    response
}

/// `presented`: `None` where nothing was said, `Some(None)` where it is not to be understood.
async fn authenticated(
    app: &App,
    presented: Option<Option<Presented>>,
) -> Result<(Option<Actor>, Option<Allowance>), Refusal> {
    let Some(presented) = presented else { return Ok((None, None)) };
    let presented = presented.ok_or(Refusal::Unauthenticated)?;
    let (token, actor) = app.engine.api_actor(presented.email.as_deref(), &presented.token).await?;
    Ok((Some(actor), Some(app.spend(token.id, app.engine.now()))))
}

/// From the request's own host: a client must be able to follow a link from where it stands.
fn base(app: &App, request: &Request) -> String {
    let scheme = if app.config.public_url.starts_with("https://") { "https" } else { "http" };
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    match host.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str)) {
        Some(host) => format!("{scheme}://{host}"),
        None => app.config.public_url.clone(),
    }
}

fn note(response: &mut Response, allowance: Allowance) {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-rate-limit", i64::from(allowance.limit)),
        ("x-rate-limit-remaining", i64::from(allowance.remaining)),
        ("ratelimit-limit", i64::from(allowance.limit)),
        ("ratelimit-remaining", i64::from(allowance.remaining)),
        ("ratelimit-reset", allowance.reset),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}

/// Headers of every answer.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("x-zendesk-api-version"), HeaderValue::from_static("v2"));
    if headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json") {
        let value = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, value);
    }
    response
}
