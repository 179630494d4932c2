//! Links that let somebody choose a password, once. The link itself is in the mail only; here is its hash, so that a copy
//! of the database lets nobody in.

use desk::{OutboxId, PersonId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::cells::{Row, micros};
use crate::entity::account_link as table;
use crate::{Error, Result, Store, Tx};

/// Why somebody gets a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// An administrator made the person a member of the team.
    Invitation,
    /// The password was forgotten.
    Reset,
}

impl LinkPurpose {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    /// From the stored word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Invitation, Self::Reset].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the secret part, in hex.
    pub hash: String,
    /// Whose password it sets.
    pub person: PersonId,
    /// Why.
    pub purpose: LinkPurpose,
    /// Good until then.
    pub expires_at: Timestamp,
    /// Made.
    pub created_at: Timestamp,
    /// The administrator who made it; `None`: the person asked for it.
    pub made_by: Option<PersonId>,
    /// The mail that carries it; `None`: nobody was sent it.
    pub outbox: Option<OutboxId>,
}

fn read(row: table::Model) -> Result<Link> {
    let at = Row { table: "account_link", id: row.person_id };
    Ok(Link {
        person: PersonId(row.person_id),
        purpose: at.word("purpose", LinkPurpose::parse(&row.purpose))?,
        expires_at: at.time("expires_at", row.expires_at)?,
        created_at: at.time("created_at", row.created_at)?,
        made_by: row.made_by.map(PersonId),
        outbox: row.outbox_id.map(OutboxId),
        hash: row.hash,
    })
}

/// Still good for something at `now`.
fn good(hash: &str, now: Timestamp) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(table::Column::Hash.eq(hash))
        .add(table::Column::UsedAt.is_null())
        .add(table::Column::ExpiresAt.gt(micros(now)))
}

impl Store {
    /// A link that has been neither used nor has expired at `now`.
    pub async fn link(&self, hash: &str, now: Timestamp) -> Result<Option<Link>> {
        table::Entity::find().filter(good(hash, now)).one(self.reader()).await?.map(read).transpose()
    }

    /// The newest unused link of each of these people.
    pub async fn newest_links(&self, people: &[PersonId]) -> Result<Vec<Link>> {
        let rows = table::Entity::find()
            .filter(table::Column::PersonId.is_in(people.iter().map(|id| id.0)))
            .filter(table::Column::UsedAt.is_null())
            .order_by_desc(table::Column::CreatedAt)
            .all(self.reader())
            .await?;
        let mut links: Vec<Link> = Vec::new();
        for row in rows {
            if !links.iter().any(|link| link.person.0 == row.person_id) {
                links.push(read(row)?);
            }
        }
        Ok(links)
    }

    /// Links that this person asked for since then.
    pub async fn links_asked_for(&self, person: PersonId, since: Timestamp) -> Result<u64> {
        let asked = table::Entity::find()
            .filter(table::Column::PersonId.eq(person.0))
            .filter(table::Column::MadeBy.is_null())
            .filter(table::Column::CreatedAt.gt(micros(since)));
        Ok(asked.count(self.reader()).await?)
    }

    /// Deletes links that have been over for good before then.
    pub async fn prune_links(&self, before: Timestamp) -> Result<u64> {
        let gone = table::Entity::delete_many()
            .filter(table::Column::ExpiresAt.lte(micros(before)))
            .exec(self.writer())
            .await?;
        Ok(gone.rows_affected)
    }
}

impl Tx {
    /// Adds a link; its `created_at` is the transaction's time.
    pub async fn add_link(&self, link: &Link) -> Result<()> {
        let row = table::ActiveModel {
            hash: Set(link.hash.clone()),
            person_id: Set(link.person.0),
            purpose: Set(link.purpose.as_str().to_owned()),
            expires_at: Set(micros(link.expires_at)),
            used_at: Set(None),
            created_at: Set(micros(self.now)),
            made_by: Set(link.made_by.map(|id| id.0)),
            outbox_id: Set(link.outbox.map(|id| id.0)),
        };
        table::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Uses a link: the first who comes gets the person, everybody after [`Error::NotFound`]. The person's other links
    /// are void from then on.
    pub async fn use_link(&self, hash: &str) -> Result<PersonId> {
        let used = table::Entity::update_many()
            .col_expr(table::Column::UsedAt, Expr::value(micros(self.now)))
            .filter(good(hash, self.now))
            .exec_with_returning(&self.db)
            .await?;
        let Some(row) = used.into_iter().next() else {
            return Err(Error::NotFound { what: "link", id: String::new() });
        };
        table::Entity::delete_many()
            .filter(table::Column::PersonId.eq(row.person_id))
            .filter(table::Column::Hash.ne(hash))
            .exec(&self.db)
            .await?;
        Ok(PersonId(row.person_id))
    }
}
