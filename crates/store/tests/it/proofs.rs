//! The proof of an address, and the default address that rests on it.

use store::{ConnectionState, Error, Happening, NotDefault, Proof};

use crate::scene::{Scene, after};

async fn connection(scene: &Scene, id: desk::AddressId) -> store::Connection {
    scene.store.support_address(id).await.unwrap().connection
}

both! {
    /// Promise A11: connecting proves nothing.
    async fn a11_an_address_becomes_the_default_by_proving_itself_and_the_next_does_not(scene) {
        let (first, _) = scene.connect("first@desk.example").await;
        let (second, of_second) = scene.connect("second@desk.example").await;
        assert!(!scene.store.support_address(first).await.unwrap().is_default);
        scene.prove(second).await;
        scene.prove(first).await;
        assert!(scene.store.support_address(second).await.unwrap().is_default, "the first that was proved");
        assert!(!scene.store.support_address(first).await.unwrap().is_default);
        let events = scene.store.events(of_second, 10).await.unwrap();
        let happened: Vec<_> = events.into_iter().map(|event| event.happening).collect();
        assert_eq!(happened, [Happening::MadeDefault, Happening::Proved { millis: 0 }]);
    }

    async fn a11_only_a_proof_of_the_last_hour_counts(scene) {
        let (first, _) = scene.connect("first@desk.example").await;
        let (second, _) = scene.connect("second@desk.example").await;
        scene.prove(first).await;
        let refused = scene.begin().await.make_default(second, None).await;
        assert!(matches!(refused, Err(Error::NotProved)));
        scene.prove(second).await;
        let refused = scene.begin_at(3601).await.make_default(second, None).await;
        assert!(matches!(refused, Err(Error::NotProved)));
        assert_eq!(connection(scene, second).await.may_be_default(after(3601)), Err(NotDefault::Unproved));
        assert_eq!(connection(scene, second).await.may_be_default(after(3600)), Ok(()));
        let tx = scene.begin_at(3600).await;
        tx.make_default(second, None).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.support_address(second).await.unwrap().is_default);
    }

    async fn one_test_mail_at_a_time_and_only_its_own_return_counts(scene) {
        let (id, of) = scene.connect("help@desk.example").await;
        let tx = scene.begin().await;
        assert!(tx.start_proof(id, "one", false).await.unwrap());
        assert!(!tx.start_proof(id, "two", true).await.unwrap(), "one is on its way");
        tx.commit().await.unwrap();
        let under_way = Proof::UnderWay { since: after(0), then_default: true };
        assert_eq!(connection(scene, id).await.proof, under_way, "but the wish is kept");
        assert_eq!(scene.store.proofs_overdue(after(0)).await.unwrap(), []);
        assert_eq!(scene.store.proofs_overdue(after(1)).await.unwrap(), [(of, "one".to_owned())]);

        let tx = scene.begin_at(5).await;
        assert!(!tx.proof_returned(id, "two").await.unwrap());
        assert!(tx.proof_failed(of, "one").await.unwrap());
        assert!(!tx.proof_failed(of, "one").await.unwrap(), "said once");
        tx.commit().await.unwrap();
        assert_eq!(connection(scene, id).await.proof, Proof::NotReturned { sent_at: after(0) });
        assert_eq!(scene.store.proofs_overdue(after(9)).await.unwrap(), []);

        let tx = scene.begin_at(6).await;
        assert!(tx.proof_returned(id, "one").await.unwrap(), "a late one counts");
        assert!(!tx.proof_returned(id, "one").await.unwrap(), "once");
        tx.commit().await.unwrap();
        let proved = connection(scene, id).await;
        assert_eq!((proved.proof, proved.proved_at), (Proof::Idle, Some(after(6))));
    }

    async fn newly_connected_mailboxes_that_work_are_due_once(scene) {
        let (works, _) = scene.connect("works@desk.example").await;
        let (_, broken) = scene.connect("broken@desk.example").await;
        let tx = scene.begin().await;
        tx.set_state(broken, ConnectionState::NeedsSignIn, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.proofs_due(10).await.unwrap(), [works]);
        scene.prove(works).await;
        assert_eq!(scene.store.proofs_due(10).await.unwrap(), []);
    }

    /// The last wish counts: two addresses cannot both become the default.
    async fn the_address_that_was_wished_for_last_becomes_the_default(scene) {
        let (first, _) = scene.connect("first@desk.example").await;
        let (second, _) = scene.connect("second@desk.example").await;
        let (third, _) = scene.connect("third@desk.example").await;
        scene.prove(first).await;
        let tx = scene.begin().await;
        tx.start_proof(second, "two", true).await.unwrap();
        tx.start_proof(third, "three", true).await.unwrap();
        tx.proof_returned(third, "three").await.unwrap();
        tx.proof_returned(second, "two").await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.support_address(third).await.unwrap().is_default);
    }
}
