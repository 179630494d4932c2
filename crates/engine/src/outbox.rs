//! The one way out: draft, send, confirm. Each step's result is stored before the next step is taken, so that whoever takes the
//! work up again knows what may have happened; and looks, before anything is done a second time.

mod by_smtp;
mod draft;
mod steps;

use std::time::Duration;

use desk::ConnectionId;
use exchange::{Mailbox, Remedy};
use jiff::{SignedDuration, Timestamp};
use store::{Kind, Lease, OutboxRow, OutboxUpdate, Tx};

use crate::{Engine, Error, Result, late, tokens};

/// Rows taken from the table at once.
const BATCH: u32 = 50;
/// A piece of work ends after this long and lets others have their turn; what is left is found through the table.
const LONGEST: SignedDuration = SignedDuration::from_secs(20);
/// A row due within this time is waited for instead of giving the lease back.
const SOON: SignedDuration = SignedDuration::from_secs(1);
/// Looked at again after the minute's budget is spent.
const BUDGET_MINUTE: SignedDuration = SignedDuration::from_secs(3);
/// Looked at again after the day's budget is spent.
const BUDGET_DAY: SignedDuration = SignedDuration::from_mins(10);
/// Longest pause between two tries.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// Sends what is due in a mailbox, under the lease `send:{connection}`; returns when nothing is due soon, or another worker
/// has the lease, or the connection is broken (then its rows wait).
pub(crate) async fn work(engine: &Engine, connection: ConnectionId) -> Result<()> {
    let store = &engine.inner.store;
    let here = engine.inner.flights.sending.of(connection);
    let Ok(_alone_here) = here.try_lock() else { return Ok(()) };
    let name = format!("send:{connection}");
    let Some(lease) =
        store.claim(&name, &engine.inner.holder, engine.now(), engine.inner.settings.lease).await?
    else {
        return Ok(());
    };
    let kind = store.connection(connection).await.map(|connection| connection.kind);
    let outcome = match kind {
        Ok(Kind::Exchange) => by_exchange(engine, connection, &lease).await,
        Ok(Kind::Forwarding | Kind::System) => by_smtp::work(engine, connection, &lease).await,
        Err(error) => Err(error.into()),
    };
    match outcome {
        // Another worker goes on from here: whatever this one still thought it knew is stale.
        Err(Error::Store(store::Error::Fenced { name })) => {
            tracing::info!(lease = name, "lost the lease, stopped");
            Ok(())
        }
        outcome => {
            store.release(&lease).await?;
            match outcome {
                // Noted at the connection already; the rows wait for it.
                Err(Error::Microsoft(_)) => Ok(()),
                outcome => outcome,
            }
        }
    }
}

async fn by_exchange(engine: &Engine, connection: ConnectionId, lease: &Lease) -> Result<()> {
    let mailbox = tokens::mailbox(engine, connection).await?;
    Sender { engine, connection, lease, mailbox, renewed: false, soon: None }.run().await
}

/// One mailbox being worked on.
struct Sender<'a> {
    engine: &'a Engine,
    connection: ConnectionId,
    lease: &'a Lease,
    mailbox: Mailbox,
    /// The access token was renewed after a 401 in this piece of work.
    renewed: bool,
    /// When the next row that was touched here is due.
    soon: Option<Timestamp>,
}

/// What comes after a row.
#[derive(Debug, PartialEq)]
enum Flow {
    /// The next row.
    Next,
    /// Nothing more in this mailbox for now.
    Stop,
}

impl Sender<'_> {
    async fn run(mut self) -> Result<()> {
        let started = self.engine.now();
        loop {
            let now = self.engine.now();
            if now.duration_since(started) > LONGEST {
                return Ok(());
            }
            let rows = self.engine.inner.store.outbox_due(self.connection, now, BATCH).await?;
            if rows.is_empty() {
                match self.soon.take().map(|at| at.duration_since(now)) {
                    Some(pause) if pause <= SOON => sleep(pause).await,
                    _ => return Ok(()),
                }
            }
            for (index, row) in rows.iter().enumerate() {
                self.renew().await?;
                let (step, id) = (row.step, row.id);
                let flow = match self.advance(row.clone()).await {
                    Err(Error::Microsoft(error)) => self.hindered(&rows[index..], &error).await?,
                    flow => flow?,
                };
                tracing::debug!(outbox = %id, from = step.as_str(), ?flow, "outbox row");
                if flow == Flow::Stop {
                    return Ok(());
                }
            }
        }
    }

    async fn renew(&self) -> Result<()> {
        let settings = &self.engine.inner.settings;
        Ok(self.engine.inner.store.renew(self.lease, self.engine.now(), settings.lease).await?)
    }

    async fn finish(
        &mut self,
        row: &mut OutboxRow,
        update: OutboxUpdate,
        sent_at: Option<Timestamp>,
    ) -> Result<()> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        self.update(&tx, row, &update).await?;
        if let Some(at) = sent_at {
            tx.note_sent(self.connection, at).await?;
        }
        tx.commit().await?;
        row.step = update.step.unwrap_or(row.step);
        Ok(())
    }

    async fn later(&mut self, row: &OutboxRow, due_at: Timestamp) -> Result<Flow> {
        let update = OutboxUpdate { due_at: Some(due_at), ..OutboxUpdate::default() };
        self.store(&mut row.clone(), update).await?;
        Ok(Flow::Next)
    }

    /// Microsoft hindered a row before anything was sent, or while it was being looked for. It and, when Microsoft asks to wait,
    /// the rest of the rows wait; nothing of it is lost.
    async fn hindered(&mut self, rows: &[OutboxRow], error: &exchange::Error) -> Result<Flow> {
        tokens::note_failure(self.engine, self.connection, error).await?;
        let Some(first) = rows.first() else { return Ok(Flow::Stop) };
        let now = self.engine.now();
        let wished = match error.remedy() {
            Remedy::Wait(wished) => wished.and_then(|w| SignedDuration::try_from(w).ok()),
            _ => None,
        };
        let all = matches!(error, exchange::Error::Throttled { .. });
        let due_at = Some(now + wished.unwrap_or(pause_after(first.attempts)));
        let tx = self.engine.inner.store.begin(now).await?;
        let last_error = Some(error.to_string());
        tx.outbox_update(
            self.lease,
            first.id,
            &OutboxUpdate { due_at, attempted: true, last_error, ..OutboxUpdate::default() },
        )
        .await?;
        for row in rows.iter().skip(1).filter(|_| all) {
            tx.outbox_update(self.lease, row.id, &OutboxUpdate { due_at, ..OutboxUpdate::default() }).await?;
        }
        tx.commit().await?;
        Ok(Flow::Stop)
    }

    async fn over_budget(&self, row: &OutboxRow) -> Result<Option<Timestamp>> {
        over_budget(self.engine, self.connection, row).await
    }

    /// Stores a step's result, in the table and in the row at hand.
    async fn store(&mut self, row: &mut OutboxRow, update: OutboxUpdate) -> Result<()> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        self.update(&tx, row, &update).await?;
        tx.commit().await?;
        if let Some(due_at) = update.due_at {
            self.soon = Some(self.soon.map_or(due_at, |soon| soon.min(due_at)));
        }
        row.step = update.step.unwrap_or(row.step);
        row.draft = update.draft.or_else(|| row.draft.take());
        row.files_up = update.files_up.unwrap_or(row.files_up);
        row.sending_at = update.sending_at.or(row.sending_at);
        row.attempts += i32::from(update.attempted);
        Ok(())
    }

    /// A Message-ID that becomes known may be one that a reply was waiting for.
    async fn update(&self, tx: &Tx, row: &OutboxRow, update: &OutboxUpdate) -> Result<()> {
        let sent = update.sent_message_id.as_ref();
        tx.lock_identities(&sent.map(|id| format!("mid:{id}")).into_iter().collect::<Vec<_>>()).await?;
        tx.outbox_update(self.lease, row.id, update).await?;
        if let (Some(id), Some(ticket)) = (sent, row.mail.ticket) {
            late::sent_copy_seen(tx, ticket, id).await?;
        }
        Ok(())
    }

    /// Calls Microsoft; after a 401 once more with a renewed token.
    async fn call<T, F>(&mut self, call: impl Fn(Mailbox) -> F) -> Result<T>
    where
        F: Future<Output = exchange::Result<T>>,
    {
        match call(self.mailbox.clone()).await {
            Err(exchange::Error::AccessToken(_)) if !self.renewed => {
                self.renewed = true;
                self.mailbox = tokens::mailbox_anew(self.engine, self.connection).await?;
                Ok(call(self.mailbox.clone()).await?)
            }
            answer => Ok(answer?),
        }
    }
}

/// Until when the mailbox's budgets forbid this mail; it waits and does not fail.
async fn over_budget(
    engine: &Engine,
    connection: ConnectionId,
    row: &OutboxRow,
) -> Result<Option<Timestamp>> {
    let (now, settings) = (engine.now(), &engine.inner.settings);
    let spent = engine.inner.store.spent(connection, now).await?;
    let recipients = u32::try_from(row.mail.to.len() + row.mail.cc.len()).unwrap_or(u32::MAX);
    if spent.messages_last_minute >= settings.messages_a_minute {
        return Ok(Some(now + BUDGET_MINUTE));
    }
    if spent.recipients_last_day.saturating_add(recipients) > settings.recipients_a_day {
        return Ok(Some(now + BUDGET_DAY));
    }
    Ok(None)
}

/// Twice as long after each try.
fn pause_after(attempts: i32) -> SignedDuration {
    let doubled = 1_i64 << attempts.clamp(0, 9);
    SignedDuration::from_secs(doubled).min(LONGEST_PAUSE)
}

/// The sent copy shows up within a second as a rule; one that does not is looked for more and more seldom.
fn next_look(since: SignedDuration) -> SignedDuration {
    match since.as_millis() {
        ..600 => SignedDuration::from_millis(200),
        600..2_000 => SignedDuration::from_millis(500),
        2_000..8_000 => SignedDuration::from_secs(1),
        8_000..60_000 => SignedDuration::from_secs(5),
        60_000..600_000 => SignedDuration::from_secs(30),
        _ => LONGEST_PAUSE,
    }
}

async fn sleep(pause: SignedDuration) {
    tokio::time::sleep(Duration::try_from(pause).unwrap_or_default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert_eq!(pause_after(0), SignedDuration::from_secs(1));
        assert_eq!(pause_after(3), SignedDuration::from_secs(8));
        assert_eq!(pause_after(100), LONGEST_PAUSE);
        assert!(next_look(SignedDuration::ZERO) < SignedDuration::from_secs(1));
        assert_eq!(next_look(SignedDuration::from_hours(1)), LONGEST_PAUSE);
    }
}
