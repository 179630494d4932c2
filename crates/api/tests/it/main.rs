//! The API over the wire, as clients of Zendesk's API see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod desk;
mod doors;
mod identities;
mod shapes;
mod suspended;
