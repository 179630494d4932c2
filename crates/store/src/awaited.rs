//! Replies that came before their originals: which Message-IDs they answer, until those come or are given up.

use std::collections::HashSet;

use desk::{CommentId, TicketId};
use jiff::Timestamp;
use mail::MessageId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::{Row, micros};
use crate::entity::{awaited_message as table, comment};
use crate::ledger::identity_of;
use crate::{Result, Store, Tx};

/// Early replies looked at for one original.
const REPLIES: u64 = 20;

/// A comment whose mail answers a mail that has not been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlyReply {
    /// The ticket it is in now.
    pub ticket: TicketId,
    /// The comment.
    pub comment: CommentId,
    /// When it was written.
    pub at: Timestamp,
}

impl Tx {
    /// Notes that a comment's mail answers these mails, none of which has been seen.
    pub async fn await_messages(
        &self,
        comment: CommentId,
        ids: &[MessageId],
        expires_at: Timestamp,
    ) -> Result<()> {
        let mut named = HashSet::new();
        let rows: Vec<_> = ids
            .iter()
            .map(identity_of)
            .filter(|identity| named.insert(identity.clone()))
            .map(|identity| table::ActiveModel {
                identity: Set(identity),
                comment_id: Set(comment.0),
                expires_at: Set(micros(expires_at)),
                ..Default::default()
            })
            .collect();
        if !rows.is_empty() {
            table::Entity::insert_many(rows).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// The comments whose mails answer this identity and came before it, with the tickets they are in; oldest first.
    pub async fn awaiting(&self, identity: &str) -> Result<Vec<EarlyReply>> {
        let rows = table::Entity::find()
            .filter(table::Column::Identity.eq(identity))
            .filter(table::Column::ExpiresAt.gt(micros(self.now)))
            .order_by_asc(table::Column::Id)
            .limit(REPLIES)
            .all(&self.db)
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let comments: Vec<(i64, i64, i64)> = comment::Entity::find()
            .select_only()
            .columns([comment::Column::TicketId, comment::Column::Id, comment::Column::CreatedAt])
            .filter(comment::Column::Id.is_in(rows.into_iter().map(|row| row.comment_id)))
            .order_by_asc(comment::Column::Id)
            .into_tuple()
            .all(&self.db)
            .await?;
        comments
            .into_iter()
            .map(|(ticket, id, at)| {
                let row = Row { table: "comment", id };
                let at = row.time("created_at", at)?;
                Ok(EarlyReply { ticket: TicketId(ticket), comment: CommentId(id), at })
            })
            .collect()
    }

    /// The original is there: nobody waits for it any more.
    pub async fn no_longer_awaited(&self, identity: &str) -> Result<()> {
        table::Entity::delete_many().filter(table::Column::Identity.eq(identity)).exec(&self.db).await?;
        Ok(())
    }
}

impl Store {
    /// Gives up on originals that have not come. Answers how many.
    pub async fn prune_awaited(&self, now: Timestamp) -> Result<u64> {
        let pruned = table::Entity::delete_many().filter(table::Column::ExpiresAt.lte(micros(now)));
        Ok(pruned.exec(self.writer()).await?.rows_affected)
    }
}
