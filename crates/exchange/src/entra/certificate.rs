//! The desk's own certificate: made here, or pasted by an administrator. Entra knows its public half; the key stays here.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ring::digest;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::traits::PublicKeyParts;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bits of a key that is made here.
const BITS: usize = 3072;
/// Years that a certificate made here lasts: Entra takes longer ones, people forget them.
const YEARS: i16 = 2;
/// Fewer bits than this Entra does not take.
const FEWEST_BITS: usize = 2048;

/// A certificate with its private key.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    /// PKCS #1, as the signing library wants it.
    key: Zeroizing<Vec<u8>>,
    expires_at: Timestamp,
}

/// Why a pasted text is no certificate that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// There is no `CERTIFICATE` in it, or it cannot be read.
    #[error("there is no certificate in the text")]
    NoCertificate,
    /// There is no private key in it.
    #[error("there is no private key in the text")]
    NoKey,
    /// The key is protected by a password.
    #[error("the private key is encrypted")]
    Encrypted,
    /// Not RSA, or fewer than 2048 bits: Entra takes neither.
    #[error("the key is not an RSA key of 2048 bits or more")]
    NotRsa,
    /// The key belongs to another certificate.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
    /// It could not be made.
    #[error("the certificate could not be made")]
    NotMade,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint()).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Makes a key and a certificate that signs itself, good from a day before `now` (clocks differ) for two years. Takes up to
    /// seconds of computing: not for an async worker.
    pub fn make(name: &str, now: Timestamp) -> Result<Self, CertificateFault> {
        let fault = |_| CertificateFault::NotMade;
        let key =
            RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).map_err(|_| CertificateFault::NotMade)?;
        let pkcs8 = key.to_pkcs8_der().map_err(|_| CertificateFault::NotMade)?;
        let pair =
            rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.as_bytes().into(), &rcgen::PKCS_RSA_SHA256)
                .map_err(fault)?;
        let mut wanted = rcgen::CertificateParams::new(Vec::new()).map_err(fault)?;
        wanted.distinguished_name = rcgen::DistinguishedName::new();
        wanted.distinguished_name.push(rcgen::DnType::CommonName, name);
        let today = now.to_zoned(TimeZone::UTC).date();
        let day = |date: jiff::civil::Date| {
            let part = |part: i8| u8::try_from(part).unwrap_or(1);
            rcgen::date_time_ymd(date.year().into(), part(date.month()), part(date.day()))
        };
        wanted.not_before = day(today.yesterday().map_err(|_| CertificateFault::NotMade)?);
        let end = today.checked_add(jiff::Span::new().years(YEARS)).map_err(|_| CertificateFault::NotMade)?;
        wanted.not_after = day(end);
        let made = wanted.self_signed(&pair).map_err(fault)?;
        Self::of(made.der().to_vec(), &key)
    }

    /// From a text with a certificate and its private key in PEM, in any order; the first certificate counts.
    pub fn read(text: &SecretString) -> Result<Self, CertificateFault> {
        let parts = pem::parse_many(text.expose_secret()).map_err(|_| CertificateFault::NoCertificate)?;
        let part = |tag: &str| parts.iter().find(|part| part.tag() == tag).map(pem::Pem::contents);
        let certificate = part("CERTIFICATE").ok_or(CertificateFault::NoCertificate)?;
        if part("ENCRYPTED PRIVATE KEY").is_some() || text.expose_secret().contains("Proc-Type: 4,ENCRYPTED")
        {
            return Err(CertificateFault::Encrypted);
        }
        let key = match (part("PRIVATE KEY"), part("RSA PRIVATE KEY"), part("EC PRIVATE KEY")) {
            (Some(der), _, _) => RsaPrivateKey::from_pkcs8_der(der).map_err(|_| CertificateFault::NotRsa)?,
            (_, Some(der), _) => RsaPrivateKey::from_pkcs1_der(der).map_err(|_| CertificateFault::NotRsa)?,
            (_, _, Some(_)) => return Err(CertificateFault::NotRsa),
            (None, None, None) => return Err(CertificateFault::NoKey),
        };
        Self::of(certificate.to_vec(), &key)
    }

    fn of(der: Vec<u8>, key: &RsaPrivateKey) -> Result<Self, CertificateFault> {
        let (expires_at, modulus) = {
            let (_, read) =
                x509_parser::parse_x509_certificate(&der).map_err(|_| CertificateFault::NoCertificate)?;
            let end = Timestamp::from_second(read.validity().not_after.timestamp())
                .map_err(|_| CertificateFault::NoCertificate)?;
            let public = read.public_key().parsed().map_err(|_| CertificateFault::NotRsa)?;
            let x509_parser::public_key::PublicKey::RSA(public) = public else {
                return Err(CertificateFault::NotRsa);
            };
            (end, public.modulus.to_vec())
        };
        if key.size() * 8 < FEWEST_BITS {
            return Err(CertificateFault::NotRsa);
        }
        // ASN.1 writes a zero in front of a number whose first bit is set.
        if modulus.strip_prefix(&[0]).unwrap_or(&modulus) != key.n().to_bytes_be() {
            return Err(CertificateFault::Mismatch);
        }
        let pkcs1 = key.to_pkcs1_der().map_err(|_| CertificateFault::NotRsa)?;
        Ok(Self { der, key: Zeroizing::new(pkcs1.as_bytes().to_vec()), expires_at })
    }

    /// Certificate and key in PEM, to be kept sealed; [`Certificate::read`] reads it.
    pub fn to_pem(&self) -> SecretString {
        let key = pem::encode(&pem::Pem::new("RSA PRIVATE KEY", self.key.to_vec()));
        let certificate = pem::encode(&pem::Pem::new("CERTIFICATE", self.der.clone()));
        format!("{certificate}{key}").into()
    }

    /// The certificate alone, as a `.cer` file: what is uploaded at Entra.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-1 in capital hex digits: what Entra's pages call the thumbprint. For people to compare.
    pub fn thumbprint(&self) -> String {
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der);
        sha1.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Last moment at which it counts.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// SHA-256 in base64url: the `x5t#S256` of an assertion.
    pub(super) fn sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.der))
    }

    /// The private key, PKCS #1.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Modulus and exponent.
    #[cfg(test)]
    pub(super) fn public_key(&self) -> (Vec<u8>, Vec<u8>) {
        RsaPrivateKey::from_pkcs1_der(&self.key)
            .map(|key| (key.n().to_bytes_be(), key.e().to_bytes_be()))
            .unwrap_or_default()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_certificate_made_here_is_read_again_and_lasts_two_years() {
        let made = Certificate::make("Postdesk desk.example", noon()).unwrap();
        assert_eq!(made.expires_at(), "2028-11-23T00:00:00Z".parse().unwrap());
        let read = Certificate::read(&made.to_pem()).unwrap();
        assert_eq!((read.der(), read.thumbprint()), (made.der(), made.thumbprint()));
        assert_eq!(made.thumbprint().len(), 40);
        assert!(!format!("{made:?}").contains("key"), "a key is never written out");
        let (_, parsed) = x509_parser::parse_x509_certificate(made.der()).unwrap();
        assert_eq!(parsed.subject().to_string(), "CN=Postdesk desk.example");
    }

    #[test]
    fn a_text_that_cannot_serve_is_refused_with_the_reason() {
        let one = Certificate::make("One", noon()).unwrap();
        let other = Certificate::make("Other", noon()).unwrap();
        let (one, other) = (one.to_pem(), other.to_pem());
        let (one, other) = (one.expose_secret(), other.expose_secret());
        let cut = one.find("-----BEGIN RSA").unwrap();
        let other_cut = other.find("-----BEGIN RSA").unwrap();
        for (text, fault) in [
            (String::new(), CertificateFault::NoCertificate),
            ("a secret, not a certificate".to_owned(), CertificateFault::NoCertificate),
            (one[..cut].to_owned(), CertificateFault::NoKey),
            (format!("{}{}", &one[..cut], &other[other_cut..]), CertificateFault::Mismatch),
            (
                format!(
                    "{}-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                    &one[..cut]
                ),
                CertificateFault::Encrypted,
            ),
            (
                format!(
                    "{}-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
                    &one[..cut]
                ),
                CertificateFault::NotRsa,
            ),
        ] {
            assert_eq!(Certificate::read(&text.into()).unwrap_err(), fault);
        }
    }
}
