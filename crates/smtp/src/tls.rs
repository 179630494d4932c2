//! The listener's certificate: given in two files, or made by ourselves. Mail servers encrypt to whoever is there; one
//! that insists on a name needs a certificate of a known authority.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// What STARTTLS is done with.
#[derive(Clone)]
pub struct Tls {
    pub(crate) acceptor: TlsAcceptor,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or is not what it should be.
    #[error("{file}: {why}")]
    File {
        /// Which.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// Certificate and key do not fit.
    #[error("certificate and key: {0}")]
    Pair(#[from] rustls::Error),
    /// None could be made.
    #[error("making a certificate: {0}")]
    Made(#[from] rcgen::Error),
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Tls {
    /// From PEM files: the certificate with its chain, and its key.
    ///
    /// # Errors
    /// When a file cannot be read, or they do not fit.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let wrong = |file: &Path, why: rustls_pki_types::pem::Error| TlsError::File {
            file: file.display().to_string(),
            why: why.to_string(),
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
        let chain: Vec<CertificateDer<'static>> = chain.map_err(|why| wrong(certificate, why))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|why| wrong(key, why))?;
        Self::of(chain, key)
    }

    /// Made for this host name, good until the program ends.
    ///
    /// # Errors
    /// When the name cannot stand in a certificate.
    pub fn self_signed(hostname: &str) -> Result<Self, TlsError> {
        let made = rcgen::generate_simple_self_signed([hostname.to_owned()])?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        Self::of(vec![made.cert.der().clone()], key.into())
    }

    fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}
