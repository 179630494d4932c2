//! Faults on demand: what may go wrong at Microsoft, switched on by tests and by people who rehearse.

mod kind;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::world::clock::Clock;
#[cfg(test)]
pub use kind::NAMES;
pub use kind::{Effect, Kind, Leaves, Operation, Reading, retry_after};

/// A fault as it was set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    /// Makes the chance the same each time.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Not before, by the stand-in's clock.
    #[serde(default)]
    pub after: Option<Timestamp>,
    /// Not from then on.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// How long, from `after` or from when it was set; becomes `until`.
    #[serde(default, skip_serializing)]
    pub seconds: Option<f64>,
    /// How often it struck.
    #[serde(default)]
    pub struck: u64,
    #[serde(skip)]
    dice: Option<StdRng>,
}

/// A fault that cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not between 0 and 1.
    #[error("probability lies between 0 and 1")]
    Probability,
    /// It would end before it begins.
    #[error("a fault ends after it begins: `until` after `after`, `seconds` above 0")]
    Time,
    /// The SMTP reply is none.
    #[error("an SMTP reply begins with a code of 4xx or 5xx")]
    Reply,
}

/// What is about to happen, for faults to strike at.
#[derive(Clone, Copy, Debug)]
pub struct Aim<'a> {
    /// What it is.
    pub operation: Operation,
    /// Addresses of the mailbox.
    pub addresses: &'a [String],
    /// Immutable id of the message it names.
    pub item: Option<&'a str>,
    /// Whether a delta or skip token comes with it.
    pub token: bool,
}

/// A fault that strikes a call.
#[derive(Clone, Debug)]
pub struct Struck {
    id: String,
    /// What goes wrong.
    pub kind: Kind,
    used: Arc<AtomicBool>,
}

impl Struck {
    /// A conditional fault made a difference.
    pub fn used(&self) {
        self.used.store(true, Ordering::Relaxed);
    }
}

impl Fault {
    fn fits(&self, aim: &Aim<'_>, now: Timestamp) -> bool {
        let by_mailbox =
            || self.mailbox.as_ref().is_none_or(|m| aim.addresses.iter().any(|a| a.eq_ignore_ascii_case(m)));
        let by_kind = || match &self.kind {
            Kind::Poison { item } => aim.item == Some(item.as_str()),
            Kind::Resync { .. } => aim.token,
            _ => true,
        };
        self.after.is_none_or(|t| t <= now)
            && self.until.is_none_or(|t| now < t)
            && self.kind.sees(aim.operation, self.operation)
            && by_mailbox()
            && by_kind()
    }

    fn happens(&mut self) -> bool {
        let Some(chance) = self.probability else { return true };
        match &mut self.dice {
            Some(dice) => dice.random::<f64>() < chance,
            None => rand::random::<f64>() < chance,
        }
    }
}

/// The faults set now. Locked after the world, never before it.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    next: u64,
    list: Vec<Fault>,
    strikes: BTreeMap<&'static str, u64>,
    clock: Clock,
}

impl Faults {
    /// None yet, by this clock.
    pub fn new(clock: Clock) -> Self {
        Self { clock, ..Self::default() }
    }

    /// Sets one and gives its id.
    pub fn set(&mut self, mut fault: Fault) -> Result<String, Unusable> {
        if fault.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(Unusable::Probability);
        }
        if let Kind::SmtpRefused { reply, .. } = &fault.kind
            && !(reply.starts_with('4') || reply.starts_with('5'))
        {
            return Err(Unusable::Reply);
        }
        let begin = fault.after.unwrap_or_else(|| self.clock.now());
        if let Some(seconds) = fault.seconds {
            let long = SignedDuration::try_from_secs_f64(seconds).map_err(|_| Unusable::Time)?;
            fault.until = Some(begin.checked_add(long).map_err(|_| Unusable::Time)?);
        }
        if fault.until.is_some_and(|end| end <= begin) {
            return Err(Unusable::Time);
        }
        self.next += 1;
        fault.id = format!("fault-{}", self.next);
        fault.struck = 0;
        fault.dice = fault.seed.map(StdRng::seed_from_u64);
        let id = fault.id.clone();
        self.list.push(fault);
        Ok(id)
    }

    /// All that may still strike.
    pub fn list(&mut self) -> &[Fault] {
        let now = self.clock.now();
        self.list.retain(|f| f.until.is_none_or(|end| now < end));
        &self.list
    }

    /// How often each kind struck since the start or the last reset, whether the fault is still set or not.
    pub fn strikes(&self) -> &BTreeMap<&'static str, u64> {
        &self.strikes
    }

    /// Forgets how often each kind struck.
    pub fn forget_strikes(&mut self) {
        self.strikes.clear();
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
        self.strike(Operation::Batch, addresses, None)
    }

    /// The kinds that strike here. `item` is the immutable id of the message it names.
    pub fn strike(&mut self, operation: Operation, addresses: &[String], item: Option<&str>) -> Vec<Kind> {
        let aim = Aim { operation, addresses, item, token: true };
        self.strike_call(&aim).into_iter().map(|s| s.kind).collect()
    }

    /// The faults that strike a call. Conditional ones are counted only by [`Faults::settle`].
    pub fn strike_call(&mut self, aim: &Aim<'_>) -> Vec<Struck> {
        if self.list.is_empty() {
            return Vec::new();
        }
        let now = self.clock.now();
        let mut striking = Vec::new();
        for fault in &mut self.list {
            if !fault.fits(aim, now) || !fault.happens() {
                continue;
            }
            let (id, kind) = (fault.id.clone(), fault.kind.clone());
            if !kind.is_conditional() {
                count(&mut self.strikes, fault);
            }
            striking.push(Struck { id, kind, used: Arc::default() });
        }
        self.list.retain(|f| f.times != Some(0) && f.until.is_none_or(|end| now < end));
        striking
    }

    /// Counts the conditional faults that made a difference.
    pub fn settle(&mut self, struck: &[Struck]) {
        for one in struck.iter().filter(|s| s.kind.is_conditional() && s.used.load(Ordering::Relaxed)) {
            if let Some(fault) = self.list.iter_mut().find(|f| f.id == one.id) {
                count(&mut self.strikes, fault);
            }
        }
        self.list.retain(|f| f.times != Some(0));
    }
}

fn count(strikes: &mut BTreeMap<&'static str, u64>, fault: &mut Fault) {
    fault.struck += 1;
    fault.times = fault.times.map(|t| t.saturating_sub(1));
    *strikes.entry(fault.kind.name()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn fault(value: serde_json::Value) -> Fault {
        serde_json::from_value(value).unwrap()
    }

    fn strikes(faults: &mut Faults, operation: Operation) -> bool {
        !faults.strike(operation, &["a@b.example".to_owned()], None).is_empty()
    }

    #[test]
    fn a_fault_waits_for_its_time_and_ends_with_it() {
        let clock = Clock::default();
        let mut faults = Faults::new(clock.clone());
        let begin = clock.now() + SignedDuration::from_hours(1);
        faults
            .set(fault(json!({"kind": "unauthorized", "after": begin.to_string(), "seconds": 600})))
            .unwrap();
        assert!(!strikes(&mut faults, Operation::List), "not before its time");
        clock.advance(SignedDuration::from_mins(61));
        assert!(strikes(&mut faults, Operation::List));
        clock.advance(SignedDuration::from_mins(10));
        assert!(!strikes(&mut faults, Operation::List), "ten minutes are over");
        assert!(faults.list().is_empty());
        assert_eq!(faults.strikes()["unauthorized"], 1, "the count outlives the fault");
    }

    #[test]
    fn a_seed_makes_chance_the_same_each_time() {
        let run = |seed: u64| -> Vec<bool> {
            let mut faults = Faults::default();
            faults.set(fault(json!({"kind": "cut", "probability": 0.5, "seed": seed}))).unwrap();
            (0..64).map(|_| strikes(&mut faults, Operation::Get)).collect()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let hits = run(7).into_iter().filter(|h| *h).count();
        assert!((16..48).contains(&hits), "{hits} of 64 at one half");
    }

    #[test]
    fn each_kind_strikes_only_what_it_is_about() {
        use Operation::{Arrive, Batch, Deliver, Draft, Get, List, Notify, Patch, Send, Smtp, Token};
        let all = [Token, List, Get, Patch, Draft, Send, Batch, Deliver, Arrive, Notify, Smtp];
        for (wish, expected) in [
            (json!({"kind": "slow", "millis": 1}), &[List, Get, Patch, Draft, Send][..]),
            (json!({"kind": "slow", "millis": 1, "operation": "token"}), &[Token]),
            (json!({"kind": "cut", "operation": "batch"}), &[Batch]),
            (json!({"kind": "mailbox_full"}), &[Draft, Send, Deliver]),
            (json!({"kind": "mailbox_gone", "operation": "get"}), &[Get]),
            (json!({"kind": "mailbox_moving"}), &[List, Get, Patch, Draft, Send, Deliver]),
            (json!({"kind": "swallowed", "operation": "any"}), &[Send]),
            (json!({"kind": "doubled_delivery"}), &[Arrive]),
            (json!({"kind": "notification_lost"}), &[Notify]),
            (json!({"kind": "smtp_refused"}), &[Smtp]),
        ] {
            let one = fault(wish.clone());
            let seen: Vec<Operation> = all.into_iter().filter(|o| one.kind.sees(*o, one.operation)).collect();
            assert_eq!(seen, expected, "{wish}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for wish in [
            json!({"kind": "cut", "probability": 1.5}),
            json!({"kind": "cut", "seconds": -1}),
            json!({"kind": "cut", "until": "2001-01-01T00:00:00Z"}),
            json!({"kind": "smtp_refused", "reply": "250 fine"}),
        ] {
            assert!(Faults::default().set(fault(wish.clone())).is_err(), "{wish}");
        }
    }
}
