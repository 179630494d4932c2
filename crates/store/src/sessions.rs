//! Browser sessions, for tower-sessions in the web face.

use jiff::Timestamp;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use crate::cells::{Row, micros};
use crate::entity::session as table;
use crate::people::was_inserted;
use crate::{Result, Store};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Hash of the session id; the id itself is only in the cookie.
    pub id: String,
    /// JSON.
    pub data: String,
    /// End.
    pub expires_at: Timestamp,
}

/// The person a session belongs to: the member `person` (a number, or a text holding one) of its JSON, at the top, under
/// `data`, or deeper. A new password ends the sessions of that person.
fn person_of(data: &str) -> Option<i64> {
    fn find(value: &Value) -> Option<i64> {
        let members = value.as_object()?;
        let own = members.get("person").or_else(|| members.get("person_id"));
        let own = own.and_then(|id| id.as_i64().or_else(|| id.as_str()?.parse().ok()));
        own.or_else(|| members.values().find_map(find))
    }
    find(&serde_json::from_str(data).ok()?)
}

fn active(row: &SessionRow) -> table::ActiveModel {
    table::ActiveModel {
        id: Set(row.id.clone()),
        data: Set(row.data.clone()),
        person_id: Set(person_of(&row.data)),
        expires_at: Set(micros(row.expires_at)),
    }
}

impl Store {
    /// Loads one that has not expired at `now`.
    pub async fn session(&self, id: &str, now: Timestamp) -> Result<Option<SessionRow>> {
        let found = table::Entity::find_by_id(id)
            .filter(table::Column::ExpiresAt.gt(micros(now)))
            .one(self.reader())
            .await?;
        found
            .map(|row| {
                let expires_at = Row { table: "session", id: 0 }.time("expires_at", row.expires_at)?;
                Ok(SessionRow { id: row.id, data: row.data, expires_at })
            })
            .transpose()
    }

    /// Inserts; false when the id is taken.
    pub async fn create_session(&self, row: &SessionRow) -> Result<bool> {
        let nothing = OnConflict::column(table::Column::Id).do_nothing().to_owned();
        was_inserted(
            table::Entity::insert(active(row))
                .on_conflict(nothing)
                .exec_without_returning(self.writer())
                .await,
        )
    }

    /// Replaces one that is there; false when it is gone. It never comes back by being saved: a request that was under
    /// way while a new password ended its session must not open the door again.
    pub async fn save_session(&self, row: &SessionRow) -> Result<bool> {
        let change = table::ActiveModel { id: NotSet, ..active(row) };
        let saved = table::Entity::update_many()
            .set(change)
            .filter(table::Column::Id.eq(row.id.as_str()))
            .exec(self.writer())
            .await?;
        Ok(saved.rows_affected > 0)
    }

    /// Deletes.
    pub async fn delete_session(&self, id: &str) -> Result<()> {
        table::Entity::delete_by_id(id).exec(self.writer()).await?;
        Ok(())
    }

    /// Deletes what has expired.
    pub async fn prune_sessions(&self, now: Timestamp) -> Result<u64> {
        let gone = table::Entity::delete_many()
            .filter(table::Column::ExpiresAt.lte(micros(now)))
            .exec(self.writer())
            .await?;
        Ok(gone.rows_affected)
    }
}
