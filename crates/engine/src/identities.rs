//! A person's addresses, and two people who are one. Mail from each of the addresses is the same person's; for a member of the
//! team that means an agent's rights, so only an administrator gives one.

use desk::{Person, PersonId, Role};
use jiff::Timestamp;
use mail::Address;
use sha2::{Digest as _, Sha256};

use crate::people::checked_address;
use crate::team::TeamRule;
use crate::{Actor, Engine, Error, Result};

/// One address of a person, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its number: made from the address, so it stays the same whichever address is the primary one.
    pub id: i64,
    /// The address.
    pub address: Address,
    /// The one that is written to.
    pub primary: bool,
    /// The person has proved it, or an agent has vouched for it.
    pub verified: bool,
    /// Since when it is theirs.
    pub created_at: Timestamp,
}

impl Engine {
    /// All of a person's addresses, the primary one first. Staff.
    pub async fn identities(&self, actor: &Actor, id: PersonId) -> Result<Vec<Identity>> {
        let member = self.member(actor, id).await?;
        let of = |address: Address, primary, verified, created_at| Identity {
            id: number(&address),
            address,
            primary,
            verified,
            created_at,
        };
        let proved = member.has_password || !member.person.role.is_staff();
        let mut all = vec![of(member.person.email, true, proved, member.created_at)];
        let others = self.inner.store.dated_addresses(id).await?;
        all.extend(others.into_iter().map(|(address, since)| of(address, false, true, since)));
        Ok(all)
    }

    /// One of them. Staff.
    pub async fn identity(&self, actor: &Actor, person: PersonId, id: i64) -> Result<Identity> {
        let all = self.identities(actor, person).await?;
        all.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)
    }

    /// Puts another address in the place of one that is not the primary one, in one step. The same people who may add one.
    pub async fn change_other_address(
        &self,
        actor: &Actor,
        person: PersonId,
        before: &Address,
        after: &str,
    ) -> Result<()> {
        actor.must_be_staff()?;
        let after = checked_address(after)?;
        let tx = self.inner.store.begin(self.now()).await?;
        may_change(actor, &tx.member(person).await?.person)?;
        tx.remove_address(person, before).await?;
        tx.add_address(person, &after).await?;
        Ok(tx.commit().await?)
    }

    /// The person's addresses beside the primary one. Staff.
    pub async fn other_addresses(&self, actor: &Actor, id: PersonId) -> Result<Vec<Address>> {
        actor.must_be_staff()?;
        Ok(self.inner.store.other_addresses(id).await?)
    }

    /// Gives a person one more address. Staff for end users, admins for the team, the owner alone for the owner. One that
    /// is anybody's is refused with who uses it.
    pub async fn add_address(&self, actor: &Actor, id: PersonId, address: &str) -> Result<()> {
        actor.must_be_staff()?;
        let address = checked_address(address)?;
        let tx = self.inner.store.begin(self.now()).await?;
        may_change(actor, &tx.member(id).await?.person)?;
        tx.add_address(id, &address).await?;
        Ok(tx.commit().await?)
    }

    /// Makes another of the person's addresses the one that is written to (and signed in with). The same people.
    pub async fn make_primary(&self, actor: &Actor, id: PersonId, address: &str) -> Result<()> {
        actor.must_be_staff()?;
        let address = checked_address(address)?;
        let tx = self.inner.store.begin(self.now()).await?;
        may_change(actor, &tx.member(id).await?.person)?;
        tx.make_primary(id, &address).await?;
        Ok(tx.commit().await?)
    }

    /// Takes an address away that is not the primary one. The same people.
    pub async fn remove_address(&self, actor: &Actor, id: PersonId, address: &str) -> Result<()> {
        actor.must_be_staff()?;
        let address = checked_address(address)?;
        let tx = self.inner.store.begin(self.now()).await?;
        may_change(actor, &tx.member(id).await?.person)?;
        tx.remove_address(id, &address).await?;
        Ok(tx.commit().await?)
    }

    /// Makes one of two end users: what the person with this address wrote, asked and is copied on becomes `into`'s, and so does the
    /// address. Staff. Answers how many tickets that concerned.
    pub async fn merge_people(&self, actor: &Actor, into: PersonId, address: &str) -> Result<u64> {
        actor.must_be_staff()?;
        let address = checked_address(address)?;
        let tx = self.inner.store.begin(self.now()).await?;
        let unknown = Error::Invalid { field: "address", problem: "nobodys" };
        let from = tx.person_by_address(&address).await?.ok_or(unknown)?;
        if from.id == into {
            return Err(Error::Invalid { field: "address", problem: "nobodys" });
        }
        for id in [from.id, into] {
            if tx.member(id).await?.person.role != Role::EndUser {
                return Err(Error::Team(TeamRule::NotBetween));
            }
        }
        let tickets = tx.merge_people(from.id, into).await?;
        tx.commit().await?;
        tracing::info!(from = %from.id, into = %into, by = %actor.person.id, tickets, "two people became one");
        Ok(tickets)
    }
}

/// 53 bits of the address's hash: numbers that every client can hold, alike wherever the desk runs.
fn number(address: &Address) -> i64 {
    let hash = Sha256::digest(address.as_str().as_bytes());
    let bits = hash.iter().take(7).fold(0_i64, |bits, byte| (bits << 8) | i64::from(*byte));
    bits & ((1 << 53) - 1)
}

/// Staff for end users, admins for the team, the owner alone for the owner.
pub(crate) fn may_change(actor: &Actor, who: &Person) -> Result<()> {
    match who.role {
        Role::EndUser => actor.must_be_staff(),
        Role::Agent | Role::Admin => actor.must_be_admin(),
        Role::Owner if actor.person.id == who.id => Ok(()),
        Role::Owner => Err(Error::Team(TeamRule::OwnersOwn)),
    }
}
