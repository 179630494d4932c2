//! The very bytes that leave, by a mail server and by Exchange: what a Japanese customer's mail program has to make sense of, and that
//! nothing people write can add to them.

use base64::Engine as _;
use bytes::Bytes;
use desk::{Language, Role, TicketId};
use engine::{Answer, AnswerFile, Invitation, NewForwarding};
use store::ConnectionState;
use testkit::world::{Database, quick};
use testkit::{Post, World};

const HELP: &str = "help@contoso.test";
const HANA: &str = "hana@example.org";
const BOSS: &str = "boss@example.org";
/// The administrator whom each world has.
const ADA: &str = "ada@desk.test";

/// Letters that the old Japanese encodings lack, a picture of one, half-width kana, and a line of 200 characters.
fn words() -> String {
    format!(
        "髙橋様\n\nお世話になっております。㈱サンプルの①番窓口です。🎉 ﾊﾝｶｸ ｶﾅ\n{}\n\n・木曜日 → https://contoso.example/orders/4711?a=1&b=2\n| 品名 | 数量 |\n\nよろしくお願いいたします。",
        "とても長い一行です。".repeat(20)
    )
}

fn file(name: &str) -> AnswerFile {
    AnswerFile {
        name: name.to_owned(),
        content_type: "application/octet-stream".to_owned(),
        content: Bytes::from(vec![7; 300]),
    }
}

fn word(text: &str) -> String {
    format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(text))
}

/// A customer's mail with these names and this subject, each in pieces short enough for a header.
fn asked(name: &str, subject: &str) -> String {
    let letters: Vec<char> = subject.chars().collect();
    let subject: Vec<String> =
        letters.chunks(10).map(|part| word(&part.iter().collect::<String>())).collect();
    format!(
        "From: {} <{HANA}>\r\nTo: <{HELP}>\r\nCc: {} <{BOSS}>\r\nMessage-ID: <first@example.org>\r\nSubject: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n机はいつ届きますか。\r\n\r\n森 花子\r\n",
        word(name),
        word(name),
        subject.join("\r\n ")
    )
}

async fn by_server() -> (World, Post) {
    let (post, settings) = Post::beside(quick()).await.unwrap();
    let mut world = World::on(Database::chosen().unwrap(), settings).await.unwrap();
    post.open(&world.engine);
    world.run();
    let new = NewForwarding { address: HELP.to_owned(), name: "サポート窓口".to_owned(), brand: None };
    let address = world.engine.make_forwarding(&world.admin, &new).await.unwrap();
    post.forward(HELP);
    world.engine.verify_forwarding(&world.admin, address.id).await.unwrap();
    let is_verified = async || {
        Ok(world.store.support_address(address.id).await?.connection.state == ConnectionState::Verified)
    };
    world.until("verified", is_verified).await.unwrap();
    (world, post)
}

async fn answered(world: &World, text: &str, files: Vec<AnswerFile>) -> TicketId {
    world.until("the ticket", async || Ok(world.tickets().await?.len() == 1)).await.unwrap();
    world.settle().await.unwrap();
    let ticket = world.tickets().await.unwrap()[0].ticket.id;
    let answer = Answer { text: text.to_owned(), public: true, files, ..Answer::default() };
    world.engine.answer(&world.admin, ticket, answer).await.unwrap();
    world.settle().await.unwrap();
    ticket
}

/// The names of a mail's own header fields, without what the servers on the way wrote above them.
fn fields(raw: &str) -> Vec<String> {
    let head = raw.split("\r\n\r\n").next().unwrap();
    let own = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let name = |line: &str| line.split(':').next().unwrap().to_ascii_lowercase();
    own.map(name).filter(|name| name != "return-path" && name != "received").collect()
}

/// Each header is there for a reason: an agent's answer is written by a person and says nothing that machines use, or other desks would
/// put it aside; a rule's mail says that nobody need answer it. There is no `Reply-To`, for the answer goes where the mail came from.
#[tokio::test]
async fn an_answer_by_a_mail_server_has_these_headers_and_short_lines_and_no_others() {
    let (world, post) = by_server().await;
    world.engine.choose_time_zone(&world.admin, "Asia/Tokyo").await.unwrap();
    let subject = "とても長い件名です。".repeat(30);
    post.customer_sends(HANA, HELP, &asked("森 花子（営業部）", &subject)).await.unwrap();
    let names = ["御見積書（株式会社サンプル御中）2026年11月分_最終版.xlsx", "①㈱髙.pdf", "plain.txt"];
    answered(&world, &words(), names.map(file).into()).await;
    let mails = post.raw(HANA);
    let texts: Vec<&str> = mails.iter().map(|raw| std::str::from_utf8(raw).unwrap()).collect();
    let [receipt, answer] = &texts[..] else { panic!("{} mails", texts.len()) };
    let of_answer = [
        "from",
        "to",
        "subject",
        "message-id",
        "x-postdesk-outbox",
        "cc",
        "in-reply-to",
        "references",
        "date",
        "mime-version",
        "content-type",
    ];
    assert_eq!(fields(answer), of_answer);
    let mut of_receipt = of_answer.to_vec();
    of_receipt.splice(8..8, ["auto-submitted", "x-auto-response-suppress", "precedence"]);
    assert_eq!(fields(receipt), of_receipt);
    for raw in &texts {
        assert!(raw.is_ascii() && raw.split("\r\n").all(|line| line.len() <= 78), "{raw}");
    }
    let letter = mail::read(answer.as_bytes());
    let mut read: Vec<&str> = letter.attachments.iter().map(|file| file.name.as_str()).collect();
    let mut names = names;
    read.sort_unstable();
    names.sort_unstable();
    assert_eq!(read, names);
    assert!(letter.subject.starts_with("Re: とても長い件名です。"), "{}", letter.subject);
    assert_eq!(letter.cc[0].address.as_str(), BOSS);
    assert!(letter.text.starts_with(&words()), "{}", letter.text);
    assert!(!letter.text.contains("\n\n\n"), "{}", letter.text);
    // Dates as the customer reads them.
    assert!(letter.text.contains(" さんのメッセージ：") && !letter.text.contains("UTC"), "{}", letter.text);
    world.end().await.unwrap();
}

/// The same answer by Exchange: what its Sent Items and the customer have.
#[tokio::test]
async fn an_answer_by_exchange_arrives_with_the_same_words_names_and_files() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.deliver(HELP, asked("森 花子（営業部）", "ご注文①の件㈱").into_bytes()).await.unwrap();
    answered(&world, &words(), vec![file("①㈱髙.pdf")]).await;
    let mails = world.microsoft.outside(HANA).await.unwrap();
    let raw = mails
        .iter()
        .map(|mail| mail["mime"].as_str().unwrap())
        .find(|raw| raw.contains("X-MS-Has-Attach: yes"));
    let letter = mail::read(raw.unwrap().as_bytes());
    assert_eq!(letter.subject, "Re: ご注文①の件㈱");
    let html = letter.html.clone().unwrap();
    for words in ["㈱サンプルの①番窓口です。🎉 ﾊﾝｶｸ ｶﾅ", "lang=\"ja\"", "<meta charset=\"utf-8\">", "Meiryo"]
    {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert_eq!(letter.attachments[0].name, "①㈱髙.pdf");
    let sent = world.mailbox(HELP, "sentitems").await.unwrap();
    assert!(sent.iter().any(|mail| mail["subject"] == "Re: ご注文①の件㈱"), "{sent:?}");
    world.end().await.unwrap();
}

/// Of a short answer the list of mails shows its beginning, and what follows is not our token: no customer should ask what it means.
#[tokio::test]
async fn the_token_is_not_shown_beside_the_subject_of_a_short_mail() {
    let mut world = World::new().await.unwrap();
    world.connect(HELP, false).await.unwrap();
    world.run();
    world.microsoft.customer_writes(HANA, HELP, "Desk", "?").await.unwrap();
    answered(&world, "Yes.", Vec::new()).await;
    let sent = world.mailbox(HELP, "sentitems").await.unwrap();
    assert!(!sent.is_empty());
    for mail in &sent {
        let preview = mail["preview"].as_str().unwrap();
        assert!(!preview.contains("[PD-"), "{preview}");
    }
    // It is in the mail all the same.
    let mails = world.microsoft.outside(HANA).await.unwrap();
    let ours: Vec<_> = mails.iter().filter(|mail| mail["from"].to_string().contains(HELP)).collect();
    assert_eq!(ours.len(), 2);
    for mail in ours {
        let html = mail::read(mail["mime"].as_str().unwrap().as_bytes()).html.unwrap();
        assert!(html.contains("[PD-"), "{html}");
    }
    world.end().await.unwrap();
}

/// Every door a text comes in by, and every kind of mail that goes out: names of customers, brands, addresses, agents and files,
/// subjects, templates and signatures; answers, receipts, notifications, invitations, alarms and tests.
#[tokio::test]
async fn nothing_that_people_write_adds_a_header_or_a_recipient_to_any_mail() {
    const EVIL: &str =
        "x\r\nBcc: victim@example.com\r\nX-Evil: 1\r\n\r\n<b>\u{2028}Bcc: victim@example.com\0";
    let (world, post) = by_server().await;
    let engine = &world.engine;
    // What is refused at the door is as good; what is let in must do no harm.
    let brand = world.brand().await.unwrap();
    let _ = engine.make_brand(&world.admin, EVIL).await;
    let signature = desk::template::Signature { text: EVIL.to_owned(), html: EVIL.to_owned() };
    engine.save_signature(&world.admin, brand, &signature).await.unwrap();
    let template = desk::template::MailTemplate {
        text: format!("{EVIL}\n{{{{ content }}}}"),
        html: format!("{EVIL}<p>{{{{ content }}}}</p>"),
        delimiter: None,
    };
    engine.save_mail_template(&world.admin, &template).await.unwrap();
    post.customer_sends(HANA, HELP, &asked(EVIL, EVIL)).await.unwrap();
    let mut agent = world.admin.clone();
    agent.person.name = EVIL.to_owned();
    world.until("the ticket", async || Ok(world.tickets().await?.len() == 1)).await.unwrap();
    let ticket = world.tickets().await.unwrap()[0].ticket.id;
    let mut evil = file(EVIL);
    EVIL.clone_into(&mut evil.content_type);
    let answer = Answer { text: EVIL.to_owned(), public: true, files: vec![evil], ..Answer::default() };
    engine.answer(&agent, ticket, answer).await.unwrap();
    let invitation = Invitation {
        name: EVIL.to_owned(),
        address: "new@desk.test".to_owned(),
        role: Role::Agent,
        language: Language::Ja,
    };
    engine.invite(&agent, &invitation).await.unwrap();
    engine.test_alarm(&agent).await.unwrap();
    engine.test_mail_template(&agent, &template).await.unwrap();
    world.settle().await.unwrap();
    let mut seen = 0;
    for address in [HANA, BOSS, ADA, "new@desk.test"] {
        for raw in post.raw(address) {
            seen += 1;
            let text = String::from_utf8(raw).unwrap();
            for name in fields(&text) {
                let known = [
                    "from",
                    "to",
                    "cc",
                    "subject",
                    "message-id",
                    "x-postdesk-outbox",
                    "in-reply-to",
                    "references",
                    "auto-submitted",
                    "x-auto-response-suppress",
                    "precedence",
                    "date",
                    "mime-version",
                    "content-type",
                    "content-transfer-encoding",
                ];
                assert!(known.contains(&name.as_str()), "{name} in a mail to {address}: {text}");
            }
            let letter = mail::read(text.as_bytes());
            for person in letter.to.iter().chain(&letter.cc) {
                assert!([HANA, BOSS, ADA, "new@desk.test"].contains(&person.address.as_str()), "{person:?}");
            }
            let bare = text.replace("\r\n", "");
            assert!(!bare.contains(['\r', '\n', '\0']), "a bare line end: {text}");
        }
    }
    assert!(seen >= 7, "receipts, answers, notifications, invitation, alarm and test: {seen}");
    assert!(post.raw("victim@example.com").is_empty());
    world.end().await.unwrap();
}
