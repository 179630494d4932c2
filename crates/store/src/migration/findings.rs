//! What files are by their content.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

use super::add;

/// The step.
pub(super) struct Findings;

impl MigrationName for Findings {
    fn name(&self) -> &str {
        "m0013_findings"
    }
}

#[async_trait]
impl MigrationTrait for Findings {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Null for files of earlier days: of those only the name tells anything.
        add(manager, "attachment", text_null("finding").take()).await
    }
}
