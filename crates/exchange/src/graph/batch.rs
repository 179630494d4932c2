//! `$batch`: up to 20 calls in one round trip, each judged alone.

use std::collections::HashMap;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use url::Url;

use super::Mailbox;
use super::client::{Call, IMMUTABLE};
use super::wire::{BatchAnswer, PartAnswer};
use crate::http::Answer;
use crate::{Error, Result, classify};

/// Parts that Graph takes in one batch.
pub(super) const MOST: usize = 20;

/// One call of a batch.
pub(super) struct Part {
    method: Method,
    url: Url,
    if_match: Option<String>,
    body: Option<Value>,
}

impl Part {
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, if_match: None, body: None }
    }

    /// Only if the message is still of this version.
    pub fn if_match(self, etag: Option<&str>) -> Self {
        Self { if_match: etag.map(str::to_owned), ..self }
    }

    pub fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// As the batch wants it: the address relative to the service's root, the immutable ids wished for in each part.
    fn to_json(&self, id: usize, root: &str) -> Value {
        let mut headers = Map::new();
        headers.insert("Prefer".into(), IMMUTABLE.into());
        if let Some(etag) = &self.if_match {
            headers.insert("If-Match".into(), etag.as_str().into());
        }
        let url = self.url.as_str();
        let mut part = json!({
            "id": id.to_string(),
            "method": self.method.as_str(),
            "url": url.strip_prefix(root).unwrap_or(url),
        });
        if let Some(body) = &self.body {
            headers.insert("Content-Type".into(), "application/json".into());
            part["body"] = body.clone();
        }
        part["headers"] = headers.into();
        part
    }
}

impl Mailbox {
    /// Sends the parts and answers each one's body or error, in the order of the parts. An error of the whole is one of the
    /// round trip. No parts, no call.
    pub(super) async fn batch(
        &self,
        operation: &'static str,
        parts: Vec<Part>,
    ) -> Result<Vec<Result<Value>>> {
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let root = self.graph.cloud.graph_at(&[]);
        let requests: Vec<Value> =
            parts.iter().enumerate().map(|(id, part)| part.to_json(id, root.as_str())).collect();
        let call =
            Call::post(operation, self.graph.cloud.graph_at(&["$batch"]), json!({ "requests": requests }));
        let answer: BatchAnswer = self.call(call.batch_of(parts.len())).await?.json()?;
        let mut answers: HashMap<String, PartAnswer> =
            answer.responses.into_iter().map(|part| (part.id.clone(), part)).collect();
        Ok((0..parts.len())
            .map(|id| match answers.remove(&id.to_string()) {
                Some(part) => judge(part).inspect_err(|error| self.graph.note(self.key, error)),
                None => Err(Error::NoAnswer("a part of the batch was not answered".into())),
            })
            .collect())
    }
}

fn judge(part: PartAnswer) -> Result<Value> {
    if (200..300).contains(&part.status) {
        return Ok(part.body);
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &part.headers {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(text)) {
            headers.insert(name, value);
        }
    }
    let body = Bytes::from(part.body.to_string());
    Err(classify::graph(&Answer { status: part.status, headers, body }, true))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_part_asks_for_immutable_ids_and_names_its_version() {
        let url = Url::parse("https://graph.microsoft.com/v1.0/me/messages/AAk%2Fb=").unwrap();
        let part = Part::new(Method::PATCH, url).if_match(Some("W/\"7\"")).body(json!({ "isRead": true }));
        assert_eq!(
            part.to_json(3, "https://graph.microsoft.com/v1.0"),
            json!({
                "id": "3",
                "method": "PATCH",
                "url": "/me/messages/AAk%2Fb=",
                "headers": {
                    "Prefer": "IdType=\"ImmutableId\"",
                    "If-Match": "W/\"7\"",
                    "Content-Type": "application/json",
                },
                "body": { "isRead": true },
            })
        );
    }

    #[test]
    fn a_throttled_part_has_its_own_wait() {
        let part: PartAnswer = serde_json::from_value(json!({
            "id": "0",
            "status": 429,
            "headers": { "Retry-After": "2.5" },
            "body": { "error": { "code": "TooManyRequests", "message": "slow down" } },
        }))
        .unwrap();
        let Err(Error::Throttled { retry_after, trace }) = judge(part) else { panic!("not throttled") };
        assert_eq!(retry_after, Some(Duration::from_millis(2500)));
        assert_eq!(trace.code, "TooManyRequests");
    }
}
