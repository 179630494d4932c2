//! What a use case may answer instead of a result. The faces turn each into a page in the reader's language.

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor may not do this.
    #[error("not allowed")]
    Forbidden,
    /// No such thing, or not for this actor.
    #[error("not found")]
    NotFound,
    /// Wrong address or password.
    #[error("wrong address or password")]
    WrongLogin,
    /// Too many failed sign-ins; wait.
    #[error("too many attempts")]
    TooManyAttempts,
    /// The desk has no registration at Entra yet.
    #[error("no registration at Microsoft Entra is configured")]
    NotRegistered,
    /// The registration comes from the configuration file: it cannot be changed in the browser.
    #[error("the registration comes from the configuration file")]
    RegisteredInFile,
    /// A certificate that cannot be used.
    #[error(transparent)]
    Certificate(#[from] exchange::CertificateFault),
    /// The link for an administrator's approval is not known or too old.
    #[error("this link is not known or no longer valid")]
    UnknownConsent,
    /// The directory has no mailbox of this name.
    #[error("there is no {0} in the directory")]
    UnknownMailbox(String),
    /// The account has no mailbox in Exchange Online.
    #[error("no mailbox in Exchange Online ({})", .trace.code)]
    NoMailbox {
        /// Why, as far as Microsoft lets one tell.
        why: exchange::NoMailbox,
        /// What Microsoft said.
        trace: exchange::Trace,
    },
    /// Rights at a mailbox are missing.
    #[error("rights are missing at {}", .0.mailbox)]
    MissingRights(crate::MissingRights),
    /// The sign-in at Microsoft is not known: wrong or used `state`, expired, or another administrator's.
    #[error("this sign-in is not known or was used already")]
    UnknownSignIn,
    /// Reconnect came back with another account.
    #[error("signed in as {got}, expected {expected}")]
    OtherAccount {
        /// Connected before.
        expected: String,
        /// Came back.
        got: String,
    },
    /// A support address is never a person's address, nor another connection's.
    #[error("the address {address} is in use")]
    AddressInUse {
        /// Address.
        address: String,
        /// By whom.
        by: store::UsedBy,
    },
    /// The default address can be neither deleted nor disconnected, and must work.
    #[error("not allowed for the default address")]
    DefaultAddress,
    /// Only an address that has sent and received a test mail in the last hour can become the default.
    #[error("the address has not proved itself")]
    NotProved,
    /// Nothing can be sent from the address: its connection is lost, or the desk has no server to send by.
    #[error("nothing can be sent from this address now")]
    NoWayOut,
    /// The desk does not let this happen to its own people.
    #[error("refused: {0:?}")]
    Team(crate::TeamRule),
    /// A link to choose a password that was never made, has been used, or is over.
    #[error("this link cannot be used")]
    LinkDead,
    /// An import of this mailbox is under way, or being taken back.
    #[error("an import is under way")]
    ImportUnderWay,
    /// An import can be taken back for a day.
    #[error("the import can no longer be undone")]
    TooLate,
    /// A closed ticket cannot be changed.
    #[error("the ticket is closed")]
    Closed,
    /// Something the person typed.
    #[error("{field}: {problem}")]
    Invalid {
        /// Field.
        field: &'static str,
        /// Key of the language files, e.g. `empty`, `too-long`.
        problem: &'static str,
    },
    /// Words of the sender lists that cannot be understood.
    #[error("the lists of senders cannot be understood")]
    Senders(Vec<desk::admission::Fault>),
    /// Somebody else has changed it since it was looked at.
    #[error("somebody else has changed this meanwhile")]
    ChangedMeanwhile,
    /// Something must happen first; the page says what.
    #[error("not yet")]
    NotYet,
    /// Microsoft.
    #[error(transparent)]
    Microsoft(#[from] exchange::Error),
    /// Store.
    #[error(transparent)]
    Store(store::Error),
    /// The account's mail template or a signature cannot be used.
    #[error("mail template: {0}")]
    MailTemplate(desk::template::Fault),
    /// A text template is broken.
    #[error("template: {0}")]
    Template(String),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound { .. } => Error::NotFound,
            store::Error::AddressInUse { address, by } => {
                Error::AddressInUse { address: address.to_string(), by }
            }
            store::Error::DefaultAddress => Error::DefaultAddress,
            store::Error::NotProved => Error::NotProved,
            other => Error::Store(other),
        }
    }
}

impl crate::Actor {
    /// Refuses everybody but agents, admins and the owner.
    pub(crate) fn must_be_staff(&self) -> Result<()> {
        if self.person.role.is_staff() { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Refuses everybody but admins and the owner.
    pub(crate) fn must_be_admin(&self) -> Result<()> {
        if self.person.role.is_admin() { Ok(()) } else { Err(Error::Forbidden) }
    }
}
