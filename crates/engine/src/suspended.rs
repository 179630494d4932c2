//! The suspended queue: letting a mail in, deleting it, forgetting it in time. Looking into one: `suspended/preview.rs`; the
//! whole queue as a table: `suspended/export.rs`.
//!
//! A mail that is let in goes the way of all mail once more, from its kept original (`again.rs`), with what kept it out
//! set aside ([`desk::recover`]). It is as good as newly arrived: triggers run, unless it is old mail of an import. The
//! ledger's outcome stays `suspended`; beside it stands what became of the mail, and the ticket. All of it is one
//! transaction, which begins by taking the mail out of the queue: of two agents one comes first, and the other hears
//! that it is gone. A process that dies before the commit has done nothing.

mod export;
mod preview;

use desk::decide::{Author, Outcome, Way};
use desk::{CommentId, SuspendedId, TicketId};
use jiff::SignedDuration;
use mail::Mailbox;
use store::{Afterwards, AuditEvent, LedgerRow, Suspended, SuspendedQuery};

pub use preview::{SuspendedFile, SuspendedPreview};

use crate::carry::Carrying;
use crate::intake::Arrived;
use crate::{Actor, Engine, Error, Result, again, context, late};

/// Suspended tickets in a list without pages.
const NEWEST: u64 = 500;
/// Tries to decide anew when another worker was quicker with the same mail or person.
const RACES: usize = 5;
/// Suspended mails that are forgotten in one transaction.
const TOGETHER: u32 = 200;
/// Longest subject and text that an agent may type, in characters.
const LONGEST_TEXT: usize = 65_000;

/// Whose a recovered mail is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Requester {
    /// Its author's.
    #[default]
    Author,
    /// The agent's who recovers it, where it makes a ticket: so does Zendesk's API for a single one.
    Caller,
    /// Somebody else's, whom the agent names.
    Other(Mailbox),
}

/// How a mail is let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Whose it is.
    pub requester: Requester,
    /// Another subject.
    pub subject: Option<String>,
    /// Another text: the comment is then plain text without HTML.
    pub text: Option<String>,
    /// Leaves the files out.
    pub without_files: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// Which.
    pub id: SuspendedId,
    /// Its ticket; none for a report about a mail that belongs to none.
    pub ticket: Option<TicketId>,
    /// The comment made.
    pub comment: Option<CommentId>,
    /// Nothing was made: the same mail had come in meanwhile.
    pub there_already: bool,
}

impl Engine {
    /// The newest of the queue. Staff.
    pub async fn suspended(&self, actor: &Actor) -> Result<Vec<Suspended>> {
        let query = SuspendedQuery { descending: true, limit: NEWEST, ..SuspendedQuery::default() };
        Ok(self.suspended_list(actor, &query).await?.0)
    }

    /// A part of the queue, and how many fit the query. Staff.
    pub async fn suspended_list(
        &self,
        actor: &Actor,
        query: &SuspendedQuery,
    ) -> Result<(Vec<Suspended>, u64)> {
        actor.must_be_staff()?;
        Ok(self.inner.store.suspended(query).await?)
    }

    /// How many wait for each cause. Staff.
    pub async fn suspended_causes(&self, actor: &Actor) -> Result<Vec<(desk::decide::Cause, u64)>> {
        actor.must_be_staff()?;
        Ok(self.inner.store.suspended_causes().await?)
    }

    /// Days that suspended mail is kept; `None`: for ever. Staff.
    pub async fn suspended_kept(&self, actor: &Actor) -> Result<Option<u16>> {
        actor.must_be_staff()?;
        Ok(self.policy().await?.retention_days)
    }

    /// One, without its mail. Staff.
    pub async fn suspended_one(&self, actor: &Actor, id: SuspendedId) -> Result<Suspended> {
        actor.must_be_staff()?;
        Ok(self.inner.store.suspended_one(id).await?)
    }

    async fn opened(&self, actor: &Actor, id: SuspendedId) -> Result<(Suspended, LedgerRow)> {
        actor.must_be_staff()?;
        let suspended = self.inner.store.suspended_one(id).await?;
        let row = self.inner.store.ledger_row(suspended.what.ledger).await?;
        Ok((suspended, row))
    }

    /// Lets a mail in. Staff. [`Error::NotFound`] when it is not in the queue any more.
    pub async fn recover_suspended(
        &self,
        actor: &Actor,
        id: SuspendedId,
        recovery: &Recovery,
    ) -> Result<Recovered> {
        let (_, row) = self.opened(actor, id).await?;
        check(recovery)?;
        let mut arrived = again::read(self, &row, true).await?;
        edit(&mut arrived, recovery);
        let mut races = 0;
        loop {
            match self.let_in(actor, id, &row, &arrived, recovery).await {
                // Another worker was quicker with the same mail or the same new person: decide again.
                Err(Error::Store(store::Error::Exists { .. })) if races < RACES => races += 1,
                Err(error) => return Err(error),
                Ok(recovered) => {
                    let ticket = recovered.ticket.map(|ticket| ticket.0);
                    tracing::info!(ledger = %row.id, ticket, "a suspended mail was recovered");
                    return Ok(recovered);
                }
            }
        }
    }

    async fn let_in(
        &self,
        actor: &Actor,
        id: SuspendedId,
        row: &LedgerRow,
        arrived: &Arrived,
        recovery: &Recovery,
    ) -> Result<Recovered> {
        let place = again::place(self, row).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        let suspended = tx.unsuspend(id).await?;
        tx.lock_identities(&context::identities(&arrived.letter)).await?;
        let way = again::way(row);
        let files = Some(arrived.files.iter().map(|file| file.blob.0.clone()).collect());
        let loaded = again::load(self, &tx, &place, row, &arrived.letter, files).await?;
        let mut decision = desk::recover::recover(&arrived.letter, &loaded.context);
        give(&mut decision.outcome, actor, &recovery.requester);
        let there_already = matches!(decision.outcome, Outcome::Duplicate(_) | Outcome::OwnMail(_));
        let carrying = Carrying {
            engine: self,
            tx: &tx,
            place: &place,
            arrived,
            way,
            loaded: &loaded,
            decision: &decision,
            dated: true,
        };
        let (ticket, comment) = carrying.out().await?;
        if let (Some(ticket), Some(comment)) = (ticket, comment) {
            let joined: Vec<_> = decision.joins.iter().copied().chain([ticket]).collect();
            late::note(&tx, &loaded, &joined, comment).await?;
        }
        let me = Some(actor.person.id);
        if let (Some(ticket), Some(comment)) = (ticket, comment) {
            tx.audit(ticket, me, &AuditEvent::Recovered { comment, cause: suspended.what.cause }).await?;
            // The comment keeps the mail's date; the ticket has just come.
            if way == Way::Live {
                tx.bring_up(ticket).await?;
            }
        }
        let changed = recovery.subject.is_some()
            || recovery.text.is_some()
            || recovery.without_files
            || recovery.requester != Requester::Author;
        let what = match () {
            () if there_already => Afterwards::Duplicate,
            () if changed => Afterwards::RecoveredChanged,
            () => Afterwards::Recovered,
        };
        tx.note_later(row.id, what, me, ticket.map(|ticket| (ticket, comment))).await?;
        tx.commit().await?;
        Ok(Recovered { id, ticket, comment, there_already })
    }

    /// Deletes a mail from the queue for good; its row of the ledger, and the original in the journal, stay. Staff.
    pub async fn delete_suspended(&self, actor: &Actor, id: SuspendedId) -> Result<()> {
        actor.must_be_staff()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let suspended = tx.unsuspend(id).await?;
        tx.note_later(suspended.what.ledger, Afterwards::Deleted, Some(actor.person.id), None).await?;
        Ok(tx.commit().await?)
    }
}

impl Engine {
    /// Forgets what has waited too long, as the loops do it from time to time.
    pub async fn expire_suspended(&self) -> Result<()> {
        expire(self).await
    }
}

/// Forgets what has waited longer than the account keeps suspended mail.
pub(crate) async fn expire(engine: &Engine) -> Result<()> {
    let Some(days) = engine.policy().await?.retention_days else { return Ok(()) };
    let (store, now) = (&engine.inner.store, engine.now());
    let before = now - SignedDuration::from_hours(24 * i64::from(days));
    loop {
        let due = store.suspended_before(before, TOGETHER).await?;
        if due.is_empty() {
            return Ok(());
        }
        let tx = store.begin(now).await?;
        for id in &due {
            match tx.unsuspend(*id).await {
                Ok(gone) => tx.note_later(gone.what.ledger, Afterwards::Expired, None, None).await?,
                // An agent was quicker, or another worker.
                Err(store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        tx.commit().await?;
        tracing::info!(mails = due.len(), "suspended mail was kept as long as it is kept, and is gone");
    }
}

fn check(recovery: &Recovery) -> Result<()> {
    let too_long =
        |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
    if too_long(&recovery.subject, 1_000) {
        return Err(Error::Invalid { field: "subject", problem: "too-long" });
    }
    if too_long(&recovery.text, LONGEST_TEXT) {
        return Err(Error::Invalid { field: "text", problem: "too-long" });
    }
    if recovery.text.as_ref().is_some_and(|text| text.trim().is_empty()) {
        return Err(Error::Invalid { field: "text", problem: "empty" });
    }
    Ok(())
}

/// What an agent typed takes the place of what the mail says. Who it is, and what it answers, is the mail's still.
fn edit(arrived: &mut Arrived, recovery: &Recovery) {
    let letter = &mut arrived.letter;
    if let Some(subject) = &recovery.subject {
        subject.clone_into(&mut letter.subject);
    }
    if let Some(text) = &recovery.text {
        text.clone_into(&mut letter.text);
        text.clone_into(&mut letter.fresh);
        letter.html = None;
        letter.fresh_html = None;
    }
    if recovery.without_files {
        arrived.files.clear();
    }
}

/// Gives what is made to somebody else than the mail's author.
fn give(outcome: &mut Outcome, actor: &Actor, requester: &Requester) {
    let whose = match requester {
        Requester::Author => return,
        Requester::Caller => Author::Known(actor.person.id),
        Requester::Other(mailbox) => Author::New(mailbox.clone()),
    };
    match outcome {
        Outcome::NewTicket(plan) | Outcome::FollowUp { plan, .. } | Outcome::Unreadable(plan) => {
            plan.requester = whose.clone();
            plan.comment.author = whose;
        }
        // A comment is its author's; a calling agent takes over tickets alone.
        Outcome::Reply { comment, .. } if *requester != Requester::Caller => comment.author = whose,
        _ => {}
    }
}
