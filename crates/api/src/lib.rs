//! The REST API below `/api/v2/`, in the shapes that clients of Zendesk's API expect on the wire.
//!
//! Handlers are thin: they read the request, call one use case of the engine, and write the answer. Who may do a thing is
//! decided in the engine by the person behind the token. Unknown keys of a request are ignored, as clients send back whole
//! objects that they were given; the answer names them in `x-zendesk-api-warn`.

mod app;
mod auth;
mod base;
mod body;
mod brands;
mod error;
mod identities;
pub mod openapi;
mod paging;
mod recipient_addresses;
pub mod routes;
mod suspended_tickets;
mod users;

pub use app::Config;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::Uri;
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceExt as _;

use crate::app::App;
use crate::error::Refusal;

/// Largest request, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Everything below `/api/v2/`. It has no sessions and no cookies, and stands beside the pages on one listener.
pub fn router(engine: engine::Engine, config: Config) -> Router {
    let app = App::new(engine, config);
    let table = routes::all().into_iter().fold(Router::new(), |router, route| route.mount(router, &app));
    let resources = table
        .fallback(|| async { Refusal::NotFound })
        .method_not_allowed_fallback(|| async { Refusal::Method })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(base::headers))
        .layer(from_fn_with_state(app.clone(), base::recognise))
        .with_state(app);
    // Every path may end in `.json`. That is taken off before the paths are compared.
    let plain = resources.map_request(without_json);
    Router::new().nest_service(routes::BASE, plain)
}

fn without_json(mut request: Request) -> Request {
    let path = request.uri().path();
    if let Some(short) = path.strip_suffix(".json").filter(|short| !short.ends_with("/openapi")) {
        let short = match request.uri().query() {
            Some(query) => format!("{short}?{query}"),
            None => short.to_owned(),
        };
        if let Ok(uri) = short.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}
