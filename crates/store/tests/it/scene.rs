//! A fresh store for a test, on either engine, and the small things tests are made of.

use std::sync::atomic::{AtomicU32, Ordering};

use desk::ticket::Via;
use desk::{AddressId, BrandId, CommentId, ConnectionId, LedgerId, Person, Status, Ticket};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, Mailbox, MessageId};
use secrecy::SecretString;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection};
use store::{
    Config, ExchangeAccount, Lease, Mode, NewComment, NewConnection, NewOutbox, NewTicket, Purpose, Reach,
    Seen, SeenBy, Store, Tokens, Tx, Urgency,
};

/// Makes two tests of one: `name::sqlite` and `name::postgres`.
macro_rules! both {
    ($($(#[$doc:meta])* async fn $name:ident($scene:ident) $body:block)*) => {$(
        $(#[$doc])*
        async fn $name($scene: &crate::scene::Scene) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let scene = crate::scene::Scene::sqlite().await;
                super::$name(&scene).await;
                scene.clear_away().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(scene) = crate::scene::Scene::postgres().await else { return };
                super::$name(&scene).await;
                scene.clear_away().await;
            }
        }
    )*};
}

/// A migrated store of its own.
pub struct Scene {
    pub store: Store,
    pub config: Config,
    folder: tempfile::TempDir,
    database: Option<(String, String)>,
}

/// The time at which every scene begins.
pub fn start() -> Timestamp {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

/// So many seconds after [`start`].
pub fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn mailbox(text: &str) -> Mailbox {
    Mailbox { name: String::new(), address: address(text) }
}

pub fn message_id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

pub fn seen(item: &str) -> Seen {
    Seen { item: item.to_owned(), received_at: Some(start()), categories: vec![], etag: None }
}

pub fn tokens(word: &str) -> Tokens {
    Tokens {
        access: SecretString::from(format!("access-{word}")),
        access_expires_at: after(3600),
        refresh: Some(SecretString::from(format!("refresh-{word}"))),
    }
}

pub fn exchange(text: &str) -> NewConnection {
    NewConnection {
        address: address(text),
        name: "Help".to_owned(),
        brand: BrandId(1),
        reach: Reach::Exchange(
            ExchangeAccount {
                mode: Mode::Delegated,
                tenant: "tenant".to_owned(),
                account_id: format!("account of {text}"),
                account_name: text.to_owned(),
                mailbox: None,
                scopes: "Mail.Send".to_owned(),
                refreshed_at: None,
            },
            tokens(text),
        ),
        connected_at: start(),
    }
}

pub fn comment_on(ticket: &Ticket, text: &str) -> NewComment {
    NewComment {
        ticket: ticket.id,
        author: ticket.requester,
        public: true,
        text: text.to_owned(),
        full_text: None,
        has_html: false,
        via: Via::Email,
        automatic: false,
        mail: None,
        created_at: None,
        attachments: vec![],
    }
}

pub fn answer(connection: ConnectionId, from: AddressId, ticket: &Ticket, mark: &str) -> NewOutbox {
    NewOutbox {
        connection,
        address: Some(from),
        purpose: Purpose::Ticket,
        ticket: Some(ticket.id),
        comment: None,
        trigger: None,
        urgency: Urgency::Answer,
        to: vec![mailbox("customer@example.com")],
        cc: vec![mailbox("boss@example.com")],
        subject: "Re: printer".to_owned(),
        text: "Try this.".to_owned(),
        html: "<p>Try this.</p>".to_owned(),
        message_id: message_id(&format!("{mark}@desk.example")),
        in_reply_to: None,
        references: vec![],
        mark: mark.to_owned(),
        attachments: vec![],
    }
}

impl Scene {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("postdesk.db").display());
        Self::open(folder, url, None).await
    }

    /// A database of its own, or `None` when there is no server to make it on.
    pub async fn postgres() -> Option<Self> {
        let Some((database, url)) = Self::new_database().await else {
            say("skipped: POSTDESK_TEST_POSTGRES is not set");
            return None;
        };
        Some(Self::open(tempfile::tempdir().unwrap(), url, Some(database)).await)
    }

    /// A new database: the server and the name to drop it by, and its address.
    async fn new_database() -> Option<((String, String), String)> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("POSTDESK_TEST_POSTGRES").ok()?;
        let name = format!("postdesk_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        administer(&server, format!("CREATE DATABASE {name}")).await;
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        Some(((server, name), url))
    }

    /// A store of the same engine whose schema has not been made.
    pub async fn unmigrated_like(other: &Scene) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if other.database.is_none() {
            let url = format!("sqlite://{}", folder.path().join("postdesk.db").display());
            return Self::unmigrated(folder, url, None).await;
        }
        let (server, url) = Self::new_database().await.unwrap();
        Self::unmigrated(folder, url, Some(server)).await
    }

    async fn open(
        folder: tempfile::TempDir,
        database_url: String,
        database: Option<(String, String)>,
    ) -> Self {
        let scene = Self::unmigrated(folder, database_url, database).await;
        assert!(scene.store.migrate().await.unwrap() > 0);
        scene
    }

    async fn unmigrated(
        folder: tempfile::TempDir,
        database_url: String,
        database: Option<(String, String)>,
    ) -> Self {
        let data_dir = folder.path().to_owned();
        let config = Config { database_url, blob_url: None, data_dir, master_key: None, pool: 4 };
        let store = Store::open(&config).await.unwrap();
        Self { store, config, folder, database }
    }

    pub async fn clear_away(self) {
        self.store.close().await;
        if let Some((server, name)) = self.database {
            administer(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        self.folder.close().unwrap();
    }

    /// A statement past the store, as somebody may do it who has got hold of the database. Answers the first column.
    pub async fn tamper(&self, sql: &'static str) -> Vec<String> {
        let url = &self.config.database_url;
        if self.store.engine_name() == "sqlite" {
            let mut db = SqliteConnection::connect(url).await.unwrap();
            sqlx::query(sql).fetch_all(&mut db).await.unwrap().iter().map(|row| row.get(0)).collect()
        } else {
            let mut db = PgConnection::connect(url).await.unwrap();
            sqlx::query(sql).fetch_all(&mut db).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
    }

    pub async fn begin(&self) -> Tx {
        self.begin_at(0).await
    }

    /// A transaction that takes [`after`] these seconds as now.
    pub async fn begin_at(&self, seconds: i64) -> Tx {
        self.store.begin(after(seconds)).await.unwrap()
    }

    pub async fn connect(&self, text: &str) -> (AddressId, ConnectionId) {
        let tx = self.begin().await;
        let (address, connection, _) = tx.connect(&exchange(text), None).await.unwrap();
        tx.commit().await.unwrap();
        (address, connection)
    }

    /// Lets an address prove itself; the first to do so becomes the default.
    pub async fn prove(&self, id: AddressId) {
        let mark = format!("proof of {id}");
        let tx = self.begin().await;
        assert!(tx.start_proof(id, &mark, false).await.unwrap());
        assert!(tx.proof_returned(id, &mark).await.unwrap());
        tx.commit().await.unwrap();
    }

    pub async fn customer(&self, text: &str) -> Person {
        let tx = self.begin().await;
        let person = tx.ensure_end_user(&mailbox(text), None).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    pub async fn see(&self, connection: ConnectionId, address: &str, items: &[&str]) -> Vec<LedgerId> {
        let items: Vec<Seen> = items.iter().map(|item| seen(item)).collect();
        let tx = self.begin().await;
        let ids = tx.see(Some(connection), address, &items, SeenBy::Delta).await.unwrap();
        tx.commit().await.unwrap();
        ids
    }

    /// A ticket with one public comment.
    pub async fn ticket(&self, requester: &Person, subject: &str) -> (Ticket, CommentId) {
        self.ticket_at(0, requester, subject).await
    }

    pub async fn ticket_at(&self, seconds: i64, requester: &Person, subject: &str) -> (Ticket, CommentId) {
        let tx = self.begin_at(seconds).await;
        let new = NewTicket {
            brand: BrandId(1),
            address: None,
            subject: subject.to_owned(),
            status: Status::New,
            requester: requester.id,
            ccs: vec![],
            tags: vec![],
            follows: None,
            via: Via::Email,
            created_at: None,
        };
        let ticket = tx.create_ticket(&new, Some(requester.id)).await.unwrap();
        let comment = tx.add_comment(&comment_on(&ticket, "It smokes.")).await.unwrap();
        tx.commit().await.unwrap();
        (self.store.ticket(ticket.id).await.unwrap(), comment)
    }

    pub async fn lease(&self, name: &str, holder: &str) -> Lease {
        self.store.claim(name, holder, start(), SignedDuration::from_mins(1)).await.unwrap().unwrap()
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn say(text: &str) {
    eprintln!("{text}");
}

async fn administer(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}
