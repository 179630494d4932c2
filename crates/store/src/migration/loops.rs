//! What the loop breaker counts, quickly; and when a ticket fell silent.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, text_null};

use super::{add, index};

/// The step.
pub(super) struct Loops;

impl MigrationName for Loops {
    fn name(&self) -> &str {
        "m0014_loops"
    }
}

#[async_trait]
impl MigrationTrait for Loops {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What a mail reads like, as a hash; null where it does not count.
        add(manager, "ledger", text_null("words").take()).await?;
        add(manager, "ticket", big_integer_null("quiet_at").take()).await?;
        for (name, column) in
            [("ledger_to_ticket", "ticket_id"), ("ledger_to_address", "address"), ("ledger_words", "words")]
        {
            index(
                manager,
                Index::create()
                    .name(name)
                    .table("ledger")
                    .col(column)
                    .col("settled_at")
                    .and_where(Expr::col("author").is_not_null()),
            )
            .await?;
        }
        index(
            manager,
            Index::create()
                .name("outbox_made")
                .table("outbox")
                .col("address_id")
                .col("urgency")
                .col("created_at"),
        )
        .await
    }
}
