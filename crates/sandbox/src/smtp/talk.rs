//! One SMTP conversation, in the words of Exchange Online: it refuses unknown recipients at RCPT, bare line feeds, and
//! senders that are not the one who signed in.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;
use smtp_proto::request::receiver::DataReceiver;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, Request};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use crate::faults::{Effect, Kind, Operation};
use crate::mime::stamp::Origin;
use crate::site::Site;
use crate::world::World;
use crate::world::hand::{self, Letter};
use crate::world::ids;
use crate::world::message::Party;
use crate::world::outside::Direction;

/// Largest mail (Exchange Online's usual 36 MB).
const LARGEST: usize = 37_748_736;
/// Recipients of one mail.
const RECIPIENTS: usize = 500;
const LONGEST_LINE: u64 = 4_096;
const PATIENCE: Duration = Duration::from_secs(300);

/// Whether the connection is covered by TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// There is no TLS here.
    Never,
    /// STARTTLS is offered.
    Offered,
    /// It is.
    On,
}

impl Cover {
    /// At the start of a conversation.
    pub fn of(offered: bool) -> Self {
        if offered { Self::Offered } else { Self::Never }
    }
}

/// What the client has said so far.
#[derive(Default)]
struct Envelope {
    greeted: bool,
    /// UPN of whoever signed in.
    signed_in: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl Envelope {
    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }
}

/// What becomes of the connection after a reply.
enum Next {
    Reply(String),
    /// Read the mail after this reply.
    Data,
    /// Read credentials.
    Auth {
        plain: bool,
        first: String,
    },
    StartTls,
    Quit,
    /// Close without a word.
    Cut,
}

fn reply(text: &str) -> Next {
    Next::Reply(text.to_owned())
}

/// Talks until the client leaves, or until it wants TLS: then the bare stream comes back.
pub async fn talk<S>(site: &Site, stream: S, cover: Cover) -> io::Result<Option<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    if cover != Cover::On {
        say(&mut stream, "220 mx.sandbox.example Microsoft ESMTP MAIL Service ready").await?;
    }
    let mut envelope = Envelope::default();
    loop {
        let Some(line) = read_line(&mut stream).await? else { return Ok(None) };
        let next = match Request::parse(&mut line.iter()).map(Request::into_owned) {
            Ok(request) => command(site, &mut envelope, request, cover),
            Err(error) => misunderstood(&error),
        };
        match next {
            Next::Reply(text) => say(&mut stream, &text).await?,
            Next::Data => {
                say(&mut stream, "354 Start mail input; end with <CRLF>.<CRLF>").await?;
                let Some(raw) = read_data(&mut stream).await? else { return Ok(None) };
                match take(site, &mut envelope, raw, cover) {
                    Next::Reply(text) => say(&mut stream, &text).await?,
                    _ => return Ok(None),
                }
            }
            Next::Auth { plain, first } => {
                let text = authenticate(site, &mut stream, &mut envelope, plain, first).await?;
                say(&mut stream, &text).await?;
            }
            Next::StartTls => {
                say(&mut stream, "220 2.0.0 SMTP server ready").await?;
                // What was sent ahead of the handshake is thrown away with the buffer.
                return Ok(Some(stream.into_inner()));
            }
            Next::Quit => {
                say(&mut stream, "221 2.0.0 Service closing transmission channel").await?;
                stream.shutdown().await?;
                return Ok(None);
            }
            Next::Cut => return Ok(None),
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.write_all(b"\r\n").await?;
    stream.flush().await
}

async fn read_line<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut limited = stream.take(LONGEST_LINE);
    match tokio::time::timeout(PATIENCE, limited.read_until(b'\n', &mut line)).await {
        Ok(Ok(0)) | Err(_) => Ok(None),
        Ok(Ok(_)) => Ok(Some(line)),
        Ok(Err(error)) => Err(error),
    }
}

/// The mail, with the dots taken away; one that is too large is read to its end and cut, so that its size tells.
async fn read_data<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
) -> io::Result<Option<Vec<u8>>> {
    let mut receiver = DataReceiver::new();
    let mut raw = Vec::new();
    loop {
        let chunk = match tokio::time::timeout(PATIENCE, stream.fill_buf()).await {
            Ok(chunk) => chunk?,
            Err(_) => return Ok(None),
        };
        if chunk.is_empty() {
            return Ok(None);
        }
        let length = chunk.len();
        let mut bytes = chunk.iter();
        let ended = receiver.ingest(&mut bytes, &mut raw);
        let consumed = length - bytes.len();
        stream.consume(consumed);
        if raw.len() > LARGEST + (1 << 20) {
            raw.drain(..1 << 19);
        }
        if ended {
            return Ok(Some(raw));
        }
    }
}

fn misunderstood(error: &Error) -> Next {
    match error {
        Error::InvalidSenderAddress => reply("501 5.1.7 Invalid address"),
        Error::InvalidRecipientAddress => reply("501 5.1.3 Invalid address"),
        Error::SyntaxError { .. } | Error::InvalidParameter { .. } => reply("501 5.5.4 Invalid arguments"),
        Error::UnsupportedParameter { .. } => reply("555 5.5.4 Unsupported option"),
        _ => reply("500 5.3.3 Unrecognized command"),
    }
}

fn command(site: &Site, envelope: &mut Envelope, request: Request<String>, cover: Cover) -> Next {
    match request {
        Request::Ehlo { host } => {
            envelope.greeted = true;
            envelope.reset();
            let tls = if cover == Cover::Offered { "250-STARTTLS\r\n" } else { "" };
            Next::Reply(format!(
                "250-mx.sandbox.example Hello [{host}]\r\n250-SIZE {LARGEST}\r\n250-PIPELINING\r\n\
                 250-ENHANCEDSTATUSCODES\r\n{tls}250-AUTH LOGIN PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8"
            ))
        }
        Request::Helo { host } => {
            envelope.greeted = true;
            envelope.reset();
            Next::Reply(format!("250 mx.sandbox.example Hello [{host}]"))
        }
        Request::StartTls if cover == Cover::Offered => Next::StartTls,
        Request::Auth { .. } if envelope.signed_in.is_some() => reply("503 5.5.2 Already signed in"),
        Request::Auth { mechanism, initial_response } => match mechanism {
            AUTH_PLAIN => Next::Auth { plain: true, first: initial_response },
            AUTH_LOGIN => Next::Auth { plain: false, first: initial_response },
            _ => reply("504 5.7.4 Unrecognized authentication type"),
        },
        Request::Rset => {
            envelope.reset();
            reply("250 2.0.0 Resetting")
        }
        Request::Noop { .. } => reply("250 2.0.0 OK"),
        Request::Quit => Next::Quit,
        Request::Vrfy { .. } => reply("252 2.1.5 Cannot VRFY user"),
        _ if !envelope.greeted => reply("503 5.5.2 Send hello first"),
        Request::Mail { from } if envelope.from.is_none() => {
            if from.size > LARGEST {
                return reply("552 5.3.4 Message size exceeds fixed maximum message size");
            }
            envelope.from = Some(from.address);
            reply("250 2.1.0 Sender OK")
        }
        Request::Mail { .. } => reply("503 5.5.2 Sender already specified"),
        Request::Rcpt { .. } if envelope.from.is_none() => reply("503 5.5.2 Need mail command"),
        Request::Rcpt { .. } if envelope.to.len() >= RECIPIENTS => reply("452 4.5.3 Too many recipients"),
        Request::Rcpt { to } => recipient(site, envelope, to.address),
        Request::Data if envelope.to.is_empty() => reply("503 5.5.2 Need rcpt command"),
        Request::Data => Next::Data,
        _ => reply("502 5.3.3 Command not implemented"),
    }
}

fn recipient(site: &Site, envelope: &mut Envelope, address: String) -> Next {
    let world = site.world();
    let struck = site.faults().strike(Operation::Smtp, std::slice::from_ref(&address), None);
    for kind in struck {
        match kind {
            Kind::SmtpRefused { reply, effect: Effect::Before } => return Next::Reply(reply),
            // The mail is taken, and the words that say so are lost: see `take`.
            Kind::SmtpRefused { effect: Effect::After, .. } => envelope.to.push(CUT.to_owned()),
            _ => {}
        }
    }
    match hand::known(&world, &address) {
        Ok(()) => {
            envelope.to.push(address);
            reply("250 2.1.5 Recipient OK")
        }
        Err(reason) => reply(reason.words),
    }
}

/// Stands among the recipients when the connection is to be cut instead of a reply.
const CUT: &str = "\u{0}cut";

/// Takes a mail that came whole.
fn take(site: &Site, envelope: &mut Envelope, raw: Vec<u8>, cover: Cover) -> Next {
    let from = envelope.from.take().unwrap_or_default();
    let mut to = std::mem::take(&mut envelope.to);
    let cut = to.iter().any(|t| t == CUT);
    to.retain(|t| t != CUT);
    if raw.len() > LARGEST {
        return reply("552 5.3.4 Message size exceeds fixed maximum message size");
    }
    if has_bare_line_ends(&raw) {
        return reply("550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds");
    }
    let raw = Bytes::from(raw);
    let content = crate::mime::read::content(&raw);
    let mut world = site.world();
    let signed_in = envelope.signed_in.as_ref().and_then(|upn| world.person(upn)).cloned();
    if let Some(person) = &signed_in
        && !from.eq_ignore_ascii_case(&person.mail)
        && !from.eq_ignore_ascii_case(&person.upn)
    {
        return reply("550 5.7.60 SMTP; Client does not have permissions to send as this sender");
    }
    let author = content.from.as_ref().map_or(from.as_str(), |p| p.address.as_str());
    let forged = signed_in.is_none() && is_inside(&world, author);
    let now = world.now();
    let name = content.from.as_ref().map(|p| p.name.clone()).unwrap_or_default();
    if !from.is_empty() && !is_inside(&world, &from) {
        world.outside.file(&from, &name, Direction::Sent, now, raw.clone());
    }
    let message_id = content.message_id.unwrap_or_else(ids::internet_message_id);
    let mut faults = site.faults();
    for address in &to {
        let same_tenant = signed_in
            .as_ref()
            .is_some_and(|p| world.person(address).is_some_and(|other| other.tenant == p.tenant));
        let letter = Letter {
            to: Party { name: String::new(), address: address.clone() },
            sender: from.clone(),
            message_id: message_id.clone(),
            subject: content.subject.clone(),
            raw: raw.clone(),
            origin: match (same_tenant, forged) {
                (true, _) => Origin::Internal,
                (false, true) => Origin::Forged,
                (false, false) => Origin::Outside,
            },
            forwarded: 0,
        };
        hand::over_or_report(&mut world, &mut faults, letter);
    }
    drop((faults, world));
    site.post().file(json!({
        "direction": "in", "at": now.to_string(), "from": from, "to": to, "subject": content.subject,
        "internetMessageId": message_id, "tls": cover == Cover::On, "signedIn": envelope.signed_in, "size": raw.len(),
        "reply": if cut { "cut" } else { "250" },
    }));
    site.touched();
    if cut {
        return Next::Cut;
    }
    Next::Reply(format!(
        "250 2.6.0 {message_id} [InternalId={}, Hostname=mx.sandbox.example] Queued mail for delivery",
        rand::random::<u32>()
    ))
}

fn is_inside(world: &World, address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| world.is_tenant_domain(domain))
}

fn has_bare_line_ends(raw: &[u8]) -> bool {
    raw.iter().enumerate().any(|(at, byte)| match byte {
        b'\n' => at == 0 || raw[at - 1] != b'\r',
        b'\r' => raw.get(at + 1) != Some(&b'\n'),
        _ => false,
    })
}

async fn authenticate<S: AsyncRead + AsyncWrite + Unpin>(
    site: &Site,
    stream: &mut BufReader<S>,
    envelope: &mut Envelope,
    plain: bool,
    first: String,
) -> io::Result<String> {
    let mut given = Vec::new();
    let prompts: &[&str] = if plain { &[""] } else { &["VXNlcm5hbWU6", "UGFzc3dvcmQ6"] };
    for (prompt, ahead) in prompts.iter().zip([Some(first), None]) {
        let text = match ahead.filter(|a| !a.is_empty()) {
            Some(text) => text,
            None => {
                say(stream, &format!("334 {prompt}")).await?;
                let Some(line) = read_line(stream).await? else { return Ok(String::new()) };
                String::from_utf8_lossy(&line).trim().to_owned()
            }
        };
        let Ok(bytes) = STANDARD.decode(text.trim()) else {
            return Ok("501 5.5.2 Cannot decode response".to_owned());
        };
        given.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let (user, password) = if plain {
        let mut parts = given[0].split('\0').skip(1).map(str::to_owned);
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    } else {
        (given[0].clone(), given[1].clone())
    };
    let world = site.world();
    let person = world.person(&user).filter(|p| p.enabled && p.password == password);
    Ok(match person {
        Some(person) => {
            envelope.signed_in = Some(person.upn.clone());
            "235 2.7.0 Authentication successful".to_owned()
        }
        None => "535 5.7.3 Authentication unsuccessful".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_both_or_it_is_refused() {
        assert!(!has_bare_line_ends(b"a\r\nb\r\n\r\n"));
        for bad in [&b"a\nb"[..], b"\na", b"a\rb", b"a\r", b"a\r\r\n"] {
            assert!(has_bare_line_ends(bad), "{bad:?}");
        }
    }
}
