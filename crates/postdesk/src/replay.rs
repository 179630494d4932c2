//! `postdesk replay`: which kept mails today's reader reads differently from what the desk shows; with `--apply` the
//! desk shows them as they are read now. Sends nothing. Each mail is one transaction: a command that is stopped half-way has applied
//! whole mails, and goes on with the others when it is called again.

use std::io::{self, Write as _};

use anyhow::Context;
use desk::LedgerId;
use engine::ReadAgain;
use jiff::Timestamp;

use crate::config::Config;

/// Characters of a text that are printed.
const SHOWN: usize = 120;

/// Goes through the ledger in pages, so that memory does not grow with it. Tells each mail on one line, and each difference on one.
/// Ends quietly where nobody reads on (`| head`).
pub async fn run(config: &Config, apply: bool, since: Option<&str>) -> anyhow::Result<()> {
    crate::logs::start(config.log, "error")?;
    let since = since.map(day).transpose()?;
    let store = crate::assemble::store(config).await?;
    let engine = crate::assemble::engine(config, store).await?;
    let (mut after, mut looked_at, mut differ, mut applied) = (LedgerId(0), 0, 0_u64, 0_u64);
    let told = 'all: loop {
        let (found, rows, last) = engine.replay(after, since, apply).await?;
        looked_at += rows;
        for read in found {
            differ += 1;
            let done = apply && read.can_apply();
            applied += u64::from(done);
            if let Err(error) = tell(&read, done) {
                break 'all Err(error);
            }
        }
        let Some(last) = last else {
            let sum = format!("{looked_at} mails read, {differ} read differently, {applied} applied");
            break writeln!(io::stdout(), "{sum}");
        };
        after = last;
    };
    engine.store().close().await;
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn tell(read: &ReadAgain, done: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let fields: Vec<&str> = read.differences.iter().map(|one| one.field.as_str()).collect();
    let ticket = read.row.ticket.map(|ticket| format!(" #{ticket}")).unwrap_or_default();
    let mark = if done { "applied" } else { "differs" };
    let why = read.fixed.filter(|_| !done).map(|why| format!(" ({why})")).unwrap_or_default();
    writeln!(
        out,
        "{}{ticket} {mark}: {}{why} | {}",
        read.row.id,
        fields.join(", "),
        line(&read.row.subject)
    )?;
    for one in &read.differences {
        writeln!(out, "    {}: {} -> {}", one.field.as_str(), line(&one.before), line(&one.now))?;
    }
    Ok(())
}

/// A text on one line of a terminal: what a stranger wrote moves no cursor.
fn line(text: &str) -> String {
    let whole: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut short: String = whole.chars().take(SHOWN).collect();
    if short.len() < whole.len() {
        short.push('…');
    }
    if short.trim().is_empty() { "(nothing)".to_owned() } else { short }
}

/// `2026-11-01`, the beginning of that day in UTC, or a moment.
fn day(text: &str) -> anyhow::Result<Timestamp> {
    let moment = format!("{text}T00:00:00Z");
    text.parse()
        .or_else(|_| moment.parse())
        .with_context(|| format!("--since is {text:?}; known is 2026-11-01"))
}
