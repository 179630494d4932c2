//! The way out: a draft that carries our mark, sent, and found again.

use serde_json::{Value, json};

use super::client::Call;
use super::wire::{self, Message, Page};
use super::{Mailbox, MessageState, mail_out};
use crate::{Error, Result, Trace};

/// The extended property that carries our mark: a name in a property set of our own.
const MARK: &str = "String {6f1c2f0e-7c1d-4b53-9f5e-2f8b1f6d3a90} Name PostdeskOutbox";
/// `In-Reply-To` and `References`: Graph takes them as MAPI properties only.
const IN_REPLY_TO: &str = "String 0x1042";
const REFERENCES: &str = "String 0x1039";
/// Custom headers that Exchange takes.
const X_HEADERS: usize = 5;

impl Mailbox {
    /// Creates a draft. It carries our mark as an extended property, by which [`Mailbox::find_marked`] finds it. Files are added with
    /// [`Mailbox::attach`]. Never repeated here: after an [`Error::uncertain`] one look for the mark first.
    ///
    /// # Errors
    /// [`Error::BadRequest`] without asking Graph when there are more than five custom headers or one is not an `X-` header.
    pub async fn create_draft(&self, mail: &mail_out::Draft) -> Result<MessageState> {
        let body = draft(mail)?;
        let answer = self.call(Call::post("draft", self.at(&["messages"]), body)).await?;
        Ok(answer.json::<Message>()?.into_state())
    }

    /// Sends a draft. `Ok` means accepted (202), not delivered; a `Retry-After` that comes with a 202 means nothing. Never
    /// repeated here.
    pub async fn send(&self, draft: &str) -> Result<()> {
        let answer = self.call(Call::act("send", self.at(&["messages", draft, "send"])).on_item()).await?;
        match answer.status {
            202 => Ok(()),
            status => Err(Error::Unexpected(format!("status {status} for a send"))),
        }
    }

    /// Messages that carry our mark, in Drafts and Sent Items.
    pub async fn find_marked(&self, mark: &str) -> Result<Vec<MessageState>> {
        let (drafts, sent) =
            tokio::try_join!(self.marked_in("drafts", mark), self.marked_in("sentitems", mark))?;
        Ok(drafts.into_iter().chain(sent).collect())
    }

    async fn marked_in(&self, folder: &str, mark: &str) -> Result<Vec<MessageState>> {
        let quoted = mark.replace('\'', "''");
        let first = Call::get("list", self.at(&["mailFolders", folder, "messages"]))
            .query("$select", wire::STATE)
            .query(
                "$filter",
                &format!(
                    "singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{quoted}')"
                ),
            );
        let mut found = Vec::new();
        self.pages(first, |page: Page<Message>| {
            found.extend(page.value.into_iter().map(Message::into_state));
            true
        })
        .await?;
        Ok(found)
    }
}

fn draft(mail: &mail_out::Draft) -> Result<Value> {
    let is_ours = |name: &str| name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
    if mail.x_headers.len() > X_HEADERS || !mail.x_headers.iter().all(|(name, _)| is_ours(name)) {
        let message = format!("at most {X_HEADERS} headers, and only X- headers");
        return Err(Error::BadRequest(Trace {
            code: "InvalidInternetMessageHeader".into(),
            message,
            ..Trace::default()
        }));
    }
    let mut properties = vec![json!({ "id": MARK, "value": mail.mark })];
    let threading = [(IN_REPLY_TO, &mail.in_reply_to), (REFERENCES, &mail.references)];
    for (id, value) in threading.into_iter().filter_map(|(id, value)| Some((id, value.as_ref()?))) {
        properties.push(json!({ "id": id, "value": value }));
    }
    let mut body = json!({
        "subject": mail.subject,
        "body": { "contentType": "html", "content": mail.html },
        "toRecipients": recipients(&mail.to),
        "ccRecipients": recipients(&mail.cc),
        "internetMessageId": mail.internet_message_id,
        "singleValueExtendedProperties": properties,
    });
    if !mail.x_headers.is_empty() {
        let headers: Vec<Value> =
            mail.x_headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        body["internetMessageHeaders"] = headers.into();
    }
    Ok(body)
}

fn recipients(people: &[(String, String)]) -> Vec<Value> {
    people
        .iter()
        .map(|(name, address)| match name.as_str() {
            "" => json!({ "emailAddress": { "address": address } }),
            name => json!({ "emailAddress": { "name": name, "address": address } }),
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn mail() -> mail_out::Draft {
        mail_out::Draft {
            internet_message_id: "<out-1@desk.example>".into(),
            to: vec![("Aya".into(), "aya@example.jp".into()), (String::new(), "b@example.com".into())],
            subject: "Re: 見積もり".into(),
            html: "<p>はい</p>".into(),
            in_reply_to: Some("<in-1@example.jp>".into()),
            references: Some("<in-0@example.jp> <in-1@example.jp>".into()),
            x_headers: vec![("X-Auto-Response-Suppress".into(), "All".into())],
            mark: "outbox-17".into(),
            ..Default::default()
        }
    }

    #[test]
    fn a_draft_says_where_it_threads_and_whose_it_is() {
        let body = draft(&mail()).unwrap();
        assert_eq!(body["internetMessageId"], "<out-1@desk.example>");
        assert_eq!(
            body["toRecipients"][0]["emailAddress"],
            json!({ "name": "Aya", "address": "aya@example.jp" })
        );
        assert_eq!(body["toRecipients"][1]["emailAddress"], json!({ "address": "b@example.com" }));
        assert_eq!(
            body["singleValueExtendedProperties"],
            json!([
                { "id": MARK, "value": "outbox-17" },
                { "id": "String 0x1042", "value": "<in-1@example.jp>" },
                { "id": "String 0x1039", "value": "<in-0@example.jp> <in-1@example.jp>" },
            ])
        );
    }

    #[test]
    fn headers_that_exchange_would_refuse_are_not_even_tried() {
        for headers in [
            vec![("Auto-Submitted".to_owned(), "auto-replied".to_owned())],
            vec![("X-A".to_owned(), "1".to_owned()); 6],
            vec![("é".to_owned(), "1".to_owned())],
        ] {
            let refused = draft(&mail_out::Draft { x_headers: headers, ..mail() });
            assert!(matches!(refused, Err(Error::BadRequest(_))));
        }
    }
}
