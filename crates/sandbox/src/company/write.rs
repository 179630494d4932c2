//! From a composed mail to bytes: MIME as the sender's program writes it, under the headers Exchange Online puts on top.

use base64::Engine as _;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use mail_builder::MessageBuilder;
use mail_builder::headers::{
    address::Address, content_type::ContentType, message_id::MessageId, raw::Raw, text::Text,
};
use mail_builder::mime::MimePart;

use super::dice::Dice;
use super::files::File;
use super::people::{DOMAIN, Party, Program};

/// The character set of a mail's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8.
    Utf8,
    /// ISO-2022-JP, seven bit.
    Jis,
    /// Shift_JIS, base64.
    ShiftJis,
}

/// A mail before it is bytes.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    /// From.
    pub(super) from: Party,
    /// To.
    pub(super) to: Vec<Party>,
    /// Cc.
    pub(super) cc: Vec<Party>,
    /// Subject.
    pub(super) subject: String,
    /// When it was written.
    pub(super) at: Timestamp,
    /// Hours east of UTC of the writer.
    pub(super) zone: i8,
    /// Message-ID without angle brackets.
    pub(super) id: String,
    /// Message-IDs of the thread so far, oldest first; the last is the one answered.
    pub(super) thread: Vec<String>,
    /// Plain text.
    pub(super) text: String,
    /// HTML, if there is any.
    pub(super) html: Option<String>,
    /// Files and pictures.
    pub(super) files: Vec<File>,
    /// More headers, in order.
    pub(super) headers: Vec<(&'static str, String)>,
    /// Character set of text, HTML and subject.
    pub(super) charset: Charset,
    /// What it is written with.
    pub(super) program: Program,
}

impl Mail {
    /// A plain mail; the caller fills in the rest.
    pub(super) fn new(from: Party, to: Party, subject: impl Into<String>, at: Timestamp, id: String) -> Self {
        Self {
            from,
            to: vec![to],
            cc: Vec::new(),
            subject: subject.into(),
            at,
            zone: 9,
            id,
            thread: Vec::new(),
            text: String::new(),
            html: None,
            files: Vec::new(),
            headers: Vec::new(),
            charset: Charset::Utf8,
            program: Program::Outlook,
        }
    }

    /// The bytes as they lie in the mailbox. A draft has not travelled: it carries no transport headers.
    pub(super) fn write(&self, dice: &mut Dice, travelled: bool) -> Vec<u8> {
        let mut builder = MessageBuilder::new();
        if travelled {
            for (name, value) in stamps(self.from, self.at, dice) {
                builder = builder.header(name, Raw::new(value));
            }
        }
        builder = builder
            .header("From", address(self.from, self.charset))
            .header("To", list(&self.to, self.charset));
        if !self.cc.is_empty() {
            builder = builder.header("Cc", list(&self.cc, self.charset));
        }
        builder = match self.charset {
            Charset::Utf8 => builder.header("Subject", Text::new(self.subject.clone())),
            other => builder.header("Subject", Raw::new(encoded_words(&self.subject, other))),
        };
        if let Some(last) = self.thread.last() {
            builder = builder
                .header("In-Reply-To", MessageId::new(last.clone()))
                .header("References", MessageId::new_list(self.thread.iter().map(String::as_str)));
        }
        builder = builder
            .header("Date", Raw::new(date(self.at, self.zone)))
            .header("Message-ID", MessageId::new(self.id.clone()));
        if let Some((name, value)) = mailer(self.program, self.zone) {
            builder = builder.header(name, Raw::new(value));
        }
        for (name, value) in &self.headers {
            builder = builder.header(*name, Text::new(value.clone()));
        }
        let mut bytes = Vec::new();
        builder.body(self.body(dice)).serialize(&mut bytes);
        bytes
    }

    fn body(&self, dice: &mut Dice) -> MimePart<'_> {
        let mut part = text_part("text/plain", &self.text, self.charset);
        if let Some(html) = &self.html {
            part = self.group(
                "multipart/alternative",
                vec![part, text_part("text/html", html, self.charset)],
                dice,
            );
        }
        let (pictures, files): (Vec<_>, Vec<_>) = self.files.iter().partition(|file| file.cid.is_some());
        if !pictures.is_empty() {
            let mut parts = vec![part];
            parts.extend(pictures.into_iter().map(file_part));
            part = self.group("multipart/related", parts, dice);
        }
        if !files.is_empty() {
            let mut parts = vec![part];
            parts.extend(files.into_iter().map(file_part));
            part = self.group("multipart/mixed", parts, dice);
        }
        part
    }

    fn group<'a>(&self, kind: &'static str, parts: Vec<MimePart<'a>>, dice: &mut Dice) -> MimePart<'a> {
        let boundary = match self.program {
            Program::Outlook => format!("_000_{}{}_", dice.hex(20).to_uppercase(), "JPNP286MB"),
            Program::Gmail => format!("000000000000{}", dice.hex(16)),
            Program::Apple => format!("Apple-Mail=_{}", dice.guid().to_uppercase()),
            Program::Becky => format!("------_{}_MULTIPART_MIXED_", dice.hex(16).to_uppercase()),
        };
        MimePart::new(ContentType::new(kind).attribute("boundary", boundary), parts)
    }
}

fn file_part(file: &File) -> MimePart<'_> {
    let kind = ContentType::new(file.kind).attribute("name", file.name.as_str());
    let part = MimePart::new(kind, file.bytes.as_slice());
    match &file.cid {
        Some(cid) => {
            let disposition = ContentType::new("inline").attribute("filename", file.name.as_str());
            part.header("Content-Disposition", disposition).cid(cid.as_str())
        }
        None => part.attachment(file.name.as_str()),
    }
}

fn text_part<'a>(kind: &'static str, text: &str, charset: Charset) -> MimePart<'a> {
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    match charset {
        Charset::Utf8 => MimePart::new(ContentType::new(kind).attribute("charset", "utf-8"), text),
        Charset::Jis => {
            MimePart::new(ContentType::new(kind).attribute("charset", "ISO-2022-JP"), encode(&text, charset))
                .transfer_encoding("7bit")
        }
        Charset::ShiftJis => {
            let whole = base64::engine::general_purpose::STANDARD.encode(encode(&text, charset));
            let mut wrapped = String::new();
            for (i, letter) in whole.chars().enumerate() {
                if i > 0 && i % 76 == 0 {
                    wrapped.push_str("\r\n");
                }
                wrapped.push(letter);
            }
            wrapped.push_str("\r\n");
            MimePart::new(ContentType::new(kind).attribute("charset", "Shift_JIS"), wrapped.into_bytes())
                .transfer_encoding("base64")
        }
    }
}

/// Text in a character set; what the set lacks becomes a numeric reference, as old programs did.
pub(super) fn encode(text: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Jis => encoding_rs::ISO_2022_JP.encode(text).0.into_owned(),
        Charset::ShiftJis => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
    }
}

/// RFC 2047 words of at most twelve characters each, so that none passes 75 bytes.
pub(super) fn encoded_words(text: &str, charset: Charset) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let name = match charset {
        Charset::Utf8 => "UTF-8",
        Charset::Jis => "ISO-2022-JP",
        Charset::ShiftJis => "Shift_JIS",
    };
    let letters: Vec<char> = text.chars().collect();
    let words = letters.chunks(12).map(|some| {
        let some: String = some.iter().collect();
        format!("=?{name}?B?{}?=", base64::engine::general_purpose::STANDARD.encode(encode(&some, charset)))
    });
    words.collect::<Vec<_>>().join(" ")
}

fn list(parties: &[Party], charset: Charset) -> Raw<'static> {
    Raw::new(parties.iter().map(|party| mailbox(*party, charset)).collect::<Vec<_>>().join(", "))
}

fn mailbox(party: Party, charset: Charset) -> String {
    let Party { name, address } = party;
    if name.is_empty() {
        address.to_owned()
    } else if name.is_ascii() {
        format!("\"{name}\" <{address}>")
    } else {
        format!("{} <{address}>", encoded_words(name, charset))
    }
}

fn address(party: Party, charset: Charset) -> mail_builder::headers::HeaderType<'static> {
    match charset {
        Charset::Utf8 => {
            Address::new_address(Some(party.name).filter(|name| !name.is_empty()), party.address).into()
        }
        other => Raw::new(mailbox(party, other)).into(),
    }
}

/// A date as RFC 5322 writes it, in the writer's zone.
pub(super) fn date(at: Timestamp, zone: i8) -> String {
    let zoned = at.to_zoned(TimeZone::fixed(Offset::constant(zone)));
    zoned.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

fn mailer(program: Program, zone: i8) -> Option<(&'static str, String)> {
    match program {
        Program::Outlook if zone == 9 => Some(("Accept-Language", "ja-JP, en-US".to_owned())),
        Program::Outlook => Some(("Accept-Language", "en-US".to_owned())),
        Program::Apple => Some(("X-Mailer", "Apple Mail (2.3774.600.62)".to_owned())),
        Program::Becky => Some(("X-Mailer", "Becky! ver. 2.81.08 [ja]".to_owned())),
        Program::Gmail => None,
    }
}

/// What Exchange Online puts on top of a mail that arrives, topmost first. Mail of colleagues carries no verdict of SPF
/// and DKIM but `AuthAs: Internal`.
pub(super) fn stamps(from: Party, at: Timestamp, dice: &mut Dice) -> Vec<(&'static str, String)> {
    let inside = from.address.ends_with(DOMAIN);
    let domain = from.address.rsplit('@').next().unwrap_or(DOMAIN);
    let (frontend, hop) = (dice.between(1000, 1900), date(at, 0));
    let ip = format!("203.0.113.{}", dice.between(2, 250));
    let mut stamps = vec![(
        "Received",
        format!(
            "from TYCP286MB{frontend}.JPNP286.PROD.OUTLOOK.COM (2603:1096:400:2b0::{:x}) by \
             TY3P286MB{:04}.JPNP286.PROD.OUTLOOK.COM with HTTPS; {hop}",
            frontend % 251,
            dice.between(2000, 3900)
        ),
    )];
    if inside {
        stamps.push((
            "Received",
            format!(
                "from TYCP286MB{frontend}.JPNP286.PROD.OUTLOOK.COM ([fe80::{}]) by \
                 TYCP286MB{frontend}.JPNP286.PROD.OUTLOOK.COM ([fe80::{}]) with mapi id 15.20.{}.{:03}; {hop}",
                dice.hex(4),
                dice.hex(4),
                dice.between(8100, 8900),
                dice.between(10, 40)
            ),
        ));
    } else {
        // What Exchange finds out stands above the line at which it took the mail in.
        let (dmarc, compauth) = if dice.chance(94) {
            ("pass action=none", "pass reason=100")
        } else {
            ("none action=none", "softpass reason=202")
        };
        stamps.push((
            "Authentication-Results",
            format!(
                "spf=pass (sender IP is {ip}) smtp.mailfrom={domain}; dkim=pass (signature was verified) \
                 header.d={domain};dmarc={dmarc} header.from={domain};compauth={compauth}"
            ),
        ));
        stamps.push((
            "Received",
            format!(
                "from mx{}.{domain} ({ip}) by TY2JPN01FT{:03}.mail.protection.outlook.com (10.118.1.{}) with Microsoft \
                 SMTP Server (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.{}.{}; {hop}",
                dice.between(1, 4),
                dice.between(10, 90),
                dice.between(2, 250),
                dice.between(8100, 8900),
                dice.between(10, 40)
            ),
        ));
        stamps.push(("Return-Path", from.address.to_owned()));
        stamps.push((
            "X-Forefront-Antispam-Report",
            format!("CIP:{ip};CTRY:JP;LANG:ja;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:mx1.{domain};PTR:mx1.{domain};CAT:NONE;SFS:;DIR:INB;"),
        ));
        stamps.push(("X-Microsoft-Antispam", "BCL:0;".to_owned()));
    }
    stamps.push(("X-MS-Exchange-Organization-Network-Message-Id", dice.guid()));
    stamps.push((
        "X-MS-Exchange-Organization-AuthAs",
        if inside { "Internal".to_owned() } else { "Anonymous".to_owned() },
    ));
    stamps.push(("X-MS-Exchange-Organization-SCL", if inside { "-1".to_owned() } else { "1".to_owned() }));
    stamps
}

/// Text made safe for HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
