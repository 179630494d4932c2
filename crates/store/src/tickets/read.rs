//! Reading tickets and what hangs on them.

use std::collections::HashMap;

use desk::ticket::Via;
use desk::{
    AddressId, AttachmentId, BrandId, Comment, CommentId, GroupId, PersonId, Priority, Status, Ticket,
    TicketId,
};
use sea_orm::sea_query::{ExprTrait, LikeExpr, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Audit, NewAttachment, StoredAttachment, TicketCounts, TicketQuery, TicketRow};
use crate::cells::{Row, count, micros};
use crate::entity::{attachment, audit, comment, person, ticket as table};
use crate::{BlobId, Error, Result, Store, Tx};

pub(super) fn ticket(row: table::Model) -> Result<Ticket> {
    let at = Row { table: "ticket", id: row.id };
    Ok(Ticket {
        id: TicketId(row.id),
        brand: BrandId(row.brand_id),
        address: row.address_id.map(AddressId),
        status: at.word("status", Status::parse(&row.status))?,
        priority: at.maybe_word("priority", row.priority.as_deref(), Priority::parse)?,
        requester: PersonId(row.requester_id),
        assignee: row.assignee_id.map(PersonId),
        group: row.group_id.map(GroupId),
        ccs: at.json("ccs", &row.ccs)?,
        tags: at.json("tags", &row.tags)?,
        follows: row.follows_id.map(TicketId),
        merged_into: row.merged_into_id.map(TicketId),
        via: at.word("via", Via::parse(&row.via))?,
        is_public: row.is_public,
        created_at: at.time("created_at", row.created_at)?,
        updated_at: at.time("updated_at", row.updated_at)?,
        subject: row.subject,
    })
}

fn comment(row: comment::Model) -> Result<Comment> {
    let at = Row { table: "comment", id: row.id };
    Ok(Comment {
        id: CommentId(row.id),
        ticket: TicketId(row.ticket_id),
        author: PersonId(row.author_id),
        public: row.public,
        via: at.word("via", Via::parse(&row.via))?,
        automatic: row.automatic,
        mail: at.maybe_json("mail", row.mail.as_deref())?,
        created_at: at.time("created_at", row.created_at)?,
        has_html: row.has_html,
        text: row.text,
        full_text: row.full_text,
    })
}

pub(crate) fn attachment(row: attachment::Model) -> Result<StoredAttachment> {
    let at = Row { table: "attachment", id: row.id };
    Ok(StoredAttachment {
        id: AttachmentId(row.id),
        comment: CommentId(row.comment_id),
        ticket: TicketId(row.ticket_id),
        file: NewAttachment {
            name: row.name,
            content_type: row.content_type,
            content_id: row.content_id,
            inline: row.inline,
            size: count(row.size),
            blob: BlobId(row.blob),
            finding: at.maybe_json("finding", row.finding.as_deref())?,
        },
    })
}

/// The newest comments of tickets, newest first.
pub(crate) async fn latest_comments<C: ConnectionTrait>(
    db: &C,
    tickets: &[TicketId],
    limit: u32,
) -> Result<Vec<Comment>> {
    let rows = comment::Entity::find()
        .filter(comment::Column::TicketId.is_in(tickets.iter().map(|id| id.0)))
        .order_by_desc(comment::Column::CreatedAt)
        .order_by_desc(comment::Column::Id)
        .limit(u64::from(limit))
        .all(db)
        .await?;
    rows.into_iter().map(self::comment).collect()
}

/// The comment a ticket begins with.
pub(crate) async fn description<C: ConnectionTrait>(db: &C, ticket: TicketId) -> Result<Option<Comment>> {
    let row = comment::Entity::find()
        .filter(comment::Column::TicketId.eq(ticket.0))
        .order_by_asc(comment::Column::CreatedAt)
        .order_by_asc(comment::Column::Id)
        .one(db)
        .await?;
    row.map(self::comment).transpose()
}

pub(super) fn missing(id: TicketId) -> Error {
    Error::NotFound { what: "ticket", id: id.to_string() }
}

/// Statuses of tickets that somebody must still do something about.
const UNSOLVED: [Status; 4] = [Status::New, Status::Open, Status::Pending, Status::Hold];

/// `%text%` with the text taken literally.
pub(crate) fn containing(text: &str) -> LikeExpr {
    let literal = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{literal}%")).escape('\\')
}

impl TicketQuery {
    fn condition(&self) -> Condition {
        let mut condition = Condition::all();
        if !self.statuses.is_empty() {
            condition = condition
                .add(table::Column::Status.is_in(self.statuses.iter().map(|status| status.as_str())));
        }
        match self.assignee {
            Some(Some(person)) => condition = condition.add(table::Column::AssigneeId.eq(person.0)),
            Some(None) => condition = condition.add(table::Column::AssigneeId.is_null()),
            None => {}
        }
        let text = self.text.trim();
        if !text.is_empty() {
            let requesters = Query::select()
                .column(person::Column::Id)
                .from(person::Entity)
                .and_where(person::Column::Search.into_expr().like(containing(text)))
                .take();
            condition = condition.add(
                Condition::any()
                    .add(table::Column::Search.into_expr().like(containing(text)))
                    .add(table::Column::RequesterId.in_subquery(requesters)),
            );
        }
        if let Some((updated_at, id)) = self.after {
            let updated_at = micros(updated_at);
            condition = condition.add(Condition::any().add(table::Column::UpdatedAt.lt(updated_at)).add(
                Condition::all().add(table::Column::UpdatedAt.eq(updated_at)).add(table::Column::Id.lt(id.0)),
            ));
        }
        condition
    }
}

impl Store {
    /// A ticket.
    pub async fn ticket(&self, id: TicketId) -> Result<Ticket> {
        ticket(table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?)
    }

    /// A list.
    pub async fn tickets(&self, query: &TicketQuery) -> Result<Vec<TicketRow>> {
        let rows = table::Entity::find()
            .filter(query.condition())
            .order_by_desc(table::Column::UpdatedAt)
            .order_by_desc(table::Column::Id)
            .limit(u64::from(query.limit))
            .all(self.reader())
            .await?;
        let mut ids: Vec<PersonId> = rows
            .iter()
            .flat_map(|row| [Some(row.requester_id), row.assignee_id])
            .flatten()
            .map(PersonId)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let people: HashMap<_, _> =
            self.people(&ids).await?.into_iter().map(|person| (person.id, person)).collect();
        rows.into_iter()
            .map(|row| {
                let ticket = ticket(row)?;
                let requester = people.get(&ticket.requester);
                Ok(TicketRow {
                    requester_name: requester.map(|person| person.name.clone()).unwrap_or_default(),
                    requester_address: requester.map(|person| person.email.to_string()).unwrap_or_default(),
                    assignee_name: ticket
                        .assignee
                        .and_then(|id| people.get(&id))
                        .map(|person| person.name.clone()),
                    ticket,
                })
            })
            .collect()
    }

    /// How many tickets each view holds: (unsolved and mine, unassigned, all unsolved, solved or closed).
    pub async fn ticket_counts(&self, me: PersonId) -> Result<TicketCounts> {
        let rows: Vec<(String, Option<i64>, i64)> = table::Entity::find()
            .select_only()
            .column(table::Column::Status)
            .column(table::Column::AssigneeId)
            .column_as(table::Column::Id.count(), "rows")
            .group_by(table::Column::Status)
            .group_by(table::Column::AssigneeId)
            .into_tuple()
            .all(self.reader())
            .await?;
        let mut counts = TicketCounts::default();
        for (status, assignee, rows) in rows {
            let status = Row { table: "ticket", id: 0 }.word("status", Status::parse(&status))?;
            let rows = count(rows);
            if !UNSOLVED.contains(&status) {
                counts.solved += rows;
                continue;
            }
            counts.unsolved += rows;
            match assignee {
                None => counts.unassigned += rows,
                Some(id) if id == me.0 => counts.mine += rows,
                Some(_) => {}
            }
        }
        Ok(counts)
    }

    /// Comments of a ticket, oldest first.
    pub async fn comments(&self, ticket: TicketId) -> Result<Vec<Comment>> {
        let rows = comment::Entity::find()
            .filter(comment::Column::TicketId.eq(ticket.0))
            .order_by_asc(comment::Column::CreatedAt)
            .order_by_asc(comment::Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(self::comment).collect()
    }

    /// One comment.
    pub async fn comment(&self, id: CommentId) -> Result<Comment> {
        let found = comment::Entity::find_by_id(id.0).one(self.reader()).await?;
        comment(found.ok_or_else(|| Error::NotFound { what: "comment", id: id.to_string() })?)
    }

    /// All files of a ticket.
    pub async fn attachments(&self, ticket: TicketId) -> Result<Vec<StoredAttachment>> {
        let rows = attachment::Entity::find()
            .filter(attachment::Column::TicketId.eq(ticket.0))
            .order_by_asc(attachment::Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(attachment).collect()
    }

    /// One file.
    pub async fn attachment(&self, id: AttachmentId) -> Result<StoredAttachment> {
        let found = attachment::Entity::find_by_id(id.0).one(self.reader()).await?;
        attachment(found.ok_or_else(|| Error::NotFound { what: "attachment", id: id.to_string() })?)
    }

    /// History, oldest first.
    pub async fn audits(&self, ticket: TicketId) -> Result<Vec<Audit>> {
        let rows = audit::Entity::find()
            .filter(audit::Column::TicketId.eq(ticket.0))
            .order_by_asc(audit::Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                let at = Row { table: "audit", id: row.id };
                Ok(Audit {
                    author: row.author_id.map(PersonId),
                    at: at.time("at", row.at)?,
                    event: at.json("event", &row.event)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// A ticket, seen (and on PostgreSQL locked) from inside the transaction.
    pub async fn ticket(&self, id: TicketId) -> Result<Ticket> {
        let found = table::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        ticket(found.ok_or_else(|| missing(id))?)
    }
}
