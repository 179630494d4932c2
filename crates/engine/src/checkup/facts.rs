//! What a check-up can find: steps, facts and how serious each is.

use desk::PersonId;
use exchange::{Class, NoMailbox};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Kind;

/// A step of the check-up, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The desk's own registration at Entra.
    Registration,
    /// A new access token.
    SignIn,
    /// What the account may.
    Permissions,
    /// The mailbox is in Exchange Online and can be reached.
    Mailbox,
    /// Its Inbox can be read.
    Read,
    /// A draft can be made: the beginning of every answer.
    Draft,
    /// A test mail goes out and comes back.
    RoundTrip,
    /// Our clock beside Microsoft's.
    Clock,
    /// The address at which Microsoft would notify the desk.
    Notification,
    /// What was spent of Microsoft's budgets.
    Throttling,
    /// Whether somebody else reads or moves the mail.
    OtherReader,
    /// The mailbox counted against the ledger.
    Ledger,
    /// The domain's DNS: MX, SPF, DKIM, DMARC.
    Dns,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 13] = [
        Self::Registration,
        Self::SignIn,
        Self::Permissions,
        Self::Mailbox,
        Self::Read,
        Self::Draft,
        Self::RoundTrip,
        Self::Clock,
        Self::Notification,
        Self::Throttling,
        Self::OtherReader,
        Self::Ledger,
        Self::Dns,
    ];

    /// The steps for a connection of this kind.
    pub fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Exchange => &Self::ALL,
            Kind::Forwarding | Kind::System => &[Self::RoundTrip, Self::Ledger, Self::Dns],
        }
    }
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not looked at, for a reason that is named.
    Skipped,
    /// Works, but somebody should have a look.
    Look,
    /// Somebody must do something.
    Trouble,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// There is a registration.
    Registered,
    /// There is none: no mailbox can be reached.
    NotRegistered,
    /// Microsoft gave a new access token.
    SignInWorks {
        /// Good until.
        until: Timestamp,
    },
    /// Microsoft refused, or did not answer.
    Refused {
        /// What kind of answer it was.
        class: Class,
        /// Microsoft's word.
        code: String,
        /// AADSTS number.
        aadsts: Option<u32>,
        /// Microsoft's own words.
        message: String,
        /// For Microsoft's support.
        request_id: Option<String>,
        /// Why there is no mailbox, where that is what is wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_mailbox: Option<NoMailbox>,
    },
    /// No answer within the time for one step.
    TimedOut {
        /// That time.
        seconds: u64,
    },
    /// Cannot be tried while an earlier step fails.
    NotTried {
        /// Which.
        because: Step,
    },
    /// Every permission is granted.
    AllPermissions {
        /// How many.
        granted: u64,
    },
    /// Some are missing.
    PermissionsMissing {
        /// Which.
        missing: Vec<String>,
    },
    /// The mailbox is there.
    MailboxThere {
        /// Messages in its Inbox.
        total: u64,
        /// Unread ones.
        unread: u64,
    },
    /// The Inbox was read.
    InboxRead {
        /// When its newest message came.
        newest: Option<Timestamp>,
    },
    /// A draft was made and taken away again.
    DraftWorks,
    /// A test mail came back lately.
    Proved {
        /// When.
        at: Timestamp,
    },
    /// None has come back for long.
    ProvedLongAgo {
        /// When the last one did.
        at: Timestamp,
    },
    /// One is on its way.
    ProofUnderWay {
        /// Since when.
        since: Timestamp,
    },
    /// The last one did not come back in time.
    ProofNotReturned {
        /// When it was sent.
        sent_at: Timestamp,
    },
    /// None has ever come back.
    NeverProved,
    /// The clocks agree.
    ClockRight,
    /// They do not.
    ClockOff {
        /// Seconds by which ours is ahead; negative: behind.
        ahead: i64,
    },
    /// Microsoft's answer did not tell its time.
    ClockUnknown,
    /// The desk has no public https address: it asks for mail instead of being told.
    NotPublic,
    /// The public address leads here.
    PublicAnswers,
    /// Nothing answers there.
    PublicSilent {
        /// What went wrong.
        detail: String,
    },
    /// Something else answers there.
    PublicOther {
        /// Its HTTP status.
        status: u16,
    },
    /// Budgets are fine.
    BudgetsFine {
        /// Calls in ten minutes.
        calls: u64,
    },
    /// Microsoft asked to wait.
    Throttled {
        /// How often in ten minutes.
        times: u64,
    },
    /// Calls run low.
    BudgetLow {
        /// Calls in ten minutes.
        calls: u64,
    },
    /// Nobody else reads the mail.
    AloneInMailbox {
        /// Mails looked at.
        prompt: u64,
    },
    /// Too little mail to tell.
    TooFewToTell,
    /// Somebody else is quicker.
    OtherReader {
        /// Mails looked at.
        prompt: u64,
        /// Found read.
        found_read: u64,
        /// Gone before they could be taken in.
        vanished: u64,
    },
    /// Every message is in the ledger.
    LedgerComplete {
        /// Messages counted.
        counted: u64,
        /// Received since.
        since: Timestamp,
    },
    /// Some were not: they were put into it and are being taken in.
    LedgerTookIn {
        /// Messages counted.
        counted: u64,
        /// Immutable ids of those that were missing (at most twenty).
        items: Vec<String>,
        /// How many were missing.
        unexplained: u64,
    },
    /// Some have waited long for their outcome.
    LedgerWaits {
        /// How many wait.
        waiting: u64,
        /// Since when the oldest waits.
        since: Timestamp,
    },
    /// The domain cannot exist: it is for tests.
    DomainForTests {
        /// The domain.
        domain: String,
    },
    /// Name servers could not be asked.
    DnsSilent {
        /// What was asked for, e.g. `MX contoso.com`.
        question: String,
    },
    /// Mail for the domain goes to Microsoft.
    MxMicrosoft,
    /// Mail for the domain goes there, as its owner wants.
    MxThere {
        /// Where to.
        hosts: Vec<String>,
    },
    /// It goes elsewhere first.
    MxElsewhere {
        /// Where to.
        hosts: Vec<String>,
    },
    /// There is no MX.
    MxMissing {
        /// The domain.
        domain: String,
    },
    /// Microsoft may send for the domain.
    SpfRight,
    /// There is no SPF record.
    SpfMissing {
        /// The record to be published.
        record: String,
    },
    /// The record does not name Microsoft.
    SpfWithoutMicrosoft {
        /// As it stands.
        record: String,
    },
    /// There are several, which counts as none.
    SpfTwice,
    /// Both keys are published.
    DkimRight,
    /// Keys are missing.
    DkimMissing {
        /// Names that have no record.
        names: Vec<String>,
    },
    /// There is a DMARC policy.
    DmarcRight {
        /// `none`, `quarantine`, `reject`.
        policy: String,
    },
    /// There is none.
    DmarcMissing {
        /// The name at which to publish it.
        name: String,
    },
    /// A domain of Microsoft's own: it allows a hundred recipients a day.
    MicrosoftsDomain,
}

impl Fact {
    /// How serious it is.
    pub fn verdict(&self) -> Verdict {
        match self {
            Fact::Registered
            | Fact::SignInWorks { .. }
            | Fact::AllPermissions { .. }
            | Fact::MailboxThere { .. }
            | Fact::InboxRead { .. }
            | Fact::DraftWorks
            | Fact::Proved { .. }
            | Fact::ClockRight
            | Fact::PublicAnswers
            | Fact::BudgetsFine { .. }
            | Fact::AloneInMailbox { .. }
            | Fact::LedgerComplete { .. }
            | Fact::MxMicrosoft
            | Fact::MxThere { .. }
            | Fact::SpfRight
            | Fact::DkimRight
            | Fact::DmarcRight { .. } => Verdict::Ok,
            Fact::NotTried { .. }
            | Fact::ProofUnderWay { .. }
            | Fact::ClockUnknown
            | Fact::NotPublic
            | Fact::TooFewToTell
            | Fact::DomainForTests { .. }
            | Fact::DnsSilent { .. } => Verdict::Skipped,
            Fact::Refused { class: Class::Throttled | Class::Moving | Class::Server, .. }
            | Fact::ProvedLongAgo { .. }
            | Fact::NeverProved
            | Fact::Throttled { .. }
            | Fact::BudgetLow { .. }
            | Fact::OtherReader { .. }
            | Fact::LedgerTookIn { .. }
            | Fact::LedgerWaits { .. }
            | Fact::MxElsewhere { .. }
            | Fact::MxMissing { .. }
            | Fact::SpfMissing { .. }
            | Fact::SpfWithoutMicrosoft { .. }
            | Fact::SpfTwice
            | Fact::DkimMissing { .. }
            | Fact::DmarcMissing { .. }
            | Fact::MicrosoftsDomain => Verdict::Look,
            // Entra refuses what is signed by a clock five minutes off.
            Fact::ClockOff { ahead } if ahead.unsigned_abs() < 300 => Verdict::Look,
            Fact::NotRegistered
            | Fact::Refused { .. }
            | Fact::TimedOut { .. }
            | Fact::ProofNotReturned { .. }
            | Fact::PermissionsMissing { .. }
            | Fact::ClockOff { .. }
            | Fact::PublicSilent { .. }
            | Fact::PublicOther { .. } => Verdict::Trouble,
        }
    }

    /// What Microsoft answered.
    pub(crate) fn refused(error: &exchange::Error) -> Self {
        let cause = crate::tokens::cause_of(error);
        if let exchange::Error::MissingScopes { missing } = error {
            return Self::PermissionsMissing { missing: missing.clone() };
        }
        Self::Refused {
            class: error.class(),
            code: cause.code,
            aadsts: cause.aadsts,
            message: cause.message,
            request_id: cause.request_id,
            no_mailbox: None,
        }
    }

    /// The same, with why there is no mailbox.
    pub(crate) fn because(mut self, why: NoMailbox) -> Self {
        if let Self::Refused { no_mailbox, .. } = &mut self {
            *no_mailbox = Some(why);
        }
        self
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The step that made it.
    pub step: Step,
    /// How serious: written out, so that programs that read the JSON need not know every fact.
    pub verdict: Verdict,
    /// What was found.
    #[serde(flatten)]
    pub fact: Fact,
    /// How long the step took.
    pub millis: u64,
    /// What an administrator of Exchange would type into PowerShell to mend it or to look closer.
    pub command: Option<String>,
}

/// A check-up, finished or under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkup {
    /// Asked for.
    pub asked_at: Timestamp,
    /// By whom; `None`: at the command line.
    pub asked_by: Option<PersonId>,
    /// The steps it takes.
    pub steps: Vec<Step>,
    /// Begun; `None`: waits for a worker.
    pub started_at: Option<Timestamp>,
    /// The step under way.
    pub running: Option<Step>,
    /// Ended.
    pub ended_at: Option<Timestamp>,
    /// True when it put a connection in order that had been in trouble.
    pub healed: bool,
    /// A test mail is sent and waited for; else the last one is reported.
    #[serde(default)]
    pub with_mail: bool,
    /// Findings so far, in the order of the steps.
    pub findings: Vec<Finding>,
}

impl Checkup {
    pub(crate) fn asked(now: Timestamp, by: Option<PersonId>, kind: Kind, with_mail: bool) -> Self {
        Self {
            asked_at: now,
            asked_by: by,
            steps: Step::of(kind).to_vec(),
            started_at: None,
            running: None,
            ended_at: None,
            healed: false,
            with_mail,
            findings: Vec::new(),
        }
    }

    /// Findings for which somebody must do something.
    pub fn troubles(&self) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == Verdict::Trouble).count()
    }

    /// Findings of a step.
    pub fn of(&self, step: Step) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.step == step)
    }

    /// Whether a step was taken and nothing was wrong with it.
    pub(crate) fn is_fine(&self, step: Step) -> bool {
        let mut findings = self.of(step).peekable();
        findings.peek().is_some() && findings.all(|finding| finding.verdict == Verdict::Ok)
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}
