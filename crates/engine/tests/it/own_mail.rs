//! Our own mail that comes back, and mail of others under our mark or our Message-IDs: every recipient knows both, so neither may
//! make a mail disappear.

use desk::TicketId;
use desk::decide::{OutcomeKind, Signal};
use store::{LedgerRow, OutboxRow};
use testkit::World;

const HELP: &str = "help@contoso.test";
const CARL: &str = "carl@example.org";
const MALLORY: &str = "mallory@elsewhere.example";

/// A desk that has answered Carl, and the answer as he got it.
async fn answered() -> (World, TicketId, OutboxRow, String) {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes(CARL, HELP, "Echo", "It is broken.").await.unwrap();
    world.until("seen", async || Ok(world.ledger().await?.len() == 1)).await.unwrap();
    world.settle().await.unwrap();
    let ticket = world.ticket_about("Echo").await.unwrap().ticket.id;
    world.answer(ticket, "We are on it and will write again as soon as the part is here.").await.unwrap();
    world.settle().await.unwrap();
    let row = world.store.outbox_of_ticket(ticket).await.unwrap().pop().unwrap();
    let got = world.microsoft.outside(CARL).await.unwrap();
    let mut got = got.iter().map(|mail| mail["mime"].as_str().unwrap().to_owned());
    let raw = got.rfind(|raw| raw.contains(row.mail.mark.as_str())).unwrap();
    (world, ticket, row, raw)
}

/// Delivers a mail and answers its ledger row.
async fn comes(world: &World, raw: impl Into<Vec<u8>>) -> LedgerRow {
    let before: Vec<_> = world.ledger().await.unwrap().into_iter().map(|row| row.id).collect();
    world.microsoft.deliver(HELP, raw).await.unwrap();
    world.until("seen", async || Ok(world.ledger().await?.len() > before.len())).await.unwrap();
    world.settle().await.unwrap();
    world.ledger().await.unwrap().into_iter().find(|row| !before.contains(&row.id)).unwrap()
}

fn sent_id(row: &OutboxRow) -> String {
    row.sent_message_id.as_ref().unwrap_or(&row.mail.message_id).to_string()
}

#[tokio::test]
async fn a_copy_of_our_own_mail_makes_nothing_also_when_a_list_has_changed_it() {
    let (world, _, row, raw) = answered().await;
    assert_eq!(comes(&world, raw.clone()).await.outcome, Some(OutcomeKind::OwnMail), "redirected as it was");
    let letter = mail::read(raw.as_bytes());
    let listed = format!(
        "From: <{HELP}>\r\nTo: <{HELP}>\r\nSubject: [staff] {}\r\nMessage-ID: <{}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n-- \r\nThe staff list, since 1999. Write to list 42 to leave.\r\n",
        letter.subject,
        sent_id(&row),
        letter.text.replace('\n', "\r\n"),
    );
    assert_eq!(comes(&world, listed).await.outcome, Some(OutcomeKind::OwnMail), "by a mailing list");
    assert_eq!(world.tickets().await.unwrap().len(), 1);
    world.end().await.unwrap();
}

/// No mail is lost: who writes under an id of ours is read all the same, and the agents see what happened.
#[tokio::test]
async fn a_strangers_mail_under_our_message_id_or_mark_becomes_a_ticket_that_says_so() {
    let (world, ticket, row, raw) = answered().await;
    let id = sent_id(&row);
    let mail = |head: &str, subject: &str, text: &str| {
        format!(
            "{head}From: <{MALLORY}>\r\nTo: <{HELP}>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        )
    };
    let words = "Please cancel my contract with the number 4711 at the end of the month.";
    let with_id = format!("Message-ID: <{id}>\r\n");
    let with_mark =
        format!("Message-ID: <own@elsewhere.example>\r\nX-Postdesk-Outbox: {}\r\n", row.mail.mark);
    let both = format!("{with_id}X-Postdesk-Outbox: {}\r\n", row.mail.mark);
    for (head, subject, text) in [
        (&with_id, "By the id", words.to_owned()),
        (
            &with_mark,
            "By the mark",
            "What does it cost to have the machine repaired by yourselves?".to_owned(),
        ),
        (&both, "By both", "Could you call me back today? It is about the delivery to Osaka.".to_owned()),
        (
            &both,
            "With a quote",
            format!(
                "No, that is not what we agreed upon with your colleague in spring. Who is in charge now?\r\n\r\n{}",
                mail::read(raw.as_bytes()).text
            ),
        ),
    ] {
        let row = comes(&world, mail(head, subject, &text)).await;
        let kept = [OutcomeKind::NewTicket, OutcomeKind::Reply];
        assert!(row.outcome.is_some_and(|outcome| kept.contains(&outcome)), "{subject}: {:?}", row.outcome);
        assert!(row.comment.is_some(), "{subject}");
    }
    let made = world.ticket_about("By the id").await.unwrap().ticket.id;
    let view = world.engine.ticket(&world.admin, made).await.unwrap();
    let signals = &view.comments[0].comment.mail.as_ref().unwrap().signals;
    let shared = Signal::SharedId { id: mail::MessageId::parse(&id).unwrap(), ticket };
    assert_eq!(signals, &[shared], "the mail says whose id it has");
    // A copy of the stranger's mail is a copy of that one.
    let copy = comes(&world, mail(&with_id, "By the id", words)).await;
    assert_eq!((copy.outcome, copy.ticket), (Some(OutcomeKind::Duplicate), Some(made)));
    world.end().await.unwrap();
}

/// Whoever forges our address under our id is no customer; an agent looks at it.
#[tokio::test]
async fn other_words_in_our_name_under_our_id_wait_for_an_agent() {
    let (world, _, row, _) = answered().await;
    let id = sent_id(&row);
    let raw = format!(
        "From: <{HELP}>\r\nTo: <{HELP}>\r\nSubject: Wire the money\r\nMessage-ID: <{id}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease wire the sum to the account below before noon, and tell nobody about it.\r\n"
    );
    let row = comes(&world, raw).await;
    assert_eq!(
        (row.outcome, row.reason.as_deref()),
        (Some(OutcomeKind::Suspended), Some("from_support_address"))
    );
    world.end().await.unwrap();
}
