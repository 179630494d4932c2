//! The reading schedule, notifications and alarms as they are stored.

use desk::ConnectionId;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use store::{Purpose, Scheduled, Step, Subscription, Trouble};

use crate::scene::{Scene, after, answer, start};

const URL: &str = "https://desk.example";

fn subscription(connection: ConnectionId) -> Subscription {
    Subscription {
        connection,
        graph_id: Some(format!("graph-{connection}")),
        client_state: SecretString::from("only we know"),
        created_at: after(0),
        expires_at: after(1_000),
        notified_at: None,
        silent_since: None,
        missed_since: None,
        due_at: after(500),
        tries: 0,
        url: URL.to_owned(),
        off: None,
    }
}

async fn put(scene: &Scene, row: &Subscription) -> bool {
    let tx = scene.begin().await;
    let put = tx.put_subscription(row).await.unwrap();
    tx.commit().await.unwrap();
    put
}

fn read(connection: ConnectionId, begun: i64, next: i64) -> Scheduled {
    Scheduled {
        connection,
        begun_at: after(begun),
        next: after(next),
        read: true,
        found_since: None,
        usage: None,
    }
}

async fn note(scene: &Scene, at: i64, done: Scheduled) {
    let tx = scene.begin_at(at).await;
    tx.schedule_reads(&[done]).await.unwrap();
    tx.commit_quietly().await.unwrap();
}

fn disk(free: u64) -> Trouble {
    Trouble::DiskFull { free, total: 100 }
}

both! {
    /// A notification that comes while its mailbox is being read would else be forgotten: the reading may have looked just before.
    async fn what_was_asked_for_during_a_reading_is_still_due_after_it(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        note(scene, 12, read(connection, 10, 60)).await;
        let stored = async || scene.store.address_of(connection).await.unwrap().connection;
        assert_eq!((stored().await.next_read_at, stored().await.last_read_at), (after(60), Some(after(10))));
        assert!(scene.store.due_to_read(after(59), 10).await.unwrap().is_empty());
        // Begun at 60; at 61 somebody rings; noted at 62.
        let tx = scene.begin_at(61).await;
        tx.read_now(&[connection]).await.unwrap();
        tx.commit().await.unwrap();
        note(scene, 62, read(connection, 60, 120)).await;
        assert_eq!(stored().await.next_read_at, after(61));
        assert_eq!(stored().await.last_read_at, Some(after(60)));
        assert_eq!(scene.store.due_to_read(after(62), 10).await.unwrap().len(), 1);
    }

    async fn what_is_due_says_whether_there_is_more_to_do_than_looking(scene) {
        let (_, quiet) = scene.connect("a@desk.example").await;
        let (_, busy) = scene.connect("b@desk.example").await;
        scene.see(busy, "b@desk.example", &["one"]).await;
        let lease = scene.lease("receive:1", "me").await;
        let tx = scene.begin().await;
        let cursor = store::Cursor { link: "link".to_owned(), carried: 3, round_started_at: after(0) };
        tx.save_cursor(&lease, quiet, "inbox", Some(&cursor)).await.unwrap();
        tx.commit().await.unwrap();
        put(scene, &subscription(quiet)).await;
        put(scene, &Subscription { silent_since: Some(after(1)), ..subscription(busy) }).await;
        let due = scene.store.due_to_read(after(5), 10).await.unwrap();
        let shown: Vec<_> = due.iter().map(|d| (d.connection, d.has_work, d.announced, d.cursors.get("inbox"))).collect();
        assert_eq!(shown, [(quiet, false, true, Some(&cursor)), (busy, true, false, None)]);
        let late = scene.store.due_to_read(after(1_000), 10).await.unwrap();
        assert!(!late[0].announced, "a subscription that Graph has forgotten announces nothing");
    }

    /// A mailbox whose import rests costs a glance like any other.
    async fn an_import_that_rests_is_nothing_to_do(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let tx = scene.begin().await;
        let run = tx.start_import(connection, store::Wanted::Newest(3), None).await.unwrap();
        let old = store::Seen { item: "old".to_owned(), received_at: None, categories: vec![], etag: None };
        tx.see(Some(connection), "help@desk.example", &[old], store::SeenBy::Import(run)).await.unwrap();
        tx.commit().await.unwrap();
        let has_work = async || scene.store.due_to_read(after(5), 10).await.unwrap()[0].has_work;
        let rest = async |rest| {
            let tx = scene.begin().await;
            assert!(tx.pause_import(run, rest, None).await.unwrap());
            tx.commit().await.unwrap();
        };
        assert!(has_work().await);
        rest(true).await;
        assert!(!has_work().await, "neither the run nor its messages");
        scene.see(connection, "help@desk.example", &["new"]).await;
        assert!(has_work().await, "live mail is not concerned");
        rest(false).await;
        assert!(has_work().await);
    }

    async fn notifications_are_due_where_there_are_none_and_where_they_miss_mail(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let due = async |at: i64, url: &str| {
            let missed_before = after(at) - SignedDuration::from_secs(180);
            scene.store.subscriptions_due(after(at), url, missed_before, 10).await.unwrap().len()
        };
        assert_eq!(due(1, URL).await, 1, "there is none");
        assert!(put(scene, &subscription(connection)).await);
        assert_eq!(due(499, URL).await, 0);
        assert_eq!(due(500, URL).await, 1, "half its life is over");
        assert_eq!(due(1, "https://elsewhere.example").await, 1, "the desk has moved");
        // Mail found that nothing announced: once the grace is over.
        note(scene, 20, Scheduled { found_since: Some(after(10)), ..read(connection, 20, 30) }).await;
        assert_eq!(due(100, URL).await, 0);
        assert_eq!(due(200, URL).await, 1);
        // A late announcement takes it back.
        let tx = scene.begin_at(150).await;
        assert!(tx.announced(&[connection]).await.unwrap().is_empty(), "it was not silent yet");
        tx.commit().await.unwrap();
        assert_eq!(due(200, URL).await, 0);
        let stored = scene.store.subscription(connection).await.unwrap().unwrap();
        assert_eq!((stored.notified_at, stored.missed_since), (Some(after(150)), None));
        assert_eq!(stored.client_state.expose_secret(), "only we know");
        // Announced since the last reading: nothing is missed.
        note(scene, 160, Scheduled { found_since: Some(after(140)), ..read(connection, 160, 170) }).await;
        assert_eq!(scene.store.subscription(connection).await.unwrap().unwrap().missed_since, None);
    }

    /// Mail from before there were notifications was not missed by them.
    async fn notifications_answer_only_for_what_came_since_they_were_there(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        put(scene, &Subscription { created_at: after(50), ..subscription(connection) }).await;
        note(scene, 60, Scheduled { found_since: Some(after(40)), ..read(connection, 60, 70) }).await;
        assert_eq!(scene.store.subscription(connection).await.unwrap().unwrap().missed_since, None);
    }

    async fn the_word_of_a_subscription_is_sealed(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        put(scene, &subscription(connection)).await;
        let stored = scene.tamper("SELECT client_state FROM subscription").await;
        assert!(!stored[0].contains("only we know"), "{stored:?}");
    }

    /// Its mailbox may be deleted while Graph is being asked.
    async fn nothing_is_stored_for_an_address_that_is_gone(scene) {
        scene.connect("default@desk.example").await;
        let (address, connection) = scene.connect("help@desk.example").await;
        put(scene, &subscription(connection)).await;
        let tx = scene.begin().await;
        tx.delete_address(address).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.subscription(connection).await.unwrap().is_none());
        assert!(!put(scene, &subscription(connection)).await);
        assert!(scene.store.subscriptions().await.unwrap().is_empty());
    }

    async fn one_alarm_is_open_about_one_thing(scene) {
        let raise = async |at: i64| {
            let tx = scene.begin_at(at).await;
            let raised = tx.raise_alarm("disk", None, &disk(5)).await.unwrap();
            tx.commit().await.unwrap();
            raised
        };
        let first = raise(1).await.unwrap();
        assert_eq!(raise(2).await, None);
        assert_eq!(scene.store.open_alarm_count().await.unwrap(), 1);
        let tx = scene.begin_at(3).await;
        tx.update_alarm(first.id, &disk(4)).await.unwrap();
        tx.alarms_told(&[first.id]).await.unwrap();
        tx.commit().await.unwrap();
        let open = scene.store.open_alarms().await.unwrap();
        assert_eq!((&open[0].trouble, open[0].raised_at, open[0].told_at), (&disk(4), after(1), Some(after(3))));
        let tx = scene.begin_at(4).await;
        assert!(tx.clear_alarm(first.id).await.unwrap());
        assert!(!tx.clear_alarm(first.id).await.unwrap(), "two workers do not heal it twice");
        tx.commit().await.unwrap();
        assert_eq!(scene.store.healed_alarms().await.unwrap().len(), 1, "it is to be told that it is over");
        let tx = scene.begin_at(5).await;
        tx.alarms_told(&[first.id]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.healed_alarms().await.unwrap().is_empty(), "and once");
        assert!(raise(6).await.is_some(), "the same thing may go wrong again");
        assert_eq!(scene.store.past_alarms(10).await.unwrap().len(), 1);
    }

    async fn a_webhook_post_is_tried_until_it_is_taken_or_given_up(scene) {
        let tx = scene.begin().await;
        tx.enqueue_alarm_post("{}").await.unwrap();
        tx.commit().await.unwrap();
        let due = async |at| scene.store.alarm_posts_due(after(at), 10).await.unwrap();
        let one = due(0).await.pop().unwrap();
        let tried = async |at, failed| {
            let tx = scene.begin_at(at).await;
            tx.alarm_post_tried(one.id, failed).await.unwrap();
            tx.commit().await.unwrap();
        };
        tried(0, Some(("HTTP 500", Some(SignedDuration::from_secs(10))))).await;
        assert!(due(9).await.is_empty());
        assert_eq!(due(10).await[0].tries, 1);
        tried(10, None).await;
        assert!(due(99).await.is_empty());
        let last = scene.store.last_alarm_post().await.unwrap().unwrap();
        assert_eq!((last.done_at, last.error), (Some(after(10)), None));
    }

    /// An alarm that cannot be sent must not raise an alarm that cannot be sent.
    async fn alarms_do_not_count_as_mail_that_waits(scene) {
        let (address, connection) = scene.connect("help@desk.example").await;
        let customer = scene.customer("customer@example.com").await;
        let (ticket, _) = scene.ticket(&customer, "Printer").await;
        let tx = scene.begin().await;
        tx.enqueue(&answer(connection, address, &ticket, "a")).await.unwrap();
        let alarm = store::NewOutbox { purpose: Purpose::Alarm, ticket: None, ..answer(connection, address, &ticket, "b") };
        tx.enqueue(&alarm).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.mail_waiting_since(after(0)).await.unwrap().is_empty());
        let waiting = scene.store.mail_waiting_since(after(1)).await.unwrap();
        assert_eq!((waiting[0].mails, waiting[0].since, waiting.len()), (1, start(), 1));
        let lease = scene.lease("send:1", "me").await;
        let due = scene.store.outbox_due(connection, after(1), 10).await.unwrap();
        let tx = scene.begin().await;
        for row in due {
            let failed = store::OutboxUpdate { step: Some(Step::Failed), ..store::OutboxUpdate::default() };
            tx.outbox_update(&lease, row.id, &failed).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(scene.store.mail_failed_since(after(0)).await.unwrap()[0].mails, 1);
        assert!(scene.store.mail_failed_since(after(1)).await.unwrap().is_empty());
    }

    async fn mail_without_an_outcome_is_counted_by_mailbox(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        scene.see(connection, "help@desk.example", &["one", "two"]).await;
        assert!(scene.store.mail_unexplained(after(0), after(0)).await.unwrap().is_empty());
        assert_eq!(scene.store.mail_unexplained(after(1), after(0)).await.unwrap(), [(connection, 2, 0)]);
    }

    async fn our_own_addresses_are_known_as_soon_as_they_are_ours(scene) {
        assert!(scene.store.own_addresses().await.unwrap().is_empty());
        scene.connect("first@desk.example").await;
        let (address, _) = scene.connect("help@desk.example").await;
        assert_eq!(scene.store.own_addresses().await.unwrap().len(), 2);
        let tx = scene.begin().await;
        tx.delete_address(address).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.own_addresses().await.unwrap().len(), 1);
    }
}

/// The proof is the kernel's: as long as one process (or one handle) has it, nobody else can take its leases.
#[tokio::test]
async fn leases_of_the_dead_are_freed_and_those_of_the_living_are_not() {
    let scene = Scene::sqlite().await;
    let dead = scene.lease("receive:1", "killed").await;
    let alone = scene.store.alone().unwrap().unwrap();
    let other = store::Store::open(&scene.config).await.unwrap();
    assert!(other.alone().unwrap().is_none(), "somebody works here");
    let mine = scene.lease("send:1", "me").await;
    assert_eq!(scene.store.free_leases_of_the_dead(&alone, "me").await.unwrap(), 1);
    let next = scene.lease("receive:1", "me").await;
    assert!(next.fence > dead.fence, "should the dead one live after all, it is refused");
    let tx = scene.begin().await;
    assert!(tx.check(&dead).await.is_err());
    tx.check(&mine).await.unwrap();
    drop(tx);
    drop(alone);
    assert!(other.alone().unwrap().is_some());
    other.close().await;
    scene.clear_away().await;
}
