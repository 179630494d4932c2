//! The suspended queue: finding, taking out, and what the ledger says of a mail afterwards.

use desk::decide::Cause;
use desk::{CommentId, LedgerId, PersonId, SuspendedId, TicketId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::cells::{Row, clean, count, micros};
use crate::entity::{ledger, suspended as table};
use crate::tickets::containing;
use crate::{Error, NewSuspended, Result, Store, Suspended, Topic, Tx};

/// What became of a mail after its outcome, which stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// An agent let it in as it is: the row names the ticket and the comment.
    Recovered,
    /// An agent let it in after a change.
    RecoveredChanged,
    /// An agent wanted to let it in, but the same mail had come in meanwhile: the row names its ticket.
    Duplicate,
    /// An agent deleted it from the queue.
    Deleted,
    /// It waited in the queue as long as the account keeps suspended mail.
    Expired,
}

/// The same with when and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later {
    /// What.
    pub what: Afterwards,
    /// When.
    pub at: Timestamp,
    /// By whom; `None`: by itself.
    pub by: Option<PersonId>,
}

/// What the queue is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SuspendedOrder {
    /// When it was suspended.
    #[default]
    CreatedAt,
    /// The author's address.
    AuthorEmail,
    /// The cause.
    Cause,
    /// The subject.
    Subject,
}

/// A part of the queue.
#[derive(Debug, Clone, Default)]
pub struct SuspendedQuery {
    /// One cause.
    pub cause: Option<Cause>,
    /// Part of the author or the subject.
    pub text: String,
    /// Sorted by.
    pub order: SuspendedOrder,
    /// The greatest first.
    pub descending: bool,
    /// Left out at the beginning.
    pub skip: u64,
    /// Only greater ids (for cursors).
    pub after: Option<SuspendedId>,
    /// Only smaller ids (for cursors).
    pub before: Option<SuspendedId>,
    /// How many.
    pub limit: u64,
}

impl Afterwards {
    const ALL: [Self; 5] =
        [Self::Recovered, Self::RecoveredChanged, Self::Duplicate, Self::Deleted, Self::Expired];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Afterwards::Recovered => "recovered",
            Afterwards::RecoveredChanged => "recovered_changed",
            Afterwards::Duplicate => "duplicate",
            Afterwards::Deleted => "deleted",
            Afterwards::Expired => "expired",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }
}

fn read(row: table::Model) -> Result<Suspended> {
    let at = Row { table: "suspended", id: row.id };
    Ok(Suspended {
        id: SuspendedId(row.id),
        created_at: at.time("created_at", row.created_at)?,
        what: NewSuspended {
            ledger: LedgerId(row.ledger_id),
            cause: at.word("cause", Cause::parse(&row.cause))?,
            author: row.author,
            author_address: row.author_address,
            subject: row.subject,
            excerpt: row.excerpt,
        },
    })
}

fn missing(id: SuspendedId) -> Error {
    Error::NotFound { what: "suspended ticket", id: id.to_string() }
}

impl SuspendedQuery {
    fn condition(&self) -> Condition {
        let mut condition = Condition::all();
        if let Some(cause) = self.cause {
            condition = condition.add(table::Column::Cause.eq(cause.as_str()));
        }
        let text = self.text.trim();
        if !text.is_empty() {
            let lower = |column: table::Column| {
                Expr::expr(sea_orm::sea_query::Func::lower(Expr::col(column))).like(containing(text))
            };
            condition = condition.add(
                Condition::any()
                    .add(lower(table::Column::Author))
                    .add(lower(table::Column::AuthorAddress))
                    .add(lower(table::Column::Subject)),
            );
        }
        if let Some(after) = self.after {
            condition = condition.add(table::Column::Id.gt(after.0));
        }
        if let Some(before) = self.before {
            condition = condition.add(table::Column::Id.lt(before.0));
        }
        condition
    }
}

impl Store {
    /// A part of the queue, and how many fit the query altogether.
    pub async fn suspended(&self, query: &SuspendedQuery) -> Result<(Vec<Suspended>, u64)> {
        let select = table::Entity::find().filter(query.condition());
        let all = select.clone().count(self.reader()).await?;
        let order = if query.descending { Order::Desc } else { Order::Asc };
        let column = match query.order {
            SuspendedOrder::CreatedAt => table::Column::Id,
            SuspendedOrder::AuthorEmail => table::Column::AuthorAddress,
            SuspendedOrder::Cause => table::Column::Cause,
            SuspendedOrder::Subject => table::Column::Subject,
        };
        let rows = select
            .order_by(column, order.clone())
            .order_by(table::Column::Id, order)
            .offset(query.skip)
            .limit(query.limit)
            .all(self.reader())
            .await?;
        Ok((rows.into_iter().map(read).collect::<Result<_>>()?, all))
    }

    /// How many wait for each cause.
    pub async fn suspended_causes(&self) -> Result<Vec<(Cause, u64)>> {
        let rows: Vec<(String, i64)> = table::Entity::find()
            .select_only()
            .column(table::Column::Cause)
            .column_as(table::Column::Id.count(), "rows")
            .group_by(table::Column::Cause)
            .into_tuple()
            .all(self.reader())
            .await?;
        let at = Row { table: "suspended", id: 0 };
        rows.into_iter()
            .map(|(word, rows)| Ok((at.word("cause", Cause::parse(&word))?, count(rows))))
            .collect()
    }

    /// One.
    pub async fn suspended_one(&self, id: SuspendedId) -> Result<Suspended> {
        read(table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?)
    }

    /// Those that were suspended before a moment, oldest first.
    pub async fn suspended_before(&self, before: Timestamp, limit: u32) -> Result<Vec<SuspendedId>> {
        let ids: Vec<i64> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(table::Column::CreatedAt.lt(micros(before)))
            .order_by_asc(table::Column::CreatedAt)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(SuspendedId).collect())
    }
}

impl Tx {
    /// Keeps a suspended ticket.
    pub async fn suspend(&self, new: &NewSuspended) -> Result<SuspendedId> {
        let row = table::ActiveModel {
            ledger_id: Set(new.ledger.0),
            cause: Set(new.cause.as_str().to_owned()),
            author: Set(clean(&new.author)),
            author_address: Set(clean(&new.author_address)),
            subject: Set(clean(&new.subject)),
            excerpt: Set(clean(&new.excerpt)),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        let id = SuspendedId(table::Entity::insert(row).exec(&self.db).await?.last_insert_id);
        self.announce(Topic::Suspended);
        Ok(id)
    }

    /// Takes one out of the queue. [`Error::NotFound`] when somebody else has: whoever takes it out decides what becomes of
    /// it, and on PostgreSQL the second waits here until the first has committed.
    pub async fn unsuspend(&self, id: SuspendedId) -> Result<Suspended> {
        let found = table::Entity::find_by_id(id.0).one(&self.db).await?.ok_or_else(|| missing(id))?;
        let gone = table::Entity::delete_by_id(id.0).exec(&self.db).await?;
        if gone.rows_affected != 1 {
            return Err(missing(id));
        }
        self.announce(Topic::Suspended);
        read(found)
    }

    /// Notes what became of a suspended mail afterwards; the outcome and its reason stay.
    pub async fn note_later(
        &self,
        row: LedgerId,
        what: Afterwards,
        by: Option<PersonId>,
        became: Option<(TicketId, Option<CommentId>)>,
    ) -> Result<()> {
        let mut change = ledger::ActiveModel {
            later: Set(Some(what.as_str().to_owned())),
            later_at: Set(Some(micros(self.now))),
            later_by: Set(by.map(|id| id.0)),
            ..Default::default()
        };
        if let Some((ticket, comment)) = became {
            change.ticket_id = Set(Some(ticket.0));
            change.comment_id = Set(comment.map(|id| id.0));
        }
        self.change_ledger(row, change).await
    }
}
