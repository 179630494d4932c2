//! Coming in: sessions that still count, forgotten passwords, and the links that let somebody choose one.

use std::time::Duration;

use desk::{Language, Person, PersonId};
use jiff::SignedDuration;
use mail::Address;
use store::LinkPurpose;

use crate::account_mail::hash_of_secret;
use crate::people::hash_of;
use crate::{Engine, Error, Result};

/// Mails that somebody may be sent for a forgotten password within an hour.
const MAILS_AN_HOUR: u64 = 3;
/// The answer comes after so long whether the address is known or not: a clock must not tell who works here.
const ANSWER_AFTER: Duration = Duration::from_millis(400);

/// Somebody who has just proved who they are.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Who.
    pub person: Person,
    /// Goes into the session, and is compared at each request ([`Engine::session_person`]).
    pub epoch: i32,
}

/// What the page behind a link says.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// Whose password it is.
    pub person: Person,
    /// Why the link was made.
    pub purpose: LinkPurpose,
}

impl Engine {
    /// The person of a session; `None` when the session has ended: by a new password, or because the person was
    /// deactivated or is gone.
    pub async fn session_person(&self, id: PersonId, epoch: i32) -> Result<Option<Person>> {
        Ok(self.inner.store.signed_in(id, epoch).await?)
    }

    /// "I forgot my password." The answer is the same, and takes as long, whether the address is a team member's or not;
    /// too many requests for one address are refused for a while, also whether it is or not.
    pub async fn forgot_password(&self, typed: &str, language: Language) -> Result<()> {
        let answer_at = tokio::time::Instant::now() + ANSWER_AFTER;
        let address: String = typed.trim().to_lowercase().chars().take(320).collect();
        let key = format!("forgot {address}");
        if self.inner.guard.must_wait(&key, self.now()) {
            return Err(Error::TooManyAttempts);
        }
        self.inner.guard.failed(&key, self.now());
        if let Err(error) = self.mail_reset(&address, language).await {
            // Told to the operator only: to the one who asks it would tell that the address is known.
            tracing::error!(%error, "a mail for a forgotten password could not be queued");
        }
        tokio::time::sleep_until(answer_at).await;
        Ok(())
    }

    async fn mail_reset(&self, address: &str, language: Language) -> Result<()> {
        let Some(address) = Address::parse(address) else { return Ok(()) };
        let store = &self.inner.store;
        let Some(person) = store.person_by_address(&address).await? else { return Ok(()) };
        if !person.role.is_staff() {
            return Ok(());
        }
        let since = self.now() - SignedDuration::from_hours(1);
        if store.links_asked_for(person.id, since).await? >= MAILS_AN_HOUR {
            tracing::warn!(person = %person.id, "no more mails for a forgotten password within the hour");
            return Ok(());
        }
        let tx = store.begin(self.now()).await?;
        let link = self.send_link(&tx, &person, LinkPurpose::Reset, None, language).await?;
        tx.commit().await?;
        if !link.mailed {
            tracing::error!(
                person = %person.id,
                "no connection can carry the mail for a forgotten password; `postdesk admin reset-password` works without mail"
            );
        }
        Ok(())
    }

    /// Whose password a link sets. Looking at it does not use it up: mail filters open links too.
    pub async fn link_view(&self, secret: &str) -> Result<LinkView> {
        let link =
            self.inner.store.link(&hash_of_secret(secret), self.now()).await?.ok_or(Error::LinkDead)?;
        let person = self.inner.store.person(link.person).await?;
        if !person.role.is_staff() {
            return Err(Error::LinkDead);
        }
        Ok(LinkView { person, purpose: link.purpose })
    }

    /// Sets the password that was chosen behind a link, once. All other sessions and links of the person end.
    pub async fn choose_password(&self, secret: &str, password: &str) -> Result<LoggedIn> {
        // Before the hash is made, which is dear.
        self.link_view(secret).await?;
        let hash = hash_of(password).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        let id = tx.use_link(&hash_of_secret(secret)).await.map_err(dead_link)?;
        tx.set_password(id, &hash).await?;
        tx.commit().await?;
        let person = self.inner.store.person(id).await?;
        self.inner.guard.succeeded(person.email.as_str());
        let login = self.inner.store.login(&person.email).await?.ok_or(Error::NotFound)?;
        Ok(LoggedIn { person, epoch: login.epoch })
    }
}

fn dead_link(error: store::Error) -> Error {
    match error {
        store::Error::NotFound { .. } => Error::LinkDead,
        error => error.into(),
    }
}
