//! The store's promises, each checked on SQLite and on PostgreSQL with the same words.
//!
//! PostgreSQL is reached by `POSTDESK_TEST_POSTGRES` (see `scripts/postgres`); without it that half says so and passes.

#![expect(clippy::unwrap_used, reason = "tests")]

#[macro_use]
mod scene;

mod addresses;
mod blobs;
mod changes;
mod file_links;
mod find;
mod forwarding;
mod health;
mod identities;
mod imports;
mod leases;
mod ledger;
mod members;
mod outbox;
mod people;
mod proofs;
mod schema;
mod secrets;
mod sign_ins;
mod suspended;
mod tickets;
mod undo;
mod watch;
