//! The Graph calls this product makes, and no others.
//!
//! `client` is the one way to the wire; `folder` lists what is in the mailbox, `messages` reads and marks single
//! messages, `drafts` and `attachments` are the way out; `rights` tries out what is allowed; `subscriptions` asks for notifications;
//! `batch` is Graph's `$batch`; `wire` has the JSON.

mod attachments;
mod batch;
mod client;
mod drafts;
mod folder;
pub mod mail_out;
mod messages;
mod meter;
mod no_mailbox;
mod probe;
mod rights;
mod subscriptions;
mod wire;

pub use meter::Spent;
pub use no_mailbox::NoMailbox;
pub use probe::Glance;
pub use rights::Rights;
pub use subscriptions::{Lifecycle, Notice, Subscription, Wanted, longest_life, read_notices};

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::{Cloud, Entra, Registration};

/// Graph over HTTP: holds the connection pool, the 4-at-once limit of each mailbox and the counters. Cheap to clone.
#[derive(Clone)]
pub struct Graph {
    inner: Arc<client::Inner>,
}

/// One mailbox with a token that is good now. Made anew for each piece of work.
#[derive(Clone)]
pub struct Mailbox {
    graph: Arc<client::Inner>,
    key: i64,
    /// `None`: the mailbox of whoever the token belongs to.
    owner: Option<String>,
    access: SecretString,
    lane: Arc<Semaphore>,
}

/// Somebody in the directory: who signed in, or whose mailbox it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Graph user id.
    pub id: String,
    /// Display name.
    pub display_name: String,
    /// UPN.
    pub user_principal_name: String,
    /// Primary mail address; falls back to the UPN when Graph says null.
    pub mail: String,
    /// Microsoft's clock (`Date` header of the answer).
    pub microsoft_now: Timestamp,
}

/// A message's id and the little that receiving needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRef {
    /// Immutable id.
    pub id: String,
    /// When it was received.
    pub received_at: Option<Timestamp>,
    /// Categories it had when it was listed: so that marking it needs no extra call to read them.
    pub categories: Vec<String>,
    /// Its version (`@odata.etag`), for `If-Match`. `None` as well when the listing left the categories out: marking then
    /// reads them first.
    pub etag: Option<String>,
    /// Whether it was read when it was listed; `None` where the listing does not say.
    pub is_read: Option<bool>,
}

/// A message to be marked read and categorised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToMark {
    /// Immutable id.
    pub id: String,
    /// Categories it had when it was last seen.
    pub categories: Vec<String>,
    /// Version at that time.
    pub etag: Option<String>,
    /// Categories to add.
    pub add: Vec<String>,
}

/// One page of a delta round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaPage {
    /// Items that are there.
    pub present: Vec<ItemRef>,
    /// Ids that left the folder.
    pub removed: Vec<String>,
    /// Link to follow: verbatim.
    pub next: DeltaNext,
    /// Microsoft's clock.
    pub microsoft_now: Timestamp,
}

/// What comes after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeltaNext {
    /// More pages in this round.
    Page(String),
    /// The round is complete; next time from here.
    Round(String),
}

/// Where a message is and what it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageState {
    /// Immutable id.
    pub id: String,
    /// Still a draft.
    pub is_draft: bool,
    /// Folder id.
    pub folder: String,
    /// Message-ID as Exchange has it, with angle brackets.
    pub internet_message_id: Option<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// When it was sent; `None` for a draft.
    pub sent_at: Option<Timestamp>,
}

/// What marking one message came to.
#[derive(Debug, Clone)]
pub struct Marked {
    /// Immutable id.
    pub id: String,
    /// Result for this one.
    pub result: std::result::Result<(), crate::Error>,
}

/// Counters since start, for budgets and the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Requests, each part of a `$batch` counted.
    pub requests: u64,
    /// HTTP round trips.
    pub round_trips: u64,
    /// Answers that asked to wait.
    pub throttled: u64,
}

impl Graph {
    /// For a cloud. Make `http` with [`crate::http_client`]: a token must not follow a redirect.
    pub fn new(http: reqwest::Client, cloud: Cloud) -> Self {
        Self { inner: Arc::new(client::Inner::new(http, cloud)) }
    }

    /// The mailbox of the account that the token belongs to (`/me`). `key` names the mailbox for the 4-at-once limit.
    pub fn mailbox(&self, key: i64, access: SecretString) -> Mailbox {
        Mailbox { graph: Arc::clone(&self.inner), key, owner: None, access, lane: self.inner.lane(key) }
    }

    /// Another mailbox (`/users/{owner}`): one that the token's person has rights to, or any where the token is the application's own,
    /// which has no `/me`. `owner` is an object id or a user principal name.
    pub fn mailbox_of(&self, key: i64, access: SecretString, owner: &str) -> Mailbox {
        Mailbox { owner: Some(owner.to_owned()), ..self.mailbox(key, access) }
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.inner.cloud
    }

    /// Graph of a cloud, over the same HTTP client; itself when it is the same cloud, so that limits and counters stay.
    pub fn in_cloud(&self, cloud: &Cloud) -> Self {
        if self.inner.cloud == *cloud {
            self.clone()
        } else {
            Self::new(self.inner.http.clone(), cloud.clone())
        }
    }

    /// Entra of the same cloud, over the same HTTP client.
    pub fn entra(&self, registration: Registration) -> Entra {
        Entra::new(self.inner.http.clone(), self.inner.cloud.clone(), registration)
    }

    /// What a mailbox has spent lately, by the calls of this process.
    pub fn spent(&self, key: i64) -> Spent {
        self.inner.meters.spent(key)
    }

    /// Counters.
    pub fn calls(&self) -> Calls {
        self.inner.calls()
    }
}
