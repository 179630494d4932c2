//! The class of an error by its name alone: for what is stored and shown later.

use serde::{Deserialize, Serialize};

use crate::Error;

/// What kind of answer it was. Each has its words in the language files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is explained at the variant of the same name of Error")]
pub enum Class {
    NoAnswer,
    Throttled,
    Server,
    Moving,
    AccessToken,
    SignIn,
    Consent,
    MissingScopes,
    Denied,
    AppCredential,
    AppConfig,
    MailboxGone,
    NotFound,
    Resync,
    Conflict,
    PoisonItem,
    Refused,
    BadRequest,
    NotGenuine,
    Unexpected,
}

impl Error {
    /// Its class.
    pub fn class(&self) -> Class {
        match self {
            Error::NoAnswer(_) => Class::NoAnswer,
            Error::Throttled { .. } => Class::Throttled,
            Error::Server(_) => Class::Server,
            Error::Moving(_) => Class::Moving,
            Error::AccessToken(_) => Class::AccessToken,
            Error::SignIn(_) => Class::SignIn,
            Error::Consent(_) => Class::Consent,
            Error::MissingScopes { .. } => Class::MissingScopes,
            Error::Denied(_) => Class::Denied,
            Error::AppCredential(_) => Class::AppCredential,
            Error::AppConfig(_) => Class::AppConfig,
            Error::MailboxGone(_) => Class::MailboxGone,
            Error::NotFound(_) => Class::NotFound,
            Error::Resync(_) => Class::Resync,
            Error::Conflict(_) => Class::Conflict,
            Error::PoisonItem(_) => Class::PoisonItem,
            Error::Refused(_) => Class::Refused,
            Error::BadRequest(_) => Class::BadRequest,
            Error::NotGenuine(_) => Class::NotGenuine,
            Error::Unexpected(_) => Class::Unexpected,
        }
    }

    /// True where nobody needs to do anything: it heals by itself.
    pub fn passes(&self) -> bool {
        matches!(self.remedy(), crate::Remedy::Wait(_))
    }
}
