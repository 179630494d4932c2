//! Who may do a thing is decided in the engine, not in a face: whatever page or API forgets to ask, the answer is no.

use std::pin::Pin;

use desk::{
    AddressId, ApiTokenId, AttachmentId, BrandId, CommentId, ImportId, Language, LedgerId, PersonId,
    PreviewId, SignInId, TicketId,
};
use engine::{
    Actor, AddressChange, Answer, ConnectChoice, Engine, Error, Invitation, NewForwarding, PersonChange, Way,
};
use mail::html::RemotePictures;
use mail::{Address, Mailbox};
use store::{LedgerQuery, PeopleQuery, TicketChange, TicketQuery, Wanted};
use testkit::World;

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;
type UseCase = (&'static str, for<'a> fn(&'a Engine, &'a Actor) -> Outcome<'a>);

macro_rules! use_case {
    ($name:literal, |$engine:ident, $actor:ident| $call:expr) => {
        ($name, |$engine: &Engine, $actor: &Actor| {
            Box::pin(async move { $call.await.map(|_| ()) }) as Outcome<'_>
        })
    };
}

fn someone() -> Invitation {
    Invitation {
        name: "Someone".to_owned(),
        address: "someone@desk.test".to_owned(),
        role: desk::Role::Agent,
        language: Language::En,
    }
}

fn for_admins() -> Vec<UseCase> {
    vec![
        use_case!("begin_connect", |e, a| e
            .begin_connect(a, ConnectChoice { brand: BrandId(1), import: None })),
        use_case!("begin_reconnect", |e, a| e.begin_reconnect(a, AddressId(1))),
        use_case!("connect_by", |e, a| async {
            e.connect_by(a, ConnectChoice { brand: BrandId(1), import: None }, &Way::Own).await
        }),
        use_case!("reconnect_by", |e, a| e.reconnect_by(a, AddressId(1), None)),
        use_case!("ask_for_consent", |e, a| async {
            e.ask_for_consent(a, ConnectChoice { brand: BrandId(1), import: None }, &Way::Own).await
        }),
        use_case!("consent", |e, a| e.consent(a, "word")),
        use_case!("registration", |e, a| e.registration(a)),
        use_case!("make_certificate", |e, a| e.make_certificate(a)),
        use_case!("certificate_file", |e, a| e.certificate_file(a)),
        use_case!("caught_up", |e, a| e.caught_up(a)),
        use_case!("return_with_code", |e, a| e.return_with_code(a, "state", "code")),
        use_case!("return_with_error", |e, a| async {
            Err::<(), _>(e.return_with_error(a, "state", "access_denied", "").await)
        }),
        use_case!("pending", |e, a| e.pending(a, SignInId(1))),
        use_case!("confirm", |e, a| e.confirm(a, SignInId(1))),
        use_case!("cancel", |e, a| e.cancel(a, SignInId(1))),
        use_case!("delete_address", |e, a| e.delete_address(a, AddressId(1))),
        use_case!("make_default", |e, a| e.make_default(a, AddressId(1))),
        use_case!("prove", |e, a| e.prove(a, AddressId(1))),
        use_case!("forwarding", |e, a| e.forwarding(a, AddressId(1))),
        use_case!("verify_forwarding", |e, a| e.verify_forwarding(a, AddressId(1))),
        use_case!("begin_move", |e, a| e.begin_move(a, AddressId(1))),
        use_case!("give_up_move", |e, a| e.give_up_move(a, AddressId(1))),
        use_case!("confirm_forwarding", |e, a| e.confirm_forwarding(a, AddressId(1))),
        use_case!("way_out", |e, a| e.way_out(a)),
        use_case!("send_test_mail", |e, a| e.send_test_mail(a)),
        use_case!("make_brand", |e, a| e.make_brand(a, "Brand")),
        use_case!("addresses", |e, a| e.addresses(a)),
        use_case!("preview_sign_in", |e, a| e.preview_sign_in(a, SignInId(1))),
        use_case!("preview_import", |e, a| e.preview_import(a, AddressId(1), Wanted::Newest(1))),
        use_case!("preview", |e, a| e.preview(a, PreviewId(1))),
        use_case!("cancel_preview", |e, a| e.cancel_preview(a, PreviewId(1))),
        use_case!("start_import", |e, a| e.start_import(a, AddressId(1), Wanted::Newest(1))),
        use_case!("import_view", |e, a| e.import_view(a, ImportId(1))),
        use_case!("imports_of", |e, a| e.imports_of(a, AddressId(1))),
        use_case!("pause_import", |e, a| e.pause_import(a, ImportId(1))),
        use_case!("resume_import", |e, a| e.resume_import(a, ImportId(1))),
        use_case!("undo_import", |e, a| e.undo_import(a, ImportId(1))),
        use_case!("import_run", |e, a| e.import_run(a, ImportId(1))),
        use_case!("try_again", |e, a| e.try_again(a, LedgerId(1))),
        use_case!("ledger", |e, a| async {
            e.ledger(a, &LedgerQuery { limit: 1, ..LedgerQuery::default() }).await
        }),
        use_case!("team", |e, a| e.team(a)),
        use_case!("invite", |e, a| async { e.invite(a, &someone()).await }),
        use_case!("resend_link", |e, a| e.resend_link(a, PersonId(1), Language::En)),
        use_case!("link_by_hand", |e, a| e.link_by_hand(a, PersonId(1))),
        use_case!("change_role", |e, a| e.change_role(a, PersonId(1), desk::Role::Agent)),
        use_case!("deactivate", |e, a| e.deactivate(a, PersonId(1))),
        use_case!("reactivate", |e, a| e.reactivate(a, PersonId(1))),
        use_case!("preview_people", |e, a| e.preview_people(a, "email\nx@example.com")),
        use_case!("import_people", |e, a| e.import_people(a, "email\nx@example.com", "", Language::En)),
        use_case!("api_tokens", |e, a| e.api_tokens(a)),
        use_case!("make_api_token", |e, a| e.make_api_token(a, "Sync", PersonId(1))),
        use_case!("revoke_api_token", |e, a| e.revoke_api_token(a, ApiTokenId(1))),
        use_case!("make_forwarding", |e, a| async {
            let new = NewForwarding { address: "f@desk.test".to_owned(), name: String::new(), brand: None };
            e.make_forwarding(a, &new).await
        }),
        use_case!("change_address", |e, a| async {
            e.change_address(a, AddressId(1), &AddressChange::default()).await
        }),
    ]
}

fn for_staff() -> Vec<UseCase> {
    vec![
        use_case!("brands", |e, a| e.brands(a)),
        use_case!("people", |e, a| async { e.people(a, &PeopleQuery::default()).await }),
        use_case!("member", |e, a| e.member(a, PersonId(1))),
        use_case!("member_by_address", |e, a| e.member_by_address(a, "x@example.com")),
        use_case!("make_end_user", |e, a| e.make_end_user(a, "X", "x@example.com")),
        use_case!("change_person", |e, a| async {
            e.change_person(a, PersonId(987_654), &PersonChange::default()).await
        }),
        use_case!("recipient_addresses", |e, a| e.recipient_addresses(a)),
        use_case!("recipient_address", |e, a| e.recipient_address(a, AddressId(1))),
        use_case!("suspended", |e, a| e.suspended(a)),
        use_case!("tickets", |e, a| async {
            e.tickets(
                a,
                &TicketQuery { statuses: vec![], assignee: None, text: String::new(), after: None, limit: 1 },
            )
            .await
        }),
        use_case!("ticket_counts", |e, a| e.ticket_counts(a)),
        use_case!("ticket", |e, a| e.ticket(a, TicketId(1))),
        use_case!("change_ticket", |e, a| async {
            e.change_ticket(a, TicketId(1), &TicketChange::default()).await
        }),
        use_case!("answer", |e, a| e.answer(a, TicketId(1), Answer::default())),
        use_case!("comment_html", |e, a| e.comment_html(a, CommentId(1), RemotePictures::Blocked)),
        use_case!("original", |e, a| e.original(a, CommentId(1))),
        use_case!("mail_source", |e, a| e.mail_source(a, CommentId(1))),
        use_case!("attachment", |e, a| e.attachment(a, AttachmentId(1))),
    ]
}

async fn agent(world: &World) -> Actor {
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let address = Address::parse("agnes@desk.test").unwrap();
    let person = tx.create_staff("Agnes Agent", &address, desk::Role::Agent, "no password").await.unwrap();
    tx.commit().await.unwrap();
    Actor { person }
}

async fn customer(world: &World) -> Actor {
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let who =
        Mailbox { name: "Carl Customer".to_owned(), address: Address::parse("carl@example.org").unwrap() };
    let person = tx.ensure_end_user(&who, None).await.unwrap();
    tx.commit().await.unwrap();
    Actor { person }
}

#[tokio::test]
async fn an_agent_may_work_on_tickets_but_connects_no_mailbox() {
    let world = World::new().await.unwrap();
    let agent = agent(&world).await;
    for (name, call) in for_admins() {
        assert!(matches!(call(&world.engine, &agent).await, Err(Error::Forbidden)), "{name}");
    }
    for (name, call) in for_staff() {
        assert!(!matches!(call(&world.engine, &agent).await, Err(Error::Forbidden)), "{name}");
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_customer_may_do_nothing_in_the_desk() {
    let world = World::new().await.unwrap();
    let customer = customer(&world).await;
    for (name, call) in for_admins().into_iter().chain(for_staff()) {
        assert!(matches!(call(&world.engine, &customer).await, Err(Error::Forbidden)), "{name}");
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn people_sign_in_with_their_password_and_nobody_guesses_it() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    assert_eq!(
        engine.log_in(" ADA@desk.test ", "a long enough password").await.unwrap().person.id,
        world.admin.person.id
    );
    for _ in 0..10 {
        assert!(matches!(engine.log_in("ada@desk.test", "a wrong password").await, Err(Error::WrongLogin)));
        assert!(matches!(
            engine.log_in("nobody@desk.test", "a wrong password").await,
            Err(Error::WrongLogin)
        ));
    }
    // Known and unknown people wait alike; even the right password does not help before the time is over.
    for address in ["ada@desk.test", "nobody@desk.test"] {
        assert!(matches!(
            engine.log_in(address, "a long enough password").await,
            Err(Error::TooManyAttempts)
        ));
    }
    world.clock.advance(jiff::SignedDuration::from_mins(16));
    assert!(engine.log_in("ada@desk.test", "a long enough password").await.is_ok());
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_password_set_at_the_command_line_counts_at_once() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    assert!(matches!(
        engine.reset_password("ada@desk.test", "short").await,
        Err(Error::Invalid { field: "password", .. })
    ));
    engine.reset_password("ada@desk.test", "quite another password").await.unwrap();
    assert!(engine.log_in("ada@desk.test", "quite another password").await.is_ok());
    assert!(matches!(engine.log_in("ada@desk.test", "a long enough password").await, Err(Error::WrongLogin)));
    world.end().await.unwrap();
}
