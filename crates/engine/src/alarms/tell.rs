//! Telling people: by mail over another connection than those in trouble, and by webhook; together, so that a thousand lost
//! connections are one mail.

use std::collections::HashSet;

use desk::{ConnectionId, Language};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, Mailbox};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Alarm, Happening, NewOutbox, Purpose, SupportAddress, Trouble, Tx, Urgency};

use super::AlarmSettings;
use crate::texts::Calendar;
use crate::{Actor, Engine, Error, Result, texts, webhook};

/// At most one mail in this time: what else happens meanwhile comes with the next one.
const GAP: SignedDuration = SignedDuration::from_mins(5);
/// What stays open is told again.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// Alarms spelled out in one mail.
const SPELLED_OUT: usize = 20;

/// What an alarm says to people: what is wrong, and what it means or what to do.
pub fn describe(language: Language, trouble: &Trouble, calendar: Calendar<'_>) -> (String, String) {
    texts::trouble(language, trouble, calendar)
}

/// The same in a mail.
fn in_mail(language: Language, trouble: &Trouble) -> (String, String) {
    let (time, day) = (|at| texts::time_in_mail(language, at), |at| texts::day_in_mail(language, at));
    describe(language, trouble, Calendar { time: &time, day: &day })
}

/// Over which connection alarms leave.
#[derive(Debug, Clone)]
pub enum AlarmWay {
    /// A support address that is not in trouble.
    Address(Box<SupportAddress>),
    /// The desk's own connection.
    System(ConnectionId),
}

/// Who is told.
pub(super) struct Recipient {
    pub(super) mailbox: Mailbox,
    language: Language,
}

/// What is to be told now.
#[derive(Debug, Default)]
struct News {
    raised: Vec<Alarm>,
    still: Vec<Alarm>,
    healed: Vec<Alarm>,
}

impl News {
    fn is_empty(&self) -> bool {
        self.raised.is_empty() && self.still.is_empty() && self.healed.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &Alarm> {
        self.raised.iter().chain(&self.still).chain(&self.healed)
    }
}

/// Loud alarms are told by a second way; the rest stand in the desk only.
fn is_loud(trouble: &Trouble) -> bool {
    !matches!(trouble, Trouble::NotificationsSilent { .. })
}

/// What of the open and the healed alarms is news.
fn news(open: &[Alarm], healed: Vec<Alarm>, now: Timestamp) -> News {
    let mut news = News { healed, ..News::default() };
    for alarm in open.iter().filter(|alarm| is_loud(&alarm.trouble)) {
        match (alarm.told_at, &alarm.trouble) {
            (None, _) => news.raised.push(alarm.clone()),
            // Sixty days before its end nobody wants to hear of a secret every day: it is told at each warning reached.
            (Some(told), Trouble::RegistrationExpires { at, days }) if *days > 0 => {
                let reached = *at - SignedDuration::from_hours(24 * i64::from(*days));
                if told < reached {
                    news.still.push(alarm.clone());
                }
            }
            (Some(told), _) if now.duration_since(told) >= AGAIN => news.still.push(alarm.clone()),
            _ => {}
        }
    }
    news
}

/// Tells what is new, what is still open after a day, and what healed.
pub(super) async fn if_needed(engine: &Engine, settings: &AlarmSettings) -> Result<()> {
    let (store, now) = (&engine.inner.store, engine.now());
    let open = store.open_alarms().await?;
    let healed = store.healed_alarms().await?;
    let last = open.iter().chain(&healed).filter_map(|alarm| alarm.told_at).max();
    let news = news(&open, healed, now);
    if news.is_empty() || last.is_some_and(|last| now.duration_since(last) < GAP) {
        return Ok(());
    }
    let way = way(engine).await?;
    let people = recipients(engine, settings).await?;
    let webhook = settings.webhook.as_deref().and_then(webhook::checked);
    if (way.is_none() || people.is_empty()) && webhook.is_none() {
        tracing::error!(alarms = news.all().count(), "there is no way to tell anybody of alarms");
        return Ok(());
    }
    let tx = store.begin(now).await?;
    if let Some(way) = &way {
        for (language, to) in by_language(people) {
            let (subject, text) = mail_text(engine, language, &news);
            enqueue(engine, &tx, way, to, subject, &text).await?;
        }
    }
    if webhook.is_some() {
        tx.enqueue_alarm_post(&body(engine, &news).to_string()).await?;
    }
    let ids: Vec<_> = news.all().map(|alarm| alarm.id).collect();
    tx.alarms_told(&ids).await?;
    for alarm in news.raised.iter().chain(&news.still) {
        let Some(connection) = alarm.connection else { continue };
        let told = Happening::AlarmTold { alarm: alarm.trouble.word() };
        tx.note_event(Some(connection), address_in(&alarm.trouble), &told, None).await?;
    }
    tx.commit().await?;
    tracing::info!(
        raised = news.raised.len(),
        still = news.still.len(),
        healed = news.healed.len(),
        "told of alarms"
    );
    Ok(())
}

fn address_in(trouble: &Trouble) -> &str {
    match trouble {
        Trouble::ConnectionLost { address, .. }
        | Trouble::NoContact { address, .. }
        | Trouble::TokenExpires { address, .. }
        | Trouble::MailWaits { address, .. }
        | Trouble::MailNotSent { address, .. }
        | Trouble::MailUnexplained { address, .. }
        | Trouble::NotificationsSilent { address } => address,
        Trouble::RegistrationRefused { .. }
        | Trouble::RegistrationExpires { .. }
        | Trouble::DiskFull { .. } => "",
    }
}

/// The best connection that is not in trouble itself: the default address, another one, the desk's own.
pub(super) async fn way(engine: &Engine) -> Result<Option<AlarmWay>> {
    let store = &engine.inner.store;
    let open = store.open_alarms().await?;
    let troubled: HashSet<ConnectionId> =
        open.iter().filter(|alarm| is_loud(&alarm.trouble)).filter_map(|alarm| alarm.connection).collect();
    let mut good: Vec<SupportAddress> = store
        .support_addresses()
        .await?
        .into_iter()
        .filter(|one| {
            one.connection.state == store::ConnectionState::Verified && !troubled.contains(&one.connection.id)
        })
        .collect();
    good.sort_by_key(|one| !one.is_default);
    if let Some(best) = good.into_iter().next() {
        return Ok(Some(AlarmWay::Address(Box::new(best))));
    }
    let system = store.system_connection().await?;
    Ok(system.filter(|own| own.state.works()).map(|own| AlarmWay::System(own.id)))
}

/// Those who were named, or all administrators. Never a support address: its mail would become tickets.
pub(super) async fn recipients(engine: &Engine, settings: &AlarmSettings) -> Result<Vec<Recipient>> {
    let store = &engine.inner.store;
    let ours = store.own_addresses().await?;
    let staff = store.staff().await?;
    let language = |address: &Address| {
        staff.iter().find(|person| person.email == *address).and_then(|person| person.language)
    };
    let named: Vec<Mailbox> = if settings.recipients.is_empty() {
        staff
            .iter()
            .filter(|person| person.role.is_admin())
            .map(|person| Mailbox { name: person.name.clone(), address: person.email.clone() })
            .collect()
    } else {
        let parsed = settings.recipients.iter().filter_map(|text| Address::parse(text));
        parsed.map(|address| Mailbox { name: String::new(), address }).collect()
    };
    Ok(named
        .into_iter()
        .filter(|mailbox| !ours.contains(&mailbox.address))
        .map(|mailbox| Recipient { language: language(&mailbox.address).unwrap_or(Language::En), mailbox })
        .collect())
}

fn by_language(people: Vec<Recipient>) -> Vec<(Language, Vec<Mailbox>)> {
    let mut groups: Vec<(Language, Vec<Mailbox>)> = Vec::new();
    for person in people {
        match groups.iter_mut().find(|(language, _)| *language == person.language) {
            Some((_, to)) => to.push(person.mailbox),
            None => groups.push((person.language, vec![person.mailbox])),
        }
    }
    groups
}

fn mail_text(engine: &Engine, language: Language, news: &News) -> (String, String) {
    let said = |alarm: &Alarm| in_mail(language, &alarm.trouble).0;
    let first = news.all().next().map(said).unwrap_or_default();
    let only_good = news.raised.is_empty() && news.still.is_empty();
    let subject = texts::alarm_subject(language, &first, news.all().count(), only_good);
    let mut text = String::new();
    let parts = [("raised", &news.raised), ("still", &news.still), ("healed", &news.healed)];
    for (which, alarms) in parts {
        if alarms.is_empty() {
            continue;
        }
        text.push_str(&texts::alarm_heading(language, which));
        text.push('\n');
        for alarm in alarms.iter().take(SPELLED_OUT) {
            let (what, next) = in_mail(language, &alarm.trouble);
            let since = texts::time_in_mail(language, alarm.raised_at);
            text.push_str(&format!("- {what} ({})\n", texts::alarm_since(language, &since)));
            if which != "healed" {
                text.push_str(&format!("  {next}\n"));
            }
        }
        if alarms.len() > SPELLED_OUT {
            text.push_str(&format!("- {}\n", texts::alarm_more(language, alarms.len() - SPELLED_OUT)));
        }
        text.push('\n');
    }
    let link = format!("{}/admin/alarms", engine.inner.settings.public_url);
    text.push_str(&texts::alarm_link(language, &link));
    text.push('\n');
    (subject, text)
}

async fn enqueue(
    engine: &Engine,
    tx: &Tx,
    way: &AlarmWay,
    to: Vec<Mailbox>,
    subject: String,
    text: &str,
) -> Result<()> {
    let host = url::Url::parse(&engine.inner.settings.public_url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    let (connection, address, domain) = match way {
        AlarmWay::Address(one) => (one.connection.id, Some(one.id), one.address.domain().to_owned()),
        AlarmWay::System(id) => (*id, None, host.unwrap_or_else(|| "localhost".to_owned())),
    };
    let unique: [u8; 16] = rand::random();
    let new = NewOutbox {
        connection,
        address,
        purpose: Purpose::Alarm,
        ticket: None,
        comment: None,
        trigger: None,
        urgency: Urgency::Answer,
        to,
        cc: Vec::new(),
        subject: crate::letter_out::one_line(&subject),
        text: text.to_owned(),
        html: format!(
            "<html><body><div style=\"font-family:sans-serif;font-size:14px\">{}</div></body></html>",
            mail::html::from_text(text)
        ),
        message_id: mail::compose::mint_message_id(&hex::encode(unique), &domain),
        in_reply_to: None,
        references: Vec::new(),
        mark: hex::encode(rand::random::<[u8; 16]>()),
        attachments: Vec::new(),
    };
    tx.enqueue(&new).await?;
    Ok(())
}

/// What the webhook is told.
fn body(engine: &Engine, news: &News) -> Value {
    let list = |alarms: &[Alarm]| alarms.iter().map(|alarm| shown(engine, alarm)).collect::<Vec<_>>();
    json!({
        "type": "alarms",
        "desk": engine.inner.settings.public_url,
        "raised": list(&news.raised),
        "still_open": list(&news.still),
        "healed": list(&news.healed),
    })
}

fn shown(engine: &Engine, alarm: &Alarm) -> Value {
    let (what, next) = in_mail(Language::En, &alarm.trouble);
    json!({
        "id": alarm.id.0,
        "key": alarm.key,
        "since": alarm.raised_at.to_string(),
        "healed_at": alarm.cleared_at.map(|at| at.to_string()),
        "text": what,
        "next": next,
        "link": format!("{}/admin/alarms", engine.inner.settings.public_url),
        "detail": alarm.trouble,
    })
}

impl Engine {
    /// Sends a test alarm by all ways: the mail is queued; the webhook is told at once. Admins. Answers what the webhook
    /// answered (`None`: there is none), and whether a mail is on its way.
    pub async fn test_alarm(&self, actor: &Actor) -> Result<(Option<std::result::Result<(), String>>, bool)> {
        actor.must_be_admin()?;
        let settings = self.alarm_settings_now().await?;
        let hook = match settings.webhook.as_deref().and_then(webhook::checked) {
            Some(address) => {
                let body = json!({ "type": "test", "desk": self.inner.settings.public_url }).to_string();
                let secret: Option<SecretString> = self.alarm_secret().await?;
                Some(webhook::tell(&address, secret.as_ref(), self.now(), &body).await?)
            }
            None => None,
        };
        let people = recipients(self, &settings).await?;
        let Some(way) = way(self).await?.filter(|_| !people.is_empty()) else { return Ok((hook, false)) };
        let tx = self.inner.store.begin(self.now()).await?;
        for (language, to) in by_language(people) {
            let (subject, text) = texts::alarm_test(language);
            enqueue(self, &tx, &way, to, subject, &text).await?;
        }
        tx.commit().await.map_err(Error::Store)?;
        Ok((hook, true))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use desk::AlarmId;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn alarm(trouble: Trouble, told: Option<i64>) -> Alarm {
        Alarm {
            id: AlarmId(1),
            key: "k".to_owned(),
            connection: None,
            trouble,
            raised_at: at(0),
            told_at: told.map(at),
            cleared_at: None,
        }
    }

    #[test]
    fn an_alarm_is_told_once_and_then_daily_and_a_quiet_one_never() {
        let disk = Trouble::DiskFull { free: 1, total: 2 };
        let silent = Trouble::NotificationsSilent { address: "a@b.example".to_owned() };
        let ends = |days| Trouble::RegistrationExpires { at: at(60 * 24), days };
        for (one, now, expected) in [
            (alarm(disk.clone(), None), 0, (1, 0)),
            (alarm(disk.clone(), Some(0)), 23, (0, 0)),
            (alarm(disk, Some(0)), 24, (0, 1)),
            (alarm(silent, None), 99, (0, 0)),
            (alarm(ends(60), None), 0, (1, 0)),
            (alarm(ends(60), Some(0)), 29 * 24, (0, 0)),
            (alarm(ends(30), Some(0)), 30 * 24, (0, 1)),
            (alarm(ends(30), Some(30 * 24)), 40 * 24, (0, 0)),
            (alarm(ends(1), Some(53 * 24)), 59 * 24, (0, 1)),
            (alarm(ends(0), Some(59 * 24)), 60 * 24, (0, 1)),
        ] {
            let news = news(std::slice::from_ref(&one), vec![], at(now));
            assert_eq!((news.raised.len(), news.still.len()), expected, "{one:?} at hour {now}");
        }
    }

    #[test]
    fn people_of_one_language_get_one_mail() {
        let person = |address: &str, language| Recipient {
            mailbox: Mailbox { name: String::new(), address: Address::parse(address).unwrap() },
            language,
        };
        let groups = by_language(vec![
            person("a@x.example", Language::Ja),
            person("b@x.example", Language::En),
            person("c@x.example", Language::Ja),
        ]);
        let sizes: Vec<_> = groups.iter().map(|(language, to)| (*language, to.len())).collect();
        assert_eq!(sizes, [(Language::Ja, 2), (Language::En, 1)]);
    }
}
