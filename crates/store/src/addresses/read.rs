//! Reading support addresses and connections.

use std::collections::HashMap;

use desk::{AddressId, BrandId, ConnectionId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::proof;
use super::{
    Connection, ConnectionState, Cursor, ExchangeAccount, Kind, Mode, OtherMailbox, SupportAddress, Tokens,
};
use crate::cells::Row;
use crate::entity::{brand, connection, cursor, support_address as table};
use crate::{Error, Result, Store};

pub(super) fn missing(what: &'static str, id: i64) -> Error {
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

pub(super) fn read_connection(row: connection::Model) -> Result<Connection> {
    let at = Row { table: "connection", id: row.id };
    let kind = at.word("kind", Kind::parse(&row.kind))?;
    Ok(Connection {
        id: ConnectionId(row.id),
        kind,
        state: at.word("state", ConnectionState::parse(&row.state))?,
        state_since: at.time("state_since", row.state_since)?,
        cause: at.maybe_json("cause", row.cause.as_deref())?,
        connected_at: at.time("connected_at", row.connected_at)?,
        last_read_at: at.maybe_time("last_read_at", row.last_read_at)?,
        last_sent_at: at.maybe_time("last_sent_at", row.last_sent_at)?,
        next_read_at: at.time("next_read_at", row.next_read_at)?,
        proved_at: at.maybe_time("proved_at", row.proved_at)?,
        catching_up_since: at.maybe_time("catching_up_since", row.catching_up_since)?,
        moving: super::forwarding::read_move(at, &row)?,
        last_forwarded_at: at.maybe_time("last_forwarded_at", row.last_forwarded_at)?,
        forwarded_until: at.maybe_time("forwarded_until", row.forwarded_until)?,
        proof: proof::read(at, &row)?,
        account: (kind == Kind::Exchange).then(|| read_account(at, row)).transpose()?,
    })
}

fn read_account(at: Row, row: connection::Model) -> Result<ExchangeAccount> {
    Ok(ExchangeAccount {
        mode: at.word("mode", Mode::parse(&row.mode))?,
        refreshed_at: at.maybe_time("refreshed_at", row.refreshed_at)?,
        mailbox: row
            .mailbox_id
            .map(|id| OtherMailbox { name: row.mailbox_name.unwrap_or_else(|| id.clone()), id }),
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

    /// The sealed tokens, opened.
    pub async fn tokens(&self, connection: ConnectionId) -> Result<Tokens> {
        self.open_tokens(&self.connection_row(connection).await?)
    }

    /// The same with the account they are for.
    pub async fn exchange_access(&self, connection: ConnectionId) -> Result<(ExchangeAccount, Tokens)> {
        let row = self.connection_row(connection).await?;
        let tokens = self.open_tokens(&row)?;
        Ok((read_account(Row { table: "connection", id: row.id }, row)?, tokens))
    }

    async fn connection_row(&self, connection: ConnectionId) -> Result<connection::Model> {
        let found = connection::Entity::find_by_id(connection.0).one(self.reader()).await?;
        found.ok_or_else(|| missing("connection", connection.0))
    }

    fn open_tokens(&self, row: &connection::Model) -> Result<Tokens> {
        let key = row.id.to_string();
        let vault = &self.shared.vault;
        let refresh = Some(row.refresh_token.as_str()).filter(|sealed| !sealed.is_empty());
        Ok(Tokens {
            access: vault.open("connection", "access_token", &key, &row.access_token)?,
            access_expires_at: Row { table: "connection", id: row.id }
                .time("access_expires_at", row.access_expires_at)?,
            refresh: refresh
                .map(|sealed| vault.open("connection", "refresh_token", &key, sealed))
                .transpose()?,
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
