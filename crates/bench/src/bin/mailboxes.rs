//! `bench/mailboxes`: a thousand mailboxes on one process, idle and when mail comes.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bench::Stage;
use desk::decide::OutcomeKind;
use engine::{Actor, Clock, ConnectChoice, Engine, Parts, Settings};
use exchange::{Cloud, Entra, Graph, Registration};
use jiff::Timestamp;
use rand::seq::IndexedRandom as _;
use rand::{SeedableRng, rngs::StdRng};
use store::{LedgerQuery, Store};
use testkit::Visitor;
use tokio::task::JoinSet;

/// Aims: of one core, MiB, seconds.
const IDLE_CPU: f64 = 5.0;
const MEMORY: f64 = 250.0;
const NOTIFIED: f64 = 2.0;
/// Longest pause between two readings as the desk is configured by default, and a tenth of chance.
const POLL: f64 = 30.0 * 1.1;
/// Mails delivered to random mailboxes in each part.
const MAILS: usize = 20;
/// Mailboxes connected at once.
const AT_ONCE: usize = 8;

struct Row {
    what: String,
    figure: f64,
    unit: &'static str,
    aim: Option<f64>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = std::env::args().skip(1);
    let binary = PathBuf::from(arguments.next().context("path of postdesk")?);
    let count: usize = arguments.next().map_or(Ok(1_000), |n| n.parse()).context("number of mailboxes")?;
    let idle: u64 = std::env::var("SECONDS_IDLE").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let mut table = Vec::new();

    let mut stage = Stage::set(&binary, None, "prove_new = false\n").await?;
    stage.make_admin().await?;
    say(&format!("connecting {count} mailboxes"));
    let started = Instant::now();
    connect(&stage, count).await?;
    table.push(Row {
        what: "connecting, each".to_owned(),
        figure: started.elapsed().as_secs_f64() * 1000.0 / count as f64,
        unit: "ms",
        aim: None,
    });

    measure(&mut stage, count, idle, "polled", POLL + 2.0, &mut table).await?;

    // The same desk, now reached by the stand-in with notifications.
    let file = stage.dir.path().join("postdesk.toml");
    let config = std::fs::read_to_string(&file)?;
    let with = format!("[mailbox]\nnotification_url = {:?}\n", stage.desk);
    std::fs::write(&file, config.replace("[mailbox]\n", &with))?;
    measure(&mut stage, count, idle, "notified", NOTIFIED, &mut table).await?;
    stage.end().await?;

    let width = table.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    print(&format!("\n{:width$}   {:>14}   aim", "what", "figure"));
    let mut missed = 0;
    for Row { what, figure, unit, aim } in &table {
        let verdict = match aim {
            Some(aim) if figure > aim => {
                missed += 1;
                format!("at most {aim:.1} {unit}: MISSED")
            }
            Some(aim) => format!("at most {aim:.1} {unit}"),
            None => String::new(),
        };
        print(&format!("{what:width$}   {:>14}   {verdict}", format!("{figure:.1} {unit}")));
    }
    ensure!(missed == 0, "{missed} aims missed");
    print(&format!("{count} mailboxes on one process: all aims kept"));
    Ok(())
}

fn address(n: usize) -> String {
    format!("box{n:04}@bench.example")
}

/// Makes the mailboxes at the stand-in and connects them with the engine itself, while the desk is not running.
async fn connect(stage: &Stage, count: usize) -> anyhow::Result<()> {
    let store = stage.store().await?;
    let base: url::Url = format!("{}/", stage.microsoft.base).parse()?;
    let cloud = Cloud { login: base.clone(), graph: base };
    let http = exchange::http_client(None)?;
    let registration = Registration {
        client_id: bench::APP.0.to_owned(),
        credential: exchange::Credential::Secret(bench::APP.1.into()),
        authority: "organizations".to_owned(),
        redirect_uri: format!("{}/admin/connect/return", stage.desk).parse()?,
        consent_uri: format!("{}/consent/return", stage.desk).parse()?,
    };
    let engine = Engine::new(Parts {
        store: store.clone(),
        entra: Some(Entra::new(http.clone(), cloud.clone(), registration)),
        graph: Graph::new(http, cloud),
        clock: Clock::default(),
        settings: Settings { public_url: stage.desk.clone(), ..Settings::default() },
    })
    .await?;
    let person = engine.log_in(bench::ADMIN, bench::PASSWORD).await?.person;
    let actor = Actor { person };
    let brand = engine.brands(&actor).await?.first().context("a brand")?.id;
    let mut works = JoinSet::new();
    for n in 0..count {
        if works.len() >= AT_ONCE {
            works.join_next().await.context("work")???;
        }
        let (engine, actor, microsoft) = (engine.clone(), actor.clone(), stage.microsoft.clone());
        works.spawn(async move {
            let address = address(n);
            microsoft.person(&address, "Support").await?;
            let departure = engine.begin_connect(&actor, ConnectChoice { brand, import: None }).await?;
            let password = testkit::microsoft::PASSWORD;
            let back =
                microsoft.sign_in(&mut Visitor::default(), &departure, &address, password, &[]).await?;
            let value = |name| testkit::world::parameter(&back, name);
            let id = engine.return_with_code(&actor, &value("state")?, &value("code")?).await?;
            engine.confirm(&actor, id).await?;
            anyhow::Ok(())
        });
    }
    while let Some(done) = works.join_next().await {
        done??;
    }
    drop(engine);
    store.close().await;
    Ok(())
}

/// Starts the desk, lets it come to rest, and measures.
async fn measure(
    stage: &mut Stage,
    count: usize,
    idle: u64,
    how: &str,
    within: f64,
    table: &mut Vec<Row>,
) -> anyhow::Result<()> {
    say(&format!("{how}: coming to rest"));
    stage.open_desk().await?;
    let store = stage.store().await?;
    all_read(&store, count).await?;
    if how == "notified" {
        all_subscribed(&store, count).await?;
    }
    // The pace slows down from the first reading to the idle one within this time.
    tokio::time::sleep(Duration::from_secs_f64(POLL * 2.0)).await;
    say(&format!("{how}: idle for {idle} s"));
    let (_, before) = stage.usage()?;
    tokio::time::sleep(Duration::from_secs(idle)).await;
    let (memory, after) = stage.usage()?;
    let row = |what: String, figure, unit, aim| Row { what, figure, unit, aim: Some(aim) };
    let cpu = (after - before) * 100.0 / idle as f64;
    table.push(row(format!("idle CPU, {how}, % of a core"), cpu, "%", IDLE_CPU));
    table.push(row(format!("memory, {how}"), memory, "MiB", MEMORY));
    say(&format!("{how}: {MAILS} mails to random mailboxes"));
    let mut times = deliver(stage, &store, count, how).await?;
    times.sort_by(f64::total_cmp);
    table.push(Row {
        what: format!("delivery to ticket, {how}, median"),
        figure: times[times.len() / 2],
        unit: "s",
        aim: None,
    });
    table.push(row(format!("delivery to ticket, {how}, longest"), times[times.len() - 1], "s", within));
    store.close().await;
    stage.stop_desk().await
}

async fn all_read(store: &Store, count: usize) -> anyhow::Result<()> {
    let begun = Timestamp::now();
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        let read = store.support_addresses().await?;
        let read = read.iter().filter(|one| one.connection.last_read_at.is_some_and(|at| at > begun)).count();
        if read == count {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "only {read} of {count} mailboxes were read");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn all_subscribed(store: &Store, count: usize) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        let there = store.subscriptions().await?.len();
        if there == count {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "only {there} of {count} mailboxes have notifications");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// One mail after another, each to a random mailbox: seconds from the delivery's answer to the ticket in the database.
async fn deliver(stage: &Stage, store: &Store, count: usize, how: &str) -> anyhow::Result<Vec<f64>> {
    let mut random = StdRng::seed_from_u64(300);
    let all: Vec<usize> = (0..count).collect();
    let wanted = store
        .ledger(&LedgerQuery { limit: 10_000, ..LedgerQuery::default() })
        .await?
        .iter()
        .filter(|row| row.outcome == Some(OutcomeKind::NewTicket))
        .count();
    let mut times = Vec::new();
    // Polled mailboxes wait side by side, or it would take ten minutes; notified ones one by one, each on an idle desk.
    let bundle = if how == "polled" { MAILS } else { 1 };
    while times.len() < MAILS {
        let started = Instant::now();
        for n in 0..bundle {
            let to = address(*all.choose(&mut random).context("a mailbox")?);
            // Each from somebody else: whoever writes twenty mails an hour is taken for a machine.
            let mail = times.len() + n;
            let raw = format!(
                "From: {how}{mail}@outside.example\r\nTo: {to}\r\nSubject: {how} {mail}\r\n\
                 Message-ID: <{how}-{mail}@outside.example>\r\n\r\nHello.\r\n",
            );
            stage.microsoft.deliver(&to, raw).await?;
        }
        let goal = times.len() + bundle;
        while times.len() < goal {
            let rows = store.ledger(&LedgerQuery { limit: 10_000, ..LedgerQuery::default() }).await?;
            let tickets = rows.iter().filter(|row| row.outcome == Some(OutcomeKind::NewTicket)).count();
            while times.len() < (tickets - wanted).min(goal) {
                times.push(started.elapsed().as_secs_f64());
            }
            if started.elapsed() > Duration::from_secs(400) {
                bail!("{how}: a mail did not become a ticket");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    Ok(times)
}

#[expect(clippy::print_stderr, reason = "progress")]
fn say(line: &str) {
    eprintln!("{line} ...");
}

#[expect(clippy::print_stdout, reason = "the result")]
fn print(line: &str) {
    println!("{line}");
}
