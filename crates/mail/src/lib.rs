//! Bytes to letter, letter to bytes.
//!
//! Pure: no clock, no network, no database. [`read`] turns the raw bytes of one mail into a [`Letter`] and cannot
//! fail: at worst the letter says that it is unreadable. [`compose`] turns an answer into MIME. [`html`] is the
//! only door through which HTML that came by mail may reach a screen.

mod absence;
mod announce;
mod archive;
mod attributes;
mod auth;
mod body;
mod bounce;
mod calendar;
mod cascade;
mod charset;
mod colour;
pub mod command;
pub mod compose;
mod enriched;
mod file;
mod forward;
mod header;
mod hops;
pub mod html;
pub mod ids;
pub mod inspect;
mod iso2022;
mod kind;
pub mod letter;
mod linkify;
mod links;
mod markup;
pub mod mbox;
mod mime;
mod own_pictures;
mod parameters;
mod pictures;
mod plain;
mod protection;
mod quote;
mod quote_html;
mod quoted_header;
mod read;
mod rtf;
mod selector;
mod sheet;
mod signature;
mod smime;
mod stub;
mod style;
pub mod summary;
mod tame;
mod tnef;
mod uu;
mod when;
mod words;

pub use compose::{Outgoing, OutgoingAttachment};
pub use forward::Forwarded;
pub use hops::{Hop, hops};
pub use ids::{MessageId, TokenKey};
pub use inspect::{Danger, Finding};
pub use letter::{
    Address, Attachment, AuthVerdict, Invitation, InvitationKind, Kind, Letter, Mailbox, Moment, Protection,
    Sign, Unreadable,
};
pub use quote::{Fresh, fresh};
pub use read::{read, read_graph_json};
pub use summary::Summary;
