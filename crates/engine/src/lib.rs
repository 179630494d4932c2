//! The engine: use cases, and the loops that run them.
//!
//! A use case is a method of [`Engine`] that takes the [`Actor`] who wants it: who may do a thing is decided here, not in
//! a face. The loops ([`Engine::run`]) find their work through tables and take it by lease, so that any of them may be
//! killed at any await point and another process goes on.

mod access;
mod account;
mod account_mail;
mod acknowledge;
mod addresses;
mod again;
mod alarms;
mod answer;
mod api_tokens;
mod by_agent;
mod carry;
mod caught_up;
mod checkup;
mod clock;
mod connect;
mod consent;
mod context;
mod doorbell;
mod error;
mod fetch;
mod file_links;
mod foresee;
mod forwarding;
mod held;
mod identities;
mod identity;
mod import;
mod intake;
mod late;
mod letter_out;
mod live;
mod loops;
mod mail_zone;
mod notify;
mod old_mail;
mod outbox;
mod pace;
mod people;
mod people_csv;
mod preview;
mod proof;
mod receive;
mod recipients;
mod registration;
mod regroup;
mod rights;
mod senders;
mod smtp_in;
mod source;
mod subscriptions;
mod suspended;
mod team;
mod texts;
mod tickets;
mod tokens;
mod webhook;
mod writing;

pub use access::{LinkView, LoggedIn};
pub use account::*;
pub use account_mail::LinkMail;
pub use addresses::{AddressList, Budgets, ConnectionView, Permission};
pub use again::{Difference, Field, ReadAgain};
pub use alarms::{AlarmConfig, AlarmSettings, AlarmWay, Alarms, describe};
pub use answer::{Answer, AnswerFile};
pub use api_tokens::ApiTokenView;
pub use caught_up::CaughtUpView;
pub use checkup::{Checkup, Fact, Finding, Step, Verdict};
pub use clock::Clock;
pub use connect::{ConnectChoice, Connected, Onward, Pending, Way};
pub use consent::{ConsentInvitation, ConsentView};
pub use doorbell::Rings;
pub use error::{Error, Result};
pub use file_links::{FileBehindLink, LinkedFile};
pub use forwarding::*;
pub use identities::Identity;
pub use import::{FileImport, FileOutcome};
pub use letter_out::{LARGEST_FILE, LARGEST_TOTAL};
pub use live::Changes;
pub use mail_zone::time_zones;
pub use old_mail::{ImportView, MOST, NEWEST, PreviewView};
pub use people_csv::{CsvPreview, CsvRow, Fate, RowProblem, csv_text};
pub use proof::MadeDefault;
pub use recipients::{AddressChange, NewForwarding};
pub use registration::{
    CertificateView, CredentialChoice, CredentialKind, DraftView, RegistrationForm, RegistrationSource,
    RegistrationView,
};
pub use regroup::Merging;
pub use rights::{MissingRights, Right};
pub use senders::{Changed, FORECAST_DAYS, FORECAST_ROWS, SenderForecast, policy_version};
pub use source::MailSource;
pub use suspended::{Recovered, Recovery, Requester, SuspendedFile, SuspendedPreview};
pub use team::{Invitation, Invited, MemberState, PersonChange, TeamMember, TeamRule};
pub use texts::Calendar;
pub use tickets::{CommentView, TicketView};
pub use writing::{MailRules, MailWriting, WrittenMail};

use std::sync::Arc;

use desk::Person;
use exchange::{Entra, Graph};
use jiff::SignedDuration;
use store::Store;

/// Who wants something done. Made by the faces from a session; the rights are checked by each use case.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person.
    pub person: Person,
}

/// How the engine behaves; every value has a place in the configuration file.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address people reach the desk at, without a slash at the end: links in mails, redirect address.
    pub public_url: String,
    /// Category of mail that was taken in.
    pub category: String,
    /// Second category of mail that could not be taken in.
    pub rejected_category: String,
    /// Shortest time between two readings of a mailbox (after traffic).
    pub poll_min: SignedDuration,
    /// Longest time between two readings (when idle).
    pub poll_max: SignedDuration,
    /// Longest time between two readings of a mailbox whose mail is announced by notifications.
    pub poll_max_notified: SignedDuration,
    /// Where Microsoft reaches the desk with notifications, without a slash at the end; `None`: nowhere, mailboxes are polled.
    pub notification_url: Option<String>,
    /// How long mail may be known without a notification before notifications count as silent.
    pub notification_grace: SignedDuration,
    /// Alarms, as configured; what is set in the Admin Center comes before it.
    pub alarms: AlarmConfig,
    /// How often the last days are swept.
    pub sweep_every: SignedDuration,
    /// How long a draft may still lie there after `send` before it counts as not sent.
    pub send_grace: SignedDuration,
    /// How long a sent copy is looked for before a person is told.
    pub confirm_within: SignedDuration,
    /// Messages a minute that may leave a mailbox.
    pub messages_a_minute: u32,
    /// Recipients a day.
    pub recipients_a_day: u32,
    /// Mailboxes worked on at once.
    pub workers: usize,
    /// Lease time: how long a killed worker's mailbox rests.
    pub lease: SignedDuration,
    /// When the secret of a registration in the configuration file ends, if that is told there.
    pub secret_expires_at: Option<jiff::Timestamp>,
    /// Mail by SMTP, in and out.
    pub smtp: SmtpSettings,
    /// Whether a newly connected address proves itself, once, by a test mail to itself.
    pub prove_new: bool,
    /// How long a test mail is waited for.
    pub proof_within: SignedDuration,
    /// How long one step of a check-up may take.
    pub checkup_patience: SignedDuration,
    /// How long a check-up waits for its test mail to come back.
    pub round_trip_patience: SignedDuration,
    /// Rows of the ledger that a forecast about senders looks at.
    pub forecast_rows: u64,
    /// The name server to ask instead of the system's.
    pub dns: Option<std::net::SocketAddr>,
    /// How long account mail may wait at the default address before it goes over to the desk's own connection.
    pub account_mail_patience: SignedDuration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8700".to_owned(),
            category: "Postdesk".to_owned(),
            rejected_category: "Postdesk could not read".to_owned(),
            poll_min: SignedDuration::from_secs(5),
            poll_max: SignedDuration::from_secs(30),
            poll_max_notified: SignedDuration::from_mins(5),
            notification_url: None,
            notification_grace: SignedDuration::from_mins(3),
            alarms: AlarmConfig::default(),
            sweep_every: SignedDuration::from_mins(60),
            send_grace: SignedDuration::from_secs(90),
            confirm_within: SignedDuration::from_hours(2),
            messages_a_minute: 30,
            recipients_a_day: 10_000,
            workers: 8,
            lease: SignedDuration::from_secs(60),
            secret_expires_at: None,
            smtp: SmtpSettings::default(),
            prove_new: true,
            proof_within: SignedDuration::from_mins(5),
            checkup_patience: SignedDuration::from_secs(20),
            round_trip_patience: SignedDuration::from_secs(60),
            forecast_rows: FORECAST_ROWS,
            dns: None,
            account_mail_patience: SignedDuration::from_mins(3),
        }
    }
}

/// Handle to the engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    /// Entra and Graph, by the registration as it is now.
    pub(crate) links: registration::Links,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) token_key: mail::TokenKey,
    /// Random name of this process as holder of leases.
    pub(crate) holder: String,
    pub(crate) flights: tokens::Flights,
    pub(crate) guard: people::Guard,
    pub(crate) changes: live::Feed,
    pub(crate) doorbell: doorbell::Doorbell,
    pub(crate) senders: senders::Cache,
}

/// What an engine is made of.
pub struct Parts {
    /// Store, migrated.
    pub store: Store,
    /// Entra by the registration in the configuration file, which wins; `None`: the one that an administrator stored, if any.
    pub entra: Option<Entra>,
    /// Graph of the configured cloud; a stored registration may name another one.
    pub graph: Graph,
    /// Clock.
    pub clock: Clock,
    /// Settings.
    pub settings: Settings,
}

impl Engine {
    /// Puts the parts together: makes the account's token key and the standard triggers on first start.
    pub async fn new(parts: Parts) -> Result<Self> {
        account::first_start(parts).await
    }

    /// The store, for faces that only show.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Now.
    pub fn now(&self) -> jiff::Timestamp {
        self.inner.clock.now()
    }

    /// Graph counters, for the bench and the pages.
    pub fn graph_calls(&self) -> exchange::graph::Calls {
        self.inner.links.graph().calls()
    }
}
