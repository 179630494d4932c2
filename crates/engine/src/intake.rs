//! From raw bytes to outcome: the one way in. What is done for one letter, is done in one transaction.

use bytes::Bytes;
use desk::decide::{Author, CommentPlan, Decision, Outcome, TicketPlan, Way};
use desk::ticket::{CommentMail, Via};
use desk::trigger::{Event, EventComment};
use desk::{CommentId, LedgerId, Person, Status, Ticket, TicketId};
use jiff::Timestamp;
use mail::{Letter, Mailbox, Unreadable};
use store::{
    AuditEvent, BlobId, Form, KnownMessage, Lease, NewAttachment, NewComment, NewSuspended, NewTicket,
    SeenBy, Settlement, Store, TicketChange, Topic, Tx,
};

use crate::context::{self, Loaded, Place};
use crate::{Engine, Error, Result};

/// Longest text of a comment in characters (zendesk.md 4.1). The whole stays in the journal.
const LONGEST_TEXT: usize = 65_000;
/// Longest subject in characters.
const LONGEST_SUBJECT: usize = 1_000;
/// Characters of a suspended mail that its list shows.
const EXCERPT: usize = 300;
/// Tries to decide anew when another worker was quicker with the same mail or person.
const RACES: usize = 5;

/// A journaled message, read.
pub(crate) struct Arrived {
    pub(crate) id: LedgerId,
    pub(crate) seen_by: SeenBy,
    pub(crate) received_at: Option<Timestamp>,
    pub(crate) original: Original,
    pub(crate) letter: Letter,
    /// Its files, stored already.
    pub(crate) files: Vec<NewAttachment>,
}

/// Where the raw bytes lie.
#[derive(Clone)]
pub(crate) struct Original {
    pub(crate) blob: BlobId,
    pub(crate) form: Form,
    pub(crate) size: u64,
}

/// Reads the bytes; `None` when reading itself failed, which it never should.
pub(crate) async fn read(form: Form, bytes: Bytes) -> Option<Letter> {
    let read = move || match form {
        Form::Mime => mail::read(&bytes),
        Form::GraphJson => mail::read_graph_json(&bytes),
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(letter) => Some(letter),
        Err(error) => {
            tracing::error!(%error, "reading a mail failed");
            None
        }
    }
}

/// The letter that stands for one that cannot be read: only its size is known.
pub(crate) fn unread(size: u64) -> Letter {
    Letter { size, unreadable: Some(Unreadable::Empty), ..mail::read(b"") }
}

/// Stores the files of a letter; their bytes leave it.
pub(crate) async fn store_files(
    store: &Store,
    letter: &mut Letter,
    lazily: bool,
) -> Result<Vec<NewAttachment>> {
    let mut files = Vec::with_capacity(letter.attachments.len());
    for attachment in &mut letter.attachments {
        let content = Bytes::from(std::mem::take(&mut attachment.content));
        let size = content.len() as u64;
        let blobs = store.blobs();
        let blob = if lazily { blobs.put_lazy(content).await? } else { blobs.put(content).await? };
        files.push(NewAttachment {
            name: storable(&attachment.name),
            content_type: storable(&attachment.content_type),
            content_id: attachment.content_id.as_deref().map(storable),
            inline: attachment.inline,
            size,
            blob,
        });
    }
    Ok(files)
}

/// Takes in one message: decides, applies, gives the ledger row its outcome. `None`: the row had one already.
pub(crate) async fn take(
    engine: &Engine,
    lease: &Lease,
    place: &Place,
    arrived: &Arrived,
) -> Result<Option<Settlement>> {
    let mut races = 0;
    loop {
        let tx = engine.inner.store.begin(engine.now()).await?;
        tx.check(lease).await?;
        match settle(engine, &tx, place, arrived).await {
            Ok(Some(settlement)) => {
                tx.commit().await?;
                return Ok(Some(settlement));
            }
            Ok(None) => return Ok(None),
            // Another worker was quicker with the same mail or the same new person: decide again, now as a duplicate.
            Err(Error::Store(store::Error::Exists { .. })) if races < RACES => races += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Decides and applies inside `tx`, without committing. `None`: the row had an outcome already, roll back.
pub(crate) async fn settle(
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    arrived: &Arrived,
) -> Result<Option<Settlement>> {
    let letter = &arrived.letter;
    let way = match arrived.seen_by {
        SeenBy::Delta | SeenBy::Sweep => Way::Live,
        SeenBy::Import(_) | SeenBy::File => Way::Import,
    };
    let loaded = context::load(engine, tx, place, letter, way, arrived.received_at).await?;
    let decision = desk::decide(letter, &loaded.context);
    let carrying = Carrying { engine, tx, place, arrived, way, loaded: &loaded, decision: &decision };
    let (ticket, comment) = carrying.out().await?;
    let identity = context::identity(letter);
    if let (Some(identity), Some(ticket), Some(comment)) = (&identity, ticket, comment) {
        let known = KnownMessage { ticket, comment: Some(comment), ledger: Some(arrived.id), outbox: None };
        tx.claim_identity(identity, &known).await?;
    }
    let counts = !matches!(decision.outcome, Outcome::Duplicate(_) | Outcome::OwnMail(_));
    let author = context::counted_author(place, letter, way, arrived.received_at, tx.now).filter(|_| counts);
    let settlement = Settlement {
        outcome: decision.outcome.kind(),
        reason: decision.reason,
        ticket,
        comment,
        sender: sender(letter),
        subject: storable(&cut(&letter.subject, LONGEST_SUBJECT)),
        identity,
        author,
    };
    if !tx.settle(arrived.id, &settlement).await? {
        return Ok(None);
    }
    if let SeenBy::Import(run) = arrived.seen_by {
        tx.changed(Topic::Import(run)).await?;
    }
    Ok(Some(settlement))
}

/// A decision being carried out.
struct Carrying<'a> {
    engine: &'a Engine,
    tx: &'a Tx,
    place: &'a Place,
    arrived: &'a Arrived,
    way: Way,
    loaded: &'a Loaded,
    decision: &'a Decision,
}

impl Carrying<'_> {
    /// The ticket concerned and the comment made.
    async fn out(&self) -> Result<(Option<TicketId>, Option<CommentId>)> {
        match &self.decision.outcome {
            Outcome::NewTicket(plan) | Outcome::Unreadable(plan) => self.new_ticket(plan, None).await,
            Outcome::FollowUp { of, plan } => self.new_ticket(plan, Some(*of)).await,
            Outcome::Reply { ticket, comment, status, add_ccs } => {
                self.reply(*ticket, comment, *status, add_ccs).await
            }
            Outcome::Duplicate(known) => Ok((Some(known.ticket), None)),
            Outcome::OwnMail(_) => Ok((self.loaded.own.as_ref().and_then(|row| row.mail.ticket), None)),
            Outcome::Bounce(bounced) => self.bounce(bounced.ticket).await,
            Outcome::Suspended(cause) => {
                let letter = &self.arrived.letter;
                self.tx
                    .suspend(&NewSuspended {
                        ledger: self.arrived.id,
                        cause: *cause,
                        author: sender(letter),
                        subject: storable(&cut(&letter.subject, LONGEST_SUBJECT)),
                        excerpt: storable(&cut(letter.fresh.trim(), EXCERPT)),
                    })
                    .await?;
                Ok((None, None))
            }
            Outcome::Rejected(_) => Ok((None, None)),
        }
    }

    async fn new_ticket(
        &self,
        plan: &TicketPlan,
        follows: Option<TicketId>,
    ) -> Result<(Option<TicketId>, Option<CommentId>)> {
        let requester = self.person(&plan.requester).await?;
        let author = if plan.comment.author == plan.requester {
            requester.clone()
        } else {
            self.person(&plan.comment.author).await?
        };
        let mut ccs = Vec::with_capacity(plan.ccs.len());
        for cc in &plan.ccs {
            let id = self.ensure(cc).await?.id;
            if id != requester.id && !ccs.contains(&id) {
                ccs.push(id);
            }
        }
        let via = match (self.way, follows) {
            (Way::Import, _) => Via::Import,
            (Way::Live, Some(_)) => Via::FollowUp,
            (Way::Live, None) => Via::Email,
        };
        let new = NewTicket {
            brand: self.place.brand,
            address: self.place.address,
            subject: storable(&cut(&plan.subject, LONGEST_SUBJECT)),
            status: Status::New,
            requester: requester.id,
            ccs,
            tags: plan.tags.clone(),
            follows,
            via,
            created_at: self.written_at(),
        };
        let mut ticket = self.tx.create_ticket(&new, Some(author.id)).await?;
        // The first comment shows the whole mail: what it quotes is nowhere else in the desk.
        let (id, comment) = self.comment(ticket.id, &author, &plan.comment, false).await?;
        ticket.is_public |= comment.public;
        let ticket_id = ticket.id;
        self.triggers(None, ticket, author, id, &comment).await?;
        Ok((Some(ticket_id), Some(id)))
    }

    async fn reply(
        &self,
        ticket: TicketId,
        plan: &CommentPlan,
        status: Option<Status>,
        add_ccs: &[Mailbox],
    ) -> Result<(Option<TicketId>, Option<CommentId>)> {
        let before = match self.loaded.tickets.get(&ticket) {
            Some(before) => before.clone(),
            None => self.tx.ticket(ticket).await?,
        };
        let author = self.person(&plan.author).await?;
        let (id, comment) = self.comment(ticket, &author, plan, true).await?;
        let mut change = TicketChange { status, ..TicketChange::default() };
        for cc in add_ccs {
            let person = self.ensure(cc).await?.id;
            if person != before.requester
                && !before.ccs.contains(&person)
                && !change.add_ccs.contains(&person)
            {
                change.add_ccs.push(person);
            }
        }
        let mut after = if change == TicketChange::default() {
            before.clone()
        } else {
            self.tx.change_ticket(ticket, &change, Some(author.id)).await?
        };
        after.is_public |= comment.public;
        self.triggers(Some(before), after, author, id, &comment).await?;
        Ok((Some(ticket), Some(id)))
    }

    /// The failure is shown at the mail that bounced and in the ticket's history.
    async fn bounce(&self, ticket: Option<TicketId>) -> Result<(Option<TicketId>, Option<CommentId>)> {
        let letter = &self.arrived.letter;
        let reason = letter.bounce_reason.clone().unwrap_or_else(|| letter.subject.clone());
        let reason = storable(&cut(&reason, LONGEST_SUBJECT));
        if let Some(row) = &self.loaded.bounced {
            self.tx.note_bounce(row.id, &reason).await?;
            if let Some(ticket) = ticket {
                let event = AuditEvent::DeliveryFailure { comment: row.mail.comment, reason };
                self.tx.audit(ticket, None, &event).await?;
                self.tx.changed(Topic::Ticket(ticket)).await?;
            }
        }
        Ok((ticket, None))
    }

    async fn person(&self, author: &Author) -> Result<Person> {
        match author {
            Author::New(mailbox) => self.ensure(mailbox).await,
            Author::Known(id) => match &self.loaded.context.author {
                Some(person) if person.id == *id => Ok(person.clone()),
                _ => self.tx.people(&[*id]).await?.into_iter().next().ok_or(Error::NotFound),
            },
        }
    }

    async fn ensure(&self, who: &Mailbox) -> Result<Person> {
        let who = Mailbox { name: storable(&cut(&who.name, 200)), address: who.address.clone() };
        Ok(self.tx.ensure_end_user(&who, language(&self.arrived.letter)).await?)
    }

    /// Old mail keeps its own date, but is never from the future.
    fn written_at(&self) -> Option<Timestamp> {
        let date = self.arrived.letter.date.or(self.arrived.received_at);
        date.filter(|date| self.way == Way::Import && *date <= self.tx.now && *date >= Timestamp::UNIX_EPOCH)
    }

    async fn comment(
        &self,
        ticket: TicketId,
        author: &Person,
        plan: &CommentPlan,
        only_fresh: bool,
    ) -> Result<(CommentId, NewComment)> {
        let letter = &self.arrived.letter;
        let fresh = only_fresh && !letter.fresh.trim().is_empty();
        let text = storable(&cut(if fresh { &letter.fresh } else { &letter.text }, LONGEST_TEXT));
        let whole = storable(&cut(&letter.text, LONGEST_TEXT));
        let mut attachments = self.arrived.files.clone();
        if letter.unreadable.is_some() {
            attachments.push(original_file(&self.arrived.original));
        }
        let comment = NewComment {
            ticket,
            author: author.id,
            public: plan.public,
            full_text: (whole != text).then_some(whole),
            text,
            has_html: letter.html.is_some(),
            via: if self.way == Way::Import { Via::Import } else { Via::Email },
            automatic: plan.automatic,
            mail: Some(CommentMail {
                from: letter.from.clone().map(clean),
                to: letter.to.iter().cloned().map(clean).collect(),
                cc: letter.cc.iter().cloned().map(clean).collect(),
                subject: storable(&cut(&letter.subject, LONGEST_SUBJECT)),
                signals: self.decision.signals.clone(),
                spoof: plan.spoof,
            }),
            created_at: self.written_at(),
            attachments,
        };
        Ok((self.tx.add_comment(&comment).await?, comment))
    }

    /// Runs the triggers. For old mail they are not even looked at: nothing may be sent for it.
    async fn triggers(
        &self,
        before: Option<Ticket>,
        ticket: Ticket,
        actor: Person,
        id: CommentId,
        comment: &NewComment,
    ) -> Result<()> {
        if self.way == Way::Import {
            return Ok(());
        }
        let event = Event {
            before,
            ticket,
            comment: Some(EventComment { public: comment.public, automatic: comment.automatic }),
            actor,
            via: Via::Email,
        };
        crate::notify::after(self.engine, self.tx, &event, Some((id, comment))).await
    }
}

/// The raw original as a file of the comment.
fn original_file(original: &Original) -> NewAttachment {
    let (name, content_type) = match original.form {
        Form::Mime => ("original.eml", "message/rfc822"),
        Form::GraphJson => ("original.json", "application/json"),
    };
    NewAttachment {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        content_id: None,
        inline: false,
        size: original.size,
        blob: original.blob.clone(),
    }
}

/// Who wrote it, for people.
pub(crate) fn sender(letter: &Letter) -> String {
    match &letter.from {
        None => String::new(),
        Some(from) if from.name.is_empty() => from.address.to_string(),
        Some(from) => format!("{} <{}>", storable(&cut(&from.name, 200)), from.address),
    }
}

/// Kana are Japanese; anything else says too little about the language a person wants to be written to in.
fn language(letter: &Letter) -> Option<desk::Language> {
    let kana = |c: char| ('\u{3041}'..='\u{30ff}').contains(&c);
    let text = letter.subject.chars().chain(letter.fresh.chars().take(2_000));
    text.into_iter().any(kana).then_some(desk::Language::Ja)
}

fn clean(mailbox: Mailbox) -> Mailbox {
    Mailbox { name: storable(&mailbox.name), ..mailbox }
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text.to_owned(),
    }
}

/// PostgreSQL keeps no NUL in a text; nobody can see one either.
fn storable(text: &str) -> String {
    text.replace('\0', "")
}
