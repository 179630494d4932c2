//! People, and invariant 6: a support address is never a person's address, by any door.

use desk::{Language, Role};
use mail::Mailbox;
use store::{Error, SessionRow, UsedBy};

use crate::scene::{address, after, exchange, mailbox};

both! {
    async fn an_end_user_is_made_once_and_named_by_the_mail(scene) {
        let tx = scene.begin().await;
        let ann = Mailbox { name: "Ann\0".to_owned(), address: address("ann@example.com") };
        let made = tx.ensure_end_user(&ann, Some(Language::Ja)).await.unwrap();
        assert_eq!((made.name.as_str(), made.role, made.language), ("Ann\u{FFFD}", Role::EndUser, Some(Language::Ja)));
        let again = tx.ensure_end_user(&mailbox("ANN@example.com"), None).await.unwrap();
        assert_eq!(again, made);
        let nameless = tx.ensure_end_user(&mailbox("bob@example.com"), None).await.unwrap();
        assert_eq!(nameless.name, "bob@example.com", "better an address than nothing");
        assert_eq!(tx.people(&[nameless.id, made.id, desk::PersonId(99)]).await.unwrap(), [made.clone(), nameless]);
        tx.commit().await.unwrap();
        assert_eq!(scene.store.person_by_address(&ann.address).await.unwrap(), Some(made));
    }

    /// Two mails of a new customer may be taken in at the same moment.
    async fn two_mails_of_a_new_customer_make_one_person(scene) {
        let make = || {
            let store = scene.store.clone();
            tokio::spawn(async move {
                let tx = store.begin(after(0)).await.unwrap();
                let person = tx.ensure_end_user(&mailbox("new@example.com"), None).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                tx.commit().await.unwrap();
                person.id
            })
        };
        let (first, second) = (make(), make());
        assert_eq!(first.await.unwrap(), second.await.unwrap());
    }

    /// Invariant 6, first direction.
    async fn a_persons_address_cannot_be_connected_and_the_refusal_says_whose_it_is(scene) {
        let tx = scene.begin().await;
        tx.create_staff("Kenji", &address("kenji@desk.example"), Role::Agent, "hash").await.unwrap();
        tx.commit().await.unwrap();
        scene.customer("ann@example.com").await;
        let cases = [
            ("kenji@desk.example", UsedBy::Staff("Kenji".to_owned())),
            ("ann@example.com", UsedBy::EndUser("ann@example.com".to_owned())),
        ];
        for (taken, whose) in cases {
            let tx = scene.begin().await;
            let refused = tx.connect(&exchange(taken), None).await;
            assert!(matches!(refused, Err(Error::AddressInUse { address, by }) if address.as_str() == taken && by == whose));
            assert_eq!(scene.store.address_use(&address(taken)).await.unwrap(), Some(whose));
        }
    }

    /// Invariant 6, other direction, by both doors that make people, and against a second connection.
    async fn a_support_address_cannot_become_a_person(scene) {
        scene.connect("help@desk.example").await;
        let help = mailbox("help@desk.example");
        let tx = scene.begin().await;
        let by_support = |result| matches!(result, Err(Error::AddressInUse { by: UsedBy::SupportAddress, .. }));
        assert!(by_support(tx.ensure_end_user(&help, None).await));
        assert!(by_support(tx.create_staff("X", &help.address, Role::Admin, "hash").await));
        assert!(by_support(tx.connect(&exchange("help@desk.example"), None).await.map(|_| unreachable!())));
        tx.commit().await.unwrap();
    }

    /// Invariant 6 under concurrency: both sides look, see nothing, and try.
    async fn connecting_and_writing_at_the_same_moment_leaves_one_owner(scene) {
        let connecting = {
            let store = scene.store.clone();
            tokio::spawn(async move {
                let tx = store.begin(after(0)).await.unwrap();
                let made = tx.connect(&exchange("both@desk.example"), None).await;
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                match made {
                    Ok(_) => tx.commit().await.is_ok(),
                    Err(Error::AddressInUse { .. }) => false,
                    Err(other) => panic!("{other}"),
                }
            })
        };
        let writing = {
            let store = scene.store.clone();
            tokio::spawn(async move {
                let tx = store.begin(after(0)).await.unwrap();
                let made = tx.ensure_end_user(&mailbox("both@desk.example"), None).await;
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                match made {
                    Ok(_) => tx.commit().await.is_ok(),
                    Err(Error::AddressInUse { .. }) => false,
                    Err(other) => panic!("{other}"),
                }
            })
        };
        assert!(connecting.await.unwrap() != writing.await.unwrap());
    }

    async fn a_deleted_support_address_is_free_for_anybody(scene) {
        scene.connect("first@desk.example").await;
        let (second, _) = scene.connect("second@desk.example").await;
        let tx = scene.begin().await;
        tx.delete_address(second).await.unwrap();
        tx.ensure_end_user(&mailbox("second@desk.example"), None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.store.address_use(&address("nobody@example.com")).await.unwrap(), None);
    }

    async fn staff_are_made_once_and_listed_by_name(scene) {
        let tx = scene.begin().await;
        tx.create_staff("Zoe", &address("zoe@desk.example"), Role::Owner, "hash z").await.unwrap();
        tx.create_staff("Abe", &address("abe@desk.example"), Role::Agent, "hash a").await.unwrap();
        let twice = tx.create_staff("Abe", &address("abe@desk.example"), Role::Agent, "hash").await;
        assert!(matches!(twice, Err(Error::AddressInUse { by: UsedBy::Staff(name), .. }) if name == "Abe"));
        tx.commit().await.unwrap();
        scene.customer("ann@example.com").await;
        let names: Vec<_> = scene.store.staff().await.unwrap().into_iter().map(|person| person.name).collect();
        assert_eq!(names, ["Abe", "Zoe"]);
        let login = scene.store.login(&address("zoe@desk.example")).await.unwrap().unwrap();
        assert_eq!(login.password_hash.as_deref(), Some("hash z"));
        assert!(!format!("{login:?}").contains("hash z"), "a hash has no business in a log");
    }

    /// Whoever resets a password because it leaked must not leave the thief signed in.
    async fn a_new_password_ends_the_sessions_of_that_person_only(scene) {
        let (ann, bob) = (scene.customer("ann@example.com").await, scene.customer("bob@example.com").await);
        let session = |id: &str, data: String| SessionRow { id: id.to_owned(), data, expires_at: after(60) };
        let rows = [
            session("ann 1", format!(r#"{{"person":{}}}"#, ann.id)),
            session("ann 2", format!(r#"{{"data":{{"person":"{}"}}}}"#, ann.id)),
            session("bob", format!(r#"{{"data":{{"person":{}}}}}"#, bob.id)),
            session("nobody", "{}".to_owned()),
        ];
        for row in &rows {
            assert!(scene.store.create_session(row).await.unwrap());
        }
        assert!(!scene.store.create_session(&rows[3]).await.unwrap(), "an id is used once");
        let tx = scene.begin().await;
        tx.set_password(ann.id, "new hash").await.unwrap();
        tx.set_language(ann.id, Language::Ja).await.unwrap();
        tx.commit().await.unwrap();
        let mut left = vec![];
        for row in &rows {
            left.extend(scene.store.session(&row.id, after(0)).await.unwrap().map(|row| row.id));
        }
        assert_eq!(left, ["bob", "nobody"]);
        assert_eq!(scene.store.person(ann.id).await.unwrap().language, Some(Language::Ja));
    }

    async fn sessions_end_are_replaced_and_deleted(scene) {
        let store = &scene.store;
        let mut row = SessionRow { id: "a".to_owned(), data: "{}".to_owned(), expires_at: after(60) };
        assert!(store.create_session(&row).await.unwrap());
        row.data = r#"{"x":1}"#.to_owned();
        store.save_session(&row).await.unwrap();
        assert_eq!(store.session("a", after(59)).await.unwrap(), Some(row.clone()));
        assert_eq!(store.session("a", after(60)).await.unwrap(), None);
        assert_eq!(store.prune_sessions(after(60)).await.unwrap(), 1);
        assert!(store.create_session(&row).await.unwrap());
        store.delete_session("a").await.unwrap();
        assert_eq!(store.session("a", after(0)).await.unwrap(), None);
    }

    async fn the_first_brand_is_there_from_the_start(scene) {
        let tx = scene.begin().await;
        tx.create_brand("Second").await.unwrap();
        tx.commit().await.unwrap();
        let brands = scene.store.brands().await.unwrap();
        assert_eq!(brands.iter().map(|brand| (brand.id.0, brand.name.as_str())).collect::<Vec<_>>(), [(1, "Postdesk"), (2, "Second")]);
    }
}
