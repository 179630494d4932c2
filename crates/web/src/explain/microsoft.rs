//! What Microsoft's answers mean to people: the class says what happened, numbers and the directory only pick more exact words.

use axum::http::StatusCode;
use exchange::{NoMailbox, Trace};
use i18n_embed_fl::fl;

use super::{ADDRESSES, Explained, of_engine, plain};
use crate::language::Texts;

/// Why there is no mailbox, and what to do about it.
pub(crate) fn no_mailbox(t: Texts, why: NoMailbox) -> (String, String) {
    match why {
        NoMailbox::OnPremises => (fl!(t, "ms-on-premises-cause"), fl!(t, "ms-on-premises-next")),
        NoMailbox::Unlicensed => (fl!(t, "ms-unlicensed-cause"), fl!(t, "ms-unlicensed-next")),
        NoMailbox::Deleted => (fl!(t, "ms-deleted-cause"), fl!(t, "ms-deleted-next")),
        NoMailbox::NoAccount => (fl!(t, "ms-no-mailbox-cause"), fl!(t, "ms-no-mailbox-next")),
        NoMailbox::Unclear => (fl!(t, "ms-mailbox-gone-cause"), fl!(t, "ms-mailbox-gone-next")),
    }
}

/// Why an account must sign in again, by the number that Microsoft gave; `None`: the number says nothing more. The state is the
/// same for all of them: only signing in ends it. But what an administrator must change first is said first.
pub(crate) fn sign_in(t: Texts, aadsts: Option<u32>) -> Option<(String, String)> {
    Some(match aadsts? {
        50_057 => (fl!(t, "sign-in-disabled-cause"), fl!(t, "sign-in-disabled-next")),
        50_053 => (fl!(t, "sign-in-locked-cause"), fl!(t, "sign-in-locked-next")),
        50_105 => (fl!(t, "sign-in-unassigned-cause"), fl!(t, "sign-in-unassigned-next")),
        50_131 | 53_000..=53_004 | 53_011 | 530_032 | 530_035 => {
            (fl!(t, "sign-in-policy-cause"), fl!(t, "sign-in-policy-next"))
        }
        50_020 | 50_034 => (fl!(t, "sign-in-unknown-cause"), fl!(t, "sign-in-unknown-next")),
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 => {
            (fl!(t, "sign-in-proof-cause"), fl!(t, "sign-in-proof-next"))
        }
        50_055 | 50_132 | 50_133 | 50_135 | 50_144 => {
            (fl!(t, "sign-in-password-cause"), fl!(t, "sign-in-same-next"))
        }
        50_173 => (fl!(t, "sign-in-revoked-cause"), fl!(t, "sign-in-same-next")),
        70_008 | 70_043 | 700_082 | 700_084 => (fl!(t, "sign-in-expired-cause"), fl!(t, "sign-in-same-next")),
        _ => return None,
    })
}

/// An account without a mailbox.
pub(super) fn without_mailbox(t: Texts, why: NoMailbox, trace: &Trace) -> Explained {
    let (cause, next) = no_mailbox(t, why);
    let way_on = (fl!(t, "to-addresses"), ADDRESSES);
    Explained {
        facts: trace_facts(t, trace),
        ..plain(StatusCode::CONFLICT, fl!(t, "microsoft-title"), cause, next, way_on)
    }
}

/// Why a registration was not saved. The class decides; Microsoft's number only picks more exact words.
pub(crate) fn registering(t: Texts, error: &engine::Error) -> Explained {
    use exchange::Error as M;
    let explained = of_engine(t, error);
    let engine::Error::Microsoft(said) = error else {
        return Explained { title: fl!(t, "registration-not-saved"), ..explained };
    };
    let number = said.trace().and_then(|trace| trace.aadsts);
    let (cause, next) = match (said, number) {
        (M::NoAnswer(_) | M::Server(_) | M::Throttled { .. }, _) => {
            (fl!(t, "registration-unreachable"), fl!(t, "registration-unreachable-next"))
        }
        (M::AppCredential(_), Some(7_000_222)) => {
            (fl!(t, "registration-secret-expired"), fl!(t, "registration-secret-expired-next"))
        }
        (M::AppCredential(_), Some(700_027)) => {
            (fl!(t, "registration-certificate-unknown"), fl!(t, "registration-certificate-unknown-next"))
        }
        (M::AppCredential(_), _) => {
            (fl!(t, "registration-secret-wrong"), fl!(t, "registration-secret-wrong-next"))
        }
        (M::AppConfig(_) | M::BadRequest(_), Some(90_002 | 900_023)) => {
            (fl!(t, "registration-no-tenant"), fl!(t, "registration-no-tenant-next"))
        }
        (M::AppConfig(_), Some(700_016)) => {
            (fl!(t, "registration-no-app"), fl!(t, "registration-no-app-next"))
        }
        (M::AppConfig(_), Some(50_194)) => {
            (fl!(t, "registration-one-tenant"), fl!(t, "registration-one-tenant-next"))
        }
        _ => (explained.cause.clone(), fl!(t, "registration-other-next")),
    };
    Explained { title: fl!(t, "registration-not-saved"), cause, next, ..explained }
}

/// A class of Microsoft's answers.
pub(super) fn explain(t: Texts, error: &exchange::Error) -> Explained {
    use exchange::Error as M;
    let (status, cause, next) = match error {
        M::NoAnswer(_) => {
            (StatusCode::BAD_GATEWAY, fl!(t, "ms-no-answer-cause"), fl!(t, "ms-no-answer-next"))
        }
        M::Throttled { .. } => {
            (StatusCode::SERVICE_UNAVAILABLE, fl!(t, "ms-throttled-cause"), fl!(t, "ms-throttled-next"))
        }
        M::Server(_) => (StatusCode::BAD_GATEWAY, fl!(t, "ms-server-cause"), fl!(t, "ms-server-next")),
        M::Moving(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, fl!(t, "ms-moving-cause"), fl!(t, "ms-moving-next"))
        }
        M::AccessToken(_) => {
            (StatusCode::CONFLICT, fl!(t, "ms-access-token-cause"), fl!(t, "ms-access-token-next"))
        }
        M::SignIn(trace) => {
            let (cause, next) = sign_in(t, trace.aadsts)
                .unwrap_or_else(|| (fl!(t, "ms-sign-in-cause"), fl!(t, "ms-sign-in-next")));
            (StatusCode::CONFLICT, cause, next)
        }
        M::Consent(_) => (StatusCode::CONFLICT, fl!(t, "ms-consent-cause"), fl!(t, "ms-consent-next")),
        M::MissingScopes { missing } => (
            StatusCode::CONFLICT,
            fl!(t, "ms-missing-scopes-cause", scopes = missing.join(", ")),
            fl!(t, "ms-missing-scopes-next"),
        ),
        M::Denied(_) => (StatusCode::CONFLICT, fl!(t, "ms-denied-cause"), fl!(t, "ms-denied-next")),
        M::AppCredential(_) => {
            (StatusCode::CONFLICT, fl!(t, "ms-app-credential-cause"), fl!(t, "ms-app-credential-next"))
        }
        M::AppConfig(trace) if trace.aadsts == Some(700_016) => {
            (StatusCode::CONFLICT, fl!(t, "ms-not-in-tenant-cause"), fl!(t, "ms-not-in-tenant-next"))
        }
        M::AppConfig(_) => {
            (StatusCode::CONFLICT, fl!(t, "ms-app-config-cause"), fl!(t, "ms-app-config-next"))
        }
        M::MailboxGone(trace) => return without_mailbox(t, NoMailbox::by_code(&trace.code), trace),
        M::NotFound(_) => (StatusCode::NOT_FOUND, fl!(t, "ms-not-found-cause"), fl!(t, "ms-not-found-next")),
        M::Resync(_) => (StatusCode::BAD_GATEWAY, fl!(t, "ms-resync-cause"), fl!(t, "ms-resync-next")),
        M::Conflict(_) => (StatusCode::CONFLICT, fl!(t, "ms-conflict-cause"), fl!(t, "ms-conflict-next")),
        M::PoisonItem(_) => {
            (StatusCode::BAD_GATEWAY, fl!(t, "ms-poison-item-cause"), fl!(t, "ms-poison-item-next"))
        }
        M::Refused(_) => (StatusCode::CONFLICT, fl!(t, "ms-refused-cause"), fl!(t, "ms-refused-next")),
        M::BadRequest(_) => {
            (StatusCode::BAD_GATEWAY, fl!(t, "ms-bad-request-cause"), fl!(t, "ms-bad-request-next"))
        }
        M::NotGenuine(_) => {
            (StatusCode::BAD_GATEWAY, fl!(t, "ms-not-genuine-cause"), fl!(t, "ms-not-genuine-next"))
        }
        M::Unexpected(_) => {
            (StatusCode::BAD_GATEWAY, fl!(t, "ms-unexpected-cause"), fl!(t, "ms-unexpected-next"))
        }
    };
    let facts = error.trace().map(|trace| trace_facts(t, trace)).unwrap_or_default();
    Explained {
        facts,
        ..plain(status, fl!(t, "microsoft-title"), cause, next, (fl!(t, "to-addresses"), ADDRESSES))
    }
}

fn trace_facts(t: Texts, trace: &Trace) -> Vec<(String, String)> {
    let mut facts = vec![(fl!(t, "fact-code"), trace.code.clone())];
    if let Some(number) = trace.aadsts {
        facts.push((fl!(t, "fact-number"), format!("AADSTS{number}")));
    }
    if !trace.message.is_empty() {
        facts.push((fl!(t, "fact-message"), trace.message.clone()));
    }
    if let Some(id) = &trace.request_id {
        facts.push((fl!(t, "fact-request-id"), id.clone()));
    }
    facts
}
