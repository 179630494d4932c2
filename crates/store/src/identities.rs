//! More than one address of a person, and two people who turn out to be one. The address in `person` is the primary one: it is
//! written to. Mail from any other of the person's addresses is the same person's.

use desk::{Person, PersonId, Role};
use jiff::Timestamp;
use mail::Address;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::cells::{Row, clean, json, micros};
use crate::entity::{
    account_link, address_owner, api_token, audit, comment, person, person_address as table, session, ticket,
};
use crate::people::{PERSON, missing, searched};
use crate::{Error, Result, Store, Tx};

async fn others<C: ConnectionTrait>(db: &C, id: PersonId) -> Result<Vec<Address>> {
    let rows = table::Entity::find()
        .filter(table::Column::PersonId.eq(id.0))
        .order_by_asc(table::Column::CreatedAt)
        .order_by_asc(table::Column::Address)
        .all(db)
        .await?;
    let at = Row { table: "person_address", id: id.0 };
    rows.into_iter().map(|row| at.address("address", &row.address)).collect()
}

impl Store {
    /// The same addresses, each with when it was given.
    pub async fn dated_addresses(&self, id: PersonId) -> Result<Vec<(Address, Timestamp)>> {
        let rows = table::Entity::find()
            .filter(table::Column::PersonId.eq(id.0))
            .order_by_asc(table::Column::CreatedAt)
            .order_by_asc(table::Column::Address)
            .all(self.reader())
            .await?;
        let at = Row { table: "person_address", id: id.0 };
        rows.into_iter()
            .map(|row| Ok((at.address("address", &row.address)?, at.time("created_at", row.created_at)?)))
            .collect()
    }

    /// The person's addresses beside the primary one, oldest first.
    pub async fn other_addresses(&self, id: PersonId) -> Result<Vec<Address>> {
        others(self.reader(), id).await
    }
}

impl Tx {
    /// The same, seen from inside the transaction.
    pub async fn other_addresses(&self, id: PersonId) -> Result<Vec<Address>> {
        others(&self.db, id).await
    }

    /// Gives a person one more address. Refused when it is anybody's, with who uses it.
    pub async fn add_address(&self, id: PersonId, address: &Address) -> Result<()> {
        self.member(id).await?;
        if !self.own_address(address, PERSON).await? {
            return Err(self.in_use(address).await);
        }
        self.keep_other(id, address).await?;
        self.refresh_search(id).await
    }

    /// Makes one of the person's other addresses the primary one; the one before stays theirs.
    pub async fn make_primary(&self, id: PersonId, address: &Address) -> Result<()> {
        let before = self.member(id).await?.person;
        if before.email == *address {
            return Ok(());
        }
        self.forget_other(id, address).await?;
        self.keep_other(id, &before.email).await?;
        person::Entity::update_many()
            .col_expr(person::Column::Email, Expr::value(address.as_str()))
            .col_expr(person::Column::UpdatedAt, Expr::value(micros(self.now)))
            .filter(person::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        self.refresh_search(id).await
    }

    /// Takes one of the other addresses away; it is nobody's then. The primary one stays.
    pub async fn remove_address(&self, id: PersonId, address: &Address) -> Result<()> {
        self.member(id).await?;
        self.forget_other(id, address).await?;
        address_owner::Entity::delete_by_id(address.as_str()).exec(&self.db).await?;
        self.refresh_search(id).await
    }

    /// Whether it is one of the person's other addresses.
    pub(crate) async fn is_other_address(&self, id: PersonId, address: &Address) -> Result<bool> {
        let row = table::Entity::find_by_id(address.as_str()).one(&self.db).await?;
        Ok(row.is_some_and(|row| row.person_id == id.0))
    }

    async fn keep_other(&self, id: PersonId, address: &Address) -> Result<()> {
        let row = table::ActiveModel {
            address: Set(address.as_str().to_owned()),
            person_id: Set(id.0),
            created_at: Set(micros(self.now)),
        };
        table::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    async fn forget_other(&self, id: PersonId, address: &Address) -> Result<()> {
        let gone = table::Entity::delete_many()
            .filter(table::Column::Address.eq(address.as_str()))
            .filter(table::Column::PersonId.eq(id.0))
            .exec(&self.db)
            .await?;
        if gone.rows_affected == 0 {
            return Err(Error::NotFound { what: "address", id: address.to_string() });
        }
        Ok(())
    }

    /// Lists find a person by every address.
    pub(crate) async fn refresh_search(&self, id: PersonId) -> Result<()> {
        let who = self.member(id).await?.person;
        let mut search = searched(&who.name, &who.email);
        for address in others(&self.db, id).await? {
            search.push(' ');
            search.push_str(address.as_str());
        }
        self.change_person(id, person::Column::Search, &search).await
    }

    /// Gives a name to a person who has none but the address. A name that stands there stays, whoever gave it.
    pub async fn name_person(&self, who: &Person, name: &str) -> Result<()> {
        let name = clean(name.trim());
        if name.is_empty() || who.name != who.email.as_str() {
            return Ok(());
        }
        self.change_person(who.id, person::Column::Name, &name).await?;
        self.refresh_search(who.id).await
    }

    /// Makes one of two end users: tickets, comments, CCs, history and addresses of the first go over to the second, and the
    /// first is gone. Answers the numbers of the tickets concerned.
    pub async fn merge_people(&self, from: PersonId, into: PersonId) -> Result<u64> {
        // Always locked in the same order, whoever merges what into what meanwhile.
        let (first, second) = (from.min(into), from.max(into));
        let (first, second) = (self.member(first).await?.person, self.member(second).await?.person);
        if first.id == second.id || first.role != Role::EndUser || second.role != Role::EndUser {
            return Err(Error::NotFound { what: "another end user", id: from.to_string() });
        }
        let gone = if first.id == from { first } else { second };
        let requested = ticket::Entity::update_many()
            .col_expr(ticket::Column::RequesterId, Expr::value(into.0))
            .filter(ticket::Column::RequesterId.eq(from.0))
            .exec(&self.db)
            .await?
            .rows_affected;
        let copied = self.merge_ccs(from, into).await?;
        comment::Entity::update_many()
            .col_expr(comment::Column::AuthorId, Expr::value(into.0))
            .filter(comment::Column::AuthorId.eq(from.0))
            .exec(&self.db)
            .await?;
        audit::Entity::update_many()
            .col_expr(audit::Column::AuthorId, Expr::value(into.0))
            .filter(audit::Column::AuthorId.eq(from.0))
            .exec(&self.db)
            .await?;
        session::Entity::delete_many().filter(session::Column::PersonId.eq(from.0)).exec(&self.db).await?;
        account_link::Entity::delete_many()
            .filter(account_link::Column::PersonId.eq(from.0))
            .exec(&self.db)
            .await?;
        api_token::Entity::delete_many().filter(api_token::Column::ActorId.eq(from.0)).exec(&self.db).await?;
        table::Entity::update_many()
            .col_expr(table::Column::PersonId, Expr::value(into.0))
            .filter(table::Column::PersonId.eq(from.0))
            .exec(&self.db)
            .await?;
        let deleted = person::Entity::delete_by_id(from.0).exec(&self.db).await?;
        if deleted.rows_affected == 0 {
            return Err(missing(from));
        }
        self.keep_other(into, &gone.email).await?;
        self.refresh_search(into).await?;
        Ok(requested + copied)
    }

    /// CCs are a list in a cell; who was requester and CC of one ticket is its requester only.
    async fn merge_ccs(&self, from: PersonId, into: PersonId) -> Result<u64> {
        let rows = ticket::Entity::find()
            .filter(ticket::Column::Ccs.contains(from.to_string()))
            .all(&self.db)
            .await?;
        let mut changed = 0;
        for row in rows {
            let at = Row { table: "ticket", id: row.id };
            let before: Vec<PersonId> = at.json("ccs", &row.ccs)?;
            if !before.contains(&from) {
                continue;
            }
            let mut ccs: Vec<PersonId> = Vec::with_capacity(before.len());
            for id in before {
                let id = if id == from { into } else { id };
                if id.0 != row.requester_id && !ccs.contains(&id) {
                    ccs.push(id);
                }
            }
            ticket::Entity::update_many()
                .col_expr(ticket::Column::Ccs, Expr::value(json(&ccs)))
                .filter(ticket::Column::Id.eq(row.id))
                .exec(&self.db)
                .await?;
            changed += 1;
        }
        Ok(changed)
    }
}
