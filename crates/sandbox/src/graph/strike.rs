//! What stands around a call: the throttle that counts, and the faults that strike before or after it.

use std::time::Duration;

use super::answer::{Answer, Problem};
use super::{Call, Outcome};
use crate::faults::{self, Aim, Effect, Kind, Operation, Struck};
use crate::site::{Shared, Site};
use crate::world::ids;

/// An outcome that may also be "cut the connection".
pub type Gated = Result<Option<Answer>, Problem>;

/// A call under way.
pub type Doing<'a> = std::pin::Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Throttle and faults around a call.
pub async fn gated<'a>(
    site: &'a Shared,
    call: &Call,
    operation: Operation,
    app: &str,
    mailbox: Option<&str>,
    item: Option<&str>,
    act: impl FnOnce(&'a Shared, Vec<Struck>) -> Doing<'a>,
) -> Gated {
    let key = mailbox.unwrap_or("none");
    let writes = call.method != axum::http::Method::GET;
    let bytes = if writes { call.body.len() } else { 0 };
    let (addresses, now) = {
        let world = site.world();
        (mailbox.map(|owner| world.addresses(owner)).unwrap_or_default(), world.now())
    };
    site.gate().enter(app, key, bytes, now)?;
    let _leave = Leave { site, app: app.to_owned(), mailbox: key.to_owned() };
    let token = call.query.contains("token=");
    let aim = Aim { operation, addresses: &addresses, item, token };
    let struck = site.faults().strike_call(&aim);
    if struck.is_empty() {
        return act(site, struck).await.map(Some);
    }
    let subject = Subject { owner: mailbox, item };
    let outcome = pass(site, struck.clone(), subject, act).await;
    site.faults().settle(&struck);
    outcome
}

/// Gives the slot back however the call ends.
struct Leave<'a> {
    site: &'a Site,
    app: String,
    mailbox: String,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.site.gate().leave(&self.app, &self.mailbox);
    }
}

/// What the call is about.
#[derive(Clone, Copy)]
struct Subject<'a> {
    owner: Option<&'a str>,
    item: Option<&'a str>,
}

async fn pass<'a>(
    site: &'a Shared,
    struck: Vec<Struck>,
    subject: Subject<'_>,
    act: impl FnOnce(&'a Shared, Vec<Struck>) -> Doing<'a>,
) -> Gated {
    let mut after: Option<Gated> = None;
    for fault in &struck {
        match &fault.kind {
            Kind::Slow { millis } => tokio::time::sleep(Duration::from_millis(*millis)).await,
            Kind::Throttle { retry_after, status } => {
                return Err(throttled(*status, retry_after.as_ref(), site.world().now()));
            }
            Kind::ServerError { status, effect } => {
                let problem = server_error(*status);
                match effect {
                    Effect::Before => return Err(problem),
                    Effect::After => after = Some(Err(problem)),
                }
            }
            Kind::Cut { effect: Effect::Before } => return Ok(None),
            Kind::Cut { effect: Effect::After } => after = Some(Ok(None)),
            Kind::Unauthorized => {
                return Err(Problem::bad_token("Lifetime validation failed, the token is expired."));
            }
            Kind::AccessDenied => return Err(Problem::access_denied()),
            Kind::MailboxGone => return Err(Problem::no_mailbox()),
            Kind::MailboxFull => {
                return Err(Problem::new(507, "ErrorQuotaExceeded", "The mailbox has exceeded its quota."));
            }
            Kind::MailboxMoving => {
                return Err(Problem::new(
                    503,
                    "ErrorMailboxMoveInProgress",
                    "Mailbox move in progress. Try again later.",
                ));
            }
            Kind::Poison { .. } => {
                return Err(Problem::new(
                    500,
                    "ErrorMimeContentConversionFailed",
                    "MIME content conversion failed.",
                ));
            }
            Kind::Resync { lasting: true } => forget_cursors(site, subject.owner),
            Kind::Conflict { read, category } => {
                if meddle(site, subject, *read, category.as_deref()) {
                    fault.used();
                }
            }
            _ => {}
        }
    }
    let outcome = act(site, struck).await;
    match after {
        Some(lost) => {
            site.touched();
            lost
        }
        None => outcome.map(Some),
    }
}

/// Kills every delta token of a mailbox.
fn forget_cursors(site: &Site, owner: Option<&str>) {
    let mut world = site.world();
    if let Some(mailbox) = owner.and_then(|o| world.mailboxes.get_mut(o)) {
        mailbox.generation += 1;
    }
}

/// Another reader changes the message in the moment between a client's reading and its writing.
fn meddle(site: &Site, subject: Subject<'_>, read: bool, category: Option<&str>) -> bool {
    let (Some(owner), Some(item)) = (subject.owner, subject.item) else { return false };
    let Ok(id) = ids::read_message(owner, item) else { return false };
    let mut world = site.world();
    let now = world.now();
    let Some(mailbox) = world.mailboxes.get_mut(owner) else { return false };
    let Some(number) = mailbox.find(id).map(|m| m.number) else { return false };
    mailbox.touch(number, now, |m| {
        m.is_read |= read;
        if let Some(category) = category.filter(|c| !m.categories.iter().any(|have| have == c)) {
            m.categories.push(category.to_owned());
        }
    })
}

/// The answer of a service that wants to be left alone.
pub fn throttled(status: u16, retry_after: Option<&serde_json::Value>, now: jiff::Timestamp) -> Problem {
    let problem = match status {
        503 => Problem::new(503, "UnknownError", ""),
        other => Problem::new(other, "TooManyRequests", "Please retry again later."),
    };
    match faults::retry_after(retry_after, now) {
        Some(value) => problem.with("Retry-After", value),
        None => problem,
    }
}

fn server_error(status: u16) -> Problem {
    match status {
        502 => Problem::new(502, "BadGateway", "Failed to execute backend request."),
        503 => Problem::new(503, "ErrorServerBusy", "The server is too busy to handle the request."),
        504 => Problem::new(504, "GatewayTimeout", "The operation timed out."),
        other => Problem::new(
            other,
            "ErrorInternalServerError",
            "An internal server error occurred. The operation failed.",
        ),
    }
}
