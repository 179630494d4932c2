//! Walking the steps. Each has its time: a Microsoft that does not answer is a finding, never a check-up that hangs.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use desk::ConnectionId;
use exchange::Mailbox;
use jiff::SignedDuration;
use store::{ConnectionState, Happening, Kind, Lease, SupportAddress};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::microsoft::{self, judged};
use super::{Checkup, Fact, Finding, Step, commands, dns, name_of, round_trip, store_report};
use crate::addresses::wanted_permissions;
use crate::held::Held;
use crate::{Engine, Error, Result};

/// How often it is looked whether a check-up was asked for.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Check-ups made at once by this process.
const AT_ONCE: u32 = 4;
/// Microsoft's budget of calls, and how much of it may be spent before somebody should look.
const CALLS_LOW: u64 = 8_000;
/// Mail of this time says whether somebody else reads the mailbox.
const ARRIVALS_OF: SignedDuration = SignedDuration::from_hours(24);
/// Mail seen so soon after it came: hardly any person is quicker.
const PROMPT: SignedDuration = SignedDuration::from_mins(2);
/// Fewer mails say nothing.
const ENOUGH: u64 = 5;
/// From one in so many on that were read or gone, it is no accident.
const ONE_IN: u64 = 5;

/// Makes the check-ups that were asked for, until told to stop.
pub(crate) async fn checking(engine: Engine, stop: CancellationToken) {
    let mut at_work = JoinSet::new();
    let mut busy: HashSet<ConnectionId> = HashSet::new();
    while !stop.is_cancelled() {
        match engine.inner.store.due_checkups(AT_ONCE).await {
            Ok(due) => {
                let free = (AT_ONCE as usize).saturating_sub(at_work.len());
                let new: Vec<_> = due.into_iter().filter(|id| !busy.contains(id)).take(free).collect();
                for connection in new {
                    busy.insert(connection);
                    let engine = engine.clone();
                    at_work.spawn(async move {
                        if let Err(error) = due_one(&engine, connection).await {
                            tracing::error!(%connection, %error, "a check-up broke off");
                            tokio::time::sleep(Duration::from_secs(1)).await;
                        }
                        connection
                    });
                }
            }
            Err(error) => tracing::error!(%error, "the check-ups to be made could not be found"),
        }
        tokio::select! {
            Some(done) = at_work.join_next() => match done {
                Ok(connection) => { busy.remove(&connection); }
                Err(error) => {
                    tracing::error!(%error, "a check-up broke off");
                    busy.clear();
                }
            },
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Makes one that was asked for, unless another worker is at it. One that dies in the middle is begun anew by the next.
async fn due_one(engine: &Engine, connection: ConnectionId) -> Result<()> {
    let Some(held) = Held::claim(engine, &name_of(connection)).await? else { return Ok(()) };
    let asked_at = engine.inner.store.checkup(connection).await?.asked_at;
    if asked_at.is_some() {
        let address = engine.inner.store.address_of(connection).await?;
        let asked = engine.last_checkup(connection).await?;
        let asked = Checkup::asked(
            asked_at.unwrap_or_else(|| engine.now()),
            asked.as_ref().and_then(|asked| asked.asked_by),
            address.connection.kind,
            asked.is_some_and(|asked| asked.with_mail),
        );
        run(engine, &address, asked, Some(held.lease()), |_| {}).await?;
    }
    held.release().await
}

/// Walks the steps; with `lease` everything found is stored at once.
pub(super) async fn run(
    engine: &Engine,
    address: &SupportAddress,
    asked: Checkup,
    lease: Option<&Lease>,
    mut progress: impl FnMut(&Checkup) + Send,
) -> Result<Checkup> {
    let connection = address.connection.id;
    let asked_at = asked.asked_at;
    let started_at = Some(engine.now());
    let mut visit = Visit {
        engine,
        address: address.clone(),
        checkup: Checkup { started_at, ..asked },
        mailbox: None,
        ahead: None,
    };
    for step in visit.checkup.steps.clone() {
        visit.checkup.running = Some(step);
        if let Some(lease) = lease {
            store_report(engine, lease, connection, &visit.checkup).await?;
        }
        let begun = Instant::now();
        let facts = visit.take(step).await?;
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        visit.checkup.findings.extend(facts.into_iter().map(|fact| Finding {
            step,
            verdict: fact.verdict(),
            command: commands::command(address, step, &fact),
            millis,
            fact,
        }));
        progress(&visit.checkup);
    }
    visit.heal().await?;
    let mut checkup = visit.checkup;
    checkup.running = None;
    checkup.ended_at = Some(engine.now());
    if let Some(lease) = lease {
        let troubles = checkup.troubles() as u64;
        let tx = engine.inner.store.begin(engine.now()).await?;
        tx.finish_checkup(lease, connection, &checkup.to_json(), Some(asked_at)).await?;
        let happening = Happening::CheckedUp { troubles };
        tx.note_event(Some(connection), address.address.as_str(), &happening, checkup.asked_by).await?;
        tx.commit().await?;
    }
    Ok(checkup)
}

/// A check-up under way.
struct Visit<'e> {
    engine: &'e Engine,
    address: SupportAddress,
    checkup: Checkup,
    /// With a fresh token, once there is one.
    mailbox: Option<Mailbox>,
    /// How far our clock is ahead of Microsoft's, once that is known.
    ahead: Option<SignedDuration>,
}

impl Visit<'_> {
    async fn take(&mut self, step: Step) -> Result<Vec<Fact>> {
        let connection = self.address.connection.id;
        let engine = self.engine.clone();
        let fact = match step {
            Step::Registration => match engine.entra().await {
                Ok(_) => Fact::Registered,
                Err(Error::NotRegistered) => Fact::NotRegistered,
                Err(error) => return Err(error),
            },
            Step::SignIn => match self.in_time(microsoft::sign_in(engine, connection)).await? {
                Ok((mailbox, until)) => {
                    self.mailbox = Some(mailbox);
                    Fact::SignInWorks { until }
                }
                Err(fact) => fact,
            },
            Step::Permissions => self.permissions().await?,
            Step::Clock => match self.mailbox {
                Some(_) => microsoft::judge_clock(self.ahead),
                None => Fact::NotTried { because: Step::SignIn },
            },
            Step::Mailbox | Step::Read | Step::Draft => self.in_mailbox(step).await?,
            Step::RoundTrip => {
                let ready = [Step::SignIn, Step::Draft]
                    .iter()
                    .all(|step| !self.checkup.steps.contains(step) || self.checkup.is_fine(*step));
                let here = self.checkup.asked_by.is_none();
                round_trip::take(&engine, connection, self.checkup.with_mail && ready, here).await?
            }
            Step::Notification => self.public_address().await?,
            Step::Throttling => self.budgets().await?,
            Step::OtherReader => self.other_reader().await?,
            Step::Ledger => return self.ledger().await,
            Step::Dns => {
                let microsoft = self.address.connection.kind == Kind::Exchange;
                let domain = self.address.address.domain();
                return Ok(dns::ask(domain, microsoft, engine.inner.settings.dns, self.patience()).await);
            }
        };
        Ok(vec![fact])
    }

    fn patience(&self) -> Duration {
        Duration::try_from(self.engine.inner.settings.checkup_patience).unwrap_or(Duration::from_secs(20))
    }

    /// Gives a step its time. What takes longer goes on by itself: a token that has been rotated is still stored, and a
    /// draft that has been made is still taken away.
    async fn in_time<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<std::result::Result<T, Fact>> {
        let patience = self.patience();
        match tokio::time::timeout(patience, tokio::spawn(work)).await {
            Ok(Ok(outcome)) => judged(outcome),
            Ok(Err(broken)) => Err(Error::Template(format!("a step of the check-up broke off: {broken}"))),
            Err(_) => Ok(Err(Fact::TimedOut { seconds: patience.as_secs() })),
        }
    }

    async fn permissions(&self) -> Result<Fact> {
        let connection = self.engine.inner.store.address_of(self.address.connection.id).await?.connection;
        let Some(account) = connection.account else { return Ok(Fact::AllPermissions { granted: 0 }) };
        let wanted = wanted_permissions(&account);
        let missing: Vec<String> =
            wanted.iter().filter(|one| !one.granted).map(|one| one.name.clone()).collect();
        Ok(if missing.is_empty() {
            Fact::AllPermissions { granted: wanted.len() as u64 }
        } else {
            Fact::PermissionsMissing { missing }
        })
    }

    async fn in_mailbox(&mut self, step: Step) -> Result<Fact> {
        let Some(mailbox) = self.mailbox.clone() else {
            return Ok(Fact::NotTried { because: Step::SignIn });
        };
        let (engine, connection) = (self.engine.clone(), self.address.connection.id);
        let outcome = match step {
            Step::Mailbox => match self.in_time(microsoft::look(engine, connection, mailbox)).await? {
                Ok((fact, ahead)) => {
                    self.ahead = ahead;
                    Ok(fact)
                }
                Err(fact) => Err(fact),
            },
            Step::Read => self.in_time(microsoft::read(engine, connection, mailbox)).await?,
            _ => self.in_time(microsoft::draft(self.address.clone(), mailbox)).await?,
        };
        Ok(outcome.unwrap_or_else(|fact| fact))
    }

    /// The desk asks its own public address, as Microsoft would to bring a notification.
    async fn public_address(&self) -> Result<Fact> {
        let public = &self.engine.inner.settings.public_url;
        let Some(url) =
            public.starts_with("https:").then(|| format!("{public}/health").parse().ok()).flatten()
        else {
            return Ok(Fact::NotPublic);
        };
        Ok(match exchange::own_address(&url, self.patience()).await {
            Ok((200, body)) if body.contains(&self.engine.instance().await?) => Fact::PublicAnswers,
            Ok((status, _)) => Fact::PublicOther { status },
            Err(error) => Fact::PublicSilent { detail: error.to_string() },
        })
    }

    async fn budgets(&self) -> Result<Fact> {
        let connection = self.address.connection.id;
        let here = self.engine.inner.links.graph().spent(connection.0);
        let noted = self.engine.inner.store.usage(connection).await?;
        let young = |at| self.engine.now().duration_since(at) < SignedDuration::from_mins(10);
        let noted = noted.filter(|usage| young(usage.at));
        let calls = here.calls.max(noted.map_or(0, |usage| usage.calls));
        let times = here.throttled.max(noted.map_or(0, |usage| usage.throttled));
        Ok(match (times, calls) {
            (1.., _) => Fact::Throttled { times },
            (0, CALLS_LOW..) => Fact::BudgetLow { calls },
            (0, _) => Fact::BudgetsFine { calls },
        })
    }

    /// The rule: of the mails of the last day that were seen within two minutes after they came (five or more of them), one
    /// in five or more had been read or were gone.
    async fn other_reader(&self) -> Result<Fact> {
        let since = self.engine.now() - ARRIVALS_OF;
        let arrivals = self.engine.inner.store.arrivals(self.address.connection.id, since, PROMPT).await?;
        let touched = arrivals.found_read + arrivals.vanished;
        Ok(if arrivals.prompt < ENOUGH {
            Fact::TooFewToTell
        } else if touched * ONE_IN >= arrivals.prompt {
            Fact::OtherReader {
                prompt: arrivals.prompt,
                found_read: arrivals.found_read,
                vanished: arrivals.vanished,
            }
        } else {
            Fact::AloneInMailbox { prompt: arrivals.prompt }
        })
    }

    async fn ledger(&self) -> Result<Vec<Fact>> {
        let connection = self.address.connection.id;
        if self.address.connection.kind != Kind::Exchange {
            let since = self.address.connection.connected_at;
            let counted = self.engine.inner.store.ledger_account(Some(connection)).await?.seen;
            let waits = microsoft::waits(self.engine, connection).await?;
            return Ok(vec![waits.unwrap_or(Fact::LedgerComplete { counted, since })]);
        }
        let Some(mailbox) = self.mailbox.clone() else {
            return Ok(vec![Fact::NotTried { because: Step::SignIn }]);
        };
        let ahead = self.ahead.unwrap_or_default();
        let counting = microsoft::count(self.engine.clone(), self.address.clone(), mailbox, ahead);
        Ok(self.in_time(counting).await?.unwrap_or_else(|fact| vec![fact]))
    }

    /// A connection that was in trouble and passes every step that mail needs is in order again: whoever mended it at
    /// Microsoft need not sign in here as well.
    async fn heal(&mut self) -> Result<()> {
        let needed = [Step::SignIn, Step::Permissions, Step::Mailbox, Step::Read, Step::Draft];
        let connection = self.address.connection.id;
        let store = &self.engine.inner.store;
        let in_trouble = !store.address_of(connection).await?.connection.state.works();
        if in_trouble && needed.iter().all(|step| self.checkup.is_fine(*step)) {
            let tx = store.begin(self.engine.now()).await?;
            tx.set_state(connection, ConnectionState::Verified, None).await?;
            tx.commit().await?;
            self.checkup.healed = true;
        }
        Ok(())
    }
}
