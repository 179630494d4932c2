//! One message in a mailbox: what Graph calls its properties, and the bytes it came as.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::mime::read;

/// A name and an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Display name; empty when there is none.
    pub name: String,
    /// Mail address.
    pub address: String,
}

/// An attachment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// Number within the message, never given twice.
    pub number: u32,
    /// File name.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// Shown inside the body.
    pub inline: bool,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// A message inside the message.
    pub item: bool,
    /// The bytes.
    #[serde(with = "super::persist::base64_bytes")]
    pub data: Bytes,
}

/// What is read from MIME, or written by a client into a draft.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Content {
    /// Subject.
    pub subject: String,
    /// From.
    pub from: Option<Party>,
    /// Sender, when it differs.
    pub sender: Option<Party>,
    /// To.
    pub to: Vec<Party>,
    /// Cc.
    pub cc: Vec<Party>,
    /// Bcc.
    pub bcc: Vec<Party>,
    /// Reply-To.
    pub reply_to: Vec<Party>,
    /// HTML body.
    pub html: Option<String>,
    /// Text body.
    pub text: Option<String>,
    /// Message-ID with angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To as it stands in the header.
    pub in_reply_to: Option<String>,
    /// References as they stand in the header.
    pub references: Option<String>,
    /// All headers of a received mail; the custom ones of a draft.
    pub headers: Vec<(String, String)>,
    /// The Date header.
    pub date: Option<Timestamp>,
    /// Attachments, inline ones too.
    pub attachments: Vec<Attachment>,
    /// Message class, e.g. `IPM.Note`.
    pub class: String,
}

/// Where the content comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Substance {
    /// A draft: what the client wrote; its MIME is made when asked for.
    Draft(Content),
    /// A mail with its bytes; the content is read from them again after a start.
    Mail {
        /// The bytes.
        #[serde(with = "super::persist::base64_bytes")]
        raw: Bytes,
        /// What they say.
        #[serde(skip)]
        content: Content,
    },
}

/// A message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Number in its mailbox, given once, never changed: what the immutable id stands for.
    pub number: u64,
    /// Folder it lies in.
    pub folder: u32,
    /// How often it was moved; part of the mutable id.
    pub placement: u32,
    /// The mailbox's change counter when it came into this folder.
    pub arrived: u64,
    /// The mailbox's change counter when it last changed.
    pub changed: u64,
    /// Created.
    pub created: Timestamp,
    /// Last changed.
    pub modified: Timestamp,
    /// Received, whole seconds as Graph shows them.
    pub received: Timestamp,
    /// Sent.
    pub sent: Timestamp,
    /// Read mark.
    pub is_read: bool,
    /// Still a draft.
    pub is_draft: bool,
    /// Categories.
    pub categories: Vec<String>,
    /// `flag` as Graph shows it.
    pub flag: Value,
    /// `low`, `normal` or `high`.
    pub importance: String,
    /// `focused` or `other`.
    pub inference: String,
    /// Extended properties by their canonical id.
    pub extended: BTreeMap<String, String>,
    /// Conversation.
    pub conversation: String,
    /// Read receipt asked for.
    pub read_receipt: bool,
    /// Delivery receipt asked for.
    pub delivery_receipt: bool,
    /// Handed to transport at this moment, not yet in Sent Items.
    pub submitted: Option<Timestamp>,
    /// The Message-ID shown as `internetMessageId`.
    pub internet_message_id: String,
    /// The next attachment's number.
    pub next_attachment: u32,
    /// Content.
    pub substance: Substance,
}

impl Message {
    fn blank(substance: Substance, received: Timestamp) -> Self {
        let received = whole_second(received);
        Self {
            number: 0,
            folder: 0,
            placement: 0,
            arrived: 0,
            changed: 0,
            created: received,
            modified: received,
            received,
            sent: received,
            is_read: false,
            is_draft: false,
            categories: Vec::new(),
            flag: json!({"flagStatus": "notFlagged"}),
            importance: "normal".to_owned(),
            inference: "focused".to_owned(),
            extended: BTreeMap::new(),
            conversation: String::new(),
            read_receipt: false,
            delivery_receipt: false,
            submitted: None,
            internet_message_id: String::new(),
            next_attachment: 1,
            substance,
        }
    }

    /// A message of these bytes. Never fails: whatever cannot be read stays empty.
    pub fn from_mime(raw: Bytes, received: Timestamp) -> Self {
        let raw = read::with_crlf(raw);
        let content = read::content(&raw);
        let mut message = Self::blank(Substance::Draft(Content::default()), received);
        message.sent = content.date.map_or(message.received, whole_second);
        message.internet_message_id =
            content.message_id.clone().unwrap_or_else(super::ids::internet_message_id);
        message.importance = read::importance(&content).to_owned();
        message.next_attachment = u32::try_from(content.attachments.len()).unwrap_or(u32::MAX - 1) + 1;
        message.substance = Substance::Mail { raw, content };
        message
    }

    /// A draft with this content.
    pub fn draft(mut content: Content, now: Timestamp) -> Self {
        let id = content.message_id.clone().unwrap_or_else(super::ids::internet_message_id);
        content.message_id = Some(id.clone());
        let next = content.attachments.iter().map(|a| a.number).max().unwrap_or(0) + 1;
        let mut message = Self::blank(Substance::Draft(content), now);
        message.is_draft = true;
        message.is_read = true;
        message.internet_message_id = id;
        message.next_attachment = next;
        message
    }

    /// What it says.
    pub fn content(&self) -> &Content {
        match &self.substance {
            Substance::Draft(content) | Substance::Mail { content, .. } => content,
        }
    }

    /// The draft's content, to change it; `None` when it is no draft of ours any more.
    pub fn draft_content_mut(&mut self) -> Option<&mut Content> {
        match &mut self.substance {
            Substance::Draft(content) => Some(content),
            Substance::Mail { .. } => None,
        }
    }

    /// The bytes; made from the content for a draft.
    pub fn mime(&self) -> Bytes {
        match &self.substance {
            Substance::Draft(content) => crate::mime::build::draft(self, content, true),
            Substance::Mail { raw, .. } => raw.clone(),
        }
    }

    /// `hasAttachments` as Graph counts: inline ones do not (graph.md 2.1).
    pub fn has_attachments(&self) -> bool {
        self.content().attachments.iter().any(|a| !a.inline)
    }

    /// Rough size in bytes.
    pub fn size(&self) -> usize {
        match &self.substance {
            Substance::Mail { raw, .. } => raw.len(),
            Substance::Draft(c) => {
                c.html.as_ref().map_or(0, String::len)
                    + c.text.as_ref().map_or(0, String::len)
                    + c.attachments.iter().map(|a| a.data.len()).sum::<usize>()
                    + 1024
            }
        }
    }

    /// First 255 characters of the text.
    pub fn preview(&self) -> String {
        let text = self.content().plain_text();
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(255).collect()
    }
}

impl Content {
    /// The text of the body, made from the HTML when there is no text part.
    pub fn plain_text(&self) -> String {
        match (&self.text, &self.html) {
            (Some(text), _) if !text.is_empty() => text.clone(),
            (_, Some(html)) => read::html_to_text(html),
            (Some(text), None) => text.clone(),
            (None, None) => String::new(),
        }
    }

    /// The body as HTML, the way Exchange shows plain text.
    pub fn as_html(&self) -> String {
        match (&self.html, &self.text) {
            (Some(html), _) => html.clone(),
            (None, Some(text)) => format!(
                "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\
                 <meta name=\"Generator\" content=\"Microsoft Exchange Server\">\r\n</head>\r\n<body>\r\n\
                 <div class=\"PlainText\">{}</div>\r\n</body>\r\n</html>\r\n",
                escape(text).replace("\r\n", "<br>\r\n").replace("\n\n", "<br>\n<br>\n")
            ),
            (None, None) => String::new(),
        }
    }
}

/// Escapes text for HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Cut to whole seconds: Graph shows and compares no finer.
pub fn whole_second(t: Timestamp) -> Timestamp {
    Timestamp::from_second(t.as_second()).unwrap_or(t)
}
