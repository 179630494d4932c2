//! The token endpoint: codes and refresh tokens against access tokens, with Entra's refusals.

use std::collections::HashMap;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::redeem::redeem;
use crate::faults::{Effect, Kind, Operation};
use crate::server::Cut;
use crate::site::{Shared, Site};
use crate::watch::Row;
use crate::world::ids;

/// A refusal of the token endpoint.
#[derive(Clone, Debug)]
pub struct Refusal {
    error: String,
    code: u32,
    text: String,
    suberror: Option<String>,
    claims: Option<&'static str>,
    status: u16,
}

/// A parameter that is missing (AADSTS900144).
pub fn missing(name: &str) -> Refusal {
    Refusal::new(
        "invalid_request",
        900_144,
        format!("The request body must contain the following parameter: '{name}'."),
    )
}

impl Refusal {
    /// `error`, the AADSTS number and its text.
    pub fn new(error: &str, code: u32, text: impl Into<String>) -> Self {
        let status = if error == "invalid_client" { 401 } else { 400 };
        Self { error: error.to_owned(), code, text: text.into(), suberror: None, claims: None, status }
    }

    /// With a `suberror`.
    pub fn suberror(mut self, suberror: &str) -> Self {
        self.suberror = Some(suberror.to_owned());
        self
    }

    /// With a claims challenge.
    pub fn claims(mut self, claims: &'static str) -> Self {
        self.claims = Some(claims);
        self
    }

    /// The AADSTS number.
    pub fn code(&self) -> u32 {
        self.code
    }

    /// Entra's text, without the number.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn body(&self, (trace, correlation, time): &(String, String, String)) -> Value {
        let prefix = if self.code == 0 || self.text.starts_with("AADSTS") {
            String::new()
        } else {
            format!("AADSTS{}: ", self.code)
        };
        let mut body = json!({
            "error": self.error,
            "error_description": format!(
                "{prefix}{}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {time}", self.text
            ),
            "error_codes": [self.code],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        if let Some(suberror) = &self.suberror {
            body["suberror"] = json!(suberror);
        }
        if let Some(claims) = self.claims {
            body["claims"] = json!(claims);
        }
        body
    }

    /// As HTTP.
    pub fn respond(&self, parts: &(String, String, String)) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(self.body(parts))).into_response()
    }
}

/// Trace id, correlation id and time for a refusal.
pub fn now_parts(site: &Site) -> (String, String, String) {
    let now = site.world().now();
    (ids::guid(), ids::guid(), now.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// `POST /{tenant}/oauth2/v2.0/token`
pub async fn token(State(site): State<Shared>, Path(tenant): Path<String>, request: Request) -> Response {
    let started = std::time::Instant::now();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    // Before the faults are locked: whoever needs both locks takes the world first.
    let mailbox = mailbox_of(&site, &form);
    let struck = site.faults().strike(Operation::Token, &mailbox, None);
    let mut outcome = None;
    let mut cut = false;
    let mut after = None;
    for fault in struck {
        match fault {
            Kind::Slow { millis } => tokio::time::sleep(std::time::Duration::from_millis(millis)).await,
            Kind::TokenError { error, description, suberror } => {
                outcome = Some(Err(forced(&error, &description, suberror)));
            }
            Kind::ServerError { status, effect } => {
                let mut refusal = Refusal::new(
                    "temporarily_unavailable",
                    90033,
                    "A transient error has occurred. Please try again.",
                );
                refusal.status = status;
                match effect {
                    Effect::Before => outcome = Some(Err(refusal)),
                    Effect::After => after = Some(refusal),
                }
            }
            Kind::Throttle { .. } => {
                let mut refusal = Refusal::new("temporarily_unavailable", 90055, "The server is throttled.");
                refusal.status = 429;
                outcome = Some(Err(refusal));
            }
            Kind::Cut { effect } => {
                cut = true;
                if effect == Effect::Before {
                    outcome = Some(Err(Refusal::new("server_error", 0, "cut")));
                }
            }
            _ => {}
        }
    }
    let outcome = match outcome {
        Some(forced) => forced,
        None => redeem(&site, &tenant, &form, &parts.headers).await,
    };
    let outcome = match after {
        Some(refusal) => Err(refusal),
        None => outcome,
    };
    site.touched();
    let (status, answer) = match &outcome {
        Ok(body) => (200, body.clone()),
        Err(refusal) => (refusal.status, refusal.body(&now_parts(&site))),
    };
    let status = if cut { 0 } else { status };
    log(&site, &parts, &form, status, &answer, started);
    if cut {
        let mut response = Response::new(axum::body::Body::empty());
        response.extensions_mut().insert(Cut);
        return response;
    }
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (code, [("cache-control", "no-store, no-cache"), ("pragma", "no-cache")], Json(answer)).into_response()
}

/// The refusal a `token_error` fault asks for; the number is read from its text.
fn forced(error: &str, description: &str, suberror: Option<String>) -> Refusal {
    let digits: String = description
        .strip_prefix("AADSTS")
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let mut refusal = Refusal::new(error, digits.parse().unwrap_or(0), description);
    refusal.suberror = suberror;
    refusal
}

fn mailbox_of(site: &Site, form: &HashMap<String, String>) -> Vec<String> {
    let world = site.world();
    let person = form
        .get("refresh_token")
        .and_then(|t| world.grants.refresh.get(t).map(|r| r.person.clone()))
        .or_else(|| form.get("code").and_then(|c| world.grants.codes.get(c).map(|c| c.person.clone())));
    person.and_then(|p| world.people.get(&p)).map(|p| vec![p.mail.clone(), p.upn.clone()]).unwrap_or_default()
}

fn log(
    site: &Site,
    parts: &axum::http::request::Parts,
    form: &HashMap<String, String>,
    status: u16,
    answer: &Value,
    started: std::time::Instant,
) {
    // Secrets do not belong in a log, not even here.
    let shown: HashMap<&str, &str> = form
        .iter()
        .map(|(k, v)| match k.as_str() {
            "client_secret" | "code" | "refresh_token" | "code_verifier" | "client_assertion" => {
                (k.as_str(), "...")
            }
            _ => (k.as_str(), v.as_str()),
        })
        .collect();
    let mut answer = answer.clone();
    for secret in ["access_token", "refresh_token", "id_token"] {
        if answer.get(secret).is_some() {
            answer[secret] = json!("...");
        }
    }
    let at = site.world().now();
    let mailbox = mailbox_of(site, form).into_iter().next();
    let mut watch = site.watch();
    let seq = watch.begin();
    watch.file(Row {
        seq,
        at,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        mailbox,
        operation: "POST /token".to_owned(),
        status,
        request_headers: crate::graph::shown_headers(&parts.headers),
        request_body: serde_json::to_vec(&shown).unwrap_or_default().into(),
        response_headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        response_body: serde_json::to_vec(&answer).unwrap_or_default().into(),
        millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        batch: None,
    });
}
