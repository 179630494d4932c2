//! What may be done with a mailbox, tried out: permissions and rights in Exchange show nowhere before a call needs them.

use reqwest::Method;
use serde_json::json;

use super::Mailbox;
use super::client::Call;
use super::wire::Message;
use crate::{Error, Result};

/// What the draft that is made and taken away again says, should it ever be seen.
const SUBJECT: &str = "Postdesk: access check (may be deleted)";

/// What came of trying. `None`: it may; else the refusal.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    /// Reading the Inbox.
    pub read: Option<Error>,
    /// Making a draft, and with it changing anything. Not tried when reading is refused.
    pub write: Option<Error>,
    /// Sending, as far as that shows without sending: Exchange refuses an application or a person without the permission before it sees
    /// that the draft is addressed to nobody. A missing "Send As" may still come to light only with the first mail. Not tried when no draft
    /// could be made.
    pub send: Option<Error>,
}

impl Mailbox {
    /// Tries to read the Inbox, to make a draft and to send it although it is addressed to nobody; then takes the draft away. Nothing can
    /// leave the mailbox.
    ///
    /// # Errors
    /// Whatever says nothing about rights: no answer, throttling, no mailbox.
    pub async fn try_rights(&self) -> Result<Rights> {
        if let Err(error) = self.inbox().await {
            return Ok(Rights { read: Some(refusal(error)?), ..Rights::default() });
        }
        let draft = json!({ "subject": SUBJECT });
        let made = match self.call(Call::post("draft", self.at(&["messages"]), draft)).await {
            Ok(answer) => answer.json::<Message>()?.into_state().id,
            Err(error) => return Ok(Rights { write: Some(refusal(error)?), ..Rights::default() }),
        };
        let sent = self.send(&made).await;
        self.take_away(&made).await;
        let send = match sent {
            // Nobody was written to, so nobody got anything.
            Ok(()) | Err(Error::Refused(_) | Error::BadRequest(_) | Error::NotFound(_)) => None,
            Err(error) => Some(refusal(error)?),
        };
        Ok(Rights { send, ..Rights::default() })
    }

    /// For good where that works, else into Deleted Items. Failing is no harm: an empty draft is left.
    async fn take_away(&self, draft: &str) {
        let for_good = Call::act("delete", self.at(&["messages", draft, "permanentDelete"])).on_item();
        if self.call(for_good).await.is_err() {
            let delete = Call::new("delete", Method::DELETE, self.at(&["messages", draft])).on_item();
            if let Err(error) = self.call(delete).await {
                tracing::warn!(%error, "the draft of an access check stays behind");
            }
        }
    }
}

/// A refusal of rights; anything else goes on as the error it is. Where somebody lacks rights to a mailbox, Exchange is known to say as
/// well that its Inbox is not there.
fn refusal(error: Error) -> Result<Error> {
    match error {
        Error::Denied(_) | Error::NotFound(_) => Ok(error),
        other => Err(other),
    }
}
