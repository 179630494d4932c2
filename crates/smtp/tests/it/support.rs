//! A listener whose desk remembers, and a client that sends exactly the bytes it is given.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail::Address;
use smtp::{HandedOver, Kept, Limits, Listener, NotKept, Reception, Tls, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// What a desk may be told to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// The disk is full.
    NoRoom,
    /// Keeping takes this long.
    Slow(Duration),
    /// The process dies while it keeps: nothing is ever answered.
    Dies,
}

/// Takes mail for `help@` and `sales@desk.example`.
#[derive(Clone, Default)]
pub struct Desk {
    pub mails: Arc<Mutex<Vec<HandedOver>>>,
    pub mood: Arc<Mutex<Mood>>,
}

impl Desk {
    pub fn kept(&self) -> Vec<HandedOver> {
        self.mails.lock().unwrap().clone()
    }

    pub fn feels(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

impl Reception for Desk {
    async fn recipient(&self, address: &Address) -> Verdict {
        match address.as_str() {
            "help@desk.example" | "sales@desk.example" => Verdict::Known,
            "later@desk.example" => Verdict::Later,
            _ => Verdict::Unknown,
        }
    }

    async fn keep(&self, mail: HandedOver) -> Result<Kept, NotKept> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::NoRoom => return Err(NotKept("no space left on device".to_owned())),
            Mood::Slow(pause) => tokio::time::sleep(pause).await,
            Mood::Dies => std::future::pending().await,
            Mood::Well => {}
        }
        self.mails.lock().unwrap().push(mail);
        Ok(Kept)
    }
}

/// A listener at work.
pub struct Door {
    pub desk: Desk,
    pub at: SocketAddr,
    pub stop: CancellationToken,
    pub task: AbortOnDropHandle<()>,
}

pub async fn open(limits: Limits) -> Door {
    let desk = Desk::default();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    let stop = CancellationToken::new();
    let tls = Some(Tls::self_signed("desk.example").unwrap());
    let listener = Listener { reception: desk.clone(), hostname: "desk.example".to_owned(), limits, tls };
    let task = AbortOnDropHandle::new(tokio::spawn(listener.run(socket, stop.clone())));
    Door { desk, at, stop, task }
}

/// A client.
pub struct Client(TcpStream);

impl Client {
    /// Connected and greeted.
    pub async fn at(at: SocketAddr) -> Self {
        let mut client = Self::ungreeted(at).await;
        assert!(client.hear().await.starts_with("220 desk.example "));
        client
    }

    pub async fn ungreeted(at: SocketAddr) -> Self {
        Self(TcpStream::connect(at).await.unwrap())
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// One whole answer; empty when the other side hung up.
    pub async fn hear(&mut self) -> String {
        let mut heard = String::new();
        loop {
            let mut byte = [0];
            let read = tokio::time::timeout(Duration::from_secs(10), self.0.read(&mut byte)).await;
            match read.expect("an answer in time") {
                Ok(1) => heard.push(char::from(byte[0])),
                _ => return heard,
            }
            let last = heard.lines().last().unwrap_or_default();
            if heard.ends_with("\r\n") && last.as_bytes().get(3) == Some(&b' ') {
                return heard;
            }
        }
    }

    pub async fn say(&mut self, line: &str) -> String {
        self.write(format!("{line}\r\n").as_bytes()).await;
        self.hear().await
    }

    /// Up to the 354 of a mail for `help@`.
    pub async fn begin(&mut self) {
        assert!(self.say("EHLO mx.example.com").await.starts_with("250"));
        assert!(self.say("MAIL FROM:<ann@customer.example>").await.starts_with("250"));
        assert!(self.say("RCPT TO:<help@desk.example>").await.starts_with("250"));
        assert!(self.say("DATA").await.starts_with("354"));
    }
}
