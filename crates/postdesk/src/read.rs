//! `postdesk read FILE`: one mail as the desk understands it.

use std::io::Read;
use std::path::Path;

use anyhow::Context;

/// Prints the mail as JSON.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub fn run(file: &Path) -> anyhow::Result<()> {
    let mut raw = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut raw).context("cannot read standard input")?;
    } else {
        raw = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let letter = mail::read(&raw);
    println!("{}", serde_json::to_string_pretty(&mail::summary::Summary::from(&letter))?);
    Ok(())
}
