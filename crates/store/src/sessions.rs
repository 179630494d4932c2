//! Browser sessions, for tower-sessions in the web face.

use jiff::Timestamp;

use crate::{Result, Store};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Hash of the session id; the id itself is only in the cookie.
    pub id: String,
    /// JSON.
    pub data: String,
    /// End.
    pub expires_at: Timestamp,
}

impl Store {
    /// Loads one that has not expired at `now`.
    pub async fn session(&self, id: &str, now: Timestamp) -> Result<Option<SessionRow>> {
        let _ = (id, now);
        todo!()
    }

    /// Inserts; false when the id is taken.
    pub async fn create_session(&self, row: &SessionRow) -> Result<bool> {
        let _ = row;
        todo!()
    }

    /// Inserts or replaces.
    pub async fn save_session(&self, row: &SessionRow) -> Result<()> {
        let _ = row;
        todo!()
    }

    /// Deletes.
    pub async fn delete_session(&self, id: &str) -> Result<()> {
        let _ = id;
        todo!()
    }

    /// Deletes what has expired.
    pub async fn prune_sessions(&self, now: Timestamp) -> Result<u64> {
        let _ = now;
        todo!()
    }
}
