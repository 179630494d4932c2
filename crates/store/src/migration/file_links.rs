//! Links to files that were too large for a mail.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text};

use super::{index, table};

/// The step.
pub(super) struct FileLinks;

impl MigrationName for FileLinks {
    fn name(&self) -> &str {
        "m0011_file_links"
    }
}

#[async_trait]
impl MigrationTrait for FileLinks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("file_link")
                    // SHA-256 of the random word in the link, in hex.
                    .col(text("hash").primary_key())
                    .col(big_integer("attachment_id"))
                    .col(big_integer("created_at"))
                    .col(big_integer("expires_at"))
                    .col(big_integer_null("revoked_at"))
                    .to_owned(),
            )
            .await?;
        index(manager, Index::create().name("file_link_attachment").table("file_link").col("attachment_id"))
            .await
    }
}
