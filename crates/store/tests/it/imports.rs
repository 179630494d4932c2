//! Import runs: progress that survives a restart, and an end that means all are done.

use desk::decide::OutcomeKind;
use store::{Error, SeenBy, Settlement, Wanted};

use crate::scene::{after, exchange, seen};

const INBOX: &str = "help@desk.example";

both! {
    async fn progress_counts_outcomes_and_the_run_ends_when_all_have_one(scene) {
        let tx = scene.begin().await;
        let (_, connection, run) = tx.connect(&exchange(INBOX), Some(Wanted::Newest(300))).await.unwrap();
        let run = run.unwrap();
        // One of the newest was seen by the delta first: it is known, and counts as done.
        tx.see(Some(connection), INBOX, &[seen("live")], SeenBy::Delta).await.unwrap();
        tx.commit().await.unwrap();
        let stored = scene.store.open_import(connection).await.unwrap().unwrap();
        assert_eq!((stored.id, stored.wanted, stored.found, stored.done), (run, Wanted::Newest(300), None, 0));

        let lease = scene.lease("import:1", "a").await;
        let tx = scene.begin().await;
        assert!(!tx.finish_import(run).await.unwrap(), "nothing is listed yet");
        let listed = [seen("live"), seen("one"), seen("two")];
        let ids = tx.see(Some(connection), INBOX, &listed, SeenBy::Import(run)).await.unwrap();
        tx.import_listed(&lease, run, 3).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ids.len(), 2);
        let progress = async || {
            let run = scene.store.import(run).await.unwrap();
            (run.found, run.done, run.finished_at)
        };
        assert_eq!(progress().await, (Some(3), 1, None));

        for (number, id) in ids.iter().enumerate() {
            let tx = scene.begin_at(10).await;
            assert!(!tx.finish_import(run).await.unwrap());
            let settlement = Settlement {
                outcome: OutcomeKind::Rejected,
                reason: String::new(),
                ticket: None,
                comment: None,
                sender: String::new(),
                subject: String::new(),
                identity: None,
                author: None,
                words: None,
            };
            assert!(tx.settle(*id, &settlement).await.unwrap());
            tx.commit().await.unwrap();
            assert_eq!(progress().await.1, u32::try_from(number).unwrap() + 2);
        }
        let tx = scene.begin_at(20).await;
        assert!(tx.finish_import(run).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(progress().await, (Some(3), 3, Some(after(20))));
        assert_eq!(scene.store.open_import(connection).await.unwrap(), None);
        assert_eq!(scene.store.imports(after(19)).await.unwrap().len(), 1);
        assert_eq!(scene.store.imports(after(20)).await.unwrap().len(), 0);
    }

    async fn a_worker_without_the_lease_cannot_list(scene) {
        let tx = scene.begin().await;
        let (_, _, run) = tx.connect(&exchange(INBOX), Some(Wanted::Newest(300))).await.unwrap();
        tx.commit().await.unwrap();
        let mut lease = scene.lease("import:1", "a").await;
        lease.fence -= 1;
        let tx = scene.begin().await;
        assert!(matches!(tx.import_listed(&lease, run.unwrap(), 3).await, Err(Error::Fenced { .. })));
    }
}
