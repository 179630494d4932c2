//! The page's texts, in English and Japanese.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::HeaderMap;

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Japanese.
    Japanese,
}

type Texts = HashMap<String, String>;

fn read(file: &str) -> Texts {
    serde_json::from_str(file).unwrap_or_default()
}

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| read(include_str!("../../outlook/faults.en.json")));
static JAPANESE: LazyLock<Texts> = LazyLock::new(|| read(include_str!("../../outlook/faults.ja.json")));

impl Language {
    /// Asked for in the address, kept in the cookie, or what the browser prefers.
    pub fn choose(asked: Option<&str>, kept: Option<&str>, headers: &HeaderMap) -> Self {
        let prefers = headers.get("accept-language").and_then(|v| v.to_str().ok());
        match asked.or(kept).or(prefers) {
            Some(tag) if tag.to_ascii_lowercase().starts_with("ja") => Self::Japanese,
            _ => Self::English,
        }
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// A text; the key itself where there is none.
    pub fn text(self, key: &str) -> String {
        let texts = match self {
            Self::English => &*ENGLISH,
            Self::Japanese => &*JAPANESE,
        };
        texts.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// Whether there is such a text.
    pub fn has(self, key: &str) -> bool {
        match self {
            Self::English => ENGLISH.contains_key(key),
            Self::Japanese => JAPANESE.contains_key(key),
        }
    }
}
