//! Reading from inside a transaction: what it has written itself is seen, and no second connection of the pool is needed
//! while it is open.

use desk::{Comment, Person, PersonId, TicketId};

use crate::{Result, SupportAddress, Tx};

impl Tx {
    /// People by id; unknown ids are left out.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>> {
        let _ = ids;
        todo!()
    }

    /// Agents, admins and owner, by name.
    pub async fn staff(&self) -> Result<Vec<Person>> {
        todo!()
    }

    /// All support addresses, by brand, then address.
    pub async fn support_addresses(&self) -> Result<Vec<SupportAddress>> {
        todo!()
    }

    /// The newest comments of a ticket, newest first.
    pub async fn latest_comments(&self, ticket: TicketId, limit: u32) -> Result<Vec<Comment>> {
        let _ = (ticket, limit);
        todo!()
    }
}
