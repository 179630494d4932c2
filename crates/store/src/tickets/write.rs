//! Making and changing tickets. Every change leaves an audit and an entry in the feed of changes.

use desk::{CommentId, PersonId, Priority, Ticket, TicketId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::read::missing;
use super::{AuditEvent, NewAttachment, NewComment, NewTicket, TicketChange};
use crate::cells::{clean, json, maybe_clean, micros};
use crate::entity::{attachment, audit, comment, ticket as table};
use crate::{Result, Topic, Tx};

impl Tx {
    /// Makes a ticket with its `Created` audit. Announces the change.
    ///
    /// An imported ticket keeps the mail's own date, also as the time of its last change, so that an import does not
    /// bury today's tickets under old ones.
    pub async fn create_ticket(&self, new: &NewTicket, actor: Option<PersonId>) -> Result<Ticket> {
        let mut ticket = Ticket {
            id: TicketId(0),
            brand: new.brand,
            address: new.address,
            subject: clean(&new.subject),
            status: new.status,
            priority: None,
            requester: new.requester,
            assignee: None,
            group: None,
            ccs: new.ccs.clone(),
            tags: new.tags.clone(),
            follows: new.follows,
            merged_into: None,
            via: new.via,
            is_public: false,
            created_at: new.created_at.unwrap_or(self.now),
            updated_at: new.created_at.unwrap_or(self.now),
        };
        ticket.tags.sort();
        ticket.tags.dedup();
        let row = table::ActiveModel {
            brand_id: Set(ticket.brand.0),
            address_id: Set(ticket.address.map(|id| id.0)),
            subject: Set(ticket.subject.clone()),
            search: Set(ticket.subject.to_lowercase()),
            status: Set(ticket.status.as_str().to_owned()),
            requester_id: Set(ticket.requester.0),
            ccs: Set(json(&ticket.ccs)),
            tags: Set(json(&ticket.tags)),
            follows_id: Set(ticket.follows.map(|id| id.0)),
            via: Set(ticket.via.as_str().to_owned()),
            is_public: Set(ticket.is_public),
            created_at: Set(micros(ticket.created_at)),
            updated_at: Set(micros(ticket.updated_at)),
            ..Default::default()
        };
        ticket.id = TicketId(table::Entity::insert(row).exec(&self.db).await?.last_insert_id);
        self.audit(ticket.id, actor, &AuditEvent::Created).await?;
        Ok(ticket)
    }

    /// Makes a comment with its audit; touches the ticket's `updated_at` and `is_public`.
    pub async fn add_comment(&self, new: &NewComment) -> Result<CommentId> {
        let created_at = micros(new.created_at.unwrap_or(self.now));
        let row = comment::ActiveModel {
            ticket_id: Set(new.ticket.0),
            author_id: Set(new.author.0),
            public: Set(new.public),
            text: Set(clean(&new.text)),
            full_text: Set(maybe_clean(new.full_text.as_deref())),
            has_html: Set(new.has_html),
            via: Set(new.via.as_str().to_owned()),
            automatic: Set(new.automatic),
            mail: Set(new.mail.as_ref().map(json)),
            created_at: Set(created_at),
            ..Default::default()
        };
        let id = comment::Entity::insert(row).exec(&self.db).await?.last_insert_id;
        if !new.attachments.is_empty() {
            let files = new.attachments.iter().map(|file| attachment_row(id, new.ticket, file));
            attachment::Entity::insert_many(files).exec_without_returning(&self.db).await?;
        }
        self.touch(new.ticket, created_at, new.public).await?;
        let comment = CommentId(id);
        self.audit(new.ticket, Some(new.author), &AuditEvent::Comment { comment }).await?;
        Ok(comment)
    }

    /// Notes that a ticket has changed now.
    pub async fn touch_ticket(&self, id: TicketId) -> Result<()> {
        self.touch(id, micros(self.now), false).await
    }

    /// A ticket's last change only moves forward, whatever the date of an imported mail.
    async fn touch(&self, id: TicketId, at: i64, public: bool) -> Result<()> {
        let latest: Expr = Expr::case(table::Column::UpdatedAt.lt(at), at)
            .finally(Expr::col(table::Column::UpdatedAt))
            .into();
        let mut update = table::Entity::update_many().col_expr(table::Column::UpdatedAt, latest);
        if public {
            update = update.col_expr(table::Column::IsPublic, Expr::value(true));
        }
        let touched = update.filter(table::Column::Id.eq(id.0)).exec(&self.db).await?;
        if touched.rows_affected == 0 { Err(missing(id)) } else { Ok(()) }
    }

    /// Changes fields, writing one audit per field that really changed. Answers the ticket afterwards.
    pub async fn change_ticket(
        &self,
        id: TicketId,
        change: &TicketChange,
        actor: Option<PersonId>,
    ) -> Result<Ticket> {
        let before = self.ticket(id).await?;
        let mut after = before.clone();
        let mut row = table::ActiveModel::default();
        if let Some(status) = change.status.filter(|status| *status != before.status) {
            after.status = status;
            row.status = Set(status.as_str().to_owned());
            self.audit_change(id, actor, "status", Some(before.status.as_str()), Some(status.as_str()))
                .await?;
        }
        if let Some(assignee) = change.assignee.filter(|assignee| *assignee != before.assignee) {
            after.assignee = assignee;
            row.assignee_id = Set(assignee.map(|id| id.0));
            let (previous, value) =
                (before.assignee.map(|id| id.to_string()), assignee.map(|id| id.to_string()));
            self.audit_change(id, actor, "assignee_id", previous.as_deref(), value.as_deref()).await?;
        }
        if let Some(group) = change.group.filter(|group| *group != before.group) {
            after.group = group;
            row.group_id = Set(group.map(|id| id.0));
            let (previous, value) = (before.group.map(|id| id.to_string()), group.map(|id| id.to_string()));
            self.audit_change(id, actor, "group_id", previous.as_deref(), value.as_deref()).await?;
        }
        if let Some(priority) = change.priority.filter(|priority| *priority != before.priority) {
            after.priority = priority;
            row.priority = Set(priority.map(|priority| priority.as_str().to_owned()));
            let (previous, value) = (before.priority.map(Priority::as_str), priority.map(Priority::as_str));
            self.audit_change(id, actor, "priority", previous, value).await?;
        }
        for person in &change.add_ccs {
            if !after.ccs.contains(person) {
                after.ccs.push(*person);
            }
        }
        if after.ccs != before.ccs {
            row.ccs = Set(json(&after.ccs));
            let words = |ids: &[PersonId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let (previous, value) = (words(&before.ccs), words(&after.ccs));
            self.audit_change(id, actor, "email_cc_ids", Some(&previous), Some(&value)).await?;
        }
        after.tags.extend(change.add_tags.iter().cloned());
        after.tags.sort();
        after.tags.dedup();
        if after.tags != before.tags {
            row.tags = Set(json(&after.tags));
            self.audit_change(id, actor, "tags", Some(&before.tags.join(" ")), Some(&after.tags.join(" ")))
                .await?;
        }
        if after == before {
            return Ok(before);
        }
        after.updated_at = self.now.max(before.updated_at);
        row.updated_at = Set(micros(after.updated_at));
        table::Entity::update_many().set(row).filter(table::Column::Id.eq(id.0)).exec(&self.db).await?;
        Ok(after)
    }

    pub(super) async fn audit_change(
        &self,
        ticket: TicketId,
        author: Option<PersonId>,
        field: &str,
        previous: Option<&str>,
        value: Option<&str>,
    ) -> Result<()> {
        let event = AuditEvent::Change {
            field: field.to_owned(),
            previous: previous.map(str::to_owned),
            value: value.map(str::to_owned),
        };
        self.audit(ticket, author, &event).await
    }

    /// Writes an audit (with the transaction's others, at its commit) and announces that the ticket changed.
    pub async fn audit(&self, ticket: TicketId, author: Option<PersonId>, event: &AuditEvent) -> Result<()> {
        let row = audit::ActiveModel {
            ticket_id: Set(ticket.0),
            author_id: Set(author.map(|id| id.0)),
            at: Set(micros(self.now)),
            event: Set(json(event)),
            ..Default::default()
        };
        self.pending().audits.push(row);
        self.announce(Topic::Ticket(ticket));
        Ok(())
    }
}

pub(crate) fn attachment_row(
    comment: i64,
    ticket: TicketId,
    file: &NewAttachment,
) -> attachment::ActiveModel {
    attachment::ActiveModel {
        comment_id: Set(comment),
        ticket_id: Set(ticket.0),
        name: Set(clean(&file.name)),
        content_type: Set(clean(&file.content_type)),
        content_id: Set(maybe_clean(file.content_id.as_deref())),
        inline: Set(file.inline),
        size: Set(i64::try_from(file.size).unwrap_or(i64::MAX)),
        blob: Set(file.blob.0.clone()),
        finding: Set(file.finding.as_ref().map(json)),
        ..Default::default()
    }
}
