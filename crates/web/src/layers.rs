//! What stands around every page: security headers, sessions, forgery protection, the reader.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::app::App;
use crate::failure::Failure;
use crate::{reader, sessions};

/// No script but ours, no style but ours, nothing from elsewhere, no page of ours in anybody's frame.
///
/// `form-action` is why the way to Microsoft is a page with a link and not a redirect: browsers hold redirects that
/// follow a form against it.
pub(crate) const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Puts the layers around the pages.
pub(crate) fn around(pages: Router<App>, app: &App) -> Router<App> {
    // Compared byte for byte with what browsers send as Origin; the layer also accepts what says `same-origin`.
    let forgery = match CsrfLayer::new().add_trusted_origin(&app.config.public_url) {
        Ok(layer) => layer,
        Err(error) => {
            tracing::warn!(%error, "the public address is not usable as an origin");
            CsrfLayer::new()
        }
    };
    pages
        .fallback(|| async { Failure::Engine(engine::Error::NotFound) })
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        .layer(forgery.with_rejection_response(|_: ProtectionError| Failure::CrossSite.into_response()))
        .layer(from_fn_with_state(app.clone(), reader::recognise))
        .layer(sessions::layer(app.engine.store().clone(), app.config.secure_cookies))
        .layer(from_fn(secured))
}

async fn secured(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut unless_set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    unless_set(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_set(header::REFERRER_POLICY, "same-origin");
    unless_set(header::CACHE_CONTROL, "no-store");
    unless_set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    unless_set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    response
}
