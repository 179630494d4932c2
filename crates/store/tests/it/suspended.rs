//! The suspended queue: found, taken out once, and remembered by the ledger.

use desk::LedgerId;
use desk::decide::{Cause, OutcomeKind};
use store::{Afterwards, Error, Form, NewSuspended, SeenBy, Settlement, SuspendedOrder, SuspendedQuery, Tx};

use crate::scene::{Scene, after, seen};

fn entry(ledger: LedgerId, cause: Cause, author: &str, subject: &str) -> NewSuspended {
    NewSuspended {
        ledger,
        cause,
        author: format!("a\0 <{author}>"),
        author_address: author.to_owned(),
        subject: subject.to_owned(),
        excerpt: String::new(),
    }
}

async fn row(tx: &Tx, item: &str) -> LedgerId {
    let id = tx.see(None, "help@contoso.test", &[seen(item)], SeenBy::File).await.unwrap()[0];
    let settlement = Settlement {
        outcome: OutcomeKind::Suspended,
        reason: "loop".to_owned(),
        ticket: None,
        comment: None,
        sender: "a <a@b.example>".to_owned(),
        subject: "S".to_owned(),
        identity: None,
        words: None,
        author: None,
    };
    assert!(tx.settle(id, &settlement).await.unwrap());
    id
}

async fn three(scene: &Scene) {
    let tx = scene.begin().await;
    for (item, cause, author, subject) in [
        ("1", Cause::Loop, "mona@b.example", "Zebra"),
        ("2", Cause::AutoVacation, "anna@b.example", "100% off"),
        ("3", Cause::Loop, "zoe@c.example", "Alpha"),
    ] {
        let ledger = row(&tx, item).await;
        tx.suspend(&entry(ledger, cause, author, subject)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn subjects(scene: &Scene, query: SuspendedQuery) -> (Vec<String>, u64) {
    let (found, all) = scene.store.suspended(&SuspendedQuery { limit: 10, ..query }).await.unwrap();
    (found.into_iter().map(|one| one.what.subject).collect(), all)
}

both! {
    async fn the_queue_is_filtered_sorted_and_counted(scene) {
        three(scene).await;
        let newest = SuspendedQuery { descending: true, ..SuspendedQuery::default() };
        assert_eq!(subjects(scene, newest.clone()).await, (vec!["Alpha".to_owned(), "100% off".to_owned(), "Zebra".to_owned()], 3));
        let by_author = SuspendedQuery { order: SuspendedOrder::AuthorEmail, ..SuspendedQuery::default() };
        assert_eq!(subjects(scene, by_author).await.0, ["100% off", "Zebra", "Alpha"]);
        let by_subject = SuspendedQuery { order: SuspendedOrder::Subject, descending: true, skip: 1, ..SuspendedQuery::default() };
        assert_eq!(subjects(scene, by_subject).await.0, ["Alpha", "100% off"]);
        let loops = SuspendedQuery { cause: Some(Cause::Loop), text: "B.EXAMPLE".to_owned(), ..SuspendedQuery::default() };
        assert_eq!(subjects(scene, loops).await, (vec!["Zebra".to_owned()], 1));
        let literal = SuspendedQuery { text: "0% o".to_owned(), ..SuspendedQuery::default() };
        assert_eq!(subjects(scene, literal).await.1, 1);
        let mut causes = scene.store.suspended_causes().await.unwrap();
        causes.sort();
        assert_eq!(causes, [(Cause::Loop, 2), (Cause::AutoVacation, 1)]);
    }

    /// Two agents who recover the same mail at once must not make two tickets of it.
    async fn a_suspended_mail_is_taken_out_once(scene) {
        three(scene).await;
        let id = scene.store.suspended(&SuspendedQuery { limit: 1, ..SuspendedQuery::default() }).await.unwrap().0[0].id;
        let take = || async {
            let tx = scene.begin().await;
            let taken = tx.unsuspend(id).await;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            if taken.is_ok() {
                tx.commit().await.unwrap();
            }
            taken.is_ok()
        };
        let (first, second) = tokio::join!(take(), take());
        assert!(first != second, "one of the two and not both");
        assert_eq!(scene.store.suspended(&SuspendedQuery { limit: 10, ..SuspendedQuery::default() }).await.unwrap().1, 2);
    }

    /// Invariant 1: whatever people do with a suspended mail, its row keeps its outcome, and the account adds up.
    async fn the_ledger_keeps_the_outcome_and_says_what_became_of_the_mail(scene) {
        three(scene).await;
        let tx = scene.begin().await;
        let due = scene.store.suspended_before(after(1), 2).await.unwrap();
        assert_eq!(due.len(), 2);
        let taken = tx.unsuspend(due[0]).await.unwrap();
        tx.note_later(taken.what.ledger, Afterwards::Expired, None, None).await.unwrap();
        assert!(matches!(tx.unsuspend(due[0]).await, Err(Error::NotFound { .. })));
        tx.commit().await.unwrap();
        let kept = scene.store.ledger_row(taken.what.ledger).await.unwrap();
        assert_eq!((kept.outcome, kept.reason.as_deref()), (Some(OutcomeKind::Suspended), Some("loop")));
        assert_eq!(kept.later.map(|later| (later.what, later.by)), Some((Afterwards::Expired, None)));
        let account = scene.store.ledger_account(None).await.unwrap();
        assert_eq!((account.seen, account.by_outcome), (3, vec![(OutcomeKind::Suspended, 3)]));
    }

    async fn only_rows_with_an_outcome_and_an_original_are_read_again(scene) {
        three(scene).await;
        let tx = scene.begin().await;
        let with = row(&tx, "4").await;
        tx.journal(with, &store::BlobId::of(b"x"), Form::Mime, 1).await.unwrap();
        tx.see(None, "help@contoso.test", &[seen("5")], SeenBy::File).await.unwrap();
        tx.commit().await.unwrap();
        let found = scene.store.kept_rows(LedgerId(0), None, 10).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [with]);
        assert!(scene.store.kept_rows(with, None, 10).await.unwrap().is_empty());
        assert!(scene.store.kept_rows(LedgerId(0), Some(after(10)), 10).await.unwrap().is_empty());
    }
}
