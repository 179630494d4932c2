//! More than one address of a person.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

use super::{index, table};

/// The step.
pub(super) struct Identities;

impl MigrationName for Identities {
    fn name(&self) -> &str {
        "m0015_identities"
    }
}

#[async_trait]
impl MigrationTrait for Identities {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("person_address")
                    .col(text("address").primary_key())
                    .col(big_integer("person_id"))
                    .col(big_integer("created_at"))
                    .foreign_key(ForeignKey::create().from("person_address", "person_id").to("person", "id"))
                    .take(),
            )
            .await?;
        index(manager, Index::create().name("person_address_person").table("person_address").col("person_id"))
            .await
    }
}
