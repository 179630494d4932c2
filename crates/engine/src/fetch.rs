//! Fetching messages into the journal, several at once, and taking them in one after another in the order they came.

use bytes::Bytes;
use desk::decide::OutcomeKind;
use exchange::{Mailbox, Remedy};
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use store::{Form, Lease, LedgerRow, SeenBy, Settlement};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use crate::context::Place;
use crate::intake::{self, Arrived, Original};
use crate::receive::Reading;
use crate::{Engine, Error, Result};

/// Messages fetched ahead of the one being taken in. Graph itself is asked four at once at most.
const AHEAD: usize = 8;
/// Failures in a row after which it is the mailbox that fails, not its messages.
const STRIKES: u32 = 3;
/// Tries before a message whose reading fails becomes a ticket with the original attached.
const READING_TRIES: i32 = 2;
/// Tries before a message that Microsoft cannot hand out in any form becomes a ticket that says so.
const FETCHING_TRIES: i32 = 8;

/// What was found under a message's id.
enum Found {
    /// Journaled.
    Journaled(Original, Bytes),
    /// Not there any more.
    Gone,
}

/// Fetches and takes in these messages. A message that fails is noted and tried again later; it never stops the others.
/// An error means that the mailbox, or the desk, cannot go on now.
pub(crate) async fn take_in(
    reading: &mut Reading<'_>,
    rows: Vec<LedgerRow>,
    stop: &CancellationToken,
) -> Result<()> {
    let (engine, lease) = (reading.engine.clone(), reading.held.lease().clone());
    let mailbox = reading.mailbox.clone();
    let name = reading.place.name.clone();
    let mut fetched = stream::iter(rows)
        .map(|row| {
            let (engine, lease, mailbox) = (engine.clone(), lease.clone(), mailbox.clone());
            // What is logged of Graph's answers meanwhile carries the message's number in the ledger.
            let span = tracing::info_span!("message", mailbox = name.as_str(), ledger = row.id.0);
            let task = async move {
                let found = fetch(&engine, &lease, &mailbox, &row).await;
                (row, found)
            };
            // Tasks of their own go on while another message is being taken in.
            AbortOnDropHandle::new(tokio::spawn(task.instrument(span)))
        })
        .buffered(AHEAD);
    let mut strikes = 0;
    while let Some(joined) = fetched.next().await {
        if stop.is_cancelled() {
            return Ok(());
        }
        let (row, found) = match joined {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => return Ok(()),
        };
        let outcome = match found {
            Ok(found) => take_one(reading, &row, found).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => strikes = 0,
            Err(Error::Store(error @ store::Error::Fenced { .. })) => return Err(error.into()),
            Err(Error::Microsoft(error)) if error.remedy() == Remedy::Refresh => {
                drop(fetched);
                return if reading.renew_token().await? { Ok(()) } else { Err(error.into()) };
            }
            Err(Error::Microsoft(error @ exchange::Error::Throttled { .. })) => return Err(error.into()),
            Err(error) => {
                strikes += 1;
                let request_id = match &error {
                    Error::Microsoft(error) => error.trace().and_then(|trace| trace.request_id.as_deref()),
                    _ => None,
                };
                note(reading, &row, &in_full(&error), request_id).await?;
                if strikes >= STRIKES {
                    return Err(error);
                }
            }
        }
    }
    Ok(())
}

/// The raw message into the journal: blob first, then the row that names it.
async fn fetch(engine: &Engine, lease: &Lease, mailbox: &Mailbox, row: &LedgerRow) -> Result<Found> {
    let store = &engine.inner.store;
    if let (Some(blob), Some(form)) = (&row.blob, row.form) {
        let bytes = store.blobs().get(blob).await?;
        let original = Original { blob: blob.clone(), form, size: bytes.len() as u64 };
        return Ok(Found::Journaled(original, bytes));
    }
    let (form, bytes) = match mailbox.mime(&row.item).await {
        Ok(bytes) => (Form::Mime, bytes),
        Err(exchange::Error::NotFound(_)) => return Ok(Found::Gone),
        Err(exchange::Error::PoisonItem(trace)) => {
            tracing::warn!(ledger = %row.id, request_id = ?trace.request_id, "no MIME to be had, taking the JSON");
            match mailbox.json(&row.item).await {
                Ok(bytes) => (Form::GraphJson, bytes),
                Err(exchange::Error::NotFound(_)) => return Ok(Found::Gone),
                // Nothing of it can be had in any form: after some tries people are told so by a ticket.
                Err(error) if row.attempts >= FETCHING_TRIES && error.remedy() == Remedy::GiveUpItem => {
                    (Form::GraphJson, Bytes::new())
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(error) => return Err(error.into()),
    };
    let blob = store.blobs().put(bytes.clone()).await?;
    let original = Original { blob, form, size: bytes.len() as u64 };
    let tx = store.begin(engine.now()).await?;
    tx.under(lease).await?.journal(row.id, &original.blob, original.form, original.size).await?;
    tx.commit().await?;
    Ok(Found::Journaled(original, bytes))
}

async fn take_one(reading: &Reading<'_>, row: &LedgerRow, found: Found) -> Result<()> {
    let (engine, lease) = (reading.engine, reading.held.lease());
    // Paused or taken back since the page of rows was read: it waits in the table, or has its outcome already.
    if let SeenBy::Import(run) = row.seen_by
        && engine.inner.store.import_rests(run).await?
    {
        return Ok(());
    }
    let mailbox = reading.place.name.as_str();
    let (original, bytes) = match found {
        Found::Journaled(original, bytes) => (original, bytes),
        Found::Gone => {
            let tx = engine.inner.store.begin(engine.now()).await?;
            if tx.under(lease).await?.settle(row.id, &vanished()).await? {
                tx.commit().await?;
            }
            tracing::info!(mailbox, ledger = %row.id, outcome = "vanished", "gone before it could be read");
            return Ok(());
        }
    };
    take_journaled(engine, lease, &reading.place, row, original, bytes).await
}

/// Reads what lies in the journal, decides and applies. A message whose reading fails is noted and tried again later.
pub(crate) async fn take_journaled(
    engine: &Engine,
    lease: &Lease,
    place: &Place,
    row: &LedgerRow,
    original: Original,
    bytes: Bytes,
) -> Result<()> {
    let mailbox = place.name.as_str();
    let mut letter = match intake::read(original.form, bytes).await {
        Some(letter) => letter,
        None if row.attempts >= READING_TRIES => intake::unread(original.size),
        None => return note_at(engine, lease, mailbox, row, "reading it failed", None).await,
    };
    if row.seen_by == SeenBy::Smtp {
        // Whoever handed it over may have written any verdict into it: only Exchange's own headers are believed.
        letter.auth = mail::AuthVerdict::Unknown;
    }
    let arrived = Arrived {
        id: row.id,
        seen_by: row.seen_by,
        received_at: row.received_at,
        original,
        files: intake::store_files(&engine.inner.store, &mut letter, false).await?,
        letter,
    };
    if let Some(settlement) = intake::take(engine, lease, place, &arrived).await? {
        let ticket = settlement.ticket.map(|id| id.0);
        let (outcome, reason) = (settlement.outcome.as_str(), settlement.reason.as_str());
        tracing::info!(mailbox, ledger = %row.id, ticket, outcome, reason, "taken in");
    }
    Ok(())
}

fn vanished() -> Settlement {
    Settlement {
        outcome: OutcomeKind::Vanished,
        reason: "gone from the mailbox before it could be read".to_owned(),
        ticket: None,
        comment: None,
        sender: String::new(),
        subject: String::new(),
        identity: None,
        author: None,
        words: None,
    }
}

/// Notes a failure at the row and when to try again.
async fn note(reading: &Reading<'_>, row: &LedgerRow, error: &str, request_id: Option<&str>) -> Result<()> {
    let mailbox = reading.place.name.as_str();
    note_at(reading.engine, reading.held.lease(), mailbox, row, error, request_id).await
}

/// The same, wherever the message lies.
pub(crate) async fn note_at(
    engine: &Engine,
    lease: &Lease,
    mailbox: &str,
    row: &LedgerRow,
    error: &str,
    request_id: Option<&str>,
) -> Result<()> {
    tracing::warn!(mailbox, ledger = %row.id, request_id, error, "a message could not be taken in yet");
    let tx = engine.inner.store.begin(engine.now()).await?;
    tx.check(lease).await?;
    tx.note_failure(row.id, error, retry_at(engine.now(), row.attempts)).await?;
    Ok(tx.commit().await?)
}

/// The error with everything behind it, on one line.
pub(crate) fn in_full(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(deeper) = source {
        text = format!("{text}: {deeper}");
        source = deeper.source();
    }
    text
}

/// 10 s, 20 s, 40 s ... up to an hour.
fn retry_at(now: Timestamp, attempts: i32) -> Timestamp {
    let doublings = u32::try_from(attempts).unwrap_or(0).min(9);
    now + SignedDuration::from_secs(10 << doublings).min(SignedDuration::from_hours(1))
}
