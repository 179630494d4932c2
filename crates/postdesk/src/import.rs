//! `postdesk import`: tickets of mails from files, without triggers, with a progress bar.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::Config;

/// Mails handed to the engine at once: many, because between two batches nothing is read ahead.
const BATCH: usize = 1024;
/// Bytes handed to the engine at once, so that a folder of huge mails does not fill the memory.
const BATCH_BYTES: usize = 64 << 20;

/// One mail of a file, or why it could not be read.
type Item = (String, std::io::Result<Vec<u8>>);

/// Takes in all mails of `paths`. The exit code is a failure when a file could not be read; the rest is taken in all the same.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub async fn run(
    config: &Config,
    address: &str,
    paths: &[PathBuf],
    verbose: bool,
) -> anyhow::Result<ExitCode> {
    crate::logs::start(config.log, "warn")?;
    let store = crate::assemble::store(config).await?;
    let engine = crate::assemble::engine(config, store).await?;
    let import = engine.file_import(address).await?;
    let files = files(paths)?;
    let total: u64 = files.iter().filter_map(|f| f.metadata().ok()).map(|m| m.len()).sum();
    let bar = ProgressBar::new(total).with_style(
        ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {elapsed} (rest {eta})")?
            .progress_chars("=> "),
    );
    bar.enable_steady_tick(Duration::from_millis(200));

    let started = Instant::now();
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<Item>(BATCH);
    let reading = tokio::task::spawn_blocking(move || {
        for file in files {
            if !read_file(&file, &mut |item| sender.blocking_send(item).is_ok()) {
                break;
            }
        }
    });
    let mut count = Counts::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut bytes = 0;
    loop {
        let item = receiver.recv().await;
        let ended = item.is_none();
        match item {
            Some((name, Ok(raw))) => {
                bytes += raw.len();
                batch.push((name, raw));
            }
            Some((name, Err(error))) => {
                count.unread += 1;
                bar.suspend(|| println!("cannot read {name}: {error}"));
            }
            None => {}
        }
        if batch.len() >= BATCH || bytes >= BATCH_BYTES || (ended && !batch.is_empty()) {
            let outcomes = import
                .take(std::mem::take(&mut batch))
                .await
                .context("the import stopped; start it again to go on")?;
            bar.inc(bytes as u64);
            bytes = 0;
            for outcome in outcomes {
                count.add(outcome.outcome.as_str());
                if verbose {
                    let ticket = outcome.ticket.map_or(String::new(), |t| format!(" #{t}"));
                    bar.suspend(|| {
                        println!(
                            "{}: {}{ticket} ({})",
                            outcome.name,
                            outcome.outcome.as_str(),
                            outcome.reason
                        );
                    });
                }
            }
            bar.set_message(format!("{} mails", count.mails));
        }
        if ended {
            break;
        }
    }
    reading.await?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let outcomes: Vec<String> = count.by_outcome.iter().map(|(name, n)| format!("{name} {n}")).collect();
    println!(
        "{} mails in {seconds:.1} s, {:.0} mails/s",
        count.mails,
        count.mails as f64 / seconds.max(0.001)
    );
    println!("{}", if outcomes.is_empty() { "no mail was found".to_owned() } else { outcomes.join(", ") });
    engine.store().close().await;
    Ok(if count.unread == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Default)]
struct Counts {
    mails: u64,
    unread: u64,
    by_outcome: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn add(&mut self, outcome: &'static str) {
        self.mails += 1;
        *self.by_outcome.entry(outcome).or_default() += 1;
    }
}

/// The files meant: files as they are, folders with everything in them that is a mail by its name, sorted.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let meta = path.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        if meta.is_dir() { walk(path, &mut found)? } else { found.push(path.clone()) }
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            walk(&entry, found)?;
        } else if is_mail_name(&entry) {
            found.push(entry);
        }
    }
    Ok(())
}

/// In a folder: `.eml`, `.mbox`, and files in a maildir's `cur` and `new`.
fn is_mail_name(path: &Path) -> bool {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    let folder = path.parent().and_then(Path::file_name);
    extension.is_some_and(|e| e == "eml" || e == "mbox") || folder.is_some_and(|f| f == "cur" || f == "new")
}

/// Hands over the mails of one file; false when nobody listens any more.
fn read_file(path: &Path, hand_over: &mut dyn FnMut(Item) -> bool) -> bool {
    let name = path.display().to_string();
    match is_mbox(path) {
        Err(error) => hand_over((name, Err(error))),
        Ok(false) => hand_over((name, std::fs::read(path))),
        Ok(true) => match File::open(path) {
            Err(error) => hand_over((name, Err(error))),
            Ok(file) => mail::mbox::mails(BufReader::new(file))
                .enumerate()
                .all(|(n, mail)| hand_over((format!("{name}:{}", n + 1), mail))),
        },
    }
}

/// An mbox begins with `From ` at its very first byte, whatever it is called; an .eml never does.
fn is_mbox(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(5).read_to_end(&mut head)?;
    Ok(head == b"From " && path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("eml")))
}
