//! How values stand in cells: times as microseconds, lists as JSON, enums as words. What a cell must not hold is
//! reported with its place ([`Error::Inconsistent`]).

use jiff::Timestamp;
use mail::Address;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// The row being read, to name it when a cell is bad.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub table: &'static str,
    pub id: i64,
}

impl Row {
    fn bad(self, column: &'static str) -> Error {
        Error::Inconsistent { table: self.table, column, row: self.id.to_string() }
    }

    pub fn time(self, column: &'static str, micros: i64) -> Result<Timestamp> {
        Timestamp::from_microsecond(micros).map_err(|_| self.bad(column))
    }

    pub fn maybe_time(self, column: &'static str, micros: Option<i64>) -> Result<Option<Timestamp>> {
        micros.map(|micros| self.time(column, micros)).transpose()
    }

    /// A word's meaning, or the complaint about it.
    pub fn word<T>(self, column: &'static str, parsed: Option<T>) -> Result<T> {
        parsed.ok_or_else(|| self.bad(column))
    }

    pub fn maybe_word<T>(
        self,
        column: &'static str,
        word: Option<&str>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        word.map(|word| self.word(column, parse(word))).transpose()
    }

    pub fn json<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|_| self.bad(column))
    }

    pub fn maybe_json<T: DeserializeOwned>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>> {
        text.map(|text| self.json(column, text)).transpose()
    }

    pub fn address(self, column: &'static str, text: &str) -> Result<Address> {
        self.word(column, Address::parse(text))
    }
}

/// Microseconds since 1970.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// JSON of values that always have one (our own structs and lists).
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| unreachable!("own types have JSON: {error}"))
}

/// Text from outside as both databases take it: PostgreSQL knows no NUL in text.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// [`clean`] for what may be missing.
pub(crate) fn maybe_clean(text: Option<&str>) -> Option<String> {
    text.map(clean)
}

/// A count that went into the database as a number of its signed type.
pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A number for an `INTEGER` column; beyond its range the greatest there is.
pub(crate) fn small(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
