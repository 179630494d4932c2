//! Transport: from "submitted" to Sent Items, and from there to mailboxes, to people outside, or back as an NDR.
//!
//! A submission answers at once; the draft moves and the mail travels a moment later (graph.md 2.6).

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::World;
use super::arrival::{self, Errand};
use super::hand::{self, Handed, Letter};
use super::mailbox::SENT;
use super::message::{Party, Substance, whole_second};
use super::outside::Direction;
use crate::faults::{Faults, Leaves};
use crate::mime::stamp::{self, Origin};

/// Messages a mailbox may submit a minute; more are delayed.
pub const MESSAGES_A_MINUTE: usize = 30;
/// Recipients a mailbox may write to in a day.
pub const RECIPIENTS_A_DAY: usize = 10_000;

/// A draft on its way into Sent Items.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Filing {
    due: Timestamp,
    owner: String,
    number: u64,
    save: bool,
    #[serde(with = "super::persist::base64_bytes")]
    raw: Bytes,
}

/// A mail on its way to its recipients.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Outgoing {
    due: Timestamp,
    sender: String,
    recipients: Vec<Party>,
    message_id: String,
    subject: String,
    #[serde(with = "super::persist::base64_bytes")]
    raw: Bytes,
}

/// Mail under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transport {
    /// From the answer 202 until the mail lies in Sent Items, in milliseconds.
    pub delay_ms: i64,
    /// A mail leaves under a Message-ID of Exchange's own, whatever the draft had.
    #[serde(default)]
    pub own_message_ids: bool,
    /// Messages a mailbox may submit a minute: Microsoft's figure unless a rehearsal lifts it.
    #[serde(default = "messages_a_minute")]
    pub messages_a_minute: usize,
    /// Recipients a mailbox may write to in a day.
    #[serde(default = "recipients_a_day")]
    pub recipients_a_day: usize,
    /// Mails submitted since the start or the last reset.
    pub sends: u64,
    filings: Vec<Filing>,
    outgoing: Vec<Outgoing>,
    #[serde(default)]
    errands: Vec<Errand>,
    /// Mail that waits because its mailbox is being moved: when to try again, and what.
    #[serde(default)]
    pub waiting: Vec<(Timestamp, Letter)>,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            delay_ms: 150,
            own_message_ids: false,
            messages_a_minute: MESSAGES_A_MINUTE,
            recipients_a_day: RECIPIENTS_A_DAY,
            sends: 0,
            filings: Vec::new(),
            outgoing: Vec::new(),
            errands: Vec::new(),
            waiting: Vec::new(),
        }
    }
}

fn messages_a_minute() -> usize {
    MESSAGES_A_MINUTE
}

fn recipients_a_day() -> usize {
    RECIPIENTS_A_DAY
}

impl Transport {
    /// When something is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        let mails = self.filings.iter().map(|f| f.due).chain(self.outgoing.iter().map(|o| o.due));
        let rest = self.errands.iter().map(|e| e.due).chain(self.waiting.iter().map(|(due, _)| *due));
        mails.chain(rest).min()
    }

    /// Keeps something for later.
    pub fn later(&mut self, errand: Errand) {
        self.errands.push(errand);
    }
}

/// The daily quota of recipients is used up (ErrorSubmissionQuotaExceeded).
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("The message can't be submitted because the sender's submission quota was exceeded.")]
pub struct QuotaExceeded;

/// As whom a mail leaves, with the directory's names: Exchange sends those, whatever the client wrote.
#[derive(Clone, Debug)]
pub struct Face {
    /// Whom it is from.
    pub from: Party,
    /// Who sent it; another than `from` only "on behalf of".
    pub sender: Party,
}

/// Submits the draft `number` of `owner`'s mailbox. The caller has checked that it is a draft with recipients, and as whom
/// it may leave.
pub fn submit(
    world: &mut World,
    owner: &str,
    number: u64,
    save: bool,
    face: Face,
) -> Result<(), QuotaExceeded> {
    let now = world.now();
    let delay = SignedDuration::from_millis(world.transport.delay_ms);
    let Some(mailbox) = world.mailboxes.get_mut(owner) else { return Ok(()) };
    let Some(message) = mailbox.get(number) else { return Ok(()) };
    let content = message.content();
    let recipients: Vec<Party> = content.to.iter().chain(&content.cc).chain(&content.bcc).cloned().collect();
    mailbox.recipients.retain(|(at, _)| now.duration_since(*at) < SignedDuration::from_hours(24));
    let today: usize = mailbox.recipients.iter().map(|(_, n)| n).sum();
    if today + recipients.len() > world.transport.recipients_a_day {
        return Err(QuotaExceeded);
    }
    mailbox.recipients.push_back((now, recipients.len()));
    let own_id = world.transport.own_message_ids.then(super::ids::internet_message_id);
    mailbox.touch(number, now, |m| {
        m.submitted = Some(now);
        m.sent = whole_second(now);
        if let Some(id) = &own_id {
            m.internet_message_id.clone_from(id);
        }
        if let Some(content) = m.draft_content_mut() {
            if own_id.is_some() {
                content.message_id.clone_from(&own_id);
            }
            content.from = Some(face.from.clone());
            content.sender = Some(face.sender.clone());
        }
    });
    let (raw, message_id, subject) = match mailbox.get(number) {
        Some(m) => (m.mime(), m.internet_message_id.clone(), m.content().subject.clone()),
        None => return Ok(()),
    };
    mailbox.submissions.retain(|at| now.duration_since(*at) < SignedDuration::from_secs(60));
    let free = match mailbox.submissions.len() {
        n if n < world.transport.messages_a_minute => now,
        n => mailbox.submissions[n - world.transport.messages_a_minute] + SignedDuration::from_secs(60),
    };
    mailbox.submissions.push_back(free.max(now));
    let transport = &mut world.transport;
    transport.sends += 1;
    transport.filings.push(Filing {
        due: now + delay,
        owner: owner.to_owned(),
        number,
        save,
        raw: raw.clone(),
    });
    transport.outgoing.push(Outgoing {
        due: free.max(now) + delay,
        sender: face.from.address,
        recipients,
        message_id,
        subject,
        raw: stamp::without_bcc(&raw),
    });
    Ok(())
}

/// What is left of a draft that was accepted and never goes out.
pub fn swallow(world: &mut World, owner: &str, number: u64, leaves: Leaves) {
    let now = world.now();
    let Some(mailbox) = world.mailboxes.get_mut(owner) else { return };
    match leaves {
        Leaves::Draft => {}
        Leaves::Nothing => {
            mailbox.remove(number);
        }
        Leaves::Sent => {
            let Some(raw) = mailbox.get(number).map(super::message::Message::mime) else { return };
            let owner = owner.to_owned();
            file(world, Filing { due: now, owner, number, save: true, raw }, now);
        }
    }
}

/// Takes out what is due.
fn due<T>(list: &mut Vec<T>, when: impl Fn(&T) -> Timestamp, now: Timestamp) -> Vec<T> {
    if list.iter().all(|one| when(one) > now) {
        return Vec::new();
    }
    let (ready, rest) = list.drain(..).partition(|one| when(one) <= now);
    *list = rest;
    ready
}

/// Does everything that is due; `true` when something was.
pub fn work(world: &mut World, faults: &mut Faults) -> bool {
    let now = world.now();
    let transport = &mut world.transport;
    let filings = due(&mut transport.filings, |f| f.due, now);
    let outgoing = due(&mut transport.outgoing, |o| o.due, now);
    let errands = due(&mut transport.errands, |e| e.due, now);
    let waiting = due(&mut transport.waiting, |(due, _)| *due, now);
    let worked = !(filings.is_empty() && outgoing.is_empty() && errands.is_empty() && waiting.is_empty());
    for filing in filings {
        file(world, filing, now);
    }
    for mail in outgoing {
        carry(world, faults, &mail);
    }
    for errand in errands {
        arrival::run(world, errand);
    }
    for (_, letter) in waiting {
        hand::over_or_report(world, faults, letter);
    }
    worked
}

fn file(world: &mut World, filing: Filing, now: Timestamp) {
    let Some(mailbox) = world.mailboxes.get_mut(&filing.owner) else { return };
    if !filing.save {
        mailbox.remove(filing.number);
        return;
    }
    mailbox.relocate(filing.number, SENT, |m| {
        let content = crate::mime::read::content(&filing.raw);
        m.submitted = None;
        m.is_draft = false;
        m.is_read = true;
        m.received = whole_second(now);
        m.sent = whole_second(now);
        m.modified = whole_second(now);
        m.substance = Substance::Mail { raw: filing.raw, content };
    });
}

fn carry(world: &mut World, faults: &mut Faults, mail: &Outgoing) {
    let mut seen = std::collections::BTreeSet::new();
    for recipient in &mail.recipients {
        if !seen.insert(recipient.address.to_ascii_lowercase()) {
            continue;
        }
        let tenant = |address: &str| world.person(address).map(|p| p.tenant.clone());
        let inside = tenant(&mail.sender).is_some_and(|t| tenant(&recipient.address) == Some(t));
        let origin = if inside { Origin::Internal } else { Origin::Outside };
        let letter = Letter {
            to: recipient.clone(),
            sender: mail.sender.clone(),
            message_id: mail.message_id.clone(),
            subject: mail.subject.clone(),
            raw: mail.raw.clone(),
            origin,
            forwarded: 0,
        };
        hand::over_or_report(world, faults, letter);
    }
}

/// A mail written by an outside person: filed with them and delivered at once. Answers whom it reached.
pub fn send_from_outside(
    world: &mut World,
    faults: &mut Faults,
    from: &Party,
    recipients: &[Party],
    raw: &Bytes,
) -> Vec<String> {
    let now = world.now();
    world.outside.file(&from.address, &from.name, Direction::Sent, now, raw.clone());
    let mut reached = Vec::new();
    for recipient in recipients {
        if reached.contains(&recipient.address) {
            continue;
        }
        let letter = Letter::from_outside(&from.address, recipient.clone(), raw.clone());
        if matches!(hand::over(world, faults, &letter), Handed::Taken) {
            reached.push(recipient.address.clone());
        }
    }
    reached
}
