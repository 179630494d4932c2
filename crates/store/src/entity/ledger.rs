//! Every message ever seen, with its one outcome.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub connection_id: Option<i64>,
    pub address: String,
    pub item: String,
    pub seen_by: String,
    pub import_id: Option<i64>,
    pub seen_at: i64,
    pub received_at: Option<i64>,
    pub categories: String,
    pub etag: Option<String>,
    pub blob: Option<String>,
    pub form: Option<String>,
    pub size: Option<i64>,
    pub outcome: Option<String>,
    pub reason: Option<String>,
    pub ticket_id: Option<i64>,
    pub comment_id: Option<i64>,
    pub sender: String,
    pub subject: String,
    pub identity: Option<String>,
    pub author: Option<String>,
    pub settled_at: Option<i64>,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub retry_at: i64,
    pub acknowledged_at: Option<i64>,
    pub acknowledge_at: i64,
    pub found_read: Option<bool>,
    pub later: Option<String>,
    pub later_at: Option<i64>,
    pub later_by: Option<i64>,
    pub words: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
