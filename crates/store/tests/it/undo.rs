//! Taking an import back: what is touched stays, every row keeps its outcome.

use desk::decide::OutcomeKind;
use desk::{ImportId, LedgerId, TicketId};
use store::{Error, KnownMessage, SeenBy, Settlement, Undone, Wanted};

use crate::scene::{Scene, after, comment_on, exchange, seen};

const INBOX: &str = "help@desk.example";

fn settlement(ticket: TicketId, comment: desk::CommentId) -> Settlement {
    Settlement {
        outcome: OutcomeKind::NewTicket,
        reason: "new_ticket".to_owned(),
        ticket: Some(ticket),
        comment: Some(comment),
        sender: String::new(),
        subject: String::new(),
        identity: None,
        author: None,
        words: None,
    }
}

/// An import of these messages, each a ticket; one more has not been taken in yet.
async fn imported(scene: &Scene, items: &[&str]) -> (ImportId, Vec<TicketId>) {
    let tx = scene.begin().await;
    let (_, connection, run) = tx.connect(&exchange(INBOX), Some(Wanted::Newest(300))).await.unwrap();
    let run = run.unwrap();
    let mut listed: Vec<_> = items.iter().map(|item| seen(item)).collect();
    listed.push(seen("waiting"));
    let ids = tx.see(Some(connection), INBOX, &listed, SeenBy::Import(run)).await.unwrap();
    let ann = tx.ensure_end_user(&crate::scene::mailbox("ann@example.com"), None).await.unwrap();
    let mut tickets = vec![];
    for (item, id) in items.iter().zip(&ids) {
        let new = store::NewTicket {
            brand: desk::BrandId(1),
            address: None,
            subject: (*item).to_owned(),
            status: desk::Status::New,
            requester: ann.id,
            ccs: vec![],
            tags: vec![],
            follows: None,
            via: desk::ticket::Via::Import,
            created_at: None,
        };
        let ticket = tx.create_ticket(&new, Some(ann.id)).await.unwrap();
        let comment = tx.add_comment(&comment_on(&ticket, "It smokes.")).await.unwrap();
        let known =
            KnownMessage { ticket: ticket.id, comment: Some(comment), ledger: Some(*id), outbox: None };
        tx.claim_identity(&format!("mid:{item}"), &known).await.unwrap();
        tx.settle(*id, &settlement(ticket.id, comment)).await.unwrap();
        tickets.push(ticket.id);
    }
    tx.commit().await.unwrap();
    (run, tickets)
}

both! {
    async fn what_is_untouched_goes_and_what_is_touched_stays_whole(scene) {
        let (run, tickets) = imported(scene, &["one", "two", "three"]).await;
        let tx = scene.begin_at(10).await;
        let change = store::TicketChange { add_tags: vec!["vip".to_owned()], ..store::TicketChange::default() };
        tx.change_ticket(tickets[1], &change, None).await.unwrap();
        tx.commit().await.unwrap();

        let tx = scene.begin_at(20).await;
        assert!(tx.begin_undo(run, None).await.unwrap());
        assert!(!tx.begin_undo(run, None).await.unwrap(), "once");
        tx.commit().await.unwrap();
        assert_eq!(scene.store.undos().await.unwrap(), [run]);
        let stored = scene.store.import(run).await.unwrap();
        assert_eq!((stored.undone, stored.finished_at), (Undone::UnderWay { tickets: 0 }, Some(after(20))));
        let waiting = scene.store.ledger_row_of_item(INBOX, "waiting").await.unwrap().unwrap();
        assert_eq!((waiting.outcome, waiting.reason.as_deref()), (Some(OutcomeKind::Rejected), Some("undone")));
        assert!(waiting.acknowledged_at.is_some(), "nothing is marked in the mailbox for it");

        let lease = scene.lease("undo:1", "a").await;
        let tx = scene.begin_at(21).await;
        let mut at = LedgerId(0);
        while let Some(next) = tx.undo_some(&lease, run, at, 2).await.unwrap() {
            at = next;
        }
        tx.finish_undo(&lease, run).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.undos().await.unwrap(), []);
        let stored = scene.store.import(run).await.unwrap();
        assert_eq!(stored.undone, Undone::Done { at: after(21), tickets: 2, kept: 1 });
        for (ticket, stays) in tickets.iter().zip([false, true, false]) {
            assert_eq!(scene.store.ticket(*ticket).await.is_ok(), stays);
        }
        let row = scene.store.ledger_row_of_item(INBOX, "one").await.unwrap().unwrap();
        assert_eq!((row.outcome, row.reason.as_deref()), (Some(OutcomeKind::NewTicket), Some("undone")));
        assert_eq!((row.ticket, row.comment), (None, None));
        let tx = scene.begin().await;
        assert!(tx.known("mid:one").await.unwrap().is_none(), "the mail may come in again");
        assert!(tx.known("mid:two").await.unwrap().is_some());
    }

    /// Invariant 1 holds for what comes in again too: the old row stands, a new one has its own outcome.
    async fn an_undone_mail_that_is_asked_for_again_gets_a_row_of_its_own(scene) {
        let (run, _) = imported(scene, &["one"]).await;
        let connection = scene.store.import(run).await.unwrap().connection;
        let lease = scene.lease("undo:1", "a").await;
        let tx = scene.begin_at(1).await;
        tx.begin_undo(run, None).await.unwrap();
        tx.undo_some(&lease, run, LedgerId(0), 10).await.unwrap();
        tx.finish_undo(&lease, run).await.unwrap();
        let live = tx.see(Some(connection), INBOX, &[seen("one")], SeenBy::Sweep).await.unwrap();
        assert!(live.is_empty(), "a sweep brings nothing back");
        let second = tx.start_import(connection, Wanted::Newest(5), None).await.unwrap();
        assert_eq!(tx.step_aside(INBOX, &[seen("one"), seen("new")]).await.unwrap(), 1);
        let anew = tx.see(Some(connection), INBOX, &[seen("one"), seen("new")], SeenBy::Import(second)).await.unwrap();
        assert_eq!(anew.len(), 2);
        tx.commit().await.unwrap();
        let account = scene.store.ledger_account(Some(connection)).await.unwrap();
        assert_eq!((account.seen, account.waiting), (4, 2));
        assert_eq!(scene.store.ledger_row_of_item(INBOX, "one").await.unwrap().unwrap().outcome, None);
    }

    async fn a_resting_import_keeps_its_messages_from_being_taken_in(scene) {
        let (run, _) = imported(scene, &["one"]).await;
        let connection = scene.store.import(run).await.unwrap().connection;
        scene.see(connection, INBOX, &["live"]).await;
        let waiting = async || {
            let rows = scene.store.unsettled(connection, after(0), 10).await.unwrap();
            rows.into_iter().map(|row| row.item).collect::<Vec<_>>()
        };
        assert_eq!(waiting().await, ["live", "waiting"]);
        for (pause, changes) in [(true, true), (true, false)] {
            let tx = scene.begin().await;
            assert_eq!(tx.pause_import(run, pause, None).await.unwrap(), changes);
            tx.commit().await.unwrap();
        }
        assert_eq!(waiting().await, ["live"]);
        assert!(scene.store.import_rests(run).await.unwrap());
        let tx = scene.begin().await;
        assert!(tx.pause_import(run, false, None).await.unwrap());
        assert!(matches!(tx.start_import(connection, Wanted::Newest(1), None).await, Err(Error::Exists { .. })));
        tx.commit().await.unwrap();
        assert_eq!(waiting().await, ["live", "waiting"]);
    }

    async fn a_preview_is_found_until_it_ends_and_a_new_one_takes_its_place(scene) {
        use store::{Example, Forecast, Foreseen, NewPreview, PreviewOf};
        let (_, connection) = scene.connect(INBOX).await;
        let wanted = Wanted::Between { since: after(-100), until: after(0) };
        let new = NewPreview { of: PreviewOf::Connection(connection), wanted };
        let lease = scene.lease("preview:1", "a").await;
        let tx = scene.begin().await;
        let first = tx.start_preview(&new).await.unwrap();
        let id = tx.start_preview(&new).await.unwrap();
        let mut forecast = Forecast::default();
        for n in 0..3 {
            let example = Example {
                kind: Foreseen::NewTicket,
                reason: "new_ticket".to_owned(),
                sender: "ann@example.com".to_owned(),
                subject: format!("{n}\0"),
                received_at: Some(after(n)),
            };
            forecast.add(&example, 2);
        }
        assert!(tx.note_preview(&lease, id, 3, 3, &forecast).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(scene.store.previews_open().await.unwrap(), [id]);
        assert!(matches!(scene.store.preview(first).await, Err(Error::NotFound { .. })));
        let stored = scene.store.preview(id).await.unwrap();
        assert_eq!((stored.wanted, stored.found, stored.looked_at), (wanted, Some(3), 3));
        assert_eq!((stored.forecast.count(Foreseen::NewTicket), stored.forecast.examples.len()), (3, 2));
        let tx = scene.begin().await;
        assert!(tx.finish_preview(id, Some("cancelled")).await.unwrap());
        assert!(!tx.finish_preview(id, None).await.unwrap());
        assert!(!tx.note_preview(&lease, id, 3, 3, &forecast).await.unwrap(), "the worker must stop");
        tx.commit().await.unwrap();
        assert_eq!(scene.store.previews_open().await.unwrap(), []);
    }
}
