//! What agents see of tickets.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use desk::{AttachmentId, Comment, CommentId, Person, PersonId, Ticket, TicketId};
use mail::MessageId;
use mail::html::{Clean, RemotePictures};
use store::{
    Audit, Form, KnownMessage, LedgerRow, OutboxRow, StoredAttachment, SupportAddress, TicketChange,
    TicketCounts, TicketQuery, TicketRow,
};

use crate::{Actor, Engine, Error, Result};

/// Pictures of fewer bytes are the logos of signatures.
const LEAST_PICTURE: u64 = 8 * 1024;

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
    /// Tickets that were merged into this one: their comments stand among the others, each with its ticket's number.
    pub merged: Vec<Ticket>,
    /// Copies of its mails that came by other ways, as the ledger knows them.
    pub copies: Vec<LedgerRow>,
    /// The mails that the comments' signals name, as far as they are known.
    pub meant: HashMap<MessageId, KnownMessage>,
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

/// The Message-IDs that the signals of these comments name.
fn named(comments: &[Comment]) -> Vec<MessageId> {
    let mails = comments.iter().filter_map(|comment| comment.mail.as_ref());
    let signals = mails
        .flat_map(|mail| mail.signals.iter().chain(mail.conflicts.iter().map(|conflict| &conflict.signal)));
    let mut ids: Vec<MessageId> = signals.filter_map(|signal| signal.message_id().cloned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

impl Engine {
    /// A list. Staff.
    pub async fn tickets(&self, actor: &Actor, query: &TicketQuery) -> Result<Vec<TicketRow>> {
        actor.must_be_staff()?;
        Ok(self.inner.store.tickets(query).await?)
    }

    /// Numbers beside the views. Staff.
    pub async fn ticket_counts(&self, actor: &Actor) -> Result<TicketCounts> {
        actor.must_be_staff()?;
        Ok(self.inner.store.ticket_counts(actor.person.id).await?)
    }

    /// A ticket's page. Staff.
    pub async fn ticket(&self, actor: &Actor, id: TicketId) -> Result<TicketView> {
        actor.must_be_staff()?;
        let store = &self.inner.store;
        let ticket = store.ticket(id).await?;
        let merged = store.merged_tickets(id).await?;
        let ids: Vec<TicketId> = [id].into_iter().chain(merged.iter().map(|ticket| ticket.id)).collect();
        let (mut comments, mut files, mut mails) = (Vec::new(), Vec::new(), Vec::new());
        for id in &ids {
            comments.extend(store.comments(*id).await?);
            files.extend(store.attachments(*id).await?);
            mails.extend(store.outbox_of_ticket(*id).await?);
        }
        comments.sort_by_key(|comment| (comment.created_at, comment.id));
        // Where only the new words of a reply are shown, a picture among them is seen nowhere else. Logos are small.
        let as_text: HashSet<CommentId> =
            comments.iter().filter(|comment| comment.full_text.is_some()).map(|comment| comment.id).collect();
        let is_seen = |file: &StoredAttachment| {
            file.file.inline && (file.file.size < LEAST_PICTURE || !as_text.contains(&file.comment))
        };
        files.retain(|file| !is_seen(file));
        let people = self.people_of(&ticket, &comments).await?;
        let meant = store.known_messages(&named(&comments)).await?;
        let comments = comments
            .into_iter()
            .map(|comment| {
                let id = comment.id;
                Ok(CommentView {
                    author: people.get(&comment.author).cloned().ok_or(Error::NotFound)?,
                    files: files.iter().filter(|file| file.comment == id).cloned().collect(),
                    mails: mails.iter().filter(|row| row.mail.comment == Some(id)).cloned().collect(),
                    comment,
                })
            })
            .collect::<Result<_>>()?;
        Ok(TicketView {
            requester: people.get(&ticket.requester).cloned().ok_or(Error::NotFound)?,
            ccs: ticket.ccs.iter().filter_map(|id| people.get(id).cloned()).collect(),
            address: self.address_of_ticket(&ticket).await?,
            comments,
            audits: store.audits(id).await?,
            staff: store.staff().await?,
            copies: store.copies(&ids).await?,
            meant: meant.into_iter().collect(),
            merged,
            ticket,
        })
    }

    async fn people_of(&self, ticket: &Ticket, comments: &[Comment]) -> Result<HashMap<PersonId, Person>> {
        let mut ids: Vec<PersonId> = comments.iter().map(|comment| comment.author).collect();
        ids.push(ticket.requester);
        ids.extend(&ticket.ccs);
        ids.sort();
        ids.dedup();
        let people = self.inner.store.people(&ids).await?;
        Ok(people.into_iter().map(|person| (person.id, person)).collect())
    }

    async fn address_of_ticket(&self, ticket: &Ticket) -> Result<Option<SupportAddress>> {
        let addresses = self.inner.store.support_addresses().await?;
        Ok(crate::notify::reply_address(&addresses, ticket).cloned())
    }

    /// Changes fields and runs the triggers. Staff; not a closed ticket.
    pub async fn change_ticket(&self, actor: &Actor, id: TicketId, change: &TicketChange) -> Result<Ticket> {
        actor.must_be_staff()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let (ticket, _) = crate::answer::change(self, &tx, actor, id, change.clone(), None).await?;
        tx.commit().await?;
        Ok(ticket)
    }

    /// The HTML of a comment that came by mail, cleaned, history and signature apart, inline pictures pointing to
    /// `/attachments/{id}/inline`. Staff.
    pub async fn comment_html(
        &self,
        actor: &Actor,
        id: CommentId,
        pictures: RemotePictures,
    ) -> Result<Clean> {
        actor.must_be_staff()?;
        let (row, raw) = self.journaled(id).await?;
        let comment = self.inner.store.comment(id).await?;
        let inline: HashMap<String, AttachmentId> = self
            .inner
            .store
            .attachments(comment.ticket)
            .await?
            .into_iter()
            .filter(|file| file.comment == id)
            .filter_map(|file| Some((file.file.content_id?, file.id)))
            .collect();
        let as_json = row.form == Some(Form::GraphJson);
        let fresh = comment.full_text.is_some().then_some(comment.text);
        // Reading 40 MB of mail takes a while: not on a thread that serves others.
        let cleaned = tokio::task::spawn_blocking(move || {
            let letter = if as_json { mail::read_graph_json(&raw) } else { mail::read(&raw) };
            mail::html::clean_letter(&letter, fresh.as_deref(), pictures, &|cid| {
                inline.get(cid).map(|id| format!("/attachments/{id}/inline"))
            })
        });
        cleaned.await.map_err(|_| Error::NotFound)
    }

    /// The raw original of a comment that came by mail. Staff.
    pub async fn original(&self, actor: &Actor, id: CommentId) -> Result<Bytes> {
        actor.must_be_staff()?;
        Ok(self.journaled(id).await?.1)
    }

    pub(crate) async fn journaled(&self, id: CommentId) -> Result<(LedgerRow, Bytes)> {
        let row = self.inner.store.ledger_row_of_comment(id).await?.ok_or(Error::NotFound)?;
        let blob = row.blob.as_ref().ok_or(Error::NotFound)?;
        let raw = self.inner.store.blobs().get(blob).await?;
        Ok((row, raw))
    }

    /// A file. Staff.
    pub async fn attachment(&self, actor: &Actor, id: AttachmentId) -> Result<(StoredAttachment, Bytes)> {
        actor.must_be_staff()?;
        let stored = self.inner.store.attachment(id).await?;
        let content = self.inner.store.blobs().get(&stored.file.blob).await?;
        Ok((stored, content))
    }
}
