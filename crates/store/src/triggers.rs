//! Triggers as stored.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use desk::TriggerId;
use desk::trigger::Trigger;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::{Row, json};
use crate::entity::trigger_rule as table;
use crate::{Result, Store, Tx};

/// How long another process's change may stay unseen.
const FRESH: Duration = Duration::from_secs(3);

/// The active triggers as read last. The number tells a reader that a change came between its look and its answer.
#[derive(Default)]
pub(crate) struct Cache {
    state: Mutex<Cached>,
}

#[derive(Default)]
struct Cached {
    changes: u64,
    triggers: Option<(Instant, Arc<Vec<Trigger>>)>,
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, Cached> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A trigger of this process was changed.
    pub fn forget(&self) {
        let mut cached = self.lock();
        cached.changes += 1;
        cached.triggers = None;
    }
}

impl Store {
    /// Active triggers in order. Cached; a change of any trigger in this process is seen at once, in another within seconds.
    pub async fn active_triggers(&self) -> Result<Arc<Vec<Trigger>>> {
        let cache = &self.shared.triggers;
        let before = {
            let cached = cache.lock();
            match &cached.triggers {
                Some((read_at, triggers)) if read_at.elapsed() < FRESH => return Ok(Arc::clone(triggers)),
                _ => cached.changes,
            }
        };
        let rows = table::Entity::find()
            .filter(table::Column::Active.eq(true))
            .order_by_asc(table::Column::Position)
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?;
        let triggers = Arc::new(rows.into_iter().map(read).collect::<Result<Vec<_>>>()?);
        let mut cached = cache.lock();
        if cached.changes == before {
            cached.triggers = Some((Instant::now(), Arc::clone(&triggers)));
        }
        Ok(triggers)
    }
}

fn read(row: table::Model) -> Result<Trigger> {
    let at = Row { table: "trigger_rule", id: row.id };
    Ok(Trigger {
        id: TriggerId(row.id),
        conditions: at.json("conditions", &row.conditions)?,
        actions: at.json("actions", &row.actions)?,
        title: row.title,
        position: row.position,
        active: row.active,
    })
}

impl Tx {
    /// Stores these when there are no triggers at all.
    pub async fn seed_triggers(&self, triggers: &[Trigger]) -> Result<()> {
        if triggers.is_empty() || table::Entity::find().limit(1).one(&self.db).await?.is_some() {
            return Ok(());
        }
        let rows = triggers.iter().map(|trigger| table::ActiveModel {
            title: Set(trigger.title.clone()),
            position: Set(trigger.position),
            active: Set(trigger.active),
            conditions: Set(json(&trigger.conditions)),
            actions: Set(json(&trigger.actions)),
            ..Default::default()
        });
        table::Entity::insert_many(rows).exec_without_returning(&self.db).await?;
        self.pending().triggers_changed = true;
        Ok(())
    }

    /// Stores a trigger as a new one; answers its id.
    pub async fn add_trigger(&self, trigger: &Trigger) -> Result<TriggerId> {
        let row = table::ActiveModel {
            title: Set(trigger.title.clone()),
            position: Set(trigger.position),
            active: Set(trigger.active),
            conditions: Set(json(&trigger.conditions)),
            actions: Set(json(&trigger.actions)),
            ..Default::default()
        };
        let added = table::Entity::insert(row).exec(&self.db).await?;
        self.pending().triggers_changed = true;
        Ok(TriggerId(added.last_insert_id))
    }
}
