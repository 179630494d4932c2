//! The schema, step by step. A step that has been released is never edited: a change is a new step.

mod catching_up;
mod details;
mod file_links;
mod forwarding;
mod identities;
mod imports;
mod life;
mod loops;
mod mail;
mod mailboxes;
mod people;
mod suspended_queue;
mod team;
mod tickets;
mod watch;

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;

/// All steps, oldest first.
pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(First),
            Box::new(life::Life),
            Box::new(imports::Imports),
            Box::new(details::Details),
            Box::new(catching_up::CatchingUp),
            Box::new(team::Team),
            Box::new(forwarding::Forwarding),
            Box::new(watch::Watch),
            Box::new(suspended_queue::SuspendedQueue),
            Box::new(file_links::FileLinks),
            Box::new(loops::Loops),
            Box::new(identities::Identities),
        ]
    }
}

/// The tables the product started with, and the first brand.
struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "m0001_first"
    }
}

#[async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        people::up(manager).await?;
        mailboxes::up(manager).await?;
        tickets::up(manager).await?;
        mail::up(manager).await?;
        let brand =
            Query::insert().into_table("brand").columns(["name"]).values_panic(["Postdesk".into()]).take();
        manager.get_connection().execute(&brand).await?;
        Ok(())
    }
}

/// A table without columns yet.
fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).take()
}

/// SQLite adds one column at a time.
async fn add(manager: &SchemaManager<'_>, name: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(name).add_column(column).take()).await
}

async fn index(manager: &SchemaManager<'_>, index: &IndexCreateStatement) -> Result<(), DbErr> {
    manager.create_index(index.clone()).await
}
