//! The Graph calls this product makes, and no others.

use bytes::Bytes;
use jiff::Timestamp;
use secrecy::SecretString;

use crate::{Cloud, Result};

/// Graph over HTTP: holds the connection pool, the 4-at-once limit of each mailbox and the counters. Cheap to clone.
#[derive(Clone)]
pub struct Graph {}

/// One mailbox with a token that is good now. Made anew for each piece of work.
#[derive(Clone)]
pub struct Mailbox {}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Graph user id.
    pub id: String,
    /// Display name.
    pub display_name: String,
    /// UPN.
    pub user_principal_name: String,
    /// Primary mail address; falls back to the UPN when Graph says null.
    pub mail: String,
    /// Microsoft's clock (`Date` header of the answer).
    pub microsoft_now: Timestamp,
}

/// A message's id and the little that receiving needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRef {
    /// Immutable id.
    pub id: String,
    /// When it was received.
    pub received_at: Option<Timestamp>,
    /// Categories it had when it was listed: so that marking it needs no extra call to read them.
    pub categories: Vec<String>,
    /// Its version (`@odata.etag`), for `If-Match`.
    pub etag: Option<String>,
}

/// A message to be marked read and categorised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToMark {
    /// Immutable id.
    pub id: String,
    /// Categories it had when it was last seen.
    pub categories: Vec<String>,
    /// Version at that time.
    pub etag: Option<String>,
    /// Categories to add.
    pub add: Vec<String>,
}

/// One page of a delta round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaPage {
    /// Items that are there.
    pub present: Vec<ItemRef>,
    /// Ids that left the folder.
    pub removed: Vec<String>,
    /// Link to follow: verbatim.
    pub next: DeltaNext,
    /// Microsoft's clock.
    pub microsoft_now: Timestamp,
}

/// What comes after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeltaNext {
    /// More pages in this round.
    Page(String),
    /// The round is complete; next time from here.
    Round(String),
}

/// Where a message is and what it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageState {
    /// Immutable id.
    pub id: String,
    /// Still a draft.
    pub is_draft: bool,
    /// Folder id.
    pub folder: String,
    /// Message-ID as Exchange has it, with angle brackets.
    pub internet_message_id: Option<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
}

/// What marking one message came to.
#[derive(Debug, Clone)]
pub struct Marked {
    /// Immutable id.
    pub id: String,
    /// Result for this one.
    pub result: std::result::Result<(), crate::Error>,
}

/// Counters since start, for budgets and the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Requests, each part of a `$batch` counted.
    pub requests: u64,
    /// HTTP round trips.
    pub round_trips: u64,
    /// Answers that asked to wait.
    pub throttled: u64,
}

impl Graph {
    /// For a cloud.
    pub fn new(http: reqwest::Client, cloud: Cloud) -> Self {
        let _ = (http, cloud);
        todo!()
    }

    /// The mailbox of the account that the token belongs to (`/me`). `key` names the mailbox for the 4-at-once limit.
    pub fn mailbox(&self, key: i64, access: SecretString) -> Mailbox {
        let _ = (key, access);
        todo!()
    }

    /// Counters.
    pub fn calls(&self) -> Calls {
        todo!()
    }
}

impl Mailbox {
    /// `GET /me`.
    pub async fn me(&self) -> Result<Me> {
        todo!()
    }

    /// Checks that there is an Inbox in Exchange Online; answers (folder id, unread, total).
    pub async fn inbox(&self) -> Result<(String, u64, u64)> {
        todo!()
    }

    /// First page of a delta over the Inbox for mail received at or after `since`.
    pub async fn delta_start(&self, since: Timestamp) -> Result<DeltaPage> {
        let _ = since;
        todo!()
    }

    /// Follows a stored link, verbatim; refused unless it points to this cloud's Graph.
    pub async fn delta_follow(&self, link: &str) -> Result<DeltaPage> {
        let _ = link;
        todo!()
    }

    /// The newest `count` messages of the Inbox, newest first (pages of 100, ids only, unique).
    pub async fn newest(&self, count: u32) -> Result<Vec<ItemRef>> {
        let _ = count;
        todo!()
    }

    /// All messages of the Inbox received at or after `since`, oldest first: the sweep. A missing nextLink is checked against `$count`.
    pub async fn received_since(&self, since: Timestamp) -> Result<Vec<ItemRef>> {
        let _ = since;
        todo!()
    }

    /// The raw MIME.
    pub async fn mime(&self, id: &str) -> Result<Bytes> {
        let _ = id;
        todo!()
    }

    /// The message as JSON with body and headers, for items that have no MIME.
    pub async fn json(&self, id: &str) -> Result<Bytes> {
        let _ = id;
        todo!()
    }

    /// Marks up to 20 messages read and adds categories, in one `$batch` of PATCHes with `If-Match`. Where somebody changed the
    /// message meanwhile (409, 412) its categories are read anew and that one is written again: a person's own categories
    /// are never removed.
    pub async fn mark(&self, items: &[ToMark]) -> Result<Vec<Marked>> {
        let _ = items;
        todo!()
    }

    /// Creates a draft. It carries our mark as an extended property, by which [`Mailbox::find_marked`] finds it. Attachments up to 3 MB in total go
    /// with it; the rest is added with [`Mailbox::attach`].
    pub async fn create_draft(&self, mail: &mail_out::Draft) -> Result<MessageState> {
        let _ = mail;
        todo!()
    }

    /// Adds a file to a draft: one POST below 3 MB, an upload session above.
    pub async fn attach(&self, draft: &str, file: &mail_out::File) -> Result<()> {
        let _ = (draft, file);
        todo!()
    }

    /// Names of the files that a draft carries already.
    pub async fn attached(&self, draft: &str) -> Result<Vec<String>> {
        let _ = draft;
        todo!()
    }

    /// Sends a draft. `Ok` means accepted (202), not delivered.
    pub async fn send(&self, draft: &str) -> Result<()> {
        let _ = draft;
        todo!()
    }

    /// Where a message is now; `None` when it is not found under this id.
    pub async fn state(&self, id: &str) -> Result<Option<MessageState>> {
        let _ = id;
        todo!()
    }

    /// Messages that carry our mark, in Drafts and Sent Items.
    pub async fn find_marked(&self, mark: &str) -> Result<Vec<MessageState>> {
        let _ = mark;
        todo!()
    }
}

/// What goes out, in this crate's own words: no dependency on the mail crate.
pub mod mail_out {
    /// A draft to be made.
    #[derive(Debug, Clone, Default)]
    pub struct Draft {
        /// Message-ID with angle brackets.
        pub internet_message_id: String,
        /// (name, address).
        pub to: Vec<(String, String)>,
        /// (name, address).
        pub cc: Vec<(String, String)>,
        /// Subject.
        pub subject: String,
        /// HTML body.
        pub html: String,
        /// In-Reply-To with angle brackets (extended property 0x1042).
        pub in_reply_to: Option<String>,
        /// References, space separated, with angle brackets (0x1039).
        pub references: Option<String>,
        /// `X-` headers, at most 5.
        pub x_headers: Vec<(String, String)>,
        /// Our mark.
        pub mark: String,
    }

    /// A file.
    #[derive(Debug, Clone)]
    pub struct File {
        /// Name.
        pub name: String,
        /// Type.
        pub content_type: String,
        /// Content-ID: makes it inline.
        pub content_id: Option<String>,
        /// Bytes.
        pub content: bytes::Bytes,
    }
}
