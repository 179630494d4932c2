//! From what happened in mailboxes to the notifications that somebody subscribed to. They are hints, nothing more: they
//! may come twice, late, or not at all.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::filter::{self, Filter};
use super::subscriptions::Subscription;
use crate::faults::{Faults, Kind, Operation};
use crate::world::World;
use crate::world::ids::{self, IdKind};
use crate::world::mailbox::{Event, EventKind, Mailbox};

/// Of what kind a notification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Something changed in a mailbox.
    Change,
    /// Something happened to the subscription.
    Lifecycle,
}

/// A notification to be sent.
#[derive(Clone, Debug)]
pub struct Note {
    /// Where to.
    pub url: String,
    /// Of which subscription.
    pub subscription: String,
    /// Of what kind.
    pub reach: Reach,
    /// Not before this time has passed.
    pub late: Option<Duration>,
    /// What it says.
    pub value: Value,
}

/// Takes the happenings out of every mailbox, and gives what is to be sent, lifecycle notifications first.
pub fn collect(world: &mut World, faults: &mut Faults) -> Vec<Note> {
    let mut notes = std::mem::take(&mut world.lifecycle);
    let mut happened: Vec<(String, Vec<Event>)> = Vec::new();
    for mailbox in world.mailboxes.values_mut().filter(|m| !m.events.is_empty()) {
        happened.push((mailbox.owner.clone(), std::mem::take(&mut mailbox.events)));
    }
    if happened.is_empty() || world.subscriptions.is_empty() {
        return notes;
    }
    let mut by_owner: HashMap<&str, Vec<&Subscription>> = HashMap::new();
    for subscription in world.subscriptions.values().filter(|s| !s.paused) {
        by_owner.entry(&subscription.owner).or_default().push(subscription);
    }
    for (owner, events) in &happened {
        let (Some(subscriptions), Some(mailbox)) = (by_owner.get(owner.as_str()), world.mailboxes.get(owner))
        else {
            continue;
        };
        let addresses = world.addresses(owner);
        for subscription in subscriptions {
            // It was understood when the subscription was made.
            let wanted = subscription.filter.as_deref().and_then(|f| filter::parse(f).ok());
            for event in events {
                let Some(kind) = change(subscription, wanted.as_ref(), mailbox, event) else { continue };
                let struck = faults.strike(Operation::Notify, &addresses, None);
                if struck.iter().any(|k| matches!(k, Kind::NotificationLost | Kind::NotificationsStopped)) {
                    continue;
                }
                let late = struck.iter().find_map(|k| match k {
                    Kind::NotificationLate { millis } => Some(Duration::from_millis(*millis)),
                    _ => None,
                });
                let note = note(subscription, mailbox, event, kind, late);
                if struck.contains(&Kind::NotificationDoubled) {
                    notes.push(note.clone());
                }
                notes.push(note);
            }
        }
    }
    notes
}

/// What a happening is to a subscription. With a filter, a message that ceases to fit is "deleted".
fn change(
    subscription: &Subscription,
    wanted: Option<&Filter>,
    mailbox: &Mailbox,
    event: &Event,
) -> Option<&'static str> {
    if subscription.folder.is_some_and(|f| f != event.folder) {
        return None;
    }
    let fits = || {
        let folder_id = |n: u32| ids::folder(&mailbox.owner, n);
        wanted.is_none_or(|f| mailbox.get(event.number).is_some_and(|m| f.matches(m, &folder_id)))
    };
    let kind = match event.kind {
        EventKind::Created if fits() => "created",
        EventKind::Created => return None,
        EventKind::Updated if fits() => "updated",
        EventKind::Updated | EventKind::Deleted => "deleted",
    };
    subscription.change_type.split(',').any(|k| k.trim() == kind).then_some(kind)
}

fn note(
    subscription: &Subscription,
    mailbox: &Mailbox,
    event: &Event,
    kind: &str,
    late: Option<Duration>,
) -> Note {
    let prefer = if subscription.immutable { IdKind::Immutable } else { IdKind::Mutable };
    let id = ids::message(&mailbox.owner, prefer, event.number, event.folder, event.placement);
    let resource = format!("Users/{}/Messages/{id}", mailbox.owner);
    let etag = mailbox.get(event.number).map_or(0, |m| m.changed);
    Note {
        url: subscription.notification_url.clone(),
        subscription: subscription.id.clone(),
        reach: Reach::Change,
        late,
        value: json!({
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
        }),
    }
}
