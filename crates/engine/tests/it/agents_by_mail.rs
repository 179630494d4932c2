//! Agents by mail: commands and forwarded mail, from the mailbox to the ticket and back to the customer.

use desk::behalf::WhyNot;
use desk::decide::OutcomeKind;
use desk::{Status, TicketId};
use engine::MailRules;
use testkit::World;

use crate::scene::{ADA, HELP, INTERNAL, running, seen};

const HANA: &str = "hana@example.org";

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

fn not_done(view: &engine::TicketView) -> Vec<(String, WhyNot)> {
    let of = |audit: &store::Audit| match &audit.event {
        store::AuditEvent::NotDone { lines, .. } => {
            lines.iter().map(|line| (line.line.clone(), line.why)).collect()
        }
        _ => Vec::new(),
    };
    view.audits.iter().flat_map(of).collect()
}

/// An agent who is not told believes that it was done.
#[tokio::test]
async fn what_was_not_done_is_told_at_the_comment() {
    let world = running().await;
    let (ticket, thread) = a_ticket(&world).await;
    let text = "#group sales\r\n#assignee nobody@else.example\r\n#priority high\r\n\r\nIt comes.";
    agent_writes(&world, true, "Re: Desk", &thread, text).await;
    seen(&world, 2).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!(view.ticket.priority, Some(desk::Priority::High));
    assert_eq!(
        not_done(&view),
        [
            ("#group sales".to_owned(), WhyNot::NotHere),
            ("#assignee nobody@else.example".to_owned(), WhyNot::NoSuchAgent)
        ]
    );
    let told = view.audits.iter().find_map(|audit| match &audit.event {
        store::AuditEvent::NotDone { comment, .. } => Some(*comment),
        _ => None,
    });
    assert_eq!(told, Some(view.comments[1].comment.id));
    assert!(to_hana(&world).await.iter().all(|mail| !mail.contains("sales")), "customers are not told");
    world.end().await.unwrap();
}

/// Outlook writes nothing but HTML and puts an empty line between two lines; what it quotes orders nothing.
#[tokio::test]
async fn commands_are_read_from_html_and_never_from_what_is_quoted() {
    let world = running().await;
    let (ticket, thread) = a_ticket(&world).await;
    let html = async |text: &str| {
        let raw = format!(
            "{INTERNAL}From: Ada <{ADA}>\r\nTo: <{HELP}>\r\nSubject: Re: Desk\r\n{thread}MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{text}\r\n"
        );
        world.microsoft.deliver(HELP, raw.into_bytes()).await.unwrap();
    };
    html("<div class=\"WordSection1\"><p class=\"MsoNormal\">お疲れ様です。<o:p></o:p></p><p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p><p class=\"MsoNormal\">＃status　pending<o:p></o:p></p><p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p><p class=\"MsoNormal\">#tags vip<o:p></o:p></p><p class=\"MsoNormal\">木曜日に届きます。<o:p></o:p></p></div>").await;
    seen(&world, 2).await;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.ticket.status, view.ticket.tags.as_slice()), (Status::Pending, &["vip".to_owned()][..]));
    let text = &view.comments[1].comment.text;
    assert!(
        text.contains("お疲れ様です。") && text.contains("木曜日に届きます。") && !text.contains("status"),
        "{text}"
    );
    html("<div>Thanks</div><div>On Mon, Nov 23, 2026 at 8:02 Hana &lt;hana@example.org&gt; wrote:</div><blockquote type=\"cite\">#solved</blockquote>").await;
    seen(&world, 3).await;
    assert_eq!(world.engine.ticket(&world.admin, ticket).await.unwrap().ticket.status, Status::Pending);
    // A customer's are words.
    world.microsoft.customer_writes(HANA, HELP, "Other", "#solved\nplease").await.unwrap();
    seen(&world, 4).await;
    let other = world.ticket_about("Other").await.unwrap().ticket.id;
    let view = world.engine.ticket(&world.admin, other).await.unwrap();
    assert_eq!(view.ticket.status, Status::New);
    assert!(view.comments[0].comment.text.starts_with("#solved"), "{:?}", view.comments[0].comment.text);
    assert!(not_done(&view).is_empty());
    world.end().await.unwrap();
}

/// Passed on as a file, with the files and pictures of the mail inside; and one of which only a name is known.
#[tokio::test]
async fn a_mail_forwarded_as_a_file_is_the_customers_and_a_name_alone_is_explained() {
    let world = running().await;
    let inner = format!(
        "From: =?utf-8?B?5qOuIOiKseWtkA==?= <{HANA}>\r\nTo: <{ADA}>\r\nSubject: inside\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nIt is broken.\r\n--i\r\nContent-Type: image/png; name=shot.png\r\nContent-Disposition: attachment; filename=shot.png\r\n\r\nPNG\r\n--i--\r\n"
    );
    let raw = format!(
        "{INTERNAL}From: Ada <{ADA}>\r\nTo: <{HELP}>\r\nSubject: FW: inside\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: text/plain\r\n\r\n#priority low\r\nplease handle\r\n--o\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n{inner}\r\n--o--\r\n"
    );
    world.microsoft.deliver(HELP, raw.into_bytes()).await.unwrap();
    seen(&world, 1).await;
    let ticket = world.ticket_about("inside").await.unwrap().ticket.id;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!((view.requester.email.as_str(), view.requester.name.as_str()), (HANA, "森 花子"));
    assert_eq!(view.comments[0].comment.text.trim(), "It is broken.");
    assert_eq!(view.comments[1].comment.text, "please handle");
    assert!(!view.comments[0].files.is_empty(), "the mail inside is there, with its files");
    // Outlook names colleagues without an address.
    let text = "見てください\r\n\r\n差出人: 佐藤 次郎\r\n送信日時: 2026年11月23日 8:02\r\n宛先: Ada\r\n件名: name\r\n\r\n動きません。";
    agent_writes(&world, true, "FW: name", "", text).await;
    seen(&world, 2).await;
    let ticket = world.ticket_about("FW: name").await.unwrap().ticket.id;
    let view = world.engine.ticket(&world.admin, ticket).await.unwrap();
    assert_eq!(view.requester.email.as_str(), ADA);
    assert_eq!(not_done(&view), [("佐藤 次郎".to_owned(), WhyNot::SenderWithoutAddress)]);
    world.end().await.unwrap();
}
