//! First schema: mail in and out.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, big_pk_auto, integer, text, text_null};

use super::{index, table};

pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(table("ledger")
        .col(big_pk_auto("id"))
        .col(big_integer_null("connection_id"))
        .col(text("address"))
        .col(text("item"))
        .col(text("seen_by"))
        .col(big_integer_null("import_id"))
        .col(big_integer("seen_at"))
        .col(big_integer_null("received_at"))
        .col(text("categories"))
        .col(text_null("etag"))
        .col(text_null("blob"))
        .col(text_null("form"))
        .col(big_integer_null("size"))
        .col(text_null("outcome"))
        .col(text_null("reason"))
        .col(big_integer_null("ticket_id"))
        .col(big_integer_null("comment_id"))
        .col(text("sender"))
        .col(text("subject"))
        .col(text_null("identity"))
        .col(text_null("author"))
        .col(big_integer_null("settled_at"))
        .col(integer("attempts"))
        .col(text_null("last_error"))
        .col(big_integer("retry_at"))
        .col(big_integer_null("acknowledged_at"))
        .col(big_integer("acknowledge_at"))
        .take()).await?;
    manager.create_table(table("message_identity")
        .col(big_pk_auto("id"))
        .col(text("identity"))
        .col(big_integer("ticket_id"))
        .col(big_integer_null("comment_id"))
        .col(big_integer_null("ledger_id"))
        .col(big_integer_null("outbox_id"))
        .take()).await?;
    manager.create_table(table("outbox")
        .col(big_pk_auto("id"))
        .col(big_integer("connection_id"))
        .col(big_integer("address_id"))
        .col(big_integer_null("ticket_id"))
        .col(big_integer_null("comment_id"))
        .col(big_integer_null("trigger_id"))
        .col(integer("urgency"))
        .col(text("to_people"))
        .col(text("cc_people"))
        .col(integer("recipients"))
        .col(text("subject"))
        .col(text("text"))
        .col(text("html"))
        .col(text("message_id"))
        .col(text_null("in_reply_to"))
        .col(text("thread"))
        .col(text("mark"))
        .col(text("attachments"))
        .col(text("step"))
        .col(text_null("draft"))
        .col(text_null("sent_message_id"))
        .col(integer("files_up"))
        .col(integer("attempts"))
        .col(big_integer_null("sending_at"))
        .col(big_integer("due_at"))
        .col(big_integer("created_at"))
        .col(big_integer_null("sent_at"))
        .col(text_null("last_error"))
        .col(text_null("bounce"))
        .take()).await?;
    // A message is seen once, whatever connection reaches its mailbox.
    index(manager, Index::create().name("ledger_item").unique().table("ledger").col("address").col("item")).await?;
    index(manager, Index::create().name("ledger_outcome").table("ledger").col("connection_id").col("outcome")).await?;
    index(manager, Index::create().name("ledger_unacknowledged").table("ledger").col("connection_id").col("acknowledge_at")
        .and_where(Expr::col("acknowledged_at").is_null())
        .and_where(Expr::col("outcome").is_not_null())
        .and_where(Expr::col("connection_id").is_not_null())).await?;
    index(manager, Index::create().name("ledger_author").table("ledger").col("author").col("settled_at").and_where(Expr::col("author").is_not_null())).await?;
    index(manager, Index::create().name("ledger_comment").table("ledger").col("comment_id").and_where(Expr::col("comment_id").is_not_null())).await?;
    index(manager, Index::create().name("ledger_import").table("ledger").col("import_id").and_where(Expr::col("import_id").is_not_null())).await?;
    // One Message-ID makes at most one ticket or comment.
    index(manager, Index::create().name("message_identity_identity").unique().table("message_identity").col("identity")).await?;
    index(manager, Index::create().name("message_identity_ticket").table("message_identity").col("ticket_id")).await?;
    index(manager, Index::create().name("outbox_mark").unique().table("outbox").col("mark")).await?;
    index(manager, Index::create().name("outbox_waiting").table("outbox").col("connection_id").col("due_at")
        .and_where(Expr::col("step").is_not_in(["sent", "failed"]))).await?;
    index(manager, Index::create().name("outbox_sending").table("outbox").col("connection_id").col("sending_at").and_where(Expr::col("sending_at").is_not_null())).await?;
    index(manager, Index::create().name("outbox_ticket").table("outbox").col("ticket_id")).await?;
    Ok(())
}
