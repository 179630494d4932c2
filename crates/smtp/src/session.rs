//! One conversation, as a machine without wires: bytes go in, what is to be done comes out. It never waits, never panics, and
//! never lets a mail through that names a recipient nobody has vouched for.

use bytes::{Buf as _, BytesMut};
use mail::Address;
use smtp_proto::{MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, MailFrom, Request};

use crate::data::Unstuffer;

/// Longest command line, its end included (RFC 5321 asks for 512 and more with extensions).
const LONGEST_LINE: usize = 2_048;
/// Commands of one conversation.
const MOST_COMMANDS: u32 = 2_000;
/// Mistakes of one conversation: wrong commands and unknown recipients.
const MOST_MISTAKES: u32 = 20;
/// Recipients of one mail (RFC 5321 asks for 100).
const MOST_RECIPIENTS: usize = 100;
/// MAIL parameters that we have offered.
const OFFERED: u64 = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    lines: Vec<String>,
}

impl Reply {
    pub(crate) fn new(code: u16, text: impl Into<String>) -> Self {
        Self { code, lines: vec![text.into()] }
    }

    /// As it goes over the wire.
    pub(crate) fn to_wire(&self) -> String {
        let last = self.lines.len().saturating_sub(1);
        let line = |(index, text): (usize, &String)| {
            format!("{}{}{text}\r\n", self.code, if index == last { ' ' } else { '-' })
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Step {
    /// Read, and feed it.
    Read,
    /// Say this.
    Say(Reply),
    /// Say this and hang up.
    Close(Reply),
    /// Find out about a recipient, and tell [`Session::recipient`].
    Recipient(Address),
    /// Keep a mail, and tell [`Session::kept`].
    Keep(Mail),
    /// Say this, begin TLS, and tell [`Session::encrypted`].
    StartTls(Reply),
}

/// A mail that has come in whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    /// `None` for `<>`.
    pub(crate) from: Option<String>,
    pub(crate) recipients: Vec<Address>,
    pub(crate) raw: Vec<u8>,
}

/// What the desk says of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Mail for this address is taken.
    Known,
    /// It is not ours: no open relay.
    Unknown,
    /// Cannot be told now.
    Later,
}

/// How the input is read.
#[derive(Debug)]
enum Mode {
    Commands,
    /// Behind DATA.
    Data(Unstuffer),
    /// Behind BDAT: bytes left, and whether it is the last.
    Chunk {
        left: usize,
        last: bool,
    },
    /// An answer of the desk's is awaited.
    Asked,
}

/// A mail on its way in.
#[derive(Debug, Default)]
struct Envelope {
    from: Option<String>,
    recipients: Vec<Address>,
    /// BDAT has begun: RCPT and DATA come too late.
    chunked: bool,
    raw: Vec<u8>,
    /// Bytes that came, kept or not.
    size: usize,
}

/// A conversation.
#[derive(Debug)]
pub(crate) struct Session {
    hostname: String,
    max_size: usize,
    /// TLS may be begun.
    can_encrypt: bool,
    input: BytesMut,
    mode: Mode,
    peer_name: Option<String>,
    envelope: Option<Envelope>,
    commands: u32,
    mistakes: u32,
}

impl Session {
    pub(crate) fn new(hostname: &str, max_size: usize, can_encrypt: bool) -> Self {
        Self {
            hostname: hostname.to_owned(),
            max_size,
            can_encrypt,
            input: BytesMut::new(),
            mode: Mode::Commands,
            peer_name: None,
            envelope: None,
            commands: 0,
            mistakes: 0,
        }
    }

    pub(crate) fn greeting(&self) -> Reply {
        Reply::new(220, format!("{} ESMTP Postdesk", self.hostname))
    }

    /// How the peer called itself.
    pub(crate) fn peer_name(&self) -> &str {
        self.peer_name.as_deref().unwrap_or_default()
    }

    /// Bytes from the wire.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// What is to be done now.
    pub(crate) fn step(&mut self) -> Step {
        loop {
            let step = match self.mode {
                Mode::Asked => return Step::Read,
                Mode::Commands => self.command(),
                Mode::Data(_) => self.data(),
                Mode::Chunk { .. } => self.chunk(),
            };
            match step {
                Some(step) => return step,
                None if self.input.is_empty() || matches!(self.mode, Mode::Commands) => return Step::Read,
                None => {}
            }
        }
    }

    /// TLS has begun: what was said before counts for nothing, or a man in the middle could have said it.
    pub(crate) fn encrypted(&mut self) {
        self.can_encrypt = false;
        self.input.clear();
        self.peer_name = None;
        self.envelope = None;
    }

    /// The desk's word on the recipient it was asked about.
    pub(crate) fn recipient(&mut self, address: Address, verdict: Verdict) -> Reply {
        self.mode = Mode::Commands;
        match (verdict, &mut self.envelope) {
            (Verdict::Known, Some(envelope)) => {
                if !envelope.recipients.contains(&address) {
                    envelope.recipients.push(address);
                }
                Reply::new(250, "2.1.5 Fine")
            }
            (Verdict::Unknown, _) => {
                // Whoever tries names is stopped like whoever talks nonsense.
                self.mistakes += 1;
                Reply::new(550, "5.1.1 No such address here")
            }
            (Verdict::Known | Verdict::Later, _) => Reply::new(451, "4.3.0 Please try again later"),
        }
    }

    /// The desk's word on the mail: kept under this id, or not.
    pub(crate) fn kept(&mut self, id: Option<&str>) -> Reply {
        self.mode = Mode::Commands;
        match id {
            Some(id) => Reply::new(250, format!("2.0.0 Kept as {id}")),
            None => Reply::new(451, "4.3.0 Could not be stored, please try again later"),
        }
    }

    fn command(&mut self) -> Option<Step> {
        let Some(end) = self.input.iter().position(|byte| *byte == b'\n') else {
            return (self.input.len() >= LONGEST_LINE)
                .then(|| Step::Close(Reply::new(500, "5.5.2 Line too long")));
        };
        if end >= LONGEST_LINE {
            return Some(Step::Close(Reply::new(500, "5.5.2 Line too long")));
        }
        let line = self.input.split_to(end + 1);
        self.commands += 1;
        if self.commands > MOST_COMMANDS {
            return Some(self.close("4.7.0 Too many commands"));
        }
        let step = if line.ends_with(b"\r\n") && !line.contains(&0) {
            match Request::parse(&mut line.iter()) {
                Ok(request) => self.request(request),
                Err(error) => self.mistake(nonsense(&error)),
            }
        } else {
            // A lone line feed is how smuggled commands look.
            self.mistake(Reply::new(500, "5.5.2 Lines end with CR LF"))
        };
        if self.mistakes > MOST_MISTAKES {
            return Some(self.close("4.7.0 Too many mistakes"));
        }
        Some(step)
    }

    fn close(&self, why: &str) -> Step {
        Step::Close(Reply::new(421, format!("{why}, closing")))
    }

    fn mistake(&mut self, reply: Reply) -> Step {
        self.mistakes += 1;
        Step::Say(reply)
    }

    fn request<T: AsRef<str> + std::fmt::Display>(&mut self, request: Request<T>) -> Step {
        let fine = || Step::Say(Reply::new(250, "2.0.0 Fine"));
        match request {
            Request::Ehlo { host } => {
                self.greeted(host.as_ref());
                Step::Say(self.offers())
            }
            Request::Helo { host } => {
                self.greeted(host.as_ref());
                Step::Say(Reply::new(250, self.hostname.clone()))
            }
            Request::Mail { from } => self.mail(&from),
            Request::Rcpt { to } => self.rcpt(to.address.as_ref()),
            Request::Data => self.begin_data(),
            Request::Bdat { chunk_size, is_last } => self.begin_chunk(chunk_size, is_last),
            Request::StartTls if self.can_encrypt => {
                // Nothing may stand behind it: it would be a command from outside the encryption.
                if self.input.is_empty() {
                    Step::StartTls(Reply::new(220, "2.0.0 Go ahead"))
                } else {
                    Step::Close(Reply::new(554, "5.5.1 Nothing may follow STARTTLS"))
                }
            }
            Request::StartTls => self.mistake(Reply::new(454, "4.7.0 TLS is not available")),
            Request::Rset => {
                self.envelope = None;
                fine()
            }
            Request::Noop { .. } => fine(),
            Request::Quit => Step::Close(Reply::new(221, "2.0.0 Goodbye")),
            Request::Vrfy { .. } => Step::Say(Reply::new(252, "2.1.5 Send mail and see")),
            Request::Help { .. } => Step::Say(Reply::new(214, "2.0.0 See RFC 5321")),
            _ => self.mistake(Reply::new(502, "5.5.1 Not offered")),
        }
    }

    fn greeted(&mut self, name: &str) {
        self.peer_name = Some(name.to_owned());
        self.envelope = None;
    }

    fn offers(&self) -> Reply {
        let size = format!("SIZE {}", self.max_size);
        let words =
            [&self.hostname, "PIPELINING", &size, "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES"];
        let tls = self.can_encrypt.then_some("STARTTLS");
        Reply { code: 250, lines: words.into_iter().chain(tls).map(str::to_owned).collect() }
    }

    fn mail<T: AsRef<str>>(&mut self, from: &MailFrom<T>) -> Step {
        if self.peer_name.is_none() {
            return self.mistake(Reply::new(503, "5.5.1 EHLO first"));
        }
        if self.envelope.is_some() {
            return self.mistake(Reply::new(503, "5.5.1 One mail at a time"));
        }
        if from.flags & !OFFERED != 0 {
            return self.mistake(Reply::new(555, "5.5.4 Parameter not offered"));
        }
        if from.size > self.max_size {
            return Step::Say(Reply::new(552, "5.3.4 Larger than this server takes"));
        }
        let sender = from.address.as_ref();
        let from = (!sender.is_empty()).then(|| sender.to_owned());
        self.envelope = Some(Envelope { from, ..Envelope::default() });
        Step::Say(Reply::new(250, "2.1.0 Fine"))
    }

    fn rcpt(&mut self, address: &str) -> Step {
        let count = match &self.envelope {
            Some(envelope) if !envelope.chunked => envelope.recipients.len(),
            _ => return self.mistake(Reply::new(503, "5.5.1 MAIL first")),
        };
        if count >= MOST_RECIPIENTS {
            return Step::Say(Reply::new(452, "4.5.3 Too many recipients"));
        }
        match Address::parse(address) {
            Some(address) => {
                self.mode = Mode::Asked;
                Step::Recipient(address)
            }
            None => self.mistake(Reply::new(553, "5.1.3 That is no address")),
        }
    }

    fn begin_data(&mut self) -> Step {
        match &self.envelope {
            Some(envelope) if !envelope.recipients.is_empty() && !envelope.chunked => {
                self.mode = Mode::Data(Unstuffer::new());
                Step::Say(Reply::new(354, "Go ahead, end with a dot on a line of its own"))
            }
            Some(envelope) if !envelope.chunked => self.mistake(Reply::new(554, "5.5.1 No valid recipients")),
            _ => self.mistake(Reply::new(503, "5.5.1 MAIL and RCPT first")),
        }
    }

    fn begin_chunk(&mut self, size: usize, last: bool) -> Step {
        let so_far = self.envelope.as_ref().map_or(0, |envelope| envelope.size);
        if so_far.saturating_add(size) > self.max_size {
            // The bytes are on their way already and nobody wants to read them all.
            return Step::Close(too_large());
        }
        match &mut self.envelope {
            Some(envelope) if !envelope.recipients.is_empty() => envelope.chunked = true,
            // Without recipients too the bytes must be read away before the next command.
            _ if size > LONGEST_LINE * 32 => {
                return Step::Close(Reply::new(503, "5.5.1 MAIL and RCPT first"));
            }
            _ => {}
        }
        self.mode = Mode::Chunk { left: size, last };
        // An empty chunk is complete at once.
        self.chunk().unwrap_or(Step::Read)
    }

    fn data(&mut self) -> Option<Step> {
        let Mode::Data(unstuffer) = &mut self.mode else { return None };
        let envelope = self.envelope.get_or_insert_default();
        let max_size = self.max_size;
        let (used, ended) = unstuffer.read(&self.input, |bytes| {
            envelope.size = envelope.size.saturating_add(bytes.len());
            if envelope.size <= max_size {
                envelope.raw.extend_from_slice(bytes);
            }
        });
        self.input.advance(used);
        if envelope.size > max_size {
            envelope.raw = Vec::new();
        }
        if ended {
            return Some(self.complete());
        }
        // The end is waited for so that the answer is understood; but not for ever.
        (envelope.size > max_size.saturating_mul(2)).then(|| Step::Close(too_large()))
    }

    fn chunk(&mut self) -> Option<Step> {
        let Mode::Chunk { left, last } = &mut self.mode else { return None };
        let taken = self.input.split_to(self.input.len().min(*left));
        *left -= taken.len();
        let (done, last) = (*left == 0, *last);
        let valid = match &mut self.envelope {
            Some(envelope) if envelope.chunked => {
                envelope.size = envelope.size.saturating_add(taken.len());
                envelope.raw.extend_from_slice(&taken);
                true
            }
            _ => false,
        };
        if !done {
            return None;
        }
        self.mode = Mode::Commands;
        Some(match (valid, last) {
            (false, _) => self.mistake(Reply::new(503, "5.5.1 MAIL and RCPT first")),
            (true, false) => Step::Say(Reply::new(250, "2.0.0 Fine")),
            (true, true) => self.complete(),
        })
    }

    /// The mail is whole.
    fn complete(&mut self) -> Step {
        self.mode = Mode::Commands;
        match self.envelope.take() {
            Some(envelope) if envelope.size <= self.max_size && !envelope.recipients.is_empty() => {
                self.mode = Mode::Asked;
                let Envelope { from, recipients, raw, .. } = envelope;
                Step::Keep(Mail { from, recipients, raw })
            }
            _ => Step::Say(too_large()),
        }
    }
}

fn too_large() -> Reply {
    Reply::new(552, "5.3.4 Larger than this server takes")
}

fn nonsense(error: &smtp_proto::Error) -> Reply {
    use smtp_proto::Error as E;
    match error {
        E::InvalidSenderAddress => Reply::new(553, "5.1.7 That is no address"),
        E::InvalidRecipientAddress => Reply::new(553, "5.1.3 That is no address"),
        E::SyntaxError { .. } | E::InvalidParameter { .. } | E::UnsupportedParameter { .. } => {
            Reply::new(501, "5.5.4 Not understood")
        }
        _ => Reply::new(500, "5.5.2 Not understood"),
    }
}

#[cfg(test)]
mod tests;
