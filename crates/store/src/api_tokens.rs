//! Tokens of API clients. The token is shown once, when it is made; here is its hash.

use desk::{ApiTokenId, PersonId};
use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::cells::{Row, clean, micros};
use crate::entity::api_token as table;
use crate::{Error, Result, Store, Tx};

/// The last use is written down as often as this.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A token of an API client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Id.
    pub id: ApiTokenId,
    /// What people call it.
    pub name: String,
    /// Who acts when it is used.
    pub person: PersonId,
    /// Made.
    pub created_at: Timestamp,
    /// Last used, to the minute.
    pub used_at: Option<Timestamp>,
}

fn read(row: table::Model) -> Result<ApiToken> {
    let at = Row { table: "api_token", id: row.id };
    Ok(ApiToken {
        id: ApiTokenId(row.id),
        person: PersonId(row.actor_id),
        created_at: at.time("created_at", row.created_at)?,
        used_at: at.maybe_time("used_at", row.used_at)?,
        name: row.name,
    })
}

impl Store {
    /// All, newest first.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>> {
        let rows = table::Entity::find().order_by_desc(table::Column::Id).all(self.reader()).await?;
        rows.into_iter().map(read).collect()
    }

    /// The one with this hash.
    pub async fn api_token(&self, hash: &str) -> Result<Option<ApiToken>> {
        let found = table::Entity::find().filter(table::Column::Hash.eq(hash)).one(self.reader()).await?;
        found.map(read).transpose()
    }

    /// Writes down that it was used at `now`, at most once a minute.
    pub async fn note_api_token_used(&self, token: &ApiToken, now: Timestamp) -> Result<()> {
        if token.used_at.is_some_and(|at| now.duration_since(at) < USE_NOTED_EVERY) {
            return Ok(());
        }
        table::Entity::update_many()
            .col_expr(table::Column::UsedAt, Expr::value(micros(now)))
            .filter(table::Column::Id.eq(token.id.0))
            .exec(self.writer())
            .await?;
        Ok(())
    }
}

impl Tx {
    /// Adds one.
    pub async fn add_api_token(&self, name: &str, hash: &str, person: PersonId) -> Result<ApiTokenId> {
        let row = table::ActiveModel {
            name: Set(clean(name)),
            hash: Set(hash.to_owned()),
            actor_id: Set(person.0),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        Ok(ApiTokenId(table::Entity::insert(row).exec(&self.db).await?.last_insert_id))
    }

    /// Revokes one, at once and for good.
    pub async fn revoke_api_token(&self, id: ApiTokenId) -> Result<()> {
        let gone = table::Entity::delete_by_id(id.0).exec(&self.db).await?;
        if gone.rows_affected == 0 {
            return Err(Error::NotFound { what: "API token", id: id.to_string() });
        }
        Ok(())
    }
}
