//! The ledger: each message once, each with one outcome (invariants 1 and 2).

use desk::decide::OutcomeKind;
use desk::flood::Recent;
use desk::{ImportId, LedgerId};
use store::{BlobId, Counted, Error, Form, KnownMessage, LedgerQuery, SeenBy, Settlement};

use crate::scene::{Scene, after, message_id, seen};

const INBOX: &str = "help@desk.example";

fn as_new_ticket(known: &KnownMessage) -> Settlement {
    Settlement {
        outcome: OutcomeKind::NewTicket,
        reason: "new".to_owned(),
        ticket: Some(known.ticket),
        comment: known.comment,
        sender: "Ann <ann@example.com>".to_owned(),
        subject: "printer\0".to_owned(),
        identity: Some("mid:a@example.com".to_owned()),
        author: Some("Ann@example.com".to_owned()),
        words: Some("w".to_owned()),
    }
}

async fn some_mail(scene: &Scene) -> KnownMessage {
    let ann = scene.customer("ann@example.com").await;
    let (ticket, comment) = scene.ticket(&ann, "printer").await;
    KnownMessage { ticket: ticket.id, comment: Some(comment), ledger: None, outbox: None }
}

async fn settle(scene: &Scene, id: LedgerId, known: &KnownMessage) -> bool {
    let tx = scene.begin().await;
    let settled = tx.settle(id, &as_new_ticket(known)).await.unwrap();
    tx.commit().await.unwrap();
    settled
}

both! {
    /// Delta, sweep and import all report what they find; only the first report makes a row.
    async fn a_message_is_seen_once_whatever_the_way(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        assert_eq!(scene.see(connection, INBOX, &["one", "two", "one"]).await.len(), 2);
        let tx = scene.begin().await;
        let again = tx.see(Some(connection), "HELP@desk.example", &[seen("two"), seen("three")], SeenBy::Sweep).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(again.len(), 1);
        let row = scene.store.ledger_row(again[0]).await.unwrap();
        assert_eq!((row.item.as_str(), row.seen_by), ("three", SeenBy::Sweep));
    }

    /// Many at once stay in the order they were given: the engine pairs rows with messages by it.
    async fn new_rows_are_answered_in_the_order_of_the_messages(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let items: Vec<String> = (0..250).map(|number| format!("item {number}")).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let ids = scene.see(connection, INBOX, &items).await;
        assert_eq!(ids.len(), 250);
        for (id, item) in ids.iter().zip(&items).step_by(83) {
            assert_eq!(scene.store.ledger_row(*id).await.unwrap().item, *item);
        }
    }

    /// Invariant 1: a second outcome is refused and changes nothing.
    async fn an_outcome_is_given_once_and_kept(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let id = scene.see(connection, INBOX, &["one"]).await[0];
        let known = some_mail(scene).await;
        assert!(settle(scene, id, &known).await);
        let tx = scene.begin().await;
        let other = Settlement { outcome: OutcomeKind::Rejected, reason: "no".to_owned(), ..as_new_ticket(&known) };
        assert!(!tx.settle(id, &other).await.unwrap());
        tx.commit().await.unwrap();
        let row = scene.store.ledger_row(id).await.unwrap();
        assert_eq!((row.outcome, row.reason.as_deref(), row.comment), (Some(OutcomeKind::NewTicket), Some("new"), known.comment));
        assert_eq!(row.subject, "printer\u{FFFD}", "PostgreSQL takes no NUL in text");
        assert_eq!(scene.store.ledger_row_of_comment(known.comment.unwrap()).await.unwrap().map(|row| row.id), Some(id));
    }

    async fn what_is_not_committed_never_happened(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let id = scene.see(connection, INBOX, &["one"]).await[0];
        let known = some_mail(scene).await;
        let tx = scene.begin().await;
        assert!(tx.settle(id, &as_new_ticket(&known)).await.unwrap());
        drop(tx);
        assert_eq!(scene.store.ledger_row(id).await.unwrap().outcome, None);
    }

    /// Invariant 2, against two workers that hold the same mail at the same moment.
    async fn of_two_claims_of_one_message_id_one_wins(scene) {
        let known = some_mail(scene).await;
        let claim = || {
            let store = scene.store.clone();
            let known = known.clone();
            tokio::spawn(async move {
                let tx = store.begin(after(0)).await.unwrap();
                if tx.known("mid:race@example.com").await.unwrap().is_some() {
                    return false;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                match tx.claim_identity("mid:race@example.com", &known).await {
                    Ok(()) => {
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                        tx.commit().await.unwrap();
                        true
                    }
                    Err(Error::Exists { .. }) => {
                        // The transaction is still good: the loser decides again in it.
                        assert!(tx.known("mid:race@example.com").await.unwrap().is_some());
                        false
                    }
                    Err(other) => panic!("{other}"),
                }
            })
        };
        let (first, second) = (claim(), claim());
        let winners = usize::from(first.await.unwrap()) + usize::from(second.await.unwrap());
        assert_eq!(winners, 1);
    }

    async fn message_ids_are_known_with_their_comment(scene) {
        let known = some_mail(scene).await;
        let tx = scene.begin().await;
        tx.claim_identity("mid:a@example.com", &known).await.unwrap();
        let ids = [message_id("b@example.com"), message_id("a@example.com")];
        assert_eq!(tx.known_messages(&ids).await.unwrap(), [(ids[1].clone(), known)]);
        assert_eq!(tx.known_messages(&[]).await.unwrap(), []);
    }

    /// Imports wait for live mail, and a row that failed waits for its time without holding up the others.
    async fn unsettled_rows_come_live_first_oldest_first_when_due(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let tx = scene.begin().await;
        let received = |item: &str, at| store::Seen { received_at: Some(after(at)), ..seen(item) };
        tx.see(Some(connection), INBOX, &[received("old", 0)], SeenBy::Import(ImportId(1))).await.unwrap();
        let live = [received("late", 20), received("early", 10), received("broken", 5)];
        let ids = tx.see(Some(connection), INBOX, &live, SeenBy::Delta).await.unwrap();
        tx.note_failure(ids[2], "no route\0", after(60)).await.unwrap();
        tx.commit().await.unwrap();
        let items = async |at| {
            let rows = scene.store.unsettled(connection, after(at), 10).await.unwrap();
            rows.into_iter().map(|row| row.item).collect::<Vec<_>>()
        };
        assert_eq!(items(30).await, ["early", "late", "old"]);
        assert_eq!(items(60).await, ["broken", "early", "late", "old"]);
        let row = scene.store.ledger_row(ids[2]).await.unwrap();
        assert_eq!((row.attempts, row.last_error.as_deref()), (1, Some("no route\u{FFFD}")));
    }

    async fn the_account_adds_up(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let ids = scene.see(connection, INBOX, &["one", "two", "gone"]).await;
        let known = some_mail(scene).await;
        settle(scene, ids[0], &known).await;
        let tx = scene.begin().await;
        let vanished = Settlement { outcome: OutcomeKind::Vanished, ..as_new_ticket(&known) };
        assert!(tx.settle(ids[2], &vanished).await.unwrap());
        tx.commit().await.unwrap();
        let account = scene.store.ledger_account(Some(connection)).await.unwrap();
        assert_eq!((account.seen, account.waiting, account.unacknowledged), (3, 1, 1));
        assert_eq!(account.by_outcome, [(OutcomeKind::NewTicket, 1), (OutcomeKind::Vanished, 1)]);
        assert_eq!(scene.store.ledger_account(None).await.unwrap(), account);
    }

    async fn settled_rows_are_acknowledged_once_and_may_be_put_off(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let ids = scene.see(connection, INBOX, &["one", "two", "three"]).await;
        let known = some_mail(scene).await;
        settle(scene, ids[0], &known).await;
        settle(scene, ids[1], &known).await;
        let due = async |at| {
            let rows = scene.store.to_acknowledge(connection, after(at), 10).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(due(0).await, ids[..2]);
        let tx = scene.begin().await;
        tx.acknowledge_later(&ids[..1], after(30)).await.unwrap();
        tx.acknowledged(&ids[1..2]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due(0).await, []);
        assert_eq!(due(30).await, ids[..1]);
    }

    async fn the_page_goes_downwards_and_filters(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let ids = scene.see(connection, INBOX, &["one", "two", "three"]).await;
        let known = some_mail(scene).await;
        settle(scene, ids[1], &known).await;
        let found = async |query: LedgerQuery| {
            let rows = scene.store.ledger(&query).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let all = LedgerQuery { limit: 2, ..LedgerQuery::default() };
        assert_eq!(found(all.clone()).await, [ids[2], ids[1]]);
        assert_eq!(found(LedgerQuery { before: Some(ids[1]), ..all.clone() }).await, [ids[0]]);
        assert_eq!(found(LedgerQuery { outcome: Some(OutcomeKind::NewTicket), ..all }).await, [ids[1]]);
    }

    async fn the_journal_is_noted_and_mails_of_an_author_are_counted(scene) {
        let (_, connection) = scene.connect(INBOX).await;
        let id = scene.see(connection, INBOX, &["one"]).await[0];
        let known = some_mail(scene).await;
        let tx = scene.begin_at(100).await;
        tx.journal(id, &BlobId::of(b"raw"), Form::GraphJson, 3).await.unwrap();
        tx.settle(id, &as_new_ticket(&known)).await.unwrap();
        let counted = |author, ticket, mailbox, words| Counted { author, ticket, mailbox, address: None, words };
        let all = counted("ann@EXAMPLE.com", Some(known.ticket), INBOX, Some("w"));
        let recent = tx.recent(&all, after(0)).await.unwrap();
        assert_eq!(recent, Recent { author: 1, ticket: 1, mailbox: 1, same: 1, ..Recent::default() });
        assert_eq!(tx.recent(&all, after(101)).await.unwrap(), Recent::default());
        let others = counted("bob@example.com", None, "other@desk.example", Some("v"));
        assert_eq!(tx.recent(&others, after(0)).await.unwrap(), Recent::default());
        tx.commit().await.unwrap();
        let row = scene.store.ledger_row_of_item(INBOX, "one").await.unwrap().unwrap();
        assert_eq!((row.blob, row.form), (Some(BlobId::of(b"raw")), Some(Form::GraphJson)));
    }
}
