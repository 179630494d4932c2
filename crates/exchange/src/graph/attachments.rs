//! Files on a draft: in one piece when small, by an upload session when large.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderValue};
use serde_json::json;
use url::Url;

use super::client::Call;
use super::wire::{Attachment, Page, UploadSession};
use super::{Mailbox, mail_out};
use crate::http::{Answer, jitter};
use crate::{Error, Result};

/// From this size on a file goes by an upload session, bytes. Microsoft says "3 MB" and does not say which MB.
const LARGE: usize = 3_000_000;
/// Bytes of one range: under 4 MB, and a multiple of 320 KiB as Microsoft's upload sessions like it.
const RANGE: usize = 12 * 320 * 1024;
/// How often a session is asked for when the draft, just made, is not found yet.
const SESSION_TRIES: u32 = 4;
/// Times an upload may break off and go on where it stopped.
const RESUMES: u32 = 3;
/// Wait before the next try of either.
const PAUSE: Duration = Duration::from_millis(400);

impl Mailbox {
    /// Adds a file to a draft: one POST below 3 MB, an upload session above. After an [`Error::uncertain`] one look at
    /// [`Mailbox::attached`] before adding it again.
    pub async fn attach(&self, draft: &str, file: &mail_out::File) -> Result<()> {
        if file.content.len() < LARGE {
            return self.attach_whole(draft, file).await;
        }
        match self.upload_session(draft, file).await {
            Ok(session) => self.upload(&session, file).await,
            // Its 3 MB are larger than ours.
            Err(Error::BadRequest(trace))
                if trace.code == "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize" =>
            {
                self.attach_whole(draft, file).await
            }
            Err(error) => Err(error),
        }
    }

    /// Names of the files that a draft carries already.
    pub async fn attached(&self, draft: &str) -> Result<Vec<String>> {
        let first = Call::get("list", self.at(&["messages", draft, "attachments"]))
            .on_item()
            .query("$select", "id,name");
        let mut names = Vec::new();
        self.pages(first, |page: Page<Attachment>| {
            names.extend(page.value.into_iter().filter_map(|attachment| attachment.name));
            true
        })
        .await?;
        Ok(names)
    }

    async fn attach_whole(&self, draft: &str, file: &mail_out::File) -> Result<()> {
        let mut body = json!({
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": file.name,
            "contentType": file.content_type,
            "contentBytes": BASE64_STANDARD.encode(&file.content),
            "isInline": file.content_id.is_some(),
        });
        if let Some(id) = content_id(file) {
            body["contentId"] = id.into();
        }
        let call = Call::post("attach", self.at(&["messages", draft, "attachments"]), body).on_item();
        self.call(call).await.map(drop)
    }

    /// Asks for a place to upload to. Asking again does no harm: a session that nothing is sent to makes no attachment.
    async fn upload_session(&self, draft: &str, file: &mail_out::File) -> Result<Url> {
        let mut item = json!({
            "attachmentType": "file",
            "name": file.name,
            "size": file.content.len(),
            "contentType": file.content_type,
            "isInline": file.content_id.is_some(),
        });
        if let Some(id) = content_id(file) {
            item["contentId"] = id.into();
        }
        let url = self.at(&["messages", draft, "attachments", "createUploadSession"]);
        let call = Call::post("attach", url, json!({ "AttachmentItem": item })).on_item();
        let mut tries = 1;
        let answer = loop {
            match self.call(call.clone()).await {
                Err(Error::NotFound(_)) if tries < SESSION_TRIES => {
                    tokio::time::sleep(jitter(PAUSE * tries)).await;
                    tries += 1;
                }
                decided => break decided?,
            }
        };
        let url = answer.json::<UploadSession>()?.upload_url.and_then(|url| Url::parse(&url).ok());
        // Another host than Graph, by design; but not over a weaker protocol.
        url.filter(|url| url.scheme() == self.graph.cloud.graph.scheme())
            .ok_or_else(|| Error::Unexpected("an upload session without an address".into()))
    }

    /// Sends range after range. A range whose answer was lost is sent again: the session keeps count, so it takes the range
    /// or says (416) that it has it already.
    async fn upload(&self, session: &Url, file: &mail_out::File) -> Result<()> {
        let total = file.content.len();
        let (mut start, mut resumes, mut broken) = (0, 0, None);
        loop {
            match self.upload_range(session, file, start).await {
                Ok(None) => return Ok(()),
                Ok(Some(next)) => {
                    (start, broken) = (next, None);
                }
                Err(error @ (Error::NoAnswer(_) | Error::Server(_))) if resumes < RESUMES => {
                    resumes += 1;
                    broken = Some(error);
                    tokio::time::sleep(jitter(PAUSE * resumes)).await;
                }
                Err(Error::BadRequest(trace))
                    if trace.status == 416 && broken.is_some() && start + RANGE < total =>
                {
                    (start, broken) = (start + RANGE, None);
                }
                // The session is over: done, perhaps, when only the last answer was lost. The caller must look.
                Err(error) => return Err(broken.unwrap_or(error)),
            }
        }
    }

    /// Sends the range that begins at `start`; answers where the next begins, `None` when all is there.
    async fn upload_range(
        &self,
        session: &Url,
        file: &mail_out::File,
        start: usize,
    ) -> Result<Option<usize>> {
        let total = file.content.len();
        let end = total.min(start + RANGE);
        let range = HeaderValue::try_from(format!("bytes {start}-{}/{total}", end - 1))
            .map_err(|_| Error::Unexpected("a range that is no header".into()))?;
        let call = Call::upload("upload", session.clone(), file.content.slice(start..end))
            .on_item()
            .header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
            .header(CONTENT_RANGE, range);
        let answer = self.call(call).await?;
        match next_range(&answer, file)? {
            // A session that wants the same range for ever would keep us for ever.
            Some(next) if next <= start => Err(Error::Unexpected("the upload does not get on".into())),
            None if answer.status != 201 && end < total => {
                Err(Error::Unexpected("the upload ended early".into()))
            }
            next => Ok(next),
        }
    }
}

/// The first byte that the session still wants. `201`, or nothing wanted: all is there.
fn next_range(answer: &Answer, file: &mail_out::File) -> Result<Option<usize>> {
    if answer.status == 201 || answer.body.is_empty() {
        return Ok(None);
    }
    let session: UploadSession = answer.json()?;
    let Some(range) = session.next_expected_ranges.first() else { return Ok(None) };
    let start = range.split('-').next().and_then(|start| start.parse().ok());
    match start {
        Some(start) if start < file.content.len() => Ok(Some(start)),
        _ => Err(Error::Unexpected("a range outside of the file".into())),
    }
}

/// Without angle brackets: Exchange adds its own.
fn content_id(file: &mail_out::File) -> Option<&str> {
    file.content_id.as_deref().map(|id| id.trim_start_matches('<').trim_end_matches('>'))
}
