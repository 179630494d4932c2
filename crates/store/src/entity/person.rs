//! People; `search` is name and address in lower case, for lists.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub email: String,
    pub role: String,
    pub language: Option<String>,
    pub password_hash: Option<String>,
    pub search: String,
    pub created_at: i64,
    pub deactivated_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub session_epoch: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
