//! Tenants and the people in them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids;

/// An Entra tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tenant {
    /// GUID.
    pub id: String,
    /// Verified domain.
    pub domain: String,
    /// Display name.
    pub name: String,
    /// Whether people may consent for themselves to mail permissions. Microsoft's default since 2025-11 is `false`.
    pub user_consent: bool,
    /// The admin consent workflow: who may not consent can ask an administrator (AADSTS90095) instead of a dead end (90094).
    #[serde(default)]
    pub consent_requests: bool,
}

/// Tenant of all personal Microsoft accounts.
pub const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

impl Tenant {
    /// A tenant whose people may consent for themselves.
    pub fn new(id: &str, domain: &str, name: &str) -> Self {
        Self {
            id: id.to_ascii_lowercase(),
            domain: domain.to_owned(),
            name: name.to_owned(),
            user_consent: true,
            consent_requests: false,
        }
    }

    /// The tenant of personal accounts.
    pub fn consumers() -> Self {
        Self::new(CONSUMERS, "live.example", "Personal accounts")
    }
}

/// Where a person's mailbox lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxKind {
    /// In Exchange Online: reachable.
    #[default]
    Online,
    /// Never had one.
    None,
    /// On the customer's own servers.
    OnPremises,
    /// Soft-deleted.
    Gone,
    /// The licence was taken away; what lies in it is kept.
    Unlicensed,
    /// Being moved to another database: nothing can be reached for a while.
    Moving,
    /// Full: can be read, nothing can be put into it or sent.
    Full,
}

impl MailboxKind {
    /// Mail arrives in it. A full one here has reached the limit for sending, not yet the one for receiving.
    pub fn receives(self) -> bool {
        matches!(self, Self::Online | Self::Moving | Self::Full)
    }

    /// There is a mailbox in Exchange Online, reachable or not.
    pub fn exists(self) -> bool {
        self.receives() || matches!(self, Self::Gone | Self::Unlicensed)
    }
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A person of an organisation.
    #[default]
    User,
    /// A shared mailbox: sign-in is blocked, people reach it by their rights.
    Shared,
    /// A personal Microsoft account.
    Personal,
}

/// A person, a team mailbox that can be signed in to, or a shared mailbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Object id, a GUID in small letters.
    pub id: String,
    /// Tenant id.
    pub tenant: String,
    /// User principal name: what one signs in with.
    pub upn: String,
    /// Mail address; may differ from the UPN.
    pub mail: String,
    /// Display name in the directory; the only From name Exchange sends.
    pub name: String,
    /// Password of the form sign-in.
    pub password: String,
    /// Language tag of the mailbox.
    pub language: String,
    /// Where the mailbox lives.
    pub mailbox: MailboxKind,
    /// May consent for the whole tenant.
    pub admin: bool,
    /// Sign-in allowed.
    pub enabled: bool,
    /// Refresh tokens issued before this moment are dead (AADSTS50173).
    pub tokens_valid_from: Timestamp,
    /// What kind of account.
    pub kind: AccountKind,
    /// Locked until then after wrong passwords (AADSTS50053).
    pub locked_until: Option<Timestamp>,
    /// A second factor is demanded (AADSTS50076 for sign-ins without one).
    pub mfa: bool,
    /// A policy of conditional access keeps them out (AADSTS53003).
    pub blocked: bool,
    /// They must sign in again after so many hours (AADSTS70043).
    pub sign_in_hours: Option<i64>,
}

impl Person {
    /// Locked at this moment.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }
}

impl Default for Person {
    fn default() -> Self {
        Self {
            id: ids::guid(),
            tenant: String::new(),
            upn: String::new(),
            mail: String::new(),
            name: String::new(),
            password: "password".to_owned(),
            language: "en".to_owned(),
            mailbox: MailboxKind::Online,
            admin: false,
            enabled: true,
            tokens_valid_from: Timestamp::UNIX_EPOCH,
            kind: AccountKind::User,
            locked_until: None,
            mfa: false,
            blocked: false,
            sign_in_hours: None,
        }
    }
}
