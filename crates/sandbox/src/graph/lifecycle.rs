//! Lifecycle notifications: a subscription must prove its right again, was removed, or missed something.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::notify::{Note, Reach};
use super::subscriptions::Subscription;
use crate::world::World;

/// From this long before its end a subscription is asked to prove its right again.
const ASK_FROM: SignedDuration = SignedDuration::from_mins(60);
/// And again after this time.
const ASK_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// What happened to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lifecycle {
    /// Renew it, or call `reauthorize`.
    ReauthorizationRequired,
    /// It is gone.
    SubscriptionRemoved,
    /// Notifications were not delivered.
    Missed,
}

/// Puts a lifecycle notification in line, if the subscription named an address for it.
pub fn tell(queue: &mut Vec<Note>, subscription: &Subscription, event: Lifecycle) {
    let Some(url) = &subscription.lifecycle_url else { return };
    queue.push(Note {
        url: url.clone(),
        subscription: subscription.id.clone(),
        reach: Reach::Lifecycle,
        late: None,
        value: json!({
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": subscription.expires.to_string(),
            "tenantId": subscription.tenant,
            "organizationId": subscription.tenant,
            "clientState": subscription.client_state,
            "lifecycleEvent": event,
        }),
    });
}

/// Removes a subscription; its lifecycle address is told unless it happens silently. `false` when there is none.
pub fn remove(world: &mut World, id: &str, silently: bool) -> bool {
    let Some(gone) = world.subscriptions.remove(id) else { return false };
    if !silently {
        tell(&mut world.lifecycle, &gone, Lifecycle::SubscriptionRemoved);
    }
    true
}

/// Looks at every subscription: ends those whose time is over, asks those near their end to prove their right.
pub fn watch(world: &mut World) {
    if world.subscriptions.is_empty() {
        return;
    }
    let now = world.now();
    world.subscriptions.retain(|_, s| s.expires > now);
    let World { subscriptions, lifecycle, .. } = world;
    for subscription in subscriptions.values_mut() {
        if must_ask(subscription, now) {
            subscription.asked = now;
            tell(lifecycle, subscription, Lifecycle::ReauthorizationRequired);
        }
    }
}

fn must_ask(subscription: &Subscription, now: Timestamp) -> bool {
    subscription.lifecycle_url.is_some()
        && subscription.expires.duration_since(now) <= ASK_FROM
        && now.duration_since(subscription.asked) >= ASK_AGAIN
}
