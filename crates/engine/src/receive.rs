//! Learning that mail is there: delta, sweep and the list of old mail that an import wants. Whatever is learnt becomes ledger rows; which
//! of them are new is decided by the ledger, never by read flag, age or position.

use std::time::Instant;

use desk::ConnectionId;
use exchange::graph::{DeltaNext, DeltaPage, ItemRef};
use exchange::{Mailbox, Remedy};
use jiff::{SignedDuration, Timestamp};
use store::{ConnectionState, Cursor, Due, Happening, ImportRun, Seen, SeenBy, SupportAddress, Wanted};
use tokio_util::sync::CancellationToken;

use crate::context::Place;
use crate::held::Held;
use crate::{Engine, Error, Result, acknowledge, fetch, tokens};

/// The folder read.
const INBOX: &str = "inbox";
/// Name under which the time of the last sweep is kept beside the cursors.
const SWEEP: &str = "sweep";
/// A filtered delta stops without a word at 5,000 messages (graph.md): it is started anew well before.
const CARRIED_AT_MOST: i64 = 4_000;
/// How far a delta that is started anew reaches back before the last good reading.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// The same when Microsoft has forgotten the cursor.
const OVERLAP_AFTER_RESYNC: SignedDuration = SignedDuration::from_hours(24);
/// A delta in which nothing happens is followed from the same link for this long; then the newer one is stored. It is as good, but
/// Microsoft forgets what nobody has used for long.
const KEPT: SignedDuration = SignedDuration::from_mins(10);
/// The days that a sweep looks at.
const SWEPT: SignedDuration = SignedDuration::from_hours(72);
/// Messages fetched before it is looked whether newer ones have come.
const PAGE: u32 = 100;
/// Pages taken in before those taken in are marked in the mailbox.
const PAGES_UNMARKED: usize = 4;

/// A mailbox being read: the lease is held and the access token good.
pub(crate) struct Reading<'e> {
    pub(crate) engine: &'e Engine,
    pub(crate) connection: ConnectionId,
    pub(crate) address: SupportAddress,
    pub(crate) place: Place,
    pub(crate) held: &'e Held,
    pub(crate) mailbox: Mailbox,
    /// The token was replaced after a refusal and no call has succeeded since.
    renewed: bool,
}

/// The first page of a round, read with this cursor.
struct Glimpse {
    cursor: Cursor,
    page: DeltaPage,
}

/// Reads a mailbox: learns, fetches, takes in, marks. Answers how many messages were new; `None` when another worker is at it.
/// What Microsoft refuses is noted at the connection before it is answered.
///
/// Most readings find nothing. Where the desk itself has nothing to do either, a glance is enough: the delta is asked, and when
/// there is nothing in it, nothing is written.
pub(crate) async fn work(engine: &Engine, due: &Due, stop: &CancellationToken) -> Result<Option<usize>> {
    let glimpse = match glance(engine, due).await {
        Ok(Glance::Nothing) => {
            tokens::note_answer(engine, due.connection);
            return Ok(Some(0));
        }
        Ok(Glance::Something(glimpse)) => Some(glimpse),
        Ok(Glance::NotEnough) => None,
        Err(error) => {
            if let Error::Microsoft(error) = &error {
                tokens::note_failure(engine, due.connection, error).await?;
            }
            return Err(error);
        }
    };
    under_lease(engine, due.connection, glimpse, stop).await
}

/// Reads a mailbox once, whether or not its turn has come; nothing happens where another worker is at it.
pub(crate) async fn now(engine: &Engine, connection: ConnectionId, stop: &CancellationToken) -> Result<()> {
    under_lease(engine, connection, None, stop).await.map(|_| ())
}

enum Glance {
    /// Nothing has changed.
    Nothing,
    /// Something has, or may have.
    Something(Glimpse),
    /// There is more to be done than looking.
    NotEnough,
}

async fn glance(engine: &Engine, due: &Due) -> Result<Glance> {
    let now = engine.now();
    let settings = &engine.inner.settings;
    let recent = |name: &str, span: SignedDuration| {
        due.cursors.get(name).filter(|cursor| now.duration_since(cursor.round_started_at) < span)
    };
    let Some(cursor) = recent(INBOX, KEPT) else { return Ok(Glance::NotEnough) };
    let enough = due.state == ConnectionState::Verified
        && !due.has_work
        && cursor.carried <= CARRIED_AT_MOST
        && recent(SWEEP, settings.sweep_every).is_some()
        // Several workers would all glance at the same mailboxes: there the lease comes first.
        && engine.inner.store.engine_name() == "sqlite";
    if !enough {
        return Ok(Glance::NotEnough);
    }
    let mailbox = tokens::mailbox(engine, due.connection).await?;
    match mailbox.delta_follow(&cursor.link).await {
        Ok(page) if page.present.is_empty() && matches!(page.next, DeltaNext::Round(_)) => {
            Ok(Glance::Nothing)
        }
        Ok(page) => Ok(Glance::Something(Glimpse { cursor: cursor.clone(), page })),
        // The whole reading knows what to do.
        Err(error) if matches!(error.remedy(), Remedy::Refresh | Remedy::Resync) => Ok(Glance::NotEnough),
        Err(error) => Err(error.into()),
    }
}

/// The whole reading, under the lease `receive:{connection}`.
async fn under_lease(
    engine: &Engine,
    connection: ConnectionId,
    glimpse: Option<Glimpse>,
    stop: &CancellationToken,
) -> Result<Option<usize>> {
    let Some(held) = Held::claim(engine, &format!("receive:{connection}")).await? else { return Ok(None) };
    let outcome = read(engine, connection, &held, glimpse, stop).await;
    // Given back whatever happened; a lease lost already is no reason to hide why.
    let released = held.release().await;
    match &outcome {
        Ok(_) => tokens::note_success(engine, connection).await?,
        Err(Error::Microsoft(error)) => tokens::note_failure(engine, connection, error).await?,
        Err(_) => {}
    }
    let fresh = outcome?;
    released?;
    Ok(Some(fresh))
}

async fn read(
    engine: &Engine,
    connection: ConnectionId,
    held: &Held,
    glimpse: Option<Glimpse>,
    stop: &CancellationToken,
) -> Result<usize> {
    let store = &engine.inner.store;
    let address = store.address_of(connection).await?;
    let mailbox = tokens::mailbox(engine, connection).await?;
    let place = Place::of(&address, store.own_addresses().await?);
    let mut reading = Reading { engine, connection, address, place, held, mailbox, renewed: false };
    reading.all(glimpse, stop).await
}

impl Reading<'_> {
    async fn all(&mut self, glimpse: Option<Glimpse>, stop: &CancellationToken) -> Result<usize> {
        self.list_import().await?;
        let mut fresh = self.delta(glimpse).await?;
        fresh += self.sweep_if_due().await?;
        let mut looked = Instant::now();
        for page in 1.. {
            let rows = self.engine.inner.store.unsettled(self.connection, self.engine.now(), PAGE).await?;
            let rest = !rows.is_empty();
            if rest {
                fetch::take_in(self, rows, stop).await?;
            }
            let unmarked = (!rest || page % PAGES_UNMARKED == 0) && acknowledge::some(self).await?;
            if stop.is_cancelled() || !(rest || unmarked) {
                break;
            }
            // A mail that arrives now does not wait for three hundred old ones.
            if looked.elapsed() >= self.engine.inner.settings.poll_min.unsigned_abs() {
                fresh += self.delta(None).await?;
                looked = Instant::now();
            }
        }
        self.finish_import().await?;
        Ok(fresh)
    }

    /// One call to Graph; on a refused access token once more with another one.
    pub(crate) async fn ask<T, F, Fut>(&mut self, call: F) -> Result<T>
    where
        F: Fn(Mailbox) -> Fut,
        Fut: Future<Output = exchange::Result<T>> + Send,
    {
        let answer = match call(self.mailbox.clone()).await {
            Err(error) if error.remedy() == Remedy::Refresh && !self.renewed => {
                self.renew_token().await?;
                call(self.mailbox.clone()).await
            }
            answer => answer,
        };
        if answer.is_ok() {
            self.renewed = false;
        }
        Ok(answer?)
    }

    /// After a refused access token. False when that was tried already: then it is a failure of the connection.
    pub(crate) async fn renew_token(&mut self) -> Result<bool> {
        if self.renewed {
            return Ok(false);
        }
        self.mailbox = tokens::mailbox_anew(self.engine, self.connection).await?;
        self.renewed = true;
        Ok(true)
    }

    fn never_before_connecting(&self, since: Timestamp) -> Timestamp {
        since.max(self.address.connection.connected_at)
    }

    /// The old mail that an import wants, once per import. What came after the connection was made is not old mail: delta
    /// brings it. Mail of an import that was undone may come in anew: it was asked for.
    async fn list_import(&mut self) -> Result<()> {
        let store = self.engine.inner.store.clone();
        let waits = |run: &ImportRun| run.found.is_none() && run.paused_at.is_none();
        let Some(run) = store.open_import(self.connection).await?.filter(waits) else {
            return Ok(());
        };
        let (wanted, connected_at) = (run.wanted, self.address.connection.connected_at);
        let items = self.ask(|mailbox| async move { old_mail(&mailbox, wanted, connected_at).await }).await?;
        let seen: Vec<Seen> = items.into_iter().map(seen).collect();
        let found = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        let tx = store.begin(self.engine.now()).await?;
        // Taken back while the list was made: then nothing of it is wanted any more.
        if store.import_rests(run.id).await? {
            return Ok(());
        }
        tx.step_aside(&self.place.name, &seen).await?;
        tx.see(Some(self.connection), &self.place.name, &seen, SeenBy::Import(run.id)).await?;
        tx.import_listed(self.held.lease(), run.id, found).await?;
        tx.commit().await?;
        tracing::info!(mailbox = self.place.name, import = %run.id, found, "import listed");
        Ok(())
    }

    async fn finish_import(&self) -> Result<()> {
        let store = &self.engine.inner.store;
        let Some(run) = store.open_import(self.connection).await? else { return Ok(()) };
        if run.found.is_some_and(|found| run.done >= found) {
            let tx = store.begin(self.engine.now()).await?;
            tx.check(self.held.lease()).await?;
            if tx.finish_import(run.id).await? {
                tx.commit().await?;
                tracing::info!(mailbox = self.place.name, import = %run.id, "import finished");
            }
        }
        Ok(())
    }

    /// Follows the delta to the end of its round. New rows and the cursor that leads past them are stored together, so a
    /// worker that dies between two pages loses none.
    ///
    /// A `glimpse` spares the first call, unless the cursor has been moved by somebody else since.
    async fn delta(&mut self, mut glimpse: Option<Glimpse>) -> Result<usize> {
        let mut from = match self.engine.inner.store.cursor(self.connection, INBOX).await? {
            None => From::Start(self.address.connection.connected_at),
            Some(cursor) if cursor.carried > CARRIED_AT_MOST => self.start_anew(&cursor).await?,
            Some(cursor) => From::Link(cursor),
        };
        let mut round_started_at = None;
        let mut fresh = 0;
        loop {
            let seen =
                glimpse.take().filter(|seen| matches!(&from, From::Link(link) if *link == seen.cursor));
            let page = match seen {
                Some(seen) => Ok(seen.page),
                None => self.page(&from).await,
            };
            let page = match page {
                Err(Error::Microsoft(exchange::Error::Resync(trace))) => {
                    let From::Link(cursor) = &from else {
                        return Err(exchange::Error::Resync(trace).into());
                    };
                    tracing::warn!(mailbox = self.place.name, request_id = ?trace.request_id, "the delta cursor has expired");
                    self.note_resync().await?;
                    let good = self.never_before_connecting(cursor.round_started_at - OVERLAP_AFTER_RESYNC);
                    round_started_at = None;
                    from = From::Start(good);
                    continue;
                }
                page => page?,
            };
            // A round that was begun by another worker was begun we do not know when: what counts as good stays as it was.
            let begun_here = round_started_at.is_some() || from.begins_a_round();
            let started = *round_started_at.get_or_insert(page.microsoft_now);
            let (carried, good) = from.so_far();
            let (link, complete) = match page.next {
                DeltaNext::Page(link) => (link, false),
                DeltaNext::Round(link) => (link, true),
            };
            if !begun_here {
                round_started_at = None;
            }
            let cursor = Cursor {
                link,
                carried: carried + i64::try_from(page.present.len()).unwrap_or(i64::MAX),
                round_started_at: if complete && begun_here { started } else { good },
            };
            fresh += self.note_page(page.present, &cursor).await?;
            if complete {
                return Ok(fresh);
            }
            from = From::Link(cursor);
        }
    }

    async fn note_resync(&self) -> Result<()> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        tx.note_event(Some(self.connection), &self.place.name, &Happening::Resynced, None).await?;
        Ok(tx.commit().await?)
    }

    async fn page(&mut self, from: &From) -> Result<DeltaPage> {
        match from {
            From::Start(since) => {
                let since = *since;
                self.ask(|mailbox| async move { mailbox.delta_start(since).await }).await
            }
            From::Link(cursor) => {
                let link = cursor.link.clone();
                self.ask(|mailbox| {
                    let link = link.clone();
                    async move { mailbox.delta_follow(&link).await }
                })
                .await
            }
        }
    }

    async fn note_page(&self, present: Vec<ItemRef>, cursor: &Cursor) -> Result<usize> {
        let connected_at = self.address.connection.connected_at;
        let live = |item: &ItemRef| item.received_at.is_none_or(|received| received >= connected_at);
        let present: Vec<ItemRef> = present.into_iter().filter(live).collect();
        let found = |read| {
            let those = present.iter().filter(move |item| item.is_read == Some(read));
            those.map(|item| item.id.clone()).collect::<Vec<_>>()
        };
        let (read, unread) = (found(true), found(false));
        let seen: Vec<Seen> = present.into_iter().map(seen).collect();
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        let fresh = tx.see(Some(self.connection), &self.place.name, &seen, SeenBy::Delta).await?;
        if !fresh.is_empty() {
            tx.note_found(&self.place.name, &read, &unread).await?;
        }
        tx.save_cursor(self.held.lease(), self.connection, INBOX, Some(cursor)).await?;
        tx.commit().await?;
        Ok(fresh.len())
    }

    /// The delta has carried so much that Microsoft may have left something out: everything since the last good reading is
    /// listed once, then a new delta begins.
    async fn start_anew(&mut self, cursor: &Cursor) -> Result<From> {
        let since = self.never_before_connecting(cursor.round_started_at - OVERLAP);
        self.sweep(since).await?;
        Ok(From::Start(since))
    }

    async fn sweep_if_due(&mut self) -> Result<usize> {
        let store = self.engine.inner.store.clone();
        let now = self.engine.now();
        let last = store.cursor(self.connection, SWEEP).await?.map(|cursor| cursor.round_started_at);
        let due = last.is_some_and(|last| now.duration_since(last) >= self.engine.inner.settings.sweep_every);
        let fresh = if due { self.sweep(self.never_before_connecting(now - SWEPT)).await? } else { 0 };
        if due || last.is_none() {
            let swept = Cursor { link: String::new(), carried: 0, round_started_at: now };
            let tx = store.begin(now).await?;
            tx.save_cursor(self.held.lease(), self.connection, SWEEP, Some(&swept)).await?;
            tx.commit().await?;
        }
        Ok(fresh)
    }

    /// Looks at everything received since: catches what delta or a lost page left out.
    async fn sweep(&mut self, since: Timestamp) -> Result<usize> {
        let items = self.ask(|mailbox| async move { mailbox.received_since(since).await }).await?;
        let listed = items.len();
        let seen: Vec<Seen> = items.into_iter().map(seen).collect();
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        tx.check(self.held.lease()).await?;
        let fresh = tx.see(Some(self.connection), &self.place.name, &seen, SeenBy::Sweep).await?.len();
        if fresh > 0 {
            let happening = Happening::SweepFound { found: fresh as u64 };
            tx.note_event(Some(self.connection), &self.place.name, &happening, None).await?;
            tx.commit().await?;
            tracing::warn!(
                mailbox = self.place.name,
                listed,
                fresh,
                "the sweep found mail that delta had not brought"
            );
        }
        Ok(fresh)
    }
}

/// Where the next page of the delta comes from.
enum From {
    /// A new delta over mail received since.
    Start(Timestamp),
    /// A link of Microsoft's.
    Link(Cursor),
}

impl From {
    /// Items carried so far, and up to when everything received is known.
    fn so_far(&self) -> (i64, Timestamp) {
        match self {
            From::Start(since) => (0, *since),
            From::Link(cursor) => (cursor.carried, cursor.round_started_at),
        }
    }

    /// The page it leads to is the first of a round. Links are opaque: where this cannot be told, the answer is no, and all it
    /// costs is that an expired cursor makes us look at more mail than needed.
    fn begins_a_round(&self) -> bool {
        match self {
            From::Start(_) => true,
            From::Link(cursor) => cursor.link.to_ascii_lowercase().contains("deltatoken"),
        }
    }
}

/// The old mail that is wanted, newest first or as listed; never what came after `before`, which is not old.
pub(crate) async fn old_mail(
    mailbox: &Mailbox,
    wanted: Wanted,
    before: Timestamp,
) -> exchange::Result<Vec<ItemRef>> {
    let mut items = match wanted {
        Wanted::Newest(count) => mailbox.newest_before(count, before).await?,
        Wanted::Between { since, until } => mailbox.received_between(since, Some(until)).await?,
    };
    items.retain(|item| item.received_at.is_none_or(|received| received < before));
    Ok(items)
}

fn seen(item: ItemRef) -> Seen {
    Seen { item: item.id, received_at: item.received_at, categories: item.categories, etag: item.etag }
}
