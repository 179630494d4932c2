//! The proof that an address sends and receives: a small mail from it to itself that goes out by the outbox like all mail
//! and is recognised when it comes in, by whatever way. It makes no ticket. An address that was proved in the last hour may
//! become the default, from which the mail leaves that lets people in (connector.md A11).
//!
//! Whoever dies, nothing is forgotten: the mark of the mail under way stands at the connection and is written together with
//! the outbox row; its return is written together with the outcome of the mail in the ledger.

use std::time::Duration;

use desk::decide::Outcome;
use desk::{AddressId, Language};
use mail::Mailbox;
use store::{Kind, NewOutbox, Purpose, SupportAddress, Tx, Urgency};
use tokio_util::sync::CancellationToken;

use crate::context::{Loaded, Place};
use crate::{Actor, Engine, Error, Result, texts};

/// Reason in the ledger of a test mail that came in.
pub(crate) const REASON: &str = "round_trip";
/// How often it is looked whether an address is to be proved, and whether a test mail is overdue.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Addresses proved at once: connecting a hundred mailboxes is no reason for a hundred mails in one breath.
const AT_ONCE: u32 = 10;

/// What came of the wish for another default address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeDefault {
    /// It is the default now.
    Done,
    /// It must prove itself first: a test mail is on its way, and when it is back the address becomes the default.
    Proving,
}

impl Engine {
    /// Sends a test mail from an address to itself. Nothing happens when one is on its way. Admins.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when nothing can be sent from the address now.
    pub async fn prove(&self, actor: &Actor, id: AddressId) -> Result<()> {
        actor.must_be_admin()?;
        start(self, id, false).await?;
        Ok(())
    }

    /// Makes an address the default if it works and was proved in the last hour; else lets it prove itself first. Admins.
    pub async fn make_default(&self, actor: &Actor, id: AddressId) -> Result<MadeDefault> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        match tx.make_default(id, Some(actor.person.id)).await {
            Ok(()) => {
                tx.commit().await?;
                Ok(MadeDefault::Done)
            }
            Err(store::Error::NotProved) => {
                drop(tx);
                start(self, id, true).await?;
                Ok(MadeDefault::Proving)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Sends a test mail to this address, from itself: an Exchange mailbox by its own connection, any other by the desk's own.
/// True when one was sent, false when one is on its way. With `then_default` it becomes the default when the mail is back.
///
/// # Errors
/// [`Error::NoWayOut`] when its connection, or the one the mail would leave by, does not work or is not there.
pub(crate) async fn start(engine: &Engine, id: AddressId, then_default: bool) -> Result<bool> {
    let store = &engine.inner.store;
    let address = store.support_address(id).await?;
    let way_out = match address.connection.kind {
        Kind::Exchange if address.connection.moving.is_none_or(|moving| moving.to != Kind::Forwarding) => {
            Some(address.connection.clone())
        }
        // From outside, as customers write: it must come by the forwarding.
        Kind::Exchange | Kind::Forwarding | Kind::System => store.system_connection().await?,
    };
    let way_out = way_out.filter(|way| way.state.works()).ok_or(Error::NoWayOut)?;
    let mark = hex::encode(rand::random::<[u8; 16]>());
    let tx = store.begin(engine.now()).await?;
    let sent = tx.start_proof(id, &mark, then_default).await?;
    if sent {
        tx.enqueue(&test_mail(&address, way_out.id, mark)).await?;
    }
    tx.commit().await?;
    if sent {
        tracing::info!(mailbox = %address.address, "a test mail is on its way");
    }
    Ok(sent)
}

/// In both languages: nobody knows who will read it.
fn test_mail(address: &SupportAddress, connection: desk::ConnectionId, mark: String) -> NewOutbox {
    let (subject, text) = texts::proof(Language::En, address.address.as_str());
    let (ja_subject, ja_text) = texts::proof(Language::Ja, address.address.as_str());
    let text = format!("{text}\n\n-- -- --\n\n{ja_text}\n");
    let html = format!("<html><body>{}</body></html>", mail::html::from_text(&text));
    NewOutbox {
        connection,
        address: Some(address.id),
        purpose: Purpose::Proof,
        ticket: None,
        comment: None,
        trigger: None,
        urgency: Urgency::Automatic,
        to: vec![Mailbox { name: address.name.clone(), address: address.address.clone() }],
        cc: Vec::new(),
        subject: format!("{subject} / {ja_subject}"),
        text,
        html,
        message_id: mail::compose::mint_message_id(
            &hex::encode(rand::random::<[u8; 16]>()),
            address.address.domain(),
        ),
        in_reply_to: None,
        references: Vec::new(),
        mark,
        attachments: Vec::new(),
    }
}

/// A mail was taken in: notes when it is a test mail of the address that it came in at, or a bounce of one. True for a test mail,
/// also for one that nobody waits for any more.
pub(crate) async fn came_in(tx: &Tx, place: &Place, loaded: &Loaded, outcome: &Outcome) -> Result<bool> {
    let of = |row: &Option<store::OutboxRow>| {
        row.as_ref().filter(|row| row.mail.purpose == Purpose::Proof).map(|row| row.mail.clone())
    };
    match outcome {
        Outcome::OwnMail(_) => {
            let Some(mail) = of(&loaded.own) else { return Ok(false) };
            // What another mailbox got of it says nothing about this address.
            if let Some(id) = mail.address.filter(|_| mail.address == place.address)
                && tx.proof_returned(id, &mail.mark).await?
            {
                tracing::info!(mailbox = place.name, "the test mail is back");
            }
            Ok(true)
        }
        Outcome::Bounce(_) => {
            let Some(mail) = of(&loaded.bounced) else { return Ok(false) };
            let tested = tx.support_addresses().await?.into_iter().find(|a| Some(a.id) == mail.address);
            if let Some(tested) = tested {
                tx.proof_failed(tested.connection.id, &mail.mark).await?;
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// Lets newly connected addresses prove themselves, and gives up test mails that are overdue.
pub(crate) async fn watch(engine: Engine, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = look(&engine).await {
            tracing::error!(%error, "looking after test mails");
        }
    }
}

async fn look(engine: &Engine) -> Result<()> {
    let (store, now, settings) = (&engine.inner.store, engine.now(), &engine.inner.settings);
    for (connection, mark) in store.proofs_overdue(now - settings.proof_within).await? {
        let tx = store.begin(now).await?;
        if tx.proof_failed(connection, &mark).await? {
            tx.commit().await?;
            tracing::warn!(%connection, "a test mail did not come back in time");
        }
    }
    if !settings.prove_new {
        return Ok(());
    }
    for address in store.proofs_due(AT_ONCE).await? {
        match start(engine, address, false).await {
            // Lost or deleted at this moment: found again, or not, the next time.
            Ok(_) | Err(Error::NoWayOut | Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
