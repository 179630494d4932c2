//! The steps that ask Microsoft.

use desk::ConnectionId;
use exchange::Mailbox;
use exchange::graph::mail_out;
use jiff::{SignedDuration, Timestamp};
use store::{Happening, Seen, SeenBy, SupportAddress};

use super::Fact;
use crate::{Engine, Error, Result, tokens};

/// How far back the mailbox is counted against the ledger.
const COUNTED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Mail younger than the last reading by less than this may just be on its way into the ledger.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(2);
/// A message may wait this long for its outcome before somebody is told.
const WAITS_LONG: SignedDuration = SignedDuration::from_hours(1);
/// Ids of unexplained messages that are named.
const NAMED: usize = 20;
/// Clocks that differ by less agree: Microsoft tells whole seconds, and answers take their time.
const CLOCK_AGREES: i64 = 30;

/// What Microsoft answered, as a fact; what went wrong here stays an error.
pub(super) fn judged<T>(outcome: Result<T>) -> Result<std::result::Result<T, Fact>> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Microsoft(error)) => Ok(Err(Fact::refused(&error))),
        Err(Error::NotRegistered) => Ok(Err(Fact::NotRegistered)),
        Err(other) => Err(other),
    }
}

/// A new access token, whatever the present one is worth.
pub(super) async fn sign_in(engine: Engine, connection: ConnectionId) -> Result<(Mailbox, Timestamp)> {
    let mailbox = tokens::mailbox_anew(&engine, connection).await?;
    let until = engine.inner.store.tokens(connection).await?.access_expires_at;
    Ok((mailbox, until))
}

/// A look at the Inbox, and how far our clock is ahead of Microsoft's.
pub(super) async fn look(
    engine: Engine,
    connection: ConnectionId,
    mailbox: Mailbox,
) -> Result<(Fact, Option<SignedDuration>)> {
    let before = engine.now();
    let glance = match mailbox.glance().await {
        Ok(glance) => glance,
        Err(error) => {
            tokens::note_failure(&engine, connection, &error).await?;
            if let exchange::Error::MailboxGone(trace) = &error {
                let why = tokens::why_no_mailbox(&engine, connection, trace).await?;
                return Ok((Fact::refused(&error).because(why), None));
            }
            return Err(error.into());
        }
    };
    let half = engine.now().duration_since(before) / 2;
    let ahead = glance.microsoft_now.map(|theirs| (before + half).duration_since(theirs));
    Ok((Fact::MailboxThere { total: glance.total, unread: glance.unread }, ahead))
}

pub(super) fn judge_clock(ahead: Option<SignedDuration>) -> Fact {
    match ahead.map(|ahead| ahead.as_secs()) {
        None => Fact::ClockUnknown,
        Some(ahead) if ahead.abs() <= CLOCK_AGREES => Fact::ClockRight,
        Some(ahead) => Fact::ClockOff { ahead },
    }
}

/// The newest message of the Inbox, and whether it can be opened.
pub(super) async fn read(engine: Engine, connection: ConnectionId, mailbox: Mailbox) -> Result<Fact> {
    let newest = async {
        let newest = mailbox.newest(1).await?.into_iter().next();
        if let Some(item) = &newest {
            mailbox.state(&item.id).await?;
        }
        Ok(newest)
    };
    match newest.await {
        Ok(newest) => Ok(Fact::InboxRead { newest: newest.and_then(|item| item.received_at) }),
        Err(error) => {
            tokens::note_failure(&engine, connection, &error).await?;
            Err(error.into())
        }
    }
}

/// A draft made and taken away.
pub(super) async fn draft(address: SupportAddress, mailbox: Mailbox) -> Result<Fact> {
    let mark = format!("checkup-{}", hex::encode(rand::random::<[u8; 8]>()));
    let to = address.address.as_str().to_owned();
    let mail = mail_out::Draft {
        internet_message_id: format!("<{mark}@{}>", address.address.domain()),
        to: vec![(address.name, to)],
        subject: "Postdesk".to_owned(),
        html: "<p>Postdesk</p>".to_owned(),
        mark,
        ..mail_out::Draft::default()
    };
    mailbox.try_draft(&mail).await?;
    Ok(Fact::DraftWorks)
}

/// The mailbox counted against the ledger (connector.md C1). What the ledger does not know is put into it there and then:
/// a message that was found must not wait for somebody to act.
pub(super) async fn count(
    engine: Engine,
    address: SupportAddress,
    mailbox: Mailbox,
    ahead: SignedDuration,
) -> Result<Vec<Fact>> {
    let (store, connection) = (&engine.inner.store, &address.connection);
    let since = connection.connected_at.max(engine.now() - ahead - COUNTED);
    let items = mailbox.received_since(since).await?;
    // By Microsoft's clock: what came before the last reading must be known by now.
    let known_by = connection.last_read_at.map(|at| at - ahead - ON_ITS_WAY);
    let due: Vec<_> = items
        .into_iter()
        .filter(|item| item.received_at.zip(known_by).is_some_and(|(received, by)| received < by))
        .collect();
    let ids: Vec<String> = due.iter().map(|item| item.id.clone()).collect();
    let unknown = store.unknown_items(address.address.as_str(), &ids).await?;
    let counted = ids.len() as u64;
    let mut facts = Vec::new();
    if unknown.is_empty() {
        facts.push(Fact::LedgerComplete { counted, since });
    } else {
        let missing = due.into_iter().filter(|item| unknown.contains(&item.id)).map(|item| Seen {
            item: item.id,
            received_at: item.received_at,
            categories: item.categories,
            etag: item.etag,
        });
        let missing: Vec<Seen> = missing.collect();
        let found = missing.len() as u64;
        let name = address.address.as_str();
        let tx = store.begin(engine.now()).await?;
        tx.see(Some(connection.id), name, &missing, SeenBy::Sweep).await?;
        tx.note_event(Some(connection.id), name, &Happening::SweepFound { found }, None).await?;
        tx.schedule_read(connection.id, engine.now(), None).await?;
        tx.commit().await?;
        let items = unknown.into_iter().take(NAMED).collect();
        facts.push(Fact::LedgerTookIn { counted, items, unexplained: found });
    }
    facts.extend(waits(&engine, connection.id).await?);
    Ok(facts)
}

/// Messages that have waited long for their outcome.
pub(super) async fn waits(engine: &Engine, connection: ConnectionId) -> Result<Option<Fact>> {
    let store = &engine.inner.store;
    let Some(since) = store.waiting_since(connection).await? else { return Ok(None) };
    if engine.now().duration_since(since) < WAITS_LONG {
        return Ok(None);
    }
    let waiting = store.waiting_in(&[connection]).await?.get(&connection).copied().unwrap_or(0);
    Ok(Some(Fact::LedgerWaits { waiting, since }))
}
