//! Changing the registration: what was typed is checked with Microsoft, and only what Microsoft takes is stored.

use exchange::{Certificate, CertificateFault, Cloud};
use jiff::civil::Date;
use secrecy::SecretString;
use store::ConnectionState;
use url::Url;

use super::view::CredentialKind;
use super::{DRAFT, DRAFT_SECRET, PLAIN, SECRET, Stored, broken, proved};
use crate::{Actor, Engine, Error, Result};

/// The registration as typed.
#[derive(Debug, Clone)]
pub struct RegistrationForm {
    /// Application (client) id.
    pub client_id: String,
    /// For every organisation, not for one tenant.
    pub many_tenants: bool,
    /// The tenant's id or domain; for many tenants optional: where the check asks for a token.
    pub tenant: String,
    /// Name of a preset, or `own`.
    pub cloud: String,
    /// For `own`: sign-in service.
    pub login_url: String,
    /// For `own`: Graph.
    pub graph_url: String,
    /// Secret or certificate.
    pub credential: CredentialChoice,
    /// The day the secret ends; a certificate knows its own.
    pub expires_on: Option<Date>,
}

/// How the desk proves itself.
#[derive(Debug, Clone)]
pub enum CredentialChoice {
    /// By this secret; `None`: the one kept from the last try, or the one in use.
    Secret(Option<SecretString>),
    /// By this certificate with its key, in PEM; `None`: the one made here or kept from the last try, or the one in use.
    Certificate(Option<SecretString>),
}

impl CredentialChoice {
    fn kind(&self) -> CredentialKind {
        match self {
            Self::Secret(_) => CredentialKind::Secret,
            Self::Certificate(_) => CredentialKind::Certificate,
        }
    }

    fn typed(&self) -> Option<&SecretString> {
        match self {
            Self::Secret(typed) | Self::Certificate(typed) => typed.as_ref(),
        }
    }
}

impl Engine {
    /// Makes a key and a certificate, kept until a registration with it is saved: it must be uploaded at Entra first. Admins.
    pub async fn make_certificate(&self, actor: &Actor) -> Result<()> {
        actor.must_be_admin()?;
        self.must_not_be_in_file()?;
        let (name, now) = (self.host(), self.now());
        // A key takes a while to find: not on a thread that others wait for.
        let made = tokio::task::spawn_blocking(move || Certificate::make(&name, now)).await;
        let certificate = made.map_err(|_| Error::Certificate(CertificateFault::NotMade))??;
        self.keep_draft(CredentialKind::Certificate, &certificate.to_pem()).await
    }

    /// The certificate that is kept, or the one in use, as a `.cer` file. Admins.
    pub async fn certificate_file(&self, actor: &Actor) -> Result<Vec<u8>> {
        actor.must_be_admin()?;
        for (plain, secret) in [(DRAFT, DRAFT_SECRET), (PLAIN, SECRET)] {
            if let (_, Some(text)) = self.inner.store.setting_with_secret(plain, secret).await?
                && let Ok(certificate) = Certificate::read(&text)
            {
                return Ok(certificate.der().to_vec());
            }
        }
        Err(Error::NotFound)
    }

    /// Checks a registration with Microsoft and stores it. Admins. What is wrong is answered and nothing is stored but the typed secret,
    /// sealed, for the next try. Connections that stood still for their registration are tried again.
    pub async fn save_registration(&self, actor: &Actor, form: &RegistrationForm) -> Result<()> {
        actor.must_be_admin()?;
        self.must_not_be_in_file()?;
        let kind = form.credential.kind();
        if let Some(typed) = form.credential.typed() {
            kind.read(typed)?;
            self.keep_draft(kind, typed).await?;
        }
        let checked = Checked::of(form)?;
        let secret = self.kept(kind).await?;
        let credential = kind.read(&secret)?;
        let registration = self.registration_of(&checked.client_id, &checked.authority, credential)?;
        let entra = self.inner.links.graph().in_cloud(&checked.cloud).entra(registration);
        let proof = entra.check(checked.home.as_deref(), self.now()).await?;
        let stored = Stored {
            version: hex::encode(rand::random::<[u8; 8]>()),
            client_id: checked.client_id,
            authority: checked.authority,
            home: checked.home,
            cloud: form.cloud.clone(),
            login: checked.cloud.login,
            graph: checked.cloud.graph,
            kind,
            expires_on: form.expires_on.filter(|_| kind == CredentialKind::Secret),
            proved: proved(proof),
            saved_at: self.now(),
        };
        self.store_registration(&stored, &secret).await?;
        tracing::info!(client_id = %stored.client_id, by = %actor.person.id, "the registration at Entra was changed");
        Ok(())
    }

    async fn store_registration(&self, stored: &Stored, secret: &SecretString) -> Result<()> {
        let addresses = self.inner.store.support_addresses().await?;
        let tx = self.inner.store.begin(self.now()).await?;
        let text = serde_json::to_string(stored).map_err(|_| broken())?;
        tx.set_setting(PLAIN, &text).await?;
        tx.set_secret_setting(SECRET, secret, false).await?;
        tx.forget_setting(DRAFT).await?;
        tx.forget_setting(DRAFT_SECRET).await?;
        for connection in addresses.into_iter().map(|address| address.connection) {
            if connection.state == ConnectionState::AppCredential {
                tx.set_state(connection.id, ConnectionState::Delayed, connection.cause.as_ref()).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn keep_draft(&self, kind: CredentialKind, secret: &SecretString) -> Result<()> {
        let tx = self.inner.store.begin(self.now()).await?;
        tx.set_setting(DRAFT, &serde_json::to_string(&kind).map_err(|_| broken())?).await?;
        tx.set_secret_setting(DRAFT_SECRET, secret, false).await?;
        Ok(tx.commit().await?)
    }

    /// The secret or certificate to be used: what was typed or made last, else what is in use.
    async fn kept(&self, wanted: CredentialKind) -> Result<SecretString> {
        let store = &self.inner.store;
        if let (Some(kind), Some(secret)) = store.setting_with_secret(DRAFT, DRAFT_SECRET).await?
            && serde_json::from_str::<CredentialKind>(&kind).is_ok_and(|kind| kind == wanted)
        {
            return Ok(secret);
        }
        if let (Some(plain), Some(secret)) = store.setting_with_secret(PLAIN, SECRET).await?
            && serde_json::from_str::<Stored>(&plain).is_ok_and(|stored| stored.kind == wanted)
        {
            return Ok(secret);
        }
        Err(Error::Invalid {
            field: match wanted {
                CredentialKind::Secret => "client-secret",
                CredentialKind::Certificate => "certificate",
            },
            problem: "empty",
        })
    }

    fn must_not_be_in_file(&self) -> Result<()> {
        if self.inner.links.fixed.is_some() { Err(Error::RegisteredInFile) } else { Ok(()) }
    }

    fn host(&self) -> String {
        let host = Url::parse(&self.inner.settings.public_url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or("desk");
        format!("Postdesk {host}")
    }
}

/// What was typed, read.
#[derive(Debug)]
struct Checked {
    client_id: String,
    authority: String,
    home: Option<String>,
    cloud: Cloud,
}

impl Checked {
    fn of(form: &RegistrationForm) -> Result<Self> {
        let invalid = |field, problem| Err(Error::Invalid { field, problem });
        let client_id = form.client_id.trim().to_ascii_lowercase();
        if client_id.is_empty() {
            return invalid("client-id", "empty");
        }
        if !is_guid(&client_id) {
            return invalid("client-id", "not-guid");
        }
        let tenant = form.tenant.trim().to_ascii_lowercase();
        if tenant.is_empty() && !form.many_tenants {
            return invalid("tenant", "empty");
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let names_one = tenant.is_empty() || tenant.contains('.') || is_guid(&tenant);
        if !names_one || !tenant.chars().all(is_name) {
            return invalid("tenant", "not-tenant");
        }
        let home = Some(tenant.clone()).filter(|tenant| !tenant.is_empty());
        let cloud = match form.cloud.as_str() {
            "own" => Cloud {
                login: base(&form.login_url)
                    .ok_or(Error::Invalid { field: "login-url", problem: "not-url" })?,
                graph: base(&form.graph_url)
                    .ok_or(Error::Invalid { field: "graph-url", problem: "not-url" })?,
            },
            name => Cloud::preset(name).ok_or(Error::Invalid { field: "cloud", problem: "unknown" })?,
        };
        Ok(match form.many_tenants {
            true => Self { client_id, authority: "organizations".to_owned(), home, cloud },
            false => Self { client_id, authority: tenant, home: None, cloud },
        })
    }
}

/// An address that a secret may be sent to: https, or this machine.
fn base(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    ((url.scheme() == "https" || url.scheme() == "http" && here) && url.has_host() && plain).then_some(url)
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> RegistrationForm {
        RegistrationForm {
            client_id: " 11111111-2222-4333-8444-555555555555 ".to_owned(),
            many_tenants: false,
            tenant: "Contoso.example".to_owned(),
            cloud: "global".to_owned(),
            login_url: String::new(),
            graph_url: String::new(),
            credential: CredentialChoice::Secret(None),
            expires_on: None,
        }
    }

    #[test]
    fn what_cannot_be_right_is_said_before_microsoft_is_asked() {
        let field = |form: RegistrationForm| match Checked::of(&form) {
            Err(Error::Invalid { field, problem }) => format!("{field} {problem}"),
            Ok(_) => "fine".to_owned(),
            Err(other) => other.to_string(),
        };
        for (form, expected) in [
            (form(), "fine"),
            (RegistrationForm { client_id: String::new(), ..form() }, "client-id empty"),
            (RegistrationForm { client_id: "my app".to_owned(), ..form() }, "client-id not-guid"),
            (RegistrationForm { tenant: String::new(), ..form() }, "tenant empty"),
            (RegistrationForm { tenant: String::new(), many_tenants: true, ..form() }, "fine"),
            (RegistrationForm { tenant: "contoso".to_owned(), ..form() }, "tenant not-tenant"),
            (RegistrationForm { tenant: "a.b/../c".to_owned(), ..form() }, "tenant not-tenant"),
            (RegistrationForm { cloud: "moon".to_owned(), ..form() }, "cloud unknown"),
            (RegistrationForm { cloud: "own".to_owned(), ..form() }, "login-url not-url"),
        ] {
            assert_eq!(field(form.clone()), expected, "{form:?}");
        }
    }

    #[test]
    fn a_secret_is_sent_only_where_nobody_can_listen() {
        for (text, good) in [
            ("https://login.example/", true),
            ("http://127.0.0.1:8701/", true),
            ("http://login.example/", false),
            ("https://me:secret@login.example/", false),
            ("ftp://login.example/", false),
            ("login.example", false),
        ] {
            assert_eq!(base(text).is_some(), good, "{text}");
        }
    }
}
