//! A worker's time-limited right to a piece of work, with a fencing number that rises at each claim. A worker that was
//! away too long holds an old number and its writes are refused.

use jiff::{SignedDuration, Timestamp};

use crate::{Result, Store, Tx};

/// A lease held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for, e.g. `receive:7`, `send:7`.
    pub name: String,
    /// Who holds it (random per process).
    pub holder: String,
    /// Fencing number.
    pub fence: i64,
}

impl Store {
    /// Takes the lease if nobody holds it at `now` (or this holder does already). `None` when another holds it.
    pub async fn claim(&self, name: &str, holder: &str, now: Timestamp, ttl: SignedDuration) -> Result<Option<Lease>> {
        let _ = (name, holder, now, ttl);
        todo!()
    }

    /// Extends; [`crate::Error::Fenced`] when it was lost.
    pub async fn renew(&self, lease: &Lease, now: Timestamp, ttl: SignedDuration) -> Result<()> {
        let _ = (lease, now, ttl);
        todo!()
    }

    /// Gives it back at once.
    pub async fn release(&self, lease: &Lease) -> Result<()> {
        let _ = lease;
        todo!()
    }
}

impl Tx {
    /// Refuses ([`crate::Error::Fenced`]) unless the lease is still this holder's with this number. On PostgreSQL the row is
    /// locked until the transaction ends.
    pub async fn check(&self, lease: &Lease) -> Result<()> {
        let _ = lease;
        todo!()
    }
}
