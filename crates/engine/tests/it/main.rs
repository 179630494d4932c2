//! The engine, against a store and a stand-in for Microsoft over HTTP.
#![expect(clippy::unwrap_used, reason = "tests")]

mod account_mail;
mod agents_by_mail;
mod alarms;
mod approval;
mod bytes;
mod coming_back;
mod connect;
mod default_address;
mod doctor;
mod forwarding;
mod identities;
mod idle;
mod imports;
mod late;
mod letters;
mod loops;
mod notifications;
mod old_mail;
mod own_mail;
mod owners;
mod pictures;
mod place;
mod placeholders;
mod registration;
mod regroup;
mod replay;
mod rights;
mod robots;
mod suspended;
mod team;
mod tokens;
mod way_in;
mod way_out;
mod ways;
mod writing;
