//! Telling another program by HTTP: signed, never led elsewhere by a redirect, tried again with growing pauses.

use std::time::Duration;

use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use url::Url;

use crate::{Error, Result};

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pauses between tries; after the last one it is given up.
const PAUSES: [SignedDuration; 7] = [
    SignedDuration::from_secs(10),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(12),
];

/// An address that may be told: http or https, without a name or password in it.
pub(crate) fn checked(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let good = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none();
    good.then_some(url)
}

/// How long to wait after so many failed tries (this one counted); `None`: enough.
pub(crate) fn pause_after(tries: u32) -> Option<SignedDuration> {
    PAUSES.get(usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX)).copied()
}

/// `v1=` and the HMAC-SHA256, in hex, of the time (seconds since 1970), a dot and the body.
pub(crate) fn signature(secret: &SecretString, at: Timestamp, body: &str) -> String {
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) {
        Ok(mac) => mac,
        Err(error) => unreachable!("HMAC takes keys of any length: {error}"),
    };
    mac.update(format!("{}.{body}", at.as_second()).as_bytes());
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Tells, once. The text of a failure is for people and holds nothing of the answer's body.
pub(crate) async fn tell(
    address: &Url,
    secret: Option<&SecretString>,
    at: Timestamp,
    body: &str,
) -> Result<std::result::Result<(), String>> {
    let client = exchange::http_client(None).map_err(Error::Microsoft)?;
    let mut request = client
        .post(address.clone())
        .timeout(PATIENCE)
        .header("content-type", "application/json")
        .header("postdesk-timestamp", at.as_second())
        .body(body.to_owned());
    if let Some(secret) = secret {
        request = request.header("postdesk-signature", signature(secret, at, body));
    }
    Ok(match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("HTTP {}", answer.status().as_u16())),
        Err(error) if error.is_timeout() => Err("no answer within 10 s".to_owned()),
        Err(error) if error.is_connect() => Err("cannot connect".to_owned()),
        Err(error) => Err(error.without_url().to_string()),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The receiver computes the same from what README tells: this value was computed with
    /// `printf '1764000000.{}' | openssl dgst -sha256 -hmac secret`.
    #[test]
    fn the_signature_is_what_the_documentation_says() {
        let at = Timestamp::from_second(1_764_000_000).unwrap();
        let expected = "v1=b691197929ebc73b102d12f9a4689644cb2d1a38c9f2d1883b9f478077313f85";
        assert_eq!(signature(&"secret".into(), at, "{}"), expected);
    }

    #[test]
    fn only_plain_web_addresses_are_told() {
        for good in ["https://hooks.example/x?y=1", "http://10.0.0.7:9000/alarm"] {
            assert!(checked(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "hooks.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "https://u:p@a.example",
            "javascript:1",
        ] {
            assert!(checked(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn tries_grow_rarer_and_end() {
        let pauses: Vec<_> = (1..=7).map(|tries| pause_after(tries).unwrap()).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pause_after(8), None);
    }
}
