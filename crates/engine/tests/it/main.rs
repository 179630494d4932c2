//! The engine, against a store and a stand-in for Microsoft over HTTP.
#![expect(clippy::unwrap_used, reason = "tests")]

mod connect;
mod rights;
mod tokens;
mod way_out;
