//! Agents by mail: commands and forwarded mail, from the mailbox to the ticket and back to the customer.

use desk::decide::OutcomeKind;
use desk::{Status, TicketId};
use engine::MailRules;
use testkit::World;

const HELP: &str = "help@contoso.test";
const HANA: &str = "hana@example.org";
/// The administrator whom each world has.
const ADA: &str = "ada@desk.test";

/// As Exchange stamps mail from the same organisation.
const INTERNAL: &str = "X-MS-Exchange-Organization-AuthAs: Internal\r\n";

async fn running() -> World {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world
}

async fn seen(world: &World, count: usize) {
    world.until("all seen", async || Ok(world.ledger().await?.len() >= count)).await.unwrap();
    world.settle().await.unwrap();
}

/// A mail of the agent's; `genuine`: Exchange vouches for it.
async fn agent_writes(world: &World, genuine: bool, subject: &str, headers: &str, text: &str) {
    let auth = if genuine { INTERNAL } else { "" };
    let raw = format!(
        "{auth}From: Ada <{ADA}>\r\nTo: <{HELP}>\r\nSubject: {subject}\r\n{headers}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    );
    world.microsoft.deliver(HELP, raw.into_bytes()).await.unwrap();
}

async fn to_hana(world: &World) -> Vec<String> {
    let mails = world.microsoft.outside(HANA).await.unwrap();
    let ours = mails.iter().filter(|mail| mail["from"].to_string().contains(HELP));
    ours.map(|mail| mail["mime"].as_str().unwrap().to_owned()).collect()
}

/// The token of a mail: the last thing in it.
fn token(text: &str) -> String {
    let (_, rest) = text.rsplit_once('[').unwrap();
    format!("[{}]", rest.split(']').next().unwrap())
}

/// A ticket of Hana's, and the header by which a reply to it is known.
async fn a_ticket(world: &World) -> (TicketId, String) {
    let id = world.microsoft.customer_writes(HANA, HELP, "Desk", "Where is it?").await.unwrap();
    seen(world, 1).await;
    let ticket = world.ticket_about("Desk").await.unwrap().ticket.id;
    (ticket, format!("In-Reply-To: {id}\r\n"))
}

#[tokio::test]
async fn commands_at_the_top_of_an_agents_reply_change_the_ticket_and_stay_out_of_the_customers_mail() {
    let world = running().await;
    let (ticket, thread) = a_ticket(&world).await;
    let text = "#solved\r\n#priority high\r\n#tags vip\r\n#nonsense 1\r\n\r\nIt comes on Thursday.";
    agent_writes(&world, true, "Re: Desk", &thread, text).await;
    seen(&world, 2).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.ticket.status, view.ticket.priority), (Status::Solved, Some(desk::Priority::High)));
    // Who solves a ticket that nobody has takes it.
    assert_eq!(view.ticket.assignee, Some(world.admin.person.id));
    assert_eq!(view.ticket.tags, ["vip"]);
    let comment = &view.comments[1].comment;
    assert_eq!((comment.text.as_str(), comment.public), ("It comes on Thursday.", true));
    assert!(comment.full_text.as_deref().unwrap().contains("#nonsense"), "nothing is thrown away");
    let mails = to_hana(&world).await;
    let letter = mail::read(mails[0].as_bytes());
    assert!(letter.text.contains("It comes on Thursday.") && !letter.text.contains('#'), "{}", letter.text);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_note_by_mail_reaches_no_customer() {
    let world = running().await;
    let (ticket, thread) = a_ticket(&world).await;
    let before = to_hana(&world).await.len();
    agent_writes(&world, true, "Re: Desk", &thread, "#note\r\nShe is angry.").await;
    seen(&world, 2).await;
    // By the account's rule the next one is a note as well, without being told.
    let rules = MailRules { agents_public: false, ..MailRules::default() };
    world.engine.save_mail_rules(&world.admin, rules).await.unwrap();
    agent_writes(&world, true, "Re: Desk", &thread, "Still angry.").await;
    seen(&world, 3).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert!(view.comments[1..].iter().all(|item| !item.comment.public), "{:?}", view.comments);
    assert_eq!(to_hana(&world).await.len(), before);
    world.end().await.unwrap();
}

/// The text as Japanese Outlook forwards it.
const FORWARDED: &str = "#priority urgent\r\nこのお客様、お願いします。\r\n\r\n-----Original Message-----\r\nFrom: 森 花子 <hana@example.org>\r\nSent: Monday, November 23, 2026 9:00 AM\r\nTo: Ada <ada@desk.test>\r\nCc: boss@example.org\r\nSubject: 机の納期\r\n\r\n机はいつ届きますか。\r\nお返事をお待ちしております。";

#[tokio::test]
async fn a_customers_mail_that_an_agent_forwards_becomes_the_customers_ticket() {
    let world = running().await;
    agent_writes(&world, true, "FW: =?utf-8?B?5py644Gu57SN5pyf?=", "", FORWARDED).await;
    seen(&world, 1).await;
    let row = &world.ledger().await.unwrap()[0];
    assert_eq!(
        (row.outcome, row.reason.as_deref()),
        (Some(OutcomeKind::NewTicket), Some("on_behalf")),
        "{row:?}"
    );
    let ticket = world.ticket_about("机の納期").await.unwrap().ticket.id;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.requester.email.as_str(), view.requester.name.as_str()), (HANA, "森 花子"));
    assert!(view.ccs.is_empty(), "{:?}", view.ccs);
    assert_eq!(view.ticket.priority, Some(desk::Priority::Urgent));
    assert_eq!(view.audits[0].author, Some(world.admin.person.id), "the history says who made it");
    let [first, note] = &view.comments[..] else { panic!("{:?}", view.comments) };
    assert_eq!(first.author.email.as_str(), HANA);
    assert_eq!((first.comment.public, note.comment.public), (true, false));
    assert_eq!(first.comment.text, "机はいつ届きますか。\nお返事をお待ちしております。");
    assert_eq!(
        (note.comment.text.as_str(), note.author.id),
        ("このお客様、お願いします。", world.admin.person.id)
    );
    // The receipt that she would have got by writing herself, without anybody's words.
    let mails = to_hana(&world).await;
    assert_eq!(mails.len(), 1);
    let receipt = mail::read(mails[0].as_bytes());
    assert!(
        receipt.text.contains(&format!("#{ticket}")) && !receipt.text.contains("お願いします。"),
        "{}",
        receipt.text
    );
    // Her answer comes back to it.
    let token = token(&receipt.text);
    world.microsoft.customer_writes(HANA, HELP, "Re", &format!("急いでいます。\n\n> {token}")).await.unwrap();
    seen(&world, 2).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.comments.len(), view.comments[2].author.email.as_str()), (3, HANA));
    world.end().await.unwrap();
}

#[tokio::test]
async fn nobody_else_speaks_for_a_customer() {
    let world = running().await;
    // Not vouched for; switched off; and a support address, which is never a person.
    agent_writes(&world, false, "FW: one", "", &FORWARDED.replace("机の納期", "one")).await;
    seen(&world, 1).await;
    let ours = FORWARDED.replace("hana@example.org", HELP).replace("机の納期", "two");
    agent_writes(&world, true, "FW: two", "", &ours).await;
    seen(&world, 2).await;
    let rules = MailRules { on_behalf: false, ..MailRules::default() };
    world.engine.save_mail_rules(&world.admin, rules).await.unwrap();
    agent_writes(&world, true, "FW: three", "", &FORWARDED.replace("机の納期", "three")).await;
    seen(&world, 3).await;
    for row in world.ledger().await.unwrap() {
        assert_ne!(row.reason.as_deref(), Some("on_behalf"), "{row:?}");
    }
    for row in world.tickets().await.unwrap() {
        assert_eq!(row.requester_address, ADA, "{row:?}");
    }
    assert!(to_hana(&world).await.is_empty());
    world.end().await.unwrap();
}
