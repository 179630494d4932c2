//! What proofs and undoing need beside m0002: why a proof is made, and finding everything that speaks of a ticket.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, boolean};

use super::index;

/// The step.
pub(super) struct Imports;

impl MigrationName for Imports {
    fn name(&self) -> &str {
        "m0011_imports"
    }
}

#[async_trait]
impl MigrationTrait for Imports {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // The test mail did not come back in time.
            big_integer_null("proof_failed_at").take(),
            // Newly connected: to be proved once, by itself.
            boolean("proof_due").default(false).take(),
            // Becomes the default address when the test mail is back.
            boolean("default_wanted").default(false).take(),
        ] {
            // SQLite adds one column at a time.
            manager.alter_table(Table::alter().table("connection").add_column(column).take()).await?;
        }
        // Whether anything but an import speaks of a ticket is asked for each ticket that is taken back.
        index(
            manager,
            Index::create()
                .name("ledger_ticket")
                .table("ledger")
                .col("ticket_id")
                .and_where(Expr::col("ticket_id").is_not_null()),
        )
        .await?;
        // A test mail whose mark was lost on the way is known by its Message-ID.
        index(
            manager,
            Index::create()
                .name("outbox_proof")
                .table("outbox")
                .col("message_id")
                .and_where(Expr::col("purpose").eq("proof")),
        )
        .await
    }
}
