//! Taking an import back: only tickets that nothing but the import has touched. The ledger keeps each row with its outcome and
//! says that it was undone; when an import asks for such a mail again, its old row steps aside for a new one.

use std::collections::{HashMap, HashSet};

use desk::decide::OutcomeKind;
use desk::{ConnectionId, ImportId, LedgerId, PersonId, TicketId};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{messages, table};
use crate::cells::{Row, micros, small};
use crate::entity::{attachment, audit, comment, ledger, message_identity, outbox, suspended, ticket};
use crate::{Error, Lease, Result, Seen, Store, Topic, Tx};

/// The reason of ledger rows whose ticket was taken back.
pub const REASON_UNDONE: &str = "undone";
/// Outcomes that made their ticket.
const MAKES_TICKET: [OutcomeKind; 3] =
    [OutcomeKind::NewTicket, OutcomeKind::FollowUp, OutcomeKind::Unreadable];
/// Items asked for in one statement.
const CHUNK: usize = 100;

/// Whether a run was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// No.
    No,
    /// It is being taken back.
    UnderWay {
        /// Tickets taken back so far.
        tickets: u32,
    },
    /// Yes.
    Done {
        /// When.
        at: Timestamp,
        /// Tickets taken back.
        tickets: u32,
        /// Tickets with mail of this import that stay: somebody has worked on them, or they were there before.
        kept: u32,
    },
}

pub(super) fn read(at: Row, row: &table::Model) -> Result<Undone> {
    let number = |cell: Option<i32>| cell.unwrap_or(0).unsigned_abs();
    Ok(match (row.undone, at.maybe_time("undone_at", row.undone_at)?) {
        (_, Some(at)) => Undone::Done { at, tickets: number(row.undone), kept: number(row.undo_kept) },
        (Some(_), None) => Undone::UnderWay { tickets: number(row.undone) },
        (None, None) => Undone::No,
    })
}

impl Store {
    /// Runs that are being taken back.
    pub async fn undos(&self) -> Result<Vec<ImportId>> {
        let rows = table::Entity::find()
            .filter(table::Column::Undone.is_not_null())
            .filter(table::Column::UndoneAt.is_null())
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|row| ImportId(row.id)).collect())
    }
}

impl Tx {
    /// Begins to take an import back, running or finished. What of it has not been taken in never will be: it is rejected as
    /// undone, and needs no mark in the mailbox. False when it was begun before.
    pub async fn begin_undo(&self, id: ImportId, actor: Option<PersonId>) -> Result<bool> {
        let row = self.lock_import(id).await?;
        if row.undone.is_some() || row.undone_at.is_some() {
            return Ok(false);
        }
        let now = micros(self.now);
        ledger::Entity::update_many()
            .col_expr(ledger::Column::Outcome, Expr::value(OutcomeKind::Rejected.as_str()))
            .col_expr(ledger::Column::Reason, Expr::value(REASON_UNDONE))
            .col_expr(ledger::Column::SettledAt, Expr::value(now))
            .col_expr(ledger::Column::AcknowledgedAt, Expr::value(now))
            .filter(ledger::Column::ImportId.eq(id.0))
            .filter(ledger::Column::Outcome.is_null())
            .exec(&self.db)
            .await?;
        table::Entity::update_many()
            .col_expr(table::Column::Undone, Expr::value(0))
            .col_expr(table::Column::PausedAt, Expr::value(None::<i64>))
            .col_expr(table::Column::FinishedAt, Expr::value(row.finished_at.unwrap_or(now)))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        let mails = messages(id.0, true).count(&self.db).await?;
        self.import_event(ConnectionId(row.connection_id), "undone", mails, actor).await?;
        self.announce(Topic::Import(id));
        Ok(true)
    }

    /// Takes back the tickets behind the next `limit` rows of the run, in the order of the ledger; answers the row it got to, to
    /// go on from, and `None` at the end. A worker that dies begins anew: what was taken back is not found again.
    pub async fn undo_some(
        &self,
        lease: &Lease,
        id: ImportId,
        after: LedgerId,
        limit: u32,
    ) -> Result<Option<LedgerId>> {
        self.check(lease).await?;
        let rows = ledger::Entity::find()
            .filter(ledger::Column::ImportId.eq(id.0))
            .filter(ledger::Column::Id.gt(after.0))
            .filter(ledger::Column::TicketId.is_not_null())
            .filter(ledger::Column::Outcome.is_in(MAKES_TICKET.map(OutcomeKind::as_str)))
            .order_by_asc(ledger::Column::Id)
            .limit(u64::from(limit))
            .all(&self.db)
            .await?;
        let Some(last) = rows.last().map(|row| LedgerId(row.id)) else { return Ok(None) };
        let tickets: Vec<i64> = rows.into_iter().filter_map(|row| row.ticket_id).collect();
        // Whoever works on one of them at this moment has come first, or finds it gone.
        ticket::Entity::find()
            .filter(ticket::Column::Id.is_in(tickets.iter().copied()))
            .order_by_asc(ticket::Column::Id)
            .lock_exclusive()
            .all(&self.db)
            .await?;
        let touched = self.touched(id, &tickets).await?;
        let untouched: Vec<i64> = tickets.into_iter().filter(|ticket| !touched.contains(ticket)).collect();
        if !untouched.is_empty() {
            self.remove_tickets(id, &untouched).await?;
        }
        Ok(Some(last))
    }

    /// Those of these tickets that show a trace of anything but the run: a mail by another way, a comment, a change, a mail sent, a
    /// ticket that follows. Every trace that the run itself left carries the time of a transaction that took one of its
    /// mails in.
    async fn touched(&self, run: ImportId, tickets: &[i64]) -> Result<HashSet<i64>> {
        let all = || tickets.iter().copied();
        let mut touched = HashSet::new();
        let mut own: HashMap<i64, (HashSet<i64>, HashSet<i64>)> = HashMap::new();
        for row in ledger::Entity::find().filter(ledger::Column::TicketId.is_in(all())).all(&self.db).await? {
            let Some(ticket) = row.ticket_id else { continue };
            if row.import_id == Some(run.0) {
                let (comments, times) = own.entry(ticket).or_default();
                comments.extend(row.comment_id);
                times.extend(row.settled_at);
            } else {
                touched.insert(ticket);
            }
        }
        let comments: Vec<(i64, i64)> = comment::Entity::find()
            .select_only()
            .columns([comment::Column::TicketId, comment::Column::Id])
            .filter(comment::Column::TicketId.is_in(all()))
            .into_tuple()
            .all(&self.db)
            .await?;
        let is_own = |ticket, comment| own.get(&ticket).is_some_and(|(own, _)| own.contains(&comment));
        touched.extend(comments.into_iter().filter(|(t, c)| !is_own(*t, *c)).map(|(ticket, _)| ticket));
        let audits: Vec<(i64, i64)> = audit::Entity::find()
            .select_only()
            .columns([audit::Column::TicketId, audit::Column::At])
            .filter(audit::Column::TicketId.is_in(all()))
            .into_tuple()
            .all(&self.db)
            .await?;
        let is_own = |ticket, at| own.get(&ticket).is_some_and(|(_, times)| times.contains(&at));
        touched.extend(audits.into_iter().filter(|(t, at)| !is_own(*t, *at)).map(|(ticket, _)| ticket));
        let merged: Vec<(i64, Option<i64>)> = ticket::Entity::find()
            .select_only()
            .columns([ticket::Column::Id, ticket::Column::MergedIntoId])
            .filter(
                Condition::any()
                    .add(ticket::Column::Id.is_in(all()))
                    .add(ticket::Column::MergedIntoId.is_in(all())),
            )
            .filter(ticket::Column::MergedIntoId.is_not_null())
            .into_tuple()
            .all(&self.db)
            .await?;
        touched.extend(merged.into_iter().flat_map(|(from, into)| [Some(from), into]).flatten());
        let sent: Vec<Option<i64>> = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::TicketId)
            .filter(outbox::Column::TicketId.is_in(all()))
            .into_tuple()
            .all(&self.db)
            .await?;
        touched.extend(sent.into_iter().flatten());
        let followed: Vec<Option<i64>> = ticket::Entity::find()
            .select_only()
            .column(ticket::Column::FollowsId)
            .filter(ticket::Column::FollowsId.is_in(all()))
            .into_tuple()
            .all(&self.db)
            .await?;
        touched.extend(followed.into_iter().flatten());
        Ok(touched)
    }

    async fn remove_tickets(&self, run: ImportId, tickets: &[i64]) -> Result<()> {
        let all = || tickets.iter().copied();
        attachment::Entity::delete_many()
            .filter(attachment::Column::TicketId.is_in(all()))
            .exec(&self.db)
            .await?;
        comment::Entity::delete_many().filter(comment::Column::TicketId.is_in(all())).exec(&self.db).await?;
        audit::Entity::delete_many().filter(audit::Column::TicketId.is_in(all())).exec(&self.db).await?;
        // The mails may come in again.
        message_identity::Entity::delete_many()
            .filter(message_identity::Column::TicketId.is_in(all()))
            .exec(&self.db)
            .await?;
        ticket::Entity::delete_many().filter(ticket::Column::Id.is_in(all())).exec(&self.db).await?;
        ledger::Entity::update_many()
            .col_expr(ledger::Column::Reason, Expr::value(REASON_UNDONE))
            .col_expr(ledger::Column::TicketId, Expr::value(None::<i64>))
            .col_expr(ledger::Column::CommentId, Expr::value(None::<i64>))
            .filter(ledger::Column::ImportId.eq(run.0))
            .filter(ledger::Column::TicketId.is_in(all()))
            .exec(&self.db)
            .await?;
        let removed = small(tickets.len());
        table::Entity::update_many()
            .col_expr(table::Column::Undone, Expr::col(table::Column::Undone).add(removed))
            .filter(table::Column::Id.eq(run.0))
            .exec(&self.db)
            .await?;
        for ticket in tickets {
            self.announce(Topic::Ticket(TicketId(*ticket)));
        }
        self.announce(Topic::Import(run));
        Ok(())
    }

    /// The end: what the import left in the suspended queue goes too, and what stays is counted.
    pub async fn finish_undo(&self, lease: &Lease, id: ImportId) -> Result<()> {
        self.check(lease).await?;
        let waiting = Query::select()
            .column(suspended::Column::LedgerId)
            .from(suspended::Entity)
            .and_where(suspended::Column::LedgerId.is_not_null())
            .take();
        let of_run = Condition::all()
            .add(ledger::Column::ImportId.eq(id.0))
            .add(ledger::Column::Outcome.eq(OutcomeKind::Suspended.as_str()))
            .add(ledger::Column::Id.in_subquery(waiting));
        let rows: Vec<i64> = ledger::Entity::find()
            .select_only()
            .column(ledger::Column::Id)
            .filter(of_run)
            .into_tuple()
            .all(&self.db)
            .await?;
        for rows in rows.chunks(CHUNK) {
            let rows = || rows.iter().copied();
            suspended::Entity::delete_many()
                .filter(suspended::Column::LedgerId.is_in(rows()))
                .exec(&self.db)
                .await?;
            ledger::Entity::update_many()
                .col_expr(ledger::Column::Reason, Expr::value(REASON_UNDONE))
                .filter(ledger::Column::Id.is_in(rows()))
                .exec(&self.db)
                .await?;
        }
        let kept: Vec<Option<i64>> = ledger::Entity::find()
            .select_only()
            .column(ledger::Column::TicketId)
            .filter(ledger::Column::ImportId.eq(id.0))
            .filter(ledger::Column::TicketId.is_not_null())
            .distinct()
            .into_tuple()
            .all(&self.db)
            .await?;
        let done = table::Entity::update_many()
            .col_expr(table::Column::UndoneAt, Expr::value(micros(self.now)))
            .col_expr(table::Column::UndoKept, Expr::value(small(kept.len())))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if done.rows_affected == 0 {
            return Err(Error::NotFound { what: "import", id: id.to_string() });
        }
        self.announce(Topic::Import(id));
        self.announce(Topic::Addresses);
        Ok(())
    }

    /// Of these messages, those whose import was undone may be seen anew: their old rows keep outcome and reason and give up
    /// the message's id. To be called only when an import asks for them; answers how many.
    pub async fn step_aside(&self, address: &str, items: &[Seen]) -> Result<u64> {
        let address = address.to_lowercase();
        let mut stepped = 0;
        for items in items.chunks(CHUNK) {
            let rows: Vec<(i64, String)> = ledger::Entity::find()
                .select_only()
                .columns([ledger::Column::Id, ledger::Column::Item])
                .filter(ledger::Column::Address.eq(address.as_str()))
                .filter(ledger::Column::Item.is_in(items.iter().map(|seen| seen.item.as_str())))
                .filter(ledger::Column::Reason.eq(REASON_UNDONE))
                .into_tuple()
                .all(&self.db)
                .await?;
            for (id, item) in rows {
                let change = ledger::Entity::update_many()
                    .col_expr(ledger::Column::Item, Expr::value(format!("{item}#{REASON_UNDONE}-{id}")))
                    // Nothing of it is to be marked in the mailbox any more: the new row will be.
                    .col_expr(ledger::Column::AcknowledgedAt, Expr::value(micros(self.now)));
                stepped += change.filter(ledger::Column::Id.eq(id)).exec(&self.db).await?.rows_affected;
            }
        }
        Ok(stepped)
    }
}
