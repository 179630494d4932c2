//! How eagerly a mailbox is read: soon again after traffic, ever more seldom without, ever more patiently after failures, and
//! seldom where notifications announce what comes. Pure: time and chance are arguments.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Longest pause after repeated failures.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_mins(5);
/// At a start, so many of the mailboxes that are overdue begin each second; the others follow.
const STARTS_A_SECOND: i64 = 50;

/// The bounds of a pause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// After traffic.
    pub(crate) min: SignedDuration,
    /// When idle.
    pub(crate) max: SignedDuration,
    /// Where mail is announced.
    pub(crate) announced: SignedDuration,
}

impl Bounds {
    pub(crate) fn of(settings: &crate::Settings) -> Self {
        let min = settings.poll_min;
        let max = settings.poll_max.max(min);
        Self { min, max, announced: settings.poll_max_notified.max(max) }
    }
}

/// The pace of one mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    pause: SignedDuration,
    failures: u32,
}

impl Pace {
    /// After a restart: as the table remembers it, so that a thousand idle mailboxes do not begin eagerly all at once.
    pub(crate) fn remembered(last_read: Option<Timestamp>, next: Timestamp, bounds: Bounds) -> Self {
        let pause = last_read.map(|last| next.duration_since(last)).unwrap_or_default();
        Self { pause: pause.clamp(SignedDuration::ZERO, bounds.max), failures: 0 }
    }

    /// After a reading that found `fresh` mails, in a mailbox whose mail is `announced` or not.
    pub(crate) fn after_success(self, fresh: usize, announced: bool, bounds: Bounds) -> Self {
        let pause = match (fresh > 0, announced) {
            // What comes next is announced too. One look soon after sees whether something came without.
            (true, true) => bounds.max,
            (true, false) => bounds.min,
            (false, true) => bounds.announced,
            (false, false) => (self.pause.max(bounds.min) * 3 / 2).min(bounds.max),
        };
        Self { pause, failures: 0 }
    }

    /// After a failure; `asked` is what Microsoft wants us to wait.
    pub(crate) fn after_failure(self, asked: Option<Duration>, bounds: Bounds) -> Self {
        let backoff = (bounds.min * (1 << self.failures.min(10))).min(LONGEST_BACKOFF).max(bounds.min);
        let asked = asked.and_then(|asked| SignedDuration::try_from(asked).ok()).unwrap_or_default();
        Self { pause: backoff.max(asked), failures: self.failures.saturating_add(1) }
    }

    /// While another worker is at it.
    pub(crate) fn elsewhere(bounds: Bounds) -> Self {
        Self { pause: bounds.max, failures: 0 }
    }

    /// The next reading, with some chance (`0.0..1.0`) so that many mailboxes do not march in step: a tenth after a success; after
    /// a failure, which mailboxes have in common, a half. Never sooner than asked.
    pub(crate) fn next(self, now: Timestamp, chance: f64) -> Timestamp {
        let spread = if self.failures > 0 { 0.5 } else { 0.1 };
        now + self.pause.mul_f64(1.0 + spread * chance.clamp(0.0, 1.0))
    }
}

/// When each of `count` mailboxes begins that are overdue at a start: in their order, at most fifty a second, and none later than
/// one idle pause away.
pub(crate) fn starts(count: usize, now: Timestamp, bounds: Bounds) -> impl Iterator<Item = Timestamp> {
    let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
    let whole = (SignedDuration::from_millis(1000 / STARTS_A_SECOND)
        * i32::try_from(count).unwrap_or(i32::MAX))
    .min(bounds.max);
    (0..count).map(move |place| now + whole.mul_f64(place as f64 / count as f64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds() -> Bounds {
        Bounds {
            min: SignedDuration::from_secs(5),
            max: SignedDuration::from_secs(60),
            announced: SignedDuration::from_mins(5),
        }
    }

    #[derive(Debug, Clone)]
    enum Happened {
        Read { fresh: usize, announced: bool },
        Failed { asked: Option<u64> },
    }

    fn happened() -> impl Strategy<Value = Happened> {
        prop_oneof![
            (0..3_usize, any::<bool>()).prop_map(|(fresh, announced)| Happened::Read { fresh, announced }),
            proptest::option::of(0..86_400_u64).prop_map(|asked| Happened::Failed { asked }),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order, a mailbox is read again: never at once, never sooner than Microsoft asked,
        /// and never later than its bound unless Microsoft asked for more.
        #[test]
        fn a_pause_keeps_its_bounds_and_what_was_asked(
            life in prop::collection::vec(happened(), 1..40),
            chance in 0.0..1.0_f64,
        ) {
            let bounds = bounds();
            let now = Timestamp::UNIX_EPOCH;
            let mut pace = Pace::default();
            for step in life {
                let (least, most) = match step {
                    Happened::Read { fresh, announced } => {
                        pace = pace.after_success(fresh, announced, bounds);
                        let most = if announced { bounds.announced } else { bounds.max };
                        (bounds.min, most.mul_f64(1.1))
                    }
                    Happened::Failed { asked } => {
                        pace = pace.after_failure(asked.map(Duration::from_secs), bounds);
                        let asked = SignedDuration::from_secs(asked.unwrap_or(0) as i64);
                        (bounds.min.max(asked), LONGEST_BACKOFF.max(asked).mul_f64(1.5))
                    }
                };
                let pause = pace.next(now, chance).duration_since(now);
                prop_assert!(pause >= least, "{pause:?} is sooner than {least:?}");
                prop_assert!(pause <= most, "{pause:?} is later than {most:?}");
            }
        }

        /// A thousand mailboxes that are overdue when the desk starts are not read in one wave, and none is forgotten.
        #[test]
        fn a_start_has_no_herd(count in 1..5_000_usize) {
            let now = Timestamp::UNIX_EPOCH;
            let all: Vec<_> = starts(count, now, bounds()).collect();
            prop_assert_eq!(all.len(), count);
            prop_assert!(all.is_sorted());
            prop_assert_eq!(all.first(), Some(&now));
            prop_assert!(all.iter().all(|at| at.duration_since(now) < bounds().max));
            let in_a_second = all.iter().filter(|at| at.duration_since(now).as_secs() < 1).count();
            let fair = count.div_ceil(usize::try_from(bounds().max.as_secs()).unwrap_or(1));
            prop_assert!(in_a_second <= 50.max(fair + 1), "{} in the first second", in_a_second);
        }
    }

    #[test]
    fn traffic_makes_eager_and_silence_makes_lazy() {
        let mut pace = Pace::default().after_success(1, false, bounds());
        assert_eq!(pace.pause, bounds().min);
        let mut before = SignedDuration::ZERO;
        while pace.pause < bounds().max {
            assert!(pace.pause > before, "it slows down with every empty reading");
            before = pace.pause;
            pace = pace.after_success(0, false, bounds());
        }
        assert_eq!(pace.after_success(0, true, bounds()).pause, bounds().announced);
    }

    #[test]
    fn the_table_remembers_the_pace_over_a_restart() {
        let last = Timestamp::UNIX_EPOCH;
        let pace = Pace::remembered(Some(last), last + SignedDuration::from_secs(42), bounds());
        assert_eq!(pace.pause, SignedDuration::from_secs(42));
        let pace = Pace::remembered(Some(last), last + SignedDuration::from_hours(9), bounds());
        assert_eq!(pace.pause, bounds().max, "what Microsoft once asked for is not a pace");
        assert_eq!(Pace::remembered(None, last, bounds()), Pace::default());
    }
}
