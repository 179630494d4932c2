//! Making comments show what today's reader finds. Sends nothing and runs no trigger; one transaction a mail.

use desk::LedgerId;
use jiff::Timestamp;
use store::{AuditEvent, LedgerRow};

use super::compare::{ReadAgain, as_read};
use super::read;
use crate::carry::{LONGEST_NAME, cut, sender, storable, subject};
use crate::{Actor, Engine, Error, Result};

/// Rows looked at together by the command.
const PAGE: u32 = 50;

impl Engine {
    /// Reads it again and makes its comment show what was found. Admins. Sends nothing and runs no trigger; outcome, ticket and
    /// whatever people wrote stay. Answers what was changed.
    pub async fn apply_again(&self, actor: &Actor, id: LedgerId) -> Result<ReadAgain> {
        actor.must_be_admin()?;
        let row = self.inner.store.ledger_row(id).await?;
        self.reread(row, Some(actor)).await
    }

    /// The next rows that are read differently now, in the order of the ledger, and the row to go on after; `None` at the end. With
    /// `apply` the differences are applied. For the command on this machine.
    pub async fn replay(
        &self,
        after: LedgerId,
        since: Option<Timestamp>,
        apply: bool,
    ) -> Result<(Vec<ReadAgain>, u64, Option<LedgerId>)> {
        let rows = self.inner.store.kept_rows(after, since, PAGE).await?;
        let last = rows.last().map(|row| row.id);
        let (mut found, looked_at) = (Vec::new(), rows.len() as u64);
        for row in rows {
            let mut read = self.compare(row.clone()).await?;
            if apply && read.can_apply() {
                read = self.reread(row, None).await?;
            }
            if !read.differences.is_empty() {
                found.push(read);
            }
        }
        Ok((found, looked_at, last))
    }

    async fn reread(&self, row: LedgerRow, actor: Option<&Actor>) -> Result<ReadAgain> {
        let compared = self.compare(row).await?;
        if !compared.can_apply() {
            return Ok(compared);
        }
        let row = &compared.row;
        let arrived = read(self, row, true).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        // Looked at anew: an agent may have moved the comment to another ticket meanwhile.
        let shown = self.shown(row).await?.ok_or(Error::NotFound)?;
        tx.reread(&as_read(&shown, &arrived)).await?;
        let letter = &arrived.letter;
        let (old, new) = (shown.comment.mail.as_ref(), subject(letter));
        // What an agent has given another subject, or a person another name, keeps it.
        if shown.first && old.is_some_and(|mail| mail.subject == shown.ticket_subject && mail.subject != new)
        {
            tx.correct_subject(shown.comment.ticket, &new).await?;
        }
        let old_name = old.and_then(|mail| mail.from.as_ref()).map(|from| &from.name);
        if let Some(from) = &letter.from
            && from.address == shown.author.email
            && old_name.is_some_and(|name| *name == shown.author.name && *name != from.name)
            && !from.name.trim().is_empty()
            && !shown.author.role.is_staff()
        {
            tx.correct_name(shown.author.id, &storable(&cut(&from.name, LONGEST_NAME))).await?;
        }
        tx.correct_ledger(row.id, &sender(letter), &new).await?;
        let applied = compared.differences.iter().filter(|difference| difference.field.is_applied());
        let changed = applied.map(|difference| difference.field.as_str().to_owned()).collect();
        let event = AuditEvent::Reread { comment: shown.comment.id, changed };
        tx.audit(shown.comment.ticket, actor.map(|actor| actor.person.id), &event).await?;
        tx.commit().await?;
        tracing::info!(ledger = %row.id, ticket = shown.comment.ticket.0, "read again");
        Ok(compared)
    }
}
