//! Pages of lists, in both ways that clients know (zendesk.md 8.1): by cursor (`page[size]`, `page[after]`,
//! `page[before]`) and by number (`page`, `per_page`).

use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::base::Sender;
use crate::error::Refusal;
use crate::routes::BASE;

/// Most records of a page.
const LARGEST: u64 = 100;
/// Most pages by number; beyond them cursors must be used.
const MOST_PAGES: u64 = 100;

/// What a request says behind the question mark, and which part of a list it wants.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    path: String,
    query: Vec<(String, String)>,
    /// Which part.
    pub(crate) part: Part,
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// At most `size` with ids after or before one.
    Cursor {
        /// How many.
        size: u64,
        /// After this id.
        after: Option<i64>,
        /// Before this id.
        before: Option<i64>,
    },
    /// A page by number, from 1.
    Number {
        /// Which.
        page: u64,
        /// How many each.
        size: u64,
    },
}

impl Part {
    /// Records of a page.
    pub(crate) fn size(self) -> u64 {
        match self {
            Part::Cursor { size, .. } | Part::Number { size, .. } => size,
        }
    }
}

fn cursor(id: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("id:{id}"))
}

fn id_of(cursor: &str) -> Option<i64> {
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    decoded.strip_prefix("id:")?.parse().ok()
}

impl Wanted {
    /// Reads an address.
    pub(crate) fn of(uri: &Uri) -> Result<Self, Refusal> {
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let number = |name: &str| match value(name) {
            None => Ok(None),
            Some(text) => match text.parse::<u64>() {
                Ok(number) if number > 0 => Ok(Some(number)),
                _ => Err(Refusal::Bad(format!("{name} must be a number from 1"))),
            },
        };
        let place = |name: &str| match value(name) {
            None | Some("") => Ok(None),
            Some(text) => {
                id_of(text).map(Some).ok_or_else(|| Refusal::Bad(format!("{name} is not a cursor")))
            }
        };
        let part = if query.iter().any(|(key, _)| key.starts_with("page[")) {
            let size = number("page[size]")?.unwrap_or(LARGEST);
            if size > LARGEST {
                return Err(Refusal::Bad(format!("page[size] must be at most {LARGEST}")));
            }
            Part::Cursor { size, after: place("page[after]")?, before: place("page[before]")? }
        } else {
            let page = number("page")?.unwrap_or(1);
            if page > MOST_PAGES {
                return Err(Refusal::Bad(format!(
                    "page must be at most {MOST_PAGES}; use cursors beyond that"
                )));
            }
            Part::Number { page, size: number("per_page")?.unwrap_or(LARGEST).min(LARGEST) }
        };
        // The part of the path before the resources was taken off where the API is mounted.
        Ok(Self { path: format!("{BASE}{}", uri.path()), part, query })
    }

    /// A parameter.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may stand several times (`role[]`).
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether something beside the list is asked for (`include=brands`).
    pub(crate) fn includes(&self, what: &str) -> bool {
        self.value("include").is_some_and(|list| list.split(',').any(|word| word.trim() == what))
    }

    /// This address with other parameters.
    fn link(&self, sender: &Sender, change: &[(&str, String)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let replaced = |key: &str| {
            ["page", "page[after]", "page[before]"].contains(&key)
                || change.iter().any(|(name, _)| *name == key)
        };
        for (key, value) in self.query.iter().filter(|(key, _)| !replaced(key)) {
            query.append_pair(key, value);
        }
        for (key, value) in change {
            query.append_pair(key, value);
        }
        format!("{}{}.json?{}", sender.base, self.path, query.finish())
    }

    /// The members of the answer that lead on by cursor. `ids`: of the first and the last record shown. The links stand on
    /// the last page too; only an empty page has none.
    pub(crate) fn by_cursor(
        &self,
        sender: &Sender,
        ids: Option<(i64, i64)>,
        has_more: bool,
    ) -> Map<String, Value> {
        let (before, after) = (ids.map(|(first, _)| cursor(first)), ids.map(|(_, last)| cursor(last)));
        let next = after.clone().map(|after| self.link(sender, &[("page[after]", after)]));
        let prev = before.clone().map(|before| self.link(sender, &[("page[before]", before)]));
        members(json!({
            "meta": { "has_more": has_more, "after_cursor": after, "before_cursor": before },
            "links": { "next": next, "prev": prev },
        }))
    }

    /// The members of the answer that lead on by number.
    pub(crate) fn by_number(&self, sender: &Sender, page: u64, size: u64, count: u64) -> Map<String, Value> {
        let link = |page: u64| self.link(sender, &[("page", page.to_string())]);
        let next = (page.saturating_mul(size) < count).then(|| link(page + 1));
        let previous = (page > 1).then(|| link(page - 1));
        members(json!({ "count": count, "next_page": next, "previous_page": previous }))
    }

    /// A part of a list that is here as a whole.
    pub(crate) fn cut<T>(
        &self,
        sender: &Sender,
        mut all: Vec<T>,
        id: impl Fn(&T) -> i64,
    ) -> (Vec<T>, Map<String, Value>) {
        all.sort_by_key(&id);
        match self.part {
            Part::Number { page, size } => {
                let count = all.len() as u64;
                let skipped = usize::try_from((page - 1) * size).unwrap_or(usize::MAX);
                let some: Vec<T> = all.into_iter().skip(skipped).take(size_of(size)).collect();
                let more = self.by_number(sender, page, size, count);
                (some, more)
            }
            Part::Cursor { size, after, before } => {
                all.retain(|item| {
                    after.is_none_or(|after| id(item) > after)
                        && before.is_none_or(|before| id(item) < before)
                });
                let has_more = all.len() > size_of(size);
                if before.is_some() && has_more {
                    all.drain(..all.len() - size_of(size));
                }
                all.truncate(size_of(size));
                let ids = all.first().map(&id).zip(all.last().map(&id));
                let more = self.by_cursor(sender, ids, has_more);
                (all, more)
            }
        }
    }
}

fn size_of(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
