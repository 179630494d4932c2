//! Putting mail where it belongs afterwards: one comment out into a ticket of its own, one ticket into another.

use desk::decide::Signal;
use desk::ticket::CommentMail;
use desk::{CommentId, PersonId, Status, Ticket, TicketId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::read::{missing, ticket as read};
use super::{AuditEvent, TicketChange};
use crate::cells::{Row, json};
use crate::entity::{attachment, comment, ledger, message_identity, outbox, ticket as table};
use crate::{Error, Result, Store, Topic, Tx};

/// Tag of a ticket that was merged into another, as other desks name it.
pub const CLOSED_BY_MERGE: &str = "closed_by_merge";
/// Longest way from a merged ticket to the one that took it in.
const HOPS: usize = 20;

impl Tx {
    /// The ticket in which mail for this one is taken in: itself, or the one it was merged into, and so on.
    pub async fn heir(&self, id: TicketId) -> Result<Ticket> {
        let mut ticket = self.ticket(id).await?;
        for _ in 0..HOPS {
            match ticket.merged_into {
                Some(into) => ticket = self.ticket(into).await?,
                None => return Ok(ticket),
            }
        }
        Ok(ticket)
    }

    /// Merges a ticket into another: it is closed and tagged, keeps its comments, and whatever comes for it goes to the
    /// other one from now on. [`Error::Exists`] when it was merged before.
    pub async fn merge_ticket(&self, from: TicketId, into: TicketId, actor: Option<PersonId>) -> Result<()> {
        // In the order of their numbers, so that two merges never wait for each other.
        self.ticket(from.min(into)).await?;
        self.ticket(from.max(into)).await?;
        let merged = table::Entity::update_many()
            .col_expr(table::Column::MergedIntoId, Expr::value(into.0))
            .filter(table::Column::Id.eq(from.0))
            .filter(table::Column::MergedIntoId.is_null())
            .exec(&self.db)
            .await?;
        if merged.rows_affected == 0 {
            return Err(Error::Exists { what: "merge" });
        }
        let change = TicketChange {
            status: Some(Status::Closed),
            add_tags: vec![CLOSED_BY_MERGE.to_owned()],
            ..TicketChange::default()
        };
        self.change_ticket(from, &change, actor).await?;
        self.audit(from, actor, &AuditEvent::MergedInto { ticket: into }).await?;
        self.audit(into, actor, &AuditEvent::MergedFrom { ticket: from }).await?;
        Ok(())
    }

    /// Takes a merge back: the ticket lives by itself again, in the status given, and mail for it comes here. What the other ticket got
    /// meanwhile stays there. [`Error::NotFound`] when it is not merged into that one (any more).
    pub async fn unmerge_ticket(
        &self,
        from: TicketId,
        into: TicketId,
        status: Status,
        actor: Option<PersonId>,
    ) -> Result<()> {
        self.ticket(from.min(into)).await?;
        self.ticket(from.max(into)).await?;
        let undone = table::Entity::update_many()
            .col_expr(table::Column::MergedIntoId, Expr::value(None::<i64>))
            .filter(table::Column::Id.eq(from.0))
            .filter(table::Column::MergedIntoId.eq(into.0))
            .exec(&self.db)
            .await?;
        if undone.rows_affected == 0 {
            return Err(Error::NotFound { what: "merge", id: from.to_string() });
        }
        let change = TicketChange { status: Some(status), ..TicketChange::default() };
        let ticket = self.change_ticket(from, &change, actor).await?;
        let tags: Vec<_> = ticket.tags.iter().filter(|tag| *tag != CLOSED_BY_MERGE).cloned().collect();
        if tags != ticket.tags {
            table::Entity::update_many()
                .col_expr(table::Column::Tags, Expr::value(json(&tags)))
                .filter(table::Column::Id.eq(from.0))
                .exec(&self.db)
                .await?;
            let (before, after) = (ticket.tags.join(" "), tags.join(" "));
            self.audit_change(from, actor, "tags", Some(&before), Some(&after)).await?;
        }
        self.audit(from, actor, &AuditEvent::MergeUndone { ticket: into }).await?;
        self.audit(into, actor, &AuditEvent::MergeUndone { ticket: from }).await?;
        Ok(())
    }

    /// The tickets that were merged into this one, as [`Store::merged_tickets`], seen from inside the transaction.
    pub async fn merged_tickets(&self, into: TicketId) -> Result<Vec<Ticket>> {
        merged(&self.db, into).await
    }

    /// Moves a comment with its files, its identities and its mails into another ticket.
    pub async fn move_comment(
        &self,
        id: CommentId,
        from: TicketId,
        into: TicketId,
        actor: Option<PersonId>,
    ) -> Result<()> {
        let moved = comment::Entity::update_many()
            .col_expr(comment::Column::TicketId, Expr::value(into.0))
            .filter(comment::Column::Id.eq(id.0))
            .filter(comment::Column::TicketId.eq(from.0))
            .exec(&self.db)
            .await?;
        if moved.rows_affected == 0 {
            return Err(Error::NotFound { what: "comment", id: id.to_string() });
        }
        attachment::Entity::update_many()
            .col_expr(attachment::Column::TicketId, Expr::value(into.0))
            .filter(attachment::Column::TicketId.eq(from.0))
            .filter(attachment::Column::CommentId.eq(id.0))
            .exec(&self.db)
            .await?;
        message_identity::Entity::update_many()
            .col_expr(message_identity::Column::TicketId, Expr::value(into.0))
            .filter(message_identity::Column::TicketId.eq(from.0))
            .filter(message_identity::Column::CommentId.eq(id.0))
            .exec(&self.db)
            .await?;
        outbox::Entity::update_many()
            .col_expr(outbox::Column::TicketId, Expr::value(into.0))
            .filter(outbox::Column::TicketId.eq(from.0))
            .filter(outbox::Column::CommentId.eq(id.0))
            .exec(&self.db)
            .await?;
        // The outcome stays; the log leads to where the mail is now.
        ledger::Entity::update_many()
            .col_expr(ledger::Column::TicketId, Expr::value(into.0))
            .filter(ledger::Column::CommentId.eq(id.0))
            .exec(&self.db)
            .await?;
        self.note_privacy(from).await?;
        self.note_privacy(into).await?;
        self.audit(from, actor, &AuditEvent::SplitOff { comment: id, ticket: into }).await?;
        self.audit(into, actor, &AuditEvent::SplitFrom { comment: id, ticket: from }).await?;
        Ok(())
    }

    /// The comment a ticket begins with.
    pub async fn first_comment(&self, id: TicketId) -> Result<Option<CommentId>> {
        let first = comment::Entity::find()
            .filter(comment::Column::TicketId.eq(id.0))
            .order_by_asc(comment::Column::CreatedAt)
            .order_by_asc(comment::Column::Id)
            .one(&self.db)
            .await?;
        Ok(first.map(|row| CommentId(row.id)))
    }

    /// Whether any comment of a ticket is public.
    async fn note_privacy(&self, id: TicketId) -> Result<()> {
        let public = comment::Entity::find()
            .filter(comment::Column::TicketId.eq(id.0))
            .filter(comment::Column::Public.eq(true))
            .count(&self.db)
            .await?;
        let noted = table::Entity::update_many()
            .col_expr(table::Column::IsPublic, Expr::value(public > 0))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if noted.rows_affected == 0 { Err(missing(id)) } else { Ok(()) }
    }

    /// Adds a signal to those that a comment's mail has, once.
    pub async fn add_signal(&self, id: CommentId, signal: &Signal) -> Result<()> {
        let Some(row) = comment::Entity::find_by_id(id.0).one(&self.db).await? else { return Ok(()) };
        let at = Row { table: "comment", id: row.id };
        let Some(mut mail) = at.maybe_json::<CommentMail>("mail", row.mail.as_deref())? else {
            return Ok(());
        };
        if mail.signals.contains(signal) {
            return Ok(());
        }
        mail.signals.push(signal.clone());
        comment::Entity::update_many()
            .col_expr(comment::Column::Mail, Expr::value(Some(json(&mail))))
            .filter(comment::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        self.announce(Topic::Ticket(TicketId(row.ticket_id)));
        Ok(())
    }
}

impl Store {
    /// The tickets that were merged into this one, directly or by way of others, in the order of their numbers.
    pub async fn merged_tickets(&self, into: TicketId) -> Result<Vec<Ticket>> {
        merged(self.reader(), into).await
    }
}

async fn merged<C: ConnectionTrait>(db: &C, into: TicketId) -> Result<Vec<Ticket>> {
    let mut found: Vec<Ticket> = Vec::new();
    let mut wanted = vec![into.0];
    for _ in 0..HOPS {
        if wanted.is_empty() {
            break;
        }
        let rows = table::Entity::find()
            .filter(table::Column::MergedIntoId.into_expr().is_in(std::mem::take(&mut wanted)))
            .order_by_asc(table::Column::Id)
            .all(db)
            .await?;
        for row in rows {
            wanted.push(row.id);
            found.push(read(row)?);
        }
    }
    found.sort_by_key(|ticket| ticket.id);
    found.dedup_by_key(|ticket| ticket.id);
    Ok(found)
}
