//! `bench/run`: the figures, as a table.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bench::{Stage, wait_for};
use desk::decide::OutcomeKind;
use mail_builder::MessageBuilder;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use store::{LedgerQuery, TicketQuery};

const SUPPORT: &str = "support@bench.example";
const QUICK: &str = "poll_min = 0.4\npoll_max = 0.8\nlease = 5.0\n";

/// Rows of the table: what, figure, aim.
type Table = Vec<(String, String, &'static str)>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = std::env::args().skip(1);
    let binary = PathBuf::from(arguments.next().context("path of postdesk")?);
    let postgres = arguments.next().filter(|url| !url.is_empty());
    let mut table = Table::new();
    table.push(("binary".into(), format!("{:.1} MB", std::fs::metadata(&binary)?.len() as f64 / 1e6), ""));

    import_files(&binary, None, "SQLite", "over 1,000", &mut table).await?;
    if let Some(server) = &postgres {
        import_files(&binary, Some(&fresh(server).await?), "PostgreSQL", "", &mut table).await?;
    }
    over_http(&binary, None, "SQLite", &mut table).await?;
    if let Some(server) = &postgres {
        over_http(&binary, Some(&fresh(server).await?), "PostgreSQL", &mut table).await?;
    }
    newest_300(&binary, &mut table).await?;
    one_by_one(&binary, &mut table).await?;

    let width = table.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
    print(&format!("\n{:width$}   {:>22}   aim", "what", "figure"));
    for (what, figure, aim) in &table {
        print(&format!("{what:width$}   {figure:>22}   {aim}"));
    }
    Ok(())
}

/// A fresh database on the throwaway server.
async fn fresh(server: &str) -> anyhow::Result<String> {
    testkit::world::fresh_database(server).await
}

/// One believable mail: mostly plain, some HTML, some with a file, some Japanese; deterministic.
fn mail(random: &mut StdRng, n: u32, prefix: &str) -> anyhow::Result<Vec<u8>> {
    let body = |random: &mut StdRng| -> String {
        let lines = random.random_range(3..30);
        (0..lines)
            .map(|l| {
                format!(
                    "Line {l} about order {} and what came of it since last week.\r\n",
                    random.random_range(1000..99999)
                )
            })
            .collect()
    };
    let from = format!("customer{}@outside.example", random.random_range(0..2000));
    let mut builder = MessageBuilder::new()
        .from(("Customer", from.as_str()))
        .to(SUPPORT)
        .message_id(format!("{prefix}-{n}@outside.example"))
        .subject(if n.is_multiple_of(4) {
            format!("ご注文 {n} について")
        } else {
            format!("About order {n}")
        })
        .text_body(if n.is_multiple_of(4) {
            format!("いつもお世話になっております。注文{n}の件です。\r\n{}", body(random))
        } else {
            body(random)
        });
    if n.is_multiple_of(3) {
        builder = builder.html_body(format!(
            "<html><body><p>Order <b>{n}</b></p><table><tr><td>{}</td></tr></table></body></html>",
            body(random)
        ));
    }
    if n.is_multiple_of(7) {
        let file: Vec<u8> = (0..random.random_range(2_000..60_000)).map(|_| random.random()).collect();
        builder = builder.attachment("application/pdf", "quote.pdf", file);
    }
    Ok(builder.write_to_vec()?)
}

/// `postdesk import` of 5,000 files.
async fn import_files(
    binary: &Path,
    database: Option<&str>,
    engine: &str,
    aim: &'static str,
    table: &mut Table,
) -> anyhow::Result<()> {
    say(&format!("import of files, {engine}"));
    let stage = Stage::set(binary, database, QUICK).await?;
    let folder = stage.dir.path().join("mails");
    std::fs::create_dir(&folder)?;
    let mut random = StdRng::seed_from_u64(300);
    for n in 0..5_000 {
        std::fs::write(folder.join(format!("{n:05}.eml")), mail(&mut random, n, "file")?)?;
    }
    let output = stage.command(&["import", "--address", SUPPORT, &folder.display().to_string()]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = text
        .lines()
        .find(|line| line.contains("mails/s"))
        .with_context(|| format!("no figure in: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let rate = rate.rsplit(", ").next().unwrap_or(rate).to_owned();
    table.push((format!("whole intake by import, {engine}"), rate, aim));
    stage.end().await
}

/// 1,000 mails that wait in the mailbox when the desk starts.
async fn over_http(
    binary: &Path,
    database: Option<&str>,
    engine: &str,
    table: &mut Table,
) -> anyhow::Result<()> {
    say(&format!("from the stand-in over HTTP, {engine}"));
    let mails: u32 = 1_000;
    let mut stage = Stage::set(binary, database, QUICK).await?;
    unlimited(&stage).await?;
    stage.make_admin().await?;
    stage.open_desk().await?;
    let mut visitor = stage.signed_in().await?;
    stage.microsoft.person(SUPPORT, "Support").await?;
    stage.connect(&mut visitor, SUPPORT, false).await?;
    stage.stop_desk().await?;
    let mut random = StdRng::seed_from_u64(301);
    for n in 0..mails {
        stage.microsoft.deliver(SUPPORT, mail(&mut random, n, "http")?).await?;
    }
    stage.microsoft.delete("log").await?;
    let cold = stage.open_desk().await?;
    let started = Instant::now();
    let store = stage.store().await?;
    let mut peak: f64 = 0.0;
    loop {
        let account = store.ledger_account(None).await?;
        peak = peak.max(stage.usage()?.0);
        if account.seen >= u64::from(mails) && account.waiting == 0 {
            break;
        }
        if started.elapsed() > Duration::from_secs(300) {
            bail!("1,000 mails were not taken in within five minutes: {account:?}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seconds = started.elapsed().as_secs_f64();
    wait_for("the last mark", || async {
        store.ledger_account(None).await.is_ok_and(|a| a.unacknowledged == 0)
    })
    .await?;
    let cpu = stage.usage()?.1;
    let calls = reading_calls(&stage.microsoft.get("counters").await?);
    table.push((
        format!("whole intake over HTTP, {engine}"),
        format!("{:.0} mails/s", f64::from(mails) / seconds),
        "",
    ));
    table.push((
        format!("CPU a mail, with its notifications, {engine}"),
        format!("{:.1} ms", cpu * 1000.0 / f64::from(mails)),
        "",
    ));
    table.push((
        format!("Graph calls a mail, {engine}"),
        format!("{:.2}", calls / f64::from(mails)),
        "at most 2.2",
    ));
    table.push((format!("memory at work, {engine}"), format!("{peak:.0} MiB"), ""));
    table.push((format!("cold start, {engine}"), format!("{} ms", cold.as_millis()), "under 300 ms"));
    store.close().await;
    stage.end().await
}

/// Calls that reading needs: everything but drafts, sending and looking for sent copies.
fn reading_calls(counters: &Value) -> f64 {
    let operations = counters["byOperation"].as_object();
    let reading = |name: &str| {
        name.contains("$value")
            || name.contains("delta")
            || name.starts_with("PATCH")
            || name.starts_with("GET /me/mailFolders")
    };
    operations
        .map_or(0.0, |all| all.iter().filter(|(name, _)| reading(name)).filter_map(|(_, n)| n.as_f64()).sum())
}

/// Connecting with the newest 300.
async fn newest_300(binary: &Path, table: &mut Table) -> anyhow::Result<()> {
    say("import of the newest 300");
    let mut stage = Stage::set(binary, None, QUICK).await?;
    stage.microsoft.person(SUPPORT, "Support").await?;
    let mut random = StdRng::seed_from_u64(302);
    for n in 0..320 {
        stage.microsoft.deliver(SUPPORT, mail(&mut random, n, "old")?).await?;
    }
    stage.make_admin().await?;
    stage.open_desk().await?;
    let mut visitor = stage.signed_in().await?;
    stage.connect(&mut visitor, SUPPORT, true).await?;
    let started = Instant::now();
    let store = stage.store().await?;
    wait_for("300 imported", || async {
        store.ledger_account(None).await.is_ok_and(|a| a.seen >= 300 && a.waiting == 0)
    })
    .await?;
    table.push((
        "import of the newest 300".into(),
        format!("{:.1} s", started.elapsed().as_secs_f64()),
        "under 20 s",
    ));
    store.close().await;
    stage.end().await
}

/// 60 mails, one after another: from the delivery's answer to the ticket in the database.
async fn one_by_one(binary: &Path, table: &mut Table) -> anyhow::Result<()> {
    say("delivery to ticket");
    let mut stage = Stage::set(binary, None, QUICK).await?;
    unlimited(&stage).await?;
    stage.make_admin().await?;
    stage.open_desk().await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = stage.usage()?.0;
    let mut visitor = stage.signed_in().await?;
    stage.microsoft.person(SUPPORT, "Support").await?;
    stage.connect(&mut visitor, SUPPORT, false).await?;
    let store = stage.store().await?;
    let mut random = StdRng::seed_from_u64(303);
    let mut times = Vec::new();
    for n in 0..60 {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..900))).await;
        let raw = mail(&mut random, n, "single")?;
        let started = Instant::now();
        stage.microsoft.deliver(SUPPORT, raw).await?;
        let wanted = n as usize + 1;
        loop {
            let rows = store.ledger(&LedgerQuery { limit: 1000, ..LedgerQuery::default() }).await?;
            if rows.iter().filter(|r| r.outcome == Some(OutcomeKind::NewTicket)).count() >= wanted {
                break;
            }
            if started.elapsed() > Duration::from_secs(20) {
                bail!("mail {n} did not become a ticket within 20 s");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.push(started.elapsed());
    }
    times.sort();
    table.push((
        "delivery to ticket, median".into(),
        format!("{} ms", times[times.len() / 2].as_millis()),
        "under 1 s",
    ));
    table.push((
        "delivery to ticket, p99".into(),
        format!("{} ms", times[times.len() - 1].as_millis()),
        "under 1 s",
    ));
    table.push(("memory idle".into(), format!("{idle:.0} MiB"), "under 60 MiB"));
    let query =
        TicketQuery { statuses: vec![], assignee: None, text: String::new(), after: None, limit: 1000 };
    if store.tickets(&query).await?.is_empty() {
        bail!("no tickets were made");
    }
    store.close().await;
    stage.end().await
}

/// Takes Microsoft's sending limits away: they are not what is measured here.
async fn unlimited(stage: &Stage) -> anyhow::Result<()> {
    stage
        .microsoft
        .post("settings", serde_json::json!({"messagesAMinute": 100_000, "recipientsADay": 1_000_000}))
        .await
        .map(|_| ())
}

#[expect(clippy::print_stderr, reason = "progress")]
fn say(line: &str) {
    eprintln!("{line} ...");
}

#[expect(clippy::print_stdout, reason = "the result")]
fn print(line: &str) {
    println!("{line}");
}
