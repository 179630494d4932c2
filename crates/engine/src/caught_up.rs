//! After a reconnection: when what had waited is in and out, a line says how much it was.

use jiff::{SignedDuration, Timestamp};
use store::{Connection, Happening};

use crate::{Actor, Engine, Result};

/// A mail that will not go out does not keep the line back for longer.
const WAIT_FOR_SENDING: SignedDuration = SignedDuration::from_mins(10);
/// How long the line stands on the list of addresses.
const SHOWN: SignedDuration = SignedDuration::from_hours(1);

/// What had waited, and is in and out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUpView {
    /// The address.
    pub address: String,
    /// Since when.
    pub at: Timestamp,
    /// Mails that had arrived meanwhile.
    pub came_in: u64,
    /// Mails that had waited to be sent.
    pub went_out: u64,
}

/// To be called after a success in a mailbox that catches up: looks whether it has, and notes it once.
pub(crate) async fn look(engine: &Engine, address: &str, connection: &Connection) -> Result<()> {
    let Some(since) = connection.catching_up_since else { return Ok(()) };
    // Before a reading has been completed nobody knows what had arrived.
    if connection.last_read_at.is_none_or(|read| read < since) {
        return Ok(());
    }
    let store = &engine.inner.store;
    let backlog = store.backlog(connection.id, since).await?;
    let waited = engine.now().duration_since(since);
    if backlog.still_in > 0 || backlog.still_out > 0 && waited < WAIT_FOR_SENDING {
        return Ok(());
    }
    let tx = store.begin(engine.now()).await?;
    if tx.note_caught_up(connection.id, address, backlog).await? {
        tx.commit().await?;
    }
    Ok(())
}

impl Engine {
    /// Mailboxes that caught up in the last hour, newest first. Admins.
    pub async fn caught_up(&self, actor: &Actor) -> Result<Vec<CaughtUpView>> {
        actor.must_be_admin()?;
        let events = self.inner.store.caught_up_since(self.now() - SHOWN).await?;
        let views = events.into_iter().filter_map(|event| match event.happening {
            Happening::CaughtUp { came_in, went_out } => {
                Some(CaughtUpView { address: event.address, at: event.at, came_in, went_out })
            }
            _ => None,
        });
        Ok(views.collect())
    }
}
