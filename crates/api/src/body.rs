//! A request's body: `{"user": {...}}`. What is not known is ignored and named in the answer.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use serde_json::{Map, Value};

use crate::error::Refusal;

/// The object inside the wrapper.
#[derive(Debug)]
pub(crate) struct Body {
    members: Map<String, Value>,
}

impl Body {
    /// Reads bytes; `key` is the wrapper.
    pub(crate) fn of(bytes: &[u8], key: &'static str) -> Result<Self, Refusal> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| Refusal::Bad(format!("the body is not JSON: {error}")))?;
        match value.get(key) {
            Some(Value::Object(members)) => Ok(Self { members: members.clone() }),
            _ => Err(Refusal::Bad(format!("the body has no object \"{key}\""))),
        }
    }

    /// A text; `None` when it is missing or null.
    pub(crate) fn text(&self, field: &'static str) -> Result<Option<String>, Refusal> {
        match self.members.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refusal::invalid(field)),
        }
    }

    /// A number, also where it was written as a text.
    pub(crate) fn number(&self, field: &'static str) -> Result<Option<i64>, Refusal> {
        match self.members.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or(Refusal::invalid(field)),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| Refusal::invalid(field)),
            Some(_) => Err(Refusal::invalid(field)),
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&self, field: &'static str) -> Result<Option<bool>, Refusal> {
        match self.members.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Refusal::invalid(field)),
        }
    }

    /// Whether a field is there, also as null.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.members.contains_key(field)
    }

    /// Names in the answer's header what of the request was not used.
    pub(crate) fn warn(&self, known: &[&str], mut response: Response) -> Response {
        let unused: Vec<&str> =
            self.members.keys().map(String::as_str).filter(|key| !known.contains(key)).collect();
        if !unused.is_empty()
            && let Ok(value) =
                HeaderValue::from_str(&format!("Removed restricted keys {unused:?} from parameters"))
        {
            response.headers_mut().insert(HeaderName::from_static("x-zendesk-api-warn"), value);
        }
        response
    }
}
