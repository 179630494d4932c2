//! One mailbox: folders, messages, and the change counter that delta queries and notifications live on.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{self, IdKind, MessageRef};
use super::message::{Message, Substance};

/// Folder number of the Inbox.
pub const INBOX: u32 = 2;
/// Folder number of Drafts.
pub const DRAFTS: u32 = 3;
/// Folder number of Sent Items.
pub const SENT: u32 = 4;
/// Folder number of Deleted Items.
pub const DELETED: u32 = 5;

/// Well-known name, English and Japanese display name; the folder's number is its place in the list, from 1.
const WELL_KNOWN: [(&str, &str, &str); 9] = [
    ("msgfolderroot", "Top of Information Store", "インフォメーション ストアの先頭"),
    ("inbox", "Inbox", "受信トレイ"),
    ("drafts", "Drafts", "下書き"),
    ("sentitems", "Sent Items", "送信済みアイテム"),
    ("deleteditems", "Deleted Items", "削除済みアイテム"),
    ("junkemail", "Junk Email", "迷惑メール"),
    ("archive", "Archive", "アーカイブ"),
    ("outbox", "Outbox", "送信トレイ"),
    ("conversationhistory", "Conversation History", "会話の履歴"),
];

/// A deleted or moved-away message as a delta query tells it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Tombstone {
    /// Message number.
    pub number: u64,
    /// Its placement when it left.
    pub placement: u32,
}

/// A folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Folder {
    /// Number in the mailbox.
    pub number: u32,
    /// Well-known name.
    pub well_known: Option<String>,
    /// Display name in the mailbox's language.
    pub name: String,
    /// Parent; `None` for the root.
    pub parent: Option<u32>,
    /// What left, by change counter.
    pub gone: BTreeMap<u64, Tombstone>,
    /// Newest last: received second and number.
    #[serde(skip)]
    pub by_time: BTreeSet<(i64, u64)>,
    /// Message numbers by change counter.
    #[serde(skip)]
    pub by_change: BTreeMap<u64, u64>,
    /// Unread messages.
    #[serde(skip)]
    pub unread: usize,
}

/// What happened to a message, for change notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// New in the folder.
    Created,
    /// Changed.
    Updated,
    /// Gone from the folder.
    Deleted,
}

/// One happening.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Where.
    pub folder: u32,
    /// Which.
    pub number: u64,
    /// Its placement there.
    pub placement: u32,
}

/// A mailbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mailbox {
    /// Owner's object id.
    pub owner: String,
    /// Counts every change.
    pub change: u64,
    next: u64,
    /// Folders; the number is the place plus one.
    pub folders: Vec<Folder>,
    #[serde(with = "super::persist::shared_messages")]
    messages: BTreeMap<u64, Arc<Message>>,
    /// When the last mails were submitted (30 a minute).
    pub submissions: VecDeque<Timestamp>,
    /// Recipients of the last day.
    pub recipients: VecDeque<(Timestamp, usize)>,
    /// Delta tokens of an older generation are dead for good.
    #[serde(default)]
    pub generation: u32,
    /// Custom header names this mailbox knows; others vanish from submitted MIME (graph.md 0.7).
    pub known_headers: BTreeSet<String>,
    #[serde(skip)]
    conversations: HashMap<String, String>,
    /// Happenings since the notifier last looked.
    #[serde(skip)]
    pub events: Vec<Event>,
}

impl Mailbox {
    /// An empty mailbox with the folders every mailbox has.
    pub fn new(owner: &str, language: &str) -> Self {
        let folders = WELL_KNOWN
            .iter()
            .zip(1u32..)
            .map(|((known, en, ja), number)| Folder {
                number,
                well_known: Some((*known).to_owned()),
                name: (if language.starts_with("ja") { *ja } else { *en }).to_owned(),
                parent: (number > 1).then_some(1),
                gone: BTreeMap::new(),
                by_time: BTreeSet::new(),
                by_change: BTreeMap::new(),
                unread: 0,
            })
            .collect();
        Self {
            owner: owner.to_owned(),
            change: 100,
            next: 1,
            folders,
            messages: BTreeMap::new(),
            submissions: VecDeque::new(),
            recipients: VecDeque::new(),
            generation: 0,
            known_headers: BTreeSet::new(),
            conversations: HashMap::new(),
            events: Vec::new(),
        }
    }

    /// Reads the mails again and rebuilds the indexes after a start.
    pub fn rebuild(&mut self) {
        for message in self.messages.values_mut() {
            let message = Arc::make_mut(message);
            if let Substance::Mail { raw, content } = &mut message.substance {
                *content = crate::mime::read::content(raw);
            }
        }
        for folder in &mut self.folders {
            folder.by_time.clear();
            folder.by_change.clear();
            folder.unread = 0;
        }
        for message in self.messages.values() {
            if let Some(folder) = self.folders.get_mut(message.folder as usize - 1) {
                folder.by_time.insert((message.received.as_second(), message.number));
                folder.by_change.insert(message.changed, message.number);
                folder.unread += usize::from(!message.is_read);
            }
            self.conversations.insert(message.internet_message_id.clone(), message.conversation.clone());
        }
    }

    /// A folder by number.
    pub fn folder(&self, number: u32) -> Option<&Folder> {
        self.folders.get((number as usize).checked_sub(1)?)
    }

    fn folder_mut(&mut self, number: u32) -> Option<&mut Folder> {
        self.folders.get_mut((number as usize).checked_sub(1)?)
    }

    /// A folder by well-known name, any case.
    pub fn folder_named(&self, name: &str) -> Option<u32> {
        self.folders
            .iter()
            .find(|f| f.well_known.as_deref().is_some_and(|w| w.eq_ignore_ascii_case(name)))
            .map(|f| f.number)
    }

    /// A folder by well-known or display name.
    pub fn folder_called(&self, name: &str) -> Option<u32> {
        self.folder_named(name)
            .or_else(|| self.folders.iter().find(|f| f.name.eq_ignore_ascii_case(name)).map(|f| f.number))
    }

    /// Makes a folder.
    pub fn add_folder(&mut self, name: &str, parent: u32) -> u32 {
        let number = u32::try_from(self.folders.len()).unwrap_or(u32::MAX - 1) + 1;
        self.folders.push(Folder {
            number,
            well_known: None,
            name: name.to_owned(),
            parent: Some(parent),
            gone: BTreeMap::new(),
            by_time: BTreeSet::new(),
            by_change: BTreeMap::new(),
            unread: 0,
        });
        number
    }

    /// A message by number.
    pub fn get(&self, number: u64) -> Option<&Message> {
        self.messages.get(&number).map(Arc::as_ref)
    }

    /// A message by an id from a request: a mutable one is good only where it was given out.
    pub fn find(&self, id: MessageRef) -> Option<&Message> {
        match id {
            MessageRef::Immutable(number) => self.get(number),
            MessageRef::Mutable { number, folder, placement } => {
                self.get(number).filter(|m| m.folder == folder && m.placement == placement)
            }
        }
    }

    /// All messages, newest received first.
    pub fn newest(&self, folder: Option<u32>) -> Vec<&Message> {
        match folder {
            Some(number) => self
                .folder(number)
                .map(|f| f.by_time.iter().rev().filter_map(|(_, n)| self.get(*n)).collect())
                .unwrap_or_default(),
            None => {
                let mut all: Vec<&Message> = self.messages.values().map(Arc::as_ref).collect();
                all.sort_by_key(|m| std::cmp::Reverse((m.received.as_second(), m.number)));
                all
            }
        }
    }

    /// How many messages there are.
    pub fn count(&self) -> usize {
        self.messages.len()
    }

    /// The id of the kind asked for.
    pub fn id_of(&self, message: &Message, kind: IdKind) -> String {
        ids::message(&self.owner, kind, message.number, message.folder, message.placement)
    }

    /// Puts a new message into a folder and gives it its number and conversation.
    pub fn insert(&mut self, folder: u32, mut message: Message) -> u64 {
        let number = self.next;
        self.next += 1;
        message.number = number;
        if message.conversation.is_empty() {
            message.conversation = self.conversation_for(&message);
        }
        self.conversations.insert(message.internet_message_id.clone(), message.conversation.clone());
        self.place(folder, message);
        number
    }

    fn conversation_for(&self, message: &Message) -> String {
        let content = message.content();
        let linked = [content.in_reply_to.as_deref(), content.references.as_deref()];
        linked
            .into_iter()
            .flatten()
            .flat_map(str::split_whitespace)
            .find_map(|id| self.conversations.get(id).cloned())
            .unwrap_or_else(|| format!("AAQk{}=", ids::random_token(72)))
    }

    fn place(&mut self, folder: u32, mut message: Message) {
        self.change += 1;
        message.folder = folder;
        message.arrived = self.change;
        message.changed = self.change;
        let (number, change, unread) = (message.number, self.change, usize::from(!message.is_read));
        let placement = message.placement;
        let key = (message.received.as_second(), number);
        if let Some(folder) = self.folder_mut(folder) {
            folder.by_time.insert(key);
            folder.by_change.insert(change, number);
            folder.unread += unread;
        }
        self.messages.insert(number, Arc::new(message));
        self.events.push(Event { kind: EventKind::Created, folder, number, placement });
    }

    /// Changes a message in place; `false` when there is none.
    pub fn touch(&mut self, number: u64, now: Timestamp, change: impl FnOnce(&mut Message)) -> bool {
        let Some(shared) = self.messages.get_mut(&number) else { return false };
        let message = Arc::make_mut(shared);
        let (was_changed, was_read) = (message.changed, message.is_read);
        let was_key = (message.received.as_second(), number);
        change(message);
        message.modified = super::message::whole_second(now);
        self.change += 1;
        message.changed = self.change;
        let (folder, placement, is_read) = (message.folder, message.placement, message.is_read);
        let key = (message.received.as_second(), number);
        let change = self.change;
        if let Some(folder) = self.folder_mut(folder) {
            folder.by_change.remove(&was_changed);
            folder.by_change.insert(change, number);
            folder.by_time.remove(&was_key);
            folder.by_time.insert(key);
            match (was_read, is_read) {
                (false, true) => folder.unread -= 1,
                (true, false) => folder.unread += 1,
                _ => {}
            }
        }
        self.events.push(Event { kind: EventKind::Updated, folder, number, placement });
        true
    }

    /// Takes a message out for good.
    pub fn remove(&mut self, number: u64) -> Option<Message> {
        let shared = self.messages.remove(&number)?;
        let message = Arc::unwrap_or_clone(shared);
        self.change += 1;
        let change = self.change;
        if let Some(folder) = self.folder_mut(message.folder) {
            folder.by_time.remove(&(message.received.as_second(), number));
            folder.by_change.remove(&message.changed);
            folder.unread -= usize::from(!message.is_read);
            folder.gone.insert(change, Tombstone { number, placement: message.placement });
        }
        let (folder, placement) = (message.folder, message.placement);
        self.events.push(Event { kind: EventKind::Deleted, folder, number, placement });
        Some(message)
    }

    /// Moves a message: the immutable id stays, the mutable one is a new one. `change` may alter it on the way.
    pub fn relocate(&mut self, number: u64, to: u32, change: impl FnOnce(&mut Message)) -> bool {
        let Some(mut message) = self.remove(number) else { return false };
        message.placement += 1;
        change(&mut message);
        self.conversations.insert(message.internet_message_id.clone(), message.conversation.clone());
        self.place(to, message);
        true
    }

    /// Copies a message; the copy has a number of its own.
    pub fn duplicate(&mut self, number: u64, to: u32) -> Option<u64> {
        let mut copy = self.get(number)?.clone();
        copy.placement = 0;
        Some(self.insert(to, copy))
    }
}
