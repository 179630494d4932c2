//! The feed of changes that keeps open pages fresh: rows written in the transaction they speak of.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::micros;
use crate::entity::change_feed as table;
use crate::{Result, Store, Tx};

/// How long a missing number may still belong to a transaction that is just committing. Numbers are drawn right before
/// the commit, so milliseconds would do.
const SETTLING: SignedDuration = SignedDuration::from_secs(3);

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// A ticket (and so the lists).
    Ticket(desk::TicketId),
    /// An import's progress.
    Import(desk::ImportId),
    /// A preview of an import.
    Preview(desk::PreviewId),
    /// Support addresses and connections.
    Addresses,
    /// Alarms.
    Alarms,
    /// The suspended queue.
    Suspended,
}

impl Topic {
    /// `ticket:7`, `import:3`, `addresses`.
    pub fn word(&self) -> String {
        match self {
            Topic::Ticket(id) => format!("ticket:{id}"),
            Topic::Import(id) => format!("import:{id}"),
            Topic::Preview(id) => format!("preview:{id}"),
            Topic::Addresses => "addresses".to_owned(),
            Topic::Alarms => "alarms".to_owned(),
            Topic::Suspended => "suspended".to_owned(),
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

/// Writes the entries of a transaction, right before it commits. They carry the clock's time, not the transaction's.
pub(crate) async fn write(db: &DatabaseTransaction, topics: &[Topic]) -> Result<()> {
    if topics.is_empty() {
        return Ok(());
    }
    let at = micros(Timestamp::now());
    let rows = topics.iter().map(|topic| table::ActiveModel {
        topic: Set(topic.word()),
        at: Set(at),
        ..Default::default()
    });
    table::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

impl Tx {
    /// Tells the pages that look at it.
    pub async fn changed(&self, topic: Topic) -> Result<()> {
        self.announce(topic);
        Ok(())
    }

    /// [`Tx::changed`] without the ceremony: the entry is written at the commit.
    pub(crate) fn announce(&self, topic: Topic) {
        let topics = &mut self.pending().topics;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
}

impl Store {
    /// The newest entry's id; 0 when there is none.
    pub async fn last_change(&self) -> Result<i64> {
        let newest = table::Entity::find().order_by_desc(table::Column::Id).one(self.reader()).await?;
        Ok(newest.map_or(0, |row| row.id))
    }

    /// Entries after `after`, oldest first, at most 500. Stops before a gap that may still be filled by a transaction
    /// that drew its number earlier and commits later (PostgreSQL), so that following the feed misses nothing.
    pub async fn changes_after(&self, after: i64) -> Result<Vec<Change>> {
        let rows = table::Entity::find()
            .filter(table::Column::Id.gt(after))
            .order_by_asc(table::Column::Id)
            .limit(500)
            .all(self.reader())
            .await?;
        let young = micros(Timestamp::now() - SETTLING);
        let mut expected = after + 1;
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            if row.id != expected && row.at > young {
                break;
            }
            expected = row.id + 1;
            changes.push(Change { id: row.id, topic: row.topic });
        }
        Ok(changes)
    }

    /// Resolves after the next commit of this process (register before looking, so that none is missed).
    pub fn committed(&self) -> tokio::sync::futures::OwnedNotified {
        Arc::clone(&self.shared.committed).notified_owned()
    }

    /// Forgets entries older than `before`.
    pub async fn prune_changes(&self, before: Timestamp) -> Result<u64> {
        let gone = table::Entity::delete_many()
            .filter(table::Column::At.lt(micros(before)))
            .exec(self.writer())
            .await?;
        Ok(gone.rows_affected)
    }
}
