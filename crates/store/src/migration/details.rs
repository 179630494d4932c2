//! What the list of addresses, the page of a connection and its check-up ask for.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean_null;

use super::index;

/// The step.
pub(super) struct Details;

impl MigrationName for Details {
    fn name(&self) -> &str {
        "m0005_details"
    }
}

#[async_trait]
impl MigrationTrait for Details {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ledger(manager).await?;
        addresses(manager).await
    }
}

async fn ledger(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Whether somebody had read the message before it was seen here; null where that was not looked at.
    let found_read = boolean_null("found_read").take();
    manager.alter_table(Table::alter().table("ledger").add_column(found_read).take()).await?;
    index(manager, Index::create().name("ledger_seen").table("ledger").col("connection_id").col("seen_at"))
        .await
}

async fn addresses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    index(
        manager,
        Index::create().name("support_address_brand").table("support_address").col("brand_id").col("address"),
    )
    .await?;
    index(
        manager,
        Index::create()
            .name("connection_checkup")
            .table("connection")
            .col("checkup_asked_at")
            .and_where(Expr::col("checkup_asked_at").is_not_null()),
    )
    .await
}
