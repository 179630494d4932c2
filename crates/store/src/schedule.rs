//! When which mailbox is read: what the reading loop asks and writes again and again, so that a mailbox in which nothing
//! happens costs next to nothing.

use std::collections::{HashMap, HashSet};

use desk::ConnectionId;
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::{Row, json, micros};
use crate::entity::{connection, cursor, import_run, ledger, subscription};
use crate::{ConnectionState, Cursor, Kind, Result, Store, Tx, Usage};

/// A mailbox whose turn has come, with what tells whether a glance at it is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub connection: ConnectionId,
    /// Since when.
    pub due_at: Timestamp,
    /// Its state: one of the working ones.
    pub state: ConnectionState,
    /// Last successful reading.
    pub last_read_at: Option<Timestamp>,
    /// Where its folders stand, by name.
    pub cursors: HashMap<String, Cursor>,
    /// The desk itself has something to do there: mail without an outcome, marks to be made, an import. An import
    /// that rests is nothing to do.
    pub has_work: bool,
    /// Mail is announced by notifications that can be trusted.
    pub announced: bool,
}

/// A mailbox that was read, and when it is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduled {
    /// Which.
    pub connection: ConnectionId,
    /// When this reading was begun.
    pub begun_at: Timestamp,
    /// When it is read next, unless somebody asked for a reading after this one was begun.
    pub next: Timestamp,
    /// The reading went well.
    pub read: bool,
    /// When it had been read before, where this reading found new mail: was that mail announced meanwhile?
    pub found_since: Option<Timestamp>,
    /// What the mailbox had spent by then.
    pub usage: Option<Usage>,
}

impl Store {
    /// Working mailboxes to be read at `now`, longest waiting first.
    pub async fn due_to_read(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        use connection::Column as C;
        let rows: Vec<(i64, i64, String, Option<i64>)> = connection::Entity::find()
            .select_only()
            .columns([C::Id, C::NextReadAt, C::State, C::LastReadAt])
            .filter(C::Kind.eq(Kind::Exchange.as_str()))
            .filter(C::State.is_in(ConnectionState::WORKING))
            .filter(C::NextReadAt.lte(micros(now)))
            .order_by_asc(C::NextReadAt)
            .order_by_asc(C::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let mut cursors = self.cursors_of(&ids).await?;
        let busy = self.with_work(&ids, now).await?;
        let announced = self.announced_of(&ids, now).await?;
        rows.into_iter()
            .map(|(id, next_read_at, state, last_read_at)| {
                let at = Row { table: "connection", id };
                Ok(Due {
                    connection: ConnectionId(id),
                    due_at: at.time("next_read_at", next_read_at)?,
                    state: at.word("state", ConnectionState::parse(&state))?,
                    last_read_at: at.maybe_time("last_read_at", last_read_at)?,
                    cursors: cursors.remove(&id).unwrap_or_default(),
                    has_work: busy.contains(&id),
                    announced: announced.contains(&id),
                })
            })
            .collect()
    }

    async fn cursors_of(&self, ids: &[i64]) -> Result<HashMap<i64, HashMap<String, Cursor>>> {
        let mut all: HashMap<i64, HashMap<String, Cursor>> = HashMap::new();
        let of = cursor::Column::ConnectionId.is_in(ids.iter().copied());
        for row in cursor::Entity::find().filter(of).all(self.reader()).await? {
            let at = Row { table: "cursor", id: row.connection_id };
            let round_started_at = at.time("round_started_at", row.round_started_at)?;
            let here = Cursor { link: row.link, carried: row.carried, round_started_at };
            all.entry(row.connection_id).or_default().insert(row.folder, here);
        }
        Ok(all)
    }

    /// Which of them have something left to be done. Each question is answered by an index in which only such rows stand.
    async fn with_work(&self, ids: &[i64], now: Timestamp) -> Result<HashSet<i64>> {
        let ids = || ids.iter().copied();
        use ledger::Column as L;
        let unsettled: Vec<Option<i64>> = ledger::Entity::find()
            .select_only()
            .column(L::ConnectionId)
            .distinct()
            .filter(L::ConnectionId.is_in(ids()))
            .filter(L::Outcome.is_null())
            .filter(L::RetryAt.lte(micros(now)))
            .filter(crate::ledger::not_resting())
            .into_tuple()
            .all(self.reader())
            .await?;
        let unmarked: Vec<Option<i64>> = ledger::Entity::find()
            .select_only()
            .column(L::ConnectionId)
            .distinct()
            .filter(L::ConnectionId.is_in(ids()))
            .filter(L::Outcome.is_not_null())
            .filter(L::AcknowledgedAt.is_null())
            .filter(L::ConnectionId.is_not_null())
            .filter(L::AcknowledgeAt.lte(micros(now)))
            .into_tuple()
            .all(self.reader())
            .await?;
        let importing: Vec<i64> = import_run::Entity::find()
            .select_only()
            .column(import_run::Column::ConnectionId)
            .filter(import_run::Column::ConnectionId.is_in(ids()))
            .filter(import_run::Column::FinishedAt.is_null())
            .filter(import_run::Column::PausedAt.is_null())
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(unsettled.into_iter().chain(unmarked).flatten().chain(importing).collect())
    }

    async fn announced_of(&self, ids: &[i64], now: Timestamp) -> Result<HashSet<i64>> {
        use subscription::Column as S;
        let ids: Vec<i64> = subscription::Entity::find()
            .select_only()
            .column(S::ConnectionId)
            .filter(S::ConnectionId.is_in(ids.iter().copied()))
            .filter(S::GraphId.ne(""))
            .filter(S::SilentSince.is_null())
            .filter(S::MissedSince.is_null())
            .filter(S::ExpiresAt.gt(micros(now)))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().collect())
    }

    /// The schedule of all mailboxes that are read and overdue at `now`: (mailbox, due since, last successful reading).
    pub async fn overdue(&self, now: Timestamp) -> Result<Vec<(ConnectionId, Timestamp, Option<Timestamp>)>> {
        use connection::Column as C;
        let rows: Vec<(i64, i64, Option<i64>)> = connection::Entity::find()
            .select_only()
            .columns([C::Id, C::NextReadAt, C::LastReadAt])
            .filter(C::Kind.eq(Kind::Exchange.as_str()))
            .filter(C::State.is_in(ConnectionState::WORKING))
            .filter(C::NextReadAt.lte(micros(now)))
            .order_by_asc(C::NextReadAt)
            .order_by_asc(C::Id)
            .into_tuple()
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|(id, next, last)| {
                let at = Row { table: "connection", id };
                Ok((ConnectionId(id), at.time("next_read_at", next)?, at.maybe_time("last_read_at", last)?))
            })
            .collect()
    }
}

impl Tx {
    /// Notes readings and when the next ones are due. A reading that somebody asked for after this one was begun (a
    /// notification came, an administrator pressed a button) stays due: this one may have been just too early.
    pub async fn schedule_reads(&self, done: &[Scheduled]) -> Result<()> {
        use connection::Column as C;
        for one in done {
            let asked_for = C::NextReadAt.into_expr().gt(micros(one.begun_at));
            let next = Expr::case(asked_for, Expr::col(C::NextReadAt)).finally(micros(one.next));
            let mut update = connection::Entity::update_many()
                .col_expr(C::NextReadAt, next.into())
                .filter(C::Id.eq(one.connection.0));
            if one.read {
                update = update.col_expr(C::LastReadAt, Expr::value(micros(one.begun_at)));
            }
            if let Some(usage) = &one.usage {
                update = update.col_expr(C::Usage, Expr::value(json(usage)));
            }
            update.exec(&self.db).await?;
            if let Some(since) = one.found_since {
                self.note_unannounced(one.connection, since).await?;
            }
        }
        Ok(())
    }

    /// New mail was found; where there were notifications all the time since `since` and none came, it was missed.
    async fn note_unannounced(&self, connection: ConnectionId, since: Timestamp) -> Result<()> {
        use subscription::Column as S;
        subscription::Entity::update_many()
            .col_expr(S::MissedSince, Expr::value(micros(self.now)))
            .filter(S::ConnectionId.eq(connection.0))
            .filter(S::GraphId.ne(""))
            .filter(S::MissedSince.is_null())
            .filter(S::SilentSince.is_null())
            .filter(S::CreatedAt.lte(micros(since)))
            .filter(S::NotifiedAt.is_null().or(S::NotifiedAt.lt(micros(since))))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Commits without waking anybody: for what concerns only the one who writes it.
    pub async fn commit_quietly(self) -> Result<()> {
        self.finish(false).await
    }
}
