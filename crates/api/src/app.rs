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
        Self { engine, config: Arc::new(config), spent: Arc::default() }
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
