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

use super::meter::Meters;
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
    pub meters: Meters,
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
            meters: Meters::default(),
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
    pub fn note(&self, key: i64, error: &Error) {
        if matches!(error, Error::Throttled { .. }) {
            self.throttled.fetch_add(1, Relaxed);
            self.meters.throttled(key);
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
    pub fn new(operation: &'static str, method: Method, url: Url) -> Self {
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

    /// A PATCH with a JSON body.
    pub fn patch(operation: &'static str, url: Url, body: serde_json::Value) -> Self {
        Self { body: Body::Json(body), ..Self::new(operation, Method::PATCH, url) }
    }

    /// A DELETE.
    pub fn delete(operation: &'static str, url: Url) -> Self {
        Self::new(operation, Method::DELETE, url)
    }

    /// A PUT of bytes to an upload address, which is its own permission: no token goes with it.
    pub fn upload(operation: &'static str, url: Url, content: bytes::Bytes) -> Self {
        Self { body: Body::Bytes(content), authorized: false, ..Self::new(operation, Method::PUT, url) }
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

    /// Bytes that count against what Exchange takes of a mailbox: the bodies of everything but reading calls.
    fn upload_size(&self) -> u64 {
        match &self.body {
            Body::None | Body::Empty => 0,
            Body::Json(json) => json.to_string().len() as u64,
            Body::Bytes(content) => content.len() as u64,
        }
    }

    /// A batch of `parts` calls: Exchange runs four of them at once, so it takes the whole lane.
    pub fn batch_of(self, parts: usize) -> Self {
        Self { weight: AT_ONCE, parts: parts as u64, ..self }
    }
}

impl Mailbox {
    /// An address below the mailbox: `/me`, or `/users/{id}` where it is not the token's own.
    pub(super) fn at(&self, segments: &[&str]) -> Url {
        let mut path = match &self.owner {
            None => vec!["me"],
            Some(owner) => vec!["users", owner],
        };
        path.extend(segments);
        self.graph.cloud.graph_at(&path)
    }

    /// A stored link, if this mailbox can follow it. A link that begins at `/me` means whoever the token belongs to: where the
    /// mailbox is named it is another one's, or nobody's.
    pub(super) fn link_to_follow(&self, link: &str) -> Option<Url> {
        let url = self.graph.cloud.graph_link(link)?;
        let root = self.graph.cloud.graph_at(&[]);
        let below = url.path().strip_prefix(root.path())?.trim_start_matches('/');
        let of_me = below.split(['/', '(']).next().is_some_and(|first| first.eq_ignore_ascii_case("me"));
        (self.owner.is_none() || !of_me).then_some(url)
    }

    /// A reading call: tried up to three times.
    pub(super) async fn read(&self, call: Call) -> Result<Answer> {
        read_again(|| self.call(call.clone())).await
    }

    /// One call, once. Anything but a 2xx is an error with its class.
    pub(super) async fn call(&self, call: Call) -> Result<Answer> {
        let (operation, on_item, parts) = (call.operation, call.on_item, call.parts);
        // The semaphore is never closed; if it were, there would be no limit to keep.
        let _place = self.lane.acquire_many(call.weight).await.ok();
        self.graph.requests.fetch_add(parts, Relaxed);
        self.graph.round_trips.fetch_add(1, Relaxed);
        self.graph.meters.called(self.key, parts, call.upload_size());
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
            // Asking whether something is there is a question, not a failure.
            Err(Error::NotFound(trace)) => {
                let request_id = trace.request_id.as_deref();
                debug!(
                    mailbox,
                    operation,
                    status = trace.status,
                    request_id,
                    millis,
                    "Graph has no such item"
                );
            }
            Err(error) => {
                self.graph.note(mailbox, error);
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::super::Graph;
    use super::*;

    #[test]
    fn query_options_are_written_as_microsoft_documents_them() {
        let call = Call::get("list", Url::parse("https://graph.microsoft.com/v1.0/me/messages").unwrap())
            .query("$select", "id,subject")
            .query("$filter", "a eq 'R&D + 100% #1'");
        let url = call.into_url();
        assert_eq!(
            url.query(),
            Some("$select=id,subject&$filter=a%20eq%20%27R%26D%20%2B%20100%25%20%231%27")
        );
    }

    /// What goes over the wire for a call that is answered with `answer`.
    async fn on_the_wire(answer: &'static str, call: impl AsyncFnOnce(Mailbox)) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 65536];
            let read = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(request[..read].to_vec()).unwrap().to_lowercase()
        });
        let graph = Graph::new(crate::http_client(None).unwrap(), Cloud { login: base.clone(), graph: base });
        call(graph.mailbox(1, "opensesame".into())).await;
        served.await.unwrap()
    }

    #[tokio::test]
    async fn a_send_has_no_body_and_says_so_once() {
        let answer = "HTTP/1.1 202 Accepted\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n";
        let request = on_the_wire(answer, async |mailbox| {
            mailbox.send("AAk=").await.unwrap();
        })
        .await;
        assert!(request.starts_with("post /v1.0/me/messages/aak=/send http/1.1\r\n"), "{request}");
        assert_eq!(request.matches("content-length: 0\r\n").count(), 1, "{request}");
        assert!(!request.contains("content-type"), "an empty body is no JSON");
        assert!(request.contains("prefer: idtype=\"immutableid\"\r\n"));
        assert!(request.contains("authorization: bearer opensesame\r\n"));
    }

    #[tokio::test]
    async fn another_mailbox_is_addressed_by_its_owner() {
        let answer = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        let request = on_the_wire(answer, async |mailbox| {
            let shared = Mailbox { owner: Some("help@b".into()), ..mailbox };
            shared.send("AAk=").await.unwrap();
        })
        .await;
        assert!(request.starts_with("post /v1.0/users/help@b/messages/aak=/send http/1.1\r\n"), "{request}");
    }

    /// After a change from a person's own sign-in to another way the old cursor would be followed as somebody else, or refused.
    #[test]
    fn a_link_of_me_is_followed_only_as_me() {
        let graph = Graph::new(crate::http_client(None).unwrap(), Cloud::preset("global").unwrap());
        let own = graph.mailbox(1, "t".into());
        let named = graph.mailbox_of(1, "t".into(), "id-1");
        let link =
            |path: &str| format!("https://graph.microsoft.com/v1.0/{path}/messages/delta?$deltatoken=x");
        for (path, as_me, as_named) in [
            ("me/mailFolders('inbox')", true, false),
            ("Me/mailFolders/inbox", true, false),
            ("users/id-1/mailFolders/inbox", true, true),
            ("users('id-1')/mailFolders('inbox')", true, true),
            ("mean/mailFolders", true, true),
        ] {
            assert_eq!(own.link_to_follow(&link(path)).is_some(), as_me, "{path}");
            assert_eq!(named.link_to_follow(&link(path)).is_some(), as_named, "{path}");
        }
        assert!(own.link_to_follow("https://evil.example/v1.0/me").is_none());
    }

    #[tokio::test]
    async fn only_202_is_an_accepted_send() {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        on_the_wire(answer, async |mailbox| {
            let odd = mailbox.send("AAk=").await.unwrap_err();
            assert!(matches!(odd, Error::Unexpected(_)) && odd.uncertain(), "{odd:?}");
        })
        .await;
    }

    #[tokio::test]
    async fn an_upload_carries_no_token() {
        let answer = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
        let request = on_the_wire(answer, async |mailbox| {
            let place = mailbox.at(&["anywhere"]);
            mailbox.call(Call::upload("upload", place, "bytes".into())).await.unwrap();
        })
        .await;
        assert!(request.starts_with("put ") && !request.contains("opensesame"), "{request}");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_with_the_token() {
        let answer =
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n";
        on_the_wire(answer, async |mailbox| {
            let error = mailbox.inbox().await.unwrap_err();
            assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
        })
        .await;
    }
}
