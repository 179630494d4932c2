//! The check-up: each thing that can go wrong is found, named, and said whom it needs.

use std::collections::HashMap;
use std::net::SocketAddr;

use desk::AddressId;
use engine::{Checkup, Fact, Settings, Step, Verdict};
use exchange::Class;
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{MX, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use jiff::SignedDuration;
use serde_json::json;
use store::{ConnectionState, Happening};
use testkit::World;
use testkit::world::{Database, quick};
use tokio::net::UdpSocket;

const HELP: &str = "help@contoso.test";

/// A desk whose check-ups are impatient.
async fn world() -> World {
    with_dns(None).await
}

async fn with_dns(dns: Option<SocketAddr>) -> World {
    let checkup_patience = SignedDuration::from_secs(3);
    let settings = Settings { checkup_patience, dns, ..quick() };
    World::on(Database::chosen().unwrap(), settings).await.unwrap()
}

async fn check(world: &World, address: AddressId) -> Checkup {
    world.engine.check_up(address, false, |_| {}).await.unwrap()
}

fn fact(checkup: &Checkup, step: Step) -> &Fact {
    &checkup.of(step).next().unwrap_or_else(|| panic!("{step:?} found nothing")).fact
}

/// Waits until a mail has become a ticket and everything about it is done.
async fn ticket(world: &World, subject: &str) {
    world.until(subject, async || Ok(world.ticket_about(subject).await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
}

fn class(checkup: &Checkup, step: Step) -> Option<Class> {
    match fact(checkup, step) {
        Fact::Refused { class, .. } => Some(*class),
        _ => None,
    }
}

/// A name server that knows what it is given and denies everything else.
async fn name_server(records: Vec<(&'static str, RData)>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut known: HashMap<(String, RecordType), Vec<RData>> = HashMap::new();
    for (name, data) in records {
        known.entry((format!("{name}."), data.record_type())).or_default().push(data);
    }
    tokio::spawn(async move {
        let mut bytes = [0; 1500];
        while let Ok((length, asker)) = socket.recv_from(&mut bytes).await {
            let asked = Message::from_vec(&bytes[..length]).unwrap();
            let query = asked.queries[0].clone();
            let mut answer = Message::new(asked.metadata.id, MessageType::Response, asked.metadata.op_code);
            answer.metadata.recursion_available = true;
            answer.add_query(query.clone());
            match known.get(&(query.name().to_lowercase().to_utf8(), query.query_type())) {
                Some(found) => {
                    for data in found {
                        answer.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
                    }
                }
                None => answer.metadata.response_code = ResponseCode::NXDomain,
            }
            socket.send_to(&answer.to_vec().unwrap(), asker).await.unwrap();
        }
    });
    address
}

fn txt(text: &str) -> RData {
    RData::TXT(TXT::new(vec![text.to_owned()]))
}

fn mx(host: &str) -> RData {
    RData::MX(MX::new(10, Name::from_utf8(host).unwrap()))
}

#[tokio::test]
async fn a_connection_that_works_passes_every_step_and_its_mailbox_stays_as_it_was() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    let checkup = check(&world, connected.address).await;
    assert_eq!(checkup.steps, Step::ALL);
    for step in [
        Step::Registration,
        Step::SignIn,
        Step::Permissions,
        Step::Mailbox,
        Step::Read,
        Step::Draft,
        Step::Clock,
    ] {
        let verdicts: Vec<_> = checkup.of(step).map(|finding| finding.verdict).collect();
        assert_eq!(verdicts, [Verdict::Ok], "{step:?}: {:?}", fact(&checkup, step));
    }
    assert_eq!(fact(&checkup, Step::Permissions), &Fact::AllPermissions { granted: 6 });
    assert_eq!(fact(&checkup, Step::Notification), &Fact::NotPublic);
    assert_eq!(checkup.troubles(), 0);
    assert!(checkup.ended_at.is_some() && !checkup.healed);
    // The draft was ours and is gone from where drafts lie.
    assert!(world.mailbox(HELP, "drafts").await.unwrap().is_empty());
    assert!(world.mailbox(HELP, "inbox").await.unwrap().is_empty());
    world.end().await.unwrap();
}

/// Promise C7: the check-up sends itself a mail and waits for it, by the desk's loops or without any.
#[tokio::test]
async fn c7_the_round_trip_is_made_and_waited_for_with_the_desk_running_or_not() {
    let mut world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    let without = world.engine.check_up(connected.address, true, |_| {}).await.unwrap();
    assert!(matches!(fact(&without, Step::RoundTrip), Fact::Proved { .. }), "{without:?}");
    assert_eq!(world.mailbox(HELP, "inbox").await.unwrap().len(), 1);
    assert!(world.tickets().await.unwrap().is_empty());
    // Asked again at once, one mail is enough.
    let again = world.engine.check_up(connected.address, true, |_| {}).await.unwrap();
    assert!(matches!(fact(&again, Step::RoundTrip), Fact::Proved { .. }));
    assert_eq!(world.mailbox(HELP, "inbox").await.unwrap().len(), 1);
    world.clock.advance(SignedDuration::from_mins(2));
    world.run();
    world.engine.ask_checkup(&world.admin, connected.address, true).await.unwrap();
    let last = async || {
        let view = world.engine.connection_view(&world.admin, connected.address, world.engine.now()).await?;
        anyhow::Ok(view.checkup.unwrap())
    };
    world.until("the check-up", async || Ok(last().await?.ended_at.is_some())).await.unwrap();
    let running = last().await.unwrap();
    assert!(matches!(fact(&running, Step::RoundTrip), Fact::Proved { .. }), "{running:?}");
    assert_eq!(world.mailbox(HELP, "inbox").await.unwrap().len(), 2);
    world.end().await.unwrap();
}

/// A mail that does not come back is no check-up that hangs.
#[tokio::test]
async fn c7_a_test_mail_that_does_not_come_back_is_said_to_be_under_way() {
    let round_trip_patience = SignedDuration::from_millis(1_500);
    let settings = Settings { round_trip_patience, ..quick() };
    let world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    let connected = world.connect(HELP, false).await.unwrap();
    let fault = json!({"kind": "late_delivery", "mailbox": HELP, "delaySeconds": 600});
    world.microsoft.fault(fault).await.unwrap();
    let checkup = world.engine.check_up(connected.address, true, |_| {}).await.unwrap();
    assert!(matches!(fact(&checkup, Step::RoundTrip), Fact::ProofUnderWay { .. }), "{checkup:?}");
    world.end().await.unwrap();
}

/// Whoever pressed the button sees the steps come one after another, whichever process walks them.
#[tokio::test]
async fn a_check_up_asked_for_on_a_page_is_made_by_a_worker_and_stored_step_by_step() {
    let mut world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    world
        .microsoft
        .fault(json!({"kind": "slow", "mailbox": HELP, "operation": "draft", "millis": 2_000}))
        .await
        .unwrap();
    world.engine.ask_checkup(&world.admin, connected.address, false).await.unwrap();
    let view =
        world.engine.connection_view(&world.admin, connected.address, world.engine.now()).await.unwrap();
    let asked = view.checkup.unwrap();
    assert!(asked.started_at.is_none() && asked.findings.is_empty());
    world.run();
    let seen = async || {
        let view = world.engine.connection_view(&world.admin, connected.address, world.engine.now()).await?;
        anyhow::Ok(view.checkup.unwrap())
    };
    world
        .until("the draft is being tried", async || {
            let now = seen().await?;
            Ok(now.running == Some(Step::Draft) && now.findings.len() >= 5 && now.ended_at.is_none())
        })
        .await
        .unwrap();
    world.until("it ends", async || Ok(seen().await?.ended_at.is_some())).await.unwrap();
    let done = seen().await.unwrap();
    assert_eq!((done.asked_by, done.running), (Some(world.admin.person.id), None));
    assert!(world.store.due_checkups(5).await.unwrap().is_empty());
    let events = world.store.events(connected.connection, 5).await.unwrap();
    let noted = events.iter().find(|event| matches!(event.happening, Happening::CheckedUp { troubles: 0 }));
    assert_eq!(noted.unwrap().actor, Some(world.admin.person.id));
    world.end().await.unwrap();
}

/// A worker that is killed in the middle leaves the wish in the table: the next one walks the steps from the first.
#[tokio::test]
async fn a_check_up_whose_worker_dies_is_made_by_the_next() {
    let mut world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    world
        .microsoft
        .fault(json!({"kind": "slow", "mailbox": HELP, "operation": "draft", "millis": 2_500}))
        .await
        .unwrap();
    world.engine.ask_checkup(&world.admin, connected.address, false).await.unwrap();
    world.run();
    let report =
        async |world: &World| world.store.checkup(connected.connection).await.unwrap().report.unwrap();
    world
        .until("it is under way", async || Ok(report(&world).await.contains("\"running\":\"draft\"")))
        .await
        .unwrap();
    world.crash().await.unwrap();
    world.microsoft.clear_faults().await.unwrap();
    world.run();
    world
        .until("it ends", async || Ok(world.store.checkup(connected.connection).await?.asked_at.is_none()))
        .await
        .unwrap();
    assert!(!report(&world).await.contains("\"ended_at\":null"));
    world.end().await.unwrap();
}

/// What Microsoft can answer to each step, and what the doctor makes of it.
#[tokio::test]
async fn every_refusal_is_named_by_its_class_at_the_step_that_met_it() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    let table = [
        (
            json!({"kind": "token_error", "operation": "token", "error": "invalid_grant", "description": "AADSTS50173: The provided grant has expired"}),
            Step::SignIn,
            Class::SignIn,
            Verdict::Trouble,
        ),
        (
            json!({"kind": "token_error", "operation": "token", "error": "invalid_client", "description": "AADSTS7000222: The provided client secret keys are expired"}),
            Step::SignIn,
            Class::AppCredential,
            Verdict::Trouble,
        ),
        (
            json!({"kind": "token_error", "operation": "token", "error": "invalid_grant", "suberror": "consent_required", "description": "AADSTS65001: no consent"}),
            Step::SignIn,
            Class::Consent,
            Verdict::Trouble,
        ),
        (
            json!({"kind": "mailbox_gone", "mailbox": HELP}),
            Step::Mailbox,
            Class::MailboxGone,
            Verdict::Trouble,
        ),
        (
            json!({"kind": "access_denied", "mailbox": HELP, "operation": "list"}),
            Step::Read,
            Class::Denied,
            Verdict::Trouble,
        ),
        (
            json!({"kind": "access_denied", "mailbox": HELP, "operation": "draft"}),
            Step::Draft,
            Class::Denied,
            Verdict::Trouble,
        ),
        (
            json!({"kind": "throttle", "mailbox": HELP, "operation": "draft", "retryAfter": 10}),
            Step::Draft,
            Class::Throttled,
            Verdict::Look,
        ),
        (
            json!({"kind": "server_error", "mailbox": HELP, "operation": "draft", "status": 503, "effect": "before"}),
            Step::Draft,
            Class::Server,
            Verdict::Look,
        ),
    ];
    for (fault, step, expected, verdict) in table {
        world.microsoft.fault(fault.clone()).await.unwrap();
        let checkup = check(&world, connected.address).await;
        assert_eq!(class(&checkup, step), Some(expected), "{fault}: {:?}", fact(&checkup, step));
        assert_eq!(checkup.of(step).next().unwrap().verdict, verdict, "{fault}");
        if step == Step::SignIn {
            for later in [Step::Mailbox, Step::Draft, Step::Ledger, Step::Clock] {
                assert_eq!(fact(&checkup, later), &Fact::NotTried { because: Step::SignIn }, "{fault}");
            }
        }
        world.microsoft.clear_faults().await.unwrap();
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn the_number_of_entra_and_the_request_id_are_kept_for_those_who_must_ask_further() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    let revoked = json!({"kind": "token_error", "operation": "token", "error": "invalid_grant", "description": "AADSTS50173: The provided grant has expired"});
    world.microsoft.fault(revoked).await.unwrap();
    world.engine.ask_checkup(&world.admin, connected.address, false).await.unwrap();
    let checkup = check(&world, connected.address).await;
    let Fact::Refused { aadsts, request_id, .. } = fact(&checkup, Step::SignIn) else {
        panic!("{checkup:?}")
    };
    assert_eq!(*aadsts, Some(50173));
    let view =
        world.engine.connection_view(&world.admin, connected.address, world.engine.now()).await.unwrap();
    assert!(request_id.is_some() && view.request_ids.iter().any(|(_, id)| Some(id) == request_id.as_ref()));
    world.end().await.unwrap();
}

/// The line is typed by an administrator who was told of it: it must name the mailbox.
#[tokio::test]
async fn what_only_an_administrator_of_exchange_can_mend_comes_with_its_line_of_powershell() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    world.microsoft.fault(json!({"kind": "mailbox_gone", "mailbox": HELP})).await.unwrap();
    let checkup = check(&world, connected.address).await;
    let line = checkup.of(Step::Mailbox).next().unwrap().command.clone().unwrap();
    assert!(line.starts_with("Get-Recipient -Identity 'help@contoso.test'"), "{line}");
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_microsoft_that_does_not_answer_is_a_finding_and_not_a_check_up_that_hangs() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    world
        .microsoft
        .fault(json!({"kind": "slow", "mailbox": HELP, "operation": "any", "millis": 30_000}))
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    let checkup = check(&world, connected.address).await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(fact(&checkup, Step::Mailbox), &Fact::TimedOut { seconds: 3 });
    assert!(checkup.troubles() > 0 && checkup.ended_at.is_some());
    world.microsoft.clear_faults().await.unwrap();
    world.end().await.unwrap();
}

/// An administrator who switched the account on again at Microsoft need not sign in here as well.
#[tokio::test]
async fn a_connection_that_passes_every_step_again_is_verified_again() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.set_state(connected.connection, ConnectionState::NeedsAdministrator, None).await.unwrap();
    tx.commit().await.unwrap();
    world
        .microsoft
        .fault(json!({"kind": "access_denied", "mailbox": HELP, "operation": "draft"}))
        .await
        .unwrap();
    let still = check(&world, connected.address).await;
    assert!(!still.healed);
    let state = async || world.connection(connected.connection).await.unwrap().state;
    assert_eq!(state().await, ConnectionState::NeedsAdministrator);
    world.microsoft.clear_faults().await.unwrap();
    assert!(check(&world, connected.address).await.healed);
    assert_eq!(state().await, ConnectionState::Verified);
    world.end().await.unwrap();
}

#[tokio::test]
async fn clocks_that_disagree_are_told_with_the_seconds_between_them() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    for (ahead, verdict) in [(120, Verdict::Look), (720, Verdict::Trouble)] {
        world.clock.advance(SignedDuration::from_secs(if ahead == 120 { 120 } else { 600 }));
        let checkup = check(&world, connected.address).await;
        let Fact::ClockOff { ahead: found } = fact(&checkup, Step::Clock) else { panic!("{checkup:?}") };
        assert!((found - ahead).abs() <= 5, "{found}");
        assert_eq!(checkup.of(Step::Clock).next().unwrap().verdict, verdict);
    }
    world.end().await.unwrap();
}

/// Connector.md C1: the mailbox is counted against the ledger, and what the ledger does not know is taken in at once.
#[tokio::test]
async fn mail_that_the_ledger_does_not_know_is_named_and_taken_in() {
    let mut world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes("carl@example.org", HELP, "Known", "Hello").await.unwrap();
    ticket(&world, "Known").await;
    world.pause().await.unwrap();
    world.microsoft.customer_writes("carl@example.org", HELP, "Slipped through", "Hello").await.unwrap();
    // As if it had come before the last reading, which did not bring it.
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let later = world.engine.now() + SignedDuration::from_mins(10);
    tx.schedule_read(connected.connection, world.engine.now(), Some(later)).await.unwrap();
    tx.commit().await.unwrap();
    let checkup = check(&world, connected.address).await;
    let Fact::LedgerTookIn { unexplained, items, counted } = fact(&checkup, Step::Ledger) else {
        panic!("{:?}", fact(&checkup, Step::Ledger))
    };
    assert_eq!((*unexplained, items.len(), *counted), (1, 1, 2));
    let again = check(&world, connected.address).await;
    assert!(matches!(fact(&again, Step::Ledger), Fact::LedgerComplete { counted: 2, .. }), "{again:?}");
    world.run();
    ticket(&world, "Slipped through").await;
    world.end().await.unwrap();
}

/// The rule: of five or more mails seen within two minutes after they came, one in five had been read or was gone.
#[tokio::test]
async fn another_reader_of_the_mailbox_is_noticed_by_mail_that_is_found_read() {
    let mut world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    let mail = |n: usize| {
        format!(
            "From: c{n}@example.org\r\nTo: {HELP}\r\nSubject: Mail {n}\r\nMessage-ID: <m{n}@example.org>\r\n\r\nHello\r\n"
        )
    };
    for n in 0..4 {
        world.microsoft.deliver_as(HELP, mail(n), n == 0).await.unwrap();
    }
    world.run();
    world.settle().await.unwrap();
    let few = check(&world, connected.address).await;
    assert_eq!(fact(&few, Step::OtherReader), &Fact::TooFewToTell);
    for n in 4..6 {
        world.microsoft.deliver_as(HELP, mail(n), n == 4).await.unwrap();
    }
    world.settle().await.unwrap();
    world.until("all are seen", async || Ok(world.ledger().await?.len() == 6)).await.unwrap();
    let checkup = check(&world, connected.address).await;
    let expected = Fact::OtherReader { prompt: 6, found_read: 2, vanished: 0 };
    assert_eq!(fact(&checkup, Step::OtherReader), &expected);
    world.end().await.unwrap();
}

#[tokio::test]
async fn what_the_domain_publishes_is_asked_of_its_name_servers() {
    let microsofts = name_server(vec![
        ("contoso.test", mx("contoso-test.mail.protection.outlook.com.")),
        ("contoso.test", txt("MS=ms12345")),
        ("contoso.test", txt("v=spf1 include:spf.protection.outlook.com -all")),
        ("selector1._domainkey.contoso.test", txt("v=DKIM1; k=rsa; p=MIGf")),
        ("_dmarc.contoso.test", txt("v=DMARC1; p=quarantine")),
    ])
    .await;
    let world = with_dns(Some(microsofts)).await;
    let connected = world.connect(HELP, false).await.unwrap();
    let checkup = check(&world, connected.address).await;
    let facts: Vec<_> = checkup.of(Step::Dns).map(|finding| finding.fact.clone()).collect();
    let policy = "quarantine".to_owned();
    assert_eq!(facts, [Fact::MxMicrosoft, Fact::SpfRight, Fact::DkimRight, Fact::DmarcRight { policy }]);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_domain_that_publishes_nothing_is_told_what_to_publish() {
    let world = with_dns(Some(name_server(vec![]).await)).await;
    let connected = world.connect(HELP, false).await.unwrap();
    let checkup = check(&world, connected.address).await;
    let findings: Vec<_> = checkup.of(Step::Dns).collect();
    assert!(matches!(findings[0].fact, Fact::MxMissing { .. }));
    assert!(
        matches!(&findings[1].fact, Fact::SpfMissing { record } if record.contains("spf.protection.outlook.com"))
    );
    assert!(matches!(&findings[2].fact, Fact::DkimMissing { names } if names.len() == 2));
    assert!(findings[2].command.as_deref().unwrap().contains("'contoso.test'"));
    assert!(matches!(findings[3].fact, Fact::DmarcMissing { .. }));
    assert_eq!(checkup.troubles(), 0, "mail works all the same: it is worth a look, no more");
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_test_mail_that_never_came_back_is_worth_a_look_and_one_that_did_is_not() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    assert_eq!(fact(&check(&world, connected.address).await, Step::RoundTrip), &Fact::NeverProved);
    world.end().await.unwrap();
}

#[tokio::test]
async fn throttling_and_what_was_spent_are_seen_by_another_process() {
    let mut world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    world
        .microsoft
        .fault(
            json!({"kind": "throttle", "mailbox": HELP, "operation": "delta", "retryAfter": 1, "times": 2}),
        )
        .await
        .unwrap();
    world.run();
    let usage = async || world.store.usage(connected.connection).await;
    world
        .until("it is noted", async || Ok(usage().await?.is_some_and(|usage| usage.throttled >= 1)))
        .await
        .unwrap();
    let other = world.second_engine().await.unwrap();
    let checkup = other.check_up(connected.address, false, |_| {}).await.unwrap();
    assert!(matches!(fact(&checkup, Step::Throttling), Fact::Throttled { times: 1.. }), "{checkup:?}");
    assert!(usage().await.unwrap().unwrap().calls > 0);
    world.end().await.unwrap();
}

/// Connector.md A1, and no face may forget it.
#[tokio::test]
async fn only_an_administrator_sees_and_checks_connections() {
    let world = world().await;
    let connected = world.connect(HELP, false).await.unwrap();
    let mut agent = world.admin.clone();
    agent.person.role = desk::Role::Agent;
    let (engine, id) = (&world.engine, connected.address);
    assert!(matches!(engine.ask_checkup(&agent, id, false).await, Err(engine::Error::Forbidden)));
    assert!(matches!(engine.connection_view(&agent, id, engine.now()).await, Err(engine::Error::Forbidden)));
    assert!(matches!(
        engine.find_addresses(&agent, &Default::default()).await,
        Err(engine::Error::Forbidden)
    ));
    let brand = world.brand().await.unwrap();
    assert!(matches!(engine.edit_address(&agent, id, "Help", brand).await, Err(engine::Error::Forbidden)));
    assert!(matches!(
        engine.edit_address(&world.admin, id, " ", brand).await,
        Err(engine::Error::Invalid { .. })
    ));
    world.end().await.unwrap();
}
