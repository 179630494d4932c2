//! Handing mail on to other mail servers: tried again while they say "later" (4xx) or nothing, reported back to the sender
//! when they say "no" (5xx) or too long nothing, as every mail server does.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::mime::ndr::Failure;
use crate::site::{Shared, Site};
use crate::world::hand;
use crate::world::routes::Relay;

/// The first pause; it doubles. Real servers begin with minutes.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// The longest.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(60);
/// After two days the mail goes back.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(48);
/// How long a server may take for a word.
const TIMEOUT: Duration = Duration::from_secs(20);
/// At once.
const TOGETHER: usize = 8;

/// What a server made of a mail.
enum Said {
    Taken(String),
    Later(String),
    No(String),
}

/// Hands on what is due, until stopped.
pub async fn run(site: Shared, stop: CancellationToken) {
    loop {
        let due = take_due(&site);
        if due.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
            }
            continue;
        }
        join_all(due.into_iter().map(|relay| hand_on(&site, relay))).await;
        site.touched();
    }
}

/// What is due now. It stays in the list, put off by an hour, so that a stop in the middle loses nothing.
fn take_due(site: &Site) -> Vec<Relay> {
    let mut world = site.world();
    let now = world.now();
    let due = world.routes.relays.iter_mut().filter(|r| r.due <= now).take(TOGETHER);
    due.map(|relay| {
        relay.due = now + SignedDuration::from_hours(1);
        relay.tries += 1;
        relay.clone()
    })
    .collect()
}

async fn hand_on(site: &Site, relay: Relay) {
    let said = match tokio::time::timeout(TIMEOUT, submit(&relay)).await {
        Ok(said) => said,
        Err(_) => Said::Later("no answer".to_owned()),
    };
    let mut world = site.world();
    let now = world.now();
    let (outcome, words) = match said {
        Said::Later(words) if now.duration_since(relay.first) < GIVE_UP => {
            let pause = pause_after(relay.tries);
            if let Some(kept) = world.routes.relays.iter_mut().find(|r| r.number == relay.number) {
                kept.due = now + pause;
                kept.said = Some(words.clone());
            }
            ("again_later", words)
        }
        Said::Later(words) => {
            drop_relay(&mut world.routes.relays, relay.number);
            let told = format!("550 4.4.7 QUEUE.Expired; message expired; last: {words}");
            hand::report(&mut world, &mut site.faults(), &failure(&relay, "4.4.7", &told), &relay.raw);
            ("given_up", words)
        }
        Said::No(words) => {
            drop_relay(&mut world.routes.relays, relay.number);
            let status = enhanced(&words).unwrap_or("5.0.0").to_owned();
            hand::report(&mut world, &mut site.faults(), &failure(&relay, &status, &words), &relay.raw);
            ("refused", words)
        }
        Said::Taken(words) => {
            drop_relay(&mut world.routes.relays, relay.number);
            ("delivered", words)
        }
    };
    drop(world);
    site.post().file(row(&relay, now, outcome, &words));
}

fn drop_relay(list: &mut Vec<Relay>, number: u64) {
    list.retain(|r| r.number != number);
}

fn pause_after(tries: u32) -> SignedDuration {
    let doubled = FIRST_PAUSE.as_secs() << tries.saturating_sub(1).min(10);
    SignedDuration::from_secs(doubled).min(LONGEST_PAUSE)
}

fn row(relay: &Relay, now: Timestamp, outcome: &str, words: &str) -> serde_json::Value {
    json!({
        "direction": "out", "at": now.to_string(), "from": relay.from, "to": [relay.to], "subject": relay.subject,
        "internetMessageId": relay.message_id, "server": relay.server, "attempt": relay.tries, "outcome": outcome,
        "reply": words, "size": relay.raw.len(),
    })
}

fn failure<'a>(relay: &'a Relay, status: &'a str, words: &'a str) -> Failure<'a> {
    Failure {
        sender: &relay.bounce_to,
        recipient: &relay.to,
        domain: hand::domain_of(&relay.bounce_to),
        message_id: &relay.message_id,
        subject: &relay.subject,
        status,
        diagnostic: words,
    }
}

/// The enhanced status in a server's words, e.g. `5.1.1`.
fn enhanced(words: &str) -> Option<&str> {
    words.split_whitespace().find(|word| {
        let mut parts = word.split('.');
        matches!(parts.next(), Some("4" | "5"))
            && parts.clone().count() == 2
            && parts.all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
    })
}

async fn submit(relay: &Relay) -> Said {
    match try_submit(relay).await {
        Ok(words) => Said::Taken(words),
        Err(Failed::Address(words)) => Said::No(words),
        Err(Failed::Smtp(error)) if error.is_permanent() => Said::No(words_of(&error)),
        Err(Failed::Smtp(error)) => Said::Later(words_of(&error)),
    }
}

/// What went wrong on the way.
enum Failed {
    Address(String),
    Smtp(lettre::transport::smtp::Error),
}

impl From<lettre::transport::smtp::Error> for Failed {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        Self::Smtp(error)
    }
}

async fn try_submit(relay: &Relay) -> Result<String, Failed> {
    let unusable = |e: &dyn std::fmt::Display| Failed::Address(format!("501 5.1.3 {e}"));
    let to: Address = relay.to.parse().map_err(|e: lettre::address::AddressError| unusable(&e))?;
    let from: Option<Address> = match relay.from.as_str() {
        "" => None,
        from => Some(from.parse().map_err(|e: lettre::address::AddressError| unusable(&e))?),
    };
    let envelope = Envelope::new(from, vec![to]).map_err(|e| unusable(&e))?;
    let hello = ClientId::Domain("relay.sandbox.example".to_owned());
    let mut server =
        AsyncSmtpConnection::connect_tokio1(relay.server.as_str(), Some(TIMEOUT), &hello, None, None).await?;
    if server.can_starttls() {
        // Mail servers cover what they can and ask nobody for papers.
        let host = relay.server.rsplit_once(':').map_or(relay.server.as_str(), |(host, _)| host).to_owned();
        let tls = TlsParameters::builder(host)
            .dangerous_accept_invalid_certs(true)
            .dangerous_accept_invalid_hostnames(true)
            .build_rustls()?;
        server.starttls(tls, &hello).await?;
    }
    let answer = server.send(&envelope, &relay.raw).await?;
    let words = format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" "));
    // It is delivered, whatever the farewell says.
    let _ = server.quit().await;
    Ok(words)
}

/// The server's own words, as far as there are any.
fn words_of(error: &lettre::transport::smtp::Error) -> String {
    let inner = std::error::Error::source(error).map(ToString::to_string);
    match (error.status(), inner) {
        (Some(code), Some(words)) => format!("{code} {words}"),
        (_, Some(words)) => words,
        (_, None) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute() {
        let seconds: Vec<i64> = [1, 2, 3, 6, 7, 60].into_iter().map(|t| pause_after(t).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60]);
    }

    #[test]
    fn the_enhanced_status_is_found_in_the_words() {
        assert_eq!(enhanced("550 5.1.1 no such user 1.2.3.4"), Some("5.1.1"));
        assert_eq!(enhanced("550 no such user"), None);
    }
}
