//! Keeping notifications: each working mailbox that can be subscribed to gets a subscription, which is renewed at half its
//! life, made anew when Graph has lost it, and distrusted when mail comes without it. Delta reading never waits for any of this.
//!
//! What if the process dies: before the subscription is asked for, nothing happened; after Graph has made it and before it is
//! stored, it is unknown to us, its notifications count for nothing, and the next making finds and removes it first; afterwards
//! the row says when it is to be looked at again.

use std::time::Duration;

use exchange::graph::{Wanted, longest_life};
use exchange::{Error as MicrosoftError, Mailbox, Remedy};
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use store::{Happening, Subscription, SubscriptionDue};
use tokio_util::sync::CancellationToken;

use crate::held::Held;
use crate::{Engine, Error, Result, tokens};

/// How often the table is looked at when nothing wakes us.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Mailboxes looked after at once: each making is three calls, and Graph calls us back in between.
const AT_ONCE: usize = 4;
/// Of one look.
const BATCH: u32 = 100;
/// Asked for: a little less than the 4,230 minutes that every table of Microsoft's allows (graph.md 3).
const LIFE: SignedDuration = SignedDuration::from_mins(4_200);
/// Pause before a refused or silent subscription is tried anew; doubled each time.
const PROBE: SignedDuration = SignedDuration::from_mins(15);
/// Longest such pause.
const PROBE_AT_MOST: SignedDuration = SignedDuration::from_hours(24);
/// Pause after no answer; doubled each time.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// Longest such pause.
const AGAIN_AT_MOST: SignedDuration = SignedDuration::from_hours(1);

/// Looks after all subscriptions until `stop`.
pub(crate) async fn keeping(engine: Engine, stop: CancellationToken) {
    let Some(url) = engine.inner.settings.notification_url.clone() else { return };
    while !stop.is_cancelled() {
        if let Err(error) = look(&engine, &url, &stop).await {
            tracing::error!(%error, "looking after notifications");
        }
        tokio::select! {
            () = engine.inner.doorbell.care.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY.min(engine.inner.settings.poll_max.unsigned_abs())) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn look(engine: &Engine, url: &str, stop: &CancellationToken) -> Result<()> {
    let now = engine.now();
    let missed_before = now - engine.inner.settings.notification_grace;
    let due = engine.inner.store.subscriptions_due(now, url, missed_before, BATCH).await?;
    let works = due.into_iter().map(|due| async move {
        let (connection, address) = (due.connection, due.address.clone());
        if let Err(error) = look_after(engine, url, due).await {
            tracing::warn!(%connection, mailbox = address, %error, "notifications of a mailbox");
        }
    });
    let mut works = futures_util::stream::iter(works).buffer_unordered(AT_ONCE);
    while let Some(()) = works.next().await {
        if stop.is_cancelled() {
            break;
        }
    }
    Ok(())
}

/// Where a subscription stands, and so what is to be done.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Care {
    /// None is there, or it was made for another address.
    Make,
    /// It has missed mail for long enough to say so.
    Distrust,
    /// Half its life is over.
    Prolong,
    /// Silent until now: one made anew may speak.
    Probe,
}

fn care(there: Option<&Subscription>, url: &str, now: Timestamp, grace: SignedDuration) -> Care {
    match there {
        Some(one) if one.graph_id.is_some() && one.url == url => {
            let missed = one.missed_since.is_some_and(|since| now.duration_since(since) >= grace);
            match one.silent_since {
                Some(_) => Care::Probe,
                None if missed => Care::Distrust,
                None => Care::Prolong,
            }
        }
        _ => Care::Make,
    }
}

async fn look_after(engine: &Engine, url: &str, due: SubscriptionDue) -> Result<()> {
    let Some(held) = Held::claim(engine, &format!("notify:{}", due.connection)).await? else { return Ok(()) };
    let done = under_lease(engine, url, &due).await;
    held.release().await?;
    done
}

async fn under_lease(engine: &Engine, url: &str, due: &SubscriptionDue) -> Result<()> {
    let now = engine.now();
    // Another worker may have been here since it was found.
    let there = engine.inner.store.subscription(due.connection).await?;
    let care = care(there.as_ref(), url, now, engine.inner.settings.notification_grace);
    let keeper = Keeper { engine, due, url };
    match (care, there) {
        (Care::Distrust, Some(there)) => keeper.distrust(there).await,
        (Care::Prolong, Some(there)) if there.due_at > now => Ok(()),
        (Care::Prolong, Some(there)) => keeper.prolong(there).await,
        (Care::Probe, Some(there)) if there.due_at > now => Ok(()),
        (_, there) => keeper.make(there).await,
    }
}

struct Keeper<'a> {
    engine: &'a Engine,
    due: &'a SubscriptionDue,
    url: &'a str,
}

impl Keeper<'_> {
    async fn put(&self, row: &Subscription, happening: Option<Happening>, read_now: bool) -> Result<()> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        if !tx.put_subscription(row).await? {
            return Ok(());
        }
        if let Some(happening) = happening {
            tx.note_event(Some(row.connection), &self.due.address, &happening, None).await?;
        }
        if read_now {
            tx.read_now(&[row.connection]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Mail was found that nothing announced, and no announcement followed: polling goes back to its normal pace.
    async fn distrust(&self, there: Subscription) -> Result<()> {
        let now = self.engine.now();
        tracing::warn!(mailbox = self.due.address, "notifications are silent although mail comes: polling");
        let row = Subscription {
            silent_since: Some(now),
            off: Some("silent".to_owned()),
            due_at: now + probe_pause(0),
            tries: 1,
            ..there
        };
        self.put(&row, Some(Happening::NotificationsOff { why: "silent".to_owned() }), true).await
    }

    async fn prolong(&self, there: Subscription) -> Result<()> {
        let Some(id) = there.graph_id.clone() else { return self.make(Some(there)).await };
        let now = self.engine.now();
        let prolonged = self
            .ask(|mailbox| {
                let id = id.clone();
                async move { with_shorter_life(now, |until| mailbox.prolong(&id, until)).await }
            })
            .await;
        match prolonged {
            Ok(graph) => {
                let due_at = half(now, graph.expires_at);
                let row = Subscription { expires_at: graph.expires_at, due_at, tries: 0, ..there };
                self.put(&row, None, false).await
            }
            Err(Error::Microsoft(MicrosoftError::NotFound(_))) => {
                self.engine.inner.doorbell.forget(&id);
                self.make(Some(Subscription { graph_id: None, ..there })).await
            }
            Err(Error::Microsoft(error)) => self.failed(Some(there), &error).await,
            Err(error) => Err(error),
        }
    }

    /// Makes a subscription, after those that an earlier try may have left behind were removed.
    async fn make(&self, there: Option<Subscription>) -> Result<()> {
        match self.made(there.as_ref()).await {
            Ok((row, fresh)) => {
                let silent = row.silent_since.is_some();
                let on = (fresh && !silent).then_some(Happening::NotificationsOn);
                // What came between the making and now was perhaps not announced.
                self.put(&row, on, true).await?;
                if let Some(old) = there.and_then(|there| there.graph_id) {
                    self.engine.inner.doorbell.forget(&old);
                }
                self.engine.inner.doorbell.learn(&row);
                Ok(())
            }
            Err(Error::Microsoft(error)) => self.failed(there, &error).await,
            Err(error) => Err(error),
        }
    }

    /// The new row, and whether notifications were off until now.
    async fn made(&self, there: Option<&Subscription>) -> Result<(Subscription, bool)> {
        let old = self.ask(|mailbox| async move { mailbox.subscriptions().await }).await?;
        let notification_url = format!("{}/notifications/graph", self.url);
        let lifecycle_url = format!("{}/notifications/lifecycle", self.url);
        let known = there.and_then(|there| there.graph_id.as_deref());
        for stray in old
            .into_iter()
            .filter(|one| one.notification_url == notification_url || Some(one.id.as_str()) == known)
        {
            tracing::info!(
                mailbox = self.due.address,
                subscription = stray.id,
                "removed an old subscription"
            );
            let id = stray.id;
            self.ask(|mailbox| {
                let id = id.clone();
                async move { mailbox.unsubscribe(&id).await }
            })
            .await?;
        }
        let client_state = SecretString::from(hex::encode(rand::random::<[u8; 64]>()));
        let now = self.engine.now();
        let graph = self
            .ask(|mailbox| {
                let (url, lifecycle, word) =
                    (notification_url.clone(), lifecycle_url.clone(), client_state.clone());
                async move {
                    with_shorter_life(now, |until| {
                        let (mailbox, url, lifecycle, word) =
                            (mailbox.clone(), url.clone(), lifecycle.clone(), word.clone());
                        async move {
                            let wanted = Wanted {
                                notification_url: &url,
                                lifecycle_url: &lifecycle,
                                client_state: &word,
                                until,
                            };
                            mailbox.subscribe(&wanted).await
                        }
                    })
                    .await
                }
            })
            .await?;
        let silent_since = there.and_then(|there| there.silent_since);
        let tries = there.filter(|_| silent_since.is_some()).map_or(0, |there| there.tries.saturating_add(1));
        let half = half(now, graph.expires_at);
        let row = Subscription {
            connection: self.due.connection,
            due_at: if silent_since.is_some() { half.min(now + probe_pause(tries)) } else { half },
            expires_at: graph.expires_at,
            graph_id: Some(graph.id),
            client_state,
            created_at: self.engine.now(),
            notified_at: there.and_then(|there| there.notified_at),
            silent_since,
            missed_since: None,
            tries,
            url: self.url.to_owned(),
            off: silent_since.map(|_| "silent".to_owned()),
        };
        let fresh =
            there.is_none_or(|there| there.graph_id.is_none() && there.off.is_some() || there.url.is_empty());
        Ok((row, fresh))
    }

    /// It could not be made or prolonged. That says nothing about the connection, which is polled.
    async fn failed(&self, there: Option<Subscription>, error: &MicrosoftError) -> Result<()> {
        let now = self.engine.now();
        let tries = there.as_ref().map_or(0, |there| there.tries);
        let passing = matches!(error.remedy(), Remedy::Wait(_) | Remedy::Refresh | Remedy::Reconnect);
        let pause = match error.remedy() {
            Remedy::Wait(Some(asked)) => SignedDuration::try_from(asked).unwrap_or(AGAIN).max(AGAIN),
            _ if passing => doubled(AGAIN, tries, AGAIN_AT_MOST),
            _ => probe_pause(tries),
        };
        tracing::warn!(
            mailbox = self.due.address,
            request_id = error.trace().and_then(|trace| trace.request_id.clone()),
            message = error.trace().map(|trace| trace.message.clone()),
            pause = pause.as_secs(),
            "no notifications: {error}"
        );
        let told = there.as_ref().is_some_and(|there| there.off.is_some());
        let row = Subscription {
            due_at: now + pause,
            tries: tries.saturating_add(1),
            url: self.url.to_owned(),
            off: if passing {
                there.as_ref().and_then(|t| t.off.clone())
            } else {
                Some("refused".to_owned())
            },
            ..there.unwrap_or_else(|| self.nothing(now))
        };
        let off = (!passing && !told).then(|| Happening::NotificationsOff { why: "refused".to_owned() });
        self.put(&row, off, false).await
    }

    fn nothing(&self, now: Timestamp) -> Subscription {
        Subscription {
            connection: self.due.connection,
            graph_id: None,
            client_state: SecretString::default(),
            created_at: now,
            expires_at: now,
            notified_at: None,
            silent_since: None,
            missed_since: None,
            due_at: now,
            tries: 0,
            url: String::new(),
            off: None,
        }
    }

    /// One call; on a refused access token once more with another one.
    async fn ask<T, F, Fut>(&self, call: F) -> Result<T>
    where
        F: Fn(Mailbox) -> Fut,
        Fut: Future<Output = exchange::Result<T>>,
    {
        let connection = self.due.connection;
        match call(tokens::mailbox(self.engine, connection).await?).await {
            Err(error) if error.remedy() == Remedy::Refresh => {
                Ok(call(tokens::mailbox_anew(self.engine, connection).await?).await?)
            }
            answer => Ok(answer?),
        }
    }
}

/// Asks for the life we want; when Graph allows a shorter one only, for that.
async fn with_shorter_life<T, F>(now: Timestamp, ask: impl Fn(Timestamp) -> F) -> exchange::Result<T>
where
    F: Future<Output = exchange::Result<T>>,
{
    match ask(now + LIFE).await {
        Err(error) => match longest_life(&error) {
            // A minute for the way, and for clocks that differ.
            Some(life) if life < LIFE => ask(now + (life - SignedDuration::from_mins(1)).max(life / 2)).await,
            _ => Err(error),
        },
        answer => answer,
    }
}

fn half(now: Timestamp, end: Timestamp) -> Timestamp {
    now + (end.duration_since(now) / 2).max(SignedDuration::from_secs(30))
}

fn doubled(first: SignedDuration, tries: u32, most: SignedDuration) -> SignedDuration {
    (first * (1 << tries.min(12))).min(most)
}

fn probe_pause(tries: u32) -> SignedDuration {
    doubled(PROBE, tries, PROBE_AT_MOST)
}

impl Engine {
    /// What is needed to take a mailbox's subscription back once its address is deleted. A mailbox that cannot be reached keeps
    /// it to its end.
    pub(crate) async fn subscribed(&self, address: desk::AddressId) -> Option<(Mailbox, String)> {
        let connection = self.inner.store.support_address(address).await.ok()?.connection.id;
        let graph_id = self.inner.store.subscription(connection).await.ok()??.graph_id?;
        Some((tokens::mailbox(self, connection).await.ok()?, graph_id))
    }

    /// Takes back a subscription that is not needed any more, in the background: it would end by itself within days, and
    /// what it tells until then counts for nothing.
    pub(crate) fn take_back(&self, mailbox: Mailbox, graph_id: String) {
        self.inner.doorbell.forget(&graph_id);
        tokio::spawn(async move {
            if let Err(error) = mailbox.unsubscribe(&graph_id).await {
                tracing::info!(%error, "a subscription is left to its end");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there() -> Subscription {
        let now = Timestamp::UNIX_EPOCH;
        Subscription {
            connection: desk::ConnectionId(1),
            graph_id: Some("a".to_owned()),
            client_state: SecretString::default(),
            created_at: now,
            expires_at: now + LIFE,
            notified_at: None,
            silent_since: None,
            missed_since: None,
            due_at: now,
            tries: 0,
            url: "https://desk.example".to_owned(),
            off: None,
        }
    }

    #[test]
    fn what_is_to_be_done_follows_from_where_it_stands() {
        let grace = SignedDuration::from_mins(3);
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        let missed = |minutes| Some(now - SignedDuration::from_mins(minutes));
        let table = [
            (None, Care::Make),
            (Some(Subscription { graph_id: None, ..there() }), Care::Make),
            (Some(Subscription { url: "https://old.example".to_owned(), ..there() }), Care::Make),
            (Some(there()), Care::Prolong),
            (Some(Subscription { missed_since: missed(2), ..there() }), Care::Prolong),
            (Some(Subscription { missed_since: missed(3), ..there() }), Care::Distrust),
            (Some(Subscription { missed_since: missed(3), silent_since: missed(1), ..there() }), Care::Probe),
        ];
        for (row, expected) in table {
            assert_eq!(care(row.as_ref(), "https://desk.example", now, grace), expected, "{row:?}");
        }
    }

    #[test]
    fn probing_grows_rarer_and_never_ends() {
        assert_eq!(probe_pause(0), PROBE);
        assert_eq!(probe_pause(1), PROBE * 2);
        assert_eq!(probe_pause(u32::MAX), PROBE_AT_MOST);
    }
}
