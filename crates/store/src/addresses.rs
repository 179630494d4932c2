//! Support addresses, connections, their state and tokens.

use desk::{AddressId, BrandId, ConnectionId, ImportId};
use jiff::Timestamp;
use mail::Address;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{Lease, Result, Store, Tx};

/// Where a connection stands. Shown as Verified (`Verified`, `Delayed`) or Error (the rest), with the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Works.
    Verified,
    /// Microsoft asks to wait, or the mailbox is being moved. Heals by itself.
    Delayed,
    /// Somebody must sign in again.
    NeedsSignIn,
    /// An administrator of the tenant must change something.
    NeedsAdministrator,
    /// The desk's own client id, secret or certificate is refused.
    AppCredential,
    /// The mailbox does not exist any more.
    MailboxGone,
}

impl ConnectionState {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Delayed => "delayed",
            Self::NeedsSignIn => "needs_sign_in",
            Self::NeedsAdministrator => "needs_administrator",
            Self::AppCredential => "app_credential",
            Self::MailboxGone => "mailbox_gone",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Verified, Self::Delayed, Self::NeedsSignIn, Self::NeedsAdministrator, Self::AppCredential, Self::MailboxGone]
            .into_iter()
            .find(|s| s.as_str() == text)
    }

    /// True when mail flows (perhaps slowly).
    pub fn works(self) -> bool {
        matches!(self, Self::Verified | Self::Delayed)
    }
}

/// Why a connection is in its state: what Microsoft said, for people and support.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StateCause {
    /// Machine word: OAuth `error` or Graph `code`, e.g. `invalid_grant`, `MailboxNotEnabledForRESTAPI`.
    pub code: String,
    /// AADSTS number, if one was given: help only.
    pub aadsts: Option<u32>,
    /// Microsoft's own words, shortened, without anything secret.
    pub message: String,
    /// Graph `request-id` or Entra `trace_id`, for Microsoft's support.
    pub request_id: Option<String>,
    /// Missing scopes.
    #[serde(default)]
    pub missing_scopes: Vec<String>,
}

/// A support address with its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportAddress {
    /// Id.
    pub id: AddressId,
    /// The address.
    pub address: Address,
    /// Name customers see.
    pub name: String,
    /// Brand.
    pub brand: BrandId,
    /// Brand's name.
    pub brand_name: String,
    /// The default address of the account?
    pub is_default: bool,
    /// Its connection.
    pub connection: Connection,
}

/// An Exchange connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Id.
    pub id: ConnectionId,
    /// Entra tenant id.
    pub tenant: String,
    /// Graph user id of the account that signed in (compared at reconnect, never the address).
    pub account_id: String,
    /// User principal name, for people.
    pub account_name: String,
    /// State.
    pub state: ConnectionState,
    /// Since when.
    pub state_since: Timestamp,
    /// Why.
    pub cause: Option<StateCause>,
    /// Scopes of the last token answer, space separated.
    pub scopes: String,
    /// When the mailbox was connected, by Microsoft's clock: mail before it comes in by import only.
    pub connected_at: Timestamp,
    /// Last successful read.
    pub last_read_at: Option<Timestamp>,
    /// Last mail sent.
    pub last_sent_at: Option<Timestamp>,
}

/// A connection to be made.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// The mailbox's address, which becomes the support address.
    pub address: Address,
    /// Name customers see.
    pub name: String,
    /// Brand.
    pub brand: BrandId,
    /// Tenant.
    pub tenant: String,
    /// Graph user id.
    pub account_id: String,
    /// UPN.
    pub account_name: String,
    /// Tokens.
    pub tokens: Tokens,
    /// Scopes.
    pub scopes: String,
    /// Microsoft's time of connecting.
    pub connected_at: Timestamp,
}

/// Tokens of a connection.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access token.
    pub access: SecretString,
    /// Until when it may be used.
    pub access_expires_at: Timestamp,
    /// Refresh token.
    pub refresh: SecretString,
}

/// A mailbox whose turn has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub connection: ConnectionId,
    /// Since when.
    pub due_at: Timestamp,
}

/// Where delta reading of a folder stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The link to follow next (deltaLink or nextLink), verbatim.
    pub link: String,
    /// Items that came since the delta was started: Microsoft stops at 5,000 when a filter is set.
    pub carried: i64,
    /// When the round that led to it was started, by Microsoft's clock.
    pub round_started_at: Timestamp,
}

impl Store {
    /// All support addresses, by brand, then address.
    pub async fn support_addresses(&self) -> Result<Vec<SupportAddress>> {
        todo!()
    }

    /// One.
    pub async fn support_address(&self, id: AddressId) -> Result<SupportAddress> {
        let _ = id;
        todo!()
    }

    /// By connection.
    pub async fn address_of(&self, connection: ConnectionId) -> Result<SupportAddress> {
        let _ = connection;
        todo!()
    }

    /// Working mailboxes to be read at `now`, longest waiting first.
    pub async fn due_to_read(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        let _ = (now, limit);
        todo!()
    }

    /// The sealed tokens, opened.
    pub async fn tokens(&self, connection: ConnectionId) -> Result<Tokens> {
        let _ = connection;
        todo!()
    }

    /// The cursor of a folder (`inbox`).
    pub async fn cursor(&self, connection: ConnectionId, folder: &str) -> Result<Option<Cursor>> {
        let _ = (connection, folder);
        todo!()
    }
}

impl Tx {
    /// Makes address, connection and, when wanted, the import run (`Some(300)`). The first verified address becomes the
    /// default only if there is none. Refused ([`crate::Error::AddressInUse`]) when the address is anybody's.
    pub async fn connect(&self, new: &NewConnection, import: Option<u32>) -> Result<(AddressId, ConnectionId, Option<ImportId>)> {
        let _ = (new, import);
        todo!()
    }

    /// Removes the address and its connection. Tickets go over to the default. Refused for the default address. Ledger
    /// rows stay: mail known once is known for good, also when the mailbox is connected anew.
    pub async fn delete_address(&self, id: AddressId) -> Result<()> {
        let _ = id;
        todo!()
    }

    /// Makes the default; refused unless the connection works.
    pub async fn make_default(&self, id: AddressId) -> Result<()> {
        let _ = id;
        todo!()
    }

    /// Stores rotated tokens (before they are used) and the scopes that came with them.
    pub async fn store_tokens(&self, connection: ConnectionId, tokens: &Tokens, scopes: &str) -> Result<()> {
        let _ = (connection, tokens, scopes);
        todo!()
    }

    /// Sets the state; `state_since` moves only when the state changes. Announces [`crate::Topic::Addresses`] on a change.
    pub async fn set_state(&self, connection: ConnectionId, state: ConnectionState, cause: Option<&StateCause>) -> Result<()> {
        let _ = (connection, state, cause);
        todo!()
    }

    /// Stores the cursor, under the lease.
    pub async fn save_cursor(&self, lease: &Lease, connection: ConnectionId, folder: &str, cursor: Option<&Cursor>) -> Result<()> {
        let _ = (lease, connection, folder, cursor);
        todo!()
    }

    /// When to read next; with `read_at` the last success.
    pub async fn schedule_read(&self, connection: ConnectionId, next: Timestamp, read_at: Option<Timestamp>) -> Result<()> {
        let _ = (connection, next, read_at);
        todo!()
    }

    /// Last mail sent.
    pub async fn note_sent(&self, connection: ConnectionId, at: Timestamp) -> Result<()> {
        let _ = (connection, at);
        todo!()
    }
}
