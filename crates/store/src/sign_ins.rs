//! Sign-ins to Microsoft on their way: from the redirect until the administrator confirms. Nothing of them is a connection yet.

use desk::{AddressId, BrandId, PersonId, SignInId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::cells::{Row, clean, json, micros};
use crate::entity::sign_in as table;
use crate::{Error, Mode, OtherMailbox, Result, Store, Tokens, Tx, Vault, Wanted};

/// A sign-in to be started.
#[derive(Debug, Clone)]
pub struct NewSignIn {
    /// The administrator who started it.
    pub actor: PersonId,
    /// SHA-256 (hex) of the `state` parameter; the value itself is only in the browser.
    pub state_hash: String,
    /// Nonce that must come back in the id_token.
    pub nonce: String,
    /// PKCE verifier.
    pub verifier: SecretString,
    /// Brand chosen.
    pub brand: BrandId,
    /// Old mail that is to become tickets.
    pub import: Option<Wanted>,
    /// For a reconnect: the address concerned.
    pub reconnect: Option<AddressId>,
    /// By whose rights the mailbox is to be reached.
    pub mode: Mode,
    /// The mailbox asked for (address or user principal name), where it is not the account's own.
    pub mailbox: Option<String>,
    /// Until when it may be finished.
    pub expires_at: Timestamp,
}

/// A sign-in as stored.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Id.
    pub id: SignInId,
    /// What was asked for.
    pub asked: NewSignIn,
    /// Who came back, once Microsoft has answered.
    pub account: Option<SignedIn>,
}

/// The account that came back.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Tenant id.
    pub tenant: String,
    /// Graph user id.
    pub account_id: String,
    /// UPN.
    pub account_name: String,
    /// Display name.
    pub display_name: String,
    /// Mail address of the mailbox.
    pub address: String,
    /// The mailbox, where it is not the account's own.
    pub mailbox: Option<OtherMailbox>,
    /// Scopes granted.
    pub scopes: String,
    /// Microsoft's clock at that moment.
    pub microsoft_now: Timestamp,
    /// Tokens, sealed in the row.
    pub tokens: Tokens,
}

/// [`SignedIn`] without its tokens, as stored.
#[derive(Serialize, Deserialize)]
struct AccountCell {
    tenant: String,
    account_id: String,
    account_name: String,
    display_name: String,
    address: String,
    #[serde(default)]
    mailbox: Option<OtherMailbox>,
    scopes: String,
    microsoft_now: Timestamp,
}

fn read(vault: &Vault, row: table::Model) -> Result<SignIn> {
    let at = Row { table: "sign_in", id: row.id };
    let key = row.id.to_string();
    let account = match (&row.account, &row.access_token, row.access_expires_at) {
        (Some(account), Some(access), Some(expires)) => {
            let refresh = row.refresh_token.as_ref();
            let account: AccountCell = at.json("account", account)?;
            Some(SignedIn {
                tenant: account.tenant,
                account_id: account.account_id,
                account_name: account.account_name,
                display_name: account.display_name,
                address: account.address,
                mailbox: account.mailbox,
                scopes: account.scopes,
                microsoft_now: account.microsoft_now,
                tokens: Tokens {
                    access: vault.open("sign_in", "access_token", &key, access)?,
                    access_expires_at: at.time("access_expires_at", expires)?,
                    refresh: refresh
                        .map(|sealed| vault.open("sign_in", "refresh_token", &key, sealed))
                        .transpose()?,
                },
            })
        }
        _ => None,
    };
    Ok(SignIn {
        id: SignInId(row.id),
        asked: NewSignIn {
            actor: PersonId(row.actor_id),
            state_hash: row.state_hash,
            nonce: row.nonce,
            verifier: vault.open("sign_in", "verifier", &key, &row.verifier)?,
            brand: BrandId(row.brand_id),
            import: row
                .import_wanted
                .map(|wanted| Wanted::read(at, wanted, row.import_since, row.import_until))
                .transpose()?,
            reconnect: row.reconnect_id.map(AddressId),
            mode: at.word("mode", Mode::parse(&row.mode))?,
            mailbox: row.mailbox,
            expires_at: at.time("expires_at", row.expires_at)?,
        },
        account,
    })
}

impl Store {
    /// A sign-in that has not expired, whoever's: for work that the administrator has asked for.
    pub async fn any_sign_in(&self, id: SignInId, now: Timestamp) -> Result<Option<SignIn>> {
        let found = table::Entity::find_by_id(id.0)
            .filter(table::Column::ExpiresAt.gt(micros(now)))
            .one(self.reader())
            .await?;
        found.map(|row| read(&self.shared.vault, row)).transpose()
    }

    /// A sign-in of this administrator that has not expired.
    pub async fn sign_in(&self, id: SignInId, actor: PersonId, now: Timestamp) -> Result<Option<SignIn>> {
        let found = table::Entity::find_by_id(id.0)
            .filter(table::Column::ActorId.eq(actor.0))
            .filter(table::Column::ExpiresAt.gt(micros(now)))
            .one(self.reader())
            .await?;
        found.map(|row| read(&self.shared.vault, row)).transpose()
    }
}

impl Tx {
    /// Stores a new one (and forgets expired ones).
    pub async fn start_sign_in(&self, new: &NewSignIn) -> Result<SignInId> {
        table::Entity::delete_many()
            .filter(table::Column::ExpiresAt.lte(micros(self.now)))
            .exec(&self.db)
            .await?;
        let import = new.import.map(Wanted::cells);
        let row = table::ActiveModel {
            actor_id: Set(new.actor.0),
            state_hash: Set(new.state_hash.clone()),
            taken: Set(false),
            nonce: Set(new.nonce.clone()),
            verifier: Set(String::new()),
            brand_id: Set(new.brand.0),
            import_wanted: Set(import.map(|(number, ..)| number)),
            import_since: Set(import.and_then(|(_, since, _)| since)),
            import_until: Set(import.and_then(|(.., until)| until)),
            reconnect_id: Set(new.reconnect.map(|id| id.0)),
            mode: Set(new.mode.as_str().to_owned()),
            mailbox: Set(new.mailbox.as_deref().map(clean)),
            expires_at: Set(micros(new.expires_at)),
            ..Default::default()
        };
        let id = table::Entity::insert(row).exec(&self.db).await?.last_insert_id;
        // The verifier is bound to the row's id, which is known only now.
        let sealed = self.shared.vault.seal("sign_in", "verifier", &id.to_string(), &new.verifier);
        table::Entity::update_many()
            .col_expr(table::Column::Verifier, Expr::value(sealed))
            .filter(table::Column::Id.eq(id))
            .exec(&self.db)
            .await?;
        Ok(SignInId(id))
    }

    /// Takes the sign-in with this state, once: a second call with the same state finds nothing. `None` too when expired.
    pub async fn take_state(&self, state_hash: &str) -> Result<Option<SignIn>> {
        let taken = table::Entity::update_many()
            .col_expr(table::Column::Taken, Expr::value(true))
            .filter(table::Column::StateHash.eq(state_hash))
            .filter(table::Column::Taken.eq(false))
            .filter(table::Column::ExpiresAt.gt(micros(self.now)))
            .exec_with_returning(&self.db)
            .await?;
        taken.into_iter().next().map(|row| read(&self.shared.vault, row)).transpose()
    }

    /// Stores who came back.
    pub async fn save_signed_in(&self, id: SignInId, account: &SignedIn) -> Result<()> {
        let key = id.to_string();
        let vault = &self.shared.vault;
        let cell = AccountCell {
            tenant: account.tenant.clone(),
            account_id: account.account_id.clone(),
            account_name: account.account_name.clone(),
            display_name: account.display_name.clone(),
            address: account.address.clone(),
            mailbox: account.mailbox.clone(),
            scopes: account.scopes.clone(),
            microsoft_now: account.microsoft_now,
        };
        let change = table::ActiveModel {
            account: Set(Some(json(&cell))),
            access_token: Set(Some(vault.seal("sign_in", "access_token", &key, &account.tokens.access))),
            access_expires_at: Set(Some(micros(account.tokens.access_expires_at))),
            refresh_token: Set(account
                .tokens
                .refresh
                .as_ref()
                .map(|refresh| vault.seal("sign_in", "refresh_token", &key, refresh))),
            ..Default::default()
        };
        let saved = table::Entity::update_many()
            .set(change)
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if saved.rows_affected == 0 { Err(Error::NotFound { what: "sign-in", id: key }) } else { Ok(()) }
    }

    /// Gives the administrator more time to confirm: somebody who looks first what would happen must not be too late then.
    pub async fn prolong_sign_in(&self, id: SignInId, expires_at: Timestamp) -> Result<()> {
        table::Entity::update_many()
            .col_expr(table::Column::ExpiresAt, Expr::value(micros(expires_at)))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::ExpiresAt.lt(micros(expires_at)))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Forgets it.
    pub async fn delete_sign_in(&self, id: SignInId) -> Result<()> {
        table::Entity::delete_by_id(id.0).exec(&self.db).await?;
        Ok(())
    }
}
