//! What can go wrong, and which requests each kind of fault sees.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a request is about, in the words of docs/sandbox.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Entra's token endpoint.
    Token,
    /// `/me`.
    Me,
    /// A delta query.
    Delta,
    /// A list of messages.
    List,
    /// One message as JSON.
    Get,
    /// `$value`.
    Mime,
    /// PATCH of a message.
    Patch,
    /// Making a draft.
    Draft,
    /// Attachments, upload sessions included.
    Attach,
    /// A PUT to an upload session.
    Upload,
    /// `send`, `sendMail`, `reply`, `forward`.
    Send,
    /// The envelope of a `$batch`.
    Batch,
    /// Anything.
    Any,
    /// What no fault names.
    Other,
    /// Whether a mailbox takes a mail that transport brings.
    #[serde(skip)]
    Deliver,
    /// How a mail comes to lie in a mailbox.
    #[serde(skip)]
    Arrive,
    /// A change notification.
    #[serde(skip)]
    Notify,
    /// A recipient named to the SMTP server.
    #[serde(skip)]
    Smtp,
}

impl Operation {
    /// Whether it is a call of Graph for one mailbox: what faults strike that name no operation.
    fn is_call(self) -> bool {
        !matches!(self, Self::Token | Self::Batch | Self::Deliver | Self::Arrive | Self::Notify | Self::Smtp)
    }
}

/// Whether the call took effect although its answer was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing happened.
    #[default]
    Before,
    /// It happened all the same.
    After,
}

/// What is left of a mail that was accepted and never went out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaves {
    /// It stays a draft.
    #[default]
    Draft,
    /// It lies in Sent Items as if it had gone.
    Sent,
    /// It is nowhere.
    Nothing,
}

/// What somebody else does with a mail in the Inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Opens it: it is marked as read.
    #[default]
    Read,
    /// Puts it into another folder.
    Move,
    /// Deletes it.
    Delete,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    Throttle {
        /// Seconds, or `"date"`, or nothing.
        #[serde(default, rename = "retryAfter")]
        retry_after: Option<serde_json::Value>,
        /// 429, or 503 as Exchange sometimes says it: "UnknownError" with an empty text.
        #[serde(default = "too_many")]
        status: u16,
    },
    ServerError {
        #[serde(default = "five_hundred")]
        status: u16,
        #[serde(default)]
        effect: Effect,
    },
    Cut {
        #[serde(default)]
        effect: Effect,
    },
    Slow {
        millis: u64,
    },
    Unauthorized,
    AccessDenied,
    Resync {
        /// Every token given out before is dead for good: only a new round helps.
        #[serde(default)]
        lasting: bool,
    },
    Poison {
        item: String,
    },
    PoisonPage {
        item: String,
    },
    MissingNextLink,
    RepeatDelta,
    TokenError {
        error: String,
        #[serde(default)]
        description: String,
        #[serde(default)]
        suberror: Option<String>,
    },
    MailboxGone,
    MailboxFull,
    MailboxMoving,
    Swallowed {
        #[serde(default)]
        leaves: Leaves,
    },
    Conflict {
        /// The other reader marks the message as read.
        #[serde(default = "yes")]
        read: bool,
        /// The other reader adds this category.
        #[serde(default)]
        category: Option<String>,
    },
    DoubledDelivery,
    LateDelivery {
        #[serde(rename = "delaySeconds")]
        delay_seconds: f64,
    },
    InboxRule {
        #[serde(default = "archive")]
        folder: String,
        #[serde(default)]
        millis: i64,
    },
    SecondReader {
        #[serde(default)]
        does: Reading,
        #[serde(default = "archive")]
        folder: String,
        #[serde(default)]
        millis: i64,
    },
    NotificationLost,
    NotificationDoubled,
    NotificationLate {
        millis: u64,
    },
    NotificationsStopped,
    SmtpRefused {
        /// The server's words, e.g. `451 4.7.1 Greylisted, come again`.
        #[serde(default = "come_again")]
        reply: String,
        #[serde(default)]
        effect: Effect,
    },
}

fn too_many() -> u16 {
    429
}

fn five_hundred() -> u16 {
    500
}

fn yes() -> bool {
    true
}

fn archive() -> String {
    "archive".to_owned()
}

fn come_again() -> String {
    "451 4.7.500 Server busy. Please try again later".to_owned()
}

/// The names of all kinds.
#[cfg(test)]
pub const NAMES: &[&str] = &[
    "throttle",
    "server_error",
    "cut",
    "slow",
    "unauthorized",
    "access_denied",
    "resync",
    "poison",
    "poison_page",
    "missing_next_link",
    "repeat_delta",
    "token_error",
    "mailbox_gone",
    "mailbox_full",
    "mailbox_moving",
    "swallowed",
    "conflict",
    "doubled_delivery",
    "late_delivery",
    "inbox_rule",
    "second_reader",
    "notification_lost",
    "notification_doubled",
    "notification_late",
    "notifications_stopped",
    "smtp_refused",
];

impl Kind {
    /// Its name in the control API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Throttle { .. } => "throttle",
            Self::ServerError { .. } => "server_error",
            Self::Cut { .. } => "cut",
            Self::Slow { .. } => "slow",
            Self::Unauthorized => "unauthorized",
            Self::AccessDenied => "access_denied",
            Self::Resync { .. } => "resync",
            Self::Poison { .. } => "poison",
            Self::PoisonPage { .. } => "poison_page",
            Self::MissingNextLink => "missing_next_link",
            Self::RepeatDelta => "repeat_delta",
            Self::TokenError { .. } => "token_error",
            Self::MailboxGone => "mailbox_gone",
            Self::MailboxFull => "mailbox_full",
            Self::MailboxMoving => "mailbox_moving",
            Self::Swallowed { .. } => "swallowed",
            Self::Conflict { .. } => "conflict",
            Self::DoubledDelivery => "doubled_delivery",
            Self::LateDelivery { .. } => "late_delivery",
            Self::InboxRule { .. } => "inbox_rule",
            Self::SecondReader { .. } => "second_reader",
            Self::NotificationLost => "notification_lost",
            Self::NotificationDoubled => "notification_doubled",
            Self::NotificationLate { .. } => "notification_late",
            Self::NotificationsStopped => "notifications_stopped",
            Self::SmtpRefused { .. } => "smtp_refused",
        }
    }

    /// Whether it strikes only where it makes a difference: it is counted when it did, not when it was asked for.
    pub fn is_conditional(&self) -> bool {
        matches!(self, Self::MissingNextLink | Self::PoisonPage { .. } | Self::Conflict { .. })
    }

    /// Whether this kind strikes such an operation when the fault names `named`.
    pub fn sees(&self, operation: Operation, named: Option<Operation>) -> bool {
        use Operation::{
            Arrive, Attach, Deliver, Delta, Draft, List, Mime, Notify, Patch, Send, Smtp, Token, Upload,
        };
        let own: &[Operation] = match self {
            Self::Resync { .. } | Self::RepeatDelta => &[Delta],
            Self::MissingNextLink | Self::PoisonPage { .. } => &[List, Delta],
            Self::Poison { .. } => &[Mime],
            Self::TokenError { .. } => &[Token],
            Self::Swallowed { .. } => &[Send],
            Self::Conflict { .. } => &[Patch],
            Self::MailboxFull => &[Draft, Attach, Upload, Send, Deliver],
            Self::DoubledDelivery
            | Self::LateDelivery { .. }
            | Self::InboxRule { .. }
            | Self::SecondReader { .. } => &[Arrive],
            Self::NotificationLost
            | Self::NotificationDoubled
            | Self::NotificationLate { .. }
            | Self::NotificationsStopped => &[Notify],
            Self::SmtpRefused { .. } => &[Smtp],
            Self::MailboxGone | Self::MailboxMoving
                if operation == Deliver && matches!(named, None | Some(Operation::Any)) =>
            {
                return true;
            }
            _ => &[],
        };
        match named {
            None | Some(Operation::Any) if own.is_empty() => operation.is_call(),
            None | Some(Operation::Any) => own.contains(&operation),
            Some(named) => named == operation && (own.is_empty() || own.contains(&operation)),
        }
    }
}

/// The Retry-After header a throttle fault asks for: seconds (also broken ones), `"date"` for an HTTP date two seconds
/// ahead, `"date+30"` for thirty, `null` for none.
pub fn retry_after(wanted: Option<&serde_json::Value>, now: Timestamp) -> Option<String> {
    match wanted? {
        serde_json::Value::Number(n) => Some(n.to_string()),
        serde_json::Value::String(s) if s.starts_with("date") => {
            let ahead = s.trim_start_matches("date").trim_start_matches('+').parse().unwrap_or(2);
            let at = now + SignedDuration::from_secs(ahead);
            Some(at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        }
        serde_json::Value::String(s) => Some(s.clone()),
        _ => None,
    }
}
