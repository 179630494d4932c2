//! Sends change notifications: hints, nothing more; a lost one is tried again a few times and then forgotten.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::site::Site;
use crate::world::World;
use crate::world::ids::{self, IdKind};
use crate::world::mailbox::{Event, EventKind};

/// Takes the happenings out of every mailbox and sends those somebody subscribed to.
pub fn drain(site: &Arc<Site>, world: &mut World) {
    let now = world.now();
    world.subscriptions.retain(|_, s| s.expires > now);
    let mut by_address: HashMap<String, Vec<Value>> = HashMap::new();
    for mailbox in world.mailboxes.values_mut() {
        if mailbox.events.is_empty() {
            continue;
        }
        let events: Vec<Event> = std::mem::take(&mut mailbox.events);
        for subscription in world.subscriptions.values().filter(|s| s.owner == mailbox.owner) {
            for event in &events {
                let kind = match event.kind {
                    EventKind::Created => "created",
                    EventKind::Updated => "updated",
                    EventKind::Deleted => "deleted",
                };
                let wanted = subscription.change_type.split(',').any(|k| k.trim() == kind);
                if !wanted || subscription.folder.is_some_and(|f| f != event.folder) {
                    continue;
                }
                let prefer = if subscription.immutable { IdKind::Immutable } else { IdKind::Mutable };
                let id = ids::message(&mailbox.owner, prefer, event.number, event.folder, event.placement);
                let resource = format!("Users/{}/Messages/{id}", mailbox.owner);
                let etag = mailbox.get(event.number).map_or(0, |m| m.changed);
                by_address.entry(subscription.notification_url.clone()).or_default().push(json!({
                    "subscriptionId": subscription.id,
                    "subscriptionExpirationDateTime": subscription.expires.to_string(),
                    "changeType": kind,
                    "resource": resource,
                    "clientState": subscription.client_state,
                    "tenantId": subscription.tenant,
                    "resourceData": {
                        "@odata.type": "#Microsoft.Graph.Message",
                        "@odata.id": resource,
                        "@odata.etag": format!("W/\"{}\"", ids::change_key(&mailbox.owner, etag)),
                        "id": id,
                    },
                }));
            }
        }
    }
    for (address, value) in by_address {
        let site = Arc::clone(site);
        tokio::spawn(async move { send(&site, &address, &json!({ "value": value })).await });
    }
}

async fn send(site: &Site, address: &str, body: &Value) {
    for pause in [0u64, 2, 10] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        let sent = site.http.post(address).json(body).timeout(Duration::from_secs(3)).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => return,
            Ok(answer) => {
                tracing::debug!(%address, status = %answer.status(), "a subscriber refused a notification");
            }
            Err(error) => tracing::debug!(%address, %error, "a subscriber could not be reached"),
        }
    }
}
