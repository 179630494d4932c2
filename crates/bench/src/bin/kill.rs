//! `bench/kill`: the desk is killed at random moments while mail arrives and answers are sent. Then everything is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bench::{Stage, wait_for};
use desk::TicketId;
use desk::decide::OutcomeKind;
use rand::Rng;
use serde_json::json;
use store::{LedgerQuery, Store, TicketQuery};
use testkit::{Microsoft, Visitor};

const SUPPORT: &str = "support@kill.example";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut arguments = std::env::args().skip(1);
    let binary = PathBuf::from(arguments.next().context("path of postdesk")?);
    let times: u32 = arguments.next().context("how many kills")?.parse()?;
    let number =
        |name: &str, default: u32| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    // Few kills want few mails: all of the work must happen while the desk is being killed.
    let (mails, answers) = if times < 20 { (times * 10, times * 2) } else { (500, 50) };
    let (mails, answers) = (number("MAILS", mails), number("ANSWERS", answers));

    let quick = "poll_min = 0.2\npoll_max = 0.5\nsweep_every = 5.0\nsend_grace = 2.0\nlease = 2.0\nmessages_a_minute = 100000\nrecipients_a_day = 1000000\n";
    let mut stage = Stage::set(&binary, None, quick).await?;
    stage
        .microsoft
        .post("settings", json!({"messagesAMinute": 100_000, "recipientsADay": 1_000_000}))
        .await?;
    stage.make_admin().await?;
    stage.open_desk().await?;
    let mut visitor = stage.signed_in().await?;
    stage.microsoft.person(SUPPORT, "Support").await?;
    stage.connect(&mut visitor, SUPPORT, false).await?;
    let store = stage.store().await?;

    let done = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(customers_write(stage.microsoft.clone(), mails, times));
    let answering =
        tokio::spawn(agent_answers(visitor, stage.desk.clone(), store.clone(), answers, done.clone()));
    for n in 1..=times {
        let pause = rand::rng().random_range(50..1200);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        stage.kill_desk().await?;
        stage.open_desk().await?;
        say(&format!("{n}/{times} killed"));
    }
    writing.await??;
    answering.await??;
    done.store(true, Ordering::Relaxed);
    settle(&store, mails).await?;
    let verdict = count(&store, &stage.microsoft, mails, answers).await?;
    stage.stop_desk().await?;
    store.close().await;
    stage.end().await?;
    for line in &verdict.details {
        say(line);
    }
    print(&format!(
        "{times} kills, {mails} mails, lost {}, doubled {}, sent twice {}, unsent {}",
        verdict.lost, verdict.doubled, verdict.sent_twice, verdict.unsent
    ));
    if verdict.clean() { Ok(()) } else { bail!("the promise was broken") }
}

/// Mails spread over the time of the killing; every fifth is a reply to an earlier one.
async fn customers_write(microsoft: Microsoft, mails: u32, times: u32) -> anyhow::Result<()> {
    let pause = Duration::from_millis(u64::from(times) * 900 / u64::from(mails.max(1)));
    let mut first: BTreeMap<u32, String> = BTreeMap::new();
    for n in 1..=mails {
        let original = (n % 5 == 0).then(|| n - 4);
        let who = original.unwrap_or(n);
        let mut mail = json!({
            "from": {"name": format!("Customer {who}"), "address": format!("customer{who}@outside.example")},
            "to": [{"address": SUPPORT}],
            "subject": format!("{}Kill {n}", if original.is_some() { "Re: " } else { "" }),
            "text": format!("This is mail number {n}."),
        });
        if let Some(id) = original.and_then(|o| first.get(&o)) {
            mail["inReplyTo"] = json!(id);
            mail["references"] = json!([id]);
        }
        first.insert(n, microsoft.customer_sends(mail).await?);
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// An agent answers the first tickets through the page, and presses the button again whenever the desk was gone: the form's key makes that harmless.
async fn agent_answers(
    mut visitor: Visitor,
    desk: String,
    store: Store,
    answers: u32,
    done: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let mut answered: BTreeSet<TicketId> = BTreeSet::new();
    while answered.len() < answers as usize && !done.load(Ordering::Relaxed) {
        let tickets = all_tickets(&store).await?;
        let Some(ticket) = tickets.into_iter().find(|t| !answered.contains(t)) else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let n = answered.len() + 1;
        let text = format!("Answer {n} of the agent.");
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut page = None;
        loop {
            if Instant::now() > deadline {
                bail!("answer {n} could not be given within a minute");
            }
            if page.is_none() {
                page =
                    visitor.open(&format!("{desk}/tickets/{ticket}")).await.ok().filter(|p| p.status == 200);
            }
            if let Some(open) = &page {
                let form = open.form_with("form_key")?;
                if let Ok(answer) =
                    visitor.submit_multipart(open, &form, &[("text", &text), ("public", "true")]).await
                {
                    if answer.status < 400 {
                        break;
                    }
                    if answer.status < 500 {
                        bail!("the answer was refused: {} {}", answer.status, answer.body);
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        answered.insert(ticket);
    }
    Ok(())
}

async fn all_tickets(store: &Store) -> anyhow::Result<BTreeSet<TicketId>> {
    let query =
        TicketQuery { statuses: vec![], assignee: None, text: String::new(), after: None, limit: 10_000 };
    Ok(store.tickets(&query).await?.into_iter().map(|row| row.ticket.id).collect())
}

/// Waits until all mails have been seen and nothing is left to do.
async fn settle(store: &Store, mails: u32) -> anyhow::Result<()> {
    let store = store.clone();
    let started = Instant::now();
    loop {
        let quiet = wait_for("the desk to come to rest", || async {
            let Ok(account) = store.ledger_account(None).await else { return false };
            let Ok(counts) = store.outbox_counts(None).await else { return false };
            account.seen >= u64::from(mails)
                && account.waiting == 0
                && counts.iter().all(|(step, n)| step.is_final() || *n == 0)
        })
        .await;
        if quiet.is_ok() || started.elapsed() > Duration::from_secs(300) {
            say(&format!("at rest after {:.1} s", started.elapsed().as_secs_f64()));
            return quiet.context("the desk did not come to rest within five minutes");
        }
    }
}

struct Verdict {
    lost: usize,
    doubled: usize,
    sent_twice: usize,
    unsent: usize,
    open_rows: usize,
    details: Vec<String>,
}

impl Verdict {
    fn clean(&self) -> bool {
        self.lost + self.doubled + self.sent_twice + self.unsent + self.open_rows == 0
    }
}

async fn count(store: &Store, microsoft: &Microsoft, mails: u32, answers: u32) -> anyhow::Result<Verdict> {
    // Comments that came by mail, by the number in their text: what an agent can really see.
    let mut comments: BTreeMap<String, usize> = BTreeMap::new();
    let mut tickets = 0;
    for ticket in all_tickets(store).await? {
        tickets += 1;
        for comment in store.comments(ticket).await?.into_iter().filter(|c| c.mail.is_some()) {
            *comments
                .entry(comment.text.lines().next().unwrap_or_default().trim().to_owned())
                .or_default() += 1;
        }
    }
    let expected: Vec<String> = (1..=mails).map(|n| format!("This is mail number {n}.")).collect();
    let lost: Vec<&String> = expected.iter().filter(|text| !comments.contains_key(*text)).collect();
    let doubled: usize = comments.values().map(|n| n - 1).sum();

    let rows = store.ledger(&LedgerQuery { limit: 100_000, ..LedgerQuery::default() }).await?;
    let open_rows = rows.iter().filter(|r| r.outcome.is_none()).count();
    let made = rows
        .iter()
        .filter(|r| {
            matches!(r.outcome, Some(OutcomeKind::NewTicket | OutcomeKind::Reply | OutcomeKind::FollowUp))
        })
        .count();

    // What the customers really received: the answer's text in their mailboxes, and every sent mail's own Message-ID once.
    let mut received: BTreeMap<String, usize> = BTreeMap::new();
    let sent = microsoft.messages_all(SUPPORT, "sentitems").await?;
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for message in &sent {
        *ids.entry(message["internetMessageId"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        let preview = message["preview"].as_str().unwrap_or_default();
        for n in 1..=answers {
            if preview.contains(&format!("Answer {n} of the agent.")) {
                *received.entry(n.to_string()).or_default() += 1;
            }
        }
    }
    let sent_twice =
        received.values().map(|n| n - 1).sum::<usize>() + ids.values().map(|n| n - 1).sum::<usize>();
    let unsent = answers as usize - received.len();
    let outbox = store.outbox_counts(None).await?;
    Ok(Verdict {
        lost: lost.len(),
        doubled,
        sent_twice,
        unsent,
        open_rows,
        details: vec![
            format!(
                "{tickets} tickets, {} comments by mail, {} ledger rows ({made} made a comment, {open_rows} without an outcome)",
                comments.values().sum::<usize>(),
                rows.len()
            ),
            format!("{} mails in Sent Items, outbox {outbox:?}", sent.len()),
            if lost.is_empty() { "every mail is there".to_owned() } else { format!("missing: {lost:?}") },
        ],
    })
}

#[expect(clippy::print_stderr, reason = "progress")]
fn say(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::print_stdout, reason = "the result")]
fn print(line: &str) {
    println!("{line}");
}
