//! The team: people who may not come in any more, sessions that a new password ends, and what became of a link's mail.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer};

use super::add;

/// The step.
pub(super) struct Team;

impl MigrationName for Team {
    fn name(&self) -> &str {
        "m0010_team"
    }
}

#[async_trait]
impl MigrationTrait for Team {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            big_integer_null("deactivated_at").take(),
            big_integer_null("updated_at").take(),
            // Counts up when all sessions of the person end; a session of an earlier count is none.
            integer("session_epoch").default(0).take(),
        ] {
            add(manager, "person", column).await?;
        }
        for column in [
            big_integer("created_at").default(0).take(),
            // The administrator who made it; none where the person asked for it.
            big_integer_null("made_by").take(),
            // The mail that carries it; none where no mail could.
            big_integer_null("outbox_id").take(),
        ] {
            add(manager, "account_link", column).await?;
        }
        Ok(())
    }
}
