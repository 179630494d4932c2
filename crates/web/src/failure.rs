//! What went wrong on the way to a page, and the page that says so.
//!
//! A handler answers `Err(Failure)`. That becomes a response which carries the failure, and the reader's layer, which
//! knows the language, turns it into a page. So no handler thinks about error pages.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use i18n_embed_fl::fl;

use crate::explain::{Explained, explain};
use crate::page::Page;
use crate::reader::Reader;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A use case refused or failed.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// The same while a mailbox was being connected: nothing was saved.
    #[error(transparent)]
    Connecting(engine::Error),
    /// A form sent from another site.
    #[error("the form was sent from another site")]
    CrossSite,
    /// What the web server itself refuses: not the right method, too large, not a form.
    #[error("{0}")]
    Status(StatusCode),
    /// A template failed.
    #[error("template")]
    Template(#[from] askama::Error),
    /// The session could not be read or written.
    #[error("session")]
    Session(#[from] tower_sessions::session::Error),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Failure::Engine(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Turns a failure, or a bare refusal of the web server, into a page; leaves everything else alone.
pub(crate) fn shown(reader: &Reader, response: Response) -> Response {
    let carried = response.extensions().get::<Arc<Failure>>().cloned();
    let failure = match carried {
        Some(failure) => failure,
        None if is_bare(&response) => Arc::new(Failure::Status(response.status())),
        None => return response,
    };
    let explained = explain(reader, &failure);
    if explained.status.is_server_error() {
        tracing::error!(error = &*failure as &dyn std::error::Error, page = reader.here, "page failed");
    }
    let mut page = match page(reader, explained) {
        Ok(page) => page,
        Err(error) => {
            tracing::error!(%error, "the error page failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    if reader.by_script {
        // A failed refresh leaves the open page, with whatever is half typed in it, as it is.
        page.headers_mut().insert("hx-reswap", HeaderValue::from_static("none"));
    }
    page
}

fn is_bare(response: &Response) -> bool {
    let status = response.status();
    let is_text = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|value| value.as_bytes().starts_with(b"text/plain"));
    (status.is_client_error() || status.is_server_error()) && status != StatusCode::UNAUTHORIZED && is_text
}

#[derive(Template)]
#[template(path = "failure.html")]
pub(crate) struct FailurePage {
    pub(crate) page: Page,
    pub(crate) failure: Explained,
}

fn page(reader: &Reader, failure: Explained) -> Result<Response, askama::Error> {
    let status = failure.status;
    let html = FailurePage { page: Page::of(reader), failure }.render()?;
    Ok((status, Html(html)).into_response())
}
