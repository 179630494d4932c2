//! The list of tickets: views, search, paging.

use askama::Template;
use axum::extract::{Query, State};
use desk::{Status, TicketId};
use engine::Actor;
use i18n_embed_fl::fl;
use jiff::Timestamp;
use serde::Deserialize;
use store::{TicketCounts, TicketQuery, TicketRow};

use crate::app::App;
use crate::failure::Failure;
use crate::language::Texts;
use crate::page::{Answer, Page, show};
use crate::reader::{Reader, encoded};
use crate::wording;

const ROWS: usize = 50;

/// A view of the sidebar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum View {
    /// Unsolved and assigned to the reader.
    Mine,
    /// Unsolved and nobody's.
    Unassigned,
    /// All unsolved.
    #[default]
    Unsolved,
    /// Solved or closed.
    Solved,
}

impl View {
    pub(crate) const ALL: [View; 4] = [View::Mine, View::Unassigned, View::Unsolved, View::Solved];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            View::Mine => "mine",
            View::Unassigned => "unassigned",
            View::Unsolved => "unsolved",
            View::Solved => "solved",
        }
    }

    pub(crate) fn name(self, t: Texts) -> String {
        match self {
            View::Mine => fl!(t, "view-mine"),
            View::Unassigned => fl!(t, "view-unassigned"),
            View::Unsolved => fl!(t, "view-unsolved"),
            View::Solved => fl!(t, "view-solved"),
        }
    }

    fn count(self, counts: &TicketCounts) -> u64 {
        match self {
            View::Mine => counts.mine,
            View::Unassigned => counts.unassigned,
            View::Unsolved => counts.unsolved,
            View::Solved => counts.solved,
        }
    }

    fn query(self, actor: &Actor) -> TicketQuery {
        let unsolved = vec![Status::New, Status::Open, Status::Pending, Status::Hold];
        let (statuses, assignee) = match self {
            View::Mine => (unsolved, Some(Some(actor.person.id))),
            View::Unassigned => (unsolved, Some(None)),
            View::Unsolved => (unsolved, None),
            View::Solved => (vec![Status::Solved, Status::Closed], None),
        };
        TicketQuery { statuses, assignee, text: String::new(), after: None, limit: 0 }
    }
}

/// The sidebar of the agent workspace.
pub(crate) struct Sidebar {
    pub(crate) views: Vec<ViewLink>,
    pub(crate) suspended: bool,
    pub(crate) search: String,
}

/// A link of the sidebar.
pub(crate) struct ViewLink {
    pub(crate) word: &'static str,
    pub(crate) name: String,
    pub(crate) count: u64,
    pub(crate) current: bool,
}

impl Sidebar {
    /// With the numbers of the moment; `current` is the view that is open.
    pub(crate) async fn of(
        app: &App,
        actor: &Actor,
        t: Texts,
        current: Option<View>,
    ) -> Result<Self, Failure> {
        let counts = app.engine.ticket_counts(actor).await?;
        let views = View::ALL.map(|view| ViewLink {
            word: view.as_str(),
            name: view.name(t),
            count: view.count(&counts),
            current: current == Some(view),
        });
        Ok(Self { views: views.into(), suspended: false, search: String::new() })
    }
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    view: View,
    #[serde(default)]
    q: String,
    /// `microseconds.id` of the last row of the page before.
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "tickets.html")]
pub(crate) struct TicketsPage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) title: String,
    pub(crate) searching: bool,
    pub(crate) view: View,
    pub(crate) rows: Vec<TicketRow>,
    pub(crate) older: Option<String>,
    pub(crate) paged: bool,
}

impl TicketsPage {
    fn status(&self, status: &Status) -> String {
        wording::status(self.page.t, *status)
    }
}

pub(crate) async fn list(State(app): State<App>, reader: Reader, Query(wish): Query<Wish>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, "ticket:").await?;
    let text = wish.q.trim().to_owned();
    let searching = !text.is_empty();
    let query = if searching {
        TicketQuery { statuses: Vec::new(), assignee: None, text: text.clone(), after: None, limit: 0 }
    } else {
        wish.view.query(&actor)
    };
    let after = wish.after.as_deref().and_then(place);
    let limit = u32::try_from(ROWS + 1).unwrap_or(u32::MAX);
    let mut rows = app.engine.tickets(&actor, &TicketQuery { after, limit, ..query }).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| more).map(|last| {
        let place = format!("{}.{}", last.ticket.updated_at.as_microsecond(), last.ticket.id);
        format!("/tickets?view={}&q={}&after={place}", wish.view.as_str(), encoded(&text))
    });
    let mut sidebar = Sidebar::of(&app, &actor, page.t, (!searching).then_some(wish.view)).await?;
    let title =
        if searching { fl!(page.t, "search-title", text = text.as_str()) } else { wish.view.name(page.t) };
    sidebar.search = text;
    let (view, paged) = (wish.view, after.is_some());
    show(&TicketsPage { page, sidebar, title, searching, view, rows, older, paged })
}

fn place(text: &str) -> Option<(Timestamp, TicketId)> {
    let (micros, id) = text.split_once('.')?;
    Some((Timestamp::from_microsecond(micros.parse().ok()?).ok()?, id.parse().ok()?))
}
