//! The desk's own connection: no address belongs to it; account mail leaves by it when the default address cannot send.

use desk::ConnectionId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::read::read_connection;
use super::{Connection, ConnectionState, Kind};
use crate::cells::micros;
use crate::entity::connection;
use crate::{Result, Store, Topic, Tx};

impl Store {
    /// The desk's own connection, where one is configured.
    pub async fn system_connection(&self) -> Result<Option<Connection>> {
        let found = connection::Entity::find()
            .filter(connection::Column::Kind.eq(Kind::System.as_str()))
            .one(self.reader())
            .await?;
        found.map(read_connection).transpose()
    }
}

impl Tx {
    /// Makes the desk's own connection where there is none yet.
    pub async fn ensure_system_connection(&self) -> Result<ConnectionId> {
        let found = connection::Entity::find()
            .filter(connection::Column::Kind.eq(Kind::System.as_str()))
            .one(&self.db)
            .await?;
        if let Some(row) = found {
            return Ok(ConnectionId(row.id));
        }
        let row = connection::ActiveModel {
            kind: Set(Kind::System.as_str().to_owned()),
            state: Set(ConnectionState::Verified.as_str().to_owned()),
            state_since: Set(micros(self.now)),
            tenant: Set(String::new()),
            account_id: Set(String::new()),
            account_name: Set(String::new()),
            scopes: Set(String::new()),
            access_token: Set(String::new()),
            access_expires_at: Set(0),
            refresh_token: Set(String::new()),
            connected_at: Set(micros(self.now)),
            next_read_at: Set(micros(self.now)),
            ..Default::default()
        };
        let id = connection::Entity::insert(row).exec(&self.db).await?.last_insert_id;
        self.announce(Topic::Addresses);
        Ok(ConnectionId(id))
    }
}
