//! Connecting, disconnecting, and what changes while a connection lives.

use desk::{AddressId, BrandId, ConnectionId, ImportId, PersonId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::read::missing;
use super::{ConnectionState, Cursor, ExchangeAccount, Kind, NewConnection, Reach, StateCause, Tokens};
use crate::cells::{clean, json, micros};
use crate::entity::{
    address_owner, connection, cursor, import_run, ledger, outbox, subscription, support_address as table,
    ticket,
};
use crate::people::SUPPORT;
use crate::{Error, Happening, Lease, Purpose, Result, Step, Topic, Tx, Wanted};

/// Writes an account into its columns.
pub(super) fn set_account(row: &mut connection::ActiveModel, account: &ExchangeAccount) {
    row.mode = Set(account.mode.as_str().to_owned());
    row.tenant = Set(account.tenant.clone());
    row.account_id = Set(account.account_id.clone());
    row.account_name = Set(clean(&account.account_name));
    row.mailbox_id = Set(account.mailbox.as_ref().map(|mailbox| mailbox.id.clone()));
    row.mailbox_name = Set(account.mailbox.as_ref().map(|mailbox| clean(&mailbox.name)));
    row.scopes = Set(account.scopes.clone());
    row.refreshed_at = Set(account.refreshed_at.map(micros));
}

impl Tx {
    /// Makes address, connection and, when wanted, the import run. No address becomes the default by being
    /// connected: it must prove itself first. Refused ([`crate::Error::AddressInUse`]) when the address is anybody's.
    pub async fn connect(
        &self,
        new: &NewConnection,
        import: Option<Wanted>,
    ) -> Result<(AddressId, ConnectionId, Option<ImportId>)> {
        if !self.own_address(&new.address, SUPPORT).await? {
            return Err(self.in_use(&new.address).await);
        }
        let connection = self.insert_connection(new).await?;
        let address = table::Entity::insert(table::ActiveModel {
            address: Set(new.address.as_str().to_owned()),
            name: Set(clean(&new.name)),
            brand_id: Set(new.brand.0),
            is_default: Set(false),
            connection_id: Set(connection.0),
            created_at: Set(micros(self.now)),
            ..Default::default()
        })
        .exec(&self.db)
        .await?
        .last_insert_id;
        // Mail known from an earlier connection of the same mailbox stays known, and what waited there waits here.
        ledger::Entity::update_many()
            .col_expr(ledger::Column::ConnectionId, Expr::value(connection.0))
            .filter(ledger::Column::Address.eq(new.address.as_str()))
            .filter(ledger::Column::ConnectionId.is_not_null())
            .exec(&self.db)
            .await?;
        let run = match import {
            Some(wanted) => Some(self.start_import(connection, wanted, None).await?),
            None => None,
        };
        self.announce(Topic::Addresses);
        Ok((AddressId(address), connection, run))
    }

    async fn insert_connection(&self, new: &NewConnection) -> Result<ConnectionId> {
        let mut row = connection::ActiveModel {
            kind: Set(match new.reach {
                Reach::Exchange(..) => Kind::Exchange,
                Reach::Forwarding => Kind::Forwarding,
            }
            .as_str()
            .to_owned()),
            state: Set(match new.reach {
                Reach::Exchange(..) => ConnectionState::Verified,
                // Somebody must see first that mail for the address is really sent on to us.
                Reach::Forwarding => ConnectionState::Unproved,
            }
            .as_str()
            .to_owned()),
            state_since: Set(micros(self.now)),
            access_token: Set(String::new()),
            access_expires_at: Set(0),
            refresh_token: Set(String::new()),
            connected_at: Set(micros(new.connected_at)),
            next_read_at: Set(micros(self.now)),
            tenant: Set(String::new()),
            account_id: Set(String::new()),
            account_name: Set(String::new()),
            scopes: Set(String::new()),
            proof_due: Set(true),
            ..Default::default()
        };
        if let Reach::Exchange(account, _) = &new.reach {
            set_account(&mut row, account);
        }
        let id = ConnectionId(connection::Entity::insert(row).exec(&self.db).await?.last_insert_id);
        if let Reach::Exchange(account, tokens) = &new.reach {
            // The tokens are bound to the row's id, which is known only now.
            self.store_tokens(id, tokens, &account.scopes).await?;
        }
        Ok(id)
    }

    /// Removes the address and its connection. Tickets go over to the default. Refused for the default address. Ledger
    /// rows stay: mail known once is known for good, also when the mailbox is connected anew. What waited to be sent
    /// fails with the reason `address_deleted`, or `address_deleted_unconfirmed` when it may have left already; only account
    /// mail of which nothing has left stays, to be taken elsewhere ([`Tx::reroute`]).
    pub async fn delete_address(&self, id: AddressId) -> Result<()> {
        // Deleting under the condition holds against somebody who makes it the default at this moment.
        let row = self.lock_address(id).await?;
        if row.is_default {
            return Err(Error::DefaultAddress);
        }
        let gone = table::Entity::delete_many()
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::IsDefault.eq(false))
            .exec(&self.db)
            .await?;
        if gone.rows_affected == 0 {
            return Err(Error::DefaultAddress);
        }
        address_owner::Entity::delete_by_id(row.address.as_str()).exec(&self.db).await?;
        let default = table::Entity::find().filter(table::Column::IsDefault.eq(true)).one(&self.db).await?;
        ticket::Entity::update_many()
            .col_expr(ticket::Column::AddressId, Expr::value(default.map(|default| default.id)))
            .filter(ticket::Column::AddressId.eq(id.0))
            .exec(&self.db)
            .await?;
        // Somebody stands before the door: account mail of which nothing has left yet goes over to another connection.
        let others = outbox::Column::Purpose.ne(Purpose::Account.as_str());
        self.fail_those(
            row.connection_id,
            &[Step::Queued, Step::Drafting, Step::Drafted],
            "address_deleted",
            Condition::all().add(others),
        )
        .await?;
        self.fail_waiting(row.connection_id, &[Step::Sending, Step::Accepted], "address_deleted_unconfirmed")
            .await?;
        cursor::Entity::delete_many()
            .filter(cursor::Column::ConnectionId.eq(row.connection_id))
            .exec(&self.db)
            .await?;
        import_run::Entity::update_many()
            .col_expr(import_run::Column::FinishedAt, Expr::value(micros(self.now)))
            .filter(import_run::Column::ConnectionId.eq(row.connection_id))
            .filter(import_run::Column::FinishedAt.is_null())
            .exec(&self.db)
            .await?;
        subscription::Entity::delete_by_id(row.connection_id).exec(&self.db).await?;
        connection::Entity::delete_by_id(row.connection_id).exec(&self.db).await?;
        self.announce(Topic::Addresses);
        Ok(())
    }

    pub(super) async fn lock_address(&self, id: AddressId) -> Result<table::Model> {
        let found = table::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        found.ok_or_else(|| missing("support address", id.0))
    }

    pub(super) async fn fail_waiting(&self, connection: i64, steps: &[Step], reason: &str) -> Result<()> {
        self.fail_those(connection, steps, reason, Condition::all()).await
    }

    async fn fail_those(
        &self,
        connection: i64,
        steps: &[Step],
        reason: &str,
        those: Condition,
    ) -> Result<()> {
        outbox::Entity::update_many()
            .col_expr(outbox::Column::Step, Expr::value(Step::Failed.as_str()))
            .col_expr(outbox::Column::LastError, Expr::value(reason))
            .filter(outbox::Column::ConnectionId.eq(connection))
            .filter(outbox::Column::Step.is_in(steps.iter().map(|step| step.as_str())))
            .filter(those)
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Changes the name that customers see, and the brand. Tickets that are there stay in their brand; an unknown brand is
    /// refused ([`crate::Error::NotFound`]).
    pub async fn edit_address(
        &self,
        id: AddressId,
        name: &str,
        brand: BrandId,
        actor: Option<PersonId>,
    ) -> Result<()> {
        let row = self.lock_address(id).await?;
        if crate::entity::brand::Entity::find_by_id(brand.0).one(&self.db).await?.is_none() {
            return Err(missing("brand", brand.0));
        }
        table::Entity::update_many()
            .col_expr(table::Column::Name, Expr::value(clean(name)))
            .col_expr(table::Column::BrandId, Expr::value(brand.0))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        let connection = Some(ConnectionId(row.connection_id));
        self.note_event(connection, &row.address, &Happening::Edited { name: name.to_owned() }, actor).await
    }

    pub(crate) async fn lock_connection(&self, id: ConnectionId) -> Result<connection::Model> {
        let found = connection::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        found.ok_or_else(|| missing("connection", id.0))
    }

    pub(super) async fn change_connection(
        &self,
        id: ConnectionId,
        change: connection::ActiveModel,
    ) -> Result<()> {
        let changed = connection::Entity::update_many()
            .set(change)
            .filter(connection::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if changed.rows_affected == 0 { Err(missing("connection", id.0)) } else { Ok(()) }
    }

    /// Stores rotated tokens (before they are used) and the scopes that came with them.
    pub async fn store_tokens(&self, connection: ConnectionId, tokens: &Tokens, scopes: &str) -> Result<()> {
        let key = connection.to_string();
        let vault = &self.shared.vault;
        let change = connection::ActiveModel {
            access_token: Set(vault.seal("connection", "access_token", &key, &tokens.access)),
            access_expires_at: Set(micros(tokens.access_expires_at)),
            refresh_token: Set(tokens
                .refresh
                .as_ref()
                .map(|refresh| vault.seal("connection", "refresh_token", &key, refresh))
                .unwrap_or_default()),
            scopes: Set(scopes.to_owned()),
            refreshed_at: Set(Some(micros(self.now))),
            ..Default::default()
        };
        self.change_connection(connection, change).await
    }

    /// Puts another account, or the same one anew, in the place of the old one; cursors, ledger and outbox stay. From now on the connection
    /// catches up. The caller has made sure that it is the same mailbox.
    pub async fn reconnect(
        &self,
        connection: ConnectionId,
        account: &ExchangeAccount,
        tokens: &Tokens,
    ) -> Result<()> {
        let mut change =
            connection::ActiveModel { catching_up_since: Set(Some(micros(self.now))), ..Default::default() };
        set_account(&mut change, account);
        self.change_connection(connection, change).await?;
        self.store_tokens(connection, tokens, &account.scopes).await?;
        self.announce(Topic::Addresses);
        Ok(())
    }

    /// Sets the state; `state_since` moves only when the state changes. Announces [`crate::Topic::Addresses`] on a change.
    /// A mailbox that works again is due to be read at once.
    pub async fn set_state(
        &self,
        connection: ConnectionId,
        state: ConnectionState,
        cause: Option<&StateCause>,
    ) -> Result<()> {
        let row = self.lock_connection(connection).await?;
        let said = cause.cloned();
        let cause = cause.map(json);
        let before = ConnectionState::parse(&row.state);
        if before == Some(state) && row.cause == cause {
            return Ok(());
        }
        let mut change = connection::ActiveModel { cause: Set(cause), ..Default::default() };
        if before != Some(state) {
            change.state = Set(state.as_str().to_owned());
            change.state_since = Set(micros(self.now));
            if state.works() && !before.is_some_and(ConnectionState::works) {
                change.next_read_at = Set(micros(self.now));
            }
        }
        self.change_connection(connection, change).await?;
        if before != Some(state) {
            let of = table::Column::ConnectionId.eq(connection.0);
            let address = table::Entity::find().filter(of).one(&self.db).await?;
            let address = address.map(|row| row.address).unwrap_or_default();
            self.note_event(Some(connection), &address, &Happening::State { state, cause: said }, None)
                .await?;
        }
        self.announce(Topic::Addresses);
        Ok(())
    }

    /// Stores the cursor, under the lease.
    pub async fn save_cursor(
        &self,
        lease: &Lease,
        connection: ConnectionId,
        folder: &str,
        cursor: Option<&Cursor>,
    ) -> Result<()> {
        self.check(lease).await?;
        let Some(new) = cursor else {
            cursor::Entity::delete_by_id((connection.0, folder.to_owned())).exec(&self.db).await?;
            return Ok(());
        };
        let row = cursor::ActiveModel {
            connection_id: Set(connection.0),
            folder: Set(folder.to_owned()),
            link: Set(new.link.clone()),
            carried: Set(new.carried),
            round_started_at: Set(micros(new.round_started_at)),
        };
        let replace = OnConflict::columns([cursor::Column::ConnectionId, cursor::Column::Folder])
            .update_columns([cursor::Column::Link, cursor::Column::Carried, cursor::Column::RoundStartedAt])
            .to_owned();
        cursor::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// When to read next; with `read_at` the last success.
    pub async fn schedule_read(
        &self,
        connection: ConnectionId,
        next: Timestamp,
        read_at: Option<Timestamp>,
    ) -> Result<()> {
        let mut change = connection::ActiveModel { next_read_at: Set(micros(next)), ..Default::default() };
        if let Some(read_at) = read_at {
            change.last_read_at = Set(Some(micros(read_at)));
        }
        self.change_connection(connection, change).await
    }

    /// Last mail sent.
    pub async fn note_sent(&self, connection: ConnectionId, at: Timestamp) -> Result<()> {
        let change = connection::ActiveModel { last_sent_at: Set(Some(micros(at))), ..Default::default() };
        self.change_connection(connection, change).await
    }
}
