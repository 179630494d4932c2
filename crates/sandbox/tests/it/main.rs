//! The stand-in over HTTP: each test names one way in which Microsoft is awkward, and fails if the stand-in is kinder.
#![expect(clippy::unwrap_used, reason = "tests")]

mod app_only;
mod browser;
mod consent;
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
mod shared;
mod smtp;
mod subscriptions;
mod town;
mod trouble;
