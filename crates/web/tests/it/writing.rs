//! How mail is written, over the wire: the template's page, the time zone, links that have ended, and what an
//! agent asked for by mail.

use axum::body::Body;
use axum::http::{StatusCode, header};
use desk::behalf::{NotDone, WhyNot};
use desk::ticket::Via;
use desk::{CommentId, Status, TicketId};
use mail::{Address, Mailbox};
use store::{AuditEvent, BlobId, NewAttachment, NewComment, NewTicket};

use crate::desk::{ADMIN, AGENT, Desk, request};

const TEMPLATE: &str = "/admin/channels/email/template";

/// A ticket with a comment of an agent's that has a file.
async fn ticket(desk: &Desk) -> (TicketId, CommentId) {
    let tx = desk.store.begin(desk.engine.now()).await.unwrap();
    let who =
        Mailbox { name: "森 花子".to_owned(), address: Address::parse("hana@customer.test").unwrap() };
    let requester = tx.ensure_end_user(&who, None).await.unwrap().id;
    let new = NewTicket {
        brand: desk.store.brands().await.unwrap()[0].id,
        address: None,
        subject: "Plans".to_owned(),
        status: Status::New,
        requester,
        ccs: vec![],
        tags: vec![],
        follows: None,
        via: Via::Email,
        created_at: None,
    };
    let ticket = tx.create_ticket(&new, Some(requester)).await.unwrap().id;
    let comment = NewComment {
        ticket,
        author: desk.store.staff().await.unwrap()[0].id,
        public: true,
        text: "Here they are.".to_owned(),
        full_text: None,
        has_html: false,
        via: Via::Email,
        automatic: false,
        mail: None,
        created_at: None,
        attachments: vec![NewAttachment {
            name: "plan.zip".to_owned(),
            content_type: "application/zip".to_owned(),
            content_id: None,
            inline: false,
            size: 9_000_000,
            blob: BlobId("0".repeat(64)),
            finding: None,
        }],
    };
    let comment = tx.add_comment(&comment).await.unwrap();
    tx.commit().await.unwrap();
    (ticket, comment)
}

/// An administrator who breaks a template must learn where and what to do, in the language of the page, and keep what was typed.
#[tokio::test]
async fn a_broken_template_is_refused_with_its_line_and_what_to_do_in_each_language() {
    let desk = Desk::new().await;
    let session = desk.signed_in(ADMIN).await;
    let form = "html=one%0A%3Cp%3E%7B%7B+content%0A&text=%7B%7B+content+%7D%7D&delimiter=off";
    for (language, words) in [("en", ["line 2", "closed by"]), ("ja", ["2 行目", "閉じられているか"])]
    {
        let cookies = format!("{session}; lang={language}");
        let refused = desk.post(&format!("{TEMPLATE}?lang={language}"), &cookies, form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        let (_, problem) = page.split_once("id=\"template-problem\">").unwrap();
        let problem = problem.split("</p>").next().unwrap();
        let said = words.iter().all(|word| problem.contains(word)) && problem.contains("endif");
        assert!(said || language == "ja" && problem.contains("line 2"), "{language}: {problem}");
        assert!(
            page.contains("one\n&#60;p&#62;{{ content") || page.contains("one\n&lt;p&gt;{{ content"),
            "{page}"
        );
    }
    assert!(
        !desk.get(TEMPLATE, &session).await.text().contains("id=\"template-problem\""),
        "nothing was saved"
    );
}

/// The zone comes from the first administrator's browser, and may be changed; nonsense is refused.
#[tokio::test]
async fn the_time_zone_of_mail_comes_from_the_first_browser_and_may_be_changed() {
    let desk = Desk::new().await;
    let form = format!("email={}&password=a+long+enough+password", ADMIN.replace('@', "%40"));
    // An agent's browser sets nothing.
    let agents = form.replace("ada", "ben");
    let sign_in = async |form: &str, zone: &str| desk.post("/sign-in", &format!("tz={zone}"), form).await;
    sign_in(&agents, "Europe%2FLondon").await;
    let session = sign_in(&form, "Asia%2FTokyo").await.session().unwrap();
    let value = async || {
        let page = desk.get(TEMPLATE, &session).await.text();
        let (_, rest) = page.split_once("list=\"zones\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    assert_eq!(value().await, "Asia/Tokyo");
    // Whoever signs in later changes nothing by it.
    sign_in(&form, "America%2FNew_York").await;
    assert_eq!(value().await, "Asia/Tokyo");
    let refused = desk.post(&format!("{TEMPLATE}/zone"), &session, "time_zone=No%2FWhere").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("No/Where"), "{}", refused.text());
    let saved = desk.post(&format!("{TEMPLATE}/zone"), &session, "time_zone=Europe%2FParis").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert_eq!(value().await, "Europe/Paris");
    let agent = desk.signed_in(AGENT).await;
    let refused = desk.post(&format!("{TEMPLATE}/zone"), &agent, "time_zone=UTC").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

/// An hour's work typed above a file that is too large must not be lost with it.
#[tokio::test]
async fn an_answer_with_files_beyond_the_limit_is_refused_and_keeps_its_text() {
    let desk = Desk::new().await;
    let (ticket, _) = ticket(&desk).await;
    let session = desk.signed_in(AGENT).await;
    let text = "長い時間をかけて書いた返信です。";
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--x\r\nContent-Disposition: form-data; name=\"public\"\r\n\r\nfalse\r\n--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"big.zip\"\r\nContent-Type: application/zip\r\n\r\n"
    )
    .into_bytes();
    body.resize(body.len() + 56 * 1024 * 1024, 7);
    body.extend(b"\r\n--x--\r\n");
    let request = request("POST", &format!("/tickets/{ticket}/answer"), &session)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin");
    let refused = desk.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let page = refused.text();
    assert!(page.contains(text) && page.contains("id=\"answer-problem\""), "{page}");
    let (_, note) = page.split_once("id=\"answer-note\"").unwrap();
    assert!(note.split('>').next().unwrap().contains("checked"), "a note must not turn into a public reply");
    assert_eq!(desk.store.comments(ticket).await.unwrap().len(), 1);
}

/// A customer who comes too late learns what to do, in a language of theirs, and nothing of the file.
#[tokio::test]
async fn the_page_of_a_link_that_has_ended_says_what_to_do_in_each_language() {
    let desk = Desk::new().await;
    let (_, comment) = ticket(&desk).await;
    let tx = desk.store.begin(desk.engine.now()).await.unwrap();
    let file = tx.files_of(comment).await.unwrap()[0].id;
    // SHA-256 of "word".
    let hash = "98c1eb4ee93476743763878fcb96a25fbc9a175074d64004779ecb5242f645e6";
    tx.add_file_link(hash, file, desk.engine.now()).await.unwrap();
    tx.commit().await.unwrap();
    for (language, words) in [("en", "This link has expired"), ("ja", "有効期限")] {
        for (word, status) in [("word", StatusCode::GONE), ("other", StatusCode::NOT_FOUND)] {
            let request = request("GET", &format!("/files/{word}"), "").header("accept-language", language);
            let answered = desk.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answered.status, status);
            let page = answered.text();
            assert_eq!(page.contains(words), status == StatusCode::GONE, "{page}");
            assert!(page.contains(&format!("lang=\"{language}\"")) && !page.contains("plan.zip"), "{page}");
        }
    }
}

/// What an agent's mail asked for in vain stands at its comment, in the words of whoever reads the page.
#[tokio::test]
async fn what_was_not_done_is_explained_at_the_comment_in_each_language() {
    let desk = Desk::new().await;
    let (ticket, comment) = ticket(&desk).await;
    let line = |line: &str, why| NotDone { line: line.to_owned(), why };
    let lines =
        vec![line("#group <b>sales</b>", WhyNot::NotHere), line("佐藤 次郎", WhyNot::SenderWithoutAddress)];
    let tx = desk.store.begin(desk.engine.now()).await.unwrap();
    tx.audit(ticket, None, &AuditEvent::NotDone { comment, lines }).await.unwrap();
    tx.commit().await.unwrap();
    let session = desk.signed_in(AGENT).await;
    for (language, words) in
        [("en", ["no groups", "without an address"]), ("ja", ["グループ", "メールアドレスが含まれていない"])]
    {
        let page = desk.get(&format!("/tickets/{ticket}?lang={language}"), &session).await;
        let page = if page.status == StatusCode::SEE_OTHER {
            desk.get(&format!("/tickets/{ticket}"), &format!("{session}; lang={language}")).await
        } else {
            page
        };
        let page = page.text();
        let (_, notice) = page.split_once("not-done").unwrap();
        let notice = notice.split("</div>").next().unwrap();
        assert!(notice.contains("佐藤 次郎") && !notice.contains("<b>"), "{notice}");
        assert!(words.iter().all(|word| notice.contains(word)), "{language}: {notice}");
    }
}
