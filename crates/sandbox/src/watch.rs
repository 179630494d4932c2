//! The request log and its counters: what tests and people look at to see what a client really did.

use std::collections::{BTreeMap, VecDeque};

use base64::Engine as _;
use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

const ROWS: usize = 20_000;
const BODY_LIMIT: usize = 4 << 20;
const BODIES_LIMIT: usize = 32 << 20;

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Row {
    /// Number, from 1.
    pub seq: u64,
    /// When it came, by the stand-in's clock.
    pub at: Timestamp,
    /// Method.
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// Query as sent.
    pub query: String,
    /// Mailbox address it was about.
    pub mailbox: Option<String>,
    /// Operation in Graph's path language, e.g. `GET /me/messages/{id}/$value`.
    pub operation: String,
    /// Status answered; 0 when the connection was cut.
    pub status: u16,
    /// Headers of the request; credentials are shortened.
    pub request_headers: Vec<(String, String)>,
    /// Body of the request.
    pub request_body: Bytes,
    /// Headers of the answer.
    pub response_headers: Vec<(String, String)>,
    /// Body of the answer.
    pub response_body: Bytes,
    /// How long it took.
    pub millis: u64,
    /// The `$batch` it was part of.
    pub batch: Option<u64>,
}

/// Counters since the start or the last clearing.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Requests, parts of batches too, envelopes not.
    pub requests: u64,
    /// Answers with status 429.
    pub throttled: u64,
    /// By operation.
    pub by_operation: BTreeMap<String, u64>,
    /// Mails submitted.
    pub sends: u64,
    /// Most requests at once for one application and mailbox.
    pub max_concurrent: usize,
}

/// The log.
#[derive(Debug, Default)]
pub struct Watch {
    next: u64,
    rows: VecDeque<Row>,
    body_bytes: usize,
    /// Counters.
    pub counters: Counters,
}

impl Watch {
    /// The next row's number.
    pub fn begin(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Files a row. Old rows go when there are too many; big bodies are not kept.
    pub fn file(&mut self, mut row: Row) {
        if row.operation != "POST /$batch" {
            self.counters.requests += 1;
        }
        if row.status == 429 {
            self.counters.throttled += 1;
        }
        *self.counters.by_operation.entry(row.operation.clone()).or_default() += 1;
        for body in [&mut row.request_body, &mut row.response_body] {
            if body.len() > BODY_LIMIT {
                *body = Bytes::new();
            }
            self.body_bytes += body.len();
        }
        let at = self.rows.iter().rposition(|r| r.seq < row.seq).map_or(0, |p| p + 1);
        self.rows.insert(at, row);
        while self.rows.len() > ROWS || self.body_bytes > BODIES_LIMIT {
            let Some(old) = self.rows.pop_front() else { break };
            self.body_bytes -= old.request_body.len() + old.response_body.len();
        }
    }

    /// Rows after `after`, at most `limit`.
    pub fn rows(&self, after: u64, limit: usize, bodies: bool) -> Vec<Value> {
        self.rows.iter().filter(|r| r.seq > after).take(limit).map(|r| r.to_json(bodies)).collect()
    }

    /// Forgets rows and counters; numbers go on.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.body_bytes = 0;
        self.counters = Counters::default();
    }
}

impl Row {
    fn to_json(&self, bodies: bool) -> Value {
        let mut row = json!({
            "seq": self.seq,
            "at": self.at.to_string(),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "mailbox": self.mailbox,
            "operation": self.operation,
            "status": self.status,
            "requestHeaders": headers(&self.request_headers),
            "responseHeaders": headers(&self.response_headers),
            "millis": self.millis,
        });
        if let Some(batch) = self.batch {
            row["batch"] = json!(batch);
        }
        if bodies {
            put_body(&mut row, "requestBody", &self.request_body);
            put_body(&mut row, "responseBody", &self.response_body);
        }
        row
    }
}

fn put_body(row: &mut Value, name: &str, body: &Bytes) {
    match std::str::from_utf8(body) {
        Ok(text) => row[name] = json!(text),
        Err(_) => {
            row[format!("{name}Base64")] = json!(base64::engine::general_purpose::STANDARD.encode(body));
        }
    }
}

fn headers(list: &[(String, String)]) -> Value {
    Value::Object(list.iter().map(|(n, v)| (n.clone(), Value::String(v.clone()))).collect::<Map<_, _>>())
}
