//! What the placeholders of trigger mails say to whom (zendesk.md 6.2), row by row, in the mail that leaves.

use desk::TriggerId;
use desk::trigger::{Action, Condition, Conditions, Recipients, Trigger};
use testkit::World;

const HELP: &str = "help@contoso.test";
const HANA: &str = "hana@example.org";
const ROBOT: &str = "noreply@example.org";

/// Placeholders that carry what people wrote.
const WORDS: [&str; 16] = [
    "ticket.description",
    "ticket.comments",
    "ticket.public_comments",
    "ticket.comments_formatted",
    "ticket.public_comments_formatted",
    "ticket.latest_comment",
    "ticket.latest_comment_html",
    "ticket.latest_comment_rich",
    "ticket.latest_comment_formatted",
    "ticket.latest_public_comment",
    "ticket.latest_public_comment_html",
    "ticket.latest_public_comment_rich",
    "ticket.latest_public_comment_formatted",
    "comment.value",
    "comment.rich",
    "comment.value_rich",
];
/// The conversation as a whole.
const WHOLE: [&str; 4] = [
    "ticket.comments",
    "ticket.public_comments",
    "ticket.comments_formatted",
    "ticket.public_comments_formatted",
];

/// A mail that names each of them, and walks through the comments.
fn body() -> String {
    let each: Vec<String> = WORDS.iter().map(|name| format!("({name}|{{{{ {name} }}}}|{name})")).collect();
    format!(
        "PROBE\n{}\n(walk|{{% for c in ticket.comments %}}<{{{{ c.author.name }}}} {{{{ c.value }}}} {{{{ c.created_at_with_time }}}}>{{% endfor %}}|walk)\n(id|{{{{ ticket.id }}}}|id)(cc|{{{{ ticket.cc_names }}}}|cc)(at|{{{{ ticket.created_at }}}}|at)",
        each.join("\n")
    )
}

/// What a mail says for a placeholder.
fn said<'m>(mail: &'m str, name: &str) -> &'m str {
    let (_, rest) = mail.split_once(&format!("({name}|")).unwrap_or_else(|| panic!("{name} in {mail}"));
    rest.split_once(&format!("|{name})")).unwrap().0
}

async fn running() -> World {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    for (to, role) in [(Recipients::RequesterAndCcs, "customer"), (Recipients::AllAgents, "staff")] {
        let mail = |subject: &str| Action::NotificationUser { to, subject: subject.to_owned(), body: body() };
        tx.add_trigger(&Trigger {
            id: TriggerId(0),
            title: "probe".to_owned(),
            position: 50,
            active: true,
            conditions: Conditions {
                all: vec![Condition {
                    field: "update_type".to_owned(),
                    operator: "is_not".to_owned(),
                    value: "nothing".to_owned(),
                }],
                any: vec![],
            },
            actions: vec![mail(&format!("probe {role}"))],
        })
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    world.engine.choose_time_zone(&world.admin, "Asia/Tokyo").await.unwrap();
    world.run();
    world
}

/// The probes of a ticket as texts, oldest first: to the customer, or to the staff.
async fn probes(world: &World, subject: &str, to: &str) -> Vec<String> {
    let ticket = world.ticket_about(subject).await.unwrap().ticket.id;
    let mut rows = world.store.outbox_of_ticket(ticket).await.unwrap();
    rows.sort_by_key(|row| row.id);
    let wanted = |row: &&store::OutboxRow| row.mail.subject == format!("probe {to}");
    rows.iter().filter(wanted).map(|row| row.mail.text.clone()).collect()
}

async fn written(world: &World, from: &str, subject: &str) -> desk::TicketId {
    world.microsoft.customer_writes(from, HELP, subject, "Buy cheap desks!").await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about(subject).await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    world.ticket_about(subject).await.unwrap().ticket.id
}

/// A first reply to a stranger that says what the stranger wrote makes the desk a relay of spam.
#[tokio::test]
async fn a_first_reply_carries_nobodys_words_and_the_staffs_mail_does() {
    let world = running().await;
    written(&world, HANA, "Desk").await;
    let [to_customer] = &probes(&world, "Desk", "customer").await[..] else { panic!("one probe") };
    for name in WORDS.iter().chain(&["walk"]) {
        assert_eq!(said(to_customer, name), "", "{name}");
    }
    assert_ne!(said(to_customer, "id"), "");
    let [to_staff] = &probes(&world, "Desk", "staff").await[..] else { panic!("one probe") };
    for name in WORDS.iter().chain(&["walk"]) {
        assert!(said(to_staff, name).contains("Buy cheap desks!"), "{name}: {to_staff}");
    }
    world.end().await.unwrap();
}

#[tokio::test]
async fn an_answer_says_what_was_said_and_notes_are_for_the_staff_alone() {
    let world = running().await;
    let ticket = written(&world, HANA, "Desk").await;
    let note = engine::Answer { text: "She is angry.".to_owned(), ..engine::Answer::default() };
    world.engine.answer(&world.admin, ticket, note).await.unwrap();
    world.answer(ticket, "It comes on Thursday.").await.unwrap();
    world.settle().await.unwrap();
    let mails = probes(&world, "Desk", "customer").await;
    let mail = mails.last().unwrap();
    assert!(!mail.contains("She is angry."), "{mail}");
    assert_eq!(said(mail, "ticket.description").trim(), "Buy cheap desks!");
    for name in
        ["ticket.latest_comment", "ticket.latest_public_comment_rich", "comment.value", "comment.rich"]
    {
        assert_eq!(said(mail, name), "It comes on Thursday.", "{name}");
    }
    for name in WHOLE {
        let whole = said(mail, name);
        let (newest, first) = (whole.find("It comes on").unwrap(), whole.find("Buy cheap").unwrap());
        assert!(newest < first, "newest first: {whole}");
        assert!(whole.contains("Ada Admin wrote:") && whole.contains(" JST, "), "{whole}");
    }
    let formatted = said(mail, "ticket.latest_comment_formatted");
    assert!(formatted.ends_with("wrote:\nIt comes on Thursday."), "{formatted}");
    let walk = said(mail, "walk");
    assert!(
        walk.starts_with("<Ada Admin It comes on Thursday. ") && walk.matches('<').count() == 2,
        "{walk}"
    );
    // The agent's own doing is not told to the agent; the note is in what the staff is told by others.
    world.microsoft.customer_writes(HANA, HELP, "Re: Desk", "Thanks").await.unwrap();
    world.end().await.unwrap();
}

/// Two machines that send each other what they were sent write without end, and ever longer.
#[tokio::test]
async fn a_machine_is_sent_what_is_new_and_no_conversation() {
    let world = running().await;
    // Machines' own mail is suspended; but an agent may write to one, and may have to.
    let raw = format!(
        "X-MS-Exchange-Organization-AuthAs: Internal\r\nFrom: Ada <ada@desk.test>\r\nTo: <{HELP}>\r\nSubject: Report\r\n\r\n#requester {ROBOT}\r\nHello\r\n"
    );
    world.microsoft.deliver(HELP, raw.into_bytes()).await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Report").await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    let ticket = world.ticket_about("Report").await.unwrap().ticket.id;
    world.answer(ticket, "Please stop.").await.unwrap();
    world.settle().await.unwrap();
    let mails = probes(&world, "Report", "customer").await;
    let mail = mails.last().unwrap();
    for name in WHOLE.iter().chain(&["walk"]) {
        assert_eq!(said(mail, name), "", "{name}");
    }
    assert_eq!(said(mail, "ticket.latest_comment"), "Please stop.");
    world.end().await.unwrap();
}
