//! Old mail becomes tickets: the newest 300 of a mailbox, and files from disk. Nothing is ever sent for it.

use desk::TicketId;
use desk::decide::OutcomeKind;

use crate::{Engine, Result};

/// Takes in mails from files for one support address, as `postdesk import` does. Reads and journals several mails at
/// once, decides them one after another.
pub struct FileImport {}

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

impl Engine {
    /// Prepares an import of files for the support address `address` (which must exist, or `create_without_mailbox` makes
    /// tickets of the account's only brand without an address).
    pub async fn file_import(&self, address: &str) -> Result<FileImport> {
        let _ = address;
        todo!()
    }
}

impl FileImport {
    /// Takes in a batch, in order; answers in the same order. A batch of a few hundred is quickest.
    pub async fn take(&self, batch: Vec<(String, Vec<u8>)>) -> Result<Vec<FileOutcome>> {
        let _ = batch;
        todo!()
    }
}
