//! The outbox: mail to be sent, until its sent copy has been seen. One row is one mail, delivered at most once and never
//! silently zero times. Each step's result is stored before the next step is taken.

use desk::{AddressId, CommentId, ConnectionId, OutboxId, TicketId, TriggerId};
use jiff::{SignedDuration, Timestamp};
use mail::{Mailbox, MessageId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::cells::{Row, clean, count, json, micros, small};
use crate::entity::{connection, message_identity, outbox as table};
use crate::ledger::identity_of;
use crate::people::was_inserted;
use crate::{BlobId, ConnectionState, Error, Lease, Result, Store, Topic, Tx};

/// How far a mail has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing done.
    Queued,
    /// A draft may have been asked for; its id is not known yet. A retry first looks for it by our mark.
    Drafting,
    /// The draft is there with its immutable id; attachments go up.
    Drafted,
    /// `send` may have been called. A retry first looks whether the draft is gone.
    Sending,
    /// Accepted; the sent copy has not been seen yet.
    Accepted,
    /// Seen in Sent Items.
    Sent,
    /// Will not be sent; the reason is shown at the comment.
    Failed,
}

impl Step {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Drafting => "drafting",
            Self::Drafted => "drafted",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Drafting, Self::Drafted, Self::Sending, Self::Accepted, Self::Sent, Self::Failed]
            .into_iter()
            .find(|s| s.as_str() == text)
    }

    /// The steps after which nothing is done, as stored.
    const FINAL: [&'static str; 2] = [Self::Sent.as_str(), Self::Failed.as_str()];

    /// Nothing more will be done.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Sent | Self::Failed)
    }
}

/// Who waits for whom: agents' answers before automatic mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// An agent wrote it.
    Answer = 0,
    /// A trigger sends it.
    Automatic = 1,
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct NewOutbox {
    /// Through this mailbox and no other.
    pub connection: ConnectionId,
    /// From.
    pub address: AddressId,
    /// Ticket.
    pub ticket: Option<TicketId>,
    /// The comment it carries.
    pub comment: Option<CommentId>,
    /// The trigger that sends it.
    pub trigger: Option<TriggerId>,
    /// Urgency.
    pub urgency: Urgency,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Our Message-ID.
    pub message_id: MessageId,
    /// Answers.
    pub in_reply_to: Option<MessageId>,
    /// Thread.
    pub references: Vec<MessageId>,
    /// Our mark, unique: random hex.
    pub mark: String,
    /// Files: (name, type, content id, blob, size).
    pub attachments: Vec<OutboxFile>,
}

/// A file of an outgoing mail.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OutboxFile {
    /// Name.
    pub name: String,
    /// Type.
    pub content_type: String,
    /// Content-ID.
    pub content_id: Option<String>,
    /// Bytes.
    pub blob: BlobId,
    /// Size.
    pub size: u64,
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// Id.
    pub id: OutboxId,
    /// The mail.
    pub mail: NewOutbox,
    /// Step.
    pub step: Step,
    /// Immutable id of the draft.
    pub draft: Option<String>,
    /// Message-ID it really has at Exchange (ours or theirs).
    pub sent_message_id: Option<MessageId>,
    /// Attachments that are up.
    pub files_up: i32,
    /// Tries.
    pub attempts: i32,
    /// When `send` was called last.
    pub sending_at: Option<Timestamp>,
    /// When it is to be looked at next.
    pub due_at: Timestamp,
    /// Made.
    pub created_at: Timestamp,
    /// Seen in Sent Items at.
    pub sent_at: Option<Timestamp>,
    /// Last failure, for people.
    pub last_error: Option<String>,
    /// Delivery failure reported later by a bounce.
    pub bounce: Option<String>,
}

/// What a step changes.
#[derive(Debug, Clone, Default)]
pub struct OutboxUpdate {
    /// New step.
    pub step: Option<Step>,
    /// Draft id.
    pub draft: Option<String>,
    /// Real Message-ID; also claimed as known message of the ticket.
    pub sent_message_id: Option<MessageId>,
    /// Files up.
    pub files_up: Option<i32>,
    /// Count a try.
    pub attempted: bool,
    /// Send called.
    pub sending_at: Option<Timestamp>,
    /// Look again.
    pub due_at: Option<Timestamp>,
    /// Seen in Sent Items.
    pub sent_at: Option<Timestamp>,
    /// Failure.
    pub last_error: Option<String>,
}

/// What a mailbox has spent of its sending budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// `send` calls in the last minute.
    pub messages_last_minute: u32,
    /// Recipients in the last 24 hours.
    pub recipients_last_day: u32,
}

impl Urgency {
    fn parse(number: i32) -> Option<Self> {
        [Self::Answer, Self::Automatic].into_iter().find(|urgency| *urgency as i32 == number)
    }
}

fn read(row: table::Model) -> Result<OutboxRow> {
    let at = Row { table: "outbox", id: row.id };
    let mail = NewOutbox {
        connection: ConnectionId(row.connection_id),
        address: AddressId(row.address_id),
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
    })
}

fn missing(id: OutboxId) -> Error {
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

impl Tx {
    /// Adds a mail; its Message-ID becomes a known message of the ticket. [`crate::Error::Exists`] when mark or
    /// Message-ID are used.
    pub async fn enqueue(&self, new: &NewOutbox) -> Result<OutboxId> {
        let row = table::ActiveModel {
            connection_id: Set(new.connection.0),
            address_id: Set(new.address.0),
            ticket_id: Set(new.ticket.map(|id| id.0)),
            comment_id: Set(new.comment.map(|id| id.0)),
            trigger_id: Set(new.trigger.map(|id| id.0)),
            urgency: Set(new.urgency as i32),
            to_people: Set(json(&new.to)),
            cc_people: Set(json(&new.cc)),
            recipients: Set(small(new.to.len() + new.cc.len())),
            subject: Set(clean(&new.subject)),
            text: Set(clean(&new.text)),
            html: Set(clean(&new.html)),
            message_id: Set(new.message_id.as_str().to_owned()),
            in_reply_to: Set(new.in_reply_to.as_ref().map(|id| id.as_str().to_owned())),
            thread: Set(json(&new.references)),
            mark: Set(new.mark.clone()),
            attachments: Set(json(&new.attachments)),
            step: Set(Step::Queued.as_str().to_owned()),
            files_up: Set(0),
            attempts: Set(0),
            due_at: Set(micros(self.now)),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        let nothing = OnConflict::column(table::Column::Mark).do_nothing().to_owned();
        let id = match table::Entity::insert(row).on_conflict(nothing).exec(&self.db).await {
            Ok(inserted) => OutboxId(inserted.last_insert_id),
            Err(sea_orm::DbErr::RecordNotInserted) => return Err(Error::Exists { what: "outbox mark" }),
            Err(error) => return Err(error.into()),
        };
        if let Some(ticket) = new.ticket
            && !self.claim_sent(&new.message_id, ticket, new.comment, id).await?
        {
            return Err(Error::Exists { what: "message identity" });
        }
        Ok(id)
    }

    /// Makes a Message-ID stand for a mail of ours. One that a letter has claimed before keeps its comment and learns
    /// that it is ours; false when another mail of ours has it.
    async fn claim_sent(
        &self,
        id: &MessageId,
        ticket: TicketId,
        comment: Option<CommentId>,
        outbox: OutboxId,
    ) -> Result<bool> {
        let row = message_identity::ActiveModel {
            identity: Set(identity_of(id)),
            ticket_id: Set(ticket.0),
            comment_id: Set(comment.map(|id| id.0)),
            outbox_id: Set(Some(outbox.0)),
            ..Default::default()
        };
        let owner = Expr::col((message_identity::Entity, message_identity::Column::OutboxId));
        let adopt = OnConflict::column(message_identity::Column::Identity)
            .update_column(message_identity::Column::OutboxId)
            .action_and_where(owner.clone().is_null().or(owner.eq(outbox.0)))
            .to_owned();
        was_inserted(
            message_identity::Entity::insert(row).on_conflict(adopt).exec_without_returning(&self.db).await,
        )
    }

    /// Stores a step's result, under the lease.
    pub async fn outbox_update(&self, lease: &Lease, id: OutboxId, update: &OutboxUpdate) -> Result<()> {
        self.check(lease).await?;
        let mut change = table::ActiveModel::default();
        if let Some(step) = update.step {
            change.step = Set(step.as_str().to_owned());
        }
        if let Some(draft) = &update.draft {
            change.draft = Set(Some(draft.clone()));
        }
        if let Some(message_id) = &update.sent_message_id {
            change.sent_message_id = Set(Some(message_id.as_str().to_owned()));
        }
        if let Some(files_up) = update.files_up {
            change.files_up = Set(files_up);
        }
        if let Some(at) = update.sending_at {
            change.sending_at = Set(Some(micros(at)));
        }
        if let Some(at) = update.due_at {
            change.due_at = Set(micros(at));
        }
        if let Some(at) = update.sent_at {
            change.sent_at = Set(Some(micros(at)));
        }
        if let Some(error) = &update.last_error {
            change.last_error = Set(Some(clean(error)));
        }
        let mut statement = table::Entity::update_many().set(change).filter(table::Column::Id.eq(id.0));
        // The attempts always stand in the statement: an update that sets nothing would be none.
        let tries = Expr::col(table::Column::Attempts).add(i32::from(update.attempted));
        statement = statement.col_expr(table::Column::Attempts, tries);
        let row =
            statement.exec_with_returning(&self.db).await?.into_iter().next().ok_or_else(|| missing(id))?;
        if let (Some(message_id), Some(ticket)) = (&update.sent_message_id, row.ticket_id) {
            self.claim_sent(message_id, TicketId(ticket), row.comment_id.map(CommentId), id).await?;
        }
        if let (Some(_), Some(ticket)) = (update.step, row.ticket_id) {
            self.announce(Topic::Ticket(TicketId(ticket)));
        }
        Ok(())
    }

    /// Finds a row by our mark or by one of these Message-IDs.
    pub async fn outbox_by_mark_or_ids(
        &self,
        mark: Option<&str>,
        ids: &[MessageId],
    ) -> Result<Option<OutboxRow>> {
        let mut found = None;
        if let Some(mark) = mark {
            found = table::Entity::find().filter(table::Column::Mark.eq(mark)).one(&self.db).await?;
        }
        if found.is_none() && !ids.is_empty() {
            let ours = Query::select()
                .column(message_identity::Column::OutboxId)
                .from(message_identity::Entity)
                .and_where(message_identity::Column::Identity.is_in(ids.iter().map(identity_of)))
                .and_where(message_identity::Column::OutboxId.is_not_null())
                .take();
            let row = table::Entity::find().filter(table::Column::Id.in_subquery(ours));
            found = row.order_by_asc(table::Column::Id).one(&self.db).await?;
        }
        found.map(read).transpose()
    }

    /// Notes a bounce at the row.
    pub async fn note_bounce(&self, id: OutboxId, reason: &str) -> Result<()> {
        let noted = table::Entity::update_many()
            .col_expr(table::Column::Bounce, Expr::value(clean(reason)))
            .filter(table::Column::Id.eq(id.0))
            .exec_with_returning(&self.db)
            .await?;
        let row = noted.into_iter().next().ok_or_else(|| missing(id))?;
        if let Some(ticket) = row.ticket_id {
            self.announce(Topic::Ticket(TicketId(ticket)));
        }
        Ok(())
    }

    /// Message-IDs of a ticket's mails, in and out, oldest first, at most 40: the thread. Of a longer one the first and
    /// the newest 39, as References headers are cut.
    pub async fn thread(&self, ticket: TicketId) -> Result<Vec<MessageId>> {
        let of_ticket = || {
            message_identity::Entity::find()
                .filter(message_identity::Column::TicketId.eq(ticket.0))
                .filter(message_identity::Column::Identity.starts_with("mid:"))
        };
        let mut rows =
            of_ticket().order_by_desc(message_identity::Column::Id).limit(THREAD).all(&self.db).await?;
        rows.reverse();
        if rows.len() as u64 == THREAD
            && let Some(first) = of_ticket().order_by_asc(message_identity::Column::Id).one(&self.db).await?
        {
            rows[0] = first;
        }
        Ok(rows.iter().filter_map(|row| MessageId::parse(row.identity.strip_prefix("mid:")?)).collect())
    }
}

/// Longest thread: References stays below what mail systems cut off.
const THREAD: u64 = 40;
