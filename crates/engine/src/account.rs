//! First start, and what admins see of the account.

use desk::{BrandId, ImportId, LedgerId, Person, PersonId};
use jiff::SignedDuration;
use mail::TokenKey;
use secrecy::{ExposeSecret as _, SecretString};
use store::{Account, Brand, ImportRun, LedgerQuery, LedgerRow, Store, SupportAddress};

use crate::{Actor, Engine, Error, Inner, Parts, Result};

/// Name of the secret setting that holds the key of the ticket tokens.
const TOKEN_KEY: &str = "token_key";
/// How long a finished import stays on the page.
pub(crate) const IMPORT_SHOWN: SignedDuration = SignedDuration::from_hours(24);

/// Puts the parts together: makes the account's token key, its first brand and the standard triggers where they are missing.
pub(crate) async fn first_start(parts: Parts) -> Result<Engine> {
    let tx = parts.store.begin(parts.clock.now()).await?;
    let random = SecretString::from(hex::encode(rand::random::<[u8; 32]>()));
    tx.set_secret_setting(TOKEN_KEY, &random, true).await?;
    crate::checkup::name_desk(&tx).await?;
    tx.seed_triggers(&desk::trigger::standard()).await?;
    tx.commit().await?;
    let engine = Engine {
        inner: std::sync::Arc::new(Inner {
            token_key: token_key(&parts.store).await?,
            holder: hex::encode(rand::random::<[u8; 16]>()),
            flights: crate::tokens::Flights::default(),
            guard: crate::people::Guard::default(),
            changes: crate::live::Feed::default(),
            doorbell: crate::doorbell::Doorbell::default(),
            senders: crate::senders::Cache::default(),
            store: parts.store,
            links: crate::registration::Links::new(parts.entra, parts.graph),
            clock: parts.clock,
            settings: parts.settings,
        }),
    };
    crate::tokens::try_renewed_registration(&engine).await?;
    crate::forwarding::prepare_way_out(&engine).await?;
    Ok(engine)
}

async fn token_key(store: &Store) -> Result<TokenKey> {
    let broken = || {
        Error::Store(store::Error::Inconsistent {
            table: "settings",
            column: "value",
            row: TOKEN_KEY.to_owned(),
        })
    };
    let secret = store.secret_setting(TOKEN_KEY).await?.ok_or_else(broken)?;
    let bytes = hex::decode(secret.expose_secret()).map_err(|_| broken())?;
    Ok(TokenKey::new(bytes.try_into().map_err(|_| broken())?))
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
    /// Brands. Staff.
    pub async fn brands(&self, actor: &Actor) -> Result<Vec<Brand>> {
        actor.must_be_staff()?;
        Ok(self.inner.store.brands().await?)
    }

    /// Makes a brand. Admins.
    pub async fn make_brand(&self, actor: &Actor, name: &str) -> Result<BrandId> {
        actor.must_be_admin()?;
        let name = crate::people::checked_name(name)?;
        let tx = self.inner.store.begin(self.now()).await?;
        let brand = tx.create_brand(&name).await?;
        tx.commit().await?;
        Ok(brand.id)
    }

    /// Support addresses with their state. Admins. Never asks Microsoft.
    pub async fn addresses(&self, actor: &Actor) -> Result<Vec<AddressView>> {
        actor.must_be_admin()?;
        self.views(self.inner.store.support_addresses().await?).await
    }

    /// One import. Admins.
    pub async fn import_run(&self, actor: &Actor, id: ImportId) -> Result<ImportRun> {
        actor.must_be_admin()?;
        Ok(self.inner.store.import(id).await?)
    }

    /// The ledger: each message and what became of it. Admins.
    pub async fn ledger(&self, actor: &Actor, query: &LedgerQuery) -> Result<(Account, Vec<LedgerRow>)> {
        actor.must_be_admin()?;
        let account = self.inner.store.ledger_account(query.connection).await?;
        Ok((account, self.inner.store.ledger(query).await?))
    }

    /// Tries a message again at once that could not be taken in so far. Admins. What has its outcome keeps it: nothing happens.
    pub async fn try_again(&self, actor: &Actor, id: LedgerId) -> Result<()> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        if tx.retry_now(id).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// The person of a session.
    pub async fn person(&self, id: PersonId) -> Result<Person> {
        Ok(self.inner.store.person(id).await?)
    }

    /// The person's own language.
    pub async fn choose_language(&self, actor: &Actor, language: desk::Language) -> Result<()> {
        let tx = self.inner.store.begin(self.now()).await?;
        tx.set_language(actor.person.id, language).await?;
        Ok(tx.commit().await?)
    }
}
