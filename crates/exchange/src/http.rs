//! The wire itself: the HTTP client with its limits, one exchange, `Retry-After` and Microsoft's clock.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use rand::Rng;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::{Error, Result};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a call may take from the first byte sent to the last byte read.
const WHOLE: Duration = Duration::from_secs(60);
/// Waits before the second and the third try of a reading call.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1200)];

/// The client that [`crate::Entra`] and [`crate::Graph`] are to be made with: time limits, and no redirects (neither a
/// secret nor a token may follow one). `extra_ca` is a PEM bundle of certificates to be trusted besides the system's
/// (the sandbox with https).
///
/// # Errors
/// When the bundle cannot be read or TLS cannot be set up.
pub fn http_client(extra_ca: Option<&[u8]>) -> Result<reqwest::Client> {
    // Somebody else in the process may have installed the same provider: that is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("Postdesk/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = extra_ca {
        let bundle = reqwest::Certificate::from_pem_bundle(pem).map_err(no_answer)?;
        builder = builder.tls_certs_merge(bundle);
    }
    builder.build().map_err(no_answer)
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Microsoft's clock; ours when the answer does not tell.
    pub fn clock(&self) -> Timestamp {
        self.date().unwrap_or_else(Timestamp::now)
    }

    /// Microsoft's clock, when the answer tells.
    pub fn date(&self) -> Option<Timestamp> {
        self.header(DATE.as_str()).and_then(http_date)
    }

    /// How long the answer asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.header(RETRY_AFTER.as_str())?, self.clock())
    }

    /// The body as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // Not the error's own words: they quote the answer, which may be a token.
            let (kind, line, column) = (error.classify(), error.line(), error.column());
            Error::Unexpected(format!("JSON ({kind:?} at {line}:{column}, {} bytes)", self.body.len()))
        })
    }
}

/// One exchange: sends, reads the whole body. Any status is an answer; only the lack of one is an error.
pub(crate) async fn exchange(request: reqwest::RequestBuilder) -> Result<Answer> {
    let mut response = request.send().await.map_err(no_answer)?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let body = response.bytes().await.map_err(no_answer)?;
    Ok(Answer { status, headers, body })
}

/// Tries a *reading* call up to three times: after no answer and after a 5xx. Writing calls must not come here: their
/// effect may have happened. (Not `AsyncFnMut`: the compiler cannot yet see that its futures may move between threads.)
pub(crate) async fn read_again<T, F: Future<Output = Result<T>>>(mut call: impl FnMut() -> F) -> Result<T> {
    for pause in PAUSES {
        match call().await {
            Err(Error::NoAnswer(_) | Error::Server(_)) => tokio::time::sleep(jitter(pause)).await,
            decided => return decided,
        }
    }
    call().await
}

/// Between half and all of `pause`, so that many mailboxes do not come back in one wave.
pub(crate) fn jitter(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(0.5..=1.0))
}

/// `Retry-After` in its forms: seconds (Microsoft sends decimals too: `2.128`) or an HTTP date, counted from the
/// answer's own clock. Nonsense is as good as nothing.
pub(crate) fn retry_after(value: &str, clock: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = http_date(value)?;
    Some(Duration::try_from(until.duration_since(clock)).unwrap_or(Duration::ZERO))
}

fn http_date(value: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(value.trim()).ok()
}

/// Without the address: it may hold an upload token or a delta token.
fn no_answer(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    Error::NoAnswer(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_every_form_that_microsoft_sends() {
        let clock: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
        for (value, expected) in [
            ("120", Some(Duration::from_secs(120))),
            (" 0 ", Some(Duration::ZERO)),
            ("2.128", Some(Duration::from_millis(2128))),
            ("Mon, 23 Nov 2026 15:01:30 GMT", Some(Duration::from_secs(90))),
            ("Mon, 23 Nov 2026 14:59:00 GMT", Some(Duration::ZERO)),
            ("-5", None),
            ("NaN", None),
            ("inf", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, clock), expected, "{value:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_call_is_tried_three_times_and_no_more() {
        let mut tries = 0;
        let outcome: Result<()> = read_again(|| {
            tries += 1;
            async { Err(Error::NoAnswer("cut".into())) }
        })
        .await;
        assert!(matches!(outcome, Err(Error::NoAnswer(_))));
        assert_eq!(tries, 3);
    }

    #[tokio::test]
    async fn an_answer_that_time_will_not_change_is_not_asked_for_again() {
        let mut tries = 0;
        let outcome: Result<()> = read_again(|| {
            tries += 1;
            async { Err(Error::PoisonItem(crate::Trace::default())) }
        })
        .await;
        assert!(matches!(outcome, Err(Error::PoisonItem(_))));
        assert_eq!(tries, 1);
    }

    #[test]
    fn the_client_can_be_made() {
        assert!(http_client(None).is_ok());
        assert!(matches!(http_client(Some(b"-----BEGIN CERTIFICATE-----\n!!")), Err(Error::NoAnswer(_))));
    }
}
