//! Who is told of alarms, and when something is one: from the configuration, unless the Admin Center says otherwise.

use jiff::SignedDuration;
use mail::Address;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{Actor, Engine, Error, Result, webhook};

/// Name of the setting.
const NAME: &str = "alarms";
/// Name of the webhook's secret.
const SECRET: &str = "alarm_webhook_secret";
/// Shortest time without contact that may be set, in minutes: below it every throttling would be an alarm.
const LEAST_MINUTES: u32 = 5;
/// Longest.
const MOST_MINUTES: u32 = 7 * 24 * 60;

/// Alarms as configured.
#[derive(Debug, Clone)]
pub struct AlarmConfig {
    /// Who is told by mail; empty: all administrators.
    pub recipients: Vec<String>,
    /// Who is told by HTTP.
    pub webhook: Option<String>,
    /// What the webhook's messages are signed with.
    pub webhook_secret: Option<SecretString>,
    /// A mailbox that was not read for so long is an alarm.
    pub no_contact: SignedDuration,
    /// Mail that waits to be sent for so long is an alarm.
    pub mail_waits: SignedDuration,
    /// Fewer bytes left on the disk are an alarm.
    pub disk_reserve: u64,
    /// How often it is looked.
    pub every: SignedDuration,
}

impl Default for AlarmConfig {
    fn default() -> Self {
        Self {
            recipients: Vec::new(),
            webhook: None,
            webhook_secret: None,
            no_contact: SignedDuration::from_mins(30),
            mail_waits: SignedDuration::from_mins(30),
            disk_reserve: 1 << 30,
            every: SignedDuration::from_secs(30),
        }
    }
}

/// What can be set in the Admin Center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmSettings {
    /// Who is told by mail; empty: all administrators.
    pub recipients: Vec<String>,
    /// Who is told by HTTP.
    pub webhook: Option<String>,
    /// Minutes without contact to a mailbox.
    pub no_contact: u32,
    /// Minutes that mail may wait to be sent.
    pub mail_waits: u32,
}

impl AlarmSettings {
    fn configured(config: &AlarmConfig) -> Self {
        let minutes = |span: SignedDuration| u32::try_from(span.as_mins()).unwrap_or(LEAST_MINUTES);
        Self {
            recipients: config.recipients.clone(),
            webhook: config.webhook.clone(),
            no_contact: minutes(config.no_contact),
            mail_waits: minutes(config.mail_waits),
        }
    }
}

impl Engine {
    /// The settings in force.
    pub(super) async fn alarm_settings_now(&self) -> Result<AlarmSettings> {
        let stored = self.inner.store.setting(NAME).await?;
        let stored = stored.and_then(|text| serde_json::from_str(&text).ok());
        Ok(stored.unwrap_or_else(|| AlarmSettings::configured(&self.inner.settings.alarms)))
    }

    /// The webhook's secret in force.
    pub(super) async fn alarm_secret(&self) -> Result<Option<SecretString>> {
        let stored = self.inner.store.secret_setting(SECRET).await?;
        Ok(stored.or_else(|| self.inner.settings.alarms.webhook_secret.clone()))
    }

    /// Sets who is told, and when. `secret`: `None` leaves the webhook's secret as it is. Admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the field: an address that is none or is a support address (its mail would become tickets), a
    /// webhook that is no web address, minutes out of range.
    pub async fn save_alarm_settings(
        &self,
        actor: &Actor,
        new: &AlarmSettings,
        secret: Option<&SecretString>,
    ) -> Result<()> {
        actor.must_be_admin()?;
        let ours = self.inner.store.own_addresses().await?;
        for address in &new.recipients {
            let Some(address) = Address::parse(address) else {
                return Err(Error::Invalid { field: "recipients", problem: "not-an-address" });
            };
            if ours.contains(&address) {
                return Err(Error::Invalid { field: "recipients", problem: "support-address" });
            }
        }
        if new.webhook.as_deref().is_some_and(|address| webhook::checked(address).is_none()) {
            return Err(Error::Invalid { field: "webhook", problem: "not-a-web-address" });
        }
        for (field, minutes) in [("no_contact", new.no_contact), ("mail_waits", new.mail_waits)] {
            if !(LEAST_MINUTES..=MOST_MINUTES).contains(&minutes) {
                return Err(Error::Invalid { field, problem: "minutes" });
            }
        }
        let text = serde_json::to_string(new).unwrap_or_default();
        let tx = self.inner.store.begin(self.now()).await?;
        tx.set_setting(NAME, &text).await?;
        if let Some(secret) = secret {
            tx.set_secret_setting(SECRET, secret, false).await?;
        }
        tx.changed(store::Topic::Alarms).await?;
        Ok(tx.commit().await?)
    }
}
