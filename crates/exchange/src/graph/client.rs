//! The one way to Graph: token, immutable ids, four calls at once for a mailbox, counters, log fields, classes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;
use tracing::{debug, warn};
use url::Url;

use super::{Calls, Mailbox};
use crate::http::{Answer, exchange, read_again};
use crate::{Cloud, Error, Result, classify};

/// Ids that stay when a message moves. On every call: an id of the other kind would be another message to the ledger.
pub(super) const IMMUTABLE: &str = "IdType=\"ImmutableId\"";
/// Calls at once that Exchange allows an application for one mailbox; beyond it answers 429 (MailboxConcurrency).
const AT_ONCE: u32 = 4;
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What all mailboxes share.
pub(super) struct Inner {
    pub http: reqwest::Client,
    pub cloud: Cloud,
    lanes: Mutex<HashMap<i64, Arc<Semaphore>>>,
    requests: AtomicU64,
    round_trips: AtomicU64,
    throttled: AtomicU64,
}

impl Inner {
    pub fn new(http: reqwest::Client, cloud: Cloud) -> Self {
        Self {
            http,
            cloud,
            lanes: Mutex::default(),
            requests: AtomicU64::default(),
            round_trips: AtomicU64::default(),
            throttled: AtomicU64::default(),
        }
    }

    /// The lane of a mailbox: the same for all who name it by the same key.
    pub fn lane(&self, key: i64) -> Arc<Semaphore> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(key).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE as usize))))
    }

    pub fn calls(&self) -> Calls {
        Calls {
            requests: self.requests.load(Relaxed),
            round_trips: self.round_trips.load(Relaxed),
            throttled: self.throttled.load(Relaxed),
        }
    }

    /// Counts an answer that asked to wait: a part of a batch, or a call.
    pub fn note(&self, error: &Error) {
        if matches!(error, Error::Throttled { .. }) {
            self.throttled.fetch_add(1, Relaxed);
        }
    }
}

/// One call, before it is sent.
#[derive(Clone)]
pub(super) struct Call {
    /// Name in the log.
    pub operation: &'static str,
    method: Method,
    url: Url,
    prefer: Option<&'static str>,
    body: Body,
    timeout: Duration,
    on_item: bool,
    weight: u32,
    parts: u64,
    authorized: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Clone)]
enum Body {
    None,
    /// `Content-Length: 0`, which Graph asks for where an action has no body.
    Empty,
    Json(serde_json::Value),
    Bytes(bytes::Bytes),
}

impl Call {
    fn new(operation: &'static str, method: Method, url: Url) -> Self {
        Self {
            operation,
            method,
            url,
            prefer: None,
            body: Body::None,
            timeout: TIMEOUT,
            on_item: false,
            weight: 1,
            parts: 1,
            authorized: true,
            headers: Vec::new(),
        }
    }

    pub fn get(operation: &'static str, url: Url) -> Self {
        Self::new(operation, Method::GET, url)
    }

    /// A POST with a JSON body.
    pub fn post(operation: &'static str, url: Url, body: serde_json::Value) -> Self {
        Self { body: Body::Json(body), ..Self::new(operation, Method::POST, url) }
    }

    /// A POST without a body.
    pub fn act(operation: &'static str, url: Url) -> Self {
        Self { body: Body::Empty, ..Self::new(operation, Method::POST, url) }
    }

    /// A PUT of bytes to an upload address, which is its own permission: no token goes with it.
    pub fn upload(operation: &'static str, url: Url, content: bytes::Bytes) -> Self {
        Self { body: Body::Bytes(content), ..Self::new(operation, Method::PUT, url).unauthorized() }
    }

    pub fn unauthorized(self) -> Self {
        Self { authorized: false, ..self }
    }

    /// A query option, `$select` and the like.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        // Not `query_pairs_mut`: it would write `$` as `%24` and a blank as `+`.
        let query = self.url.query().map(|query| format!("{query}&")).unwrap_or_default();
        let value = value.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace('#', "%23");
        self.url.set_query(Some(&format!("{query}{name}={value}")));
        self
    }

    /// Only its address, for a part of a batch.
    pub fn into_url(self) -> Url {
        self.url
    }

    /// A wish beside the immutable ids.
    pub fn prefer(self, wish: &'static str) -> Self {
        Self { prefer: Some(wish), ..self }
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The call is about one message: what is not found is that message, not the mailbox.
    pub fn on_item(self) -> Self {
        Self { on_item: true, ..self }
    }

    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// A batch of `parts` calls: Exchange runs four of them at once, so it takes the whole lane.
    pub fn batch_of(self, parts: usize) -> Self {
        Self { weight: AT_ONCE, parts: parts as u64, ..self }
    }
}

impl Mailbox {
    /// An address below `/me`.
    pub(super) fn at(&self, segments: &[&str]) -> Url {
        let mut path = vec!["me"];
        path.extend(segments);
        self.graph.cloud.graph_at(&path)
    }

    /// A reading call: tried up to three times.
    pub(super) async fn read(&self, call: Call) -> Result<Answer> {
        read_again(async || self.call(call.clone()).await).await
    }

    /// One call, once. Anything but a 2xx is an error with its class.
    pub(super) async fn call(&self, call: Call) -> Result<Answer> {
        let (operation, on_item, parts) = (call.operation, call.on_item, call.parts);
        // The semaphore is never closed; if it were, there would be no limit to keep.
        let _place = self.lane.acquire_many(call.weight).await.ok();
        self.graph.requests.fetch_add(parts, Relaxed);
        self.graph.round_trips.fetch_add(1, Relaxed);
        let started = Instant::now();
        let outcome = exchange(self.request(call)?).await.and_then(|answer| match answer.status {
            200..=299 => Ok(answer),
            _ => Err(classify::graph(&answer, on_item)),
        });
        let mailbox = self.key;
        let millis = started.elapsed().as_millis();
        match &outcome {
            Ok(answer) => {
                let request_id = answer.header("request-id");
                debug!(mailbox, operation, status = answer.status, request_id, millis, "Graph answered");
            }
            Err(error) => {
                self.graph.note(error);
                let trace = error.trace().cloned().unwrap_or_default();
                let request_id = trace.request_id.as_deref();
                warn!(mailbox, operation, status = trace.status, request_id, millis, %error, "Graph refused");
            }
        }
        outcome
    }

    fn request(&self, call: Call) -> Result<reqwest::RequestBuilder> {
        let mut request = self.graph.http.request(call.method, call.url).timeout(call.timeout);
        if call.authorized {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.access.expose_secret()))
                .map_err(|_| Error::Unexpected("the access token does not fit into a header".into()))?;
            bearer.set_sensitive(true);
            let prefer =
                call.prefer.map_or_else(|| IMMUTABLE.to_owned(), |wish| format!("{IMMUTABLE}, {wish}"));
            request = request.header(AUTHORIZATION, bearer).header("Prefer", prefer);
        }
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        Ok(match call.body {
            Body::None => request,
            Body::Empty => request.header(CONTENT_LENGTH, 0),
            Body::Json(json) => request.json(&json),
            Body::Bytes(content) => request.body(content),
        })
    }
}
