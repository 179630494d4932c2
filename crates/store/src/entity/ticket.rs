//! Tickets; `search` is the subject in lower case, for lists.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub brand_id: i64,
    pub address_id: Option<i64>,
    pub subject: String,
    pub search: String,
    pub status: String,
    pub priority: Option<String>,
    pub requester_id: i64,
    pub assignee_id: Option<i64>,
    pub group_id: Option<i64>,
    pub ccs: String,
    pub tags: String,
    pub follows_id: Option<i64>,
    pub via: String,
    pub is_public: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub quiet_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
