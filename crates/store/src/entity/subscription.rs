//! Notifications asked of Graph, one for a mailbox at most.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: i64,
    pub graph_id: String,
    pub client_state: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub notified_at: Option<i64>,
    pub silent_since: Option<i64>,
    pub due_at: i64,
    pub tries: i32,
    pub missed_since: Option<i64>,
    pub url: String,
    pub off: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
