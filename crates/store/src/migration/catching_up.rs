//! A connection that was reconnected remembers since when it has been catching up.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

/// The step.
pub(super) struct CatchingUp;

impl MigrationName for CatchingUp {
    fn name(&self) -> &str {
        "m0010_catching_up"
    }
}

#[async_trait]
impl MigrationTrait for CatchingUp {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let since = big_integer_null("catching_up_since").take();
        manager.alter_table(Table::alter().table("connection").add_column(since).take()).await
    }
}
