//! The check-up of a connection (the doctor): step by step what works, what does not, and who can mend it.
//!
//! A check-up is asked for through the table, so that any worker may make it and any page may watch it: each finding is
//! stored as soon as it is made. Findings are values; the faces say them in the reader's language.

mod commands;
mod dns;
mod facts;
mod microsoft;
mod round_trip;
mod run;

pub use facts::{Checkup, Fact, Finding, Step, Verdict};
pub(crate) use run::checking;

pub(crate) use commands::quoted;
use desk::{AddressId, ConnectionId};
use store::Lease;

use crate::held::Held;
use crate::{Actor, Engine, Result};

/// What makes this desk known to itself when it asks its own address.
const INSTANCE: &str = "instance";

impl Engine {
    /// Asks for a check-up of an address; a worker makes it and its findings appear one after another. `with_mail`: a test mail is
    /// sent and waited for. Admins.
    pub async fn ask_checkup(&self, actor: &Actor, id: AddressId, with_mail: bool) -> Result<()> {
        actor.must_be_admin()?;
        let address = self.inner.store.support_address(id).await?;
        let kind = address.connection.kind;
        let asked = Checkup::asked(self.now(), Some(actor.person.id), kind, with_mail);
        let tx = self.inner.store.begin(self.now()).await?;
        tx.ask_checkup(address.connection.id, &asked.to_json()).await?;
        Ok(tx.commit().await?)
    }

    /// Checks an address here and now, for somebody at the machine's own command line; `progress` is told after each
    /// finding. Where a worker is at the same one, what is found here is not stored. `with_mail`: a test mail is sent and waited
    /// for; whether or not the desk is running elsewhere, it is sent and read from here.
    pub async fn check_up(
        &self,
        id: AddressId,
        with_mail: bool,
        progress: impl FnMut(&Checkup) + Send,
    ) -> Result<Checkup> {
        let address = self.inner.store.support_address(id).await?;
        let asked = Checkup::asked(self.now(), None, address.connection.kind, with_mail);
        let held = Held::claim(self, &name_of(address.connection.id)).await?;
        let outcome = run::run(self, &address, asked, held.as_ref().map(Held::lease), progress).await;
        if let Some(held) = held {
            held.release().await?;
        }
        outcome
    }

    /// The last check-up of a connection, as far as it has come. A report that an older version wrote in another way is none.
    pub(crate) async fn last_checkup(&self, connection: ConnectionId) -> Result<Option<Checkup>> {
        let row = self.inner.store.checkup(connection).await?;
        Ok(row.report.as_deref().and_then(Checkup::from_json))
    }

    /// A name that this desk, and no other, answers with at its public address. Not a secret.
    pub async fn instance(&self) -> Result<String> {
        Ok(self.inner.store.setting(INSTANCE).await?.unwrap_or_default())
    }
}

/// Makes the desk's own name where it has none yet.
pub(crate) async fn name_desk(tx: &store::Tx) -> Result<()> {
    Ok(tx.set_setting_once(INSTANCE, &hex::encode(rand::random::<[u8; 8]>())).await?)
}

/// Name of the lease under which a connection is checked.
fn name_of(connection: ConnectionId) -> String {
    format!("checkup:{connection}")
}

/// Stores a report as far as it has come.
async fn store_report(
    engine: &Engine,
    lease: &Lease,
    connection: ConnectionId,
    checkup: &Checkup,
) -> Result<()> {
    let tx = engine.inner.store.begin(engine.now()).await?;
    tx.save_checkup(lease, connection, &checkup.to_json()).await?;
    Ok(tx.commit().await?)
}
