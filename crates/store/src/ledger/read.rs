//! Reading the ledger.

use desk::decide::OutcomeKind;
use desk::{CommentId, ConnectionId, LedgerId, OutboxId, PersonId, TicketId};
use jiff::Timestamp;
use mail::MessageId;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use super::{Account, Form, KnownMessage, LedgerQuery, LedgerRow, SeenBy, ToAcknowledge, identity_of};
use crate::cells::{Row, count, micros};
use crate::entity::{import_run, ledger as table, message_identity};
use crate::tickets::containing;
use crate::{Afterwards, BlobId, Error, Later, Result, Store};

pub(crate) fn read(row: table::Model) -> Result<LedgerRow> {
    let at = Row { table: "ledger", id: row.id };
    Ok(LedgerRow {
        id: LedgerId(row.id),
        connection: row.connection_id.map(ConnectionId),
        seen_by: at.word("seen_by", SeenBy::parse(&row.seen_by, row.import_id))?,
        seen_at: at.time("seen_at", row.seen_at)?,
        received_at: at.maybe_time("received_at", row.received_at)?,
        blob: row.blob.map(BlobId),
        form: at.maybe_word("form", row.form.as_deref(), Form::parse)?,
        outcome: at.maybe_word("outcome", row.outcome.as_deref(), OutcomeKind::parse)?,
        reason: row.reason,
        ticket: row.ticket_id.map(TicketId),
        comment: row.comment_id.map(CommentId),
        acknowledged_at: at.maybe_time("acknowledged_at", row.acknowledged_at)?,
        taken_again: row.taken_again_id.map(LedgerId),
        later: match (row.later.as_deref(), at.maybe_time("later_at", row.later_at)?) {
            (Some(word), Some(time)) => Some(Later {
                what: at.word("later", Afterwards::parse(word))?,
                at: time,
                by: row.later_by.map(PersonId),
            }),
            _ => None,
        },
        address: row.address,
        item: row.item,
        sender: row.sender,
        author: row.author,
        subject: row.subject,
        attempts: row.attempts,
        last_error: row.last_error,
    })
}

pub(super) fn read_known(row: &message_identity::Model) -> KnownMessage {
    KnownMessage {
        ticket: TicketId(row.ticket_id),
        comment: row.comment_id.map(CommentId),
        ledger: row.ledger_id.map(LedgerId),
        outbox: row.outbox_id.map(OutboxId),
    }
}

pub(super) fn missing(id: LedgerId) -> Error {
    Error::NotFound { what: "ledger row", id: id.to_string() }
}

/// Rows that belong to no import that rests.
pub(crate) fn not_resting() -> Condition {
    let resting = Query::select()
        .column(import_run::Column::Id)
        .from(import_run::Entity)
        .and_where(import_run::Column::PausedAt.is_not_null())
        .take();
    Condition::any()
        .add(table::Column::ImportId.is_null())
        .add(table::Column::ImportId.not_in_subquery(resting))
}

/// What these Message-IDs stand for; in the order asked for.
pub(super) async fn known_messages<C: ConnectionTrait>(
    db: &C,
    ids: &[MessageId],
) -> Result<Vec<(MessageId, KnownMessage)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = message_identity::Entity::find()
        .filter(message_identity::Column::Identity.is_in(ids.iter().map(identity_of)))
        .all(db)
        .await?;
    let known = ids.iter().filter_map(|id| {
        let identity = identity_of(id);
        let row = rows.iter().find(|row| row.identity == identity)?;
        Some((id.clone(), read_known(row)))
    });
    Ok(known.collect())
}

impl Store {
    /// What these Message-IDs stand for, in and out; those that stand for nothing are left out.
    pub async fn known_messages(&self, ids: &[MessageId]) -> Result<Vec<(MessageId, KnownMessage)>> {
        known_messages(self.reader(), ids).await
    }

    /// Rows of a mailbox (not those handed in by SMTP) that still have no outcome and whose retry time has come; live mail before
    /// imports, oldest received first. What belongs to an import that rests is left out.
    pub async fn unsettled(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerRow>> {
        let rows = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .filter(table::Column::SeenBy.ne(SeenBy::Smtp.word()))
            .filter(table::Column::Outcome.is_null())
            .filter(table::Column::RetryAt.lte(micros(now)))
            .filter(not_resting())
            .order_by_asc(table::Column::ImportId.is_not_null())
            .order_by_asc(table::Column::ReceivedAt.if_null(0_i64))
            .order_by_asc(table::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// One row.
    pub async fn ledger_row(&self, id: LedgerId) -> Result<LedgerRow> {
        read(table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?)
    }

    /// The row of a message, by its mailbox's address and its immutable id.
    pub async fn ledger_row_of_item(&self, address: &str, item: &str) -> Result<Option<LedgerRow>> {
        let found = table::Entity::find()
            .filter(table::Column::Address.eq(address.to_lowercase()))
            .filter(table::Column::Item.eq(item))
            .one(self.reader())
            .await?;
        found.map(read).transpose()
    }

    /// For the page, newest first.
    pub async fn ledger(&self, query: &LedgerQuery) -> Result<Vec<LedgerRow>> {
        let rows = table::Entity::find()
            .apply_if(query.connection, |select, connection| {
                select.filter(table::Column::ConnectionId.eq(connection.0))
            })
            .apply_if(query.outcome, |select, outcome| {
                select.filter(table::Column::Outcome.eq(outcome.as_str()))
            })
            .apply_if(query.before, |select, before| select.filter(table::Column::Id.lt(before.0)))
            .apply_if(Some(query.text.trim()).filter(|text| !text.is_empty()), |select, text| {
                let holds =
                    |column: table::Column| Expr::expr(Func::lower(Expr::col(column))).like(containing(text));
                let columns = [table::Column::Sender, table::Column::Subject, table::Column::Address];
                select
                    .filter(columns.into_iter().fold(Condition::any(), |any, column| any.add(holds(column))))
            })
            .order_by_desc(table::Column::Id)
            .limit(u64::from(query.limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The account; of one mailbox or of all.
    pub async fn ledger_account(&self, connection: Option<ConnectionId>) -> Result<Account> {
        let of = |select: sea_orm::Select<table::Entity>| {
            select.apply_if(connection, |select, id| select.filter(table::Column::ConnectionId.eq(id.0)))
        };
        let rows: Vec<(Option<String>, i64)> = of(table::Entity::find())
            .select_only()
            .column(table::Column::Outcome)
            .column_as(table::Column::Id.count(), "rows")
            .group_by(table::Column::Outcome)
            .into_tuple()
            .all(self.reader())
            .await?;
        let mut account = Account::default();
        for (outcome, rows) in rows {
            account.seen += count(rows);
            match outcome {
                None => account.waiting = count(rows),
                Some(word) => {
                    let kind = Row { table: "ledger", id: 0 }.word("outcome", OutcomeKind::parse(&word))?;
                    account.by_outcome.push((kind, count(rows)));
                }
            }
        }
        account.by_outcome.sort();
        account.journaled =
            of(table::Entity::find()).filter(table::Column::Blob.is_not_null()).count(self.reader()).await?;
        account.unacknowledged =
            of(table::Entity::find()).filter(unacknowledged()).count(self.reader()).await?;
        Ok(account)
    }

    /// Settled rows of the mailbox not yet marked there and due for a try, oldest first.
    pub async fn to_acknowledge(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ToAcknowledge>> {
        let rows = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .filter(unacknowledged())
            .filter(table::Column::AcknowledgeAt.lte(micros(now)))
            .order_by_asc(table::Column::AcknowledgeAt)
            .order_by_asc(table::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                let at = Row { table: "ledger", id: row.id };
                Ok(ToAcknowledge {
                    id: LedgerId(row.id),
                    categories: at.json("categories", &row.categories)?,
                    outcome: at.word("outcome", row.outcome.as_deref().and_then(OutcomeKind::parse))?,
                    item: row.item,
                    etag: row.etag,
                })
            })
            .collect()
    }

    /// The ledger row whose mail made this comment (for showing HTML and original).
    pub async fn ledger_row_of_comment(&self, comment: CommentId) -> Result<Option<LedgerRow>> {
        let found = table::Entity::find()
            .filter(table::Column::CommentId.eq(comment.0))
            .filter(table::Column::Outcome.is_in(MAKES_COMMENT.map(OutcomeKind::as_str)))
            .order_by_asc(table::Column::Id)
            .one(self.reader())
            .await?;
        found.map(read).transpose()
    }
}

/// Outcomes whose row made its comment, a suspended one's when it was recovered; a duplicate's row only names the comment that
/// was there.
const MAKES_COMMENT: [OutcomeKind; 5] = [
    OutcomeKind::NewTicket,
    OutcomeKind::Reply,
    OutcomeKind::FollowUp,
    OutcomeKind::Unreadable,
    OutcomeKind::Suspended,
];

/// Settled, in a mailbox, and not marked there.
fn unacknowledged() -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(table::Column::Outcome.is_not_null())
        .add(table::Column::AcknowledgedAt.is_null())
        .add(table::Column::ConnectionId.is_not_null())
}
