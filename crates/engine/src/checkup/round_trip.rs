//! The step that sends: a test mail from the address to itself, waited for with patience. It is the same test mail by which an
//! address proves itself ([`crate::proof`]), so what comes back counts there too.

use std::time::{Duration, Instant};

use desk::ConnectionId;
use jiff::SignedDuration;
use store::{Connection, Kind, Proof, SupportAddress};
use tokio_util::sync::CancellationToken;

use super::Fact;
use crate::{Engine, Error, Result, outbox, proof, receive};

/// A test mail that came back within this time proves that sending and reading work.
const PROOF_GOOD_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// One that came back so lately need not be sent again: pressing the button twice is no reason for two mails.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(30);
/// How often it is looked whether the mail is back.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often the mailbox is asked for it.
const READ_EVERY: Duration = Duration::from_secs(2);

/// Sends, where it is wished, and waits; then says how the last test mail fared. `here`: it is sent and read by this process,
/// which has no loops of its own; leases keep it apart from those that have.
pub(super) async fn take(engine: &Engine, connection: ConnectionId, send: bool, here: bool) -> Result<Fact> {
    let address = engine.inner.store.address_of(connection).await?;
    let just_now = |at| engine.now().duration_since(at) <= JUST_NOW;
    if send && !address.connection.proved_at.is_some_and(just_now) {
        match proof::start(engine, address.id, false).await {
            // Sent, or on its way already.
            Ok(_) => wait(engine, &address, here).await?,
            Err(Error::NoWayOut) => {}
            Err(error) => return Err(error),
        }
    }
    let connection = engine.inner.store.address_of(connection).await?.connection;
    Ok(last(engine, &connection))
}

async fn wait(engine: &Engine, address: &SupportAddress, here: bool) -> Result<()> {
    let store = &engine.inner.store;
    let id = address.connection.id;
    let patience =
        Duration::try_from(engine.inner.settings.round_trip_patience).unwrap_or(Duration::from_secs(60));
    let begun = Instant::now();
    let mut asked: Option<Instant> = None;
    while begun.elapsed() < patience {
        if !matches!(store.address_of(id).await?.connection.proof, Proof::UnderWay { .. }) {
            return Ok(());
        }
        if asked.is_none_or(|asked| asked.elapsed() >= READ_EVERY) {
            asked = Some(Instant::now());
            if here {
                send_and_read(engine, address).await?;
            } else {
                let tx = store.begin(engine.now()).await?;
                tx.read_now(&[id]).await?;
                tx.commit().await?;
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// What the loops do, for one address and once. What Microsoft refuses stands at the connection, and the mail stays under way.
async fn send_and_read(engine: &Engine, address: &SupportAddress) -> Result<()> {
    let connection = &address.connection;
    let way_out = match connection.kind {
        Kind::Exchange => Some(connection.id),
        Kind::Forwarding | Kind::System => engine.inner.store.system_connection().await?.map(|way| way.id),
    };
    if let Some(way_out) = way_out {
        outbox::work(engine, way_out).await?;
    }
    if connection.kind == Kind::Exchange {
        match receive::now(engine, connection.id, &CancellationToken::new()).await {
            Ok(()) | Err(Error::Microsoft(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// How the last test mail fared.
fn last(engine: &Engine, connection: &Connection) -> Fact {
    match (connection.proof, connection.proved_at) {
        (Proof::UnderWay { since, .. }, _) => Fact::ProofUnderWay { since },
        (Proof::NotReturned { sent_at }, _) => Fact::ProofNotReturned { sent_at },
        (Proof::Idle, None) => Fact::NeverProved,
        (Proof::Idle, Some(at)) if engine.now().duration_since(at) <= PROOF_GOOD_FOR => Fact::Proved { at },
        (Proof::Idle, Some(at)) => Fact::ProvedLongAgo { at },
    }
}
