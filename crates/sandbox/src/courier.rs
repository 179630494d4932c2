//! Carries notifications to whoever subscribed: several in one request, tried again when the receiver fails, held back
//! or thrown away when it is slow. Microsoft's figures, with its hours and minutes made short (docs/sandbox.md).

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::graph::lifecycle::{self, Lifecycle};
use crate::graph::notify::{Note, Reach};
use crate::site::Site;

/// Notifications in one request.
const TOGETHER: usize = 100;
/// Answers by which a receiver is judged.
const JUDGED: usize = 100;
/// Fewer answers than this say nothing.
const ENOUGH: usize = 20;
/// Rows of the list kept.
const ROWS: usize = 2_000;

/// How patient the courier is. By the machine's clock: a receiver does not answer faster because the clock runs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Patience {
    /// A receiver must answer within this time (Microsoft: 3 s).
    pub ack_millis: u64,
    /// From this time on an answer is slow (Microsoft: 2.9 s).
    pub slow_millis: u64,
    /// First pause before another try; it doubles.
    pub retry_millis: u64,
    /// Tries end after this time (Microsoft: 4 h).
    pub retry_for_millis: u64,
    /// A slow receiver gets its notifications so much later (Microsoft: 10 min), a very slow one gets none for so long.
    pub delay_millis: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            ack_millis: 3_000,
            slow_millis: 2_900,
            retry_millis: 500,
            retry_for_millis: 60_000,
            delay_millis: 10_000,
        }
    }
}

/// What the courier thinks of a receiver's host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Standing {
    #[default]
    Good,
    /// A tenth of its answers was slow: everything later.
    Slow(Instant),
    /// More than an eighth: nothing.
    Dropped(Instant),
}

#[derive(Debug, Default)]
struct Host {
    slow: VecDeque<bool>,
    standing: Standing,
}

impl Host {
    fn answered(&mut self, slow: bool, now: Instant) {
        self.slow.push_back(slow);
        if self.slow.len() > JUDGED {
            self.slow.pop_front();
        }
        if self.slow.len() < ENOUGH {
            return;
        }
        let share = self.slow.iter().filter(|s| **s).count() * 100 / self.slow.len();
        self.standing = match share {
            15.. => Standing::Dropped(now),
            10.. => Standing::Slow(now),
            _ => self.standing,
        };
    }

    /// Its standing now; a bad one ends after a while, and the host is judged anew.
    fn standing(&mut self, now: Instant, lasts: Duration) -> Standing {
        if let Standing::Slow(since) | Standing::Dropped(since) = self.standing
            && now.duration_since(since) > lasts
        {
            *self = Self::default();
        }
        self.standing
    }
}

/// The courier: what it sent, and what it thinks of whom.
#[derive(Debug, Default)]
pub struct Courier {
    /// How patient it is.
    pub patience: Patience,
    hosts: HashMap<String, Host>,
    rows: VecDeque<Value>,
    next: u64,
    outcomes: BTreeMap<&'static str, u64>,
}

impl Courier {
    fn file(&mut self, mut row: Value, outcome: &'static str) {
        self.next += 1;
        row["seq"] = json!(self.next);
        row["outcome"] = json!(outcome);
        *self.outcomes.entry(outcome).or_default() += 1;
        self.rows.push_back(row);
        if self.rows.len() > ROWS {
            self.rows.pop_front();
        }
    }

    /// Rows after `after`, at most the `limit` newest.
    pub fn rows(&self, after: u64, limit: usize) -> Vec<Value> {
        let new: Vec<&Value> = self.rows.iter().filter(|r| r["seq"].as_u64() > Some(after)).collect();
        new[new.len().saturating_sub(limit)..].iter().map(|r| (*r).clone()).collect()
    }

    /// How many requests ended how.
    pub fn outcomes(&self) -> &BTreeMap<&'static str, u64> {
        &self.outcomes
    }

    /// Forgets what was sent.
    pub fn forget(&mut self) {
        self.rows.clear();
        self.outcomes.clear();
    }
}

/// Sends notifications, each address apart from the others.
pub fn send(site: &Arc<Site>, notes: Vec<Note>) {
    let mut by_target: HashMap<(String, Reach, Option<Duration>), Vec<Note>> = HashMap::new();
    for note in notes {
        by_target.entry((note.url.clone(), note.reach, note.late)).or_default().push(note);
    }
    for ((url, reach, late), mut notes) in by_target {
        while !notes.is_empty() {
            let rest = notes.split_off(notes.len().min(TOGETHER));
            let load = Load { url: url.clone(), reach, notes };
            notes = rest;
            let site = Arc::clone(site);
            tokio::spawn(async move {
                if let Some(late) = late {
                    tokio::time::sleep(late).await;
                }
                load.carry(&site).await;
            });
        }
    }
}

/// What goes to one address in one request.
struct Load {
    url: String,
    reach: Reach,
    notes: Vec<Note>,
}

impl Load {
    async fn carry(self, site: &Site) {
        let host = url::Url::parse(&self.url).map(|u| u.authority().to_owned()).unwrap_or_default();
        let patience = site.courier().patience;
        let lasts = Duration::from_millis(patience.delay_millis);
        let standing = site.courier().hosts.entry(host.clone()).or_default().standing(Instant::now(), lasts);
        match standing {
            Standing::Dropped(_) => {
                self.give_up(site, 0, "dropped");
                return;
            }
            Standing::Slow(_) => tokio::time::sleep(lasts).await,
            Standing::Good => {}
        }
        let body = json!({"value": self.notes.iter().map(|n| &n.value).collect::<Vec<_>>()});
        let began = Instant::now();
        let mut pause = Duration::from_millis(patience.retry_millis.max(1));
        for attempt in 1u32.. {
            let started = Instant::now();
            let answer = site
                .http
                .post(&self.url)
                .json(&body)
                .timeout(Duration::from_millis(patience.ack_millis))
                .send()
                .await;
            let took = started.elapsed();
            let (status, slow, words) = match &answer {
                Ok(answer) => (answer.status().as_u16(), false, None),
                Err(error) if error.is_timeout() => (0, true, Some("no answer in time".to_owned())),
                Err(error) => (0, false, Some(error.to_string())),
            };
            let slow = slow || took >= Duration::from_millis(patience.slow_millis);
            let delivered = (200..300).contains(&status);
            let over = began.elapsed() + pause > Duration::from_millis(patience.retry_for_millis);
            let outcome = match (delivered, over) {
                (true, _) => "delivered",
                (false, false) => "again_later",
                (false, true) => "given_up",
            };
            let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let row = self
                .row(site, json!({"status": status, "millis": millis, "attempt": attempt, "error": words}));
            {
                let mut courier = site.courier();
                courier.hosts.entry(host.clone()).or_default().answered(slow, Instant::now());
                courier.file(row, outcome);
            }
            if delivered {
                return;
            }
            if over {
                self.tell_missed(site);
                return;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    fn row(&self, site: &Site, mut row: Value) -> Value {
        row["at"] = json!(site.world().now().to_string());
        row["url"] = json!(self.url);
        row["notifications"] = self.notes.iter().map(|n| n.value.clone()).collect();
        row
    }

    fn give_up(&self, site: &Site, status: u16, outcome: &'static str) {
        let row = self.row(site, json!({"status": status, "millis": 0, "attempt": 0, "error": null}));
        site.courier().file(row, outcome);
        self.tell_missed(site);
    }

    /// Tells the lifecycle address, once for each subscription, that something did not arrive.
    fn tell_missed(&self, site: &Site) {
        if self.reach == Reach::Lifecycle {
            return;
        }
        let mut world = site.world();
        let mut told: Vec<&str> = Vec::new();
        for note in &self.notes {
            if told.contains(&note.subscription.as_str()) {
                continue;
            }
            told.push(&note.subscription);
            let crate::world::World { subscriptions, lifecycle, .. } = &mut *world;
            if let Some(subscription) = subscriptions.get(&note.subscription) {
                lifecycle::tell(lifecycle, subscription, Lifecycle::Missed);
            }
        }
        drop(world);
        site.touched();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_judged_by_its_last_hundred_answers() {
        let now = Instant::now();
        let lasts = Duration::from_secs(10);
        let after = |slow: usize, quick: usize| {
            let mut host = Host::default();
            for n in 0..slow + quick {
                host.answered(n >= quick, now);
            }
            host
        };
        assert_eq!(after(1, 8).standing(now, lasts), Standing::Good, "nine answers say nothing");
        assert_eq!(after(9, 91).standing(now, lasts), Standing::Good);
        assert_eq!(after(10, 90).standing(now, lasts), Standing::Slow(now), "a tenth");
        assert_eq!(after(15, 85).standing(now, lasts), Standing::Dropped(now), "fifteen of a hundred");
        let mut host = after(15, 85);
        assert_eq!(host.standing(now + Duration::from_secs(11), lasts), Standing::Good, "judged anew");
    }
}
