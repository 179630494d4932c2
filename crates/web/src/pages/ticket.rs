//! A ticket's page: conversation, properties, the form to answer with, history.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use desk::decide::{Conflict, Doubt, Signal};
use desk::{CommentId, PersonId, Priority, Status, TicketId};
use engine::{CommentView, TicketView};
use i18n_embed_fl::fl;
use mail::{Invitation, InvitationKind, Mailbox, Moment, Protection};
use serde::Deserialize;
use store::{Audit, AuditEvent, LedgerRow, OutboxRow, StoredAttachment, TicketChange, Urgency};

use crate::app::App;
use crate::explain;
use crate::page::{Answer, Page, show_as};
use crate::pages::sign_in::to;
use crate::pages::tickets::Sidebar;
use crate::reader::Reader;
use crate::wording;
use crate::zone::When;

/// Bytes of a picture that is shown small beside its name.
const LARGEST_THUMBNAIL: u64 = 3_000_000;

/// What the answer form holds when the page is drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    /// Text typed before a refusal.
    pub(crate) text: String,
    /// Internal note.
    pub(crate) note: bool,
    /// Why it was refused.
    pub(crate) problem: Option<String>,
    /// The status chosen.
    pub(crate) status: Option<Status>,
}

#[derive(Template)]
#[template(path = "ticket.html")]
pub(crate) struct TicketPage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) view: TicketView,
    pub(crate) draft: Draft,
    pub(crate) form_key: String,
    pub(crate) me: PersonId,
}

pub(crate) async fn page(State(app): State<App>, reader: Reader, Path(id): Path<TicketId>) -> Answer {
    draw(&app, &reader, id, Draft::default(), StatusCode::OK).await
}

/// Draws the page, with what was typed when an answer was refused.
pub(crate) async fn draw(
    app: &App,
    reader: &Reader,
    id: TicketId,
    draft: Draft,
    status: StatusCode,
) -> Answer {
    let actor = reader.actor()?;
    let reader = Reader { here: format!("/tickets/{id}"), ..reader.clone() };
    let page = Page::live(app, &reader, format!("ticket:{id}")).await?;
    let view = app.engine.ticket(&actor, id).await?;
    let sidebar = Sidebar::of(app, &actor, page.t, None).await?;
    let form_key = hex::encode(rand::random::<[u8; 16]>());
    show_as(status, &TicketPage { page, sidebar, view, draft, form_key, me: actor.person.id })
}

/// The small form of the properties panel.
#[derive(Debug, Deserialize)]
pub(crate) struct Properties {
    /// Absent: left alone; empty: taken away.
    assignee: Option<String>,
    /// Absent: left alone; empty: taken away.
    priority: Option<String>,
}

pub(crate) async fn change(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<TicketId>,
    Form(form): Form<Properties>,
) -> Answer {
    let change = TicketChange {
        assignee: form.assignee.as_deref().and_then(assignee),
        priority: form.priority.as_deref().map(Priority::parse),
        ..TicketChange::default()
    };
    match app.engine.change_ticket(&reader.actor()?, id, &change).await {
        Ok(_) => Ok(to(&format!("/tickets/{id}"))),
        Err(error @ (engine::Error::Closed | engine::Error::Invalid { .. })) => {
            let problem = explain::of_engine(Page::of(&reader).t, &error);
            let draft = Draft { problem: Some(problem.cause), ..Draft::default() };
            draw(&app, &reader, id, draft, problem.status).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The value of an assignee's menu: empty for nobody, else a person; `None` for nonsense, which changes nothing.
pub(crate) fn assignee(value: &str) -> Option<Option<PersonId>> {
    if value.is_empty() { Some(None) } else { value.parse().ok().map(Some) }
}

impl TicketPage {
    fn status(&self, status: &Status) -> String {
        wording::status(self.page.t, *status)
    }

    fn priority(&self, priority: Option<&Priority>) -> String {
        wording::priority(self.page.t, priority.copied())
    }

    fn subject(&self) -> String {
        if self.view.ticket.subject.is_empty() {
            fl!(self.page.t, "no-subject")
        } else {
            self.view.ticket.subject.clone()
        }
    }

    fn via(&self, comment: &CommentView) -> String {
        wording::via(self.page.t, comment.comment.via)
    }

    fn protection(&self, protection: &Protection) -> String {
        wording::protection(self.page.t, *protection)
    }

    fn invitation_kind(&self, kind: &InvitationKind) -> String {
        wording::invitation(self.page.t, *kind)
    }

    fn moment(&self, moment: &Moment) -> When {
        match *moment {
            Moment::At(at) => self.page.full(&at),
            Moment::Day(day) => self.page.day(day),
        }
    }

    /// The end as one says it: a whole day's is the day before the one the calendar names; the same moment is not said twice.
    fn last_moment(&self, invitation: &Invitation) -> Option<When> {
        let ends = match invitation.ends? {
            Moment::Day(day) => Moment::Day(day.yesterday().ok()?),
            at @ Moment::At(_) => at,
        };
        (Some(ends) != invitation.starts).then(|| self.moment(&ends))
    }

    fn closed(&self) -> bool {
        self.view.ticket.status == Status::Closed
    }

    /// The statuses an answer may set, with the one that is offered.
    fn choices(&self) -> Vec<(Status, bool)> {
        let current = self.view.ticket.status;
        let offered =
            self.draft.status.unwrap_or(if current == Status::New { Status::Open } else { current });
        [Status::Open, Status::Pending, Status::Hold, Status::Solved]
            .map(|status| (status, status == offered))
            .into()
    }

    fn doubt(&self, doubt: Option<&Doubt>) -> String {
        wording::doubt(self.page.t, doubt.copied())
    }

    /// That and why nothing automatic was sent lately, and when.
    fn loop_stopped(&self) -> Option<(When, String)> {
        let audit = self.view.audits.iter().rev().find_map(|audit| match audit.event {
            AuditEvent::LoopStopped { window } => Some((audit.at, window)),
            _ => None,
        });
        audit.map(|(at, window)| (self.page.full(&at), wording::loop_stopped(self.page.t, window)))
    }

    fn is_staff(&self, comment: &CommentView) -> bool {
        comment.author.role.is_staff()
    }

    /// The first letter of a name, for the round mark beside a comment.
    fn initial(&self, name: &str) -> String {
        name.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default()
    }

    /// What was newly written, as HTML made of plain text.
    fn text(&self, text: &str) -> String {
        mail::html::from_text(text)
    }

    fn people(&self, people: &[Mailbox]) -> String {
        people.iter().map(named).collect::<Vec<_>>().join(", ")
    }

    fn person(&self, person: Option<&Mailbox>) -> String {
        person.map(named).unwrap_or_default()
    }

    /// What placed the mail here, each with where the mail or ticket meant is to be seen.
    fn signals(&self, comment: &CommentView) -> Vec<(String, Option<String>)> {
        let signals = comment.comment.mail.as_ref().map(|mail| mail.signals.as_slice()).unwrap_or_default();
        // A mail that was split off is here because somebody said so; its signals speak for the ticket it came from.
        let Some(from) = self.split_from(comment.comment.id) else {
            return signals
                .iter()
                .map(|signal| (wording::signal(self.page.t, signal), self.meant(signal)))
                .collect();
        };
        let split = fl!(self.page.t, "signal-split-from", ticket = from.to_string());
        let before =
            signals.iter().map(|signal| (wording::speaks_for(self.page.t, signal, from), self.meant(signal)));
        [(split, Some(format!("/tickets/{from}")))].into_iter().chain(before).collect()
    }

    /// The ticket a mail was split off from, if this one was made of it.
    fn split_from(&self, id: CommentId) -> Option<TicketId> {
        self.view.audits.iter().rev().find_map(|audit| match audit.event {
            AuditEvent::SplitFrom { comment, ticket } if comment == id => Some(ticket),
            _ => None,
        })
    }

    /// What spoke for other tickets, and why it was not followed.
    fn conflicts(&self, comment: &CommentView) -> Vec<(String, Option<String>)> {
        let mail = comment.comment.mail.as_ref();
        let conflicts = mail.map(|mail| mail.conflicts.as_slice()).unwrap_or_default();
        let words = |conflict: &Conflict| {
            let there =
                self.meant(&conflict.signal).unwrap_or_else(|| format!("/tickets/{}", conflict.ticket));
            (wording::conflict(self.page.t, conflict), Some(there))
        };
        conflicts.iter().map(words).collect()
    }

    /// Where the mail that a signal names is to be seen.
    fn meant(&self, signal: &Signal) -> Option<String> {
        let here = self.view.ticket.id;
        let place = |ticket: TicketId, comment: Option<CommentId>| {
            let anchor = comment.map(|id| format!("#comment-{id}")).unwrap_or_default();
            let shown_here = comment.is_some_and(|id| self.view.comments.iter().any(|c| c.comment.id == id));
            if shown_here { anchor } else { format!("/tickets/{ticket}{anchor}") }
        };
        match signal {
            Signal::Awaited { comment, .. } => Some(place(here, Some(*comment))),
            Signal::SharedId { ticket, .. } => Some(place(*ticket, None)),
            Signal::Token { ticket } | Signal::AddressToken { ticket } => {
                (*ticket != here).then(|| place(*ticket, None))
            }
            Signal::InReplyTo { id } | Signal::References { id } | Signal::CameEarly { id } => {
                let known = self.view.meant.get(id)?;
                Some(place(known.ticket, known.comment))
            }
        }
    }

    /// What an agent asked for in this mail and was not done.
    fn not_done(&self, comment: &CommentView) -> Vec<String> {
        let of_this = |audit: &Audit| match &audit.event {
            AuditEvent::NotDone { comment: id, lines } if *id == comment.comment.id => {
                lines.iter().map(|line| wording::not_done(self.page.t, line)).collect()
            }
            _ => Vec::new(),
        };
        self.view.audits.iter().flat_map(of_this).collect()
    }

    /// Where copies of the mail came beside the place it was taken in from.
    fn copies(&self, comment: &CommentView) -> Vec<String> {
        let copies = self.view.copies.iter().filter(|row| row.comment == Some(comment.comment.id));
        let words = |row: &LedgerRow| {
            let when = self.page.plain(row.received_at.unwrap_or(row.seen_at));
            let address = row.address.as_str();
            if row.reason.as_deref().is_some_and(|reason| reason.ends_with("changed on the way")) {
                fl!(self.page.t, "copy-changed-line", address = address, when = when)
            } else {
                fl!(self.page.t, "copy-line", address = address, when = when)
            }
        };
        copies.map(words).collect()
    }

    /// The ticket a comment was written in, when it was another one that was merged into this.
    fn other_ticket(&self, comment: &CommentView) -> Option<TicketId> {
        Some(comment.comment.ticket).filter(|id| *id != self.view.ticket.id)
    }

    /// The mail may become a ticket of its own.
    fn may_split(&self, comment: &CommentView) -> bool {
        let ticket = comment.comment.ticket;
        let first = self.view.comments.iter().find(|other| other.comment.ticket == ticket);
        comment.comment.mail.is_some() && first.is_some_and(|first| first.comment.id != comment.comment.id)
    }

    fn delivery(&self, row: &OutboxRow) -> (&'static str, String) {
        wording::delivery(self.page.t, row)
    }

    /// Sent by a trigger beside the conversation, not as an agent's answer.
    fn is_notification(&self, row: &OutboxRow) -> bool {
        row.mail.urgency == Urgency::Automatic
    }

    fn recipients(&self, row: &OutboxRow) -> String {
        row.mail.to.iter().chain(&row.mail.cc).map(|m| m.address.to_string()).collect::<Vec<_>>().join(", ")
    }

    fn size(&self, file: &StoredAttachment) -> String {
        size(file.file.size)
    }

    /// Why a file asks for care. Of files that nobody has looked into the name tells something.
    fn dangers(&self, file: &StoredAttachment) -> Vec<(&'static str, String, String)> {
        let by_name = || mail::inspect::by_name(&file.file.name);
        let finding = file.file.finding.clone().unwrap_or_else(by_name);
        finding.dangers.into_iter().map(|danger| wording::danger(self.page.t, danger)).collect()
    }

    /// Small enough to be fetched only to be looked at.
    fn has_thumbnail(&self, file: &StoredAttachment) -> bool {
        file.file.size <= LARGEST_THUMBNAIL
            && file.file.finding.as_ref().is_some_and(|finding| finding.picture)
    }

    /// The type in a few letters, as on the sheet of an icon.
    fn type_letters(&self, file: &StoredAttachment) -> String {
        let ending = file.file.name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        ending.chars().filter(char::is_ascii_alphanumeric).take(4).collect::<String>().to_ascii_uppercase()
    }

    /// The history in words, newest last, without what the conversation shows.
    fn history(&self) -> Vec<(&Audit, String, String)> {
        let audits = self.view.audits.iter();
        audits
            .filter_map(|audit| {
                let words = wording::audit(self.page.t, &audit.event, &self.view.staff)?;
                Some((audit, self.author(audit.author), words))
            })
            .collect()
    }

    fn author(&self, id: Option<PersonId>) -> String {
        let Some(id) = id else { return fl!(self.page.t, "the-desk") };
        let comments = self.view.comments.iter().map(|comment| &comment.author);
        self.view
            .staff
            .iter()
            .chain([&self.view.requester])
            .chain(&self.view.ccs)
            .chain(comments)
            .find(|person| person.id == id)
            .map_or_else(|| format!("#{id}"), |person| person.name.clone())
    }
}

fn named(who: &Mailbox) -> String {
    if who.name.is_empty() { who.address.to_string() } else { format!("{} <{}>", who.name, who.address) }
}

/// Bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_people_say_them() {
        let cases = [(0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (1_001, "2 kB"), (2_560_000, "2.5 MB")];
        for (bytes, words) in cases {
            assert_eq!(size(bytes), words);
        }
    }

    #[test]
    fn nonsense_in_the_assignee_menu_changes_nothing() {
        assert_eq!(assignee(""), Some(None));
        assert_eq!(assignee("7"), Some(Some(PersonId(7))));
        assert_eq!(assignee("x"), None);
    }
}
