//! The one way out: draft, send, confirm.

use desk::ConnectionId;

use crate::{Engine, Result};

/// Sends what is due in a mailbox, under the lease `send:{connection}`; returns when nothing is due soon.
pub(crate) async fn work(engine: &Engine, connection: ConnectionId) -> Result<()> {
    let _ = (engine, connection);
    todo!()
}
