//! Forwarded addresses: who is known at the door, and what a move leaves behind.

use desk::PersonId;
use jiff::SignedDuration;
use store::{BlobId, ConnectionState, Kind, NewConnection, Reach, SeenBy};

use crate::scene::{Scene, address, after, exchange, start};

/// A forwarding address.
async fn forwarded(scene: &Scene) -> store::SupportAddress {
    let brand = scene.store.brands().await.unwrap()[0].id;
    let new = NewConnection {
        address: address("help@desk.example"),
        name: "Help".to_owned(),
        brand,
        reach: Reach::Forwarding,
        connected_at: start(),
    };
    let tx = scene.store.begin(start()).await.unwrap();
    let (id, _, _) = tx.connect(&new, None).await.unwrap();
    tx.commit().await.unwrap();
    scene.store.support_address(id).await.unwrap()
}

both! {
    async fn mail_is_taken_for_forwarded_addresses_and_for_those_on_the_move(scene) {
        let made = forwarded(scene).await;
        let (help, connection) = (&made.address, made.connection.id);
        assert_eq!(made.connection.state, ConnectionState::Unproved);
        assert_eq!(scene.store.forwarded_address(help, start()).await.unwrap(), Some(connection));
        assert_eq!(scene.store.forwarded_address(&address("no@desk.example"), start()).await.unwrap(), None);
        // Turned into one of the connector: for a while SMTP is still taken.
        let Reach::Exchange(account, tokens) = exchange("help@desk.example").reach else { panic!() };
        let tx = scene.store.begin(after(10)).await.unwrap();
        tx.move_to_exchange(made.id, &account, &tokens, start(), after(100), PersonId(1)).await.unwrap();
        tx.commit().await.unwrap();
        let now = scene.store.support_address(made.id).await.unwrap().connection;
        assert_eq!((now.kind, now.id, now.connected_at), (Kind::Exchange, connection, start()));
        assert_eq!(scene.store.forwarded_address(help, after(99)).await.unwrap(), Some(connection));
        assert_eq!(scene.store.forwarded_address(help, after(100)).await.unwrap(), None);
    }

    async fn what_was_handed_in_waits_for_its_outcome_and_is_never_marked_anywhere(scene) {
        let made = forwarded(scene).await;
        let tx = scene.store.begin(after(5)).await.unwrap();
        tx.hand_in(made.connection.id, &made.address, "smtp:1", &BlobId("00".to_owned()), 7).await.unwrap();
        // The same mail for the same address twice is one row or none at all.
        assert!(tx.hand_in(made.connection.id, &made.address, "smtp:1", &BlobId("00".to_owned()), 7).await.is_err());
        drop(tx);
        let tx = scene.store.begin(after(5)).await.unwrap();
        let again = tx.hand_in(made.connection.id, &made.address, "smtp:1", &BlobId("00".to_owned()), 7).await.unwrap();
        tx.commit().await.unwrap();
        let due = scene.store.due_to_take_in(after(5), 10).await.unwrap();
        assert_eq!(due, [made.connection.id]);
        let rows = scene.store.unsettled_handed_in(made.connection.id, after(5), 10).await.unwrap();
        assert_eq!((rows.len(), rows[0].id, rows[0].seen_by), (1, again, SeenBy::Smtp));
        assert!(scene.store.unsettled(made.connection.id, after(5), 10).await.unwrap().is_empty());
        assert_eq!(scene.store.ledger_account(None).await.unwrap().unacknowledged, 0);
        let account = scene.store.support_address(made.id).await.unwrap().connection;
        assert_eq!(account.last_forwarded_at, Some(start() + SignedDuration::from_secs(5)));
    }
}
