//! Mail that lets somebody in: finding what waits, and taking it to another connection before anything may have left.

use desk::{AddressId, ConnectionId, OutboxId};
use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::read::read;
use super::{OutboxRow, Purpose, Step};
use crate::cells::micros;
use crate::entity::outbox as table;
use crate::{Lease, Result, Store, Tx};

/// The steps in which certainly nothing has left: no more than a draft was asked for.
const NOTHING_LEFT: [&str; 3] = [Step::Queued.as_str(), Step::Drafting.as_str(), Step::Drafted.as_str()];

fn waiting() -> Condition {
    Condition::all()
        .add(table::Column::Purpose.eq(Purpose::Account.as_str()))
        .add(table::Column::Step.is_in(NOTHING_LEFT))
}

impl Store {
    /// Account mail of which nothing has left yet, oldest first.
    pub async fn account_mail_waiting(&self, limit: u64) -> Result<Vec<OutboxRow>> {
        let rows = table::Entity::find()
            .filter(waiting())
            .order_by_asc(table::Column::Id)
            .limit(limit)
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Rows by id; unknown ids are left out.
    pub async fn outbox_rows(&self, ids: &[OutboxId]) -> Result<Vec<OutboxRow>> {
        let rows = table::Entity::find()
            .filter(table::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Empties what account mails said once nothing more is done with them: their links are nobody's to read in a copy
    /// of the database. Answers how many.
    pub async fn forget_account_mail(&self) -> Result<u64> {
        let forgotten = table::Entity::update_many()
            .col_expr(table::Column::Text, Expr::value(""))
            .col_expr(table::Column::Html, Expr::value(""))
            .filter(table::Column::Purpose.eq(Purpose::Account.as_str()))
            .filter(table::Column::Step.is_in(Step::FINAL))
            .filter(table::Column::Text.ne(""))
            .exec(self.writer())
            .await?;
        Ok(forgotten.rows_affected)
    }
}

impl Tx {
    /// Takes an account mail from its connection to another, the desk's own or that of an `address`, under the sending lease of the connection that it
    /// leaves: whoever worked on it there is refused from now on. False when something of it may have left already
    /// (then it stays where it is), or when it has gone over before. The draft that may lie in the old mailbox stays there.
    pub async fn reroute(
        &self,
        lease: &Lease,
        id: OutboxId,
        from: ConnectionId,
        to: ConnectionId,
        address: Option<AddressId>,
        because: &str,
    ) -> Result<bool> {
        self.check(lease).await?;
        let change = table::ActiveModel {
            connection_id: Set(to.0),
            address_id: Set(address.map_or(0, |address| address.0)),
            step: Set(Step::Queued.as_str().to_owned()),
            draft: Set(None),
            files_up: Set(0),
            attempts: Set(0),
            sending_at: Set(None),
            due_at: Set(micros(self.now)),
            last_error: Set(Some(because.to_owned())),
            ..Default::default()
        };
        let moved = table::Entity::update_many()
            .set(change)
            .filter(waiting())
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::ConnectionId.eq(from.0))
            .exec(&self.db)
            .await?;
        Ok(moved.rows_affected > 0)
    }

    /// Gives up account mail whose links have died before anything left, under the sending lease. Answers how many.
    pub async fn expire_account_mail(
        &self,
        lease: &Lease,
        of: ConnectionId,
        older_than: Timestamp,
    ) -> Result<u64> {
        self.check(lease).await?;
        let expired = table::Entity::update_many()
            .col_expr(table::Column::Step, Expr::value(Step::Failed.as_str()))
            .col_expr(table::Column::LastError, Expr::value("link_expired"))
            .filter(waiting())
            .filter(table::Column::ConnectionId.eq(of.0))
            .filter(table::Column::CreatedAt.lte(micros(older_than)))
            .exec(&self.db)
            .await?;
        Ok(expired.rows_affected)
    }
}
