//! Ways out of the stand-in: domains and addresses whose mail is handed to another mail server by SMTP, and mailboxes
//! that forward what they get, as a rule or an administrator's setting does in Exchange.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A mailbox that forwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// To this address.
    pub to: String,
    /// And keeps a copy.
    pub keep: bool,
}

/// A mail on its way to another mail server, for one recipient.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Relay {
    /// Number, given once.
    pub number: u64,
    /// `host:port`.
    pub server: String,
    /// Envelope sender; empty for a report.
    pub from: String,
    /// Who is told when it cannot be delivered; empty for nobody.
    pub bounce_to: String,
    /// Envelope recipient.
    pub to: String,
    /// Message-ID.
    pub message_id: String,
    /// Subject.
    pub subject: String,
    /// The mail.
    #[serde(with = "super::persist::base64_bytes")]
    pub raw: Bytes,
    /// First tried at.
    pub first: Timestamp,
    /// Tried again at.
    pub due: Timestamp,
    /// Tries so far.
    pub tries: u32,
    /// What the server said last.
    pub said: Option<String>,
}

/// The ways out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Routes {
    /// By address, or by domain with an `@` before it, in small letters: `host:port`.
    pub servers: BTreeMap<String, String>,
    /// By the owner of the mailbox.
    pub forwards: BTreeMap<String, Forward>,
    /// Under way.
    pub relays: Vec<Relay>,
    next: u64,
}

impl Routes {
    /// The server that takes mail for an address.
    pub fn server_for(&self, address: &str) -> Option<&String> {
        if self.servers.is_empty() {
            return None;
        }
        let address = address.to_ascii_lowercase();
        let by_domain = || address.rfind('@').and_then(|at| self.servers.get(&address[at..]));
        self.servers.get(&address).or_else(by_domain)
    }

    /// Puts a mail on its way.
    pub fn send(&mut self, mut relay: Relay) {
        self.next += 1;
        relay.number = self.next;
        self.relays.push(relay);
    }
}
