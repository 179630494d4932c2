//! The tables as sea-orm entities, one file each. Times are microseconds since 1970, lists are JSON in text cells, and
//! words are checked when a row is read (`crate::cells`).

pub mod account_link;
pub mod address_owner;
pub mod alarm;
pub mod alarm_post;
pub mod api_token;
pub mod attachment;
pub mod audit;
pub mod brand;
pub mod change_feed;
pub mod comment;
pub mod connection;
pub mod connection_event;
pub mod consent_request;
pub mod cursor;
pub mod file_link;
pub mod import_preview;
pub mod import_run;
pub mod lease;
pub mod ledger;
pub mod message_identity;
pub mod outbox;
pub mod person;
pub mod person_address;
pub mod session;
pub mod setting;
pub mod sign_in;
pub mod subscription;
pub mod support_address;
pub mod suspended;
pub mod ticket;
pub mod trigger_rule;
