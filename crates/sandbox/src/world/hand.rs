//! Handing a mail to one recipient: to another mail server, into a mailbox, onwards from one that forwards, to a person
//! outside, or back with a reason.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::World;
use super::arrival;
use super::message::{Message, Party};
use super::outside::Direction;
use super::routes::Relay;
use crate::faults::{Faults, Kind, Operation};
use crate::mime::ndr::{self, Failure};
use crate::mime::stamp::{self, Origin};

/// Forwarded more often than this, a mail goes in circles (Exchange's 5.4.14).
const HOPS: u8 = 5;
/// A mailbox that is being moved is tried again after this time.
const MOVE_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// A mail for one recipient.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// Recipient.
    pub to: Party,
    /// Envelope sender; empty for a report.
    pub sender: String,
    /// Message-ID, for reports.
    pub message_id: String,
    /// Subject, for reports.
    pub subject: String,
    /// The mail.
    #[serde(with = "super::persist::base64_bytes")]
    pub raw: Bytes,
    /// Where it comes from.
    pub origin: Origin,
    /// How often it was forwarded.
    pub forwarded: u8,
}

impl Letter {
    /// A mail from the internet.
    pub fn from_outside(sender: &str, to: Party, raw: Bytes) -> Self {
        let content = crate::mime::read::content(&raw);
        Self {
            to,
            sender: sender.to_owned(),
            message_id: content.message_id.unwrap_or_default(),
            subject: content.subject,
            raw,
            origin: Origin::Outside,
            forwarded: 0,
        }
    }
}

/// Why nobody took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Enhanced status.
    pub status: &'static str,
    /// The server's words.
    pub words: &'static str,
}

const UNKNOWN_INSIDE: Reason = Reason {
    status: "5.1.10",
    words: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
};
const UNKNOWN_OUTSIDE: Reason =
    Reason { status: "5.1.1", words: "550 5.1.1 The email account that you tried to reach does not exist" };
const FULL: Reason = Reason {
    status: "5.2.2",
    words: "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
};
const LOOP: Reason =
    Reason { status: "5.4.14", words: "554 5.4.14 Hop count exceeded - possible mail loop ATTR1" };

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// Somebody has it, or will have it.
    Taken,
    /// Nobody wants it.
    Refused(Reason),
}

/// Whether an address would be taken, as a mail server that is asked at RCPT knows it. Strikes no fault.
pub fn known(world: &World, address: &str) -> Result<(), Reason> {
    let address = &stamp::original_sender(address);
    if world.routes.server_for(address).is_some() {
        return Ok(());
    }
    if world.person(address).is_some() {
        return world.mailbox_at(address).map(|_| ()).ok_or(UNKNOWN_INSIDE);
    }
    match address.rsplit_once('@').map(|(_, d)| d) {
        None | Some("") => Err(UNKNOWN_OUTSIDE),
        Some(domain) if domain.eq_ignore_ascii_case("bounce.example") => Err(UNKNOWN_OUTSIDE),
        Some(domain) if world.is_tenant_domain(domain) => Err(UNKNOWN_INSIDE),
        Some(_) => Ok(()),
    }
}

/// Hands a mail over.
pub fn over(world: &mut World, faults: &mut Faults, letter: &Letter) -> Handed {
    let now = world.now();
    // What comes back to a rewritten sender is for whoever it stands for.
    let address = &stamp::original_sender(&letter.to.address);
    if let Some(server) = world.routes.server_for(address).cloned() {
        let raw = stamp::hop(&letter.raw, &letter.sender, address, now);
        relay(world, letter, address, server, raw, now);
        return Handed::Taken;
    }
    if let Some(owner) = world.mailbox_at(address).map(|m| m.owner.clone()) {
        return into_mailbox(world, faults, letter, &owner, now);
    }
    if let Err(reason) = known(world, address) {
        return Handed::Refused(reason);
    }
    let name = if letter.to.name == *address { "" } else { &letter.to.name };
    world.outside.file(address, name, Direction::Received, now, letter.raw.clone());
    Handed::Taken
}

fn into_mailbox(
    world: &mut World,
    faults: &mut Faults,
    letter: &Letter,
    owner: &str,
    now: Timestamp,
) -> Handed {
    let addresses = world.addresses(owner);
    for kind in faults.strike(Operation::Deliver, &addresses, None) {
        match kind {
            Kind::MailboxMoving => {
                world.transport.waiting.push((now + MOVE_PAUSE, letter.clone()));
                return Handed::Taken;
            }
            Kind::MailboxFull => return Handed::Refused(FULL),
            Kind::MailboxGone => return Handed::Refused(UNKNOWN_INSIDE),
            _ => {}
        }
    }
    let stamped = stamp::arrival(&letter.raw, letter.origin, &letter.sender, &letter.to.address, now);
    let forward = world.routes.forwards.get(owner).cloned();
    if forward.as_ref().is_none_or(|f| f.keep) {
        arrival::arrive_in_inbox(world, faults, owner, Message::from_mime(stamped.clone(), now));
    }
    let Some(forward) = forward else { return Handed::Taken };
    let by = addresses.first().cloned().unwrap_or_default();
    if letter.forwarded >= HOPS || stamp::was_forwarded_by(&letter.raw, &by) {
        return Handed::Refused(LOOP);
    }
    let onward = Letter {
        to: Party { name: forward.to.clone(), address: forward.to },
        // Exchange rewrites the envelope sender of what it forwards, so that SPF holds for the next server.
        sender: stamp::rewritten_sender(&letter.sender, &by),
        raw: stamp::forwarded(&stamped, &by, now),
        forwarded: letter.forwarded + 1,
        ..letter.clone()
    };
    over_or_report(world, faults, onward);
    Handed::Taken
}

fn relay(world: &mut World, letter: &Letter, to: &str, server: String, raw: Bytes, now: Timestamp) {
    world.routes.send(Relay {
        number: 0,
        server,
        from: letter.sender.clone(),
        bounce_to: stamp::original_sender(&letter.sender),
        to: to.to_owned(),
        message_id: letter.message_id.clone(),
        subject: letter.subject.clone(),
        raw,
        first: now,
        due: now,
        tries: 0,
        said: None,
    });
}

/// Hands a mail over, and tells the sender when nobody takes it.
pub fn over_or_report(world: &mut World, faults: &mut Faults, letter: Letter) {
    if let Handed::Refused(reason) = over(world, faults, &letter) {
        let Letter { to, sender, message_id, subject, raw, .. } = letter;
        let sender = stamp::original_sender(&sender);
        let failure = Failure {
            sender: &sender,
            recipient: &to.address,
            domain: domain_of(&sender),
            message_id: &message_id,
            subject: &subject,
            status: reason.status,
            diagnostic: reason.words,
        };
        report(world, faults, &failure, &raw);
    }
}

/// The domain of an address, or the one reports come from when there is none.
pub fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("contoso.example", |(_, d)| d)
}

/// Sends the report of a failure to whom the mail came from. A report itself is never reported.
pub fn report(world: &mut World, faults: &mut Faults, failure: &Failure<'_>, original: &[u8]) {
    if failure.sender.is_empty() {
        return;
    }
    let now = world.now();
    let letter = Letter {
        to: Party { name: String::new(), address: failure.sender.to_owned() },
        sender: String::new(),
        message_id: String::new(),
        subject: String::new(),
        raw: ndr::report(failure, original, now),
        origin: Origin::Report,
        forwarded: 0,
    };
    if over(world, faults, &letter) != Handed::Taken {
        tracing::debug!(to = failure.sender, "a report found nobody");
    }
}
