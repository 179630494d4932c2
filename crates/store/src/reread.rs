//! A mail read anew: its comment shows what today's reader finds in the kept original. What was decided stays.

use desk::ticket::CommentMail;
use desk::{CommentId, LedgerId, PersonId, TicketId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::{clean, json, maybe_clean, micros};
use crate::entity::{attachment, comment, ledger, person, ticket};
use crate::ledger::read_row;
use crate::people::searched;
use crate::tickets::attachment_row;
use crate::{Error, LedgerRow, NewAttachment, Result, Store, Topic, Tx};

/// A comment as it is to read.
#[derive(Debug, Clone)]
pub struct Reread {
    /// Which.
    pub comment: CommentId,
    /// New text.
    pub text: String,
    /// Whole text, if it differs.
    pub full_text: Option<String>,
    /// The original has HTML.
    pub has_html: bool,
    /// By a machine.
    pub automatic: bool,
    /// Envelope.
    pub mail: CommentMail,
    /// Its files.
    pub files: Vec<NewAttachment>,
}

impl Store {
    /// Rows of the ledger that have an outcome and a kept original, in the order of their numbers, after one of them.
    pub async fn kept_rows(
        &self,
        after: LedgerId,
        since: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<LedgerRow>> {
        let mut select = ledger::Entity::find()
            .filter(ledger::Column::Id.gt(after.0))
            .filter(ledger::Column::Outcome.is_not_null())
            .filter(ledger::Column::Blob.is_not_null());
        if let Some(since) = since {
            select = select.filter(ledger::Column::SettledAt.gte(micros(since)));
        }
        let rows = select.order_by_asc(ledger::Column::Id).limit(u64::from(limit)).all(self.reader()).await?;
        rows.into_iter().map(read_row).collect()
    }
}

impl Tx {
    /// Writes it. Files that are the same keep their number, so that links to them go on leading there.
    pub async fn reread(&self, new: &Reread) -> Result<()> {
        let row = comment::Entity::find_by_id(new.comment.0)
            .one(&self.db)
            .await?
            .ok_or_else(|| Error::NotFound { what: "comment", id: new.comment.to_string() })?;
        let change = comment::ActiveModel {
            text: Set(clean(&new.text)),
            full_text: Set(maybe_clean(new.full_text.as_deref())),
            has_html: Set(new.has_html),
            automatic: Set(new.automatic),
            mail: Set(Some(json(&new.mail))),
            ..Default::default()
        };
        comment::Entity::update_many()
            .set(change)
            .filter(comment::Column::Id.eq(row.id))
            .exec(&self.db)
            .await?;
        let mut old = attachment::Entity::find()
            .filter(attachment::Column::CommentId.eq(row.id))
            .order_by_asc(attachment::Column::Id)
            .all(&self.db)
            .await?;
        for file in &new.files {
            let made = attachment_row(row.id, TicketId(row.ticket_id), file);
            match old.iter().position(|old| old.blob == file.blob.0) {
                Some(place) => {
                    let id = old.remove(place).id;
                    attachment::Entity::update_many()
                        .set(made)
                        .filter(attachment::Column::Id.eq(id))
                        .exec(&self.db)
                        .await?;
                }
                None => {
                    attachment::Entity::insert(made).exec_without_returning(&self.db).await?;
                }
            }
        }
        let gone: Vec<i64> = old.into_iter().map(|file| file.id).collect();
        if !gone.is_empty() {
            attachment::Entity::delete_many()
                .filter(attachment::Column::Id.is_in(gone))
                .exec(&self.db)
                .await?;
        }
        self.announce(Topic::Ticket(TicketId(row.ticket_id)));
        Ok(())
    }

    /// Corrects a ticket's subject that was read wrongly.
    pub async fn correct_subject(&self, id: TicketId, subject: &str) -> Result<()> {
        let subject = clean(subject);
        let change = ticket::ActiveModel {
            search: Set(subject.to_lowercase()),
            subject: Set(subject),
            ..Default::default()
        };
        ticket::Entity::update_many().set(change).filter(ticket::Column::Id.eq(id.0)).exec(&self.db).await?;
        Ok(())
    }

    /// Corrects a person's name that was read wrongly.
    pub async fn correct_name(&self, id: PersonId, name: &str) -> Result<()> {
        let Some(row) = person::Entity::find_by_id(id.0).one(&self.db).await? else { return Ok(()) };
        let Some(address) = mail::Address::parse(&row.email) else { return Ok(()) };
        let name = clean(name);
        let change = person::ActiveModel {
            search: Set(searched(&name, &address)),
            name: Set(name),
            updated_at: Set(Some(micros(self.now))),
            ..Default::default()
        };
        person::Entity::update_many().set(change).filter(person::Column::Id.eq(id.0)).exec(&self.db).await?;
        Ok(())
    }

    /// Corrects what the ledger says of a mail's sender and subject.
    pub async fn correct_ledger(&self, id: LedgerId, sender: &str, subject: &str) -> Result<()> {
        let change = ledger::ActiveModel {
            sender: Set(clean(sender)),
            subject: Set(clean(subject)),
            ..Default::default()
        };
        self.change_ledger(id, change).await
    }

    /// Moves a ticket to the top of the lists.
    pub async fn bring_up(&self, id: TicketId) -> Result<()> {
        let change = ticket::ActiveModel { updated_at: Set(micros(self.now)), ..Default::default() };
        ticket::Entity::update_many().set(change).filter(ticket::Column::Id.eq(id.0)).exec(&self.db).await?;
        self.announce(Topic::Ticket(id));
        Ok(())
    }
}
