//! Applications registered with Entra: their secrets and certificates, and what they are registered for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids;

/// Who may sign in to an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Accounts of every organisation.
    #[default]
    Organizations,
    /// Accounts of every organisation, and personal ones.
    Everybody,
    /// Accounts of this one tenant (its id).
    Tenant(String),
}

/// A client secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secret {
    /// Key id.
    pub id: String,
    /// What the application sends.
    pub value: String,
    /// Last moment; `None`: the stand-in alone has secrets without an end.
    pub expires: Option<Timestamp>,
}

impl Secret {
    /// A secret with a fresh key id.
    pub fn new(value: &str, expires: Option<Timestamp>) -> Self {
        Self { id: ids::guid(), value: value.to_owned(), expires }
    }
}

/// A certificate whose private key the application signs its assertions with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Certificate {
    /// Key id.
    pub id: String,
    /// SHA-1 of the certificate, in capital hex digits: what the portal calls the thumbprint.
    pub thumbprint: String,
    /// SHA-1 as `x5t` carries it (base64url).
    pub x5t: String,
    /// SHA-256 as `x5t#S256` carries it (base64url).
    pub x5t_s256: String,
    /// RSA modulus and exponent, base64url.
    pub key: (String, String),
    /// First moment.
    pub starts: Timestamp,
    /// Last moment.
    pub expires: Timestamp,
}

/// A registered application.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Application {
    /// Client id.
    pub client_id: String,
    /// The one secret a state file of an earlier version has; see [`Application::settle`].
    #[serde(skip_serializing)]
    client_secret: String,
    /// Secrets; several are valid side by side, so that they can be rotated.
    pub secrets: Vec<Secret>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// Exact redirect addresses.
    pub redirect_uris: Vec<String>,
    /// Name shown on the consent page.
    pub name: String,
    /// Who may sign in.
    pub audience: Audience,
    /// Delegated permissions of the registration: what `.default` means for people.
    pub delegated: BTreeSet<String>,
    /// Application permissions of the registration: what `.default` means for the application itself.
    pub application: BTreeSet<String>,
}

/// What a new registration lists unless it says otherwise: what a help desk needs in either way of signing in.
const DELEGATED: &[&str] =
    &["User.Read", "Mail.ReadWrite", "Mail.Send", "Mail.ReadWrite.Shared", "Mail.Send.Shared"];
const APPLICATION: &[&str] = &["Mail.ReadWrite", "Mail.Send", "User.Read.All"];

/// What a secret is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It is one of the application's.
    Good,
    /// It was.
    Expired,
    /// It never was.
    Wrong,
}

impl Application {
    /// A registration with a secret that does not end (none, when it is empty) and the permissions a help desk needs.
    pub fn new(client_id: &str, client_secret: &str, redirect_uris: Vec<String>, name: &str) -> Self {
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        let secrets =
            if client_secret.is_empty() { Vec::new() } else { vec![Secret::new(client_secret, None)] };
        Self {
            client_id: client_id.to_owned(),
            secrets,
            redirect_uris,
            name: name.to_owned(),
            delegated: set(DELEGATED),
            application: set(APPLICATION),
            ..Self::default()
        }
    }

    /// Takes over what a state file of an earlier version says.
    pub fn settle(&mut self) {
        let old = std::mem::take(&mut self.client_secret);
        if !old.is_empty() {
            let fresh = Self::new(&self.client_id, &old, self.redirect_uris.clone(), &self.name);
            *self = fresh;
        }
    }

    /// What this secret is worth now.
    pub fn worth(&self, secret: &str, now: Timestamp) -> Worth {
        let mut same = self.secrets.iter().filter(|s| s.value == secret).peekable();
        if same.peek().is_none() {
            return Worth::Wrong;
        }
        let good = same.any(|s| s.expires.is_none_or(|end| now < end));
        if good { Worth::Good } else { Worth::Expired }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn secrets_side_by_side_are_judged_each_by_its_own_end() {
        let at = |s: &str| s.parse::<Timestamp>().unwrap();
        let mut app = Application::new("app", "for ever", Vec::new(), "App");
        app.secrets.push(Secret::new("old", Some(at("2026-01-01T00:00:00Z"))));
        app.secrets.push(Secret::new("new", Some(at("2027-01-01T00:00:00Z"))));
        let now = at("2026-06-01T00:00:00Z");
        for (secret, worth) in [
            ("for ever", Worth::Good),
            ("old", Worth::Expired),
            ("new", Worth::Good),
            ("neither", Worth::Wrong),
            ("", Worth::Wrong),
        ] {
            assert_eq!(app.worth(secret, now), worth, "{secret}");
        }
    }

    #[test]
    fn a_state_file_of_an_earlier_version_keeps_its_secret() {
        let old = r#"{"client_id": "a", "client_secret": "s", "redirect_uris": ["http://x/"], "name": "N"}"#;
        let mut app: Application = serde_json::from_str(old).unwrap();
        app.settle();
        assert_eq!(app.worth("s", Timestamp::UNIX_EPOCH), Worth::Good);
        assert!(app.delegated.contains("Mail.Send") && app.redirect_uris == ["http://x/"]);
    }
}
