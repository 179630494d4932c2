//! A worker's time-limited right to a piece of work, with a fencing number that rises at each claim. A worker that was
//! away too long holds an old number and its writes are refused.

use jiff::{SignedDuration, Timestamp};

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::cells::micros;
use crate::entity::lease as table;
use crate::{Error, Result, Store, Tx};

/// A lease held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for, e.g. `receive:7`, `send:7`.
    pub name: String,
    /// Who holds it (random per process).
    pub holder: String,
    /// Fencing number.
    pub fence: i64,
}

impl Lease {
    fn lost(&self) -> Error {
        Error::Fenced { name: self.name.clone() }
    }
}

/// The row, if it is still this holder's with this number.
fn held(lease: &Lease) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(table::Column::Name.eq(lease.name.as_str()))
        .add(table::Column::Holder.eq(lease.holder.as_str()))
        .add(table::Column::Fence.eq(lease.fence))
}

impl Store {
    /// Takes the lease if nobody holds it at `now` (or this holder does already). `None` when another holds it.
    /// The number rises with every claim of a lease that was free; a claim by the present holder extends it.
    pub async fn claim(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        ttl: SignedDuration,
    ) -> Result<Option<Lease>> {
        let column = |column| Expr::col((table::Entity, column));
        let alive = column(table::Column::ExpiresAt).gt(micros(now));
        let mine = column(table::Column::Holder).eq(holder);
        let fence = Expr::case(mine.clone().and(alive.clone()), column(table::Column::Fence))
            .finally(column(table::Column::Fence).add(1));
        let conflict = OnConflict::column(table::Column::Name)
            .update_columns([table::Column::Holder, table::Column::ExpiresAt])
            .value(table::Column::Fence, fence)
            .action_and_where(mine.or(alive.not()))
            .to_owned();
        let claim = Query::insert()
            .into_table(table::Entity)
            .columns([
                table::Column::Name,
                table::Column::Holder,
                table::Column::Fence,
                table::Column::ExpiresAt,
            ])
            .values_panic([name.into(), holder.into(), 1_i64.into(), micros(now + ttl).into()])
            .on_conflict(conflict)
            .returning_col(table::Column::Fence)
            .to_owned();
        let Some(row) = self.writer().query_one(&claim).await? else { return Ok(None) };
        let fence = row.try_get("", "fence")?;
        Ok(Some(Lease { name: name.to_owned(), holder: holder.to_owned(), fence }))
    }

    /// Extends; [`crate::Error::Fenced`] when it was lost.
    pub async fn renew(&self, lease: &Lease, now: Timestamp, ttl: SignedDuration) -> Result<()> {
        let renewed = table::Entity::update_many()
            .col_expr(table::Column::ExpiresAt, Expr::value(micros(now + ttl)))
            .filter(held(lease))
            .exec(self.writer())
            .await?;
        if renewed.rows_affected == 1 { Ok(()) } else { Err(lease.lost()) }
    }

    /// Gives it back at once.
    pub async fn release(&self, lease: &Lease) -> Result<()> {
        table::Entity::update_many()
            .col_expr(table::Column::Holder, Expr::value(""))
            .col_expr(table::Column::ExpiresAt, Expr::value(0_i64))
            .filter(held(lease))
            .exec(self.writer())
            .await?;
        Ok(())
    }
}

/// The right of this process to be the only one that works on the database; ends with the process, however that ends.
pub struct Alone(
    #[expect(dead_code, reason = "held, not read: the lock ends when the file is closed")] std::fs::File,
);

impl Store {
    /// Makes sure that no other process works on this database (SQLite): `None` when one does, or when the database is not
    /// a file of this machine. The kernel takes the lock back when the process dies, also by `kill -9`, so a lock that can be had
    /// proves that whoever held leases before is dead.
    pub fn alone(&self) -> Result<Option<Alone>> {
        if !self.shared.database.is_sqlite() {
            return Ok(None);
        }
        let path = self.shared.data_dir.join("worker.lock");
        let failed = |source| Error::File { path: path.display().to_string(), source };
        let file =
            std::fs::File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Alone(file))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Frees all leases of others: their holders are dead, as [`Alone`] proves. Their fencing numbers stay: should somebody
    /// hold one all the same (a disk shared over a network that keeps no locks), its writes are refused after the next claim.
    pub async fn free_leases_of_the_dead(&self, _proof: &Alone, holder: &str) -> Result<u64> {
        let freed = table::Entity::update_many()
            .col_expr(table::Column::Holder, Expr::value(""))
            .col_expr(table::Column::ExpiresAt, Expr::value(0_i64))
            .filter(table::Column::Holder.ne(holder))
            .filter(table::Column::ExpiresAt.gt(0_i64))
            .exec(self.writer())
            .await?;
        Ok(freed.rows_affected)
    }
}

impl Tx {
    /// Refuses ([`crate::Error::Fenced`]) unless the lease is still this holder's with this number. On PostgreSQL the row is
    /// locked until the transaction ends.
    pub async fn check(&self, lease: &Lease) -> Result<()> {
        let found = table::Entity::find().filter(held(lease)).lock_exclusive().one(&self.db).await?;
        found.map(|_| ()).ok_or_else(|| lease.lost())
    }
}
