//! What the check-up asks of a mailbox: a look at its Inbox with Microsoft's clock, and a draft made and taken away.

use jiff::Timestamp;

use super::client::Call;
use super::wire::Folder;
use super::{Mailbox, mail_out};
use crate::Result;

/// A look at the Inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// Messages in it.
    pub total: u64,
    /// Of these, unread.
    pub unread: u64,
    /// Microsoft's clock, whole seconds; `None` where the answer does not tell.
    pub microsoft_now: Option<Timestamp>,
}

impl Mailbox {
    /// Looks at the Inbox, once: what is asked here is how things stand, not how they may stand after three tries.
    pub async fn glance(&self) -> Result<Glance> {
        let call = Call::get("inbox", self.at(&["mailFolders", "inbox"]))
            .query("$select", "id,unreadItemCount,totalItemCount");
        let answer = self.call(call).await?;
        let folder: Folder = answer.json()?;
        Ok(Glance {
            total: folder.total_item_count,
            unread: folder.unread_item_count,
            microsoft_now: answer.date(),
        })
    }

    /// Makes a draft and deletes it: answers, sends and files begin with a draft. The draft is ours, so that deleting it
    /// takes nothing from anybody. One that could not be deleted after it was made is an error; it can be found by its mark.
    pub async fn try_draft(&self, mail: &mail_out::Draft) -> Result<()> {
        let draft = self.create_draft(mail).await?;
        self.call(Call::delete("delete_draft", self.at(&["messages", &draft.id])).on_item()).await?;
        Ok(())
    }
}
