//! Files that were too large for a mail: a link in the mail opens them for whoever has it, until it expires or an agent closes it. An
//! agent can open it again; then the link that the customer has works once more.

use bytes::Bytes;
use desk::{AttachmentId, TicketId};
use jiff::{SignedDuration, Timestamp};
use store::{FileLink, StoredAttachment, Tx};

use crate::account_mail::{hash_of_secret, new_secret};
use crate::{Actor, Engine, Error, Result, writing};

/// What a link leads to.
#[derive(Debug, Clone)]
pub enum FileBehindLink {
    /// The file.
    Open(Box<StoredAttachment>, Bytes),
    /// It was good once.
    Expired,
}

/// A file of a ticket that people were sent a link to.
#[derive(Debug, Clone)]
pub struct LinkedFile {
    /// The file.
    pub file: StoredAttachment,
    /// How many links to it have been sent.
    pub links: usize,
    /// Good until then, if one is good; an expired or closed one opens nothing.
    pub open_until: Option<Timestamp>,
    /// When the last of them expired, or was closed.
    pub ended_at: Option<Timestamp>,
}

/// Makes a link inside the transaction of the mail that carries it; answers its address.
pub(crate) async fn make(engine: &Engine, tx: &Tx, file: AttachmentId, until: Timestamp) -> Result<String> {
    let word = new_secret();
    tx.add_file_link(&hash_of_secret(&word), file, until).await?;
    Ok(format!("{}/files/{word}", engine.inner.settings.public_url))
}

/// How long a link that ended is remembered: so long its page says that it has ended, and an agent can open it again.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Forgets links that ended long ago.
pub(crate) async fn forget_old(engine: &Engine) -> Result<u64> {
    Ok(engine.inner.store.prune_file_links(engine.now() - REMEMBERED).await?)
}

impl Engine {
    /// The file behind a link. Everybody who has the word.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a word that never was one, or whose file is gone.
    pub async fn file_behind(&self, word: &str) -> Result<FileBehindLink> {
        let link = self.inner.store.file_link(&hash_of_secret(word)).await?.ok_or(Error::NotFound)?;
        if !link.is_good(self.now()) {
            return Ok(FileBehindLink::Expired);
        }
        let file = self.inner.store.attachment(link.attachment).await?;
        let content = self.inner.store.blobs().get(&file.file.blob).await?;
        Ok(FileBehindLink::Open(Box::new(file), content))
    }

    /// The files of a ticket that links were sent to. Staff.
    pub async fn linked_files(&self, actor: &Actor, ticket: TicketId) -> Result<Vec<LinkedFile>> {
        actor.must_be_staff()?;
        let store = &self.inner.store;
        store.ticket(ticket).await?;
        let links = store.file_links(ticket).await?;
        let now = self.now();
        let files = store.attachments(ticket).await?.into_iter().filter_map(|file| {
            let of: Vec<&FileLink> = links.iter().filter(|link| link.attachment == file.id).collect();
            let open = of.iter().filter(|link| link.is_good(now)).map(|link| link.expires_at).max();
            let ended = of.iter().map(|link| link.revoked_at.unwrap_or(link.expires_at)).max();
            (!of.is_empty()).then_some(LinkedFile {
                file,
                links: of.len(),
                open_until: open,
                ended_at: ended.filter(|_| open.is_none()),
            })
        });
        Ok(files.collect())
    }

    /// Opens the links to a file again, for as long as a new one would last; answers its ticket. Staff.
    pub async fn renew_links(&self, actor: &Actor, file: AttachmentId) -> Result<TicketId> {
        actor.must_be_staff()?;
        let until = self.now() + writing::rules(self).await?.links_last();
        let ticket = self.inner.store.attachment(file).await?.ticket;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.renew_file_links(file, until).await?;
        tx.changed(store::Topic::Ticket(ticket)).await?;
        tx.commit().await?;
        Ok(ticket)
    }

    /// Closes the links to a file; answers its ticket. Staff.
    pub async fn revoke_links(&self, actor: &Actor, file: AttachmentId) -> Result<TicketId> {
        actor.must_be_staff()?;
        let ticket = self.inner.store.attachment(file).await?.ticket;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.revoke_file_links(file).await?;
        tx.changed(store::Topic::Ticket(ticket)).await?;
        tx.commit().await?;
        Ok(ticket)
    }
}
