//! The agent workspace over the wire: list, page, answer, files.

use axum::body::Body;
use axum::http::{StatusCode, header};
use desk::ticket::Via;
use desk::{PersonId, Status, TicketId};
use mail::{Address, Mailbox};
use store::{NewComment, NewTicket};

use crate::desk::{AGENT, Answered, Desk, request};

const SUBJECT: &str = "返品について <b>急ぎ</b>";

/// A ticket that came by mail, without a mailbox behind it.
async fn ticket(desk: &Desk) -> (TicketId, PersonId) {
    let tx = desk.store.begin(desk.engine.now()).await.unwrap();
    let who =
        Mailbox { name: "山田 太郎".to_owned(), address: Address::parse("taro@customer.test").unwrap() };
    let requester = tx.ensure_end_user(&who, None).await.unwrap().id;
    let brand = desk.store.brands().await.unwrap()[0].id;
    let new = NewTicket {
        brand,
        address: None,
        subject: SUBJECT.to_owned(),
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
        author: requester,
        public: true,
        text: "Hello <script>alert(1)</script>\nsecond line".to_owned(),
        full_text: None,
        has_html: false,
        via: Via::Email,
        automatic: false,
        mail: None,
        created_at: None,
        attachments: vec![],
    };
    tx.add_comment(&comment).await.unwrap();
    tx.commit().await.unwrap();
    (ticket, requester)
}

async fn answer(
    desk: &Desk,
    ticket: TicketId,
    session: &str,
    fields: &[(&str, &str)],
    file: Option<(&str, &str)>,
) -> Answered {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    if let Some((name, content)) = file {
        body.push_str(&format!("--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n{content}\r\n"));
    }
    body.push_str("--x--\r\n");
    let request = request("POST", &format!("/tickets/{ticket}/answer"), session)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin");
    desk.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn what_customers_write_is_text_and_never_markup() {
    let desk = Desk::new().await;
    let (ticket, _) = ticket(&desk).await;
    let session = desk.signed_in(AGENT).await;
    let list = desk.get("/tickets", &session).await.text();
    assert!(
        list.contains("返品について &#60;b&#62;急ぎ") || list.contains("返品について &lt;b&gt;急ぎ"),
        "{list}"
    );
    let page = desk.get(&format!("/tickets/{ticket}"), &session).await.text();
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(page.contains("second line"));
}

#[tokio::test]
async fn an_internal_note_with_a_file_and_a_status_is_kept_once_however_often_it_is_sent() {
    let desk = Desk::new().await;
    let (ticket, _) = ticket(&desk).await;
    let session = desk.signed_in(AGENT).await;
    let fields = [
        ("text", "Checked with billing."),
        ("public", "false"),
        ("status", "pending"),
        ("assignee", ""),
        ("form_key", "k1"),
    ];
    for _ in 0..2 {
        let answered =
            answer(&desk, ticket, &session, &fields, Some(("report.html", "<script>1</script>"))).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());
        assert!(answered.header("location").starts_with(&format!("/tickets/{ticket}")));
    }
    let comments = desk.store.comments(ticket).await.unwrap();
    assert_eq!(comments.len(), 2, "the form made two comments");
    assert!(!comments[1].public && comments[1].text == "Checked with billing.");
    assert_eq!(desk.store.ticket(ticket).await.unwrap().status, Status::Pending);
    let files = desk.store.attachments(ticket).await.unwrap();
    let file = desk.get(&format!("/attachments/{}", files[0].id), &session).await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"report.html\""));
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let inline = desk.get(&format!("/attachments/{}/inline", files[0].id), &session).await;
    assert_eq!(inline.status, StatusCode::NOT_FOUND, "only pictures are shown");
}

#[tokio::test]
async fn an_answer_that_is_refused_keeps_what_was_typed() {
    let desk = Desk::new().await;
    let (ticket, _) = ticket(&desk).await;
    let tx = desk.store.begin(desk.engine.now()).await.unwrap();
    let change = store::TicketChange { status: Some(Status::Closed), ..Default::default() };
    tx.change_ticket(ticket, &change, None).await.unwrap();
    tx.commit().await.unwrap();
    let session = desk.signed_in(AGENT).await;
    let answered = answer(&desk, ticket, &session, &[("text", "Too late"), ("public", "true")], None).await;
    assert_eq!(answered.status, StatusCode::CONFLICT);
    assert!(answered.text().contains("A closed ticket cannot be changed any more."));
    assert!(answered.text().contains("Too late"));
}

#[tokio::test]
async fn an_untouched_assignee_menu_does_not_undo_what_a_colleague_did() {
    let desk = Desk::new().await;
    let (ticket, _) = ticket(&desk).await;
    let session = desk.signed_in(AGENT).await;
    let me = desk.store.staff().await.unwrap()[0].id;
    desk.post(&format!("/tickets/{ticket}/change"), &session, &format!("assignee={me}")).await;
    // The page was drawn before: its menu stands at nobody, as it did then.
    let fields = [("text", "Hello"), ("public", "false"), ("assignee", ""), ("assignee_was", "")];
    assert_eq!(answer(&desk, ticket, &session, &fields, None).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.store.ticket(ticket).await.unwrap().assignee, Some(me));
}

#[tokio::test]
async fn taking_a_ticket_assigns_it_and_moves_it_between_the_views() {
    let desk = Desk::new().await;
    let (ticket, _) = ticket(&desk).await;
    let session = desk.signed_in(AGENT).await;
    let me = desk.store.staff().await.unwrap().into_iter().find(|p| p.email.as_str() == AGENT).unwrap().id;
    let link = format!("href=\"/tickets/{ticket}\"");
    assert!(desk.get("/tickets?view=unassigned", &session).await.text().contains(&link));
    let answered = desk.post(&format!("/tickets/{ticket}/change"), &session, &format!("assignee={me}")).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());
    assert!(!desk.get("/tickets?view=unassigned", &session).await.text().contains(&link));
    assert!(desk.get("/tickets?view=mine", &session).await.text().contains(&link));
    assert!(
        desk.get("/tickets?q=%E8%BF%94%E5%93%81", &session).await.text().contains(&link),
        "search finds 返品"
    );
}

#[tokio::test]
async fn an_open_page_hears_of_a_change_within_a_second() {
    use axum::http::Request;
    use futures_util::StreamExt;
    use tower::ServiceExt;

    let desk = Desk::new().await;
    let (id, _) = ticket(&desk).await;
    let session = desk.signed_in(AGENT).await;
    let after = desk.store.last_change().await.unwrap();
    let router = web::router(
        desk.engine.clone(),
        web::Config { public_url: "http://desk.test".to_owned(), ..Default::default() },
    );
    let stop = tokio_util::sync::CancellationToken::new();
    let loops = tokio::spawn({
        let (engine, stop) = (desk.engine.clone(), stop.clone());
        async move { engine.run(stop).await }
    });
    let request: Request<Body> = request("GET", &format!("/live?topics=ticket:{id}&after={after}"), &session)
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut events = response.into_body().into_data_stream();
    desk.post(&format!("/tickets/{id}/change"), &session, "priority=urgent").await;
    let event = tokio::time::timeout(std::time::Duration::from_secs(1), events.next())
        .await
        .expect("no event")
        .unwrap()
        .unwrap();
    assert!(String::from_utf8_lossy(&event).contains("event: changed"));
    stop.cancel();
    loops.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_ticket_on_paper_has_every_word_and_internal_notes_only_for_those_inside() {
    let desk = Desk::new().await;
    let (ticket, _) = ticket(&desk).await;
    let session = desk.signed_in(AGENT).await;
    let note =
        [("text", "Checked with billing."), ("public", "false"), ("status", "open"), ("form_key", "k")];
    answer(&desk, ticket, &session, &note, None).await;
    let inside = desk.get(&format!("/tickets/{ticket}/print"), &session).await.text();
    assert!(inside.contains("second line") && inside.contains("Checked with billing."), "{inside}");
    assert!(!inside.contains("<script>alert"), "{inside}");
    let outside = desk.get(&format!("/tickets/{ticket}/print?public_only=true"), &session).await.text();
    assert!(outside.contains("second line") && !outside.contains("Checked with billing."), "{outside}");
}
