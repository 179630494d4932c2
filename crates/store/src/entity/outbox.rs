//! Mail to be sent.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub connection_id: i64,
    pub address_id: i64,
    pub ticket_id: Option<i64>,
    pub comment_id: Option<i64>,
    pub trigger_id: Option<i64>,
    pub urgency: i32,
    pub to_people: String,
    pub cc_people: String,
    pub recipients: i32,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub thread: String,
    pub mark: String,
    pub attachments: String,
    pub step: String,
    pub draft: Option<String>,
    pub sent_message_id: Option<String>,
    pub files_up: i32,
    pub attempts: i32,
    pub sending_at: Option<i64>,
    pub due_at: i64,
    pub created_at: i64,
    pub sent_at: Option<i64>,
    pub last_error: Option<String>,
    pub bounce: Option<String>,
    pub purpose: String,
    pub answers: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
