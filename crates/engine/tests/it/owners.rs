//! Invariant 6: an address is a support address or a person's, never both, by no door; and each door says who has it.

use std::pin::Pin;

use desk::Role;
use engine::{Error, Fate, NewForwarding, PersonChange, RowProblem};
use store::UsedBy;
use testkit::World;

use crate::team::invitation;

const HELP: &str = "help@contoso.test";
const CUSTOMER: &str = "carl@example.org";
const AGENT: &str = "kim@desk.test";

/// Tries an address at a door; the refusal, or `None` when the door opened.
type Door = for<'a> fn(&'a World, &'a str) -> Pin<Box<dyn Future<Output = Option<UsedBy>> + 'a>>;

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Option<UsedBy> {
    match result {
        Err(Error::AddressInUse { by, .. }) => Some(by),
        Ok(_) => None,
        Err(error) => panic!("{error:?}"),
    }
}

/// Doors that make somebody's address of it.
const PEOPLE: [(&str, Door); 5] = [
    ("inviting to the team (page, API)", |world, address| {
        Box::pin(async move {
            refused(world.engine.invite(&world.admin, &invitation(address, Role::Agent)).await)
        })
    }),
    ("making an end user (page, API)", |world, address| {
        Box::pin(async move { refused(world.engine.make_end_user(&world.admin, "X", address).await) })
    }),
    ("editing a person's address (page, API)", |world, address| {
        Box::pin(async move {
            let change = PersonChange { address: Some(address.to_owned()), name: None };
            let somebody = world.engine.make_end_user(&world.admin, "M", "mover@example.com").await;
            let id = match somebody {
                Ok(person) => person.id,
                Err(_) => {
                    let known = world.engine.member_by_address(&world.admin, "mover@example.com").await;
                    known.unwrap().unwrap().person.id
                }
            };
            refused(world.engine.change_person(&world.admin, id, &change).await)
        })
    }),
    ("postdesk admin make", |world, address| {
        Box::pin(
            async move { refused(world.engine.make_admin("X", address, "a long enough password").await) },
        )
    }),
    ("a file of people", |world, address| {
        Box::pin(async move {
            let preview =
                world.engine.preview_people(&world.admin, &format!("email\n{address}")).await.unwrap();
            match &preview.rows[0].fate {
                Fate::Refused(RowProblem::SupportAddress) => Some(UsedBy::SupportAddress),
                Fate::Known(name) if address == CUSTOMER => Some(UsedBy::EndUser(name.clone())),
                Fate::Known(name) => Some(UsedBy::Staff(name.clone())),
                fate => panic!("{fate:?}"),
            }
        })
    }),
];

/// Doors that make a support address of it.
const SUPPORT: [(&str, Door); 2] = [
    ("connecting a mailbox", |world, address| {
        Box::pin(async move {
            let _ = world.microsoft.person(address, "Mailbox").await;
            let back = world.sign_in(address, false, &[]).await.unwrap();
            let state = testkit::world::parameter(&back, "state").unwrap();
            let code = testkit::world::parameter(&back, "code").unwrap();
            match world.engine.return_with_code(&world.admin, &state, &code).await {
                Err(error) => refused::<()>(Err(error)),
                Ok(id) => refused(world.engine.confirm(&world.admin, id).await.map(|_| ())),
            }
        })
    }),
    ("a forwarding address (page, API)", |world, address| {
        Box::pin(async move {
            let new = NewForwarding { address: address.to_owned(), name: String::new(), brand: None };
            refused(world.engine.make_forwarding(&world.admin, &new).await)
        })
    }),
];

async fn peopled() -> World {
    let world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.engine.make_end_user(&world.admin, "Carl", CUSTOMER).await.unwrap();
    world.engine.invite(&world.admin, &invitation(AGENT, Role::Agent)).await.unwrap();
    world
}

#[tokio::test]
async fn no_door_makes_a_person_of_a_support_address() {
    let world = peopled().await;
    for (door, open) in PEOPLE {
        for address in [HELP, "HELP@Contoso.Test"] {
            assert_eq!(open(&world, address).await, Some(UsedBy::SupportAddress), "{door}: {address}");
        }
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn no_door_makes_a_support_address_of_anybodys_and_each_says_whose_it_is() {
    let world = peopled().await;
    for (door, open) in SUPPORT {
        assert_eq!(open(&world, CUSTOMER).await, Some(UsedBy::EndUser("Carl".to_owned())), "{door}");
        assert_eq!(open(&world, AGENT).await, Some(UsedBy::Staff("Kim".to_owned())), "{door}");
        assert_eq!(open(&world, HELP).await, Some(UsedBy::SupportAddress), "{door}");
    }
    assert_eq!(world.store.support_addresses().await.unwrap().len(), 1);
    world.end().await.unwrap();
}

#[tokio::test]
async fn no_door_gives_one_persons_address_to_another() {
    let world = peopled().await;
    for (door, open) in PEOPLE {
        assert_eq!(open(&world, AGENT).await, Some(UsedBy::Staff("Kim".to_owned())), "{door}");
        // An invitation makes a member of a customer whom the desk knows: the same person, not a second one.
        if !door.starts_with("inviting") {
            assert_eq!(open(&world, CUSTOMER).await, Some(UsedBy::EndUser("Carl".to_owned())), "{door}");
        }
    }
    world.end().await.unwrap();
}

/// The door that opens by itself: who writes becomes an end user, but a support address that writes does not.
#[tokio::test]
async fn mail_from_one_of_our_addresses_makes_nobody() {
    let mut world = peopled().await;
    world.run();
    let other = NewForwarding { address: "sales@contoso.test".to_owned(), name: String::new(), brand: None };
    world.engine.make_forwarding(&world.admin, &other).await.unwrap();
    world.microsoft.customer_writes("sales@contoso.test", HELP, "A loop", "Hello.").await.unwrap();
    world
        .until("an outcome", async || Ok(world.ledger().await?.iter().any(|row| row.outcome.is_some())))
        .await
        .unwrap();
    world.settle().await.unwrap();
    assert!(world.engine.member_by_address(&world.admin, "sales@contoso.test").await.unwrap().is_none());
    assert_eq!(world.engine.suspended(&world.admin).await.unwrap().len(), 1);
    // Deleted, the address is free: its next mail is a customer's.
    let address = world.store.support_addresses().await.unwrap();
    let sales = address.iter().find(|a| a.address.as_str() == "sales@contoso.test").unwrap().id;
    world.engine.delete_address(&world.admin, sales).await.unwrap();
    world.engine.make_end_user(&world.admin, "Sales", "sales@contoso.test").await.unwrap();
    world.end().await.unwrap();
}
