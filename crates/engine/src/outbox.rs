//! The one way out: draft, send, confirm. Each step's result is stored before the next step is taken, so that whoever takes the
//! work up again knows what may have happened; and looks, before anything is done a second time.

use std::time::Duration;

use desk::ConnectionId;
use exchange::graph::{MessageState, mail_out};
use exchange::{Mailbox, Remedy};
use jiff::{SignedDuration, Timestamp};
use mail::MessageId;
use store::{Lease, OutboxFile, OutboxRow, OutboxUpdate, Step, Urgency};

use crate::{Engine, Error, Result, tokens};

/// Rows taken from the table at once.
const BATCH: u32 = 50;
/// A piece of work ends after this long and lets others have their turn; what is left is found through the table.
const LONGEST: SignedDuration = SignedDuration::from_secs(20);
/// A row due within this time is waited for instead of giving the lease back.
const SOON: SignedDuration = SignedDuration::from_secs(3);
/// Looked at again after the minute's budget is spent.
const BUDGET_MINUTE: SignedDuration = SignedDuration::from_secs(3);
/// Looked at again after the day's budget is spent.
const BUDGET_DAY: SignedDuration = SignedDuration::from_mins(10);
/// Longest pause between two tries.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// What machines are asked not to answer. Not `NDR`: a bounce must come back to us.
const NO_AUTO_ANSWERS: (&str, &str) = ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply");
/// Our mark as a header, by which intake knows our own mail.
const MARK_HEADER: &str = "X-Postdesk-Outbox";

/// Sends what is due in a mailbox, under the lease `send:{connection}`; returns when nothing is due soon, or another worker
/// has the lease, or the connection is broken (then its rows wait).
pub(crate) async fn work(engine: &Engine, connection: ConnectionId) -> Result<()> {
    let store = &engine.inner.store;
    let here = engine.inner.flights.sending.of(connection);
    let Ok(_alone_here) = here.try_lock() else { return Ok(()) };
    let name = format!("send:{connection}");
    let Some(lease) = store.claim(&name, &engine.inner.holder, engine.now(), engine.inner.settings.lease).await? else {
        return Ok(());
    };
    let outcome = match tokens::mailbox(engine, connection).await {
        Ok(mailbox) => Sender { engine, connection, lease: &lease, mailbox, renewed: false, soon: None }.run().await,
        Err(error) => Err(error),
    };
    match outcome {
        // Another worker goes on from here: whatever this one still thought it knew is stale.
        Err(Error::Store(store::Error::Fenced { name })) => {
            tracing::info!(lease = name, "lost the lease, stopped");
            Ok(())
        }
        outcome => {
            store.release(&lease).await?;
            match outcome {
                // Noted at the connection already; the rows wait for it.
                Err(Error::Microsoft(_)) => Ok(()),
                outcome => outcome,
            }
        }
    }
}

/// One mailbox being worked on.
struct Sender<'a> {
    engine: &'a Engine,
    connection: ConnectionId,
    lease: &'a Lease,
    mailbox: Mailbox,
    /// The access token was renewed after a 401 in this piece of work.
    renewed: bool,
    /// When the next row that was touched here is due.
    soon: Option<Timestamp>,
}

/// What comes after a row.
#[derive(Debug, PartialEq)]
enum Flow {
    /// The next row.
    Next,
    /// Nothing more in this mailbox for now.
    Stop,
}

impl Sender<'_> {
    async fn run(mut self) -> Result<()> {
        let started = self.engine.now();
        loop {
            let now = self.engine.now();
            if now.duration_since(started) > LONGEST {
                return Ok(());
            }
            let rows = self.engine.inner.store.outbox_due(self.connection, now, BATCH).await?;
            if rows.is_empty() {
                match self.soon.take().map(|at| at.duration_since(now)) {
                    Some(pause) if pause <= SOON => sleep(pause).await,
                    _ => return Ok(()),
                }
            }
            for (index, row) in rows.iter().enumerate() {
                self.renew().await?;
                let (step, id) = (row.step, row.id);
                let flow = match self.advance(row.clone()).await {
                    Err(Error::Microsoft(error)) => self.hindered(&rows[index..], &error).await?,
                    flow => flow?,
                };
                tracing::debug!(outbox = %id, from = step.as_str(), ?flow, "outbox row");
                if flow == Flow::Stop {
                    return Ok(());
                }
            }
        }
    }

    async fn renew(&self) -> Result<()> {
        let settings = &self.engine.inner.settings;
        Ok(self.engine.inner.store.renew(self.lease, self.engine.now(), settings.lease).await?)
    }

    /// Takes a row as far as it goes now.
    async fn advance(&mut self, row: OutboxRow) -> Result<Flow> {
        match row.step {
            Step::Queued => match self.over_budget(&row).await? {
                Some(until) => self.later(&row, until).await,
                None => self.draft(row).await,
            },
            Step::Drafting => self.find_draft(row).await,
            Step::Drafted => self.complete(row, true).await,
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
        let state = match self.call(|mailbox| { let draft = &draft; async move { mailbox.create_draft(draft).await } }).await {
            Err(Error::Microsoft(error)) if error.remedy() == Remedy::GiveUpItem => return self.fail(row, &refusal(&error)).await,
            state => state?,
        };
        self.store_draft(&mut row, state).await?;
        self.complete(row, false).await
    }

    async fn store_draft(&self, row: &mut OutboxRow, state: MessageState) -> Result<()> {
        let update = OutboxUpdate {
            step: Some(Step::Drafted),
            sent_message_id: message_id(&state),
            draft: Some(state.id),
            files_up: Some(0),
            ..OutboxUpdate::default()
        };
        self.store(row, update).await
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
                Error::Microsoft(error) if error.remedy() == Remedy::GiveUpItem => self.fail(row, &refusal(&error)).await,
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
            let names = self.call(|mailbox| { let draft = &draft; async move { mailbox.attached(draft).await } }).await?;
            up = already_up(&files, names);
        }
        for (index, file) in files.into_iter().enumerate().skip(up) {
            self.renew().await?;
            let content = self.engine.inner.store.blobs().get(&file.blob).await?;
            let OutboxFile { name, content_type, content_id, .. } = file;
            let file = mail_out::File { name, content_type, content_id, content };
            self.call(|mailbox| { let (draft, file) = (&draft, &file); async move { mailbox.attach(draft, file).await } }).await?;
            let files_up = i32::try_from(index + 1).ok();
            self.store(row, OutboxUpdate { files_up, ..OutboxUpdate::default() }).await?;
        }
        Ok(())
    }

    async fn send(&mut self, mut row: OutboxRow) -> Result<Flow> {
        let now = self.engine.now();
        let update =
            OutboxUpdate { step: Some(Step::Sending), sending_at: Some(now), attempted: true, ..OutboxUpdate::default() };
        self.store(&mut row, update).await?;
        let draft = draft_id(&row);
        let sent = self.call(|mailbox| { let draft = &draft; async move { mailbox.send(draft).await } }).await;
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
                let pause = wished.and_then(|w| SignedDuration::try_from(w).ok()).unwrap_or(SignedDuration::from_secs(1));
                let update = OutboxUpdate {
                    due_at: Some(now + pause.min(LONGEST_PAUSE)),
                    last_error: Some(error.to_string()),
                    ..OutboxUpdate::default()
                };
                self.store(&mut row, update).await?;
                Ok(if matches!(error, exchange::Error::Throttled { .. }) { Flow::Stop } else { Flow::Next })
            }
            Remedy::GiveUpItem => {
                let draft = draft_id(&row);
                let state = self.call(|mailbox| { let draft = &draft; async move { mailbox.state(draft).await } }).await?;
                match state {
                    Some(state) if state.is_draft && !matches!(error, exchange::Error::NotFound(_) | exchange::Error::Conflict(_)) => {
                        self.fail(row, &refusal(error)).await
                    }
                    _ => self.later(&row, now).await,
                }
            }
            Remedy::Resync => self.later(&row, now).await,
            // The token or the right was refused: certainly nothing left.
            Remedy::Refresh | Remedy::Reconnect | Remedy::Administrator | Remedy::Operator | Remedy::MailboxGone => {
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
        let draft = draft_id(&row);
        let state = self.call(|mailbox| { let draft = &draft; async move { mailbox.state(draft).await } }).await?;
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
                    self.store(&mut row, OutboxUpdate { draft: Some(draft.id), ..OutboxUpdate::default() }).await?;
                }
                return match self.over_budget(&row).await? {
                    Some(until) => self.later(&row, until).await,
                    None => self.send(row).await,
                };
            }
            if since > settings.confirm_within {
                return self.fail(row, "unconfirmed: accepted by Microsoft, but it still lies in Drafts").await;
            }
        } else if since > settings.confirm_within {
            // It may have arrived. Sending it again by itself could make it arrive twice: a person decides.
            return self.fail(row, "unconfirmed: no copy was found in Sent Items").await;
        }
        self.later(&row, now + next_look(since)).await
    }

    async fn marked(&mut self, row: &OutboxRow) -> Result<Vec<MessageState>> {
        self.call(|mailbox| { let mark = &row.mail.mark; async move { mailbox.find_marked(mark).await } }).await
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
        let update =
            OutboxUpdate { step: Some(Step::Failed), last_error: Some(reason.to_owned()), ..OutboxUpdate::default() };
        self.finish(&mut row, update, None).await?;
        Ok(Flow::Next)
    }

    async fn finish(&mut self, row: &mut OutboxRow, update: OutboxUpdate, sent_at: Option<Timestamp>) -> Result<()> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        tx.outbox_update(self.lease, row.id, &update).await?;
        if let Some(at) = sent_at {
            tx.note_sent(self.connection, at).await?;
        }
        tx.commit().await?;
        row.step = update.step.unwrap_or(row.step);
        Ok(())
    }

    async fn later(&mut self, row: &OutboxRow, due_at: Timestamp) -> Result<Flow> {
        let update = OutboxUpdate { due_at: Some(due_at), ..OutboxUpdate::default() };
        self.store(&mut row.clone(), update).await?;
        self.soon = Some(self.soon.map_or(due_at, |soon| soon.min(due_at)));
        Ok(Flow::Next)
    }

    /// Microsoft hindered a row before anything was sent, or while it was being looked for. It and, when Microsoft asks to wait,
    /// the rest of the rows wait; nothing of it is lost.
    async fn hindered(&mut self, rows: &[OutboxRow], error: &exchange::Error) -> Result<Flow> {
        tokens::note_failure(self.engine, self.connection, error).await?;
        let Some(first) = rows.first() else { return Ok(Flow::Stop) };
        let now = self.engine.now();
        let wished = match error.remedy() {
            Remedy::Wait(wished) => wished.and_then(|w| SignedDuration::try_from(w).ok()),
            _ => None,
        };
        let all = matches!(error, exchange::Error::Throttled { .. });
        let due_at = Some(now + wished.unwrap_or(pause_after(first.attempts)));
        let tx = self.engine.inner.store.begin(now).await?;
        let last_error = Some(error.to_string());
        tx.outbox_update(self.lease, first.id, &OutboxUpdate { due_at, attempted: true, last_error, ..OutboxUpdate::default() }).await?;
        for row in rows.iter().skip(1).filter(|_| all) {
            tx.outbox_update(self.lease, row.id, &OutboxUpdate { due_at, ..OutboxUpdate::default() }).await?;
        }
        tx.commit().await?;
        Ok(Flow::Stop)
    }

    /// Until when the mailbox's budgets forbid this mail; it waits and does not fail.
    async fn over_budget(&self, row: &OutboxRow) -> Result<Option<Timestamp>> {
        let now = self.engine.now();
        let settings = &self.engine.inner.settings;
        let spent = self.engine.inner.store.spent(self.connection, now).await?;
        let recipients = u32::try_from(row.mail.to.len() + row.mail.cc.len()).unwrap_or(u32::MAX);
        if spent.messages_last_minute >= settings.messages_a_minute {
            return Ok(Some(now + BUDGET_MINUTE));
        }
        if spent.recipients_last_day.saturating_add(recipients) > settings.recipients_a_day {
            return Ok(Some(now + BUDGET_DAY));
        }
        Ok(None)
    }

    /// Stores a step's result, in the table and in the row at hand.
    async fn store(&self, row: &mut OutboxRow, update: OutboxUpdate) -> Result<()> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        tx.outbox_update(self.lease, row.id, &update).await?;
        tx.commit().await?;
        row.step = update.step.unwrap_or(row.step);
        row.draft = update.draft.or_else(|| row.draft.take());
        row.files_up = update.files_up.unwrap_or(row.files_up);
        row.sending_at = update.sending_at.or(row.sending_at);
        row.attempts += i32::from(update.attempted);
        Ok(())
    }

    /// Calls Microsoft; after a 401 once more with a renewed token.
    async fn call<T, F>(&mut self, call: impl Fn(Mailbox) -> F) -> Result<T>
    where
        F: Future<Output = exchange::Result<T>>,
    {
        match call(self.mailbox.clone()).await {
            Err(exchange::Error::AccessToken(_)) if !self.renewed => {
                self.renewed = true;
                self.mailbox = tokens::mailbox_anew(self.engine, self.connection).await?;
                Ok(call(self.mailbox.clone()).await?)
            }
            answer => Ok(answer?),
        }
    }
}

fn draft_of(row: &OutboxRow) -> mail_out::Draft {
    let people = |list: &[mail::Mailbox]| list.iter().map(|m| (m.name.clone(), m.address.to_string())).collect();
    let references: Vec<String> = row.mail.references.iter().map(MessageId::bracketed).collect();
    let mut x_headers = vec![(MARK_HEADER.to_owned(), row.mail.mark.clone())];
    if row.mail.urgency == Urgency::Automatic {
        x_headers.push((NO_AUTO_ANSWERS.0.to_owned(), NO_AUTO_ANSWERS.1.to_owned()));
    }
    mail_out::Draft {
        internet_message_id: row.mail.message_id.bracketed(),
        to: people(&row.mail.to),
        cc: people(&row.mail.cc),
        subject: row.mail.subject.clone(),
        html: row.mail.html.clone(),
        in_reply_to: row.mail.in_reply_to.as_ref().map(MessageId::bracketed),
        references: (!references.is_empty()).then(|| references.join(" ")),
        x_headers,
        mark: row.mail.mark.clone(),
    }
}

/// A row from `Drafted` on has a draft; an empty id is answered with "not found", which leads to looking for the mark.
fn draft_id(row: &OutboxRow) -> String {
    row.draft.clone().unwrap_or_default()
}

fn message_id(state: &MessageState) -> Option<MessageId> {
    state.internet_message_id.as_deref().and_then(MessageId::parse)
}

/// How many of the files, in order, a draft carries already. Names may repeat.
fn already_up(files: &[OutboxFile], mut names: Vec<String>) -> usize {
    let is_up = |file: &&OutboxFile| match names.iter().position(|name| *name == file.name) {
        Some(at) => {
            names.swap_remove(at);
            true
        }
        None => false,
    };
    files.iter().take_while(is_up).count()
}

/// For people, at the comment: Microsoft's code and words.
fn refusal(error: &exchange::Error) -> String {
    match error.trace() {
        Some(trace) => format!("refused: {} {}", trace.code, trace.message),
        None => format!("refused: {error}"),
    }
}

/// Twice as long after each try.
fn pause_after(attempts: i32) -> SignedDuration {
    let doubled = 1_i64 << attempts.clamp(0, 9);
    SignedDuration::from_secs(doubled).min(LONGEST_PAUSE)
}

/// The sent copy shows up within a second as a rule; one that does not is looked for more and more seldom.
fn next_look(since: SignedDuration) -> SignedDuration {
    match since.as_millis() {
        ..600 => SignedDuration::from_millis(200),
        ..2_000 => SignedDuration::from_millis(500),
        ..8_000 => SignedDuration::from_secs(1),
        ..60_000 => SignedDuration::from_secs(5),
        ..600_000 => SignedDuration::from_secs(30),
        _ => LONGEST_PAUSE,
    }
}

async fn sleep(pause: SignedDuration) {
    tokio::time::sleep(Duration::try_from(pause).unwrap_or_default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> OutboxFile {
        OutboxFile {
            name: name.to_owned(),
            content_type: "text/plain".to_owned(),
            content_id: None,
            blob: store::BlobId(String::new()),
            size: 1,
        }
    }

    /// A file whose answer was lost must not be added twice, nor one of two files of the same name be left out.
    #[test]
    fn files_that_are_up_are_counted_by_name_and_number() {
        let files = [file("a"), file("a"), file("b")];
        for (names, up) in [(vec![], 0), (vec!["a"], 1), (vec!["a", "a"], 2), (vec!["b", "a", "a"], 3), (vec!["b"], 0)] {
            let names = names.into_iter().map(str::to_owned).collect();
            assert_eq!(already_up(&files, names), up);
        }
    }

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert_eq!(pause_after(0), SignedDuration::from_secs(1));
        assert_eq!(pause_after(3), SignedDuration::from_secs(8));
        assert_eq!(pause_after(100), LONGEST_PAUSE);
        assert!(next_look(SignedDuration::ZERO) < SignedDuration::from_secs(1));
        assert_eq!(next_look(SignedDuration::from_hours(1)), LONGEST_PAUSE);
    }
}
