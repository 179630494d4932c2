//! Connecting a mailbox: choice, departure to Microsoft, return, confirmation. Nothing is saved as a connection before
//! the administrator has seen and confirmed which account came back.

use desk::{AddressId, BrandId, ConnectionId, ImportId, SignInId};
use exchange::Entra;
use jiff::SignedDuration;
use mail::Address;
use sha2::{Digest as _, Sha256};
use store::{
    ConnectionState, ExchangeAccount, Kind, Mode, NewConnection, NewSignIn, Reach, SignIn, SignedIn,
    SupportAddress, Tokens, UsedBy, Wanted,
};

use crate::{Actor, Engine, Error, Result};

/// How long the way to Microsoft and back, with the confirmation, may take.
const SIGN_IN_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// What the administrator chose before leaving for Microsoft.
#[derive(Debug, Clone, Copy)]
pub struct ConnectChoice {
    /// Brand of the address.
    pub brand: BrandId,
    /// Old mail that is to become tickets.
    pub import: Option<Wanted>,
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
    /// Old mail that is to become tickets; `None`: none wanted.
    pub import: Option<Wanted>,
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
        actor.must_be_admin()?;
        if !self.inner.store.brands().await?.iter().any(|brand| brand.id == choice.brand) {
            return Err(Error::NotFound);
        }
        choice.import.map(crate::old_mail::checked).transpose()?;
        self.depart(actor, choice.brand, choice.import, None).await
    }

    /// The same for an address whose connection was lost.
    pub async fn begin_reconnect(&self, actor: &Actor, address: AddressId) -> Result<String> {
        actor.must_be_admin()?;
        let address = self.inner.store.support_address(address).await?;
        self.depart(actor, address.brand, None, Some(&address)).await
    }

    async fn depart(
        &self,
        actor: &Actor,
        brand: BrandId,
        import: Option<Wanted>,
        reconnect: Option<&SupportAddress>,
    ) -> Result<String> {
        let entra = self.inner.entra.as_ref().ok_or(Error::NotRegistered)?;
        let departure =
            entra.depart(reconnect.and_then(account_of).map(|account| account.account_name.as_str()));
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        tx.start_sign_in(&NewSignIn {
            actor: actor.person.id,
            state_hash: hash(&departure.state),
            nonce: departure.nonce,
            verifier: departure.verifier,
            brand,
            import,
            reconnect: reconnect.map(|address| address.id),
            expires_at: now + SIGN_IN_LIFE,
        })
        .await?;
        tx.commit().await?;
        Ok(departure.url.into())
    }

    /// The browser is back from Microsoft with a code. Checks state, nonce, id_token, scopes, `/me`, the mailbox and that the
    /// address is free. The state is used up, whatever comes of it.
    pub async fn return_with_code(&self, actor: &Actor, state: &str, code: &str) -> Result<SignInId> {
        let sign_in = self.take_state(actor, state).await?;
        let outcome = self.check_return(&sign_in, code).await;
        let tx = self.inner.store.begin(self.now()).await?;
        match &outcome {
            Ok(account) => tx.save_signed_in(sign_in.id, account).await?,
            Err(_) => tx.delete_sign_in(sign_in.id).await?,
        }
        tx.commit().await?;
        outcome.map(|_| sign_in.id)
    }

    /// The browser is back with an error (declined, needs an administrator, ...): the classified error.
    pub async fn return_with_error(
        &self,
        actor: &Actor,
        state: &str,
        error: &str,
        description: &str,
    ) -> crate::Error {
        match self.forget_state(actor, state).await {
            Ok(()) => Entra::refusal(error, description).into(),
            Err(unknown) => unknown,
        }
    }

    async fn forget_state(&self, actor: &Actor, state: &str) -> Result<()> {
        let sign_in = self.take_state(actor, state).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.delete_sign_in(sign_in.id).await?;
        Ok(tx.commit().await?)
    }

    /// Uses the state up. It counts only for the administrator it was made for.
    async fn take_state(&self, actor: &Actor, state: &str) -> Result<SignIn> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let taken = tx.take_state(&hash(state)).await?;
        if let Some(sign_in) = &taken
            && sign_in.asked.actor != actor.person.id
        {
            tx.delete_sign_in(sign_in.id).await?;
        }
        tx.commit().await?;
        taken.filter(|sign_in| sign_in.asked.actor == actor.person.id).ok_or(Error::UnknownSignIn)
    }

    /// Everything that is checked of an account before a person is asked to confirm it. Saves nothing.
    async fn check_return(&self, sign_in: &SignIn, code: &str) -> Result<SignedIn> {
        let entra = self.inner.entra.as_ref().ok_or(Error::NotRegistered)?;
        let back = entra.arrive(code, &sign_in.asked.verifier, &sign_in.asked.nonce, self.now()).await?;
        // A missing scope is named before anything else is asked: without it the next calls could only answer "no".
        let missing = Entra::missing_scopes(&back.tokens.scopes);
        if !missing.is_empty() {
            return Err(exchange::Error::MissingScopes { missing }.into());
        }
        let Some(refresh) = back.tokens.refresh else {
            return Err(exchange::Error::MissingScopes { missing: vec!["offline_access".to_owned()] }.into());
        };
        // No mailbox has a negative number: its budget is its own.
        let mailbox = self.inner.graph.mailbox(-sign_in.id.0, back.tokens.access.clone());
        let me = mailbox.me().await?;
        mailbox.inbox().await?;
        let address = Address::parse(&me.mail).ok_or_else(|| {
            Error::Microsoft(exchange::Error::Unexpected("the account has no usable mail address".to_owned()))
        })?;
        let account = SignedIn {
            tenant: back.tenant,
            account_id: me.id,
            account_name: me.user_principal_name,
            display_name: me.display_name,
            address: address.to_string(),
            scopes: back.tokens.scopes.join(" "),
            microsoft_now: me.microsoft_now,
            tokens: Tokens {
                access: back.tokens.access,
                access_expires_at: back.tokens.access_expires_at,
                refresh,
            },
        };
        match sign_in.asked.reconnect {
            Some(id) => {
                let known = self.inner.store.support_address(id).await?;
                match known.connection.kind {
                    Kind::Exchange => same_account(&known, &account)?,
                    Kind::Forwarding | Kind::System => self.same_address(&known, &account).await?,
                }
            }
            None => self.check_free(&address, &account).await?,
        }
        Ok(account)
    }

    /// An address that moves to the connector: its own mailbox or none, and none that is connected under another address.
    async fn same_address(&self, known: &SupportAddress, account: &SignedIn) -> Result<()> {
        if Address::parse(&account.address).as_ref() != Some(&known.address) {
            return Err(Error::OtherAccount {
                expected: known.address.to_string(),
                got: account.account_name.clone(),
            });
        }
        let connected = self.inner.store.support_addresses().await?;
        match connected.into_iter().find(|a| is_account(a, account)) {
            Some(other) => {
                Err(Error::AddressInUse { address: other.address.to_string(), by: UsedBy::SupportAddress })
            }
            None => Ok(()),
        }
    }

    /// An address in use is named before the administrator confirms (connector.md A10); the transaction checks it again.
    async fn check_free(&self, address: &Address, account: &SignedIn) -> Result<()> {
        if let Some(by) = self.inner.store.address_use(address).await? {
            return Err(Error::AddressInUse { address: address.to_string(), by });
        }
        // The same account under another address would be read twice.
        let connected = self.inner.store.support_addresses().await?;
        match connected.into_iter().find(|a| is_account(a, account)) {
            Some(other) => {
                Err(Error::AddressInUse { address: other.address.to_string(), by: UsedBy::SupportAddress })
            }
            None => Ok(()),
        }
    }

    /// What is to be confirmed. Does not ask Microsoft.
    pub async fn pending(&self, actor: &Actor, id: SignInId) -> Result<Pending> {
        let (sign_in, account) = self.waiting(actor, id).await?;
        let brands = self.inner.store.brands().await?;
        let brand =
            brands.into_iter().find(|brand| brand.id == sign_in.asked.brand).ok_or(Error::NotFound)?;
        Ok(Pending {
            id,
            address: account.address,
            display_name: account.display_name,
            account_name: account.account_name,
            brand: brand.name,
            import: sign_in.asked.import,
            reconnect: sign_in.asked.reconnect,
        })
    }

    async fn waiting(&self, actor: &Actor, id: SignInId) -> Result<(SignIn, SignedIn)> {
        actor.must_be_admin()?;
        let sign_in =
            self.inner.store.sign_in(id, actor.person.id, self.now()).await?.ok_or(Error::UnknownSignIn)?;
        let account = sign_in.account.clone().ok_or(Error::UnknownSignIn)?;
        Ok((sign_in, account))
    }

    /// Confirms: one transaction makes address, connection and import (or puts new tokens into the old connection).
    pub async fn confirm(&self, actor: &Actor, id: SignInId) -> Result<Connected> {
        let (sign_in, account) = self.waiting(actor, id).await?;
        match sign_in.asked.reconnect {
            Some(address) => {
                let known = self.inner.store.support_address(address).await?;
                match known.connection.kind {
                    Kind::Exchange => self.confirm_reconnect(id, address, account).await,
                    Kind::Forwarding | Kind::System => self.confirm_move(actor, id, &known, account).await,
                }
            }
            None => self.confirm_new(&sign_in, account).await,
        }
    }

    async fn confirm_new(&self, sign_in: &SignIn, account: SignedIn) -> Result<Connected> {
        let address = Address::parse(&account.address).ok_or(Error::UnknownSignIn)?;
        self.check_free(&address, &account).await?;
        let name = Some(account.display_name)
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| address.to_string());
        let new = NewConnection {
            address,
            name,
            brand: sign_in.asked.brand,
            reach: Reach::Exchange(
                ExchangeAccount {
                    mode: Mode::Delegated,
                    tenant: account.tenant,
                    account_id: account.account_id,
                    account_name: account.account_name,
                    mailbox: None,
                    scopes: account.scopes,
                    refreshed_at: Some(self.now()),
                },
                account.tokens,
            ),
            // Microsoft's clock, because it is compared with Microsoft's times of receipt.
            connected_at: account.microsoft_now,
        };
        let tx = self.inner.store.begin(self.now()).await?;
        let (address, connection, import) = tx.connect(&new, sign_in.asked.import).await?;
        tx.delete_sign_in(sign_in.id).await?;
        tx.commit().await?;
        tracing::info!(%address, %connection, "mailbox connected");
        Ok(Connected { address, connection, import })
    }

    /// A forwarding address becomes one of the connector.
    async fn confirm_move(
        &self,
        actor: &Actor,
        id: SignInId,
        known: &SupportAddress,
        signed_in: SignedIn,
    ) -> Result<Connected> {
        self.same_address(known, &signed_in).await?;
        let account = ExchangeAccount {
            mode: Mode::Delegated,
            tenant: signed_in.tenant,
            account_id: signed_in.account_id,
            account_name: signed_in.account_name,
            mailbox: None,
            scopes: signed_in.scopes,
            refreshed_at: Some(self.now()),
        };
        let by = actor.person.id;
        self.move_to_exchange(known, &account, &signed_in.tokens, signed_in.microsoft_now, by, async |tx| {
            Ok(tx.delete_sign_in(id).await?)
        })
        .await?;
        tracing::info!(address = %known.id, "moved from forwarding to the connector");
        Ok(Connected { address: known.id, connection: known.connection.id, import: None })
    }

    async fn confirm_reconnect(
        &self,
        id: SignInId,
        address: AddressId,
        account: SignedIn,
    ) -> Result<Connected> {
        let address = self.inner.store.support_address(address).await?;
        same_account(&address, &account)?;
        let connection = address.connection.id;
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        tx.store_tokens(connection, &account.tokens, &account.scopes).await?;
        tx.set_state(connection, ConnectionState::Verified, None).await?;
        // Reading goes on where it stopped, at once.
        tx.schedule_read(connection, now, None).await?;
        tx.delete_sign_in(id).await?;
        tx.commit().await?;
        tracing::info!(address = %address.id, %connection, "mailbox reconnected");
        Ok(Connected { address: address.id, connection, import: None })
    }

    /// Throws the sign-in away.
    pub async fn cancel(&self, actor: &Actor, id: SignInId) -> Result<()> {
        actor.must_be_admin()?;
        self.inner.store.sign_in(id, actor.person.id, self.now()).await?.ok_or(Error::UnknownSignIn)?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.delete_sign_in(id).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes an address and its connection. Admins; not the default.
    pub async fn delete_address(&self, actor: &Actor, id: AddressId) -> Result<()> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.delete_address(id).await?;
        Ok(tx.commit().await?)
    }
}

/// The state itself is only in the browser: who reads the database cannot finish somebody's sign-in.
fn hash(state: &str) -> String {
    hex::encode(Sha256::digest(state.as_bytes()))
}

fn account_of(address: &SupportAddress) -> Option<&ExchangeAccount> {
    address.connection.account.as_ref()
}

/// Tenant and object id name an account; its address and its UPN may change hands.
fn is_account(address: &SupportAddress, account: &SignedIn) -> bool {
    account_of(address)
        .is_some_and(|known| known.tenant == account.tenant && known.account_id == account.account_id)
}

/// A reconnect brings back the same account or nothing: another mailbox's mail under this address would be a mix of two.
fn same_account(address: &SupportAddress, account: &SignedIn) -> Result<()> {
    if is_account(address, account) {
        return Ok(());
    }
    Err(Error::OtherAccount {
        expected: account_of(address).map(|known| known.account_name.clone()).unwrap_or_default(),
        got: account.account_name.clone(),
    })
}
