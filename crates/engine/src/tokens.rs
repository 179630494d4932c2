//! Access tokens: refreshed one at a time per connection, the rotated refresh token stored before the new access token is
//! used. And the one place where what Microsoft answered becomes the state of a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use desk::ConnectionId;
use exchange::{Entra, NoMailbox, Permissions, Remedy, TokenSet, Trace};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use store::{ConnectionState, ExchangeAccount, Lease, Mode, StateCause, Tokens};

use crate::{Engine, Error, Result};

/// An access token is renewed this long before its end: a piece of work begun with it can be finished.
const MARGIN: SignedDuration = SignedDuration::from_mins(2);
/// How long a refresh may take before another process may try.
const REFRESH_LEASE: SignedDuration = SignedDuration::from_secs(60);
/// A mailbox that cannot be reached is shown as delayed after this long; a shorter trouble is nobody's business.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// A 401 that a fresh token does not heal is an outage for this long; then somebody must sign in again.
const REFUSED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What is under way in this process, and since when a connection has been in trouble. Memory only: losing it costs a
/// refresh too many, or a state shown a little later.
#[derive(Default)]
pub(crate) struct Flights {
    refreshing: OneAtATime,
    /// Sending: a lease is the process's, so within the process this keeps two workers apart.
    pub(crate) sending: OneAtATime,
    trouble_since: Mutex<HashMap<ConnectionId, Timestamp>>,
}

/// One lock per connection.
#[derive(Default)]
pub(crate) struct OneAtATime(Mutex<HashMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>);

impl OneAtATime {
    pub(crate) fn of(&self, connection: ConnectionId) -> Arc<tokio::sync::Mutex<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(connection).or_default().clone()
    }
}

impl Flights {
    /// Since when it has been failing, this failure included.
    fn failing_since(&self, connection: ConnectionId, now: Timestamp) -> Timestamp {
        *self.trouble_since.lock().unwrap_or_else(PoisonError::into_inner).entry(connection).or_insert(now)
    }

    /// True when it was failing.
    fn healed(&self, connection: ConnectionId) -> bool {
        self.trouble_since.lock().unwrap_or_else(PoisonError::into_inner).remove(&connection).is_some()
    }
}

/// The mailbox with an access token that is good now. A refusal by Entra is noted at the connection before it is answered.
pub(crate) async fn mailbox(engine: &Engine, connection: ConnectionId) -> Result<exchange::Mailbox> {
    let (account, tokens) = engine.inner.store.exchange_access(connection).await?;
    if is_good(&tokens, engine.now()) {
        return open(engine, connection, &account, tokens).await;
    }
    let (account, tokens) = refresh(engine, connection, None).await?;
    open(engine, connection, &account, tokens).await
}

/// After a 401: the mailbox with another token than the one stored now, which was refused. To be called once per piece of work; when
/// the new one is refused as well, [`note_failure`] decides.
pub(crate) async fn mailbox_anew(engine: &Engine, connection: ConnectionId) -> Result<exchange::Mailbox> {
    let refused = engine.inner.store.tokens(connection).await?;
    let (account, tokens) = refresh(engine, connection, Some(&refused)).await?;
    open(engine, connection, &account, tokens).await
}

/// The token's own mailbox, or the one it reaches by a person's or the application's rights.
async fn open(
    engine: &Engine,
    connection: ConnectionId,
    account: &ExchangeAccount,
    tokens: Tokens,
) -> Result<exchange::Mailbox> {
    let graph = engine.graph().await?;
    Ok(match &account.mailbox {
        None => graph.mailbox(connection.0, tokens.access),
        Some(other) => graph.mailbox_of(connection.0, tokens.access, &other.id),
    })
}

/// What the way by which a mailbox is reached needs.
fn permissions_of(account: &ExchangeAccount) -> Permissions {
    match (account.mode, &account.mailbox) {
        (Mode::AppOnly, _) => Permissions::Application,
        (Mode::Delegated, Some(_)) => Permissions::Shared,
        (Mode::Delegated, None) => Permissions::Own,
    }
}

/// New tokens: by the refresh token, or, where nobody signed in, for the application itself.
async fn renew(
    engine: &Engine,
    entra: &Entra,
    account: &ExchangeAccount,
    old: &Tokens,
) -> exchange::Result<TokenSet> {
    match (account.mode, &old.refresh) {
        (Mode::AppOnly, _) => entra.by_itself(&account.tenant, engine.now()).await,
        (Mode::Delegated, Some(refresh)) => {
            entra.refresh(refresh, permissions_of(account), engine.now()).await
        }
        (Mode::Delegated, None) => Err(exchange::Error::SignIn(Trace::default())),
    }
}

fn is_good(tokens: &Tokens, now: Timestamp) -> bool {
    tokens.access_expires_at.duration_since(now) > MARGIN
}

/// Refreshes, unless another flight did it meanwhile. `refused`: tokens that must not be used again although they look good.
async fn refresh(
    engine: &Engine,
    connection: ConnectionId,
    refused: Option<&Tokens>,
) -> Result<(ExchangeAccount, Tokens)> {
    let flight = engine.inner.flights.refreshing.of(connection);
    let _alone_here = flight.lock().await;
    let lease = match alone_everywhere(engine, connection, refused).await? {
        Turn::Ours(lease) => lease,
        Turn::Done(account, tokens) => return Ok((*account, tokens)),
    };
    let outcome = refresh_alone(engine, connection, refused).await;
    engine.inner.store.release(&lease).await?;
    if let Err(Error::Microsoft(error)) = &outcome {
        note_failure(engine, connection, error).await?;
    }
    outcome
}

enum Turn {
    Ours(Lease),
    Done(Box<ExchangeAccount>, Tokens),
}

/// Waits for the right to refresh, or for the tokens that another process brings.
async fn alone_everywhere(
    engine: &Engine,
    connection: ConnectionId,
    refused: Option<&Tokens>,
) -> Result<Turn> {
    let store = &engine.inner.store;
    let name = format!("token:{connection}");
    loop {
        if let Some(lease) = store.claim(&name, &engine.inner.holder, engine.now(), REFRESH_LEASE).await? {
            return Ok(Turn::Ours(lease));
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
        let (account, tokens) = store.exchange_access(connection).await?;
        if usable(&tokens, refused, engine.now()) {
            return Ok(Turn::Done(Box::new(account), tokens));
        }
    }
}

fn usable(tokens: &Tokens, refused: Option<&Tokens>, now: Timestamp) -> bool {
    is_good(tokens, now) && refused.is_none_or(|r| r.access.expose_secret() != tokens.access.expose_secret())
}

async fn refresh_alone(
    engine: &Engine,
    connection: ConnectionId,
    refused: Option<&Tokens>,
) -> Result<(ExchangeAccount, Tokens)> {
    let store = &engine.inner.store;
    let (account, old) = store.exchange_access(connection).await?;
    if usable(&old, refused, engine.now()) {
        return Ok((account, old));
    }
    let entra = engine.entra().await?;
    let fresh = renew(engine, &entra, &account, &old).await;
    // Somebody may have reconnected the mailbox meanwhile: then the end of the old token says nothing, and what it brought must not
    // take the place of the new one.
    let (account_now, stored_now) = store.exchange_access(connection).await?;
    if stored_now.access.expose_secret() != old.access.expose_secret() {
        return match fresh {
            _ if usable(&stored_now, refused, engine.now()) => Ok((account_now, stored_now)),
            Err(error) => Err(error.into()),
            Ok(_) => Err(exchange::Error::AccessToken(Trace::default()).into()),
        };
    }
    let fresh = fresh?;
    let missing = permissions_of(&account).missing(&fresh.scopes);
    let tokens = Tokens {
        access: fresh.access,
        access_expires_at: fresh.access_expires_at,
        // Microsoft may keep the old one in force.
        refresh: fresh.refresh.or(old.refresh),
    };
    let scopes = match account.mode {
        // An application's answer names no scopes; what was asked for is no finding.
        Mode::AppOnly => account.scopes.clone(),
        Mode::Delegated => fresh.scopes.join(" "),
    };
    // First durable, then used: a crash in between must not leave us with a token that was exchanged already.
    let tx = store.begin(engine.now()).await?;
    tx.store_tokens(connection, &tokens, &scopes).await?;
    tx.commit().await?;
    if !missing.is_empty() {
        return Err(exchange::Error::MissingScopes { missing }.into());
    }
    Ok((account, tokens))
}

/// The one place where an error of Microsoft's becomes a state of the connection. What heals by itself never breaks a
/// connection; it is shown as a delay once Microsoft asked for it or it lasts.
pub(crate) async fn note_failure(
    engine: &Engine,
    connection: ConnectionId,
    error: &exchange::Error,
) -> Result<()> {
    if matches!(error.remedy(), Remedy::GiveUpItem | Remedy::Resync) {
        return Ok(());
    }
    let now = engine.now();
    let lasted = now.duration_since(engine.inner.flights.failing_since(connection, now));
    let Some(state) = state_after(error, lasted) else { return Ok(()) };
    let was = engine.inner.store.address_of(connection).await?.connection.state;
    if state.works() && !was.works() {
        // What a person must mend is not covered up by a call that happened to be throttled.
        return Ok(());
    }
    let mut cause = cause_of(error);
    if let exchange::Error::MailboxGone(trace) = error {
        cause.no_mailbox = Some(why_no_mailbox(engine, connection, trace).await?.as_str().to_owned());
    }
    tracing::warn!(%connection, state = state.as_str(), code = %cause.code, request_id = ?cause.request_id, "connection in trouble: {error}");
    let tx = engine.inner.store.begin(now).await?;
    tx.set_state(connection, state, Some(&cause)).await?;
    tx.commit().await?;
    Ok(())
}

/// Which state an error leads to when failures have gone on for so long; `None`: no change.
fn state_after(error: &exchange::Error, lasted: SignedDuration) -> Option<ConnectionState> {
    let delayed_at_once = matches!(error, exchange::Error::Throttled { .. } | exchange::Error::Moving(_));
    match error.remedy() {
        Remedy::Wait(_) => (delayed_at_once || lasted >= SHOWN_AFTER).then_some(ConnectionState::Delayed),
        Remedy::Refresh if lasted >= REFUSED_FOR => Some(ConnectionState::NeedsSignIn),
        Remedy::Refresh => (lasted >= SHOWN_AFTER).then_some(ConnectionState::Delayed),
        Remedy::Reconnect => Some(ConnectionState::NeedsSignIn),
        Remedy::Administrator => Some(ConnectionState::NeedsAdministrator),
        Remedy::Operator => Some(ConnectionState::AppCredential),
        Remedy::MailboxGone => Some(ConnectionState::MailboxGone),
        Remedy::Resync | Remedy::GiveUpItem => None,
    }
}

/// What people are shown about an error.
pub(crate) fn cause_of(error: &exchange::Error) -> StateCause {
    let missing_scopes = match error {
        exchange::Error::MissingScopes { missing } => missing.clone(),
        _ => Vec::new(),
    };
    match error.trace() {
        Some(trace) => StateCause {
            code: trace.code.clone(),
            aadsts: trace.aadsts,
            message: trace.message.clone(),
            request_id: trace.request_id.clone(),
            missing_scopes,
            no_mailbox: None,
        },
        None => StateCause {
            code: if missing_scopes.is_empty() { "no_answer" } else { "missing_scopes" }.to_owned(),
            message: error.to_string(),
            missing_scopes,
            ..StateCause::default()
        },
    }
}

/// Why there is no mailbox, asked with the token at hand: a new one would not know more.
pub(crate) async fn why_no_mailbox(
    engine: &Engine,
    connection: ConnectionId,
    trace: &Trace,
) -> Result<NoMailbox> {
    let (account, tokens) = engine.inner.store.exchange_access(connection).await?;
    Ok(open(engine, connection, &account, tokens).await?.why_no_mailbox(&trace.code).await)
}

/// A call worked where the connection was known to be well: nothing is to be written.
pub(crate) fn note_answer(engine: &Engine, connection: ConnectionId) {
    engine.inner.flights.healed(connection);
}

/// A call worked: what was delayed is verified again. A connection that needs a person stays as it is until that person
/// has acted: an old access token may still work for an hour.
pub(crate) async fn note_success(engine: &Engine, connection: ConnectionId) -> Result<()> {
    engine.inner.flights.healed(connection);
    let address = engine.inner.store.address_of(connection).await?;
    if address.connection.state == ConnectionState::Delayed {
        let tx = engine.inner.store.begin(engine.now()).await?;
        tx.set_state(connection, ConnectionState::Verified, None).await?;
        tx.commit().await?;
    }
    crate::caught_up::look(engine, address.address.as_str(), &address.connection).await
}

/// The registration in the configuration file may have been renewed since the last start: connections that stand still because of it
/// are tried again. (One that is stored does that when it is saved.)
pub(crate) async fn try_renewed_registration(engine: &Engine) -> Result<()> {
    for address in engine.inner.store.support_addresses().await? {
        if address.connection.state == ConnectionState::AppCredential {
            let tx = engine.inner.store.begin(engine.now()).await?;
            tx.set_state(address.connection.id, ConnectionState::Delayed, address.connection.cause.as_ref())
                .await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use exchange::{Error, Trace};

    use super::*;

    /// A short outage or a request to wait must never make an administrator sign in again.
    #[test]
    fn what_heals_by_itself_never_breaks_a_connection() {
        let hours = SignedDuration::from_hours(12);
        for error in [
            Error::NoAnswer("cut".to_owned()),
            Error::Throttled { retry_after: None, trace: Trace::default() },
            Error::Server(Trace { status: 503, ..Trace::default() }),
            Error::Moving(Trace::default()),
        ] {
            for lasted in [SignedDuration::ZERO, hours] {
                assert!(state_after(&error, lasted).is_none_or(ConnectionState::works), "{error}");
            }
        }
    }

    #[test]
    fn one_message_that_cannot_go_says_nothing_about_the_connection() {
        assert_eq!(state_after(&Error::Refused(Trace::default()), SignedDuration::from_hours(12)), None);
    }

    #[test]
    fn what_a_person_must_mend_is_named() {
        let table = [
            (Error::SignIn(Trace::default()), ConnectionState::NeedsSignIn),
            (Error::AppCredential(Trace::default()), ConnectionState::AppCredential),
            (Error::MailboxGone(Trace::default()), ConnectionState::MailboxGone),
            (Error::Denied(Trace::default()), ConnectionState::NeedsAdministrator),
        ];
        for (error, state) in table {
            assert_eq!(state_after(&error, SignedDuration::ZERO), Some(state), "{error}");
        }
    }
}
