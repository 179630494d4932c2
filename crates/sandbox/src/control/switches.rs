//! Faults, log, counters, clock.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::faults::Fault;
use crate::site::Shared;
use crate::world::clock::Clock;

/// `POST /_sandbox/faults`
pub async fn set(State(site): State<Shared>, Json(fault): Json<Value>) -> Result<impl IntoResponse, Refusal> {
    let fault: Fault = serde_json::from_value(fault).map_err(|e| Refusal::bad(e.to_string()))?;
    let id = site.faults().set(fault).map_err(|e| Refusal::bad(e.to_string()))?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

/// `GET /_sandbox/faults`
pub async fn list(State(site): State<Shared>) -> Json<Value> {
    Json(json!(site.faults().list()))
}

/// `DELETE /_sandbox/faults/{id}`
pub async fn clear(State(site): State<Shared>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    if site.faults().clear(&id) { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::not_found("the fault")) }
}

/// `DELETE /_sandbox/faults`
pub async fn clear_all(State(site): State<Shared>) -> StatusCode {
    site.faults().clear_all();
    StatusCode::NO_CONTENT
}

/// Which rows.
#[derive(Deserialize)]
pub struct Rows {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    #[serde(default)]
    bodies: bool,
}

/// `GET /_sandbox/log`
pub async fn log(State(site): State<Shared>, Query(rows): Query<Rows>) -> Json<Value> {
    Json(Value::Array(site.watch().rows(rows.after, rows.limit.unwrap_or(100), rows.bodies)))
}

/// `DELETE /_sandbox/log`
pub async fn clear_log(State(site): State<Shared>) -> StatusCode {
    site.watch().clear();
    site.gate().highest = 0;
    site.faults().forget_strikes();
    site.world().transport.sends = 0;
    StatusCode::NO_CONTENT
}

/// `GET /_sandbox/counters`
pub async fn counters(State(site): State<Shared>) -> Json<Value> {
    let sends = site.world().transport.sends;
    let mut counters = site.watch().counters.clone();
    counters.sends = sends;
    let mut out = json!(counters);
    out["strikes"] = json!(site.faults().strikes());
    Json(out)
}

/// `GET /_sandbox/clock`
pub async fn clock(State(site): State<Shared>) -> Json<Value> {
    clock_now(&site.world().clock)
}

fn clock_now(clock: &Clock) -> Json<Value> {
    Json(json!({"now": clock.now().to_string(), "speed": clock.speed()}))
}

/// How to move the clock.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    advance_seconds: Option<f64>,
    now: Option<Timestamp>,
    speed: Option<f64>,
}

/// `POST /_sandbox/clock`
pub async fn set_clock(State(site): State<Shared>, Json(wish): Json<Move>) -> Result<Json<Value>, Refusal> {
    let clock = site.world().clock.clone();
    if let Some(speed) = wish.speed {
        if !speed.is_finite() || speed < 0.0 {
            return Err(Refusal::bad("speed is a number from 0"));
        }
        clock.run_at(speed);
    }
    if let Some(now) = wish.now {
        clock.move_to(now);
    }
    if let Some(seconds) = wish.advance_seconds {
        let by = SignedDuration::try_from_secs_f64(seconds).map_err(|e| Refusal::bad(e.to_string()))?;
        clock.advance(by);
    }
    site.touched();
    Ok(clock_now(&clock))
}
