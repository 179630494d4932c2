//! The mail log: every message ever seen in the mailboxes, with what became of it and why.

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::decide::OutcomeKind;
use desk::{ConnectionId, LedgerId, TicketId};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{Account, LedgerQuery, LedgerRow};

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

/// The page's address.
const MAIL_LOG: &str = "/admin/channels/email/mail-log";
const ROWS: usize = 100;

/// Filter and place.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    mailbox: String,
    #[serde(default)]
    q: String,
    before: Option<LedgerId>,
}

#[derive(Template)]
#[template(path = "mail_log.html")]
pub(crate) struct LogPage {
    pub(crate) page: Page,
    pub(crate) account: Account,
    pub(crate) rows: Vec<LedgerRow>,
    pub(crate) outcome: Option<OutcomeKind>,
    pub(crate) mailbox: Option<ConnectionId>,
    pub(crate) mailboxes: Vec<(ConnectionId, String)>,
    pub(crate) text: String,
    pub(crate) older: Option<LedgerId>,
}

pub(crate) async fn page(State(app): State<App>, reader: Reader, Query(wish): Query<Wish>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, "ticket:,import:,addresses").await?;
    let query = LedgerQuery {
        connection: wish.mailbox.parse().ok(),
        outcome: OutcomeKind::parse(&wish.outcome),
        text: wish.q,
        before: wish.before,
        limit: u32::try_from(ROWS + 1).unwrap_or(u32::MAX),
    };
    let (account, mut rows) = app.engine.ledger(&actor, &query).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| more).map(|row| row.id);
    let mailboxes = app.engine.mailboxes(&actor).await?;
    show(&LogPage {
        page,
        account,
        rows,
        outcome: query.outcome,
        mailbox: query.connection,
        mailboxes,
        text: query.text,
        older,
    })
}

/// Tries a message again that could not be taken in.
pub(crate) async fn again(State(app): State<App>, reader: Reader, Path(id): Path<LedgerId>) -> Answer {
    app.engine.try_again(&reader.actor()?, id).await?;
    Ok(to(MAIL_LOG))
}

/// Takes a mail in that was taken for a duplicate and is none.
pub(crate) async fn no_duplicate(State(app): State<App>, reader: Reader, Path(id): Path<LedgerId>) -> Answer {
    let row = app.engine.not_a_duplicate(&reader.actor()?, id).await?;
    Ok(to(&there(row.id)))
}

/// Where a row stands in the log.
fn there(id: LedgerId) -> String {
    format!("{MAIL_LOG}?before={}#log-{id}", id.0.saturating_add(1))
}

impl LogPage {
    fn there(&self, id: &LedgerId) -> String {
        there(*id)
    }

    /// The duplicate may be taken in after all.
    fn may_be_none(&self, row: &LedgerRow) -> bool {
        row.outcome == Some(OutcomeKind::Duplicate) && row.taken_again.is_none() && row.blob.is_some()
    }

    /// The ticket, or the very comment the mail made or is a copy of.
    fn place(&self, row: &LedgerRow, ticket: &TicketId) -> String {
        match row.comment {
            Some(comment) => format!("/tickets/{ticket}#comment-{comment}"),
            None => format!("/tickets/{ticket}"),
        }
    }

    fn filtered(&self) -> bool {
        self.outcome.is_some() || self.mailbox.is_some() || !self.text.trim().is_empty()
    }

    /// Outcomes for the filter, each with its number.
    fn outcomes(&self) -> Vec<(OutcomeKind, String, u64)> {
        let count = |kind| self.account.by_outcome.iter().find(|(k, _)| *k == kind).map_or(0, |(_, n)| *n);
        OutcomeKind::ALL
            .iter()
            .map(|&kind| (kind, wording::outcome(self.page.t, Some(kind)), count(kind)))
            .collect()
    }

    fn outcome_of(&self, row: &LedgerRow) -> String {
        wording::outcome(self.page.t, row.outcome)
    }

    fn outcome_class(&self, row: &LedgerRow) -> &'static str {
        match row.outcome {
            None => "wait",
            Some(OutcomeKind::NewTicket | OutcomeKind::Reply | OutcomeKind::FollowUp) => "good",
            Some(OutcomeKind::Rejected | OutcomeKind::Unreadable | OutcomeKind::Bounce) => "bad",
            Some(_) => "plain",
        }
    }

    fn reason(&self, row: &LedgerRow) -> String {
        match (&row.reason, &row.last_error) {
            (Some(reason), _) => {
                let reason = wording::reason(self.page.t, reason);
                match row.later {
                    Some(later) => format!("{reason} — {}", wording::later(self.page.t, later)),
                    None => reason,
                }
            }
            (None, Some(error)) => {
                fl!(self.page.t, "log-last-error", error = error.as_str(), attempts = i64::from(row.attempts))
            }
            (None, None) => String::new(),
        }
    }

    fn link(&self, before: Option<LedgerId>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(outcome) = self.outcome {
            query.append_pair("outcome", outcome.as_str());
        }
        if let Some(mailbox) = self.mailbox {
            query.append_pair("mailbox", &mailbox.to_string());
        }
        if !self.text.trim().is_empty() {
            query.append_pair("q", &self.text);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        format!("/admin/channels/email/mail-log?{}", query.finish())
    }
}
