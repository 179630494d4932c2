//! An agent answers: comment, triggers and outbox rows in one transaction.

use bytes::Bytes;
use desk::{CommentId, PersonId, Status, TicketId};

use crate::{Actor, Engine, Result};

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
        let _ = (actor, ticket, answer);
        todo!()
    }
}
