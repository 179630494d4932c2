//! Runs of "make tickets of the newest 300".

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_run")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub connection_id: i64,
    pub wanted: i32,
    pub found: Option<i32>,
    pub created_at: i64,
    pub finished_at: Option<i64>,
    pub since: Option<i64>,
    pub until: Option<i64>,
    pub paused_at: Option<i64>,
    pub undone_at: Option<i64>,
    pub undone: Option<i32>,
    pub undo_kept: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
