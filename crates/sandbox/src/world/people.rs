//! Tenants, the people in them, and the applications registered with Entra.

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
}

impl Tenant {
    /// A tenant whose people may consent for themselves.
    pub fn new(id: &str, domain: &str, name: &str) -> Self {
        Self {
            id: id.to_ascii_lowercase(),
            domain: domain.to_owned(),
            name: name.to_owned(),
            user_consent: true,
        }
    }
}

/// Where a person's mailbox lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxKind {
    /// In Exchange Online: reachable.
    #[default]
    Online,
    /// No licence.
    None,
    /// On the customer's own servers.
    OnPremises,
    /// Soft-deleted.
    Gone,
}

/// A person, or a team mailbox that can be signed in to.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
        }
    }
}

/// A registered application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Application {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
    /// Exact redirect addresses.
    pub redirect_uris: Vec<String>,
    /// Name shown on the consent page.
    pub name: String,
}
