//! The loops: read, send, tidy. Each finds work through tables, takes a lease, works, gives it back.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use desk::ConnectionId;
use exchange::Remedy;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Engine, Error, Result, outbox, receive};

/// How often the tables are looked at when nothing wakes the loops.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Several commits in a row wake a loop once.
const GATHER: Duration = Duration::from_millis(10);
/// A mailbox whose sending ended rests this long before it is looked at again.
const SEND_REST: SignedDuration = SignedDuration::from_millis(200);
/// The same when it ended with an error.
const SEND_REST_AFTER_ERROR: SignedDuration = SignedDuration::from_secs(5);
/// How often is tidied.
const TIDY_EVERY: Duration = Duration::from_secs(30);
/// How often account mail is looked after.
const LET_IN_EVERY: Duration = Duration::from_secs(5);
/// How long open pages may be behind.
const CHANGES_KEPT: SignedDuration = SignedDuration::from_mins(15);
/// What is in hand may take this long to end.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// Longest pause after repeated failures.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_mins(5);

impl Engine {
    /// Runs all loops until `stop` is cancelled, then finishes what is in hand (at most a few seconds) and returns.
    pub async fn run(&self, stop: CancellationToken) -> Result<()> {
        // Dropping the set kills what is left in it: whoever kills this future kills the loops.
        let mut loops = JoinSet::new();
        loops.spawn(reading(self.clone(), stop.clone()));
        loops.spawn(taking_in(self.clone(), stop.clone()));
        loops.spawn(sending(self.clone(), stop.clone()));
        loops.spawn(tidying(self.clone(), stop.clone()));
        loops.spawn(crate::proof::watch(self.clone(), stop.clone()));
        loops.spawn(crate::old_mail::watch(self.clone(), stop.clone()));
        loops.spawn(crate::checkup::checking(self.clone(), stop.clone()));
        loops.spawn(letting_in(self.clone(), stop.clone()));
        while let Some(ended) = loops.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
        self.inner.changes.close();
        Ok(())
    }
}

/// How eagerly a mailbox is read: soon again after traffic, ever more seldom without, ever more patiently after failures.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    pause: SignedDuration,
    failures: u32,
}

impl Pace {
    fn after_success(self, fresh: usize, settings: &crate::Settings) -> Self {
        let slower =
            (self.pause.max(settings.poll_min) * 3 / 2).min(settings.poll_max.max(settings.poll_min));
        Self { pause: if fresh > 0 { settings.poll_min } else { slower }, failures: 0 }
    }

    fn after_failure(self, asked: Option<Duration>, settings: &crate::Settings) -> Self {
        let backoff =
            (settings.poll_min * (1 << self.failures.min(10))).min(LONGEST_BACKOFF).max(settings.poll_min);
        let asked = asked.and_then(|asked| SignedDuration::try_from(asked).ok()).unwrap_or_default();
        Self { pause: backoff.max(asked), failures: self.failures + 1 }
    }

    /// With a tenth of chance, so that many mailboxes do not march in step. Never sooner than asked.
    fn next(self, now: Timestamp) -> Timestamp {
        let chance = rand::random_range(1.0..1.1);
        now + self.pause.mul_f64(chance)
    }
}

async fn reading(engine: Engine, stop: CancellationToken) {
    let mut paces: HashMap<ConnectionId, Pace> = HashMap::new();
    let mut crew = Crew::new(&engine);
    while !stop.is_cancelled() {
        let committed = engine.inner.store.committed();
        match engine.inner.store.due_to_read(engine.now(), crew.size).await {
            Ok(due) => {
                for mailbox in due {
                    let pace = paces.get(&mailbox.connection).copied().unwrap_or_default();
                    let (engine, stop) = (engine.clone(), stop.clone());
                    crew.start(mailbox.connection, async move {
                        read(&engine, mailbox.connection, pace, &stop).await
                    });
                }
            }
            Err(error) => tracing::error!(%error, "the mailboxes to be read could not be found"),
        }
        for (connection, pace) in crew.pause(committed, &stop).await {
            paces.insert(connection, pace);
        }
    }
    crew.finish().await;
}

/// Reads one mailbox once, and says when it is to be read again.
async fn read(engine: &Engine, connection: ConnectionId, pace: Pace, stop: &CancellationToken) -> Pace {
    let settings = &engine.inner.settings;
    let (pace, read_at) = match receive::work(engine, connection, stop).await {
        Ok(Some(fresh)) => (pace.after_success(fresh, settings), Some(engine.now())),
        Ok(None) => (Pace { pause: settings.poll_max, failures: 0 }, None),
        Err(error) => {
            tracing::warn!(%connection, request_id = request_id(&error), "reading a mailbox: {error}");
            (pace.after_failure(asked_to_wait(&error), settings), None)
        }
    };
    let schedule = async {
        let now = engine.now();
        let tx = engine.inner.store.begin(now).await?;
        tx.schedule_read(connection, pace.next(now), read_at).await?;
        // Another process's page shows what this one has spent.
        let spent = engine.inner.links.graph().spent(connection.0);
        let usage = store::Usage {
            at: now,
            calls: spent.calls,
            upload_bytes: spent.upload_bytes,
            throttled: spent.throttled,
        };
        tx.note_usage(connection, &usage).await?;
        tx.commit().await
    };
    match schedule.await {
        // Deleted meanwhile.
        Ok(()) | Err(store::Error::NotFound { .. }) => {}
        Err(error) => {
            tracing::error!(%connection, %error, "the next reading of a mailbox could not be noted");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    pace
}

fn request_id(error: &Error) -> Option<String> {
    match error {
        Error::Microsoft(error) => error.trace().and_then(|trace| trace.request_id.clone()),
        _ => None,
    }
}

fn asked_to_wait(error: &Error) -> Option<Duration> {
    match error {
        Error::Microsoft(error) => match error.remedy() {
            Remedy::Wait(wait) => wait,
            _ => None,
        },
        _ => None,
    }
}

/// What was handed in by SMTP becomes what it becomes.
async fn taking_in(engine: Engine, stop: CancellationToken) {
    let mut crew = Crew::new(&engine);
    while !stop.is_cancelled() {
        let committed = engine.inner.store.committed();
        match engine.inner.store.due_to_take_in(engine.now(), crew.size).await {
            Ok(due) => {
                for waiting in due {
                    let (engine, stop) = (engine.clone(), stop.clone());
                    crew.start(waiting.connection, async move {
                        if let Err(error) = crate::smtp_in::work(&engine, waiting.connection, &stop).await {
                            tracing::error!(connection = %waiting.connection, %error, "taking in handed-over mail");
                            tokio::time::sleep(Duration::from_secs(1)).await;
                        }
                    });
                }
            }
            Err(error) => tracing::error!(%error, "the mail handed over could not be found"),
        }
        crew.pause(committed, &stop).await;
    }
    crew.finish().await;
}

async fn sending(engine: Engine, stop: CancellationToken) {
    let mut resting: HashMap<ConnectionId, Timestamp> = HashMap::new();
    let mut crew = Crew::new(&engine);
    while !stop.is_cancelled() {
        let committed = engine.inner.store.committed();
        let now = engine.now();
        resting.retain(|_, until| *until > now);
        match engine.inner.store.due_to_send(now, crew.size).await {
            Ok(due) => {
                for connection in due.into_iter().filter(|connection| !resting.contains_key(connection)) {
                    let engine = engine.clone();
                    crew.start(connection, async move { send(&engine, connection).await });
                }
            }
            Err(error) => tracing::error!(%error, "the mail to be sent could not be found"),
        }
        for (connection, rest) in crew.pause(committed, &stop).await {
            resting.insert(connection, engine.now() + rest);
        }
    }
    crew.finish().await;
}

/// Sends what is due in one mailbox, and says how long it rests then.
async fn send(engine: &Engine, connection: ConnectionId) -> SignedDuration {
    match outbox::work(engine, connection).await {
        Ok(()) => SEND_REST,
        Err(error) => {
            tracing::warn!(%connection, request_id = request_id(&error), "sending from a mailbox: {error}");
            let asked = asked_to_wait(&error).and_then(|asked| SignedDuration::try_from(asked).ok());
            asked.unwrap_or_default().max(SEND_REST_AFTER_ERROR)
        }
    }
}

async fn tidying(engine: Engine, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(TIDY_EVERY) => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = tidy(&engine).await {
            tracing::error!(%error, "tidying");
        }
    }
}

/// Account mail whose connection fails it is taken to another one.
async fn letting_in(engine: Engine, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LET_IN_EVERY) => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = engine.reroute_account_mail().await {
            tracing::error!(%error, "account mail could not be looked after");
        }
    }
}

async fn tidy(engine: &Engine) -> Result<()> {
    let (store, now) = (&engine.inner.store, engine.now());
    // The feed's entries carry the computer's time, not the clock's.
    store.prune_changes(Timestamp::now() - CHANGES_KEPT).await?;
    store.prune_sessions(now).await?;
    engine.tidy_account_mail().await?;
    for run in
        store.imports(now).await?.into_iter().filter(|run| run.finished_at.is_none() && run.found.is_some())
    {
        let tx = store.begin(now).await?;
        if tx.finish_import(run.id).await? {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Workers of one loop: at most so many mailboxes at once, each by one worker only.
struct Crew<T> {
    size: u32,
    permits: Arc<Semaphore>,
    busy: HashSet<ConnectionId>,
    at_work: JoinSet<(ConnectionId, Option<T>)>,
}

impl<T: Send + 'static> Crew<T> {
    fn new(engine: &Engine) -> Self {
        let size = engine.inner.settings.workers.max(1);
        Self {
            size: u32::try_from(size).unwrap_or(u32::MAX).saturating_mul(2),
            permits: Arc::new(Semaphore::new(size)),
            busy: HashSet::new(),
            at_work: JoinSet::new(),
        }
    }

    /// Starts the work unless this mailbox is being worked on or all workers are busy; then it is found again later.
    fn start(&mut self, connection: ConnectionId, work: impl Future<Output = T> + Send + 'static) {
        if self.busy.contains(&connection) {
            return;
        }
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else { return };
        self.busy.insert(connection);
        self.at_work.spawn(async move {
            // A task of its own: a panic must not take the mailbox's name with it.
            let work = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(work));
            let done = work.await;
            drop(permit);
            if let Err(error) = &done {
                tracing::error!(%connection, %error, "work on a mailbox broke off");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            (connection, done.ok())
        });
    }

    /// Waits until there may be work; answers what ended meanwhile.
    async fn pause(
        &mut self,
        committed: impl Future<Output = ()>,
        stop: &CancellationToken,
    ) -> Vec<(ConnectionId, T)> {
        let mut ended = Vec::new();
        tokio::select! {
            () = committed => tokio::time::sleep(GATHER).await,
            Some(done) = self.at_work.join_next() => ended.extend(done.ok()),
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => {}
        }
        while let Some(done) = self.at_work.try_join_next() {
            ended.extend(done.ok());
        }
        for (connection, _) in &ended {
            self.busy.remove(connection);
        }
        ended.into_iter().filter_map(|(connection, done)| Some((connection, done?))).collect()
    }

    /// Lets what is in hand end, for a few seconds; kills the rest, which the next process takes up.
    async fn finish(mut self) {
        let ending = async { while self.at_work.join_next().await.is_some() {} };
        if tokio::time::timeout(FINISH_WITHIN, ending).await.is_err() {
            tracing::warn!("some work did not end in time; it is taken up again at the next start");
        }
    }
}
