//! Seeing, journaling, settling, acknowledging; and the claims that keep a mail from becoming two.

use desk::decide::OutcomeKind;
use desk::{ConnectionId, LedgerId};
use jiff::Timestamp;
use mail::MessageId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::read::{missing, read, read_known};
use super::{Form, KnownMessage, LedgerRow, Seen, SeenBy, Settlement, identity_of};
use crate::cells::{clean, json, micros};
use crate::entity::{ledger as table, message_identity};
use crate::people::was_inserted;
use crate::{BlobId, Error, Lease, Result, Tx};

/// Rows a statement inserts at once; well below the databases' limits of values a statement.
const CHUNK: usize = 100;

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

    pub(crate) async fn change_ledger(&self, id: LedgerId, change: table::ActiveModel) -> Result<()> {
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
            words: Set(settlement.words.clone()),
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

    /// Makes a message that waits for another try due now, and its mailbox with it. False when it has its outcome already.
    pub async fn retry_now(&self, id: LedgerId) -> Result<bool> {
        let row = table::Entity::find_by_id(id.0).one(&self.db).await?.ok_or_else(|| missing(id))?;
        if row.outcome.is_some() {
            return Ok(false);
        }
        table::Entity::update_many()
            .col_expr(table::Column::RetryAt, Expr::value(micros(self.now)))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if let Some(connection) = row.connection_id {
            self.schedule_read(ConnectionId(connection), self.now, None).await?;
        }
        Ok(true)
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

    /// Checks the lease; a convenience for loops that write in small steps.
    pub async fn under(&self, lease: &Lease) -> Result<&Self> {
        self.check(lease).await?;
        Ok(self)
    }
}
