//! Mails with one Message-ID, early replies, merged and split tickets.

use desk::decide::{OutcomeKind, Signal};
use desk::sameness::Fingerprint;
use desk::ticket::CommentMail;
use store::{AuditEvent, Claim, Error, KnownMessage, NewComment, Settlement, shared_identity};

use crate::scene::{after, comment_on, message_id};

const ID: &str = "mid:same@example.com";

both! {
    async fn mails_that_share_a_message_id_are_found_together_and_the_very_same_content_first(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, comment) = scene.ticket(&ann, "order").await;
        let known = KnownMessage { ticket: ticket.id, comment: Some(comment), ledger: None, outbox: None };
        let tx = scene.begin().await;
        tx.lock_identities(&[ID.to_owned(), "mid:other@example.com".to_owned(), ID.to_owned()]).await.unwrap();
        let fingerprint = Fingerprint::of_text("Order", "Order 1001");
        tx.claim_mail(&Claim { identity: ID, shares: None, fingerprint: &fingerprint, known: &known }).await.unwrap();
        for key in ["aa", "bb"] {
            let identity = shared_identity(ID, key);
            let claim = Claim { identity: &identity, shares: Some(ID), fingerprint: &fingerprint, known: &known };
            tx.claim_mail(&claim).await.unwrap();
            assert!(matches!(tx.claim_mail(&claim).await, Err(Error::Exists { .. })));
        }
        let found = tx.known_mails(ID, "aa").await.unwrap();
        let identities: Vec<_> = found.iter().map(|mail| mail.identity.as_str()).collect();
        assert_eq!(identities, ["mid:same@example.com#aa", "mid:same@example.com#bb", ID]);
        assert!(found.iter().all(|mail| mail.fingerprint.as_ref() == Some(&fingerprint)));
        tx.commit().await.unwrap();
    }

    /// Mails of a time before fingerprints were kept, and our own.
    async fn an_identity_without_a_fingerprint_is_known_all_the_same(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, comment) = scene.ticket(&ann, "order").await;
        let known = KnownMessage { ticket: ticket.id, comment: Some(comment), ledger: None, outbox: None };
        let tx = scene.begin().await;
        tx.claim_identity(ID, &known).await.unwrap();
        let found = tx.known_mails(ID, "aa").await.unwrap();
        assert_eq!((found.len(), &found[0].known, &found[0].fingerprint), (1, &known, &None));
        tx.commit().await.unwrap();
    }

    async fn an_early_reply_waits_until_its_original_comes_or_is_given_up(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (ticket, comment) = scene.ticket(&ann, "re: order").await;
        let ids = [message_id("a@example.com"), message_id("b@example.com"), message_id("a@example.com")];
        let tx = scene.begin().await;
        tx.await_messages(comment, &ids, after(100)).await.unwrap();
        let early = tx.awaiting("mid:a@example.com").await.unwrap();
        assert_eq!(early.iter().map(|early| (early.ticket, early.comment)).collect::<Vec<_>>(), [(ticket.id, comment)]);
        tx.no_longer_awaited("mid:a@example.com").await.unwrap();
        assert_eq!(tx.awaiting("mid:a@example.com").await.unwrap(), []);
        tx.commit().await.unwrap();
        assert_eq!(scene.store.prune_awaited(after(99)).await.unwrap(), 0);
        assert_eq!(scene.store.prune_awaited(after(100)).await.unwrap(), 1);
    }

    async fn a_ticket_is_merged_once_and_leads_to_its_heir_through_every_merge(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (one, _) = scene.ticket(&ann, "one").await;
        let (two, _) = scene.ticket(&ann, "two").await;
        let (three, _) = scene.ticket(&ann, "three").await;
        let tx = scene.begin().await;
        tx.merge_ticket(one.id, two.id, Some(ann.id)).await.unwrap();
        assert!(matches!(tx.merge_ticket(one.id, three.id, None).await, Err(Error::Exists { .. })));
        tx.merge_ticket(two.id, three.id, None).await.unwrap();
        assert_eq!(tx.heir(one.id).await.unwrap().id, three.id);
        tx.commit().await.unwrap();
        let merged = scene.store.merged_tickets(three.id).await.unwrap();
        assert_eq!(merged.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [one.id, two.id]);
        let events: Vec<_> = scene.store.audits(one.id).await.unwrap().into_iter().map(|audit| audit.event).collect();
        assert!(events.contains(&AuditEvent::MergedInto { ticket: two.id }), "{events:?}");
    }

    async fn a_comment_moves_with_all_that_hangs_on_it(scene) {
        let ann = scene.customer("ann@example.com").await;
        let (from, _) = scene.ticket(&ann, "one").await;
        let (into, _) = scene.ticket(&ann, "two").await;
        let (_, connection) = scene.connect("help@desk.example").await;
        let row = scene.see(connection, "help@desk.example", &["item"]).await[0];
        let mail = CommentMail {
            from: None, to: vec![], cc: vec![], subject: "stray".to_owned(), signals: vec![], conflicts: vec![],
            spoof: false, doubt: None, reply_to: None, invitation: None, protection: None,
        };
        let tx = scene.begin().await;
        let stray = NewComment { mail: Some(mail), ..comment_on(&from, "stray") };
        let stray = tx.add_comment(&stray).await.unwrap();
        let known = KnownMessage { ticket: from.id, comment: Some(stray), ledger: Some(row), outbox: None };
        tx.claim_identity(ID, &known).await.unwrap();
        let settlement = Settlement {
            outcome: OutcomeKind::Reply, reason: "r".to_owned(), ticket: Some(from.id), comment: Some(stray),
            sender: String::new(), subject: String::new(), identity: None, author: None, words: None,
        };
        assert!(tx.settle(row, &settlement).await.unwrap());
        tx.move_comment(stray, from.id, into.id, Some(ann.id)).await.unwrap();
        let early = Signal::CameEarly { id: message_id("late@example.com") };
        for _ in 0..2 {
            tx.add_signal(stray, &early).await.unwrap();
        }
        assert_eq!(tx.known(ID).await.unwrap().map(|known| known.ticket), Some(into.id));
        assert!(tx.move_comment(stray, from.id, into.id, None).await.is_err(), "it is no longer there");
        tx.commit().await.unwrap();
        let row = scene.store.ledger_row(row).await.unwrap();
        assert_eq!((row.outcome, row.ticket), (Some(OutcomeKind::Reply), Some(into.id)));
        let comment = scene.store.comment(stray).await.unwrap();
        assert_eq!((comment.ticket, comment.mail.unwrap().signals), (into.id, vec![early]));
    }

    async fn a_duplicate_is_taken_in_again_once(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let id = scene.see(connection, "help@desk.example", &["item"]).await[0];
        let settlement = Settlement {
            outcome: OutcomeKind::Duplicate, reason: "r".to_owned(), ticket: None, comment: None,
            sender: String::new(), subject: String::new(), identity: None, author: None, words: None,
        };
        let tx = scene.begin().await;
        assert!(tx.settle(id, &settlement).await.unwrap());
        tx.commit().await.unwrap();
        let row = scene.store.ledger_row(id).await.unwrap();
        let tx = scene.begin().await;
        let new = tx.see_again(&row).await.unwrap();
        assert!(tx.note_taken_again(id, new).await.unwrap());
        assert!(!tx.note_taken_again(id, new).await.unwrap());
        assert!(!tx.note_taken_again(new, id).await.unwrap(), "it is no duplicate");
        tx.commit().await.unwrap();
        let row = scene.store.ledger_row(new).await.unwrap();
        assert_eq!((row.connection, row.outcome), (None, None));
        assert_eq!(scene.store.ledger_row(id).await.unwrap().taken_again, Some(new));
    }
}
