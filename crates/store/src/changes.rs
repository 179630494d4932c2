//! The feed of changes that keeps open pages fresh: rows written in the transaction they speak of.

use crate::{Result, Store, Tx};

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// A ticket (and so the lists).
    Ticket(desk::TicketId),
    /// An import's progress.
    Import(desk::ImportId),
    /// Support addresses and connections.
    Addresses,
}

impl Topic {
    /// `ticket:7`, `import:3`, `addresses`.
    pub fn word(&self) -> String {
        match self {
            Topic::Ticket(id) => format!("ticket:{id}"),
            Topic::Import(id) => format!("import:{id}"),
            Topic::Addresses => "addresses".to_owned(),
        }
    }
}

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Ascending.
    pub id: i64,
    /// [`Topic::word`].
    pub topic: String,
}

impl Tx {
    /// Tells the pages that look at it.
    pub async fn changed(&self, topic: Topic) -> Result<()> {
        let _ = topic;
        todo!()
    }
}

impl Store {
    /// The newest entry's id; 0 when there is none.
    pub async fn last_change(&self) -> Result<i64> {
        todo!()
    }

    /// Entries after `after`, oldest first, at most 500.
    pub async fn changes_after(&self, after: i64) -> Result<Vec<Change>> {
        let _ = after;
        todo!()
    }

    /// Resolves after the next commit of this process (register before looking, so that none is missed).
    pub fn committed(&self) -> tokio::sync::futures::OwnedNotified {
        todo!()
    }

    /// Forgets entries older than `before`.
    pub async fn prune_changes(&self, before: jiff::Timestamp) -> Result<u64> {
        let _ = before;
        todo!()
    }
}
