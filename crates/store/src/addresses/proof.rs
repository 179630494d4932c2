//! The proof that an address sends and receives: a test mail from it to itself that comes back. And the default address,
//! which only an address that has just proved itself can become: mail that lets people in leaves from it, and an
//! unproved one could lock everybody out (connector.md A11).

use desk::{AddressId, ConnectionId, PersonId};
use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Connection, ConnectionState, Kind};
use crate::cells::{Row, micros};
use crate::entity::{connection, import_preview, support_address as table};
use crate::{Error, Happening, Result, Store, Topic, Tx};

/// How long a round trip counts for becoming the default.
const COUNTS_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Where the test mail of a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// None is on its way: never sent, or back.
    Idle,
    /// On its way.
    UnderWay {
        /// Since when.
        since: Timestamp,
        /// The address becomes the default when it is back.
        then_default: bool,
    },
    /// It did not come back in time. It still counts when it comes late.
    NotReturned {
        /// When it was sent.
        sent_at: Timestamp,
    },
}

/// Why an address may not become the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDefault {
    /// Its connection does not work.
    Broken,
    /// It has not sent and received a test mail in the last hour.
    Unproved,
    /// The test mail is on its way.
    UnderWay,
    /// The last test mail did not come back.
    NotReturned,
}

impl Connection {
    /// Whether its address may become the default at `now`.
    pub fn may_be_default(&self, now: Timestamp) -> Result<(), NotDefault> {
        if !self.state.works() {
            return Err(NotDefault::Broken);
        }
        if self.proved_at.is_some_and(|proved| counts(proved, now)) {
            return Ok(());
        }
        Err(match self.proof {
            Proof::Idle => NotDefault::Unproved,
            Proof::UnderWay { .. } => NotDefault::UnderWay,
            Proof::NotReturned { .. } => NotDefault::NotReturned,
        })
    }
}

fn counts(proved: Timestamp, now: Timestamp) -> bool {
    now.duration_since(proved) <= COUNTS_FOR
}

pub(super) fn read(at: Row, row: &connection::Model) -> Result<Proof> {
    let sent_at = at.maybe_time("proof_sent_at", row.proof_sent_at)?;
    Ok(match (&row.proof_mark, sent_at, row.proof_failed_at) {
        (Some(_), Some(since), None) => Proof::UnderWay { since, then_default: row.default_wanted },
        (Some(_), Some(sent_at), Some(_)) => Proof::NotReturned { sent_at },
        _ => Proof::Idle,
    })
}

impl Store {
    /// Test mails sent before `before` that are neither back nor given up: the connection and the mail's mark.
    pub async fn proofs_overdue(&self, before: Timestamp) -> Result<Vec<(ConnectionId, String)>> {
        let rows = connection::Entity::find()
            .filter(connection::Column::ProofMark.is_not_null())
            .filter(connection::Column::ProofFailedAt.is_null())
            .filter(connection::Column::ProofSentAt.lt(micros(before)))
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().filter_map(|row| Some((ConnectionId(row.id), row.proof_mark?))).collect())
    }

    /// Addresses that were connected lately and are to be proved by themselves: Exchange mailboxes that work and have no
    /// preview of an import running, which must be quick while somebody looks at it.
    pub async fn proofs_due(&self, limit: u32) -> Result<Vec<AddressId>> {
        let due = Query::select()
            .column(connection::Column::Id)
            .from(connection::Entity)
            .and_where(connection::Column::ProofDue.eq(true))
            .and_where(connection::Column::Kind.eq(Kind::Exchange.as_str()))
            .and_where(connection::Column::State.is_in(ConnectionState::WORKING))
            .take();
        let previewed = Query::select()
            .column(import_preview::Column::ConnectionId)
            .from(import_preview::Entity)
            .and_where(import_preview::Column::ConnectionId.is_not_null())
            .and_where(import_preview::Column::FinishedAt.is_null())
            .take();
        let ids: Vec<i64> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(table::Column::ConnectionId.in_subquery(due))
            .filter(table::Column::ConnectionId.not_in_subquery(previewed))
            .order_by_asc(table::Column::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(AddressId).collect())
    }
}

impl Tx {
    /// Notes that a test mail with this mark is on its way (it is enqueued in the same transaction). With `then_default` the
    /// address becomes the default when the mail is back, in place of any other that was to. False when one is on its
    /// way already: then this one must not be sent.
    pub async fn start_proof(&self, id: AddressId, mark: &str, then_default: bool) -> Result<bool> {
        let row = self.lock_address(id).await?;
        let connection = self.lock_connection(ConnectionId(row.connection_id)).await?;
        if then_default {
            connection::Entity::update_many()
                .col_expr(connection::Column::DefaultWanted, Expr::value(false))
                .filter(connection::Column::DefaultWanted.eq(true))
                .exec(&self.db)
                .await?;
        }
        let mut change = connection::ActiveModel { proof_due: Set(false), ..Default::default() };
        if then_default {
            change.default_wanted = Set(true);
        }
        let under_way = connection.proof_mark.is_some() && connection.proof_failed_at.is_none();
        if !under_way {
            change.proof_mark = Set(Some(mark.to_owned()));
            change.proof_sent_at = Set(Some(micros(self.now)));
            change.proof_failed_at = Set(None);
        }
        self.change_connection(ConnectionId(connection.id), change).await?;
        self.announce(Topic::Addresses);
        Ok(!under_way)
    }

    /// A test mail came in at this address. When it is the one that was waited for, the address has proved itself, and
    /// becomes the default if it was to, or if there is none. False for any other mail.
    pub async fn proof_returned(&self, id: AddressId, mark: &str) -> Result<bool> {
        let row = self.lock_address(id).await?;
        let connection = self.lock_connection(ConnectionId(row.connection_id)).await?;
        if connection.proof_mark.as_deref() != Some(mark) {
            return Ok(false);
        }
        let change = connection::ActiveModel {
            proof_mark: Set(None),
            proof_failed_at: Set(None),
            proved_at: Set(Some(micros(self.now))),
            default_wanted: Set(false),
            ..Default::default()
        };
        let of = ConnectionId(connection.id);
        self.change_connection(of, change).await?;
        let took = micros(self.now) - connection.proof_sent_at.unwrap_or(micros(self.now));
        let proved = Happening::Proved { millis: u64::try_from(took / 1000).unwrap_or(0) };
        self.note_event(Some(of), &row.address, &proved, None).await?;
        let has_default =
            table::Entity::find().filter(table::Column::IsDefault.eq(true)).one(&self.db).await?.is_some();
        let works = ConnectionState::parse(&connection.state).is_some_and(ConnectionState::works);
        if works && (connection.default_wanted || !has_default) {
            self.become_default(&row, None).await?;
        }
        Ok(true)
    }

    /// The test mail did not come back in time, or came back as undeliverable. False when it is not waited for (any more).
    pub async fn proof_failed(&self, id: ConnectionId, mark: &str) -> Result<bool> {
        let failed = connection::Entity::update_many()
            .col_expr(connection::Column::ProofFailedAt, Expr::value(micros(self.now)))
            .col_expr(connection::Column::DefaultWanted, Expr::value(false))
            .filter(connection::Column::Id.eq(id.0))
            .filter(connection::Column::ProofMark.eq(mark))
            .filter(connection::Column::ProofFailedAt.is_null())
            .exec(&self.db)
            .await?;
        if failed.rows_affected == 0 {
            return Ok(false);
        }
        let address =
            table::Entity::find().filter(table::Column::ConnectionId.eq(id.0)).one(&self.db).await?;
        let address = address.map(|row| row.address).unwrap_or_default();
        self.note_event(Some(id), &address, &Happening::NotProved, None).await?;
        Ok(true)
    }

    /// Makes the default address.
    ///
    /// # Errors
    /// [`Error::DefaultAddress`] when its connection does not work; [`Error::NotProved`] when no test mail came back to
    /// it in the last hour.
    pub async fn make_default(&self, id: AddressId, actor: Option<PersonId>) -> Result<()> {
        let row = self.lock_address(id).await?;
        let connection = self.lock_connection(ConnectionId(row.connection_id)).await?;
        if !ConnectionState::parse(&connection.state).is_some_and(ConnectionState::works) {
            return Err(Error::DefaultAddress);
        }
        let at = Row { table: "connection", id: connection.id };
        match at.maybe_time("proved_at", connection.proved_at)? {
            Some(proved) if counts(proved, self.now) => self.become_default(&row, actor).await,
            _ => Err(Error::NotProved),
        }
    }

    async fn become_default(&self, row: &table::Model, actor: Option<PersonId>) -> Result<()> {
        if row.is_default {
            return Ok(());
        }
        table::Entity::update_many()
            .col_expr(table::Column::IsDefault, Expr::value(false))
            .filter(table::Column::IsDefault.eq(true))
            .exec(&self.db)
            .await?;
        table::Entity::update_many()
            .col_expr(table::Column::IsDefault, Expr::value(true))
            .filter(table::Column::Id.eq(row.id))
            .exec(&self.db)
            .await?;
        let connection = ConnectionId(row.connection_id);
        self.note_event(Some(connection), &row.address, &Happening::MadeDefault, actor).await
    }
}
