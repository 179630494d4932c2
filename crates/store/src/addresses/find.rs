//! Finding support addresses: by brand, state and words, a page at a time. The number of queries does not grow with the
//! number of addresses.

use std::collections::HashMap;

use desk::{AddressId, BrandId, ConnectionId};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::read::addresses;
use super::{ConnectionState, SupportAddress};
use crate::cells::count;
use crate::entity::{connection, ledger, outbox, support_address as table};
use crate::tickets::containing;
use crate::{Brand, Result, Step, Store};

/// Which states are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AddressFilter {
    /// All.
    #[default]
    All,
    /// Those that somebody must mend.
    Broken,
    /// Those that Microsoft asked to wait.
    Delayed,
    /// Those that work without delay.
    Verified,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct AddressQuery {
    /// Words in address or name; empty for all.
    pub text: String,
    /// One brand.
    pub brand: Option<BrandId>,
    /// States.
    pub filter: AddressFilter,
    /// Rows left out at the beginning.
    pub offset: u32,
    /// How many.
    pub limit: u32,
}

/// A brand and its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandCount {
    /// The brand.
    pub brand: Brand,
    /// Its addresses.
    pub addresses: u64,
    /// Of these, those that somebody must mend.
    pub broken: u64,
}

/// Connections in, or with `not` outside, these states.
fn in_states(states: &[&str], not: bool) -> SelectStatement {
    let state = connection::Column::State;
    let states = states.iter().copied();
    let condition = if not { state.is_not_in(states) } else { state.is_in(states) };
    Query::select().column(connection::Column::Id).from(connection::Entity).and_where(condition).take()
}

impl AddressFilter {
    fn connections(self) -> Option<SelectStatement> {
        match self {
            Self::All => None,
            Self::Broken => Some(in_states(&ConnectionState::WORKING, true)),
            Self::Delayed => Some(in_states(&[ConnectionState::Delayed.as_str()], false)),
            Self::Verified => Some(in_states(&[ConnectionState::Verified.as_str()], false)),
        }
    }
}

impl AddressQuery {
    fn condition(&self) -> Condition {
        let mut condition = Condition::all();
        if let Some(brand) = self.brand {
            condition = condition.add(table::Column::BrandId.eq(brand.0));
        }
        if let Some(connections) = self.filter.connections() {
            condition = condition.add(table::Column::ConnectionId.in_subquery(connections));
        }
        let text = self.text.trim();
        if !text.is_empty() {
            let holds = |column| Expr::expr(Func::lower(Expr::col(column))).like(containing(text));
            condition = condition
                .add(Condition::any().add(holds(table::Column::Address)).add(holds(table::Column::Name)));
        }
        condition
    }
}

impl Store {
    /// A page of support addresses by brand, then address, and how many there are in all.
    pub async fn find_addresses(&self, query: &AddressQuery) -> Result<(Vec<SupportAddress>, u64)> {
        let found = || table::Entity::find().filter(query.condition());
        let ids: Vec<i64> = found()
            .select_only()
            .column(table::Column::Id)
            .order_by_asc(table::Column::BrandId)
            .order_by_asc(table::Column::Address)
            .offset(u64::from(query.offset))
            .limit(u64::from(query.limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        let all = found().count(self.reader()).await?;
        if ids.is_empty() {
            return Ok((Vec::new(), all));
        }
        let only = Condition::all().add(table::Column::Id.is_in(ids));
        Ok((addresses(self.reader(), Some(only)).await?, all))
    }

    /// The account's default address.
    pub async fn default_address(&self) -> Result<Option<SupportAddress>> {
        let only = Condition::all().add(table::Column::IsDefault.eq(true));
        Ok(addresses(self.reader(), Some(only)).await?.pop())
    }

    /// Every brand with the number of its addresses, oldest brand first.
    pub async fn brand_counts(&self) -> Result<Vec<BrandCount>> {
        let all = self.addresses_by_brand(AddressFilter::All).await?;
        let broken = self.addresses_by_brand(AddressFilter::Broken).await?;
        let brands = self.brands().await?.into_iter().map(|brand| BrandCount {
            addresses: all.get(&brand.id.0).copied().unwrap_or(0),
            broken: broken.get(&brand.id.0).copied().unwrap_or(0),
            brand,
        });
        Ok(brands.collect())
    }

    async fn addresses_by_brand(&self, filter: AddressFilter) -> Result<HashMap<i64, u64>> {
        let query = AddressQuery { filter, ..AddressQuery::default() };
        let rows: Vec<(i64, i64)> = table::Entity::find()
            .filter(query.condition())
            .select_only()
            .column(table::Column::BrandId)
            .column_as(table::Column::Id.count(), "rows")
            .group_by(table::Column::BrandId)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(|(brand, rows)| (brand, count(rows))).collect())
    }

    /// How many messages wait in these mailboxes to be taken in; mailboxes where none waits are left out.
    pub async fn waiting_in(&self, connections: &[ConnectionId]) -> Result<HashMap<ConnectionId, u64>> {
        let rows: Vec<(i64, i64)> = ledger::Entity::find()
            .filter(ledger::Column::ConnectionId.is_in(connections.iter().map(|id| id.0)))
            .filter(ledger::Column::Outcome.is_null())
            .select_only()
            .column(ledger::Column::ConnectionId)
            .column_as(ledger::Column::Id.count(), "rows")
            .group_by(ledger::Column::ConnectionId)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(by_connection(rows))
    }

    /// How many mails wait to leave by these connections; those where none waits are left out.
    pub async fn waiting_out(&self, connections: &[ConnectionId]) -> Result<HashMap<ConnectionId, u64>> {
        let rows: Vec<(i64, i64)> = outbox::Entity::find()
            .filter(outbox::Column::ConnectionId.is_in(connections.iter().map(|id| id.0)))
            .filter(outbox::Column::Step.is_not_in(Step::FINAL))
            .select_only()
            .column(outbox::Column::ConnectionId)
            .column_as(outbox::Column::Id.count(), "rows")
            .group_by(outbox::Column::ConnectionId)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(by_connection(rows))
    }

    /// Addresses by id, without their connections: for lists to choose from.
    pub async fn address_names(&self) -> Result<Vec<(AddressId, ConnectionId, String)>> {
        let rows: Vec<(i64, i64, String)> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .column(table::Column::ConnectionId)
            .column(table::Column::Address)
            .order_by_asc(table::Column::Address)
            .into_tuple()
            .all(self.reader())
            .await?;
        let names = rows
            .into_iter()
            .map(|(id, connection, address)| (AddressId(id), ConnectionId(connection), address));
        Ok(names.collect())
    }
}

fn by_connection(rows: Vec<(i64, i64)>) -> HashMap<ConnectionId, u64> {
    rows.into_iter().map(|(connection, rows)| (ConnectionId(connection), count(rows))).collect()
}
