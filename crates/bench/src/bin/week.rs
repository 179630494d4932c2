//! `bench/week`: a week of a desk's life in a few minutes. Mailboxes receive mail, agents answer, and every fault there is
//! strikes at random; what needs a person is repaired hours later. Then everything is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bench::week::{Fault, Plan, Trouble};
use desk::decide::OutcomeKind;
use desk::{AddressId, TicketId};
use engine::{Answer, Settings};
use jiff::SignedDuration;
use serde_json::json;
use store::{Connection, ConnectionState, LedgerQuery, TicketQuery};
use testkit::microsoft::PASSWORD;
use testkit::world::parameter;
use testkit::{Database, Visitor, World};

/// How far both clocks move at once.
const STEP: SignedDuration = SignedDuration::from_mins(10);
/// How long the desk has, in real time, to do what is due after each step.
const WORK: Duration = Duration::from_millis(2_500);
/// Without a commit for so long, nothing happens.
const QUIET: Duration = Duration::from_millis(120);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let number = |name: &str, default: u32| {
        std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
    };
    let plan = Plan::of(
        u64::from(number("SEED", 1)),
        number("DAYS", 7),
        number("MAILBOXES", 20),
        number("MAILS", 5_000),
        number("ANSWERS", 1_000),
    );
    let mut week = Week::begin(plan).await?;
    let verdict = match week.live().await {
        Ok(()) => week.count().await,
        Err(error) => Err(error),
    };
    week.world.end().await?;
    let verdict = verdict?;
    for line in &verdict.details {
        say(line);
    }
    print(&verdict.line);
    if verdict.clean { Ok(()) } else { bail!("the promise was broken") }
}

/// Patience fit for a simulated week: what is minutes for the desk is milliseconds here.
fn settings() -> Settings {
    Settings {
        poll_min: SignedDuration::from_mins(5),
        poll_max: SignedDuration::from_mins(15),
        sweep_every: SignedDuration::from_hours(6),
        send_grace: SignedDuration::from_mins(20),
        confirm_within: SignedDuration::from_hours(48),
        // The clock leaps while work is in hand.
        lease: SignedDuration::from_hours(12),
        ..Settings::default()
    }
}

struct Week {
    plan: Plan,
    world: World,
    mailboxes: Vec<Mailbox>,
    /// Message-ID of each mail that was sent, by its number.
    sent: BTreeMap<u32, String>,
    /// Tickets that have an answer, and how many answers were given.
    answered: BTreeSet<TicketId>,
    answers: u32,
    /// Mails for mailboxes that are gone for the moment.
    held_back: Vec<bench::week::Mail>,
    /// Faults under way: until which step, what, and the stand-in's id.
    striking: Vec<Striking>,
    struck: BTreeMap<&'static str, u32>,
    wrong_causes: Vec<String>,
}

struct Mailbox {
    name: String,
    address: AddressId,
}

struct Striking {
    until: u32,
    fault: Fault,
    mailbox: usize,
    id: Option<String>,
    /// The cause was seen to be shown right.
    shown: bool,
}

impl Week {
    async fn begin(plan: Plan) -> anyhow::Result<Self> {
        let mut world = World::on(Database::Sqlite, settings()).await?;
        world.microsoft.post("settings", json!({"sendDelayMillis": 20})).await?;
        let mut mailboxes = Vec::new();
        for n in 1..=plan.mailboxes {
            let name = format!("support{n:02}@week.example");
            let connected = world.connect(&name, false).await?;
            mailboxes.push(Mailbox { name, address: connected.address });
        }
        world.run();
        Ok(Self {
            plan,
            world,
            mailboxes,
            sent: BTreeMap::new(),
            answered: BTreeSet::new(),
            answers: 0,
            held_back: Vec::new(),
            striking: Vec::new(),
            struck: BTreeMap::new(),
            wrong_causes: Vec::new(),
        })
    }

    /// The week itself, then time to repair and catch up.
    async fn live(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        for step in 0..self.plan.steps {
            self.step(step).await?;
            if (step + 1) % (self.plan.steps / 14).max(1) == 0 {
                let hours = (step + 1) / 6;
                say(&format!(
                    "{hours} h simulated in {:.0} s: {} mails, {} answers, {} faults under way",
                    started.elapsed().as_secs_f64(),
                    self.sent.len(),
                    self.answers,
                    self.striking.len()
                ));
            }
        }
        let all: Vec<Striking> = std::mem::take(&mut self.striking);
        for striking in all {
            self.end_fault(&striking).await?;
        }
        self.world.microsoft.clear_faults().await?;
        for mail in std::mem::take(&mut self.held_back) {
            self.write(mail).await?;
        }
        self.settle().await
    }

    async fn step(&mut self, step: u32) -> anyhow::Result<()> {
        self.pass_time().await?;
        let (ended, going_on): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.striking).into_iter().partition(|striking| striking.until <= step);
        self.striking = going_on;
        for striking in &ended {
            self.end_fault(striking).await?;
        }
        for strike in self.plan.strikes_at(step) {
            // Two troubles that need a person at once could not be told apart.
            if !self.striking.iter().any(|other| other.mailbox == strike.mailbox) {
                self.begin_fault(strike.fault, strike.mailbox, step + strike.lasts).await?;
            }
        }
        let mut mails = std::mem::take(&mut self.held_back);
        mails.extend(self.plan.mails_at(step));
        for mail in mails {
            // Exchange sends back what is written to a mailbox that is gone: such a mail is never there to be lost.
            if self.striking.iter().any(|one| one.mailbox == mail.mailbox && one.fault == Fault::Gone) {
                self.held_back.push(mail);
            } else {
                self.write(mail).await?;
            }
        }
        let wanted = self.plan.answers_by(step);
        while self.answers < wanted && self.answer_one().await? {}
        self.work().await?;
        self.look_at_causes().await
    }

    async fn pass_time(&self) -> anyhow::Result<()> {
        self.world.clock.advance(STEP);
        self.world.microsoft.post("clock", json!({"advanceSeconds": STEP.as_secs()})).await?;
        Ok(())
    }

    /// Lets the desk work until nothing more happens, or its time is over.
    async fn work(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + WORK;
        let now = self.world.clock.now();
        while Instant::now() < deadline {
            let quiet = tokio::time::timeout(QUIET, self.world.store.committed()).await.is_err();
            if quiet && self.world.store.due_to_read(now, 1).await?.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// A customer writes, or answers in a thread of theirs.
    async fn write(&mut self, mail: bench::week::Mail) -> anyhow::Result<()> {
        let thread = mail.answers.and_then(|earlier| self.sent.get(&earlier).cloned());
        let mailbox = &self.mailboxes[mail.mailbox].name;
        let mut letter = json!({
            "from": {"name": format!("Customer {}", mail.customer), "address": format!("customer{}@outside.example", mail.customer)},
            "to": [{"address": mailbox}],
            "subject": format!("{}Week {}", if thread.is_some() { "Re: " } else { "" }, mail.answers.unwrap_or(mail.number)),
            "text": format!("This is mail number {}.", mail.number),
        });
        if let Some(id) = thread {
            letter["inReplyTo"] = json!(id);
            letter["references"] = json!([id]);
        }
        let id = self.world.microsoft.customer_sends(letter).await?;
        self.sent.insert(mail.number, id);
        Ok(())
    }

    /// An agent answers a ticket that has no answer yet; false when there is none.
    async fn answer_one(&mut self) -> anyhow::Result<bool> {
        let query = TicketQuery {
            statuses: vec![desk::Status::New, desk::Status::Open],
            assignee: None,
            text: String::new(),
            after: None,
            limit: 50,
        };
        let tickets = self.world.store.tickets(&query).await?;
        let Some(row) = tickets.into_iter().find(|row| !self.answered.contains(&row.ticket.id)) else {
            return Ok(false);
        };
        self.answers += 1;
        let text = format!("This is answer number {}.", self.answers);
        let answer = Answer { text, public: true, status: Some(desk::Status::Solved), ..Answer::default() };
        self.world.engine.answer(&self.world.admin, row.ticket.id, answer).await?;
        self.answered.insert(row.ticket.id);
        Ok(true)
    }

    async fn begin_fault(&mut self, fault: Fault, mailbox: usize, until: u32) -> anyhow::Result<()> {
        let name = &self.mailboxes[mailbox].name;
        let id = match fault.control(name) {
            bench::week::Control::Fault(body) => Some(self.world.microsoft.fault(body).await?),
            bench::week::Control::Person(body) => {
                self.world.microsoft.patch(&format!("people/{name}"), body).await?;
                None
            }
        };
        *self.struck.entry(fault.name()).or_default() += 1;
        self.striking.push(Striking { until, fault, mailbox, id, shown: false });
        Ok(())
    }

    /// The trouble ends; where it needs a person, somebody signs in again.
    async fn end_fault(&mut self, striking: &Striking) -> anyhow::Result<()> {
        let mailbox = &self.mailboxes[striking.mailbox];
        if let Some(id) = &striking.id {
            // One that was limited to some strikes may be gone already.
            let _ = self.world.microsoft.delete(&format!("faults/{id}")).await;
        }
        if let Some(trouble) = striking.fault.trouble() {
            if !striking.shown {
                let connection = self.connection(mailbox.address).await?;
                self.wrong_causes.push(format!(
                    "{} struck {}, shown was {:?} {:?}",
                    striking.fault.name(),
                    mailbox.name,
                    connection.state,
                    connection.cause.map(|cause| cause.code)
                ));
            }
            if trouble != Trouble::HealsByItself {
                let (name, address) = (mailbox.name.clone(), mailbox.address);
                self.reconnect(&name, address).await.with_context(|| format!("reconnecting {name}"))?;
            }
        }
        Ok(())
    }

    async fn reconnect(&self, name: &str, address: AddressId) -> anyhow::Result<()> {
        let world = &self.world;
        let departure = world.engine.begin_reconnect(&world.admin, address).await?;
        let back = world.microsoft.sign_in(&mut Visitor::default(), &departure, name, PASSWORD, &[]).await?;
        let (state, code) = (parameter(&back, "state")?, parameter(&back, "code")?);
        let id = world.engine.return_with_code(&world.admin, &state, &code).await?;
        world.engine.confirm(&world.admin, id).await?;
        Ok(())
    }

    async fn connection(&self, address: AddressId) -> anyhow::Result<Connection> {
        Ok(self.world.store.support_address(address).await?.connection)
    }

    /// Every broken connection must be shown with the right cause before it is repaired.
    async fn look_at_causes(&mut self) -> anyhow::Result<()> {
        for at in 0..self.striking.len() {
            let striking = &self.striking[at];
            let (Some(trouble), false) = (striking.fault.trouble(), striking.shown) else { continue };
            let connection = self.connection(self.mailboxes[striking.mailbox].address).await?;
            self.striking[at].shown = trouble.is_shown_as(connection.state);
        }
        Ok(())
    }

    /// Time passes until everything is in and out.
    async fn settle(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        let mut quiet = 0;
        while quiet < 6 {
            self.pass_time().await?;
            self.work().await?;
            let seen = self.world.store.ledger_account(None).await?.seen;
            let all_seen = seen >= self.sent.len() as u64;
            quiet = if all_seen && self.world.busy().await?.is_empty() { quiet + 1 } else { 0 };
            if started.elapsed() > Duration::from_secs(240) {
                say(&format!("not at rest: {} seen, {}", seen, self.world.busy().await?));
                return Ok(());
            }
        }
        Ok(())
    }

    async fn count(&self) -> anyhow::Result<Verdict> {
        let store = &self.world.store;
        let mut comments: BTreeMap<String, usize> = BTreeMap::new();
        let mut after = None;
        let mut tickets = 0;
        loop {
            let query =
                TicketQuery { statuses: vec![], assignee: None, text: String::new(), after, limit: 500 };
            let rows = store.tickets(&query).await?;
            let Some(last) = rows.last() else { break };
            after = Some((last.ticket.updated_at, last.ticket.id));
            tickets += rows.len();
            for row in &rows {
                for comment in store.comments(row.ticket.id).await?.into_iter().filter(|c| c.mail.is_some()) {
                    let line = comment.text.lines().next().unwrap_or_default().trim().to_owned();
                    *comments.entry(line).or_default() += 1;
                }
            }
        }
        let expected = (1..=self.plan.mails).map(|n| format!("This is mail number {n}."));
        let lost: Vec<String> = expected.filter(|text| !comments.contains_key(text)).collect();
        let doubled: Vec<&String> =
            comments.iter().filter(|(_, times)| **times > 1).map(|(text, _)| text).collect();

        let rows = store.ledger(&LedgerQuery { limit: 1_000_000, ..LedgerQuery::default() }).await?;
        let open = rows.iter().filter(|row| row.outcome.is_none()).count();
        let known: BTreeSet<(&str, &str)> =
            rows.iter().map(|row| (row.address.as_str(), row.item.as_str())).collect();
        let mut unexplained = open;
        let mut answers: BTreeMap<u32, usize> = BTreeMap::new();
        for mailbox in &self.mailboxes {
            for message in self.world.microsoft.messages_all(&mailbox.name, "inbox").await? {
                let id = message["id"].as_str().unwrap_or_default();
                unexplained += usize::from(!known.contains(&(mailbox.name.as_str(), id)));
            }
            for message in self.world.microsoft.messages_all(&mailbox.name, "sentitems").await? {
                let preview = message["preview"].as_str().unwrap_or_default();
                let number =
                    preview.split("This is answer number ").nth(1).and_then(|rest| rest.split('.').next());
                if let Some(number) = number.and_then(|number| number.parse().ok()) {
                    *answers.entry(number).or_default() += 1;
                }
            }
        }
        let unsent = (1..=self.answers).filter(|n| !answers.contains_key(n)).count();
        let twice = answers.values().filter(|times| **times > 1).count();
        let mut behind = Vec::new();
        for mailbox in &self.mailboxes {
            let connection = self.connection(mailbox.address).await?;
            if connection.state != ConnectionState::Verified {
                behind.push(format!("{} is {:?}", mailbox.name, connection.state));
            }
        }
        let made = rows.iter().filter(|row| {
            matches!(row.outcome, Some(OutcomeKind::NewTicket | OutcomeKind::Reply | OutcomeKind::FollowUp))
        });
        let faults: u32 = self.struck.values().sum();
        let mut details = vec![
            format!("{tickets} tickets, {} ledger rows ({} made a comment)", rows.len(), made.count()),
            format!("faults: {:?}", self.struck),
            format!("outbox: {:?}", store.outbox_counts(None).await?),
        ];
        details.extend(self.wrong_causes.iter().map(|line| format!("wrong cause: {line}")));
        details.extend(lost.iter().take(10).map(|text| format!("lost: {text}")));
        details.extend(doubled.iter().take(10).map(|text| format!("doubled: {text}")));
        details.extend(behind.iter().map(|line| format!("not caught up: {line}")));
        let figures =
            [lost.len(), doubled.len(), unexplained, unsent, twice, self.wrong_causes.len(), behind.len()];
        let enough = self.answers == self.plan.answers && self.sent.len() == self.plan.mails as usize;
        Ok(Verdict {
            line: format!(
                "{} days, {} mailboxes, {} mails, {} answers, {faults} faults: lost {}, doubled {}, unexplained {}, unsent {}, sent twice {}, wrong causes {}, not caught up {}",
                self.plan.days,
                self.plan.mailboxes,
                self.sent.len(),
                self.answers,
                figures[0],
                figures[1],
                figures[2],
                figures[3],
                figures[4],
                figures[5],
                figures[6]
            ),
            clean: enough && figures.iter().all(|figure| *figure == 0),
            details,
        })
    }
}

struct Verdict {
    line: String,
    clean: bool,
    details: Vec<String>,
}

#[expect(clippy::print_stderr, reason = "progress")]
fn say(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::print_stdout, reason = "the result")]
fn print(line: &str) {
    println!("{line}");
}
