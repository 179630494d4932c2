//! What today's reader finds in a kept original, beside what the desk shows of it. Writes nothing.

use desk::decide::{Decision, Outcome, OutcomeKind};
use desk::recover::RECOVERED;
use desk::{Comment, LedgerId, Person, Status};
use mail::Letter;
use store::{Afterwards, LedgerRow, NewAttachment, REASON_UNDONE, Reread, StoredAttachment, Tx};

use super::{load, place, read};
use crate::carry::{envelope, files, words};
use crate::context::Place;
use crate::intake::Arrived;
use crate::{Actor, Engine, Result};

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
pub(super) struct Shown {
    pub(super) comment: Comment,
    pub(super) first: bool,
    pub(super) files: Vec<StoredAttachment>,
    pub(super) author: Person,
    pub(super) ticket_subject: String,
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
    context.recent = context.recent.calm();
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

    pub(super) async fn compare(&self, row: LedgerRow) -> Result<ReadAgain> {
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

    pub(super) async fn shown(&self, row: &LedgerRow) -> Result<Option<Shown>> {
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
}

fn ticket_of(outcome: &Outcome) -> Option<desk::TicketId> {
    match outcome {
        Outcome::Reply { ticket, .. } => Some(*ticket),
        Outcome::Duplicate(known) => Some(known.ticket),
        _ => None,
    }
}

/// The comment as it is read now. What placed it, and whether it was held for forged, is not read but decided: it stays.
pub(super) fn as_read(shown: &Shown, arrived: &Arrived) -> Reread {
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
