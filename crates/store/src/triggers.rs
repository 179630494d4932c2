//! Triggers as stored.

use desk::trigger::Trigger;

use crate::{Result, Store, Tx};

impl Store {
    /// Active triggers in order. Cached; a change of any trigger in this process is seen at once, in another within seconds.
    pub async fn active_triggers(&self) -> Result<std::sync::Arc<Vec<Trigger>>> {
        todo!()
    }
}

impl Tx {
    /// Stores these when there are no triggers at all.
    pub async fn seed_triggers(&self, triggers: &[Trigger]) -> Result<()> {
        let _ = triggers;
        todo!()
    }
}
