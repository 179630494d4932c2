//! What Graph tells the desk's notification address. A notification is a hint: it makes delta reading run sooner, and nothing is
//! believed of it but that. It is answered from memory within microseconds; what it leads to is written together with
//! what other notifications lead to, so that thousands of them cost no more than a few transactions a second, and those that
//! nobody asked for cost none.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::time::{Duration, Instant};

use desk::ConnectionId;
use exchange::graph::{Lifecycle, Notice};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use store::{Happening, Store, Subscription};
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{Engine, Inner, Result};

/// Notifications of this long are written together.
const GATHER: Duration = Duration::from_millis(20);
/// Writing rests this long, so that a flood is written in a few transactions a second.
const REST: Duration = Duration::from_millis(100);
/// The table is looked at anew for unknown subscriptions at most this often: another process may have made them.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Unknown ones kept until then; more than these are nobody's.
const UNKNOWN_KEPT: usize = 1_000;
/// Notifications read of one delivery.
const AT_ONCE: usize = 1_000;

/// Counters since start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rings {
    /// Notifications that were believed.
    pub believed: u64,
    /// Notifications with a wrong word, for a subscription that nobody has, or that were nothing of Graph's.
    pub refused: u64,
}

type Word = [u8; 32];

/// The door's memory.
pub(crate) struct Doorbell {
    state: Mutex<State>,
    wake: Arc<Notify>,
    /// Wakes whoever keeps the subscriptions.
    pub(crate) care: Notify,
    started: Once,
    believed: AtomicU64,
    refused: AtomicU64,
    /// Ends the answering when the engine is gone.
    gone: DropGuard,
}

impl Default for Doorbell {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            wake: Arc::default(),
            care: Notify::new(),
            started: Once::new(),
            believed: AtomicU64::default(),
            refused: AtomicU64::default(),
            gone: CancellationToken::new().drop_guard(),
        }
    }
}

#[derive(Default)]
struct State {
    known: HashMap<String, (ConnectionId, Word)>,
    rung: Rung,
    unknown: Vec<Notice>,
}

/// What has been rung for and is not written yet.
#[derive(Default)]
struct Rung {
    announced: HashSet<ConnectionId>,
    read: HashSet<ConnectionId>,
    care: HashSet<ConnectionId>,
    gone: HashSet<ConnectionId>,
}

impl Rung {
    fn is_empty(&self) -> bool {
        self.read.is_empty() && self.care.is_empty() && self.gone.is_empty()
    }
}

/// Words are compared by their digests: how long that takes says nothing about the word.
fn digest(word: &SecretString) -> Word {
    Sha256::digest(word.expose_secret().as_bytes()).into()
}

impl Doorbell {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A subscription was made.
    pub(crate) fn learn(&self, subscription: &Subscription) {
        if let Some(id) = &subscription.graph_id {
            let known = (subscription.connection, digest(&subscription.client_state));
            self.lock().known.insert(id.clone(), known);
            self.wake.notify_one();
        }
    }

    /// A subscription was taken back.
    pub(crate) fn forget(&self, graph_id: &str) {
        self.lock().known.remove(graph_id);
    }

    fn ring(&self, notices: Vec<Notice>) {
        let mut state = self.lock();
        let (mut believed, mut refused) = (0, 0);
        for notice in notices.into_iter().take(AT_ONCE) {
            match state.known.get(&notice.subscription) {
                Some((connection, word)) if *word == digest(&notice.client_state) => {
                    let connection = *connection;
                    state.rung.note(connection, notice.lifecycle);
                    believed += 1;
                }
                Some(_) => refused += 1,
                None if state.unknown.len() < UNKNOWN_KEPT => state.unknown.push(notice),
                None => refused += 1,
            }
        }
        drop(state);
        self.believed.fetch_add(believed, Relaxed);
        self.refused.fetch_add(refused, Relaxed);
        self.wake.notify_one();
    }

    /// Holds the unknown ones against what the table says now; what is unknown still is nobody's.
    fn look_again(&self, subscriptions: &[Subscription]) {
        let unknown = {
            let mut state = self.lock();
            state.known = subscriptions
                .iter()
                .filter_map(|one| Some((one.graph_id.clone()?, (one.connection, digest(&one.client_state)))))
                .collect();
            std::mem::take(&mut state.unknown)
        };
        let (known, stray): (Vec<_>, Vec<_>) = {
            let state = self.lock();
            unknown.into_iter().partition(|notice| state.known.contains_key(&notice.subscription))
        };
        self.refused.fetch_add(stray.len() as u64, Relaxed);
        if !known.is_empty() {
            self.ring(known);
        }
    }
}

impl Rung {
    fn note(&mut self, connection: ConnectionId, lifecycle: Option<Lifecycle>) {
        match lifecycle {
            None => {
                self.announced.insert(connection);
                self.read.insert(connection);
            }
            Some(Lifecycle::Missed | Lifecycle::Other) => {
                self.read.insert(connection);
            }
            Some(Lifecycle::ReauthorizationRequired) => {
                self.care.insert(connection);
            }
            Some(Lifecycle::SubscriptionRemoved) => {
                self.read.insert(connection);
                self.gone.insert(connection);
            }
        }
    }
}

impl Engine {
    /// Takes what came to the notification address, without a word about whether it was believed: a forger learns nothing.
    /// Needs the async runtime around it, and does not wait for anything.
    pub fn notified(&self, body: &[u8]) {
        let bell = &self.inner.doorbell;
        bell.started.call_once(|| {
            let (wake, gone) = (Arc::clone(&bell.wake), bell.gone.token().clone());
            tokio::spawn(answer(Arc::downgrade(&self.inner), self.inner.store.clone(), wake, gone));
        });
        match exchange::graph::read_notices(body) {
            Some(notices) => bell.ring(notices),
            None => {
                bell.refused.fetch_add(1, Relaxed);
            }
        }
    }

    /// How often was rung.
    pub fn rings(&self) -> Rings {
        let bell = &self.inner.doorbell;
        Rings { believed: bell.believed.load(Relaxed), refused: bell.refused.load(Relaxed) }
    }
}

/// Writes what was rung for, until the engine is gone.
async fn answer(engine: Weak<Inner>, store: Store, wake: Arc<Notify>, gone: CancellationToken) {
    let mut looked: Option<Instant> = None;
    loop {
        let Some(again) = one_bundle(&engine, &store, &mut looked).await else { return };
        // The first ring is answered at once; in a flood the rest follow in bundles.
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = gone.cancelled() => return,
        }
        tokio::select! {
            () = wake.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(again) => {}
            () = gone.cancelled() => return,
        }
    }
}

/// Writes what has been rung for; answers how long nothing need be done. `None` when the engine is gone.
async fn one_bundle(engine: &Weak<Inner>, store: &Store, looked: &mut Option<Instant>) -> Option<Duration> {
    let engine = Engine { inner: engine.upgrade()? };
    let bell = &engine.inner.doorbell;
    let unknown = !bell.lock().unknown.is_empty();
    if unknown && looked.is_none_or(|at| at.elapsed() >= LOOK_AGAIN) {
        *looked = Some(Instant::now());
        match store.subscriptions().await {
            Ok(all) => bell.look_again(&all),
            Err(error) => tracing::error!(%error, "the subscriptions could not be read"),
        }
    }
    let rung = std::mem::take(&mut bell.lock().rung);
    if !rung.is_empty()
        && let Err(error) = write(&engine, &rung).await
    {
        // Nothing is lost by it: the mailboxes are polled all the same.
        tracing::error!(%error, "notifications could not be noted");
    }
    Some(if bell.lock().unknown.is_empty() { Duration::from_secs(3600) } else { LOOK_AGAIN })
}

async fn write(engine: &Engine, rung: &Rung) -> Result<()> {
    let store = &engine.inner.store;
    let list = |set: &HashSet<ConnectionId>| set.iter().copied().collect::<Vec<_>>();
    let tx = store.begin(engine.now()).await?;
    for connection in tx.announced(&list(&rung.announced)).await? {
        note(engine, &tx, connection, &Happening::NotificationsOn).await?;
    }
    tx.subscriptions_want_care(&list(&rung.care), false).await?;
    for connection in tx.subscriptions_want_care(&list(&rung.gone), true).await? {
        let off = Happening::NotificationsOff { why: "removed".to_owned() };
        note(engine, &tx, connection, &off).await?;
    }
    tx.read_now(&list(&rung.read)).await?;
    tx.commit().await?;
    if !(rung.care.is_empty() && rung.gone.is_empty()) {
        engine.inner.doorbell.care.notify_one();
    }
    Ok(())
}

/// Notes an event with the address it has now.
async fn note(engine: &Engine, tx: &store::Tx, connection: ConnectionId, what: &Happening) -> Result<()> {
    let address = match engine.inner.store.address_of(connection).await {
        Ok(address) => address.address.to_string(),
        Err(store::Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    Ok(tx.note_event(Some(connection), &address, what, None).await?)
}
