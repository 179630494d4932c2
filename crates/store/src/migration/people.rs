//! First schema: people, brands, settings, sessions, triggers, leases and the change feed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, big_pk_auto, boolean, text, text_null};

use super::{index, table};

pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("person")
                .col(big_pk_auto("id"))
                .col(text("name"))
                .col(text("email"))
                .col(text("role"))
                .col(text_null("language"))
                .col(text_null("password_hash"))
                .col(text("search"))
                .col(big_integer("created_at"))
                .take(),
        )
        .await?;
    manager.create_table(table("brand").col(big_pk_auto("id")).col(text("name")).take()).await?;
    manager
        .create_table(
            table("address_owner").col(text("address").primary_key().take()).col(text("kind")).take(),
        )
        .await?;
    manager
        .create_table(
            table("session")
                .col(text("id").primary_key().take())
                .col(text("data"))
                .col(big_integer_null("person_id"))
                .col(big_integer("expires_at"))
                .take(),
        )
        .await?;
    manager
        .create_table(table("setting").col(text("name").primary_key().take()).col(text("value")).take())
        .await?;
    manager
        .create_table(
            table("trigger_rule")
                .col(big_pk_auto("id"))
                .col(text("title"))
                .col(big_integer("position"))
                .col(boolean("active"))
                .col(text("conditions"))
                .col(text("actions"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("change_feed").col(big_pk_auto("id")).col(text("topic")).col(big_integer("at")).take(),
        )
        .await?;
    manager
        .create_table(
            table("lease")
                .col(text("name").primary_key().take())
                .col(text("holder"))
                .col(big_integer("fence"))
                .col(big_integer("expires_at"))
                .take(),
        )
        .await?;
    index(manager, Index::create().name("person_email").unique().table("person").col("email")).await?;
    index(
        manager,
        Index::create()
            .name("person_staff")
            .table("person")
            .col("role")
            .and_where(Expr::col("role").ne("end_user")),
    )
    .await?;
    index(manager, Index::create().name("session_expires").table("session").col("expires_at")).await?;
    index(manager, Index::create().name("session_person").table("session").col("person_id")).await?;
    Ok(())
}
