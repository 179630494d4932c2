//! Opening the two databases: pools, pragmas, and the little SQL that no query builder says. All raw SQL of the
//! project stands in this file.

use std::path::Path;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
    SqlxPostgresConnector, SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::{Config, Error, Result};

/// Prepared statements kept by each connection.
const STATEMENTS: usize = 400;
/// How long a writer waits for another process's transaction (SQLite) and a task for a free connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// Advisory lock of the migration, any number that nobody else uses.
const MIGRATION_LOCK: i64 = 0x706f_7374_6465_736b;

/// Writers and readers. They are apart on both engines: on SQLite because one writer never meets a lock half-way, on
/// PostgreSQL because a task that reads while it holds a transaction must not wait for the transactions of others.
#[derive(Clone)]
pub(crate) struct Database {
    pub writer: DatabaseConnection,
    pub reader: DatabaseConnection,
}

impl Database {
    pub async fn open(config: &Config) -> Result<Self> {
        let url = config.database_url.as_str();
        if url.starts_with("sqlite:") {
            sqlite(url, config.pool.max(1)).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            postgres(url, config.pool.max(2)).await
        } else {
            Err(Error::Config("database_url must start with sqlite: or postgres:".to_owned()))
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Sqlite
    }

    /// A write transaction; on SQLite it takes the write lock at once.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Lets one migration run at a time, until the transaction ends. SQLite's write lock does so by itself.
    pub async fn lock_migration(&self, tx: &DatabaseTransaction) -> Result<()> {
        if !self.is_sqlite() {
            tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        }
        Ok(())
    }

    /// Lets one transaction at a time hold each of these words, until it ends; always in the same order, so that nobody waits
    /// in a circle. SQLite has one writer and needs no more.
    pub async fn lock_words(&self, tx: &DatabaseTransaction, words: &[String]) -> Result<()> {
        if self.is_sqlite() || words.is_empty() {
            return Ok(());
        }
        let sql = "SELECT count(pg_advisory_xact_lock(word)) FROM \
                   (SELECT DISTINCT hashtextextended(word, 0) AS word FROM unnest($1) AS word ORDER BY 1) AS words";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [words.to_vec().into()]))
            .await?;
        Ok(())
    }

    /// Closes all connections; on SQLite the write-ahead log is folded into the file first.
    pub async fn close(&self) {
        if self.is_sqlite()
            && let Err(error) = self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await
        {
            tracing::warn!(%error, "checkpoint");
        }
        for pool in [&self.reader, &self.writer] {
            if let Err(error) = pool.close_by_ref().await {
                tracing::warn!(%error, "close database");
            }
        }
    }
}

async fn sqlite(url: &str, readers: u32) -> Result<Database> {
    let options = url
        .parse::<SqliteConnectOptions>()
        .map_err(|error| Error::Config(format!("database_url: {error}")))?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    make_folder(options.get_filename())?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone().create_if_missing(true).pragma("cache_size", "-16000"))
        .await
        .map_err(connecting)?;
    let reader = SqlitePoolOptions::new()
        .max_connections(readers)
        .test_before_acquire(false)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Database {
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
    })
}

async fn postgres(url: &str, connections: u32) -> Result<Database> {
    let options = url
        .parse::<PgConnectOptions>()
        .map_err(|_| Error::Config("database_url is not a PostgreSQL address".to_owned()))?
        .application_name("postdesk")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let pool = |connections: u32| {
        PgPoolOptions::new().max_connections(connections).test_before_acquire(false).acquire_timeout(PATIENCE)
    };
    let writer = pool(connections.div_ceil(2)).connect_with(options.clone()).await.map_err(connecting)?;
    let reader = pool(connections / 2).connect_lazy_with(options);
    Ok(Database {
        writer: SqlxPostgresConnector::from_sqlx_postgres_pool(writer),
        reader: SqlxPostgresConnector::from_sqlx_postgres_pool(reader),
    })
}

fn connecting(error: sqlx::Error) -> Error {
    Error::Database(sea_orm::DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())))
}

fn make_folder(file: &Path) -> Result<()> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|source| Error::File { path: folder.display().to_string(), source })
}
