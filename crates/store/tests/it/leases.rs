//! Leases and fencing: a worker that was away too long writes nothing.

use jiff::SignedDuration;
use store::{Cursor, Error};

use crate::scene::after;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

both! {
    async fn a_lease_has_one_holder_until_it_ends(scene) {
        let store = &scene.store;
        let first = store.claim("receive:1", "a", after(0), MINUTE).await.unwrap().unwrap();
        assert_eq!(store.claim("receive:1", "b", after(59), MINUTE).await.unwrap(), None);
        let second = store.claim("receive:1", "b", after(60), MINUTE).await.unwrap().unwrap();
        assert!(second.fence > first.fence, "the number rises, so that writes of the first can be told");
    }

    async fn its_holder_may_claim_it_again_and_extends_it(scene) {
        let store = &scene.store;
        let first = store.claim("receive:1", "a", after(0), MINUTE).await.unwrap().unwrap();
        let again = store.claim("receive:1", "a", after(30), MINUTE).await.unwrap().unwrap();
        assert_eq!(first, again);
        assert_eq!(store.claim("receive:1", "b", after(70), MINUTE).await.unwrap(), None);
        store.renew(&first, after(80), MINUTE).await.unwrap();
        assert_eq!(store.claim("receive:1", "b", after(130), MINUTE).await.unwrap(), None);
    }

    async fn a_lease_given_back_is_free_at_once_and_its_number_goes_on_rising(scene) {
        let store = &scene.store;
        let first = scene.lease("receive:1", "a").await;
        store.release(&first).await.unwrap();
        let second = scene.lease("receive:1", "b").await;
        assert!(second.fence > first.fence);
        store.release(&first).await.unwrap();
        assert_eq!(store.claim("receive:1", "c", after(1), MINUTE).await.unwrap(), None, "an old holder cannot give away what is not its own");
    }

    async fn a_worker_that_lost_its_lease_is_refused_everywhere(scene) {
        let store = &scene.store;
        let (_, connection) = scene.connect("help@desk.example").await;
        let lost = scene.lease("receive:1", "a").await;
        let held = store.claim("receive:1", "b", after(60), MINUTE).await.unwrap().unwrap();
        assert!(matches!(store.renew(&lost, after(61), MINUTE).await, Err(Error::Fenced { name }) if name == "receive:1"));
        let cursor = Cursor { link: "https://graph/delta?token=1".to_owned(), carried: 3, round_started_at: after(0) };
        let tx = scene.begin().await;
        assert!(matches!(tx.check(&lost).await, Err(Error::Fenced { .. })));
        assert!(matches!(tx.save_cursor(&lost, connection, "inbox", Some(&cursor)).await, Err(Error::Fenced { .. })));
        tx.save_cursor(&held, connection, "inbox", Some(&cursor)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.cursor(connection, "inbox").await.unwrap(), Some(cursor));
        let tx = scene.begin().await;
        tx.save_cursor(&held, connection, "inbox", None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.cursor(connection, "inbox").await.unwrap(), None);
    }

    /// A check holds until the commit: nobody takes the lease between the check and the write it guards.
    async fn a_checked_lease_cannot_be_taken_before_the_commit(scene) {
        let lease = scene.lease("receive:1", "a").await;
        let tx = scene.begin().await;
        tx.check(&lease).await.unwrap();
        let store = scene.store.clone();
        let taking = tokio::spawn(async move { store.claim("receive:1", "b", after(600), MINUTE).await.unwrap() });
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert!(!taking.is_finished());
        tx.commit().await.unwrap();
        assert!(taking.await.unwrap().is_some());
    }

    async fn of_many_workers_one_gets_the_lease(scene) {
        let claims = (0..8).map(|worker| {
            let store = scene.store.clone();
            tokio::spawn(async move {
                store.claim("send:1", &format!("worker {worker}"), after(0), MINUTE).await.unwrap()
            })
        });
        let mut holders = 0;
        for claim in claims.collect::<Vec<_>>() {
            holders += usize::from(claim.await.unwrap().is_some());
        }
        assert_eq!(holders, 1);
    }
}
