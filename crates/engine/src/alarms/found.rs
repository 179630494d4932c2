//! What is wrong now.

use std::collections::HashMap;

use desk::ConnectionId;
use jiff::{SignedDuration, Timestamp};
use store::{ConnectionState, Kind, Mode, SupportAddress, Trouble};

use super::AlarmSettings;
use crate::{Engine, Result};

/// A refresh token that nobody used ends after this long (graph.md 1.5).
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Before that, this long, somebody is told.
const TOKEN_WARNING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Days before the registration's secret ends on which somebody is told.
const WARNINGS: [u32; 5] = [0, 1, 7, 30, 60];
/// Mail without an outcome for so long is an alarm; a wait that Microsoft asks for is shorter.
const UNEXPLAINED_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// What failed is an alarm for this long.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) key: String,
    pub(super) connection: Option<ConnectionId>,
    pub(super) trouble: Trouble,
}

impl Found {
    fn of(what: &str, connection: ConnectionId, trouble: Trouble) -> Self {
        Self { key: format!("{what}:{connection}"), connection: Some(connection), trouble }
    }

    fn desk(key: &str, trouble: Trouble) -> Self {
        Self { key: key.to_owned(), connection: None, trouble }
    }
}

/// Everything. `begun`: since when the loops run; what was not done before then is no fault of a connection.
pub(super) async fn all(engine: &Engine, settings: &AlarmSettings, begun: Timestamp) -> Result<Vec<Found>> {
    let (store, now) = (&engine.inner.store, engine.now());
    let addresses = store.support_addresses().await?;
    let mut found = of_connections(&addresses, settings, begun, now);
    let lost: Vec<ConnectionId> = found.iter().filter_map(|one| one.connection).collect();
    let refused = addresses.iter().any(|one| one.connection.state == ConnectionState::AppCredential);
    let names: HashMap<ConnectionId, String> =
        addresses.iter().map(|one| (one.connection.id, one.address.to_string())).collect();
    let name = |id: &ConnectionId| names.get(id).cloned().unwrap_or_default();

    for waits in store.mail_waiting_since(now - minutes(settings.mail_waits)).await? {
        // Where the connection itself is an alarm, what waits there is a part of it.
        if lost.contains(&waits.connection) || (refused && names.contains_key(&waits.connection)) {
            continue;
        }
        let (address, mails, since) = (name(&waits.connection), waits.mails, waits.since);
        found.push(Found::of("waits", waits.connection, Trouble::MailWaits { address, mails, since }));
    }
    for failed in store.mail_failed_since(now - DAY).await? {
        let (address, mails) = (name(&failed.connection), failed.mails);
        found.push(Found::of("failed", failed.connection, Trouble::MailNotSent { address, mails }));
    }
    for (connection, waiting, unreadable) in
        store.mail_unexplained(now - UNEXPLAINED_AFTER, now - DAY).await?
    {
        if unreadable > 0 || !lost.contains(&connection) {
            let trouble = Trouble::MailUnexplained { address: name(&connection), waiting, unreadable };
            found.push(Found::of("ledger", connection, trouble));
        }
    }
    for (connection, _) in store.silent_subscriptions().await? {
        let trouble = Trouble::NotificationsSilent { address: name(&connection) };
        found.push(Found::of("notifications", connection, trouble));
    }
    if let Some(at) = engine.registration_expiry().await?
        && let Some(days) = warning(at, now)
    {
        found.push(Found::desk("registration", Trouble::RegistrationExpires { at, days }));
    }
    if let Some((free, total)) = store.disk()
        && free < engine.inner.settings.alarms.disk_reserve
    {
        found.push(Found::desk("disk", Trouble::DiskFull { free, total }));
    }
    Ok(found)
}

fn minutes(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

fn of_connections(
    addresses: &[SupportAddress],
    settings: &AlarmSettings,
    begun: Timestamp,
    now: Timestamp,
) -> Vec<Found> {
    let mut found = Vec::new();
    let mut refused = Vec::new();
    for one in addresses {
        let connection = &one.connection;
        let address = one.address.to_string();
        match connection.state {
            ConnectionState::AppCredential => refused.push(one),
            state if !state.works() => {
                let trouble = Trouble::ConnectionLost {
                    address: address.clone(),
                    state,
                    cause: connection.cause.clone(),
                };
                found.push(Found::of("connection", connection.id, trouble));
            }
            _ if connection.kind == Kind::Exchange => {
                let since = connection.last_read_at.unwrap_or(connection.connected_at);
                let silent_for = now.duration_since(since.max(begun));
                if silent_for >= minutes(settings.no_contact) {
                    let trouble = Trouble::NoContact { address: address.clone(), since };
                    found.push(Found::of("contact", connection.id, trouble));
                }
            }
            _ => {}
        }
        let delegated = connection.account.as_ref().filter(|account| account.mode == Mode::Delegated);
        if let Some(ends) = delegated.and_then(|account| account.refreshed_at).map(|at| at + TOKEN_LIFE)
            && ends.duration_since(now) <= TOKEN_WARNING
        {
            let trouble = Trouble::TokenExpires { address, at: ends };
            found.push(Found::of("token", connection.id, trouble));
        }
    }
    // A hundred mailboxes and one secret: one alarm.
    if let Some(first) = refused.first() {
        let connections = refused.len() as u64;
        let trouble = Trouble::RegistrationRefused { connections, cause: first.connection.cause.clone() };
        found.push(Found::desk("refused", trouble));
    }
    found
}

/// Which of the warnings is reached.
fn warning(ends: Timestamp, now: Timestamp) -> Option<u32> {
    let left = ends.duration_since(now);
    WARNINGS.into_iter().find(|days| left <= SignedDuration::from_hours(24 * i64::from(*days)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_secrets_end_is_told_sixty_thirty_seven_and_one_days_before() {
        let now = Timestamp::UNIX_EPOCH;
        let hours = |hours| now + SignedDuration::from_hours(hours);
        for (ends, expected) in [
            (hours(61 * 24), None),
            (hours(60 * 24), Some(60)),
            (hours(31 * 24), Some(60)),
            (hours(30 * 24), Some(30)),
            (hours(8 * 24), Some(30)),
            (hours(7 * 24), Some(7)),
            (hours(25), Some(7)),
            (hours(24), Some(1)),
            (hours(1), Some(1)),
            (hours(0), Some(0)),
            (hours(-50), Some(0)),
        ] {
            assert_eq!(warning(ends, now), expected, "{ends}");
        }
    }

    fn settings() -> AlarmSettings {
        AlarmSettings { recipients: vec![], webhook: None, no_contact: 30, mail_waits: 30 }
    }

    fn address(id: i64, state: ConnectionState) -> SupportAddress {
        let now = Timestamp::UNIX_EPOCH;
        SupportAddress {
            id: desk::AddressId(id),
            address: mail::Address::parse(&format!("a{id}@desk.example")).unwrap(),
            name: String::new(),
            brand: desk::BrandId(1),
            brand_name: String::new(),
            is_default: false,
            connection: store::Connection {
                id: ConnectionId(id),
                kind: Kind::Exchange,
                account: None,
                state,
                state_since: now,
                cause: None,
                connected_at: now,
                last_read_at: None,
                last_sent_at: None,
                next_read_at: now,
                proved_at: None,
                catching_up_since: None,
                moving: None,
                last_forwarded_at: None,
                forwarded_until: None,
                proof: store::Proof::Idle,
            },
        }
    }

    #[test]
    fn a_hundred_mailboxes_that_one_secret_stops_are_one_alarm() {
        let now = Timestamp::UNIX_EPOCH;
        let all: Vec<_> = (0..100).map(|id| address(id, ConnectionState::AppCredential)).collect();
        let found = of_connections(&all, &settings(), now, now);
        assert_eq!(found.len(), 1);
        assert!(matches!(found[0].trouble, Trouble::RegistrationRefused { connections: 100, .. }));
    }

    #[test]
    fn the_time_the_desk_itself_was_off_is_no_lost_contact() {
        let begun = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(9);
        let one = [address(1, ConnectionState::Verified)];
        let at =
            |minutes| of_connections(&one, &settings(), begun, begun + SignedDuration::from_mins(minutes));
        assert!(at(29).is_empty());
        assert_eq!(at(30).len(), 1);
    }
}
