//! The listener: connections, their limits and their time, and the wire of each conversation.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use mail::Address;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::mail_in::{HandedOver, Kept, NotKept, Peer, head};
use crate::session::{Mail, Reply, Session, Step};
use crate::tls::Tls;

pub use crate::session::Verdict;

/// How long the other side may take to read an answer.
const WRITE: Duration = Duration::from_secs(60);
/// How long beginning TLS may take.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// Pause after the system refused a connection (too many open files).
const BREATH: Duration = Duration::from_millis(200);

/// What a listener allows.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest mail in bytes.
    pub max_size: usize,
    /// Conversations at once.
    pub connections: usize,
    /// Of these from one address.
    pub connections_per_peer: usize,
    /// How long the other side may be silent (RFC 5321 asks for five minutes).
    pub silence: Duration,
    /// How long a conversation may take altogether.
    pub conversation: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_size: 50 * 1024 * 1024,
            connections: 100,
            connections_per_peer: 20,
            silence: Duration::from_secs(300),
            conversation: Duration::from_secs(1_800),
        }
    }
}

/// The desk behind the door.
pub trait Reception: Clone + Send + Sync + 'static {
    /// Whether mail for this address is taken.
    fn recipient(&self, address: &Address) -> impl Future<Output = Verdict> + Send;

    /// Keeps a mail. [`Kept`] means that it is on disk and accounted for, for every recipient: the other server is told so
    /// and forgets it. On [`NotKept`] nothing of it may be left behind as if it had been taken.
    fn keep(&self, mail: HandedOver) -> impl Future<Output = Result<Kept, NotKept>> + Send;
}

/// A listener about to open.
pub struct Listener<R> {
    /// The desk.
    pub reception: R,
    /// How it calls itself.
    pub hostname: String,
    /// What it allows.
    pub limits: Limits,
    /// STARTTLS, where it is offered.
    pub tls: Option<Tls>,
}

impl<R: Reception> Listener<R> {
    /// Takes mail until `stop`. Then no new conversation begins, those in which a mail is being kept end with its answer, and
    /// the others are told to come again.
    pub async fn run(self, listener: TcpListener, stop: CancellationToken) {
        let room = Arc::new(Room::default());
        let me = Arc::new(self);
        let mut conversations = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = conversations.join_next() => continue,
                () = stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let (me, stop) = (Arc::clone(&me), stop.clone());
                    let place = Room::enter(&room, peer.ip(), &me.limits);
                    conversations.spawn(async move { me.receive(stream, peer, place, &stop).await });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection to the mail door could not be taken");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
        drop(listener);
        while conversations.join_next().await.is_some() {}
    }

    async fn receive(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        place: Option<Place>,
        stop: &CancellationToken,
    ) {
        let ip = peer.ip().to_canonical();
        let mut talk = Talk { me: self, ip, stop, until: Instant::now() + self.limits.conversation };
        let ended = match place {
            Some(_place) => talk.all(stream).await,
            None => talk.too_many(stream).await,
        };
        if let Err(error) = ended {
            // The other side went away; that is its business.
            tracing::debug!(peer = %ip, %error, "a mail conversation broke off");
        }
    }
}

/// Who is inside.
#[derive(Default)]
struct Room(Mutex<HashMap<IpAddr, usize>>);

/// A seat; given back when dropped.
struct Place {
    room: Arc<Room>,
    ip: IpAddr,
}

impl Room {
    fn enter(room: &Arc<Self>, ip: IpAddr, limits: &Limits) -> Option<Place> {
        let mut inside = room.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = inside.values().sum();
        let of_peer = inside.get(&ip).copied().unwrap_or_default();
        if all >= limits.connections || of_peer >= limits.connections_per_peer {
            return None;
        }
        inside.insert(ip, of_peer + 1);
        Some(Place { room: Arc::clone(room), ip })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.room.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_peer) = inside.get_mut(&self.ip) {
            *of_peer -= 1;
            if *of_peer == 0 {
                inside.remove(&self.ip);
            }
        }
    }
}

/// One conversation's wire.
struct Talk<'a, R> {
    me: &'a Listener<R>,
    ip: IpAddr,
    stop: &'a CancellationToken,
    until: Instant,
}

/// How a stretch of the conversation ended.
enum End {
    /// Over.
    Over,
    /// TLS begins.
    Encrypt,
}

impl<R: Reception> Talk<'_, R> {
    async fn all(&mut self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut session = Session::new(&self.me.hostname, self.me.limits.max_size, self.me.tls.is_some());
        say(&mut stream, &session.greeting()).await?;
        let end = self.stretch(&mut stream, &mut session, false).await?;
        if let (End::Encrypt, Some(tls)) = (end, &self.me.tls) {
            let mut stream = timeout(HANDSHAKE, tls.acceptor.accept(stream)).await??;
            session.encrypted();
            self.stretch(&mut stream, &mut session, true).await?;
            let _ = timeout(WRITE, stream.shutdown()).await;
        }
        Ok(())
    }

    async fn too_many(&self, mut stream: TcpStream) -> std::io::Result<()> {
        tracing::warn!(peer = %self.ip, "too many mail conversations at once");
        say(&mut stream, &Reply::new(421, "4.7.0 Too many connections, please try again later")).await
    }

    async fn stretch<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut S,
        session: &mut Session,
        encrypted: bool,
    ) -> std::io::Result<End> {
        let mut buffer = vec![0; 16 * 1024];
        // Answers to commands that came together go out together.
        let mut answers = String::new();
        loop {
            match session.step() {
                Step::Say(reply) => answers.push_str(&reply.to_wire()),
                Step::Recipient(address) => {
                    let verdict = self.me.reception.recipient(&address).await;
                    answers.push_str(&session.recipient(address, verdict).to_wire());
                }
                Step::Keep(mail) => {
                    let peer = Peer { ip: self.ip, name: session.peer_name().to_owned(), encrypted };
                    let id = self.keep(mail, peer).await;
                    answers.push_str(&session.kept(id.as_deref()).to_wire());
                }
                Step::Close(reply) => {
                    answers.push_str(&reply.to_wire());
                    write(stream, &answers).await?;
                    return Ok(End::Over);
                }
                Step::StartTls(reply) => {
                    answers.push_str(&reply.to_wire());
                    write(stream, &answers).await?;
                    return Ok(End::Encrypt);
                }
                Step::Read => {
                    write(stream, &answers).await?;
                    answers.clear();
                    match self.read(stream, &mut buffer).await? {
                        Read::Bytes(count) => session.feed(buffer.get(..count).unwrap_or_default()),
                        Read::End => return Ok(End::Over),
                        Read::Goodbye(why) => {
                            say(stream, &Reply::new(421, why)).await?;
                            return Ok(End::Over);
                        }
                    }
                }
            }
        }
    }

    async fn read<S: AsyncRead + Unpin>(&self, stream: &mut S, buffer: &mut [u8]) -> std::io::Result<Read> {
        let until = self.until.min(Instant::now() + self.me.limits.silence);
        tokio::select! {
            read = timeout_at(until, stream.read(buffer)) => match read {
                Err(_) => Ok(Read::Goodbye("4.4.2 Time is up, closing")),
                Ok(read) => match read? {
                    0 => Ok(Read::End),
                    count => Ok(Read::Bytes(count)),
                },
            },
            () = self.stop.cancelled() => Ok(Read::Goodbye("4.3.2 Closing for now, please try again later")),
        }
    }

    /// The mail into the desk's hands; its id when it is kept.
    async fn keep(&self, mail: Mail, peer: Peer) -> Option<String> {
        let id = hex::encode(rand::random::<[u8; 12]>());
        let at = Timestamp::now();
        let Mail { from, recipients, raw: body } = mail;
        let mut raw = head(&id, &peer, from.as_deref(), &recipients, &self.me.hostname, at).into_bytes();
        raw.extend_from_slice(&body);
        drop(body);
        let handed = HandedOver { id: id.clone(), peer, from, recipients, at, raw };
        match self.me.reception.keep(handed).await {
            Ok(Kept) => Some(id),
            Err(error) => {
                tracing::error!(peer = %self.ip, id, %error, "a mail could not be kept; its server will try again");
                None
            }
        }
    }
}

enum Read {
    Bytes(usize),
    End,
    Goodbye(&'static str),
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, reply: &Reply) -> std::io::Result<()> {
    write(stream, &reply.to_wire()).await
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> std::io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let all = async {
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await
    };
    timeout(WRITE, all).await?
}
