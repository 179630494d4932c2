//! Blobs by SHA-256: raw mails and attachments. Writing is idempotent.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Result;

/// SHA-256 of the content in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobId(pub String);

/// The blob store: a local folder (fsynced) or S3-compatible.
#[derive(Clone)]
pub struct Blobs {}

impl Blobs {
    /// Stores bytes; durable when it returns.
    pub async fn put(&self, content: Bytes) -> Result<BlobId> {
        let _ = content;
        todo!()
    }

    /// Reads them back.
    pub async fn get(&self, id: &BlobId) -> Result<Bytes> {
        let _ = id;
        todo!()
    }
}
