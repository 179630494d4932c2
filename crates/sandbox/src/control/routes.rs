//! Ways out to other mail servers, mailboxes that forward, and what came and went by SMTP.

use std::net::ToSocketAddrs;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::site::Shared;
use crate::world::routes::Forward;

/// A way out.
#[derive(Deserialize)]
pub struct Way {
    domain: Option<String>,
    address: Option<String>,
    smtp: String,
}

/// `POST /_sandbox/routes`
pub async fn add(State(site): State<Shared>, Json(way): Json<Way>) -> Result<Json<Value>, Refusal> {
    let key = match (way.domain, way.address) {
        (Some(domain), None) if !domain.contains('@') => format!("@{}", domain.to_ascii_lowercase()),
        (None, Some(address)) if address.contains('@') => address.to_ascii_lowercase(),
        _ => return Err(Refusal::bad("a route wants either a domain or an address")),
    };
    // Names are asked for again at each delivery; here it only has to be a host and a port.
    let parsed = way.smtp.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    if parsed.is_none_or(|(host, _)| host.is_empty()) {
        return Err(Refusal::bad("smtp is host:port"));
    }
    let reachable = way.smtp.to_socket_addrs().is_ok();
    site.world().routes.servers.insert(key.clone(), way.smtp.clone());
    site.touched();
    Ok(Json(json!({"route": key, "smtp": way.smtp, "resolves": reachable})))
}

/// `GET /_sandbox/routes`
pub async fn list(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    let servers: Vec<Value> =
        world.routes.servers.iter().map(|(key, smtp)| json!({"route": key, "smtp": smtp})).collect();
    let forwards: Vec<Value> = world
        .routes
        .forwards
        .iter()
        .filter_map(|(owner, f)| {
            Some(json!({"mailbox": world.people.get(owner)?.mail, "to": f.to, "keep": f.keep}))
        })
        .collect();
    let waiting: Vec<Value> = world
        .routes
        .relays
        .iter()
        .map(|r| json!({"to": r.to, "smtp": r.server, "tries": r.tries, "due": r.due.to_string(), "said": r.said, "subject": r.subject}))
        .collect();
    Json(json!({"routes": servers, "forwards": forwards, "waiting": waiting}))
}

/// `DELETE /_sandbox/routes/{route}`: the address, or the domain with `@` before it.
pub async fn remove(State(site): State<Shared>, Path(key): Path<String>) -> Result<StatusCode, Refusal> {
    let key = key.to_ascii_lowercase();
    if site.world().routes.servers.remove(&key).is_none() {
        return Err(Refusal::not_found("the route"));
    }
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// Where a mailbox forwards to.
#[derive(Deserialize)]
pub struct Wish {
    to: String,
    #[serde(default)]
    keep: bool,
}

/// `POST /_sandbox/mailboxes/{address}/forward`
pub async fn forward(
    State(site): State<Shared>,
    Path(address): Path<String>,
    Json(wish): Json<Wish>,
) -> Result<StatusCode, Refusal> {
    if !wish.to.contains('@') {
        return Err(Refusal::bad("to is a mail address"));
    }
    let mut world = site.world();
    let owner = world
        .mailbox_at(&address)
        .map(|m| m.owner.clone())
        .ok_or_else(|| Refusal::not_found("the mailbox"))?;
    world.routes.forwards.insert(owner, Forward { to: wish.to, keep: wish.keep });
    drop(world);
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /_sandbox/mailboxes/{address}/forward`
pub async fn stop_forwarding(
    State(site): State<Shared>,
    Path(address): Path<String>,
) -> Result<StatusCode, Refusal> {
    let mut world = site.world();
    let owner = world
        .mailbox_at(&address)
        .map(|m| m.owner.clone())
        .ok_or_else(|| Refusal::not_found("the mailbox"))?;
    world.routes.forwards.remove(&owner);
    drop(world);
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// Which rows.
#[derive(Deserialize)]
pub struct Rows {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

/// `GET /_sandbox/smtp`
pub async fn post(State(site): State<Shared>, Query(rows): Query<Rows>) -> Json<Value> {
    let post = site.post();
    Json(json!({
        "listens": post.listens.map(|a| a.to_string()),
        "mails": post.rows(rows.after, rows.limit.unwrap_or(100)),
    }))
}
