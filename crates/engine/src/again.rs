//! A kept original, taken once more: read by today's reader, placed by today's rules. Nothing here sends anything.
//!
//! * [`letter`], [`read`]: the journal's bytes as a letter, and as the mail that came in.
//! * [`decide`]: what [`desk::decide`] says of it now, as if it had not come in before.
//! * [`Engine::read_again`] says what differs from what the desk shows; [`Engine::apply_again`] makes the comment show it.
//!   The outcome stays as it is (the ledger's first rule), whatever today's rules would say.
//!
//! Recovering a suspended mail stands in `suspended.rs` and begins with the same [`read`].

use bytes::Bytes;
use desk::decide::{Decision, Outcome, OutcomeKind, Way};
use desk::flood::Recent;
use desk::recover::RECOVERED;
use desk::{Comment, LedgerId, Person, Status};
use jiff::Timestamp;
use mail::{AuthVerdict, Letter};
use store::{
    Afterwards, AuditEvent, Form, LedgerRow, NewAttachment, REASON_UNDONE, Reread, SeenBy, StoredAttachment,
    Tx,
};

use crate::carry::{LONGEST_NAME, cut, envelope, files, sender, storable, subject, words};
use crate::context::{self, Arrival, Loaded, Place};
use crate::intake::{self, Arrived, Original};
use crate::{Actor, Engine, Error, Result};

/// Rows looked at together by the command.
const PAGE: u32 = 50;

/// Something about a mail that is read differently now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// What becomes of it. Is only told; the outcome stays.
    Outcome,
    /// Which ticket it belongs to. Is only told.
    Ticket,
    /// Subject.
    Subject,
    /// Who wrote it, with the name.
    Author,
    /// To and Cc.
    People,
    /// The new words.
    Text,
    /// The whole text, with what it quotes.
    FullText,
    /// Whether there is HTML. (HTML itself is read from the original each time it is shown.)
    Html,
    /// Files and their names.
    Files,
    /// Written by a machine or not.
    Kind,
    /// Invitation, signature, encryption.
    Extras,
}

impl Field {
    /// The word in a ticket's history and in the command's output.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Outcome => "outcome",
            Field::Ticket => "ticket",
            Field::Subject => "subject",
            Field::Author => "author",
            Field::People => "people",
            Field::Text => "text",
            Field::FullText => "full_text",
            Field::Html => "html",
            Field::Files => "files",
            Field::Kind => "kind",
            Field::Extras => "extras",
        }
    }

    /// Whether it can be applied to the comment.
    pub fn is_applied(self) -> bool {
        !matches!(self, Field::Outcome | Field::Ticket)
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// About what.
    pub field: Field,
    /// As the desk shows it.
    pub before: String,
    /// As it is read now.
    pub now: String,
}

/// A mail read again.
#[derive(Debug, Clone)]
pub struct ReadAgain {
    /// Its row.
    pub row: LedgerRow,
    /// What differs; empty: nothing.
    pub differences: Vec<Difference>,
    /// Why nothing can be applied: key of the language files, e.g. `no-comment`.
    pub fixed: Option<&'static str>,
}

impl ReadAgain {
    /// Whether there is something to apply.
    pub fn can_apply(&self) -> bool {
        self.fixed.is_none() && self.differences.iter().any(|difference| difference.field.is_applied())
    }
}

/// What the desk has of a mail: its comment, with files and author.
struct Shown {
    comment: Comment,
    first: bool,
    files: Vec<StoredAttachment>,
    author: Person,
    ticket_subject: String,
}

/// The letter of a row, read by today's reader; `None` where no original is kept.
pub(crate) async fn letter(engine: &Engine, row: &LedgerRow) -> Result<Option<Letter>> {
    Ok(raw(engine, row).await?.map(|(_, letter)| letter))
}

async fn raw(engine: &Engine, row: &LedgerRow) -> Result<Option<(Original, Letter)>> {
    let (Some(blob), Some(form)) = (&row.blob, row.form) else { return Ok(None) };
    let bytes: Bytes = engine.inner.store.blobs().get(blob).await?;
    let original = Original { blob: blob.clone(), form, size: bytes.len() as u64 };
    let size = original.size;
    let mut letter = intake::read(form, bytes).await.unwrap_or_else(|| intake::unread(size));
    if row.seen_by == SeenBy::Smtp {
        // As when it came: only Exchange's own headers are believed.
        letter.auth = AuthVerdict::Unknown;
    }
    Ok(Some((original, letter)))
}

/// The mail of a row as it came in. With `store_files` its files are written, as intake does; else they are only described.
pub(crate) async fn read(engine: &Engine, row: &LedgerRow, store_files: bool) -> Result<Arrived> {
    let (original, mut letter) = raw(engine, row).await?.ok_or(Error::NotFound)?;
    let files = if store_files {
        intake::store_files(&engine.inner.store, &mut letter, false).await?
    } else {
        intake::described_files(&letter)
    };
    Ok(Arrived {
        id: row.id,
        seen_by: row.seen_by,
        received_at: row.received_at,
        original,
        files,
        letter,
        no_duplicate: None,
    })
}

/// Where the mail lay. The address may be gone meanwhile: then its mail belongs to no address, and to the oldest brand.
pub(crate) async fn place(engine: &Engine, row: &LedgerRow) -> Result<Place> {
    let store = &engine.inner.store;
    let ours = store.own_addresses().await?;
    let all = store.support_addresses().await?;
    let found = all
        .iter()
        .find(|address| row.connection == Some(address.connection.id))
        .or_else(|| all.iter().find(|address| address.address.as_str() == row.address));
    Ok(match found {
        Some(address) => Place { name: row.address.clone(), ..Place::of(address, ours) },
        None => Place {
            address: None,
            brand: store.brands().await?.first().ok_or(Error::NotFound)?.id,
            name: row.address.clone(),
            ours,
        },
    })
}

/// By which way it came.
pub(crate) fn way(row: &LedgerRow) -> Way {
    match row.seen_by {
        SeenBy::Delta | SeenBy::Sweep | SeenBy::Smtp => Way::Live,
        SeenBy::Import(_) | SeenBy::File => Way::Import,
    }
}

/// The context as it would be loaded had the mail not come in yet: it is not its own duplicate, and no hurry of that hour.
pub(crate) async fn load(
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    row: &LedgerRow,
    letter: &Letter,
    files: Option<Vec<String>>,
) -> Result<Loaded> {
    let arrival = Arrival { way: way(row), received_at: row.received_at, files, no_duplicate: None };
    let mut loaded = context::load(engine, tx, place, letter, arrival).await?;
    let context = &mut loaded.context;
    context.recent = Recent { trusted: context.recent.trusted, ..Recent::default() };
    if context.known.as_ref().is_some_and(|known| known.ledger == Some(row.id)) {
        context.known = None;
    }
    Ok(loaded)
}

/// What the rules say of it now.
async fn decide(
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    row: &LedgerRow,
    letter: &Letter,
) -> Result<Decision> {
    let mut loaded = load(engine, tx, place, row, letter, None).await?;
    let context = &mut loaded.context;
    if came_in(row) {
        // Replay is about reading: a list that was made later, or a ticket that was closed later, changes nothing in it.
        context.admission.verdict = desk::admission::Verdict::Admitted;
        if row.outcome == Some(OutcomeKind::Reply) {
            for referenced in &mut context.referenced {
                if referenced.status == Status::Closed {
                    referenced.status = Status::Open;
                }
            }
        }
    }
    let recovered = row.later.is_some_and(|later| later.what == Afterwards::Recovered);
    Ok(if recovered { desk::recover::recover(letter, context) } else { desk::decide(letter, context) })
}

fn came_in(row: &LedgerRow) -> bool {
    matches!(
        row.outcome,
        Some(OutcomeKind::NewTicket | OutcomeKind::Reply | OutcomeKind::FollowUp | OutcomeKind::Unreadable)
    )
}

impl Engine {
    /// Reads a message of the ledger again, and says what differs from what the desk shows. Admins. Writes nothing.
    pub async fn read_again(&self, actor: &Actor, id: LedgerId) -> Result<ReadAgain> {
        actor.must_be_admin()?;
        let row = self.inner.store.ledger_row(id).await?;
        self.compare(row).await
    }

    /// Reads it again and makes its comment show what was found. Admins. Sends nothing and runs no trigger; outcome, ticket and
    /// whatever people wrote stay. Answers what was changed.
    pub async fn apply_again(&self, actor: &Actor, id: LedgerId) -> Result<ReadAgain> {
        actor.must_be_admin()?;
        let row = self.inner.store.ledger_row(id).await?;
        self.reread(row, Some(actor)).await
    }

    /// The next rows that are read differently now, in the order of the ledger, and the row to go on after; `None` at the end. With
    /// `apply` the differences are applied. For the command on this machine.
    pub async fn replay(
        &self,
        after: LedgerId,
        since: Option<Timestamp>,
        apply: bool,
    ) -> Result<(Vec<ReadAgain>, u64, Option<LedgerId>)> {
        let rows = self.inner.store.kept_rows(after, since, PAGE).await?;
        let last = rows.last().map(|row| row.id);
        let (mut found, looked_at) = (Vec::new(), rows.len() as u64);
        for row in rows {
            let mut read = self.compare(row.clone()).await?;
            if apply && read.can_apply() {
                read = self.reread(row, None).await?;
            }
            if !read.differences.is_empty() {
                found.push(read);
            }
        }
        Ok((found, looked_at, last))
    }

    async fn compare(&self, row: LedgerRow) -> Result<ReadAgain> {
        if row.outcome.is_none() || row.blob.is_none() {
            return Ok(ReadAgain { row, differences: Vec::new(), fixed: Some("not-kept") });
        }
        if row.reason.as_deref() == Some(REASON_UNDONE) {
            return Ok(ReadAgain { row, differences: Vec::new(), fixed: Some("undone") });
        }
        let arrived = read(self, &row, false).await?;
        let (mut differences, by_agent) = self.decided_differently(&row, &arrived.letter).await?;
        let shown = self.shown(&row).await?;
        let fixed = match (&shown, row.later.map(|later| later.what)) {
            (None, _) => Some("no-comment"),
            (Some(_), Some(Afterwards::RecoveredChanged)) => Some("changed-by-agent"),
            // Its words were taken apart into orders and a comment when it came; that is not done twice.
            (Some(_), _) if by_agent => Some("by-agent"),
            (Some(_), _) => None,
        };
        if let (Some(shown), None) = (&shown, fixed) {
            differences.extend(differ(shown, &arrived));
        }
        Ok(ReadAgain { row, differences, fixed })
    }

    /// What is decided differently now, and whether the mail holds an agent's orders.
    async fn decided_differently(&self, row: &LedgerRow, letter: &Letter) -> Result<(Vec<Difference>, bool)> {
        let Some(outcome) = row.outcome else { return Ok((Vec::new(), false)) };
        // Who wrote too much wrote too much, whatever is in the mail; and a copy is one because of the other.
        let by_number = row.reason.as_deref() == Some(desk::decide::Cause::Loop.as_str());
        if by_number || matches!(outcome, OutcomeKind::Duplicate | OutcomeKind::Vanished) {
            return Ok((Vec::new(), false));
        }
        let place = place(self, row).await?;
        // Never committed: it is where the context is loaded.
        let tx = self.inner.store.begin(self.now()).await?;
        let decision = decide(self, &tx, &place, row, letter).await?;
        drop(tx);
        let mut differences = Vec::new();
        let (kind, ticket) = (decision.outcome.kind(), ticket_of(&decision.outcome));
        let recovered = decision.reason == RECOVERED || row.later.is_some();
        if kind != outcome && !recovered {
            differences.push(Difference {
                field: Field::Outcome,
                before: outcome.as_str().to_owned(),
                now: format!("{} ({})", kind.as_str(), decision.reason),
            });
        } else if outcome == OutcomeKind::Reply && ticket != row.ticket {
            let word = |ticket: Option<desk::TicketId>| {
                ticket.map(|ticket| format!("#{ticket}")).unwrap_or_default()
            };
            differences.push(Difference {
                field: Field::Ticket,
                before: word(row.ticket),
                now: word(ticket),
            });
        }
        Ok((differences, decision.by_agent.is_some()))
    }

    async fn shown(&self, row: &LedgerRow) -> Result<Option<Shown>> {
        let store = &self.inner.store;
        let Some(id) = row.comment else { return Ok(None) };
        let makes = came_in(row) || row.outcome == Some(OutcomeKind::Suspended);
        if !makes {
            return Ok(None);
        }
        let comment = match store.comment(id).await {
            Ok(comment) => comment,
            Err(store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let first = store.comments(comment.ticket).await?.first().is_some_and(|first| first.id == id);
        let files = store.attachments(comment.ticket).await?;
        Ok(Some(Shown {
            first: first && row.outcome != Some(OutcomeKind::Reply),
            files: files.into_iter().filter(|file| file.comment == id).collect(),
            author: store.person(comment.author).await?,
            ticket_subject: store.ticket(comment.ticket).await?.subject,
            comment,
        }))
    }

    async fn reread(&self, row: LedgerRow, actor: Option<&Actor>) -> Result<ReadAgain> {
        let compared = self.compare(row).await?;
        if !compared.can_apply() {
            return Ok(compared);
        }
        let row = &compared.row;
        let arrived = read(self, row, true).await?;
        let shown = self.shown(row).await?.ok_or(Error::NotFound)?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.reread(&as_read(&shown, &arrived)).await?;
        let letter = &arrived.letter;
        let (old, new) = (shown.comment.mail.as_ref(), subject(letter));
        // What an agent has given another subject, or a person another name, keeps it.
        if shown.first && old.is_some_and(|mail| mail.subject == shown.ticket_subject && mail.subject != new)
        {
            tx.correct_subject(shown.comment.ticket, &new).await?;
        }
        let old_name = old.and_then(|mail| mail.from.as_ref()).map(|from| &from.name);
        if let Some(from) = &letter.from
            && from.address == shown.author.email
            && old_name.is_some_and(|name| *name == shown.author.name && *name != from.name)
            && !from.name.trim().is_empty()
            && !shown.author.role.is_staff()
        {
            tx.correct_name(shown.author.id, &storable(&cut(&from.name, LONGEST_NAME))).await?;
        }
        tx.correct_ledger(row.id, &sender(letter), &new).await?;
        let applied = compared.differences.iter().filter(|difference| difference.field.is_applied());
        let changed = applied.map(|difference| difference.field.as_str().to_owned()).collect();
        let event = AuditEvent::Reread { comment: shown.comment.id, changed };
        tx.audit(shown.comment.ticket, actor.map(|actor| actor.person.id), &event).await?;
        tx.commit().await?;
        tracing::info!(ledger = %row.id, ticket = shown.comment.ticket.0, "read again");
        Ok(compared)
    }
}

fn ticket_of(outcome: &Outcome) -> Option<desk::TicketId> {
    match outcome {
        Outcome::Reply { ticket, .. } => Some(*ticket),
        Outcome::Duplicate(known) => Some(known.ticket),
        _ => None,
    }
}

/// The comment as it is read now. What placed it, and whether it was held for forged, is not read but decided: it stays.
fn as_read(shown: &Shown, arrived: &Arrived) -> Reread {
    let letter = &arrived.letter;
    let (text, full_text) = words(letter, !shown.first);
    let mut mail = envelope(letter);
    if let Some(old) = &shown.comment.mail {
        mail.signals.clone_from(&old.signals);
        mail.conflicts.clone_from(&old.conflicts);
        mail.spoof = old.spoof;
        mail.doubt = old.doubt;
    }
    let automatic = letter.kind.is_automatic() || (shown.comment.automatic && letter.unreadable.is_some());
    Reread {
        comment: shown.comment.id,
        text,
        full_text,
        has_html: letter.html.is_some(),
        automatic,
        mail,
        files: files(arrived),
    }
}

fn differ(shown: &Shown, arrived: &Arrived) -> Vec<Difference> {
    let new = as_read(shown, arrived);
    let (old, mut found) = (&shown.comment, Vec::new());
    let mut note = |field, before: String, now: String| {
        if before != now {
            found.push(Difference { field, before, now });
        }
    };
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    if let Some(mail) = &old.mail {
        note(Field::Subject, mail.subject.clone(), new.mail.subject.clone());
        note(Field::Author, person(mail.from.as_ref()), person(new.mail.from.as_ref()));
        note(Field::People, people(&mail.to, &mail.cc), people(&new.mail.to, &new.mail.cc));
        let extras = |mail: &desk::ticket::CommentMail| {
            let invitation = mail.invitation.as_ref().map(|invitation| format!("{invitation:?}"));
            let protection = mail.protection.map(|protection| format!("{protection:?}"));
            [invitation, protection].into_iter().flatten().collect::<Vec<_>>().join("\n")
        };
        note(Field::Extras, extras(mail), extras(&new.mail));
    }
    note(Field::Text, old.text.clone(), new.text.clone());
    note(
        Field::FullText,
        old.full_text.clone().unwrap_or_default(),
        new.full_text.clone().unwrap_or_default(),
    );
    note(Field::Html, yes(old.has_html), yes(new.has_html));
    let before: Vec<&NewAttachment> = shown.files.iter().map(|stored| &stored.file).collect();
    note(Field::Files, listed(&before), listed(&new.files.iter().collect::<Vec<_>>()));
    note(Field::Kind, yes(old.automatic), yes(new.automatic));
    found
}

fn person(mailbox: Option<&mail::Mailbox>) -> String {
    mailbox
        .map(|person| format!("{} <{}>", person.name, person.address).trim().to_owned())
        .unwrap_or_default()
}

fn people(to: &[mail::Mailbox], cc: &[mail::Mailbox]) -> String {
    let line =
        |people: &[mail::Mailbox]| people.iter().map(|one| person(Some(one))).collect::<Vec<_>>().join(", ");
    format!("{}\n{}", line(to), line(cc)).trim().to_owned()
}

/// One file a line, with all that would change.
fn listed(files: &[&NewAttachment]) -> String {
    let line = |file: &&NewAttachment| {
        let inline = if file.inline { ", inline" } else { "" };
        let hash = file.blob.0.get(..8).unwrap_or_default();
        format!("{} ({}, {} bytes{inline}, {hash})", file.name, file.content_type, file.size)
    };
    files.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The name of the original as a download.
pub(crate) fn original_name(form: Option<Form>) -> &'static str {
    if form == Some(Form::GraphJson) { "json" } else { "eml" }
}
