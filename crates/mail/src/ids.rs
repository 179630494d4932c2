//! Message-IDs and the signed token that ties a reply to its ticket.

use data_encoding::BASE32_NOPAD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{Address, Letter};

const PREFIX: &str = "[PD-";
/// 80 bits: sixteen letters.
const MAC_BYTES: usize = 10;
/// Longest text between prefix and bracket that can be a token, line breaks included.
const MAX_TOKEN: usize = 60;
/// A long thread repeats its token in each quoted mail; nobody needs more than this many.
const MAX_TOKENS: usize = 1_000;

/// A line that is nothing but a token of ours, genuine or not, with or without the mark of a quote.
pub(crate) fn looks_like_token(line: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '＞'));
    let inner = line.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| {
        inner.len() <= MAX_TOKEN
            && inner.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
    })
}

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

    /// An id of our own making, known to be well formed.
    pub(crate) fn written(id: String) -> Self {
        Self(id)
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
        let ticket = ticket.to_be_bytes();
        let significant = ticket.iter().position(|b| *b != 0).unwrap_or(ticket.len() - 1);
        let number = ticket.get(significant..).unwrap_or_default();
        let mac = self.mac(&ticket).finalize().into_bytes();
        let mac = mac.get(..MAC_BYTES).unwrap_or_default();
        format!("{PREFIX}{}-{}]", BASE32_NOPAD.encode(number), BASE32_NOPAD.encode(mac))
    }

    /// A support address that leads to a ticket: `support+pd-AE-…@example.com`. Exchange Online delivers it to `support@example.com`.
    pub fn tagged(&self, address: &Address, ticket: i64) -> Option<Address> {
        let token = self.token(ticket);
        let tag = token.trim_matches(['[', ']']);
        Address::parse(&format!("{}+{tag}@{}", address.local(), address.domain()))
    }

    /// The tickets whose genuine tokens stand in the letter, without repeats: first those in the addresses it was sent to, then those
    /// in subject, text and HTML, in order of appearance.
    pub fn find(&self, letter: &Letter) -> Vec<i64> {
        let mut tickets = self.find_in_addresses(letter);
        for ticket in self.find_in_words(letter) {
            if !tickets.contains(&ticket) {
                tickets.push(ticket);
            }
        }
        tickets
    }

    /// Those in the addresses it was sent to.
    pub fn find_in_addresses(&self, letter: &Letter) -> Vec<i64> {
        let mut tickets = Vec::new();
        for person in letter.to.iter().chain(&letter.cc).take(MAX_TOKENS) {
            // Addresses are kept in lower case.
            let tag = person.address.local().rsplit_once("+pd-").map(|(_, tag)| tag.to_uppercase());
            if let Some(ticket) = tag.and_then(|tag| self.verified(&format!("{tag}]")))
                && !tickets.contains(&ticket)
            {
                tickets.push(ticket);
            }
        }
        tickets
    }

    /// Those in subject, text and HTML.
    pub fn find_in_words(&self, letter: &Letter) -> Vec<i64> {
        let mut tickets = Vec::new();
        for text in [letter.subject.as_str(), &letter.text, letter.html.as_deref().unwrap_or_default()] {
            for ticket in self.genuine_in(text) {
                if !tickets.contains(&ticket) {
                    tickets.push(ticket);
                }
            }
        }
        tickets
    }

    fn genuine_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = i64> + 't {
        memchr::memmem::find_iter(text.as_bytes(), PREFIX.as_bytes())
            .take(MAX_TOKENS)
            .filter_map(move |at| self.verified(text.get(at + PREFIX.len()..)?))
    }

    /// The ticket of the token whose text behind the prefix begins here, if it is genuine.
    fn verified(&self, text: &str) -> Option<i64> {
        let end = text.as_bytes().iter().take(MAX_TOKEN).position(|b| *b == b']')?;
        // Mailers break long lines anywhere.
        let body: String = text.get(..end)?.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
        let (number, mac) = body.split_once('-')?;
        let number = BASE32_NOPAD.decode(number.as_bytes()).ok().filter(|number| number.len() <= 8)?;
        let mac = BASE32_NOPAD.decode(mac.as_bytes()).ok().filter(|mac| mac.len() == MAC_BYTES)?;
        let mut ticket = [0; 8];
        ticket.get_mut(8 - number.len()..)?.copy_from_slice(&number);
        // Compares in constant time.
        self.mac(&ticket).verify_truncated_left(&mac).ok()?;
        Some(i64::from_be_bytes(ticket))
    }

    fn mac(&self, ticket: &[u8; 8]) -> Hmac<Sha256> {
        // HMAC itself pads shorter keys with zeros to its block of 64 bytes; done here, nothing can fail.
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(self.0) {
            *to = from;
        }
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&block).into());
        mac.update(b"ticket token ");
        mac.update(ticket);
        mac
    }
}
