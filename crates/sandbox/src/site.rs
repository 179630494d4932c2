//! What every part of the running stand-in shares: the world behind its lock, the log, the faults, the gate, the keys.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OnceCell};
use tokio_util::sync::CancellationToken;

use crate::courier::{self, Courier};
use crate::entra::keys::Keys;
use crate::faults::Faults;
use crate::graph::throttle::Gate;
use crate::graph::{lifecycle, notify};
use crate::smtp::Post;
use crate::watch::Watch;
use crate::world::{World, persist, transport};

/// The running stand-in.
pub struct Site {
    /// Base address without a slash at the end.
    pub base: String,
    /// Applications that exist from the start, also after a reset.
    pub app: Option<crate::App>,
    /// Talks to the subscribers of change notifications.
    pub http: reqwest::Client,
    /// Entra's signing keys, made in the background at the first start.
    pub keys: OnceCell<Keys>,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    gate: Mutex<Gate>,
    watch: Mutex<Watch>,
    courier: Mutex<Courier>,
    post: Mutex<Post>,
    dirty: AtomicBool,
    changed: Notify,
}

/// The axum state.
pub type Shared = Arc<Site>;

fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// A site over a world.
    pub fn new(base: String, world: World, app: Option<crate::App>, http: reqwest::Client) -> Shared {
        let faults = Faults::new(world.clock.clone());
        Arc::new(Self {
            base,
            app,
            http,
            keys: OnceCell::new(),
            world: Mutex::new(world),
            faults: Mutex::new(faults),
            gate: Mutex::new(Gate::default()),
            watch: Mutex::new(Watch::default()),
            courier: Mutex::new(Courier::default()),
            post: Mutex::new(Post::default()),
            dirty: AtomicBool::new(false),
            changed: Notify::new(),
        })
    }

    /// The world. Never hold it over an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        hold(&self.world)
    }

    /// Puts another world in the place of this one; faults belong to the old one's clock and go with it.
    pub fn renew(&self, fresh: World) {
        let mut world = self.world();
        *self.faults() = Faults::new(fresh.clock.clone());
        *self.courier() = Courier::default();
        *world = fresh;
    }

    /// The faults set. Lock the world first if you need both.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        hold(&self.faults)
    }

    /// The throttle's counters.
    pub fn gate(&self) -> MutexGuard<'_, Gate> {
        hold(&self.gate)
    }

    /// The log.
    pub fn watch(&self) -> MutexGuard<'_, Watch> {
        hold(&self.watch)
    }

    /// Who carries notifications.
    pub fn courier(&self) -> MutexGuard<'_, Courier> {
        hold(&self.courier)
    }

    /// What came and went by SMTP.
    pub fn post(&self) -> MutexGuard<'_, Post> {
        hold(&self.post)
    }

    /// Something in the world changed: transport looks what is due, subscribers are told, the state file is written soon.
    pub fn touched(&self) {
        self.dirty.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }

    /// Carries mail and tells subscribers, until stopped.
    pub async fn run_transport(self: Shared, stop: CancellationToken) {
        loop {
            let changed = self.changed.notified();
            let wait = {
                let mut world = self.world();
                if transport::work(&mut world, &mut self.faults()) {
                    self.touched();
                }
                world.transport.next_due().map(|due| world.clock.wait_for(due))
            };
            let wait = wait
                .unwrap_or(Duration::from_millis(500))
                .clamp(Duration::from_millis(5), Duration::from_millis(500));
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Tells subscribers what happened, until stopped. What happens within a moment goes out in one request.
    pub async fn run_notifier(self: Shared, stop: CancellationToken) {
        loop {
            let changed = self.changed.notified();
            let notes = {
                let mut world = self.world();
                lifecycle::watch(&mut world);
                notify::collect(&mut world, &mut self.faults())
            };
            courier::send(&self, notes);
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed => tokio::time::sleep(Duration::from_millis(20)).await,
                () = tokio::time::sleep(Duration::from_millis(250)) => {}
            }
        }
    }

    /// Writes the state file a moment after changes, until stopped; a long write makes the next one wait longer.
    pub async fn run_persistence(self: Shared, path: PathBuf, stop: CancellationToken) {
        let mut pause = Duration::from_secs(1);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            if self.dirty.swap(false, Ordering::AcqRel) {
                let started = Instant::now();
                self.save(path.clone()).await;
                pause = Duration::from_secs(1).max(started.elapsed() * 5);
            }
        }
    }

    /// Writes the state file now.
    pub async fn save(&self, path: PathBuf) {
        let world = self.world().clone();
        let written = tokio::task::spawn_blocking(move || persist::save(&path, &world)).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the state file could not be written"),
            Err(error) => tracing::error!(%error, "writing the state file was broken off"),
        }
    }

    /// Entra's signing keys; waits for them at the very first use.
    pub async fn keys(&self) -> &Keys {
        self.keys
            .get_or_init(|| async {
                let kept = self.world().signing_keys.clone();
                let keys = Keys::load_or_make(kept).await;
                self.world().signing_keys = keys.to_keep();
                self.touched();
                keys
            })
            .await
    }
}
