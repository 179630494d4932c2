//! Links to files that were too large for a mail.

use jiff::SignedDuration;
use store::{BlobId, Error, NewAttachment, NewComment};

use crate::scene::{after, comment_on};

fn file(name: &str) -> NewAttachment {
    NewAttachment {
        name: name.to_owned(),
        content_type: "application/zip".to_owned(),
        content_id: None,
        inline: false,
        size: 9_000_000,
        blob: BlobId("0".repeat(64)),
        finding: None,
    }
}

both! {
    async fn a_link_is_good_until_it_expires_or_is_closed_and_may_be_opened_again(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "plans").await;
        let tx = scene.begin().await;
        let new = NewComment { attachments: vec![file("a.zip"), file("b.zip")], ..comment_on(&ticket, "Here") };
        let comment = tx.add_comment(&new).await.unwrap();
        let files = tx.files_of(comment).await.unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file.name.as_str()).collect();
        assert_eq!(names, ["a.zip", "b.zip"], "in the order they were added");
        tx.add_file_link("one", files[0].id, after(100)).await.unwrap();
        tx.add_file_link("two", files[0].id, after(200)).await.unwrap();
        // A hash names one link and no more.
        assert!(tx.add_file_link("one", files[1].id, after(100)).await.is_err());
        drop(tx);

        let tx = scene.begin().await;
        let comment = tx.add_comment(&new).await.unwrap();
        let files = tx.files_of(comment).await.unwrap();
        tx.add_file_link("one", files[0].id, after(100)).await.unwrap();
        tx.add_file_link("two", files[0].id, after(200)).await.unwrap();
        tx.commit().await.unwrap();
        let link = async |hash: &str| scene.store.file_link(hash).await.unwrap().unwrap();
        assert!(link("one").await.is_good(after(99)));
        assert!(!link("one").await.is_good(after(100)), "the last moment does not count");
        assert!(scene.store.file_link("three").await.unwrap().is_none());
        assert_eq!(scene.store.file_links(ticket.id).await.unwrap().len(), 2);

        let tx = scene.begin_at(50).await;
        tx.revoke_file_links(files[0].id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!link("one").await.is_good(after(60)) && !link("two").await.is_good(after(60)));
        let tx = scene.begin_at(300).await;
        tx.renew_file_links(files[0].id, after(300) + SignedDuration::from_secs(10)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(link("one").await.is_good(after(309)) && !link("two").await.is_good(after(310)));
        let tx = scene.begin().await;
        let none = tx.renew_file_links(files[1].id, after(1)).await;
        assert!(matches!(none, Err(Error::NotFound { .. })), "no link, nothing to renew");
    }

    /// Else the table would grow as long as the desk lives.
    async fn links_that_ended_long_ago_are_forgotten_and_no_others(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "plans").await;
        let tx = scene.begin().await;
        let new = NewComment { attachments: vec![file("a.zip")], ..comment_on(&ticket, "Here") };
        let comment = tx.add_comment(&new).await.unwrap();
        let id = tx.files_of(comment).await.unwrap()[0].id;
        for (word, ends) in [("old", 99), ("just", 100), ("good", 200)] {
            tx.add_file_link(word, id, after(ends)).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(scene.store.prune_file_links(after(100)).await.unwrap(), 1);
        let mut left: Vec<_> =
            scene.store.file_links(ticket.id).await.unwrap().into_iter().map(|link| link.hash).collect();
        left.sort_unstable();
        assert_eq!(left, ["good", "just"]);
    }
}
