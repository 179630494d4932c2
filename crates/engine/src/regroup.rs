//! Agents and administrators put right what was placed wrongly: a mail is split off, a ticket merged into another, a duplicate
//! taken in after all. Nothing is sent for a split or a merge; whatever comes later for what was moved follows it.

use desk::decide::OutcomeKind;
use desk::{CommentId, LedgerId, PersonId, Status, Ticket, TicketId};
use mail::AuthVerdict;
use store::{LedgerRow, NewTicket, SeenBy, TicketChange, Tx};

use crate::context::MAX_CCS;
use crate::intake::{self, Arrived, Original};
use crate::{Actor, Engine, Error, Result, smtp_in};

impl Engine {
    /// Merges a ticket into another: it is closed, its conversation is shown in the other's, and mail for it goes there. With
    /// `cc`, its requester and CCs become CCs of the other; without, they have no part in it. Staff; neither may be closed.
    pub async fn merge(&self, actor: &Actor, from: TicketId, into: TicketId, cc: bool) -> Result<()> {
        actor.must_be_staff()?;
        if from == into {
            return Err(Error::Invalid { field: "ticket", problem: "same-ticket" });
        }
        let tx = self.inner.store.begin(self.now()).await?;
        // In the order of their numbers, as every merge locks them.
        tx.ticket(from.min(into)).await?;
        tx.ticket(from.max(into)).await?;
        let (source, target) = (tx.ticket(from).await?, tx.ticket(into).await?);
        if source.status == Status::Closed || target.status == Status::Closed {
            return Err(Error::Closed);
        }
        tx.merge_ticket(from, into, Some(actor.person.id)).await?;
        if cc {
            let add_ccs = newcomers(&source, &target);
            let change = TicketChange { add_ccs, ..TicketChange::default() };
            tx.change_ticket(into, &change, Some(actor.person.id)).await?;
        }
        tx.touch_ticket(into).await?;
        Ok(tx.commit().await?)
    }

    /// Splits a comment that came by mail off into a ticket of its own, whose requester is its author; answers which. Staff.
    /// A ticket's first comment stays: without it the ticket would be about nothing.
    pub async fn split(&self, actor: &Actor, comment: CommentId) -> Result<TicketId> {
        actor.must_be_staff()?;
        let found = self.inner.store.comment(comment).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        let ticket = tx.ticket(found.ticket).await?;
        let Some(mail) = found.mail else {
            return Err(Error::Invalid { field: "comment", problem: "no-mail" });
        };
        if tx.first_comment(ticket.id).await? == Some(comment) {
            return Err(Error::Invalid { field: "comment", problem: "first-comment" });
        }
        let new = NewTicket {
            brand: ticket.brand,
            address: ticket.address,
            subject: mail.subject.clone(),
            status: Status::New,
            requester: found.author,
            ccs: people_among(&tx, &mail.to, &mail.cc, found.author).await?,
            tags: Vec::new(),
            follows: None,
            via: found.via,
            created_at: None,
        };
        let made = tx.create_ticket(&new, Some(actor.person.id)).await?;
        tx.move_comment(comment, ticket.id, made.id, Some(actor.person.id)).await?;
        tx.commit().await?;
        Ok(made.id)
    }

    /// Takes a mail in that was taken for a duplicate, as a mail of its own: by the one intake, as if it came now. The row keeps
    /// its outcome and names the new one. Admin. Answers the new row.
    pub async fn not_a_duplicate(&self, actor: &Actor, id: LedgerId) -> Result<LedgerRow> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let row = store.ledger_row(id).await?;
        let (Some(blob), Some(form)) = (row.blob.clone(), row.form) else { return Err(Error::NotFound) };
        if row.outcome != Some(OutcomeKind::Duplicate) || row.taken_again.is_some() {
            return Err(Error::Invalid { field: "mail", problem: "no-duplicate" });
        }
        let bytes = store.blobs().get(&blob).await?;
        let original = Original { blob, form, size: bytes.len() as u64 };
        let mut letter = intake::read(form, bytes).await.unwrap_or_else(|| intake::unread(original.size));
        if row.seen_by == SeenBy::Smtp {
            letter.auth = AuthVerdict::Unknown;
        }
        let files = intake::store_files(store, &mut letter, false).await?;
        let place = smtp_in::place(self, row.connection).await?;
        let tx = store.begin(self.now()).await?;
        let new = tx.see_again(&row).await?;
        let arrived = Arrived {
            id: new,
            seen_by: row.seen_by,
            received_at: row.received_at,
            original,
            letter,
            files,
            no_duplicate: Some(id),
        };
        let noted = tx.note_taken_again(id, new).await?;
        let settled = intake::settle(self, &tx, &place, &arrived).await?;
        if !noted || settled.is_none() {
            return Err(Error::Invalid { field: "mail", problem: "no-duplicate" });
        }
        tx.commit().await?;
        tracing::info!(by = %actor.person.email, ledger = %id, again = %new, "taken in after all: no duplicate");
        Ok(store.ledger_row(new).await?)
    }
}

/// Requester and CCs of a ticket who have no part in the other yet, as far as there is room.
fn newcomers(source: &Ticket, target: &Ticket) -> Vec<PersonId> {
    let room = MAX_CCS.saturating_sub(target.ccs.len());
    let mut people: Vec<PersonId> = Vec::new();
    for person in [&source.requester].into_iter().chain(&source.ccs) {
        if *person != target.requester && !target.ccs.contains(person) && !people.contains(person) {
            people.push(*person);
        }
    }
    people.truncate(room);
    people
}

/// Those the mail was sent to that the desk knows: support addresses are nobody's.
async fn people_among(
    tx: &Tx,
    to: &[mail::Mailbox],
    cc: &[mail::Mailbox],
    author: PersonId,
) -> Result<Vec<PersonId>> {
    let mut people = Vec::new();
    for mailbox in to.iter().chain(cc).take(MAX_CCS) {
        if let Some(person) = tx.person_by_address(&mailbox.address).await?
            && person.id != author
            && !people.contains(&person.id)
        {
            people.push(person.id);
        }
    }
    Ok(people)
}
