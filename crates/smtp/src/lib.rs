//! SMTP, both ways: a listener that other mail servers hand mail over to, and a sender.
//!
//! The listener is a machine without wires ([`session`]) that is fed bytes and says what is to be done, and a driver
//! ([`listener`]) that does it. It answers 250 for a mail only after the desk has said that the mail is kept; until then
//! the other server owns it and will try again. The sender says of each failure whether the mail may have left.

mod data;
mod dkim;
mod listener;
mod mail_in;
mod sender;
mod session;
mod tls;

pub use dkim::{Dkim, KeyError};
pub use listener::{Limits, Listener, Reception, Verdict};
pub use mail_in::{HandedOver, Kept, NotKept, Peer};
pub use sender::{Failure, Offer, Refusal, Route, Security, SendFailure, Sender};
pub use tls::{Tls, TlsError};
