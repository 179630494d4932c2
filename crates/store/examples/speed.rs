//! How many mails a second the store takes in, without parsing and deciding: for each mail one transaction that sees,
//! journals, looks around, makes requester, ticket and comment, claims the identity and settles.
//!
//! `cargo run --release -p store --example speed [MAILS] [DATABASE_URL]`; by default 5,000 on SQLite in a new folder.

use std::time::Instant;

use desk::decide::OutcomeKind;
use desk::ticket::Via;
use desk::{BrandId, ConnectionId, Status};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, Mailbox, MessageId};
use secrecy::SecretString;
use store::{
    BlobId, Config, Error, ExchangeAccount, Form, KnownMessage, Mode, NewComment, NewConnection, NewTicket,
    Reach, Result, Seen, SeenBy, Settlement, Store, Tokens,
};

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mails: u32 = arguments.next().map_or(Ok(5_000), |mails| mails.parse())?;
    let folder = tempfile::tempdir()?;
    let sqlite = format!("sqlite://{}", folder.path().join("speed.db").display());
    let database_url = arguments.next().unwrap_or(sqlite);
    let config = Config {
        database_url,
        blob_url: None,
        data_dir: folder.path().to_owned(),
        master_key: None,
        pool: 8,
    };
    let store = Store::open(&config).await?;
    store.migrate().await?;
    let connection = connect(&store).await?;

    let started = Instant::now();
    for number in 0..mails {
        intake(&store, connection, number).await?;
    }
    report(store.engine_name(), "one after another", mails, started);

    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..4 {
        let store = store.clone();
        tasks.spawn(async move {
            for number in (0..mails / 4).map(|number| mails + worker + number * 4) {
                intake(&store, connection, number).await?;
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    report(store.engine_name(), "four workers", mails / 4 * 4, started);
    store.close().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "its purpose")]
fn report(engine: &str, what: &str, mails: u32, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let each = seconds * 1e6 / f64::from(mails);
    println!(
        "{engine}, {what}: {mails} mails in {seconds:.2} s, {:.0} a second, {each:.0} µs each",
        f64::from(mails) / seconds
    );
}

fn address(text: &str) -> Result<Address> {
    Address::parse(text).ok_or_else(|| Error::Config(text.to_owned()))
}

async fn connect(store: &Store) -> Result<ConnectionId> {
    let now = Timestamp::now();
    let tx = store.begin(now).await?;
    let secret = || SecretString::from("token");
    let new = NewConnection {
        address: address(&format!("help{}@desk.example", now.as_nanosecond()))?,
        name: "Help".to_owned(),
        brand: BrandId(1),
        reach: Reach::Exchange(
            ExchangeAccount {
                mode: Mode::Delegated,
                tenant: "tenant".to_owned(),
                account_id: "account".to_owned(),
                account_name: "help".to_owned(),
                mailbox: None,
                scopes: String::new(),
                refreshed_at: None,
            },
            Tokens { access: secret(), access_expires_at: now, refresh: Some(secret()) },
        ),
        connected_at: now,
    };
    let (_, connection, _) = tx.connect(&new, None).await?;
    tx.commit().await?;
    Ok(connection)
}

async fn intake(store: &Store, connection: ConnectionId, number: u32) -> Result<()> {
    let now = Timestamp::now();
    let unique = format!("{number}-{}", now.as_nanosecond());
    let identity = format!("mid:{unique}@customer.example");
    let author = Mailbox {
        name: "Ann Example".to_owned(),
        address: address(&format!("ann{}@customer.example", number % 500))?,
    };
    let subject = "The printer in the second floor smokes again".to_owned();
    let tx = store.begin(now).await?;
    let seen = Seen { item: unique.clone(), received_at: Some(now), categories: vec![], etag: None };
    let ids = tx.see(Some(connection), "help@desk.example", &[seen], SeenBy::Delta).await?;
    tx.journal(ids[0], &BlobId::of(unique.as_bytes()), Form::Mime, 2_000).await?;
    if tx.known(&identity).await?.is_some() {
        return Ok(());
    }
    let references: Vec<_> = MessageId::parse(&format!("{unique}@elsewhere.example")).into_iter().collect();
    tx.known_messages(&references).await?;
    let counted = store::Counted {
        author: author.address.as_str(),
        ticket: None,
        mailbox: "help@desk.example",
        address: None,
        words: None,
    };
    tx.recent(&counted, now - SignedDuration::from_hours(1)).await?;
    let requester = tx.ensure_end_user(&author, None).await?;
    let ticket = NewTicket {
        brand: BrandId(1),
        address: None,
        subject: subject.clone(),
        status: Status::New,
        requester: requester.id,
        ccs: vec![],
        tags: vec![],
        follows: None,
        via: Via::Email,
        created_at: None,
    };
    let ticket = tx.create_ticket(&ticket, Some(requester.id)).await?;
    let comment = NewComment {
        ticket: ticket.id,
        author: requester.id,
        public: true,
        text: "It smokes, and then it stops, and then it smokes again. ".repeat(20),
        full_text: None,
        has_html: true,
        via: Via::Email,
        automatic: false,
        mail: None,
        created_at: None,
        attachments: vec![],
    };
    let comment = tx.add_comment(&comment).await?;
    let known =
        KnownMessage { ticket: ticket.id, comment: Some(comment), ledger: Some(ids[0]), outbox: None };
    tx.claim_identity(&identity, &known).await?;
    let settlement = Settlement {
        outcome: OutcomeKind::NewTicket,
        reason: "new".to_owned(),
        ticket: Some(ticket.id),
        comment: Some(comment),
        sender: "Ann Example <ann@customer.example>".to_owned(),
        subject,
        identity: Some(identity),
        author: Some(author.address.to_string()),
        words: None,
    };
    tx.settle(ids[0], &settlement).await?;
    tx.commit().await
}
