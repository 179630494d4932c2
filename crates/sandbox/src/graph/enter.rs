//! The way in: HTTP to a call, through the gates, and back, with a row in the log.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::answer::{Answer, Problem};
use super::query::Prefer;
use super::record::{Entry, file};
use super::route::{self, Target};
use super::strike::{Gated, gated};
use super::{Call, Ctx, Identity, batch, perform, reach, subscriptions, uploads};
use crate::faults::Operation;
use crate::server::Cut;
use crate::site::{Shared, Site};
use crate::world::ids;

/// Largest request body but for uploads (graph.md 2.6).
const BODY_LIMIT: usize = 4 << 20;

/// What came of a call: an answer, or a connection to be cut.
pub enum Reply {
    /// To be answered.
    Answer(Answer),
    /// To be cut without an answer.
    Cut,
}

/// Any call under `/v1.0`.
pub async fn enter(State(site): State<Shared>, request: Request) -> Response {
    let call = match read(request, "/v1.0", BODY_LIMIT + (BODY_LIMIT / 3)).await {
        Ok(call) => call,
        Err(problem) => return plain_refusal(&site, problem),
    };
    let reply = if call.path.trim_end_matches('/').eq_ignore_ascii_case("/$batch") {
        batch::run(&site, call).await
    } else {
        one(&site, call, None).await
    };
    respond(reply)
}

/// `/beta` is not there: nobody may come to rely on it.
pub async fn no_beta(State(site): State<Shared>) -> Response {
    plain_refusal(&site, Problem::new(404, "BadRequest", "The stand-in has no /beta."))
}

/// PUT and DELETE to an upload session: no token, no Graph.
pub async fn upload(State(site): State<Shared>, request: Request) -> Response {
    let call = match read(request, "", 8 << 20).await {
        Ok(call) => call,
        Err(problem) => return plain_refusal(&site, problem),
    };
    let started = Instant::now();
    let owner = {
        let world = site.world();
        let token = uploads::token(&call.query).unwrap_or_default();
        world.uploads.get(&token).map(|u| u.owner().to_owned())
    };
    let reply = gated(&site, &call, Operation::Upload, "upload-host", owner.as_deref(), None, |site, _| {
        let mut world = site.world();
        Box::pin(std::future::ready(uploads::put(&mut world, &site.base, &call)))
    })
    .await;
    let reply = finish(&site, reply, &Prefer::default(), None);
    site.touched();
    let name = format!("{} /upload", call.method);
    file(
        &site,
        &call,
        &reply,
        started,
        Entry { owner: owner.as_deref(), operation: name, batch: None, seq: None },
    );
    respond(reply)
}

async fn read(request: Request, prefix: &str, limit: usize) -> Result<Call, Problem> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let body = to_bytes(body, limit).await.map_err(|_| {
        Problem::new(413, "RequestEntityTooLarge", "The request is larger than the maximum of 4 MB.")
    })?;
    Ok(Call {
        method: parts.method,
        path: path.strip_prefix(prefix).unwrap_or(path).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    })
}

/// One call from token to log.
pub async fn one(site: &Shared, call: Call, batch: Option<u64>) -> Reply {
    let started = Instant::now();
    let prefer = Prefer::read(&call.headers);
    let mut owner = None;
    let mut name = format!("{} ?", call.method);
    let outcome = steps(site, &call, &prefer, &mut owner, &mut name).await;
    let client_id = call.headers.get("client-request-id").and_then(|v| v.to_str().ok());
    let reply = finish(site, outcome, &prefer, client_id);
    if call.method != axum::http::Method::GET {
        site.touched();
    }
    file(site, &call, &reply, started, Entry { owner: owner.as_deref(), operation: name, batch, seq: None });
    reply
}

async fn steps(
    site: &Shared,
    call: &Call,
    prefer: &Prefer,
    owner: &mut Option<String>,
    name: &mut String,
) -> Gated {
    let who = identify(site, &call.headers);
    // The log and the counters name the call even when its token is bad.
    let route = route::route(&call.method, &call.path);
    if let Ok(route) = &route {
        name.clone_from(&route.name);
    }
    let who = who?;
    *owner = Some(who.person.clone());
    let route = route?;
    let mailbox = {
        let world = site.world();
        let mailbox = reach::owner(&world, &route, &who)?;
        *owner = Some(mailbox.clone());
        reach::permitted(&world, &call.method, &route, &who, &mailbox)?;
        mailbox
    };
    let item = item_of(site, &mailbox, &route.target);
    gated(site, call, route.operation, &who.app, Some(&mailbox), item.as_deref(), |site, struck| {
        let (who, route, mailbox) = (who.clone(), route.clone(), mailbox.clone());
        Box::pin(async move {
            if matches!(
                route.target,
                Target::Subscriptions | Target::Subscription(_) | Target::Reauthorize(_)
            ) {
                return subscriptions::handle(site, call, &who, &route.target).await;
            }
            let mut world = site.world();
            let mut ctx = Ctx {
                world: &mut world,
                owner: mailbox,
                who: &who,
                call,
                prefer,
                base: &site.base,
                faults: &struck,
            };
            perform(&mut ctx, &route)
        })
    })
    .await
}

/// Who the bearer token belongs to.
pub fn identify(site: &Site, headers: &HeaderMap) -> Result<Identity, Problem> {
    let value = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let Some((scheme, token)) = value.split_once(' ') else {
        return Err(Problem::bad_token("Access token is empty."));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::bad_token("Access token is empty."));
    }
    let world = site.world();
    let grant = world.grants.access.get(token.trim());
    let Some(grant) = grant else {
        return Err(Problem::bad_token("IDX14100: JWT is not well formed, there are no dots (.)."));
    };
    if grant.expires <= world.now() {
        return Err(Problem::bad_token("Lifetime validation failed, the token is expired."));
    }
    Ok(Identity {
        app: grant.client_id.clone(),
        person: grant.person.clone(),
        tenant: grant.tenant.clone(),
        scopes: grant.scopes.clone(),
        app_only: grant.app_only,
    })
}

/// The immutable id of the message a path names: faults know messages by it.
fn item_of(site: &Site, owner: &str, target: &Target) -> Option<String> {
    let (Target::Value(item) | Target::Message(item)) = target else { return None };
    let world = site.world();
    let mailbox = world.mailboxes.get(owner)?;
    let message = mailbox.find(ids::read_message(owner, &item.id).ok()?)?;
    Some(mailbox.id_of(message, ids::IdKind::Immutable))
}

/// Adds what every answer has.
pub fn finish(site: &Site, outcome: Gated, prefer: &Prefer, client_id: Option<&str>) -> Reply {
    let request_id = ids::guid();
    let client_id = client_id.unwrap_or(&request_id);
    let now = site.world().now();
    let mut answer = match outcome {
        Ok(Some(answer)) => answer,
        Ok(None) => return Reply::Cut,
        Err(problem) => problem.answer(now, &request_id, client_id),
    };
    let mut put = |name: &str, value: String| answer.headers.push((name.to_owned(), value));
    put("request-id", request_id.clone());
    put("client-request-id", client_id.to_owned());
    put(
        "x-ms-ags-diagnostic",
        "{\"ServerInfo\":{\"DataCenter\":\"Japan East\",\"Slice\":\"E\",\"Ring\":\"5\",\"ScaleUnit\":\"001\",\"RoleInstance\":\"SANDBOX\"}}".to_owned(),
    );
    put("Date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if !prefer.applied.is_empty() && answer.status < 400 {
        put("Preference-Applied", prefer.applied.join(", "));
    }
    Reply::Answer(answer)
}

/// Turns a reply into HTTP.
pub fn respond(reply: Reply) -> Response {
    let answer = match reply {
        Reply::Answer(answer) => answer,
        Reply::Cut => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(Cut);
            return response;
        }
    };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(kind) = answer.content_type.and_then(|k| HeaderValue::from_str(&k).ok()) {
        response.headers_mut().insert("content-type", kind);
    }
    for (name, value) in answer.headers {
        let pair = (HeaderName::try_from(name), HeaderValue::from_str(&value));
        if let (Ok(name), Ok(value)) = pair {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn plain_refusal(site: &Arc<Site>, problem: Problem) -> Response {
    respond(finish(site, Err(problem), &Prefer::default(), None))
}
