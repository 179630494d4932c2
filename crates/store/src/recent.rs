//! What came in and went out within an hour: what the loop breaker goes by. Nothing is counted further than it matters.

use desk::decide::OutcomeKind;
use desk::flood::{COUNTED_AT_MOST, Recent, Window};
use desk::{AddressId, TicketId};
use jiff::{SignedDuration, Timestamp};
use mail::Address;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::cells::micros;
use crate::entity::{ledger, outbox, ticket};
use crate::outbox::read_row;
use crate::{AuditEvent, OutboxRow, Purpose, Result, Tx, Urgency};

/// For so long after the last time a ticket says once that it fell silent.
const SAID_ONCE_IN: SignedDuration = SignedDuration::from_hours(1);
/// A bounce that names none of our mails is looked for among so many.
const CANDIDATES: u64 = 200;

/// Outcomes by which a mail reached a ticket.
const TAKEN: [OutcomeKind; 3] = [OutcomeKind::NewTicket, OutcomeKind::Reply, OutcomeKind::FollowUp];
/// Outcomes that made a ticket.
const TICKETS: [OutcomeKind; 2] = [OutcomeKind::NewTicket, OutcomeKind::FollowUp];

/// What is to be counted.
#[derive(Debug, Clone)]
pub struct Counted<'a> {
    /// Mails of this author.
    pub author: &'a str,
    /// Mails to this ticket.
    pub ticket: Option<TicketId>,
    /// Tickets that mails to this mailbox made.
    pub mailbox: &'a str,
    /// Automatic mails from this address.
    pub address: Option<AddressId>,
    /// Mails that read like this ([`crate::Settlement::words`]).
    pub words: Option<&'a str>,
}

impl Tx {
    /// Counts what came in since `since`. Only mails whose author is kept in the ledger count.
    pub async fn recent(&self, counted: &Counted<'_>, since: Timestamp) -> Result<Recent> {
        let mails = || {
            ledger::Entity::find()
                .filter(ledger::Column::Author.is_not_null())
                .filter(ledger::Column::SettledAt.gte(micros(since)))
        };
        let became =
            |kinds: &[OutcomeKind]| ledger::Column::Outcome.is_in(kinds.iter().map(|kind| kind.as_str()));
        let author = mails().filter(ledger::Column::Author.eq(counted.author.to_lowercase()));
        let mailbox = mails()
            .filter(ledger::Column::Address.eq(counted.mailbox.to_lowercase()))
            .filter(became(&TICKETS));
        let mut recent = Recent {
            author: self.how_many(author, ledger::Column::Id).await?,
            mailbox: self.how_many(mailbox, ledger::Column::Id).await?,
            ..Recent::default()
        };
        if let Some(ticket) = counted.ticket {
            let to = mails().filter(ledger::Column::TicketId.eq(ticket.0)).filter(became(&TAKEN));
            recent.ticket = self.how_many(to, ledger::Column::Id).await?;
        }
        if let Some(words) = counted.words {
            let same = mails().filter(ledger::Column::Words.eq(words));
            recent.same = self.how_many(same, ledger::Column::Id).await?;
        }
        if let Some(address) = counted.address {
            let sent = outbox::Entity::find()
                .filter(outbox::Column::AddressId.eq(address.0))
                .filter(outbox::Column::Urgency.eq(Urgency::Automatic as i32))
                .filter(outbox::Column::CreatedAt.gte(micros(since)))
                .filter(outbox::Column::Purpose.eq(Purpose::Ticket.as_str()));
            recent.sent = self.how_many(sent, outbox::Column::Id).await?;
        }
        Ok(recent)
    }

    async fn how_many<E: EntityTrait>(&self, rows: Select<E>, id: E::Column) -> Result<u32> {
        let ids: Vec<i64> = rows
            .select_only()
            .column(id)
            .limit(u64::from(COUNTED_AT_MOST))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
    }

    /// Notes that nothing automatic is sent about a ticket for fear of a loop: once an hour in its history.
    pub async fn falls_silent(&self, id: TicketId, window: Window) -> Result<()> {
        let long_ago =
            ticket::Column::QuietAt.is_null().or(ticket::Column::QuietAt.lt(micros(self.now - SAID_ONCE_IN)));
        let fell = ticket::Entity::update_many()
            .col_expr(ticket::Column::QuietAt, Expr::value(micros(self.now)))
            .filter(ticket::Column::Id.eq(id.0))
            .filter(long_ago)
            .exec(&self.db)
            .await?;
        if fell.rows_affected == 0 {
            return Ok(());
        }
        self.audit(id, None, &AuditEvent::LoopStopped { window }).await
    }

    /// Mails of ours to one of these people since `since`, newest first: one of them is what a bounce speaks of that names none.
    pub async fn sent_to(
        &self,
        from: AddressId,
        people: &[Address],
        since: Timestamp,
    ) -> Result<Vec<OutboxRow>> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let rows = outbox::Entity::find()
            .filter(outbox::Column::AddressId.eq(from.0))
            .filter(outbox::Column::Urgency.is_in([Urgency::Answer as i32, Urgency::Automatic as i32]))
            .filter(outbox::Column::CreatedAt.gte(micros(since)))
            .filter(outbox::Column::SendingAt.is_not_null())
            .filter(
                people
                    .iter()
                    .flat_map(|to| {
                        [&outbox::Column::ToPeople, &outbox::Column::CcPeople]
                            .map(|column| column.contains(quoted(to)))
                    })
                    .fold(sea_orm::Condition::any(), sea_orm::Condition::add),
            )
            .order_by_desc(outbox::Column::Id)
            .limit(CANDIDATES)
            .all(&self.db)
            .await?;
        let rows = rows.into_iter().map(read_row).collect::<Result<Vec<_>>>()?;
        let is_to =
            |row: &OutboxRow| row.mail.to.iter().chain(&row.mail.cc).any(|to| people.contains(&to.address));
        Ok(rows.into_iter().filter(is_to).collect())
    }
}

/// As it stands in a cell of JSON.
fn quoted(address: &Address) -> String {
    serde_json::to_string(address).unwrap_or_default()
}
