//! May this sender write to the desk at all? The account's two lists, whether strangers may write, and mail whose
//! sender cannot be genuine.
//!
//! The lists are Zendesk's (zendesk.md 5.4). Where two entries speak of one mail, the closer one wins: an address
//! before its domain, a domain before `*`. As close as each other, the allowlist wins over the blocklist, and
//! `suspend:` over `reject:`. A domain is that domain alone, without its subdomains.

use mail::{Address, AuthVerdict, Letter};
use serde::{Deserialize, Serialize};

use crate::Person;
use crate::decide::Cause;

/// Longest list in characters.
pub const LONGEST_LIST: usize = 10_000;
/// Days that suspended mail is kept, unless the account says otherwise.
pub const RETENTION_DAYS: u16 = 14;

/// What the account says about who may write, as an administrator typed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Addresses and domains that are trusted, separated by white space.
    pub allow: String,
    /// Addresses and domains that are suspended or rejected, each perhaps with `suspend:` or `reject:` before it.
    pub block: String,
    /// Whether people that the desk does not know may write.
    pub anyone_may_submit: bool,
    /// Whether mail whose sender Exchange calls forged is suspended; else it is only marked.
    pub suspend_unauthenticated: bool,
    /// Days that suspended mail is kept; `None`: for ever.
    pub retention_days: Option<u16>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow: String::new(),
            block: String::new(),
            anyone_may_submit: true,
            suspend_unauthenticated: false,
            retention_days: Some(RETENTION_DAYS),
        }
    }
}

/// One of the two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// The allowlist.
    Allow,
    /// The blocklist.
    Block,
}

/// What is wrong with a word of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Neither an address nor a domain.
    NoAddress,
    /// `*` on the allowlist, which would switch the blocklist off.
    StarAllowed,
    /// `suspend:` or `reject:` on the allowlist.
    PrefixAllowed,
    /// Something before the colon that is neither `suspend` nor `reject`.
    UnknownPrefix,
    /// The whole list is too long.
    TooLong,
}

/// A word that cannot stand in a list, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// In which list.
    pub list: List,
    /// Which word, counted from 1.
    pub number: usize,
    /// The word.
    pub word: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What a blocklist's entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    Reject,
    Suspend,
}

/// Whom an entry means. Later is closer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Everybody,
    Domain(String),
    One(Address),
}

/// How closely an entry means somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Everybody,
    Domain,
    One,
}

/// A policy, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    allow: Vec<Pattern>,
    block: Vec<(Pattern, Severity)>,
    anyone_may_submit: bool,
    suspend_unauthenticated: bool,
}

/// What the policy says of one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Admission {
    /// In or not.
    pub verdict: Verdict,
    /// On the allowlist, and not forged: its robots may make tickets, and it may write ten times as much as others.
    pub trusted: bool,
}

/// In or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// The other rules decide.
    #[default]
    Admitted,
    /// Into the suspended queue.
    Suspended(Cause),
    /// A ledger row, and nothing else.
    Rejected(Cause),
}

/// What admission looks at in a mail.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// From.
    pub from: Option<&'a Address>,
    /// Reply-To.
    pub reply_to: Option<&'a Address>,
    /// Exchange's verdict on the sender.
    pub auth: AuthVerdict,
    /// The person who has the author's address.
    pub person: Option<&'a Person>,
}

impl<'a> Sender<'a> {
    /// Of a letter.
    pub fn of(letter: &'a Letter, person: Option<&'a Person>) -> Self {
        Self {
            from: letter.from.as_ref().map(|from| &from.address),
            reply_to: letter.reply_to.as_ref().map(|reply_to| &reply_to.address),
            auth: letter.auth,
            person,
        }
    }

    fn addresses(&self) -> impl Iterator<Item = &'a Address> {
        self.from.into_iter().chain(self.reply_to)
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self { allow: Vec::new(), block: Vec::new(), anyone_may_submit: true, suspend_unauthenticated: false }
    }
}

impl Policy {
    /// Reads the lists; answers every word that cannot be understood.
    pub fn rules(&self) -> Result<Rules, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut allow = Vec::new();
        let mut block = Vec::new();
        for (number, word) in words(&self.allow, List::Allow, &mut faults) {
            match allowed(word) {
                Ok(pattern) => allow.push(pattern),
                Err(problem) => {
                    faults.push(Fault { list: List::Allow, number, word: word.to_owned(), problem });
                }
            }
        }
        for (number, word) in words(&self.block, List::Block, &mut faults) {
            match blocked(word) {
                Ok(entry) => block.push(entry),
                Err(problem) => {
                    faults.push(Fault { list: List::Block, number, word: word.to_owned(), problem });
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (anyone_may_submit, suspend_unauthenticated) =
            (self.anyone_may_submit, self.suspend_unauthenticated);
        Ok(Rules { allow, block, anyone_may_submit, suspend_unauthenticated })
    }

    /// The policy with this address trusted as well; `None` when it is already, or the list has no room.
    pub fn allowing(&self, address: &Address) -> Option<Policy> {
        if self.allow.split_whitespace().any(|word| word.eq_ignore_ascii_case(address.as_str())) {
            return None;
        }
        let joint = if self.allow.trim().is_empty() { "" } else { " " };
        let allow = format!("{}{joint}{address}", self.allow.trim_end());
        (allow.chars().count() <= LONGEST_LIST).then(|| Policy { allow, ..self.clone() })
    }

    /// The policy with this address suspended as well; `None` when the blocklist names it already, or has no room. It is taken off
    /// the allowlist, which would win.
    pub fn blocking(&self, address: &Address) -> Option<Policy> {
        let other = |word: &&str| !word.eq_ignore_ascii_case(address.as_str());
        let named = |word: &str| !other(&word.split_once(':').map_or(word, |(_, rest)| rest));
        let trusted = !self.allow.split_whitespace().all(|word| other(&word));
        let blocked = self.block.split_whitespace().any(named);
        if blocked && !trusted {
            return None;
        }
        let allow = match trusted {
            true => self.allow.split_whitespace().filter(other).collect::<Vec<_>>().join(" "),
            false => self.allow.clone(),
        };
        let joint = if self.block.trim().is_empty() { "" } else { " " };
        let block = match blocked {
            true => self.block.clone(),
            false => format!("{}{joint}{address}", self.block.trim_end()),
        };
        (block.chars().count() <= LONGEST_LIST).then(|| Policy { allow, block, ..self.clone() })
    }
}

fn words<'a>(text: &'a str, list: List, faults: &mut Vec<Fault>) -> Vec<(usize, &'a str)> {
    if text.chars().count() > LONGEST_LIST {
        faults.push(Fault { list, number: 0, word: String::new(), problem: Problem::TooLong });
        return Vec::new();
    }
    text.split_whitespace().enumerate().map(|(index, word)| (index + 1, word)).collect()
}

fn allowed(word: &str) -> Result<Pattern, Problem> {
    if word == "*" {
        return Err(Problem::StarAllowed);
    }
    if word.contains(':') {
        return Err(Problem::PrefixAllowed);
    }
    pattern(word)
}

fn blocked(word: &str) -> Result<(Pattern, Severity), Problem> {
    let (severity, rest) = match word.split_once(':') {
        None => (Severity::Suspend, word),
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("suspend") => (Severity::Suspend, rest),
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("reject") => (Severity::Reject, rest),
        Some(_) => return Err(Problem::UnknownPrefix),
    };
    Ok((if rest == "*" { Pattern::Everybody } else { pattern(rest)? }, severity))
}

/// `user@example.com`, `example.com` or `@example.com`.
fn pattern(word: &str) -> Result<Pattern, Problem> {
    let domain = word.strip_prefix('@').unwrap_or(word);
    if domain.contains('@') {
        let address = Address::parse(word).ok_or(Problem::NoAddress)?;
        return if is_domain(address.domain()) { Ok(Pattern::One(address)) } else { Err(Problem::NoAddress) };
    }
    let domain = domain.to_lowercase();
    if is_domain(&domain) { Ok(Pattern::Domain(domain)) } else { Err(Problem::NoAddress) }
}

/// Labels with dots between them; letters of every script are letters.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

impl Pattern {
    fn meets(&self, address: &Address) -> Option<Closeness> {
        match self {
            Pattern::Everybody => Some(Closeness::Everybody),
            Pattern::Domain(domain) => (address.domain() == domain).then_some(Closeness::Domain),
            Pattern::One(one) => (address == one).then_some(Closeness::One),
        }
    }
}

impl Rules {
    /// Judges a mail. Both From and Reply-To are looked at: whoever stands on a list by either is meant.
    pub fn judge(&self, sender: &Sender<'_>) -> Admission {
        let forged = sender.auth == AuthVerdict::Fail;
        // A genuine colleague is never locked out by a list. Exchange speaks of From; a Reply-To proves nothing.
        let proved = sender.auth == AuthVerdict::Pass
            && sender.reply_to.is_none_or(|reply_to| Some(reply_to) == sender.from);
        if proved && sender.person.is_some_and(|person| person.role.is_staff()) {
            return Admission { verdict: Verdict::Admitted, trusted: self.allows(sender).is_some() };
        }
        let allows = self.allows(sender);
        let trusted = allows.is_some() && !forged;
        let verdict = match self.blocks(sender, allows) {
            Some((severity, cause)) => match severity {
                Severity::Suspend => Verdict::Suspended(cause),
                Severity::Reject => Verdict::Rejected(cause),
            },
            // An entry of the allowlist speaks for its owner, not for whoever writes under that name.
            None if forged && self.suspend_unauthenticated => Verdict::Suspended(Cause::FailedAuthentication),
            None if !self.anyone_may_submit && sender.person.is_none() && !trusted => {
                Verdict::Suspended(Cause::SignupRequired)
            }
            None => Verdict::Admitted,
        };
        Admission { verdict, trusted: trusted && verdict == Verdict::Admitted }
    }

    /// Whether the allowlist names this very address.
    pub fn names(&self, address: &Address) -> bool {
        self.allow.iter().any(|entry| entry.meets(address) == Some(Closeness::One))
    }

    /// Whether the blocklist names this very address.
    pub fn blocks_by_name(&self, address: &Address) -> bool {
        self.block.iter().any(|(entry, _)| entry.meets(address) == Some(Closeness::One))
    }

    fn allows(&self, sender: &Sender<'_>) -> Option<Closeness> {
        let meets = |address: &Address| self.allow.iter().filter_map(|entry| entry.meets(address)).max();
        sender.addresses().filter_map(meets).max()
    }

    /// The closest entry that blocks, unless the allowlist has one as close. `*` does not mean people whom the desk knows.
    fn blocks(&self, sender: &Sender<'_>, allows: Option<Closeness>) -> Option<(Severity, Cause)> {
        let known = sender.person.is_some();
        let (closeness, severity) = sender
            .addresses()
            .flat_map(|address| {
                self.block.iter().filter_map(|(entry, severity)| Some((entry.meets(address)?, *severity)))
            })
            .filter(|(closeness, _)| !known || *closeness > Closeness::Everybody)
            .max()?;
        if allows.is_some_and(|allows| allows >= closeness) {
            return None;
        }
        let everybody = closeness == Closeness::Everybody;
        Some((severity, if everybody { Cause::NotOnAllowlist } else { Cause::Blocklisted }))
    }
}
