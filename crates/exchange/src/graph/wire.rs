//! Graph's JSON, as far as this product reads it. Lenient where a message's own fields are odd (null, missing, an
//! unreadable date), strict where leniency would lose mail (an item without an id).

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{ItemRef, MessageState};

/// A page of a collection or of a delta round.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub delta: Option<String>,
    #[serde(rename = "@odata.count")]
    pub count: Option<u64>,
}

/// A message, whole or in part.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub id: String,
    #[serde(rename = "@odata.etag")]
    etag: Option<String>,
    #[serde(rename = "@removed")]
    removed: Option<Value>,
    #[serde(default, deserialize_with = "time")]
    received_date_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    sent_date_time: Option<Timestamp>,
    categories: Option<Vec<String>>,
    is_draft: Option<bool>,
    is_read: Option<bool>,
    parent_folder_id: Option<String>,
    internet_message_id: Option<String>,
}

/// `$select` that fills a [`MessageState`].
pub(super) const STATE: &str = "id,isDraft,parentFolderId,internetMessageId,categories,sentDateTime";
/// `$select` that fills an [`ItemRef`].
pub(super) const ITEM: &str = "id,receivedDateTime,categories,isRead";

impl Message {
    /// Whether the delta says that it left the folder.
    pub fn is_removed(&self) -> bool {
        self.removed.is_some()
    }

    /// Without categories the version is worth nothing: a write on top of it would take a person's categories away.
    pub fn into_item(self) -> ItemRef {
        ItemRef {
            etag: self.etag.filter(|_| self.categories.is_some()),
            id: self.id,
            received_at: self.received_date_time,
            is_read: self.is_read,
            categories: self.categories.unwrap_or_default(),
        }
    }

    pub fn into_state(self) -> MessageState {
        let is_draft = self.is_draft.unwrap_or_default();
        MessageState {
            id: self.id,
            is_draft,
            folder: self.parent_folder_id.unwrap_or_default(),
            internet_message_id: self.internet_message_id,
            categories: self.categories.unwrap_or_default(),
            // Exchange stamps drafts too, with the time of their making.
            sent_at: self.sent_date_time.filter(|_| !is_draft),
        }
    }
}

/// `/me`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub id: String,
    pub display_name: Option<String>,
    pub user_principal_name: Option<String>,
    pub mail: Option<String>,
}

/// What the directory says about licences.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Licences {
    #[serde(default)]
    pub assigned_plans: Vec<AssignedPlan>,
    pub on_premises_sync_enabled: Option<bool>,
}

/// A service that a licence contains.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AssignedPlan {
    pub service: String,
    pub capability_status: String,
}

/// A mail folder.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Folder {
    pub id: String,
    #[serde(default)]
    pub unread_item_count: u64,
    #[serde(default)]
    pub total_item_count: u64,
}

/// An attachment, as a name.
#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    pub name: Option<String>,
}

/// An upload session. The service writes its names in both ways.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadSession {
    #[serde(alias = "UploadUrl")]
    pub upload_url: Option<String>,
    #[serde(default, alias = "NextExpectedRanges")]
    pub next_expected_ranges: Vec<String>,
}

/// The answer to a `$batch`.
#[derive(Debug, Deserialize)]
pub(super) struct BatchAnswer {
    pub responses: Vec<PartAnswer>,
}

/// One part of it.
#[derive(Debug, Deserialize)]
pub(super) struct PartAnswer {
    pub id: String,
    pub status: u16,
    #[serde(default)]
    pub headers: Map<String, Value>,
    #[serde(default)]
    pub body: Value,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn page(json: &str) -> Page<Message> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_message_with_nulls_and_odd_dates_is_still_a_message() {
        let mut page = page(
            r#"{"value":[
                {"id":"A","@odata.etag":"W/\"1\"","receivedDateTime":"2026-11-23T01:02:03Z","categories":["Blue"]},
                {"id":"B","@odata.etag":"W/\"2\"","receivedDateTime":null,"categories":null,"from":null},
                {"id":"C","@odata.etag":"W/\"3\"","receivedDateTime":"yesterday"},
                {"id":"D","@removed":{"reason":"deleted"}}
            ],"@odata.nextLink":"https://x/"}"#,
        );
        assert!(page.value.pop().unwrap().is_removed());
        let items: Vec<ItemRef> = page.value.into_iter().map(Message::into_item).collect();
        assert_eq!(items[0].categories, ["Blue"]);
        assert_eq!(items[0].etag.as_deref(), Some("W/\"1\""));
        assert_eq!(items[0].received_at, "2026-11-23T01:02:03Z".parse().ok());
        assert_eq!((items[1].received_at, items[2].received_at), (None, None));
    }

    #[test]
    fn a_version_without_categories_is_not_offered_for_writing() {
        let page = page(r#"{"value":[{"id":"A","@odata.etag":"W/\"1\"","isRead":true}]}"#);
        let item = page.value.into_iter().next().unwrap().into_item();
        assert_eq!(item.etag, None, "a write with this version would empty the categories");
    }

    #[test]
    fn an_item_without_an_id_makes_the_page_unreadable_rather_than_shorter() {
        assert!(serde_json::from_str::<Page<Message>>(r#"{"value":[{"subject":"x"}]}"#).is_err());
    }

    #[test]
    fn a_draft_has_not_been_sent_whatever_its_date_says() {
        let draft: Message =
            serde_json::from_str(r#"{"id":"A","isDraft":true,"sentDateTime":"2026-11-23T01:02:03Z"}"#)
                .unwrap();
        assert_eq!(draft.into_state().sent_at, None);
    }

    #[test]
    fn upload_sessions_are_read_in_both_spellings() {
        for json in [r#"{"nextExpectedRanges":["5-"]}"#, r#"{"NextExpectedRanges":["5-"]}"#] {
            let session: UploadSession = serde_json::from_str(json).unwrap();
            assert_eq!(session.next_expected_ranges, ["5-"]);
        }
    }
}
