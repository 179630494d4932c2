//! What an import would do, counted beforehand.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_preview")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub sign_in_id: Option<i64>,
    pub connection_id: Option<i64>,
    pub wanted: i32,
    pub since: Option<i64>,
    pub until: Option<i64>,
    pub found: Option<i32>,
    pub looked_at: i32,
    pub counts: String,
    pub error: Option<String>,
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
