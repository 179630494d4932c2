//! What a mail is known by (`mid:` Message-ID or `sha:` content), in and out: at most one ticket or comment each.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_identity")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub identity: String,
    pub ticket_id: i64,
    pub comment_id: Option<i64>,
    pub ledger_id: Option<i64>,
    pub outbox_id: Option<i64>,
    pub fingerprint: Option<String>,
    pub shares: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
