//! Reading the outbox: what is due, what is spent.

use desk::{AddressId, CommentId, ConnectionId, OutboxId, TicketId, TriggerId};
use jiff::{SignedDuration, Timestamp};
use mail::MessageId;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{NewOutbox, OutboxRow, Purpose, Spent, Step, Urgency};
use crate::cells::{Row, count, micros};
use crate::entity::{connection, outbox as table};
use crate::{ConnectionState, Error, Result, Store};

pub(crate) fn read(row: table::Model) -> Result<OutboxRow> {
    let at = Row { table: "outbox", id: row.id };
    let mail = NewOutbox {
        connection: ConnectionId(row.connection_id),
        // 0 stands for "no address": the column was made when every mail had one.
        address: (row.address_id != 0).then_some(AddressId(row.address_id)),
        purpose: at.word("purpose", Purpose::parse(&row.purpose))?,
        ticket: row.ticket_id.map(TicketId),
        comment: row.comment_id.map(CommentId),
        trigger: row.trigger_id.map(TriggerId),
        urgency: at.word("urgency", Urgency::parse(row.urgency))?,
        to: at.json("to_people", &row.to_people)?,
        cc: at.json("cc_people", &row.cc_people)?,
        subject: row.subject,
        text: row.text,
        html: row.html,
        message_id: at.word("message_id", MessageId::parse(&row.message_id))?,
        in_reply_to: at.maybe_word("in_reply_to", row.in_reply_to.as_deref(), MessageId::parse)?,
        references: at.json("thread", &row.thread)?,
        mark: row.mark,
        attachments: at.json("attachments", &row.attachments)?,
    };
    Ok(OutboxRow {
        id: OutboxId(row.id),
        mail,
        step: at.word("step", Step::parse(&row.step))?,
        draft: row.draft,
        sent_message_id: at.maybe_word(
            "sent_message_id",
            row.sent_message_id.as_deref(),
            MessageId::parse,
        )?,
        files_up: row.files_up,
        attempts: row.attempts,
        sending_at: at.maybe_time("sending_at", row.sending_at)?,
        due_at: at.time("due_at", row.due_at)?,
        created_at: at.time("created_at", row.created_at)?,
        sent_at: at.maybe_time("sent_at", row.sent_at)?,
        last_error: row.last_error,
        bounce: row.bounce,
        answers: at.maybe_json("answers", row.answers.as_deref())?.unwrap_or_default(),
    })
}

pub(super) fn missing(id: OutboxId) -> Error {
    Error::NotFound { what: "outbox row", id: id.to_string() }
}

/// Rows that still wait for something at `now`.
fn due(now: Timestamp) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(table::Column::Step.is_not_in(Step::FINAL))
        .add(table::Column::DueAt.lte(micros(now)))
}

impl Store {
    /// Mailboxes that work and have rows due at `now`, longest waiting first.
    pub async fn due_to_send(&self, now: Timestamp, limit: u32) -> Result<Vec<ConnectionId>> {
        let working = Query::select()
            .column(connection::Column::Id)
            .from(connection::Entity)
            .and_where(connection::Column::State.is_in(ConnectionState::WORKING))
            .take();
        let ids: Vec<i64> = table::Entity::find()
            .select_only()
            .column(table::Column::ConnectionId)
            .filter(due(now))
            .filter(table::Column::ConnectionId.in_subquery(working))
            .group_by(table::Column::ConnectionId)
            .order_by_asc(table::Column::DueAt.min())
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(ConnectionId).collect())
    }

    /// Rows of a mailbox due at `now` that are not final: answers first, then oldest.
    pub async fn outbox_due(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutboxRow>> {
        let rows = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .filter(due(now))
            .order_by_asc(table::Column::Urgency)
            .order_by_asc(table::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// One row.
    pub async fn outbox_row(&self, id: OutboxId) -> Result<OutboxRow> {
        read(table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?)
    }

    /// Rows of a ticket, oldest first.
    pub async fn outbox_of_ticket(&self, ticket: TicketId) -> Result<Vec<OutboxRow>> {
        let rows = table::Entity::find()
            .filter(table::Column::TicketId.eq(ticket.0))
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Counts by step: of one mailbox or all.
    pub async fn outbox_counts(&self, connection: Option<ConnectionId>) -> Result<Vec<(Step, u64)>> {
        let rows: Vec<(String, i64)> = table::Entity::find()
            .select_only()
            .column(table::Column::Step)
            .column_as(table::Column::Id.count(), "rows")
            .apply_if(connection, |select, id| select.filter(table::Column::ConnectionId.eq(id.0)))
            .group_by(table::Column::Step)
            .order_by_asc(table::Column::Step)
            .into_tuple()
            .all(self.reader())
            .await?;
        let at = Row { table: "outbox", id: 0 };
        rows.into_iter().map(|(step, rows)| Ok((at.word("step", Step::parse(&step))?, count(rows)))).collect()
    }

    /// Spent budgets at `now`.
    pub async fn spent(&self, connection: ConnectionId, now: Timestamp) -> Result<Spent> {
        let since = |span: SignedDuration| {
            table::Entity::find()
                .filter(table::Column::ConnectionId.eq(connection.0))
                .filter(table::Column::SendingAt.gt(micros(now - span)))
        };
        let messages = since(SignedDuration::from_mins(1)).count(self.reader()).await?;
        let recipients: Option<Option<i64>> = since(SignedDuration::from_hours(24))
            .select_only()
            .column_as(table::Column::Recipients.sum(), "recipients")
            .into_tuple()
            .one(self.reader())
            .await?;
        Ok(Spent {
            messages_last_minute: u32::try_from(messages).unwrap_or(u32::MAX),
            recipients_last_day: u32::try_from(count(recipients.flatten().unwrap_or(0))).unwrap_or(u32::MAX),
        })
    }
}
