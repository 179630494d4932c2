//! `GET /health`: that the desk answers, and that it is this desk and no other.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;
use crate::failure::Failure;

/// For load balancers, and for the desk's own check-up, which asks its public address from outside. Tells nothing about
/// anybody: the name is random and opens nothing.
pub(crate) async fn health(State(app): State<App>) -> Result<Response, Failure> {
    let instance = app.engine.instance().await?;
    Ok(Json(json!({ "desk": "postdesk", "instance": instance })).into_response())
}
