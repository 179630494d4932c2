//! A lease that is kept alive while work is done under it.

use std::time::Duration;

use store::{Lease, Store};
use tokio_util::task::AbortOnDropHandle;

use crate::{Engine, Result};

/// A lease that renews itself until it is given back. A worker that dies takes the renewal with it.
pub(crate) struct Held {
    lease: Lease,
    store: Store,
    _renewal: AbortOnDropHandle<()>,
}

impl Held {
    /// Takes the lease; `None` when another worker holds it.
    pub(crate) async fn claim(engine: &Engine, name: &str) -> Result<Option<Self>> {
        Self::claim_as(engine, name, &engine.inner.holder).await
    }

    /// The same for another holder than the process: refused also while a loop of this process holds it.
    pub(crate) async fn claim_as(engine: &Engine, name: &str, holder: &str) -> Result<Option<Self>> {
        let inner = &engine.inner;
        let ttl = inner.settings.lease;
        let Some(lease) = inner.store.claim(name, holder, engine.now(), ttl).await? else {
            return Ok(None);
        };
        let renewal = tokio::spawn(renew(engine.clone(), lease.clone()));
        Ok(Some(Self { lease, store: inner.store.clone(), _renewal: AbortOnDropHandle::new(renewal) }))
    }

    /// What writes are checked against.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Gives it back at once, so that the next worker need not wait for its end.
    pub(crate) async fn release(self) -> Result<()> {
        Ok(self.store.release(&self.lease).await?)
    }
}

/// Renews three times in each lease time. Once it was lost there is nothing to renew: the next write is refused.
async fn renew(engine: Engine, lease: Lease) {
    let ttl = engine.inner.settings.lease;
    let pause = Duration::try_from(ttl / 3).unwrap_or(Duration::from_secs(1)).max(Duration::from_millis(50));
    loop {
        tokio::time::sleep(pause).await;
        match engine.inner.store.renew(&lease, engine.now(), ttl).await {
            Ok(()) => {}
            Err(store::Error::Fenced { .. }) => return,
            Err(error) => tracing::warn!(lease = lease.name, %error, "a lease could not be renewed"),
        }
    }
}
