//! Ways to a mailbox other than its own sign-in: a shared mailbox through a person, any mailbox by the application itself, and
//! changing between them.

use engine::{Error, Onward, Right, Way};
use jiff::SignedDuration;
use serde_json::json;
use store::{ConnectionState, Happening, Mode};
use testkit::world::CLIENT_ID;
use testkit::{Right as Given, World};

const SHARED: &str = "sales@contoso.test";
const PERSON: &str = "pat@contoso.test";
const OTHER: &str = "olga@contoso.test";
const ROLES: [&str; 3] = ["Mail.ReadWrite", "Mail.Send", "User.Read.All"];

fn shared() -> Way {
    Way::Shared { mailbox: SHARED.to_owned() }
}

fn by_itself() -> Way {
    Way::AppOnly { mailbox: SHARED.to_owned(), tenant: "contoso.test".to_owned() }
}

/// A shared mailbox and two people.
async fn scene() -> World {
    let world = World::new().await.unwrap();
    world.microsoft.shared_mailbox(SHARED, "Sales").await.unwrap();
    for person in [PERSON, OTHER] {
        world.microsoft.person(person, "A Person").await.unwrap();
    }
    world
}

async fn connect_shared(world: &World) -> engine::Connected {
    world.microsoft.give_rights(SHARED, PERSON, &[Given::FullAccess, Given::SendAs]).await.unwrap();
    let Onward::Microsoft(url) = world.depart(&shared()).await.unwrap().unwrap() else { panic!("a sign-in") };
    let id = world.return_as(&url, PERSON).await.unwrap().unwrap();
    world.engine.confirm(&world.admin, id).await.unwrap()
}

async fn grant(world: &World, roles: &[&str]) {
    world.microsoft.allow_app("contoso.test", CLIENT_ID, roles).await.unwrap();
}

async fn becomes_a_ticket(world: &World, subject: &str) {
    world.microsoft.customer_writes("carl@example.org", SHARED, subject, "Hello").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about(subject).await.is_ok())).await.unwrap();
}

#[tokio::test]
async fn c4_a_shared_mailbox_is_read_and_answered_through_a_person() {
    let mut world = scene().await;
    let connected = connect_shared(&world).await;
    let account = world.connection(connected.connection).await.unwrap().account.unwrap();
    assert_eq!((account.mode, account.account_name.as_str()), (Mode::Delegated, PERSON));
    assert_eq!(account.mailbox.unwrap().name, SHARED);
    world.run();
    becomes_a_ticket(&world, "Shared").await;
    let ticket = world.ticket_about("Shared").await.unwrap().ticket.id;
    world.answer(ticket, "From the shared mailbox").await.unwrap();
    world
        .until("the answer is in the shared mailbox's Sent Items", async || {
            let sent = world.mailbox(SHARED, "sentitems").await?;
            let is_answer = |preview: &str| preview.contains("From the shared mailbox");
            Ok(sent.iter().any(|mail| mail["preview"].as_str().is_some_and(is_answer)))
        })
        .await
        .unwrap();
    assert!(world.mailbox(PERSON, "sentitems").await.unwrap().is_empty());
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_missing_full_access_is_named_before_anything_is_saved_with_the_line_that_gives_it() {
    let world = scene().await;
    world.microsoft.give_rights(SHARED, PERSON, &[Given::SendAs]).await.unwrap();
    let Onward::Microsoft(url) = world.depart(&shared()).await.unwrap().unwrap() else { panic!("a sign-in") };
    match world.return_as(&url, PERSON).await.unwrap() {
        Err(Error::MissingRights(missing)) => {
            assert_eq!((missing.person.as_deref(), missing.mailbox.as_str()), (Some(PERSON), SHARED));
            assert!(missing.rights.contains(&Right::FullAccess));
            let line = "Add-MailboxPermission -Identity 'sales@contoso.test' -User 'pat@contoso.test'";
            assert!(missing.commands.iter().any(|command| command.starts_with(line)), "{missing:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(world.engine.addresses(&world.admin).await.unwrap().is_empty());
    assert!(world.mailbox(SHARED, "drafts").await.unwrap().is_empty());
    world.end().await.unwrap();
}

#[tokio::test]
async fn trying_the_rights_leaves_nothing_behind_and_sends_nothing() {
    let world = scene().await;
    connect_shared(&world).await;
    for folder in ["drafts", "sentitems", "deleteditems", "inbox"] {
        assert!(world.mailbox(SHARED, folder).await.unwrap().is_empty(), "{folder}");
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_mailbox_that_nobody_knows_is_named() {
    let world = scene().await;
    grant(&world, &ROLES).await;
    for way in [
        Way::Shared { mailbox: "nobody@contoso.test".to_owned() },
        Way::AppOnly { mailbox: "nobody@contoso.test".to_owned(), tenant: "contoso.test".to_owned() },
    ] {
        let refused = match world.depart(&way).await.unwrap() {
            Ok(Onward::Microsoft(url)) => world.return_as(&url, PERSON).await.unwrap().map(|_| ()),
            other => other.map(|_| ()),
        };
        assert!(
            matches!(&refused, Err(Error::UnknownMailbox(name)) if name == "nobody@contoso.test"),
            "{refused:?}"
        );
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn c4_the_application_reads_a_mailbox_by_itself_and_renews_its_token_without_anybody() {
    let mut world = scene().await;
    grant(&world, &ROLES).await;
    let Onward::Confirm(id) = world.depart(&by_itself()).await.unwrap().unwrap() else {
        panic!("no sign-in")
    };
    let pending = world.engine.pending(&world.admin, id).await.unwrap();
    assert_eq!((pending.address.as_str(), pending.import), (SHARED, None));
    let connected = world.engine.confirm(&world.admin, id).await.unwrap();
    assert!(world.store.tokens(connected.connection).await.unwrap().refresh.is_none());
    world.run();
    becomes_a_ticket(&world, "By itself").await;
    world.clock.advance(SignedDuration::from_hours(2));
    world.microsoft.post("clock", json!({"advanceSeconds": 7200})).await.unwrap();
    becomes_a_ticket(&world, "After two hours").await;
    assert_eq!(world.connection(connected.connection).await.unwrap().state, ConnectionState::Verified);
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_application_without_its_permissions_is_told_which() {
    let world = scene().await;
    let refused = world.depart(&by_itself()).await.unwrap();
    let unknown = |error: &exchange::Error| error.trace().and_then(|trace| trace.aadsts) == Some(700_016);
    assert!(
        matches!(&refused, Err(Error::Microsoft(error)) if unknown(error)),
        "not approved at all: {refused:?}"
    );
    for (roles, missing) in [
        (&["Mail.ReadWrite", "Mail.Send"][..], Right::AppDirectory),
        (&["User.Read.All"], Right::AppReadWrite),
        (&["Mail.ReadWrite", "User.Read.All"], Right::AppSend),
    ] {
        grant(&world, roles).await;
        match world.depart(&by_itself()).await.unwrap() {
            Err(Error::MissingRights(found)) => {
                assert!(found.rights.contains(&missing) && found.person.is_none(), "{roles:?}: {found:?}");
            }
            other => panic!("{roles:?}: {other:?}"),
        }
    }
    assert!(world.engine.addresses(&world.admin).await.unwrap().is_empty());
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_application_whose_approval_is_taken_back_breaks_with_the_cause_and_heals_by_reconnecting() {
    let mut world = scene().await;
    grant(&world, &ROLES).await;
    let Onward::Confirm(id) = world.depart(&by_itself()).await.unwrap().unwrap() else {
        panic!("no sign-in")
    };
    let connected = world.engine.confirm(&world.admin, id).await.unwrap();
    let app = format!("tenants/contoso.test/apps/{CLIENT_ID}");
    world.microsoft.delete(&app).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(2));
    world.run();
    world
        .until("the state says so", async || Ok(!world.connection(connected.connection).await?.state.works()))
        .await
        .unwrap();
    world.pause().await.unwrap();
    grant(&world, &ROLES).await;
    let onward = world.engine.reconnect_by(&world.admin, connected.address, None).await.unwrap();
    let Onward::Confirm(id) = onward else { panic!("no sign-in") };
    world.engine.confirm(&world.admin, id).await.unwrap();
    world.run();
    becomes_a_ticket(&world, "Approved again").await;
    world.end().await.unwrap();
}

/// The mailbox is what counts: when the person leaves the company, a colleague with rights takes over.
#[tokio::test]
async fn b5_a_shared_mailbox_may_be_reconnected_by_another_person_with_rights() {
    let world = scene().await;
    let connected = connect_shared(&world).await;
    world.microsoft.give_rights(SHARED, OTHER, &[Given::FullAccess, Given::SendAs]).await.unwrap();
    let url = world.engine.begin_reconnect(&world.admin, connected.address).await.unwrap();
    let id = world.return_as(&url, OTHER).await.unwrap().unwrap();
    world.engine.confirm(&world.admin, id).await.unwrap();
    let account = world.connection(connected.connection).await.unwrap().account.unwrap();
    assert_eq!((account.account_name.as_str(), account.mailbox.unwrap().name.as_str()), (OTHER, SHARED));
    world.end().await.unwrap();
}

#[tokio::test]
async fn changing_the_way_keeps_what_was_read_and_reads_nothing_twice() {
    let mut world = scene().await;
    let connected = connect_shared(&world).await;
    world.run();
    becomes_a_ticket(&world, "Before").await;
    world.settle().await.unwrap();
    world.pause().await.unwrap();
    world.microsoft.customer_writes("carl@example.org", SHARED, "Meanwhile", "Hello").await.unwrap();
    grant(&world, &ROLES).await;
    let onward =
        world.engine.reconnect_by(&world.admin, connected.address, Some(&by_itself())).await.unwrap();
    let Onward::Confirm(id) = onward else { panic!("no sign-in") };
    assert_eq!(world.engine.pending(&world.admin, id).await.unwrap().moved_from, Some(Mode::Delegated));
    let moved = world.engine.confirm(&world.admin, id).await.unwrap();
    assert_eq!((moved.address, moved.connection), (connected.address, connected.connection));
    world.run();
    becomes_a_ticket(&world, "After").await;
    world.settle().await.unwrap();
    world.ticket_about("Meanwhile").await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 3, "each mail is one ticket");
    let events = world.store.events(connected.connection, 20).await.unwrap();
    let expected = Happening::Moved { from: "delegated".to_owned(), to: "app_only".to_owned() };
    assert!(events.iter().any(|event| event.happening == expected), "{events:?}");
    world.end().await.unwrap();
}

/// From a mailbox's own sign-in the cursor leads to `/me`, which an application does not have: reading begins anew and the ledger knows
/// what is old.
#[tokio::test]
async fn a_mailbox_that_signed_in_itself_can_be_handed_to_the_application() {
    let mut world = scene().await;
    let connected = world.connect("help@contoso.test", false).await.unwrap();
    world.run();
    world
        .microsoft
        .customer_writes("carl@example.org", "help@contoso.test", "Before", "Hello")
        .await
        .unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Before").await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    world.pause().await.unwrap();
    grant(&world, &ROLES).await;
    let way = Way::AppOnly { mailbox: "help@contoso.test".to_owned(), tenant: "contoso.test".to_owned() };
    let onward = world.engine.reconnect_by(&world.admin, connected.address, Some(&way)).await.unwrap();
    let Onward::Confirm(id) = onward else { panic!("no sign-in") };
    world.engine.confirm(&world.admin, id).await.unwrap();
    world.microsoft.customer_writes("carl@example.org", "help@contoso.test", "After", "Hello").await.unwrap();
    world.run();
    world.until("the ticket", async || Ok(world.ticket_about("After").await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 2);
    assert!(world.connection(connected.connection).await.unwrap().state.works());
    world.end().await.unwrap();
}
