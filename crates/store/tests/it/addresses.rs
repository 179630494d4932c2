//! Support addresses and connections, and invariant 7: the default address is verified, and stays.

use secrecy::ExposeSecret;
use store::{
    Backlog, ConnectionState, Cursor, Error, ExchangeAccount, Happening, Mode, NewConnection, OtherMailbox,
    SeenBy, StateCause, Step, Tokens,
};

use crate::scene::{Scene, after, answer, exchange, seen, tokens};

async fn set_state(
    scene: &Scene,
    at: i64,
    connection: desk::ConnectionId,
    state: ConnectionState,
    cause: Option<&StateCause>,
) {
    let tx = scene.begin_at(at).await;
    tx.set_state(connection, state, cause).await.unwrap();
    tx.commit().await.unwrap();
}

both! {
    /// Invariant 7: mail to people leaves from the default address, so there is always one that works.
    async fn the_default_address_cannot_be_deleted_until_another_takes_over(scene) {
        let (first, _) = scene.connect("first@desk.example").await;
        let (second, _) = scene.connect("second@desk.example").await;
        scene.prove(first).await;
        scene.prove(second).await;
        let tx = scene.begin().await;
        assert!(matches!(tx.delete_address(first).await, Err(Error::DefaultAddress)));
        tx.make_default(second, None).await.unwrap();
        tx.delete_address(first).await.unwrap();
        tx.commit().await.unwrap();
        let left = scene.store.support_addresses().await.unwrap();
        assert_eq!(left.iter().map(|address| (address.id, address.is_default)).collect::<Vec<_>>(), [(second, true)]);
        assert!(matches!(scene.store.support_address(first).await, Err(Error::NotFound { .. })));
    }

    async fn only_an_address_that_works_can_become_the_default(scene) {
        let (first, _) = scene.connect("first@desk.example").await;
        let (second, connection) = scene.connect("second@desk.example").await;
        scene.prove(first).await;
        scene.prove(second).await;
        let broken = [
            ConnectionState::NeedsSignIn,
            ConnectionState::NeedsAdministrator,
            ConnectionState::AppCredential,
            ConnectionState::MailboxGone,
        ];
        for state in broken {
            set_state(scene, 0, connection, state, None).await;
            let tx = scene.begin().await;
            assert!(matches!(tx.make_default(second, None).await, Err(Error::DefaultAddress)), "{state:?}");
        }
        set_state(scene, 0, connection, ConnectionState::Delayed, None).await;
        let tx = scene.begin().await;
        tx.make_default(second, None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!scene.store.support_address(first).await.unwrap().is_default);
    }

    /// Invariant 7 under concurrency: one wants to delete what another makes the default.
    async fn deleting_and_making_default_at_once_leaves_a_default(scene) {
        let (first, _) = scene.connect("first@desk.example").await;
        let (second, _) = scene.connect("second@desk.example").await;
        scene.prove(first).await;
        scene.prove(second).await;
        let act = |delete: bool| {
            let store = scene.store.clone();
            tokio::spawn(async move {
                let tx = store.begin(after(0)).await.unwrap();
                let done = if delete { tx.delete_address(second).await } else { tx.make_default(second, None).await };
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                if done.is_ok() {
                    tx.commit().await.unwrap();
                }
            })
        };
        let (deleting, making) = (act(true), act(false));
        deleting.await.unwrap();
        making.await.unwrap();
        let left = scene.store.support_addresses().await.unwrap();
        assert_eq!(left.iter().filter(|address| address.is_default).count(), 1);
    }

    async fn tickets_of_a_deleted_address_go_over_to_the_default(scene) {
        let (first, _) = scene.connect("first@desk.example").await;
        let (second, connection) = scene.connect("second@desk.example").await;
        scene.prove(first).await;
        let ann = scene.customer("ann@example.com").await;
        let tx = scene.begin().await;
        let new = store::NewTicket {
            brand: desk::BrandId(1),
            address: Some(second),
            subject: "printer".to_owned(),
            status: desk::Status::New,
            requester: ann.id,
            ccs: vec![],
            tags: vec![],
            follows: None,
            via: desk::ticket::Via::Email,
            created_at: None,
        };
        let ticket = tx.create_ticket(&new, None).await.unwrap();
        let waiting = tx.enqueue(&answer(connection, second, &ticket, "waiting")).await.unwrap();
        tx.delete_address(second).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.ticket(ticket.id).await.unwrap().address, Some(first));
        let row = scene.store.outbox_row(waiting).await.unwrap();
        assert_eq!((row.step, row.last_error.as_deref()), (Step::Failed, Some("address_deleted")), "never silently unsent");
    }

    /// A mailbox connected anew must not make old mail into tickets again, nor forget what waited.
    async fn a_mailbox_connected_anew_knows_its_mail_and_takes_over_what_waited(scene) {
        scene.connect("first@desk.example").await;
        let (old, before) = scene.connect("help@desk.example").await;
        let ids = scene.see(before, "help@desk.example", &["one", "two"]).await;
        let tx = scene.begin().await;
        tx.delete_address(old).await.unwrap();
        tx.commit().await.unwrap();
        let (_, anew) = scene.connect("help@desk.example").await;
        assert_ne!(before, anew);
        let tx = scene.begin().await;
        let again = [seen("two"), seen("three")];
        assert_eq!(tx.see(Some(anew), "help@desk.example", &again, store::SeenBy::Delta).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        let waiting = scene.store.unsettled(anew, after(0), 10).await.unwrap();
        assert_eq!(waiting[..2].iter().map(|row| row.id).collect::<Vec<_>>(), ids);
        assert_eq!(scene.store.ledger_account(Some(anew)).await.unwrap().seen, 3);
    }

    async fn a_state_is_kept_with_its_cause_and_since_when(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let cause = StateCause {
            code: "invalid_grant".to_owned(),
            aadsts: Some(700_082),
            message: "The refresh token has expired.".to_owned(),
            request_id: Some("f00".to_owned()),
            missing_scopes: vec!["Mail.Send".to_owned()],
no_mailbox: None,
        };
        set_state(scene, 10, connection, ConnectionState::NeedsSignIn, Some(&cause)).await;
        let before = scene.store.last_change().await.unwrap();
        set_state(scene, 20, connection, ConnectionState::NeedsSignIn, Some(&cause)).await;
        assert_eq!(scene.store.last_change().await.unwrap(), before, "nothing changed, nobody is told");
        let stored = scene.store.address_of(connection).await.unwrap().connection;
        assert_eq!((stored.state, stored.state_since, stored.cause), (ConnectionState::NeedsSignIn, after(10), Some(cause)));
        set_state(scene, 30, connection, ConnectionState::Verified, None).await;
        let stored = scene.store.address_of(connection).await.unwrap().connection;
        assert_eq!((stored.state_since, stored.cause), (after(30), None));
        assert!(scene.store.last_change().await.unwrap() > before);
    }

    async fn working_mailboxes_are_due_longest_waiting_first(scene) {
        let (_, a) = scene.connect("a@desk.example").await;
        let (_, b) = scene.connect("b@desk.example").await;
        let (_, broken) = scene.connect("c@desk.example").await;
        let tx = scene.begin().await;
        tx.schedule_read(a, after(20), Some(after(5))).await.unwrap();
        tx.schedule_read(b, after(10), None).await.unwrap();
        tx.note_sent(a, after(6)).await.unwrap();
        tx.set_state(broken, ConnectionState::MailboxGone, None).await.unwrap();
        tx.commit().await.unwrap();
        let due = async |at, limit| {
            let due = scene.store.due_to_read(after(at), limit).await.unwrap();
            due.into_iter().map(|due| due.connection).collect::<Vec<_>>()
        };
        assert_eq!(due(15, 10).await, [b]);
        assert_eq!(due(20, 10).await, [b, a]);
        assert_eq!(due(20, 1).await, [b]);
        let connection = scene.store.address_of(a).await.unwrap().connection;
        assert_eq!((connection.last_read_at, connection.last_sent_at), (Some(after(5)), Some(after(6))));
        set_state(scene, 40, broken, ConnectionState::Verified, None).await;
        assert_eq!(due(40, 10).await, [b, a, broken], "reconnected is due at once");
    }

    async fn addresses_are_listed_by_brand_then_address(scene) {
        let tx = scene.begin().await;
        let second = tx.create_brand("Second").await.unwrap();
        for (address, brand) in [("z@desk.example", desk::BrandId(1)), ("b@desk.example", second.id), ("a@desk.example", second.id)] {
            tx.connect(&NewConnection { brand, ..exchange(address) }, None).await.unwrap();
        }
        let inside = tx.support_addresses().await.unwrap();
        tx.commit().await.unwrap();
        let listed = scene.store.support_addresses().await.unwrap();
        assert_eq!(inside, listed);
        let words: Vec<_> = listed.iter().map(|one| (one.brand_name.as_str(), one.address.as_str())).collect();
        assert_eq!(words, [("Postdesk", "z@desk.example"), ("Second", "a@desk.example"), ("Second", "b@desk.example")]);
    }

    async fn rotated_tokens_replace_the_old_ones(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let tx = scene.begin().await;
        tx.store_tokens(connection, &tokens("rotated"), "Mail.Send Mail.ReadWrite").await.unwrap();
        tx.commit().await.unwrap();
        let stored = scene.store.tokens(connection).await.unwrap();
        assert_eq!((stored.access.expose_secret(), stored.refresh.as_ref().unwrap().expose_secret()), ("access-rotated", "refresh-rotated"));
        assert_eq!(scene.store.address_of(connection).await.unwrap().connection.account.unwrap().scopes, "Mail.Send Mail.ReadWrite");
    }

    /// What happened must stay readable in order, with Microsoft's request id, also when the connection is gone.
    async fn a_change_of_state_is_an_event_with_its_cause(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let cause = StateCause { code: "invalid_grant".to_owned(), request_id: Some("r-1".to_owned()), ..StateCause::default() };
        let tx = scene.begin().await;
        tx.set_state(connection, ConnectionState::NeedsSignIn, Some(&cause)).await.unwrap();
        tx.set_state(connection, ConnectionState::NeedsSignIn, Some(&cause)).await.unwrap();
        tx.note_event(Some(connection), "help@desk.example", &Happening::Deleted, None).await.unwrap();
        tx.commit().await.unwrap();
        let events = scene.store.events(connection, 10).await.unwrap();
        let happenings: Vec<_> = events.iter().map(|event| event.happening.clone()).collect();
        let lost = Happening::State { state: ConnectionState::NeedsSignIn, cause: Some(cause) };
        assert_eq!(happenings, [Happening::Deleted, lost]);
        assert_eq!(events[1].request_id.as_deref(), Some("r-1"));
        assert_eq!(events[1].address, "help@desk.example");
    }
}

both! {
    /// The mailbox stays the same when another person signs in for it or nobody does: what was read and what waits must stay.
    async fn another_way_to_sign_in_keeps_cursor_ledger_and_outbox(scene) {
        let (address, connection) = scene.connect("help@desk.example").await;
        scene.see(connection, "help@desk.example", &["a"]).await;
        let lease = scene.lease("receive", "me").await;
        let tx = scene.begin().await;
        let cursor = Cursor { link: "link".to_owned(), carried: 1, round_started_at: after(0) };
        tx.save_cursor(&lease, connection, "inbox", Some(&cursor)).await.unwrap();
        let customer = tx.ensure_end_user(&crate::scene::mailbox("c@example.com"), None).await.unwrap();
        tx.commit().await.unwrap();
        let (ticket, _) = scene.ticket(&customer, "Printer").await;
        let tx = scene.begin_at(1).await;
        tx.enqueue(&crate::scene::answer(connection, address, &ticket, "m")).await.unwrap();
        tx.commit().await.unwrap();

        let tx = scene.begin_at(10).await;
        let account = ExchangeAccount {
            mode: Mode::AppOnly,
            tenant: "tenant".to_owned(),
            account_id: "box".to_owned(),
            account_name: "help@desk.example".to_owned(),
            mailbox: Some(OtherMailbox { id: "box".to_owned(), name: "help@desk.example".to_owned() }),
            scopes: String::new(),
            refreshed_at: Some(after(10)),
        };
        let app = Tokens { refresh: None, ..crate::scene::tokens("app") };
        tx.reconnect(connection, &account, &app).await.unwrap();
        tx.commit().await.unwrap();

        let (stored, tokens) = scene.store.exchange_access(connection).await.unwrap();
        assert_eq!(stored, account);
        assert!(tokens.refresh.is_none() && tokens.access.expose_secret() == "access-app");
        assert_eq!(scene.store.cursor(connection, "inbox").await.unwrap(), Some(cursor));
        assert_eq!(scene.store.address_of(connection).await.unwrap().connection.catching_up_since, Some(after(10)));
        let backlog = scene.store.backlog(connection, after(10)).await.unwrap();
        assert_eq!(backlog, Backlog { still_out: 1, ..Backlog::default() }, "what was known before did not wait");
        scene.see(connection, "help@desk.example", &["b", "c"]).await;
    }

    async fn what_had_waited_is_told_once(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let tx = scene.begin_at(10).await;
        let account = scene.store.exchange_access(connection).await.unwrap().0;
        tx.reconnect(connection, &account, &crate::scene::tokens("anew")).await.unwrap();
        tx.commit().await.unwrap();
        let tx = scene.begin_at(20).await;
        tx.see(Some(connection), "help@desk.example", &[crate::scene::seen("late")], SeenBy::Delta).await.unwrap();
        tx.commit().await.unwrap();
        let backlog = scene.store.backlog(connection, after(10)).await.unwrap();
        assert_eq!((backlog.came_in, backlog.still_in), (1, 1));
        let tx = scene.begin_at(30).await;
        assert!(tx.note_caught_up(connection, "help@desk.example", backlog).await.unwrap());
        assert!(!tx.note_caught_up(connection, "help@desk.example", backlog).await.unwrap());
        tx.commit().await.unwrap();
        let told = scene.store.caught_up_since(after(0)).await.unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].happening, Happening::CaughtUp { came_in: 1, went_out: 0 });
        assert!(scene.store.caught_up_since(after(31)).await.unwrap().is_empty());
        assert_eq!(scene.store.address_of(connection).await.unwrap().connection.catching_up_since, None);
    }
}
