//! Runs of "make tickets of the newest 300".

use desk::{ConnectionId, ImportId};
use jiff::Timestamp;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::cells::{Row, count, micros, small};
use crate::entity::{import_run as table, ledger};
use crate::{Error, Lease, Result, Store, Topic, Tx};

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRun {
    /// Id.
    pub id: ImportId,
    /// Mailbox.
    pub connection: ConnectionId,
    /// How many were asked for.
    pub wanted: u32,
    /// How many were found, once listed.
    pub found: Option<u32>,
    /// How many of these have an outcome.
    pub done: u32,
    /// Started.
    pub created_at: Timestamp,
    /// All done.
    pub finished_at: Option<Timestamp>,
}

fn missing(id: ImportId) -> Error {
    Error::NotFound { what: "import", id: id.to_string() }
}

/// The run's messages that have no outcome (or, with `settled`, that have one).
fn messages(id: i64, settled: bool) -> sea_orm::Select<ledger::Entity> {
    let outcome =
        if settled { ledger::Column::Outcome.is_not_null() } else { ledger::Column::Outcome.is_null() };
    ledger::Entity::find().filter(ledger::Column::ImportId.eq(id)).filter(outcome)
}

impl Store {
    /// One run with its progress.
    pub async fn import(&self, id: ImportId) -> Result<ImportRun> {
        let row = table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?;
        self.with_progress(row).await
    }

    /// Runs that are not finished, and those finished after `since`; newest first.
    pub async fn imports(&self, since: Timestamp) -> Result<Vec<ImportRun>> {
        let rows = table::Entity::find()
            .filter(
                Condition::any()
                    .add(table::Column::FinishedAt.is_null())
                    .add(table::Column::FinishedAt.gt(micros(since))),
            )
            .order_by_desc(table::Column::Id)
            .all(self.reader())
            .await?;
        // A handful at most: one run a mailbox.
        let mut runs = Vec::with_capacity(rows.len());
        for row in rows {
            runs.push(self.with_progress(row).await?);
        }
        Ok(runs)
    }

    /// The unfinished run of a mailbox, if any.
    pub async fn open_import(&self, connection: ConnectionId) -> Result<Option<ImportRun>> {
        let found = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .filter(table::Column::FinishedAt.is_null())
            .order_by_asc(table::Column::Id)
            .one(self.reader())
            .await?;
        match found {
            Some(row) => Ok(Some(self.with_progress(row).await?)),
            None => Ok(None),
        }
    }

    /// A message that was known before the run counts as done from the start: it will not be taken in again.
    async fn with_progress(&self, row: table::Model) -> Result<ImportRun> {
        let at = Row { table: "import_run", id: row.id };
        let done = match (row.found, row.finished_at) {
            (Some(found), Some(_)) => i64::from(found),
            (Some(found), None) => {
                let waiting = messages(row.id, false).count(self.reader()).await?;
                i64::from(found) - i64::try_from(waiting).unwrap_or(i64::MAX)
            }
            (None, _) => {
                i64::try_from(messages(row.id, true).count(self.reader()).await?).unwrap_or(i64::MAX)
            }
        };
        Ok(ImportRun {
            id: ImportId(row.id),
            connection: ConnectionId(row.connection_id),
            wanted: row.wanted.unsigned_abs(),
            found: row.found.map(i32::unsigned_abs),
            done: u32::try_from(count(done)).unwrap_or(u32::MAX),
            created_at: at.time("created_at", row.created_at)?,
            finished_at: at.maybe_time("finished_at", row.finished_at)?,
        })
    }
}

impl Tx {
    /// Notes that the list is complete (its messages were `see`n in the same transaction).
    pub async fn import_listed(&self, lease: &Lease, id: ImportId, found: u32) -> Result<()> {
        self.check(lease).await?;
        let listed = table::Entity::update_many()
            .col_expr(table::Column::Found, Expr::value(small(found)))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if listed.rows_affected == 0 {
            return Err(missing(id));
        }
        self.announce(Topic::Import(id));
        Ok(())
    }

    /// Finishes a run all of whose messages have an outcome; false when some have not (or the list is not complete yet).
    pub async fn finish_import(&self, id: ImportId) -> Result<bool> {
        if messages(id.0, false).count(&self.db).await? > 0 {
            return Ok(false);
        }
        let finished = table::Entity::update_many()
            .col_expr(table::Column::FinishedAt, Expr::value(micros(self.now)))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::Found.is_not_null())
            .filter(table::Column::FinishedAt.is_null())
            .exec(&self.db)
            .await?;
        if finished.rows_affected > 0 {
            self.announce(Topic::Import(id));
            return Ok(true);
        }
        let row = table::Entity::find_by_id(id.0).one(&self.db).await?.ok_or_else(|| missing(id))?;
        Ok(row.finished_at.is_some())
    }
}
