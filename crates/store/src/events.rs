//! What happened to a connection, in order: shown on its page, kept when the connection is gone.

use desk::{ConnectionId, EventId, PersonId};
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::cells::{Row, json, maybe_clean, micros};
use crate::entity::connection_event as table;
use crate::{ConnectionState, Result, StateCause, Store, Topic, Tx};

/// What happened, with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// The address was connected.
    Connected {
        /// The account or server it is reached by.
        by: String,
    },
    /// Somebody signed in anew.
    Reconnected {
        /// The account.
        by: String,
    },
    /// The address is now reached in another way.
    Moved {
        /// Before, in a machine's word: `forwarding`, `delegated`, `app_only`.
        from: String,
        /// After.
        to: String,
    },
    /// The state changed.
    State {
        /// To.
        state: ConnectionState,
        /// Why, where there is a reason.
        cause: Option<StateCause>,
    },
    /// What had waited while the connection was lost is in and out.
    CaughtUp {
        /// Mails that had arrived meanwhile.
        came_in: u64,
        /// Mails that had waited to be sent.
        went_out: u64,
    },
    /// The address was deleted.
    Deleted,
    /// Its name or brand was changed.
    Edited {
        /// The name now.
        name: String,
    },
    /// It became the default address.
    MadeDefault,
    /// A test mail came back.
    Proved {
        /// How long it took, in milliseconds.
        millis: u64,
    },
    /// A test mail did not come back in time.
    NotProved,
    /// Microsoft had forgotten the delta cursor: the folder was read anew.
    Resynced,
    /// The sweep found mail that delta had not brought.
    SweepFound {
        /// How many.
        found: u64,
    },
    /// Notifications are on.
    NotificationsOn,
    /// Notifications are off or silent: the mailbox is polled.
    NotificationsOff {
        /// A machine's word: `silent`, `removed`, `refused`, `expired`.
        why: String,
    },
    /// Somebody was told by a second way.
    AlarmTold {
        /// The alarm's kind.
        alarm: String,
    },
    /// An import was asked for, paused, resumed, ended or undone: the word says which.
    Import {
        /// `started`, `paused`, `resumed`, `finished`, `undone`.
        what: String,
        /// How many mails it concerned.
        mails: u64,
    },
    /// A check-up was made.
    CheckedUp {
        /// Findings that need somebody.
        troubles: u64,
    },
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Ascending.
    pub id: EventId,
    /// The address at the time.
    pub address: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub happening: Happening,
    /// Microsoft's request id, for its support.
    pub request_id: Option<String>,
    /// Who did it; `None`: it happened by itself.
    pub actor: Option<PersonId>,
}

impl Happening {
    fn word(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["kind"].as_str().unwrap_or_default().to_owned()
    }
}

fn read(row: table::Model) -> Result<Event> {
    let at = Row { table: "connection_event", id: row.id };
    Ok(Event {
        id: EventId(row.id),
        at: at.time("at", row.at)?,
        happening: at.json("detail", &row.detail)?,
        address: row.address,
        request_id: row.request_id,
        actor: row.actor_id.map(PersonId),
    })
}

impl Tx {
    /// Notes what happened to a connection.
    pub async fn note_event(
        &self,
        connection: Option<ConnectionId>,
        address: &str,
        happening: &Happening,
        actor: Option<PersonId>,
    ) -> Result<()> {
        let request_id = match happening {
            Happening::State { cause: Some(cause), .. } => cause.request_id.as_deref(),
            _ => None,
        };
        let row = table::ActiveModel {
            connection_id: Set(connection.map(|id| id.0)),
            address: Set(address.to_owned()),
            at: Set(micros(self.now)),
            kind: Set(happening.word()),
            detail: Set(json(happening)),
            request_id: Set(maybe_clean(request_id)),
            actor_id: Set(actor.map(|id| id.0)),
            ..Default::default()
        };
        table::Entity::insert(row).exec_without_returning(&self.db).await?;
        self.announce(Topic::Addresses);
        Ok(())
    }
}

impl Store {
    /// What became of reconnected mailboxes since then, newest first: the line that tells how much had waited.
    pub async fn caught_up_since(&self, since: Timestamp) -> Result<Vec<Event>> {
        let kind = Happening::CaughtUp { came_in: 0, went_out: 0 }.word();
        let rows = table::Entity::find()
            .filter(table::Column::Kind.eq(kind))
            .filter(table::Column::At.gte(micros(since)))
            .order_by_desc(table::Column::Id)
            .limit(20)
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The newest events of a connection, newest first.
    pub async fn events(&self, connection: ConnectionId, limit: u32) -> Result<Vec<Event>> {
        let rows = table::Entity::find()
            .filter(table::Column::ConnectionId.eq(connection.0))
            .order_by_desc(table::Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(read).collect()
    }
}
