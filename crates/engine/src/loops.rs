//! The loops: read, send, tidy. Each finds work through tables, takes a lease, works, gives it back.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::ConnectionId;
use exchange::Remedy;
use jiff::{SignedDuration, Timestamp};
use store::{Due, Scheduled, Usage};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::pace::{self, Bounds, Pace};
use crate::{Engine, Error, Result, alarms, outbox, receive, subscriptions};

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
/// Ended readings are noted together, this often.
const NOTE_EVERY: Duration = Duration::from_millis(200);

impl Engine {
    /// Runs all loops until `stop` is cancelled, then finishes what is in hand (at most a few seconds) and returns.
    pub async fn run(&self, stop: CancellationToken) -> Result<()> {
        // Dropping the set kills what is left in it: whoever kills this future kills the loops.
        let mut loops = JoinSet::new();
        let _alone = take_over(self).await?;
        loops.spawn(reading(self.clone(), stop.clone()));
        loops.spawn(taking_in(self.clone(), stop.clone()));
        loops.spawn(sending(self.clone(), stop.clone()));
        loops.spawn(tidying(self.clone(), stop.clone()));
        loops.spawn(subscriptions::keeping(self.clone(), stop.clone()));
        loops.spawn(alarms::watching(self.clone(), stop.clone()));
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

/// Where one process works on the database and no other can (SQLite), leases that are still held were held by a process that
/// is dead: their mailboxes need not rest until the leases end. The proof is kept as long as the loops run.
async fn take_over(engine: &Engine) -> Result<Option<store::Alone>> {
    let store = &engine.inner.store;
    let alone = store.alone()?;
    match &alone {
        Some(proof) => {
            let freed = store.free_leases_of_the_dead(proof, &engine.inner.holder).await?;
            if freed > 0 {
                tracing::info!(leases = freed, "took over from a process that was killed");
            }
        }
        None if store.engine_name() == "sqlite" => {
            tracing::warn!("another process works on the same database: its leases are left to it");
        }
        None => {}
    }
    Ok(alone)
}

async fn reading(engine: Engine, stop: CancellationToken) {
    let mut reader = Reader::start(&engine).await;
    let mut crew = Crew::new(&engine);
    let mut look = true;
    while !stop.is_cancelled() {
        let committed = engine.inner.store.committed();
        if look {
            reader.begin_what_is_due(&mut crew, &stop).await;
        }
        let pause = crew.pause(committed, &stop).await;
        // Ends alone are no reason to look, unless there was more to do than workers.
        look = pause.woken || crew.was_full;
        reader.done.extend(pause.ended.into_iter().map(|(_, done)| done));
        reader.note(false).await;
    }
    for (_, done) in crew.finish().await {
        reader.done.push(done);
    }
    reader.note(true).await;
}

/// A reading that ended.
#[derive(Debug, Clone, Copy)]
struct Done {
    scheduled: Scheduled,
    pace: Pace,
}

/// What the reading loop remembers between two looks.
struct Reader {
    engine: Engine,
    bounds: Bounds,
    paces: HashMap<ConnectionId, Pace>,
    /// Ended, and not noted in the table yet: noted together, because a thousand quiet mailboxes would else cost as many
    /// transactions. If the process dies before, these mailboxes are read once more than needed.
    done: Vec<Done>,
    noted_at: Instant,
}

impl Reader {
    /// Spreads what is overdue after a pause of the desk, and takes the paces over from the table.
    async fn start(engine: &Engine) -> Self {
        let bounds = Bounds::of(&engine.inner.settings);
        let mut reader = Self {
            engine: engine.clone(),
            bounds,
            paces: HashMap::new(),
            done: Vec::new(),
            noted_at: Instant::now(),
        };
        if let Err(error) = reader.spread().await {
            tracing::error!(%error, "the mailboxes that wait could not be spread over time");
        }
        reader
    }

    async fn spread(&mut self) -> Result<()> {
        let (store, now) = (&self.engine.inner.store, self.engine.now());
        let overdue = store.overdue(now).await?;
        let starts = pace::starts(overdue.len(), now, self.bounds);
        let mut moved = Vec::new();
        for ((connection, due_at, last_read), begins) in overdue.into_iter().zip(starts) {
            self.paces.insert(connection, Pace::remembered(last_read, due_at, self.bounds));
            if begins > now {
                moved.push(Scheduled {
                    connection,
                    begun_at: now,
                    next: begins,
                    read: false,
                    found_since: None,
                    usage: None,
                });
            }
        }
        if !moved.is_empty() {
            let tx = store.begin(now).await?;
            tx.schedule_reads(&moved).await?;
            tx.commit_quietly().await?;
        }
        Ok(())
    }

    async fn begin_what_is_due(&mut self, crew: &mut Crew<Done>, stop: &CancellationToken) {
        let limit = crew.size.saturating_add(u32::try_from(self.done.len()).unwrap_or(u32::MAX));
        let due = match self.engine.inner.store.due_to_read(self.engine.now(), limit).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the mailboxes to be read could not be found");
                return;
            }
        };
        crew.was_full = false;
        for mailbox in due {
            let noted_soon = |done: &Done| {
                done.scheduled.connection == mailbox.connection && mailbox.due_at <= done.scheduled.begun_at
            };
            if self.done.iter().any(noted_soon) {
                continue;
            }
            let pace = self.paces.get(&mailbox.connection).copied().unwrap_or_default();
            let (engine, stop, bounds) = (self.engine.clone(), stop.clone(), self.bounds);
            crew.start(mailbox.connection, async move { read(&engine, mailbox, pace, bounds, &stop).await });
        }
    }

    /// Notes what ended, a few times a second.
    async fn note(&mut self, now: bool) {
        for done in &self.done {
            self.paces.insert(done.scheduled.connection, done.pace);
        }
        if self.done.is_empty() || (!now && self.noted_at.elapsed() < NOTE_EVERY) {
            return;
        }
        let mut scheduled: Vec<Scheduled> = self.done.iter().map(|done| done.scheduled).collect();
        // In one order everywhere: two workers that note the same mailboxes must not wait for each other in a circle.
        scheduled.sort_by_key(|one| one.connection);
        let noting = async {
            let tx = self.engine.inner.store.begin(self.engine.now()).await?;
            tx.schedule_reads(&scheduled).await?;
            tx.commit_quietly().await
        };
        self.noted_at = Instant::now();
        match noting.await {
            Ok(()) => self.done.clear(),
            // Tried again with the next ones; until then nothing of this is read.
            Err(error) => tracing::error!(%error, "the next readings could not be noted"),
        }
    }
}

/// Reads one mailbox once, and says when it is to be read again.
async fn read(engine: &Engine, due: Due, pace: Pace, bounds: Bounds, stop: &CancellationToken) -> Done {
    let connection = due.connection;
    let begun_at = engine.now();
    let announced = due.announced && engine.inner.settings.notification_url.is_some();
    let (pace, fresh, read) = match receive::work(engine, &due, stop).await {
        Ok(Some(fresh)) => (pace.after_success(fresh, announced, bounds), fresh, true),
        Ok(None) => (Pace::elsewhere(bounds), 0, false),
        Err(Error::Store(store::Error::NotFound { .. })) => (pace, 0, false),
        Err(error) => {
            tracing::warn!(%connection, request_id = request_id(&error), "reading a mailbox: {error}");
            (pace.after_failure(asked_to_wait(&error), bounds), 0, false)
        }
    };
    // Another process's page shows what this one has spent.
    let spent = engine.inner.links.graph().spent(connection.0);
    let scheduled = Scheduled {
        connection,
        begun_at,
        next: pace.next(engine.now(), rand::random()),
        read,
        found_since: due.last_read_at.filter(|_| fresh > 0),
        usage: Some(Usage {
            at: engine.now(),
            calls: spent.calls,
            upload_bytes: spent.upload_bytes,
            throttled: spent.throttled,
        }),
    };
    Done { scheduled, pace }
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
                for connection in due {
                    let (engine, stop) = (engine.clone(), stop.clone());
                    crew.start(connection, async move {
                        if let Err(error) = crate::smtp_in::work(&engine, connection, &stop).await {
                            tracing::error!(%connection, %error, "taking in handed-over mail");
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
        for (connection, rest) in crew.pause(committed, &stop).await.ended {
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
    store.prune_awaited(now).await?;
    crate::file_links::forget_old(engine).await?;
    crate::suspended::expire(engine).await?;
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

/// What a pause came to.
struct Pause<T> {
    /// It is time to look for work; else something only ended.
    woken: bool,
    ended: Vec<(ConnectionId, T)>,
}

/// Workers of one loop: at most so many mailboxes at once, each by one worker only.
struct Crew<T> {
    size: u32,
    permits: Arc<Semaphore>,
    busy: HashSet<ConnectionId>,
    /// There was more to do than workers.
    was_full: bool,
    at_work: JoinSet<(ConnectionId, Option<T>)>,
    look_at: tokio::time::Instant,
}

impl<T: Send + 'static> Crew<T> {
    fn new(engine: &Engine) -> Self {
        let size = engine.inner.settings.workers.max(1);
        Self {
            size: u32::try_from(size).unwrap_or(u32::MAX).saturating_mul(2),
            permits: Arc::new(Semaphore::new(size)),
            busy: HashSet::new(),
            was_full: false,
            at_work: JoinSet::new(),
            look_at: tokio::time::Instant::now(),
        }
    }

    /// Starts the work unless this mailbox is being worked on or all workers are busy; then it is found again later.
    fn start(&mut self, connection: ConnectionId, work: impl Future<Output = T> + Send + 'static) {
        if self.busy.contains(&connection) {
            return;
        }
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            self.was_full = true;
            return;
        };
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
    async fn pause(&mut self, committed: impl Future<Output = ()>, stop: &CancellationToken) -> Pause<T> {
        let mut ended = Vec::new();
        let mut woken = true;
        tokio::select! {
            () = committed => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep_until(self.look_at) => {}
            Some(done) = self.at_work.join_next() => {
                ended.extend(done.ok());
                woken = false;
                tokio::time::sleep(GATHER).await;
            }
            () = stop.cancelled() => {}
        }
        if woken {
            self.look_at = tokio::time::Instant::now() + LOOK_EVERY;
        }
        while let Some(done) = self.at_work.try_join_next() {
            ended.extend(done.ok());
        }
        for (connection, _) in &ended {
            self.busy.remove(connection);
        }
        let ended = ended.into_iter().filter_map(|(connection, done)| Some((connection, done?))).collect();
        Pause { woken, ended }
    }

    /// Lets what is in hand end, for a few seconds, and answers it; kills the rest, which the next process takes up.
    async fn finish(mut self) -> Vec<(ConnectionId, T)> {
        let mut ended = Vec::new();
        let ending = async {
            while let Some(done) = self.at_work.join_next().await {
                ended.extend(done.ok().and_then(|(connection, done)| Some((connection, done?))));
            }
        };
        if tokio::time::timeout(FINISH_WITHIN, ending).await.is_err() {
            tracing::warn!("some work did not end in time; it is taken up again at the next start");
        }
        ended
    }
}
