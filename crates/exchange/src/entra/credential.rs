//! How the desk proves to Entra that it is the registered application: by a secret, or by signing with a certificate's key.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::certificate::Certificate;
use crate::{Error, Result};

/// The only kind of assertion that Entra takes.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion may be used: Microsoft advises five to ten minutes.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// A secret or a certificate.
#[derive(Clone)]
pub enum Credential {
    /// A client secret: its value, not its id.
    Secret(SecretString),
    /// A certificate with its private key.
    Certificate(Certificate),
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: i64,
    iat: i64,
    exp: i64,
}

impl Credential {
    /// What goes into a token call's form. `audience` is the token endpoint that is called.
    pub(super) fn proof(
        &self,
        client_id: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>> {
        Ok(match self {
            Self::Secret(secret) => vec![("client_secret", secret.expose_secret().to_owned())],
            Self::Certificate(certificate) => vec![
                ("client_assertion_type", JWT_BEARER.to_owned()),
                ("client_assertion", assertion(certificate, client_id, audience, now)?),
            ],
        })
    }
}

/// A signed statement that we are who we say, good once and for this endpoint only (private_key_jwt).
fn assertion(certificate: &Certificate, client_id: &str, audience: &str, now: Timestamp) -> Result<String> {
    let header = Header { x5t_s256: Some(certificate.sha256()), ..Header::new(Algorithm::PS256) };
    let claims = Claims {
        aud: audience,
        iss: client_id,
        sub: client_id,
        jti: format!("{:032x}", rand::rng().random::<u128>()),
        nbf: now.as_second(),
        iat: now.as_second(),
        exp: (now + ASSERTION_LIFE).as_second(),
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_rsa_der(certificate.key()))
        .map_err(|_| Error::Unexpected("the certificate's key does not sign".into()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    /// What Microsoft documents for certificate credentials: PS256, `x5t#S256`, the endpoint as audience, minutes of life.
    #[test]
    fn an_assertion_is_signed_for_this_endpoint_and_for_a_few_minutes() {
        let now: Timestamp = "2026-11-23T15:00:00Z".parse().unwrap();
        let certificate = Certificate::make("Postdesk", now).unwrap();
        let proof =
            Credential::Certificate(certificate.clone()).proof("client-1", "https://l/t", now).unwrap();
        assert_eq!(proof[0], ("client_assertion_type", JWT_BEARER.to_owned()));
        let token = &proof[1].1;
        let header = jsonwebtoken::decode_header(token).unwrap();
        assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::PS256, Some("JWT")));
        assert_eq!(header.x5t_s256.as_deref(), Some(certificate.sha256().as_str()));
        let (n, e) = certificate.public_key();
        let mut rules = Validation::new(Algorithm::PS256);
        rules.set_audience(&["https://l/t"]);
        rules.validate_exp = false;
        let key = DecodingKey::from_rsa_raw_components(&n, &e);
        let claims = jsonwebtoken::decode::<serde_json::Value>(token, &key, &rules).unwrap().claims;
        assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("client-1"), Some("client-1")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 300);
        let again = Credential::Certificate(certificate).proof("client-1", "https://l/t", now).unwrap();
        assert_ne!(again[1].1, *token, "an assertion is never the same twice: its jti is used up");
    }
}
