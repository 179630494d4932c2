//! Who may do a thing is decided in the engine, not in a face: whatever page or API forgets to ask, the answer is no.

use std::pin::Pin;

use desk::{AddressId, AttachmentId, BrandId, CommentId, ImportId, SignInId, TicketId};
use engine::{Actor, Answer, ConnectChoice, Engine, Error};
use mail::html::RemotePictures;
use mail::{Address, Mailbox};
use store::{LedgerQuery, TicketChange, TicketQuery};
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

fn for_admins() -> Vec<UseCase> {
    vec![
        use_case!("begin_connect", |e, a| e
            .begin_connect(a, ConnectChoice { brand: BrandId(1), import: None })),
        use_case!("begin_reconnect", |e, a| e.begin_reconnect(a, AddressId(1))),
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
        use_case!("make_brand", |e, a| e.make_brand(a, "Brand")),
        use_case!("addresses", |e, a| e.addresses(a)),
        use_case!("import_run", |e, a| e.import_run(a, ImportId(1))),
        use_case!("ledger", |e, a| async {
            e.ledger(a, &LedgerQuery { limit: 1, ..LedgerQuery::default() }).await
        }),
    ]
}

fn for_staff() -> Vec<UseCase> {
    vec![
        use_case!("brands", |e, a| e.brands(a)),
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
        engine.log_in(" ADA@desk.test ", "a long enough password").await.unwrap().id,
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
