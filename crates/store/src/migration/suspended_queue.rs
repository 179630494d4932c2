//! The suspended queue is worked on: what became of a suspended mail afterwards, and what its list is sorted and searched by.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, text, text_null};

use super::{add, index};

/// The step.
pub(super) struct SuspendedQueue;

impl MigrationName for SuspendedQueue {
    fn name(&self) -> &str {
        "m0013_suspended_queue"
    }
}

#[async_trait]
impl MigrationTrait for SuspendedQueue {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // Beside the outcome, which stays.
            text_null("later").take(),
            big_integer_null("later_at").take(),
            big_integer_null("later_by").take(),
        ] {
            add(manager, "ledger", column).await?;
        }
        add(manager, "suspended", text("author_address").default("").take()).await?;
        index(manager, Index::create().name("suspended_created").table("suspended").col("created_at"))
            .await?;
        index(manager, Index::create().name("suspended_ledger").table("suspended").col("ledger_id")).await?;
        index(
            manager,
            Index::create()
                .name("ledger_settled")
                .table("ledger")
                .col("settled_at")
                .and_where(Expr::col("settled_at").is_not_null()),
        )
        .await
    }
}
