//! Connecting a mailbox: choice, departure to Microsoft, return, confirmation. Nothing is saved as a connection before
//! the administrator has seen and confirmed which account came back. [`arrival`] checks what came back.

mod arrival;

use desk::{AddressId, BrandId, ConnectionId, ImportId, SignInId};
use exchange::Entra;
use jiff::SignedDuration;
use mail::Address;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{
    ConnectionState, ExchangeAccount, Happening, Kind, Mode, NewConnection, NewSignIn, Reach, SignIn,
    SignedIn, SupportAddress, Wanted,
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

/// By whose rights a mailbox is to be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Way {
    /// The mailbox of whoever signs in.
    Own,
    /// Another mailbox, by the rights of whoever signs in.
    Shared {
        /// Its address (user principal name) or Graph id.
        mailbox: String,
    },
    /// Any mailbox, by the application's own rights: nobody signs in.
    AppOnly {
        /// Its address (user principal name) or Graph id.
        mailbox: String,
        /// The tenant: id or domain.
        tenant: String,
    },
}

impl Way {
    /// As stored.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Own | Self::Shared { .. } => Mode::Delegated,
            Self::AppOnly { .. } => Mode::AppOnly,
        }
    }

    /// The mailbox, where it is not that of whoever signs in.
    pub fn mailbox(&self) -> Option<&str> {
        match self {
            Self::Own => None,
            Self::Shared { mailbox } | Self::AppOnly { mailbox, .. } => Some(mailbox),
        }
    }

    /// The way by which a connection is reached now.
    pub fn of(account: &ExchangeAccount) -> Self {
        let mailbox = account.mailbox_id().to_owned();
        match (account.mode, &account.mailbox) {
            (Mode::AppOnly, _) => Self::AppOnly { mailbox, tenant: account.tenant.clone() },
            (Mode::Delegated, Some(_)) => Self::Shared { mailbox },
            (Mode::Delegated, None) => Self::Own,
        }
    }

    /// Refuses what cannot name a mailbox or a tenant.
    pub(crate) fn check(&self) -> Result<()> {
        let invalid = |field, problem| Err(Error::Invalid { field, problem });
        let names_one =
            |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        match self.mailbox() {
            Some("") => return invalid("mailbox", "empty"),
            Some(mailbox) if !names_one(mailbox) => return invalid("mailbox", "unknown-address"),
            _ => {}
        }
        match self.tenant() {
            Some("") => invalid("tenant", "empty"),
            Some(tenant) if !tenant.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')) => {
                invalid("tenant", "not-tenant")
            }
            _ => Ok(()),
        }
    }
}

/// Where the administrator goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Onward {
    /// To this address of Microsoft's, to sign in.
    Microsoft(String),
    /// Straight to the confirmation: nobody has to sign in.
    Confirm(SignInId),
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
    /// By which way.
    pub way: Way,
    /// For a reconnect by another way than before: the one before.
    pub moved_from: Option<Mode>,
    /// For another's mailbox: whether the person may send from its address shows only with the first mail; the line by which an
    /// Exchange administrator makes sure.
    pub unproved: Option<String>,
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
    /// Prepares the sign-in to one's own mailbox; answers where to send the browser. Admins.
    pub async fn begin_connect(&self, actor: &Actor, choice: ConnectChoice) -> Result<String> {
        match self.connect_by(actor, choice, &Way::Own).await? {
            Onward::Microsoft(url) => Ok(url),
            Onward::Confirm(_) => Err(Error::UnknownSignIn),
        }
    }

    /// Prepares connecting by any way: off to Microsoft where somebody must sign in; where nobody must, the mailbox is checked at once.
    /// Admins.
    pub async fn connect_by(&self, actor: &Actor, choice: ConnectChoice, way: &Way) -> Result<Onward> {
        actor.must_be_admin()?;
        self.must_be_a_brand(choice.brand).await?;
        choice.import.map(crate::old_mail::checked).transpose()?;
        self.depart(actor, choice.brand, choice.import, None, way).await
    }

    pub(crate) async fn must_be_a_brand(&self, id: BrandId) -> Result<()> {
        let known = self.inner.store.brands().await?.iter().any(|brand| brand.id == id);
        if known { Ok(()) } else { Err(Error::NotFound) }
    }

    /// The same for an address whose connection was lost, by the way it has been reached so far.
    pub async fn begin_reconnect(&self, actor: &Actor, address: AddressId) -> Result<String> {
        match self.reconnect_by(actor, address, None).await? {
            Onward::Microsoft(url) => Ok(url),
            Onward::Confirm(_) => Err(Error::UnknownSignIn),
        }
    }

    /// The same by another way, if one is given. Whatever the way, it must come back with the same mailbox. Admins.
    pub async fn reconnect_by(&self, actor: &Actor, address: AddressId, way: Option<&Way>) -> Result<Onward> {
        actor.must_be_admin()?;
        let address = self.inner.store.support_address(address).await?;
        // A forwarding address that moves to the connector has no account yet: it is its own mailbox unless a way is named.
        let way = way.cloned().unwrap_or_else(|| account_of(&address).map_or(Way::Own, Way::of));
        self.depart(actor, address.brand, None, Some(&address), &way).await
    }

    async fn depart(
        &self,
        actor: &Actor,
        brand: BrandId,
        import: Option<Wanted>,
        reconnect: Option<&SupportAddress>,
        way: &Way,
    ) -> Result<Onward> {
        way.check()?;
        let entra = self.entra().await?;
        // A hint at the person who signed in last; where nobody did, whoever has the rights may.
        let hint = reconnect
            .and_then(account_of)
            .filter(|account| account.mode == Mode::Delegated)
            .map(|account| account.account_name.as_str());
        let departure = entra.depart(way.permissions(), hint);
        let now = self.now();
        let new = NewSignIn {
            actor: actor.person.id,
            state_hash: hash(&departure.state),
            nonce: departure.nonce,
            verifier: departure.verifier,
            brand,
            import,
            reconnect: reconnect.map(|address| address.id),
            mode: way.mode(),
            mailbox: way.mailbox().map(str::to_owned),
            expires_at: now + SIGN_IN_LIFE,
        };
        let Way::AppOnly { mailbox, tenant } = way else {
            let tx = self.inner.store.begin(now).await?;
            tx.start_sign_in(&new).await?;
            tx.commit().await?;
            return Ok(Onward::Microsoft(departure.url.into()));
        };
        let account = self.check_application(&entra, mailbox, tenant).await?;
        self.check_fit(&new, &account).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        let id = tx.start_sign_in(&new).await?;
        // No browser will come back with this state.
        tx.take_state(&new.state_hash).await?;
        tx.save_signed_in(id, &account).await?;
        tx.commit().await?;
        Ok(Onward::Confirm(id))
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

    /// What is to be confirmed. Does not ask Microsoft.
    pub async fn pending(&self, actor: &Actor, id: SignInId) -> Result<Pending> {
        let (sign_in, account) = self.waiting(actor, id).await?;
        let brands = self.inner.store.brands().await?;
        let brand =
            brands.into_iter().find(|brand| brand.id == sign_in.asked.brand).ok_or(Error::NotFound)?;
        let way = Way::of(&reached(&account, sign_in.asked.mode));
        let before = match sign_in.asked.reconnect {
            Some(id) => self.inner.store.support_address(id).await?.connection.account,
            None => None,
        };
        let unproved = matches!(way, Way::Shared { .. })
            .then(|| crate::rights::send_as(&account.account_name, &account.address));
        Ok(Pending {
            id,
            moved_from: before.filter(|before| Way::of(before) != way).map(|before| before.mode),
            way,
            unproved,
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
                    Kind::Exchange => self.confirm_reconnect(actor, &sign_in, address, account).await,
                    Kind::Forwarding | Kind::System => {
                        self.confirm_move(actor, &sign_in, &known, account).await
                    }
                }
            }
            None => self.confirm_new(actor, &sign_in, account).await,
        }
    }

    async fn confirm_new(&self, actor: &Actor, sign_in: &SignIn, account: SignedIn) -> Result<Connected> {
        let address = Address::parse(&account.address).ok_or(Error::UnknownSignIn)?;
        self.check_free(&address, &account, sign_in.asked.mode).await?;
        let by = account.account_name.clone();
        let mut reached = reached(&account, sign_in.asked.mode);
        reached.refreshed_at = Some(self.now());
        let name = Some(account.display_name)
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| address.to_string());
        let new = NewConnection {
            address,
            name,
            brand: sign_in.asked.brand,
            reach: Reach::Exchange(reached, account.tokens),
            // Microsoft's clock, because it is compared with Microsoft's times of receipt.
            connected_at: account.microsoft_now,
        };
        let tx = self.inner.store.begin(self.now()).await?;
        let (address, connection, import) = tx.connect(&new, sign_in.asked.import).await?;
        let connected = Happening::Connected { by };
        tx.note_event(Some(connection), new.address.as_str(), &connected, Some(actor.person.id)).await?;
        tx.delete_sign_in(sign_in.id).await?;
        tx.commit().await?;
        tracing::info!(%address, %connection, "mailbox connected");
        Ok(Connected { address, connection, import })
    }

    /// A forwarding address becomes one of the connector.
    async fn confirm_move(
        &self,
        actor: &Actor,
        sign_in: &SignIn,
        known: &SupportAddress,
        signed_in: SignedIn,
    ) -> Result<Connected> {
        self.same_address(known, &signed_in, sign_in.asked.mode).await?;
        let mut account = reached(&signed_in, sign_in.asked.mode);
        account.refreshed_at = Some(self.now());
        let (by, id) = (actor.person.id, sign_in.id);
        self.move_to_exchange(known, &account, &signed_in.tokens, signed_in.microsoft_now, by, async |tx| {
            Ok(tx.delete_sign_in(id).await?)
        })
        .await?;
        tracing::info!(address = %known.id, "moved from forwarding to the connector");
        Ok(Connected { address: known.id, connection: known.connection.id, import: None })
    }

    async fn confirm_reconnect(
        &self,
        actor: &Actor,
        sign_in: &SignIn,
        address: AddressId,
        account: SignedIn,
    ) -> Result<Connected> {
        let address = self.inner.store.support_address(address).await?;
        same_mailbox(&address, &account, sign_in.asked.mode)?;
        let connection = address.connection.id;
        let now = self.now();
        let mut reached = reached(&account, sign_in.asked.mode);
        reached.refreshed_at = Some(now);
        let before = account_of(&address).map_or(Mode::Delegated, |before| before.mode);
        let happening = if before == reached.mode {
            Happening::Reconnected { by: reached.account_name.clone() }
        } else {
            Happening::Moved { from: before.as_str().to_owned(), to: reached.mode.as_str().to_owned() }
        };
        let tx = self.inner.store.begin(now).await?;
        tx.reconnect(connection, &reached, &account.tokens).await?;
        tx.note_event(Some(connection), address.address.as_str(), &happening, Some(actor.person.id)).await?;
        tx.set_state(connection, ConnectionState::Verified, None).await?;
        // Reading goes on where it stopped, at once.
        tx.schedule_read(connection, now, None).await?;
        tx.delete_sign_in(sign_in.id).await?;
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
        let address = self.inner.store.support_address(id).await?;
        let subscribed = self.subscribed(id).await;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.delete_address(id).await?;
        let connection = Some(address.connection.id);
        let actor = Some(actor.person.id);
        tx.note_event(connection, address.address.as_str(), &Happening::Deleted, actor).await?;
        tx.commit().await?;
        if let Some((mailbox, graph_id)) = subscribed {
            self.take_back(mailbox, graph_id);
        }
        Ok(())
    }
}

/// The state itself is only in the browser: who reads the database cannot finish somebody's sign-in.
fn hash(state: &str) -> String {
    hex::encode(Sha256::digest(state.as_bytes()))
}

fn account_of(address: &SupportAddress) -> Option<&ExchangeAccount> {
    address.connection.account.as_ref()
}

/// The account as a connection keeps it.
fn reached(account: &SignedIn, mode: Mode) -> ExchangeAccount {
    ExchangeAccount {
        mode,
        tenant: account.tenant.clone(),
        account_id: account.account_id.clone(),
        account_name: account.account_name.clone(),
        mailbox: account.mailbox.clone(),
        scopes: account.scopes.clone(),
        refreshed_at: None,
    }
}

/// Tenant and object id name a mailbox; its address and its user principal name may change hands, and so may the person who reads it.
fn is_mailbox(address: &SupportAddress, account: &ExchangeAccount) -> bool {
    account_of(address)
        .is_some_and(|known| known.tenant == account.tenant && known.mailbox_id() == account.mailbox_id())
}

/// A reconnect brings back the same mailbox or nothing: another mailbox's mail under this address would be a mix of two.
fn same_mailbox(address: &SupportAddress, account: &SignedIn, mode: Mode) -> Result<()> {
    let account = reached(account, mode);
    if is_mailbox(address, &account) {
        return Ok(());
    }
    Err(Error::OtherAccount {
        expected: account_of(address).map(|known| mailbox_name(known).to_owned()).unwrap_or_default(),
        got: mailbox_name(&account).to_owned(),
    })
}

fn mailbox_name(account: &ExchangeAccount) -> &str {
    account.mailbox.as_ref().map_or(&account.account_name, |mailbox| &mailbox.name)
}
