//! Which addresses are ours, kept in memory: every mail is held against them, and there may be thousands.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mail::Address;
use sea_orm::{EntityTrait, QuerySelect};

use crate::cells::Row;
use crate::entity::support_address as table;
use crate::{Result, Store};

/// How long another process's change may stay unseen.
const FRESH: Duration = Duration::from_secs(3);

/// The addresses as read last. The number tells a reader that a change came between its look and its answer.
#[derive(Default)]
pub(crate) struct OwnAddresses(Mutex<Cached>);

#[derive(Default)]
struct Cached {
    changes: u64,
    addresses: Option<(Instant, Arc<HashSet<Address>>)>,
}

impl OwnAddresses {
    fn lock(&self) -> MutexGuard<'_, Cached> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An address of this process's desk was changed.
    pub fn forget(&self) {
        let mut cached = self.lock();
        cached.changes += 1;
        cached.addresses = None;
    }
}

impl Store {
    /// All support addresses, as a set. A change by this process is seen at once, by another within seconds.
    pub async fn own_addresses(&self) -> Result<Arc<HashSet<Address>>> {
        let cache = &self.shared.own_addresses;
        let before = {
            let cached = cache.lock();
            match &cached.addresses {
                Some((read_at, addresses)) if read_at.elapsed() < FRESH => return Ok(Arc::clone(addresses)),
                _ => cached.changes,
            }
        };
        let rows: Vec<(i64, String)> = table::Entity::find()
            .select_only()
            .columns([table::Column::Id, table::Column::Address])
            .into_tuple()
            .all(self.reader())
            .await?;
        let read =
            |(id, address): (i64, String)| Row { table: "support_address", id }.address("address", &address);
        let addresses = Arc::new(rows.into_iter().map(read).collect::<Result<HashSet<_>>>()?);
        let mut cached = cache.lock();
        if cached.changes == before {
            cached.addresses = Some((Instant::now(), Arc::clone(&addresses)));
        }
        Ok(addresses)
    }
}
