//! Subscriptions and notifications from behind: who subscribed, what was sent, and what Microsoft may do to them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::courier::Patience;
use crate::graph::lifecycle::{self, Lifecycle};
use crate::graph::subscriptions::Subscription;
use crate::site::Shared;
use crate::world::World;

fn shown(world: &World, s: &Subscription) -> Value {
    json!({
        "id": s.id,
        "app": s.app,
        "appOnly": s.creator.is_empty(),
        "mailbox": world.people.get(&s.owner).map(|p| p.mail.clone()),
        "resource": s.resource,
        "changeType": s.change_type,
        "notificationUrl": s.notification_url,
        "lifecycleNotificationUrl": s.lifecycle_url,
        "expires": s.expires.to_string(),
        "paused": s.paused,
    })
}

/// `GET /_sandbox/subscriptions`
pub async fn subscriptions(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    let now = world.now();
    Json(world.subscriptions.values().filter(|s| s.expires > now).map(|s| shown(&world, s)).collect())
}

/// How it goes.
#[derive(Deserialize)]
pub struct Manner {
    #[serde(default)]
    silent: bool,
}

/// `DELETE /_sandbox/subscriptions/{id}`
pub async fn remove(
    State(site): State<Shared>,
    Path(id): Path<String>,
    Query(manner): Query<Manner>,
) -> Result<StatusCode, Refusal> {
    if !lifecycle::remove(&mut site.world(), &id, manner.silent) {
        return Err(Refusal::not_found("the subscription"));
    }
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// A lifecycle event on demand.
#[derive(Deserialize)]
pub struct Event {
    event: Lifecycle,
    /// Of this subscription.
    subscription: Option<String>,
    /// Of all subscriptions to this mailbox.
    mailbox: Option<String>,
    /// Nothing is sent until it is renewed or reauthorized.
    #[serde(default)]
    pause: bool,
}

/// `POST /_sandbox/lifecycle`
pub async fn lifecycle(State(site): State<Shared>, Json(wish): Json<Event>) -> Result<Json<Value>, Refusal> {
    let mut world = site.world();
    let owner = match &wish.mailbox {
        Some(address) => Some(
            world.person(address).map(|p| p.id.clone()).ok_or_else(|| Refusal::not_found("the mailbox"))?,
        ),
        None => None,
    };
    let struck: Vec<String> = world
        .subscriptions
        .values()
        .filter(|s| wish.subscription.as_ref().is_none_or(|id| *id == s.id))
        .filter(|s| owner.as_ref().is_none_or(|o| *o == s.owner))
        .map(|s| s.id.clone())
        .collect();
    for id in &struck {
        if wish.event == Lifecycle::SubscriptionRemoved {
            lifecycle::remove(&mut world, id, false);
            continue;
        }
        let World { subscriptions, lifecycle, .. } = &mut *world;
        if let Some(subscription) = subscriptions.get_mut(id) {
            subscription.paused |= wish.pause;
            lifecycle::tell(lifecycle, subscription, wish.event);
        }
    }
    drop(world);
    site.touched();
    Ok(Json(json!({"subscriptions": struck})))
}

/// Which rows.
#[derive(Deserialize)]
pub struct Rows {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

/// `GET /_sandbox/notifications`
pub async fn sent(State(site): State<Shared>, Query(rows): Query<Rows>) -> Json<Value> {
    let courier = site.courier();
    Json(json!({
        "requests": courier.rows(rows.after, rows.limit.unwrap_or(100)),
        "outcomes": courier.outcomes(),
        "patience": courier.patience,
    }))
}

/// `DELETE /_sandbox/notifications`
pub async fn forget(State(site): State<Shared>) -> StatusCode {
    site.courier().forget();
    StatusCode::NO_CONTENT
}

/// `POST /_sandbox/notifications/patience`: only what is named changes.
pub async fn patience(State(site): State<Shared>, Json(wish): Json<Value>) -> Result<Json<Value>, Refusal> {
    let mut courier = site.courier();
    let mut whole = json!(courier.patience);
    if let (Some(whole), Some(wish)) = (whole.as_object_mut(), wish.as_object()) {
        for (name, value) in wish {
            if whole.insert(name.clone(), value.clone()).is_none() {
                return Err(Refusal::bad(format!("there is no {name}")));
            }
        }
    }
    let new: Patience = serde_json::from_value(whole).map_err(|e| Refusal::bad(e.to_string()))?;
    courier.patience = new;
    Ok(Json(json!(new)))
}
