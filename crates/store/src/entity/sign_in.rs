//! Sign-ins to Microsoft on their way; verifier and tokens are sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub actor_id: i64,
    pub state_hash: String,
    pub taken: bool,
    pub nonce: String,
    pub verifier: String,
    pub brand_id: i64,
    pub import_wanted: Option<i32>,
    pub reconnect_id: Option<i64>,
    pub expires_at: i64,
    pub account: Option<String>,
    pub access_token: Option<String>,
    pub access_expires_at: Option<i64>,
    pub refresh_token: Option<String>,
    pub mode: String,
    pub mailbox: Option<String>,
    pub import_since: Option<i64>,
    pub import_until: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
