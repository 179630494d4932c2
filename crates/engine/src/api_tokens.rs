//! Tokens of API clients: made and revoked by administrators, and who acts when one is used.

use desk::{ApiTokenId, Person, PersonId};
use store::ApiToken;

use crate::account_mail::{hash_of_secret, new_secret};
use crate::people::checked_name;
use crate::team::TeamRule;
use crate::{Actor, Engine, Error, Result};

/// A token as the page shows it.
#[derive(Debug, Clone)]
pub struct ApiTokenView {
    /// The token.
    pub token: ApiToken,
    /// Who acts; `None` when that person is gone or deactivated, and the token good for nothing.
    pub person: Option<Person>,
}

impl Engine {
    /// All tokens, newest first. Admins.
    pub async fn api_tokens(&self, actor: &Actor) -> Result<Vec<ApiTokenView>> {
        actor.must_be_admin()?;
        let tokens = self.inner.store.api_tokens().await?;
        let ids: Vec<PersonId> = tokens.iter().map(|token| token.person).collect();
        let people = self.inner.store.people(&ids).await?;
        let acting = |id| people.iter().find(|p| p.id == id && p.role.is_staff()).cloned();
        Ok(tokens.into_iter().map(|token| ApiTokenView { person: acting(token.person), token }).collect())
    }

    /// Makes a token that acts as a member of the team; answers it, for the only time. Admins; for the owner only the
    /// owner, who would else be acted for by others.
    pub async fn make_api_token(&self, actor: &Actor, name: &str, person: PersonId) -> Result<String> {
        actor.must_be_admin()?;
        let name = checked_name(name)?;
        let person = self.inner.store.person(person).await?;
        if !person.role.is_staff() {
            return Err(Error::Invalid { field: "assignee", problem: "not-staff" });
        }
        if person.role == desk::Role::Owner && person.id != actor.person.id {
            return Err(Error::Team(TeamRule::OwnersOwn));
        }
        let secret = new_secret();
        let tx = self.inner.store.begin(self.now()).await?;
        let id = tx.add_api_token(&name, &hash_of_secret(&secret), person.id).await?;
        tx.commit().await?;
        tracing::info!(token = %id, person = %person.id, by = %actor.person.id, "API token made");
        Ok(secret)
    }

    /// Revokes a token, at once. Admins.
    pub async fn revoke_api_token(&self, actor: &Actor, id: ApiTokenId) -> Result<()> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.revoke_api_token(id).await?;
        Ok(tx.commit().await?)
    }

    /// Who acts by a token. With an address (`{email}/token:{token}`) it must be that person's: a token is no key to
    /// everybody. [`Error::WrongLogin`] for everything that does not fit, without saying what.
    pub async fn api_actor(&self, email: Option<&str>, secret: &str) -> Result<(ApiToken, Actor)> {
        let store = &self.inner.store;
        let token = store.api_token(&hash_of_secret(secret)).await?.ok_or(Error::WrongLogin)?;
        let person = match store.person(token.person).await {
            Err(store::Error::NotFound { .. }) => return Err(Error::WrongLogin),
            person => person?,
        };
        let named = email
            .is_none_or(|email| mail::Address::parse(email).is_some_and(|address| address == person.email));
        if !named || !person.role.is_staff() {
            return Err(Error::WrongLogin);
        }
        store.note_api_token_used(&token, self.now()).await?;
        Ok((token, Actor { person }))
    }
}
