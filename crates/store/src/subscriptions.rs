//! Notifications asked of Graph: one row a mailbox at most. A row without an id at Graph says why there is none and when it
//! is tried again. Whatever is written here, delta reading never depends on it.

use desk::ConnectionId;
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::SecretString;

use crate::cells::{Row, micros};
use crate::entity::{connection, subscription as table, support_address};
use crate::{ConnectionState, Kind, Mode, Result, Store, Tx};

/// Notifications of one mailbox.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Whose.
    pub connection: ConnectionId,
    /// Its id at Graph; `None`: there is none at the moment.
    pub graph_id: Option<String>,
    /// What Graph must say with each notification.
    pub client_state: SecretString,
    /// Since when there is this one.
    pub created_at: Timestamp,
    /// When Graph forgets it.
    pub expires_at: Timestamp,
    /// The last notification of a mail.
    pub notified_at: Option<Timestamp>,
    /// Since when it has been known to be silent although mail came.
    pub silent_since: Option<Timestamp>,
    /// Since when mail has been found that nothing announced; a notification takes it back.
    pub missed_since: Option<Timestamp>,
    /// When it is made, renewed or probed next.
    pub due_at: Timestamp,
    /// Failures and probes in a row.
    pub tries: u32,
    /// The address it was made for.
    pub url: String,
    /// Why it is off, as a machine's word: `silent`, `removed`, `refused`, `expired`.
    pub off: Option<String>,
}

impl Subscription {
    /// Mail is announced: seldom polling is enough.
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        self.graph_id.is_some()
            && self.silent_since.is_none()
            && self.missed_since.is_none()
            && self.expires_at > now
    }
}

/// A mailbox whose notifications want something done.
#[derive(Debug, Clone)]
pub struct SubscriptionDue {
    /// Whose.
    pub connection: ConnectionId,
    /// Its support address.
    pub address: String,
    /// What there is; `None`: never had any.
    pub subscription: Option<Subscription>,
}

fn read(store: &Store, row: table::Model) -> Result<Subscription> {
    let at = Row { table: "subscription", id: row.connection_id };
    let key = row.connection_id.to_string();
    let client_state = if row.client_state.is_empty() {
        SecretString::default()
    } else {
        store.shared.vault.open("subscription", "client_state", &key, &row.client_state)?
    };
    Ok(Subscription {
        connection: ConnectionId(row.connection_id),
        client_state,
        created_at: at.time("created_at", row.created_at)?,
        expires_at: at.time("expires_at", row.expires_at)?,
        notified_at: at.maybe_time("notified_at", row.notified_at)?,
        silent_since: at.maybe_time("silent_since", row.silent_since)?,
        missed_since: at.maybe_time("missed_since", row.missed_since)?,
        due_at: at.time("due_at", row.due_at)?,
        tries: u32::try_from(row.tries).unwrap_or(0),
        graph_id: Some(row.graph_id).filter(|id| !id.is_empty()),
        url: row.url,
        off: row.off,
    })
}

impl Store {
    /// All that Graph knows of, for comparing notifications with.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>> {
        let rows = table::Entity::find().filter(table::Column::GraphId.ne("")).all(self.reader()).await?;
        rows.into_iter().map(|row| read(self, row)).collect()
    }

    /// One mailbox's.
    pub async fn subscription(&self, connection: ConnectionId) -> Result<Option<Subscription>> {
        let row = table::Entity::find_by_id(connection.0).one(self.reader()).await?;
        row.map(|row| read(self, row)).transpose()
    }

    /// Working mailboxes whose notifications are to be made, renewed or probed at `now`, or were made for another address
    /// than `url`, or have missed mail since before `missed_before`. A mailbox that is read with somebody else's rights
    /// cannot be subscribed to (graph.md 3) and is left out.
    pub async fn subscriptions_due(
        &self,
        now: Timestamp,
        url: &str,
        missed_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<SubscriptionDue>> {
        let rested = Query::select()
            .column(table::Column::ConnectionId)
            .from(table::Entity)
            .and_where(table::Column::DueAt.gt(micros(now)))
            .and_where(table::Column::Url.eq(url))
            .and_where(
                table::Column::MissedSince
                    .is_null()
                    .or(table::Column::MissedSince.gt(micros(missed_before)))
                    .or(table::Column::SilentSince.is_not_null()),
            )
            .take();
        let ids: Vec<i64> = connection::Entity::find()
            .select_only()
            .column(connection::Column::Id)
            .filter(connection::Column::Kind.eq(Kind::Exchange.as_str()))
            .filter(connection::Column::State.is_in(ConnectionState::WORKING))
            .filter(
                connection::Column::MailboxId
                    .is_null()
                    .or(connection::Column::Mode.eq(Mode::AppOnly.as_str())),
            )
            .filter(connection::Column::Id.not_in_subquery(rested))
            .order_by_asc(connection::Column::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut known: std::collections::HashMap<i64, table::Model> = table::Entity::find()
            .filter(table::Column::ConnectionId.is_in(ids.iter().copied()))
            .all(self.reader())
            .await?
            .into_iter()
            .map(|row| (row.connection_id, row))
            .collect();
        let addresses = support_address::Entity::find()
            .filter(support_address::Column::ConnectionId.is_in(ids))
            .order_by_asc(support_address::Column::ConnectionId)
            .all(self.reader())
            .await?;
        addresses
            .into_iter()
            .map(|row| {
                let subscription = known.remove(&row.connection_id).map(|known| read(self, known));
                Ok(SubscriptionDue {
                    connection: ConnectionId(row.connection_id),
                    address: row.address,
                    subscription: subscription.transpose()?,
                })
            })
            .collect()
    }

    /// Mailboxes whose notifications are silent, each with its address and since when.
    pub async fn silent_subscriptions(&self) -> Result<Vec<(ConnectionId, Timestamp)>> {
        let rows = table::Entity::find()
            .filter(table::Column::SilentSince.is_not_null())
            .order_by_asc(table::Column::ConnectionId)
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                let at = Row { table: "subscription", id: row.connection_id };
                let since = at.time("silent_since", row.silent_since.unwrap_or_default())?;
                Ok((ConnectionId(row.connection_id), since))
            })
            .collect()
    }
}

impl Tx {
    /// Stores what is known of a mailbox's notifications now. Nothing is stored for a mailbox that was deleted meanwhile:
    /// false.
    pub async fn put_subscription(&self, new: &Subscription) -> Result<bool> {
        let there = connection::Entity::find_by_id(new.connection.0).lock_exclusive().one(&self.db).await?;
        if there.is_none() {
            return Ok(false);
        }
        let key = new.connection.to_string();
        let vault = &self.shared.vault;
        let row = table::ActiveModel {
            connection_id: Set(new.connection.0),
            graph_id: Set(new.graph_id.clone().unwrap_or_default()),
            client_state: Set(vault.seal("subscription", "client_state", &key, &new.client_state)),
            created_at: Set(micros(new.created_at)),
            expires_at: Set(micros(new.expires_at)),
            notified_at: Set(new.notified_at.map(micros)),
            silent_since: Set(new.silent_since.map(micros)),
            due_at: Set(micros(new.due_at)),
            tries: Set(i32::try_from(new.tries).unwrap_or(i32::MAX)),
            missed_since: Set(new.missed_since.map(micros)),
            url: Set(new.url.clone()),
            off: Set(new.off.clone()),
        };
        use table::Column as C;
        let replace = OnConflict::column(C::ConnectionId)
            .update_columns([
                C::GraphId,
                C::ClientState,
                C::CreatedAt,
                C::ExpiresAt,
                C::NotifiedAt,
                C::SilentSince,
                C::DueAt,
                C::Tries,
                C::MissedSince,
                C::Url,
                C::Off,
            ])
            .to_owned();
        table::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.db).await?;
        Ok(true)
    }

    /// Mail was announced for these mailboxes. Answers those that were silent until now.
    pub async fn announced(&self, connections: &[ConnectionId]) -> Result<Vec<ConnectionId>> {
        let ids = || connections.iter().map(|id| id.0);
        let silent: Vec<i64> = table::Entity::find()
            .select_only()
            .column(table::Column::ConnectionId)
            .filter(table::Column::ConnectionId.is_in(ids()))
            .filter(table::Column::SilentSince.is_not_null())
            .into_tuple()
            .all(&self.db)
            .await?;
        table::Entity::update_many()
            .col_expr(table::Column::NotifiedAt, Expr::value(micros(self.now)))
            .col_expr(table::Column::MissedSince, Expr::value(Option::<i64>::None))
            .col_expr(table::Column::SilentSince, Expr::value(Option::<i64>::None))
            .col_expr(table::Column::Tries, Expr::value(0))
            .col_expr(table::Column::Off, Expr::value(Option::<String>::None))
            .filter(table::Column::ConnectionId.is_in(ids()))
            .exec(&self.db)
            .await?;
        Ok(silent.into_iter().map(ConnectionId).collect())
    }

    /// The notifications of these mailboxes are to be looked at now. With `gone`, Graph has none any more; answers those
    /// that lost theirs by it.
    pub async fn subscriptions_want_care(
        &self,
        connections: &[ConnectionId],
        gone: bool,
    ) -> Result<Vec<ConnectionId>> {
        let ids = || connections.iter().map(|id| id.0);
        let mut lost = Vec::new();
        let mut update = table::Entity::update_many()
            .col_expr(table::Column::DueAt, Expr::value(micros(self.now)))
            .filter(table::Column::ConnectionId.is_in(ids()));
        if gone {
            lost = table::Entity::find()
                .select_only()
                .column(table::Column::ConnectionId)
                .filter(table::Column::ConnectionId.is_in(ids()))
                .filter(table::Column::GraphId.ne(""))
                .into_tuple()
                .all(&self.db)
                .await?;
            update = update
                .col_expr(table::Column::GraphId, Expr::value(""))
                .col_expr(table::Column::Off, Expr::value(Some("removed")));
        }
        update.exec(&self.db).await?;
        Ok(lost.into_iter().map(ConnectionId).collect())
    }

    /// These mailboxes are to be read now, where they work. A reading that is under way does not cover it: see
    /// [`Tx::schedule_reads`].
    pub async fn read_now(&self, connections: &[ConnectionId]) -> Result<()> {
        connection::Entity::update_many()
            .col_expr(connection::Column::NextReadAt, Expr::value(micros(self.now)))
            .filter(connection::Column::Id.is_in(connections.iter().map(|id| id.0)))
            .filter(connection::Column::State.is_in(ConnectionState::WORKING))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}
