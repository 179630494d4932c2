//! Addresses whose mail another server hands over by SMTP: who is known at the door, what was handed in, and moving an address
//! from one kind of connection to the other with nothing lost in between.

use desk::{AddressId, ConnectionId, LedgerId, PersonId};
use jiff::Timestamp;
use mail::Address;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::write::set_account;
use super::{Connection, ConnectionState, ExchangeAccount, Kind, Tokens};
use crate::cells::{Row, micros};
use crate::entity::{connection, cursor, ledger, outbox, support_address as table};
use crate::{BlobId, Form, Happening, LedgerRow, Result, SeenBy, Step, Store, Topic, Tx};

/// The reason of a mail that may have left by the way that is given up.
const UNCONFIRMED: &str = "moved_unconfirmed";

/// An address on its way from one kind of connection to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// To.
    pub to: Kind,
    /// Since when.
    pub since: Timestamp,
    /// For a move to forwarding: when a test mail came by SMTP.
    pub proved_at: Option<Timestamp>,
}

/// What still stands in the way of giving up an Exchange connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOver {
    /// Messages seen in the mailbox and not taken in yet.
    pub unread: u64,
    /// Mails that may have left and have not been confirmed yet.
    pub unconfirmed: u64,
}

pub(super) fn read_move(at: Row, row: &connection::Model) -> Result<Option<Move>> {
    let Some(to) = &row.moving_to else { return Ok(None) };
    Ok(Some(Move {
        to: at.word("moving_to", Kind::parse(to))?,
        since: at.time("moving_since", row.moving_since.unwrap_or_default())?,
        proved_at: at.maybe_time("forwarding_proved_at", row.forwarding_proved_at)?,
    }))
}

/// Connections for which mail is taken by SMTP at `now`: forwarding ones, those being moved, and those moved lately.
fn open_at(now: Timestamp) -> Condition {
    Condition::any()
        .add(connection::Column::Kind.eq(Kind::Forwarding.as_str()))
        .add(connection::Column::MovingTo.eq(Kind::Forwarding.as_str()))
        .add(connection::Column::ForwardedUntil.gt(micros(now)))
}

fn handed_in(connection: ConnectionId) -> Condition {
    Condition::all()
        .add(ledger::Column::ConnectionId.eq(connection.0))
        .add(ledger::Column::SeenBy.eq(SeenBy::Smtp.word()))
}

impl Store {
    /// The connection that mail for this address is taken for by SMTP; `None`: the address is not known at that door.
    pub async fn forwarded_address(&self, address: &Address, now: Timestamp) -> Result<Option<ConnectionId>> {
        let open = Query::select()
            .column(connection::Column::Id)
            .from(connection::Entity)
            .cond_where(open_at(now))
            .take();
        let found = table::Entity::find()
            .filter(table::Column::Address.eq(address.as_str()))
            .filter(table::Column::ConnectionId.in_subquery(open))
            .one(self.reader())
            .await?;
        Ok(found.map(|row| ConnectionId(row.connection_id)))
    }

    /// Connections with mail that was handed in by SMTP and has no outcome yet, longest waiting first.
    pub async fn due_to_take_in(&self, now: Timestamp, limit: u32) -> Result<Vec<ConnectionId>> {
        let rows: Vec<i64> = ledger::Entity::find()
            .select_only()
            .column(ledger::Column::ConnectionId)
            .filter(ledger::Column::SeenBy.eq(SeenBy::Smtp.word()))
            .filter(ledger::Column::Outcome.is_null())
            .filter(ledger::Column::ConnectionId.is_not_null())
            .filter(ledger::Column::RetryAt.lte(micros(now)))
            .group_by(ledger::Column::ConnectionId)
            .order_by_asc(ledger::Column::SeenAt.min())
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(ConnectionId).collect())
    }

    /// Mails handed in by SMTP for this connection that have no outcome and are due for a try, oldest first.
    pub async fn unsettled_handed_in(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerRow>> {
        let rows = ledger::Entity::find()
            .filter(handed_in(connection))
            .filter(ledger::Column::Outcome.is_null())
            .filter(ledger::Column::RetryAt.lte(micros(now)))
            .order_by_asc(ledger::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(crate::ledger::read_row).collect()
    }

    /// A connection of any kind.
    pub async fn connection(&self, id: ConnectionId) -> Result<Connection> {
        let found = connection::Entity::find_by_id(id.0).one(self.reader()).await?;
        super::read::read_connection(found.ok_or_else(|| super::read::missing("connection", id.0))?)
    }

    /// Mails that came by SMTP for this connection so far.
    pub async fn handed_in(&self, connection: ConnectionId) -> Result<u64> {
        Ok(ledger::Entity::find().filter(handed_in(connection)).count(self.reader()).await?)
    }

    /// The newest test mails that went out by a connection, newest first.
    pub async fn test_mails(&self, connection: ConnectionId, limit: u32) -> Result<Vec<crate::OutboxRow>> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::ConnectionId.eq(connection.0))
            .filter(outbox::Column::Purpose.eq(crate::Purpose::Proof.as_str()))
            .order_by_desc(outbox::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(crate::outbox::read_row).collect()
    }

    /// What still stands in the way of giving up an Exchange connection.
    pub async fn left_over(&self, connection: ConnectionId) -> Result<LeftOver> {
        let unread = ledger::Entity::find()
            .filter(ledger::Column::ConnectionId.eq(connection.0))
            .filter(ledger::Column::SeenBy.ne(SeenBy::Smtp.word()))
            .filter(ledger::Column::Outcome.is_null())
            .count(self.reader())
            .await?;
        let unconfirmed = outbox::Entity::find()
            .filter(outbox::Column::ConnectionId.eq(connection.0))
            .filter(outbox::Column::Step.is_in([Step::Sending.as_str(), Step::Accepted.as_str()]))
            .count(self.reader())
            .await?;
        Ok(LeftOver { unread, unconfirmed })
    }
}

impl Tx {
    /// Records a mail that was handed in by SMTP, with its journaled bytes: the row that the other server's 250 stands for.
    /// `item` is unique. Nothing is ever marked anywhere for it.
    pub async fn hand_in(
        &self,
        connection: ConnectionId,
        address: &Address,
        item: &str,
        blob: &BlobId,
        size: u64,
    ) -> Result<LedgerId> {
        let row = ledger::ActiveModel {
            connection_id: Set(Some(connection.0)),
            address: Set(address.as_str().to_owned()),
            item: Set(item.to_owned()),
            seen_by: Set(SeenBy::Smtp.word().to_owned()),
            seen_at: Set(micros(self.now)),
            received_at: Set(Some(micros(self.now))),
            categories: Set("[]".to_owned()),
            blob: Set(Some(blob.0.clone())),
            form: Set(Some(Form::Mime.word().to_owned())),
            size: Set(Some(i64::try_from(size).unwrap_or(i64::MAX))),
            sender: Set(String::new()),
            subject: Set(String::new()),
            attempts: Set(0),
            retry_at: Set(0),
            acknowledged_at: Set(Some(micros(self.now))),
            acknowledge_at: Set(0),
            ..Default::default()
        };
        let id = ledger::Entity::insert(row).exec(&self.db).await?.last_insert_id;
        let change =
            connection::ActiveModel { last_forwarded_at: Set(Some(micros(self.now))), ..Default::default() };
        self.change_connection(connection, change).await?;
        self.announce(Topic::Addresses);
        Ok(LedgerId(id))
    }

    /// A test mail of this connection's came in by SMTP: a forwarding that was not proved is verified now, and one that is
    /// being moved to may be confirmed. Only that way counts: a copy that lies in the mailbox proves no forwarding.
    pub async fn forwarding_works(&self, id: ConnectionId) -> Result<()> {
        let row = self.lock_connection(id).await?;
        if row.state == ConnectionState::Unproved.as_str() {
            self.set_state(id, ConnectionState::Verified, None).await?;
        }
        if row.moving_to.as_deref() == Some(Kind::Forwarding.as_str()) {
            let change = connection::ActiveModel {
                forwarding_proved_at: Set(Some(micros(self.now))),
                // One more reading of the mailbox, for what came before the forwarding worked.
                next_read_at: Set(micros(self.now)),
                ..Default::default()
            };
            self.change_connection(id, change).await?;
            self.announce(Topic::Addresses);
        }
        Ok(())
    }

    /// Begins a move (or begins it anew), or with `None` gives it up. From the beginning on both ways may bring mail.
    pub async fn plan_move(&self, id: ConnectionId, to: Option<Kind>) -> Result<()> {
        let row = self.lock_connection(id).await?;
        let to = to.map(|kind| kind.as_str().to_owned());
        if row.moving_to == to {
            return Ok(());
        }
        let change = connection::ActiveModel {
            moving_since: Set(to.is_some().then(|| micros(self.now))),
            moving_to: Set(to),
            forwarding_proved_at: Set(None),
            ..Default::default()
        };
        self.change_connection(id, change).await?;
        self.announce(Topic::Addresses);
        Ok(())
    }

    /// Turns a forwarding connection into an Exchange one. It keeps its number, and so ledger, tickets and outbox. The mailbox is
    /// read from the last mail on that came by SMTP (less `overlap`): what lies there already and came before is a duplicate,
    /// what did not come before is not lost. SMTP goes on being taken until `forwarded_until`. The caller holds the
    /// connection's sending lease.
    pub async fn move_to_exchange(
        &self,
        id: AddressId,
        account: &ExchangeAccount,
        tokens: &Tokens,
        read_from: Timestamp,
        forwarded_until: Timestamp,
        actor: PersonId,
    ) -> Result<()> {
        let (address, row) = self.lock_both(id).await?;
        let connection = ConnectionId(row.id);
        let mut change = connection::ActiveModel {
            kind: Set(Kind::Exchange.as_str().to_owned()),
            connected_at: Set(micros(read_from)),
            next_read_at: Set(micros(self.now)),
            forwarded_until: Set(Some(micros(forwarded_until))),
            moving_to: Set(None),
            moving_since: Set(None),
            forwarding_proved_at: Set(None),
            ..Default::default()
        };
        set_account(&mut change, account);
        self.change_connection(connection, change).await?;
        self.store_tokens(connection, tokens, &account.scopes).await?;
        cursor::Entity::delete_many().filter(cursor::Column::ConnectionId.eq(row.id)).exec(&self.db).await?;
        // What a mail server took the half of cannot be finished by Exchange.
        self.fail_waiting(row.id, &[Step::Sending], UNCONFIRMED).await?;
        self.set_state(connection, ConnectionState::Verified, None).await?;
        let moved = Happening::Moved { from: row.kind, to: account.mode.as_str().to_owned() };
        self.note_event(Some(connection), &address.address, &moved, Some(actor)).await
    }

    /// Turns an Exchange connection into a forwarding one that is proved already. What had been drafted in the mailbox and
    /// has not left starts anew; what may have left is shown as unconfirmed; messages that could not be read before are
    /// settled with the reason `mailbox_left`: they lie in the mailbox. The caller holds the connection's leases.
    pub async fn move_to_forwarding(&self, id: AddressId, actor: PersonId) -> Result<()> {
        let (address, row) = self.lock_both(id).await?;
        let connection = ConnectionId(row.id);
        let change = connection::ActiveModel {
            kind: Set(Kind::Forwarding.as_str().to_owned()),
            access_token: Set(String::new()),
            refresh_token: Set(String::new()),
            access_expires_at: Set(0),
            forwarded_until: Set(None),
            moving_to: Set(None),
            moving_since: Set(None),
            forwarding_proved_at: Set(None),
            ..Default::default()
        };
        self.change_connection(connection, change).await?;
        cursor::Entity::delete_many().filter(cursor::Column::ConnectionId.eq(row.id)).exec(&self.db).await?;
        self.fail_waiting(row.id, &[Step::Sending, Step::Accepted], UNCONFIRMED).await?;
        outbox::Entity::update_many()
            .col_expr(outbox::Column::Step, Expr::value(Step::Queued.as_str()))
            .col_expr(outbox::Column::Draft, Expr::value(None::<String>))
            .col_expr(outbox::Column::FilesUp, Expr::value(0))
            .col_expr(outbox::Column::DueAt, Expr::value(micros(self.now)))
            .filter(outbox::Column::ConnectionId.eq(row.id))
            .filter(outbox::Column::Step.is_in([Step::Drafting.as_str(), Step::Drafted.as_str()]))
            .exec(&self.db)
            .await?;
        ledger::Entity::update_many()
            .col_expr(ledger::Column::Outcome, Expr::value(desk::decide::OutcomeKind::Vanished.as_str()))
            .col_expr(ledger::Column::Reason, Expr::value("mailbox_left"))
            .col_expr(ledger::Column::SettledAt, Expr::value(micros(self.now)))
            .filter(ledger::Column::ConnectionId.eq(row.id))
            .filter(ledger::Column::Outcome.is_null())
            .filter(ledger::Column::Blob.is_null())
            .exec(&self.db)
            .await?;
        // Nothing can be marked in a mailbox that is no longer ours.
        ledger::Entity::update_many()
            .col_expr(ledger::Column::AcknowledgedAt, Expr::value(micros(self.now)))
            .filter(ledger::Column::ConnectionId.eq(row.id))
            .filter(ledger::Column::AcknowledgedAt.is_null())
            .exec(&self.db)
            .await?;
        self.set_state(connection, ConnectionState::Verified, None).await?;
        let moved = Happening::Moved { from: row.mode, to: Kind::Forwarding.as_str().to_owned() };
        self.note_event(Some(connection), &address.address, &moved, Some(actor)).await
    }

    async fn lock_both(&self, id: AddressId) -> Result<(table::Model, connection::Model)> {
        let address = self.lock_address(id).await?;
        let row = self.lock_connection(ConnectionId(address.connection_id)).await?;
        Ok((address, row))
    }

    /// The connection of an address, seen from inside this transaction; `None` when there is no such address.
    pub async fn connection_of(&self, address: &Address) -> Result<Option<ConnectionId>> {
        let found =
            table::Entity::find().filter(table::Column::Address.eq(address.as_str())).one(&self.db).await?;
        Ok(found.map(|row| ConnectionId(row.connection_id)))
    }
}
