//! The loops: read, send, tidy. Each finds work through tables, takes a lease, works, gives it back.

use tokio_util::sync::CancellationToken;

use crate::{Engine, Result};

impl Engine {
    /// Runs all loops until `stop` is cancelled, then finishes what is in hand (at most a few seconds) and returns.
    pub async fn run(&self, stop: CancellationToken) -> Result<()> {
        let _ = stop;
        todo!()
    }
}
