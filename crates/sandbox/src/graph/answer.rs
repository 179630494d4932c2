//! Answers and errors in Graph's shapes (graph.md 2.9).

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The JSON type Graph names.
pub const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// An answer before it becomes HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers besides the ones every answer has.
    pub headers: Vec<(String, String)>,
    /// Content type; `None` without a body.
    pub content_type: Option<String>,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// JSON.
    pub fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("OData-Version".to_owned(), "4.0".to_owned())],
            content_type: Some(JSON.to_owned()),
            body: serde_json::to_vec(value).unwrap_or_default().into(),
        }
    }

    /// Bytes of some type.
    pub fn bytes(content_type: &str, body: Bytes) -> Self {
        Self { status: 200, headers: Vec::new(), content_type: Some(content_type.to_owned()), body }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), content_type: None, body: Bytes::new() }
    }

    /// What all sending calls answer: 202, empty, `text/plain`, so a client that parses JSON here breaks (graph.md 2.6).
    pub fn accepted() -> Self {
        Self {
            status: 202,
            headers: vec![("Cache-Control".to_owned(), "private".to_owned())],
            content_type: Some("text/plain".to_owned()),
            body: Bytes::new(),
        }
    }

    /// With one more header.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// A refusal.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub struct Problem {
    /// Status.
    pub status: u16,
    /// Graph's code.
    pub code: Cow<'static, str>,
    /// Text.
    pub message: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
}

impl Problem {
    /// Any.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: Cow::Borrowed(code), message: message.into(), headers: Vec::new() }
    }

    /// With one more header.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// 404 for an item that is gone, moved (mutable id) or not the caller's.
    pub fn item_not_found() -> Self {
        Self::new(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    }

    /// 400 for an id no Exchange ever made.
    pub fn malformed_id() -> Self {
        Self::new(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    }

    /// 404 for a folder.
    pub fn folder_not_found() -> Self {
        Self::new(404, "ErrorFolderNotFound", "The specified folder could not be found in the store.")
    }

    /// 403.
    pub fn access_denied() -> Self {
        Self::new(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    }

    /// 401.
    pub fn bad_token(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message).with(
            "WWW-Authenticate",
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", \
             client_id=\"00000003-0000-0000-c000-000000000000\"",
        )
    }

    /// 404 for a mailbox that is not in Exchange Online.
    pub fn no_mailbox() -> Self {
        Self::new(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    }

    /// 503 while a mailbox is moved to another database: minutes to hours, and then all is well again.
    pub fn moving() -> Self {
        Self::new(503, "ErrorMailboxMoveInProgress", "Mailbox move in progress. Try again later.")
    }

    /// 507 for what would put something into a full mailbox.
    pub fn full() -> Self {
        Self::new(
            507,
            "ErrorQuotaExceeded",
            "The mailbox has exceeded its storage quota. The operation cannot be completed.",
        )
    }

    /// 400 for a query that cannot be parsed or is not supported here.
    pub fn query(message: impl Into<String>) -> Self {
        Self::new(400, "RequestBroker--ParseUri", message)
    }

    /// 400 for a body that does not fit the schema.
    pub fn body(message: impl Into<String>) -> Self {
        Self::new(400, "RequestBodyRead", message)
    }

    /// A path that leads nowhere.
    pub fn no_segment(segment: &str) -> Self {
        Self::new(404, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// 405.
    pub fn method() -> Self {
        Self::new(405, "ErrorInvalidRequest", "The OData request is not supported.")
    }

    /// As an answer, with the ids support asks for.
    pub fn answer(self, now: Timestamp, request_id: &str, client_request_id: &str) -> Answer {
        let body = json!({"error": {
            "code": self.code,
            "message": self.message,
            "innerError": {
                "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "request-id": request_id,
                "client-request-id": client_request_id,
            },
        }});
        let mut answer = Answer::json(self.status, &body);
        answer.headers.clear();
        answer.content_type = Some("application/json".to_owned());
        answer.headers.extend(self.headers);
        answer
    }
}
