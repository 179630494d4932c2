//! Sign-ins to Microsoft on their way: from the redirect until the administrator confirms. Nothing of them is a connection yet.

use desk::{AddressId, BrandId, PersonId, SignInId};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{Result, Store, Tokens, Tx};

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
    /// Make tickets of the newest N.
    pub import: Option<u32>,
    /// For a reconnect: the address concerned.
    pub reconnect: Option<AddressId>,
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
    /// Scopes granted.
    pub scopes: String,
    /// Microsoft's clock at that moment.
    pub microsoft_now: Timestamp,
    /// Tokens, sealed in the row.
    pub tokens: Tokens,
}

impl Store {
    /// A sign-in of this administrator that has not expired.
    pub async fn sign_in(&self, id: SignInId, actor: PersonId, now: Timestamp) -> Result<Option<SignIn>> {
        let _ = (id, actor, now);
        todo!()
    }
}

impl Tx {
    /// Stores a new one (and forgets expired ones).
    pub async fn start_sign_in(&self, new: &NewSignIn) -> Result<SignInId> {
        let _ = new;
        todo!()
    }

    /// Takes the sign-in with this state, once: a second call with the same state finds nothing. `None` too when expired.
    pub async fn take_state(&self, state_hash: &str) -> Result<Option<SignIn>> {
        let _ = state_hash;
        todo!()
    }

    /// Stores who came back.
    pub async fn save_signed_in(&self, id: SignInId, account: &SignedIn) -> Result<()> {
        let _ = (id, account);
        todo!()
    }

    /// Forgets it.
    pub async fn delete_sign_in(&self, id: SignInId) -> Result<()> {
        let _ = id;
        todo!()
    }
}
