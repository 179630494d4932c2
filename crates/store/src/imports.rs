//! Imports of old mail from a mailbox: what was asked for, how far it is, pausing; [`undo`] takes one back, [`preview`]
//! counts beforehand what one would do.

mod preview;
mod undo;

pub use preview::{Example, Forecast, Foreseen, NewPreview, Preview, PreviewOf};
pub use undo::{REASON_UNDONE, Undone};

use desk::decide::OutcomeKind;
use desk::{ConnectionId, ImportId, PersonId};
use jiff::Timestamp;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::{Row, count, micros, small};
use crate::entity::{import_run as table, ledger, support_address};
use crate::{Error, Happening, Lease, Result, Store, Topic, Tx};

/// Which old mail is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// The newest so many.
    Newest(u32),
    /// What was received in this time.
    Between {
        /// From, included.
        since: Timestamp,
        /// Until, not included.
        until: Timestamp,
    },
}

impl Wanted {
    /// As stored: number, since, until. A range has the number 0.
    pub(crate) fn cells(self) -> (i32, Option<i64>, Option<i64>) {
        match self {
            Self::Newest(count) => (small(count), None, None),
            Self::Between { since, until } => (0, Some(micros(since)), Some(micros(until))),
        }
    }

    pub(crate) fn read(at: Row, wanted: i32, since: Option<i64>, until: Option<i64>) -> Result<Self> {
        match (at.maybe_time("since", since)?, at.maybe_time("until", until)?) {
            (Some(since), Some(until)) => Ok(Self::Between { since, until }),
            _ => Ok(Self::Newest(wanted.unsigned_abs())),
        }
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRun {
    /// Id.
    pub id: ImportId,
    /// Mailbox.
    pub connection: ConnectionId,
    /// What was asked for.
    pub wanted: Wanted,
    /// How many were found, once listed.
    pub found: Option<u32>,
    /// How many of these have an outcome.
    pub done: u32,
    /// Started.
    pub created_at: Timestamp,
    /// All done.
    pub finished_at: Option<Timestamp>,
    /// Rests since.
    pub paused_at: Option<Timestamp>,
    /// Whether it was taken back.
    pub undone: Undone,
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

    /// The runs of a mailbox, newest first.
    pub async fn imports_of(&self, connection: ConnectionId, limit: u32) -> Result<Vec<ImportRun>> {
        let rows = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .order_by_desc(table::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
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

    /// Whether a run rests, or is over: then no message of it may be taken in.
    pub async fn import_rests(&self, id: ImportId) -> Result<bool> {
        let row = table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?;
        Ok(row.paused_at.is_some() || row.undone.is_some())
    }

    /// What became of the messages of a run so far.
    pub async fn import_outcomes(&self, id: ImportId) -> Result<Vec<(OutcomeKind, u64)>> {
        let rows: Vec<(String, i64)> = messages(id.0, true)
            .select_only()
            .column(ledger::Column::Outcome)
            .column_as(ledger::Column::Id.count(), "rows")
            .group_by(ledger::Column::Outcome)
            .into_tuple()
            .all(self.reader())
            .await?;
        let at = Row { table: "ledger", id: 0 };
        let mut outcomes = Vec::with_capacity(rows.len());
        for (word, rows) in rows {
            outcomes.push((at.word("outcome", OutcomeKind::parse(&word))?, count(rows)));
        }
        outcomes.sort();
        Ok(outcomes)
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
            wanted: Wanted::read(at, row.wanted, row.since, row.until)?,
            found: row.found.map(i32::unsigned_abs),
            done: u32::try_from(count(done)).unwrap_or(u32::MAX),
            created_at: at.time("created_at", row.created_at)?,
            finished_at: at.maybe_time("finished_at", row.finished_at)?,
            paused_at: at.maybe_time("paused_at", row.paused_at)?,
            undone: undo::read(at, &row)?,
        })
    }
}

impl Tx {
    /// Starts an import. [`Error::Exists`] when one of this mailbox is not finished, or is being taken back.
    pub async fn start_import(
        &self,
        connection: ConnectionId,
        wanted: Wanted,
        actor: Option<PersonId>,
    ) -> Result<ImportId> {
        // Of two who want one at this moment, one waits here for the other.
        self.lock_connection(connection).await?;
        let under_way = Condition::any().add(table::Column::FinishedAt.is_null()).add(
            Condition::all().add(table::Column::Undone.is_not_null()).add(table::Column::UndoneAt.is_null()),
        );
        let open = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .filter(under_way)
            .one(&self.db)
            .await?;
        if open.is_some() {
            return Err(Error::Exists { what: "import" });
        }
        let (number, since, until) = wanted.cells();
        let row = table::ActiveModel {
            connection_id: Set(connection.0),
            wanted: Set(number),
            since: Set(since),
            until: Set(until),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        let id = ImportId(table::Entity::insert(row).exec(&self.db).await?.last_insert_id);
        self.import_event(connection, "started", 0, actor).await?;
        Ok(id)
    }

    async fn import_event(
        &self,
        connection: ConnectionId,
        what: &str,
        mails: u64,
        actor: Option<PersonId>,
    ) -> Result<()> {
        let of = support_address::Column::ConnectionId.eq(connection.0);
        let address = support_address::Entity::find().filter(of).one(&self.db).await?;
        let address = address.map(|row| row.address).unwrap_or_default();
        let event = Happening::Import { what: what.to_owned(), mails };
        self.note_event(Some(connection), &address, &event, actor).await
    }

    async fn lock_import(&self, id: ImportId) -> Result<table::Model> {
        let found = table::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        found.ok_or_else(|| missing(id))
    }

    /// Lets a run rest, or go on. Live mail is not concerned. False when that changes nothing.
    pub async fn pause_import(&self, id: ImportId, pause: bool, actor: Option<PersonId>) -> Result<bool> {
        let row = self.lock_import(id).await?;
        if row.finished_at.is_some() || row.paused_at.is_some() == pause {
            return Ok(false);
        }
        let at = pause.then(|| micros(self.now));
        table::Entity::update_many()
            .col_expr(table::Column::PausedAt, Expr::value(at))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        let done = messages(id.0, true).count(&self.db).await?;
        let what = if pause { "paused" } else { "resumed" };
        self.import_event(ConnectionId(row.connection_id), what, done, actor).await?;
        self.announce(Topic::Import(id));
        Ok(true)
    }

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
            .col_expr(table::Column::PausedAt, Expr::value(None::<i64>))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::Found.is_not_null())
            .filter(table::Column::FinishedAt.is_null())
            .exec(&self.db)
            .await?;
        let row = table::Entity::find_by_id(id.0).one(&self.db).await?.ok_or_else(|| missing(id))?;
        if finished.rows_affected > 0 {
            let mails = u64::from(row.found.unwrap_or(0).unsigned_abs());
            self.import_event(ConnectionId(row.connection_id), "finished", mails, None).await?;
            self.announce(Topic::Import(id));
            return Ok(true);
        }
        Ok(row.finished_at.is_some())
    }
}
