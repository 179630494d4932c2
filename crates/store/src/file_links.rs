//! Links to files that were too large for a mail. The word in the link is in the mail only; here is its hash. Whoever has the
//! link has the file, until it expires or is revoked.

use desk::{AttachmentId, CommentId, TicketId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::cells::{Row, micros};
use crate::entity::{attachment, file_link as table};
use crate::{Error, Result, Store, StoredAttachment, Tx};

/// A link to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLink {
    /// SHA-256 of the word in it, in hex.
    pub hash: String,
    /// Which file.
    pub attachment: AttachmentId,
    /// Made.
    pub created_at: Timestamp,
    /// Good until then.
    pub expires_at: Timestamp,
    /// When an agent closed it.
    pub revoked_at: Option<Timestamp>,
}

impl FileLink {
    /// Whether it opens the file at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

fn read(row: table::Model) -> Result<FileLink> {
    let at = Row { table: "file_link", id: row.attachment_id };
    Ok(FileLink {
        attachment: AttachmentId(row.attachment_id),
        created_at: at.time("created_at", row.created_at)?,
        expires_at: at.time("expires_at", row.expires_at)?,
        revoked_at: at.maybe_time("revoked_at", row.revoked_at)?,
        hash: row.hash,
    })
}

async fn of_files<C: ConnectionTrait>(db: &C, files: Vec<i64>) -> Result<Vec<FileLink>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let rows = table::Entity::find()
        .filter(table::Column::AttachmentId.is_in(files))
        .order_by_asc(table::Column::CreatedAt)
        .order_by_asc(table::Column::Hash)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

impl Store {
    /// The link with this hash, good or not.
    pub async fn file_link(&self, hash: &str) -> Result<Option<FileLink>> {
        table::Entity::find_by_id(hash).one(self.reader()).await?.map(read).transpose()
    }

    /// Forgets links that ended before this; answers how many.
    pub async fn prune_file_links(&self, before: Timestamp) -> Result<u64> {
        let gone = table::Entity::delete_many().filter(table::Column::ExpiresAt.lt(micros(before)));
        Ok(gone.exec(self.writer()).await?.rows_affected)
    }

    /// All links to the files of a ticket, oldest first.
    pub async fn file_links(&self, ticket: TicketId) -> Result<Vec<FileLink>> {
        let files = self.attachments(ticket).await?;
        of_files(self.reader(), files.iter().map(|file| file.id.0).collect()).await
    }
}

impl Tx {
    /// The files of a comment in their order, seen from inside the transaction.
    pub async fn files_of(&self, comment: CommentId) -> Result<Vec<StoredAttachment>> {
        let rows = attachment::Entity::find()
            .filter(attachment::Column::CommentId.eq(comment.0))
            .order_by_asc(attachment::Column::Id)
            .all(&self.db)
            .await?;
        rows.into_iter().map(crate::tickets::attachment).collect()
    }

    /// Makes a link; its `created_at` is the transaction's time.
    pub async fn add_file_link(
        &self,
        hash: &str,
        attachment: AttachmentId,
        expires_at: Timestamp,
    ) -> Result<()> {
        let row = table::ActiveModel {
            hash: Set(hash.to_owned()),
            attachment_id: Set(attachment.0),
            created_at: Set(micros(self.now)),
            expires_at: Set(micros(expires_at)),
            revoked_at: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Opens all links to a file again until then: the ones that people have in their mail work once more.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no link to this file.
    pub async fn renew_file_links(&self, attachment: AttachmentId, expires_at: Timestamp) -> Result<()> {
        let renewed = table::Entity::update_many()
            .col_expr(table::Column::ExpiresAt, Expr::value(micros(expires_at)))
            .col_expr(table::Column::RevokedAt, Expr::value(None::<i64>))
            .filter(table::Column::AttachmentId.eq(attachment.0))
            .exec(&self.db)
            .await?;
        some(renewed.rows_affected, attachment)
    }

    /// Closes all links to a file.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no link to this file.
    pub async fn revoke_file_links(&self, attachment: AttachmentId) -> Result<()> {
        let revoked = table::Entity::update_many()
            .col_expr(table::Column::RevokedAt, Expr::value(Some(micros(self.now))))
            .filter(table::Column::AttachmentId.eq(attachment.0))
            .exec(&self.db)
            .await?;
        some(revoked.rows_affected, attachment)
    }
}

fn some(rows: u64, attachment: AttachmentId) -> Result<()> {
    if rows == 0 { Err(Error::NotFound { what: "file link", id: attachment.to_string() }) } else { Ok(()) }
}
