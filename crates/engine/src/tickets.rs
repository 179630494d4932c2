//! What agents see of tickets.

use bytes::Bytes;
use desk::{AttachmentId, Comment, CommentId, Person, Ticket, TicketId};
use mail::html::{Clean, RemotePictures};
use store::{Audit, OutboxRow, StoredAttachment, SupportAddress, TicketChange, TicketCounts, TicketQuery, TicketRow};

use crate::{Actor, Engine, Result};

/// A ticket with everything its page shows.
#[derive(Debug, Clone)]
pub struct TicketView {
    /// Ticket.
    pub ticket: Ticket,
    /// Requester.
    pub requester: Person,
    /// CCs.
    pub ccs: Vec<Person>,
    /// The address it is answered from.
    pub address: Option<SupportAddress>,
    /// Comments, oldest first.
    pub comments: Vec<CommentView>,
    /// History.
    pub audits: Vec<Audit>,
    /// All agents, for the assignee's menu.
    pub staff: Vec<Person>,
}

/// A comment with what hangs on it.
#[derive(Debug, Clone)]
pub struct CommentView {
    /// Comment.
    pub comment: Comment,
    /// Author.
    pub author: Person,
    /// Files that are not shown inside the text.
    pub files: Vec<StoredAttachment>,
    /// Mails that carry this comment to people, with their state.
    pub mails: Vec<OutboxRow>,
}

impl Engine {
    /// A list. Staff.
    pub async fn tickets(&self, actor: &Actor, query: &TicketQuery) -> Result<Vec<TicketRow>> {
        let _ = (actor, query);
        todo!()
    }

    /// Numbers beside the views. Staff.
    pub async fn ticket_counts(&self, actor: &Actor) -> Result<TicketCounts> {
        let _ = actor;
        todo!()
    }

    /// A ticket's page. Staff.
    pub async fn ticket(&self, actor: &Actor, id: TicketId) -> Result<TicketView> {
        let _ = (actor, id);
        todo!()
    }

    /// Changes fields and runs the triggers. Staff; not a closed ticket.
    pub async fn change_ticket(&self, actor: &Actor, id: TicketId, change: &TicketChange) -> Result<Ticket> {
        let _ = (actor, id, change);
        todo!()
    }

    /// The HTML of a comment that came by mail, cleaned, inline pictures pointing to `/attachments/{id}/inline`. Staff.
    pub async fn comment_html(&self, actor: &Actor, id: CommentId, pictures: RemotePictures) -> Result<Clean> {
        let _ = (actor, id, pictures);
        todo!()
    }

    /// The raw original of a comment that came by mail. Staff.
    pub async fn original(&self, actor: &Actor, id: CommentId) -> Result<Bytes> {
        let _ = (actor, id);
        todo!()
    }

    /// A file. Staff.
    pub async fn attachment(&self, actor: &Actor, id: AttachmentId) -> Result<(StoredAttachment, Bytes)> {
        let _ = (actor, id);
        todo!()
    }
}
