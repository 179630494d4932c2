//! Listening: http or https, graceful end, and connections that are cut without an answer when a fault says so.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};
use tower::Service;

/// Put into a response's extensions: close the connection instead of answering.
#[derive(Clone, Copy, Debug)]
pub struct Cut;

/// The router, with cut connections.
#[derive(Clone)]
struct Cutting(Router);

impl<B> Service<axum::http::Request<B>> for Cutting
where
    B: axum::body::HttpBody<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = io::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: axum::http::Request<B>) -> Self::Future {
        let mut router = self.0.clone();
        let request: Request = request.map(axum::body::Body::new);
        Box::pin(async move {
            let response = router.call(request).await.unwrap_or_else(|never| match never {});
            if response.extensions().get::<Cut>().is_some() {
                return Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut on demand"));
            }
            Ok(response)
        })
    }
}

/// Binds, so that the address is known before the first request.
pub fn bind(listen: SocketAddr) -> Result<std::net::TcpListener, io::Error> {
    let listener = std::net::TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until the handle is told to stop.
pub async fn serve(
    listener: std::net::TcpListener,
    tls: Option<RustlsConfig>,
    router: Router,
    handle: Handle<SocketAddr>,
) -> Result<(), io::Error> {
    let make = tower::service_fn(move |_: SocketAddr| {
        let service = Cutting(router.clone());
        async move { Ok::<_, std::convert::Infallible>(service) }
    });
    match tls {
        None => axum_server::from_tcp(listener)?.handle(handle).serve(make).await,
        Some(tls) => axum_server::from_tcp_rustls(listener, tls)?.handle(handle).serve(make).await,
    }
}

/// The certificate of this machine, signed by a CA that is made once and kept in `folder` (`ca.pem`, `ca.key`).
pub async fn certificate(folder: &Path) -> Result<RustlsConfig, io::Error> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    std::fs::create_dir_all(folder)?;
    let (ca_pem, ca_key) = (folder.join("ca.pem"), folder.join("ca.key"));
    let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Postdesk sandbox CA");
    params.key_usages =
        vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let key = if ca_pem.exists() && ca_key.exists() {
        KeyPair::from_pem(&std::fs::read_to_string(&ca_key)?).map_err(io::Error::other)?
    } else {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        std::fs::write(&ca_pem, certificate.pem())?;
        std::fs::write(&ca_key, key.serialize_pem())?;
        key
    };
    let issuer = Issuer::new(params, key);
    let mut own = CertificateParams::new(vec!["localhost".to_owned()]).map_err(io::Error::other)?;
    own.subject_alt_names.push(SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
    own.subject_alt_names.push(SanType::IpAddress(std::net::Ipv6Addr::LOCALHOST.into()));
    own.distinguished_name.push(DnType::CommonName, "Postdesk sandbox");
    let own_key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = own.signed_by(&own_key, &issuer).map_err(io::Error::other)?;
    RustlsConfig::from_pem(certificate.pem().into_bytes(), own_key.serialize_pem().into_bytes()).await
}
