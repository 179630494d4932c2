//! The way out, step by step, so that of each failure it is known whether the mail may have left.
//!
//! [`Sender::offer`] connects and names sender and recipients: whatever goes wrong there, nothing has left. [`Offer::send`]
//! hands the mail over: only a loss of the connection after that leaves doubt, and says so.

use std::time::Duration;

use jiff::Timestamp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, response::Severity};
use mail::Address;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use crate::dkim::Dkim;

/// How long connecting, TLS and signing in may take together.
const CONNECTING: Duration = Duration::from_secs(60);
/// How long an answer to a command may take (RFC 5321: five minutes; nobody should wait so long for us).
const ANSWER: Duration = Duration::from_secs(120);
/// How long the answer to a whole mail may take (RFC 5321, 4.5.3.2.6): giving up early is what makes doubt.
const ACCEPTING: Duration = Duration::from_secs(600);
/// Characters of a server's words that are kept.
const WORDS: usize = 400;

/// How the way is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: for a server on the same machine.
    None,
    /// By STARTTLS where the server offers it, whoever it says it is.
    Opportunistic,
    /// By STARTTLS, with a certificate that fits, or not at all.
    StartTls,
    /// TLS from the first byte (port 465), with a certificate that fits.
    Tls,
}

impl Security {
    /// From the word in the configuration: `none`, `opportunistic`, `starttls`, `tls`.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "none" => Self::None,
            "opportunistic" => Self::Opportunistic,
            "starttls" => Self::StartTls,
            "tls" => Self::Tls,
            _ => return None,
        })
    }
}

/// The server that takes our mail.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Encryption.
    pub security: Security,
    /// Account, where it asks for one.
    pub sign_in: Option<(String, SecretString)>,
    /// How we call ourselves.
    pub hostname: String,
    /// A certificate authority to be trusted beside the system's, as PEM.
    pub extra_ca: Option<Vec<u8>>,
}

/// What a server said no with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} {words}")]
pub struct Refusal {
    /// 5xx: the same mail will be refused again. 4xx: later it may be taken.
    pub permanent: bool,
    /// 0 when we refused it ourselves.
    pub code: u16,
    /// Its words.
    pub words: String,
}

/// Nothing has left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection, no TLS, no greeting, or it broke.
    #[error("no connection to the mail server: {0}")]
    Unreachable(String),
    /// The server does not let us in.
    #[error("the mail server refused the sign-in: {0}")]
    SignIn(Refusal),
    /// The server does not take this mail.
    #[error("the mail server refused the mail: {0}")]
    Refused(Refusal),
}

/// What became of a mail that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// The server said no: nothing has left.
    #[error("the mail server refused the mail: {0}")]
    Refused(Refusal),
    /// It may have left or not. Sending it again could make it arrive twice.
    #[error("the mail server did not confirm: {0}")]
    Uncertain(String),
}

/// Sends by one server.
#[derive(Debug)]
pub struct Sender {
    route: Route,
    signer: Option<Dkim>,
}

/// A mail that the server has said it would take, for some of its recipients at least.
pub struct Offer {
    connection: AsyncSmtpConnection,
    /// Who is refused, and why. The others get it.
    pub refused: Vec<(Address, Refusal)>,
    /// Who will get it.
    pub accepted: Vec<Address>,
}

impl Sender {
    /// By this server; mail from the signer's domain is signed.
    pub fn new(route: Route, signer: Option<Dkim>) -> Self {
        Self { route, signer }
    }

    /// Name and port of the server, for people.
    pub fn server(&self) -> String {
        format!("{}:{}", self.route.host, self.route.port)
    }

    /// The mail with its signature in front, where we have a key for the sender's domain.
    pub fn signed(&self, from: &Address, mut mime: Vec<u8>, at: Timestamp) -> Vec<u8> {
        let signer = self.signer.as_ref().filter(|signer| signer.speaks_for(from.domain()));
        if let Some(header) = signer.and_then(|signer| signer.sign(&mime, at)) {
            mime.splice(0..0, header.into_bytes());
        }
        mime
    }

    /// Connects, and signs in where an account is given. For a test of the settings: nothing is sent.
    ///
    /// # Errors
    /// [`Failure::Unreachable`], [`Failure::SignIn`].
    pub async fn check(&self) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        let _ = timeout(ANSWER, connection.quit()).await;
        Ok(())
    }

    /// Names sender and recipients to the server.
    ///
    /// # Errors
    /// Whatever it is, nothing has left. [`Failure::Refused`] also when every recipient is refused and one of them only for
    /// now, so that the whole may be tried again.
    pub async fn offer(&self, from: &Address, to: &[Address], mime: &[u8]) -> Result<Offer, Failure> {
        let mut connection = self.connect().await?;
        let wide = to.iter().chain([from]).any(|address| !address.as_str().is_ascii());
        let mut parameters = Vec::new();
        for (wanted, extension, parameter) in [
            (wide, Extension::SmtpUtfEight, MailParameter::SmtpUtfEight),
            (!mime.is_ascii(), Extension::EightBitMime, MailParameter::Body(MailBodyParameter::EightBitMime)),
        ] {
            if !wanted {
                continue;
            }
            if !connection.server_info().supports_feature(extension) {
                return Err(Failure::Refused(ours("the server takes neither such addresses nor such text")));
            }
            parameters.push(parameter);
        }
        let sender = lettre_address(from).map_err(Failure::Refused)?;
        command(&mut connection, Mail::new(Some(sender), parameters)).await?.map_err(Failure::Refused)?;
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        for address in to {
            let answer = match lettre_address(address) {
                Ok(recipient) => command(&mut connection, Rcpt::new(recipient, Vec::new())).await?,
                Err(refusal) => Err(refusal),
            };
            match answer {
                Ok(()) => accepted.push(address.clone()),
                Err(refusal) => refused.push((address.clone(), refusal)),
            }
        }
        Ok(Offer { connection, refused, accepted })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        match timeout(CONNECTING, self.connect_in_time()).await {
            Ok(connected) => connected,
            Err(_) => Err(Failure::Unreachable("no answer in time".to_owned())),
        }
    }

    async fn connect_in_time(&self) -> Result<AsyncSmtpConnection, Failure> {
        let route = &self.route;
        let hello = ClientId::Domain(route.hostname.clone());
        let at = (route.host.as_str(), route.port);
        let unreachable = |error: Error| Failure::Unreachable(words(&error));
        let outer = match route.security {
            Security::Tls => Some(self.tls(false)?),
            _ => None,
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(at, Some(CONNECTING), &hello, outer, None)
            .await
            .map_err(unreachable)?;
        match route.security {
            Security::StartTls => connection.starttls(self.tls(false)?, &hello).await.map_err(unreachable)?,
            Security::Opportunistic if connection.can_starttls() => {
                connection.starttls(self.tls(true)?, &hello).await.map_err(unreachable)?;
            }
            _ => {}
        }
        if let Some((user, password)) = &route.sign_in {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            if let Err(error) = connection.auth(DEFAULT_MECHANISMS, &credentials).await {
                return Err(match refusal(&error) {
                    Some(refusal) => Failure::SignIn(refusal),
                    None if error.is_client() => Failure::SignIn(ours(&words(&error))),
                    None => unreachable(error),
                });
            }
        }
        Ok(connection)
    }

    /// `anybody`: opportunistic encryption asks for no name; without it there would be none at all.
    fn tls(&self, anybody: bool) -> Result<TlsParameters, Failure> {
        let unusable = |error: Error| Failure::Unreachable(words(&error));
        let mut parameters = TlsParameters::builder(self.route.host.clone());
        if let Some(pem) = &self.route.extra_ca {
            parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(unusable)?);
        }
        if anybody {
            parameters =
                parameters.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true);
        }
        parameters.build().map_err(unusable)
    }
}

impl Offer {
    /// Hands the mail over to those who are [accepted](Self::accepted); answers the server's words.
    ///
    /// # Errors
    /// [`SendFailure::Uncertain`] when the connection was lost before the server said yes or no.
    pub async fn send(mut self, mime: &[u8]) -> Result<String, SendFailure> {
        // The library ends the mail with a line end of its own.
        let mime = mime.strip_suffix(b"\r\n").unwrap_or(mime);
        match command(&mut self.connection, Data).await {
            Ok(Ok(())) => {}
            Ok(Err(refusal)) => return Err(SendFailure::Refused(refusal)),
            // Nothing of the mail had been said.
            Err(failure) => {
                return Err(SendFailure::Refused(Refusal { permanent: false, ..ours(&failure.to_string()) }));
            }
        }
        let outcome = match timeout(ACCEPTING, self.connection.message(mime)).await {
            Err(_) => Err(SendFailure::Uncertain("no answer in time".to_owned())),
            Ok(Ok(response)) => Ok(cut(&response.message().collect::<Vec<_>>().join(" "))),
            Ok(Err(error)) => Err(match refusal(&error) {
                Some(refusal) => SendFailure::Refused(refusal),
                None => SendFailure::Uncertain(words(&error)),
            }),
        };
        // What became of the mail is known; the farewell is politeness.
        let _ = timeout(Duration::from_secs(5), self.connection.abort()).await;
        outcome
    }

    /// Goes away without sending.
    pub async fn withdraw(mut self) {
        let _ = timeout(Duration::from_secs(5), self.connection.abort()).await;
    }
}

/// The server's yes or no; an error when there was neither.
async fn command<C: std::fmt::Display>(
    connection: &mut AsyncSmtpConnection,
    command: C,
) -> Result<Result<(), Refusal>, Failure> {
    match timeout(ANSWER, connection.command(command)).await {
        Err(_) => Err(Failure::Unreachable("no answer in time".to_owned())),
        Ok(Ok(_)) => Ok(Ok(())),
        Ok(Err(error)) => match refusal(&error) {
            // 421: it says goodbye, whatever was asked.
            Some(refusal) if refusal.code == 421 => Err(Failure::Unreachable(refusal.to_string())),
            Some(refusal) => Ok(Err(refusal)),
            None => Err(Failure::Unreachable(words(&error))),
        },
    }
}

fn lettre_address(address: &Address) -> Result<lettre::Address, Refusal> {
    lettre::Address::new(address.local(), address.domain())
        .map_err(|error| ours(&format!("{address}: {error}")))
}

/// A no of our own, for good.
fn ours(words: &str) -> Refusal {
    Refusal { permanent: true, code: 0, words: cut(words) }
}

fn refusal(error: &Error) -> Option<Refusal> {
    let status = error.status()?;
    let permanent = matches!(status.severity, Severity::PermanentNegativeCompletion);
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Some(Refusal { permanent, code: u16::from(status), words: cut(&source) })
}

/// The error with what is behind it.
fn words(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(deeper) = source {
        let deeper_text = deeper.to_string();
        if !text.contains(&deeper_text) {
            text = format!("{text}: {deeper_text}");
        }
        source = deeper.source();
    }
    cut(&text)
}

fn cut(text: &str) -> String {
    let line: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    line.join(" ").chars().take(WORDS).collect()
}
