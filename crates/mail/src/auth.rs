//! What Exchange Online found out about the sender.
//!
//! Everything below the line at which Exchange took the mail in came with the mail, and may be forged. What stands above
//! was stamped by Exchange: first the verdict, then the servers inside. Only the topmost verdict counts, only where it
//! stands above that line, and only for the one address in From.

use crate::header::Fields;
use crate::letter::AuthVerdict;

/// The verdict on the sender: the same organisation, or what the topmost `Authentication-Results` says.
///
/// `AuthAs: Internal` counts because Exchange strips `X-MS-Exchange-Organization-*` from mail from outside.
/// `Authentication-Results-Original` (what Exchange makes of foreign verdicts) and ARC headers count for nothing:
/// anybody can seal a chain of their own. Where Exchange trusts a sealer it says so in its own verdict
/// (`compauth=pass reason=130`).
pub fn verdict(fields: &Fields<'_>) -> AuthVerdict {
    let auth_as: Vec<String> = fields.texts("x-ms-exchange-organization-authas").collect();
    let internal = |value: &String| value.trim().eq_ignore_ascii_case("internal");
    if !auth_as.is_empty() && auth_as.iter().all(internal) {
        return AuthVerdict::Pass;
    }
    match topmost(fields).map(|line| Clauses::read(&line)) {
        Some(clauses) => clauses.verdict(fields),
        None => AuthVerdict::Unknown,
    }
}

/// The topmost verdict, as its bytes stand there: decoding encoded words could make clauses of what a sender wrote.
fn topmost(fields: &Fields<'_>) -> Option<String> {
    for (name, value) in fields.in_order() {
        let value = || String::from_utf8_lossy(value).to_ascii_lowercase();
        if name.eq_ignore_ascii_case("authentication-results") {
            return Some(value());
        }
        if name.eq_ignore_ascii_case("received") && !is_inside(&value()) {
            return None;
        }
    }
    None
}

/// A hop between two servers of Exchange. The door itself is `….mail.protection.outlook.com`: what stands below it
/// came in through it.
fn is_inside(received: &str) -> bool {
    const MICROSOFT: [&str; 6] = [
        ".outlook.com",
        ".office365.com",
        ".exchangelabs.com",
        ".partner.outlook.cn",
        ".office365.us",
        ".apps.mil",
    ];
    let by = received.split_whitespace().skip_while(|word| *word != "by").nth(1).unwrap_or_default();
    MICROSOFT.iter().any(|domain| by.ends_with(domain)) && !by.contains(".mail.protection.")
}

/// What the clauses of one verdict say.
#[derive(Debug, Default)]
struct Clauses {
    dmarc: Vec<String>,
    compauth: Vec<String>,
    reason: String,
    header_from: Option<String>,
    foreign: bool,
}

impl Clauses {
    fn read(line: &str) -> Self {
        let mut this = Self::default();
        for (at, clause) in without_comments(line).split(';').enumerate() {
            let mut words = clause.split_whitespace();
            let Some((method, result)) = words.next().and_then(|word| word.split_once('=')) else {
                // Exchange writes no name of a server in front; whoever does is somebody else.
                this.foreign |= at == 0;
                continue;
            };
            let property = |name: &str| {
                clause
                    .split_whitespace()
                    .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
                    .map(str::to_owned)
            };
            match method {
                "dmarc" => {
                    this.dmarc.push(result.to_owned());
                    this.header_from = property("header.from");
                }
                "compauth" => {
                    this.compauth.push(result.to_owned());
                    this.reason = property("reason").unwrap_or_default();
                }
                _ => {}
            }
        }
        this
    }

    fn verdict(&self, fields: &Fields<'_>) -> AuthVerdict {
        let says = |results: &[String], word: &str| results.iter().any(|result| result == word);
        if self.foreign {
            return AuthVerdict::Unknown;
        }
        let failed = says(&self.dmarc, "fail");
        if says(&self.compauth, "fail") || (failed && !says(&self.compauth, "pass")) {
            return AuthVerdict::Fail;
        }
        // One verdict of a kind: Exchange writes no second one.
        if self.dmarc.len() > 1 || self.compauth.len() > 1 || !self.is_about_the_sender(fields) {
            return AuthVerdict::Unknown;
        }
        let proved = match self.compauth.first().map(String::as_str) {
            // The sender's policy failed: only a sealer whom the organisation trusts explains that. What else passes
            // then passes by reputation.
            Some("pass") if failed => self.reason == "130",
            Some("pass") => {
                says(&self.dmarc, "pass")
                    || says(&self.dmarc, "bestguesspass")
                    || !self.reason.starts_with('7')
            }
            Some("softpass") => says(&self.dmarc, "pass"),
            _ => says(&self.dmarc, "pass") || says(&self.dmarc, "bestguesspass"),
        };
        if proved { AuthVerdict::Pass } else { AuthVerdict::Unknown }
    }

    /// The verdict speaks of one domain. A mail with two From fields, or with two people in it, shows another to its
    /// reader.
    fn is_about_the_sender(&self, fields: &Fields<'_>) -> bool {
        let senders = fields.people("from");
        let one = fields.in_order().filter(|(name, _)| name.eq_ignore_ascii_case("from")).count() == 1;
        let same = |domain: &String| senders.iter().all(|sender| sender.address.domain() == domain);
        one && senders.len() == 1 && self.header_from.as_ref().is_none_or(same)
    }
}

/// Comments and quoted text may hold what the sender wrote: `;dmarc=pass` inside them counts for nothing.
fn without_comments(text: &str) -> String {
    let (mut depth, mut quoted) = (0usize, false);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted || depth > 0 => {
                chars.next();
            }
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 && !quoted => out.push(c),
            _ => {}
        }
    }
    out
}
