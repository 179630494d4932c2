//! Imports of old mail from a connected mailbox: asking for one, looking beforehand what it would do, pausing it, and taking it
//! back. Reading itself is `receive`'s: imported mail goes the way of all mail. Previews and undos are jobs found through
//! their tables; each is worked on under a lease, and begun anew by the next process when this one dies.

use std::collections::HashSet;
use std::time::Duration;

use desk::decide::OutcomeKind;
use desk::{AddressId, ImportId, LedgerId, PreviewId, SignInId};
use jiff::SignedDuration;
use store::{ImportRun, NewPreview, Preview, PreviewOf, SupportAddress, Undone, Wanted};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::held::Held;
use crate::{Actor, Engine, Error, Result, preview};

/// How many mails "the newest" are, unless another number is asked for (connector.md A4).
pub const NEWEST: u32 = 300;
/// The largest number that can be asked for.
pub const MOST: u32 = 5_000;
/// How long an import can be taken back after its end.
const UNDO_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// Time to confirm a mailbox after looking what an import would do.
const TIME_TO_CONFIRM: SignedDuration = SignedDuration::from_mins(30);
/// Tickets taken back in one transaction.
const TOGETHER: u32 = 50;
/// How often the tables are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Jobs worked on at once: old mail is never urgent.
const AT_ONCE: usize = 2;
/// A job that failed is tried again after this long.
const REST: Duration = Duration::from_secs(5);

/// An import as its page shows it.
#[derive(Debug, Clone)]
pub struct ImportView {
    /// The run.
    pub run: ImportRun,
    /// The mailbox; `None` when its address was deleted meanwhile.
    pub address: Option<SupportAddress>,
    /// What became of the mails so far.
    pub outcomes: Vec<(OutcomeKind, u64)>,
    /// Whether it can be taken back now.
    pub may_undo: bool,
}

/// A preview as its page shows it.
#[derive(Debug, Clone)]
pub struct PreviewView {
    /// The preview.
    pub preview: Preview,
    /// The mailbox's address, for people.
    pub mailbox: String,
    /// The connected address; `None` while its sign-in waits for confirmation.
    pub address: Option<AddressId>,
}

/// A choice that can be carried out.
pub(crate) fn checked(wanted: Wanted) -> Result<Wanted> {
    match wanted {
        Wanted::Newest(count) if !(1..=MOST).contains(&count) => {
            Err(Error::Invalid { field: "number", problem: "out-of-range" })
        }
        Wanted::Between { since, until } if since >= until => {
            Err(Error::Invalid { field: "dates", problem: "wrong-order" })
        }
        wanted => Ok(wanted),
    }
}

impl Engine {
    /// Looks what the import that was chosen for a sign-in would do, before it is confirmed. Admins; their own sign-in.
    pub async fn preview_sign_in(&self, actor: &Actor, id: SignInId) -> Result<PreviewId> {
        let pending = self.pending(actor, id).await?;
        let wanted = pending.import.ok_or(Error::NotFound)?;
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        tx.prolong_sign_in(id, now + TIME_TO_CONFIRM).await?;
        let preview = tx.start_preview(&NewPreview { of: PreviewOf::SignIn(id), wanted }).await?;
        tx.commit().await?;
        Ok(preview)
    }

    /// The same for a connected mailbox. Admins.
    pub async fn preview_import(&self, actor: &Actor, id: AddressId, wanted: Wanted) -> Result<PreviewId> {
        actor.must_be_admin()?;
        let (wanted, address) = (checked(wanted)?, self.mailbox_of(id).await?);
        let of = PreviewOf::Connection(address.connection.id);
        let tx = self.inner.store.begin(self.now()).await?;
        let preview = tx.start_preview(&NewPreview { of, wanted }).await?;
        tx.commit().await?;
        Ok(preview)
    }

    /// A preview. Admins; that of a sign-in only whose sign-in it is, for nobody has said yet that this mailbox is the desk's.
    pub async fn preview(&self, actor: &Actor, id: PreviewId) -> Result<PreviewView> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let preview = store.preview(id).await?;
        match preview.of {
            PreviewOf::Connection(connection) => {
                let address = store.address_of(connection).await?;
                Ok(PreviewView { preview, mailbox: address.address.to_string(), address: Some(address.id) })
            }
            PreviewOf::SignIn(sign_in) => {
                let own = store.sign_in(sign_in, actor.person.id, self.now()).await?;
                let account = own.and_then(|own| own.account).ok_or(Error::NotFound)?;
                Ok(PreviewView { preview, mailbox: account.address, address: None })
            }
        }
    }

    /// Ends a preview. Who may see it may end it.
    pub async fn cancel_preview(&self, actor: &Actor, id: PreviewId) -> Result<()> {
        self.preview(actor, id).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.finish_preview(id, Some(preview::CANCELLED)).await?;
        Ok(tx.commit().await?)
    }

    /// Makes tickets of old mail of a connected mailbox; nothing is sent for it. Admins.
    ///
    /// # Errors
    /// [`Error::ImportUnderWay`] when one has not ended.
    pub async fn start_import(&self, actor: &Actor, id: AddressId, wanted: Wanted) -> Result<ImportId> {
        actor.must_be_admin()?;
        let (wanted, address) = (checked(wanted)?, self.mailbox_of(id).await?);
        let connection = address.connection.id;
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        let run = match tx.start_import(connection, wanted, Some(actor.person.id)).await {
            Err(store::Error::Exists { .. }) => return Err(Error::ImportUnderWay),
            run => run?,
        };
        tx.schedule_read(connection, now, None).await?;
        tx.commit().await?;
        Ok(run)
    }

    async fn mailbox_of(&self, id: AddressId) -> Result<SupportAddress> {
        let address = self.inner.store.support_address(id).await?;
        match address.connection.kind {
            store::Kind::Exchange if address.connection.state.works() => Ok(address),
            store::Kind::Exchange => Err(Error::NoWayOut),
            store::Kind::Forwarding | store::Kind::System => Err(Error::NotFound),
        }
    }

    /// An import with what became of its mails. Admins.
    pub async fn import_view(&self, actor: &Actor, id: ImportId) -> Result<ImportView> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let run = store.import(id).await?;
        let address = match store.address_of(run.connection).await {
            Err(store::Error::NotFound { .. }) => None,
            address => Some(address?),
        };
        let outcomes = store.import_outcomes(id).await?;
        let may_undo = self.may_undo(&run);
        Ok(ImportView { run, address, outcomes, may_undo })
    }

    /// The imports of an address, newest first. Admins.
    pub async fn imports_of(&self, actor: &Actor, id: AddressId) -> Result<Vec<ImportRun>> {
        actor.must_be_admin()?;
        let address = self.inner.store.support_address(id).await?;
        Ok(self.inner.store.imports_of(address.connection.id, 10).await?)
    }

    /// Lets an import rest; live mail goes on. Admins.
    pub async fn pause_import(&self, actor: &Actor, id: ImportId) -> Result<()> {
        self.let_rest(actor, id, true).await
    }

    /// Lets it go on. Admins.
    pub async fn resume_import(&self, actor: &Actor, id: ImportId) -> Result<()> {
        self.let_rest(actor, id, false).await
    }

    async fn let_rest(&self, actor: &Actor, id: ImportId, rest: bool) -> Result<()> {
        actor.must_be_admin()?;
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        if tx.pause_import(id, rest, Some(actor.person.id)).await? && !rest {
            let connection = self.inner.store.import(id).await?.connection;
            tx.schedule_read(connection, now, None).await?;
        }
        Ok(tx.commit().await?)
    }

    fn may_undo(&self, run: &ImportRun) -> bool {
        let in_time = run.finished_at.is_none_or(|end| self.now().duration_since(end) <= UNDO_WITHIN);
        run.undone == Undone::No && in_time
    }

    /// Takes an import back, running or ended: removes the tickets that nothing but the import has touched. The work goes on
    /// after this answers. Admins, within a day.
    ///
    /// # Errors
    /// [`Error::TooLate`] after a day.
    pub async fn undo_import(&self, actor: &Actor, id: ImportId) -> Result<()> {
        actor.must_be_admin()?;
        let run = self.inner.store.import(id).await?;
        if run.undone != Undone::No {
            return Ok(());
        }
        if !self.may_undo(&run) {
            return Err(Error::TooLate);
        }
        let tx = self.inner.store.begin(self.now()).await?;
        tx.begin_undo(id, Some(actor.person.id)).await?;
        Ok(tx.commit().await?)
    }
}

/// A job found through a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Job {
    Preview(PreviewId),
    Undo(ImportId),
}

/// Finds previews and undos, and works on them.
pub(crate) async fn watch(engine: Engine, stop: CancellationToken) {
    let mut at_work: JoinSet<Job> = JoinSet::new();
    let mut busy = HashSet::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            Some(done) = at_work.join_next() => match done {
                Ok(job) => { busy.remove(&job); }
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => {}
            },
            // Dropping the set ends what is in hand; the next process begins it anew.
            () = stop.cancelled() => return,
        }
        match jobs(&engine).await {
            Ok(jobs) => {
                for job in jobs {
                    if busy.len() < AT_ONCE && busy.insert(job) {
                        at_work.spawn(work(engine.clone(), job));
                    }
                }
            }
            Err(error) => tracing::error!(%error, "previews and undos could not be found"),
        }
    }
}

async fn jobs(engine: &Engine) -> Result<Vec<Job>> {
    let store = &engine.inner.store;
    let undos = store.undos().await?.into_iter().map(Job::Undo);
    let previews = store.previews_open().await?.into_iter().map(Job::Preview);
    Ok(undos.chain(previews).collect())
}

async fn work(engine: Engine, job: Job) -> Job {
    let outcome = match job {
        Job::Preview(id) => preview::work(&engine, id).await,
        Job::Undo(id) => undo(&engine, id).await,
    };
    if let Err(error) = outcome {
        tracing::warn!(?job, %error, "to be tried again");
        tokio::time::sleep(REST).await;
    }
    job
}

async fn undo(engine: &Engine, id: ImportId) -> Result<()> {
    let store = &engine.inner.store;
    let Some(held) = Held::claim(engine, &format!("undo:{id}")).await? else { return Ok(()) };
    let mut after = LedgerId(0);
    loop {
        let tx = store.begin(engine.now()).await?;
        match tx.undo_some(held.lease(), id, after, TOGETHER).await? {
            Some(last) => after = last,
            None => {
                tx.finish_undo(held.lease(), id).await?;
                tx.commit().await?;
                tracing::info!(import = %id, "import undone");
                return held.release().await;
            }
        }
        tx.commit().await?;
    }
}
