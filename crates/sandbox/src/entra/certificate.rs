//! Reading the certificate an application is registered with: its thumbprints, its key and how long it is valid.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest;
use x509_parser::pem::parse_x509_pem;
use x509_parser::public_key::PublicKey;

use crate::world::apps::Certificate;
use crate::world::ids;

/// Why a certificate is not taken.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotTaken {
    /// Not PEM, or not an X.509 certificate.
    #[error("a certificate is expected as PEM: {0}")]
    Unreadable(String),
    /// Entra takes RSA keys only.
    #[error("the certificate's key is not RSA")]
    NotRsa,
}

/// Reads a certificate in PEM; a private key beside it is left alone.
pub fn read(pem: &str) -> Result<Certificate, NotTaken> {
    let unreadable = |e: &dyn std::fmt::Display| NotTaken::Unreadable(e.to_string());
    let start = pem.find("-----BEGIN CERTIFICATE-----").ok_or_else(|| unreadable(&"none found"))?;
    let (_, block) = parse_x509_pem(&pem.as_bytes()[start..]).map_err(|e| unreadable(&e))?;
    let certificate = block.parse_x509().map_err(|e| unreadable(&e))?;
    let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else { return Err(NotTaken::NotRsa) };
    let short = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &block.contents);
    let long = digest::digest(&digest::SHA256, &block.contents);
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    // DER puts a zero before a number whose first bit is set; a JWK does not.
    let number = |bytes: &[u8]| encode(&bytes[bytes.iter().take_while(|b| **b == 0).count()..]);
    let moment = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    Ok(Certificate {
        id: ids::guid(),
        thumbprint: hex::encode_upper(short.as_ref()),
        x5t: encode(short.as_ref()),
        x5t_s256: encode(long.as_ref()),
        key: (number(key.modulus), number(key.exponent)),
        starts: moment(certificate.validity().not_before.timestamp()),
        expires: moment(certificate.validity().not_after.timestamp()),
    })
}
