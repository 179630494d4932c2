//! The ledger: every message ever seen, each with one permanent outcome; and the journal, its raw bytes.

use desk::decide::OutcomeKind;
use desk::{CommentId, ConnectionId, ImportId, LedgerId, OutboxId, TicketId};
use jiff::Timestamp;
use mail::MessageId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::cells::{Row, clean, count, json, micros};
use crate::entity::{ledger as table, message_identity};
use crate::people::was_inserted;
use crate::{BlobId, Error, Lease, Result, Store, Tx};

/// A message seen in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Immutable id (or, for imports from files, `file:` and the SHA-256).
    pub item: String,
    /// When the mailbox received it.
    pub received_at: Option<Timestamp>,
    /// Categories it had: needed to add ours without an extra call.
    pub categories: Vec<String>,
    /// Version it had.
    pub etag: Option<String>,
}

/// By which way a message was seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenBy {
    /// Delta.
    Delta,
    /// Sweep of the last days.
    Sweep,
    /// The newest-300 import.
    Import(ImportId),
    /// `postdesk import`.
    File,
}

/// How the raw message was journaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// MIME.
    Mime,
    /// Graph's JSON, because there was no MIME to be had.
    GraphJson,
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Id.
    pub id: LedgerId,
    /// Mailbox; `None` for imports from files.
    pub connection: Option<ConnectionId>,
    /// The mailbox's address when it was seen.
    pub address: String,
    /// Immutable id.
    pub item: String,
    /// First seen by.
    pub seen_by: SeenBy,
    /// Seen at.
    pub seen_at: Timestamp,
    /// Received by the mailbox at.
    pub received_at: Option<Timestamp>,
    /// Journaled bytes.
    pub blob: Option<BlobId>,
    /// Their form.
    pub form: Option<Form>,
    /// Outcome, once settled.
    pub outcome: Option<OutcomeKind>,
    /// Its reason.
    pub reason: Option<String>,
    /// Ticket concerned.
    pub ticket: Option<TicketId>,
    /// Comment made.
    pub comment: Option<CommentId>,
    /// From, for people (`name <address>`).
    pub sender: String,
    /// Subject, for people.
    pub subject: String,
    /// Tries that failed.
    pub attempts: i32,
    /// Last failure.
    pub last_error: Option<String>,
    /// Marked read and categorised in the mailbox at.
    pub acknowledged_at: Option<Timestamp>,
}

/// How a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Outcome.
    pub outcome: OutcomeKind,
    /// Reason.
    pub reason: String,
    /// Ticket concerned.
    pub ticket: Option<TicketId>,
    /// Comment made.
    pub comment: Option<CommentId>,
    /// From, for people.
    pub sender: String,
    /// Subject.
    pub subject: String,
    /// [`mail::Letter::identity`].
    pub identity: Option<String>,
    /// Author's address, for the hourly count.
    pub author: Option<String>,
}

/// A message to be acknowledged in its mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToAcknowledge {
    /// Row.
    pub id: LedgerId,
    /// Immutable id.
    pub item: String,
    /// Categories it had when seen.
    pub categories: Vec<String>,
    /// Version it had when seen.
    pub etag: Option<String>,
    /// Outcome: decides the category.
    pub outcome: OutcomeKind,
}

/// The ledger's account of a mailbox: seen = the sum of the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Rows.
    pub seen: u64,
    /// Of these without an outcome yet.
    pub waiting: u64,
    /// By outcome.
    pub by_outcome: Vec<(OutcomeKind, u64)>,
    /// Settled but not yet marked in the mailbox.
    pub unacknowledged: u64,
}

/// A mail of the account that a Message-ID stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMessage {
    /// Ticket.
    pub ticket: TicketId,
    /// Comment.
    pub comment: Option<CommentId>,
    /// The ledger row it came by, if it came by mail.
    pub ledger: Option<LedgerId>,
    /// The outbox row, if it is ours.
    pub outbox: Option<OutboxId>,
}

/// Filter of the ledger's page.
#[derive(Debug, Clone, Default)]
pub struct LedgerQuery {
    /// One mailbox.
    pub connection: Option<ConnectionId>,
    /// One outcome.
    pub outcome: Option<OutcomeKind>,
    /// Rows with smaller ids (for paging downwards).
    pub before: Option<LedgerId>,
    /// How many.
    pub limit: u32,
}

/// Rows a statement inserts at once; well below the databases' limits of values a statement.
const CHUNK: usize = 100;

impl SeenBy {
    fn word(self) -> &'static str {
        match self {
            SeenBy::Delta => "delta",
            SeenBy::Sweep => "sweep",
            SeenBy::Import(_) => "import",
            SeenBy::File => "file",
        }
    }

    fn parse(word: &str, import: Option<i64>) -> Option<Self> {
        match (word, import) {
            ("delta", _) => Some(SeenBy::Delta),
            ("sweep", _) => Some(SeenBy::Sweep),
            ("import", Some(run)) => Some(SeenBy::Import(ImportId(run))),
            ("file", _) => Some(SeenBy::File),
            _ => None,
        }
    }

    fn import(self) -> Option<i64> {
        match self {
            SeenBy::Import(run) => Some(run.0),
            SeenBy::Delta | SeenBy::Sweep | SeenBy::File => None,
        }
    }
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Form::Mime => "mime",
            Form::GraphJson => "graph_json",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Form::Mime, Form::GraphJson].into_iter().find(|form| form.word() == word)
    }
}

fn read(row: table::Model) -> Result<LedgerRow> {
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
        address: row.address,
        item: row.item,
        sender: row.sender,
        subject: row.subject,
        attempts: row.attempts,
        last_error: row.last_error,
    })
}

fn read_known(row: &message_identity::Model) -> KnownMessage {
    KnownMessage {
        ticket: TicketId(row.ticket_id),
        comment: row.comment_id.map(CommentId),
        ledger: row.ledger_id.map(LedgerId),
        outbox: row.outbox_id.map(OutboxId),
    }
}

/// What a Message-ID is known by: the same words as [`mail::Letter::identity`].
pub(crate) fn identity_of(id: &MessageId) -> String {
    format!("mid:{id}")
}

fn missing(id: LedgerId) -> Error {
    Error::NotFound { what: "ledger row", id: id.to_string() }
}

impl Store {
    /// Rows of a mailbox that still have no outcome and whose retry time has come; live mail before imports, oldest received first.
    pub async fn unsettled(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerRow>> {
        let rows = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .filter(table::Column::Outcome.is_null())
            .filter(table::Column::RetryAt.lte(micros(now)))
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

/// Outcomes whose row made its comment; a duplicate's row only names the comment that was there.
const MAKES_COMMENT: [OutcomeKind; 4] =
    [OutcomeKind::NewTicket, OutcomeKind::Reply, OutcomeKind::FollowUp, OutcomeKind::Unreadable];

/// Settled, in a mailbox, and not marked there.
fn unacknowledged() -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(table::Column::Outcome.is_not_null())
        .add(table::Column::AcknowledgedAt.is_null())
        .add(table::Column::ConnectionId.is_not_null())
}

impl Tx {
    /// Records messages as seen; those known already (address of the mailbox + immutable id) are left alone. Answers the new rows' ids, in order.
    pub async fn see(
        &self,
        connection: Option<ConnectionId>,
        address: &str,
        items: &[Seen],
        by: SeenBy,
    ) -> Result<Vec<LedgerId>> {
        let address = address.to_lowercase();
        let mut ids = Vec::with_capacity(items.len());
        for items in items.chunks(CHUNK) {
            let mut insert = Query::insert();
            insert.into_table(table::Entity).columns([
                table::Column::ConnectionId,
                table::Column::Address,
                table::Column::Item,
                table::Column::SeenBy,
                table::Column::ImportId,
                table::Column::SeenAt,
                table::Column::ReceivedAt,
                table::Column::Categories,
                table::Column::Etag,
                table::Column::Sender,
                table::Column::Subject,
                table::Column::Attempts,
                table::Column::RetryAt,
                table::Column::AcknowledgeAt,
            ]);
            for seen in items {
                insert.values_panic([
                    connection.map(|id| id.0).into(),
                    address.as_str().into(),
                    seen.item.as_str().into(),
                    by.word().into(),
                    by.import().into(),
                    micros(self.now).into(),
                    seen.received_at.map(micros).into(),
                    json(&seen.categories).into(),
                    seen.etag.as_deref().into(),
                    "".into(),
                    "".into(),
                    0_i32.into(),
                    0_i64.into(),
                    0_i64.into(),
                ]);
            }
            let nothing =
                OnConflict::columns([table::Column::Address, table::Column::Item]).do_nothing().to_owned();
            insert.on_conflict(nothing).returning_col(table::Column::Id);
            let rows = self.db.query_all(&insert).await?;
            for row in rows {
                ids.push(LedgerId(row.try_get("", "id")?));
            }
        }
        // Numbers rise in the order of the values, whatever the order of the answer.
        ids.sort_unstable();
        Ok(ids)
    }

    /// The row of a message, by its mailbox's address and its id, seen from inside this transaction.
    pub async fn ledger_row_of_item(&self, address: &str, item: &str) -> Result<Option<LedgerRow>> {
        let found = table::Entity::find()
            .filter(table::Column::Address.eq(address.to_lowercase()))
            .filter(table::Column::Item.eq(item))
            .one(&self.db)
            .await?;
        found.map(read).transpose()
    }

    /// Notes the journaled bytes.
    pub async fn journal(&self, id: LedgerId, blob: &BlobId, form: Form, size: u64) -> Result<()> {
        let change = table::ActiveModel {
            blob: Set(Some(blob.0.clone())),
            form: Set(Some(form.word().to_owned())),
            size: Set(Some(i64::try_from(size).unwrap_or(i64::MAX))),
            ..Default::default()
        };
        self.change_ledger(id, change).await
    }

    async fn change_ledger(&self, id: LedgerId, change: table::ActiveModel) -> Result<()> {
        let changed = table::Entity::update_many()
            .set(change)
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if changed.rows_affected == 0 { Err(missing(id)) } else { Ok(()) }
    }

    /// Gives the row its outcome. False when it has one already: then nothing was changed and the caller must roll back.
    /// A message that has vanished from its mailbox counts as acknowledged: there is nothing left to mark.
    pub async fn settle(&self, id: LedgerId, settlement: &Settlement) -> Result<bool> {
        let mut change = table::ActiveModel {
            outcome: Set(Some(settlement.outcome.as_str().to_owned())),
            reason: Set(Some(clean(&settlement.reason))),
            ticket_id: Set(settlement.ticket.map(|id| id.0)),
            comment_id: Set(settlement.comment.map(|id| id.0)),
            sender: Set(clean(&settlement.sender)),
            subject: Set(clean(&settlement.subject)),
            identity: Set(settlement.identity.clone()),
            author: Set(settlement.author.as_deref().map(str::to_lowercase)),
            settled_at: Set(Some(micros(self.now))),
            ..Default::default()
        };
        if settlement.outcome == OutcomeKind::Vanished {
            change.acknowledged_at = Set(Some(micros(self.now)));
        }
        let settled = table::Entity::update_many()
            .set(change)
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::Outcome.is_null())
            .exec(&self.db)
            .await?;
        if settled.rows_affected == 1 {
            return Ok(true);
        }
        let known = table::Entity::find_by_id(id.0).one(&self.db).await?;
        known.map(|_| false).ok_or_else(|| missing(id))
    }

    /// Notes a failed try and when to try again.
    pub async fn note_failure(&self, id: LedgerId, error: &str, retry_at: Timestamp) -> Result<()> {
        let noted = table::Entity::update_many()
            .col_expr(table::Column::Attempts, Expr::col(table::Column::Attempts).add(1))
            .col_expr(table::Column::LastError, Expr::value(clean(error)))
            .col_expr(table::Column::RetryAt, Expr::value(micros(retry_at)))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if noted.rows_affected == 0 { Err(missing(id)) } else { Ok(()) }
    }

    /// Marks rows as acknowledged in the mailbox.
    pub async fn acknowledged(&self, ids: &[LedgerId]) -> Result<()> {
        self.change_acknowledgement(ids, table::Column::AcknowledgedAt, self.now).await
    }

    /// Puts the acknowledgement of a row off.
    pub async fn acknowledge_later(&self, ids: &[LedgerId], retry_at: Timestamp) -> Result<()> {
        self.change_acknowledgement(ids, table::Column::AcknowledgeAt, retry_at).await
    }

    async fn change_acknowledgement(
        &self,
        ids: &[LedgerId],
        column: table::Column,
        at: Timestamp,
    ) -> Result<()> {
        for ids in ids.chunks(CHUNK) {
            table::Entity::update_many()
                .col_expr(column, Expr::value(micros(at)))
                .filter(table::Column::Id.is_in(ids.iter().map(|id| id.0)))
                .exec(&self.db)
                .await?;
        }
        Ok(())
    }

    /// What an identity ([`mail::Letter::identity`]) became in the account, seen from inside this transaction.
    pub async fn known(&self, identity: &str) -> Result<Option<KnownMessage>> {
        let found = message_identity::Entity::find()
            .filter(message_identity::Column::Identity.eq(identity))
            .one(&self.db)
            .await?;
        Ok(found.as_ref().map(read_known))
    }

    /// Claims an identity for a comment. [`crate::Error::Exists`] when it is claimed: then it is a duplicate, decide again.
    /// On PostgreSQL a claim waits for another transaction that is claiming the same.
    pub async fn claim_identity(&self, identity: &str, known: &KnownMessage) -> Result<()> {
        let row = message_identity::ActiveModel {
            identity: Set(identity.to_owned()),
            ticket_id: Set(known.ticket.0),
            comment_id: Set(known.comment.map(|id| id.0)),
            ledger_id: Set(known.ledger.map(|id| id.0)),
            outbox_id: Set(known.outbox.map(|id| id.0)),
            ..Default::default()
        };
        let nothing = OnConflict::column(message_identity::Column::Identity).do_nothing().to_owned();
        let insert = message_identity::Entity::insert(row).on_conflict(nothing);
        if was_inserted(insert.exec_without_returning(&self.db).await)? {
            Ok(())
        } else {
            Err(Error::Exists { what: "message identity" })
        }
    }

    /// What these Message-IDs stand for, in and out; those that stand for nothing are left out. In the order asked for.
    pub async fn known_messages(&self, ids: &[MessageId]) -> Result<Vec<(MessageId, KnownMessage)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = message_identity::Entity::find()
            .filter(message_identity::Column::Identity.is_in(ids.iter().map(identity_of)))
            .all(&self.db)
            .await?;
        let known = ids.iter().filter_map(|id| {
            let identity = identity_of(id);
            let row = rows.iter().find(|row| row.identity == identity)?;
            Some((id.clone(), read_known(row)))
        });
        Ok(known.collect())
    }

    /// Mails taken in of this author since `since`.
    pub async fn recent_from(&self, author: &str, since: Timestamp) -> Result<u32> {
        let mails = table::Entity::find()
            .filter(table::Column::Author.eq(author.to_lowercase()))
            .filter(table::Column::SettledAt.gte(micros(since)))
            .count(&self.db)
            .await?;
        Ok(u32::try_from(mails).unwrap_or(u32::MAX))
    }

    /// Checks the lease; a convenience for loops that write in small steps.
    pub async fn under(&self, lease: &Lease) -> Result<&Self> {
        self.check(lease).await?;
        Ok(self)
    }
}
