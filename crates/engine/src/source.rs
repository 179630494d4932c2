//! A mail as it came: its headers, the way it took, its source.

use desk::{CommentId, TicketId};
use mail::Hop;
use store::Form;

use crate::{Actor, Engine, Error, Result};

/// Bytes of the source that are shown; all of it can be downloaded.
const SHOWN: usize = 256 * 1024;

/// What stands behind a comment that came by mail.
#[derive(Debug, Clone)]
pub struct MailSource {
    /// Its comment.
    pub comment: CommentId,
    /// Its ticket.
    pub ticket: TicketId,
    /// Subject, decoded.
    pub subject: String,
    /// Name and decoded value of each header, in order.
    pub headers: Vec<(String, String)>,
    /// Stations, first one first.
    pub hops: Vec<Hop>,
    /// The beginning of the source, for eyes.
    pub text: String,
    /// There is more than `text` shows.
    pub cut: bool,
    /// Bytes of the whole.
    pub size: u64,
    /// Microsoft could not give the mail itself: the source is JSON.
    pub json: bool,
}

impl Engine {
    /// Headers and source of a comment that came by mail. Staff.
    pub async fn mail_source(&self, actor: &Actor, id: CommentId) -> Result<MailSource> {
        actor.must_be_staff()?;
        let (row, raw) = self.journaled(id).await?;
        let ticket = self.inner.store.comment(id).await?.ticket;
        let json = row.form == Some(Form::GraphJson);
        let read = tokio::task::spawn_blocking(move || {
            let letter = if json { mail::read_graph_json(&raw) } else { mail::read(&raw) };
            let shown = raw.get(..SHOWN).unwrap_or(&raw);
            MailSource {
                comment: id,
                ticket,
                subject: letter.subject,
                headers: letter.headers,
                hops: if json { Vec::new() } else { mail::hops(&raw) },
                text: String::from_utf8_lossy(shown).into_owned(),
                cut: shown.len() < raw.len(),
                size: raw.len() as u64,
                json,
            }
        });
        read.await.map_err(|_| Error::NotFound)
    }
}
