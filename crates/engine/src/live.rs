//! Live changes for open pages.

use crate::Engine;

/// Changes as they are committed, by any process.
pub struct Changes {}

impl Changes {
    /// The next change's topic (`ticket:7`); `None` when the engine stops. After a lag `"*"` says that anything may have changed.
    pub async fn next(&mut self) -> Option<String> {
        todo!()
    }
}

/// Tails the change table once for the whole process and hands it to all pages.
pub(crate) struct Feed {}

impl Engine {
    /// Listens from now on.
    pub fn changes(&self) -> Changes {
        todo!()
    }
}
