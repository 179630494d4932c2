//! Mail that another server hands over. At the door: whether the address is ours, and keeping the mail before it is
//! acknowledged. Behind it: taking in what was kept, by the one intake.
//!
//! What if the process dies: before the ledger row is committed the other server has heard nothing and tries again; after it the
//! row has no outcome and is taken up again. Between commit and answer the mail comes a second time and is a duplicate.

use desk::ConnectionId;
use desk::decide::Outcome;
use mail::Address;
use smtp::{HandedOver, Kept, Listener, NotKept, Reception, Verdict};
use store::{Purpose, SeenBy, Tx};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::context::{Loaded, Place};
use crate::held::Held;
use crate::intake::Original;
use crate::{Engine, Error, Result, fetch};

/// Mails taken in before others have their turn.
const PAGE: u32 = 100;

impl Engine {
    /// Takes mail from other servers until `stop`, by the settings' door; what it answered 250 for is kept. Does nothing where no
    /// door is configured.
    pub async fn accept_mail(&self, listener: TcpListener, stop: CancellationToken) {
        let Some(door) = &self.inner.settings.smtp.door else { return };
        let listening = Listener {
            reception: Doorkeeper(self.clone()),
            hostname: door.hostname.clone(),
            limits: door.limits.clone(),
            tls: door.tls.clone(),
        };
        listening.run(listener, stop).await;
    }
}

/// The desk as the listener sees it.
#[derive(Clone)]
struct Doorkeeper(Engine);

impl Reception for Doorkeeper {
    async fn recipient(&self, address: &Address) -> Verdict {
        match self.0.inner.store.forwarded_address(address, self.0.now()).await {
            Ok(Some(_)) => Verdict::Known,
            Ok(None) => Verdict::Unknown,
            Err(error) => {
                tracing::error!(%error, "a recipient could not be looked up");
                Verdict::Later
            }
        }
    }

    async fn keep(&self, mail: HandedOver) -> Result<Kept, NotKept> {
        keep(&self.0, mail).await.map_err(|error| NotKept(fetch::in_full(&error)))
    }
}

/// Blob first, then one row for each recipient, all in one transaction: all of them have the mail or none.
async fn keep(engine: &Engine, mail: HandedOver) -> Result<Kept> {
    let store = &engine.inner.store;
    let HandedOver { id, peer, from, recipients, raw, .. } = mail;
    let size = raw.len() as u64;
    let blob = store.blobs().put(raw.into()).await?;
    let now = engine.now();
    let tx = store.begin(now).await?;
    for address in &recipients {
        // Deleted since RCPT: the other server hears 451, and the next time that there is no such address.
        let connection = store.forwarded_address(address, now).await?.ok_or(Error::NotFound)?;
        tx.hand_in(connection, address, &format!("smtp:{id}"), &blob, size).await?;
    }
    tx.commit().await?;
    let (peer, from) = (peer.ip, from.as_deref().unwrap_or("<>"));
    tracing::info!(id, %peer, from, recipients = recipients.len(), size, "mail handed over");
    Ok(Kept)
}

/// Takes in what was handed over for a connection, under a lease of its own: what lies in a mailbox is another matter.
pub(crate) async fn work(engine: &Engine, connection: ConnectionId, stop: &CancellationToken) -> Result<()> {
    let Some(held) = Held::claim(engine, &format!("take-in:{connection}")).await? else { return Ok(()) };
    let outcome = take_in(engine, connection, &held, stop).await;
    let released = held.release().await;
    match outcome {
        Err(Error::Store(store::Error::Fenced { .. })) => Ok(()),
        outcome => outcome.and(released),
    }
}

async fn take_in(
    engine: &Engine,
    connection: ConnectionId,
    held: &Held,
    stop: &CancellationToken,
) -> Result<()> {
    let store = &engine.inner.store;
    let rows = store.unsettled_handed_in(connection, engine.now(), PAGE).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let place = place(engine, connection).await?;
    for row in rows {
        if stop.is_cancelled() {
            break;
        }
        let (Some(blob), Some(form)) = (row.blob.clone(), row.form) else { continue };
        let taken = async {
            let bytes = store.blobs().get(&blob).await?;
            let original = Original { blob: blob.clone(), form, size: bytes.len() as u64 };
            fetch::take_journaled(engine, held.lease(), &place, &row, original, bytes).await
        };
        match taken.await {
            Ok(()) => {}
            Err(Error::Store(error @ store::Error::Fenced { .. })) => return Err(error.into()),
            Err(error) => {
                let said = fetch::in_full(&error);
                fetch::note_at(engine, held.lease(), &place.name, &row, &said, None).await?;
            }
        }
    }
    Ok(())
}

/// Where the letters lie. Mail of an address that was deleted after it had been acknowledged goes to the default address.
pub(crate) async fn place(engine: &Engine, connection: impl Into<Option<ConnectionId>>) -> Result<Place> {
    let connection = connection.into();
    let all = engine.inner.store.support_addresses().await?;
    let own = all.iter().find(|address| Some(address.connection.id) == connection);
    let address = own.or_else(|| all.iter().find(|address| address.is_default)).or(all.first());
    match address {
        Some(address) => Ok(Place::of(address, engine.inner.store.own_addresses().await?)),
        None => {
            let brands = engine.inner.store.brands().await?;
            let brand = brands.first().ok_or(Error::NotFound)?.id;
            Ok(Place { address: None, brand, name: String::new(), ours: std::sync::Arc::default() })
        }
    }
}

/// A test mail that came by SMTP proves that mail for its address is really sent on to us. The same mail lying in an Exchange
/// mailbox would prove nothing of the kind.
pub(crate) async fn note_proof(
    tx: &Tx,
    place: &Place,
    seen_by: SeenBy,
    loaded: &Loaded,
    outcome: &Outcome,
) -> Result<()> {
    let (SeenBy::Smtp, Outcome::OwnMail(_), Some(own)) = (seen_by, outcome, &loaded.own) else {
        return Ok(());
    };
    if own.mail.purpose != Purpose::Proof || own.mail.address.is_none() || own.mail.address != place.address {
        return Ok(());
    }
    if let Some(address) = Address::parse(&place.name)
        && let Some(connection) = tx.connection_of(&address).await?
    {
        tx.forwarding_works(connection).await?;
        tracing::info!(mailbox = place.name, "the test mail came by forwarding");
    }
    Ok(())
}
