//! DKIM (RFC 6376): what proves to the receiving server that a mail comes from our domain and was not changed. Relaxed headers,
//! relaxed body; RSA (2048 bits and more) or Ed25519 (RFC 8463).
//!
//! Our own, on ring: the library's signer works only on mails that its own builder made, and the other one brings a resolver,
//! an XML reader and a zip library along.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};

/// Headers that are signed where they stand. Each is named once more than it occurs, so that none can be added.
const SIGNED: [&str; 12] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "auto-submitted",
];

/// A domain's key.
pub struct Dkim {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Why a key is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No private key in it.
    #[error("not a private key in PEM form: {0}")]
    NotPem(String),
    /// Of a kind or size that is not used.
    #[error("neither an RSA key of 2048 bits or more nor an Ed25519 key: {0}")]
    Unusable(String),
}

impl std::fmt::Debug for Dkim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dkim({}._domainkey.{})", self.selector, self.domain)
    }
}

impl Dkim {
    /// A key in PEM form, whose public half stands in DNS at `selector._domainkey.domain`.
    ///
    /// # Errors
    /// When the text holds no usable key.
    pub fn new(domain: &str, selector: &str, pem: &[u8]) -> Result<Self, KeyError> {
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|error| KeyError::NotPem(error.to_string()))?;
        let rejected = |error: ring::error::KeyRejected| KeyError::Unusable(error.to_string());
        let key = match &der {
            PrivateKeyDer::Pkcs1(key) => {
                Key::Rsa(Box::new(RsaKeyPair::from_der(key.secret_pkcs1_der()).map_err(rejected)?))
            }
            PrivateKeyDer::Pkcs8(key) => {
                let der = key.secret_pkcs8_der();
                match RsaKeyPair::from_pkcs8(der) {
                    Ok(key) => Key::Rsa(Box::new(key)),
                    Err(_) => {
                        Key::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(rejected)?)
                    }
                }
            }
            _ => return Err(KeyError::Unusable("elliptic curve".to_owned())),
        };
        Ok(Self { domain: domain.to_ascii_lowercase(), selector: selector.to_owned(), key })
    }

    /// True when it speaks for this domain: its own or one below it.
    pub fn speaks_for(&self, domain: &str) -> bool {
        let domain = domain.to_ascii_lowercase();
        domain == self.domain || domain.strip_suffix(&self.domain).is_some_and(|rest| rest.ends_with('.'))
    }

    /// The header to be put before the mail, with its line end. `None`: the key could not sign.
    pub fn sign(&self, mail: &[u8], at: Timestamp) -> Option<String> {
        let (headers, body) = split(mail);
        let headers = fields(headers);
        let mut names = Vec::new();
        let mut signed = Vec::new();
        for name in SIGNED {
            // From the last one up, as RFC 6376 (5.4.2) wants it.
            let found: Vec<_> = headers.iter().rev().filter(|(n, _)| n == name).collect();
            for (name, value) in &found {
                names.push(name.clone());
                signed.extend_from_slice(&relaxed(name, value));
            }
            names.push(name.to_owned());
        }
        let algorithm = match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let start = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={}; s={};\r\n\tt={}; h={};\r\n\tbh={};\r\n\tb=",
            self.domain,
            self.selector,
            at.as_second(),
            names.join(":\r\n\t "),
            BASE64.encode(Sha256::digest(relaxed_body(body))),
        );
        let own = relaxed("dkim-signature", start.as_bytes());
        signed.extend_from_slice(own.strip_suffix(b"\r\n").unwrap_or(&own));
        let signature = BASE64.encode(self.signature(&signed)?);
        let lines: Vec<&str> =
            signature.as_bytes().chunks(72).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        Some(format!("DKIM-Signature: {start}{}\r\n", lines.join("\r\n\t ")))
    }

    fn signature(&self, signed: &[u8]) -> Option<Vec<u8>> {
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let random = ring::rand::SystemRandom::new();
                key.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature).ok()?;
                Some(signature)
            }
            // RFC 8463: the hash is what is signed.
            Key::Ed25519(key) => Some(key.sign(&Sha256::digest(signed)).as_ref().to_vec()),
        }
    }
}

/// Headers and body.
fn split(mail: &[u8]) -> (&[u8], &[u8]) {
    match mail.windows(4).position(|window| window == b"\r\n\r\n") {
        Some(at) => (mail.get(..at + 2).unwrap_or_default(), mail.get(at + 4..).unwrap_or_default()),
        None => (mail, &[]),
    }
}

/// Names in lower case and raw values, folded lines together.
fn fields(headers: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    for line in headers.split_inclusive(|byte| *byte == b'\n') {
        match (line.first(), fields.last_mut()) {
            (Some(b' ' | b'\t'), Some((_, value))) => value.extend_from_slice(line),
            _ => {
                let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
                let name =
                    String::from_utf8_lossy(line.get(..at).unwrap_or_default()).trim().to_ascii_lowercase();
                fields.push((name, line.get(at + 1..).unwrap_or_default().to_vec()));
            }
        }
    }
    fields
}

/// RFC 6376, 3.4.2: unfolded, each stretch of white space one blank, none at the ends.
fn relaxed(name: &str, value: &[u8]) -> Vec<u8> {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    [name.as_bytes(), b":", &words.collect::<Vec<_>>().join(&b' '), b"\r\n"].concat()
}

/// RFC 6376, 3.4.4: white space at line ends and empty lines at the end count for nothing.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut empty = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
        let line = line.get(..end).unwrap_or_default();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty) {
            out.extend_from_slice(b"\r\n");
        }
        let mut blank = false;
        for byte in line {
            if matches!(byte, b' ' | b'\t') {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                out.push(b' ');
            }
            out.push(*byte);
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// The examples of RFC 6376, 3.4.5.
    #[test]
    fn white_space_that_servers_change_is_not_signed() {
        let mail = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (headers, body) = split(mail);
        let relaxed_headers: Vec<u8> =
            fields(headers).iter().flat_map(|(name, value)| relaxed(name, value)).collect();
        assert_eq!(relaxed_headers, b"a:X\r\nb:Y Z\r\n");
        assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
        assert_eq!(relaxed_body(b"no end"), b"no end\r\n");
    }

    /// Made for this test.
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEICjayq/QcffCd/LTGhk/6ruST6RW/drcPWxZGY1GOGeL\n-----END PRIVATE KEY-----\n";

    const MAIL: &[u8] = b"From: Desk <desk@example.com>\r\nTo: Carl\r\n <carl@example.org>\r\nSubject:  Re:\tPrinter \r\nX-Other: 1\r\n\r\nIt  is on. \r\n\r\n";

    fn signed(mail: &[u8]) -> String {
        let key = Dkim::new("example.com", "desk", KEY.as_bytes()).unwrap();
        key.sign(mail, Timestamp::from_second(1_700_000_000).unwrap()).unwrap()
    }

    /// Another implementation (dkimpy) has found this signature good.
    #[test]
    fn a_signature_is_what_others_accept() {
        let signature = signed(MAIL);
        if let Some(folder) = std::env::var_os("POSTDESK_DKIM") {
            let mail = [signature.as_bytes(), MAIL].concat();
            std::fs::write(std::path::Path::new(&folder).join("signed.eml"), mail).unwrap();
        }
        let b = signature.split("\tb=").nth(1).unwrap().split_whitespace().collect::<String>();
        assert_eq!(
            b,
            "qD+ijT5zpj9h1VKP6wDNh0jRyfHrqlV/kIPi3IE/39SCwjfR7hmYc36GRQgnwTRCkhhFQuWbqDNl2LbiBVdKBw=="
        );
    }

    #[test]
    fn a_signature_covers_what_is_read_and_nothing_that_servers_change() {
        let text = |from: &str, to: &str| String::from_utf8_lossy(MAIL).replace(from, to).into_bytes();
        for (from, to) in [
            ("is on", "is off"),
            ("Printer", "Invoice"),
            ("Desk <desk", "Desk <evil"),
            ("X-Other", "Subject: b\r\nX-Other"),
        ] {
            assert_ne!(signed(&text(from, to)), signed(MAIL), "{from} to {to}");
        }
        for (from, to) in
            [("on. \r\n\r\n", "on.\r\n"), ("Carl\r\n <", "Carl <"), ("X-Other: 1", "X-Other: 2")]
        {
            assert_eq!(signed(&text(from, to)), signed(MAIL), "{from} to {to}");
        }
    }

    #[test]
    fn a_key_speaks_for_its_domain_and_below_and_a_bad_one_is_refused() {
        let key = Dkim::new("Example.com", "desk", KEY.as_bytes()).unwrap();
        for (domain, speaks) in
            [("example.com", true), ("Mail.EXAMPLE.com", true), ("notexample.com", false), ("com", false)]
        {
            assert_eq!(key.speaks_for(domain), speaks, "{domain}");
        }
        assert!(matches!(Dkim::new("d", "s", b"nothing"), Err(KeyError::NotPem(_))));
    }
}
