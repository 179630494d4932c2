//! What the API answers instead of a result, in the shape of Zendesk's errors (zendesk.md 8.1). The descriptions are read
//! by those who write programs; they are English, as the field names are.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use store::UsedBy;

/// What a handler answers.
pub(crate) type Answer = Result<Response, Refusal>;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// A use case refused or failed.
    #[error(transparent)]
    Engine(engine::Error),
    /// No token, or one that fits nobody.
    #[error("not authenticated")]
    Unauthenticated,
    /// Too many requests; again after so many seconds.
    #[error("too many requests")]
    TooMany(i64),
    /// No such path or record.
    #[error("not found")]
    NotFound,
    /// The path is there, but not with this method.
    #[error("method not allowed")]
    Method,
    /// The request itself cannot be understood.
    #[error("{0}")]
    Bad(String),
    /// A field holds what it must not.
    #[error("{field}: {description}")]
    Field {
        /// Field.
        field: &'static str,
        /// Zendesk's word: `BlankValue`, `InvalidValue`, `DuplicateValue`.
        word: &'static str,
        /// For people.
        description: String,
    },
}

impl From<engine::Error> for Refusal {
    fn from(error: engine::Error) -> Self {
        Refusal::Engine(error)
    }
}

impl Refusal {
    /// A field that must be there.
    pub(crate) fn blank(field: &'static str) -> Self {
        Refusal::Field { field, word: "BlankValue", description: format!("{field}: cannot be blank") }
    }

    /// A field that holds what it must not.
    pub(crate) fn invalid(field: &'static str) -> Self {
        Refusal::Field { field, word: "InvalidValue", description: format!("{field}: is not valid") }
    }

    fn shape(&self) -> (StatusCode, Value) {
        use engine::Error as E;
        let plain = |status: StatusCode, error: &str, description: &str| {
            (status, json!({ "error": error, "description": description }))
        };
        match self {
            Refusal::Unauthenticated | Refusal::Engine(E::WrongLogin) => {
                (StatusCode::UNAUTHORIZED, json!({ "error": "Couldn't authenticate you" }))
            }
            Refusal::TooMany(_) | Refusal::Engine(E::TooManyAttempts) => {
                plain(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "API rate limit exceeded")
            }
            Refusal::NotFound | Refusal::Engine(E::NotFound) => {
                plain(StatusCode::NOT_FOUND, "RecordNotFound", "Not found")
            }
            Refusal::Method => {
                plain(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Method not allowed")
            }
            Refusal::Bad(description) => plain(StatusCode::BAD_REQUEST, "BadRequest", description),
            Refusal::Field { field, word, description } => record_invalid(field, word, description),
            Refusal::Engine(E::Forbidden) => plain(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "You do not have access to this. Ask an administrator of this desk.",
            ),
            Refusal::Engine(E::AddressInUse { address, by }) => {
                let by = match by {
                    UsedBy::SupportAddress => "is one of this desk's support addresses".to_owned(),
                    UsedBy::Staff(name) => format!("is being used by {name}, a member of the team"),
                    UsedBy::EndUser(name) => format!("is being used by {name}, an end user"),
                };
                record_invalid("email", "DuplicateValue", &format!("Email: {address} {by}"))
            }
            Refusal::Engine(E::Invalid { field, problem }) => {
                let field = if *field == "address" { "email" } else { *field };
                let word = if *problem == "empty" { "BlankValue" } else { "InvalidValue" };
                record_invalid(field, word, &format!("{field}: {}", problem.replace('-', " ")))
            }
            Refusal::Engine(E::DefaultAddress) => record_invalid(
                "default",
                "InvalidValue",
                "Default: the default address must work, and can be neither deleted nor taken away; make another one the default",
            ),
            Refusal::Engine(E::Team(rule)) => {
                record_invalid("base", "InvalidValue", &format!("Not possible for this person: {rule:?}"))
            }
            Refusal::Engine(E::NotProved) => record_invalid(
                "default",
                "InvalidValue",
                "Default: the address has not sent and received within the last hour; verify it first",
            ),
            Refusal::Engine(E::NoWayOut) => {
                record_invalid("base", "InvalidValue", "Nothing can be sent from this address now")
            }
            Refusal::Engine(E::ChangedMeanwhile) => plain(
                StatusCode::CONFLICT,
                "DatabaseConflict",
                "Somebody else changed this meanwhile; try again",
            ),
            Refusal::Engine(E::NotYet) => record_invalid("base", "InvalidValue", "Not possible yet"),
            Refusal::Engine(E::Closed) => {
                record_invalid("status", "InvalidValue", "Status: closed prevents ticket update")
            }
            Refusal::Engine(E::Microsoft(_)) => {
                plain(StatusCode::BAD_GATEWAY, "BadGateway", "Microsoft did not do what was asked")
            }
            Refusal::Engine(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "an API request failed");
                plain(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Something went wrong here")
            }
        }
    }
}

fn record_invalid(field: &str, word: &str, description: &str) -> (StatusCode, Value) {
    let details = json!({ field: [{ "description": description, "error": word }] });
    let body =
        json!({ "error": "RecordInvalid", "description": "Record validation errors", "details": details });
    (StatusCode::UNPROCESSABLE_ENTITY, body)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = self.shape();
        let mut response = (status, Json(body)).into_response();
        if let Refusal::TooMany(seconds) = self
            && let Ok(value) = HeaderValue::from_str(&seconds.max(1).to_string())
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        if status == StatusCode::UNAUTHORIZED {
            let value = HeaderValue::from_static("Basic realm=\"Postdesk\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}
