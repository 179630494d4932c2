//! The feed that keeps open pages fresh, and the cache of triggers.

use std::time::Duration;

use desk::trigger::{Conditions, Trigger};
use desk::{ImportId, TicketId, TriggerId};
use store::Topic;

both! {
    async fn the_feed_tells_each_topic_once_a_transaction_in_order(scene) {
        let from = scene.store.last_change().await.unwrap();
        let tx = scene.begin().await;
        for topic in [Topic::Ticket(TicketId(7)), Topic::Ticket(TicketId(7)), Topic::Import(ImportId(3)), Topic::Addresses] {
            tx.changed(topic).await.unwrap();
        }
        tx.commit().await.unwrap();
        let dropped = scene.begin().await;
        dropped.changed(Topic::Ticket(TicketId(8))).await.unwrap();
        drop(dropped);
        let words = async |after| {
            let changes = scene.store.changes_after(after).await.unwrap();
            changes.into_iter().map(|change| change.topic).collect::<Vec<_>>()
        };
        assert_eq!(words(from).await, ["ticket:7", "import:3", "addresses"]);
        let last = scene.store.last_change().await.unwrap();
        assert_eq!(words(last).await, Vec::<String>::new());
        assert_eq!(words(last - 1).await, ["addresses"]);
        assert_eq!(scene.store.prune_changes(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(1)).await.unwrap(), 3);
        assert_eq!(words(from).await, Vec::<String>::new());
    }

    /// Many transactions at once: a page that follows the feed meets every topic.
    async fn following_the_feed_misses_nothing(scene) {
        let mut seen = scene.store.last_change().await.unwrap();
        let writers: Vec<_> = (0..40)
            .map(|number| {
                let store = scene.store.clone();
                tokio::spawn(async move {
                    let tx = store.begin(crate::scene::start()).await.unwrap();
                    tx.changed(Topic::Ticket(TicketId(number))).await.unwrap();
                    tx.commit().await.unwrap();
                })
            })
            .collect();
        let mut topics = std::collections::BTreeSet::new();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        while topics.len() < 40 && tokio::time::Instant::now() < deadline {
            for change in scene.store.changes_after(seen).await.unwrap() {
                seen = change.id;
                topics.insert(change.topic);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(topics.len(), 40);
    }

    async fn a_commit_wakes_who_waits_and_a_rollback_does_not(scene) {
        let waiting = scene.store.committed();
        drop(scene.begin().await);
        let tx = scene.begin().await;
        let early = tokio::time::timeout(Duration::from_millis(20), scene.store.committed()).await;
        assert!(early.is_err());
        tx.commit().await.unwrap();
        tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap();
    }

    async fn triggers_are_seeded_once_and_seen_at_once(scene) {
        let trigger = |title: &str, position, active| Trigger {
            id: TriggerId(0),
            title: title.to_owned(),
            position,
            active,
            conditions: Conditions::default(),
            actions: vec![desk::trigger::Action::AssignToCurrentUser],
        };
        assert_eq!(scene.store.active_triggers().await.unwrap().len(), 0, "fills the cache");
        for titles in [["late", "early"], ["other", "others"]] {
            let tx = scene.begin().await;
            let triggers = [trigger(titles[0], 2, true), trigger(titles[1], 1, true), trigger("off", 0, false)];
            tx.seed_triggers(&triggers).await.unwrap();
            tx.commit().await.unwrap();
        }
        let active = scene.store.active_triggers().await.unwrap();
        assert_eq!(active.iter().map(|trigger| trigger.title.as_str()).collect::<Vec<_>>(), ["early", "late"]);
        assert!(active.iter().all(|trigger| trigger.id.0 > 0 && trigger.actions.len() == 1));
    }
}
