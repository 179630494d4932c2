//! Live changes for open pages.

use std::sync::{Arc, Weak};
use std::time::Duration;

use store::Store;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;

use crate::{Engine, Inner};

/// Says that anything may have changed.
const ANYTHING: &str = "*";
/// Changes a slow page may be behind before it is told to look at everything anew.
const BEHIND: usize = 1_024;
/// Changes of other processes are seen this late at most.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Many commits in a row are read together.
const GATHER: Duration = Duration::from_millis(20);

/// Changes as they are committed, by any process.
pub struct Changes {
    receiver: broadcast::Receiver<Arc<str>>,
    closed: CancellationToken,
}

impl Changes {
    /// The next change's topic (`ticket:7`); `None` when the engine stops. After a lag `"*"` says that anything may have changed.
    pub async fn next(&mut self) -> Option<String> {
        let received = tokio::select! {
            received = self.receiver.recv() => received,
            () = self.closed.cancelled() => return None,
        };
        match received {
            Ok(topic) => Some(topic.to_string()),
            Err(RecvError::Lagged(_)) => Some(ANYTHING.to_owned()),
            Err(RecvError::Closed) => None,
        }
    }
}

/// Tails the change table once for the whole process and hands it to all pages.
pub(crate) struct Feed {
    sender: broadcast::Sender<Arc<str>>,
    started: std::sync::Once,
    closed: CancellationToken,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BEHIND),
            started: std::sync::Once::new(),
            closed: CancellationToken::new(),
        }
    }
}

impl Feed {
    /// The engine stops: open pages are told, so that they do not hold up the end.
    pub(crate) fn close(&self) {
        self.closed.cancel();
    }
}

impl Engine {
    /// Listens from now on. The first listener of the process starts the tail; must be called inside the async runtime.
    pub fn changes(&self) -> Changes {
        let feed = &self.inner.changes;
        let changes = Changes { receiver: feed.sender.subscribe(), closed: feed.closed.clone() };
        feed.started.call_once(|| {
            tokio::spawn(tail(Arc::downgrade(&self.inner), self.inner.store.clone(), feed.closed.clone()));
        });
        changes
    }
}

/// Reads the table from its end on, until the engine is dropped or stops.
async fn tail(engine: Weak<Inner>, store: Store, closed: CancellationToken) {
    let mut last = None;
    loop {
        let committed = store.committed();
        let read = match last {
            Some(after) => store
                .changes_after(after)
                .await
                .map(|rows| rows.into_iter().map(|row| (row.id, Arc::from(row.topic))).collect::<Vec<_>>()),
            // What was committed between the first page's question and this reading is covered by the star.
            None => store.last_change().await.map(|id| vec![(id, Arc::from(ANYTHING))]),
        };
        match read {
            Ok(changes) => {
                let Some(engine) = engine.upgrade() else { return };
                for (id, topic) in changes {
                    last = Some(id);
                    // Nobody listening is no error.
                    let _ = engine.changes.sender.send(topic);
                }
            }
            Err(error) => tracing::warn!(%error, "the changes for open pages could not be read"),
        }
        tokio::select! {
            () = committed => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = closed.cancelled() => return,
        }
    }
}
