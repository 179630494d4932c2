//! `$batch` (graph.md 4): up to twenty calls, each judged alone, four at once, or one after the other with `dependsOn`.

use std::collections::HashMap;
use std::time::Instant;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Problem};
use super::enter::{Reply, finish, identify, one};
use super::query::Prefer;
use super::record::{Entry, file};
use super::throttle::CONCURRENT;
use super::{Call, body, strike};
use crate::faults::Kind;
use crate::site::Shared;

const LARGEST: usize = 20;

/// One call of a batch.
struct Part {
    id: String,
    call: Call,
    depends_on: Vec<String>,
}

/// Runs a batch.
pub async fn run(site: &Shared, call: Call) -> Reply {
    let started = Instant::now();
    let identity = identify(site, &call.headers);
    let owner = identity.as_ref().ok().map(|w| w.person.clone());
    // The envelope's number comes first, so that the parts can name it.
    let seq = site.watch().begin();
    let outcome = match identity {
        Ok(_) => inner(site, &call, owner.as_deref(), seq).await,
        Err(problem) => Err(problem),
    };
    let client_id = call.headers.get("client-request-id").and_then(|v| v.to_str().ok());
    let reply = finish(site, outcome, &Prefer::default(), client_id);
    let row =
        Entry { owner: owner.as_deref(), operation: "POST /$batch".to_owned(), batch: None, seq: Some(seq) };
    file(site, &call, &reply, started, row);
    reply
}

async fn inner(site: &Shared, call: &Call, owner: Option<&str>, seq: u64) -> Result<Option<Answer>, Problem> {
    if call.method != Method::POST {
        return Err(Problem::method());
    }
    let (addresses, now) = {
        let world = site.world();
        (owner.map(|o| world.addresses(o)).unwrap_or_default(), world.now())
    };
    let struck: Vec<Kind> = site.faults().strike_envelope(&addresses);
    for fault in &struck {
        match fault {
            Kind::Slow { millis } => tokio::time::sleep(std::time::Duration::from_millis(*millis)).await,
            Kind::Throttle { retry_after, status } => {
                return Err(strike::throttled(*status, retry_after.as_ref(), now));
            }
            Kind::Unauthorized => {
                return Err(Problem::bad_token("Lifetime validation failed, the token is expired."));
            }
            _ => {}
        }
    }
    let early = struck.iter().find_map(|f| match f {
        Kind::ServerError { status, effect } => Some((Some(*status), *effect)),
        Kind::Cut { effect } => Some((None, *effect)),
        _ => None,
    });
    let lost = |status: Option<u16>| match status {
        Some(status) => Err(Problem::new(status, "UnknownError", "")),
        None => Ok(None),
    };
    if let Some((status, crate::faults::Effect::Before)) = early {
        return lost(status);
    }
    let answer = execute(site, call, seq).await?;
    match early {
        Some((status, _)) => lost(status),
        None => Ok(Some(answer)),
    }
}

async fn execute(site: &Shared, call: &Call, seq: u64) -> Result<Answer, Problem> {
    let parts = read(call, &site.base)?;
    let serial = parts.iter().any(|p| !p.depends_on.is_empty());
    let mut answers: Vec<(String, Value)> = Vec::new();
    if serial {
        let mut statuses: HashMap<String, u64> = HashMap::new();
        for part in parts {
            let failed = part.depends_on.iter().any(|d| statuses.get(d).is_none_or(|s| *s >= 400));
            let answer = if failed {
                json!({"id": part.id, "status": 424, "body": {"error": {"code": "FailedDependency", "message": "A request this one depends on failed."}}})
            } else {
                single(site, part.id.clone(), part.call, seq).await
            };
            statuses.insert(part.id.to_ascii_lowercase(), answer["status"].as_u64().unwrap_or(500));
            answers.push((part.id, answer));
        }
    } else {
        let mut parts = parts.into_iter().peekable();
        while parts.peek().is_some() {
            let running = parts.by_ref().take(CONCURRENT).map(|p| async move {
                let id = p.id.clone();
                (id, single(site, p.id, p.call, seq).await)
            });
            answers.extend(join_all(running).await);
        }
        // The order of the answers is free; clients must go by the ids.
        answers.reverse();
    }
    let answers: Vec<Value> = answers.into_iter().map(|(_, a)| a).collect();
    Ok(Answer::json(200, &json!({ "responses": answers })))
}

async fn single(site: &Shared, id: String, call: Call, seq: u64) -> Value {
    match one(site, call, Some(seq)).await {
        // A batch cannot be cut in the middle.
        Reply::Cut => {
            json!({"id": id, "status": 502, "body": {"error": {"code": "BadGateway", "message": ""}}})
        }
        Reply::Answer(answer) => {
            let mut headers: Map<String, Value> = answer
                .headers
                .iter()
                .filter(|(n, _)| {
                    !matches!(n.as_str(), "Date" | "request-id" | "client-request-id" | "x-ms-ags-diagnostic")
                })
                .map(|(n, v)| (n.clone(), json!(v)))
                .collect();
            let json_body = answer.content_type.as_deref().is_some_and(|k| k.starts_with("application/json"));
            let mut out = json!({"id": id, "status": answer.status});
            if !answer.body.is_empty() {
                if let Some(kind) = &answer.content_type {
                    headers.insert("Content-Type".to_owned(), json!(kind));
                }
                out["body"] = if json_body {
                    serde_json::from_slice(&answer.body).unwrap_or_default()
                } else {
                    json!(STANDARD.encode(&answer.body))
                };
            }
            out["headers"] = Value::Object(headers);
            out
        }
    }
}

fn read(call: &Call, base: &str) -> Result<Vec<Part>, Problem> {
    let bad = |why: String| Problem::new(400, "BadRequest", why);
    let mut map = body::object(&call.body)?;
    let requests = map.remove("requests").and_then(|r| r.as_array().cloned()).ok_or_else(|| {
        bad("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.".to_owned())
    })?;
    if requests.is_empty() || requests.len() > LARGEST {
        return Err(bad(format!("Number of batch request steps exceeds the maximum value of {LARGEST}.")));
    }
    let mut seen: Vec<String> = Vec::new();
    let mut parts = Vec::new();
    for request in &requests {
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = text("id");
        if id.is_empty() || seen.contains(&id.to_ascii_lowercase()) {
            return Err(bad("Request id must be given and unique in a batch.".to_owned()));
        }
        seen.push(id.to_ascii_lowercase());
        let method = Method::from_bytes(text("method").to_ascii_uppercase().as_bytes())
            .map_err(|_| bad(format!("Invalid method for request {id}.")))?;
        // The documentation wants relative addresses; Microsoft's own Python client sends whole ones of Graph's host.
        let url = text("url");
        let url = url.strip_prefix(base).map(str::to_owned).unwrap_or(url);
        if url.is_empty() || url.contains("://") || url.to_ascii_lowercase().contains("$batch") {
            return Err(bad(format!("Invalid batch request url '{url}': it must be relative.")));
        }
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let path = format!("/{}", path.trim_start_matches('/'));
        let path = path.strip_prefix("/v1.0").map(str::to_owned).unwrap_or(path);
        let depends_on = request
            .get("dependsOn")
            .and_then(Value::as_array)
            .map(|d| d.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect())
            .unwrap_or_default();
        let (headers, body) = inner_body(call, request, &id)?;
        parts.push(Part {
            id,
            depends_on,
            call: Call { method, path, query: query.to_owned(), headers, body },
        });
    }
    Ok(parts)
}

fn inner_body(call: &Call, request: &Value, id: &str) -> Result<(HeaderMap, Bytes), Problem> {
    let bad = |why: String| Problem::new(400, "BadRequest", why);
    let mut headers = HeaderMap::new();
    if let Some(token) = call.headers.get("authorization") {
        headers.insert("authorization", token.clone());
    }
    for (name, value) in request.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let pair = (HeaderName::try_from(name), HeaderValue::from_str(value.as_str().unwrap_or_default()));
        let (Ok(name), Ok(value)) = pair else { return Err(bad(format!("Invalid header in request {id}."))) };
        headers.insert(name, value);
    }
    let body = match request.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(text)) => {
            let kind = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
            if kind.starts_with("text/plain") {
                // MIME is base64 already.
                Bytes::from(text.clone())
            } else {
                STANDARD
                    .decode(text)
                    .map_err(|_| bad(format!("The body of request {id} is not base64.")))?
                    .into()
            }
        }
        Some(value) => {
            if !headers.contains_key("content-type") {
                return Err(bad(format!(
                    "Write request id : {id} does not contain Content-Type header or body."
                )));
            }
            serde_json::to_vec(value).unwrap_or_default().into()
        }
    };
    Ok((headers, body))
}
