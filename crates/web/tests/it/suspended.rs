//! The pages of the suspended queue: who opens them, what two people at once do to each other, and what becomes of a page
//! whose mail has moved on meanwhile.

use axum::body::Body;
use axum::http::StatusCode;
use desk::{SuspendedId, TicketId};
use engine::Actor;
use mail::Address;

use crate::desk::{ADMIN, AGENT, Answered, Desk, request};

const QUEUE: &str = "/suspended";

/// A robot's mail, which is suspended; `rest` are more headers and the text.
fn robot(number: usize, subject: &str, rest: &str) -> (String, Vec<u8>) {
    let head = format!(
        "From: Robot <robot{number}@shop.example>\r\nTo: <help@desk.test>\r\nSubject: {subject}\r\nMessage-ID: <{number}@shop.example>\r\nAuto-Submitted: auto-generated\r\n"
    );
    (format!("robot-{number}.eml"), format!("{head}{rest}").into_bytes())
}

async fn admin(desk: &Desk) -> Actor {
    let address = Address::parse(ADMIN).unwrap();
    Actor { person: desk.store.login(&address).await.unwrap().unwrap().person }
}

async fn comes(desk: &Desk, mails: Vec<(String, Vec<u8>)>) -> Vec<SuspendedId> {
    let import = desk.engine.file_import("help@desk.test").await.unwrap();
    import.take(mails).await.unwrap();
    let actor = admin(desk).await;
    let mut waiting = desk.engine.suspended(&actor).await.unwrap();
    waiting.sort_by_key(|one| one.id);
    waiting.iter().map(|one| one.id).collect()
}

async fn one(desk: &Desk) -> SuspendedId {
    comes(desk, vec![robot(1, "Nightly report", "\r\nAll is well.\r\n")]).await[0]
}

fn is_in(answered: &Answered, text: &str) -> bool {
    answered.text().contains(text)
}

/// Doors that a page of another site must not open: it would press the button with the agent's cookie.
#[tokio::test]
async fn no_other_site_recovers_deletes_or_blocks() {
    let desk = Desk::new().await;
    let id = one(&desk).await;
    let session = desk.signed_in(ADMIN).await;
    let doors = [
        ("/suspended/act".to_owned(), format!("action=recover&id={id}")),
        ("/suspended/act".to_owned(), format!("action=delete-sure&block=yes&id={id}")),
        (format!("/suspended/{id}/recover"), "allow=yes".to_owned()),
        (format!("/suspended/{id}/change"), "subject=x&address=a%40b.example&text=x".to_owned()),
        ("/admin/channels/email/senders".to_owned(), "action=save&anyone=yes".to_owned()),
    ];
    for (path, form) in &doors {
        let cross = request("POST", path, &session)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site");
        let answered = desk.send(cross.body(Body::from(form.clone())).unwrap()).await;
        assert_eq!(answered.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(desk.store.suspended_one(id).await.is_ok(), "nothing has happened to it");
    assert_eq!(desk.get(&format!("/suspended/{id}/recover"), &session).await.status, 405);
}

/// Agents work on the queue; whom the desk trusts for good is for administrators, and the page offers nothing else.
#[tokio::test]
async fn an_agent_recovers_and_deletes_but_changes_no_list() {
    let desk = Desk::new().await;
    let ids = comes(&desk, (1..=4).map(|n| robot(n, "Report", "\r\nFine.\r\n")).collect()).await;
    let agent = desk.signed_in(AGENT).await;
    let page = desk.get(&format!("{QUEUE}/{}", ids[0]), &agent).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!is_in(&page, "name=\"allow\"") && !is_in(&page, "name=\"block\""), "no button that refuses");
    assert!(!is_in(&desk.get(QUEUE, &agent).await, "/admin/channels/email/senders"));

    let refused = desk.post(&format!("{QUEUE}/{}/recover", ids[0]), &agent, "allow=yes").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused =
        desk.post("/suspended/act", &agent, &format!("action=delete-sure&block=yes&id={}", ids[0])).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(desk.store.suspended_one(ids[0]).await.is_ok(), "what was refused has not happened by half");

    let recovered = desk.post(&format!("{QUEUE}/{}/recover", ids[1]), &agent, "").await;
    assert!(recovered.header("location").starts_with("/tickets/"), "{}", recovered.text());
    let sure =
        desk.post("/suspended/act", &agent, &format!("action=delete&id={}&id={}", ids[2], ids[3])).await;
    assert!(sure.status == StatusCode::OK && desk.store.suspended_one(ids[2]).await.is_ok(), "asked first");
    let deleted =
        desk.post("/suspended/act", &agent, &format!("action=delete-sure&id={}&id={}", ids[2], ids[3])).await;
    assert_eq!(deleted.header("location"), "/suspended?deleted=2");
    assert!(desk.store.suspended_one(ids[2]).await.is_err());
}

/// Whatever stands in an address or a form: an answer in words, never a failure of ours.
#[tokio::test]
async fn bad_ids_and_forms_are_answered_and_change_nothing() {
    let desk = Desk::new().await;
    let id = one(&desk).await;
    let session = desk.signed_in(ADMIN).await;
    for path in ["987654", "0", "-1", "99999999999999999999", "x", "1%00", "1/files/9", "1/files/x/inline"] {
        let answered = desk.get(&format!("{QUEUE}/{path}"), &session).await;
        assert!(
            matches!(answered.status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST),
            "{path}: {}",
            answered.status
        );
    }
    for query in ["page=0", "page=99999999999", "cause=nonsense&sort=nonsense", "q=%25_%5C", "q=%00"] {
        let answered = desk.get(&format!("{QUEUE}?{query}"), &session).await;
        assert_eq!(answered.status, StatusCode::OK, "{query}");
    }
    for form in ["", "action=recover", "action=nonsense&id=1", "action=recover&id=x&id=", "id=1"] {
        let answered = desk.post("/suspended/act", &session, form).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{form}");
    }
    let none = desk.post("/suspended/act", &session, "action=recover").await;
    assert!(is_in(&desk.get(none.header("location"), &session).await, "No mail was marked"));
    for (form, said) in [
        ("subject=x&address=nonsense&text=x", "This is not a mail address."),
        ("subject=x&address=a%40b.example&text=+", "The text must not be empty."),
    ] {
        let answered = desk.post(&format!("{QUEUE}/{id}/change"), &session, form).await;
        assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(is_in(&answered, said) && is_in(&answered, "value=\"x\""), "what was typed stays: {form}");
    }
    assert!(desk.store.suspended_one(id).await.is_ok());
}

/// Two agents look at the same mail. One comes first; the other is told, and there is one ticket.
#[tokio::test]
async fn of_two_who_recover_one_mail_one_is_led_to_the_ticket_and_the_other_is_told() {
    let desk = Desk::new().await;
    let id = one(&desk).await;
    let (ada, ben) = (desk.signed_in(ADMIN).await, desk.signed_in(AGENT).await);
    let path = format!("{QUEUE}/{id}/recover");
    let (first, second) = tokio::join!(desk.post(&path, &ada, ""), desk.post(&path, &ben, ""));
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
    assert!(desk.store.ticket(TicketId(1)).await.is_ok() && desk.store.ticket(TicketId(2)).await.is_err());
    let late = desk.get(&format!("{QUEUE}/{id}"), &ben).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    let many = desk.post("/suspended/act", &ben, &format!("action=recover&id={id}")).await;
    assert_eq!(many.header("location"), "/suspended?recovered=0&failed=1");
}

/// Recovered here and deleted there at the same moment: one of both happened, and the ledger says which.
#[tokio::test]
async fn a_mail_is_recovered_or_deleted_and_never_both() {
    let desk = Desk::new().await;
    let id = one(&desk).await;
    let (ada, ben) = (desk.signed_in(ADMIN).await, desk.signed_in(AGENT).await);
    let row = desk.store.suspended_one(id).await.unwrap().what.ledger;
    let (path, form) = (format!("{QUEUE}/{id}/recover"), format!("action=delete-sure&id={id}"));
    let (recovered, deleted) =
        tokio::join!(desk.post(&path, &ada, ""), desk.post("/suspended/act", &ben, &form));
    let recovered = recovered.status == StatusCode::SEE_OTHER;
    let deleted = deleted.header("location") == "/suspended?deleted=1";
    assert!(recovered != deleted, "recovered: {recovered}, deleted: {deleted}");
    let row = desk.store.ledger_row(row).await.unwrap();
    assert_eq!(row.ticket.is_some(), recovered);
    assert_eq!(row.later.unwrap().what.as_str(), if recovered { "recovered" } else { "deleted" });
}

/// The page stands open while the mail's time runs out: the button answers in words, and nothing comes back to life.
#[tokio::test]
async fn a_mail_that_was_forgotten_while_its_page_was_open_is_gone() {
    let desk = Desk::new().await;
    let id = one(&desk).await;
    let session = desk.signed_in(ADMIN).await;
    let page = desk.get(&format!("{QUEUE}/{id}"), &session).await;
    assert!(is_in(&page, "If nothing is done, it leaves this list:"), "the page says until when");
    let tx = desk.store.begin(desk.engine.now()).await.unwrap();
    let gone = tx.unsuspend(id).await.unwrap();
    tx.note_later(gone.what.ledger, store::Afterwards::Expired, None, None).await.unwrap();
    tx.commit().await.unwrap();
    for path in ["recover", "change"] {
        let form = "subject=x&address=a%40b.example&text=x";
        let answered = desk.post(&format!("{QUEUE}/{id}/{path}"), &session, form).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["", "/body", "/original", "/files/0"] {
        assert_eq!(desk.get(&format!("{QUEUE}/{id}{path}"), &session).await.status, 404, "{path}");
    }
    assert!(desk.store.ticket(TicketId(1)).await.is_err());
}

/// What a stranger sent is shown by nothing that runs, and downloaded by its own name.
#[tokio::test]
async fn what_a_suspended_mail_holds_is_text_or_a_download() {
    let desk = Desk::new().await;
    let rest = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><p onclick=x>hello</p><img src=\"https://evil.example/p.png\">\r\n--b\r\nContent-Type: text/html; name=\"a.html\"\r\nContent-Disposition: attachment; filename=\"a.html\"\r\n\r\n<script>alert(2)</script>\r\n--b--\r\n";
    let id = comes(&desk, vec![robot(1, "<script>alert(0)</script>", rest)]).await[0];
    let session = desk.signed_in(AGENT).await;
    let page = desk.get(&format!("{QUEUE}/{id}"), &session).await;
    let list = desk.get(QUEUE, &session).await;
    assert!(!is_in(&page, "<script>alert") && !is_in(&list, "<script>alert"));
    let body = desk.get(&format!("{QUEUE}/{id}/body"), &session).await;
    let html = body.text();
    assert!(html.contains("hello") && !html.contains("alert") && !html.contains(" src=\"https:"), "{html}");
    assert!(body.header("content-security-policy").contains("default-src 'none'"), "{:?}", body.headers);
    let file = desk.get(&format!("{QUEUE}/{id}/files/0"), &session).await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment"), "{:?}", file.headers);
}

/// A spreadsheet takes `=…` for a formula; a stranger's subject is none.
#[tokio::test]
async fn the_queue_as_a_table_holds_every_mail_and_no_formula() {
    let desk = Desk::new().await;
    comes(&desk, vec![robot(1, "=HYPERLINK(1)", "\r\nx\r\n"), robot(2, "会議", "\r\ny\r\n")]).await;
    let answered = desk.get("/suspended/export.csv", &desk.signed_in(AGENT).await).await;
    let text = answered.text();
    assert!(answered.header("content-type").starts_with("text/csv"), "{:?}", answered.headers);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains(",'=HYPERLINK(1),") && text.contains(",会議,"), "{text}");
}

/// Blocked from the page of the mail: the sender stands on the blocklist and no more on the allowlist, and the mail is gone.
#[tokio::test]
async fn a_sender_is_blocked_from_the_page_of_the_mail() {
    let desk = Desk::new().await;
    let id = one(&desk).await;
    let session = desk.signed_in(ADMIN).await;
    let robot = Address::parse("robot1@shop.example").unwrap();
    let ada = admin(&desk).await;
    desk.engine.always_allow(&ada, &robot).await.unwrap();
    let sure = desk.post("/suspended/act", &session, &format!("action=delete&block=yes&id={id}")).await;
    assert!(is_in(&sure, "robot1@shop.example"), "the page asks first, and names whom");
    assert_eq!(desk.engine.sender_policy(&ada).await.unwrap().block, "");
    let done = desk.post("/suspended/act", &session, &format!("action=delete-sure&block=yes&id={id}")).await;
    assert_eq!(done.header("location"), "/suspended?deleted=1&blocked=robot1%40shop.example");
    let policy = desk.engine.sender_policy(&ada).await.unwrap();
    assert_eq!((policy.allow.as_str(), policy.block.as_str()), ("", "robot1@shop.example"));
    assert!(desk.store.suspended_one(id).await.is_err());
}

/// Two administrators have the rules open. The second does not write over what the first saved, and loses nothing typed.
#[tokio::test]
async fn of_two_who_change_the_rules_the_second_is_shown_what_the_first_saved() {
    const HERE: &str = "/admin/channels/email/senders";
    let desk = Desk::new().await;
    let session = desk.signed_in(ADMIN).await;
    let page = desk.get(HERE, &session).await.text();
    let seen = |page: &str| {
        let rest = page.split_once("name=\"seen\" value=\"").unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    let form =
        |block: &str, seen: &str| format!("action=save&anyone=yes&retention=14&block={block}&seen={seen}");
    let first = desk.post(HERE, &session, &form("first.example", &seen(&page))).await;
    assert_eq!(first.header("location"), format!("{HERE}?done=saved"));
    let second = desk.post(HERE, &session, &form("second.example", &seen(&page))).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    let shown = second.text();
    assert!(shown.contains("first.example") && shown.contains("second.example"), "{shown}");
    let ada = admin(&desk).await;
    assert_eq!(desk.engine.sender_policy(&ada).await.unwrap().block, "first.example");
    let both = desk.post(HERE, &session, &form("first.example+second.example", &seen(&shown))).await;
    assert_eq!(both.header("location"), format!("{HERE}?done=saved"));
    assert_eq!(desk.engine.sender_policy(&ada).await.unwrap().block, "first.example second.example");
}

/// Nobody who asks "what became of my mail?" is left without an answer: refused mail is found by its sender, with the reason in words.
#[tokio::test]
async fn refused_mail_is_found_in_the_mail_log_with_its_reason() {
    let desk = Desk::new().await;
    let ada = admin(&desk).await;
    let policy = desk::admission::Policy { block: "reject:shop.example".to_owned(), ..Default::default() };
    desk.engine.save_sender_policy(&ada, &policy).await.unwrap();
    let import = desk.engine.file_import("help@desk.test").await.unwrap();
    let other = ("b".to_owned(), b"From: <ann@else.example>\r\nSubject: Other\r\n\r\nHello\r\n".to_vec());
    import.take(vec![robot(7, "Refused", "\r\nx\r\n"), other]).await.unwrap();
    let session = desk.signed_in(ADMIN).await;
    let log = "/admin/channels/email/mail-log";
    for query in ["q=ROBOT7%40shop", "q=refused", "outcome=rejected"] {
        let page = desk.get(&format!("{log}?{query}"), &session).await;
        assert!(is_in(&page, "robot7@shop.example") && !is_in(&page, "ann@else.example"), "{query}");
        assert!(is_in(&page, "The sender is on the blocklist"), "{query}");
    }
    assert!(is_in(&desk.get(&format!("{log}?q=nobody"), &session).await, "No message fits the filter."));
    let replay = format!(
        "{log}/{}/replay",
        desk.store.ledger(&store::LedgerQuery { limit: 9, ..Default::default() }).await.unwrap()[1].id
    );
    assert!(is_in(&desk.get(&replay, &session).await, "The sender is on the blocklist"));
    // The language that is chosen stays, so this comes last.
    let ja = desk.get(&format!("{log}?q=robot7&lang=ja"), &session).await;
    assert!(is_in(&ja, "ブロックリスト"), "{}", ja.text());
}
