//! Old mail becomes tickets: files from disk. Nothing is ever sent for it. (The newest 300 of a mailbox are listed by
//! `receive` and then go the way of all mail.)

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use desk::decide::OutcomeKind;
use desk::{LedgerId, TicketId};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mail::{Address, Letter};
use store::{Form, LedgerRow, NewAttachment, Seen, SeenBy, Tx};

use crate::context::{self, Place};
use crate::intake::{self, Arrived, Original};
use crate::{Engine, Error, Result};

/// Blobs written at once.
const WRITES: usize = 16;
/// Mails decided in one transaction: a commit for each would cost more than all the rest.
const TOGETHER: usize = 64;

/// Takes in mails from files for one support address, as `postdesk import` does. Reads and journals several mails at
/// once, decides them one after another.
pub struct FileImport {
    engine: Engine,
    place: Place,
}

/// What became of one file.
#[derive(Debug, Clone)]
pub struct FileOutcome {
    /// Name given by the caller.
    pub name: String,
    /// Outcome.
    pub outcome: OutcomeKind,
    /// Reason.
    pub reason: String,
    /// Ticket.
    pub ticket: Option<TicketId>,
}

/// A mail of the batch, read and stored.
struct Ready {
    item: String,
    original: Original,
    letter: Letter,
    files: Vec<NewAttachment>,
}

impl Engine {
    /// Prepares an import of files for the support address `address`. An account that has no support address yet may
    /// import too: its tickets then have none and belong to the oldest brand. Any other address is refused: the tickets
    /// could not be answered.
    pub async fn file_import(&self, address: &str) -> Result<FileImport> {
        let store = &self.inner.store;
        let unknown = Error::Invalid { field: "address", problem: "unknown-address" };
        let Some(address) = Address::parse(address) else { return Err(unknown) };
        let all = store.support_addresses().await?;
        let place = match all.iter().find(|known| known.address == address) {
            Some(known) => Place::of(known, store.own_addresses().await?),
            None if all.is_empty() => Place {
                address: None,
                brand: store.brands().await?.first().ok_or(Error::NotFound)?.id,
                name: address.to_string(),
                // It will be a support address one day: it must not become a person's now.
                ours: Arc::new(HashSet::from([address])),
            },
            None => return Err(unknown),
        };
        Ok(FileImport { engine: self.clone(), place })
    }
}

impl FileImport {
    /// Takes in a batch, in order; answers in the same order. Large batches are quickest. After an error the batch may
    /// be given again: what was taken in of it is known by its content.
    pub async fn take(&self, batch: Vec<(String, Vec<u8>)>) -> Result<Vec<FileOutcome>> {
        let (names, contents): (Vec<String>, Vec<Vec<u8>>) = batch.into_iter().unzip();
        let mut contents = contents.into_iter().map(Bytes::from);
        let mut next = || contents.by_ref().take(TOGETHER).collect::<Vec<_>>();
        let mut outcomes = Vec::with_capacity(names.len());
        let mut ready = self.ready(next()).await?;
        while !ready.is_empty() {
            // While some are decided, the next are read and stored.
            let (decided, following) = tokio::join!(self.decide_all(&ready), self.ready(next()));
            outcomes.extend(decided?);
            ready = following?;
        }
        Ok(names.into_iter().zip(outcomes).map(|(name, outcome)| FileOutcome { name, ..outcome }).collect())
    }

    /// In one transaction, all or nothing.
    async fn decide_all(&self, ready: &[Ready]) -> Result<Vec<FileOutcome>> {
        match self.decide(ready).await {
            // Another process was quicker with one of them: each mail for itself, so that only that one is decided anew.
            Err(Error::Store(store::Error::Exists { .. })) => self.decide_singly(ready).await,
            decided => decided,
        }
    }

    /// Reads on all cores and stores raw mails and files. The disk is not waited for: the files are still at hand.
    async fn ready(&self, contents: Vec<Bytes>) -> Result<Vec<Ready>> {
        let letters = read_all(&contents).await;
        let store = &self.engine.inner.store;
        stream::iter(contents.into_iter().zip(letters))
            .map(|(bytes, mut letter)| async move {
                let size = bytes.len() as u64;
                let blob = store.blobs().put_lazy(bytes).await?;
                let files = intake::store_files(store, &mut letter, true).await?;
                let item = format!("file:{}", blob.0);
                Ok::<_, Error>(Ready {
                    item,
                    original: Original { blob, form: Form::Mime, size },
                    letter,
                    files,
                })
            })
            .buffered(WRITES)
            .try_collect()
            .await
    }

    async fn decide(&self, ready: &[Ready]) -> Result<Vec<FileOutcome>> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        // All at once: two imports that lock mail by mail could wait for each other.
        let identities: Vec<String> =
            ready.iter().flat_map(|mail| context::identities(&mail.letter)).collect();
        tx.lock_identities(&identities).await?;
        let items: Vec<Seen> = ready.iter().map(|mail| seen(&mail.item)).collect();
        let mut unique = HashSet::new();
        let distinct: Vec<Seen> = items.into_iter().filter(|seen| unique.insert(seen.item.clone())).collect();
        let fresh = tx.see(None, &self.place.name, &distinct, SeenBy::File).await?;
        let mut rows = self.rows(&tx, distinct, fresh).await?;
        let mut outcomes = Vec::with_capacity(ready.len());
        for mail in ready {
            outcomes.push(match rows.remove(&mail.item) {
                Some(Row::Fresh(id)) => self.decide_one(&tx, id, mail).await?,
                Some(Row::Known(row)) => known(&row),
                // The same file twice in one batch.
                None => again(),
            });
        }
        tx.commit().await?;
        Ok(outcomes)
    }

    /// Which rows are new, and what became of the others. Most batches are all new.
    async fn rows(&self, tx: &Tx, items: Vec<Seen>, fresh: Vec<LedgerId>) -> Result<HashMap<String, Row>> {
        let items = items.into_iter().map(|seen| seen.item);
        if items.len() == fresh.len() {
            return Ok(items.zip(fresh.into_iter().map(Row::Fresh)).collect());
        }
        let mut rows = HashMap::new();
        for item in items {
            if let Some(row) = tx.ledger_row_of_item(&self.place.name, &item).await? {
                let row = if row.outcome.is_some() { Row::Known(Box::new(row)) } else { Row::Fresh(row.id) };
                rows.insert(item, row);
            }
        }
        Ok(rows)
    }

    async fn decide_one(&self, tx: &Tx, id: LedgerId, mail: &Ready) -> Result<FileOutcome> {
        let original = &mail.original;
        tx.journal(id, &original.blob, original.form, original.size).await?;
        let arrived = Arrived {
            id,
            seen_by: SeenBy::File,
            received_at: None,
            original: original.clone(),
            letter: mail.letter.clone(),
            files: mail.files.clone(),
            no_duplicate: None,
        };
        let settled = intake::settle(&self.engine, tx, &self.place, &arrived).await?;
        Ok(settled.map_or_else(again, |settlement| FileOutcome {
            name: String::new(),
            outcome: settlement.outcome,
            reason: settlement.reason,
            ticket: settlement.ticket,
        }))
    }

    async fn decide_singly(&self, ready: &[Ready]) -> Result<Vec<FileOutcome>> {
        let mut outcomes = Vec::with_capacity(ready.len());
        for mail in ready {
            let mail = std::slice::from_ref(mail);
            let outcome = match self.decide(mail).await {
                Err(Error::Store(store::Error::Exists { .. })) => self.decide(mail).await?,
                other => other?,
            };
            outcomes.extend(outcome);
        }
        Ok(outcomes)
    }
}

enum Row {
    Fresh(LedgerId),
    Known(Box<LedgerRow>),
}

fn seen(item: &str) -> Seen {
    Seen { item: item.to_owned(), received_at: None, categories: Vec::new(), etag: None }
}

/// A file that was taken in by an earlier run.
fn known(row: &LedgerRow) -> FileOutcome {
    FileOutcome {
        name: String::new(),
        outcome: row.outcome.unwrap_or(OutcomeKind::Duplicate),
        reason: row.reason.clone().unwrap_or_default(),
        ticket: row.ticket,
    }
}

fn again() -> FileOutcome {
    FileOutcome {
        name: String::new(),
        outcome: OutcomeKind::Duplicate,
        reason: "same file seen before".to_owned(),
        ticket: None,
    }
}

/// Reads on all cores, in order.
async fn read_all(contents: &[Bytes]) -> Vec<Letter> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = contents.len().div_ceil(cores).max(1);
    let tasks: Vec<_> = contents
        .chunks(share)
        .map(|share| {
            let share = share.to_vec();
            let sizes: Vec<u64> = share.iter().map(|bytes| bytes.len() as u64).collect();
            (
                tokio::task::spawn_blocking(move || {
                    share.iter().map(|raw| mail::read(raw)).collect::<Vec<_>>()
                }),
                sizes,
            )
        })
        .collect();
    let mut letters = Vec::with_capacity(contents.len());
    for (task, sizes) in tasks {
        match task.await {
            Ok(read) => letters.extend(read),
            Err(error) => {
                tracing::error!(%error, "reading a mail failed");
                letters.extend(sizes.into_iter().map(intake::unread));
            }
        }
    }
    letters
}
