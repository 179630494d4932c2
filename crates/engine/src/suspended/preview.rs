//! A suspended mail, opened: its text, HTML, files and original, and what becomes of it if it is let in. Writes nothing.

use bytes::Bytes;
use desk::decide::{Decision, Outcome};
use desk::{BrandId, Person, SuspendedId, TicketId};
use mail::Letter;
use mail::html::{Clean, RemotePictures};
use store::{LedgerRow, Suspended};

use crate::{Actor, Engine, Error, Result, again};

/// A file of a suspended mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspendedFile {
    /// Its place in the mail, from 0.
    pub number: usize,
    /// Name.
    pub name: String,
    /// Type, as the mail says.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// Shown inside the text.
    pub inline: bool,
}

/// A suspended mail, opened.
#[derive(Debug, Clone)]
pub struct SuspendedPreview {
    /// Its entry in the queue.
    pub suspended: Suspended,
    /// Its row of the ledger.
    pub row: LedgerRow,
    /// The mail; the bytes of its files are left out.
    pub letter: Letter,
    /// Its files.
    pub files: Vec<SuspendedFile>,
    /// The brand of the address it came to.
    pub brand: BrandId,
    /// What becomes of it if it is recovered as it is.
    pub becomes: Decision,
    /// The author, where the desk knows them.
    pub author: Option<Person>,
}

impl SuspendedPreview {
    /// The ticket it belongs to, as far as there is one: the one it answers, follows up, or is in already.
    pub fn ticket(&self) -> Option<TicketId> {
        match &self.becomes.outcome {
            Outcome::Reply { ticket, .. } => Some(*ticket),
            Outcome::FollowUp { of, .. } => Some(*of),
            Outcome::Duplicate(known) => Some(known.ticket),
            _ => None,
        }
    }
}

impl Engine {
    /// One with its mail, and what would become of it. Staff. Writes nothing.
    pub async fn suspended_preview(&self, actor: &Actor, id: SuspendedId) -> Result<SuspendedPreview> {
        let (suspended, row) = self.opened(actor, id).await?;
        let mut letter = again::letter(self, &row).await?.ok_or(Error::NotFound)?;
        let place = again::place(self, &row).await?;
        // Never committed: it is where the context is loaded.
        let tx = self.inner.store.begin(self.now()).await?;
        let loaded = again::load(self, &tx, &place, &row, &letter, None).await?;
        drop(tx);
        let becomes = desk::recover::recover(&letter, &loaded.context);
        let files = letter
            .attachments
            .iter_mut()
            .enumerate()
            .map(|(number, file)| SuspendedFile {
                number,
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                size: std::mem::take(&mut file.content).len() as u64,
                inline: file.inline,
            })
            .collect();
        let (brand, author) = (place.brand, loaded.context.author);
        Ok(SuspendedPreview { suspended, row, letter, files, brand, becomes, author })
    }

    /// Its HTML, cleaned, inline pictures pointing to `/suspended/{id}/files/{number}/inline`. Staff.
    pub async fn suspended_html(
        &self,
        actor: &Actor,
        id: SuspendedId,
        pictures: RemotePictures,
    ) -> Result<Clean> {
        let (_, row) = self.opened(actor, id).await?;
        let letter = again::letter(self, &row).await?.ok_or(Error::NotFound)?;
        let cleaned = tokio::task::spawn_blocking(move || {
            let html = letter.html.clone().unwrap_or_else(|| mail::html::from_text(&letter.text));
            mail::html::clean(&html, pictures, &|cid| {
                let place =
                    letter.attachments.iter().position(|file| file.content_id.as_deref() == Some(cid))?;
                Some(format!("/suspended/{id}/files/{place}/inline"))
            })
        });
        cleaned.await.map_err(|_| Error::NotFound)
    }

    /// One of its files: (name, type, bytes). Staff.
    pub async fn suspended_file(
        &self,
        actor: &Actor,
        id: SuspendedId,
        number: usize,
    ) -> Result<(String, String, Bytes)> {
        let (_, row) = self.opened(actor, id).await?;
        let letter = again::letter(self, &row).await?.ok_or(Error::NotFound)?;
        let file = letter.attachments.into_iter().nth(number).ok_or(Error::NotFound)?;
        Ok((file.name, file.content_type, Bytes::from(file.content)))
    }

    /// Its raw original, and the ending of its name. Staff.
    pub async fn suspended_original(&self, actor: &Actor, id: SuspendedId) -> Result<(Bytes, &'static str)> {
        let (_, row) = self.opened(actor, id).await?;
        let blob = row.blob.as_ref().ok_or(Error::NotFound)?;
        Ok((self.inner.store.blobs().get(blob).await?, again::original_name(row.form)))
    }
}
