//! The web face from outside: requests to the router of a real engine on a real store.

#![expect(clippy::unwrap_used, reason = "tests")]

mod connections;
mod desk;
mod doors;
mod language;
mod notifications;
mod regroup;
mod safety;
mod signing_in;
mod suspended;
mod team;
mod tickets;
mod writing;
