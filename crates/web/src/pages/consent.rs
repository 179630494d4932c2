//! The administrator's approval. Two pages for the desk's own administrator, two for whoever got the link: those are open to
//! everybody, show nothing of the desk but who asks, and end in a thank-you or a plain reason.

use askama::Template;
use axum::extract::{Path, Query, State};
use engine::{ConsentInvitation, ConsentView, Way};
use i18n_embed_fl::fl;
use jiff::SignedDuration;
use serde::Deserialize;
use store::Wanted;

use crate::app::App;
use crate::explain::{Explained, of_engine};
use crate::failure::Failure;
use crate::page::{Answer, Page, show};
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "approval.html")]
pub(crate) struct ApprovalPage {
    pub(crate) page: Page,
    pub(crate) view: ConsentView,
}

/// The link to be sent, and how far it is.
pub(crate) async fn approval(State(app): State<App>, reader: Reader, Path(word): Path<String>) -> Answer {
    let page = Page::live(&app, &reader, "addresses").await?;
    let view = app.engine.consent(&reader.actor()?, &word).await.map_err(Failure::Connecting)?;
    show(&ApprovalPage { page, view })
}

impl ApprovalPage {
    fn way(&self) -> &'static str {
        way_word(&self.view.way)
    }

    fn mailbox(&self) -> &str {
        self.view.way.mailbox().unwrap_or_default()
    }

    fn tenant(&self) -> &str {
        self.view.way.tenant().unwrap_or_default()
    }

    /// The old mail that was chosen, as the fields of the form.
    fn import_fields(&self) -> Vec<(&'static str, String)> {
        match self.view.choice.import {
            None => Vec::new(),
            Some(Wanted::Newest(count)) => {
                vec![
                    ("import", "yes".to_owned()),
                    ("old", "number".to_owned()),
                    ("number", count.to_string()),
                ]
            }
            Some(Wanted::Between { since, until }) => vec![
                ("import", "yes".to_owned()),
                ("old", "between".to_owned()),
                ("since", self.page.date(since)),
                ("until", self.page.date(until - SignedDuration::from_secs(1))),
            ],
        }
    }
}

/// A way as the forms name it.
pub(crate) fn way_word(way: &Way) -> &'static str {
    match way {
        Way::Own => "own",
        Way::Shared { .. } => "shared",
        Way::AppOnly { .. } => "app_only",
    }
}

#[derive(Template)]
#[template(path = "invitation.html")]
pub(crate) struct InvitationPage {
    pub(crate) page: Page,
    pub(crate) invitation: ConsentInvitation,
}

/// What the link shows to a tenant's administrator, whom the desk does not know.
pub(crate) async fn invitation(State(app): State<App>, reader: Reader, Path(word): Path<String>) -> Answer {
    let invitation = app.engine.invitation(&word).await?;
    show(&InvitationPage { page: Page::of(&reader), invitation })
}

impl InvitationPage {
    fn by_itself(&self) -> bool {
        matches!(self.invitation.way, Way::AppOnly { .. })
    }
}

/// What Microsoft adds to our address.
#[derive(Debug, Deserialize)]
pub(crate) struct Returned {
    #[serde(default)]
    state: String,
    tenant: Option<String>,
    error: Option<String>,
    #[serde(default)]
    error_description: String,
}

#[derive(Template)]
#[template(path = "approved.html")]
pub(crate) struct ApprovedPage {
    pub(crate) page: Page,
    pub(crate) problem: Option<Explained>,
    pub(crate) again: String,
}

/// Back from Microsoft's approval page.
pub(crate) async fn returned(State(app): State<App>, reader: Reader, Query(back): Query<Returned>) -> Answer {
    let refused = back.error.as_deref().map(|error| (error, back.error_description.as_str()));
    let error = app.engine.consent_returned(&back.state, back.tenant.as_deref(), refused).await?;
    // Nothing of what came back stays in the frame's links.
    let page = Page::of(&Reader { here: "/consent/return".to_owned(), ..reader.clone() });
    let problem = error.map(|error| of_engine(page.t, &engine::Error::Microsoft(error)));
    show(&ApprovedPage { page, problem, again: format!("/consent/{}", back.state) })
}
