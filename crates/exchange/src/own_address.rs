//! Asking the desk's own address from outside, as Microsoft would when it has a notification to bring.

use std::time::Duration;

use url::Url;

use crate::Result;
use crate::http::{exchange, http_client};

/// What is read of an answer at most, bytes.
const MOST: usize = 4_096;

/// What answers at an address: status and the beginning of the body. Redirects are not followed: Microsoft follows none
/// when it brings a notification.
///
/// # Errors
/// [`crate::Error::NoAnswer`] when nothing answers in time, or the certificate is not one that the public trusts.
pub async fn own_address(url: &Url, patience: Duration) -> Result<(u16, String)> {
    let request = http_client(None)?.get(url.clone()).timeout(patience);
    let answer = exchange(request).await?;
    let body = &answer.body[..answer.body.len().min(MOST)];
    Ok((answer.status, String::from_utf8_lossy(body).into_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_where_nothing_listens_gives_no_answer() {
        let nobody = Url::parse("http://127.0.0.1:9/").unwrap();
        let outcome = own_address(&nobody, Duration::from_secs(2)).await;
        assert!(matches!(outcome, Err(crate::Error::NoAnswer(_))), "{outcome:?}");
    }
}
