//! The engine, against a store and a stand-in for Microsoft over HTTP.
#![expect(clippy::unwrap_used, reason = "tests")]

mod alarms;
mod connect;
mod default_address;
mod doctor;
mod idle;
mod letters;
mod notifications;
mod old_mail;
mod rights;
mod robots;
mod tokens;
mod way_in;
mod way_out;
