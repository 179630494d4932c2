//! The client against the sandbox, over HTTP: what it does when Microsoft is kind, and when Microsoft is not.
#![expect(clippy::unwrap_used, reason = "tests")]

mod browser;
mod reading;
mod rehearsal;
mod sending;
mod sign_in;
mod trouble;
