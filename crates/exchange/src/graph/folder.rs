//! The mailbox as a whole: who it is, what lies in its Inbox, what has changed there.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use tracing::warn;
use url::Url;

use super::client::Call;
use super::wire::{self, Folder, Message, Page, User};
use super::{DeltaNext, DeltaPage, ItemRef, Mailbox, Me};
use crate::http::Answer;
use crate::{Error, Result, Trace};

/// Changes a delta page may hold.
const DELTA_PAGE: &str = "odata.maxpagesize=200";
/// More pages than any mailbox has: a listing that goes on beyond runs in a circle.
const PAGES: usize = 100_000;

impl Mailbox {
    /// Whose mailbox it is: `GET /me` or `GET /users/{id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the directory has nobody of that name.
    pub async fn me(&self) -> Result<Me> {
        let call =
            Call::get("me", self.at(&[])).on_item().query("$select", "id,displayName,userPrincipalName,mail");
        let answer = self.read(call).await?;
        let user: User = answer.json()?;
        let user_principal_name = user.user_principal_name.unwrap_or_default();
        Ok(Me {
            id: user.id,
            display_name: user.display_name.unwrap_or_default(),
            mail: user.mail.filter(|mail| !mail.is_empty()).unwrap_or_else(|| user_principal_name.clone()),
            user_principal_name,
            microsoft_now: answer.clock(),
        })
    }

    /// Checks that there is an Inbox in Exchange Online; answers (folder id, unread, total).
    pub async fn inbox(&self) -> Result<(String, u64, u64)> {
        let call = Call::get("inbox", self.at(&["mailFolders", "inbox"]))
            .query("$select", "id,unreadItemCount,totalItemCount");
        let folder: Folder = self.read(call).await?.json()?;
        Ok((folder.id, folder.unread_item_count, folder.total_item_count))
    }

    /// First page of a delta over the Inbox for mail received at or after `since`. Exchange gives at most 5,000 messages in a
    /// round that begins with a time: what is older than that is the sweep's ([`Mailbox::received_since`]).
    pub async fn delta_start(&self, since: Timestamp) -> Result<DeltaPage> {
        let call = Call::get("delta", self.at(&["mailFolders", "inbox", "messages", "delta"]))
            .query("$select", wire::ITEM)
            .query("$filter", &received_from(since));
        self.delta(call).await
    }

    /// Follows a stored link, verbatim; refused unless it points to this cloud's Graph: then the round must begin anew
    /// ([`Error::Resync`]; the desk was perhaps moved to another cloud).
    pub async fn delta_follow(&self, link: &str) -> Result<DeltaPage> {
        let Some(url) = self.link_to_follow(link) else {
            let message = "the stored link does not lead to this mailbox".to_owned();
            return Err(Error::Resync(Trace { code: "ForeignLink".into(), message, ..Trace::default() }));
        };
        self.delta(Call::get("delta", url)).await
    }

    async fn delta(&self, call: Call) -> Result<DeltaPage> {
        let answer = self.read(call.prefer(DELTA_PAGE)).await?;
        let page: Page<Message> = self.page(&answer)?;
        let next = match (page.next, page.delta) {
            (Some(link), _) => DeltaNext::Page(link),
            (None, Some(link)) => DeltaNext::Round(link),
            (None, None) => return Err(Error::Unexpected("a delta page without any link".into())),
        };
        let (removed, present): (Vec<_>, Vec<_>) = page.value.into_iter().partition(Message::is_removed);
        Ok(DeltaPage {
            present: present.into_iter().map(Message::into_item).collect(),
            removed: removed.into_iter().map(|message| message.id).collect(),
            next,
            microsoft_now: answer.clock(),
        })
    }

    /// The newest `count` messages of the Inbox, newest first (pages of 100, ids only, unique).
    pub async fn newest(&self, count: u32) -> Result<Vec<ItemRef>> {
        self.newest_of(count, None).await
    }

    /// The newest `count` messages of the Inbox that were received before a moment, newest first.
    pub async fn newest_before(&self, count: u32, before: Timestamp) -> Result<Vec<ItemRef>> {
        self.newest_of(count, Some(before)).await
    }

    async fn newest_of(&self, count: u32, before: Option<Timestamp>) -> Result<Vec<ItemRef>> {
        let wanted = count as usize;
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let mut first = self.inbox_listing("receivedDateTime desc", wanted.min(100));
        if let Some(before) = before {
            // Times of receipt are whole seconds: what came in the second in which `before` lies came before it.
            let end = before + SignedDuration::from_nanos(999_999_999);
            first = first.query("$filter", &format!("receivedDateTime lt {}", whole_seconds(end)));
        }
        let mut unique = Unique::default();
        self.pages(first, |page: Page<Message>| {
            unique.take(page.value);
            unique.items.len() < wanted
        })
        .await?;
        unique.items.truncate(wanted);
        Ok(unique.items)
    }

    /// All messages of the Inbox received at or after `since`, oldest first: the sweep. A missing nextLink is checked against
    /// `$count`: when fewer came than were counted, the listing goes on from the last one that came.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when Graph keeps counting more than it lists; another sweep will see.
    pub async fn received_since(&self, since: Timestamp) -> Result<Vec<ItemRef>> {
        self.received_between(since, None).await
    }

    /// The same with an end: messages received before `until` only. Times count in whole seconds.
    pub async fn received_between(&self, since: Timestamp, until: Option<Timestamp>) -> Result<Vec<ItemRef>> {
        let mut unique = Unique::default();
        let mut from = since;
        loop {
            let known = unique.items.len();
            let (listed, counted) = self.list_from(from, until, &mut unique).await?;
            if listed >= counted {
                return Ok(unique.items);
            }
            warn!(mailbox = self.key, listed, counted, "a listing ended before its count");
            let newest = unique.items.iter().filter_map(|item| item.received_at).max();
            match newest {
                Some(newest) if unique.items.len() > known => from = newest,
                _ => return Err(Error::Unexpected(format!("{listed} messages listed of {counted} counted"))),
            }
        }
    }

    /// One listing from `since` on: (different messages listed, messages counted by Graph).
    async fn list_from(
        &self,
        since: Timestamp,
        until: Option<Timestamp>,
        unique: &mut Unique,
    ) -> Result<(u64, u64)> {
        let mut filter = received_from(since);
        if let Some(until) = until {
            filter.push_str(&format!(" and receivedDateTime lt {}", whole_seconds(until)));
        }
        let first =
            self.inbox_listing("receivedDateTime", 500).query("$filter", &filter).query("$count", "true");
        let mut counted = None;
        let mut listed = HashSet::new();
        self.pages(first, |page: Page<Message>| {
            counted = counted.or(page.count);
            listed.extend(page.value.iter().map(|message| message.id.clone()));
            unique.take(page.value);
            true
        })
        .await?;
        let listed = listed.len() as u64;
        Ok((listed, counted.unwrap_or(listed)))
    }

    fn inbox_listing(&self, order: &str, page: usize) -> Call {
        Call::get("list", self.at(&["mailFolders", "inbox", "messages"]))
            .query("$select", wire::ITEM)
            .query("$orderby", order)
            .query("$top", &page.to_string())
    }

    /// Walks the pages of a collection until there are no more or `more` has enough. A page may be empty and still have a
    /// successor.
    pub(super) async fn pages<T: DeserializeOwned>(
        &self,
        first: Call,
        mut more: impl FnMut(Page<T>) -> bool,
    ) -> Result<()> {
        let operation = first.operation;
        let mut call = first;
        let mut followed = HashSet::new();
        for _ in 0..PAGES {
            let page: Page<T> = self.page(&self.read(call).await?)?;
            let next = page.next.clone();
            if !more(page) {
                return Ok(());
            }
            let Some(link) = next else { return Ok(()) };
            let url = self.own_link(&link)?;
            if !followed.insert(link) {
                return Err(Error::Unexpected("the pages run in a circle".into()));
            }
            call = Call::get(operation, url);
        }
        Err(Error::Unexpected("more pages than there can be".into()))
    }

    /// Reads a page and looks at its links before anybody keeps them.
    fn page<T: DeserializeOwned>(&self, answer: &Answer) -> Result<Page<T>> {
        let page: Page<T> = answer.json()?;
        for link in [&page.next, &page.delta].into_iter().flatten() {
            self.own_link(link)?;
        }
        Ok(page)
    }

    fn own_link(&self, link: &str) -> Result<Url> {
        let foreign = || Error::NotGenuine("a page's link leads away from Graph".into());
        self.graph.cloud.graph_link(link).ok_or_else(foreign)
    }
}

/// Messages in the order they came, each once: while pages are read mail arrives and moves the rest down.
#[derive(Default)]
struct Unique {
    seen: HashSet<String>,
    items: Vec<ItemRef>,
}

impl Unique {
    fn take(&mut self, messages: Vec<Message>) {
        for message in messages {
            if self.seen.insert(message.id.clone()) {
                self.items.push(message.into_item());
            }
        }
    }
}

/// `$filter` by time, in whole seconds: Exchange keeps no more, and a fraction would leave out its own second.
fn received_from(since: Timestamp) -> String {
    format!("receivedDateTime ge {}", whole_seconds(since))
}

fn whole_seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
