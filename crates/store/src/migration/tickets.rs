//! First schema: tickets and what hangs on them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, big_pk_auto, boolean, text, text_null};

use super::{index, table};

pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("ticket")
                .col(big_pk_auto("id"))
                .col(big_integer("brand_id"))
                .col(big_integer_null("address_id"))
                .col(text("subject"))
                .col(text("search"))
                .col(text("status"))
                .col(text_null("priority"))
                .col(big_integer("requester_id"))
                .col(big_integer_null("assignee_id"))
                .col(big_integer_null("group_id"))
                .col(text("ccs"))
                .col(text("tags"))
                .col(big_integer_null("follows_id"))
                .col(text("via"))
                .col(boolean("is_public"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .foreign_key(ForeignKey::create().from("ticket", "brand_id").to("brand", "id"))
                .foreign_key(ForeignKey::create().from("ticket", "requester_id").to("person", "id"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("comment")
                .col(big_pk_auto("id"))
                .col(big_integer("ticket_id"))
                .col(big_integer("author_id"))
                .col(boolean("public"))
                .col(text("text"))
                .col(text_null("full_text"))
                .col(boolean("has_html"))
                .col(text("via"))
                .col(boolean("automatic"))
                .col(text_null("mail"))
                .col(big_integer("created_at"))
                .foreign_key(ForeignKey::create().from("comment", "ticket_id").to("ticket", "id"))
                .foreign_key(ForeignKey::create().from("comment", "author_id").to("person", "id"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("attachment")
                .col(big_pk_auto("id"))
                .col(big_integer("comment_id"))
                .col(big_integer("ticket_id"))
                .col(text("name"))
                .col(text("content_type"))
                .col(text_null("content_id"))
                .col(boolean("inline"))
                .col(big_integer("size"))
                .col(text("blob"))
                .foreign_key(ForeignKey::create().from("attachment", "comment_id").to("comment", "id"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("audit")
                .col(big_pk_auto("id"))
                .col(big_integer("ticket_id"))
                .col(big_integer_null("author_id"))
                .col(big_integer("at"))
                .col(text("event"))
                .foreign_key(ForeignKey::create().from("audit", "ticket_id").to("ticket", "id"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("suspended")
                .col(big_pk_auto("id"))
                .col(big_integer("ledger_id"))
                .col(text("cause"))
                .col(text("author"))
                .col(text("subject"))
                .col(text("excerpt"))
                .col(big_integer("created_at"))
                .take(),
        )
        .await?;
    index(manager, Index::create().name("ticket_updated").table("ticket").col("updated_at").col("id"))
        .await?;
    index(manager, Index::create().name("ticket_status").table("ticket").col("status").col("assignee_id"))
        .await?;
    index(manager, Index::create().name("ticket_requester").table("ticket").col("requester_id")).await?;
    index(manager, Index::create().name("comment_ticket").table("comment").col("ticket_id")).await?;
    index(manager, Index::create().name("attachment_ticket").table("attachment").col("ticket_id")).await?;
    index(manager, Index::create().name("audit_ticket").table("audit").col("ticket_id")).await?;
    Ok(())
}
