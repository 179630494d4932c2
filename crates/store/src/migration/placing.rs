//! What tells two mails with one Message-ID apart, replies whose original has not come yet, tickets that were merged into
//! others, and duplicates that turned out to be none.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, big_pk_auto, text, text_null};

use super::{add, index, table};

/// The step.
pub(super) struct Placing;

impl MigrationName for Placing {
    fn name(&self) -> &str {
        "m0011_placing"
    }
}

#[async_trait]
impl MigrationTrait for Placing {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Rows without one are of mails taken in before, and of our own: another mail with their Message-ID is the same.
        add(manager, "message_identity", text_null("fingerprint").take()).await?;
        // The identity that another mail had claimed before this one.
        add(manager, "message_identity", text_null("shares").take()).await?;
        add(manager, "ticket", big_integer_null("merged_into_id").take()).await?;
        add(manager, "ledger", big_integer_null("taken_again_id").take()).await?;
        manager
            .create_table(
                table("awaited_message")
                    .col(big_pk_auto("id"))
                    .col(text("identity"))
                    .col(big_integer("comment_id"))
                    .col(big_integer("expires_at"))
                    .take(),
            )
            .await?;
        index(manager, Index::create().name("awaited_identity").table("awaited_message").col("identity"))
            .await?;
        index(manager, Index::create().name("identity_shares").table("message_identity").col("shares"))
            .await?;
        index(
            manager,
            Index::create()
                .name("ticket_merged")
                .table("ticket")
                .col("merged_into_id")
                .and_where(Expr::col("merged_into_id").is_not_null()),
        )
        .await
    }
}
