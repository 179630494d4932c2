//! The pages, one file each.

pub(crate) mod addresses;
pub(crate) mod admin;
pub(crate) mod alarms;
pub(crate) mod answer;
pub(crate) mod api_tokens;
pub(crate) mod attachments;
pub(crate) mod comments;
pub(crate) mod connect;
pub(crate) mod connection;
pub(crate) mod consent;
pub(crate) mod end_users;
pub(crate) mod file_links;
pub(crate) mod forwarding;
pub(crate) mod imports;
pub(crate) mod mail_log;
pub(crate) mod mail_template;
pub(crate) mod password;
pub(crate) mod registration;
pub(crate) mod replay;
pub(crate) mod senders;
pub(crate) mod sign_in;
pub(crate) mod suspended;
pub(crate) mod suspended_mail;
pub(crate) mod team;
pub(crate) mod ticket;
pub(crate) mod tickets;
