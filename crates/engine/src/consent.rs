//! The administrator's approval: a link for somebody whom the desk does not know, what comes back with it, and the wizard that goes on.
//! What comes back is signed by nobody: it tells people how far things are, and opens nothing.

use desk::{BrandId, PersonId};
use exchange::{Entra, Permissions};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Consent, ConsentAnswer, NewConsent};

use crate::connect::Way;
use crate::{Actor, ConnectChoice, Engine, Error, Result};

/// How long a link works: administrators go on holiday.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The longest answer of Microsoft's that is kept, in characters.
const KEPT: usize = 300;

/// What the wizard goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    brand: BrandId,
    import: Option<store::Wanted>,
    way: Way,
}

/// A link as the administrator who made it sees it.
#[derive(Debug, Clone)]
pub struct ConsentView {
    /// The link to be sent.
    pub url: String,
    /// What was chosen before.
    pub choice: ConnectChoice,
    /// By which way.
    pub way: Way,
    /// Until when the link works.
    pub expires_at: Timestamp,
    /// What came back, if anything has.
    pub answer: Option<ConsentAnswer>,
}

/// A link as the one sees it whom it was sent to.
#[derive(Debug, Clone)]
pub struct ConsentInvitation {
    /// Name of the person who asks.
    pub asked_by: String,
    /// Their address.
    pub asked_by_address: String,
    /// By which way the mailbox will be reached.
    pub way: Way,
    /// The permissions asked for.
    pub permissions: Vec<String>,
    /// On to Microsoft.
    pub url: String,
}

impl Engine {
    /// Makes a link that leads a tenant's administrator to Microsoft's approval page; answers the word in it. Admins.
    pub async fn ask_for_consent(&self, actor: &Actor, choice: ConnectChoice, way: &Way) -> Result<String> {
        actor.must_be_admin()?;
        self.must_be_a_brand(choice.brand).await?;
        way.check()?;
        self.entra().await?;
        let word = hex::encode(rand::random::<[u8; 24]>());
        let kept = Kept { brand: choice.brand, import: choice.import, way: way.clone() };
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        tx.request_consent(&NewConsent {
            actor: actor.person.id,
            state_hash: hash(&word),
            choice: serde_json::to_string(&kept).map_err(|_| Error::UnknownConsent)?,
            expires_at: now + LINK_LIFE,
        })
        .await?;
        tx.commit().await?;
        Ok(word)
    }

    /// How far an approval is. Admins. Never asks Microsoft.
    pub async fn consent(&self, actor: &Actor, word: &str) -> Result<ConsentView> {
        actor.must_be_admin()?;
        let (consent, kept) = self.consent_of(word).await?;
        Ok(ConsentView {
            url: format!("{}/consent/{word}", self.inner.settings.public_url),
            choice: ConnectChoice { brand: kept.brand, import: kept.import },
            way: kept.way,
            expires_at: consent.expires_at,
            answer: consent.answer,
        })
    }

    /// What a link says to whoever opens it. For everybody who has it.
    pub async fn invitation(&self, word: &str) -> Result<ConsentInvitation> {
        let (consent, kept) = self.consent_of(word).await?;
        let entra = self.entra().await?;
        let permissions = kept.way.permissions();
        let asked_by = self.asking(consent.actor).await?;
        Ok(ConsentInvitation {
            asked_by: asked_by.name,
            asked_by_address: asked_by.email.to_string(),
            permissions: permissions.names().iter().map(|name| (*name).to_owned()).collect(),
            url: entra.admin_consent(permissions, kept.way.tenant(), word).into(),
            way: kept.way,
        })
    }

    async fn asking(&self, person: PersonId) -> Result<desk::Person> {
        match self.inner.store.person(person).await {
            Err(store::Error::NotFound { .. }) => Err(Error::UnknownConsent),
            person => Ok(person?),
        }
    }

    /// Somebody came back from Microsoft's approval page. For everybody: `Ok` with `None` means approved, with an error why not.
    /// `tenant` is shown to people and used for nothing.
    pub async fn consent_returned(
        &self,
        word: &str,
        tenant: Option<&str>,
        refused: Option<(&str, &str)>,
    ) -> Result<Option<exchange::Error>> {
        let error = refused.map(|(error, description)| Entra::refusal(error, description));
        let words = error.as_ref().map(|error| {
            let said = error.trace().map(|trace| trace.message.as_str()).filter(|said| !said.is_empty());
            said.map_or_else(|| error.to_string(), str::to_owned)
        });
        let tenant =
            tenant.map(|tenant| tenant.chars().filter(|c| !c.is_control()).take(KEPT).collect::<String>());
        let tx = self.inner.store.begin(self.now()).await?;
        let known = tx.answer_consent(&hash(word), tenant.as_deref(), words.as_deref()).await?;
        tx.commit().await?;
        known.ok_or(Error::UnknownConsent)?;
        Ok(error)
    }

    async fn consent_of(&self, word: &str) -> Result<(Consent, Kept)> {
        let found = self.inner.store.consent_by_state(&hash(word), self.now()).await?;
        let consent = found.ok_or(Error::UnknownConsent)?;
        let kept = serde_json::from_str(&consent.choice).map_err(|_| Error::UnknownConsent)?;
        Ok((consent, kept))
    }
}

impl Way {
    /// The permissions it needs.
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::Own => Permissions::Own,
            Self::Shared { .. } => Permissions::Shared,
            Self::AppOnly { .. } => Permissions::Application,
        }
    }

    /// The tenant, where it was named.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::AppOnly { tenant, .. } => Some(tenant),
            Self::Own | Self::Shared { .. } => None,
        }
    }
}

/// The word itself is only in the link: who reads the database cannot answer for Microsoft.
fn hash(word: &str) -> String {
    hex::encode(Sha256::digest(word.as_bytes()))
}
