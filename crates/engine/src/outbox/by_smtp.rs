//! Out by a mail server: for addresses that another server forwards to us, and for the desk's own mail. Until the server has said
//! that it will take the mail, nothing has left and everything may be tried again. Then the row becomes `sending`, and only
//! then the mail is handed over. A row found as `sending` by somebody else, or a mail whose yes or no was lost on the way,
//! may have left: it is shown to a person and never sent again by itself.

use desk::ConnectionId;
use jiff::{SignedDuration, Timestamp};
use mail::compose::{Outgoing, OutgoingAttachment};
use mail::{Address, Mailbox};
use smtp::{Failure, Offer, Refusal, SendFailure, Sender};
use store::{
    Answer, ConnectionState, Kind, Lease, OutboxRow, OutboxUpdate, Purpose, StateCause, Step, Urgency,
};

use super::{BATCH, LONGEST, over_budget};
use crate::{Engine, Result};

/// How long a mail is tried (the custom of mail servers).
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(5 * 24);
/// Longest pause between two tries, in first pauses.
const LONGEST_PAUSE: i32 = 240;
/// Looked at again while no server is configured.
const NO_WAY_OUT_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// Sends what is due.
pub(super) async fn work(engine: &Engine, connection: ConnectionId, lease: &Lease) -> Result<()> {
    let started = engine.now();
    let (store, smtp) = (&engine.inner.store, &engine.inner.settings.smtp);
    let post = Post { engine, connection, lease };
    loop {
        let now = engine.now();
        if now.duration_since(started) > LONGEST {
            return Ok(());
        }
        let rows = store.outbox_due(connection, now, BATCH).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            store.renew(lease, engine.now(), engine.inner.settings.lease).await?;
            let (Some(sender), Some(from)) = (&smtp.way_out, post.from(&row).await?) else {
                post.wait(&row, NO_WAY_OUT_PAUSE, "no_way_out").await?;
                continue;
            };
            post.advance(sender, from, row).await?;
        }
    }
}

/// One connection being worked on.
struct Post<'a> {
    engine: &'a Engine,
    connection: ConnectionId,
    lease: &'a Lease,
}

impl Post<'_> {
    /// The desk's own mail leaves from its own address, whatever it is about: the server may not let us write as another.
    async fn from(&self, row: &OutboxRow) -> Result<Option<Mailbox>> {
        let store = &self.engine.inner.store;
        let forwarding = store.connection(self.connection).await?.kind == Kind::Forwarding;
        match row.mail.address.filter(|_| forwarding) {
            Some(id) => {
                let address = store.support_address(id).await?;
                Ok(Some(Mailbox { name: address.name, address: address.address }))
            }
            None => Ok(self.engine.inner.settings.smtp.from.clone()),
        }
    }

    async fn advance(&self, sender: &Sender, from: Mailbox, row: OutboxRow) -> Result<()> {
        match row.step {
            Step::Queued | Step::Drafting | Step::Drafted => {}
            // Whoever wrote this is gone, and with them what the server said.
            Step::Sending | Step::Accepted => {
                return self.fail(&row, "mail_server_unconfirmed").await;
            }
            Step::Sent | Step::Failed => return Ok(()),
        }
        let now = self.engine.now();
        if now.duration_since(row.created_at) > TRIED_FOR {
            let last = row.last_error.clone().unwrap_or_default();
            return self.fail(&row, &format!("gave_up: {last}")).await;
        }
        if let Some(until) = over_budget(self.engine, self.connection, &row).await? {
            let update = OutboxUpdate { due_at: Some(until), ..OutboxUpdate::default() };
            return self.store(&row, update).await;
        }
        let people = row.mail.to.iter().chain(&row.mail.cc).map(|to| &to.address);
        let mut to: Vec<Address> =
            people.filter(|to| row.answers.iter().all(|answer| answer.to != **to)).cloned().collect();
        to.sort();
        to.dedup();
        let mime = self.mime(sender, &from, &row).await?;
        match sender.offer(&from.address, &to, &mime).await {
            Ok(offer) => self.send(&row, offer, &mime).await,
            Err(failure) => self.not_offered(&row, failure).await,
        }
    }

    /// The server takes it, for some at least.
    async fn send(&self, row: &OutboxRow, offer: Offer, mime: &[u8]) -> Result<()> {
        let mut answers = row.answers.clone();
        let mut later = Vec::new();
        for (to, refusal) in &offer.refused {
            if refusal.permanent {
                answers.push(answer(to, false, refusal));
            } else {
                later.push(format!("{to}: {refusal}"));
            }
        }
        let accepted = offer.accepted.clone();
        if accepted.is_empty() {
            offer.withdraw().await;
            return self.settle(row, answers, &later).await;
        }
        let sending = OutboxUpdate {
            step: Some(Step::Sending),
            sending_at: Some(self.engine.now()),
            attempted: true,
            answers: Some(answers.clone()),
            ..OutboxUpdate::default()
        };
        self.store(row, sending).await?;
        match offer.send(mime).await {
            Ok(words) => {
                answers.extend(accepted.into_iter().map(|to| Answer {
                    to,
                    taken: true,
                    words: words.clone(),
                }));
                self.working().await?;
                self.settle(row, answers, &later).await
            }
            Err(SendFailure::Refused(refusal)) if refusal.permanent => {
                answers.extend(accepted.iter().map(|to| answer(to, false, &refusal)));
                self.settle(row, answers, &later).await
            }
            Err(SendFailure::Refused(refusal)) => {
                later.push(refusal.to_string());
                self.settle(row, answers, &later).await
            }
            Err(SendFailure::Uncertain(words)) => {
                self.fail(row, &format!("mail_server_unconfirmed: {words}")).await
            }
        }
    }

    /// What is known of each recipient decides: again later while there is somebody to be tried again, else the end.
    async fn settle(&self, row: &OutboxRow, answers: Vec<Answer>, later: &[String]) -> Result<()> {
        let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.taken);
        let refused: Vec<String> =
            refused.iter().map(|answer| format!("{}: {}", answer.to, answer.words)).collect();
        let now = self.engine.now();
        let mut update = OutboxUpdate { attempted: row.step != Step::Sending, ..OutboxUpdate::default() };
        if !later.is_empty() {
            update.step = Some(Step::Queued);
            update.due_at = Some(now + self.pause(row));
            update.last_error = Some(later.join("; "));
        } else if taken.is_empty() {
            update.step = Some(Step::Failed);
            update.last_error = Some(format!("mail_server_refused: {}", refused.join("; ")));
        } else {
            update.step = Some(Step::Sent);
            update.sent_at = Some(now);
            update.sent_message_id = Some(row.mail.message_id.clone());
        }
        let ended = update.step;
        update.answers = Some(answers.clone());
        let tx = self.engine.inner.store.begin(now).await?;
        tx.outbox_update(self.lease, row.id, &update).await?;
        if ended == Some(Step::Sent) {
            tx.note_sent(self.connection, now).await?;
            // Some got it and some did not: shown like a bounce, which it would have become.
            for answer in answers.iter().filter(|answer| !answer.taken) {
                tx.note_bounce(row.id, std::slice::from_ref(&answer.to), &answer.words).await?;
            }
        }
        tx.commit().await?;
        tracing::info!(outbox = %row.id, step = ended.map(Step::as_str), taken = taken.len(), refused = refused.len(), later = later.len(), "mail by SMTP");
        Ok(())
    }

    async fn not_offered(&self, row: &OutboxRow, failure: Failure) -> Result<()> {
        let (code, words) = match failure {
            Failure::Refused(refusal) if refusal.permanent => {
                return self.fail(row, &format!("mail_server_refused: {refusal}")).await;
            }
            Failure::Refused(refusal) => return self.wait(row, self.pause(row), &refusal.to_string()).await,
            Failure::Unreachable(words) => ("smtp_unreachable", words),
            Failure::SignIn(refusal) => ("smtp_sign_in", refusal.to_string()),
        };
        let cause = StateCause { code: code.to_owned(), message: words.clone(), ..StateCause::default() };
        tracing::warn!(connection = %self.connection, outbox = %row.id, code, words, "the mail server takes no mail");
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        tx.set_state(self.connection, ConnectionState::Delayed, Some(&cause)).await?;
        tx.commit().await?;
        self.wait(row, self.pause(row), &words).await
    }

    /// The server has taken a mail.
    async fn working(&self) -> Result<()> {
        let store = &self.engine.inner.store;
        if store.connection(self.connection).await?.state == ConnectionState::Delayed {
            let tx = store.begin(self.engine.now()).await?;
            tx.set_state(self.connection, ConnectionState::Verified, None).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The mail as it goes over the wire, signed where we have a key.
    async fn mime(&self, sender: &Sender, from: &Mailbox, row: &OutboxRow) -> Result<Vec<u8>> {
        let mail = &row.mail;
        let mut attachments = Vec::with_capacity(mail.attachments.len());
        for file in &mail.attachments {
            attachments.push(OutgoingAttachment {
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                content_id: file.content_id.clone(),
                content: self.engine.inner.store.blobs().get(&file.blob).await?.to_vec(),
            });
        }
        let outgoing = Outgoing {
            message_id: mail.message_id.clone(),
            from: from.clone(),
            to: mail.to.clone(),
            cc: mail.cc.clone(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            html: mail.html.clone(),
            in_reply_to: mail.in_reply_to.clone(),
            references: mail.references.clone(),
            // A test mail must travel like a customer's: some servers do not forward what says that a machine sent it.
            automatic: mail.urgency != Urgency::Answer && mail.purpose != Purpose::Proof,
            mark: mail.mark.clone(),
            attachments,
        };
        Ok(sender.signed(&from.address, outgoing.to_mime(), self.engine.now()))
    }

    /// Twice as long after each try.
    fn pause(&self, row: &OutboxRow) -> SignedDuration {
        let doubled = 1_i32 << row.attempts.clamp(0, 10);
        self.engine.inner.settings.smtp.first_pause * doubled.min(LONGEST_PAUSE)
    }

    async fn wait(&self, row: &OutboxRow, pause: SignedDuration, why: &str) -> Result<()> {
        let due_at: Timestamp = self.engine.now() + pause;
        let update = OutboxUpdate {
            due_at: Some(due_at),
            attempted: true,
            last_error: Some(why.to_owned()),
            ..OutboxUpdate::default()
        };
        self.store(row, update).await
    }

    async fn fail(&self, row: &OutboxRow, reason: &str) -> Result<()> {
        tracing::warn!(outbox = %row.id, connection = %self.connection, reason, "a mail will not be sent");
        let update = OutboxUpdate {
            step: Some(Step::Failed),
            last_error: Some(reason.to_owned()),
            ..OutboxUpdate::default()
        };
        self.store(row, update).await
    }

    async fn store(&self, row: &OutboxRow, update: OutboxUpdate) -> Result<()> {
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        tx.outbox_update(self.lease, row.id, &update).await?;
        Ok(tx.commit().await?)
    }
}

fn answer(to: &Address, taken: bool, refusal: &Refusal) -> Answer {
    Answer { to: to.clone(), taken, words: refusal.to_string() }
}
