//! Notifications that are probed and renewed, alarms that are told, and the index that finds the mailboxes due.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, big_pk_auto, integer, text, text_null};

use super::{index, table};

/// The step.
pub(super) struct Watch;

impl MigrationName for Watch {
    fn name(&self) -> &str {
        "m0010_watch"
    }
}

#[async_trait]
impl MigrationTrait for Watch {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // When it is to be made, renewed or probed next.
            big_integer("due_at").default(0).take(),
            // Failures and probes in a row.
            integer("tries").default(0).take(),
            // Since when mail has been found that nothing announced.
            big_integer_null("missed_since").take(),
            // The address it was made for: another one needs another subscription.
            text("url").default("").take(),
            // Why there is none, as a machine's word.
            text_null("off").take(),
        ] {
            let add = Table::alter().table("subscription").add_column(column).take();
            manager.alter_table(add).await?;
        }
        index(manager, Index::create().name("subscription_graph").table("subscription").col("graph_id"))
            .await?;
        index(manager, Index::create().name("connection_next_read").table("connection").col("next_read_at"))
            .await?;
        // The test mails under way are looked for twice a second: not among all mailboxes.
        index(
            manager,
            Index::create()
                .name("connection_proof_under_way")
                .table("connection")
                .col("proof_sent_at")
                .and_where(Expr::col("proof_mark").is_not_null()),
        )
        .await?;
        index(
            manager,
            Index::create()
                .name("connection_proof_due")
                .table("connection")
                .col("id")
                .and_where(Expr::col("proof_due").eq(true)),
        )
        .await?;
        // What is to be told by webhook, until the other side has taken it.
        manager
            .create_table(
                table("alarm_post")
                    .col(big_pk_auto("id"))
                    .col(text("body"))
                    .col(integer("tries").default(0).take())
                    .col(big_integer("due_at"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("done_at"))
                    .col(text_null("error"))
                    .take(),
            )
            .await
    }
}
