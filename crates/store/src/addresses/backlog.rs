//! What had waited while a connection was lost, and whether it is in and out.

use desk::ConnectionId;
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};

use super::Backlog;
use crate::cells::micros;
use crate::entity::{connection, ledger, outbox};
use crate::{Happening, Result, Step, Store, Tx};

impl Store {
    /// How far a mailbox that was reconnected at `since` has come.
    pub async fn backlog(&self, connection: ConnectionId, since: Timestamp) -> Result<Backlog> {
        let since = micros(since);
        let waited_in = Condition::all()
            .add(ledger::Column::ConnectionId.eq(connection.0))
            .add(ledger::Column::SeenAt.gte(since))
            .add(ledger::Column::ImportId.is_null())
            .add(ledger::Column::ReceivedAt.is_null().or(ledger::Column::ReceivedAt.lte(since)));
        let waited_out = Condition::all()
            .add(outbox::Column::ConnectionId.eq(connection.0))
            .add(outbox::Column::CreatedAt.lte(since));
        // By our own clock: the time in the sent copy is Microsoft's.
        let left = [Step::Accepted, Step::Sent].map(Step::as_str);
        let waiting = [Step::Queued, Step::Drafting, Step::Drafted, Step::Sending].map(Step::as_str);
        let reader = self.reader();
        let incoming = || ledger::Entity::find().filter(waited_in.clone());
        let outgoing = || outbox::Entity::find().filter(waited_out.clone());
        Ok(Backlog {
            came_in: incoming().count(reader).await?,
            still_in: incoming().filter(ledger::Column::Outcome.is_null()).count(reader).await?,
            went_out: outgoing()
                .filter(outbox::Column::SendingAt.gte(since))
                .filter(outbox::Column::Step.is_in(left))
                .count(reader)
                .await?,
            still_out: outgoing().filter(outbox::Column::Step.is_in(waiting)).count(reader).await?,
        })
    }
}

impl Tx {
    /// Notes that what had waited is in and out. Once for each reconnection: `false` when it was noted already.
    pub async fn note_caught_up(
        &self,
        connection: ConnectionId,
        address: &str,
        backlog: Backlog,
    ) -> Result<bool> {
        let change = connection::ActiveModel { catching_up_since: Set(None), ..Default::default() };
        let noted = connection::Entity::update_many()
            .set(change)
            .filter(connection::Column::Id.eq(connection.0))
            .filter(connection::Column::CatchingUpSince.is_not_null())
            .exec(&self.db)
            .await?;
        if noted.rows_affected == 0 {
            return Ok(false);
        }
        let happening = Happening::CaughtUp { came_in: backlog.came_in, went_out: backlog.went_out };
        self.note_event(Some(connection), address, &happening, None).await?;
        Ok(true)
    }
}
