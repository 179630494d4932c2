//! Alarms: what somebody must be told of by a second way. Every half minute it is looked what is wrong ([`found`]), that is held
//! against the alarms that are open ([`plan`]), and who is to be told is told ([`tell`]): in the desk, by mail over another
//! connection than the one in trouble, and by webhook.
//!
//! What if the process dies: raising and telling are rows written in transactions; a mail is queued in the transaction that
//! notes that somebody was told, so it is told once.

mod found;
mod plan;
mod settings;
mod tell;

pub use settings::{AlarmConfig, AlarmSettings};
pub use tell::{AlarmWay, describe};

use std::time::Duration;

use jiff::Timestamp;
use store::{Alarm, LastPost};
use tokio_util::sync::CancellationToken;

use crate::held::Held;
use crate::{Actor, Engine, Result, webhook};

/// Healed ones shown.
const PAST_SHOWN: u32 = 50;
/// Webhook posts tried in one pass.
const POSTS: u32 = 20;
/// Name of the lease: one process tells.
const LEASE: &str = "alarms";

/// What the page of alarms shows.
#[derive(Debug, Clone)]
pub struct Alarms {
    /// Open, oldest first.
    pub open: Vec<Alarm>,
    /// Healed, newest first.
    pub past: Vec<Alarm>,
    /// Who is told, and when.
    pub settings: AlarmSettings,
    /// A secret for the webhook is set.
    pub has_secret: bool,
    /// How the last telling by webhook went.
    pub last_post: Option<LastPost>,
    /// Over which connection a mail would leave now.
    pub way: Option<AlarmWay>,
    /// Who would get it.
    pub people: Vec<String>,
}

/// Watches until `stop`.
pub(crate) async fn watching(engine: Engine, stop: CancellationToken) {
    let begun = engine.now();
    let pause = Duration::try_from(engine.inner.settings.alarms.every).unwrap_or(Duration::from_secs(30));
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = pass(&engine, begun).await {
            tracing::error!(%error, "looking for what somebody must be told of");
        }
    }
}

async fn pass(engine: &Engine, begun: Timestamp) -> Result<()> {
    let Some(held) = Held::claim(engine, LEASE).await? else { return Ok(()) };
    let done = under_lease(engine, begun).await;
    held.release().await?;
    done
}

async fn under_lease(engine: &Engine, begun: Timestamp) -> Result<()> {
    let settings = engine.alarm_settings_now().await?;
    let found = found::all(engine, &settings, begun).await?;
    note(engine, found).await?;
    tell::if_needed(engine, &settings).await?;
    post(engine, &settings).await
}

/// Raises, updates and clears.
async fn note(engine: &Engine, found: Vec<found::Found>) -> Result<()> {
    let store = &engine.inner.store;
    let plan = plan::plan(&store.open_alarms().await?, found);
    if plan.is_empty() {
        return Ok(());
    }
    let tx = store.begin(engine.now()).await?;
    for new in &plan.raise {
        tracing::warn!(key = new.key, trouble = ?new.trouble, "alarm");
        tx.raise_alarm(&new.key, new.connection, &new.trouble).await?;
    }
    for (id, trouble) in &plan.update {
        tx.update_alarm(*id, trouble).await?;
    }
    for healed in &plan.clear {
        tracing::info!(key = healed.key, "alarm over");
        tx.clear_alarm(healed.id).await?;
    }
    Ok(tx.commit().await?)
}

/// Tries the webhook with what waits for it, in order: after a failure the rest waits too.
async fn post(engine: &Engine, settings: &AlarmSettings) -> Result<()> {
    let store = &engine.inner.store;
    let due = store.alarm_posts_due(engine.now(), POSTS).await?;
    if due.is_empty() {
        return Ok(());
    }
    let address = settings.webhook.as_deref().and_then(webhook::checked);
    let secret = engine.alarm_secret().await?;
    for one in due {
        let outcome = match &address {
            Some(address) => webhook::tell(address, secret.as_ref(), engine.now(), &one.body).await?,
            None => Err("no address is set".to_owned()),
        };
        let pause = address.as_ref().and_then(|_| webhook::pause_after(one.tries + 1));
        let tx = store.begin(engine.now()).await?;
        tx.alarm_post_tried(one.id, outcome.as_ref().err().map(|error| (error.as_str(), pause))).await?;
        tx.commit().await?;
        if let Err(error) = outcome {
            tracing::warn!(tries = one.tries + 1, %error, "the alarm webhook did not take it");
            break;
        }
    }
    Ok(())
}

/// The way that mail to the desk's own people takes: the default address where it is in order, else what is.
pub(crate) async fn way_out(engine: &Engine) -> Result<Option<AlarmWay>> {
    tell::way(engine).await
}

impl Engine {
    /// Alarms and who is told of them. Admins.
    pub async fn alarms(&self, actor: &Actor) -> Result<Alarms> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let settings = self.alarm_settings_now().await?;
        Ok(Alarms {
            open: store.open_alarms().await?,
            past: store.past_alarms(PAST_SHOWN).await?,
            has_secret: self.alarm_secret().await?.is_some(),
            last_post: store.last_alarm_post().await?,
            way: tell::way(self).await?,
            people: tell::recipients(self, &settings)
                .await?
                .into_iter()
                .map(|p| p.mailbox.address.to_string())
                .collect(),
            settings,
        })
    }

    /// How many alarms are open. Admins; for everybody else there are none.
    pub async fn open_alarms(&self, actor: &Actor) -> Result<u64> {
        match actor.must_be_admin() {
            Ok(()) => Ok(self.inner.store.open_alarm_count().await?),
            Err(_) => Ok(0),
        }
    }
}
