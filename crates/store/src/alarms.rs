//! Alarms: what somebody must be told of. One open alarm about one thing, held by a unique index; what is to be told by
//! webhook waits in a table of its own until the other side has taken it.

use desk::{AlarmId, ConnectionId};
use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::cells::{Row, count, json, micros};
use crate::entity::{alarm as table, alarm_post, ledger, outbox};
use crate::people::was_inserted;
use crate::{ConnectionState, Purpose, Result, StateCause, Step, Store, Topic, Tx};

/// What is wrong, with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trouble {
    /// A connection is lost: somebody must do something.
    ConnectionLost {
        /// The support address.
        address: String,
        /// Its state.
        state: ConnectionState,
        /// Why.
        cause: Option<StateCause>,
    },
    /// The desk's own registration is refused, and every connection with it.
    RegistrationRefused {
        /// How many connections stand still.
        connections: u64,
        /// Why.
        cause: Option<StateCause>,
    },
    /// A mailbox that should work has not been read for long.
    NoContact {
        /// The support address.
        address: String,
        /// When it was last read.
        since: Timestamp,
    },
    /// The registration's secret or certificate ends.
    RegistrationExpires {
        /// When.
        at: Timestamp,
        /// The warning reached: 60, 30, 7 or 1 days before; 0: it is past.
        days: u32,
    },
    /// A refresh token that nobody used dies 90 days after it was given.
    TokenExpires {
        /// The support address.
        address: String,
        /// When.
        at: Timestamp,
    },
    /// Mail waits to be sent.
    MailWaits {
        /// The support address, where there is one.
        address: String,
        /// How many.
        mails: u64,
        /// Since when the oldest.
        since: Timestamp,
    },
    /// Mail was not sent, or nobody knows whether it was.
    MailNotSent {
        /// The support address, where there is one.
        address: String,
        /// How many in the last day.
        mails: u64,
    },
    /// Mail without an outcome, or that could not be read.
    MailUnexplained {
        /// The support address.
        address: String,
        /// Without an outcome for long.
        waiting: u64,
        /// Unreadable in the last day.
        unreadable: u64,
    },
    /// Notifications do not come although mail does: the mailbox is polled.
    NotificationsSilent {
        /// The support address.
        address: String,
    },
    /// The disk is nearly full.
    DiskFull {
        /// Bytes left.
        free: u64,
        /// Of so many.
        total: u64,
    },
}

impl Trouble {
    /// Its kind as a machine's word, e.g. `connection_lost`.
    pub fn word(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["kind"].as_str().unwrap_or_default().to_owned()
    }
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Id.
    pub id: AlarmId,
    /// What it is about: one open alarm each.
    pub key: String,
    /// The connection in trouble.
    pub connection: Option<ConnectionId>,
    /// What is wrong.
    pub trouble: Trouble,
    /// Since when.
    pub raised_at: Timestamp,
    /// When somebody was last told by a second way.
    pub told_at: Option<Timestamp>,
    /// When it healed.
    pub cleared_at: Option<Timestamp>,
}

/// Something to be told by webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmPost {
    /// Number.
    pub id: i64,
    /// JSON, sent as it stands.
    pub body: String,
    /// Tries so far.
    pub tries: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How telling by webhook went last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastPost {
    /// When it was made.
    pub created_at: Timestamp,
    /// Taken by the other side at.
    pub done_at: Option<Timestamp>,
    /// Why it was not.
    pub error: Option<String>,
}

/// Mail of one connection that waits or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTrouble {
    /// Whose.
    pub connection: ConnectionId,
    /// How many.
    pub mails: u64,
    /// The oldest.
    pub since: Timestamp,
}

fn read(row: table::Model) -> Result<Alarm> {
    let at = Row { table: "alarm", id: row.id };
    Ok(Alarm {
        id: AlarmId(row.id),
        key: row.key,
        connection: row.connection_id.map(ConnectionId),
        trouble: at.json("detail", &row.detail)?,
        raised_at: at.time("raised_at", row.raised_at)?,
        told_at: at.maybe_time("told_at", row.told_at)?,
        cleared_at: at.maybe_time("cleared_at", row.cleared_at)?,
    })
}

impl Store {
    /// Open alarms, oldest first.
    pub async fn open_alarms(&self) -> Result<Vec<Alarm>> {
        let rows = table::Entity::find()
            .filter(table::Column::ClearedAt.is_null())
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// How many are open, for the banner.
    pub async fn open_alarm_count(&self) -> Result<u64> {
        Ok(table::Entity::find().filter(table::Column::ClearedAt.is_null()).count(self.reader()).await?)
    }

    /// Alarms that somebody was told of and that healed since, which nobody was told yet.
    pub async fn healed_alarms(&self) -> Result<Vec<Alarm>> {
        let rows = table::Entity::find()
            .filter(table::Column::ToldAt.into_expr().lt(Expr::col(table::Column::ClearedAt)))
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Alarms that healed, newest first.
    pub async fn past_alarms(&self, limit: u32) -> Result<Vec<Alarm>> {
        let rows = table::Entity::find()
            .filter(table::Column::ClearedAt.is_not_null())
            .order_by_desc(table::Column::ClearedAt)
            .order_by_desc(table::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Mail that has waited to be sent since before `before`, by connection. Alarms themselves do not count.
    pub async fn mail_waiting_since(&self, before: Timestamp) -> Result<Vec<MailTrouble>> {
        let waiting = outbox::Column::Step
            .is_not_in([Step::Sent, Step::Failed, Step::Accepted].map(Step::as_str))
            .and(outbox::Column::CreatedAt.lt(micros(before)));
        self.mail_trouble(waiting).await
    }

    /// Mail made after `after` that was not sent or not confirmed, by connection. Alarms themselves do not count.
    pub async fn mail_failed_since(&self, after: Timestamp) -> Result<Vec<MailTrouble>> {
        let failed = outbox::Column::Step
            .eq(Step::Failed.as_str())
            .and(outbox::Column::CreatedAt.gte(micros(after)))
            // What was thrown away with its address was thrown away by somebody who was asked.
            .and(outbox::Column::LastError.is_null().or(outbox::Column::LastError.ne("address_deleted")));
        self.mail_trouble(failed).await
    }

    async fn mail_trouble(&self, which: sea_orm::sea_query::SimpleExpr) -> Result<Vec<MailTrouble>> {
        let rows: Vec<(i64, i64, i64)> = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::ConnectionId)
            .column_as(outbox::Column::Id.count(), "mails")
            .column_as(outbox::Column::CreatedAt.min(), "since")
            .filter(which)
            .filter(outbox::Column::Purpose.ne(Purpose::Alarm.as_str()))
            .group_by(outbox::Column::ConnectionId)
            .order_by_asc(outbox::Column::ConnectionId)
            .into_tuple()
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|(connection, mails, since)| {
                let since = Row { table: "outbox", id: 0 }.time("created_at", since)?;
                Ok(MailTrouble { connection: ConnectionId(connection), mails: count(mails), since })
            })
            .collect()
    }

    /// Live mail seen before `before` that has no outcome, and mail unreadable since `after`, by connection:
    /// (connection, waiting, unreadable).
    pub async fn mail_unexplained(
        &self,
        before: Timestamp,
        after: Timestamp,
    ) -> Result<Vec<(ConnectionId, u64, u64)>> {
        use ledger::Column as L;
        let counted = async |which: sea_orm::Condition| {
            let rows: Vec<(Option<i64>, i64)> = ledger::Entity::find()
                .select_only()
                .column(L::ConnectionId)
                .column_as(L::Id.count(), "mails")
                .filter(which)
                .filter(L::ConnectionId.is_not_null())
                .filter(L::ImportId.is_null())
                .group_by(L::ConnectionId)
                .into_tuple()
                .all(self.reader())
                .await?;
            Result::<_>::Ok(rows)
        };
        let waiting = sea_orm::Condition::all().add(L::Outcome.is_null()).add(L::SeenAt.lt(micros(before)));
        let unreadable = sea_orm::Condition::all()
            .add(L::Outcome.eq(desk::decide::OutcomeKind::Unreadable.as_str()))
            .add(L::SeenAt.gte(micros(after)));
        let mut all: std::collections::BTreeMap<i64, (u64, u64)> = std::collections::BTreeMap::new();
        for (id, mails) in counted(waiting).await? {
            all.entry(id.unwrap_or_default()).or_default().0 = count(mails);
        }
        for (id, mails) in counted(unreadable).await? {
            all.entry(id.unwrap_or_default()).or_default().1 = count(mails);
        }
        Ok(all
            .into_iter()
            .map(|(id, (waiting, unreadable))| (ConnectionId(id), waiting, unreadable))
            .collect())
    }

    /// What is to be told by webhook at `now`, oldest first.
    pub async fn alarm_posts_due(&self, now: Timestamp, limit: u32) -> Result<Vec<AlarmPost>> {
        let rows = alarm_post::Entity::find()
            .filter(alarm_post::Column::DoneAt.is_null())
            .filter(alarm_post::Column::DueAt.lte(micros(now)))
            .order_by_asc(alarm_post::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                let at = Row { table: "alarm_post", id: row.id };
                Ok(AlarmPost {
                    id: row.id,
                    tries: u32::try_from(row.tries).unwrap_or(0),
                    created_at: at.time("created_at", row.created_at)?,
                    body: row.body,
                })
            })
            .collect()
    }

    /// How the last telling by webhook went.
    pub async fn last_alarm_post(&self) -> Result<Option<LastPost>> {
        let row = alarm_post::Entity::find().order_by_desc(alarm_post::Column::Id).one(self.reader()).await?;
        row.map(|row| {
            let at = Row { table: "alarm_post", id: row.id };
            Ok(LastPost {
                created_at: at.time("created_at", row.created_at)?,
                done_at: at.maybe_time("done_at", row.done_at)?,
                error: row.error,
            })
        })
        .transpose()
    }

    /// Bytes free and altogether where the desk keeps its data.
    pub fn disk(&self) -> Option<(u64, u64)> {
        let of = rustix::fs::statvfs(&self.shared.data_dir).ok()?;
        Some((of.f_bavail * of.f_frsize, of.f_blocks * of.f_frsize))
    }
}

impl Tx {
    /// Raises an alarm; `None` when one about the same thing is open already.
    pub async fn raise_alarm(
        &self,
        key: &str,
        connection: Option<ConnectionId>,
        trouble: &Trouble,
    ) -> Result<Option<Alarm>> {
        let row = table::ActiveModel {
            key: Set(key.to_owned()),
            connection_id: Set(connection.map(|id| id.0)),
            kind: Set(trouble.word()),
            detail: Set(json(trouble)),
            raised_at: Set(micros(self.now)),
            ..Default::default()
        };
        let nothing = OnConflict::column(table::Column::Key)
            .target_and_where(Expr::col(table::Column::ClearedAt).is_null())
            .do_nothing()
            .to_owned();
        if !was_inserted(
            table::Entity::insert(row).on_conflict(nothing).exec_without_returning(&self.db).await,
        )? {
            return Ok(None);
        }
        self.announce(Topic::Alarms);
        let row = table::Entity::find()
            .filter(table::Column::Key.eq(key))
            .filter(table::Column::ClearedAt.is_null())
            .one(&self.db)
            .await?;
        row.map(read).transpose()
    }

    /// What is known of an open alarm now.
    pub async fn update_alarm(&self, id: AlarmId, trouble: &Trouble) -> Result<()> {
        table::Entity::update_many()
            .col_expr(table::Column::Detail, Expr::value(json(trouble)))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::ClearedAt.is_null())
            .exec(&self.db)
            .await?;
        self.announce(Topic::Alarms);
        Ok(())
    }

    /// The thing healed; false when another worker has noted it already.
    pub async fn clear_alarm(&self, id: AlarmId) -> Result<bool> {
        let cleared = table::Entity::update_many()
            .col_expr(table::Column::ClearedAt, Expr::value(micros(self.now)))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::ClearedAt.is_null())
            .exec(&self.db)
            .await?;
        self.announce(Topic::Alarms);
        Ok(cleared.rows_affected == 1)
    }

    /// Somebody is being told, in this transaction.
    pub async fn alarms_told(&self, ids: &[AlarmId]) -> Result<()> {
        table::Entity::update_many()
            .col_expr(table::Column::ToldAt, Expr::value(micros(self.now)))
            .filter(table::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .exec(&self.db)
            .await?;
        self.announce(Topic::Alarms);
        Ok(())
    }

    /// Something to be told by webhook.
    pub async fn enqueue_alarm_post(&self, body: &str) -> Result<()> {
        let row = alarm_post::ActiveModel {
            body: Set(body.to_owned()),
            tries: Set(0),
            due_at: Set(micros(self.now)),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        alarm_post::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// How a try went: taken; or why not, and how long to wait until the next. Without a wait it is given up.
    pub async fn alarm_post_tried(
        &self,
        id: i64,
        failed: Option<(&str, Option<SignedDuration>)>,
    ) -> Result<()> {
        use alarm_post::Column as C;
        let mut update = alarm_post::Entity::update_many()
            .col_expr(C::Tries, C::Tries.into_expr().add(1))
            .col_expr(C::Error, Expr::value(failed.map(|(error, _)| crate::cells::clean(error))))
            .filter(C::Id.eq(id));
        update = match failed {
            None => update.col_expr(C::DoneAt, Expr::value(micros(self.now))),
            Some((_, Some(wait))) => update.col_expr(C::DueAt, Expr::value(micros(self.now + wait))),
            Some((_, None)) => update.col_expr(C::DueAt, Expr::value(i64::MAX)),
        };
        update.exec(&self.db).await?;
        self.announce(Topic::Alarms);
        Ok(())
    }
}
