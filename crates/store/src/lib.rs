//! The store: SQLite or PostgreSQL behind one set of queries, blobs by content, secrets sealed.
//!
//! SQL (sea-orm) stands here and nowhere else. Reading goes through [`Store`]; every change goes through a [`Tx`],
//! which is one transaction: what is not committed never happened. Blobs are written before the transaction that
//! refers to them, so a transaction never waits for a disk or a network other than the database's.

mod addresses;
mod alarms;
mod api_tokens;
mod blobs;
mod cells;
mod changes;
mod consents;
mod database;
mod entity;
mod error;
mod events;
mod file_links;
mod health;
mod identities;
mod imports;
mod inside;
mod leases;
mod ledger;
mod links;
mod members;
mod migration;
mod outbox;
mod people;
mod recent;
mod reread;
mod schedule;
mod sessions;
mod settings;
mod sign_ins;
mod subscriptions;
mod suspended;
mod tickets;
mod triggers;
mod vault;

pub use addresses::*;
pub use alarms::*;
pub use api_tokens::ApiToken;
pub use blobs::{BlobId, Blobs};
pub use changes::{Change, Topic};
pub use consents::*;
pub use error::{Error, Result, UsedBy};
pub use events::*;
pub use file_links::FileLink;
pub use health::*;
pub use imports::*;
pub use leases::{Alone, Lease};
pub use ledger::*;
pub use links::{Link, LinkPurpose};
pub use members::{Member, PeopleQuery};
pub use outbox::*;
pub use people::*;
pub use recent::Counted;
pub use reread::Reread;
pub use schedule::*;
pub use sessions::SessionRow;
pub use sign_ins::*;
pub use subscriptions::*;
pub use suspended::*;
pub use tickets::*;
pub use vault::{MasterKey, Vault};

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use sea_orm::{DatabaseConnection, DatabaseTransaction, EntityTrait};
use sea_orm_migration::MigratorTrait;
use tokio::sync::Notify;

use crate::database::Database;
use crate::migration::Migrator;

/// Where things are kept.
#[derive(Debug, Clone)]
pub struct Config {
    /// `sqlite:///path/to/postdesk.db` or `postgres://...`.
    pub database_url: String,
    /// `None`: a folder `blobs` under `data_dir`; else `s3://bucket/prefix` (credentials from the environment, AWS names) or `file:///path`.
    pub blob_url: Option<String>,
    /// The data folder: key file, blobs, SQLite file.
    pub data_dir: PathBuf,
    /// Master key in base64 from the environment; `None`: the key file `data_dir/master.key`, made 0600 when missing.
    pub master_key: Option<secrecy::SecretString>,
    /// Readers (SQLite), or connections altogether (PostgreSQL), half of them for transactions and half for reading.
    pub pool: u32,
}

/// Handle to everything stored. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

/// What all clones of a store and all transactions share.
struct Shared {
    database: Database,
    blobs: Blobs,
    vault: Vault,
    committed: Arc<Notify>,
    triggers: triggers::Cache,
    own_addresses: addresses::OwnAddresses,
    data_dir: PathBuf,
}

/// One write transaction. Dropped without [`Tx::commit`], it changes nothing.
pub struct Tx {
    /// The time this transaction takes as now: every `created_at` and `updated_at` in it.
    pub now: Timestamp,
    db: DatabaseTransaction,
    shared: Arc<Shared>,
    pending: Mutex<Pending>,
}

/// Rows that nobody reads inside the transaction: written together when it commits, which spares statements.
#[derive(Default)]
struct Pending {
    audits: Vec<entity::audit::ActiveModel>,
    topics: Vec<Topic>,
    triggers_changed: bool,
}

impl Store {
    /// Opens database, blobs and key. Does not migrate.
    pub async fn open(config: &Config) -> Result<Self> {
        vault::make_private_folder(&config.data_dir)?;
        let vault = Vault::new(&MasterKey::load(&config.data_dir, config.master_key.as_ref())?);
        let blobs = Blobs::open(config.blob_url.as_deref(), &config.data_dir)?;
        let database = Database::open(config).await?;
        let shared = Shared {
            database,
            blobs,
            vault,
            committed: Arc::default(),
            triggers: triggers::Cache::default(),
            own_addresses: addresses::OwnAddresses::default(),
            data_dir: config.data_dir.clone(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Brings the schema up to date; answers how many migrations ran. Safe when several processes start at once.
    pub async fn migrate(&self) -> Result<usize> {
        let tx = self.shared.database.begin().await?;
        self.shared.database.lock_migration(&tx).await?;
        let pending = Migrator::get_pending_migrations(&tx).await?.len();
        Migrator::up(&tx, None).await?;
        tx.commit().await?;
        Ok(pending)
    }

    /// Starts a write transaction. On SQLite it is `BEGIN IMMEDIATE` on the single writer, so it never meets a lock half-way.
    ///
    /// While it is open its task must not call a function of [`Store`] that writes (leases, sessions, pruning): on SQLite
    /// that would wait for itself. Reading is always possible, and sees what was committed last.
    pub async fn begin(&self, now: Timestamp) -> Result<Tx> {
        let db = self.shared.database.begin().await?;
        // Stored times have microseconds; with the same here, what is written compares equal to what is read back.
        let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        Ok(Tx { now, db, shared: Arc::clone(&self.shared), pending: Mutex::default() })
    }

    /// Blobs.
    pub fn blobs(&self) -> &Blobs {
        &self.shared.blobs
    }

    /// `sqlite` or `postgres`, for logs and pages.
    pub fn engine_name(&self) -> &'static str {
        if self.shared.database.is_sqlite() { "sqlite" } else { "postgres" }
    }

    /// Closes all connections, after a checkpoint on SQLite.
    pub async fn close(&self) {
        self.shared.database.close().await;
    }

    fn reader(&self) -> &DatabaseConnection {
        &self.shared.database.reader
    }

    fn writer(&self) -> &DatabaseConnection {
        &self.shared.database.writer
    }
}

impl Tx {
    /// Commits, then wakes whoever waits for changes in this process.
    pub async fn commit(self) -> Result<()> {
        self.finish(true).await
    }

    async fn finish(self, wake: bool) -> Result<()> {
        let pending = std::mem::take(&mut *self.pending());
        if !pending.audits.is_empty() {
            entity::audit::Entity::insert_many(pending.audits).exec_without_returning(&self.db).await?;
        }
        changes::write(&self.db, &pending.topics).await?;
        self.db.commit().await?;
        if pending.triggers_changed {
            self.shared.triggers.forget();
        }
        if pending.topics.contains(&Topic::Addresses) {
            self.shared.own_addresses.forget();
        }
        if wake {
            self.shared.committed.notify_waiters();
        }
        Ok(())
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
