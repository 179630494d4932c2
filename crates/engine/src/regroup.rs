//! Agents and administrators put right what was placed wrongly: a mail is split off, a ticket merged into another, a duplicate
//! taken in after all. Nothing is sent for a split, and for a merge only where the customers are to be told; whatever comes later
//! for what was moved follows it.

use desk::decide::OutcomeKind;
use desk::ticket::Via;
use desk::trigger::{Event, EventComment};
use desk::{CommentId, Language, LedgerId, PersonId, Status, Ticket, TicketId};
use mail::AuthVerdict;
use store::{AuditEvent, LedgerRow, NewTicket, SeenBy, TicketChange, Tx};

use crate::context::MAX_CCS;
use crate::intake::{self, Arrived, Original};
use crate::{Actor, Engine, Error, Result, answer, notify, smtp_in, texts};

/// How two tickets become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merging {
    /// Requester and CCs of the merged ticket become CCs of the other; else they have no part in it.
    pub cc: bool,
    /// Whether the customers are told: the comments about the merge are public and sent to them, or internal notes and nothing is
    /// sent. `None`: public where both tickets are one requester's.
    pub public: Option<bool>,
}

impl Engine {
    /// Merges a ticket into another: it is closed, its conversation is shown in the other's, and mail for it goes there. A comment
    /// in each says so. Staff; neither may be closed. The same merge once more is no error and changes nothing.
    pub async fn merge(&self, actor: &Actor, from: TicketId, into: TicketId, how: Merging) -> Result<()> {
        actor.must_be_staff()?;
        if from == into {
            return Err(Error::Invalid { field: "ticket", problem: "same-ticket" });
        }
        let tx = self.inner.store.begin(self.now()).await?;
        // In the order of their numbers, as every merge locks them.
        tx.ticket(from.min(into)).await?;
        tx.ticket(from.max(into)).await?;
        let (source, target) = (tx.ticket(from).await?, tx.ticket(into).await?);
        if source.merged_into == Some(into) {
            return Ok(());
        }
        if source.status == Status::Closed || target.status == Status::Closed {
            return Err(Error::Closed);
        }
        let one_requester = source.requester == target.requester;
        let public = how.public.unwrap_or(one_requester);
        let requesters = tx.people(&[source.requester, target.requester]).await?;
        let language = |requester: PersonId| {
            let theirs = requesters.iter().find(|person| person.id == requester)?.language;
            // Of agents the desk often knows none: then the one in which they write to the customer.
            if public { theirs } else { actor.person.language.or(theirs) }
        };
        let comment = |ticket, text| answer::written(actor, ticket, text, public);
        let last =
            comment(from, texts::merged_into(language(source.requester).unwrap_or(Language::En), into));
        let id = tx.add_comment(&last).await?;
        tx.merge_ticket(from, into, Some(actor.person.id)).await?;
        // Who asked in both tickets is told once.
        if public && !one_requester {
            let after = tx.ticket(from).await?;
            notify::after(self, &tx, &told(actor, &source, after), Some((id, &last)), None).await?;
        }
        if how.cc {
            let add_ccs = newcomers(&source, &target);
            let change = TicketChange { add_ccs, ..TicketChange::default() };
            tx.change_ticket(into, &change, Some(actor.person.id)).await?;
        }
        let first =
            comment(into, texts::merged_from(language(target.requester).unwrap_or(Language::En), from));
        let id = tx.add_comment(&first).await?;
        tx.touch_ticket(into).await?;
        if public {
            let after = tx.ticket(into).await?;
            notify::after(self, &tx, &told(actor, &target, after), Some((id, &first)), None).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Takes a merge back, and answers into which ticket it was. The ticket gets the status that it had, its conversation and its later
    /// mail are its own again. What happened in the other ticket stays there: mails that came since, CCs, the comments
    /// about the merge. Staff.
    pub async fn unmerge(&self, actor: &Actor, from: TicketId) -> Result<TicketId> {
        actor.must_be_staff()?;
        let store = &self.inner.store;
        let Some(into) = store.ticket(from).await?.merged_into else {
            return Err(Error::Invalid { field: "ticket", problem: "not-merged" });
        };
        let status = store.audits(from).await?.iter().rev().find_map(|audit| match &audit.event {
            AuditEvent::Change { field, previous, value }
                if field == "status" && value.as_deref() == Some(Status::Closed.as_str()) =>
            {
                Status::parse(previous.as_deref()?)
            }
            _ => None,
        });
        let tx = store.begin(self.now()).await?;
        let status = status.filter(|status| *status != Status::Closed).unwrap_or(Status::Open);
        match tx.unmerge_ticket(from, into, status, Some(actor.person.id)).await {
            // A colleague was quicker.
            Err(store::Error::NotFound { what: "merge", .. }) => return Ok(into),
            undone => undone?,
        }
        tx.touch_ticket(into).await?;
        tx.commit().await?;
        Ok(into)
    }

    /// Splits a comment that came by mail off `from` into a ticket of its own, whose requester is its author; answers which. One that
    /// is not in `from` any more was moved already: the answer is where it is. Staff.
    /// A ticket's first comment stays: without it the ticket would be about nothing.
    pub async fn split(&self, actor: &Actor, comment: CommentId, from: TicketId) -> Result<TicketId> {
        actor.must_be_staff()?;
        let found = self.inner.store.comment(comment).await?;
        if found.ticket != from {
            return Ok(found.ticket);
        }
        let tx = self.inner.store.begin(self.now()).await?;
        let ticket = tx.ticket(from).await?;
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
        match tx.move_comment(comment, ticket.id, made.id, Some(actor.person.id)).await {
            // A colleague was quicker.
            Err(store::Error::NotFound { what: "comment", .. }) => {
                drop(tx);
                return Ok(self.inner.store.comment(comment).await?.ticket);
            }
            moved => moved?,
        }
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

/// The event that the triggers see when the customers of a merged ticket are told.
fn told(actor: &Actor, before: &Ticket, after: Ticket) -> Event {
    Event {
        before: Some(before.clone()),
        ticket: after,
        comment: Some(EventComment { public: true, automatic: false }),
        actor: actor.person.clone(),
        via: Via::Web,
        quiet: false,
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
