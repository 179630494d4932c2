//! The time zone in which mail to people writes dates. An account has one: the first administrator's browser tells it, and it may be
//! changed; until then UTC is written, and said.

use desk::Language;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Actor, Engine, Error, Result, texts};

/// Name of the setting.
const ZONE: &str = "time_zone";
/// Longest name of a zone in bytes; the longest there is has 32.
const LONGEST: usize = 64;

/// The zone of a mail's dates.
#[derive(Debug, Clone)]
pub(crate) struct MailZone {
    zone: TimeZone,
    /// Whether readers may take it for their own.
    known: bool,
}

impl MailZone {
    fn of(name: Option<&str>) -> Self {
        match name.and_then(|name| TimeZone::get(name).ok()) {
            Some(zone) => Self { zone, known: true },
            None => Self { zone: TimeZone::UTC, known: false },
        }
    }

    /// The one of the account.
    pub(crate) async fn load(engine: &Engine) -> Result<Self> {
        Ok(Self::of(engine.inner.store.setting(ZONE).await?.as_deref()))
    }

    /// Date and time of day.
    pub(crate) fn moment(&self, language: Language, at: Timestamp) -> String {
        texts::moment_in(language, at, &self.zone, self.known)
    }

    /// The day.
    pub(crate) fn day(&self, language: Language, at: Timestamp) -> String {
        texts::day_in(language, at, &self.zone)
    }

    /// UTC, not chosen by anybody.
    #[cfg(test)]
    pub(crate) fn unknown() -> Self {
        Self::of(None)
    }
}

/// The names of all zones, in order.
pub fn time_zones() -> Vec<String> {
    let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    names.sort();
    names
}

/// Whether a name is that of a zone.
fn is_zone(name: &str) -> bool {
    name.len() <= LONGEST && TimeZone::get(name).is_ok()
}

impl Engine {
    /// The account's time zone; `None`: nobody has said one. Admins.
    pub async fn time_zone(&self, actor: &Actor) -> Result<Option<String>> {
        actor.must_be_admin()?;
        Ok(self.inner.store.setting(ZONE).await?)
    }

    /// Sets the account's time zone. Admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no zone.
    pub async fn choose_time_zone(&self, actor: &Actor, name: &str) -> Result<()> {
        actor.must_be_admin()?;
        if !is_zone(name) {
            return Err(Error::Invalid { field: "time_zone", problem: "unknown" });
        }
        let tx = self.inner.store.begin(self.now()).await?;
        tx.set_setting(ZONE, name).await?;
        Ok(tx.commit().await?)
    }

    /// Takes the zone of an administrator's browser where the account has none yet; anything else changes nothing.
    pub async fn suggest_time_zone(&self, actor: &Actor, name: &str) -> Result<()> {
        if actor.must_be_admin().is_err() || !is_zone(name) || self.inner.store.setting(ZONE).await?.is_some()
        {
            return Ok(());
        }
        let tx = self.inner.store.begin(self.now()).await?;
        tx.set_setting_once(ZONE, name).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// A date in another zone than the reader's, unsaid, is a wrong date.
    #[test]
    fn dates_are_in_the_accounts_zone_and_utc_is_said() {
        let at: Timestamp = "2026-11-27T14:05:00Z".parse().unwrap();
        for (zone, language, moment, day) in [
            (Some("Asia/Tokyo"), Language::Ja, "2026年11月27日 23:05", "2026年11月27日"),
            (Some("Asia/Tokyo"), Language::En, "27 Nov 2026, 23:05 JST", "27 Nov 2026"),
            (Some("Pacific/Auckland"), Language::Ja, "2026年11月28日 03:05", "2026年11月28日"),
            (None, Language::Ja, "2026年11月27日 14:05（UTC）", "2026年11月27日"),
            (Some("No/Where"), Language::En, "27 Nov 2026, 14:05 UTC", "27 Nov 2026"),
        ] {
            let zone = MailZone::of(zone);
            assert_eq!(zone.moment(language, at), moment);
            assert_eq!(zone.day(language, at), day);
        }
    }

    #[test]
    fn only_names_of_zones_are_taken() {
        assert!(is_zone("Asia/Tokyo") && is_zone("UTC"));
        for name in ["", "No/Where", "../../etc/passwd", &"x".repeat(100)] {
            assert!(!is_zone(name), "{name}");
        }
        assert!(time_zones().iter().any(|name| name == "Asia/Tokyo"));
    }
}
