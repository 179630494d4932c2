//! What an import would do: lists, fetches and decides as the import itself does, by the same code, and writes nothing but the
//! preview's own row. A worker that dies has only read; the next begins anew.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use desk::PreviewId;
use desk::decide::{Cause, Decision, Outcome, Way};
use exchange::graph::ItemRef;
use exchange::{Mailbox, Remedy};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use mail::Letter;
use store::{Example, Forecast, Foreseen, Form, Preview, PreviewOf, REASON_UNDONE};

use crate::carry::{sender, subject};
use crate::context::{self, Arrival, Place};
use crate::foresee::Imagined;
use crate::held::Held;
use crate::receive::old_mail;
use crate::{Engine, Error, Result, intake, tokens};

/// Ended by a person.
pub(crate) const CANCELLED: &str = "cancelled";
/// The sign-in or the mailbox is not there any more.
const GONE: &str = "gone";
/// Mails of each kind that are shown.
const EXAMPLES: u32 = 20;
/// Mails fetched and decided before the page hears of it.
const TOGETHER: usize = 25;
/// Fetched at once: less than Graph allows, so that live mail of the mailbox always gets its turn.
const AHEAD: usize = 3;
/// Tries of a call that Microsoft does not answer, or asks to be made later.
const TRIES: u32 = 8;
/// The longest that is waited before a call is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The mailbox being looked at.
struct Source<'e> {
    engine: &'e Engine,
    of: PreviewOf,
    place: Place,
    /// What is received later is not old mail.
    before: Timestamp,
}

/// What was found under a message's id.
enum Found {
    Raw(Form, Bytes),
    Gone,
}

/// Works on a preview under its lease.
pub(crate) async fn work(engine: &Engine, id: PreviewId) -> Result<()> {
    let Some(held) = Held::claim(engine, &format!("preview:{id}")).await? else { return Ok(()) };
    let reason = match look(engine, &held, id).await {
        Ok(reason) => reason,
        // Another worker has it; what it finds counts.
        Err(Error::Store(store::Error::Fenced { .. })) => return Ok(()),
        Err(Error::NotFound) => Some(GONE.to_owned()),
        // Refused: trying again would be refused again, so people are told.
        Err(Error::Microsoft(error)) => Some(error.to_string()),
        Err(error) => {
            held.release().await?;
            return Err(error);
        }
    };
    let tx = engine.inner.store.begin(engine.now()).await?;
    tx.check(held.lease()).await?;
    tx.finish_preview(id, reason.as_deref()).await?;
    tx.commit().await?;
    tracing::info!(preview = %id, reason, "preview ended");
    held.release().await
}

/// Answers the reason when it ended early.
async fn look(engine: &Engine, held: &Held, id: PreviewId) -> Result<Option<String>> {
    let store = &engine.inner.store;
    let preview = store.preview(id).await?;
    let source = Source::open(engine, &preview).await?;
    let (wanted, before) = (preview.wanted, source.before);
    let mut items = source.ask(|mailbox| async move { old_mail(&mailbox, wanted, before).await }).await?;
    // In the order in which the import takes them in.
    items.sort_by_key(|item| item.received_at.unwrap_or(Timestamp::UNIX_EPOCH));
    let found = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let mut looked_at = 0;
    let (mut forecast, mut imagined) = (Forecast::default(), Imagined::default());
    let mut chunks = items.chunks(TOGETHER);
    loop {
        let tx = store.begin(engine.now()).await?;
        if !tx.note_preview(held.lease(), id, found, looked_at, &forecast).await? {
            return Ok(Some(CANCELLED.to_owned()));
        }
        tx.commit().await?;
        let Some(chunk) = chunks.next() else { return Ok(None) };
        source.look_at(chunk, &mut imagined, &mut forecast).await?;
        looked_at += u32::try_from(chunk.len()).unwrap_or(0);
    }
}

impl<'e> Source<'e> {
    async fn open(engine: &'e Engine, preview: &Preview) -> Result<Self> {
        let store = &engine.inner.store;
        let all = store.support_addresses().await?;
        let (place, before) = match preview.of {
            PreviewOf::Connection(connection) => {
                let address = store.address_of(connection).await?;
                (Place::of(&address, store.own_addresses().await?), address.connection.connected_at)
            }
            PreviewOf::SignIn(id) => {
                let sign_in = store.any_sign_in(id, engine.now()).await?.ok_or(Error::NotFound)?;
                let account = sign_in.account.ok_or(Error::NotFound)?;
                let mut ours: std::collections::HashSet<mail::Address> =
                    all.iter().map(|address| address.address.clone()).collect();
                ours.extend(mail::Address::parse(&account.address));
                let place = Place {
                    address: None,
                    brand: sign_in.asked.brand,
                    name: account.address,
                    ours: std::sync::Arc::new(ours),
                };
                (place, account.microsoft_now)
            }
        };
        Ok(Self { engine, of: preview.of, place, before })
    }

    /// The mailbox with a token that is good now.
    async fn mailbox(&self) -> Result<Mailbox> {
        match self.of {
            PreviewOf::Connection(connection) => tokens::mailbox(self.engine, connection).await,
            PreviewOf::SignIn(id) => {
                let (store, now) = (&self.engine.inner.store, self.engine.now());
                let sign_in = store.any_sign_in(id, now).await?.ok_or(Error::NotFound)?;
                let account = sign_in.account.ok_or(Error::NotFound)?;
                let graph = self.engine.graph().await?;
                Ok(match account.mailbox {
                    None => graph.mailbox(-id.0, account.tokens.access),
                    Some(other) => graph.mailbox_of(-id.0, account.tokens.access, &other.id),
                })
            }
        }
    }

    /// A call to Graph, made again when Microsoft asks to wait or does not answer; with another token when one is refused.
    async fn ask<T, F, Fut>(&self, call: F) -> Result<T>
    where
        F: Fn(Mailbox) -> Fut,
        Fut: Future<Output = exchange::Result<T>> + Send,
    {
        let mut mailbox = self.mailbox().await?;
        let mut renewed = false;
        for tried in 1.. {
            let error = match call(mailbox.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match (error.remedy(), self.of) {
                (Remedy::Refresh, PreviewOf::Connection(connection)) if !renewed => {
                    mailbox = tokens::mailbox_anew(self.engine, connection).await?;
                    renewed = true;
                }
                (Remedy::Wait(asked), _) if tried < TRIES => {
                    let pause = asked.unwrap_or(Duration::from_secs(1 << tried.min(6)));
                    tokio::time::sleep(pause.min(LONGEST_WAIT)).await;
                }
                _ => return Err(error.into()),
            }
        }
        Err(Error::NotFound)
    }

    async fn look_at(
        &self,
        items: &[ItemRef],
        imagined: &mut Imagined,
        forecast: &mut Forecast,
    ) -> Result<()> {
        let mut known = HashMap::new();
        for item in items {
            let row = self.engine.inner.store.ledger_row_of_item(&self.place.name, &item.id).await?;
            if let Some(row) = row.filter(|row| row.reason.as_deref() != Some(REASON_UNDONE)) {
                known.insert(item.id.as_str(), row);
            }
        }
        let unknown: Vec<ItemRef> =
            items.iter().filter(|item| !known.contains_key(item.id.as_str())).cloned().collect();
        let fetch = |item: ItemRef| async move { self.fetch(&item).await };
        let mut fetched = stream::iter(unknown).map(fetch).buffered(AHEAD);
        let mut letters = Vec::new();
        while let Some(found) = fetched.next().await {
            letters.push(match found? {
                Found::Raw(form, bytes) => {
                    let size = bytes.len() as u64;
                    Some(intake::read(form, bytes).await.unwrap_or_else(|| intake::unread(size)))
                }
                Found::Gone => None,
            });
        }
        drop(fetched);
        let mut letters = letters.into_iter();
        // Never committed: it is where the context is loaded.
        let tx = self.engine.inner.store.begin(self.engine.now()).await?;
        for item in items {
            let example = match known.remove(item.id.as_str()) {
                Some(row) => Example {
                    kind: Foreseen::Known,
                    reason: "known".to_owned(),
                    sender: row.sender,
                    subject: row.subject,
                    received_at: item.received_at,
                },
                None => match letters.next().flatten() {
                    Some(letter) => self.foresee(&tx, item, &letter, imagined).await?,
                    None => Example {
                        kind: Foreseen::Gone,
                        reason: "vanished".to_owned(),
                        sender: String::new(),
                        subject: String::new(),
                        received_at: item.received_at,
                    },
                },
            };
            forecast.add(&example, EXAMPLES);
        }
        Ok(())
    }

    /// The raw message, or its JSON; what can be had in no form stands as the unreadable mail it would become.
    async fn fetch(&self, item: &ItemRef) -> Result<Found> {
        let mime = self
            .ask(|mailbox| {
                let id = item.id.clone();
                async move { mailbox.mime(&id).await }
            })
            .await;
        match mime {
            Ok(bytes) => return Ok(Found::Raw(Form::Mime, bytes)),
            Err(Error::Microsoft(exchange::Error::NotFound(_))) => return Ok(Found::Gone),
            Err(Error::Microsoft(error)) if error.remedy() == Remedy::GiveUpItem => {}
            Err(error) => return Err(error),
        }
        let json = self
            .ask(|mailbox| {
                let id = item.id.clone();
                async move { mailbox.json(&id).await }
            })
            .await;
        match json {
            Ok(bytes) => Ok(Found::Raw(Form::GraphJson, bytes)),
            Err(Error::Microsoft(exchange::Error::NotFound(_))) => Ok(Found::Gone),
            Err(Error::Microsoft(error)) if error.remedy() == Remedy::GiveUpItem => {
                Ok(Found::Raw(Form::GraphJson, Bytes::new()))
            }
            Err(error) => Err(error),
        }
    }

    async fn foresee(
        &self,
        tx: &store::Tx,
        item: &ItemRef,
        letter: &Letter,
        imagined: &mut Imagined,
    ) -> Result<Example> {
        let arrival =
            Arrival { way: Way::Import, received_at: item.received_at, files: None, no_duplicate: None };
        let loaded = context::load(self.engine, tx, &self.place, letter, arrival).await?;
        let mut context = loaded.context;
        let author = desk::decide::author(letter, |address| self.place.ours.contains(address));
        imagined.add_to(&mut context, letter, author);
        let decision = desk::decide(letter, &context);
        imagined.carry(tx, &context, letter, &decision).await?;
        Ok(Example {
            kind: kind(&decision),
            reason: decision.reason,
            sender: sender(letter),
            subject: subject(letter),
            received_at: item.received_at,
        })
    }
}

fn kind(decision: &Decision) -> Foreseen {
    match &decision.outcome {
        Outcome::NewTicket(_) | Outcome::FollowUp { .. } => Foreseen::NewTicket,
        Outcome::Reply { .. } => Foreseen::Reply,
        Outcome::Duplicate(_) => Foreseen::Known,
        Outcome::OwnMail(_) => Foreseen::Own,
        Outcome::Unreadable(_) => Foreseen::Unreadable,
        Outcome::Bounce(_) => Foreseen::Automatic,
        Outcome::Suspended(
            Cause::AutoMailer | Cause::AutoVacation | Cause::AutoDeliveryFailure | Cause::SystemUser,
        ) => Foreseen::Automatic,
        Outcome::Suspended(_) | Outcome::Rejected(_) => Foreseen::Suspended,
    }
}
