//! An agent answers: comment, triggers and outbox rows in one transaction.

use bytes::Bytes;
use desk::ticket::Via;
use desk::trigger::{Event, EventComment};
use desk::{CommentId, Person, PersonId, Status, Ticket, TicketId};
use store::{KnownMessage, NewAttachment, NewComment, TicketChange, Tx};

use crate::{Actor, Engine, Error, Result, notify};

/// Longest comment in characters (zendesk.md 4.1).
const LONGEST_TEXT: usize = 65_000;
/// Largest file in bytes (zendesk.md 6.6).
const LARGEST_FILE: usize = 52_428_800;
/// Longest form key: it is random and short; more would only fill the table.
const LONGEST_KEY: usize = 128;

/// What the agent wrote and chose.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Plain text.
    pub text: String,
    /// Public reply or internal note.
    pub public: bool,
    /// New status.
    pub status: Option<Status>,
    /// New assignee.
    pub assignee: Option<Option<PersonId>>,
    /// Files.
    pub files: Vec<AnswerFile>,
    /// Random value of the form: sending the form twice makes one comment.
    pub form_key: Option<String>,
}

/// A file that goes with an answer.
#[derive(Debug, Clone)]
pub struct AnswerFile {
    /// Name.
    pub name: String,
    /// Type as the browser said.
    pub content_type: String,
    /// Bytes.
    pub content: Bytes,
}

impl Engine {
    /// Answers. Staff; not a closed ticket. An answer without text but with changes only changes.
    pub async fn answer(&self, actor: &Actor, ticket: TicketId, answer: Answer) -> Result<Option<CommentId>> {
        actor.must_be_staff()?;
        let form = form_identity(answer.form_key.as_deref())?;
        let wanted =
            TicketChange { status: answer.status, assignee: answer.assignee, ..TicketChange::default() };
        // Bytes are durable before the transaction that refers to them, which therefore waits for no disk but its own.
        let comment = self.comment_of(actor, ticket, answer).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        if let Some(form) = &form
            && let Some(known) = tx.known(form).await?
        {
            return Ok(known.comment);
        }
        let (_, comment) = change(self, &tx, actor, ticket, wanted, comment.as_ref()).await?;
        if let Some(form) = &form {
            let known = KnownMessage { ticket, comment, ledger: None, outbox: None };
            match tx.claim_identity(form, &known).await {
                // The same form came twice at once: the other one has won, and this one changes nothing.
                Err(store::Error::Exists { .. }) => {
                    drop(tx);
                    return self.answered(form).await;
                }
                claimed => claimed?,
            }
        }
        tx.commit().await?;
        Ok(comment)
    }

    async fn answered(&self, form: &str) -> Result<Option<CommentId>> {
        let tx = self.inner.store.begin(self.now()).await?;
        Ok(tx.known(form).await?.and_then(|known| known.comment))
    }

    /// The comment of an answer with its files stored; `None` when there is nothing to say.
    async fn comment_of(
        &self,
        actor: &Actor,
        ticket: TicketId,
        answer: Answer,
    ) -> Result<Option<NewComment>> {
        let text = answer.text.replace("\r\n", "\n").trim_end().to_owned();
        if text.trim().is_empty() && answer.files.is_empty() {
            return Ok(None);
        }
        if text.chars().count() > LONGEST_TEXT {
            return Err(Error::Invalid { field: "text", problem: "too-long" });
        }
        if answer.files.iter().any(|file| file.content.len() > LARGEST_FILE) {
            return Err(Error::Invalid { field: "files", problem: "too-large" });
        }
        let mut attachments = Vec::with_capacity(answer.files.len());
        for file in answer.files {
            attachments.push(NewAttachment {
                name: file_name(&file.name),
                content_type: content_type(&file.content_type),
                content_id: None,
                inline: false,
                size: file.content.len() as u64,
                finding: Some(mail::inspect::look(&file.name, &file.content)),
                blob: self.inner.store.blobs().put(file.content).await?,
            });
        }
        Ok(Some(NewComment { attachments, ..written(actor, ticket, text, answer.public) }))
    }
}

/// A comment that somebody writes at the desk, without files.
pub(crate) fn written(actor: &Actor, ticket: TicketId, text: String, public: bool) -> NewComment {
    NewComment {
        ticket,
        author: actor.person.id,
        public,
        text,
        full_text: None,
        has_html: false,
        via: Via::Web,
        automatic: false,
        mail: None,
        created_at: None,
        attachments: Vec::new(),
    }
}

/// Adds a comment, changes fields and runs the triggers, all inside `tx`. The one way in which an agent changes a ticket.
pub(crate) async fn change(
    engine: &Engine,
    tx: &Tx,
    actor: &Actor,
    id: TicketId,
    wanted: TicketChange,
    comment: Option<&NewComment>,
) -> Result<(Ticket, Option<CommentId>)> {
    let before = tx.ticket(id).await?;
    if before.status == Status::Closed {
        return Err(Error::Closed);
    }
    if let Some(Some(assignee)) = wanted.assignee {
        assignable(tx, assignee).await?;
    }
    let change = complete(&before, wanted, &actor.person, comment.is_some_and(|comment| comment.public))?;
    let added = match comment {
        Some(comment) => Some(tx.add_comment(comment).await?),
        None => None,
    };
    if added.is_none() && change == TicketChange::default() {
        return Ok((before, None));
    }
    let ticket = tx.change_ticket(id, &change, Some(actor.person.id)).await?;
    let event = Event {
        before: Some(before),
        ticket,
        comment: comment.map(|comment| EventComment { public: comment.public, automatic: comment.automatic }),
        actor: actor.person.clone(),
        via: Via::Web,
        quiet: false,
    };
    notify::after(engine, tx, &event, added.zip(comment), None).await?;
    Ok((tx.ticket(id).await?, added))
}

/// Only members of the staff can be assigned.
async fn assignable(tx: &Tx, person: PersonId) -> Result<()> {
    let person = tx.people(&[person]).await?.pop();
    if person.is_some_and(|person| person.role.is_staff()) {
        return Ok(());
    }
    Err(Error::Invalid { field: "assignee", problem: "not-staff" })
}

/// What follows from an agent's change without being said (zendesk.md 3.4): who answers first takes the ticket, a ticket
/// that somebody has is no longer new, a solved one has an assignee, new never comes back, closed is set by time alone.
fn complete(
    before: &Ticket,
    wanted: TicketChange,
    actor: &Person,
    public_reply: bool,
) -> Result<TicketChange> {
    let mut change = wanted;
    let status = change.status.unwrap_or(before.status);
    match status {
        Status::New if before.status != Status::New => {
            return Err(Error::Invalid { field: "status", problem: "not-new-again" });
        }
        Status::Closed => return Err(Error::Invalid { field: "status", problem: "closes-by-itself" }),
        _ => {}
    }
    let assignee = change.assignee.unwrap_or(before.assignee);
    let takes_it = public_reply && change.assignee.is_none() || status == Status::Solved;
    if assignee.is_none() && takes_it {
        change.assignee = Some(Some(actor.id));
    }
    let has_assignee = change.assignee.unwrap_or(before.assignee).is_some();
    if status == Status::New && (public_reply || has_assignee) {
        change.status = Some(Status::Open);
    }
    Ok(change)
}

fn form_identity(key: Option<&str>) -> Result<Option<String>> {
    match key {
        None | Some("") => Ok(None),
        Some(key) if key.len() > LONGEST_KEY => {
            Err(Error::Invalid { field: "form_key", problem: "too-long" })
        }
        Some(key) => Ok(Some(format!("form:{key}"))),
    }
}

/// Without path and control characters, never empty: browsers send what they like.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    let clean = clean.trim();
    if clean.is_empty() || clean.chars().all(|c| c == '.') { "file".to_owned() } else { clean.to_owned() }
}

fn content_type(said: &str) -> String {
    let word =
        |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c));
    let kind = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.split_once('/') {
        Some((a, b)) if word(a) && word(b) => kind,
        _ => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use desk::{BrandId, Language, Role};
    use jiff::Timestamp;
    use mail::Address;

    use super::*;

    const ME: PersonId = PersonId(2);

    fn ticket(status: Status, assignee: Option<PersonId>) -> Ticket {
        Ticket {
            id: TicketId(1),
            brand: BrandId(1),
            address: None,
            subject: "Printer".to_owned(),
            status,
            priority: None,
            requester: PersonId(9),
            assignee,
            group: None,
            ccs: Vec::new(),
            tags: Vec::new(),
            follows: None,
            merged_into: None,
            via: Via::Email,
            is_public: true,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn agent() -> Person {
        Person {
            id: ME,
            name: "Aoi".to_owned(),
            email: Address::parse("aoi@example.com").unwrap(),
            role: Role::Agent,
            language: Some(Language::Ja),
        }
    }

    fn wants(status: Option<Status>, assignee: Option<Option<PersonId>>) -> TicketChange {
        TicketChange { status, assignee, ..TicketChange::default() }
    }

    #[test]
    fn what_follows_from_an_answer_without_being_said() {
        let other = Some(PersonId(5));
        let none = wants(None, None);
        let table = [
            // before, wanted, public reply -> change
            (ticket(Status::New, None), none.clone(), true, wants(Some(Status::Open), Some(Some(ME)))),
            (ticket(Status::New, None), none.clone(), false, none.clone()),
            (
                ticket(Status::New, None),
                wants(Some(Status::Pending), None),
                true,
                wants(Some(Status::Pending), Some(Some(ME))),
            ),
            (
                ticket(Status::New, None),
                wants(Some(Status::New), None),
                true,
                wants(Some(Status::Open), Some(Some(ME))),
            ),
            (
                ticket(Status::New, None),
                wants(None, Some(other)),
                false,
                wants(Some(Status::Open), Some(other)),
            ),
            (ticket(Status::Open, other), none.clone(), true, none.clone()),
            (
                ticket(Status::Open, None),
                wants(Some(Status::Solved), None),
                false,
                wants(Some(Status::Solved), Some(Some(ME))),
            ),
            (
                ticket(Status::Open, other),
                wants(Some(Status::Solved), Some(None)),
                false,
                wants(Some(Status::Solved), Some(Some(ME))),
            ),
            (ticket(Status::Open, other), wants(None, Some(None)), true, wants(None, Some(None))),
        ];
        for (before, wanted, public, expected) in table {
            let got = complete(&before, wanted.clone(), &agent(), public).unwrap();
            assert_eq!(got, expected, "{before:?} {wanted:?} public: {public}");
        }
    }

    #[test]
    fn new_never_comes_back_and_nobody_closes_by_hand() {
        for status in [Status::New, Status::Closed] {
            assert!(
                complete(&ticket(Status::Open, None), wants(Some(status), None), &agent(), false).is_err()
            );
        }
    }

    #[test]
    fn file_names_carry_no_path() {
        for (name, clean) in [
            ("..\\..\\evil.exe", "evil.exe"),
            ("/etc/passwd", "passwd"),
            ("", "file"),
            ("..", "file"),
            ("見積\n書.pdf", "見積書.pdf"),
        ] {
            assert_eq!(file_name(name), clean);
        }
    }
}
