//! Duplicates that were none: the old row keeps its outcome and names the row by which the mail was taken in after all.

use desk::decide::OutcomeKind;
use desk::{LedgerId, TicketId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::read::{missing, read};
use super::{LedgerRow, SeenBy};
use crate::cells::{json, micros};
use crate::entity::ledger as table;
use crate::{Result, Store, Tx};

/// Copies shown at a ticket.
const COPIES: u64 = 100;

impl Tx {
    /// A new row for the bytes of an old one. It belongs to no mailbox: nothing is to be marked there a second time.
    pub async fn see_again(&self, old: &LedgerRow) -> Result<LedgerId> {
        let row = table::ActiveModel {
            connection_id: Set(None),
            address: Set(old.address.clone()),
            item: Set(format!("{}#again-{}", old.item, old.id)),
            seen_by: Set(old.seen_by.word().to_owned()),
            import_id: Set(match old.seen_by {
                SeenBy::Import(run) => Some(run.0),
                _ => None,
            }),
            seen_at: Set(micros(self.now)),
            received_at: Set(old.received_at.map(micros)),
            categories: Set(json::<[String]>(&[])),
            blob: Set(old.blob.as_ref().map(|blob| blob.0.clone())),
            form: Set(old.form.map(|form| form.word().to_owned())),
            sender: Set(old.sender.clone()),
            subject: Set(old.subject.clone()),
            attempts: Set(0),
            retry_at: Set(0),
            acknowledge_at: Set(0),
            ..Default::default()
        };
        Ok(LedgerId(table::Entity::insert(row).exec(&self.db).await?.last_insert_id))
    }

    /// Notes at a duplicate's row by which row its mail was taken in after all. False when that was noted before, or the row is
    /// no duplicate's: then nothing was changed.
    pub async fn note_taken_again(&self, old: LedgerId, new: LedgerId) -> Result<bool> {
        let noted = table::Entity::update_many()
            .col_expr(table::Column::TakenAgainId, Expr::value(new.0))
            .filter(table::Column::Id.eq(old.0))
            .filter(table::Column::Outcome.eq(OutcomeKind::Duplicate.as_str()))
            .filter(table::Column::TakenAgainId.is_null())
            .exec(&self.db)
            .await?;
        if noted.rows_affected == 1 {
            return Ok(true);
        }
        let known = table::Entity::find_by_id(old.0).one(&self.db).await?;
        known.map(|_| false).ok_or_else(|| missing(old))
    }
}

impl Store {
    /// Copies of a ticket's mails that came by other ways or to other addresses, oldest first.
    pub async fn copies(&self, tickets: &[TicketId]) -> Result<Vec<LedgerRow>> {
        let rows = table::Entity::find()
            .filter(table::Column::TicketId.is_in(tickets.iter().map(|id| id.0)))
            .filter(table::Column::Outcome.eq(OutcomeKind::Duplicate.as_str()))
            .order_by_asc(table::Column::Id)
            .limit(COPIES)
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }
}
