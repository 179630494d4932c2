//! Message-IDs that a comment's mail answers and that nobody has seen yet.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "awaited_message")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub identity: String,
    pub comment_id: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
