//! Which ticket a mail is put in, whatever order and ways the mails of a conversation come by.

use std::collections::BTreeMap;

use desk::decide::{OutcomeKind, Passed, Signal};
use desk::{Comment, TicketId};
use testkit::World;

const HELP: &str = "help@contoso.test";
const SALES: &str = "sales@contoso.test";
const HANA: &str = "hana@example.org";
const COLLEAGUE: &str = "colleague@example.org";

/// A mail in the making.
#[derive(Clone)]
struct Mail {
    from: &'static str,
    to: String,
    cc: String,
    subject: String,
    id: String,
    answers: String,
    date: &'static str,
    text: String,
}

impl Mail {
    fn new(from: &'static str, subject: &str, id: &str, text: &str) -> Self {
        Self {
            from,
            to: HELP.to_owned(),
            cc: String::new(),
            subject: subject.to_owned(),
            id: id.to_owned(),
            answers: String::new(),
            date: "Mon, 23 Nov 2026 09:00:00 +0000",
            text: text.to_owned(),
        }
    }

    fn cc(self, cc: &str) -> Self {
        Self { cc: cc.to_owned(), ..self }
    }

    fn answers(self, id: &str) -> Self {
        Self { answers: id.to_owned(), date: "Mon, 23 Nov 2026 10:00:00 +0000", ..self }
    }

    /// The copy that a mailing list makes.
    fn by_list(&self) -> Self {
        let text = format!("{}\r\n-- \r\nThe staff list, since 1999. Write to list 42 to leave.", self.text);
        Self { to: SALES.to_owned(), subject: format!("[staff] {}", self.subject), text, ..self.clone() }
    }

    fn raw(&self) -> Vec<u8> {
        let Self { from, to, cc, subject, id, answers, date, text } = self;
        let mut head = format!(
            "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\nDate: {date}\r\n"
        );
        if !cc.is_empty() {
            head += &format!("Cc: <{cc}>\r\n");
        }
        if !answers.is_empty() {
            head += &format!("In-Reply-To: <{answers}>\r\nReferences: <{answers}>\r\n");
        }
        format!("{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n")
            .into_bytes()
    }
}

/// A customer's mail and her colleague's answer to all.
fn conversation(name: &str) -> (Mail, Mail) {
    let text =
        format!("The printer of room {name} does not print any more. Could somebody look at it, please?");
    let original =
        Mail::new(HANA, &format!("Printer {name}"), &format!("o-{name}@example.org"), &text).cc(COLLEAGUE);
    let reply = Mail::new(
        COLLEAGUE,
        &format!("Re: Printer {name}"),
        &format!("r-{name}@example.org"),
        "It is only the paper, I think, but please come.",
    )
    .cc(HANA)
    .answers(&original.id);
    (original, reply)
}

async fn desk() -> World {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.connect(SALES, false).await.unwrap();
    world.run();
    world
}

async fn comes(world: &World, mailbox: &str, mail: &Mail) {
    let before = world.ledger().await.unwrap().len();
    world.microsoft.deliver(mailbox, mail.raw()).await.unwrap();
    world.until("it is seen", async || Ok(world.ledger().await?.len() > before)).await.unwrap();
    world.settle().await.unwrap();
}

async fn comments(world: &World, ticket: TicketId) -> Vec<Comment> {
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    view.comments.into_iter().map(|view| view.comment).collect()
}

fn senders(comments: &[Comment]) -> Vec<String> {
    let from = |comment: &Comment| comment.mail.as_ref()?.from.as_ref().map(|from| from.address.to_string());
    comments.iter().filter_map(from).collect()
}

fn signals(comment: &Comment) -> Vec<Signal> {
    comment.mail.as_ref().map(|mail| mail.signals.clone()).unwrap_or_default()
}

#[tokio::test]
async fn an_original_that_comes_after_its_reply_stands_before_it_in_the_replys_ticket() {
    let world = desk().await;
    let (original, reply) = conversation("1");
    comes(&world, SALES, &reply).await;
    let ticket = world.tickets().await.unwrap().remove(0).ticket.id;
    let told = world.microsoft.outside(COLLEAGUE).await.unwrap().len();
    comes(&world, HELP, &original).await;

    assert_eq!(world.tickets().await.unwrap().len(), 1);
    let comments = comments(&world, ticket).await;
    assert_eq!(senders(&comments), [HANA, COLLEAGUE]);
    let id = mail::MessageId::parse(&original.id).unwrap();
    assert_eq!(signals(&comments[0]), [Signal::Awaited { id: id.clone(), comment: comments[1].id }]);
    assert_eq!(signals(&comments[1]), [Signal::CameEarly { id }]);
    assert_eq!(world.microsoft.outside(COLLEAGUE).await.unwrap().len(), told, "nobody is told twice");
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_original_by_somebody_without_a_part_in_the_ticket_stays_apart_and_says_so() {
    let world = desk().await;
    let (_, reply) = conversation("2");
    comes(&world, HELP, &Mail { cc: String::new(), ..reply.clone() }).await;
    let foreign = Mail::new(
        "mallory@elsewhere.example",
        "Let me in",
        &reply.answers,
        "I would like to read that ticket.",
    );
    comes(&world, HELP, &foreign).await;

    assert_eq!(world.tickets().await.unwrap().len(), 2);
    let apart = world.ticket_about("Let me in").await.unwrap().ticket.id;
    let comments = comments(&world, apart).await;
    let conflict = &comments[0].mail.as_ref().unwrap().conflicts[0];
    assert_eq!(conflict.why, Passed::NoPart);
    world.end().await.unwrap();
}

/// The state test: original, reply, a list's copy of the original and a second copy of the reply, in every order.
#[tokio::test]
async fn whatever_order_the_mails_of_a_conversation_come_in_there_is_one_ticket_with_each_mail_once() {
    let world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    let import = world.engine.file_import(HELP).await.unwrap();
    let mut orders = Vec::new();
    for order in 0..256_usize {
        let order = [order % 4, order / 4 % 4, order / 16 % 4, order / 64];
        if (0..4).all(|mail| order.contains(&mail)) {
            orders.push(order);
        }
    }
    assert_eq!(orders.len(), 24);
    for order in orders {
        let name = order.map(|mail| mail.to_string()).concat();
        let (original, reply) = conversation(&name);
        let mails =
            [original.clone(), reply.clone(), original.by_list(), Mail { to: SALES.to_owned(), ..reply }];
        let mut outcomes = Vec::new();
        for mail in order {
            let file = (name.clone(), mails[mail].raw());
            outcomes.extend(import.take(vec![file]).await.unwrap().into_iter().map(|file| file.outcome));
        }
        let duplicates = outcomes.iter().filter(|outcome| **outcome == OutcomeKind::Duplicate).count();
        assert_eq!(duplicates, 2, "{order:?} {outcomes:?}");
        let of_it: Vec<_> = world
            .tickets()
            .await
            .unwrap()
            .into_iter()
            .filter(|row| row.ticket.subject.ends_with(&name))
            .collect();
        assert_eq!(
            of_it.len(),
            1,
            "{order:?}: {:?}",
            of_it.iter().map(|row| &row.ticket.subject).collect::<Vec<_>>()
        );
        let comments = comments(&world, of_it[0].ticket.id).await;
        assert_eq!(senders(&comments), [HANA, COLLEAGUE], "{order:?}");
    }
    world.end().await.unwrap();
}

/// Original to one address and reply to another, taken in by two workers at the same moment.
#[tokio::test]
async fn two_workers_that_take_in_original_and_reply_at_once_make_one_ticket() {
    let world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.connect(SALES, false).await.unwrap();
    let (help, sales) = (
        world.engine.file_import(HELP).await.unwrap(),
        world.second_engine().await.unwrap().file_import(SALES).await.unwrap(),
    );
    for round in 0..8 {
        let (original, reply) = conversation(&format!("race {round}"));
        let copy = original.by_list();
        let (one, two) = tokio::join!(
            help.take(vec![("original".to_owned(), original.raw())]),
            sales.take(vec![("reply".to_owned(), reply.raw()), ("copy".to_owned(), copy.raw())]),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        let mut kinds: Vec<_> = one.iter().chain(&two).map(|file| file.outcome).collect();
        kinds.sort();
        assert_eq!(kinds, [OutcomeKind::NewTicket, OutcomeKind::Reply, OutcomeKind::Duplicate]);
    }
    assert_eq!(world.tickets().await.unwrap().len(), 8);
    world.end().await.unwrap();
}

#[tokio::test]
async fn mails_of_a_sender_that_gives_them_all_one_id_are_all_kept_and_their_copies_are_not() {
    let world = desk().await;
    let order = |number: u32| {
        let text = format!(
            "Thank you for your order. We have received it and will send it soon.\r\nOrder: {number}"
        );
        Mail::new("shop@example.net", "Your order", "always@the.same", &text)
    };
    for number in [1001, 1002, 1003] {
        comes(&world, HELP, &order(number)).await;
    }
    comes(&world, SALES, &order(1002).by_list()).await;
    comes(&world, SALES, &order(1003)).await;

    let mut outcomes: BTreeMap<OutcomeKind, usize> = BTreeMap::new();
    for row in world.ledger().await.unwrap() {
        *outcomes.entry(row.outcome.unwrap()).or_default() += 1;
    }
    assert_eq!(outcomes, BTreeMap::from([(OutcomeKind::NewTicket, 3), (OutcomeKind::Duplicate, 2)]));
    let reasons: Vec<_> = world.ledger().await.unwrap().into_iter().filter_map(|row| row.reason).collect();
    assert!(
        reasons.iter().any(|reason| reason == "message-id seen before, changed on the way"),
        "{reasons:?}"
    );
    let newest = world.tickets().await.unwrap().into_iter().map(|row| row.ticket.id).max().unwrap();
    let comments = comments(&world, newest).await;
    assert!(matches!(signals(&comments[0])[..], [Signal::SharedId { .. }]));
    world.end().await.unwrap();
}

/// Words behind a plus sign are taken off by the mail server: a customer's program that answers such an address needs no other
/// signal, and the address is nobody's who could be written to.
#[tokio::test]
async fn a_mail_to_an_address_with_our_token_joins_its_ticket_and_the_address_becomes_nobody() {
    let world = desk().await;
    let (original, _) = conversation("5");
    comes(&world, HELP, &original).await;
    let ticket = world.tickets().await.unwrap().remove(0).ticket.id;
    let sent = world.store.outbox_of_ticket(ticket).await.unwrap().remove(0).mail.text;
    let token = sent.split("[PD-").nth(1).unwrap();
    let token = token.split(']').next().unwrap().to_lowercase();
    let to = format!("help+pd-{token}@contoso.test>, <help+shop@contoso.test");
    let text = "A new thread, and nothing but the address says what it is about.";
    comes(&world, HELP, &Mail { to, ..Mail::new(HANA, "Hello", "new@example.org", text) }).await;

    assert_eq!(world.tickets().await.unwrap().len(), 1);
    let comments = comments(&world, ticket).await;
    assert_eq!(signals(&comments[1]), [Signal::AddressToken { ticket }]);
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!(view.ccs.iter().map(|cc| cc.email.as_str()).collect::<Vec<_>>(), [COLLEAGUE]);
    world.end().await.unwrap();
}
