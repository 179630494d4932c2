//! Every answer that is known, and what is to be done about it: the one table to look at.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use super::*;
use crate::Remedy;

fn answer(status: u16, headers: &[(&'static str, &str)], body: &serde_json::Value) -> Answer {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Answer { status, headers: map, body: Bytes::from(body.to_string()) }
}

fn graph_answer(status: u16, code: &str) -> Answer {
    answer(status, &[("request-id", "r-1")], &json!({ "error": { "code": code, "message": "words" } }))
}

/// The variant's name.
fn class(error: &Error) -> String {
    format!("{error:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

const WAIT: Remedy = Remedy::Wait(None);

#[test]
fn what_graph_answers_decides_what_happens_next() {
    let table = [
        (401, "InvalidAuthenticationToken", "AccessToken", Remedy::Refresh),
        (403, "ErrorAccessDenied", "Denied", Remedy::Administrator),
        (403, "Authorization_RequestDenied", "Denied", Remedy::Administrator),
        (403, "ErrorSendAsDenied", "Denied", Remedy::Administrator),
        (403, "ErrorAccountSuspend", "Denied", Remedy::Administrator),
        (404, "MailboxNotEnabledForRESTAPI", "MailboxGone", Remedy::MailboxGone),
        (404, "MailboxNotHostedInExchangeOnline", "MailboxGone", Remedy::MailboxGone),
        (404, "ErrorInvalidUser", "MailboxGone", Remedy::MailboxGone),
        (404, "ErrorItemNotFound", "NotFound", Remedy::GiveUpItem),
        (404, "ErrorFolderNotFound", "NotFound", Remedy::GiveUpItem),
        (404, "", "NotFound", Remedy::GiveUpItem),
        (400, "ErrorInvalidIdMalformed", "BadRequest", Remedy::GiveUpItem),
        (400, "InefficientFilter", "BadRequest", Remedy::GiveUpItem),
        (400, "ErrorInvalidRecipients", "Refused", Remedy::GiveUpItem),
        (400, "InvalidInternetMessageHeader", "BadRequest", Remedy::GiveUpItem),
        (400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize", "BadRequest", Remedy::GiveUpItem),
        (405, "ErrorInvalidRequest", "BadRequest", Remedy::GiveUpItem),
        (409, "ErrorIrresolvableConflict", "Conflict", WAIT),
        (412, "ErrorIrresolvableConflict", "Conflict", WAIT),
        (412, "PreconditionFailed", "Conflict", WAIT),
        (410, "SyncStateNotFound", "Resync", Remedy::Resync),
        (410, "ResyncRequired", "Resync", Remedy::Resync),
        (410, "Gone", "Resync", Remedy::Resync),
        (413, "RequestEntityTooLarge", "Refused", Remedy::GiveUpItem),
        (413, "ErrorMessageSizeExceeded", "Refused", Remedy::GiveUpItem),
        (429, "ApplicationThrottled", "Throttled", WAIT),
        (429, "TooManyRequests", "Throttled", WAIT),
        (429, "", "Throttled", WAIT),
        // Full for today is not full for ever: what waits in the outbox goes on waiting.
        (429, "ErrorExceededMessageLimit", "Throttled", WAIT),
        (403, "ErrorSubmissionQuotaExceeded", "Throttled", WAIT),
        (500, "ErrorInternalServerError", "Server", WAIT),
        (500, "ErrorInternalServerTransientError", "Server", WAIT),
        (500, "ErrorMimeContentConversionFailed", "PoisonItem", Remedy::GiveUpItem),
        (500, "ErrorContentConversionFailed", "PoisonItem", Remedy::GiveUpItem),
        (502, "", "Server", WAIT),
        (503, "ErrorMailboxMoveInProgress", "Moving", WAIT),
        (503, "ErrorMailboxStoreUnavailable", "Moving", WAIT),
        (503, "ErrorServerBusy", "Server", WAIT),
        (503, "UnknownError", "Throttled", WAIT),
        (503, "ServiceUnavailable", "Server", WAIT),
        (504, "GatewayTimeout", "Server", WAIT),
        (507, "ErrorQuotaExceeded", "Refused", Remedy::GiveUpItem),
        (408, "", "Server", WAIT),
        (302, "", "Unexpected", WAIT),
    ];
    for (status, code, expected, remedy) in table {
        let error = graph(&graph_answer(status, code), true);
        assert_eq!((class(&error).as_str(), error.remedy()), (expected, remedy), "{status} {code}");
        if let Some(trace) = error.trace() {
            assert_eq!((trace.status, trace.code.as_str()), (status, code));
            assert_eq!(trace.request_id.as_deref(), Some("r-1"), "Microsoft's support asks for it");
        }
    }
}

#[test]
fn what_entra_answers_is_decided_by_the_error_and_never_by_the_number() {
    let table = [
        (400, "invalid_grant", None, 50173, "SignIn", Remedy::Reconnect),
        (400, "invalid_grant", None, 700_082, "SignIn", Remedy::Reconnect),
        (400, "invalid_grant", Some("bad_token"), 70008, "SignIn", Remedy::Reconnect),
        (400, "invalid_grant", Some("consent_required"), 65001, "Consent", Remedy::Reconnect),
        (400, "interaction_required", Some("basic_action"), 50076, "SignIn", Remedy::Reconnect),
        (400, "interaction_required", Some("consent_required"), 65001, "Consent", Remedy::Reconnect),
        (400, "login_required", None, 50058, "SignIn", Remedy::Reconnect),
        (400, "consent_required", None, 90094, "Consent", Remedy::Reconnect),
        (401, "invalid_client", None, 7_000_222, "AppCredential", Remedy::Operator),
        (401, "invalid_client", None, 7_000_215, "AppCredential", Remedy::Operator),
        (400, "unauthorized_client", None, 700_016, "AppConfig", Remedy::Operator),
        (400, "invalid_request", None, 50011, "AppConfig", Remedy::Operator),
        (400, "invalid_scope", None, 70011, "AppConfig", Remedy::Operator),
        (400, "invalid_resource", None, 500_011, "AppConfig", Remedy::Operator),
        (400, "unsupported_grant_type", None, 9_001_023, "AppConfig", Remedy::Operator),
        (400, "temporarily_unavailable", None, 90033, "Server", WAIT),
        (400, "server_error", None, 90006, "Server", WAIT),
        (429, "temporarily_unavailable", None, 90055, "Throttled", WAIT),
        (503, "", None, 0, "Server", WAIT),
        (500, "unheard_of", None, 0, "Server", WAIT),
        (400, "unheard_of", None, 50173, "BadRequest", Remedy::GiveUpItem),
        // The number of a revoked sign-in under another error: the error counts.
        (400, "temporarily_unavailable", None, 50173, "Server", WAIT),
    ];
    for (status, error, suberror, number, expected, remedy) in table {
        let body = json!({
            "error": error,
            "error_description": format!("AADSTS{number}: Words.\r\nTrace ID: t-1\r\nCorrelation ID: c-1"),
            "error_codes": [number],
            "suberror": suberror,
            "trace_id": "t-1",
        });
        let classified = entra(&answer(status, &[], &body));
        let said = (class(&classified), classified.remedy());
        assert_eq!((said.0.as_str(), said.1), (expected, remedy), "{status} {error} {suberror:?}");
        let trace = classified.trace().unwrap();
        assert_eq!((trace.aadsts, trace.request_id.as_deref()), (Some(number), Some("t-1")));
        assert_eq!(trace.message, format!("AADSTS{number}: Words."));
    }
}

#[test]
fn a_page_that_is_not_json_is_still_classified_by_its_status() {
    let page = Answer { status: 502, headers: HeaderMap::new(), body: "<html>Bad Gateway</html>".into() };
    assert!(matches!(graph(&page, true), Error::Server(trace) if trace.code.is_empty()));
    assert!(matches!(entra(&page), Error::Server(_)));
}

#[test]
fn a_refused_sign_in_says_who_refused() {
    for (error, expected) in [
        ("access_denied", "Consent"),
        ("consent_required", "Consent"),
        ("login_required", "SignIn"),
        ("invalid_request", "AppConfig"),
        ("unauthorized_client", "AppConfig"),
        ("server_error", "Server"),
        ("temporarily_unavailable", "Server"),
    ] {
        let refused =
            refusal(error, "AADSTS65004: User declined to consent. Trace ID: t-9 Correlation ID: c");
        assert_eq!(class(&refused), expected, "{error}");
        let trace = refused.trace().unwrap();
        assert_eq!((trace.aadsts, trace.request_id.as_deref()), (Some(65004), Some("t-9")));
        assert_eq!(trace.message, "AADSTS65004: User declined to consent.");
    }
}

#[test]
fn a_resource_that_is_not_found_is_the_mailbox_unless_the_call_was_about_an_item() {
    let gone = graph_answer(404, "ResourceNotFound");
    assert!(matches!(graph(&gone, false), Error::MailboxGone(_)));
    assert!(matches!(graph(&gone, true), Error::NotFound(_)));
}

#[test]
fn the_wish_to_wait_is_kept_as_it_was_said() {
    let body = json!({ "error": { "code": "TooManyRequests", "message": "Please retry again later." } });
    for (status, value, expected) in [
        (429, "2.128", Some(Duration::from_millis(2128))),
        (429, "Mon, 23 Nov 2026 15:00:07 GMT", Some(Duration::from_secs(7))),
        (429, "whenever", None),
    ] {
        let headers = [("retry-after", value), ("date", "Mon, 23 Nov 2026 15:00:00 GMT")];
        let error = graph(&answer(status, &headers, &body), false);
        assert_eq!(error.remedy(), Remedy::Wait(expected), "{value}");
    }
    let busy = answer(503, &[("retry-after", "10")], &json!({ "error": { "code": "serviceNotAvailable" } }));
    assert_eq!(graph(&busy, false).remedy(), Remedy::Wait(Some(Duration::from_secs(10))));
}

#[test]
fn the_request_id_is_found_in_the_body_when_no_header_has_it() {
    for inner in ["innerError", "innererror"] {
        let body = json!({ "error": { "code": "X", "message": "", inner: { "request-id": "r-2" } } });
        let error = graph(&answer(400, &[], &body), true);
        assert_eq!(error.trace().unwrap().request_id.as_deref(), Some("r-2"));
    }
}

#[test]
fn whatever_may_have_happened_is_looked_after_before_it_is_done_again() {
    for (status, code, uncertain) in [
        (500, "ErrorInternalServerError", true),
        (504, "GatewayTimeout", true),
        (429, "ApplicationThrottled", true),
        (503, "ErrorMailboxMoveInProgress", true),
        (400, "ErrorInvalidRecipients", false),
        (401, "InvalidAuthenticationToken", false),
        (403, "ErrorAccessDenied", false),
        (404, "ErrorItemNotFound", false),
    ] {
        assert_eq!(graph(&graph_answer(status, code), true).uncertain(), uncertain, "{status} {code}");
    }
    assert!(Error::NoAnswer(String::new()).uncertain());
}

#[test]
fn messages_keep_what_helps_and_lose_what_opens_doors() {
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiIwMCJ9.c2lnbmF0dXJl";
    for (message, kept) in [
        (format!("Bearer {token} is wrong"), "Bearer [...] is wrong".to_owned()),
        (format!("token='{token}'"), "token='[...]'".to_owned()),
        ("secret aBc8Q~1234567890abcdefABCDEF1234567890 is wrong".into(), "secret [...] is wrong".into()),
        (
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize".into(),
            "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize".into(),
        ),
        (
            "tenant 1F2E3D4C-aaaa-bbbb-cccc-0123456789ab is unknown".into(),
            "tenant 1F2E3D4C-aaaa-bbbb-cccc-0123456789ab is unknown".into(),
        ),
        (
            "https://support-desk.internal.example.co.jp/back is not registered".into(),
            "https://support-desk.internal.example.co.jp/back is not registered".into(),
        ),
        ("two\r\nlines\u{0}".into(), "two  lines".into()),
        ("郵便".repeat(400), "郵便".repeat(150)),
    ] {
        assert_eq!(shorten(&message), kept);
    }
}
