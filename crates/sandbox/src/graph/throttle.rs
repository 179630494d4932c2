//! Throttling counted as Microsoft counts it (graph.md 4): per application and mailbox, refused requests too.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

use super::answer::Problem;

/// Requests at once.
pub const CONCURRENT: usize = 4;
const REQUESTS: usize = 10_000;
const REQUEST_WINDOW: i64 = 600;
const UPLOAD: usize = 150 << 20;
const UPLOAD_WINDOW: i64 = 300;

/// What happened within a window, second by second.
#[derive(Debug, Default)]
struct Window {
    seconds: VecDeque<(i64, usize)>,
    sum: usize,
}

impl Window {
    fn forget(&mut self, before: i64) {
        while let Some((_, n)) = self.seconds.pop_front_if(|(at, _)| *at <= before) {
            self.sum -= n;
        }
    }

    fn add(&mut self, at: i64, n: usize) {
        self.sum += n;
        match self.seconds.back_mut() {
            Some((last, count)) if *last == at => *count += n,
            _ => self.seconds.push_back((at, n)),
        }
    }

    /// Seconds until the oldest leaves the window.
    fn wait(&self, now: i64, window: i64) -> i64 {
        self.seconds.front().map_or(window, |(at, _)| (at + window - now).clamp(1, window))
    }
}

/// Counters of one application at one mailbox.
#[derive(Debug, Default)]
struct Meter {
    running: usize,
    requests: Window,
    uploads: Window,
}

/// All counters.
#[derive(Debug, Default)]
pub struct Gate {
    meters: HashMap<(String, String), Meter>,
    /// Most at once, ever.
    pub highest: usize,
}

impl Gate {
    /// Lets a request in or refuses it, by the stand-in's clock. Everything let in must `leave`.
    pub fn enter(&mut self, app: &str, mailbox: &str, upload: usize, now: Timestamp) -> Result<(), Problem> {
        let now = now.as_second();
        let meter = self.meters.entry((app.to_owned(), mailbox.to_owned())).or_default();
        meter.requests.forget(now - REQUEST_WINDOW);
        meter.uploads.forget(now - UPLOAD_WINDOW);
        let too_many = meter.requests.sum >= REQUESTS;
        meter.requests.add(now, 1);
        if meter.running >= CONCURRENT {
            return Err(Problem::new(
                429,
                "ApplicationThrottled",
                "Application is over its MailboxConcurrency limit.",
            )
            .with("Retry-After", "1"));
        }
        if too_many {
            return Err(over("RequestsPerTenMinutes", meter.requests.wait(now, REQUEST_WINDOW)));
        }
        if upload > 0 && meter.uploads.sum + upload > UPLOAD {
            return Err(over("UploadBytes", meter.uploads.wait(now, UPLOAD_WINDOW)));
        }
        if upload > 0 {
            meter.uploads.add(now, upload);
        }
        meter.running += 1;
        self.highest = self.highest.max(meter.running);
        Ok(())
    }

    /// A request is done.
    pub fn leave(&mut self, app: &str, mailbox: &str) {
        if let Some(meter) = self.meters.get_mut(&(app.to_owned(), mailbox.to_owned())) {
            meter.running = meter.running.saturating_sub(1);
        }
    }
}

fn over(limit: &str, wait: i64) -> Problem {
    Problem::new(429, "ApplicationThrottled", format!("Application is over its {limit} limit."))
        .with("Retry-After", wait.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use jiff::SignedDuration;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn the_fifth_request_at_once_waits_and_other_mailboxes_do_not() {
        let mut gate = Gate::default();
        for _ in 0..CONCURRENT {
            gate.enter("app", "a", 0, NOW).unwrap();
        }
        let refused = gate.enter("app", "a", 0, NOW).unwrap_err();
        assert_eq!((refused.status, refused.code.as_ref()), (429, "ApplicationThrottled"));
        gate.enter("app", "b", 0, NOW).unwrap();
        gate.leave("app", "a");
        gate.enter("app", "a", 0, NOW).unwrap();
    }

    #[test]
    fn the_ten_thousandth_request_is_the_last_in_ten_minutes() {
        let mut gate = Gate::default();
        for n in 0..REQUESTS {
            gate.enter("app", "a", 0, NOW).unwrap_or_else(|p| panic!("request {n}: {p}"));
            gate.leave("app", "a");
        }
        assert!(gate.enter("app", "a", 0, NOW).is_err());
        let later = NOW + SignedDuration::from_secs(REQUEST_WINDOW);
        assert!(gate.enter("app", "a", 0, later).is_ok(), "ten minutes later the count is forgotten");
    }

    #[test]
    fn uploads_end_at_150_mb() {
        let mut gate = Gate::default();
        for _ in 0..37 {
            gate.enter("app", "a", 4 << 20, NOW).unwrap();
            gate.leave("app", "a");
        }
        assert!(gate.enter("app", "a", 4 << 20, NOW).is_err());
        assert!(gate.enter("app", "a", 0, NOW).is_ok(), "reading goes on");
    }
}
