//! What all handlers share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use desk::ApiTokenId;
use engine::Engine;
use jiff::Timestamp;

/// How the API behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address people reach the desk at: tells whether links in answers are `https`.
    pub public_url: String,
    /// Requests a minute for each token.
    pub requests_a_minute: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { public_url: String::new(), requests_a_minute: 700 }
    }
}

/// State of the router.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) config: Arc<Config>,
    spent: Arc<Mutex<HashMap<ApiTokenId, Window>>>,
    /// When the suspended queue was last exported.
    exported: Arc<Mutex<Option<Timestamp>>>,
}

/// Requests within one minute of the clock.
#[derive(Debug, Clone, Copy)]
struct Window {
    minute: i64,
    count: u32,
}

/// What a token may still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Requests a minute.
    pub(crate) limit: u32,
    /// Left in this one.
    pub(crate) remaining: u32,
    /// Seconds until the next one.
    pub(crate) reset: i64,
    /// This request is one too many.
    pub(crate) over: bool,
}

impl App {
    pub(crate) fn new(engine: Engine, config: Config) -> Self {
        Self { engine, config: Arc::new(config), spent: Arc::default(), exported: Arc::default() }
    }

    /// Counts an export of the suspended queue: one a minute. Seconds until the next one, where it is too soon.
    pub(crate) fn one_export(&self, now: Timestamp) -> Result<(), i64> {
        let mut last = self.exported.lock().unwrap_or_else(PoisonError::into_inner);
        let ago = last.map_or(60, |last| now.as_second() - last.as_second());
        if (0..60).contains(&ago) {
            return Err(60 - ago);
        }
        *last = Some(now);
        Ok(())
    }

    /// Counts a request.
    pub(crate) fn spend(&self, token: ApiTokenId, now: Timestamp) -> Allowance {
        let (minute, second) = (now.as_second().div_euclid(60), now.as_second().rem_euclid(60));
        let limit = self.config.requests_a_minute;
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.retain(|_, window| window.minute == minute);
        let window = spent.entry(token).or_insert(Window { minute, count: 0 });
        window.count = window.count.saturating_add(1);
        Allowance {
            limit,
            remaining: limit.saturating_sub(window.count),
            reset: 60 - second,
            over: window.count > limit,
        }
    }
}
