//! What Microsoft answered, in classes that decide what happens next.

use std::time::Duration;

/// Result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What Microsoft's support asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// HTTP status; 0 when there was no answer.
    pub status: u16,
    /// OAuth `error` or Graph `code`.
    pub code: String,
    /// Microsoft's words, shortened, tokens taken out.
    pub message: String,
    /// AADSTS number: picks the help text, never the class.
    pub aadsts: Option<u32>,
    /// `request-id` (Graph) or `trace_id` (Entra).
    pub request_id: Option<String>,
}

/// The classes.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No answer: refused, timed out, cut off, unreadable. The effect may or may not have happened.
    #[error("no answer from Microsoft: {0}")]
    NoAnswer(String),
    /// 429 or 503 with the wish to wait; also 4xx that mean "too many".
    #[error("Microsoft asks to wait ({})", .trace.code)]
    Throttled {
        /// As long as `Retry-After` says; `None`: it does not say.
        retry_after: Option<Duration>,
        /// Details.
        trace: Trace,
    },
    /// 5xx: the effect may have happened all the same.
    #[error("Microsoft failed ({} {})", .0.status, .0.code)]
    Server(Trace),
    /// The mailbox is being moved, or the like: heals by itself.
    #[error("the mailbox is not reachable for the moment ({})", .0.code)]
    Moving(Trace),
    /// 401: the access token is not taken (any more). Refresh once.
    #[error("the access token was refused")]
    AccessToken(Trace),
    /// Entra wants the person to sign in again (`invalid_grant`, `interaction_required`, ...).
    #[error("sign-in needed ({})", .0.code)]
    SignIn(Trace),
    /// Consent is missing or was declined.
    #[error("consent needed ({})", .0.code)]
    Consent(Trace),
    /// A scope was not granted.
    #[error("permissions are missing: {}", .missing.join(", "))]
    MissingScopes {
        /// Which.
        missing: Vec<String>,
    },
    /// 403: scope or mailbox right missing; or an administrator's policy.
    #[error("Microsoft refuses ({})", .0.code)]
    Denied(Trace),
    /// Client id, secret or certificate of the desk refused.
    #[error("the desk's own registration is refused ({})", .0.code)]
    AppCredential(Trace),
    /// The registration or the request is wrong (`redirect_uri`, tenant type...).
    #[error("the desk's registration does not fit ({})", .0.code)]
    AppConfig(Trace),
    /// No mailbox in Exchange Online for this account.
    #[error("no Exchange Online mailbox ({})", .0.code)]
    MailboxGone(Trace),
    /// The item is not there (any more).
    #[error("not found ({})", .0.code)]
    NotFound(Trace),
    /// Delta state expired: start the folder again.
    #[error("the delta cursor has expired ({})", .0.code)]
    Resync(Trace),
    /// Changed by somebody else at the same time: read again, try again.
    #[error("conflict ({})", .0.code)]
    Conflict(Trace),
    /// Microsoft cannot give this one item (conversion failed).
    #[error("Microsoft cannot hand out this item ({})", .0.code)]
    PoisonItem(Trace),
    /// Mailbox full, message too large, too many recipients: this message will not go.
    #[error("Microsoft refuses this message ({})", .0.code)]
    Refused(Trace),
    /// Any other 4xx: our request is wrong.
    #[error("Microsoft does not accept the request ({} {})", .0.status, .0.code)]
    BadRequest(Trace),
    /// The id_token or another answer is not what it must be. Nothing of it was used.
    #[error("the answer is not genuine: {0}")]
    NotGenuine(String),
    /// The answer is not of the promised shape.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Wait this long (or a backoff of one's own), then again. Nobody needs to do anything.
    Wait(Option<Duration>),
    /// Refresh the access token, once, then again.
    Refresh,
    /// Start the folder's delta again.
    Resync,
    /// The account must sign in again.
    Reconnect,
    /// An administrator of the tenant must act.
    Administrator,
    /// The operator of the desk must renew its registration or secret.
    Operator,
    /// The mailbox is gone.
    MailboxGone,
    /// This one item or message cannot be done; the rest goes on.
    GiveUpItem,
}

impl Error {
    /// What to do. One place for the whole product.
    pub fn remedy(&self) -> Remedy {
        match self {
            Error::Throttled { retry_after, .. } => Remedy::Wait(*retry_after),
            Error::NoAnswer(_)
            | Error::Server(_)
            | Error::Moving(_)
            | Error::Conflict(_)
            | Error::Unexpected(_) => Remedy::Wait(None),
            Error::AccessToken(_) => Remedy::Refresh,
            Error::Resync(_) => Remedy::Resync,
            // Where the tenant lets nobody but administrators consent, Microsoft's own page says so on the way.
            Error::SignIn(_) | Error::Consent(_) | Error::MissingScopes { .. } => Remedy::Reconnect,
            Error::Denied(_) => Remedy::Administrator,
            Error::AppCredential(_) | Error::AppConfig(_) | Error::NotGenuine(_) => Remedy::Operator,
            Error::MailboxGone(_) => Remedy::MailboxGone,
            Error::NotFound(_) | Error::PoisonItem(_) | Error::Refused(_) | Error::BadRequest(_) => {
                Remedy::GiveUpItem
            }
        }
    }

    /// Details for people and logs, where there are any.
    pub fn trace(&self) -> Option<&Trace> {
        match self {
            Error::Throttled { trace, .. }
            | Error::Server(trace)
            | Error::Moving(trace)
            | Error::AccessToken(trace)
            | Error::SignIn(trace)
            | Error::Consent(trace)
            | Error::Denied(trace)
            | Error::AppCredential(trace)
            | Error::AppConfig(trace)
            | Error::MailboxGone(trace)
            | Error::NotFound(trace)
            | Error::Resync(trace)
            | Error::Conflict(trace)
            | Error::PoisonItem(trace)
            | Error::Refused(trace)
            | Error::BadRequest(trace) => Some(trace),
            Error::NoAnswer(_)
            | Error::MissingScopes { .. }
            | Error::NotGenuine(_)
            | Error::Unexpected(_) => None,
        }
    }

    /// True when the effect of a writing call is uncertain: look before doing it again. Mail has been seen to go out
    /// although the answer was a 5xx or even a 429, so these count too.
    pub fn uncertain(&self) -> bool {
        matches!(
            self,
            Error::NoAnswer(_)
                | Error::Server(_)
                | Error::Throttled { .. }
                | Error::Moving(_)
                | Error::Unexpected(_)
        )
    }
}
