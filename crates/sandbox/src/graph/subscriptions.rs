//! Change notification subscriptions: made with a handshake, renewed, reauthorized, read, removed.
//!
//! A person's token reaches that person's own mailbox only; an application's own token reaches every mailbox of the tenant.

use std::time::Duration;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Answer, Problem};
use super::route::Target;
use super::{Call, Identity, Outcome, body, folders, reach};
use crate::site::Site;
use crate::world::{World, ids};

/// Longest life in minutes (the stored tables; newer ones say 10,080).
const LONGEST: i64 = 4_230;
/// Shorter ones are raised to this.
const SHORTEST: i64 = 45;
/// Per mailbox, over all applications.
const PER_MAILBOX: usize = 1_000;

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subscription {
    /// Id.
    pub id: String,
    /// Application.
    pub app: String,
    /// Owner of the mailbox.
    pub owner: String,
    /// Who made it: the owner; empty for an application by itself.
    #[serde(default)]
    pub creator: String,
    /// Tenant.
    pub tenant: String,
    /// As given.
    pub resource: String,
    /// Folder; `None`: the whole mailbox.
    pub folder: Option<u32>,
    /// What must hold of a message, as given in the resource.
    #[serde(default)]
    pub filter: Option<String>,
    /// `created,updated,deleted`.
    pub change_type: String,
    /// Where to.
    pub notification_url: String,
    /// Where lifecycle notifications go.
    pub lifecycle_url: Option<String>,
    /// Sent back with each notification.
    pub client_state: Option<String>,
    /// End.
    pub expires: Timestamp,
    /// Made with `Prefer: IdType="ImmutableId"`.
    pub immutable: bool,
    /// When it was last asked to prove its right again.
    #[serde(default)]
    pub asked: Timestamp,
    /// Nothing is sent until its right is proved again.
    #[serde(default)]
    pub paused: bool,
}

impl Subscription {
    /// Its right is proved at this moment: what was paused goes on.
    fn prove(&mut self, now: Timestamp) {
        self.asked = now;
        self.paused = false;
    }

    fn show(&self, base: &str) -> Value {
        json!({
            "@odata.context": format!("{base}/v1.0/$metadata#subscriptions/$entity"),
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.app,
            "changeType": self.change_type,
            "clientState": self.client_state,
            "notificationUrl": self.notification_url,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": self.expires.to_string(),
            "creatorId": if self.creator.is_empty() { &self.app } else { &self.creator },
            "includeResourceData": null,
            "latestSupportedTlsVersion": "v1_2",
            "notificationQueryOptions": null,
            "notificationUrlAppId": null,
            "encryptionCertificate": null,
            "encryptionCertificateId": null,
        })
    }
}

/// All calls under `/subscriptions`. Not under the world's lock: the handshake goes over the network.
pub async fn handle(site: &Site, call: &Call, who: &Identity, target: &Target) -> Outcome {
    match (&call.method, target) {
        (&Method::POST, Target::Subscriptions) => create(site, call, who).await,
        (&Method::GET, Target::Subscriptions) => {
            let world = site.world();
            let list: Vec<Value> =
                world.subscriptions.values().filter(|s| mine(s, who)).map(|s| s.show(&site.base)).collect();
            Ok(Answer::json(200, &json!({"value": list})))
        }
        (&Method::GET, Target::Subscription(id)) => {
            with(site, who, id, |s, _| Ok(Answer::json(200, &s.show(&site.base))))
        }
        (&Method::PATCH, Target::Subscription(id)) => renew(site, call, who, id).await,
        (&Method::POST, Target::Reauthorize(id)) => with(site, who, id, |s, now| {
            s.prove(now);
            Ok(Answer::no_content())
        }),
        (&Method::DELETE, Target::Subscription(id)) => {
            with(site, who, id, |_, _| Ok(Answer::no_content()))?;
            site.world().subscriptions.remove(id);
            Ok(Answer::no_content())
        }
        _ => Err(Problem::method()),
    }
}

/// Ends every subscription a person made, and says so: Microsoft does it when their password changes or their account
/// is disabled.
pub fn forget(world: &mut World, person: &str) {
    let theirs: Vec<String> =
        world.subscriptions.values().filter(|s| s.creator == person).map(|s| s.id.clone()).collect();
    for id in theirs {
        super::lifecycle::remove(world, &id, false);
    }
}

/// `PATCH /subscriptions/{id}`: renewing proves the right as well. Another address must prove itself.
async fn renew(site: &Site, call: &Call, who: &Identity, id: &str) -> Outcome {
    let mut map = body::object(&call.body)?;
    let expires = expiration(&mut map, site.world().now())?;
    let url = map.remove("notificationUrl").and_then(|u| u.as_str().map(str::to_owned));
    body::nothing_else(&map, "microsoft.graph.subscription")?;
    with(site, who, id, |_, _| Ok(Answer::no_content()))?;
    if let Some(url) = &url {
        check_url(url)?;
        handshake(site, url).await?;
    }
    with(site, who, id, |s, now| {
        s.prove(now);
        s.expires = expires;
        if let Some(url) = url {
            s.notification_url = url;
        }
        Ok(Answer::json(200, &s.show(&site.base)))
    })
}

fn mine(subscription: &Subscription, who: &Identity) -> bool {
    subscription.app == who.app && subscription.tenant == who.tenant && subscription.creator == who.person
}

fn with(
    site: &Site,
    who: &Identity,
    id: &str,
    act: impl FnOnce(&mut Subscription, Timestamp) -> Outcome,
) -> Outcome {
    let mut world = site.world();
    let now = world.now();
    match world.subscriptions.get_mut(id).filter(|s| mine(s, who) && s.expires > now) {
        Some(subscription) => act(subscription, now),
        None => Err(Problem::new(404, "ResourceNotFound", "The object was not found.")),
    }
}

fn expiration(map: &mut serde_json::Map<String, Value>, now: Timestamp) -> Result<Timestamp, Problem> {
    let given = map.remove("expirationDateTime");
    let at: Timestamp =
        given.as_ref().and_then(Value::as_str).and_then(|t| t.parse().ok()).ok_or_else(|| {
            Problem::new(400, "InvalidRequest", "Subscription expiration is required as a time.")
        })?;
    if at <= now {
        return Err(Problem::new(400, "InvalidRequest", "Subscription expiration must be in the future."));
    }
    if at > now + SignedDuration::from_mins(LONGEST) {
        return Err(Problem::new(
            400,
            "ExtensionError",
            format!("Subscription expiration can only be {LONGEST} minutes in the future."),
        ));
    }
    Ok(at.max(now + SignedDuration::from_mins(SHORTEST)))
}

fn check_url(url: &str) -> Result<(), Problem> {
    let bad =
        |why: &str| Problem::new(400, "InvalidRequest", format!("Invalid notification url '{url}': {why}."));
    let parsed = url::Url::parse(url).map_err(|_| bad("it cannot be parsed"))?;
    let loopback = matches!(parsed.host(), Some(url::Host::Ipv4(ip)) if ip.is_loopback())
        || matches!(parsed.host(), Some(url::Host::Ipv6(ip)) if ip.is_loopback())
        || parsed.host_str() == Some("localhost");
    match parsed.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(bad("only https is allowed")),
    }
}

/// What a resource names.
struct Named {
    owner: String,
    folder: Option<u32>,
    filter: Option<String>,
}

/// Reads `me/mailFolders('Inbox')/messages?$filter=...`: signed in, only one's own mailbox; an application by itself, any
/// it may read (graph.md 3).
fn named(world: &World, who: &Identity, resource: &str) -> Result<Named, Problem> {
    let resource_path = resource.trim_start_matches('/');
    let (path, query) = resource_path.split_once('?').unwrap_or((resource_path, ""));
    let route = super::route::route(&Method::GET, &format!("/{path}"))
        .map_err(|_| Problem::new(400, "ExtensionError", format!("Invalid resource '{resource}'.")))?;
    let owner = reach::owner(world, &route, who)?;
    if who.app_only {
        reach::may_subscribe(world, who, &owner)?;
    } else if owner != who.person {
        return Err(Problem::new(
            403,
            "ExtensionError",
            "Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied.]",
        ));
    }
    let filter = super::query::pairs(query).into_iter().find(|(name, _)| name == "$filter").map(|(_, f)| f);
    if let Some(filter) = &filter {
        super::filter::parse(filter)?;
    }
    let mailbox = world.mailboxes.get(&owner).ok_or_else(Problem::no_mailbox)?;
    let folder = match route.target {
        Target::Messages { folder: Some(folder) } => Some(folders::resolve(mailbox, &folder)?),
        Target::Messages { folder: None } => None,
        _ => {
            return Err(Problem::new(
                400,
                "ExtensionError",
                format!("Resource '{resource}' cannot be subscribed to here."),
            ));
        }
    };
    Ok(Named { owner, folder, filter })
}

async fn create(site: &Site, call: &Call, who: &Identity) -> Outcome {
    let mut map = body::object(&call.body)?;
    let mut take = |name: &str| map.remove(name).and_then(|v| v.as_str().map(str::to_owned));
    let change_type = take("changeType");
    let url = take("notificationUrl");
    let lifecycle_url = take("lifecycleNotificationUrl");
    let resource = take("resource");
    let client_state = take("clientState");
    let rich = map.remove("includeResourceData").is_some_and(|wish| wish == json!(true));
    for ignored in ["latestSupportedTlsVersion", "@odata.type"] {
        map.remove(ignored);
    }
    let expires = expiration(&mut map, site.world().now())?;
    body::nothing_else(&map, "microsoft.graph.subscription")?;
    let (Some(change_type), Some(url), Some(resource)) = (change_type, url, resource) else {
        return Err(Problem::new(
            400,
            "InvalidRequest",
            "changeType, notificationUrl and resource are required.",
        ));
    };
    if rich {
        return Err(Problem::new(
            400,
            "InvalidRequest",
            "The stand-in has no notifications with resource data (includeResourceData).",
        ));
    }
    if change_type.split(',').any(|k| !["created", "updated", "deleted"].contains(&k.trim())) {
        return Err(Problem::new(400, "InvalidRequest", format!("Invalid changeType '{change_type}'.")));
    }
    if client_state.as_ref().is_some_and(|s| s.chars().count() > 128) {
        return Err(Problem::new(400, "InvalidRequest", "clientState is limited to 128 characters."));
    }
    let named = {
        let world = site.world();
        let named = named(&world, who, &resource)?;
        let held = world.subscriptions.values().filter(|s| s.owner == named.owner).count();
        if held >= PER_MAILBOX {
            return Err(Problem::new(
                403,
                "ExtensionError",
                "The mailbox has reached its limit of 1000 subscriptions.",
            ));
        }
        named
    };
    for endpoint in std::iter::once(&url).chain(&lifecycle_url) {
        check_url(endpoint)?;
        handshake(site, endpoint).await?;
    }
    let now = site.world().now();
    let subscription = Subscription {
        id: ids::guid(),
        app: who.app.clone(),
        creator: who.person.clone(),
        asked: now,
        paused: false,
        owner: named.owner,
        tenant: who.tenant.clone(),
        resource,
        folder: named.folder,
        filter: named.filter,
        change_type,
        notification_url: url,
        lifecycle_url,
        client_state,
        expires,
        immutable: super::query::Prefer::read(&call.headers).ids == ids::IdKind::Immutable,
    };
    let shown = subscription.show(&site.base);
    site.world().subscriptions.insert(subscription.id.clone(), subscription);
    Ok(Answer::json(201, &shown))
}

/// Asks the endpoint to repeat a token within ten seconds, as plain text.
async fn handshake(site: &Site, endpoint: &str) -> Result<(), Problem> {
    let token = format!(
        "Validation: Testing client application reachability for subscription Request-Id: {}",
        ids::guid()
    );
    let mut address = url::Url::parse(endpoint)
        .map_err(|_| Problem::new(400, "InvalidRequest", "Invalid notification url."))?;
    address.query_pairs_mut().append_pair("validationToken", &token);
    let sent = site
        .http
        .post(address)
        .header("Content-Type", "text/plain; charset=utf-8")
        .timeout(Duration::from_secs(10))
        .send()
        .await;
    let answer = match sent {
        Ok(answer) => answer,
        Err(e) if e.is_timeout() => {
            return Err(Problem::new(400, "InvalidRequest", "Subscription validation request timed out."));
        }
        Err(_) => return Err(failed()),
    };
    let ok = answer.status() == reqwest::StatusCode::OK;
    let plain = answer
        .headers()
        .get("content-type")
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("text/plain"));
    let text = answer.text().await.unwrap_or_default();
    if ok && plain && text == token { Ok(()) } else { Err(failed()) }
}

fn failed() -> Problem {
    Problem::new(
        400,
        "ValidationError",
        "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
    )
}
