//! What `desk::decide` needs to know beside the letter, loaded in the transaction that applies the decision.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use desk::admission::Sender;
use desk::behalf::StaffMail;
use desk::decide::{Bounced, Context, Known, NOBODY, Referenced, Signal, Way};
use desk::flood::Recent;
use desk::{AddressId, BrandId, Person, Ticket, TicketId};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, Kind, Letter, Mailbox, Unreadable};
use sha2::{Digest as _, Sha256};
use store::{Counted, OutboxRow, SupportAddress, Tx};

use crate::{Engine, Result};

/// CCs a ticket may have (zendesk.md 6.4).
const MAX_CCS: usize = 48;
/// Tickets looked at for one letter: the best signals come first.
const MAX_TICKETS: usize = 5;
/// Newest comments searched for internal notes that an agent's mail may quote.
const NOTES_SEARCHED: u32 = 40;
/// A bounce that names no mail of ours speaks of one of the last days.
const BOUNCES_WITHIN: SignedDuration = SignedDuration::from_hours(5 * 24);
/// Addresses looked at in the text of a bounce.
const MAX_NAMED: usize = 50;
/// The window of the loop breaker.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Where letters lie: the support address, its brand, and all support addresses of the account.
#[derive(Clone)]
pub(crate) struct Place {
    /// `None` for an import of files into an account that has no such address.
    pub(crate) address: Option<AddressId>,
    pub(crate) brand: BrandId,
    /// The address as the ledger keeps it.
    pub(crate) name: String,
    /// Never people.
    pub(crate) ours: Arc<HashSet<Address>>,
}

impl Place {
    /// The place of one support address among all.
    pub(crate) fn of(address: &SupportAddress, ours: Arc<HashSet<Address>>) -> Self {
        Self { address: Some(address.id), brand: address.brand, name: address.address.to_string(), ours }
    }
}

/// The context, and the rows behind it that applying needs again.
pub(crate) struct Loaded {
    pub(crate) context: Context,
    pub(crate) tickets: HashMap<TicketId, Ticket>,
    pub(crate) own: Option<OutboxRow>,
    pub(crate) bounced: Option<OutboxRow>,
}

/// What identifies the letter in the account. An empty mail is like every other empty mail: it has no identity.
pub(crate) fn identity(letter: &Letter) -> Option<String> {
    let empty = letter.message_id.is_none() && letter.unreadable == Some(Unreadable::Empty);
    (!empty).then(|| letter.identity())
}

/// The address that the hourly count goes by; `None` for mail that does not count: old mail, and mail that waited in the
/// mailbox while nobody read it, which no loop with us can have made.
pub(crate) fn counted_author(
    place: &Place,
    letter: &Letter,
    way: Way,
    received_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<String> {
    let waited = received_at.is_some_and(|received| now.duration_since(received) > HOUR);
    if way == Way::Import || waited {
        return None;
    }
    let author = desk::decide::author(letter, |address| place.ours.contains(address));
    Some(author.map_or(NOBODY, |author| author.address.as_str()).to_owned())
}

/// Loads it.
pub(crate) async fn load(
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    letter: &Letter,
    way: Way,
    received_at: Option<Timestamp>,
) -> Result<Loaded> {
    let author = desk::decide::author(letter, |address| place.ours.contains(address));
    let person = match author {
        Some(author) => tx.person_by_address(&author.address).await?,
        None => None,
    };
    let known = match identity(letter) {
        Some(identity) => tx.known(&identity).await?,
        None => None,
    };
    let claimed_by_outbox = known.as_ref().and_then(|known| known.outbox);
    let from_us = author.is_some_and(|author| place.ours.contains(&author.address));
    let own = own_mail(tx, letter, claimed_by_outbox.is_some(), from_us).await?;
    let bounced = bounced(tx, place, letter).await?;
    let from_is_author = from_is_author(tx, letter, author, person.as_ref()).await?;
    let mut tickets = HashMap::new();
    let staff = person.as_ref().is_some_and(|person| person.role.is_staff());
    let referenced = referenced(engine, tx, letter, staff, &mut tickets).await?;
    let admission = engine.sender_rules().await?.judge(&Sender::of(letter, person.as_ref()));
    let recent = match counted_author(place, letter, way, received_at, tx.now) {
        Some(author) => {
            let words = words(letter);
            let counted = Counted {
                author: &author,
                ticket: referenced.first().map(|referenced| referenced.ticket),
                mailbox: &place.name,
                address: place.address,
                words: words.as_deref(),
            };
            tx.recent(&counted, tx.now - HOUR).await?
        }
        None => Recent::default(),
    };
    let context = Context {
        way,
        now: tx.now,
        address: place.address.unwrap_or(AddressId(0)),
        brand: place.brand,
        known: known.and_then(|known| {
            Some(Known { ledger: known.ledger, ticket: known.ticket, comment: known.comment? })
        }),
        own: own.as_ref().map(|row| row.id).or(claimed_by_outbox),
        bounced: bounced.as_ref().map(|row| Bounced { outbox: row.id, ticket: row.mail.ticket }),
        from_is_author,
        author_is_support_address: from_us,
        author: person,
        support_addresses: support_addresses(place, letter),
        referenced,
        recent: Recent { trusted: admission.trusted, ..recent },
        max_ccs: MAX_CCS,
        admission,
        // Nobody else's mail asks.
        staff_mail: if staff {
            crate::writing::rules(engine).await?.staff_mail()
        } else {
            StaffMail::default()
        },
    };
    Ok(Loaded { context, tickets, own, bounced })
}

/// Our mark or a Message-ID of ours. A bounce of our mail may carry our mark and is none the less a bounce.
async fn own_mail(tx: &Tx, letter: &Letter, claimed: bool, from_us: bool) -> Result<Option<OutboxRow>> {
    if letter.kind == Kind::Bounce {
        return Ok(None);
    }
    if letter.own_mark.is_none() && !claimed {
        // A server on the way may have dropped our mark from a test mail.
        return match &letter.message_id {
            Some(id) if from_us => Ok(tx.proof_mail(id).await?),
            _ => Ok(None),
        };
    }
    let ids: Vec<_> = letter.message_id.iter().cloned().collect();
    Ok(tx.outbox_by_mark_or_ids(letter.own_mark.as_deref(), &ids).await?)
}

/// From is the author's as well: the same address, or another of that person's.
async fn from_is_author(
    tx: &Tx,
    letter: &Letter,
    author: Option<&Mailbox>,
    person: Option<&Person>,
) -> Result<bool> {
    let (Some(from), Some(author)) = (&letter.from, author) else { return Ok(letter.from.is_none()) };
    if from.address == author.address {
        return Ok(true);
    }
    let Some(person) = person else { return Ok(false) };
    let other = tx.person_by_address(&from.address).await?;
    Ok(other.is_some_and(|other| other.id == person.id))
}

/// What the letter reads like, as the ledger keeps it.
pub(crate) fn words(letter: &Letter) -> Option<String> {
    desk::flood::words_of(letter).map(|words| hex::encode(&Sha256::digest(words.as_bytes())[..16]))
}

/// The mail of ours that came back: by our mark, by its Message-ID; and where the report names neither, by whom it could not
/// reach.
async fn bounced(tx: &Tx, place: &Place, letter: &Letter) -> Result<Option<OutboxRow>> {
    if letter.kind != Kind::Bounce {
        return Ok(None);
    }
    // The mark in the returned mail says which of ours it was; some servers copy it into their report.
    let mark =
        letter.bounced_mark.clone().or_else(|| letter.own_mark.clone()).or_else(|| mark_in(&letter.text));
    let ids: Vec<_> =
        letter.bounced.iter().chain(&letter.in_reply_to).chain(&letter.references).cloned().collect();
    if (!ids.is_empty() || mark.is_some())
        && let Some(row) = tx.outbox_by_mark_or_ids(mark.as_deref(), &ids).await?
    {
        return Ok(Some(row));
    }
    // A report that names a mail which is not ours speaks of somebody else's.
    let Some(address) = place.address.filter(|_| letter.bounced.is_empty()) else { return Ok(None) };
    let rows = tx.sent_to(address, &named(letter, place), tx.now - BOUNCES_WITHIN).await?;
    let quotes = |row: &&OutboxRow| {
        let subject = desk_subject(&row.mail.subject);
        !subject.is_empty() && (letter.subject.contains(subject) || letter.text.contains(subject))
    };
    let one_ticket = rows.iter().all(|row| row.mail.ticket == rows[0].mail.ticket);
    let newest = rows.iter().find(quotes).or(rows.first().filter(|_| one_ticket));
    Ok(newest.cloned())
}

/// Our mark in a mail that was returned as text.
fn mark_in(text: &str) -> Option<String> {
    const HEADER: &str = "x-postdesk-outbox:";
    text.lines().take(5_000).find_map(|line| {
        let line = line.trim_start_matches([' ', '>', '\t']);
        let start = line.get(..HEADER.len())?;
        let mark = line.get(HEADER.len()..)?.trim();
        (start.eq_ignore_ascii_case(HEADER) && !mark.is_empty()).then(|| mark.to_owned())
    })
}

fn desk_subject(subject: &str) -> &str {
    crate::letter_out::without_re(subject).trim()
}

/// Who a bounce speaks of: whom its report names; without a report, addresses in its words that are nobody's of ours.
pub(crate) fn named(letter: &Letter, place: &Place) -> Vec<Address> {
    if !letter.bounced_recipients.is_empty() {
        return letter.bounced_recipients.iter().take(MAX_NAMED).cloned().collect();
    }
    let mut found: Vec<Address> = Vec::new();
    let words = letter.text.split(|c: char| c.is_whitespace() || "<>()[],;:\"'".contains(c));
    for word in words.filter(|word| word.contains('@')) {
        let Some(address) = Address::parse(word.trim_matches(['.', '!', '?'])) else { continue };
        if !place.ours.contains(&address) && !found.contains(&address) {
            found.push(address);
        }
        if found.len() == MAX_NAMED {
            break;
        }
    }
    found
}

/// The tickets that the letter refers to: token, then In-Reply-To, then References from the newest on.
async fn referenced(
    engine: &Engine,
    tx: &Tx,
    letter: &Letter,
    staff: bool,
    tickets: &mut HashMap<TicketId, Ticket>,
) -> Result<Vec<Referenced>> {
    let mut signals: Vec<(TicketId, Signal)> = Vec::new();
    for ticket in engine.inner.token_key.find(letter) {
        signals.push((TicketId(ticket), Signal::Token { ticket: TicketId(ticket) }));
    }
    let ids: Vec<_> =
        letter.in_reply_to.iter().chain(letter.references.iter().rev()).take(100).cloned().collect();
    for (id, known) in tx.known_messages(&ids).await? {
        let signal = if letter.in_reply_to.contains(&id) {
            Signal::InReplyTo { id }
        } else {
            Signal::References { id }
        };
        signals.push((known.ticket, signal));
    }
    let mut found: Vec<Referenced> = Vec::new();
    for (id, signal) in signals {
        if found.len() == MAX_TICKETS {
            break;
        }
        if found.iter().any(|referenced| referenced.ticket == id) {
            continue;
        }
        let ticket = match tx.ticket(id).await {
            Ok(ticket) => ticket,
            // The token is genuine, but its ticket is gone.
            Err(store::Error::NotFound { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let requester = tx.people(&[ticket.requester]).await?.into_iter().next();
        found.push(Referenced {
            signal,
            ticket: id,
            status: ticket.status,
            requester: ticket.requester,
            requester_address: requester.map(|person| person.email),
            assignee: ticket.assignee,
            ccs: ticket.ccs.clone(),
            tags: ticket.tags.clone(),
            is_public: ticket.is_public,
            private_texts: if staff { notes(tx, id).await? } else { Vec::new() },
        });
        tickets.insert(id, ticket);
    }
    Ok(found)
}

async fn notes(tx: &Tx, ticket: TicketId) -> Result<Vec<String>> {
    let comments = tx.latest_comments(ticket, NOTES_SEARCHED).await?;
    Ok(comments.into_iter().filter(|comment| !comment.public).map(|comment| comment.text).collect())
}

/// Those of our addresses that the letter names.
fn support_addresses(place: &Place, letter: &Letter) -> Vec<Address> {
    let people = letter.to.iter().chain(&letter.cc).chain(&letter.from).chain(&letter.reply_to);
    let mut ours: Vec<Address> = people
        .map(|person| person.address.clone())
        .chain(desk::behalf::named(letter))
        .filter(|address| place.ours.contains(address))
        .collect();
    ours.sort();
    ours.dedup();
    ours
}
