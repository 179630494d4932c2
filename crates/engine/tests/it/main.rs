//! The engine, against a store and a stand-in for Microsoft over HTTP.
#![expect(clippy::unwrap_used, reason = "tests")]

mod account_mail;
mod connect;
mod default_address;
mod doctor;
mod letters;
mod old_mail;
mod owners;
mod rights;
mod robots;
mod team;
mod tokens;
mod way_in;
mod way_out;
