//! What an import would do, counted beforehand. The row is all that a preview writes.

use std::collections::BTreeMap;

use desk::{ConnectionId, PreviewId, SignInId};
use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use super::Wanted;
use crate::cells::{Row, clean, json, micros, small};
use crate::entity::import_preview as table;
use crate::{Error, Lease, Result, Store, Topic, Tx};

/// Previews are forgotten after this long.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What a preview looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewOf {
    /// A mailbox whose account has come back from Microsoft and is not confirmed yet.
    SignIn(SignInId),
    /// A connected mailbox.
    Connection(ConnectionId),
}

/// A preview to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewPreview {
    /// Of what.
    pub of: PreviewOf,
    /// Which mail.
    pub wanted: Wanted,
}

/// What would become of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Foreseen {
    /// A new ticket, also one that follows a closed one.
    NewTicket,
    /// A comment on a ticket, there already or made by the same import.
    Reply,
    /// Nothing: it is known, or there twice.
    Known,
    /// Nothing: the desk's own mail.
    Own,
    /// The suspended queue, because a machine wrote it; or a bounce.
    Automatic,
    /// The suspended queue, for another reason.
    Suspended,
    /// A ticket with the original attached.
    Unreadable,
    /// Nothing: gone before it could be read.
    Gone,
}

/// One mail of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// What would become of it.
    pub kind: Foreseen,
    /// The reason as the ledger would give it.
    pub reason: String,
    /// From, for people.
    pub sender: String,
    /// Subject.
    pub subject: String,
    /// Received.
    pub received_at: Option<Timestamp>,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Forecast {
    /// By what would become of them.
    pub counts: BTreeMap<Foreseen, u32>,
    /// The first of each kind.
    pub examples: Vec<Example>,
}

impl Forecast {
    /// Counts a mail, and keeps it as an example while there are few of its kind.
    pub fn add(&mut self, example: &Example, examples: u32) {
        let count = self.counts.entry(example.kind).or_default();
        *count += 1;
        if *count <= examples {
            self.examples.push(Example {
                reason: clean(&example.reason),
                sender: clean(&example.sender),
                subject: clean(&example.subject),
                ..example.clone()
            });
        }
    }

    /// How many of a kind.
    pub fn count(&self, kind: Foreseen) -> u32 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }
}

/// A preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Id.
    pub id: PreviewId,
    /// Of what.
    pub of: PreviewOf,
    /// Which mail.
    pub wanted: Wanted,
    /// How many there are, once listed.
    pub found: Option<u32>,
    /// How many were looked at.
    pub looked_at: u32,
    /// What was counted so far.
    pub forecast: Forecast,
    /// Why it ended early, in a machine's word or Microsoft's: `cancelled`, `gone`, ...
    pub error: Option<String>,
    /// Asked for.
    pub created_at: Timestamp,
    /// Ended.
    pub finished_at: Option<Timestamp>,
}

fn read(row: table::Model) -> Result<Preview> {
    let at = Row { table: "import_preview", id: row.id };
    let of = match (row.sign_in_id, row.connection_id) {
        (Some(id), _) => Some(PreviewOf::SignIn(SignInId(id))),
        (None, Some(id)) => Some(PreviewOf::Connection(ConnectionId(id))),
        (None, None) => None,
    };
    Ok(Preview {
        id: PreviewId(row.id),
        of: at.word("connection_id", of)?,
        wanted: Wanted::read(at, row.wanted, row.since, row.until)?,
        found: row.found.map(i32::unsigned_abs),
        looked_at: row.looked_at.unsigned_abs(),
        forecast: at.json("counts", &row.counts)?,
        error: row.error,
        created_at: at.time("created_at", row.created_at)?,
        finished_at: at.maybe_time("finished_at", row.finished_at)?,
    })
}

impl Store {
    /// One.
    pub async fn preview(&self, id: PreviewId) -> Result<Preview> {
        let found = table::Entity::find_by_id(id.0).one(self.reader()).await?;
        read(found.ok_or_else(|| Error::NotFound { what: "preview", id: id.to_string() })?)
    }

    /// Those that have not ended, oldest first.
    pub async fn previews_open(&self) -> Result<Vec<PreviewId>> {
        let rows = table::Entity::find()
            .filter(table::Column::FinishedAt.is_null())
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|row| PreviewId(row.id)).collect())
    }
}

impl Tx {
    /// Asks for a preview; another one of the same mailbox that is still under way ends, and old ones are forgotten.
    pub async fn start_preview(&self, new: &NewPreview) -> Result<PreviewId> {
        let (sign_in, connection) = match new.of {
            PreviewOf::SignIn(id) => (Some(id.0), None),
            PreviewOf::Connection(id) => (None, Some(id.0)),
        };
        let same = match new.of {
            PreviewOf::SignIn(id) => table::Column::SignInId.eq(id.0),
            PreviewOf::Connection(id) => table::Column::ConnectionId.eq(id.0),
        };
        let old = table::Column::CreatedAt.lt(micros(self.now - KEPT));
        table::Entity::delete_many()
            .filter(
                Condition::any()
                    .add(old)
                    .add(Condition::all().add(same).add(table::Column::FinishedAt.is_null())),
            )
            .exec(&self.db)
            .await?;
        let (number, since, until) = new.wanted.cells();
        let row = table::ActiveModel {
            sign_in_id: Set(sign_in),
            connection_id: Set(connection),
            wanted: Set(number),
            since: Set(since),
            until: Set(until),
            looked_at: Set(0),
            counts: Set(json(&Forecast::default())),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        Ok(PreviewId(table::Entity::insert(row).exec(&self.db).await?.last_insert_id))
    }

    /// Notes how far a preview has come, under the lease. False when it was cancelled or is gone: then it must stop.
    pub async fn note_preview(
        &self,
        lease: &Lease,
        id: PreviewId,
        found: u32,
        looked_at: u32,
        forecast: &Forecast,
    ) -> Result<bool> {
        self.check(lease).await?;
        let noted = table::Entity::update_many()
            .col_expr(table::Column::Found, Expr::value(small(found)))
            .col_expr(table::Column::LookedAt, Expr::value(small(looked_at)))
            .col_expr(table::Column::Counts, Expr::value(json(forecast)))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::FinishedAt.is_null())
            .exec(&self.db)
            .await?;
        self.announce(Topic::Preview(id));
        Ok(noted.rows_affected > 0)
    }

    /// Ends a preview; with the reason when it ends early. False when it had ended.
    pub async fn finish_preview(&self, id: PreviewId, error: Option<&str>) -> Result<bool> {
        let ended = table::Entity::update_many()
            .col_expr(table::Column::FinishedAt, Expr::value(micros(self.now)))
            .col_expr(table::Column::Error, Expr::value(error.map(clean)))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::FinishedAt.is_null())
            .exec(&self.db)
            .await?;
        self.announce(Topic::Preview(id));
        Ok(ended.rows_affected > 0)
    }
}
