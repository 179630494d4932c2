//! What reading a mail and deciding about it costs on one core, by kind of mail: `bench/letters`. Not a test.
//!
//! The small kinds are the folders of the corpus; the large ones are made here. Each large mail is read in a process of its own, because memory
//! that one mail gave back would hide what the next one takes.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program for developers")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use mail::html::{RemotePictures, clean};

#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/world.rs"]
mod world;

const MB: usize = 1024 * 1024;
/// Each measurement runs at least so long.
const LONG_ENOUGH: Duration = Duration::from_millis(600);
/// Size of a large mail: what Exchange Online takes at most from most senders.
const LARGE: usize = 50 * MB;
const LARGE_KINDS: [&str; 6] =
    ["a file", "Japanese words", "quoted lines", "HTML", "100,000 nested tags", "100,000 header lines"];

fn main() {
    match std::env::args().nth(1) {
        Some(kind) => one_large(&kind),
        None => {
            small();
            large();
        }
    }
}

/// Time this thread has spent on a processor: others may be busy on the same machine. Where the system does not say, time goes by the clock.
struct Watch(Option<Duration>, Instant);

impl Watch {
    fn start() -> Self {
        Self(Self::spent(), Instant::now())
    }

    fn spent() -> Option<Duration> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }

    fn elapsed(&self) -> Duration {
        match (self.0, Self::spent()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.1.elapsed(),
        }
    }
}

/// Time one run takes, over as many as fill the time.
fn each(mut work: impl FnMut()) -> Duration {
    let (watch, mut runs) = (Watch::start(), 0);
    while watch.elapsed() < LONG_ENOUGH {
        work();
        runs += 1;
    }
    watch.elapsed() / runs
}

fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// Microseconds a mail.
fn micros(count: usize, time: Duration) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

fn small() {
    println!(
        "{:<12} {:>6} {:>8} {:>10} {:>8} {:>10} {:>10} {:>10} {:>10}",
        "kind", "mails", "KB each", "mails/s", "MB/s", "read µs", "quotes µs", "decide µs", "clean µs"
    );
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mail/corpus");
    let mut folders: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut all = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir() && !folder.ends_with("source")) {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mails: Vec<Vec<u8>> = files
            .filter(|file| file.extension().is_some_and(|extension| extension == "eml"))
            .map(|file| std::fs::read(file).unwrap())
            .collect();
        if !mails.is_empty() {
            row(&folder.file_name().unwrap().to_string_lossy(), &mails);
            all.extend(mails);
        }
    }
    row("all", &all);
}

fn row(kind: &str, mails: &[Vec<u8>]) {
    let letters: Vec<mail::Letter> = mails.iter().map(|raw| mail::read(raw)).collect();
    let context = world::context();
    let bytes: usize = mails.iter().map(Vec::len).sum();
    let both = each(|| {
        for raw in mails {
            black_box(desk::decide::decide(&mail::read(raw), &context));
        }
    });
    let read = each(|| mails.iter().for_each(|raw| drop(black_box(mail::read(raw)))));
    let quotes = each(|| {
        for letter in &letters {
            black_box(mail::fresh(&letter.subject, &letter.text, letter.html.as_deref(), false, true));
        }
    });
    let decide = each(|| {
        for letter in &letters {
            black_box(desk::decide::decide(letter, &context));
        }
    });
    let cleaned = each(|| {
        for html in letters.iter().filter_map(|letter| letter.html.as_deref()) {
            black_box(clean(html, RemotePictures::Blocked, &|_| None));
        }
    });
    let with_html = letters.iter().filter(|letter| letter.html.is_some()).count().max(1);
    println!(
        "{kind:<12} {:>6} {:>8.1} {:>10.0} {:>8.1} {:>10.1} {:>10.1} {:>10.2} {:>10.1}",
        mails.len(),
        bytes as f64 / 1024.0 / mails.len() as f64,
        per_second(mails.len(), both),
        per_second(bytes, both) / MB as f64,
        micros(mails.len(), read),
        micros(mails.len(), quotes),
        micros(mails.len(), decide),
        micros(with_html, cleaned),
    );
}

fn large() {
    println!("\n{:<22} {:>6} {:>10} {:>10} {:>12}", "large", "MB", "read s", "clean s", "peak, times");
    for kind in LARGE_KINDS {
        let output = std::process::Command::new(std::env::current_exe().unwrap()).arg(kind).output().unwrap();
        print!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn one_large(kind: &str) {
    let raw = large_mail(kind);
    // Forgets the peak so far.
    let known = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status("VmRSS");
    let start = Watch::start();
    let letter = mail::read(raw.as_bytes());
    let read = start.elapsed();
    let peak = status("VmHWM").saturating_sub(before) as f64 / raw.len() as f64;
    let start = Watch::start();
    if let Some(html) = &letter.html {
        black_box(clean(html, RemotePictures::Blocked, &|_| None));
    }
    println!(
        "{kind:<22} {:>6.1} {:>10.2} {:>10.2} {:>12}",
        raw.len() as f64 / MB as f64,
        read.as_secs_f64(),
        start.elapsed().as_secs_f64(),
        if known { format!("{peak:.1}") } else { "unknown".to_owned() },
    );
}

/// A line of `/proc/self/status`, in bytes; 0 where there is none.
fn status(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or(0) * 1024
}

fn filled(line: &str) -> String {
    line.repeat(LARGE / line.len())
}

fn large_mail(kind: &str) -> String {
    let head = "From: a@b.example\r\nSubject: Re: x\r\nIn-Reply-To: <a@b.example>\r\n";
    let text = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    let html = "Content-Type: text/html; charset=utf-8\r\n\r\n";
    match kind {
        "a file" => {
            let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n";
            format!(
                "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{text}見積書を送ります。\r\n--b\r\n\
                 Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--b--\r\n",
                filled(line)
            )
        }
        "Japanese words" => format!(
            "{head}{text}{}",
            filled("いつもお世話になっております。株式会社サンプルの山田です。\r\n")
        ),
        "quoted lines" => {
            format!("{head}{text}承知しました。\r\n{}", filled("> いつもお世話になっております。\r\n"))
        }
        "HTML" => format!(
            "{head}{html}{}",
            filled("<p class=MsoNormal><span lang=JA>お世話になっております。</span></p>")
        ),
        "100,000 nested tags" => format!("{head}{html}{}", "<div><b>".repeat(50_000)),
        _ => format!("{head}{}\r\nx", "X-Trace: of a mail that went a long way\r\n".repeat(100_000)),
    }
}
