//! Where Microsoft rings: outside sessions and forgery protection, because a machine without cookies calls here.
//!
//! Whatever comes is answered alike and at once (Microsoft counts answers over three seconds, and holds back everybody's
//! notifications when there are many of them); whether it was believed is nobody's business but the desk's.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;

use crate::app::App;

/// Largest delivery in bytes: some hundred notifications.
const LARGEST: usize = 256 * 1024;
/// How long a delivery may take to arrive.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest token repeated, in bytes.
const LONGEST_TOKEN: usize = 2_048;

/// Both addresses; the rest of the desk's addresses stand in [`crate::routes`].
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/notifications/graph", post(ring)).route("/notifications/lifecycle", post(ring))
}

#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "validationToken")]
    token: Option<String>,
}

async fn ring(State(app): State<App>, Query(handshake): Query<Handshake>, body: Body) -> Response {
    if let Some(token) = handshake.token {
        return repeated(token);
    }
    match tokio::time::timeout(PATIENCE, to_bytes(body, LARGEST)).await {
        Ok(Ok(body)) => {
            app.engine.notified(&body);
            StatusCode::ACCEPTED.into_response()
        }
        Ok(Err(_)) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Microsoft asks whether we are who we say by a token that must come back as plain text. As nothing else: what anybody sends here
/// must never become a page of ours.
fn repeated(token: String) -> Response {
    if token.len() > LONGEST_TOKEN || token.chars().any(char::is_control) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let plain = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (plain, token).into_response()
}
