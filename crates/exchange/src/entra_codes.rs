//! What the AADSTS numbers stand for: help for people, never a reason to do something. Microsoft says that programs must
//! not depend on them; what is done is decided by [`crate::Error::remedy`].

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Number to name and class, as published by Microsoft and sorted by us.
const CODES: &str = include_str!("entra_codes.json");

/// What a number asks for. Each has its words in the language files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntraHelp {
    /// The person must sign in again.
    Reconnect,
    /// The sign-in must be begun anew.
    RestartLogin,
    /// Consent is missing.
    Consent,
    /// An administrator must consent.
    AdminConsent,
    /// The tenant's entry of the application must be changed.
    AdminConfig,
    /// The tenant's administrator must change the person, a policy or an assignment.
    AdminAction,
    /// The desk's secret or certificate must be renewed.
    AppCredential,
    /// The desk's registration does not fit.
    AppConfig,
    /// Passes by itself.
    Transient,
    /// The desk asked too often: a fault of its own.
    ClientBug,
}

impl EntraHelp {
    /// All, for tests that look at every text.
    pub const ALL: [Self; 10] = [
        Self::Reconnect,
        Self::RestartLogin,
        Self::Consent,
        Self::AdminConsent,
        Self::AdminConfig,
        Self::AdminAction,
        Self::AppCredential,
        Self::AppConfig,
        Self::Transient,
        Self::ClientBug,
    ];
}

/// A number that is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KnownCode {
    /// Microsoft's name for it, e.g. `FreshTokenNeeded`.
    pub name: String,
    /// What it asks for.
    pub help: EntraHelp,
}

static KNOWN: LazyLock<HashMap<u32, KnownCode>> = LazyLock::new(|| {
    serde_json::from_str(CODES).unwrap_or_else(|error| {
        // A test reads the file: this cannot be reached by a program that was tested.
        tracing::error!(%error, "the table of Entra's codes cannot be read");
        HashMap::new()
    })
});

/// What a number stands for, where it is known.
pub fn known_code(aadsts: u32) -> Option<&'static KnownCode> {
    KNOWN.get(&aadsts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_codes_is_read_and_names_what_people_meet() {
        assert!(KNOWN.len() > 70, "{}", KNOWN.len());
        let help = |code| known_code(code).map(|known| known.help);
        assert_eq!(help(50173), Some(EntraHelp::Reconnect));
        assert_eq!(help(53003), Some(EntraHelp::AdminAction));
        assert_eq!(help(7_000_222), Some(EntraHelp::AppCredential));
        assert_eq!(known_code(65001).map(|known| known.name.as_str()), Some("DelegationDoesNotExist"));
        assert_eq!(help(1), None);
    }
}
