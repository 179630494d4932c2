//! The plan of a simulated week: who writes when, what is answered, and which fault strikes whom. Made from a seed, so that a
//! week that went wrong can be lived again.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use store::ConnectionState;

/// Steps of a day: ten minutes each.
const STEPS_A_DAY: u32 = 144;
/// Customers: so many that nobody writes often enough to look like a robot.
const CUSTOMERS: u32 = 900;

/// A mail that a customer writes.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Number, from 1.
    pub number: u32,
    /// To which mailbox.
    pub mailbox: usize,
    /// By whom.
    pub customer: u32,
    /// The earlier mail of the same customer that it answers.
    pub answers: Option<u32>,
}

/// A fault that strikes.
#[derive(Debug, Clone, Copy)]
pub struct Strike {
    /// What.
    pub fault: Fault,
    /// Whom.
    pub mailbox: usize,
    /// For how many steps.
    pub lasts: u32,
}

/// The plan.
pub struct Plan {
    /// Days.
    pub days: u32,
    /// Mailboxes.
    pub mailboxes: u32,
    /// Mails in.
    pub mails: u32,
    /// Answers out.
    pub answers: u32,
    /// Steps in all.
    pub steps: u32,
    mails_at: Vec<Vec<Mail>>,
    strikes_at: Vec<Vec<Strike>>,
}

impl Plan {
    /// Makes the plan of this seed.
    pub fn of(seed: u64, days: u32, mailboxes: u32, mails: u32, answers: u32) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        let steps = days * STEPS_A_DAY;
        let mut times: Vec<u32> = (0..mails).map(|_| chance.random_range(0..steps)).collect();
        times.sort_unstable();
        let mut mails_at = vec![Vec::new(); steps as usize];
        let mut known: Vec<Mail> = Vec::new();
        for (number, step) in (1..).zip(times) {
            let mail = match known.choose(&mut chance).filter(|_| number % 4 == 0) {
                Some(earlier) => Mail {
                    number,
                    answers: Some(earlier.answers.unwrap_or(earlier.number)),
                    ..earlier.clone()
                },
                None => Mail {
                    number,
                    mailbox: chance.random_range(0..mailboxes) as usize,
                    customer: chance.random_range(1..=CUSTOMERS),
                    answers: None,
                },
            };
            known.push(mail.clone());
            mails_at[step as usize].push(mail);
        }
        let mut strikes_at = vec![Vec::new(); steps as usize];
        for fault in Fault::ALL {
            // Each several times a week, none so late that nobody could notice it.
            for _ in 0..(2 * days).max(2) {
                // What strikes at the next sign-in can be seen only when the access token has run out.
                let lasts = if fault.trouble().is_some() {
                    chance.random_range(12..40)
                } else {
                    chance.random_range(3..30)
                };
                let step = chance.random_range(0..steps.saturating_sub(lasts).max(1));
                let mailbox = chance.random_range(0..mailboxes) as usize;
                strikes_at[step as usize].push(Strike { fault, mailbox, lasts });
            }
        }
        Self { days, mailboxes, mails, answers, steps, mails_at, strikes_at }
    }

    /// Mails that are written in a step.
    pub fn mails_at(&self, step: u32) -> Vec<Mail> {
        self.mails_at.get(step as usize).cloned().unwrap_or_default()
    }

    /// Faults that begin in a step.
    pub fn strikes_at(&self, step: u32) -> Vec<Strike> {
        self.strikes_at.get(step as usize).cloned().unwrap_or_default()
    }

    /// How many answers shall have been given by the end of a step: the last ones well before the end.
    pub fn answers_by(&self, step: u32) -> u32 {
        let done = u64::from(self.answers) * u64::from(step + 1) * 20 / (u64::from(self.steps) * 19);
        u32::try_from(done).unwrap_or(u32::MAX).min(self.answers)
    }
}

/// What a fault means for the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It must be shown as delayed, and heals.
    HealsByItself,
    /// Somebody must sign in.
    SignIn,
    /// An administrator must act.
    Administrator,
    /// The registration is refused.
    Registration,
    /// The mailbox is gone.
    Gone,
}

impl Trouble {
    /// Whether a state tells of this trouble.
    pub fn is_shown_as(self, state: ConnectionState) -> bool {
        match self {
            Self::HealsByItself => state == ConnectionState::Delayed,
            Self::SignIn => state == ConnectionState::NeedsSignIn,
            Self::Administrator => state == ConnectionState::NeedsAdministrator,
            Self::Registration => state == ConnectionState::AppCredential,
            Self::Gone => state == ConnectionState::MailboxGone,
        }
    }
}

/// How a fault is switched on at the stand-in.
pub enum Control {
    /// `POST faults`.
    Fault(Value),
    /// `PATCH people/{upn}`.
    Person(Value),
}

/// The faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every call is told to wait, for longer than a moment.
    Storm,
    /// Some calls are told to wait, without saying how long.
    Throttled,
    /// 5xx before the effect.
    Failing,
    /// 5xx although it was done.
    FailingAfter,
    /// Connections cut before and after the effect.
    Cut,
    /// The same, after the effect.
    CutAfter,
    /// Answers come late.
    Slow,
    /// Access tokens refused a few times.
    Refused,
    /// The delta cursor is forgotten.
    Resync,
    /// A page without its nextLink.
    MissingLink,
    /// Delta repeats itself.
    Repeats,
    /// Tokens revoked by an administrator.
    Revoked,
    /// Entra asks for more than a password.
    MoreThanPassword,
    /// The desk's secret is refused.
    SecretExpired,
    /// A policy forbids the mailbox.
    Denied,
    /// The mailbox is gone.
    Gone,
}

impl Fault {
    /// All.
    pub const ALL: [Self; 16] = [
        Self::Storm,
        Self::Throttled,
        Self::Failing,
        Self::FailingAfter,
        Self::Cut,
        Self::CutAfter,
        Self::Slow,
        Self::Refused,
        Self::Resync,
        Self::MissingLink,
        Self::Repeats,
        Self::Revoked,
        Self::MoreThanPassword,
        Self::SecretExpired,
        Self::Denied,
        Self::Gone,
    ];

    /// For the count.
    pub fn name(self) -> &'static str {
        match self {
            Self::Storm => "storm",
            Self::Throttled => "throttled",
            Self::Failing => "5xx before",
            Self::FailingAfter => "5xx after",
            Self::Cut => "cut before",
            Self::CutAfter => "cut after",
            Self::Slow => "slow",
            Self::Refused => "401",
            Self::Resync => "410",
            Self::MissingLink => "no nextLink",
            Self::Repeats => "repeated delta",
            Self::Revoked => "revoked",
            Self::MoreThanPassword => "interaction required",
            Self::SecretExpired => "secret expired",
            Self::Denied => "access denied",
            Self::Gone => "mailbox gone",
        }
    }

    /// How it is switched on.
    pub fn control(self, mailbox: &str) -> Control {
        let token = |error: &str, number: u32, words: &str| json!({"kind": "token_error", "mailbox": mailbox, "error": error, "description": format!("AADSTS{number}: {words}")});
        Control::Fault(match self {
            Self::Storm => json!({"kind": "throttle", "mailbox": mailbox, "retryAfter": 900}),
            Self::Throttled => {
                json!({"kind": "throttle", "mailbox": mailbox, "retryAfter": null, "probability": 0.5})
            }
            Self::Failing => {
                json!({"kind": "server_error", "mailbox": mailbox, "status": 503, "effect": "before", "probability": 0.4})
            }
            Self::FailingAfter => {
                json!({"kind": "server_error", "mailbox": mailbox, "status": 504, "effect": "after", "probability": 0.4})
            }
            Self::Cut => json!({"kind": "cut", "mailbox": mailbox, "effect": "before", "probability": 0.4}),
            Self::CutAfter => {
                json!({"kind": "cut", "mailbox": mailbox, "effect": "after", "probability": 0.4})
            }
            Self::Slow => json!({"kind": "slow", "mailbox": mailbox, "millis": 150}),
            Self::Refused => json!({"kind": "unauthorized", "mailbox": mailbox, "times": 3}),
            Self::Resync => json!({"kind": "resync", "mailbox": mailbox, "times": 2}),
            Self::MissingLink => json!({"kind": "missing_next_link", "mailbox": mailbox}),
            Self::Repeats => json!({"kind": "repeat_delta", "mailbox": mailbox}),
            Self::Revoked => return Control::Person(json!({"revoke": true})),
            Self::MoreThanPassword => {
                token("interaction_required", 50_076, "you must use multi-factor authentication")
            }
            Self::SecretExpired => {
                token("invalid_client", 7_000_222, "The provided client secret keys are expired.")
            }
            Self::Denied => json!({"kind": "access_denied", "mailbox": mailbox}),
            Self::Gone => json!({"kind": "mailbox_gone", "mailbox": mailbox}),
        })
    }

    /// What must be shown of it; `None`: nothing need be.
    pub fn trouble(self) -> Option<Trouble> {
        match self {
            Self::Storm => Some(Trouble::HealsByItself),
            Self::Revoked | Self::MoreThanPassword => Some(Trouble::SignIn),
            Self::SecretExpired => Some(Trouble::Registration),
            Self::Denied => Some(Trouble::Administrator),
            Self::Gone => Some(Trouble::Gone),
            _ => None,
        }
    }
}
