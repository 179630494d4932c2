//! Adding mail to the outbox, storing its steps, and finding it again.

use desk::{CommentId, OutboxId, Role, TicketId};
use mail::{Address, MessageId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::read::{missing, read};
use super::{NewOutbox, OutboxRow, OutboxUpdate, Purpose, Step};
use crate::cells::{clean, json, micros, small};
use crate::entity::{comment, message_identity, outbox as table, person};
use crate::ledger::identity_of;
use crate::people::was_inserted;
use crate::{Error, Lease, Result, Topic, Tx};

/// Longest thread: References stays below what mail systems cut off.
const THREAD: u64 = 40;
/// Recipients whose bounces are kept of one mail.
const BOUNCES_KEPT: usize = 50;

impl Tx {
    /// Adds a mail; its Message-ID becomes a known message of the ticket. [`crate::Error::Exists`] when mark or
    /// Message-ID are used.
    pub async fn enqueue(&self, new: &NewOutbox) -> Result<OutboxId> {
        let row = table::ActiveModel {
            connection_id: Set(new.connection.0),
            address_id: Set(new.address.map_or(0, |id| id.0)),
            purpose: Set(new.purpose.as_str().to_owned()),
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
        if let Some(answers) = &update.answers {
            change.answers = Set(Some(json(answers)));
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

    /// The test mail with this Message-ID: it is known by it where its mark was lost on the way.
    pub async fn proof_mail(&self, id: &MessageId) -> Result<Option<OutboxRow>> {
        let found = table::Entity::find()
            .filter(table::Column::Purpose.eq(Purpose::Proof.as_str()))
            .filter(table::Column::MessageId.eq(id.as_str()))
            .one(&self.db)
            .await?;
        found.map(read).transpose()
    }

    /// Notes a bounce at the row: one line for each recipient it speaks of. What an earlier bounce said of others stays.
    pub async fn note_bounce(&self, id: OutboxId, to: &[Address], reason: &str) -> Result<()> {
        let found = table::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        let row = found.ok_or_else(|| missing(id))?;
        let mut lines: Vec<String> =
            row.bounce.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
        let reason = clean(reason).replace(['\r', '\n'], " ");
        let notes: Vec<(String, String)> = match to {
            [] => vec![(reason.clone(), reason)],
            to => to.iter().map(|to| (format!("{to}: "), format!("{to}: {reason}"))).collect(),
        };
        for (start, line) in notes {
            match lines.iter_mut().find(|line| line.starts_with(&start)) {
                Some(before) => *before = line,
                None => lines.push(line),
            }
        }
        lines.truncate(BOUNCES_KEPT);
        table::Entity::update_many()
            .col_expr(table::Column::Bounce, Expr::value(lines.join("\n")))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if let Some(ticket) = row.ticket_id {
            self.announce(Topic::Ticket(TicketId(ticket)));
        }
        Ok(())
    }

    /// Message-IDs of these tickets' mails, in and out, oldest first, at most 40: the thread. Of a longer one the first and
    /// the newest 39, as References headers are cut.
    pub async fn thread(&self, of: &[TicketId]) -> Result<Vec<MessageId>> {
        let of_ticket = || mails_of(of);
        let mut rows =
            of_ticket().order_by_desc(message_identity::Column::Id).limit(THREAD).all(&self.db).await?;
        rows.reverse();
        if rows.len() as u64 == THREAD
            && let Some(first) = of_ticket().order_by_asc(message_identity::Column::Id).one(&self.db).await?
        {
            rows[0] = first;
        }
        let mut thread: Vec<MessageId> = Vec::new();
        for id in rows.iter().filter_map(message_id) {
            if !thread.contains(&id) {
                thread.push(id);
            }
        }
        Ok(thread)
    }

    /// The newest mail of a customer's that came in for these tickets: what an answer answers.
    pub async fn newest_received(&self, of: &[TicketId]) -> Result<Option<MessageId>> {
        let customers = Query::select()
            .column(person::Column::Id)
            .from(person::Entity)
            .and_where(person::Column::Role.eq(Role::EndUser.as_str()))
            .take();
        let theirs = Query::select()
            .column(comment::Column::Id)
            .from(comment::Entity)
            .and_where(comment::Column::TicketId.is_in(of.iter().map(|id| id.0)))
            .and_where(comment::Column::AuthorId.in_subquery(customers))
            .take();
        let received = mails_of(of)
            .filter(message_identity::Column::LedgerId.is_not_null())
            .filter(message_identity::Column::OutboxId.is_null())
            .filter(message_identity::Column::CommentId.in_subquery(theirs))
            .order_by_desc(message_identity::Column::Id);
        Ok(received.one(&self.db).await?.as_ref().and_then(message_id))
    }
}

fn mails_of(tickets: &[TicketId]) -> Select<message_identity::Entity> {
    message_identity::Entity::find()
        .filter(message_identity::Column::TicketId.is_in(tickets.iter().map(|id| id.0)))
        .filter(message_identity::Column::Identity.starts_with("mid:"))
}

/// The Message-ID as it stands in the mail: of a mail that shares it with another, without what tells the two apart.
fn message_id(row: &message_identity::Model) -> Option<MessageId> {
    MessageId::parse(row.shares.as_deref().unwrap_or(&row.identity).strip_prefix("mid:")?)
}
