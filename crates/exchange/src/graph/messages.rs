//! Single messages: their bytes, where they are, and our marks on them.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde_json::json;

use super::batch::Part;
use super::client::Call;
use super::wire::{self, Message};
use super::{Mailbox, Marked, MessageState, ToMark};
use crate::{Error, Result};

/// A large mail takes its time.
const MIME_TIMEOUT: Duration = Duration::from_secs(120);
/// What is worth keeping of a message that has no MIME.
const WHOLE: &str = "id,internetMessageId,internetMessageHeaders,subject,from,sender,replyTo,toRecipients,ccRecipients,\
                     receivedDateTime,sentDateTime,body,hasAttachments,conversationId,importance,categories,isRead,isDraft";

impl Mailbox {
    /// The raw MIME. Exchange makes it from its own properties, so it is not byte for byte what was sent.
    ///
    /// # Errors
    /// [`Error::PoisonItem`] when it cannot, now or ever (encrypted mail, some bounces): [`Mailbox::json`] still works then.
    pub async fn mime(&self, id: &str) -> Result<Bytes> {
        let call = Call::get("mime", self.at(&["messages", id, "$value"])).on_item().timeout(MIME_TIMEOUT);
        Ok(self.read(call).await?.body)
    }

    /// The message as JSON with body and headers, for items that have no MIME.
    pub async fn json(&self, id: &str) -> Result<Bytes> {
        let call = Call::get("get", self.at(&["messages", id])).on_item().query("$select", WHOLE);
        Ok(self.read(call).await?.body)
    }

    /// Where a message is now; `None` when it is not found under this id. Just after sending, that may be so for a while.
    pub async fn state(&self, id: &str) -> Result<Option<MessageState>> {
        let call = Call::get("get", self.at(&["messages", id])).on_item().query("$select", wire::STATE);
        match self.read(call).await {
            Ok(answer) => Ok(Some(answer.json::<Message>()?.into_state())),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Marks messages read and adds categories, in one `$batch` of PATCHes with `If-Match` for each 20. Where somebody changed
    /// the message meanwhile (409, 412) its categories are read anew and that one is written again, once: a person's own
    /// categories are never removed. A part that was throttled says so in its own result; doing it again is harmless.
    pub async fn mark(&self, items: &[ToMark]) -> Result<Vec<Marked>> {
        let mut marked = Vec::with_capacity(items.len());
        for twenty in items.chunks(super::batch::MOST) {
            marked.extend(self.mark_batch(twenty).await?);
        }
        Ok(marked)
    }

    async fn mark_batch(&self, items: &[ToMark]) -> Result<Vec<Marked>> {
        // A message whose version is not known is read first, like one that has changed.
        let (known, unknown): (Vec<&ToMark>, Vec<&ToMark>) =
            items.iter().partition(|item| item.etag.is_some());
        let mut marked = self.write_marks(&known).await?;
        let changed =
            |id: &str| marked.iter().any(|one| one.id == id && matches!(one.result, Err(Error::Conflict(_))));
        let again: Vec<&ToMark> = known.into_iter().filter(|item| changed(&item.id)).chain(unknown).collect();
        marked.retain(|one| !matches!(one.result, Err(Error::Conflict(_))));
        let (anew, gone) = self.read_again_for_marks(&again).await?;
        marked.extend(gone);
        marked.extend(self.write_marks(&anew.iter().collect::<Vec<_>>()).await?);
        Ok(marked)
    }

    async fn write_marks(&self, items: &[&ToMark]) -> Result<Vec<Marked>> {
        let parts = items.iter().map(|item| {
            Part::new(Method::PATCH, self.at(&["messages", &item.id]))
                .if_match(item.etag.as_deref())
                .body(json!({ "isRead": true, "categories": with_added(&item.categories, &item.add) }))
        });
        let results = self.batch("mark", parts.collect()).await?;
        Ok(items
            .iter()
            .zip(results)
            .map(|(item, result)| Marked { id: item.id.clone(), result: result.map(|_| ()) })
            .collect())
    }

    /// The same items with the categories and version of now, and those that cannot be read.
    async fn read_again_for_marks(&self, items: &[&ToMark]) -> Result<(Vec<ToMark>, Vec<Marked>)> {
        let parts = items.iter().map(|item| {
            let call = Call::get("get", self.at(&["messages", &item.id])).query("$select", "id,categories");
            Part::new(Method::GET, call.into_url())
        });
        let results = self.batch("mark", parts.collect()).await?;
        let (mut anew, mut gone) = (Vec::new(), Vec::new());
        for (item, result) in items.iter().zip(results) {
            let read = result.and_then(|body| {
                serde_json::from_value::<Message>(body)
                    .map_err(|_| Error::Unexpected("a message in a batch".into()))
            });
            match read.map(Message::into_item) {
                Ok(now) => {
                    anew.push(ToMark { categories: now.categories, etag: now.etag, ..(*item).clone() });
                }
                Err(error) => gone.push(Marked { id: item.id.clone(), result: Err(error) }),
            }
        }
        Ok((anew, gone))
    }
}

/// The categories there are and those to add. Outlook does not tell upper from lower case here.
fn with_added(there: &[String], add: &[String]) -> Vec<String> {
    let mut all = there.to_vec();
    for category in add {
        if !all.iter().any(|has| has.to_lowercase() == category.to_lowercase()) {
            all.push(category.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_a_category_keeps_a_persons_own_and_their_order() {
        let strings = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (there, add, all) in [
            (&["VIP", "Red"][..], &["Postdesk"][..], &["VIP", "Red", "Postdesk"][..]),
            (&["postdesk"], &["Postdesk"], &["postdesk"]),
            (&[], &["Postdesk", "Postdesk"], &["Postdesk"]),
            (&["VIP"], &[], &["VIP"]),
        ] {
            assert_eq!(with_added(&strings(there), &strings(add)), strings(all));
        }
    }
}
