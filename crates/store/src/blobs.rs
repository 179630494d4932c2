//! Blobs by SHA-256: raw mails and attachments. Writing is idempotent.

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// SHA-256 of the content in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobId(pub String);

impl BlobId {
    /// The id of these bytes.
    pub fn of(content: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(content)))
    }
}

/// The blob store: a local folder (fsynced) or S3-compatible.
#[derive(Clone)]
pub struct Blobs {
    durable: Arc<dyn ObjectStore>,
    /// The same place without waiting for the disk.
    quick: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl Blobs {
    /// Opens `s3://bucket/prefix` (credentials, region and endpoint from the environment, AWS names), `file:///path`,
    /// `memory://` (gone with the process: for tests), or by default the folder `blobs` under `data_dir`.
    pub fn open(url: Option<&str>, data_dir: &FilePath) -> Result<Self> {
        let Some(url) = url else { return Self::folder(&data_dir.join("blobs")) };
        match url.split_once("://") {
            Some(("s3", _)) => Self::s3(url),
            Some(("file", path)) => Self::folder(FilePath::new(path)),
            Some(("memory", _)) => Ok(Self::same(Arc::new(InMemory::new()), Path::default())),
            _ => Err(Error::Config("blob_url must start with s3:// or file://".to_owned())),
        }
    }

    fn same(store: Arc<dyn ObjectStore>, prefix: Path) -> Self {
        Self { durable: Arc::clone(&store), quick: store, prefix }
    }

    fn folder(folder: &FilePath) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .map_err(|source| Error::File { path: folder.display().to_string(), source })?;
        let quick = LocalFileSystem::new_with_prefix(folder)?;
        let durable = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { durable: Arc::new(durable), quick: Arc::new(quick), prefix: Path::default() })
    }

    fn s3(url: &str) -> Result<Self> {
        let prefix = url.splitn(4, '/').nth(3).unwrap_or_default();
        // A private store inside the network (Garage, MinIO) often speaks plain http; `AWS_ENDPOINT` decides.
        let store = AmazonS3Builder::from_env()
            .with_url(url)
            .with_client_options(ClientOptions::new().with_allow_http(true))
            .build()?;
        Ok(Self::same(Arc::new(store), Path::from(prefix)))
    }

    /// Stores bytes; durable when it returns.
    pub async fn put(&self, content: Bytes) -> Result<BlobId> {
        self.write(self.durable.as_ref(), content).await
    }

    /// Stores bytes without waiting until they are on the disk: only for content whose source is still at hand, such as
    /// files being imported, where an fsync a mail would be the slowest part by far.
    pub async fn put_lazy(&self, content: Bytes) -> Result<BlobId> {
        self.write(self.quick.as_ref(), content).await
    }

    /// Reads them back.
    pub async fn get(&self, id: &BlobId) -> Result<Bytes> {
        Ok(self.durable.get(&self.path(id)).await?.bytes().await?)
    }

    async fn write(&self, store: &dyn ObjectStore, content: Bytes) -> Result<BlobId> {
        let id = BlobId::of(&content);
        let path = self.path(&id);
        // A torn write has another length (or was never renamed into place): equal length means it is there.
        let known = match store.head(&path).await {
            Ok(meta) => meta.size == content.len() as u64,
            Err(object_store::Error::NotFound { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        if !known {
            store.put(&path, content.into()).await?;
        }
        Ok(id)
    }

    /// `ab/abcdef...`: folders stay small.
    fn path(&self, id: &BlobId) -> Path {
        let shard = id.0.get(..2).unwrap_or("00");
        self.prefix.clone().join(shard).join(id.0.as_str())
    }
}
