//! The words of a check-up, for pages and for the command line alike.

use desk::Language;
use engine::{Checkup, Fact, Finding, Step, Verdict};
use exchange::{Class, EntraHelp, NoMailbox, known_code};
use i18n_embed_fl::fl;
use jiff::Timestamp;

use crate::explain::{no_mailbox, sign_in};
use crate::language::{Texts, texts};

/// A finding in words.
#[derive(Debug, Clone)]
pub struct Said {
    /// One plain sentence.
    pub sentence: String,
    /// One next step, where somebody should take one.
    pub next: Option<String>,
    /// About the AADSTS number: what it is called, and what it asks for.
    pub number: Option<(String, String)>,
    /// Microsoft's own words.
    pub microsoft: Option<String>,
    /// Ids for support, Microsoft's or ours.
    pub ids: Vec<String>,
    /// The page that mends it.
    pub page: Option<Mend>,
}

/// Pages that mend something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// Signing in anew.
    Reconnect,
    /// The mail log of the connection.
    MailLog,
    /// Sending a test mail.
    Prove,
    /// The page of the desk's email channel, where its registration is.
    Channel,
}

/// How the faces write a time.
pub type Clock<'a> = &'a dyn Fn(Timestamp) -> String;

/// A step's name.
pub fn step(language: Language, step: Step) -> String {
    step_name(texts(language), step)
}

fn step_name(t: Texts, step: Step) -> String {
    match step {
        Step::Registration => fl!(t, "step-registration"),
        Step::SignIn => fl!(t, "step-sign-in"),
        Step::Permissions => fl!(t, "step-permissions"),
        Step::Mailbox => fl!(t, "step-mailbox"),
        Step::Read => fl!(t, "step-read"),
        Step::Draft => fl!(t, "step-draft"),
        Step::RoundTrip => fl!(t, "step-round-trip"),
        Step::Clock => fl!(t, "step-clock"),
        Step::Notification => fl!(t, "step-notification"),
        Step::Throttling => fl!(t, "step-throttling"),
        Step::OtherReader => fl!(t, "step-other-reader"),
        Step::Ledger => fl!(t, "step-ledger"),
        Step::Dns => fl!(t, "step-dns"),
    }
}

/// A verdict's name.
pub fn verdict(language: Language, verdict: Verdict) -> String {
    let t = texts(language);
    match verdict {
        Verdict::Ok => fl!(t, "verdict-ok"),
        Verdict::Skipped => fl!(t, "verdict-skipped"),
        Verdict::Look => fl!(t, "verdict-look"),
        Verdict::Trouble => fl!(t, "verdict-trouble"),
    }
}

/// The lines that sum a finished check-up up.
pub fn sum(language: Language, checkup: &Checkup) -> Vec<String> {
    let t = texts(language);
    let troubles = checkup.troubles();
    let looks = checkup.findings.iter().filter(|finding| finding.verdict == Verdict::Look).count();
    let mut lines = Vec::new();
    if checkup.healed {
        lines.push(fl!(t, "checkup-healed"));
    }
    lines.push(if troubles == 0 {
        fl!(t, "checkup-fine")
    } else {
        fl!(t, "checkup-troubles", count = troubles)
    });
    if looks > 0 {
        lines.push(fl!(t, "checkup-looks", count = looks));
    }
    lines
}

/// What stands before a line of PowerShell.
pub fn powershell(language: Language) -> String {
    fl!(texts(language), "powershell")
}

/// What stands before words about an AADSTS number.
pub fn about_number(language: Language, number: &str, name: &str) -> String {
    fl!(texts(language), "number-help", number = number, name = name)
}

/// A finding in words.
pub fn say(language: Language, finding: &Finding, clock: Clock) -> Said {
    let t = texts(language);
    let (sentence, next) = sentence(t, &finding.fact, clock);
    let mut said =
        Said { sentence, next, number: None, microsoft: None, ids: Vec::new(), page: page(&finding.fact) };
    match &finding.fact {
        Fact::Refused { aadsts, message, request_id, code, .. } => {
            said.number = aadsts.and_then(|number| {
                let known = known_code(number)?;
                Some((format!("AADSTS{number} {}", known.name), entra_help(t, known.help)))
            });
            let words = [code.as_str(), message.as_str()];
            let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
            said.microsoft = (!words.is_empty()).then(|| words.join(": "));
            said.ids.extend(request_id.clone());
        }
        Fact::LedgerTookIn { items, .. } => said.ids.clone_from(items),
        _ => {}
    }
    said
}

fn page(fact: &Fact) -> Option<Mend> {
    match fact {
        Fact::Refused { class: Class::SignIn | Class::Consent | Class::AccessToken, .. }
        | Fact::PermissionsMissing { .. } => Some(Mend::Reconnect),
        Fact::Refused { class: Class::AppCredential | Class::AppConfig, .. } | Fact::NotRegistered => {
            Some(Mend::Channel)
        }
        Fact::LedgerTookIn { .. } | Fact::LedgerWaits { .. } => Some(Mend::MailLog),
        Fact::NeverProved | Fact::ProvedLongAgo { .. } | Fact::ProofNotReturned { .. } => Some(Mend::Prove),
        _ => None,
    }
}

/// What a number of Entra's asks for.
pub(crate) fn entra_help(t: Texts, help: EntraHelp) -> String {
    match help {
        EntraHelp::Reconnect => fl!(t, "entra-help-reconnect"),
        EntraHelp::RestartLogin => fl!(t, "entra-help-restart-login"),
        EntraHelp::Consent => fl!(t, "entra-help-consent"),
        EntraHelp::AdminConsent => fl!(t, "entra-help-admin-consent"),
        EntraHelp::AdminConfig => fl!(t, "entra-help-admin-config"),
        EntraHelp::AdminAction => fl!(t, "entra-help-admin-action"),
        EntraHelp::AppCredential => fl!(t, "entra-help-app-credential"),
        EntraHelp::AppConfig => fl!(t, "entra-help-app-config"),
        EntraHelp::Transient => fl!(t, "entra-help-transient"),
        EntraHelp::ClientBug => fl!(t, "entra-help-client-bug"),
    }
}

/// Cause and next step of a class of Microsoft's answers.
fn class_words(t: Texts, class: Class) -> (String, String) {
    match class {
        Class::NoAnswer => (fl!(t, "ms-no-answer-cause"), fl!(t, "ms-no-answer-next")),
        Class::Throttled => (fl!(t, "ms-throttled-cause"), fl!(t, "ms-throttled-next")),
        Class::Server => (fl!(t, "ms-server-cause"), fl!(t, "ms-server-next")),
        Class::Moving => (fl!(t, "ms-moving-cause"), fl!(t, "ms-moving-next")),
        Class::AccessToken => (fl!(t, "ms-access-token-cause"), fl!(t, "needs-sign-in-next")),
        Class::SignIn => (fl!(t, "ms-sign-in-cause"), fl!(t, "needs-sign-in-next")),
        Class::Consent => (fl!(t, "ms-consent-cause"), fl!(t, "missing-scopes-next")),
        Class::MissingScopes | Class::Denied => {
            (fl!(t, "ms-denied-cause"), fl!(t, "needs-administrator-next"))
        }
        Class::AppCredential => (fl!(t, "ms-app-credential-cause"), fl!(t, "ms-app-credential-next")),
        Class::AppConfig => (fl!(t, "ms-app-config-cause"), fl!(t, "ms-app-config-next")),
        Class::MailboxGone => (fl!(t, "ms-mailbox-gone-cause"), fl!(t, "mailbox-gone-next")),
        Class::NotFound => (fl!(t, "ms-not-found-cause"), fl!(t, "ms-unexpected-next")),
        Class::Resync => (fl!(t, "ms-resync-cause"), fl!(t, "ms-resync-next")),
        Class::Conflict => (fl!(t, "ms-conflict-cause"), fl!(t, "ms-conflict-next")),
        Class::PoisonItem => (fl!(t, "ms-poison-item-cause"), fl!(t, "ms-poison-item-next")),
        Class::Refused => (fl!(t, "ms-refused-cause"), fl!(t, "ms-refused-next")),
        Class::BadRequest => (fl!(t, "ms-bad-request-cause"), fl!(t, "ms-bad-request-next")),
        Class::NotGenuine => (fl!(t, "ms-not-genuine-cause"), fl!(t, "ms-not-genuine-next")),
        Class::Unexpected => (fl!(t, "ms-unexpected-cause"), fl!(t, "ms-unexpected-next")),
    }
}

/// A number for a text: `fl!` takes no dereferencing.
pub(crate) fn n(number: &u64) -> u64 {
    *number
}

/// Sentence and next step.
fn sentence(t: Texts, fact: &Fact, clock: Clock) -> (String, Option<String>) {
    let plain = |sentence| (sentence, None);
    match fact {
        Fact::Registered => plain(fl!(t, "found-registered")),
        Fact::NotRegistered => (fl!(t, "found-not-registered"), Some(fl!(t, "not-registered-next"))),
        Fact::SignInWorks { until } => plain(fl!(t, "found-sign-in-works", time = clock(*until))),
        Fact::Refused { class, aadsts, code, no_mailbox: why, .. } => {
            let more = match class {
                Class::SignIn => sign_in(t, *aadsts),
                Class::MailboxGone => match why.unwrap_or(NoMailbox::by_code(code)) {
                    NoMailbox::Unclear => None,
                    why => Some(no_mailbox(t, why)),
                },
                _ => None,
            };
            let (cause, next) = more.unwrap_or_else(|| class_words(t, *class));
            (cause, Some(next))
        }
        Fact::TimedOut { seconds } => {
            (fl!(t, "found-timed-out", seconds = n(seconds)), Some(fl!(t, "found-timed-out-next")))
        }
        Fact::NotTried { because } => plain(fl!(t, "found-not-tried", step = step_name(t, *because))),
        Fact::AllPermissions { granted } => plain(fl!(t, "found-all-permissions", granted = n(granted))),
        Fact::PermissionsMissing { missing } => (
            fl!(t, "found-permissions-missing", missing = missing.join(", ")),
            Some(fl!(t, "missing-scopes-next")),
        ),
        Fact::MailboxThere { total, unread } => {
            plain(fl!(t, "found-mailbox-there", total = n(total), unread = n(unread)))
        }
        Fact::InboxRead { newest: Some(at) } => plain(fl!(t, "found-inbox-read", time = clock(*at))),
        Fact::InboxRead { newest: None } => plain(fl!(t, "found-inbox-empty")),
        Fact::DraftWorks => plain(fl!(t, "found-draft-works")),
        Fact::Proved { at } => plain(fl!(t, "found-proved", time = clock(*at))),
        Fact::ProvedLongAgo { at } => {
            (fl!(t, "found-proved-long-ago", time = clock(*at)), Some(fl!(t, "found-prove-next")))
        }
        Fact::ProofUnderWay { since } => plain(fl!(t, "found-proof-under-way", time = clock(*since))),
        Fact::ProofNotReturned { sent_at } => (
            fl!(t, "found-proof-not-returned", time = clock(*sent_at)),
            Some(fl!(t, "found-proof-not-returned-next")),
        ),
        Fact::NeverProved => (fl!(t, "found-never-proved"), Some(fl!(t, "found-prove-next"))),
        Fact::ClockRight => plain(fl!(t, "found-clock-right")),
        Fact::ClockOff { ahead } => {
            let seconds = ahead.unsigned_abs();
            let sentence = if *ahead > 0 {
                fl!(t, "found-clock-ahead", seconds = seconds)
            } else {
                fl!(t, "found-clock-behind", seconds = seconds)
            };
            (sentence, Some(fl!(t, "found-clock-next")))
        }
        Fact::ClockUnknown => plain(fl!(t, "found-clock-unknown")),
        Fact::NotPublic => plain(fl!(t, "found-not-public")),
        Fact::PublicAnswers => plain(fl!(t, "found-public-answers")),
        Fact::PublicSilent { detail } => {
            (fl!(t, "found-public-silent", detail = detail.as_str()), Some(fl!(t, "found-public-next")))
        }
        Fact::PublicOther { status } => {
            (fl!(t, "found-public-other", status = status.to_string()), Some(fl!(t, "found-public-next")))
        }
        Fact::BudgetsFine { calls } => plain(fl!(t, "found-budgets-fine", calls = n(calls))),
        Fact::Throttled { times } => {
            (fl!(t, "found-throttled", times = n(times)), Some(fl!(t, "found-throttled-next")))
        }
        Fact::BudgetLow { calls } => {
            (fl!(t, "found-budget-low", calls = n(calls)), Some(fl!(t, "found-throttled-next")))
        }
        Fact::AloneInMailbox { prompt } => plain(fl!(t, "found-alone", count = n(prompt))),
        Fact::TooFewToTell => plain(fl!(t, "found-too-few")),
        Fact::OtherReader { prompt, found_read, vanished } => (
            fl!(t, "found-other-reader", prompt = n(prompt), read = n(found_read), vanished = n(vanished)),
            Some(fl!(t, "found-other-reader-next")),
        ),
        Fact::LedgerComplete { counted, since } => {
            plain(fl!(t, "found-ledger-complete", counted = n(counted), time = clock(*since)))
        }
        Fact::LedgerTookIn { counted, unexplained, .. } => (
            fl!(t, "found-ledger-took-in", counted = n(counted), unexplained = n(unexplained)),
            Some(fl!(t, "found-ledger-took-in-next")),
        ),
        Fact::LedgerWaits { waiting, since } => (
            fl!(t, "found-ledger-waits", waiting = n(waiting), time = clock(*since)),
            Some(fl!(t, "found-ledger-waits-next")),
        ),
        _ => dns(t, fact),
    }
}

/// What the domain's DNS says.
fn dns(t: Texts, fact: &Fact) -> (String, Option<String>) {
    match fact {
        Fact::DomainForTests { domain } => (fl!(t, "found-domain-for-tests", domain = domain.as_str()), None),
        Fact::DnsSilent { question } => {
            (fl!(t, "found-dns-silent", question = question.as_str()), Some(fl!(t, "found-dns-silent-next")))
        }
        Fact::MxMicrosoft => (fl!(t, "found-mx-microsoft"), None),
        Fact::MxThere { hosts } => (fl!(t, "found-mx-there", hosts = hosts.join(", ")), None),
        Fact::MxElsewhere { hosts } => {
            (fl!(t, "found-mx-elsewhere", hosts = hosts.join(", ")), Some(fl!(t, "found-mx-elsewhere-next")))
        }
        Fact::MxMissing { domain } => {
            (fl!(t, "found-mx-missing", domain = domain.as_str()), Some(fl!(t, "found-mx-missing-next")))
        }
        Fact::SpfRight => (fl!(t, "found-spf-right"), None),
        Fact::SpfMissing { record } => {
            (fl!(t, "found-spf-missing"), Some(fl!(t, "found-spf-missing-next", record = record.as_str())))
        }
        Fact::SpfWithoutMicrosoft { record } => {
            (fl!(t, "found-spf-without", record = record.as_str()), Some(fl!(t, "found-spf-without-next")))
        }
        Fact::SpfTwice => (fl!(t, "found-spf-twice"), Some(fl!(t, "found-spf-twice-next"))),
        Fact::DkimRight => (fl!(t, "found-dkim-right"), None),
        Fact::DkimMissing { names } => {
            (fl!(t, "found-dkim-missing", names = names.join(", ")), Some(fl!(t, "found-dkim-missing-next")))
        }
        Fact::DmarcRight { policy } => (fl!(t, "found-dmarc-right", policy = policy.as_str()), None),
        Fact::DmarcMissing { name } => {
            (fl!(t, "found-dmarc-missing"), Some(fl!(t, "found-dmarc-missing-next", name = name.as_str())))
        }
        _ => (fl!(t, "found-microsofts-domain"), Some(fl!(t, "found-microsofts-domain-next"))),
    }
}

#[cfg(test)]
#[path = "doctor/tests.rs"]
pub(crate) mod tests;
