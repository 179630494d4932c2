//! How a connection fares: what was spent of Microsoft's budgets, its check-ups, and what its mail tells of others who
//! read the same mailbox.

use std::collections::HashSet;

use desk::ConnectionId;
use desk::decide::OutcomeKind;
use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::cells::{Row, json, micros};
use crate::entity::{connection as table, ledger, outbox};
use crate::{Error, Lease, Result, Store, Topic, Tx};

/// What a mailbox had spent of Microsoft's budgets when it was last read, counted by the process that read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// When this was noted.
    pub at: Timestamp,
    /// Calls of Graph in the ten minutes before (of 10,000).
    pub calls: u64,
    /// Bytes sent to Graph in the five minutes before (of 150 MB).
    pub upload_bytes: u64,
    /// Answers that asked to wait, in the ten minutes before.
    pub throttled: u64,
}

/// The last check-up of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckupRow {
    /// The report, in the engine's own JSON; grows while the check-up runs.
    pub report: Option<String>,
    /// Asked for and not finished yet, since.
    pub asked_at: Option<Timestamp>,
}

/// Mail of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Today {
    /// Seen as it came (not by an import).
    pub came_in: u64,
    /// Sent.
    pub went_out: u64,
}

/// How mail was found that had come only just before it was seen: whoever had read or moved it by then was quicker than
/// the desk, which is seldom a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Arrivals {
    /// Seen within the span after it was received.
    pub prompt: u64,
    /// Of these, found read already.
    pub found_read: u64,
    /// Of these, gone before it could be taken in.
    pub vanished: u64,
}

/// Items asked about in one statement.
const CHUNK: usize = 400;

fn missing(id: ConnectionId) -> Error {
    Error::NotFound { what: "connection", id: id.to_string() }
}

impl Store {
    /// What the mailbox had spent when it was last read; `None` before the first reading.
    pub async fn usage(&self, connection: ConnectionId) -> Result<Option<Usage>> {
        let row = self.health(connection).await?;
        Row { table: "connection", id: row.id }.maybe_json("usage", row.usage.as_deref())
    }

    /// The last check-up.
    pub async fn checkup(&self, connection: ConnectionId) -> Result<CheckupRow> {
        let row = self.health(connection).await?;
        let asked_at =
            Row { table: "connection", id: row.id }.maybe_time("checkup_asked_at", row.checkup_asked_at)?;
        Ok(CheckupRow { report: row.checkup, asked_at })
    }

    async fn health(&self, id: ConnectionId) -> Result<table::Model> {
        table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))
    }

    /// Connections for which a check-up was asked, longest waiting first.
    pub async fn due_checkups(&self, limit: u32) -> Result<Vec<ConnectionId>> {
        let ids: Vec<i64> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(table::Column::CheckupAskedAt.is_not_null())
            .order_by_asc(table::Column::CheckupAskedAt)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(ConnectionId).collect())
    }

    /// Mail counted since `since` (midnight, wherever the reader is).
    pub async fn today(&self, connection: ConnectionId, since: Timestamp) -> Result<Today> {
        let came_in = ledger::Entity::find()
            .filter(ledger::Column::ConnectionId.eq(connection.0))
            .filter(ledger::Column::SeenAt.gte(micros(since)))
            .filter(ledger::Column::ImportId.is_null())
            .count(self.reader())
            .await?;
        let went_out = outbox::Entity::find()
            .filter(outbox::Column::ConnectionId.eq(connection.0))
            .filter(outbox::Column::SendingAt.gte(micros(since)))
            .filter(outbox::Column::SentAt.gte(micros(since)))
            .count(self.reader())
            .await?;
        Ok(Today { came_in, went_out })
    }

    /// How mail was found that was seen since `since` and had been received at most `span` before.
    pub async fn arrivals(
        &self,
        connection: ConnectionId,
        since: Timestamp,
        span: SignedDuration,
    ) -> Result<Arrivals> {
        let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        let prompt = || {
            ledger::Entity::find()
                .filter(ledger::Column::ConnectionId.eq(connection.0))
                .filter(ledger::Column::SeenAt.gte(micros(since)))
                .filter(ledger::Column::FoundRead.is_not_null())
                .filter(
                    Expr::col(ledger::Column::SeenAt).lte(Expr::col(ledger::Column::ReceivedAt).add(span)),
                )
        };
        let read = prompt().filter(ledger::Column::FoundRead.eq(true)).count(self.reader()).await?;
        let gone = OutcomeKind::Vanished.as_str();
        let vanished = prompt().filter(ledger::Column::Outcome.eq(gone)).count(self.reader()).await?;
        Ok(Arrivals { prompt: prompt().count(self.reader()).await?, found_read: read, vanished })
    }

    /// The items of a mailbox that the ledger has never seen, in the order given.
    pub async fn unknown_items(&self, address: &str, items: &[String]) -> Result<Vec<String>> {
        let address = address.to_lowercase();
        let mut known: HashSet<String> = HashSet::with_capacity(items.len());
        for some in items.chunks(CHUNK) {
            let rows: Vec<String> = ledger::Entity::find()
                .select_only()
                .column(ledger::Column::Item)
                .filter(ledger::Column::Address.eq(address.as_str()))
                .filter(ledger::Column::Item.is_in(some.iter().map(String::as_str)))
                .into_tuple()
                .all(self.reader())
                .await?;
            known.extend(rows);
        }
        Ok(items.iter().filter(|item| !known.contains(*item)).cloned().collect())
    }

    /// When the message was seen that has waited longest for its outcome.
    pub async fn waiting_since(&self, connection: ConnectionId) -> Result<Option<Timestamp>> {
        let oldest: Option<(i64, i64)> = ledger::Entity::find()
            .select_only()
            .columns([ledger::Column::Id, ledger::Column::SeenAt])
            .filter(ledger::Column::ConnectionId.eq(connection.0))
            .filter(ledger::Column::Outcome.is_null())
            .order_by_asc(ledger::Column::SeenAt)
            .limit(1)
            .into_tuple()
            .one(self.reader())
            .await?;
        oldest.map(|(id, at)| Row { table: "ledger", id }.time("seen_at", at)).transpose()
    }
}

impl Tx {
    /// Notes what a mailbox has spent.
    pub async fn note_usage(&self, connection: ConnectionId, usage: &Usage) -> Result<()> {
        self.change_health(
            connection,
            table::ActiveModel { usage: Set(Some(json(usage))), ..Default::default() },
        )
        .await
    }

    /// Asks for a check-up; one that was asked for and not begun yet serves both.
    pub async fn ask_checkup(&self, connection: ConnectionId, report: &str) -> Result<()> {
        let change = table::ActiveModel {
            checkup: Set(Some(report.to_owned())),
            checkup_asked_at: Set(Some(micros(self.now))),
            ..Default::default()
        };
        self.change_health(connection, change).await?;
        self.announce(Topic::Addresses);
        Ok(())
    }

    /// Stores what a check-up has found so far, under its lease.
    pub async fn save_checkup(&self, lease: &Lease, connection: ConnectionId, report: &str) -> Result<()> {
        self.check(lease).await?;
        let change = table::ActiveModel { checkup: Set(Some(report.to_owned())), ..Default::default() };
        self.change_health(connection, change).await?;
        self.announce(Topic::Addresses);
        Ok(())
    }

    /// Stores the whole report. One that was asked for after `asked_at` is still to be made.
    pub async fn finish_checkup(
        &self,
        lease: &Lease,
        connection: ConnectionId,
        report: &str,
        asked_at: Option<Timestamp>,
    ) -> Result<()> {
        self.save_checkup(lease, connection, report).await?;
        if let Some(asked_at) = asked_at {
            table::Entity::update_many()
                .col_expr(table::Column::CheckupAskedAt, Expr::value(None::<i64>))
                .filter(table::Column::Id.eq(connection.0))
                .filter(table::Column::CheckupAskedAt.lte(micros(asked_at)))
                .exec(&self.db)
                .await?;
        }
        Ok(())
    }

    async fn change_health(&self, id: ConnectionId, change: table::ActiveModel) -> Result<()> {
        let changed = table::Entity::update_many()
            .set(change)
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if changed.rows_affected == 0 { Err(missing(id)) } else { Ok(()) }
    }

    /// Notes of messages that were seen in this very transaction for the first time whether they had been read before:
    /// of those named in `read`, and of the others in `unread`.
    pub async fn note_found(&self, address: &str, read: &[String], unread: &[String]) -> Result<()> {
        let address = address.to_lowercase();
        for (items, found_read) in [(read, true), (unread, false)] {
            for some in items.chunks(CHUNK) {
                ledger::Entity::update_many()
                    .col_expr(ledger::Column::FoundRead, Expr::value(found_read))
                    .filter(ledger::Column::Address.eq(address.as_str()))
                    .filter(ledger::Column::Item.is_in(some.iter().map(String::as_str)))
                    .filter(ledger::Column::SeenAt.eq(micros(self.now)))
                    .filter(ledger::Column::Outcome.is_null())
                    .exec(&self.db)
                    .await?;
            }
        }
        Ok(())
    }
}
