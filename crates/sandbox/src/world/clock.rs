//! The stand-in's clock: ahead of the machine's by what it was moved, and faster when a week has to pass in minutes.
//!
//! Everything that ages asks it: subscriptions, tokens, faults, budgets, mail under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Fastest the clock may run: a day in about a second.
pub const FASTEST: f64 = 86_400.0;

/// Where the clock was when it was last set, by the machine's time and by its own.
#[derive(Clone, Copy, Debug)]
struct Set {
    machine: Timestamp,
    own: Timestamp,
    speed: f64,
}

impl Set {
    fn at(self, machine: Timestamp) -> Timestamp {
        let passed = machine.duration_since(self.machine).as_secs_f64() * self.speed;
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or(SignedDuration::ZERO);
        self.own.checked_add(passed).unwrap_or(self.own)
    }
}

/// A clock; clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Set>>);

impl Default for Clock {
    fn default() -> Self {
        Self::ahead_by(0, 1.0)
    }
}

impl Clock {
    fn ahead_by(millis: i64, speed: f64) -> Self {
        let machine = Timestamp::now();
        let own = machine.checked_add(SignedDuration::from_millis(millis)).unwrap_or(machine);
        Self(Arc::new(Mutex::new(Set { machine, own, speed })))
    }

    fn set(&self) -> MutexGuard<'_, Set> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.set().at(Timestamp::now())
    }

    /// Seconds of its own that pass in one of the machine's.
    pub fn speed(&self) -> f64 {
        self.set().speed
    }

    /// Moves it forward, or back.
    pub fn advance(&self, by: SignedDuration) {
        let mut set = self.set();
        set.own = set.own.checked_add(by).unwrap_or(set.own);
    }

    /// Sets it to a moment.
    pub fn move_to(&self, now: Timestamp) {
        let mut set = self.set();
        *set = Set { machine: Timestamp::now(), own: now, speed: set.speed };
    }

    /// Lets it run faster or slower from now on; 1 is the machine's pace, 0 stops it.
    pub fn run_at(&self, speed: f64) {
        let mut set = self.set();
        let machine = Timestamp::now();
        *set = Set { machine, own: set.at(machine), speed: speed.clamp(0.0, FASTEST) };
    }

    /// How long the machine has to wait until this moment comes; the longest wait when the clock stands.
    pub fn wait_for(&self, due: Timestamp) -> Duration {
        let left = due.duration_since(self.now()).as_secs_f64().max(0.0) / self.speed();
        Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX)
    }
}

/// How it is kept: the distance to the machine's clock, alone (as older state files have it) or with the speed.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Ahead(i64),
    Running { ahead_ms: i64, speed: f64 },
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let ahead = self.now().duration_since(Timestamp::now()).as_millis();
        let ahead_ms = i64::try_from(ahead).unwrap_or(0);
        Kept::Running { ahead_ms, speed: self.speed() }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Kept::deserialize(from)? {
            Kept::Ahead(millis) => Self::ahead_by(millis, 1.0),
            Kept::Running { ahead_ms, speed } => Self::ahead_by(ahead_ms, speed),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn it_runs_at_its_speed_and_its_clones_with_it() {
        let clock = Clock::default();
        let other = clock.clone();
        clock.run_at(3_600.0);
        let before = other.now();
        std::thread::sleep(Duration::from_millis(20));
        assert!(other.now().duration_since(before) >= SignedDuration::from_secs(72));
        clock.run_at(0.0);
        let stands = clock.now();
        assert_eq!(other.now(), stands);
        assert_eq!(clock.wait_for(stands + SignedDuration::from_secs(1)), Duration::MAX);
        clock.advance(SignedDuration::from_hours(24));
        assert_eq!(other.now(), stands + SignedDuration::from_hours(24));
    }

    #[test]
    fn a_state_file_of_an_older_stand_in_is_understood() {
        let old: Clock = serde_json::from_str("86400000").unwrap();
        let ahead = old.now().duration_since(Timestamp::now());
        assert!(ahead > SignedDuration::from_hours(23), "{ahead}");
        let again: Clock = serde_json::from_value(serde_json::to_value(&old).unwrap()).unwrap();
        assert!(again.now().duration_since(Timestamp::now()) > SignedDuration::from_hours(23));
    }
}
