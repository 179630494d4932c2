//! The outbox: order, steps under the lease, budgets, and our own mail recognised.

use jiff::SignedDuration;
use store::{ConnectionState, Error, KnownMessage, NewOutbox, OutboxUpdate, Spent, Step, Urgency};

use crate::scene::{Scene, address, after, answer, message_id};

async fn update(scene: &Scene, id: desk::OutboxId, update: OutboxUpdate) {
    let lease = scene.lease("send:1", "a").await;
    let tx = scene.begin().await;
    tx.outbox_update(&lease, id, &update).await.unwrap();
    tx.commit().await.unwrap();
}

async fn enqueue(scene: &Scene, new: &NewOutbox) -> desk::OutboxId {
    let tx = scene.begin().await;
    let id = tx.enqueue(new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

both! {
    async fn answers_leave_before_automatic_mail_and_each_in_order(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        let mail = |mark: &str, urgency| NewOutbox { urgency, ..answer(connection, from, &ticket, mark) };
        let robot = enqueue(scene, &mail("robot", Urgency::Automatic)).await;
        let first = enqueue(scene, &mail("first", Urgency::Answer)).await;
        let second = enqueue(scene, &mail("second", Urgency::Answer)).await;
        let sent = enqueue(scene, &mail("sent", Urgency::Answer)).await;
        let later = enqueue(scene, &mail("later", Urgency::Answer)).await;
        update(scene, sent, OutboxUpdate { step: Some(Step::Sent), sent_at: Some(after(1)), ..OutboxUpdate::default() }).await;
        update(scene, later, OutboxUpdate { due_at: Some(after(90)), ..OutboxUpdate::default() }).await;
        let due = async |at| {
            let rows = scene.store.outbox_due(connection, after(at), 10).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(due(0).await, [first, second, robot]);
        assert_eq!(due(90).await, [first, second, later, robot]);
        assert_eq!(scene.store.outbox_counts(Some(connection)).await.unwrap(), [(Step::Queued, 4), (Step::Sent, 1)]);
        assert_eq!(scene.store.outbox_of_ticket(ticket.id).await.unwrap().len(), 5);
    }

    /// While a connection is lost nothing leaves from it, and nothing is lost.
    async fn a_broken_mailbox_is_not_due_until_it_works_again(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        enqueue(scene, &answer(connection, from, &ticket, "m")).await;
        for (state, due) in [(ConnectionState::NeedsSignIn, vec![]), (ConnectionState::Delayed, vec![connection])] {
            let tx = scene.begin().await;
            tx.set_state(connection, state, None).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(scene.store.due_to_send(after(0), 10).await.unwrap(), due);
        }
    }

    async fn each_step_is_stored_and_the_rest_stays(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, comment) = scene.ticket(&ann, "printer").await;
        let new = NewOutbox {
            comment: Some(comment),
            in_reply_to: Some(message_id("theirs@example.com")),
            references: vec![message_id("a@example.com"), message_id("theirs@example.com")],
            ..answer(connection, from, &ticket, "m")
        };
        let id = enqueue(scene, &new).await;
        update(scene, id, OutboxUpdate { step: Some(Step::Drafted), draft: Some("AAMk".to_owned()), attempted: true, ..OutboxUpdate::default() }).await;
        update(scene, id, OutboxUpdate { step: Some(Step::Sending), sending_at: Some(after(3)), last_error: Some("504\0".to_owned()), attempted: true, ..OutboxUpdate::default() }).await;
        update(scene, id, OutboxUpdate::default()).await;
        let row = scene.store.outbox_row(id).await.unwrap();
        assert_eq!((row.step, row.draft.as_deref(), row.attempts, row.sending_at), (Step::Sending, Some("AAMk"), 2, Some(after(3))));
        assert_eq!(row.last_error.as_deref(), Some("504\u{FFFD}"));
        assert_eq!((row.mail.references, row.mail.in_reply_to, row.mail.to, row.mail.cc), (new.references, new.in_reply_to, new.to, new.cc));
    }

    async fn a_worker_without_the_lease_stores_no_step(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        let id = enqueue(scene, &answer(connection, from, &ticket, "m")).await;
        let lost = scene.lease("send:1", "a").await;
        scene.store.claim("send:1", "b", after(61), SignedDuration::from_mins(1)).await.unwrap().unwrap();
        let tx = scene.begin().await;
        let sending = OutboxUpdate { step: Some(Step::Sending), ..OutboxUpdate::default() };
        assert!(matches!(tx.outbox_update(&lost, id, &sending).await, Err(Error::Fenced { .. })));
        drop(tx);
        assert_eq!(scene.store.outbox_row(id).await.unwrap().step, Step::Queued);
    }

    async fn a_mark_and_a_message_id_are_used_once(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        let new = answer(connection, from, &ticket, "m");
        enqueue(scene, &new).await;
        for twice in [NewOutbox { message_id: message_id("x@desk.example"), ..new.clone() }, NewOutbox { mark: "x".to_owned(), ..new }] {
            let tx = scene.begin().await;
            assert!(matches!(tx.enqueue(&twice).await, Err(Error::Exists { .. })));
        }
    }

    /// Exchange may give a mail another Message-ID than ours; replies and copies name either.
    async fn our_mail_is_known_by_mark_and_by_both_message_ids(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, comment) = scene.ticket(&ann, "printer").await;
        let new = NewOutbox { comment: Some(comment), ..answer(connection, from, &ticket, "m") };
        let id = enqueue(scene, &new).await;
        let theirs = message_id("exchange@outlook.example");
        // Once, and again after a crash: the second time changes nothing.
        for _ in 0..2 {
            update(scene, id, OutboxUpdate { sent_message_id: Some(theirs.clone()), ..OutboxUpdate::default() }).await;
        }
        let tx = scene.begin().await;
        let known = KnownMessage { ticket: ticket.id, comment: Some(comment), ledger: None, outbox: Some(id) };
        let ids = [theirs.clone(), new.message_id.clone(), message_id("else@example.com")];
        assert_eq!(tx.known_messages(&ids).await.unwrap(), [(theirs.clone(), known.clone()), (new.message_id.clone(), known)]);
        let found = async |mark: Option<&str>, ids: &[mail::MessageId]| {
            tx.outbox_by_mark_or_ids(mark, ids).await.unwrap().map(|row| row.id)
        };
        assert_eq!(found(Some("m"), &[]).await, Some(id));
        assert_eq!(found(Some("unknown"), std::slice::from_ref(&theirs)).await, Some(id));
        assert_eq!(found(None, &[message_id("else@example.com")]).await, None);
        assert_eq!(tx.thread(&[ticket.id]).await.unwrap(), [new.message_id, theirs]);
    }

    /// A letter may claim Exchange's Message-ID first, when the copy is read before the step is stored.
    async fn a_message_id_claimed_by_a_letter_keeps_its_comment_and_learns_it_is_ours(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, comment) = scene.ticket(&ann, "printer").await;
        let id = enqueue(scene, &answer(connection, from, &ticket, "m")).await;
        let early = KnownMessage { ticket: ticket.id, comment: Some(comment), ledger: None, outbox: None };
        let tx = scene.begin().await;
        tx.claim_identity("mid:early@outlook.example", &early).await.unwrap();
        tx.commit().await.unwrap();
        update(scene, id, OutboxUpdate { sent_message_id: Some(message_id("early@outlook.example")), ..OutboxUpdate::default() }).await;
        let tx = scene.begin().await;
        assert_eq!(tx.known("mid:early@outlook.example").await.unwrap(), Some(KnownMessage { outbox: Some(id), ..early }));
    }

    async fn a_long_thread_keeps_its_first_and_newest_mails(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        let tx = scene.begin().await;
        for number in 0..50 {
            let known = KnownMessage { ticket: ticket.id, comment: None, ledger: None, outbox: None };
            tx.claim_identity(&format!("mid:{number}@example.com"), &known).await.unwrap();
        }
        tx.claim_identity("sha:00ff", &KnownMessage { ticket: ticket.id, comment: None, ledger: None, outbox: None }).await.unwrap();
        let thread = tx.thread(&[ticket.id]).await.unwrap();
        assert_eq!(thread.len(), 40);
        assert_eq!((thread[0].as_str(), thread[1].as_str(), thread[39].as_str()), ("0@example.com", "11@example.com", "49@example.com"));
    }

    async fn budgets_count_sends_of_a_minute_and_recipients_of_a_day(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        assert_eq!(scene.store.spent(connection, after(0)).await.unwrap(), Spent::default());
        for (mark, at) in [("yesterday", -90_000), ("morning", -3_600), ("now", -30)] {
            let id = enqueue(scene, &answer(connection, from, &ticket, mark)).await;
            update(scene, id, OutboxUpdate { step: Some(Step::Sending), sending_at: Some(after(at)), ..OutboxUpdate::default() }).await;
        }
        let spent = scene.store.spent(connection, after(0)).await.unwrap();
        assert_eq!(spent, Spent { messages_last_minute: 1, recipients_last_day: 4 });
    }

    async fn a_bounce_is_shown_at_its_mail(scene) {
        let (from, connection) = scene.connect("help@desk.example").await;
        let ann = scene.customer("ann@example.com").await;
        let (ticket, _) = scene.ticket(&ann, "printer").await;
        let id = enqueue(scene, &answer(connection, from, &ticket, "m")).await;
        let tx = scene.begin().await;
        let (ann, bob) = ([address("ann@example.com")], [address("bob@example.com")]);
        tx.note_bounce(id, &[], "550 5.1.1 user unknown").await.unwrap();
        tx.note_bounce(id, &ann, "later").await.unwrap();
        tx.note_bounce(id, &bob, "552 full").await.unwrap();
        tx.note_bounce(id, &ann, "550 gone\nfor good").await.unwrap();
        tx.note_bounce(id, &[], "550 5.1.1 user unknown").await.unwrap();
        tx.commit().await.unwrap();
        let bounce = scene.store.outbox_row(id).await.unwrap().bounce.unwrap();
        let lines: Vec<_> = bounce.lines().collect();
        assert_eq!(lines, ["550 5.1.1 user unknown", "ann@example.com: 550 gone for good", "bob@example.com: 552 full"]);
    }
}
