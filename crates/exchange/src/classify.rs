//! From what Microsoft answered to a class. The only place that knows Graph's codes and OAuth's error names.
//!
//! OAuth: `error` and `suberror` decide, never the AADSTS number: Microsoft changes numbers. Graph: the `code` decides
//! where it is known, else the status.

use serde::Deserialize;

use crate::http::Answer;
use crate::{Error, Trace};

/// Longest message kept, in characters.
const MESSAGE: usize = 300;

#[derive(Deserialize)]
struct GraphFailure {
    error: GraphError,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct GraphError {
    code: Option<String>,
    message: Option<String>,
    #[serde(alias = "innererror")]
    #[serde(rename = "innerError")]
    inner: Option<GraphInner>,
}

#[derive(Deserialize)]
struct GraphInner {
    #[serde(rename = "request-id")]
    request_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OAuthFailure {
    error: String,
    error_description: String,
    error_codes: Vec<u32>,
    suberror: Option<String>,
    trace_id: Option<String>,
}

/// The class of a Graph answer that is not a success. `on_item`: the call was about one message, not the mailbox.
pub(crate) fn graph(answer: &Answer, on_item: bool) -> Error {
    let said =
        serde_json::from_slice::<GraphFailure>(&answer.body).map(|body| body.error).unwrap_or_default();
    let header = answer.header("request-id").map(str::to_owned);
    let trace = Trace {
        status: answer.status,
        code: said.code.unwrap_or_default(),
        message: shorten(&said.message.unwrap_or_default()),
        aadsts: None,
        request_id: header.or_else(|| said.inner.and_then(|inner| inner.request_id)),
    };
    let retry_after = answer.retry_after();
    match trace.code.as_str() {
        "MailboxNotEnabledForRESTAPI" | "MailboxNotHostedInExchangeOnline" | "ErrorInvalidUser" => {
            Error::MailboxGone(trace)
        }
        // Graph says this of a person without a mailbox, and of an item too.
        "ResourceNotFound" if !on_item => Error::MailboxGone(trace),
        "ErrorMailboxMoveInProgress" | "ErrorMailboxStoreUnavailable" | "MailboxInfoStale" => {
            Error::Moving(trace)
        }
        "ErrorMimeContentConversionFailed" | "ErrorContentConversionFailed" => Error::PoisonItem(trace),
        "SyncStateNotFound" | "ResyncRequired" => Error::Resync(trace),
        "ErrorSubmissionQuotaExceeded"
        | "ErrorExceededMessageLimit"
        | "TooManyRequests"
        | "ApplicationThrottled" => Error::Throttled { retry_after, trace },
        "ErrorQuotaExceeded"
        | "ErrorMessageSizeExceeded"
        | "ErrorInvalidRecipients"
        | "RequestEntityTooLarge" => Error::Refused(trace),
        "ErrorIrresolvableConflict" => Error::Conflict(trace),
        "ErrorItemNotFound" | "ErrorFolderNotFound" => Error::NotFound(trace),
        code => match trace.status {
            401 => Error::AccessToken(trace),
            403 => Error::Denied(trace),
            404 => Error::NotFound(trace),
            409 | 412 => Error::Conflict(trace),
            410 => Error::Resync(trace),
            413 | 507 => Error::Refused(trace),
            429 => Error::Throttled { retry_after, trace },
            503 if retry_after.is_some() || code == "UnknownError" => Error::Throttled { retry_after, trace },
            408 | 500.. => Error::Server(trace),
            400.. => Error::BadRequest(trace),
            status => Error::Unexpected(format!("status {status}")),
        },
    }
}

/// The class of an answer of the token endpoint (or of discovery) that is not a success.
pub(crate) fn entra(answer: &Answer) -> Error {
    let said = serde_json::from_slice::<OAuthFailure>(&answer.body).unwrap_or_default();
    let header = ["x-ms-request-id", "request-id"].into_iter().find_map(|name| answer.header(name));
    let mut trace = oauth_trace(&said.error, &said.error_description);
    trace.status = answer.status;
    trace.aadsts = said.error_codes.first().copied().or(trace.aadsts);
    trace.request_id = said.trace_id.or(trace.request_id).or_else(|| header.map(str::to_owned));
    if answer.status == 429 {
        return Error::Throttled { retry_after: answer.retry_after(), trace };
    }
    oauth(trace, said.suberror.as_deref())
}

/// The class of the `error` that came back to the redirect address.
pub(crate) fn refusal(error: &str, description: &str) -> Error {
    oauth(oauth_trace(error, description), None)
}

fn oauth(trace: Trace, suberror: Option<&str>) -> Error {
    match (trace.code.as_str(), suberror) {
        ("invalid_grant" | "interaction_required", Some("consent_required"))
        | ("consent_required" | "access_denied", _) => Error::Consent(trace),
        ("invalid_grant" | "interaction_required" | "login_required", _) => Error::SignIn(trace),
        ("invalid_client", _) => Error::AppCredential(trace),
        (
            "unauthorized_client"
            | "invalid_scope"
            | "invalid_request"
            | "invalid_resource"
            | "unsupported_grant_type"
            | "unsupported_response_type",
            _,
        ) => Error::AppConfig(trace),
        ("temporarily_unavailable" | "server_error", _) => Error::Server(trace),
        _ if trace.status == 408 || trace.status >= 500 => Error::Server(trace),
        _ => Error::BadRequest(trace),
    }
}

/// Takes the number and the trace id out of the description, whose first line is all that people need.
fn oauth_trace(error: &str, description: &str) -> Trace {
    let number = description
        .split("AADSTS")
        .nth(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let trace_id = description.split("Trace ID: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let sentence = description.lines().next().unwrap_or_default();
    let sentence = sentence.split("Trace ID: ").next().unwrap_or_default();
    Trace {
        status: 0,
        // Came with the browser: anybody can write there.
        code: shorten(error),
        message: shorten(sentence),
        aadsts: number.and_then(|digits| digits.parse().ok()),
        request_id: trace_id.map(shorten),
    }
}

/// At most [`MESSAGE`] characters, without control characters and without anything that looks like a token or a secret.
pub(crate) fn shorten(message: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.~+=".contains(c);
    let mut short = String::new();
    let mut word = String::new();
    for c in message.chars().chain([' ']) {
        if is_part(c) {
            word.push(c);
            continue;
        }
        short.push_str(if is_secret(&word) { "[...]" } else { &word });
        word.clear();
        short.push(if c.is_control() { ' ' } else { c });
        if short.len() > MESSAGE * 4 {
            break;
        }
    }
    short.trim().chars().take(MESSAGE).collect()
}

/// Long, with digits and both cases, and not a GUID: access and refresh tokens, codes and client secrets are like that;
/// the names of Graph's errors, hosts and permissions are not.
fn is_secret(word: &str) -> bool {
    word.len() >= 32
        && word.contains(|c: char| c.is_ascii_digit())
        && word.contains(|c: char| c.is_ascii_uppercase())
        && word.contains(|c: char| c.is_ascii_lowercase())
        && !is_guid(word)
}

/// `8-4-4-4-12` hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
