//! First schema: support addresses, connections and what belongs to reading them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, integer, integer_null, text, text_null,
};

use super::{index, table};

pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("support_address")
                .col(big_pk_auto("id"))
                .col(text("address"))
                .col(text("name"))
                .col(big_integer("brand_id"))
                .col(boolean("is_default"))
                .col(big_integer("connection_id"))
                .col(big_integer("created_at"))
                .foreign_key(ForeignKey::create().from("support_address", "brand_id").to("brand", "id"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("connection")
                .col(big_pk_auto("id"))
                .col(text("tenant"))
                .col(text("account_id"))
                .col(text("account_name"))
                .col(text("state"))
                .col(big_integer("state_since"))
                .col(text_null("cause"))
                .col(text("scopes"))
                .col(text("access_token"))
                .col(big_integer("access_expires_at"))
                .col(text("refresh_token"))
                .col(big_integer("connected_at"))
                .col(big_integer("next_read_at"))
                .col(big_integer_null("last_read_at"))
                .col(big_integer_null("last_sent_at"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("sign_in")
                .col(big_pk_auto("id"))
                .col(big_integer("actor_id"))
                .col(text("state_hash"))
                .col(boolean("taken"))
                .col(text("nonce"))
                .col(text("verifier"))
                .col(big_integer("brand_id"))
                .col(integer_null("import_wanted"))
                .col(big_integer_null("reconnect_id"))
                .col(big_integer("expires_at"))
                .col(text_null("account"))
                .col(text_null("access_token"))
                .col(big_integer_null("access_expires_at"))
                .col(text_null("refresh_token"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("cursor")
                .col(big_integer("connection_id"))
                .col(text("folder"))
                .col(text("link"))
                .col(big_integer("carried"))
                .col(big_integer("round_started_at"))
                .primary_key(Index::create().col("connection_id").col("folder"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("import_run")
                .col(big_pk_auto("id"))
                .col(big_integer("connection_id"))
                .col(integer("wanted"))
                .col(integer_null("found"))
                .col(big_integer("created_at"))
                .col(big_integer_null("finished_at"))
                .take(),
        )
        .await?;
    index(
        manager,
        Index::create().name("support_address_address").unique().table("support_address").col("address"),
    )
    .await?;
    index(
        manager,
        Index::create()
            .name("support_address_connection")
            .unique()
            .table("support_address")
            .col("connection_id"),
    )
    .await?;
    // At most one default address (a partial index: rows that are not the default are not in it).
    index(
        manager,
        Index::create()
            .name("support_address_default")
            .unique()
            .table("support_address")
            .col("is_default")
            .and_where(Expr::col("is_default").eq(true)),
    )
    .await?;
    index(manager, Index::create().name("sign_in_state").unique().table("sign_in").col("state_hash")).await?;
    index(manager, Index::create().name("import_run_connection").table("import_run").col("connection_id"))
        .await?;
    Ok(())
}
