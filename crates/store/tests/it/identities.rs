//! More than one address of a person, and two people who are one.

use desk::Role;
use store::{Error, PeopleQuery, TicketChange, UsedBy};

use crate::scene::{Scene, address, exchange};

const FIRST: &str = "ann@example.com";
const SECOND: &str = "ann@home.example";

async fn ann_with_two(scene: &Scene) -> desk::Person {
    let ann = scene.customer(FIRST).await;
    let tx = scene.begin().await;
    tx.add_address(ann.id, &address(SECOND)).await.unwrap();
    tx.commit().await.unwrap();
    ann
}

async fn whose(scene: &Scene, text: &str) -> Option<desk::PersonId> {
    scene.store.person_by_address(&address(text)).await.unwrap().map(|person| person.id)
}

both! {
    async fn mail_from_a_second_address_is_the_same_persons_and_the_primary_one_is_written_to(scene) {
        let ann = ann_with_two(scene).await;
        let found = scene.customer(SECOND).await;
        assert_eq!((found.id, found.email), (ann.id, address(FIRST)));
        assert_eq!(scene.store.other_addresses(ann.id).await.unwrap(), [address(SECOND)]);
        assert_eq!(scene.store.address_use(&address(SECOND)).await.unwrap(), Some(UsedBy::EndUser(FIRST.to_owned())));
        let query = PeopleQuery { text: "home.example".to_owned(), limit: 9, ..PeopleQuery::default() };
        assert_eq!(scene.store.members(&query).await.unwrap().1, 1, "lists find a person by every address");
    }

    /// Invariant 6 and one address, one person: by every door.
    async fn a_second_address_is_as_taken_as_a_first(scene) {
        let ann = ann_with_two(scene).await;
        scene.connect("help@desk.example").await;
        let bob = scene.customer("bob@example.com").await;
        for taken in ["help@desk.example", "bob@example.com", FIRST, SECOND] {
            let tx = scene.begin().await;
            let refused = tx.add_address(ann.id, &address(taken)).await;
            assert!(matches!(refused, Err(Error::AddressInUse { .. })), "{taken}: {refused:?}");
        }
        let tx = scene.begin().await;
        assert!(matches!(tx.connect(&exchange(SECOND), None).await, Err(Error::AddressInUse { .. })));
        drop(tx);
        let tx = scene.begin().await;
        assert!(matches!(tx.rename_person(bob.id, "Bob", &address(SECOND)).await, Err(Error::AddressInUse { .. })));
        drop(tx);
        let tx = scene.begin().await;
        assert!(matches!(tx.create_person("Carl", &address(SECOND), Role::EndUser).await, Err(Error::AddressInUse { .. })));
    }

    async fn another_address_becomes_the_primary_one_and_one_that_is_removed_is_nobodys(scene) {
        let ann = ann_with_two(scene).await;
        let tx = scene.begin().await;
        tx.make_primary(ann.id, &address(SECOND)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.person(ann.id).await.unwrap().email, address(SECOND));
        assert_eq!(scene.store.other_addresses(ann.id).await.unwrap(), [address(FIRST)]);

        let tx = scene.begin().await;
        assert!(matches!(tx.remove_address(ann.id, &address(SECOND)).await, Err(Error::NotFound { .. })), "the primary one stays");
        drop(tx);
        // Naming one of one's own is the same as making it the primary one.
        let tx = scene.begin().await;
        tx.rename_person(ann.id, "Ann", &address(FIRST)).await.unwrap();
        tx.remove_address(ann.id, &address(SECOND)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((whose(scene, FIRST).await, whose(scene, SECOND).await), (Some(ann.id), None));
        assert_ne!(scene.customer(SECOND).await.id, ann.id);
    }

    async fn a_name_is_given_once_and_never_over_another(scene) {
        let nameless = scene.customer(FIRST).await;
        for name in ["", "Ann", "Somebody Else"] {
            let tx = scene.begin().await;
            let now = tx.people(&[nameless.id]).await.unwrap().pop().unwrap();
            tx.name_person(&now, name).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(scene.store.person(nameless.id).await.unwrap().name, "Ann");
    }

    async fn two_people_become_one_with_tickets_comments_ccs_and_addresses(scene) {
        let (ann, twin, carl) = (ann_with_two(scene).await, scene.customer("ann@work.example").await, scene.customer("carl@example.com").await);
        let (of_twin, comment) = scene.ticket(&twin, "printer").await;
        let (of_carl, _) = scene.ticket(&carl, "paper").await;
        let (of_ann, _) = scene.ticket(&ann, "ink").await;
        let tx = scene.begin().await;
        let copied = |ids: Vec<desk::PersonId>| TicketChange { add_ccs: ids, ..TicketChange::default() };
        tx.change_ticket(of_carl.id, &copied(vec![twin.id, ann.id]), None).await.unwrap();
        tx.change_ticket(of_ann.id, &copied(vec![twin.id, carl.id]), None).await.unwrap();
        tx.commit().await.unwrap();

        let tx = scene.begin().await;
        assert_eq!(tx.merge_people(twin.id, ann.id).await.unwrap(), 3);
        tx.commit().await.unwrap();
        assert_eq!(scene.store.ticket(of_twin.id).await.unwrap().requester, ann.id);
        assert_eq!(scene.store.ticket(of_carl.id).await.unwrap().ccs, [ann.id]);
        assert_eq!(scene.store.ticket(of_ann.id).await.unwrap().ccs, [carl.id], "the requester is no CC");
        let comments = scene.store.comments(of_twin.id).await.unwrap();
        assert!(comments.iter().all(|known| known.id == comment && known.author == ann.id));
        assert!(scene.store.audits(of_twin.id).await.unwrap().iter().all(|audit| audit.author == Some(ann.id)));
        assert_eq!(scene.store.other_addresses(ann.id).await.unwrap(), [address(SECOND), address("ann@work.example")]);
        assert!(matches!(scene.store.person(twin.id).await, Err(Error::NotFound { .. })));
        assert_eq!(whose(scene, "ann@work.example").await, Some(ann.id));
    }

    async fn nobody_of_the_staff_and_nobody_with_himself_is_merged(scene) {
        let ann = scene.customer(FIRST).await;
        let tx = scene.begin().await;
        let kenji = tx.create_staff("Kenji", &address("kenji@desk.example"), Role::Agent, "hash").await.unwrap();
        tx.commit().await.unwrap();
        for (from, into) in [(ann.id, kenji.id), (kenji.id, ann.id), (ann.id, ann.id), (ann.id, desk::PersonId(99))] {
            let tx = scene.begin().await;
            assert!(matches!(tx.merge_people(from, into).await, Err(Error::NotFound { .. })), "{from} {into}");
        }
        assert_eq!(whose(scene, FIRST).await, Some(ann.id));
    }
}
