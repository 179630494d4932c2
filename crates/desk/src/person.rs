//! People: owner, admins, agents, end users.

use mail::Address;
use serde::{Deserialize, Serialize};

use crate::PersonId;

/// What a person may do, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A customer.
    EndUser,
    /// Answers tickets.
    Agent,
    /// Agent who may also change the desk's settings and connect mailboxes.
    Admin,
    /// The admin who cannot be removed.
    Owner,
}

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::EndUser => "end_user",
            Role::Agent => "agent",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    /// From the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Role::EndUser, Role::Agent, Role::Admin, Role::Owner].into_iter().find(|r| r.as_str() == text)
    }

    /// Agent, admin or owner.
    pub fn is_staff(self) -> bool {
        self >= Role::Agent
    }

    /// Admin or owner.
    pub fn is_admin(self) -> bool {
        self >= Role::Admin
    }
}

/// The languages the product speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// `en` or `ja`.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Ja => "ja",
        }
    }

    /// From a language tag such as `ja-JP`.
    pub fn parse(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        match first.as_str() {
            "en" => Some(Language::En),
            "ja" => Some(Language::Ja),
            _ => None,
        }
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// Display name; the address when nothing better is known.
    pub name: String,
    /// Primary address.
    pub email: Address,
    /// Role.
    pub role: Role,
    /// Language of mails to this person and of the screens, if chosen or guessed.
    pub language: Option<Language>,
}
