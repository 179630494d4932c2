//! Splitting a mail off, merging a ticket into another and taking that back: the forms of the ticket's page.

use axum::Form;
use axum::extract::{Path, State};
use desk::{CommentId, TicketId};
use engine::Merging;
use serde::Deserialize;

use crate::app::App;
use crate::explain;
use crate::page::{Answer, Page};
use crate::pages::sign_in::to;
use crate::pages::ticket::{Draft, draw};
use crate::reader::Reader;

/// The form below the properties.
#[derive(Debug, Deserialize)]
pub(crate) struct Merge {
    #[serde(default)]
    into: String,
    /// Present when ticked.
    cc: Option<String>,
    /// `public`, `private`; anything else: as the requesters are.
    #[serde(default)]
    comment: String,
}

impl Merge {
    fn how(&self) -> Merging {
        let public = match self.comment.as_str() {
            "public" => Some(true),
            "private" => Some(false),
            _ => None,
        };
        Merging { cc: self.cc.is_some(), public }
    }
}

/// The form at a mail.
#[derive(Debug, Deserialize)]
pub(crate) struct Split {
    /// The ticket in which the mail stood when the page was drawn.
    ticket: TicketId,
}

pub(crate) async fn merge(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<TicketId>,
    Form(form): Form<Merge>,
) -> Answer {
    let unknown = engine::Error::Invalid { field: "ticket", problem: "unknown-ticket" };
    let actor = reader.actor()?;
    let merged = match form.into.trim().trim_start_matches(['#', '＃']).parse::<TicketId>() {
        Ok(into) => match app.engine.merge(&actor, id, into, form.how()).await {
            Ok(()) => Ok(into),
            Err(engine::Error::NotFound) => Err(unknown),
            Err(error) => Err(error),
        },
        Err(_) => Err(unknown),
    };
    match merged {
        Ok(into) => Ok(to(&format!("/tickets/{into}"))),
        Err(error @ (engine::Error::Closed | engine::Error::Invalid { .. })) => {
            let problem = explain::of_engine(Page::of(&reader).t, &error);
            let draft = Draft { problem: Some(problem.cause), ..Draft::default() };
            draw(&app, &reader, id, draft, problem.status).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes a merge back.
pub(crate) async fn unmerge(State(app): State<App>, reader: Reader, Path(id): Path<TicketId>) -> Answer {
    match app.engine.unmerge(&reader.actor()?, id).await {
        // Pressed twice: it is as it should be.
        Ok(_) | Err(engine::Error::Invalid { problem: "not-merged", .. }) => {
            Ok(to(&format!("/tickets/{id}")))
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn split(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<CommentId>,
    Form(form): Form<Split>,
) -> Answer {
    let made = app.engine.split(&reader.actor()?, id, form.ticket).await?;
    Ok(to(&format!("/tickets/{made}")))
}
