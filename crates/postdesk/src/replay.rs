//! `postdesk replay`: which kept mails today's reader reads differently from what the desk shows; with `--apply` the
//! desk shows them as they are read now. Sends nothing.

use anyhow::Context;
use desk::LedgerId;
use jiff::Timestamp;

use crate::config::Config;

/// Goes through the ledger in pages, so that memory does not grow with it. Tells each mail on one line.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub async fn run(config: &Config, apply: bool, since: Option<&str>) -> anyhow::Result<()> {
    crate::logs::start(config.log, "error")?;
    let since = since.map(day).transpose()?;
    let store = crate::assemble::store(config).await?;
    let engine = crate::assemble::engine(config, store).await?;
    let (mut after, mut looked_at, mut differ, mut applied) = (LedgerId(0), 0, 0_u64, 0_u64);
    loop {
        let (found, rows, last) = engine.replay(after, since, apply).await?;
        looked_at += rows;
        for read in found {
            differ += 1;
            let done = apply && read.can_apply();
            applied += u64::from(done);
            let fields: Vec<&str> = read.differences.iter().map(|one| one.field.as_str()).collect();
            let ticket = read.row.ticket.map(|ticket| format!(" #{ticket}")).unwrap_or_default();
            let mark = if done { "applied" } else { "differs" };
            println!("{}{ticket} {mark}: {} | {}", read.row.id, fields.join(", "), read.row.subject);
        }
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    println!("{looked_at} mails read, {differ} read differently, {applied} applied");
    engine.store().close().await;
    Ok(())
}

/// `2026-11-01`, the beginning of that day in UTC, or a moment.
fn day(text: &str) -> anyhow::Result<Timestamp> {
    let moment = format!("{text}T00:00:00Z");
    text.parse()
        .or_else(|_| moment.parse())
        .with_context(|| format!("--since is {text:?}; known is 2026-11-01"))
}
