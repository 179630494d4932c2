//! The configuration: defaults in `config.default.toml`, then the file, then the environment.
//!
//! One tree of values, merged key by key, so that a key is declared once (in the default file, with its explanation)
//! and read once (in [`Config`]). Unknown keys are refused with their name.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::SecretString;
use serde::Deserialize;
use toml::{Table, Value};

const DEFAULT: &str = include_str!("config.default.toml");

/// The configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data_dir: PathBuf,
    pub database_url: Option<String>,
    pub blob_url: Option<String>,
    pub database_pool: u32,
    pub master_key: Option<Secret>,
    pub listen: SocketAddr,
    pub public_url: String,
    pub dns_server: Option<String>,
    pub log: LogForm,
    pub log_filter: String,
    pub entra: EntraConfig,
    pub mailbox: MailboxConfig,
    pub alarms: AlarmsConfig,
    pub api: ApiConfig,
    pub smtp: SmtpConfig,
}

/// The REST API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiConfig {
    pub requests_a_minute: u32,
}

/// Registration and clouds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntraConfig {
    pub client_id: Option<String>,
    pub client_secret: Option<Secret>,
    pub certificate_file: Option<PathBuf>,
    pub secret_expires: Option<String>,
    pub authority: String,
    pub cloud: String,
    pub login_url: Option<String>,
    pub graph_url: Option<String>,
    pub ca_file: Option<PathBuf>,
}

/// How mailboxes are read and used. Times in seconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxConfig {
    pub category: String,
    pub rejected_category: String,
    pub poll_min: f64,
    pub poll_max: f64,
    pub poll_max_notified: f64,
    pub notification_url: Option<String>,
    pub notification_grace: f64,
    pub sweep_every: f64,
    pub send_grace: f64,
    pub confirm_within: f64,
    pub messages_a_minute: u32,
    pub recipients_a_day: u32,
    pub workers: usize,
    pub lease: f64,
    pub account_mail_patience: f64,
    pub prove_new: bool,
    pub proof_within: f64,
}

/// Mail by SMTP, in and out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    pub listen: Option<SocketAddr>,
    pub hostname: Option<String>,
    pub public_port: u16,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub max_size: usize,
    pub host: Option<String>,
    pub port: u16,
    pub security: String,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub from: Option<String>,
    pub from_name: String,
    pub dkim: DkimConfig,
}

/// The key that outgoing mail is signed with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimConfig {
    pub domain: Option<String>,
    pub selector: Option<String>,
    pub key: Option<PathBuf>,
}

/// Who is told when something is wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmsConfig {
    pub recipients: String,
    pub webhook: Option<String>,
    pub webhook_secret: Option<Secret>,
    pub no_contact: u32,
    pub mail_waits: u32,
    pub disk_reserve: u32,
}

/// How logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogForm {
    /// For a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

/// A secret of the configuration; never printed.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(pub SecretString);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Prints the default file.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub fn print_default() {
    print!("{DEFAULT}");
}

impl Config {
    /// Defaults, file, environment.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let here = Path::new("postdesk.toml");
        let file = file.or_else(|| here.exists().then_some(here));
        let text = match file {
            Some(path) => Some(
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
            ),
            None => None,
        };
        let environment = std::env::vars().filter(|(name, _)| name.starts_with("POSTDESK_"));
        Self::from_parts(text.as_deref(), environment).with_context(|| {
            file.map_or("configuration".to_owned(), |p| format!("configuration {}", p.display()))
        })
    }

    /// The defaults alone.
    pub fn defaults() -> anyhow::Result<Self> {
        Self::from_parts(None, std::iter::empty())
    }

    fn from_parts(
        file: Option<&str>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let mut tree: Table = DEFAULT.parse().context("the built-in defaults")?;
        if let Some(text) = file {
            merge(&mut tree, text.parse::<Table>()?);
        }
        for (name, value) in environment {
            overlay(&mut tree, &name, value)?;
        }
        let config: Self = Value::Table(tree).try_into()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.public_url.ends_with('/') || !self.public_url.starts_with("http") {
            bail!(
                "public_url must be an http or https address without a slash at its end, e.g. https://desk.example.com"
            );
        }
        let entra = &self.entra;
        let credentials =
            usize::from(entra.client_secret.is_some()) + usize::from(entra.certificate_file.is_some());
        if usize::from(entra.client_id.is_some()) != credentials {
            bail!(
                "entra.client_id and one of entra.client_secret and entra.certificate_file belong together: give both, or none and \
                 enter the registration in Admin Center"
            );
        }
        let smtp = &self.smtp;
        if smtp.host.is_some() != smtp.from.is_some() {
            bail!("smtp.host and smtp.from belong together: give both or none");
        }
        if smtp.tls_cert.is_some() != smtp.tls_key.is_some() {
            bail!("smtp.tls_cert and smtp.tls_key belong together: give both or none");
        }
        if smtp.user.is_some() != smtp.password.is_some() {
            bail!("smtp.user and smtp.password belong together: give both or none");
        }
        let dkim = [smtp.dkim.domain.is_some(), smtp.dkim.selector.is_some(), smtp.dkim.key.is_some()];
        if dkim.contains(&true) && dkim.contains(&false) {
            bail!("smtp.dkim.domain, smtp.dkim.selector and smtp.dkim.key belong together: give all or none");
        }
        if self.mailbox.poll_min > self.mailbox.poll_max || self.mailbox.poll_min <= 0.0 {
            bail!("mailbox.poll_min must be more than 0 and at most mailbox.poll_max");
        }
        Ok(())
    }
}

/// Lays `over` on `tree`, key by key.
fn merge(tree: &mut Table, over: Table) {
    for (key, value) in over {
        match (tree.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(over)) => merge(inner, over),
            (_, value) => {
                tree.insert(key, value);
            }
        }
    }
}

/// Variables that are not keys of the file.
const OTHER_VARIABLES: [&str; 2] = ["POSTDESK_CONFIG", "POSTDESK_ADMIN_PASSWORD"];

/// Sets one key from the environment: `POSTDESK_ENTRA_CLIENT_ID` is `entra.client_id`; with `_FILE` its value stands in a file.
fn overlay(tree: &mut Table, name: &str, value: String) -> anyhow::Result<()> {
    if OTHER_VARIABLES.contains(&name) || name.starts_with("POSTDESK_TEST_") {
        return Ok(());
    }
    let mut key = name.trim_start_matches("POSTDESK_").to_ascii_lowercase();
    let mut value = value;
    if key.ends_with("_file") && key != "entra_ca_file" {
        key.truncate(key.len() - "_file".len());
        value = std::fs::read_to_string(&value)
            .with_context(|| format!("{name} names the file {value}, which cannot be read"))?
            .trim()
            .to_owned();
    }
    let section =
        ["entra", "mailbox", "smtp", "alarms"].into_iter().find(|s| key.starts_with(&format!("{s}_")));
    let (table, key) = match section {
        Some(section) => {
            let inner = key[section.len() + 1..].to_owned();
            let Some(Value::Table(table)) = tree.get_mut(section) else { bail!("no section {section}") };
            (table, inner)
        }
        None => (tree, key),
    };
    // A section of a section.
    let (table, key) = match key.strip_prefix("dkim_").map(str::to_owned) {
        Some(inner) if table.contains_key("dkim") => match table.get_mut("dkim") {
            Some(Value::Table(table)) => (table, inner),
            _ => bail!("no section dkim"),
        },
        _ => (table, key),
    };
    // The default's type says how the text is to be read; keys without a default are texts.
    let value = match table.get(&key) {
        Some(Value::Integer(_)) => {
            Value::Integer(value.parse().with_context(|| format!("{name} must be a whole number"))?)
        }
        Some(Value::Float(_)) => {
            Value::Float(value.parse().with_context(|| format!("{name} must be a number"))?)
        }
        _ => Value::String(value),
    };
    table.insert(key, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn the_defaults_are_a_whole_configuration() {
        let config = Config::defaults().unwrap();
        assert_eq!(config.listen.port(), 8700);
        assert_eq!(config.mailbox.messages_a_minute, 30);
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let file = "public_url = \"https://a.example\"\n[mailbox]\nworkers = 3\npoll_max = 60.0";
        let config = Config::from_parts(Some(file), env(&[("POSTDESK_MAILBOX_WORKERS", "4")])).unwrap();
        assert_eq!((config.public_url.as_str(), config.mailbox.workers), ("https://a.example", 4));
        assert!(config.mailbox.poll_max > 59.0);
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let error = Config::from_parts(Some("databse_url = \"x\""), env(&[])).unwrap_err();
        assert!(format!("{error:#}").contains("databse_url"), "{error:#}");
    }

    #[test]
    fn a_secret_may_stand_in_a_file_and_is_never_shown() {
        let dir = std::env::temp_dir().join(format!("postdesk-config-{}", std::process::id()));
        std::fs::write(&dir, "s3cret\n").unwrap();
        let vars = [
            ("POSTDESK_ENTRA_CLIENT_ID", "id"),
            ("POSTDESK_ENTRA_CLIENT_SECRET_FILE", dir.to_str().unwrap()),
        ];
        let config = Config::from_parts(None, env(&vars)).unwrap();
        std::fs::remove_file(&dir).unwrap();
        let secret = config.entra.client_secret.clone().unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&secret.0), "s3cret");
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    #[test]
    fn the_keys_of_mail_by_smtp_come_from_the_environment_too() {
        let vars = [
            ("POSTDESK_SMTP_HOST", "relay.example"),
            ("POSTDESK_SMTP_PORT", "465"),
            ("POSTDESK_SMTP_FROM", "desk@example.com"),
            ("POSTDESK_SMTP_DKIM_DOMAIN", "example.com"),
            ("POSTDESK_SMTP_DKIM_SELECTOR", "desk"),
            ("POSTDESK_SMTP_DKIM_KEY", "/run/secrets/dkim.pem"),
        ];
        let smtp = Config::from_parts(None, env(&vars)).unwrap().smtp;
        assert_eq!((smtp.host.as_deref(), smtp.port), (Some("relay.example"), 465));
        assert_eq!(smtp.dkim.domain.as_deref(), Some("example.com"));
        for half in [&vars[..1], &vars[..4]] {
            let error = Config::from_parts(None, env(half)).unwrap_err();
            assert!(format!("{error:#}").contains("belong together"), "{error:#}");
        }
    }

    #[test]
    fn half_a_registration_is_refused_with_both_names() {
        let error = Config::from_parts(None, env(&[("POSTDESK_ENTRA_CLIENT_ID", "id")])).unwrap_err();
        assert!(format!("{error:#}").contains("entra.client_secret"), "{error:#}");
    }
}
