//! From configuration to parts: the one place where they are put together.

use std::os::unix::fs::DirBuilderExt;

use anyhow::{Context, bail};
use engine::{AlarmConfig, Clock, Door, Engine, Parts, Settings, SmtpSettings};
use exchange::{Certificate, Cloud, Credential, Entra, Graph, Registration};
use jiff::SignedDuration;
use store::Store;

use crate::config::{Config, EntraConfig};

/// Opens the store and brings its schema up to date.
pub async fn store(config: &Config) -> anyhow::Result<Store> {
    // Customers' mail lies here: for the desk's own user only.
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data_dir)
        .with_context(|| format!("cannot make the data folder {}", config.data_dir.display()))?;
    let data_dir = config.data_dir.canonicalize()?;
    let database_url = match &config.database_url {
        Some(url) => url.clone(),
        None => format!("sqlite://{}", data_dir.join("postdesk.db").display()),
    };
    let store = Store::open(&store::Config {
        database_url,
        blob_url: config.blob_url.clone(),
        data_dir,
        master_key: config.master_key.as_ref().map(|s| s.0.clone()),
        pool: config.database_pool,
    })
    .await
    .context("cannot open the store")?;
    let ran = store.migrate().await.context("cannot bring the database up to date")?;
    if ran > 0 {
        tracing::info!(migrations = ran, engine = store.engine_name(), "database brought up to date");
    }
    Ok(store)
}

/// Mail by SMTP.
fn smtp(config: &Config) -> anyhow::Result<SmtpSettings> {
    let c = &config.smtp;
    let hostname = hostname(config);
    let tls = match (&c.tls_cert, &c.tls_key) {
        (Some(certificate), Some(key)) => {
            smtp::Tls::from_files(certificate, key).context("smtp.tls_cert and smtp.tls_key")?
        }
        _ => smtp::Tls::self_signed(&hostname)?,
    };
    let door = c.listen.map(|_| Door {
        hostname: hostname.clone(),
        port: c.public_port,
        limits: smtp::Limits { max_size: c.max_size, ..smtp::Limits::default() },
        tls: Some(tls),
    });
    let from = match &c.from {
        Some(from) => Some(mail::Mailbox {
            name: c.from_name.clone(),
            address: mail::Address::parse(from).context("smtp.from is not a mail address")?,
        }),
        None => None,
    };
    let way_out = match &c.host {
        Some(host) => {
            Some(std::sync::Arc::new(smtp::Sender::new(route(config, host, hostname)?, signer(config)?)))
        }
        None => None,
    };
    Ok(SmtpSettings { door, way_out, from, ..SmtpSettings::default() })
}

/// What the desk calls itself among mail servers.
fn hostname(config: &Config) -> String {
    let of_url = || url::Url::parse(&config.public_url).ok().and_then(|url| Some(url.host_str()?.to_owned()));
    config.smtp.hostname.clone().or_else(of_url).unwrap_or_else(|| "localhost".to_owned())
}

fn route(config: &Config, host: &str, hostname: String) -> anyhow::Result<smtp::Route> {
    let c = &config.smtp;
    let security = smtp::Security::parse(&c.security).with_context(|| {
        format!("smtp.security is {:?}; known are starttls, tls, opportunistic, none", c.security)
    })?;
    let sign_in = match (&c.user, &c.password) {
        (Some(user), Some(password)) => Some((user.clone(), password.0.clone())),
        _ => None,
    };
    let extra_ca = match &config.entra.ca_file {
        Some(file) => Some(std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?),
        None => None,
    };
    Ok(smtp::Route { host: host.to_owned(), port: c.port, security, sign_in, hostname, extra_ca })
}

fn signer(config: &Config) -> anyhow::Result<Option<smtp::Dkim>> {
    let c = &config.smtp.dkim;
    let (Some(domain), Some(selector), Some(key)) = (&c.domain, &c.selector, &c.key) else { return Ok(None) };
    let pem = std::fs::read(key).with_context(|| format!("cannot read smtp.dkim.key {}", key.display()))?;
    Ok(Some(smtp::Dkim::new(domain, selector, &pem).context("smtp.dkim.key")?))
}

/// An engine over a store.
pub async fn engine(config: &Config, store: Store) -> anyhow::Result<Engine> {
    let cloud = cloud(config)?;
    let http = http_client(config)?;
    let entra =
        registration(config)?.map(|registration| Entra::new(http.clone(), cloud.clone(), registration));
    let graph = Graph::new(http, cloud);
    let settings = settings(config)?;
    Ok(Engine::new(Parts { store, entra, graph, clock: Clock::default(), settings }).await?)
}

/// The registration of the configuration file; `None`: an administrator stores one in the browser.
fn registration(config: &Config) -> anyhow::Result<Option<Registration>> {
    let Some(client_id) = &config.entra.client_id else { return Ok(None) };
    let back =
        |path: &str| format!("{}{path}", config.public_url).parse().context("public_url is not an address");
    Ok(Some(Registration {
        client_id: client_id.clone(),
        credential: credential(&config.entra)?,
        authority: config.entra.authority.clone(),
        redirect_uri: back("/admin/connect/return")?,
        consent_uri: back("/consent/return")?,
    }))
}

fn credential(entra: &EntraConfig) -> anyhow::Result<Credential> {
    match (&entra.certificate_file, &entra.client_secret) {
        (Some(file), _) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read entra.certificate_file {}", file.display()))?;
            let certificate = Certificate::read(&text.into())
                .with_context(|| format!("entra.certificate_file {} cannot be used", file.display()))?;
            Ok(Credential::Certificate(certificate))
        }
        (None, Some(secret)) => Ok(Credential::Secret(secret.0.clone())),
        (None, None) => bail!("entra.client_id needs entra.client_secret or entra.certificate_file"),
    }
}

/// How the API behaves.
pub fn api(config: &Config) -> api::Config {
    api::Config { public_url: config.public_url.clone(), requests_a_minute: config.api.requests_a_minute }
}

fn cloud(config: &Config) -> anyhow::Result<Cloud> {
    let mut cloud = Cloud::preset(&config.entra.cloud).with_context(|| {
        format!("entra.cloud is {:?}; known are global, gcc-high, dod, china", config.entra.cloud)
    })?;
    if let Some(url) = &config.entra.login_url {
        cloud.login = url.parse().context("entra.login_url is not an address")?;
    }
    if let Some(url) = &config.entra.graph_url {
        cloud.graph = url.parse().context("entra.graph_url is not an address")?;
    }
    Ok(cloud)
}

fn http_client(config: &Config) -> anyhow::Result<reqwest::Client> {
    let extra_ca = match &config.entra.ca_file {
        Some(file) => Some(
            std::fs::read(file).with_context(|| format!("cannot read entra.ca_file {}", file.display()))?,
        ),
        None => None,
    };
    exchange::http_client(extra_ca.as_deref()).context("cannot make an HTTP client")
}

fn secret_expires_at(entra: &EntraConfig) -> anyhow::Result<Option<jiff::Timestamp>> {
    let Some(text) = &entra.secret_expires else { return Ok(None) };
    let day: jiff::civil::Date =
        text.parse().context("entra.secret_expires is not a date such as 2027-11-30")?;
    Ok(Some(day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp()))
}

/// Where Microsoft reaches us: as said, or at the public address when that is one that Microsoft would take.
fn notification_url(config: &Config) -> anyhow::Result<Option<String>> {
    match config.mailbox.notification_url.as_deref() {
        Some("off") => Ok(None),
        Some(url) if url.starts_with("http") && !url.ends_with('/') => Ok(Some(url.to_owned())),
        Some(url) => {
            bail!(
                "mailbox.notification_url is {url:?}; give an https address without a slash at its end, or \"off\""
            )
        }
        None => Ok(Some(config.public_url.clone()).filter(|url| url.starts_with("https://"))),
    }
}

fn alarms(config: &Config) -> anyhow::Result<AlarmConfig> {
    let a = &config.alarms;
    let minutes = |name: &str, value: u32| -> anyhow::Result<SignedDuration> {
        if value < 5 {
            bail!("alarms.{name} must be at least 5 minutes");
        }
        Ok(SignedDuration::from_mins(i64::from(value)))
    };
    Ok(AlarmConfig {
        recipients: a
            .recipients
            .split(',')
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect(),
        webhook: a.webhook.clone(),
        webhook_secret: a.webhook_secret.as_ref().map(|secret| secret.0.clone()),
        no_contact: minutes("no_contact", a.no_contact)?,
        mail_waits: minutes("mail_waits", a.mail_waits)?,
        disk_reserve: u64::from(a.disk_reserve) << 20,
        ..AlarmConfig::default()
    })
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let m = &config.mailbox;
    let seconds = |name: &str, value: f64| -> anyhow::Result<SignedDuration> {
        if !(0.0..=1e9).contains(&value) {
            bail!("mailbox.{name} must be a number of seconds");
        }
        Ok(SignedDuration::from_secs_f64(value))
    };
    Ok(Settings {
        public_url: config.public_url.clone(),
        category: m.category.clone(),
        rejected_category: m.rejected_category.clone(),
        poll_min: seconds("poll_min", m.poll_min)?,
        poll_max: seconds("poll_max", m.poll_max)?,
        poll_max_notified: seconds("poll_max_notified", m.poll_max_notified)?,
        notification_url: notification_url(config)?,
        notification_grace: seconds("notification_grace", m.notification_grace)?,
        alarms: alarms(config)?,
        sweep_every: seconds("sweep_every", m.sweep_every)?,
        send_grace: seconds("send_grace", m.send_grace)?,
        confirm_within: seconds("confirm_within", m.confirm_within)?,
        messages_a_minute: m.messages_a_minute,
        recipients_a_day: m.recipients_a_day,
        workers: m.workers,
        lease: seconds("lease", m.lease)?,
        dns: match &config.dns_server {
            Some(server) => {
                Some(server.parse().context("dns_server must be address:port, e.g. 192.0.2.53:53")?)
            }
            None => None,
        },
        secret_expires_at: secret_expires_at(&config.entra)?,
        account_mail_patience: seconds("account_mail_patience", m.account_mail_patience)?,
        smtp: smtp(config)?,
        prove_new: m.prove_new,
        proof_within: seconds("proof_within", m.proof_within)?,
        ..Settings::default()
    })
}
