//! What `desk::decide` needs to know beside the letter, loaded in the transaction that applies the decision.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use desk::admission::Sender;
use desk::behalf::StaffMail;
use desk::decide::{Bounced, Context, Known, NOBODY, Referenced, Signal, Way};
use desk::flood::Recent;
use desk::{AddressId, BrandId, LedgerId, Person, Ticket, TicketId};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, Kind, Letter, Mailbox, MessageId, Unreadable};
use sha2::{Digest as _, Sha256};
use store::{Counted, EarlyReply, OutboxRow, SupportAddress, Tx};

use crate::identity::{Identity, Placed};
use crate::{Engine, Result};

/// CCs a ticket may have (zendesk.md 6.4).
pub(crate) const MAX_CCS: usize = 48;
/// Tickets looked at for one letter: the best signals come first.
const MAX_TICKETS: usize = 5;
/// Signals kept for one ticket beside the first.
const MAX_SIGNALS: usize = 5;
/// Newest comments searched for internal notes that an agent's mail may quote.
const NOTES_SEARCHED: u32 = 40;
/// A bounce that names no mail of ours speaks of one of the last days.
const BOUNCES_WITHIN: SignedDuration = SignedDuration::from_hours(5 * 24);
/// Addresses looked at in the text of a bounce.
const MAX_NAMED: usize = 50;
/// Addresses looked at in the name of a sender.
const MAX_IN_NAME: usize = 3;
/// Mails of its thread that are looked for: the newest come first.
const MAX_ANSWERED: usize = 100;
/// Of those, the ones waited for when they are not there.
const MAX_AWAITED: usize = 10;
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

    /// One of our addresses, also with something behind a `+` that the mail server takes off: our signed token, or words
    /// of a customer's.
    pub(crate) fn owns(&self, address: &Address) -> bool {
        let bare = || {
            let (local, _) = address.local().split_once('+')?;
            Address::parse(&format!("{local}@{}", address.domain()))
        };
        self.ours.contains(address) || bare().is_some_and(|bare| self.ours.contains(&bare))
    }
}

/// The context, and the rows behind it that applying needs again.
pub(crate) struct Loaded {
    pub(crate) context: Context,
    /// What the letter claims when it makes a comment.
    pub(crate) identity: Option<Identity>,
    /// Comments that answer the letter and came before it.
    pub(crate) early: Vec<EarlyReply>,
    /// Mails that the letter answers and that nobody has seen.
    pub(crate) unseen: Vec<MessageId>,
    pub(crate) tickets: HashMap<TicketId, Ticket>,
    pub(crate) own: Option<OutboxRow>,
    pub(crate) bounced: Option<OutboxRow>,
}

/// What identifies the letter in the account. An empty mail is like every other empty mail: it has no identity.
pub(crate) fn identity(letter: &Letter) -> Option<String> {
    let empty = letter.message_id.is_none() && letter.unreadable == Some(Unreadable::Empty);
    (!empty).then(|| letter.identity())
}

/// The identities that taking a letter in asks about: to be locked before anything is read.
pub(crate) fn identities(letter: &Letter) -> Vec<String> {
    identity(letter).into_iter().chain(answers(letter).map(|id| format!("mid:{id}"))).collect()
}

/// The mails that a letter answers: In-Reply-To, then References from the newest on.
fn answers(letter: &Letter) -> impl Iterator<Item = &MessageId> {
    letter.in_reply_to.iter().chain(letter.references.iter().rev()).take(MAX_ANSWERED)
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

/// How a letter came.
pub(crate) struct Arrival {
    pub(crate) way: Way,
    pub(crate) received_at: Option<Timestamp>,
    /// What its files are known by in the journal, if they are stored.
    pub(crate) files: Option<Vec<String>>,
    /// The ledger row that had taken it for a duplicate: somebody says that it is none.
    pub(crate) no_duplicate: Option<LedgerId>,
}

/// Loads it.
pub(crate) async fn load(
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    letter: &Letter,
    arrival: Arrival,
) -> Result<Loaded> {
    let Arrival { way, received_at, files, no_duplicate } = arrival;
    let author = desk::decide::author(letter, |address| place.ours.contains(address));
    let person = match author {
        Some(author) => tx.person_by_address(&author.address).await?,
        None => None,
    };
    let from_us = author.is_some_and(|author| place.ours.contains(&author.address));
    let own = own_mail(tx, place, letter, from_us).await?;
    let mut placed = Placed::load(tx, letter, files, own.as_ref().map(|row| row.id)).await?;
    if let Some(row) = no_duplicate {
        placed.is_no_duplicate(letter, row);
    }
    let Placed { identity, known, changed, shares_id } = placed;
    let bounced = bounced(tx, place, letter).await?;
    let names_staff = names_staff(tx, place, letter).await?;
    let from_is_author = from_is_author(tx, letter, author, person.as_ref()).await?;
    let mut tickets = HashMap::new();
    let staff = person.as_ref().is_some_and(|person| person.role.is_staff());
    let mut search = Search { tx, staff, tickets: &mut tickets, found: Vec::new() };
    let unseen = search.by_signals(engine, letter).await?;
    let (referenced, mut early) = (std::mem::take(&mut search.found), Vec::new());
    if let Some(identity) = identity.as_ref().filter(|identity| identity.shares.is_none()) {
        early = tx.awaiting(&identity.claims).await?;
    }
    if let Some(id) = &letter.message_id {
        search.early_replies(id, &mut early).await?;
    }
    let mut awaiting = search.found;
    awaiting.retain(|early| referenced.iter().all(|referenced| referenced.ticket != early.ticket));
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
            Recent { trusted: admission.trusted, ..tx.recent(&counted, tx.now - HOUR).await? }
        }
        None => Recent::default(),
    };
    let context = Context {
        way,
        now: tx.now,
        address: place.address.unwrap_or(AddressId(0)),
        brand: place.brand,
        known: known.and_then(|known| {
            Some(Known { ledger: known.ledger, ticket: known.ticket, comment: known.comment?, changed })
        }),
        own: own.as_ref().map(|row| row.id),
        bounced: bounced.as_ref().map(|row| Bounced { outbox: row.id, ticket: row.mail.ticket }),
        from_is_author,
        names_staff,
        author_is_support_address: from_us,
        author: person,
        support_addresses: support_addresses(place, letter),
        referenced,
        recent,
        awaiting,
        shares_id,
        max_ccs: MAX_CCS,
        admission,
        // Nobody else's mail asks.
        staff_mail: if staff {
            crate::writing::rules(engine).await?.staff_mail()
        } else {
            StaffMail::default()
        },
    };
    Ok(Loaded { context, identity, early, unseen, tickets, own, bounced })
}

/// The mail of ours that the letter is a copy of: by our mark or a Message-ID of ours, and by its words. Every recipient knows the mark and the
/// Message-ID; who writes other words under them wants to be read. A bounce of our mail may carry our mark and is none the
/// less a bounce.
async fn own_mail(tx: &Tx, place: &Place, letter: &Letter, from_us: bool) -> Result<Option<OutboxRow>> {
    if letter.kind == Kind::Bounce {
        return Ok(None);
    }
    let ids: Vec<_> = letter.message_id.iter().cloned().collect();
    let mut found = tx.outbox_by_mark_or_ids(letter.own_mark.as_deref(), &ids).await?;
    if let (None, Some(id), true) = (&found, &letter.message_id, from_us) {
        // A server on the way may have dropped our mark from a test mail.
        found = tx.proof_mail(id).await?;
    }
    let from = letter.from.as_ref().is_some_and(|from| place.ours.contains(&from.address));
    Ok(found.filter(|row| {
        let html = mail::html::to_text(&row.mail.html);
        desk::sameness::is_ours(letter, from, &row.mail.subject, &[&row.mail.text, &html])
    }))
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

/// The name in From is an address of a member of the staff or of ours, which the mail is not from.
async fn names_staff(tx: &Tx, place: &Place, letter: &Letter) -> Result<bool> {
    let Some(from) = letter.from.as_ref().filter(|from| from.name.contains('@')) else { return Ok(false) };
    let words = from.name.split(|c: char| c.is_whitespace() || "<>()[],;:\"'".contains(c));
    let named = words.filter_map(Address::parse).filter(|named| *named != from.address);
    for named in named.take(MAX_IN_NAME) {
        let person = tx.person_by_address(&named).await?;
        if place.owns(&named) || person.is_some_and(|person| person.role.is_staff()) {
            return Ok(true);
        }
    }
    Ok(false)
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

/// Tickets being collected, each once, with all that speaks for it.
struct Search<'a> {
    tx: &'a Tx,
    staff: bool,
    tickets: &'a mut HashMap<TicketId, Ticket>,
    found: Vec<Referenced>,
}

impl Search<'_> {
    /// The tickets that the letter refers to: token, then In-Reply-To, then References from the newest on. Answers which mails it
    /// answers that nobody has seen.
    async fn by_signals(&mut self, engine: &Engine, letter: &Letter) -> Result<Vec<MessageId>> {
        let key = &engine.inner.token_key;
        for ticket in key.find_in_addresses(letter).into_iter().map(TicketId) {
            self.add(ticket, Signal::AddressToken { ticket }).await?;
        }
        for ticket in key.find_in_words(letter).into_iter().map(TicketId) {
            self.add(ticket, Signal::Token { ticket }).await?;
        }
        let ids: Vec<_> = answers(letter).cloned().collect();
        let known = self.tx.known_messages(&ids).await?;
        let is_known = |id: &MessageId| known.iter().any(|(known, _)| known == id);
        let unseen = ids.into_iter().filter(|id| !is_known(id)).take(MAX_AWAITED).collect();
        for (id, known) in known {
            let signal = if letter.in_reply_to.contains(&id) {
                Signal::InReplyTo { id }
            } else {
                Signal::References { id }
            };
            self.add(known.ticket, signal).await?;
        }
        Ok(unseen)
    }

    /// The tickets of the comments that answer the letter; each reply learns in which ticket it really is.
    async fn early_replies(&mut self, id: &MessageId, early: &mut [EarlyReply]) -> Result<()> {
        for reply in early {
            let signal = Signal::Awaited { id: id.clone(), comment: reply.comment };
            if let Some(ticket) = self.add(reply.ticket, signal).await? {
                reply.ticket = ticket;
            }
        }
        Ok(())
    }

    /// Adds what speaks for a ticket, or for the one it was merged into; answers which. `None`: it is gone, or too many were found.
    async fn add(&mut self, id: TicketId, signal: Signal) -> Result<Option<TicketId>> {
        let ticket = match self.tx.heir(id).await {
            Ok(ticket) => ticket,
            // The token is genuine, but its ticket is gone.
            Err(store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let id = ticket.id;
        if let Some(known) = self.found.iter_mut().find(|known| known.ticket == id) {
            if known.signal != signal && !known.also.contains(&signal) && known.also.len() < MAX_SIGNALS {
                known.also.push(signal);
            }
            return Ok(Some(id));
        }
        if self.found.len() == MAX_TICKETS {
            return Ok(None);
        }
        let requester = self.tx.people(&[ticket.requester]).await?.into_iter().next();
        let mut requester_addresses: Vec<Address> =
            requester.map(|person| person.email).into_iter().collect();
        requester_addresses.extend(self.tx.other_addresses(ticket.requester).await?);
        self.found.push(Referenced {
            signal,
            also: Vec::new(),
            ticket: id,
            status: ticket.status,
            requester: ticket.requester,
            requester_addresses,
            assignee: ticket.assignee,
            ccs: ticket.ccs.clone(),
            tags: ticket.tags.clone(),
            is_public: ticket.is_public,
            private_texts: if self.staff { notes(self.tx, id).await? } else { Vec::new() },
        });
        self.tickets.insert(id, ticket);
        Ok(Some(id))
    }
}

async fn notes(tx: &Tx, ticket: TicketId) -> Result<Vec<String>> {
    let comments = tx.latest_comments(&[ticket], NOTES_SEARCHED).await?;
    Ok(comments.into_iter().filter(|comment| !comment.public).map(|comment| comment.text).collect())
}

/// Those of our addresses that the letter names.
fn support_addresses(place: &Place, letter: &Letter) -> Vec<Address> {
    let people = letter.to.iter().chain(&letter.cc).chain(&letter.from).chain(&letter.reply_to);
    let mut ours: Vec<Address> = people
        .map(|person| person.address.clone())
        .chain(desk::behalf::named(letter))
        .filter(|address| place.owns(address))
        .collect();
    ours.sort();
    ours.dedup();
    ours
}
