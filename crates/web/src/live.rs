//! Live updates: tells an open page that what it shows has changed. The page then asks for itself again.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use engine::Changes;
use futures_util::stream;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::failure::Failure;

/// Changes closer together than this make one update: an import would else redraw a list hundreds of times.
const PAUSE: Duration = Duration::from_millis(400);

#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    topics: String,
    after: i64,
}

/// `GET /live?topics=ticket:7&after=12`.
pub(crate) async fn live(State(app): State<App>, Query(wish): Query<Wish>) -> Result<Response, Failure> {
    // Listen first, look then: a change between the two is heard twice rather than never.
    let changes = app.engine.changes();
    let missed = missed(&app, &wish).await?;
    let listener = Listener { changes, topics: wish.topics, pending: missed, rest_until: Instant::now() };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(20));
    Ok(Sse::new(events).keep_alive(keep_alive).into_response())
}

/// Whether something happened between the drawing of the page and now; also when so long ago that it is forgotten.
async fn missed(app: &App, wish: &Wish) -> Result<bool, Failure> {
    let changes = app.engine.store().changes_after(wish.after).await?;
    let mut unseen: VecDeque<_> = changes.into();
    let gap = unseen.front().is_some_and(|first| first.id > wish.after + 1);
    Ok(gap || unseen.drain(..).any(|change| concerns(&wish.topics, &change.topic)))
}

/// Whether a page that follows `topics` shows what `topic` speaks of.
fn concerns(topics: &str, topic: &str) -> bool {
    topic == "*"
        || topics
            .split(',')
            .filter(|wanted| !wanted.is_empty())
            .any(|wanted| if wanted.ends_with(':') { topic.starts_with(wanted) } else { topic == wanted })
}

struct Listener {
    changes: Changes,
    topics: String,
    pending: bool,
    rest_until: Instant,
}

impl Listener {
    /// The next update; `None` when the desk stops.
    async fn next(&mut self) -> Option<Event> {
        while !self.pending {
            let topic = self.changes.next().await?;
            self.pending = concerns(&self.topics, &topic);
        }
        // What comes during the rest is part of this update, for the page is drawn after it.
        loop {
            tokio::select! {
                () = sleep_until(self.rest_until) => break,
                topic = self.changes.next() => { topic?; }
            }
        }
        self.pending = false;
        self.rest_until = Instant::now() + PAUSE;
        Some(Event::default().event("changed").data("."))
    }
}

#[cfg(test)]
mod tests {
    use super::concerns;

    #[test]
    fn a_page_hears_of_what_it_shows_and_of_nothing_else() {
        let cases = [
            ("ticket:7", "ticket:7", true),
            ("ticket:7", "ticket:70", false),
            ("ticket:", "ticket:70", true),
            ("addresses,import:", "import:3", true),
            ("addresses,import:", "ticket:3", false),
            ("ticket:7", "*", true),
            ("", "ticket:7", false),
        ];
        for (topics, topic, expected) in cases {
            assert_eq!(concerns(topics, topic), expected, "{topics} / {topic}");
        }
    }
}
