//! Reading from inside a transaction: what it has written itself is seen, and no second connection of the pool is needed
//! while it is open.

use desk::{AddressId, Comment, Person, PersonId, TicketId};
use sea_orm::ColumnTrait as _;

use crate::entity::support_address as table;
use crate::{Result, SupportAddress, Tx};
use crate::{addresses, people, tickets};

impl Tx {
    /// People by id; unknown ids are left out.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>> {
        people::people(&self.db, ids).await
    }

    /// Agents, admins and owner, by name.
    pub async fn staff(&self) -> Result<Vec<Person>> {
        people::staff(&self.db).await
    }

    /// All support addresses, by brand, then address.
    pub async fn support_addresses(&self) -> Result<Vec<SupportAddress>> {
        addresses::addresses(&self.db, None).await
    }

    /// The address a ticket belongs to, and the default one: what an answer may leave from.
    pub async fn ways_out(&self, ticket: Option<AddressId>) -> Result<Vec<SupportAddress>> {
        let own = ticket.map(|id| table::Column::Id.eq(id.0));
        let only = sea_orm::Condition::any().add(table::Column::IsDefault.eq(true)).add_option(own);
        addresses::addresses(&self.db, Some(only)).await
    }

    /// The newest comments of these tickets, newest first.
    pub async fn latest_comments(&self, of: &[TicketId], limit: u32) -> Result<Vec<Comment>> {
        tickets::latest_comments(&self.db, of, limit).await
    }

    /// The comment a ticket begins with, private or not.
    pub async fn description(&self, ticket: TicketId) -> Result<Option<Comment>> {
        tickets::description(&self.db, ticket).await
    }
}
