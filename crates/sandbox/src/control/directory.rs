//! The whole state, sign-ins without a browser, and the stand-in's own settings.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::site::Shared;
use crate::world::World;

/// `GET /_sandbox/status`
pub async fn status(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    Json(json!({
        "now": world.now().to_string(),
        "tenants": world.tenants.len(),
        "people": world.people.len(),
        "mailboxes": world.mailboxes.len(),
        "messages": world.mailboxes.values().map(crate::world::mailbox::Mailbox::count).sum::<usize>(),
    }))
}

/// What to start anew with.
#[derive(Deserialize, Default)]
pub struct Reset {
    #[serde(default)]
    company: bool,
}

/// `POST /_sandbox/reset`: applications of the configuration and the signing keys stay.
pub async fn reset(State(site): State<Shared>, body: Option<Json<Reset>>) -> StatusCode {
    let Json(wish) = body.unwrap_or_default();
    let keys = site.world().signing_keys.clone();
    let fresh = tokio::task::spawn_blocking(move || {
        let mut world = World::empty();
        world.signing_keys = keys;
        if wish.company {
            world.settle(crate::company::company(jiff::Timestamp::now()));
        }
        world
    });
    let Ok(mut fresh) = fresh.await else { return StatusCode::INTERNAL_SERVER_ERROR };
    if let Some(app) = &site.app {
        fresh.apps.insert(app.client_id.clone(), crate::application(app));
    }
    site.renew(fresh);
    site.watch().clear();
    *site.gate() = crate::graph::throttle::Gate::default();
    site.touched();
    StatusCode::NO_CONTENT
}

/// A sign-in without a browser.
#[derive(Deserialize)]
pub struct SignIn {
    url: String,
    upn: String,
    #[serde(default)]
    untick: Vec<String>,
    #[serde(default)]
    cancel: bool,
    #[serde(default, rename = "onBehalf")]
    on_behalf: bool,
}

/// `POST /_sandbox/sign-in`: walks the pages of an authorize address as this person; answers where the browser would go.
pub async fn sign_in(State(site): State<Shared>, Json(wish): Json<SignIn>) -> Result<Json<Value>, Refusal> {
    let url = url::Url::parse(&wish.url).map_err(|e| Refusal::bad(e.to_string()))?;
    let tenant = url.path_segments().and_then(|mut s| s.next().map(str::to_owned)).unwrap_or_default();
    let mut asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
    if url.path().ends_with("/adminconsent") {
        asked.insert("_adminconsent".to_owned(), "1".to_owned());
    }
    let wishes = crate::entra::Wishes {
        upn: &wish.upn,
        untick: &wish.untick,
        cancel: wish.cancel,
        on_behalf: wish.on_behalf,
    };
    let answer = crate::entra::sign_in_for(&site, &tenant, &asked, &wishes).map_err(Refusal::bad)?;
    site.touched();
    let status = answer.status().as_u16();
    let location = answer.headers().get("location").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap_or_default();
    Ok(Json(json!({"status": status, "location": location, "page": String::from_utf8_lossy(&body)})))
}

/// `DELETE /_sandbox/sessions`: every browser is signed out; tokens live on.
pub async fn sign_out(State(site): State<Shared>) -> StatusCode {
    let mut world = site.world();
    world.grants.sessions.clear();
    world.grants.proofs.clear();
    drop(world);
    site.touched();
    StatusCode::NO_CONTENT
}

/// Settings of the stand-in itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    send_delay_millis: Option<i64>,
    messages_a_minute: Option<usize>,
    recipients_a_day: Option<usize>,
    shared_uploads_refused: Option<bool>,
    own_message_ids: Option<bool>,
}

/// `POST /_sandbox/settings`
pub async fn settings(State(site): State<Shared>, Json(wish): Json<Settings>) -> Json<Value> {
    let mut world = site.world();
    if let Some(delay) = wish.send_delay_millis {
        world.transport.delay_ms = delay.max(0);
    }
    if let Some(messages) = wish.messages_a_minute {
        world.transport.messages_a_minute = messages.max(1);
    }
    if let Some(recipients) = wish.recipients_a_day {
        world.transport.recipients_a_day = recipients;
    }
    if let Some(own) = wish.own_message_ids {
        world.transport.own_message_ids = own;
    }
    world.shared_uploads_refused = wish.shared_uploads_refused.unwrap_or(world.shared_uploads_refused);
    let shown = json!({
        "ownMessageIds": world.transport.own_message_ids,
        "sharedUploadsRefused": world.shared_uploads_refused,
        "sendDelayMillis": world.transport.delay_ms,
        "messagesAMinute": world.transport.messages_a_minute,
        "recipientsADay": world.transport.recipients_a_day,
    });
    drop(world);
    site.touched();
    Json(shown)
}
