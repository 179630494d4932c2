//! What each mailbox has spent of Microsoft's budgets lately: sliding windows, counted by this process.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Calls are counted over this time: Microsoft allows an application 10,000 for a mailbox.
const CALLS: Duration = Duration::from_secs(600);
/// Bytes sent are counted over this time: Microsoft takes 150 MB.
const UPLOADS: Duration = Duration::from_secs(300);
/// What happens within this time is counted together.
const GRAIN: Duration = Duration::from_secs(5);

/// What a mailbox has spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Calls in the last ten minutes, each part of a `$batch` counted.
    pub calls: u64,
    /// Bytes sent in the last five minutes.
    pub upload_bytes: u64,
    /// Answers that asked to wait, in the last ten minutes.
    pub throttled: u64,
}

/// The windows of all mailboxes.
#[derive(Default)]
pub(super) struct Meters(Mutex<HashMap<i64, Window>>);

#[derive(Default)]
struct Window(VecDeque<(Instant, Spent)>);

impl Window {
    /// The bucket of `now`; old ones are forgotten.
    fn bucket(&mut self, now: Instant) -> &mut Spent {
        while self.0.front().is_some_and(|(since, _)| now.duration_since(*since) > CALLS) {
            self.0.pop_front();
        }
        let fits = self.0.back().is_some_and(|(since, _)| now.duration_since(*since) < GRAIN);
        if !fits {
            self.0.push_back((now, Spent::default()));
        }
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }

    fn spent(&self, now: Instant) -> Spent {
        let mut sum = Spent::default();
        for (since, spent) in &self.0 {
            let age = now.duration_since(*since);
            if age <= CALLS {
                sum.calls += spent.calls;
                sum.throttled += spent.throttled;
            }
            if age <= UPLOADS {
                sum.upload_bytes += spent.upload_bytes;
            }
        }
        sum
    }
}

impl Meters {
    fn with<T>(&self, key: i64, what: impl FnOnce(&mut Window) -> T) -> T {
        what(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default())
    }

    /// A round trip of so many calls, with so many bytes.
    pub fn called(&self, key: i64, calls: u64, bytes: u64) {
        self.with(key, |window| {
            let bucket = window.bucket(Instant::now());
            bucket.calls += calls;
            bucket.upload_bytes += bytes;
        });
    }

    /// An answer that asked to wait.
    pub fn throttled(&self, key: i64) {
        self.with(key, |window| window.bucket(Instant::now()).throttled += 1);
    }

    /// What was spent lately.
    pub fn spent(&self, key: i64) -> Spent {
        self.with(key, |window| window.spent(Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_its_window_is_not_counted_any_more() {
        let mut window = Window::default();
        let begin = Instant::now();
        window.bucket(begin).calls = 7;
        window.bucket(begin).upload_bytes = 1_000;
        window.bucket(begin + Duration::from_secs(2)).calls += 1;
        window.bucket(begin + Duration::from_secs(400)).calls = 2;
        let at = |seconds| window.spent(begin + Duration::from_secs(seconds));
        assert_eq!(at(200), Spent { calls: 10, upload_bytes: 1_000, throttled: 0 });
        assert_eq!(at(400), Spent { calls: 10, upload_bytes: 0, throttled: 0 });
        assert_eq!(at(700).calls, 2);
        assert_eq!(at(2_000), Spent::default());
    }

    #[test]
    fn a_mailbox_that_is_read_for_days_costs_no_more_memory_than_one_read_for_minutes() {
        let mut window = Window::default();
        let begin = Instant::now();
        for second in 0..100_000 {
            window.bucket(begin + Duration::from_secs(second)).calls += 1;
        }
        assert!(window.0.len() <= 125, "{}", window.0.len());
    }

    #[test]
    fn one_mailbox_does_not_spend_anothers_budget() {
        let meters = Meters::default();
        meters.called(1, 20, 500);
        meters.throttled(1);
        assert_eq!(meters.spent(1), Spent { calls: 20, upload_bytes: 500, throttled: 1 });
        assert_eq!(meters.spent(2), Spent::default());
    }
}
