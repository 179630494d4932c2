//! What forwarding needs beside m0002: a move from one kind of connection to another, the time in which the old way still brings
//! mail, and what a mail server said to each recipient.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, text_null};

use super::index;

/// The step.
pub(super) struct Forwarding;

impl MigrationName for Forwarding {
    fn name(&self) -> &str {
        "m0012_forwarding"
    }
}

#[async_trait]
impl MigrationTrait for Forwarding {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            // The kind that the connection is being moved to, and since when.
            ("connection", text_null("moving_to").take()),
            ("connection", big_integer_null("moving_since").take()),
            // A test mail came by SMTP while the connection is still of another kind.
            ("connection", big_integer_null("forwarding_proved_at").take()),
            // Until when mail for the address is taken by SMTP although it is not of that kind (any more).
            ("connection", big_integer_null("forwarded_until").take()),
            ("connection", big_integer_null("last_forwarded_at").take()),
            // What became of each recipient so far, as JSON.
            ("outbox", text_null("answers").take()),
        ] {
            let change = Table::alter().table(table).add_column(column).take();
            manager.alter_table(change).await?;
        }
        // What has no outcome is looked for several times a second, among millions that have one.
        index(
            manager,
            Index::create()
                .name("ledger_waiting")
                .table("ledger")
                .col("seen_by")
                .col("seen_at")
                .and_where(Expr::col("outcome").is_null()),
        )
        .await
    }
}
