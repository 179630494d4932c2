//! The steps of one mail: draft, files, send, look. What each may assume is what the step before has stored.

use exchange::Remedy;
use exchange::graph::{MessageState, mail_out};
use jiff::SignedDuration;
use store::{OutboxFile, OutboxRow, OutboxUpdate, Step};

use super::draft::{already_up, draft_id, draft_of, message_id, refusal};
use super::{Flow, LONGEST_PAUSE, Sender, next_look, pause_after};
use crate::{Error, Result, tokens};

impl Sender<'_> {
    /// Takes a row as far as it goes now.
    pub(super) async fn advance(&mut self, row: OutboxRow) -> Result<Flow> {
        match row.step {
            Step::Queued => match self.over_budget(&row).await? {
                Some(until) => self.later(&row, until).await,
                None => self.draft(row).await,
            },
            Step::Drafting => self.find_draft(row).await,
            Step::Drafted => self.resume(row).await,
            Step::Sending | Step::Accepted => self.look(row).await,
            Step::Sent | Step::Failed => Ok(Flow::Next),
        }
    }

    /// First try: nothing can be there yet.
    async fn draft(&mut self, mut row: OutboxRow) -> Result<Flow> {
        let update = OutboxUpdate { step: Some(Step::Drafting), attempted: true, ..OutboxUpdate::default() };
        self.store(&mut row, update).await?;
        self.create(row).await
    }

    /// A draft may have been made by a try whose answer was lost.
    async fn find_draft(&mut self, mut row: OutboxRow) -> Result<Flow> {
        let found = self.marked(&row).await?;
        if let Some(sent) = found.iter().find(|state| !state.is_draft) {
            return self.seen(row, sent).await;
        }
        match found.into_iter().next() {
            Some(state) => {
                self.store_draft(&mut row, state).await?;
                self.complete(row, true).await
            }
            None => self.create(row).await,
        }
    }

    async fn create(&mut self, mut row: OutboxRow) -> Result<Flow> {
        let draft = draft_of(&row);
        let state = match self
            .call(|mailbox| {
                let draft = &draft;
                async move { mailbox.create_draft(draft).await }
            })
            .await
        {
            Err(Error::Microsoft(error)) if error.remedy() == Remedy::GiveUpItem => {
                return self.fail(row, &refusal(&error)).await;
            }
            state => state?,
        };
        self.store_draft(&mut row, state).await?;
        self.complete(row, false).await
    }

    async fn store_draft(&mut self, row: &mut OutboxRow, state: MessageState) -> Result<()> {
        let update = OutboxUpdate {
            step: Some(Step::Drafted),
            sent_message_id: message_id(&state),
            draft: Some(state.id),
            files_up: Some(0),
            ..OutboxUpdate::default()
        };
        self.store(row, update).await
    }

    /// A draft left by an earlier try. As a rule it lies there untouched; after a power failure the database may have
    /// forgotten that it was sent.
    async fn resume(&mut self, row: OutboxRow) -> Result<Flow> {
        let state = self.draft_state(&row).await?;
        match state {
            Some(state) if !state.is_draft => self.seen(row, &state).await,
            _ => self.complete(row, true).await,
        }
    }

    /// Where the draft is now: still in Drafts, in Sent Items, or not to be found under its id.
    async fn draft_state(&mut self, row: &OutboxRow) -> Result<Option<MessageState>> {
        let draft = draft_id(row);
        self.call(|mailbox| {
            let draft = &draft;
            async move { mailbox.state(draft).await }
        })
        .await
    }

    /// The draft is there: files, then send. `taken_up`: an earlier try may have added files already.
    async fn complete(&mut self, mut row: OutboxRow, taken_up: bool) -> Result<Flow> {
        if let Err(error) = self.add_files(&mut row, taken_up).await {
            return match error {
                // Somebody deleted the draft. Nothing was sent, so it may be made anew.
                Error::Microsoft(exchange::Error::NotFound(_)) => {
                    let due_at = self.engine.now() + pause_after(row.attempts);
                    let update = OutboxUpdate {
                        step: Some(Step::Drafting),
                        files_up: Some(0),
                        attempted: true,
                        due_at: Some(due_at),
                        ..OutboxUpdate::default()
                    };
                    self.store(&mut row, update).await?;
                    Ok(Flow::Next)
                }
                Error::Microsoft(error) if error.remedy() == Remedy::GiveUpItem => {
                    self.fail(row, &refusal(&error)).await
                }
                error => Err(error),
            };
        }
        match self.over_budget(&row).await? {
            Some(until) => self.later(&row, until).await,
            None => self.send(row).await,
        }
    }

    async fn add_files(&mut self, row: &mut OutboxRow, taken_up: bool) -> Result<()> {
        let files = row.mail.attachments.clone();
        let draft = draft_id(row);
        if files.is_empty() {
            return Ok(());
        }
        let mut up = usize::try_from(row.files_up).unwrap_or(0);
        if taken_up {
            let names = self
                .call(|mailbox| {
                    let draft = &draft;
                    async move { mailbox.attached(draft).await }
                })
                .await?;
            up = already_up(&files, names);
        }
        for (index, file) in files.into_iter().enumerate().skip(up) {
            self.renew().await?;
            let content = self.engine.inner.store.blobs().get(&file.blob).await?;
            let OutboxFile { name, content_type, content_id, .. } = file;
            let file = mail_out::File { name, content_type, content_id, content };
            self.call(|mailbox| {
                let (draft, file) = (&draft, &file);
                async move { mailbox.attach(draft, file).await }
            })
            .await?;
            let files_up = i32::try_from(index + 1).ok();
            self.store(row, OutboxUpdate { files_up, ..OutboxUpdate::default() }).await?;
        }
        Ok(())
    }

    async fn send(&mut self, mut row: OutboxRow) -> Result<Flow> {
        let now = self.engine.now();
        let update = OutboxUpdate {
            step: Some(Step::Sending),
            sending_at: Some(now),
            attempted: true,
            ..OutboxUpdate::default()
        };
        self.store(&mut row, update).await?;
        let draft = draft_id(&row);
        let sent = self
            .call(|mailbox| {
                let draft = &draft;
                async move { mailbox.send(draft).await }
            })
            .await;
        match sent {
            Ok(()) => {
                let update = OutboxUpdate {
                    step: Some(Step::Accepted),
                    due_at: Some(self.engine.now() + SignedDuration::from_millis(100)),
                    ..OutboxUpdate::default()
                };
                self.store(&mut row, update).await?;
                Ok(Flow::Next)
            }
            Err(Error::Microsoft(error)) => self.not_sent(row, &error).await,
            Err(error) => Err(error),
        }
    }

    /// `send` did not answer 202. Only a plain refusal proves that nothing left; all else is looked into.
    async fn not_sent(&mut self, mut row: OutboxRow, error: &exchange::Error) -> Result<Flow> {
        let now = self.engine.now();
        match error.remedy() {
            // A 429 or 5xx may come although the mail goes out.
            Remedy::Wait(wished) => {
                tokens::note_failure(self.engine, self.connection, error).await?;
                let pause = wished
                    .and_then(|w| SignedDuration::try_from(w).ok())
                    .unwrap_or(SignedDuration::from_secs(1));
                let update = OutboxUpdate {
                    due_at: Some(now + pause.min(LONGEST_PAUSE)),
                    last_error: Some(error.to_string()),
                    ..OutboxUpdate::default()
                };
                self.store(&mut row, update).await?;
                Ok(if matches!(error, exchange::Error::Throttled { .. }) { Flow::Stop } else { Flow::Next })
            }
            Remedy::GiveUpItem => {
                let state = self.draft_state(&row).await?;
                match state {
                    Some(state)
                        if state.is_draft
                            && !matches!(
                                error,
                                exchange::Error::NotFound(_) | exchange::Error::Conflict(_)
                            ) =>
                    {
                        self.fail(row, &refusal(error)).await
                    }
                    _ => self.later(&row, now).await,
                }
            }
            Remedy::Resync => self.later(&row, now).await,
            // The token or the right was refused: certainly nothing left.
            Remedy::Refresh
            | Remedy::Reconnect
            | Remedy::Administrator
            | Remedy::Operator
            | Remedy::MailboxGone => {
                let update = OutboxUpdate {
                    step: Some(Step::Drafted),
                    due_at: Some(now + pause_after(row.attempts)),
                    last_error: Some(error.to_string()),
                    ..OutboxUpdate::default()
                };
                self.store(&mut row, update).await?;
                tokens::note_failure(self.engine, self.connection, error).await?;
                Ok(Flow::Stop)
            }
        }
    }

    /// Where did the mail get to? A draft that is gone was sent; one that still lies there after a while was not.
    async fn look(&mut self, mut row: OutboxRow) -> Result<Flow> {
        let state = self.draft_state(&row).await?;
        let states = match state {
            Some(state) => vec![state],
            // The immutable id may be unknown for a moment after sending.
            None => self.marked(&row).await?,
        };
        if let Some(sent) = states.iter().find(|state| !state.is_draft) {
            return self.seen(row, sent).await;
        }
        let now = self.engine.now();
        let settings = &self.engine.inner.settings;
        let since = now.duration_since(row.sending_at.unwrap_or(row.created_at));
        if let Some(draft) = states.into_iter().next() {
            if row.step == Step::Sending && since > settings.send_grace {
                if row.draft.as_deref() != Some(&draft.id) {
                    self.store(&mut row, OutboxUpdate { draft: Some(draft.id), ..OutboxUpdate::default() })
                        .await?;
                }
                return match self.over_budget(&row).await? {
                    Some(until) => self.later(&row, until).await,
                    None => self.send(row).await,
                };
            }
            if since > settings.confirm_within {
                return self
                    .fail(row, "unconfirmed: accepted by Microsoft, but it still lies in Drafts")
                    .await;
            }
        } else if since > settings.confirm_within {
            // It may have arrived. Sending it again by itself could make it arrive twice: a person decides.
            return self.fail(row, "unconfirmed: no copy was found in Sent Items").await;
        }
        self.later(&row, now + next_look(since)).await
    }

    async fn marked(&mut self, row: &OutboxRow) -> Result<Vec<MessageState>> {
        self.call(|mailbox| {
            let mark = &row.mail.mark;
            async move { mailbox.find_marked(mark).await }
        })
        .await
    }

    /// The sent copy was seen.
    async fn seen(&mut self, mut row: OutboxRow, sent: &MessageState) -> Result<Flow> {
        let now = self.engine.now();
        let update = OutboxUpdate {
            step: Some(Step::Sent),
            draft: Some(sent.id.clone()),
            sent_message_id: message_id(sent),
            sent_at: Some(sent.sent_at.unwrap_or(now)),
            ..OutboxUpdate::default()
        };
        self.finish(&mut row, update, Some(now)).await?;
        tokens::note_success(self.engine, self.connection).await?;
        Ok(Flow::Next)
    }

    async fn fail(&mut self, mut row: OutboxRow, reason: &str) -> Result<Flow> {
        tracing::warn!(outbox = %row.id, connection = %self.connection, reason, "a mail will not be sent");
        let update = OutboxUpdate {
            step: Some(Step::Failed),
            last_error: Some(reason.to_owned()),
            ..OutboxUpdate::default()
        };
        self.finish(&mut row, update, None).await?;
        Ok(Flow::Next)
    }
}
