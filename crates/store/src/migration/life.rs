//! Second step: what a connection's whole life needs. Connections of other kinds and modes, their events, notifications,
//! alarms and check-ups; registration, consent and account mail; more of an import.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer, integer_null, text, text_null,
};

use super::{add, index, table};

/// The step.
pub(super) struct Life;

impl MigrationName for Life {
    fn name(&self) -> &str {
        "m0002_life"
    }
}

#[async_trait]
impl MigrationTrait for Life {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        connections(manager).await?;
        happenings(manager).await?;
        people(manager).await?;
        imports(manager).await?;
        add(manager, "outbox", text("purpose").default("ticket").take()).await
    }
}

async fn connections(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for column in [
        // exchange, forwarding or system; the columns of an account are empty where there is none.
        text("kind").default("exchange").take(),
        // delegated or app_only.
        text("mode").default("delegated").take(),
        // The mailbox read, where it is not the signed-in account's own: Graph id and address.
        text_null("mailbox_id").take(),
        text_null("mailbox_name").take(),
        // When the refresh token was given: it dies 90 days after.
        big_integer_null("refreshed_at").take(),
        // The test mail on its way, and when the last one came back.
        text_null("proof_mark").take(),
        big_integer_null("proof_sent_at").take(),
        big_integer_null("proved_at").take(),
        // What was spent of Microsoft's budgets, as JSON, noted at each reading.
        text_null("usage").take(),
        // The last check-up, as JSON; and when somebody asked for one.
        text_null("checkup").take(),
        big_integer_null("checkup_asked_at").take(),
    ] {
        add(manager, "connection", column).await?;
    }
    for column in [
        text("mode").default("delegated").take(),
        text_null("mailbox").take(),
        big_integer_null("import_since").take(),
        big_integer_null("import_until").take(),
    ] {
        add(manager, "sign_in", column).await?;
    }
    manager
        .create_table(
            table("subscription")
                .col(big_integer("connection_id").primary_key().take())
                .col(text("graph_id"))
                .col(text("client_state"))
                .col(big_integer("created_at"))
                .col(big_integer("expires_at"))
                .col(big_integer_null("notified_at"))
                .col(big_integer_null("silent_since"))
                .take(),
        )
        .await
}

async fn happenings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("connection_event")
                .col(big_pk_auto("id"))
                .col(big_integer_null("connection_id"))
                .col(text("address"))
                .col(big_integer("at"))
                .col(text("kind"))
                .col(text("detail"))
                .col(text_null("request_id"))
                .col(big_integer_null("actor_id"))
                .take(),
        )
        .await?;
    index(
        manager,
        Index::create()
            .name("connection_event_connection")
            .table("connection_event")
            .col("connection_id")
            .col("id"),
    )
    .await?;
    manager
        .create_table(
            table("alarm")
                .col(big_pk_auto("id"))
                .col(text("key"))
                .col(big_integer_null("connection_id"))
                .col(text("kind"))
                .col(text("detail"))
                .col(big_integer("raised_at"))
                .col(big_integer_null("told_at"))
                .col(big_integer_null("cleared_at"))
                .take(),
        )
        .await?;
    // One open alarm about one thing.
    index(
        manager,
        Index::create()
            .name("alarm_open")
            .unique()
            .table("alarm")
            .col("key")
            .and_where(Expr::col("cleared_at").is_null()),
    )
    .await
}

async fn people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // A link that lets somebody choose a password, once.
    manager
        .create_table(
            table("account_link")
                .col(text("hash").primary_key().take())
                .col(big_integer("person_id"))
                .col(text("purpose"))
                .col(big_integer("expires_at"))
                .col(big_integer_null("used_at"))
                .take(),
        )
        .await?;
    // A link for the administrator of a tenant, who need not be known to the desk.
    manager
        .create_table(
            table("consent_request")
                .col(big_pk_auto("id"))
                .col(text("state_hash"))
                .col(big_integer("actor_id"))
                .col(text("choice"))
                .col(big_integer("created_at"))
                .col(big_integer("expires_at"))
                .col(big_integer_null("answered_at"))
                .col(text_null("tenant"))
                .col(text_null("error"))
                .take(),
        )
        .await?;
    index(
        manager,
        Index::create().name("consent_request_state").unique().table("consent_request").col("state_hash"),
    )
    .await?;
    manager
        .create_table(
            table("api_token")
                .col(big_pk_auto("id"))
                .col(text("name"))
                .col(text("hash"))
                .col(big_integer("actor_id"))
                .col(big_integer("created_at"))
                .col(big_integer_null("used_at"))
                .take(),
        )
        .await?;
    index(manager, Index::create().name("api_token_hash").unique().table("api_token").col("hash")).await
}

async fn imports(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for column in [
        // A range of dates instead of the newest ones.
        big_integer_null("since").take(),
        big_integer_null("until").take(),
        big_integer_null("paused_at").take(),
        big_integer_null("undone_at").take(),
        // Tickets taken back, and tickets left because somebody had touched them.
        integer_null("undone").take(),
        integer_null("undo_kept").take(),
    ] {
        add(manager, "import_run", column).await?;
    }
    manager
        .create_table(
            table("import_preview")
                .col(big_pk_auto("id"))
                .col(big_integer_null("sign_in_id"))
                .col(big_integer_null("connection_id"))
                .col(integer("wanted"))
                .col(big_integer_null("since"))
                .col(big_integer_null("until"))
                .col(integer_null("found"))
                .col(integer("looked_at").default(0).take())
                .col(text("counts"))
                .col(text_null("error"))
                .col(big_integer("created_at"))
                .col(big_integer_null("finished_at"))
                .take(),
        )
        .await
}
