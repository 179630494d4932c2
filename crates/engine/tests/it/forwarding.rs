//! Addresses that another mail server forwards: in by SMTP, out by SMTP, verified by a test mail, and moved to the connector
//! and back with nothing lost and nothing twice.

use desk::decide::OutcomeKind;
use desk::{AddressId, TicketId};
use engine::{Error, NewForwarding, Onward, Way};
use jiff::SignedDuration;
use smtp::Verdict;
use store::{ConnectionState, Happening, Kind, OutboxUpdate, Proof, SeenBy, Step, SupportAddress};
use testkit::world::{Database, parameter, quick};
use testkit::{Post, Postfix, Visitor, World};

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";

async fn world() -> (World, Post) {
    let (post, settings) = Post::beside(quick()).await.unwrap();
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    post.open(&world.engine);
    world.run();
    (world, post)
}

async fn forwarded(world: &World) -> SupportAddress {
    let new = NewForwarding { address: HELP.to_owned(), name: "Help".to_owned(), brand: None };
    world.engine.make_forwarding(&world.admin, &new).await.unwrap()
}

/// A forwarding address that has been verified.
async fn verified(world: &World, post: &Post) -> SupportAddress {
    let address = forwarded(world).await;
    post.forward(HELP);
    world.engine.verify_forwarding(&world.admin, address.id).await.unwrap();
    until_state(world, address.id, ConnectionState::Verified).await;
    world.settle().await.unwrap();
    address
}

async fn until_state(world: &World, id: AddressId, state: ConnectionState) {
    let is = async || Ok(world.store.support_address(id).await?.connection.state == state);
    world.until("the state", is).await.unwrap();
}

fn mail(id: &str, subject: &str) -> String {
    format!(
        "From: Carl <{CARL}>\r\nTo: {HELP}\r\nMessage-ID: <{id}@example.org>\r\nSubject: {subject}\r\n\r\nIt is broken.\r\n"
    )
}

async fn ticket(world: &World, subject: &str) -> TicketId {
    world.until("the ticket", async || Ok(world.ticket_about(subject).await.is_ok())).await.unwrap();
    world.ticket_about(subject).await.unwrap().ticket.id
}

async fn outcome_of(world: &World, item: impl Fn(&store::LedgerRow) -> bool) -> Vec<Option<OutcomeKind>> {
    world.ledger().await.unwrap().iter().filter(|row| item(row)).map(|row| row.outcome).collect()
}

/// Sent by an agent to Carl: by SMTP, as letters.
fn answers(post: &Post, text: &str) -> usize {
    post.received(CARL).iter().filter(|letter| letter.text.contains(text)).count()
}

#[tokio::test]
async fn forwarded_mail_is_a_ticket_at_once_and_nothing_is_sent_before_the_forwarding_is_proved() {
    let (world, post) = world().await;
    let address = forwarded(&world).await;
    assert_eq!(address.connection.state, ConnectionState::Unproved);
    post.hand_over(CARL, HELP, &mail("1", "Printer")).await.unwrap();
    let id = ticket(&world, "Printer").await;
    let row = world.ledger().await.unwrap().pop().unwrap();
    assert_eq!(
        (row.seen_by, row.address.as_str(), row.outcome),
        (SeenBy::Smtp, HELP, Some(OutcomeKind::NewTicket))
    );
    let raw = world.store.blobs().get(&row.blob.unwrap()).await.unwrap();
    assert!(raw.starts_with(
        format!("Return-Path: <{CARL}>\r\nReceived: from elsewhere.test ([127.0.0.1])").as_bytes()
    ));
    world.answer(id, "Please switch it on.").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert!(post.received(CARL).is_empty(), "an unproved address sends nothing");
    // Not forwarded: the test mail lies with the server, and the address stays unproved.
    world.engine.verify_forwarding(&world.admin, address.id).await.unwrap();
    world.until("the test mail", async || Ok(!post.received(HELP).is_empty())).await.unwrap();
    let now = world.store.support_address(address.id).await.unwrap().connection;
    assert_eq!(now.state, ConnectionState::Unproved);
    assert!(matches!(now.proof, Proof::UnderWay { .. }));
    // The server sends it on late: it counts, and what waited leaves.
    let raw = String::from_utf8(post_raw(&post)).unwrap();
    post.hand_over("desk@desk.test", HELP, &raw).await.unwrap();
    until_state(&world, address.id, ConnectionState::Verified).await;
    world.settle().await.unwrap();
    assert_eq!(answers(&post, "Please switch it on."), 1);
    assert_eq!(world.tickets().await.unwrap().len(), 1, "the test mail is no ticket");
    world.end().await.unwrap();
}

fn post_raw(post: &Post) -> Vec<u8> {
    post.raw(HELP).pop().unwrap()
}

#[tokio::test]
async fn an_answer_leaves_by_smtp_and_its_reply_finds_the_ticket() {
    let (world, post) = world().await;
    verified(&world, &post).await;
    post.customer_sends(CARL, HELP, &mail("1", "Printer")).await.unwrap();
    let id = ticket(&world, "Printer").await;
    world.answer(id, "Please switch it on.").await.unwrap();
    world.settle().await.unwrap();
    let letters = post.received(CARL);
    let letter = letters.iter().find(|letter| letter.text.contains("Please switch it on.")).unwrap();
    assert_eq!(letter.from.as_ref().unwrap().address.as_str(), HELP);
    assert_eq!(letter.in_reply_to[0].as_str(), "1@example.org");
    let header = |name: &str| letter.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    assert!(!header("Auto-Submitted"), "an agent wrote it");
    let automatic = letters.iter().find(|letter| letter.subject.contains("received")).unwrap();
    assert!(
        automatic.headers.iter().any(|(name, value)| name == "Auto-Submitted" && value == "auto-generated")
    );
    let reply = format!(
        "From: Carl <{CARL}>\r\nTo: {HELP}\r\nMessage-ID: <2@example.org>\r\nIn-Reply-To: {}\r\nSubject: Re: Printer\r\n\r\nIt is on.\r\n",
        letter.message_id.as_ref().unwrap().bracketed()
    );
    post.customer_sends(CARL, HELP, &reply).await.unwrap();
    world.settle().await.unwrap();
    world
        .until("the reply", async || Ok(world.engine.ticket(&world.admin, id).await?.comments.len() == 3))
        .await
        .unwrap();
    // What comes back of our own is known: no loop.
    post.hand_over(HELP, HELP, &String::from_utf8(post.raw(CARL).pop().unwrap()).unwrap()).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    world.end().await.unwrap();
}

/// A mail server that says 4xx is asked again, one that says 5xx is not; each recipient gets the mail once.
#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_is_told() {
    let (world, post) = world().await;
    verified(&world, &post).await;
    post.hand_over(
        CARL,
        HELP,
        &mail("1", "Printer").replace(
            &format!("To: {HELP}"),
            &format!("To: {HELP}\r\nCc: dora@example.org, gone@example.org"),
        ),
    )
    .await
    .unwrap();
    let id = ticket(&world, "Printer").await;
    world.settle().await.unwrap();
    post.answers("dora@example.org", Verdict::Later);
    post.answers("gone@example.org", Verdict::Unknown);
    world.answer(id, "Please switch it on.").await.unwrap();
    world
        .until("the first recipient", async || Ok(answers(&post, "Please switch it on.") == 1))
        .await
        .unwrap();
    post.answers("dora@example.org", Verdict::Known);
    world.settle().await.unwrap();
    let to =
        |who: &str| post.received(who).iter().filter(|letter| letter.text.contains("Please switch")).count();
    assert_eq!((to(CARL), to("dora@example.org"), to("gone@example.org")), (1, 1, 0));
    let row = world
        .store
        .outbox_of_ticket(id)
        .await
        .unwrap()
        .into_iter()
        .find(|row| row.mail.comment.is_some() && row.mail.text.contains("Please switch"))
        .unwrap();
    assert_eq!(row.step, Step::Sent);
    assert!(row.bounce.as_deref().unwrap().starts_with("gone@example.org: 550"), "{:?}", row.bounce);
    // Nobody gets it: the server's words stand at the comment.
    for who in [CARL, "dora@example.org"] {
        post.answers(who, Verdict::Unknown);
    }
    world.answer(id, "Once more.").await.unwrap();
    world.settle().await.unwrap();
    let row = world
        .store
        .outbox_of_ticket(id)
        .await
        .unwrap()
        .into_iter()
        .find(|row| row.mail.text.contains("Once more"))
        .unwrap();
    assert_eq!(row.step, Step::Failed);
    assert!(row.last_error.as_deref().unwrap().starts_with("mail_server_refused: "), "{:?}", row.last_error);
    world.end().await.unwrap();
}

/// The process dies after it has begun to hand the mail over: it may have arrived, so it is never sent again by itself.
#[tokio::test]
async fn a_death_while_the_mail_is_handed_over_sends_nothing_twice_and_says_so() {
    let (mut world, post) = world().await;
    let address = verified(&world, &post).await;
    post.hand_over(CARL, HELP, &mail("1", "Printer")).await.unwrap();
    let id = ticket(&world, "Printer").await;
    world.settle().await.unwrap();
    world.pause().await.unwrap();
    world.answer(id, "Please switch it on.").await.unwrap();
    let row = world
        .store
        .outbox_of_ticket(id)
        .await
        .unwrap()
        .into_iter()
        .find(|row| row.step == Step::Queued)
        .unwrap();
    let lease = world
        .store
        .claim(
            &format!("send:{}", address.connection.id),
            "dead",
            world.engine.now(),
            SignedDuration::from_millis(1),
        )
        .await
        .unwrap()
        .unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let sending = OutboxUpdate {
        step: Some(Step::Sending),
        sending_at: Some(world.engine.now()),
        ..OutboxUpdate::default()
    };
    tx.outbox_update(&lease, row.id, &sending).await.unwrap();
    tx.commit().await.unwrap();
    world.run();
    world.settle().await.unwrap();
    let row = world.store.outbox_row(row.id).await.unwrap();
    assert_eq!((row.step, row.last_error.as_deref()), (Step::Failed, Some("mail_server_unconfirmed")));
    assert_eq!(answers(&post, "Please switch it on."), 0);
    world.end().await.unwrap();
}

/// A mail server that is away costs no mail and needs nobody: what waited leaves once it is back.
#[tokio::test]
async fn mail_waits_for_a_server_that_takes_none_and_leaves_once() {
    let (world, post) = world().await;
    verified(&world, &post).await;
    post.hand_over(CARL, HELP, &mail("1", "Printer")).await.unwrap();
    let id = ticket(&world, "Printer").await;
    world.settle().await.unwrap();
    post.full(true);
    world.answer(id, "Please switch it on.").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    post.full(false);
    world.settle().await.unwrap();
    assert_eq!(answers(&post, "Please switch it on."), 1);
    world.end().await.unwrap();
}

/// Whoever reaches the door can write any header: an agent's rights must not hang on them.
#[tokio::test]
async fn a_verdict_that_came_with_the_mail_is_not_believed() {
    let (world, post) = world().await;
    verified(&world, &post).await;
    let forged = format!(
        "X-MS-Exchange-Organization-AuthAs: Internal\r\nAuthentication-Results: x; dmarc=pass\r\nFrom: Ada <{}>\r\nTo: {HELP}\r\nMessage-ID: <f@x>\r\nSubject: Forged\r\n\r\nI am Ada.\r\n",
        world.admin.person.email
    );
    let genuine = mail::read(forged.as_bytes());
    assert_eq!(
        genuine.auth,
        mail::AuthVerdict::Pass,
        "Exchange's own headers are believed where Exchange wrote them"
    );
    post.hand_over("evil@example.org", HELP, &forged).await.unwrap();
    let id = ticket(&world, "Forged").await;
    let view = world.engine.ticket(&world.admin, id).await.unwrap();
    let spoof = view.comments[0].comment.mail.as_ref().unwrap().spoof;
    assert!(spoof, "it is shown as not proven");
    world.end().await.unwrap();
}

#[tokio::test]
async fn nobody_else_is_known_at_the_door() {
    let (world, post) = world().await;
    let refused = post.hand_over(CARL, "other@contoso.test", &mail("1", "a")).await.unwrap_err();
    assert!(refused.to_string().starts_with("550"), "{refused}");
    let address = forwarded(&world).await;
    post.hand_over(CARL, HELP, &mail("1", "Printer")).await.unwrap();
    ticket(&world, "Printer").await;
    world.engine.delete_address(&world.admin, address.id).await.unwrap();
    assert!(post.hand_over(CARL, HELP, &mail("2", "b")).await.is_err());
    world.end().await.unwrap();
}

async fn sign_in_to_move(world: &World, id: AddressId, upn: &str) -> Result<(), Error> {
    let departure = world.engine.begin_reconnect(&world.admin, id).await?;
    let back = world
        .microsoft
        .sign_in(&mut Visitor::default(), &departure, upn, testkit::microsoft::PASSWORD, &[])
        .await
        .unwrap();
    let (state, code) = (parameter(&back, "state").unwrap(), parameter(&back, "code").unwrap());
    let sign_in = world.engine.return_with_code(&world.admin, &state, &code).await?;
    world.engine.confirm(&world.admin, sign_in).await?;
    Ok(())
}

/// B10 and B11: during the move both ways bring mail; what comes twice is one ticket, what comes once by either is not lost, and
/// an answer that waited leaves by the new way, once.
/// Promises B11 and C4: an address that was forwarded often belongs to a shared mailbox, in which nobody can sign in.
#[tokio::test]
async fn b11_an_address_moves_to_a_shared_mailbox_or_to_the_application_too() {
    for by_itself in [false, true] {
        let (mut world, post) = world().await;
        let address = verified(&world, &post).await;
        world.microsoft.shared_mailbox(HELP, "Help").await.unwrap();
        world.microsoft.person("pat@contoso.test", "Pat").await.unwrap();
        world.engine.begin_move(&world.admin, address.id).await.unwrap();
        let pending = if by_itself {
            let roles = ["Mail.ReadWrite", "Mail.Send", "User.Read.All"];
            world.microsoft.allow_app("contoso.test", testkit::world::CLIENT_ID, &roles).await.unwrap();
            let way = Way::AppOnly { mailbox: HELP.to_owned(), tenant: "contoso.test".to_owned() };
            match world.engine.reconnect_by(&world.admin, address.id, Some(&way)).await.unwrap() {
                Onward::Confirm(id) => id,
                Onward::Microsoft(url) => panic!("nobody signs in: {url}"),
            }
        } else {
            let rights = [testkit::Right::FullAccess, testkit::Right::SendAs];
            world.microsoft.give_rights(HELP, "pat@contoso.test", &rights).await.unwrap();
            let way = Way::Shared { mailbox: HELP.to_owned() };
            match world.engine.reconnect_by(&world.admin, address.id, Some(&way)).await.unwrap() {
                Onward::Microsoft(url) => world.return_as(&url, "pat@contoso.test").await.unwrap().unwrap(),
                Onward::Confirm(_) => panic!("somebody signs in"),
            }
        };
        world.engine.confirm(&world.admin, pending).await.unwrap();
        let now = world.store.support_address(address.id).await.unwrap().connection;
        assert_eq!((now.kind, now.id), (Kind::Exchange, address.connection.id));
        let mode = if by_itself { store::Mode::AppOnly } else { store::Mode::Delegated };
        let account = now.account.unwrap();
        assert_eq!((account.mode, account.mailbox.unwrap().name.as_str()), (mode, HELP));
        world.microsoft.deliver(HELP, mail("9", "By the mailbox")).await.unwrap();
        world.run();
        ticket(&world, "By the mailbox").await;
        world.end().await.unwrap();
    }
}

#[tokio::test]
async fn moving_to_the_connector_and_back_loses_nothing_and_doubles_nothing() {
    let (mut world, post) = world().await;
    let address = verified(&world, &post).await;
    world.microsoft.person(HELP, "Help").await.unwrap();
    world.microsoft.person("other@contoso.test", "Other").await.unwrap();
    post.hand_over(CARL, HELP, &mail("1", "Before")).await.unwrap();
    let before = ticket(&world, "Before").await;
    world.engine.begin_move(&world.admin, address.id).await.unwrap();
    // Lies in the mailbox only: the forwarding was switched off before anybody signed in.
    world.microsoft.deliver(HELP, mail("2", "In between")).await.unwrap();
    // Forwarded, and in the mailbox too.
    world.microsoft.deliver(HELP, mail("3", "Twice")).await.unwrap();
    post.hand_over(CARL, HELP, &mail("3", "Twice")).await.unwrap();
    ticket(&world, "Twice").await;
    world.settle().await.unwrap();
    assert!(matches!(
        sign_in_to_move(&world, address.id, "other@contoso.test").await,
        Err(Error::OtherAccount { .. })
    ));
    world.pause().await.unwrap();
    world.answer(before, "Waited for the move.").await.unwrap();
    sign_in_to_move(&world, address.id, HELP).await.unwrap();
    world.run();
    ticket(&world, "In between").await;
    // Late, by the old way: still taken.
    post.hand_over(CARL, HELP, &mail("4", "Late")).await.unwrap();
    ticket(&world, "Late").await;
    world.settle().await.unwrap();
    let now = world.store.support_address(address.id).await.unwrap();
    assert_eq!((now.connection.kind, now.connection.id), (Kind::Exchange, address.connection.id));
    assert_eq!(world.tickets().await.unwrap().len(), 4);
    let graph = outcome_of(&world, |row| row.seen_by != SeenBy::Smtp).await;
    assert_eq!(
        graph.iter().filter(|outcome| **outcome == Some(OutcomeKind::Duplicate)).count(),
        1,
        "{graph:?}"
    );
    assert_eq!(answers(&post, "Waited for the move."), 0, "the old way sends nothing any more");
    let by_graph = world.microsoft.outside(CARL).await.unwrap();
    assert_eq!(
        by_graph
            .iter()
            .filter(|mail| mail["preview"].as_str().unwrap_or_default().starts_with("Waited for the move."))
            .count(),
        1
    );
    let events = world.store.events(address.connection.id, 20).await.unwrap();
    assert!(events.iter().any(|event| event.happening
        == Happening::Moved { from: "forwarding".to_owned(), to: "delegated".to_owned() }));

    // And back. Nothing may be confirmed before the forwarding has been seen to work.
    world.engine.begin_move(&world.admin, address.id).await.unwrap();
    assert!(matches!(world.engine.confirm_forwarding(&world.admin, address.id).await, Err(Error::NotYet)));
    // A copy in the mailbox proves no forwarding.
    post.stop_forwarding();
    world.engine.verify_forwarding(&world.admin, address.id).await.unwrap();
    world.until("the test mail", async || Ok(post.raw(HELP).len() > 1)).await.unwrap();
    let test = post.raw(HELP).pop().unwrap();
    world.microsoft.deliver(HELP, test.clone()).await.unwrap();
    world.settle().await.unwrap();
    assert!(matches!(world.engine.confirm_forwarding(&world.admin, address.id).await, Err(Error::NotYet)));
    world.microsoft.deliver(HELP, mail("5", "Last in the mailbox")).await.unwrap();
    post.hand_over("desk@desk.test", HELP, &String::from_utf8(test).unwrap()).await.unwrap();
    world
        .until("the last reading", async || {
            Ok(world.engine.forwarding(&world.admin, address.id).await?.may_leave_exchange())
        })
        .await
        .unwrap();
    world.settle().await.unwrap();
    world.engine.confirm_forwarding(&world.admin, address.id).await.unwrap();
    ticket(&world, "Last in the mailbox").await;
    let now = world.store.support_address(address.id).await.unwrap().connection;
    assert_eq!(
        (now.kind, now.state, now.id),
        (Kind::Forwarding, ConnectionState::Verified, address.connection.id)
    );
    world.answer(before, "By SMTP again.").await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(answers(&post, "By SMTP again."), 1);
    assert_eq!(world.tickets().await.unwrap().len(), 5);
    world.end().await.unwrap();
}

#[tokio::test]
async fn the_desks_own_way_out_is_there_when_it_is_configured_and_can_be_tried() {
    let (world, post) = world().await;
    world.engine.send_test_mail(&world.admin).await.unwrap();
    let mine = world.admin.person.email.to_string();
    world.until("the test mail", async || Ok(!post.received(&mine).is_empty())).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(post.received(&mine)[0].from.as_ref().unwrap().address.as_str(), "desk@desk.test");
    let view = world.engine.way_out(&world.admin).await.unwrap();
    assert_eq!(view.tests[0].step, Step::Sent);
    world.end().await.unwrap();
    let bare = World::new().await.unwrap();
    assert!(matches!(bare.engine.send_test_mail(&bare.admin).await, Err(Error::NoWayOut)));
    bare.end().await.unwrap();
}

/// The whole way with a server that we have not written: the desk's test mail goes to Postfix, Postfix forwards it, the desk
/// takes it under TLS and the address is verified. Then a customer's mail, and one that Postfix must try again.
#[tokio::test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
async fn a_real_postfix_takes_our_mail_and_forwards_to_us() {
    let (post, settings) = Post::beside(quick()).await.unwrap();
    let Some(postfix) = Postfix::forwarding(HELP, post.door()).unwrap() else {
        eprintln!("skipped: no Postfix here that may be started");
        return;
    };
    let settings = post.by(settings, postfix.at);
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    world.run();
    let address = forwarded(&world).await;
    // The door is closed at first: Postfix keeps the mail and comes again.
    world.engine.verify_forwarding(&world.admin, address.id).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    post.open(&world.engine);
    until_state(&world, address.id, ConnectionState::Verified).await;
    let row = world.ledger().await.unwrap().pop().unwrap();
    let raw = world.store.blobs().get(&row.blob.unwrap()).await.unwrap();
    let raw = String::from_utf8_lossy(&raw).into_owned();
    assert!(
        raw.contains("Received: from mx.contoso.test ([127.0.0.1])") && raw.contains("with ESMTPS id"),
        "{raw}"
    );
    assert!(world.tickets().await.unwrap().is_empty(), "the test mail is no ticket");
    world.end().await.unwrap();
    assert!(postfix.log().contains("status=sent (250 2.0.0 Kept as "), "{}", postfix.log());
}
