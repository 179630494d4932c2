//! Microsoft, over HTTP: Entra sign-in and a thin, typed Graph client. Knows nothing of tickets or of the database.
//!
//! Every call carries `Prefer: IdType="ImmutableId"`. Every failure ends in [`Error`], whose [`Error::remedy`] says
//! what to do; nothing else in the product looks at status codes, Graph codes or AADSTS numbers.

mod class;
mod classify;
pub mod cloud;
pub mod entra;
mod entra_codes;
pub mod error;
pub mod graph;
mod http;
mod id_token;
mod own_address;

pub use class::Class;
pub use cloud::Cloud;
pub use entra::{
    Certificate, CertificateFault, Credential, Entra, Permissions, Proof, Registration, SignedIn, TokenSet,
};
pub use entra_codes::{EntraHelp, KnownCode, known_code};
pub use error::{Error, Remedy, Result, Trace};
pub use graph::{Graph, Mailbox, NoMailbox};
pub use http::http_client;
pub use own_address::own_address;
