//! The mail servers around a desk: one that takes its mail and forwards what it is told to, and the desk's own door.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use engine::{Door, Engine, Settings, SmtpSettings};
use jiff::SignedDuration;
use mail::{Address, Mailbox};
use smtp::{HandedOver, Kept, Limits, Listener, NotKept, Reception, Route, Security, Sender, Verdict};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// A mail server for everybody outside, and a door of the desk's.
pub struct Post {
    server: Server,
    _serving: AbortOnDropHandle<()>,
    door: SocketAddr,
    listener: Mutex<Option<TcpListener>>,
    open: Mutex<Option<AbortOnDropHandle<()>>>,
    at: SocketAddr,
}

#[derive(Clone, Default)]
struct Server(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    mails: Vec<HandedOver>,
    forwards: HashMap<Address, SocketAddr>,
    refuses: HashMap<Address, Verdict>,
    full: bool,
}

impl Server {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reception for Server {
    async fn recipient(&self, address: &Address) -> Verdict {
        self.state().refuses.get(address).copied().unwrap_or(Verdict::Known)
    }

    async fn keep(&self, mail: HandedOver) -> Result<Kept, NotKept> {
        let onwards: Vec<_> = {
            let mut state = self.state();
            if state.full {
                return Err(NotKept("full".to_owned()));
            }
            state.mails.push(mail.clone());
            let to = |to: &Address| Some((to.clone(), *state.forwards.get(to)?));
            mail.recipients.iter().filter_map(to).collect()
        };
        for (to, at) in onwards {
            let passed =
                hand(at, mail.from.as_deref().unwrap_or("bounce@server.test"), to.as_str(), &mail.raw);
            passed.await.map_err(|error| NotKept(error.to_string()))?;
        }
        Ok(Kept)
    }
}

impl Post {
    /// The servers, and settings that make a desk use them: it sends as `desk@desk.test`.
    pub async fn beside(settings: Settings) -> anyhow::Result<(Self, Settings)> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let socket = TcpListener::bind("127.0.0.1:0").await?;
        let at = socket.local_addr()?;
        let server = Server::default();
        let listening = Listener {
            reception: server.clone(),
            hostname: "server.test".to_owned(),
            limits: Limits::default(),
            tls: None,
        };
        let serving = AbortOnDropHandle::new(tokio::spawn(listening.run(socket, CancellationToken::new())));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let door = listener.local_addr()?;
        let smtp = SmtpSettings {
            door: Some(Door {
                hostname: "desk.test".to_owned(),
                port: door.port(),
                limits: Limits::default(),
                tls: Some(smtp::Tls::self_signed("desk.test")?),
            }),
            way_out: Some(Arc::new(Sender::new(route(at), None))),
            from: Some(Mailbox {
                name: "Desk".to_owned(),
                address: Address::parse("desk@desk.test").context("an address")?,
            }),
            first_pause: SignedDuration::from_millis(100),
        };
        let listener = Mutex::new(Some(listener));
        let post = Self { server, _serving: serving, door, listener, open: Mutex::default(), at };
        Ok((post, Settings { smtp, ..settings }))
    }

    /// The same settings with another server for the desk's mail.
    pub fn by(&self, settings: Settings, server: SocketAddr) -> Settings {
        let smtp =
            SmtpSettings { way_out: Some(Arc::new(Sender::new(route(server), None))), ..settings.smtp };
        Settings { smtp, ..settings }
    }

    /// Opens the desk's door: mail handed over goes to this engine.
    pub fn open(&self, engine: &Engine) {
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(listener) = listener {
            let engine = engine.clone();
            let task = async move { engine.accept_mail(listener, CancellationToken::new()).await };
            *self.open.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(AbortOnDropHandle::new(tokio::spawn(task)));
        }
    }

    /// The desk's door, for a real server.
    pub fn door(&self) -> SocketAddr {
        self.door
    }

    /// From now on the server sends mail for this address on to the desk.
    pub fn forward(&self, address: &str) {
        if let Some(address) = Address::parse(address) {
            self.server.state().forwards.insert(address, self.door);
        }
    }

    /// And no longer.
    pub fn stop_forwarding(&self) {
        self.server.state().forwards.clear();
    }

    /// What the server says of a recipient.
    pub fn answers(&self, address: &str, verdict: Verdict) {
        if let Some(address) = Address::parse(address) {
            self.server.state().refuses.insert(address, verdict);
        }
    }

    /// The server takes no mail for now, or takes it again.
    pub fn full(&self, full: bool) {
        self.server.state().full = full;
    }

    /// Hands a mail to the desk's door, as a server that forwards.
    pub async fn hand_over(&self, from: &str, to: &str, raw: &str) -> anyhow::Result<String> {
        hand(self.door, from, to, raw.as_bytes()).await
    }

    /// Hands a mail to the outside server, as a customer.
    pub async fn customer_sends(&self, from: &str, to: &str, raw: &str) -> anyhow::Result<String> {
        hand(self.at, from, to, raw.as_bytes()).await
    }

    /// What the server has taken for somebody, as letters.
    pub fn received(&self, address: &str) -> Vec<mail::Letter> {
        let state = self.server.state();
        let of = |mail: &&HandedOver| mail.recipients.iter().any(|to| to.as_str() == address);
        state.mails.iter().filter(of).map(|mail| mail::read(&mail.raw)).collect()
    }
}

impl Post {
    /// The same, byte for byte.
    pub fn raw(&self, address: &str) -> Vec<Vec<u8>> {
        let state = self.server.state();
        let of = |mail: &&HandedOver| mail.recipients.iter().any(|to| to.as_str() == address);
        state.mails.iter().filter(of).map(|mail| mail.raw.clone()).collect()
    }
}

fn route(at: SocketAddr) -> Route {
    Route {
        host: at.ip().to_string(),
        port: at.port(),
        security: Security::Opportunistic,
        sign_in: None,
        hostname: "elsewhere.test".to_owned(),
        extra_ca: None,
    }
}

/// Hands a mail over; answers the server's words.
async fn hand(at: SocketAddr, from: &str, to: &str, raw: &[u8]) -> anyhow::Result<String> {
    let (from, to) = (Address::parse(from).context("a sender")?, Address::parse(to).context("a recipient")?);
    let offer = Sender::new(route(at), None).offer(&from, &[to], raw).await?;
    if let Some((_, refusal)) = offer.refused.first() {
        bail!("{refusal}");
    }
    Ok(offer.send(raw).await?)
}
