//! How a mail comes to lie in a mailbox: usually at once and once, but faults may double it, bring it late under its old
//! date, let a rule move it away, or let somebody else read it first.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::World;
use super::mailbox::{DELETED, INBOX};
use super::message::{Message, Substance};
use crate::faults::{Faults, Kind, Operation, Reading};

/// Something that happens to a mailbox later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Errand {
    /// When.
    pub due: Timestamp,
    /// Owner of the mailbox.
    pub owner: String,
    /// What.
    pub what: What,
}

/// What an errand does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum What {
    /// A late mail comes, with the date it should have come at.
    Put {
        /// Into this folder.
        folder: u32,
        /// The mail.
        message: Box<Message>,
    },
    /// A mail goes into another folder; the folder is made when it is not there.
    Move {
        /// Which.
        number: u64,
        /// Well-known or display name.
        folder: String,
    },
    /// A mail is opened.
    Read {
        /// Which.
        number: u64,
    },
    /// A mail is deleted.
    Delete {
        /// Which.
        number: u64,
    },
}

/// Puts a mail into a folder, as the faults on arrivals want it. The number it has there; `None` when it comes later.
pub fn arrive(
    world: &mut World,
    faults: &mut Faults,
    owner: &str,
    folder: u32,
    message: Message,
) -> Option<u64> {
    let addresses = world.addresses(owner);
    let now = world.now();
    let mut late = None;
    let mut twice = false;
    let mut then = Vec::new();
    for kind in faults.strike(Operation::Arrive, &addresses, None) {
        match kind {
            Kind::DoubledDelivery => twice = true,
            Kind::LateDelivery { delay_seconds } => {
                late = Some(SignedDuration::try_from_secs_f64(delay_seconds).unwrap_or_default());
            }
            Kind::InboxRule { folder, millis } => then.push((Reading::Move, folder, millis)),
            Kind::SecondReader { does, folder, millis } => then.push((does, folder, millis)),
            _ => {}
        }
    }
    if let Some(delay) = late {
        let what = What::Put { folder, message: Box::new(message) };
        world.transport.later(Errand { due: now + delay, owner: owner.to_owned(), what });
        return None;
    }
    let mailbox = world.mailboxes.get_mut(owner)?;
    let copy = twice.then(|| message.clone());
    let number = mailbox.insert(folder, message);
    if let Some(copy) = copy {
        mailbox.insert(folder, copy);
    }
    for (does, folder, millis) in then {
        let what = match does {
            Reading::Read => What::Read { number },
            Reading::Move => What::Move { number, folder },
            Reading::Delete => What::Delete { number },
        };
        let errand =
            Errand { due: now + SignedDuration::from_millis(millis.max(0)), owner: owner.to_owned(), what };
        if millis <= 0 {
            run(world, errand);
        } else {
            world.transport.later(errand);
        }
    }
    Some(number)
}

/// Runs an errand whose time has come.
pub fn run(world: &mut World, errand: Errand) {
    let now = world.now();
    let Some(mailbox) = world.mailboxes.get_mut(&errand.owner) else { return };
    match errand.what {
        What::Put { folder, mut message } => {
            if let Substance::Mail { raw, content } = &mut message.substance
                && content.headers.is_empty()
            {
                // What was read from the bytes is not kept over a restart.
                *content = crate::mime::read::content(raw);
            }
            mailbox.insert(folder, *message);
        }
        What::Move { number, folder } => {
            let to = mailbox.folder_called(&folder).unwrap_or_else(|| mailbox.add_folder(&folder, 1));
            mailbox.relocate(number, to, |_| {});
        }
        What::Read { number } => {
            mailbox.touch(number, now, |m| m.is_read = true);
        }
        What::Delete { number } => {
            mailbox.relocate(number, DELETED, |_| {});
        }
    }
}

/// Puts a mail into the Inbox.
pub fn arrive_in_inbox(world: &mut World, faults: &mut Faults, owner: &str, message: Message) -> Option<u64> {
    arrive(world, faults, owner, INBOX, message)
}
