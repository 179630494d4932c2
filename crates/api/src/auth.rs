//! Who sends a request: a token by itself (`Bearer`), or with its person's address (`{email}/token:{token}`, Basic).

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What the header says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Presented {
    /// The address, where one was given.
    pub(crate) email: Option<String>,
    /// The token.
    pub(crate) token: String,
}

/// Reads the header. A password instead of a token is not taken: passwords are for people.
pub(crate) fn presented(headers: &HeaderMap) -> Option<Presented> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Presented { email: None, token: rest.to_owned() }).filter(|p| !p.token.is_empty());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (user, token) = decoded.split_once(':')?;
    let email = user.strip_suffix("/token")?;
    Some(Presented { email: Some(email.to_owned()), token: token.to_owned() }).filter(|p| !p.token.is_empty())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_token_comes_by_basic_with_its_address_or_as_bearer_and_a_password_does_not_count() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let cases = [
            (basic("ada@desk.test/token:s3cret"), Some((Some("ada@desk.test"), "s3cret"))),
            ("Bearer s3cret".to_owned(), Some((None, "s3cret"))),
            ("bearer  s3cret".to_owned(), Some((None, "s3cret"))),
            (basic("ada@desk.test:password"), None),
            (basic("ada@desk.test/token:"), None),
            ("Bearer ".to_owned(), None),
            ("Basic ???".to_owned(), None),
            ("Digest x".to_owned(), None),
            (String::new(), None),
        ];
        for (value, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            let found = presented(&headers);
            let found = found.as_ref().map(|p| (p.email.as_deref(), p.token.as_str()));
            assert_eq!(found, expected, "{value}");
        }
    }
}
