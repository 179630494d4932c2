//! How mail to people is written, seen where it arrives: the template, the signature, files and their links.

use bytes::Bytes;
use desk::template::{MailTemplate, Signature};
use desk::{BrandId, TicketId};
use engine::{Answer, AnswerFile, FileBehindLink, MailRules};
use jiff::SignedDuration;
use serde_json::Value;
use testkit::World;

const HELP: &str = "help@contoso.test";
const HANA: &str = "hana@example.org";

/// A ticket of Hana's, whose receipt has arrived.
async fn a_ticket(subject: &str, text: &str) -> (World, TicketId) {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes(HANA, HELP, subject, text).await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about(subject).await.is_ok())).await.unwrap();
    world.settle().await.unwrap();
    let ticket = world.ticket_about(subject).await.unwrap().ticket.id;
    (world, ticket)
}

async fn answer(world: &World, ticket: TicketId, text: &str, files: Vec<AnswerFile>) {
    let answer = Answer { text: text.to_owned(), public: true, files, ..Answer::default() };
    world.engine.answer(&world.admin, ticket, answer).await.unwrap();
    world.settle().await.unwrap();
}

fn file(name: &str, megabytes: usize) -> AnswerFile {
    AnswerFile {
        name: name.to_owned(),
        content_type: "application/zip".to_owned(),
        content: Bytes::from(vec![7; megabytes * 1024 * 1024]),
    }
}

/// Mails of ours that reached Hana, newest first.
async fn arrived(world: &World) -> Vec<Value> {
    let mails = world.microsoft.outside(HANA).await.unwrap();
    mails.into_iter().filter(|mail| mail["from"].to_string().contains(HELP)).collect()
}

fn read(mail: &Value) -> mail::Letter {
    mail::read(mail["mime"].as_str().unwrap().as_bytes())
}

/// The token of a mail: the last thing in it.
fn token(text: &str) -> String {
    let (_, rest) = text.rsplit_once('[').unwrap();
    format!("[{}]", rest.split(']').next().unwrap())
}

/// Golden: what a Japanese customer sees, of a receipt and of an answer.
#[tokio::test]
async fn a_customer_gets_a_whole_mail_in_the_language_they_wrote_in() {
    let (world, ticket) = a_ticket("机の納期", "机はいつ届きますか。\nよろしくお願いします。").await;
    let brand = world.brand().await.unwrap();
    let signature =
        Signature { text: "{{ brand.name }} サポート\n{{ agent.name }}".to_owned(), html: String::new() };
    world.engine.save_signature(&world.admin, brand, &signature).await.unwrap();
    answer(&world, ticket, "木曜日に届きます。\n詳細: https://contoso.example/4711", Vec::new()).await;

    let mails = arrived(&world).await;
    assert_eq!(mails.len(), 2);
    let (reply, receipt) = (read(&mails[0]), read(&mails[1]));
    let token = token(&receipt.text);
    let name = &world.engine.brands(&world.admin).await.unwrap()[0].name;

    assert_eq!(receipt.subject, "【お問い合わせを受け付けました】");
    assert!(receipt.text.contains(&format!("受付番号：#{ticket}")), "{}", receipt.text);
    assert!(!receipt.text.contains("机はいつ"), "a first reply carries nobody's words: {}", receipt.text);
    assert!(!receipt.text.contains("サポート"), "nobody signs a receipt: {}", receipt.text);
    assert!(
        receipt.text.contains(&format!("このメールは {name} よりお送りしています。")),
        "{}",
        receipt.text
    );

    assert_eq!(reply.subject, "Re: 机の納期");
    let html = reply.html.clone().unwrap();
    for (what, text) in [("text", &reply.text), ("html", &html)] {
        for words in
            ["木曜日に届きます。", "https://contoso.example/4711", "机はいつ届きますか。", token.as_str()]
        {
            assert!(text.contains(words), "{words} in {what}: {text}");
        }
        assert!(text.contains(&format!("{name} サポート")), "{what}: {text}");
        assert!(text.contains(&world.admin.person.name), "{what}: {text}");
    }
    assert!(html.contains("lang=\"ja\"") && html.contains("Meiryo"), "{html}");
    // The stored text is what leaves by a mail server; Exchange makes its own of the HTML.
    let rows = world.store.outbox_of_ticket(ticket).await.unwrap();
    let text = &rows.iter().find(|row| row.mail.subject == "Re: 机の納期").unwrap().mail.text;
    let (before, quoted) = text.split_once("さんのメッセージ：\n").unwrap();
    assert_eq!(
        before.lines().take(8).collect::<Vec<_>>(),
        [
            "木曜日に届きます。",
            "詳細: https://contoso.example/4711",
            "",
            &format!("{name} サポート"),
            &world.admin.person.name,
            "",
            &format!("このメールは {name} よりお送りしています。"),
            ""
        ]
    );
    assert_eq!(quoted, format!("> 机はいつ届きますか。\n> よろしくお願いします。\n\n{token}\n"));
    world.end().await.unwrap();
}

/// A mail must leave, and its reply must come back to its ticket, whatever an administrator wrote.
#[tokio::test]
async fn the_accounts_template_stands_around_every_mail_and_a_broken_one_stops_none() {
    let (world, ticket) = a_ticket("Desk", "When?").await;
    let own = MailTemplate {
        html: "<body><h1>ACME</h1>{{ content }}</body>".to_owned(),
        text: "== ACME ==\n{{ content }}".to_owned(),
        delimiter: None,
    };
    world.engine.save_mail_template(&world.admin, &own).await.unwrap();
    answer(&world, ticket, "On Thursday.", Vec::new()).await;
    let mail = read(&arrived(&world).await[0]);
    assert!(mail.html.unwrap().contains("<h1>ACME</h1>"));
    assert!(mail.text.contains("On Thursday."), "{}", mail.text);

    let broken = MailTemplate { html: "{{ content }}\n{% if %}".to_owned(), ..own };
    let refused = world.engine.save_mail_template(&world.admin, &broken).await.unwrap_err();
    assert!(refused.to_string().contains("html line 2"), "{refused}");
    // As an older version, or a hand in the database, may have left it.
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.set_setting("mail_template", &serde_json::to_string(&broken).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(world.engine.mail_writing(&world.admin).await.unwrap().fault.is_some());
    answer(&world, ticket, "At ten o'clock.", Vec::new()).await;
    let mail = read(&arrived(&world).await[0]);
    assert!(mail.html.as_ref().unwrap().contains("pd-content"), "{:?}", mail.html);
    let audits = world.engine.ticket(&world.admin, ticket).await.unwrap().audits;
    let told = |audit: &store::Audit| matches!(&audit.event, store::AuditEvent::TemplateReplaced { fault } if fault.contains("line 2"));
    assert!(audits.iter().any(told), "{audits:?}");

    // The reply, without its threading headers, still comes back: the token was there.
    let quoted: String = mail.text.lines().map(|line| format!("> {line}\n")).collect();
    world
        .microsoft
        .customer_writes(HANA, HELP, "something else", &format!("Thanks!\n\n{quoted}"))
        .await
        .unwrap();
    world
        .until("the reply", async || Ok(world.engine.ticket(&world.admin, ticket).await?.comments.len() == 4))
        .await
        .unwrap();
    world.end().await.unwrap();
}

/// zendesk.md 6.6: of 5, 6 and 4 MB the first and the last go along; the other is a link that ends.
#[tokio::test]
async fn what_does_not_fit_is_a_link_that_expires_is_renewed_and_revoked() {
    let (world, ticket) = a_ticket("Plans", "Please send them.").await;
    let files = vec![file("a.zip", 5), file("図面 b.zip", 6), file("c.zip", 4)];
    answer(&world, ticket, "Here they are.", files).await;
    let mail = read(&arrived(&world).await[0]);
    let mut names: Vec<_> = mail.attachments.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a.zip", "c.zip"]);
    let html = mail.html.unwrap();
    assert!(html.contains("図面 b.zip</a> (6.0 MB)"), "{html}");
    let word = html.split("/files/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(word.len() >= 40, "a word that can be guessed opens files: {word}");

    let FileBehindLink::Open(found, content) = world.engine.file_behind(&word).await.unwrap() else {
        panic!()
    };
    assert_eq!((found.file.name.as_str(), content.len()), ("図面 b.zip", 6 * 1024 * 1024));
    assert!(matches!(world.engine.file_behind("0".repeat(64).as_str()).await, Err(engine::Error::NotFound)));

    let list = world.engine.linked_files(&world.admin, ticket).await.unwrap();
    assert_eq!((list.len(), list[0].links), (1, 1));
    let id = list[0].file.id;
    assert_eq!(world.engine.revoke_links(&world.admin, id).await.unwrap(), ticket);
    assert!(matches!(world.engine.file_behind(&word).await.unwrap(), FileBehindLink::Expired));
    let list = world.engine.linked_files(&world.admin, ticket).await.unwrap();
    assert!(list[0].open_until.is_none() && list[0].ended_at.is_some());
    world.engine.renew_links(&world.admin, id).await.unwrap();
    assert!(matches!(world.engine.file_behind(&word).await.unwrap(), FileBehindLink::Open(..)));
    let open = world.engine.linked_files(&world.admin, ticket).await.unwrap()[0].open_until.unwrap();
    let days = open.duration_since(world.engine.now());
    assert!(days > SignedDuration::from_hours(167) && days <= SignedDuration::from_hours(168), "{days}");

    // Expired: the last moment is over.
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    tx.renew_file_links(id, world.engine.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(world.engine.file_behind(&word).await.unwrap(), FileBehindLink::Expired));
    // No other file of the ticket has a link.
    let other = world.store.attachments(ticket).await.unwrap().into_iter().find(|f| f.id != id).unwrap();
    assert!(matches!(world.engine.renew_links(&world.admin, other.id).await, Err(engine::Error::NotFound)));
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_test_of_a_template_reaches_the_administrator_who_asked() {
    let (world, _) = a_ticket("Desk", "When?").await;
    let own = MailTemplate { text: "T {{ content }}".to_owned(), ..MailTemplate::default() };
    let to = world.engine.test_mail_template(&world.admin, &own).await.unwrap();
    assert_eq!(to, world.admin.person.email.as_str());
    world.settle().await.unwrap();
    let mails = world.microsoft.outside(&to).await.unwrap();
    let mail =
        mails.iter().find(|mail| mail["subject"].as_str().unwrap().contains("Where is my order")).unwrap();
    assert!(read(mail).html.unwrap().contains("Assembly instructions.pdf"));
    assert_eq!(world.engine.mail_writing(&world.admin).await.unwrap().template, MailTemplate::default());
    world.end().await.unwrap();
}

#[tokio::test]
async fn only_administrators_change_how_mail_is_written() {
    let world = World::new().await.unwrap();
    let mut agent = world.admin.clone();
    agent.person.role = desk::Role::Agent;
    let (engine, template) = (&world.engine, MailTemplate::default());
    let refused = [
        engine.save_mail_template(&agent, &template).await.is_err(),
        engine.reset_mail_template(&agent).await.is_err(),
        engine.save_signature(&agent, BrandId(1), &Signature::default()).await.is_err(),
        engine.save_mail_rules(&agent, MailRules::default()).await.is_err(),
        engine.mail_writing(&agent).await.is_err(),
        engine.test_mail_template(&agent, &template).await.is_err(),
        engine.preview_mail(&agent, &template, desk::Language::En).await.is_err(),
    ];
    assert_eq!(refused, [true; 7]);
    for days in [0, 91] {
        let rules = MailRules { link_days: days, ..MailRules::default() };
        assert!(engine.save_mail_rules(&world.admin, rules).await.is_err(), "{days}");
    }
    world.end().await.unwrap();
}

/// With `POSTDESK_GALLERY` naming a folder the mails are there to look at.
#[tokio::test]
async fn the_preview_is_a_whole_mail_in_each_language() {
    let world = World::new().await.unwrap();
    let brand = world.brand().await.unwrap();
    let signature =
        Signature { text: "{{ agent.name }}\n{{ brand.name }} Support".to_owned(), html: String::new() };
    world.engine.save_signature(&world.admin, brand, &signature).await.unwrap();
    let template = MailTemplate { delimiter: Some(String::new()), ..MailTemplate::default() };
    for (language, words) in [(desk::Language::En, "two desks"), (desk::Language::Ja, "注文番号 4711")] {
        let mail = world.engine.preview_mail(&world.admin, &template, language).await.unwrap();
        assert_eq!(mail.fault, None);
        for part in [&mail.html, &mail.text] {
            assert!(part.contains(words) && part.contains("/files/") && part.contains("##- "), "{part}");
            assert!(part.contains(&world.admin.person.name), "{part}");
        }
        if let Some(folder) = std::env::var_os("POSTDESK_GALLERY") {
            let file =
                |end: &str| std::path::Path::new(&folder).join(format!("mail.{}.{end}", language.as_str()));
            std::fs::write(file("html"), &mail.html).unwrap();
            std::fs::write(file("txt"), &mail.text).unwrap();
        }
    }
    // Nothing of it is kept or sent: the link in it opens nothing.
    assert!(matches!(world.engine.file_behind(&"0".repeat(64)).await, Err(engine::Error::NotFound)));
    world.end().await.unwrap();
}

/// Settings of the account used to lie in one row: of two administrators who saved at the same time one lost the signature.
#[tokio::test]
async fn signatures_of_two_brands_may_be_saved_at_once() {
    let world = World::new().await.unwrap();
    let first = world.brand().await.unwrap();
    let second = world.engine.make_brand(&world.admin, "Fabrikam").await.unwrap();
    let signed = |text: String| Signature { text, html: String::new() };
    for round in 0..12 {
        let (one, two) = (signed(format!("one {round}")), signed(format!("two {round}")));
        let (a, b) = tokio::join!(
            world.engine.save_signature(&world.admin, first, &one),
            world.engine.save_signature(&world.admin, second, &two),
        );
        a.unwrap();
        b.unwrap();
        let kept = world.engine.mail_writing(&world.admin).await.unwrap().signatures;
        let texts: Vec<_> = kept.into_iter().map(|(_, signature)| signature.text).collect();
        assert_eq!(texts, [one.text, two.text]);
    }
    world.end().await.unwrap();
}

/// What an earlier version kept in one row is still in force, and a new one replaces it.
#[tokio::test]
async fn signatures_of_an_earlier_version_stay_in_force() {
    let world = World::new().await.unwrap();
    let brand = world.brand().await.unwrap();
    let tx = world.store.begin(world.engine.now()).await.unwrap();
    let old = format!(r#"{{"{brand}":{{"text":"as it was","html":""}}}}"#);
    tx.set_setting("mail_signatures", &old).await.unwrap();
    tx.commit().await.unwrap();
    let text = async || world.engine.mail_writing(&world.admin).await.unwrap().signatures[0].1.text.clone();
    assert_eq!(text().await, "as it was");
    world.engine.save_signature(&world.admin, brand, &Signature::default()).await.unwrap();
    assert_eq!(text().await, "");
    world.end().await.unwrap();
}

/// A mail with one picture in its text.
fn with_picture(from: &str, subject: &str, headers: &str, html: &str, pictures: &[(&str, &str)]) -> Vec<u8> {
    let mut raw = format!(
        "From: <{from}>\r\nTo: <{HELP}>\r\nSubject: {subject}\r\n{headers}MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
    );
    for (id, content) in pictures {
        raw.push_str(&format!(
            "--b\r\nContent-Type: image/png; name=\"{id}.png\"\r\nContent-ID: <{id}>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}\r\n"
        ));
    }
    (raw + "--b--\r\n").into_bytes()
}

/// The customer's own screenshot, quoted below an agent's words, is no picture of the answer: it would come back to the customer as if the
/// agent had sent it.
#[tokio::test]
async fn a_picture_that_an_agents_mail_merely_quotes_is_not_sent_back() {
    let (world, _) = a_ticket("Other", "x").await;
    let theirs = with_picture(
        HANA,
        "Screen",
        "Message-ID: <screen@example.org>\r\n",
        "<p>Look:</p><img src=\"cid:shot\">",
        &[("shot", "R0lGODlhAQABAIAAAEFB")],
    );
    world.microsoft.deliver(HELP, theirs).await.unwrap();
    world.until("the ticket", async || Ok(world.ticket_about("Screen").await.is_ok())).await.unwrap();
    let ticket = world.ticket_about("Screen").await.unwrap().ticket.id;
    let headers = "X-MS-Exchange-Organization-AuthAs: Internal\r\nIn-Reply-To: <screen@example.org>\r\n";
    let html = "<p>Press here:</p><img src=\"cid:mine\"><div>On Mon, Nov 23, 2026 at 8:02 Hana &lt;hana@example.org&gt; wrote:</div><blockquote type=\"cite\"><p>Look:</p><img src=\"cid:shot\"></blockquote>";
    let ours = with_picture(
        "ada@desk.test",
        "Re: Screen",
        headers,
        html,
        &[("mine", "R0lGODlhAQABAIAAAEJC"), ("shot", "R0lGODlhAQABAIAAAEFB")],
    );
    world.microsoft.deliver(HELP, ours).await.unwrap();
    world
        .until(
            "the answer",
            async || Ok(world.engine.ticket(&world.admin, ticket).await?.comments.len() == 2),
        )
        .await
        .unwrap();
    world.settle().await.unwrap();
    let mail = arrived(&world).await.iter().map(read).find(|mail| mail.text.contains("Press here")).unwrap();
    let contents: Vec<_> = mail.attachments.iter().map(|file| file.content.as_slice()).collect();
    assert_eq!(contents, [b"GIF89a\x01\0\x01\0\x80\0\0BB"]);
    assert_eq!(mail.html.unwrap().matches("cid:").count(), 1);
    world.end().await.unwrap();
}

/// Killed at any moment, an answer is there with its mail and its link, or not at all.
#[tokio::test]
async fn a_link_is_never_without_its_mail_nor_a_mail_without_its_link() {
    let (world, ticket) = a_ticket("Plans", "Please send them.").await;
    let mut ended = 0;
    for round in 0..40_u64 {
        let answer = Answer {
            text: format!("round {round}"),
            public: true,
            files: vec![file("plan.zip", 8)],
            ..Answer::default()
        };
        let within = std::time::Duration::from_micros(1_500 * round);
        let answered = world.engine.answer(&world.admin, ticket, answer);
        ended += u32::from(tokio::time::timeout(within, answered).await.is_ok());
    }
    // One that is left to itself, so that both kinds are here.
    answer(&world, ticket, "the last", vec![file("plan.zip", 8)]).await;
    let links = world.store.file_links(ticket).await.unwrap();
    let rows = world.store.outbox_of_ticket(ticket).await.unwrap();
    let words: Vec<&str> = rows.iter().filter_map(|row| row.mail.text.split("/files/").nth(1)).collect();
    let comments = world.engine.ticket(&world.admin, ticket).await.unwrap().comments.len() - 1;
    assert_eq!((links.len(), words.len()), (comments, comments), "{ended} of 40 ended");
    assert!(comments < 41, "no answer was ever killed: this test proves nothing");
    for word in words {
        let word = word.split_whitespace().next().unwrap();
        assert!(matches!(world.engine.file_behind(word).await.unwrap(), FileBehindLink::Open(..)));
    }
    world.end().await.unwrap();
}
