//! Links that an administrator of the desk sends to the administrator of a Microsoft 365 tenant, and what came of them.

use desk::{ConsentId, PersonId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use crate::cells::{Row, clean, maybe_clean, micros};
use crate::entity::consent_request as table;
use crate::{Result, Store, Topic, Tx};

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewConsent {
    /// The administrator of the desk who asks.
    pub actor: PersonId,
    /// SHA-256 (hex) of the word in the link; the word itself is only in the link.
    pub state_hash: String,
    /// What the wizard goes on with afterwards, as JSON.
    pub choice: String,
    /// Until when the link works.
    pub expires_at: Timestamp,
}

/// A link as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Id.
    pub id: ConsentId,
    /// Who asked.
    pub actor: PersonId,
    /// What the wizard goes on with.
    pub choice: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// What came back, if anything has.
    pub answer: Option<ConsentAnswer>,
}

/// What came back from Microsoft with a link. Nobody signed it: it is a message for people, never a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentAnswer {
    /// When.
    pub at: Timestamp,
    /// The tenant it names.
    pub tenant: Option<String>,
    /// Why it was not approved, in Microsoft's words; `None`: it was.
    pub error: Option<String>,
}

fn read(row: table::Model) -> Result<Consent> {
    let at = Row { table: "consent_request", id: row.id };
    let answered = at.maybe_time("answered_at", row.answered_at)?;
    Ok(Consent {
        id: ConsentId(row.id),
        actor: PersonId(row.actor_id),
        choice: row.choice,
        created_at: at.time("created_at", row.created_at)?,
        expires_at: at.time("expires_at", row.expires_at)?,
        answer: answered.map(|at| ConsentAnswer { at, tenant: row.tenant, error: row.error }),
    })
}

impl Store {
    /// A link, however old.
    pub async fn consent(&self, id: ConsentId) -> Result<Option<Consent>> {
        table::Entity::find_by_id(id.0).one(self.reader()).await?.map(read).transpose()
    }

    /// The link with this word, while it works.
    pub async fn consent_by_state(&self, state_hash: &str, now: Timestamp) -> Result<Option<Consent>> {
        table::Entity::find()
            .filter(table::Column::StateHash.eq(state_hash))
            .filter(table::Column::ExpiresAt.gt(micros(now)))
            .one(self.reader())
            .await?
            .map(read)
            .transpose()
    }
}

impl Tx {
    /// Makes a link, and forgets those that expired.
    pub async fn request_consent(&self, new: &NewConsent) -> Result<ConsentId> {
        table::Entity::delete_many()
            .filter(table::Column::ExpiresAt.lte(micros(self.now)))
            .exec(&self.db)
            .await?;
        let row = table::ActiveModel {
            state_hash: Set(new.state_hash.clone()),
            actor_id: Set(new.actor.0),
            choice: Set(new.choice.clone()),
            created_at: Set(micros(self.now)),
            expires_at: Set(micros(new.expires_at)),
            ..Default::default()
        };
        Ok(ConsentId(table::Entity::insert(row).exec(&self.db).await?.last_insert_id))
    }

    /// Stores what came back. An approval stays: a refusal after it (somebody pressed the link again and cancelled) changes
    /// nothing. Answers the link, or `None` when there is none that works.
    pub async fn answer_consent(
        &self,
        state_hash: &str,
        tenant: Option<&str>,
        error: Option<&str>,
    ) -> Result<Option<Consent>> {
        let change = table::ActiveModel {
            answered_at: Set(Some(micros(self.now))),
            tenant: Set(maybe_clean(tenant)),
            error: Set(error.map(clean)),
            ..Default::default()
        };
        let not_approved = table::Column::AnsweredAt.is_null().or(table::Column::Error.is_not_null());
        table::Entity::update_many()
            .set(change)
            .filter(table::Column::StateHash.eq(state_hash))
            .filter(table::Column::ExpiresAt.gt(micros(self.now)))
            .filter(not_approved)
            .exec(&self.db)
            .await?;
        self.announce(Topic::Addresses);
        table::Entity::find()
            .filter(table::Column::StateHash.eq(state_hash))
            .filter(table::Column::ExpiresAt.gt(micros(self.now)))
            .one(&self.db)
            .await?
            .map(read)
            .transpose()
    }
}
