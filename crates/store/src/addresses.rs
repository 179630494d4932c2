//! Support addresses, connections, their state and tokens.

use std::collections::HashMap;

use desk::{AddressId, BrandId, ConnectionId, ImportId};
use jiff::Timestamp;
use mail::Address;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::{Row, clean, json, micros, small};
use crate::entity::{
    address_owner, brand, connection, cursor, import_run, ledger, outbox, support_address as table, ticket,
};
use crate::people::SUPPORT;
use crate::{Error, Lease, Result, Step, Store, Topic, Tx};

/// Where a connection stands. Shown as Verified (`Verified`, `Delayed`) or Error (the rest), with the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Works.
    Verified,
    /// Microsoft asks to wait, or the mailbox is being moved. Heals by itself.
    Delayed,
    /// Somebody must sign in again.
    NeedsSignIn,
    /// An administrator of the tenant must change something.
    NeedsAdministrator,
    /// The desk's own client id, secret or certificate is refused.
    AppCredential,
    /// The mailbox does not exist any more.
    MailboxGone,
}

impl ConnectionState {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Delayed => "delayed",
            Self::NeedsSignIn => "needs_sign_in",
            Self::NeedsAdministrator => "needs_administrator",
            Self::AppCredential => "app_credential",
            Self::MailboxGone => "mailbox_gone",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Verified,
            Self::Delayed,
            Self::NeedsSignIn,
            Self::NeedsAdministrator,
            Self::AppCredential,
            Self::MailboxGone,
        ]
        .into_iter()
        .find(|s| s.as_str() == text)
    }

    /// The states in which mail flows, as stored.
    pub(crate) const WORKING: [&'static str; 2] = [Self::Verified.as_str(), Self::Delayed.as_str()];

    /// True when mail flows (perhaps slowly).
    pub fn works(self) -> bool {
        matches!(self, Self::Verified | Self::Delayed)
    }
}

/// Why a connection is in its state: what Microsoft said, for people and support.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StateCause {
    /// Machine word: OAuth `error` or Graph `code`, e.g. `invalid_grant`, `MailboxNotEnabledForRESTAPI`.
    pub code: String,
    /// AADSTS number, if one was given: help only.
    pub aadsts: Option<u32>,
    /// Microsoft's own words, shortened, without anything secret.
    pub message: String,
    /// Graph `request-id` or Entra `trace_id`, for Microsoft's support.
    pub request_id: Option<String>,
    /// Missing scopes.
    #[serde(default)]
    pub missing_scopes: Vec<String>,
}

/// A support address with its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportAddress {
    /// Id.
    pub id: AddressId,
    /// The address.
    pub address: Address,
    /// Name customers see.
    pub name: String,
    /// Brand.
    pub brand: BrandId,
    /// Brand's name.
    pub brand_name: String,
    /// The default address of the account?
    pub is_default: bool,
    /// Its connection.
    pub connection: Connection,
}

/// An Exchange connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Id.
    pub id: ConnectionId,
    /// Entra tenant id.
    pub tenant: String,
    /// Graph user id of the account that signed in (compared at reconnect, never the address).
    pub account_id: String,
    /// User principal name, for people.
    pub account_name: String,
    /// State.
    pub state: ConnectionState,
    /// Since when.
    pub state_since: Timestamp,
    /// Why.
    pub cause: Option<StateCause>,
    /// Scopes of the last token answer, space separated.
    pub scopes: String,
    /// When the mailbox was connected, by Microsoft's clock: mail before it comes in by import only.
    pub connected_at: Timestamp,
    /// Last successful read.
    pub last_read_at: Option<Timestamp>,
    /// Last mail sent.
    pub last_sent_at: Option<Timestamp>,
}

/// A connection to be made.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// The mailbox's address, which becomes the support address.
    pub address: Address,
    /// Name customers see.
    pub name: String,
    /// Brand.
    pub brand: BrandId,
    /// Tenant.
    pub tenant: String,
    /// Graph user id.
    pub account_id: String,
    /// UPN.
    pub account_name: String,
    /// Tokens.
    pub tokens: Tokens,
    /// Scopes.
    pub scopes: String,
    /// Microsoft's time of connecting.
    pub connected_at: Timestamp,
}

/// Tokens of a connection.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access token.
    pub access: SecretString,
    /// Until when it may be used.
    pub access_expires_at: Timestamp,
    /// Refresh token.
    pub refresh: SecretString,
}

/// A mailbox whose turn has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub connection: ConnectionId,
    /// Since when.
    pub due_at: Timestamp,
}

/// Where delta reading of a folder stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The link to follow next (deltaLink or nextLink), verbatim.
    pub link: String,
    /// Items that came since the delta was started: Microsoft stops at 5,000 when a filter is set.
    pub carried: i64,
    /// When the round that led to it was started, by Microsoft's clock.
    pub round_started_at: Timestamp,
}

fn missing(what: &'static str, id: i64) -> Error {
    Error::NotFound { what, id: id.to_string() }
}

fn read(row: table::Model, connection: connection::Model, brand_name: String) -> Result<SupportAddress> {
    let at = Row { table: "support_address", id: row.id };
    Ok(SupportAddress {
        id: AddressId(row.id),
        address: at.address("address", &row.address)?,
        name: row.name,
        brand: BrandId(row.brand_id),
        brand_name,
        is_default: row.is_default,
        connection: read_connection(connection)?,
    })
}

fn read_connection(row: connection::Model) -> Result<Connection> {
    let at = Row { table: "connection", id: row.id };
    Ok(Connection {
        id: ConnectionId(row.id),
        state: at.word("state", ConnectionState::parse(&row.state))?,
        state_since: at.time("state_since", row.state_since)?,
        cause: at.maybe_json("cause", row.cause.as_deref())?,
        connected_at: at.time("connected_at", row.connected_at)?,
        last_read_at: at.maybe_time("last_read_at", row.last_read_at)?,
        last_sent_at: at.maybe_time("last_sent_at", row.last_sent_at)?,
        tenant: row.tenant,
        account_id: row.account_id,
        account_name: row.account_name,
        scopes: row.scopes,
    })
}

/// Support addresses with connection and brand, by brand, then address. There are a few dozen at most: three queries
/// and a join by hand are as quick as one, and read plainly.
pub(crate) async fn addresses<C: ConnectionTrait>(
    db: &C,
    only: Option<sea_orm::Condition>,
) -> Result<Vec<SupportAddress>> {
    let only = only.unwrap_or_else(sea_orm::Condition::all);
    let rows = table::Entity::find()
        .filter(only)
        .order_by_asc(table::Column::BrandId)
        .order_by_asc(table::Column::Address)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut connections: HashMap<i64, connection::Model> = connection::Entity::find()
        .filter(connection::Column::Id.is_in(rows.iter().map(|row| row.connection_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|connection| (connection.id, connection))
        .collect();
    let brands: HashMap<i64, String> =
        brand::Entity::find().all(db).await?.into_iter().map(|brand| (brand.id, brand.name)).collect();
    rows.into_iter()
        .map(|row| {
            let connection = connections
                .remove(&row.connection_id)
                .ok_or_else(|| missing("connection", row.connection_id))?;
            let brand_name =
                brands.get(&row.brand_id).cloned().ok_or_else(|| missing("brand", row.brand_id))?;
            read(row, connection, brand_name)
        })
        .collect()
}

async fn one<C: ConnectionTrait>(db: &C, what: Expr, id: i64) -> Result<SupportAddress> {
    addresses(db, Some(sea_orm::Condition::all().add(what)))
        .await?
        .pop()
        .ok_or_else(|| missing("support address", id))
}

impl Store {
    /// All support addresses, by brand, then address.
    pub async fn support_addresses(&self) -> Result<Vec<SupportAddress>> {
        addresses(self.reader(), None).await
    }

    /// One.
    pub async fn support_address(&self, id: AddressId) -> Result<SupportAddress> {
        one(self.reader(), table::Column::Id.eq(id.0), id.0).await
    }

    /// By connection.
    pub async fn address_of(&self, connection: ConnectionId) -> Result<SupportAddress> {
        one(self.reader(), table::Column::ConnectionId.eq(connection.0), connection.0).await
    }

    /// Working mailboxes to be read at `now`, longest waiting first.
    pub async fn due_to_read(&self, now: Timestamp, limit: u32) -> Result<Vec<Due>> {
        let rows = connection::Entity::find()
            .filter(connection::Column::State.is_in(ConnectionState::WORKING))
            .filter(connection::Column::NextReadAt.lte(micros(now)))
            .order_by_asc(connection::Column::NextReadAt)
            .order_by_asc(connection::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                let due_at =
                    Row { table: "connection", id: row.id }.time("next_read_at", row.next_read_at)?;
                Ok(Due { connection: ConnectionId(row.id), due_at })
            })
            .collect()
    }

    /// The sealed tokens, opened.
    pub async fn tokens(&self, connection: ConnectionId) -> Result<Tokens> {
        let row = connection::Entity::find_by_id(connection.0)
            .one(self.reader())
            .await?
            .ok_or_else(|| missing("connection", connection.0))?;
        let key = row.id.to_string();
        let vault = &self.shared.vault;
        Ok(Tokens {
            access: vault.open("connection", "access_token", &key, &row.access_token)?,
            access_expires_at: Row { table: "connection", id: row.id }
                .time("access_expires_at", row.access_expires_at)?,
            refresh: vault.open("connection", "refresh_token", &key, &row.refresh_token)?,
        })
    }

    /// The cursor of a folder (`inbox`).
    pub async fn cursor(&self, connection: ConnectionId, folder: &str) -> Result<Option<Cursor>> {
        let found = cursor::Entity::find_by_id((connection.0, folder.to_owned())).one(self.reader()).await?;
        found
            .map(|row| {
                let at = Row { table: "cursor", id: row.connection_id };
                let round_started_at = at.time("round_started_at", row.round_started_at)?;
                Ok(Cursor { link: row.link, carried: row.carried, round_started_at })
            })
            .transpose()
    }
}

impl Tx {
    /// Makes address, connection and, when wanted, the import run (`Some(300)`). The first verified address becomes the
    /// default only if there is none. Refused ([`crate::Error::AddressInUse`]) when the address is anybody's.
    pub async fn connect(
        &self,
        new: &NewConnection,
        import: Option<u32>,
    ) -> Result<(AddressId, ConnectionId, Option<ImportId>)> {
        if !self.own_address(&new.address, SUPPORT).await? {
            return Err(self.in_use(&new.address).await);
        }
        let connection = self.insert_connection(new).await?;
        let has_default =
            table::Entity::find().filter(table::Column::IsDefault.eq(true)).one(&self.db).await?.is_some();
        let address = table::Entity::insert(table::ActiveModel {
            address: Set(new.address.as_str().to_owned()),
            name: Set(clean(&new.name)),
            brand_id: Set(new.brand.0),
            is_default: Set(!has_default),
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
            Some(wanted) => Some(self.insert_import(connection, wanted).await?),
            None => None,
        };
        self.announce(Topic::Addresses);
        Ok((AddressId(address), connection, run))
    }

    async fn insert_connection(&self, new: &NewConnection) -> Result<ConnectionId> {
        let row = connection::ActiveModel {
            tenant: Set(new.tenant.clone()),
            account_id: Set(new.account_id.clone()),
            account_name: Set(clean(&new.account_name)),
            state: Set(ConnectionState::Verified.as_str().to_owned()),
            state_since: Set(micros(self.now)),
            scopes: Set(new.scopes.clone()),
            access_token: Set(String::new()),
            access_expires_at: Set(micros(new.tokens.access_expires_at)),
            refresh_token: Set(String::new()),
            connected_at: Set(micros(new.connected_at)),
            next_read_at: Set(micros(self.now)),
            ..Default::default()
        };
        let id = ConnectionId(connection::Entity::insert(row).exec(&self.db).await?.last_insert_id);
        // The tokens are bound to the row's id, which is known only now.
        self.store_tokens(id, &new.tokens, &new.scopes).await?;
        Ok(id)
    }

    async fn insert_import(&self, connection: ConnectionId, wanted: u32) -> Result<ImportId> {
        let row = import_run::ActiveModel {
            connection_id: Set(connection.0),
            wanted: Set(small(wanted)),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        Ok(ImportId(import_run::Entity::insert(row).exec(&self.db).await?.last_insert_id))
    }

    /// Removes the address and its connection. Tickets go over to the default. Refused for the default address. Ledger
    /// rows stay: mail known once is known for good, also when the mailbox is connected anew. What waited to be sent
    /// fails with the reason `address_deleted`, or `address_deleted_unconfirmed` when it may have left already.
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
        self.fail_waiting(
            row.connection_id,
            &[Step::Queued, Step::Drafting, Step::Drafted],
            "address_deleted",
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
        connection::Entity::delete_by_id(row.connection_id).exec(&self.db).await?;
        self.announce(Topic::Addresses);
        Ok(())
    }

    async fn lock_address(&self, id: AddressId) -> Result<table::Model> {
        let found = table::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        found.ok_or_else(|| missing("support address", id.0))
    }

    async fn fail_waiting(&self, connection: i64, steps: &[Step], reason: &str) -> Result<()> {
        outbox::Entity::update_many()
            .col_expr(outbox::Column::Step, Expr::value(Step::Failed.as_str()))
            .col_expr(outbox::Column::LastError, Expr::value(reason))
            .filter(outbox::Column::ConnectionId.eq(connection))
            .filter(outbox::Column::Step.is_in(steps.iter().map(|step| step.as_str())))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Makes the default; refused unless the connection works.
    pub async fn make_default(&self, id: AddressId) -> Result<()> {
        let row = self.lock_address(id).await?;
        let connection = self.lock_connection(ConnectionId(row.connection_id)).await?;
        let works = ConnectionState::parse(&connection.state).is_some_and(ConnectionState::works);
        if !works {
            return Err(Error::DefaultAddress);
        }
        table::Entity::update_many()
            .col_expr(table::Column::IsDefault, Expr::value(false))
            .filter(table::Column::IsDefault.eq(true))
            .exec(&self.db)
            .await?;
        table::Entity::update_many()
            .col_expr(table::Column::IsDefault, Expr::value(true))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        self.announce(Topic::Addresses);
        Ok(())
    }

    async fn lock_connection(&self, id: ConnectionId) -> Result<connection::Model> {
        let found = connection::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        found.ok_or_else(|| missing("connection", id.0))
    }

    async fn change_connection(&self, id: ConnectionId, change: connection::ActiveModel) -> Result<()> {
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
            refresh_token: Set(vault.seal("connection", "refresh_token", &key, &tokens.refresh)),
            scopes: Set(scopes.to_owned()),
            ..Default::default()
        };
        self.change_connection(connection, change).await
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
