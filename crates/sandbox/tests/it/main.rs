//! The stand-in over HTTP: each test names one way in which Microsoft is awkward, and fails if the stand-in is kinder.
#![expect(clippy::unwrap_used, reason = "tests")]

mod control;
mod delta;
mod drafts;
mod entra;
mod faults;
mod messages;
mod mishaps;
mod notifications;
mod schedule;
mod sending;
mod smtp;
mod subscriptions;
mod town;
