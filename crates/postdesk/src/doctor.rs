//! `postdesk doctor`: the check-up at the command line, in the same words as on the page.

use std::process::ExitCode;

use anyhow::{Context, bail};
use desk::Language;
use engine::{Checkup, Finding, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::SupportAddress;
use web::doctor;

use crate::config::Config;

/// Checks one address or all; `with_mail`: each sends itself a test mail and waits for it. Ends with 1 when a finding needs somebody, and when there is nothing to check.
pub async fn run(
    config: &Config,
    address: Option<&str>,
    json: bool,
    with_mail: bool,
    lang: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let language = language(lang, |name| std::env::var(name).ok())?;
    crate::logs::start(config.log, "error")?;
    let store = crate::assemble::store(config).await?;
    let engine = crate::assemble::engine(config, store).await?;
    let all = engine.store().support_addresses().await?;
    let wanted = address.map(str::to_lowercase);
    let chosen: Vec<SupportAddress> = all
        .into_iter()
        .filter(|one| wanted.as_ref().is_none_or(|wanted| one.address.as_str() == wanted))
        .collect();
    if chosen.is_empty() {
        match address {
            Some(address) => bail!("{address} is not a support address of this desk"),
            None => bail!("no support address is connected yet"),
        }
    }
    let mut troubles = 0;
    for one in &chosen {
        let mut told = Printer { language, told: 0, json };
        told.begin(one);
        let checkup = engine.check_up(one.id, with_mail, |checkup| told.tell(checkup)).await?;
        told.end(one, &checkup)?;
        troubles += checkup.troubles();
    }
    engine.store().close().await;
    Ok(if troubles == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The language asked for, else the environment's; English where neither is one of ours.
fn language(lang: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Language> {
    if let Some(lang) = lang {
        return Language::parse(lang).with_context(|| format!("--lang is {lang:?}; known are en and ja"));
    }
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let short = said.unwrap_or_default();
    let short = short.split(['_', '.', '-']).next().unwrap_or_default();
    Ok(Language::parse(short).unwrap_or(Language::En))
}

/// Prints findings as they come.
struct Printer {
    language: Language,
    told: usize,
    json: bool,
}

#[expect(clippy::print_stdout, reason = "this is the command's result")]
impl Printer {
    fn begin(&self, address: &SupportAddress) {
        if !self.json {
            println!("{}", address.address);
        }
    }

    fn tell(&mut self, checkup: &Checkup) {
        if self.json {
            return;
        }
        for finding in &checkup.findings[self.told..] {
            print!("{}", lines(self.language, finding));
        }
        self.told = checkup.findings.len();
    }

    fn end(&self, address: &SupportAddress, checkup: &Checkup) -> anyhow::Result<()> {
        if self.json {
            let mut value = serde_json::to_value(checkup)?;
            value["address"] = address.address.as_str().into();
            println!("{value}");
            return Ok(());
        }
        for line in doctor::sum(self.language, checkup) {
            println!("  {line}");
        }
        println!();
        Ok(())
    }
}

fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A finding as lines of text.
fn lines(language: Language, finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::Ok => "✓",
        Verdict::Skipped => "–",
        Verdict::Look => "!",
        Verdict::Trouble => "✗",
    };
    let said = doctor::say(language, finding, &clock);
    let mut text = format!("  {mark} {}: {}\n", doctor::step(language, finding.step), said.sentence);
    let mut under = |line: &str| text.push_str(&format!("      {line}\n"));
    if let Some(next) = &said.next {
        under(&format!("→ {next}"));
    }
    if let Some((number, help)) = &said.number {
        under(&format!("{number}: {help}"));
    }
    if let Some(words) = &said.microsoft {
        under(words);
    }
    for id in &said.ids {
        under(id);
    }
    if let Some(command) = &finding.command {
        under(&format!("{}:", doctor::powershell(language)));
        under(&format!("  {command}"));
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use engine::{Fact, Step};

    use super::*;

    #[test]
    fn the_language_is_the_one_asked_for_else_the_environments() {
        let environment = |lang: &'static str| move |name: &str| (name == "LANG").then(|| lang.to_owned());
        for (asked, lang, expected) in [
            (Some("ja"), "en_US.UTF-8", Language::Ja),
            (None, "ja_JP.UTF-8", Language::Ja),
            (None, "ja", Language::Ja),
            (None, "de_DE.UTF-8", Language::En),
            (None, "C", Language::En),
            (None, "", Language::En),
        ] {
            assert_eq!(language(asked, environment(lang)).unwrap(), expected, "{asked:?} {lang}");
        }
        assert!(language(Some("fr"), environment("ja")).is_err());
    }

    #[test]
    fn a_finding_is_told_in_the_same_words_as_on_the_page() {
        let fact = Fact::PermissionsMissing { missing: vec!["Mail.Send".to_owned()] };
        let finding =
            Finding { step: Step::Permissions, verdict: fact.verdict(), fact, millis: 3, command: None };
        assert!(
            lines(Language::Ja, &finding)
                .starts_with("  ✗ アクセス許可: 不足しているアクセス許可：Mail.Send\n")
        );
        assert!(lines(Language::En, &finding).contains("→ Press Reconnect"));
    }
}
