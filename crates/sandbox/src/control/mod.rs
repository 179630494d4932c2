//! The control API under `/_sandbox/`: docs/sandbox.md describes it; people, tests and the pretend Outlook use it.

mod apps;
mod directory;
mod mailboxes;
mod notices;
mod outside;
mod people;
mod routes;
mod switches;
mod tenants;
mod view;

use axum::Json;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use serde_json::json;

use crate::site::Shared;

/// A refusal of the control API.
#[derive(Debug)]
pub struct Refusal(StatusCode, String);

impl Refusal {
    fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("{what} was not found"))
    }

    fn bad(why: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, why.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

/// The routes.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/_sandbox/status", get(directory::status))
        .route("/_sandbox/reset", post(directory::reset))
        .merge(entra())
        .route("/_sandbox/sign-in", post(directory::sign_in))
        .route("/_sandbox/settings", post(directory::settings))
        .route("/_sandbox/mailboxes", get(mailboxes::list))
        .route("/_sandbox/mailboxes/{address}/deliver", post(mailboxes::deliver))
        .route("/_sandbox/mailboxes/{address}/messages", get(mailboxes::messages))
        .route("/_sandbox/mailboxes/{address}/messages/{id}", get(mailboxes::one).delete(mailboxes::remove))
        .route("/_sandbox/mailboxes/{address}/messages/{id}/mime", get(mailboxes::mime))
        .route("/_sandbox/outside", get(outside::list))
        .route("/_sandbox/outside/send", post(outside::send))
        .route("/_sandbox/outside/{address}/messages", get(outside::messages))
        .route("/_sandbox/faults", post(switches::set).get(switches::list).delete(switches::clear_all))
        .route("/_sandbox/faults/{id}", delete(switches::clear))
        .route("/_sandbox/log", get(switches::log).delete(switches::clear_log))
        .route("/_sandbox/counters", get(switches::counters))
        .route("/_sandbox/clock", get(switches::clock).post(switches::set_clock))
        .route("/_sandbox/subscriptions", get(notices::subscriptions))
        .route("/_sandbox/subscriptions/{id}", delete(notices::remove))
        .route("/_sandbox/lifecycle", post(notices::lifecycle))
        .route("/_sandbox/notifications", get(notices::sent).delete(notices::forget))
        .route("/_sandbox/notifications/patience", post(notices::patience))
        .route("/_sandbox/routes", post(routes::add).get(routes::list))
        .route("/_sandbox/routes/{route}", delete(routes::remove))
        .route("/_sandbox/mailboxes/{address}/forward", post(routes::forward).delete(routes::stop_forwarding))
        .route("/_sandbox/smtp", get(routes::post))
        .layer(axum::extract::DefaultBodyLimit::max(256 << 20))
}

/// Tenants, people and applications.
fn entra() -> Router<Shared> {
    Router::new()
        .route("/_sandbox/tenants", post(tenants::add).get(tenants::list))
        .route("/_sandbox/tenants/{tenant}", patch(tenants::change))
        .route("/_sandbox/tenants/{tenant}/apps", get(tenants::list_apps))
        .route(
            "/_sandbox/tenants/{tenant}/apps/{client}",
            patch(tenants::change_app).delete(tenants::remove_app),
        )
        .route("/_sandbox/consent-requests", get(tenants::requests).delete(tenants::clear_requests))
        .route("/_sandbox/people", post(people::add).get(people::list))
        .route("/_sandbox/people/{key}", patch(people::change).delete(people::remove))
        .route(
            "/_sandbox/people/{key}/consents/{client}",
            put(tenants::set_consent).delete(tenants::remove_consent),
        )
        .route("/_sandbox/mailboxes/{address}/rights", get(people::rights))
        .route(
            "/_sandbox/mailboxes/{address}/rights/{key}",
            put(people::set_rights).delete(people::remove_rights),
        )
        .route("/_sandbox/apps", post(apps::add).get(apps::list))
        .route("/_sandbox/apps/{client}", get(apps::one).patch(apps::change).delete(apps::remove))
        .route("/_sandbox/apps/{client}/secrets", post(apps::add_secret))
        .route("/_sandbox/apps/{client}/secrets/{id}", patch(apps::change_secret).delete(apps::remove_secret))
        .route("/_sandbox/apps/{client}/certificates", post(apps::add_certificate))
        .route("/_sandbox/apps/{client}/certificates/{id}", delete(apps::remove_certificate))
        .route("/_sandbox/sessions", delete(directory::sign_out))
}
