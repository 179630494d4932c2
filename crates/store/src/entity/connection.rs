//! Connections of all kinds with their state, sealed tokens and reading schedule.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant: String,
    pub account_id: String,
    pub account_name: String,
    pub state: String,
    pub state_since: i64,
    pub cause: Option<String>,
    pub scopes: String,
    pub access_token: String,
    pub access_expires_at: i64,
    pub refresh_token: String,
    pub connected_at: i64,
    pub next_read_at: i64,
    pub last_read_at: Option<i64>,
    pub last_sent_at: Option<i64>,
    pub kind: String,
    pub mode: String,
    pub mailbox_id: Option<String>,
    pub mailbox_name: Option<String>,
    pub refreshed_at: Option<i64>,
    pub proof_mark: Option<String>,
    pub proof_sent_at: Option<i64>,
    pub proved_at: Option<i64>,
    pub usage: Option<String>,
    pub checkup: Option<String>,
    pub checkup_asked_at: Option<i64>,
    pub catching_up_since: Option<i64>,
    pub moving_to: Option<String>,
    pub moving_since: Option<i64>,
    pub forwarding_proved_at: Option<i64>,
    pub forwarded_until: Option<i64>,
    pub last_forwarded_at: Option<i64>,
    pub proof_failed_at: Option<i64>,
    pub proof_due: bool,
    pub default_wanted: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
