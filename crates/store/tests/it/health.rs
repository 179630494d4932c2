//! Budgets, check-ups, and what mail tells of others who read the same mailbox.

use desk::decide::OutcomeKind;
use jiff::SignedDuration;
use store::{Seen, SeenBy, Settlement, Usage};

use crate::scene::{after, seen, start};

const HELP: &str = "help@desk.example";

fn gone() -> Settlement {
    Settlement {
        outcome: OutcomeKind::Vanished,
        reason: String::new(),
        ticket: None,
        comment: None,
        sender: String::new(),
        subject: String::new(),
        identity: None,
        author: None,
        words: None,
    }
}

both! {
    async fn what_was_spent_is_there_for_another_process(scene) {
        let (_, connection) = scene.connect(HELP).await;
        assert_eq!(scene.store.usage(connection).await.unwrap(), None);
        let usage = Usage { at: after(5), calls: 1_234, upload_bytes: 5_000_000, throttled: 2 };
        let tx = scene.begin().await;
        tx.note_usage(connection, &usage).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.usage(connection).await.unwrap(), Some(usage));
    }

    /// Whoever presses the button while a check-up runs wants to see what is true now, not what was found before.
    async fn a_check_up_asked_for_while_one_runs_is_made_as_well(scene) {
        let (_, connection) = scene.connect(HELP).await;
        let tx = scene.begin_at(1).await;
        tx.ask_checkup(connection, "asked").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.due_checkups(10).await.unwrap(), [connection]);
        let lease = scene.lease("checkup:1", "worker").await;
        let first = scene.store.checkup(connection).await.unwrap().asked_at;
        let tx = scene.begin_at(2).await;
        tx.save_checkup(&lease, connection, "half").await.unwrap();
        tx.commit().await.unwrap();
        let tx = scene.begin_at(3).await;
        tx.ask_checkup(connection, "asked again").await.unwrap();
        tx.commit().await.unwrap();
        let tx = scene.begin_at(4).await;
        tx.finish_checkup(&lease, connection, "whole", first).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.due_checkups(10).await.unwrap(), [connection]);
        let second = scene.store.checkup(connection).await.unwrap().asked_at;
        assert_eq!(second, Some(after(3)));
        let tx = scene.begin_at(5).await;
        tx.finish_checkup(&lease, connection, "whole again", second).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.due_checkups(10).await.unwrap().is_empty());
        let row = scene.store.checkup(connection).await.unwrap();
        assert_eq!((row.report.as_deref(), row.asked_at), (Some("whole again"), None));
    }

    /// A worker that slept too long must not write its old findings over those of the next.
    async fn a_worker_that_lost_its_lease_cannot_store_findings(scene) {
        let (_, connection) = scene.connect(HELP).await;
        let lease = scene.lease("checkup:1", "slow").await;
        scene.store.release(&lease).await.unwrap();
        scene.lease("checkup:1", "quick").await;
        let tx = scene.begin().await;
        let refused = tx.save_checkup(&lease, connection, "old").await;
        assert!(matches!(refused, Err(store::Error::Fenced { .. })));
    }

    /// Only mail that was seen right after it came says something: a person may well read what lay there for an hour.
    async fn mail_found_read_or_gone_is_counted_when_it_was_seen_promptly(scene) {
        let (_, connection) = scene.connect(HELP).await;
        let tx = scene.begin_at(60).await;
        let old = Seen { received_at: Some(start() - SignedDuration::from_hours(1)), ..seen("old") };
        let items = [seen("read"), seen("unread"), seen("gone"), old];
        let ids = tx.see(Some(connection), HELP, &items, SeenBy::Delta).await.unwrap();
        let read = ["read".to_owned(), "old".to_owned()];
        tx.note_found(HELP, &read, &["unread".to_owned(), "gone".to_owned()]).await.unwrap();
        tx.commit().await.unwrap();
        let tx = scene.begin_at(70).await;
        tx.settle(ids[2], &gone()).await.unwrap();
        // Seen again, and read by now: what was true at first stays.
        tx.see(Some(connection), HELP, &[seen("unread")], SeenBy::Sweep).await.unwrap();
        tx.note_found(HELP, &["unread".to_owned()], &[]).await.unwrap();
        tx.commit().await.unwrap();
        let found = scene.store.arrivals(connection, start(), SignedDuration::from_mins(2)).await.unwrap();
        assert_eq!((found.prompt, found.found_read, found.vanished), (3, 1, 1));
        let later = scene.store.arrivals(connection, after(61), SignedDuration::from_mins(2)).await.unwrap();
        assert_eq!(later.prompt, 0);
    }

    async fn items_that_the_ledger_has_never_seen_are_named(scene) {
        let (_, connection) = scene.connect(HELP).await;
        scene.see(connection, HELP, &["a", "b"]).await;
        let items: Vec<String> = ["x", "a", "y", "b"].map(str::to_owned).into();
        assert_eq!(scene.store.unknown_items("Help@Desk.example", &items).await.unwrap(), ["x", "y"]);
        assert_eq!(scene.store.waiting_since(connection).await.unwrap(), Some(start()));
        assert_eq!(scene.store.today(connection, start()).await.unwrap().came_in, 2);
        assert_eq!(scene.store.today(connection, after(1)).await.unwrap().came_in, 0);
    }
}
