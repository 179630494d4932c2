//! Throttling counted as Microsoft counts it (graph.md 4): per application and mailbox, refused requests too.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::answer::Problem;

/// Requests at once.
pub const CONCURRENT: usize = 4;
const REQUESTS: usize = 10_000;
const REQUEST_WINDOW: Duration = Duration::from_secs(600);
const UPLOAD: usize = 150 << 20;
const UPLOAD_WINDOW: Duration = Duration::from_secs(300);

/// Counters of one application at one mailbox.
#[derive(Debug, Default)]
struct Meter {
    running: usize,
    requests: VecDeque<Instant>,
    uploads: VecDeque<(Instant, usize)>,
}

/// All counters.
#[derive(Debug, Default)]
pub struct Gate {
    meters: HashMap<(String, String), Meter>,
    /// Most at once, ever.
    pub highest: usize,
}

impl Gate {
    /// Lets a request in or refuses it. Everything let in must `leave`.
    pub fn enter(&mut self, app: &str, mailbox: &str, upload: usize) -> Result<(), Problem> {
        let now = Instant::now();
        let meter = self.meters.entry((app.to_owned(), mailbox.to_owned())).or_default();
        while meter.requests.front().is_some_and(|t| now.duration_since(*t) > REQUEST_WINDOW) {
            meter.requests.pop_front();
        }
        while meter.uploads.front().is_some_and(|(t, _)| now.duration_since(*t) > UPLOAD_WINDOW) {
            meter.uploads.pop_front();
        }
        let too_many = meter.requests.len() >= REQUESTS;
        meter.requests.push_back(now);
        if meter.requests.len() > REQUESTS {
            meter.requests.pop_front();
        }
        if meter.running >= CONCURRENT {
            return Err(Problem::new(
                429,
                "ApplicationThrottled",
                "Application is over its MailboxConcurrency limit.",
            )
            .with("Retry-After", "1"));
        }
        if too_many {
            return Err(over("RequestsPerTenMinutes", meter.requests.front(), REQUEST_WINDOW, now));
        }
        let uploaded: usize = meter.uploads.iter().map(|(_, n)| n).sum();
        if upload > 0 && uploaded + upload > UPLOAD {
            let first = meter.uploads.front().map(|(t, _)| *t);
            return Err(over("UploadBytes", first.as_ref(), UPLOAD_WINDOW, now));
        }
        if upload > 0 {
            meter.uploads.push_back((now, upload));
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

fn over(limit: &str, first: Option<&Instant>, window: Duration, now: Instant) -> Problem {
    let wait = first.map_or(window, |f| window.saturating_sub(now.duration_since(*f)));
    Problem::new(429, "ApplicationThrottled", format!("Application is over its {limit} limit."))
        .with("Retry-After", wait.as_secs().max(1).to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_fifth_request_at_once_waits_and_other_mailboxes_do_not() {
        let mut gate = Gate::default();
        for _ in 0..CONCURRENT {
            gate.enter("app", "a", 0).unwrap();
        }
        let refused = gate.enter("app", "a", 0).unwrap_err();
        assert_eq!((refused.status, refused.code.as_ref()), (429, "ApplicationThrottled"));
        gate.enter("app", "b", 0).unwrap();
        gate.leave("app", "a");
        gate.enter("app", "a", 0).unwrap();
    }

    #[test]
    fn the_ten_thousandth_request_is_the_last_in_ten_minutes() {
        let mut gate = Gate::default();
        for n in 0..REQUESTS {
            gate.enter("app", "a", 0).unwrap_or_else(|p| panic!("request {n}: {p}"));
            gate.leave("app", "a");
        }
        assert!(gate.enter("app", "a", 0).is_err());
    }

    #[test]
    fn uploads_end_at_150_mb() {
        let mut gate = Gate::default();
        for _ in 0..37 {
            gate.enter("app", "a", 4 << 20).unwrap();
            gate.leave("app", "a");
        }
        assert!(gate.enter("app", "a", 4 << 20).is_err());
        assert!(gate.enter("app", "a", 0).is_ok(), "reading goes on");
    }
}
