//! Suspended tickets.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "suspended")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub ledger_id: i64,
    pub cause: String,
    pub author: String,
    pub author_address: String,
    pub subject: String,
    pub excerpt: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
