//! What can go wrong in the store.

use mail::Address;

/// Result of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who uses an address that was to be used anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsedBy {
    /// A support address.
    SupportAddress,
    /// An agent, admin or owner, by name.
    Staff(String),
    /// An end user, by name.
    EndUser(String),
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or is away.
    #[error("database")]
    Database(#[from] sea_orm::DbErr),
    /// The blob store refused or is away.
    #[error("blob store")]
    Blob(#[from] object_store::Error),
    /// The lease was lost: another worker holds the mailbox now. Stop, change nothing.
    #[error("lease {name} is held by another worker")]
    Fenced {
        /// The lease.
        name: String,
    },
    /// No row with that id.
    #[error("no {what} {id}")]
    NotFound {
        /// Table in the singular.
        what: &'static str,
        /// Id.
        id: String,
    },
    /// The address is used already (a support address is never a person's address).
    #[error("the address {address} is in use")]
    AddressInUse {
        /// The address.
        address: Address,
        /// By whom.
        by: UsedBy,
    },
    /// The row is there already (unique index).
    #[error("{what} exists already")]
    Exists {
        /// What.
        what: &'static str,
    },
    /// The default address can be neither deleted nor disconnected; only a verified one can become it.
    #[error("not allowed for the default address")]
    DefaultAddress,
    /// Only an address that has just sent and received can become the default.
    #[error("the address has not proved itself")]
    NotProved,
    /// A stored cell holds what it must not.
    #[error("{table}.{column} of row {row} holds an unexpected value")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Row id.
        row: String,
    },
    /// A secret cannot be opened: wrong key, or moved from another row.
    #[error("a stored secret cannot be opened: the master key is not the one it was sealed with")]
    Sealed,
    /// Key file or data folder unusable.
    #[error("{path}")]
    File {
        /// Path.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The configuration makes no sense.
    #[error("{0}")]
    Config(String),
}
