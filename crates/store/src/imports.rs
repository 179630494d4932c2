//! Runs of "make tickets of the newest 300".

use desk::{ConnectionId, ImportId};
use jiff::Timestamp;

use crate::{Lease, Result, Store, Tx};

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRun {
    /// Id.
    pub id: ImportId,
    /// Mailbox.
    pub connection: ConnectionId,
    /// How many were asked for.
    pub wanted: u32,
    /// How many were found, once listed.
    pub found: Option<u32>,
    /// How many of these have an outcome.
    pub done: u32,
    /// Started.
    pub created_at: Timestamp,
    /// All done.
    pub finished_at: Option<Timestamp>,
}

impl Store {
    /// One run with its progress.
    pub async fn import(&self, id: ImportId) -> Result<ImportRun> {
        let _ = id;
        todo!()
    }

    /// Runs that are not finished, and those finished after `since`; newest first.
    pub async fn imports(&self, since: Timestamp) -> Result<Vec<ImportRun>> {
        let _ = since;
        todo!()
    }

    /// The unfinished run of a mailbox, if any.
    pub async fn open_import(&self, connection: ConnectionId) -> Result<Option<ImportRun>> {
        let _ = connection;
        todo!()
    }
}

impl Tx {
    /// Notes that the list is complete (its messages were `see`n in the same transaction).
    pub async fn import_listed(&self, lease: &Lease, id: ImportId, found: u32) -> Result<()> {
        let _ = (lease, id, found);
        todo!()
    }

    /// Finishes a run all of whose messages have an outcome; false when some have not.
    pub async fn finish_import(&self, id: ImportId) -> Result<bool> {
        let _ = id;
        todo!()
    }
}
