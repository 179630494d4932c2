//! Afterwards, and only then: marking mail read and categorised in the mailbox. The ledger knows the outcome already, so
//! an acknowledgement that is lost is repeated harmlessly, and one that can never be made loses nothing.

use desk::LedgerId;
use desk::decide::OutcomeKind;
use exchange::graph::{Marked, ToMark};
use exchange::{Error as MicrosoftError, Remedy};
use jiff::SignedDuration;
use store::ToAcknowledge;

use crate::Result;
use crate::receive::Reading;

/// Messages of one `$batch`.
const BATCH: u32 = 20;
/// Batches before it is looked again whether new mail has come.
const BATCHES: usize = 3;
/// A message that could not be marked now.
const LATER: SignedDuration = SignedDuration::from_mins(2);
/// A message that Microsoft will not let us mark.
const MUCH_LATER: SignedDuration = SignedDuration::from_hours(24);

/// Marks some of the messages that have an outcome; true when there may be more.
pub(crate) async fn some(reading: &mut Reading<'_>) -> Result<bool> {
    for _ in 0..BATCHES {
        let store = reading.engine.inner.store.clone();
        let due = store.to_acknowledge(reading.connection, reading.engine.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(false);
        }
        batch(reading, &due).await?;
    }
    Ok(true)
}

async fn batch(reading: &mut Reading<'_>, due: &[ToAcknowledge]) -> Result<()> {
    let settings = &reading.engine.inner.settings;
    let items: Vec<ToMark> = due
        .iter()
        .map(|row| ToMark {
            id: row.item.clone(),
            categories: row.categories.clone(),
            etag: row.etag.clone(),
            add: categories(settings, row.outcome),
        })
        .collect();
    let marked = reading
        .ask(|mailbox| {
            let items = items.clone();
            async move { mailbox.mark(&items).await }
        })
        .await?;
    note(reading, due, &marked).await
}

/// The category says that the desk has the mail; the second one that it could not make anything of it.
fn categories(settings: &crate::Settings, outcome: OutcomeKind) -> Vec<String> {
    let mut categories = vec![settings.category.clone()];
    if matches!(outcome, OutcomeKind::Rejected | OutcomeKind::Unreadable) {
        categories.push(settings.rejected_category.clone());
    }
    categories
}

/// Notes what came of each. When Microsoft asks to wait, or refuses the token, the whole mailbox waits.
async fn note(reading: &Reading<'_>, due: &[ToAcknowledge], marked: &[Marked]) -> Result<()> {
    let engine = reading.engine;
    let (mut done, mut later, mut much_later): (Vec<LedgerId>, Vec<LedgerId>, Vec<LedgerId>) =
        Default::default();
    let mut wait = None;
    for row in due {
        match marked.iter().find(|marked| marked.id == row.item).map(|marked| &marked.result) {
            // Gone: somebody deleted or moved it after it was taken in. Nothing is left to be marked.
            Some(Ok(()) | Err(MicrosoftError::NotFound(_))) => done.push(row.id),
            Some(Err(error)) => {
                let request_id = error.trace().and_then(|trace| trace.request_id.clone());
                tracing::warn!(mailbox = reading.place.name, ledger = %row.id, request_id, %error, "not marked yet");
                match error.remedy() {
                    Remedy::GiveUpItem => much_later.push(row.id),
                    // An item that changed meanwhile or a server that fails: only this one waits.
                    _ if matches!(error, MicrosoftError::Conflict(_) | MicrosoftError::Server(_)) => {
                        later.push(row.id);
                    }
                    _ => wait = Some(error.clone()),
                }
            }
            None => later.push(row.id),
        }
    }
    let now = engine.now();
    let tx = engine.inner.store.begin(now).await?;
    tx.check(reading.held.lease()).await?;
    tx.acknowledged(&done).await?;
    tx.acknowledge_later(&later, now + LATER).await?;
    tx.acknowledge_later(&much_later, now + MUCH_LATER).await?;
    tx.commit().await?;
    wait.map_or(Ok(()), |error| Err(error.into()))
}
