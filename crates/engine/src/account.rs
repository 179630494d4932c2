//! People signing in, first start, what admins see of the account.

use desk::{BrandId, ImportId, Person, PersonId};
use store::{Account, Brand, ImportRun, LedgerQuery, LedgerRow, SupportAddress, Suspended};

use crate::{Actor, Engine, Parts, Result};

pub(crate) async fn first_start(parts: Parts) -> Result<Engine> {
    let _ = parts;
    todo!()
}

/// A support address as the page shows it.
#[derive(Debug, Clone)]
pub struct AddressView {
    /// The address.
    pub address: SupportAddress,
    /// Mail waiting to be read or to be sent.
    pub waiting_in: u64,
    /// Mail waiting to be sent.
    pub waiting_out: u64,
    /// Import running or just finished.
    pub import: Option<ImportRun>,
}

impl Engine {
    /// Checks a password (argon2, off the async threads); slows down and refuses after repeated failures.
    pub async fn log_in(&self, address: &str, password: &str) -> Result<Person> {
        let _ = (address, password);
        todo!()
    }

    /// The person of a session.
    pub async fn person(&self, id: PersonId) -> Result<Person> {
        let _ = id;
        todo!()
    }

    /// Makes an administrator (the command, first start).
    pub async fn make_admin(&self, name: &str, address: &str, password: &str) -> Result<Person> {
        let _ = (name, address, password);
        todo!()
    }

    /// Sets a password from the local command line; works without mail.
    pub async fn reset_password(&self, address: &str, password: &str) -> Result<()> {
        let _ = (address, password);
        todo!()
    }

    /// The person's own language.
    pub async fn choose_language(&self, actor: &Actor, language: desk::Language) -> Result<()> {
        let _ = (actor, language);
        todo!()
    }

    /// Brands. Staff.
    pub async fn brands(&self, actor: &Actor) -> Result<Vec<Brand>> {
        let _ = actor;
        todo!()
    }

    /// Makes a brand. Admins.
    pub async fn make_brand(&self, actor: &Actor, name: &str) -> Result<BrandId> {
        let _ = (actor, name);
        todo!()
    }

    /// Support addresses with their state. Admins. Never asks Microsoft.
    pub async fn addresses(&self, actor: &Actor) -> Result<Vec<AddressView>> {
        let _ = actor;
        todo!()
    }

    /// One import. Admins.
    pub async fn import_run(&self, actor: &Actor, id: ImportId) -> Result<ImportRun> {
        let _ = (actor, id);
        todo!()
    }

    /// The ledger: each message and what became of it. Admins.
    pub async fn ledger(&self, actor: &Actor, query: &LedgerQuery) -> Result<(Account, Vec<LedgerRow>)> {
        let _ = (actor, query);
        todo!()
    }

    /// Suspended tickets. Staff.
    pub async fn suspended(&self, actor: &Actor) -> Result<Vec<Suspended>> {
        let _ = actor;
        todo!()
    }
}
