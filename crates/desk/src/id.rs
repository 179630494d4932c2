//! Typed ids: 64-bit integers, as the API's clients expect, that cannot be mixed up.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A support address.
    AddressId,
    /// A file of a comment.
    AttachmentId,
    /// An entry of a ticket's history.
    AuditId,
    /// An alarm.
    AlarmId,
    /// A token of an API client.
    ApiTokenId,
    /// A brand.
    BrandId,
    /// A comment of a ticket.
    CommentId,
    /// A connection; for `exchange` it stands for the mailbox too.
    ConnectionId,
    /// A link for a tenant's administrator.
    ConsentId,
    /// An entry of a connection's history.
    EventId,
    /// A group of agents.
    GroupId,
    /// A run of "make tickets of the newest 300".
    ImportId,
    /// A message ever seen.
    LedgerId,
    /// A mail to be sent.
    OutboxId,
    /// A person: owner, admin, agent or end user.
    PersonId,
    /// A count of what an import would do.
    PreviewId,
    /// A sign-in to Microsoft that has not been confirmed yet.
    SignInId,
    /// A suspended ticket.
    SuspendedId,
    /// A ticket.
    TicketId,
    /// A trigger.
    TriggerId,
}
