//! Who may write to the desk: the account's policy, kept as a setting, and what another one would have done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use desk::Person;
use desk::admission::{Admission, Policy, Rules, Sender, Verdict};
use desk::decide::{Cause, OutcomeKind};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, AuthVerdict};
use sha2::{Digest as _, Sha256};
use store::{LedgerQuery, LedgerRow};

use crate::{Actor, Engine, Error, Result, again};

/// Name of the setting.
const NAME: &str = "senders";
/// Days that suspended mail may be kept at most, if not for ever.
const LONGEST_RETENTION: u16 = 365;
/// How far a forecast looks back.
pub const FORECAST_DAYS: i64 = 30;
/// Rows of the ledger that a forecast looks at, newest first; where there are more, it says so.
pub const FORECAST_ROWS: u64 = 20_000;
/// Originals that a forecast reads again, newest first: needed only where the sender's proof decides.
const READ_AGAIN: usize = 300;
/// Rows read at once.
const PAGE: u32 = 500;
/// Tries to write over a policy that others write too.
const RACES: usize = 8;
/// Mails of each kind that are shown.
const EXAMPLES: usize = 8;

/// The policy as it was last understood, by its text.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Option<(String, Arc<Rules>)>>);

/// What a policy would have done to the mail of the last days, beside what the present one does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SenderForecast {
    /// Mails judged.
    pub judged: u64,
    /// Came in, and would be suspended.
    pub suspended: Changed,
    /// Came in or was suspended, and would be rejected.
    pub rejected: Changed,
    /// Was kept out by the lists, and would come in.
    pub admitted: Changed,
    /// Mails about which nothing can be said: too many to read all of them again, or their original is not kept.
    pub unjudged: u64,
    /// The thirty days hold more than [`FORECAST_ROWS`] mails: only the newest were looked at.
    pub cut: bool,
}

/// Mails of one kind in a forecast.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// How many.
    pub count: u64,
    /// The newest of them: (sender, subject).
    pub examples: Vec<(String, String)>,
}

impl Changed {
    fn add(&mut self, row: &LedgerRow) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push((row.sender.clone(), row.subject.clone()));
        }
    }
}

impl Engine {
    /// The policy in force, understood. Read for every mail, so that a change counts at once in every process.
    pub(crate) async fn sender_rules(&self) -> Result<Arc<Rules>> {
        let Some(text) = self.inner.store.setting(NAME).await? else { return Ok(Arc::default()) };
        let cache = &self.inner.senders.0;
        if let Some((known, rules)) = &*cache.lock().unwrap_or_else(PoisonError::into_inner)
            && *known == text
        {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(parsed(&text)?.rules().map_err(Error::Senders)?);
        *cache.lock().unwrap_or_else(PoisonError::into_inner) = Some((text, Arc::clone(&rules)));
        Ok(rules)
    }

    /// The policy in force.
    pub(crate) async fn policy(&self) -> Result<Policy> {
        match self.inner.store.setting(NAME).await? {
            Some(text) => parsed(&text),
            None => Ok(Policy::default()),
        }
    }

    /// Who may write. Admins.
    pub async fn sender_policy(&self, actor: &Actor) -> Result<Policy> {
        actor.must_be_admin()?;
        self.policy().await
    }

    /// Decides who may write from now on. Admins. [`Error::Senders`] names every word that cannot be understood.
    pub async fn save_sender_policy(&self, actor: &Actor, policy: &Policy) -> Result<()> {
        actor.must_be_admin()?;
        checked(policy)?;
        self.change_policy(|_| Ok(Some(policy.clone()))).await
    }

    /// The same for who has looked at the policy before: [`Error::ChangedMeanwhile`] when it is another one by now than the
    /// one of this [`policy_version`], so that nobody's entry is written over unseen.
    pub async fn save_sender_policy_seen(&self, actor: &Actor, policy: &Policy, seen: &str) -> Result<()> {
        actor.must_be_admin()?;
        checked(policy)?;
        self.change_policy(|present| {
            if policy_version(present) == seen {
                Ok(Some(policy.clone()))
            } else {
                Err(Error::ChangedMeanwhile)
            }
        })
        .await
    }

    /// Adds an address to the allowlist. Admins. Nothing happens when it stands there already.
    pub async fn always_allow(&self, actor: &Actor, address: &Address) -> Result<()> {
        actor.must_be_admin()?;
        self.change_policy(|present| match present.allowing(address) {
            Some(longer) => checked(&longer).map(|_| Some(longer)),
            None if present.rules().is_ok_and(|rules| rules.names(address)) => Ok(None),
            None => Err(Error::Invalid { field: "allow", problem: "too-long" }),
        })
        .await
    }

    /// Adds an address to the blocklist and takes it off the allowlist: its mail waits in the suspended queue from now on. Admins.
    /// Nothing happens when it stands there already.
    pub async fn always_suspend(&self, actor: &Actor, address: &Address) -> Result<()> {
        actor.must_be_admin()?;
        self.change_policy(|present| match present.blocking(address) {
            Some(longer) => checked(&longer).map(|_| Some(longer)),
            None if present.rules().is_ok_and(|rules| rules.blocks_by_name(address)) => Ok(None),
            None => Err(Error::Invalid { field: "block", problem: "too-long" }),
        })
        .await
    }

    /// Reads, changes, and writes only over what was read; else once more. `None`: it may stay.
    async fn change_policy(
        &self,
        change: impl Fn(&Policy) -> Result<Option<Policy>> + Send + Sync,
    ) -> Result<()> {
        for _ in 0..RACES {
            let read = self.inner.store.setting(NAME).await?;
            let present = read.as_deref().map(parsed).transpose()?.unwrap_or_default();
            let Some(new) = change(&present)? else { return Ok(()) };
            let text = serde_json::to_string(&new).map_err(|_| broken())?;
            let tx = self.inner.store.begin(self.now()).await?;
            if tx.replace_setting(NAME, read.as_deref(), &text).await? {
                return Ok(tx.commit().await?);
            }
        }
        Err(Error::ChangedMeanwhile)
    }

    /// What a policy would have done to the mail of the last thirty days. Admins. Judges by the addresses that the ledger keeps,
    /// and reads originals again only where the sender's proof decides.
    pub async fn foresee_senders(&self, actor: &Actor, policy: &Policy) -> Result<SenderForecast> {
        actor.must_be_admin()?;
        let new = checked(policy)?;
        let present = self.policy().await?;
        let old = self.sender_rules().await?;
        let proof_decides = present.suspend_unauthenticated != policy.suspend_unauthenticated;
        let since = self.now() - SignedDuration::from_hours(24 * FORECAST_DAYS);
        let mut forecast = SenderForecast::default();
        let mut people: HashMap<Address, Option<(Person, Timestamp)>> = HashMap::new();
        let most = self.inner.settings.forecast_rows;
        let (mut looked_at, mut read_again, mut before) = (0_u64, 0, None);
        loop {
            let query = LedgerQuery { before, limit: PAGE, ..LedgerQuery::default() };
            let rows = self.inner.store.ledger(&query).await?;
            let Some(last) = rows.last() else { return Ok(forecast) };
            before = Some(last.id);
            for row in &rows {
                if row.seen_at < since {
                    return Ok(forecast);
                }
                if looked_at == most {
                    forecast.cut = true;
                    return Ok(forecast);
                }
                looked_at += 1;
                if !matters(row) {
                    continue;
                }
                let from = address_in(&row.sender);
                let reply_to = row.author.as_deref().and_then(Address::parse);
                let author = reply_to.clone().or_else(|| from.clone());
                let known = match &author {
                    Some(author) => match people.get(author) {
                        Some(known) => known.clone(),
                        None => {
                            let known = self.inner.store.known_since(author).await?;
                            people.insert(author.clone(), known.clone());
                            known
                        }
                    },
                    None => None,
                };
                // Whom this very mail made known was a stranger when it came.
                let person = known.filter(|(_, since)| *since <= row.seen_at).map(|(person, _)| person);
                let staff = person.as_ref().is_some_and(|person| person.role.is_staff());
                let mut auth = if staff { AuthVerdict::Pass } else { AuthVerdict::Unknown };
                if proof_decides {
                    if read_again == READ_AGAIN {
                        forecast.unjudged += 1;
                        continue;
                    }
                    read_again += 1;
                    match again::letter(self, row).await? {
                        Some(letter) => auth = letter.auth,
                        None => {
                            forecast.unjudged += 1;
                            continue;
                        }
                    }
                }
                let sender = Sender {
                    from: from.as_ref(),
                    reply_to: reply_to.as_ref(),
                    auth,
                    person: person.as_ref(),
                };
                forecast.judged += 1;
                forecast.note(row, old.judge(&sender), new.judge(&sender));
            }
        }
    }
}

impl SenderForecast {
    fn note(&mut self, row: &LedgerRow, old: Admission, new: Admission) {
        let came_in = row.outcome.is_some_and(|outcome| {
            matches!(
                outcome,
                OutcomeKind::NewTicket | OutcomeKind::Reply | OutcomeKind::FollowUp | OutcomeKind::Unreadable
            )
        });
        let rejected = row.outcome == Some(OutcomeKind::Rejected);
        let cause = row.reason.as_deref().and_then(Cause::parse);
        let by_list = matches!(
            cause,
            Some(
                Cause::NotOnAllowlist
                    | Cause::Blocklisted
                    | Cause::SignupRequired
                    | Cause::FailedAuthentication
            )
        );
        match new.verdict {
            // What the present policy would do to it as well is no effect of the change.
            _ if old == new => {}
            Verdict::Suspended(_) if came_in => self.suspended.add(row),
            Verdict::Rejected(_) if !rejected => self.rejected.add(row),
            Verdict::Admitted if by_list => self.admitted.add(row),
            Verdict::Admitted if cause == Some(Cause::AutoMailer) && new.trusted => self.admitted.add(row),
            _ => {}
        }
    }
}

/// Only mail that the rules about senders can reach.
fn matters(row: &LedgerRow) -> bool {
    row.outcome.is_some_and(|outcome| {
        !matches!(
            outcome,
            OutcomeKind::Duplicate | OutcomeKind::Bounce | OutcomeKind::OwnMail | OutcomeKind::Vanished
        )
    })
}

/// The address in `name <address>`.
fn address_in(sender: &str) -> Option<Address> {
    let inner = sender.rsplit_once('<').map_or(sender, |(_, address)| address);
    Address::parse(inner.trim_end_matches('>'))
}

fn checked(policy: &Policy) -> Result<Rules> {
    if policy.retention_days.is_some_and(|days| days == 0 || days > LONGEST_RETENTION) {
        return Err(Error::Invalid { field: "retention", problem: "out-of-range" });
    }
    policy.rules().map_err(Error::Senders)
}

/// A word that is another one for every other policy.
pub fn policy_version(policy: &Policy) -> String {
    let text = serde_json::to_vec(policy).unwrap_or_default();
    hex::encode(Sha256::digest(&text)).chars().take(16).collect()
}

fn parsed(text: &str) -> Result<Policy> {
    serde_json::from_str(text).map_err(|_| broken())
}

fn broken() -> Error {
    Error::Store(store::Error::Inconsistent { table: "setting", column: "value", row: NAME.to_owned() })
}
