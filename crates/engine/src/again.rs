//! A kept original, taken once more: read by today's reader, placed by today's rules. Nothing here sends anything.
//!
//! * [`letter`], [`read`], [`place`], [`load`]: the journal's bytes as a letter, as the mail that came in, and what the rules are
//!   told of it, as if it had not come in before.
//! * `again/compare.rs`: what differs from what the desk shows.
//! * `again/apply.rs`: making the comment show it. The outcome stays as it is (the ledger's first rule), whatever today's
//!   rules would say.
//!
//! Recovering a suspended mail stands in `suspended.rs` and begins with the same [`read`].

mod apply;
mod compare;

use bytes::Bytes;
use desk::decide::Way;
use mail::{AuthVerdict, Letter};
use store::{Form, LedgerRow, SeenBy, Tx};

pub use compare::{Difference, Field, ReadAgain};

use crate::context::{self, Arrival, Loaded, Place};
use crate::intake::{self, Arrived, Original};
use crate::{Engine, Error, Result};

/// The letter of a row, read by today's reader; `None` where no original is kept.
pub(crate) async fn letter(engine: &Engine, row: &LedgerRow) -> Result<Option<Letter>> {
    Ok(raw(engine, row).await?.map(|(_, letter)| letter))
}

async fn raw(engine: &Engine, row: &LedgerRow) -> Result<Option<(Original, Letter)>> {
    let (Some(blob), Some(form)) = (&row.blob, row.form) else { return Ok(None) };
    let bytes: Bytes = engine.inner.store.blobs().get(blob).await?;
    let original = Original { blob: blob.clone(), form, size: bytes.len() as u64 };
    let size = original.size;
    let mut letter = intake::read(form, bytes).await.unwrap_or_else(|| intake::unread(size));
    if row.seen_by == SeenBy::Smtp {
        // As when it came: only Exchange's own headers are believed.
        letter.auth = AuthVerdict::Unknown;
    }
    Ok(Some((original, letter)))
}

/// The mail of a row as it came in. With `store_files` its files are written, as intake does; else they are only described.
pub(crate) async fn read(engine: &Engine, row: &LedgerRow, store_files: bool) -> Result<Arrived> {
    let (original, mut letter) = raw(engine, row).await?.ok_or(Error::NotFound)?;
    let files = if store_files {
        intake::store_files(&engine.inner.store, &mut letter, false).await?
    } else {
        intake::described_files(&letter)
    };
    Ok(Arrived {
        id: row.id,
        seen_by: row.seen_by,
        received_at: row.received_at,
        original,
        files,
        letter,
        no_duplicate: None,
    })
}

/// Where the mail lay. The address may be gone meanwhile: then its mail belongs to no address, and to the oldest brand.
pub(crate) async fn place(engine: &Engine, row: &LedgerRow) -> Result<Place> {
    let store = &engine.inner.store;
    let ours = store.own_addresses().await?;
    let all = store.support_addresses().await?;
    let found = all
        .iter()
        .find(|address| row.connection == Some(address.connection.id))
        .or_else(|| all.iter().find(|address| address.address.as_str() == row.address));
    Ok(match found {
        Some(address) => Place { name: row.address.clone(), ..Place::of(address, ours) },
        None => Place {
            address: None,
            brand: store.brands().await?.first().ok_or(Error::NotFound)?.id,
            name: row.address.clone(),
            ours,
        },
    })
}

/// By which way it came.
pub(crate) fn way(row: &LedgerRow) -> Way {
    match row.seen_by {
        SeenBy::Delta | SeenBy::Sweep | SeenBy::Smtp => Way::Live,
        SeenBy::Import(_) | SeenBy::File => Way::Import,
    }
}

/// The context as it would be loaded had the mail not come in yet: it is not its own duplicate.
pub(crate) async fn load(
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    row: &LedgerRow,
    letter: &Letter,
    files: Option<Vec<String>>,
) -> Result<Loaded> {
    let arrival = Arrival { way: way(row), received_at: row.received_at, files, no_duplicate: None };
    let mut loaded = context::load(engine, tx, place, letter, arrival).await?;
    let context = &mut loaded.context;
    if context.known.as_ref().is_some_and(|known| known.ledger == Some(row.id)) {
        context.known = None;
    }
    Ok(loaded)
}

/// The name of the original as a download.
pub(crate) fn original_name(form: Option<Form>) -> &'static str {
    if form == Some(Form::GraphJson) { "json" } else { "eml" }
}
