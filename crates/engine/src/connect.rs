//! Connecting a mailbox: choice, departure to Microsoft, return, confirmation. Nothing is saved as a connection before
//! the administrator has seen and confirmed which account came back.

use desk::{AddressId, BrandId, ConnectionId, ImportId, SignInId};

use crate::{Actor, Engine, Result};

/// What the administrator chose before leaving for Microsoft.
#[derive(Debug, Clone, Copy)]
pub struct ConnectChoice {
    /// Brand of the address.
    pub brand: BrandId,
    /// Make tickets of the newest 300 mails.
    pub import: bool,
}

/// An account that came back and waits for confirmation.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Sign-in.
    pub id: SignInId,
    /// Address of the mailbox.
    pub address: String,
    /// Display name.
    pub display_name: String,
    /// UPN, which may differ from the address.
    pub account_name: String,
    /// Brand's name.
    pub brand: String,
    /// Mails that the import will look at; `None`: none wanted.
    pub import: Option<u32>,
    /// For a reconnect: the address concerned.
    pub reconnect: Option<AddressId>,
}

/// What a confirmed sign-in made.
#[derive(Debug, Clone, Copy)]
pub struct Connected {
    /// Address.
    pub address: AddressId,
    /// Connection.
    pub connection: ConnectionId,
    /// Import run.
    pub import: Option<ImportId>,
}

impl Engine {
    /// Prepares the sign-in; answers where to send the browser. Admins.
    pub async fn begin_connect(&self, actor: &Actor, choice: ConnectChoice) -> Result<String> {
        let _ = (actor, choice);
        todo!()
    }

    /// The same for an address whose connection was lost.
    pub async fn begin_reconnect(&self, actor: &Actor, address: AddressId) -> Result<String> {
        let _ = (actor, address);
        todo!()
    }

    /// The browser is back from Microsoft with a code. Checks state, nonce, id_token, scopes, `/me`, the mailbox and that the
    /// address is free. The state is used up, whatever comes of it.
    pub async fn return_with_code(&self, actor: &Actor, state: &str, code: &str) -> Result<SignInId> {
        let _ = (actor, state, code);
        todo!()
    }

    /// The browser is back with an error (declined, needs an administrator, ...): the classified error.
    pub async fn return_with_error(&self, actor: &Actor, state: &str, error: &str, description: &str) -> crate::Error {
        let _ = (actor, state, error, description);
        todo!()
    }

    /// What is to be confirmed.
    pub async fn pending(&self, actor: &Actor, id: SignInId) -> Result<Pending> {
        let _ = (actor, id);
        todo!()
    }

    /// Confirms: one transaction makes address, connection and import (or puts new tokens into the old connection).
    pub async fn confirm(&self, actor: &Actor, id: SignInId) -> Result<Connected> {
        let _ = (actor, id);
        todo!()
    }

    /// Throws the sign-in away.
    pub async fn cancel(&self, actor: &Actor, id: SignInId) -> Result<()> {
        let _ = (actor, id);
        todo!()
    }

    /// Deletes an address and its connection. Admins; not the default.
    pub async fn delete_address(&self, actor: &Actor, id: AddressId) -> Result<()> {
        let _ = (actor, id);
        todo!()
    }

    /// Makes an address the default. Admins; only one that works.
    pub async fn make_default(&self, actor: &Actor, id: AddressId) -> Result<()> {
        let _ = (actor, id);
        todo!()
    }
}
