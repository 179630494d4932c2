//! Blobs: found again by their content.

use bytes::Bytes;
use store::{BlobId, Blobs, Error};

#[tokio::test]
async fn a_blob_is_found_by_its_content_however_it_was_put() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("file://{}", folder.path().join("elsewhere").display());
    for url in [None, Some(file.as_str()), Some("memory://")] {
        let blobs = Blobs::open(url, folder.path()).unwrap();
        for content in ["", "raw mail"] {
            let id = blobs.put(Bytes::from(content)).await.unwrap();
            assert_eq!(id, BlobId::of(content.as_bytes()));
            assert_eq!(blobs.put_lazy(Bytes::from(content)).await.unwrap(), id);
            assert_eq!(blobs.get(&id).await.unwrap(), content);
        }
        assert!(matches!(
            blobs.get(&BlobId::of(b"other")).await,
            Err(Error::Blob(object_store::Error::NotFound { .. }))
        ));
    }
    let id = BlobId::of(b"raw mail");
    assert!(
        folder.path().join("blobs").join(&id.0[..2]).join(&id.0).is_file(),
        "sharded by the first two digits"
    );
}

/// After a crash a file may be there with half its bytes; the next put of the same content must mend it.
#[tokio::test]
async fn a_torn_blob_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(None, folder.path()).unwrap();
    let id = blobs.put(Bytes::from("whole mail")).await.unwrap();
    std::fs::write(folder.path().join("blobs").join(&id.0[..2]).join(&id.0), "who").unwrap();
    blobs.put(Bytes::from("whole mail")).await.unwrap();
    assert_eq!(blobs.get(&id).await.unwrap(), "whole mail");
}

#[test]
fn an_unknown_kind_of_blob_store_is_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        matches!(Blobs::open(Some("ftp://x"), folder.path()), Err(Error::Config(words)) if words.contains("s3://"))
    );
}
