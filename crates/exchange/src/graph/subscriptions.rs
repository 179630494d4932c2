//! Change notifications: asked for, kept alive, taken back (graph.md 3). A notification is a hint and nothing more: it names a
//! subscription and carries the word that only Graph and the desk know.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::Mailbox;
use super::client::Call;
use super::wire::Page;
use crate::{Error, Result};

/// Subscriptions of one application for one mailbox that a listing may hold; there can be 1,000 over all applications.
const LISTED: usize = 1_000;

/// A subscription at Graph.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Id.
    pub id: String,
    /// When Graph forgets it.
    #[serde(rename = "expirationDateTime")]
    pub expires_at: Timestamp,
    /// What it is about.
    #[serde(default)]
    pub resource: String,
    /// Where notifications go.
    #[serde(default)]
    pub notification_url: String,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Where notifications of new mail go.
    pub notification_url: &'a str,
    /// Where news of the subscription itself goes.
    pub lifecycle_url: &'a str,
    /// At most 128 characters.
    pub client_state: &'a SecretString,
    /// The end.
    pub until: Timestamp,
}

/// One notification.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Of which subscription.
    pub subscription: String,
    /// What only Graph and the desk know.
    pub client_state: SecretString,
    /// `None`: a mail came.
    pub lifecycle: Option<Lifecycle>,
}

/// News of a subscription itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// It wants to be confirmed, or it falls silent.
    ReauthorizationRequired,
    /// It is gone.
    SubscriptionRemoved,
    /// Notifications were lost.
    Missed,
    /// A word we do not know.
    Other,
}

#[derive(Deserialize)]
struct Envelope {
    value: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    subscription_id: String,
    client_state: Option<String>,
    lifecycle_event: Option<String>,
}

/// Reads what came to the notification address; `None` when it is nothing of Graph's.
pub fn read_notices(body: &[u8]) -> Option<Vec<Notice>> {
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    let notice = |item: Item| Notice {
        subscription: item.subscription_id,
        client_state: item.client_state.unwrap_or_default().into(),
        lifecycle: item.lifecycle_event.as_deref().map(lifecycle),
    };
    Some(envelope.value.into_iter().map(notice).collect())
}

fn lifecycle(word: &str) -> Lifecycle {
    match word {
        "reauthorizationRequired" => Lifecycle::ReauthorizationRequired,
        "subscriptionRemoved" => Lifecycle::SubscriptionRemoved,
        "missed" => Lifecycle::Missed,
        _ => Lifecycle::Other,
    }
}

/// The longest life that Graph allows, where it says so in refusing a longer one ("Subscription expiration can only be 4230
/// minutes in the future."). Microsoft's documents disagree with each other, so the answer itself is asked.
pub fn longest_life(error: &Error) -> Option<SignedDuration> {
    let Error::BadRequest(trace) = error else { return None };
    let rest = trace.message.split("can only be ").nth(1)?;
    let minutes: i64 = rest.split(" minutes").next()?.trim().replace(',', "").parse().ok()?;
    (minutes > 0).then(|| SignedDuration::from_mins(minutes))
}

impl Mailbox {
    /// The Inbox as subscriptions name it: without Graph's own address in front.
    pub fn inbox_resource(&self) -> String {
        let url = self.at(&["mailFolders('Inbox')", "messages"]);
        let path = url.path();
        path.split_once("/v1.0/").map_or(path, |(_, resource)| resource).to_owned()
    }

    /// Asks for notifications of mail that comes into the Inbox. Graph calls both addresses before it answers.
    ///
    /// # Errors
    /// [`Error::BadRequest`] when an address does not answer as it must, or the life is too long ([`longest_life`]).
    pub async fn subscribe(&self, wanted: &Wanted<'_>) -> Result<Subscription> {
        let body = json!({
            "changeType": "created",
            "notificationUrl": wanted.notification_url,
            "lifecycleNotificationUrl": wanted.lifecycle_url,
            "resource": self.inbox_resource(),
            "expirationDateTime": time(wanted.until),
            "clientState": wanted.client_state.expose_secret(),
            "latestSupportedTlsVersion": "v1_2",
        });
        let url = self.graph.cloud.graph_at(&["subscriptions"]);
        self.call(Call::post("subscribe", url, body).on_item()).await?.json()
    }

    /// Prolongs a subscription; that also is the answer to [`Lifecycle::ReauthorizationRequired`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone.
    pub async fn prolong(&self, id: &str, until: Timestamp) -> Result<Subscription> {
        let url = self.graph.cloud.graph_at(&["subscriptions", id]);
        let body = json!({ "expirationDateTime": time(until) });
        self.call(Call::patch("prolong", url, body).on_item()).await?.json()
    }

    /// Takes a subscription back. One that is gone already is no error.
    pub async fn unsubscribe(&self, id: &str) -> Result<()> {
        let url = self.graph.cloud.graph_at(&["subscriptions", id]);
        match self.call(Call::delete("unsubscribe", url).on_item()).await {
            Ok(_) | Err(Error::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The subscriptions of this application and account that are about this mailbox's Inbox.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>> {
        let mut all = Vec::new();
        let first = Call::get("subscriptions", self.graph.cloud.graph_at(&["subscriptions"])).on_item();
        self.pages(first, |page: Page<Subscription>| {
            all.extend(page.value);
            all.len() < LISTED
        })
        .await?;
        let ours = self.inbox_resource().to_lowercase();
        all.retain(|one| one.resource.trim_start_matches('/').to_lowercase() == ours);
        Ok(all)
    }
}

/// Whole seconds, as Microsoft's examples have it.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{Cloud, Graph, Trace};

    #[test]
    fn the_resource_has_no_address_in_front() {
        let graph = Graph::new(crate::http_client(None).unwrap(), Cloud::preset("global").unwrap());
        assert_eq!(graph.mailbox(1, "t".into()).inbox_resource(), "me/mailFolders('Inbox')/messages");
    }

    #[test]
    fn what_comes_is_read_and_what_is_not_graphs_is_not() {
        let body = br#"{"value":[
            {"subscriptionId":"a","clientState":"s","changeType":"created","resource":"x","resourceData":{"id":"1"}},
            {"subscriptionId":"b","clientState":null,"lifecycleEvent":"missed"},
            {"subscriptionId":"c","clientState":"s","lifecycleEvent":"somethingNew"}]}"#;
        let notices = read_notices(body).unwrap();
        let words: Vec<_> = notices.iter().map(|n| (n.subscription.as_str(), n.lifecycle)).collect();
        assert_eq!(words, [("a", None), ("b", Some(Lifecycle::Missed)), ("c", Some(Lifecycle::Other))]);
        assert_eq!(notices[0].client_state.expose_secret(), "s");
        for junk in ["", "{}", "[]", "{\"value\":[{}]}", "{\"value\":{}}", "\u{0}"] {
            assert!(read_notices(junk.as_bytes()).is_none(), "{junk:?}");
        }
    }

    #[test]
    fn the_longest_life_is_read_from_the_refusal() {
        let refusal =
            |message: &str| Error::BadRequest(Trace { message: message.to_owned(), ..Trace::default() });
        let minutes = |n| Some(SignedDuration::from_mins(n));
        for (message, expected) in [
            ("Subscription expiration can only be 4230 minutes in the future.", minutes(4230)),
            ("Subscription expiration can only be 1,440 minutes in the future.", minutes(1440)),
            ("Subscription expiration can only be 0 minutes in the future.", None),
            ("Subscription validation request failed.", None),
        ] {
            assert_eq!(longest_life(&refusal(message)), expected, "{message}");
        }
    }
}
