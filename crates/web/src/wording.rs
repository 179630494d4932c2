//! The words people read for the words the desk stores.

use desk::behalf::{NotDone, WhyNot};
use desk::decide::{Cause, Conflict, Doubt, OutcomeKind, Passed, Signal};
use desk::flood::Window;
use desk::ticket::Via;
use desk::{Person, PersonId, Priority, Role, Status, TicketId};
use exchange::NoMailbox;
use i18n_embed_fl::fl;
use mail::{Address, Danger, InvitationKind, Protection};
use store::Kind;
use store::{AuditEvent, ConnectionState, Foreseen, ImportRun, OutboxRow, StateCause, Step, Undone, Wanted};

use crate::explain::{no_mailbox, sign_in};
use crate::language::Texts;
use crate::page::Page;

pub(crate) fn status(t: Texts, status: Status) -> String {
    match status {
        Status::New => fl!(t, "status-new"),
        Status::Open => fl!(t, "status-open"),
        Status::Pending => fl!(t, "status-pending"),
        Status::Hold => fl!(t, "status-hold"),
        Status::Solved => fl!(t, "status-solved"),
        Status::Closed => fl!(t, "status-closed"),
    }
}

pub(crate) fn priority(t: Texts, priority: Option<Priority>) -> String {
    match priority {
        None => fl!(t, "priority-none"),
        Some(Priority::Low) => fl!(t, "priority-low"),
        Some(Priority::Normal) => fl!(t, "priority-normal"),
        Some(Priority::High) => fl!(t, "priority-high"),
        Some(Priority::Urgent) => fl!(t, "priority-urgent"),
    }
}

pub(crate) fn role(t: Texts, role: Role) -> String {
    match role {
        Role::EndUser => fl!(t, "role-end-user"),
        Role::Agent => fl!(t, "role-agent"),
        Role::Admin => fl!(t, "role-admin"),
        Role::Owner => fl!(t, "role-owner"),
    }
}

/// How a danger looks, its name, and what it means.
pub(crate) fn danger(t: Texts, danger: Danger) -> (&'static str, String, String) {
    match danger {
        Danger::Program => ("bad", fl!(t, "danger-program"), fl!(t, "danger-program-help")),
        Danger::Script => ("bad", fl!(t, "danger-script"), fl!(t, "danger-script-help")),
        Danger::Macros => ("bad", fl!(t, "danger-macros"), fl!(t, "danger-macros-help")),
        Danger::Page => ("wait", fl!(t, "danger-page"), fl!(t, "danger-page-help")),
        Danger::Disguised => ("bad", fl!(t, "danger-disguised"), fl!(t, "danger-disguised-help")),
        Danger::Container => ("bad", fl!(t, "danger-container"), fl!(t, "danger-container-help")),
        Danger::Locked => ("wait", fl!(t, "danger-locked"), fl!(t, "danger-locked-help")),
        Danger::Unseen => ("wait", fl!(t, "danger-unseen"), fl!(t, "danger-unseen-help")),
    }
}

pub(crate) fn via(t: Texts, via: Via) -> String {
    match via {
        Via::Email => fl!(t, "via-email"),
        Via::Web => fl!(t, "via-web"),
        Via::Import => fl!(t, "via-import"),
        Via::Rule => fl!(t, "via-rule"),
        Via::FollowUp => fl!(t, "via-follow-up"),
    }
}

/// Which old mail an import is about. The last day of a range is included.
pub(crate) fn wanted(page: &Page, wanted: Wanted) -> String {
    match wanted {
        Wanted::Newest(count) => fl!(page.t, "wanted-newest", count = count),
        Wanted::Between { since, until } => {
            let last = until - jiff::SignedDuration::from_secs(1);
            fl!(page.t, "wanted-between", since = page.day_of(since), until = page.day_of(last))
        }
    }
}

pub(crate) fn import_state(t: Texts, run: &ImportRun) -> String {
    match (run.undone, run.finished_at, run.paused_at) {
        (Undone::Done { .. }, ..) => fl!(t, "import-state-undone"),
        (Undone::UnderWay { .. }, ..) => fl!(t, "import-state-undoing"),
        (Undone::No, Some(_), _) => fl!(t, "import-state-finished"),
        (Undone::No, None, Some(_)) => fl!(t, "import-state-paused"),
        (Undone::No, None, None) => fl!(t, "import-state-running"),
    }
}

/// What would become of a mail, and what that means.
pub(crate) fn foreseen(t: Texts, kind: Foreseen) -> (String, String) {
    match kind {
        Foreseen::NewTicket => (fl!(t, "foreseen-new-ticket"), fl!(t, "foreseen-new-ticket-help")),
        Foreseen::Reply => (fl!(t, "foreseen-reply"), fl!(t, "foreseen-reply-help")),
        Foreseen::Known => (fl!(t, "foreseen-known"), fl!(t, "foreseen-known-help")),
        Foreseen::Own => (fl!(t, "foreseen-own"), fl!(t, "foreseen-own-help")),
        Foreseen::Automatic => (fl!(t, "foreseen-automatic"), fl!(t, "foreseen-automatic-help")),
        Foreseen::Suspended => (fl!(t, "foreseen-suspended"), fl!(t, "foreseen-suspended-help")),
        Foreseen::Unreadable => (fl!(t, "foreseen-unreadable"), fl!(t, "foreseen-unreadable-help")),
        Foreseen::Gone => (fl!(t, "foreseen-gone"), fl!(t, "foreseen-gone-help")),
    }
}

pub(crate) fn outcome(t: Texts, outcome: Option<OutcomeKind>) -> String {
    match outcome {
        None => fl!(t, "outcome-waiting"),
        Some(OutcomeKind::NewTicket) => fl!(t, "outcome-new-ticket"),
        Some(OutcomeKind::Reply) => fl!(t, "outcome-reply"),
        Some(OutcomeKind::FollowUp) => fl!(t, "outcome-follow-up"),
        Some(OutcomeKind::Duplicate) => fl!(t, "outcome-duplicate"),
        Some(OutcomeKind::Suspended) => fl!(t, "outcome-suspended"),
        Some(OutcomeKind::Rejected) => fl!(t, "outcome-rejected"),
        Some(OutcomeKind::Bounce) => fl!(t, "outcome-bounce"),
        Some(OutcomeKind::OwnMail) => fl!(t, "outcome-own-mail"),
        Some(OutcomeKind::Unreadable) => fl!(t, "outcome-unreadable"),
        Some(OutcomeKind::Vanished) => fl!(t, "outcome-vanished"),
    }
}

pub(crate) fn cause(t: Texts, cause: Cause) -> String {
    match cause {
        Cause::AutoMailer => fl!(t, "cause-auto-mailer"),
        Cause::Loop => fl!(t, "cause-loop"),
        Cause::UnknownUserUpdate => fl!(t, "cause-unknown-user-update"),
        Cause::OtherUserUpdate => fl!(t, "cause-other-user-update"),
        Cause::AutoDeliveryFailure => fl!(t, "cause-auto-delivery-failure"),
        Cause::AutoVacation => fl!(t, "cause-auto-vacation"),
        Cause::SystemUser => fl!(t, "cause-system-user"),
        Cause::FromSupportAddress => fl!(t, "cause-from-support-address"),
        Cause::UnknownAuthor => fl!(t, "cause-unknown-author"),
        Cause::NotOnAllowlist => fl!(t, "cause-not-on-allowlist"),
        Cause::Blank => fl!(t, "cause-blank"),
        Cause::SignupRequired => fl!(t, "cause-signup-required"),
        Cause::Blocklisted => fl!(t, "cause-blocklisted"),
        Cause::FailedAuthentication => fl!(t, "cause-failed-authentication"),
    }
}

/// What became of a suspended mail afterwards.
pub(crate) fn later(t: Texts, later: store::Later) -> String {
    match later.what {
        store::Afterwards::Recovered => fl!(t, "later-recovered"),
        store::Afterwards::RecoveredChanged => fl!(t, "later-recovered-changed"),
        store::Afterwards::Duplicate => fl!(t, "later-duplicate"),
        store::Afterwards::Deleted => fl!(t, "later-deleted"),
        store::Afterwards::Expired => fl!(t, "later-expired"),
    }
}

/// What of a mail was read differently.
pub(crate) fn reread_field(t: Texts, field: &str) -> String {
    match field {
        "outcome" => fl!(t, "outcome"),
        "ticket" => fl!(t, "reread-ticket"),
        "subject" => fl!(t, "reread-subject"),
        "author" => fl!(t, "reread-author"),
        "people" => fl!(t, "reread-people"),
        "text" => fl!(t, "reread-text"),
        "full_text" => fl!(t, "reread-full-text"),
        "html" => fl!(t, "reread-html"),
        "files" => fl!(t, "reread-files"),
        "kind" => fl!(t, "reread-kind"),
        "extras" => fl!(t, "reread-extras"),
        other => other.to_owned(),
    }
}

/// How a mail is signed or sealed, and what that means for who reads it.
pub(crate) fn protection(t: Texts, protection: Protection) -> String {
    match protection {
        Protection::SmimeSigned | Protection::PgpSigned => fl!(t, "protection-signed"),
        Protection::SmimeEncrypted => fl!(t, "protection-smime"),
        Protection::PgpEncrypted => fl!(t, "protection-pgp"),
        Protection::RightsManaged => fl!(t, "protection-rights"),
    }
}

/// What a calendar part asks or tells.
pub(crate) fn invitation(t: Texts, kind: InvitationKind) -> String {
    match kind {
        InvitationKind::Invited => fl!(t, "invitation-invited"),
        InvitationKind::Cancelled => fl!(t, "invitation-cancelled"),
        InvitationKind::Accepted => fl!(t, "invitation-accepted"),
        InvitationKind::Declined => fl!(t, "invitation-declined"),
        InvitationKind::Tentative => fl!(t, "invitation-tentative"),
        InvitationKind::OtherTimeProposed => fl!(t, "invitation-other-time"),
        InvitationKind::Published => fl!(t, "invitation-published"),
    }
}

/// A ledger row's reason: in words where it is one we know, else as it stands; empty where the outcome says it already.
pub(crate) fn reason(t: Texts, reason: &str) -> String {
    match reason {
        "new_ticket" | "follow_up" | "own_mail" | "bounce_of_ours" => String::new(),
        "message-id seen before" => fl!(t, "reason-message-id"),
        "message-id seen before, changed on the way" => fl!(t, "reason-message-id-changed"),
        "message-id of another mail" => fl!(t, "reason-shared-id"),
        "late_original" => fl!(t, "reason-late-original"),
        "content seen before" | "same file seen before" => fl!(t, "reason-content"),
        "round_trip" => fl!(t, "reason-round-trip"),
        "empty" => fl!(t, "reason-empty"),
        "no_headers" => fl!(t, "reason-no-headers"),
        "no_mime" => fl!(t, "reason-no-mime"),
        "end_user_reply" => fl!(t, "reason-end-user-reply"),
        "agent_reply" => fl!(t, "reason-agent-reply"),
        "agent_note" => fl!(t, "reason-agent-note"),
        "agents_write_notes" => fl!(t, "reason-agents-write-notes"),
        "on_behalf" => fl!(t, "reason-on-behalf"),
        "automatic_reply" => fl!(t, "reason-automatic-reply"),
        "third_party_reply" => fl!(t, "reason-third-party-reply"),
        "cc_without_requester" => fl!(t, "reason-cc-without-requester"),
        "mailbox_left" => fl!(t, "reason-mailbox-left"),
        "private_ticket" => fl!(t, "reason-private-ticket"),
        "quotes_private_comment" => fl!(t, "reason-quotes-private-comment"),
        _ => Cause::parse(reason).map_or_else(|| reason.to_owned(), |known| cause(t, known)),
    }
}

/// What had waited at a mailbox that was reconnected.
pub(crate) fn caught_up(t: Texts, line: &engine::CaughtUpView) -> String {
    fl!(t, "caught-up", address = line.address.as_str(), came_in = line.came_in, went_out = line.went_out)
}

/// Verified, Delayed or Error.
pub(crate) fn state(t: Texts, state: ConnectionState) -> String {
    match state {
        ConnectionState::Verified => fl!(t, "state-verified"),
        ConnectionState::Delayed => fl!(t, "state-delayed"),
        ConnectionState::NeedsSignIn
        | ConnectionState::NeedsAdministrator
        | ConnectionState::AppCredential
        | ConnectionState::MailboxGone => fl!(t, "state-error"),
        ConnectionState::Unproved => fl!(t, "state-unproved"),
    }
}

/// Why a connection stands as it does: (in plain words, what to do).
pub(crate) fn state_help(t: Texts, state: ConnectionState, why: Option<&StateCause>) -> (String, String) {
    let missing = why.map(|why| why.missing_scopes.join(", ")).unwrap_or_default();
    match why.map(|why| why.code.as_str()) {
        Some("smtp_unreachable") => {
            return (fl!(t, "smtp-unreachable-cause"), fl!(t, "smtp-unreachable-next"));
        }
        Some("smtp_sign_in") => return (fl!(t, "smtp-sign-in-cause"), fl!(t, "smtp-sign-in-next")),
        Some("smtp_not_configured") => {
            return (fl!(t, "smtp-not-configured-cause"), fl!(t, "smtp-not-configured-next"));
        }
        _ => {}
    }
    match state {
        ConnectionState::Unproved => (fl!(t, "unproved-cause"), fl!(t, "unproved-next")),
        ConnectionState::Verified => (fl!(t, "verified-cause"), fl!(t, "verified-next")),
        ConnectionState::Delayed => (fl!(t, "delayed-cause"), fl!(t, "delayed-next")),
        ConnectionState::NeedsSignIn if missing.is_empty() => sign_in(t, why.and_then(|why| why.aadsts))
            .unwrap_or_else(|| (fl!(t, "ms-sign-in-cause"), fl!(t, "needs-sign-in-next"))),
        ConnectionState::NeedsSignIn | ConnectionState::NeedsAdministrator if !missing.is_empty() => {
            (fl!(t, "ms-missing-scopes-cause", scopes = missing), fl!(t, "missing-scopes-next"))
        }
        ConnectionState::NeedsSignIn | ConnectionState::NeedsAdministrator => {
            (fl!(t, "ms-denied-cause"), fl!(t, "needs-administrator-next"))
        }
        ConnectionState::AppCredential => {
            (fl!(t, "ms-app-credential-cause"), fl!(t, "ms-app-credential-next"))
        }
        ConnectionState::MailboxGone => {
            let known = why.and_then(|why| why.no_mailbox.as_deref()).map(NoMailbox::parse);
            let by_code = NoMailbox::by_code(why.map(|why| why.code.as_str()).unwrap_or_default());
            match known.unwrap_or(by_code) {
                NoMailbox::Unclear => (fl!(t, "ms-mailbox-gone-cause"), fl!(t, "mailbox-gone-next")),
                why => no_mailbox(t, why),
            }
        }
    }
}

/// How an address is reached.
pub(crate) fn kind(t: Texts, kind: Kind) -> String {
    match kind {
        Kind::Exchange => fl!(t, "connector-name"),
        Kind::Forwarding => fl!(t, "forwarding-name"),
        Kind::System => fl!(t, "way-out-title"),
    }
}

/// How a mail of ours fares: (kind for the style sheet, words).
pub(crate) fn delivery(t: Texts, row: &OutboxRow) -> (&'static str, String) {
    if let Some(bounces) = &row.bounce {
        return ("bad", bounces.lines().map(|line| bounced(t, line)).collect::<Vec<_>>().join(" · "));
    }
    let trouble = trouble(t, row.last_error.as_deref().unwrap_or_default());
    match row.step {
        Step::Queued | Step::Drafting | Step::Drafted | Step::Sending if trouble.is_empty() => {
            ("wait", fl!(t, "delivery-waiting"))
        }
        Step::Queued | Step::Drafting | Step::Drafted | Step::Sending => {
            ("wait", fl!(t, "delivery-waiting-because", reason = trouble))
        }
        Step::Accepted => ("wait", fl!(t, "delivery-accepted")),
        Step::Sent => ("good", fl!(t, "delivery-sent")),
        Step::Failed => ("bad", fl!(t, "delivery-failed", reason = trouble)),
    }
}

/// One line of a mail's bounces: with the recipient, where the report named one.
fn bounced(t: Texts, line: &str) -> String {
    match line.split_once(": ") {
        Some((to, reason)) if Address::parse(to).is_some() => {
            fl!(t, "delivery-bounced-to", address = to, reason = reason)
        }
        _ => fl!(t, "delivery-bounced", reason = line),
    }
}

/// Why a mail may not be from whom it names. Comments of before the reason was kept have none.
pub(crate) fn doubt(t: Texts, doubt: Option<Doubt>) -> String {
    match doubt {
        None | Some(Doubt::SenderFailed) => fl!(t, "spoof-warning"),
        Some(Doubt::StaffUnproved) => fl!(t, "spoof-staff-unproved"),
        Some(Doubt::StaffInName) => fl!(t, "spoof-staff-in-name"),
        Some(Doubt::StaffInReplyTo) => fl!(t, "spoof-staff-in-reply-to"),
    }
}

/// What there was too much of, and what follows.
pub(crate) fn loop_stopped(t: Texts, window: Window) -> String {
    match window {
        Window::Author => fl!(t, "loop-author"),
        Window::Ticket => fl!(t, "loop-ticket"),
        Window::Mailbox => fl!(t, "loop-mailbox"),
        Window::Same => fl!(t, "loop-same"),
    }
}

/// Why a mail has not been sent (yet). The engine stores a word of its own and, behind it, Microsoft's words, which stay as they are.
fn trouble(t: Texts, stored: &str) -> String {
    let (word, detail) = stored.split_once(": ").unwrap_or((stored, ""));
    match word {
        "" => String::new(),
        "refused" => fl!(t, "trouble-refused", detail = detail),
        "unconfirmed" => fl!(t, "trouble-unconfirmed"),
        "mail_server_refused" => fl!(t, "trouble-server-refused", detail = detail),
        "mail_server_unconfirmed" => fl!(t, "trouble-server-unconfirmed", detail = detail),
        "moved_unconfirmed" => fl!(t, "trouble-moved-unconfirmed"),
        "no_way_out" => fl!(t, "trouble-no-way-out"),
        "gave_up" => fl!(t, "trouble-gave-up", detail = detail),
        "no_connection" => fl!(t, "trouble-no-connection"),
        "template" => fl!(t, "trouble-template", detail = detail),
        "address_deleted" => fl!(t, "trouble-address-deleted"),
        "address_deleted_unconfirmed" => fl!(t, "trouble-address-deleted-unconfirmed"),
        _ => fl!(t, "trouble-again", detail = stored),
    }
}

/// A reason of the history: a word of ours in words, a bounce as its server said it.
fn failure(t: Texts, stored: &str) -> String {
    let word = stored.split(": ").next().unwrap_or_default();
    match word {
        "no_connection" | "template" => trouble(t, stored),
        _ => stored.to_owned(),
    }
}

/// Why a mail stands in its ticket.
pub(crate) fn signal(t: Texts, signal: &Signal) -> String {
    match signal {
        Signal::Token { ticket } => fl!(t, "signal-token", ticket = ticket.to_string()),
        Signal::InReplyTo { id } => fl!(t, "signal-in-reply-to", id = id.to_string()),
        Signal::References { id } => fl!(t, "signal-references", id = id.to_string()),
        Signal::AddressToken { ticket } => fl!(t, "signal-address-token", ticket = ticket.to_string()),
        Signal::Awaited { id, .. } => fl!(t, "signal-awaited", id = id.to_string()),
        Signal::CameEarly { id } => fl!(t, "signal-came-early", id = id.to_string()),
        Signal::SharedId { id, ticket } => {
            fl!(t, "signal-shared-id", id = id.to_string(), ticket = ticket.to_string())
        }
    }
}

/// A signal that spoke for another ticket, and why the mail is not there.
pub(crate) fn conflict(t: Texts, conflict: &Conflict) -> String {
    let what = speaks_for(t, &conflict.signal, conflict.ticket);
    let why = match conflict.why {
        Passed::Weaker => fl!(t, "passed-weaker"),
        Passed::NoPart => fl!(t, "passed-no-part"),
        Passed::Closed => fl!(t, "passed-closed"),
    };
    fl!(t, "conflict-line", what = what, why = why)
}

/// That a signal speaks for a ticket in which the mail is not.
pub(crate) fn speaks_for(t: Texts, signal: &Signal, ticket: TicketId) -> String {
    let ticket = ticket.to_string();
    match signal {
        Signal::Token { .. } | Signal::AddressToken { .. } => fl!(t, "conflict-token", ticket = ticket),
        Signal::InReplyTo { id } => fl!(t, "conflict-in-reply-to", ticket = ticket, id = id.to_string()),
        Signal::References { id } => fl!(t, "conflict-references", ticket = ticket, id = id.to_string()),
        Signal::SharedId { .. } => self::signal(t, signal),
        Signal::Awaited { id, .. } | Signal::CameEarly { id } => {
            fl!(t, "conflict-awaited", ticket = ticket, id = id.to_string())
        }
    }
}

/// An entry of the history; `None` for what the conversation shows already.
pub(crate) fn audit(t: Texts, event: &AuditEvent, people: &[Person]) -> Option<String> {
    match event {
        AuditEvent::Created => Some(fl!(t, "audit-created")),
        AuditEvent::Comment { .. } => None,
        AuditEvent::Change { field, previous, value } => {
            let name = field_name(t, field);
            let (from, to) =
                (cell(t, field, previous.as_deref(), people), cell(t, field, value.as_deref(), people));
            Some(fl!(t, "audit-change", field = name, from = from, to = to))
        }
        AuditEvent::Notification { recipients, subject, .. } => {
            Some(fl!(t, "audit-notification", recipients = recipients.join(", "), subject = subject.as_str()))
        }
        AuditEvent::Recovered { cause: why, .. } => Some(fl!(t, "audit-recovered", cause = cause(t, *why))),
        AuditEvent::Reread { changed, .. } => {
            let words: Vec<String> = changed.iter().map(|field| reread_field(t, field)).collect();
            Some(fl!(t, "audit-reread", changed = words.join(", ")))
        }
        AuditEvent::TemplateReplaced { fault } => {
            Some(fl!(t, "audit-template-replaced", fault = fault.as_str()))
        }
        AuditEvent::NotDone { lines, .. } => {
            let lines: Vec<String> = lines.iter().map(|line| not_done(t, line)).collect();
            Some(fl!(t, "audit-not-done", lines = lines.join(" / ")))
        }
        AuditEvent::DeliveryFailure { reason, .. } => {
            Some(fl!(t, "audit-delivery-failure", reason = failure(t, reason)))
        }
        AuditEvent::LoopStopped { window } => Some(loop_stopped(t, *window)),
        AuditEvent::MergedInto { ticket } => Some(fl!(t, "audit-merged-into", ticket = ticket.to_string())),
        AuditEvent::MergedFrom { ticket } => Some(fl!(t, "audit-merged-from", ticket = ticket.to_string())),
        AuditEvent::MergeUndone { ticket } => Some(fl!(t, "audit-merge-undone", ticket = ticket.to_string())),
        AuditEvent::SplitOff { ticket, .. } => Some(fl!(t, "audit-split-off", ticket = ticket.to_string())),
        AuditEvent::SplitFrom { ticket, .. } => Some(fl!(t, "audit-split-from", ticket = ticket.to_string())),
    }
}

/// Why something that an agent asked for by mail was not done.
pub(crate) fn not_done(t: Texts, what: &NotDone) -> String {
    let line = what.line.as_str();
    match what.why {
        WhyNot::Unknown => fl!(t, "not-done-unknown", line = line),
        WhyNot::NotHere => fl!(t, "not-done-not-here", line = line),
        WhyNot::NoValue => fl!(t, "not-done-no-value", line = line),
        WhyNot::BadValue => fl!(t, "not-done-bad-value", line = line),
        WhyNot::NoSuchAgent => fl!(t, "not-done-no-such-agent", line = line),
        WhyNot::OnlyWhenNew => fl!(t, "not-done-only-when-new", line = line),
        WhyNot::SenderWithoutAddress => fl!(t, "not-done-sender-without-address", line = line),
        WhyNot::SupportAddress => fl!(t, "not-done-support-address", line = line),
        WhyNot::OwnMail => fl!(t, "not-done-own-mail", line = line),
        WhyNot::SwitchedOff => fl!(t, "not-done-switched-off", line = line),
    }
}

fn field_name(t: Texts, field: &str) -> String {
    match field {
        "status" => fl!(t, "field-status"),
        "priority" => fl!(t, "field-priority"),
        "assignee_id" => fl!(t, "field-assignee"),
        "group_id" => fl!(t, "field-group"),
        "tags" => fl!(t, "field-tags"),
        "collaborator_ids" | "ccs" => fl!(t, "field-ccs"),
        "address_id" | "recipient" => fl!(t, "field-address"),
        other => other.to_owned(),
    }
}

/// The value of a field in words.
fn cell(t: Texts, field: &str, value: Option<&str>, people: &[Person]) -> String {
    let Some(value) = value.filter(|value| !value.is_empty()) else { return "–".to_owned() };
    let known = match field {
        "status" => Status::parse(value).map(|value| status(t, value)),
        "priority" => Priority::parse(value).map(|value| priority(t, Some(value))),
        "assignee_id" => {
            value.parse().ok().and_then(|id: PersonId| Some(people.iter().find(|p| p.id == id)?.name.clone()))
        }
        _ => None,
    };
    known.unwrap_or_else(|| value.to_owned())
}
