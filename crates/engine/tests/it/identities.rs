//! Who wrote: several addresses of one person, Reply-To beside From, and names.

use desk::decide::{Doubt, OutcomeKind};
use engine::{Actor, Error};
use testkit::World;

use crate::scene::{ADA, CARL, HELP, running};

async fn arrives(world: &World, raw: String) {
    let before = world.ledger().await.unwrap().len();
    world.microsoft.deliver(HELP, raw).await.unwrap();
    world.until("seen", async || Ok(world.ledger().await?.len() > before)).await.unwrap();
    world.settle().await.unwrap();
}

fn mail(head: &str, subject: &str) -> String {
    format!(
        "{head}\r\nTo: <{HELP}>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nIt is still broken.\r\n"
    )
}

#[tokio::test]
async fn a_reply_from_a_persons_second_address_is_the_requesters_and_answers_go_to_the_primary_one() {
    let world = running().await;
    let first = world.microsoft.customer_writes(CARL, HELP, "Broken", "It is broken.").await.unwrap();
    world.until("seen", async || Ok(!world.ledger().await?.is_empty())).await.unwrap();
    world.settle().await.unwrap();
    let ticket = world.ticket_about("Broken").await.unwrap().ticket;
    world.engine.add_address(&world.admin, ticket.requester, "carl@home.example").await.unwrap();

    arrives(&world, mail(&format!("From: Carl <carl@home.example>\r\nIn-Reply-To: {first}"), "Re: Broken"))
        .await;
    let view = world.engine.ticket(&world.admin, ticket.id).await.unwrap();
    assert_eq!(view.comments.len(), 2, "not a stranger's");
    assert!(view.comments[1].comment.public && view.comments[1].author.id == ticket.requester);
    world.answer(ticket.id, "Look now.").await.unwrap();
    let row = world.store.outbox_of_ticket(ticket.id).await.unwrap().pop().unwrap();
    assert_eq!(row.mail.to[0].address.as_str(), CARL);

    world.engine.make_primary(&world.admin, ticket.requester, "carl@home.example").await.unwrap();
    world.answer(ticket.id, "And now.").await.unwrap();
    let row = world.store.outbox_of_ticket(ticket.id).await.unwrap().pop().unwrap();
    assert_eq!(row.mail.to[0].address.as_str(), "carl@home.example");
    world.end().await.unwrap();
}

/// Anybody can write any Reply-To; Exchange's verdict is about From.
#[tokio::test]
async fn a_reply_to_of_an_agents_has_no_agents_powers_and_is_shown_as_what_it_is() {
    let world = running().await;
    let first = world.microsoft.customer_writes(CARL, HELP, "Trick", "It is broken.").await.unwrap();
    world.until("seen", async || Ok(!world.ledger().await?.is_empty())).await.unwrap();
    world.settle().await.unwrap();
    let head = |more: &str| {
        format!(
            "Authentication-Results: spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example;dmarc=pass action=none header.from=evil.example;compauth=pass reason=100\r\nFrom: Eve <eve@evil.example>\r\nReply-To: <{ADA}>{more}"
        )
    };
    arrives(&world, mail(&head(&format!("\r\nIn-Reply-To: {first}")), "Re: Trick")).await;
    assert_eq!(world.ledger().await.unwrap()[0].outcome, Some(OutcomeKind::Suspended));

    arrives(&world, mail(&head("\r\nCc: <victim@elsewhere.example>"), "Buy this")).await;
    let view = world
        .engine
        .ticket(&world.admin, world.ticket_about("Buy this").await.unwrap().ticket.id)
        .await
        .unwrap();
    let envelope = view.comments[0].comment.mail.clone().unwrap();
    assert_eq!((envelope.spoof, envelope.doubt), (true, Some(Doubt::StaffInReplyTo)));
    assert_eq!(envelope.from.unwrap().address.as_str(), "eve@evil.example");
    assert_eq!(envelope.reply_to.unwrap().address.as_str(), ADA);
    for row in world.store.outbox_of_ticket(view.ticket.id).await.unwrap() {
        assert!(
            row.mail.to.iter().chain(&row.mail.cc).all(|to| to.address.as_str() == ADA)
                || !row.mail.text.contains("still broken"),
            "the desk relays nothing"
        );
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn who_had_no_name_gets_it_from_a_mail_and_what_an_agent_typed_stays() {
    let world = running().await;
    let person = world.engine.make_end_user(&world.admin, "", CARL).await.unwrap();
    arrives(&world, mail(&format!("From: Carl Example <{CARL}>"), "One")).await;
    assert_eq!(world.store.person(person.id).await.unwrap().name, "Carl Example");
    let typed = engine::PersonChange { name: Some("Carl of Contoso".to_owned()), address: None };
    world.engine.change_person(&world.admin, person.id, &typed).await.unwrap();
    arrives(&world, mail(&format!("From: Another Name <{CARL}>"), "Two")).await;
    assert_eq!(world.store.person(person.id).await.unwrap().name, "Carl of Contoso");
    world.end().await.unwrap();
}

/// Mail from an agent's address has an agent's rights: no agent gives them away.
#[tokio::test]
async fn agents_change_customers_addresses_and_only_administrators_the_teams() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    let (customer, twin) = (
        engine.make_end_user(&world.admin, "Carl", CARL).await.unwrap(),
        engine.make_end_user(&world.admin, "Carl too", "carl@home.example").await.unwrap(),
    );
    let new = engine::Invitation {
        name: "Kenji".to_owned(),
        address: "kenji@desk.test".to_owned(),
        role: desk::Role::Agent,
        language: desk::Language::Ja,
    };
    let kenji = Actor { person: engine.invite(&world.admin, &new).await.unwrap().person };
    let nobody = Actor { person: customer.clone() };
    engine.add_address(&kenji, customer.id, "carl@work.example").await.unwrap();
    assert!(matches!(
        engine.add_address(&kenji, kenji.person.id, "k@x.example").await,
        Err(Error::Forbidden)
    ));
    assert!(matches!(
        engine.add_address(&kenji, world.admin.person.id, "a@x.example").await,
        Err(Error::Team(_))
    ));
    assert!(matches!(engine.add_address(&nobody, customer.id, "c@x.example").await, Err(Error::Forbidden)));
    assert!(matches!(
        engine.merge_people(&nobody, customer.id, "carl@home.example").await,
        Err(Error::Forbidden)
    ));
    assert!(matches!(engine.merge_people(&kenji, customer.id, "kenji@desk.test").await, Err(Error::Team(_))));
    assert!(matches!(
        engine.merge_people(&kenji, customer.id, "unknown@x.example").await,
        Err(Error::Invalid { .. })
    ));
    engine.merge_people(&kenji, customer.id, "carl@home.example").await.unwrap();
    assert!(world.store.person(twin.id).await.is_err());
    let others: Vec<_> = engine.other_addresses(&kenji, customer.id).await.unwrap();
    assert_eq!(others.len(), 2);
    world.end().await.unwrap();
}

/// A person is there by any of their addresses: neither left out of a mail that names another one, nor sent it once more.
#[tokio::test]
async fn who_stands_on_a_mail_by_another_address_has_it_and_was_not_left_out() {
    let world = running().await;
    let first = "From: Carl <carl@example.org>\r\nCc: <ann@example.org>\r\nMessage-ID: <first@example.org>";
    arrives(&world, mail(first, "Both")).await;
    let ticket = world.ticket_about("Both").await.unwrap().ticket;
    world.engine.add_address(&world.admin, ticket.requester, "carl@home.example").await.unwrap();
    let before = world.microsoft.outside(CARL).await.unwrap().len();

    let head = "From: <ann@example.org>\r\nCc: <carl@home.example>\r\nIn-Reply-To: <first@example.org>\r\nMessage-ID: <re@example.org>";
    arrives(&world, mail(head, "Re: Both")).await;
    let view = world.engine.ticket(&world.admin, ticket.id).await.unwrap();
    assert!(view.comments[1].comment.public, "the requester stands on it");
    assert_eq!(view.ccs.len(), 1, "and is not on CC of the own ticket: {:?}", view.ccs);
    assert_eq!(world.microsoft.outside(CARL).await.unwrap().len(), before, "no second copy");
    world.end().await.unwrap();
}

/// Many programs show the name alone.
#[tokio::test]
async fn a_sender_whose_name_is_a_colleagues_address_is_flagged() {
    let world = running().await;
    for (name, doubt) in [
        (format!("\"{ADA}\""), Some(Doubt::StaffInName)),
        (format!("\"Support ({HELP})\""), Some(Doubt::StaffInName)),
        (format!("\"{CARL}\""), None),
    ] {
        let head = format!("From: {name} <mallory@elsewhere.example>\r\nMessage-ID: <{}@x.test>", name.len());
        arrives(&world, mail(&head, &name.replace('"', ""))).await;
        let ticket = world.ticket_about(&name.replace('"', "")).await.unwrap().ticket;
        let comment = world.engine.ticket(&world.admin, ticket.id).await.unwrap().comments.remove(0).comment;
        assert_eq!(comment.mail.unwrap().doubt, doubt, "{name}");
    }
    world.end().await.unwrap();
}
