//! Message-IDs and the signed token that ties a reply to its ticket.

use serde::{Deserialize, Serialize};

use crate::Letter;

/// A Message-ID without angle brackets and white space, as written otherwise (they are case-sensitive).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// Reads one id with or without angle brackets; `None` if empty, over 900 bytes, or holding control characters or spaces.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>').trim();
        let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>');
        (!text.is_empty() && text.len() <= 900 && !text.contains(bad)).then(|| Self(text.to_owned()))
    }

    /// Without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With angle brackets, as it stands in a header.
    pub fn bracketed(&self) -> String {
        format!("<{}>", self.0)
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The account's key for ticket tokens (32 bytes).
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// From 32 random bytes, kept by the store's vault.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The token that stands (hidden) in each outgoing mail of a ticket, with its square brackets.
    /// Knowing one ticket's token says nothing about another's.
    pub fn token(&self, ticket: i64) -> String {
        let _ = (ticket, self.0);
        todo!()
    }

    /// The tickets whose genuine tokens stand in the letter (body text or HTML), in order of appearance, without repeats.
    pub fn find(&self, letter: &Letter) -> Vec<i64> {
        let _ = letter;
        todo!()
    }
}
