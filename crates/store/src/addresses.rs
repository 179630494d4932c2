//! Support addresses, connections, their state and tokens: what is stored; [`read`] and [`write`] say how.

mod backlog;
mod find;
mod forwarding;
mod own;
mod proof;
mod read;
mod system;
mod write;

pub use find::{AddressFilter, AddressQuery, BrandCount};
pub use forwarding::{LeftOver, Move};
pub(crate) use own::OwnAddresses;
pub use proof::{NotDefault, Proof};
pub(crate) use read::addresses;

use desk::{AddressId, BrandId, ConnectionId};
use jiff::Timestamp;
use mail::Address;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

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
    /// Mail comes in, but nobody has seen yet that the forwarding works: nothing is sent from the address (zendesk.md 4.2).
    Unproved,
}

impl Kind {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Forwarding => "forwarding",
            Self::System => "system",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Exchange, Self::Forwarding, Self::System].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl Mode {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delegated => "delegated",
            Self::AppOnly => "app_only",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Delegated, Self::AppOnly].into_iter().find(|mode| mode.as_str() == text)
    }
}

impl ConnectionState {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Delayed => "delayed",
            Self::NeedsSignIn => "needs_sign_in",
            Self::NeedsAdministrator => "needs_administrator",
            Self::AppCredential => "app_credential",
            Self::MailboxGone => "mailbox_gone",
            Self::Unproved => "unproved",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Verified,
            Self::Delayed,
            Self::NeedsSignIn,
            Self::NeedsAdministrator,
            Self::AppCredential,
            Self::MailboxGone,
            Self::Unproved,
        ]
        .into_iter()
        .find(|s| s.as_str() == text)
    }

    /// The states in which mail flows, as stored.
    pub(crate) const WORKING: [&'static str; 2] = [Self::Verified.as_str(), Self::Delayed.as_str()];

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
    /// Why there is no mailbox, where that is what is wrong: the connector's word for it.
    #[serde(default)]
    pub no_mailbox: Option<String>,
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

/// How an address is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its mailbox is read and sent from through Microsoft Graph.
    Exchange,
    /// Another mail server hands its mail over by SMTP.
    Forwarding,
    /// The desk's own way out, the net under account mail. Belongs to no support address.
    System,
}

/// By whose rights an Exchange mailbox is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A person signed in; the desk acts with that person's rights.
    Delegated,
    /// The desk's registration acts by itself (client credentials).
    AppOnly,
}

/// The account behind an Exchange connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeAccount {
    /// By whose rights.
    pub mode: Mode,
    /// Entra tenant id.
    pub tenant: String,
    /// Graph user id of the account that signed in, or of the mailbox where nobody did (compared at reconnect, never the address).
    pub account_id: String,
    /// Its user principal name, for people.
    pub account_name: String,
    /// The mailbox read, where it is not the account's own: a shared one, or any one where nobody signed in.
    pub mailbox: Option<OtherMailbox>,
    /// Scopes (or roles) of the last token answer, space separated.
    pub scopes: String,
    /// When the present refresh token was given.
    pub refreshed_at: Option<Timestamp>,
}

/// A mailbox that is reached by somebody else's rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherMailbox {
    /// Graph user id: stays when the mailbox is renamed.
    pub id: String,
    /// Its address or user principal name, for people.
    pub name: String,
}

impl ExchangeAccount {
    /// Graph id of the mailbox: for the same mailbox it is the same in every mode.
    pub fn mailbox_id(&self) -> &str {
        self.mailbox.as_ref().map_or(&self.account_id, |mailbox| &mailbox.id)
    }
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Id.
    pub id: ConnectionId,
    /// Kind.
    pub kind: Kind,
    /// The account; `None` for other kinds than [`Kind::Exchange`].
    pub account: Option<ExchangeAccount>,
    /// State.
    pub state: ConnectionState,
    /// Since when.
    pub state_since: Timestamp,
    /// Why.
    pub cause: Option<StateCause>,
    /// When the mailbox was connected, by Microsoft's clock: mail before it comes in by import only.
    pub connected_at: Timestamp,
    /// Last successful read.
    pub last_read_at: Option<Timestamp>,
    /// Last mail sent.
    pub last_sent_at: Option<Timestamp>,
    /// When it is read next.
    pub next_read_at: Timestamp,
    /// When a test mail last made the whole way out and back in.
    pub proved_at: Option<Timestamp>,
    /// When somebody reconnected it, until what had waited is in and out.
    pub catching_up_since: Option<Timestamp>,
    /// On its way to another kind.
    pub moving: Option<Move>,
    /// Last mail handed in by SMTP.
    pub last_forwarded_at: Option<Timestamp>,
    /// Until when SMTP brings mail although the connection is of another kind.
    pub forwarded_until: Option<Timestamp>,
    /// The test mail on its way, or the last one that did not come back.
    pub proof: Proof,
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
    /// How it is reached.
    pub reach: Reach,
    /// Time of connecting, by the clock that mail's times of receipt are compared with: Microsoft's for Exchange.
    pub connected_at: Timestamp,
}

/// How an address to be connected is reached.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "made once for a connection, never kept")]
pub enum Reach {
    /// Through Graph.
    Exchange(ExchangeAccount, Tokens),
    /// By SMTP from another server.
    Forwarding,
}

/// Tokens of a connection.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access token.
    pub access: SecretString,
    /// Until when it may be used.
    pub access_expires_at: Timestamp,
    /// Refresh token; `None` where nobody signed in: then a new access token is simply asked for.
    pub refresh: Option<SecretString>,
}

/// How far a reconnected mailbox has come with what had waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Mails that had arrived before the reconnection and were learnt of after it.
    pub came_in: u64,
    /// Those of them that have no outcome yet.
    pub still_in: u64,
    /// Mails that had waited to be sent and were sent after it.
    pub went_out: u64,
    /// Those that still wait.
    pub still_out: u64,
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
