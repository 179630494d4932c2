//! What is checked of an account and a mailbox before a person is asked to confirm them. Saves nothing.

use exchange::graph::Me;
use exchange::{Entra, Mailbox, Permissions};
use mail::Address;
use secrecy::SecretString;
use store::{Kind, Mode, NewSignIn, OtherMailbox, SignIn, SignedIn, SupportAddress, Tokens, UsedBy};

use super::{is_mailbox, reached, same_mailbox};
use crate::rights::{self, Right};
use crate::{Engine, Error, Result};

impl Engine {
    /// Back from a sign-in: code, id_token, scopes, who it is, the mailbox, and that it is the right one or free.
    pub(super) async fn check_return(&self, sign_in: &SignIn, code: &str) -> Result<SignedIn> {
        let asked = &sign_in.asked;
        let permissions = if asked.mailbox.is_some() { Permissions::Shared } else { Permissions::Own };
        let link = self.microsoft().await?;
        let entra = link.entra.ok_or(Error::NotRegistered)?;
        // A missing scope is named before anything else is asked: without it the next calls could only answer "no".
        let back = entra.arrive(code, &asked.verifier, &asked.nonce, permissions, self.now()).await?;
        // No mailbox has a negative number: its budget is its own.
        let key = -sign_in.id.0;
        let own = link.graph.mailbox(key, back.tokens.access.clone());
        let me = own.me().await?;
        let (other, owner) = match &asked.mailbox {
            None => {
                if let Err(error) = own.inbox().await {
                    return Err(refused(&own, error).await);
                }
                (None, me.clone())
            }
            Some(wanted) => {
                let open = |owner: &str| link.graph.mailbox_of(key, back.tokens.access.clone(), owner);
                let owner = find(&open(wanted), wanted).await?;
                let person = Some(me.user_principal_name.as_str());
                self.try_rights(&open(&owner.id), person, &owner, &entra).await?;
                // Their own mailbox, by the longer way.
                ((owner.id != me.id).then(|| other_mailbox(&owner)), owner)
            }
        };
        let account = SignedIn {
            tenant: back.tenant,
            account_id: me.id,
            account_name: me.user_principal_name,
            display_name: owner.display_name.clone(),
            address: address_of(&owner)?.to_string(),
            mailbox: other,
            scopes: back.tokens.scopes.join(" "),
            microsoft_now: me.microsoft_now,
            tokens: Tokens {
                access: back.tokens.access,
                access_expires_at: back.tokens.access_expires_at,
                refresh: back.tokens.refresh,
            },
        };
        self.check_fit(asked, &account).await?;
        Ok(account)
    }

    /// A mailbox by the application's own rights: the tenant, the token, the mailbox, and what may be done there.
    pub(super) async fn check_application(
        &self,
        entra: &Entra,
        mailbox: &str,
        tenant: &str,
    ) -> Result<SignedIn> {
        let tenant = entra.tenant_id(tenant).await?;
        let tokens = entra.by_itself(&tenant, self.now()).await?;
        let graph = self.graph().await?;
        // Nothing is stored yet that could name it: a lane beside those of all mailboxes and sign-ins.
        let open = |owner: &str, access: SecretString| graph.mailbox_of(i64::MIN, access, owner);
        let owner = match find(&open(mailbox, tokens.access.clone()), mailbox).await {
            Err(Error::Microsoft(exchange::Error::Denied(_))) => {
                let client_id = &entra.registration().client_id;
                let missing = vec![Right::AppDirectory];
                return Err(Error::MissingRights(rights::of(missing, None, mailbox, client_id)));
            }
            owner => owner?,
        };
        self.try_rights(&open(&owner.id, tokens.access.clone()), None, &owner, entra).await?;
        Ok(SignedIn {
            tenant,
            account_id: owner.id.clone(),
            account_name: owner.user_principal_name.clone(),
            display_name: owner.display_name.clone(),
            address: address_of(&owner)?.to_string(),
            microsoft_now: owner.microsoft_now,
            mailbox: Some(other_mailbox(&owner)),
            // What was tried out just now; the token itself is not ours to read.
            scopes: "Mail.ReadWrite Mail.Send".to_owned(),
            tokens: Tokens {
                access: tokens.access,
                access_expires_at: tokens.access_expires_at,
                refresh: None,
            },
        })
    }

    /// Rights that are missing are named before anything is saved, with the lines that give them.
    async fn try_rights(
        &self,
        mailbox: &Mailbox,
        person: Option<&str>,
        owner: &Me,
        entra: &Entra,
    ) -> Result<()> {
        let tried = match mailbox.try_rights().await {
            Ok(tried) => tried,
            Err(error) => return Err(refused(mailbox, error).await),
        };
        let client_id = &entra.registration().client_id;
        match rights::missing(&tried, person, &owner.mail, client_id) {
            Some(missing) => Err(Error::MissingRights(missing)),
            None => Ok(()),
        }
    }

    /// The same mailbox for a reconnect, a free address for a new connection.
    pub(super) async fn check_fit(&self, asked: &NewSignIn, account: &SignedIn) -> Result<()> {
        match asked.reconnect {
            Some(id) => {
                let known = self.inner.store.support_address(id).await?;
                match known.connection.kind {
                    Kind::Exchange => same_mailbox(&known, account, asked.mode),
                    Kind::Forwarding | Kind::System => self.same_address(&known, account, asked.mode).await,
                }
            }
            None => {
                let address = Address::parse(&account.address).ok_or(Error::UnknownSignIn)?;
                self.check_free(&address, account, asked.mode).await
            }
        }
    }

    /// An address that moves to the connector: its own mailbox or none, and none that is connected under another address.
    pub(super) async fn same_address(
        &self,
        known: &SupportAddress,
        account: &SignedIn,
        mode: Mode,
    ) -> Result<()> {
        if Address::parse(&account.address).as_ref() != Some(&known.address) {
            return Err(Error::OtherAccount {
                expected: known.address.to_string(),
                got: account.address.clone(),
            });
        }
        self.not_connected(account, mode).await
    }

    /// The same mailbox under another address would be read twice.
    async fn not_connected(&self, account: &SignedIn, mode: Mode) -> Result<()> {
        let account = reached(account, mode);
        let connected = self.inner.store.support_addresses().await?;
        match connected.into_iter().find(|a| is_mailbox(a, &account)) {
            Some(other) => {
                Err(Error::AddressInUse { address: other.address.to_string(), by: UsedBy::SupportAddress })
            }
            None => Ok(()),
        }
    }

    /// An address in use is named before the administrator confirms (connector.md A10); the transaction checks it again.
    pub(super) async fn check_free(&self, address: &Address, account: &SignedIn, mode: Mode) -> Result<()> {
        if let Some(by) = self.inner.store.address_use(address).await? {
            return Err(Error::AddressInUse { address: address.to_string(), by });
        }
        self.not_connected(account, mode).await
    }
}

/// Whose mailbox it is, as the directory says.
async fn find(mailbox: &Mailbox, wanted: &str) -> Result<Me> {
    match mailbox.me().await {
        Err(exchange::Error::NotFound(_)) => Err(Error::UnknownMailbox(wanted.to_owned())),
        found => Ok(found?),
    }
}

/// Where there is no mailbox, the directory is asked why.
async fn refused(mailbox: &Mailbox, error: exchange::Error) -> Error {
    match error {
        exchange::Error::MailboxGone(trace) => {
            Error::NoMailbox { why: mailbox.why_no_mailbox(&trace.code).await, trace }
        }
        other => other.into(),
    }
}

fn other_mailbox(owner: &Me) -> OtherMailbox {
    OtherMailbox { id: owner.id.clone(), name: owner.mail.clone() }
}

fn address_of(owner: &Me) -> Result<Address> {
    Address::parse(&owner.mail).ok_or_else(|| {
        Error::Microsoft(exchange::Error::Unexpected("the account has no usable mail address".to_owned()))
    })
}
