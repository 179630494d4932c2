//! People outside every tenant, and the mail they wrote and got.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Written to this person.
    Received,
    /// Written by this person.
    Sent,
}

/// One mail of an outside person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutsideMail {
    /// Number.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub direction: Direction,
    /// The bytes.
    #[serde(with = "super::persist::base64_bytes")]
    pub raw: Bytes,
}

/// An outside person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OutsidePerson {
    /// Display name, as last seen.
    pub name: String,
    /// Mail, oldest first.
    pub mails: Vec<OutsideMail>,
}

/// All of them, by address in small letters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outside {
    /// By address.
    pub people: BTreeMap<String, OutsidePerson>,
    next: u64,
}

impl Outside {
    /// Files a mail with a person.
    pub fn file(&mut self, address: &str, name: &str, direction: Direction, at: Timestamp, raw: Bytes) {
        self.next += 1;
        let number = self.next;
        let person = self.people.entry(address.to_ascii_lowercase()).or_default();
        if !name.is_empty() {
            name.clone_into(&mut person.name);
        }
        person.mails.push(OutsideMail { number, at, direction, raw });
    }
}
