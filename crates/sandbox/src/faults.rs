//! Faults on demand: what may go wrong at Microsoft, switched on by tests and by people who rehearse.

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

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    Throttle {
        /// Seconds, or `"date"`, or nothing.
        #[serde(default, rename = "retryAfter")]
        retry_after: Option<serde_json::Value>,
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
    Resync,
    Poison {
        item: String,
    },
    MissingNextLink,
    TokenError {
        error: String,
        #[serde(default)]
        description: String,
        #[serde(default)]
        suberror: Option<String>,
    },
    MailboxGone,
    RepeatDelta,
}

fn five_hundred() -> u16 {
    500
}

/// A fault as it was set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// Given by the stand-in.
    #[serde(default)]
    pub id: String,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: Kind,
    /// Only for this mailbox address.
    #[serde(default)]
    pub mailbox: Option<String>,
    /// Only for this operation.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// Strikes left.
    #[serde(default)]
    pub times: Option<u64>,
    /// Chance of each strike, 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// How often it struck.
    #[serde(default)]
    pub struck: u64,
}

impl Fault {
    /// Operations the kind makes sense for, when none was named.
    fn natural(&self) -> Option<Operation> {
        match self.kind {
            Kind::Resync | Kind::RepeatDelta => Some(Operation::Delta),
            Kind::Poison { .. } => Some(Operation::Mime),
            Kind::TokenError { .. } => Some(Operation::Token),
            _ => None,
        }
    }

    fn fits(&self, operation: Operation, addresses: &[String], item: Option<&str>) -> bool {
        let wanted = self.operation.or_else(|| self.natural());
        let by_operation = match wanted {
            // Entra's endpoint is no Graph call: `any` and nothing mean the mail calls only, unless named.
            None | Some(Operation::Any) => !matches!(operation, Operation::Token | Operation::Batch),
            Some(named) => named == operation,
        };
        let by_mailbox =
            self.mailbox.as_ref().is_none_or(|m| addresses.iter().any(|a| a.eq_ignore_ascii_case(m)));
        let by_kind = match &self.kind {
            Kind::Poison { item: poisoned } => item == Some(poisoned.as_str()),
            Kind::MissingNextLink => matches!(operation, Operation::List | Operation::Delta),
            _ => true,
        };
        by_operation && by_mailbox && by_kind
    }
}

/// The faults set now.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    next: u64,
    list: Vec<Fault>,
}

impl Faults {
    /// Sets one and gives its id.
    pub fn set(&mut self, mut fault: Fault) -> String {
        self.next += 1;
        fault.id = format!("fault-{}", self.next);
        fault.struck = 0;
        let id = fault.id.clone();
        self.list.push(fault);
        id
    }

    /// All of them.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// Clears one; `false` when there is none.
    pub fn clear(&mut self, id: &str) -> bool {
        let before = self.list.len();
        self.list.retain(|f| f.id != id);
        self.list.len() < before
    }

    /// Clears all.
    pub fn clear_all(&mut self) {
        self.list.clear();
    }

    /// The kinds that strike the envelope of a `$batch`: those that name it.
    pub fn strike_envelope(&mut self, addresses: &[String]) -> Vec<Kind> {
        if self.list.iter().any(|f| f.operation == Some(Operation::Batch)) {
            return self.strike(Operation::Batch, addresses, None);
        }
        Vec::new()
    }

    /// The kinds that strike this call. `item` is the immutable id of the message it names.
    pub fn strike(&mut self, operation: Operation, addresses: &[String], item: Option<&str>) -> Vec<Kind> {
        if self.list.is_empty() {
            return Vec::new();
        }
        let mut striking = Vec::new();
        for fault in &mut self.list {
            if !fault.fits(operation, addresses, item)
                || fault.probability.is_some_and(|p| rand::random::<f64>() >= p)
            {
                continue;
            }
            fault.struck += 1;
            fault.times = fault.times.map(|t| t.saturating_sub(1));
            striking.push(fault.kind.clone());
        }
        self.list.retain(|f| f.times != Some(0));
        striking
    }
}

/// The Retry-After header a throttle fault asks for.
pub fn retry_after(wanted: Option<&serde_json::Value>, now: Timestamp) -> Option<String> {
    match wanted? {
        serde_json::Value::Number(n) => Some(n.to_string()),
        serde_json::Value::String(s) if s == "date" => {
            let at = now + SignedDuration::from_secs(2);
            Some(at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        }
        serde_json::Value::String(s) => Some(s.clone()),
        _ => None,
    }
}
