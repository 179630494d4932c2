//! Splitting, merging, undoing and "not a duplicate" over the wire: who may, wrong numbers, closed tickets, buttons that are pressed
//! twice, two agents at the same moment.

use axum::http::StatusCode;
use desk::{CommentId, Status, TicketId};
use store::LedgerRow;

use crate::desk::{ADMIN, AGENT, Answered, Desk};

const HELP: &str = "help@desk.test";

fn mail(from: &str, subject: &str, id: &str, answers: &str, text: &str) -> Vec<u8> {
    let answers = if answers.is_empty() { String::new() } else { format!("In-Reply-To: <{answers}>\r\n") };
    format!("From: <{from}>\r\nTo: <{HELP}>\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n{answers}Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
}

/// Takes mails in as files; answers the ticket of the last.
async fn comes(desk: &Desk, mails: Vec<Vec<u8>>) -> TicketId {
    let files = mails.into_iter().map(|raw| ("mail.eml".to_owned(), raw)).collect();
    let import = desk.engine.file_import(HELP).await.unwrap();
    import.take(files).await.unwrap().pop().unwrap().ticket.unwrap()
}

/// A ticket of Carl's with two mails, and one of Ann's.
async fn two_tickets(desk: &Desk) -> (TicketId, TicketId) {
    let printer = mail("carl@example.org", "Printer", "p@x.test", "", "The printer is broken.");
    let door = mail("carl@example.org", "Door", "d@x.test", "p@x.test", "And the door is open.");
    let one = comes(desk, vec![printer, door]).await;
    let two = comes(desk, vec![mail("ann@example.org", "Paper", "a@x.test", "", "No paper any more.")]).await;
    assert_ne!(one, two);
    (one, two)
}

async fn comments(desk: &Desk, ticket: TicketId) -> Vec<CommentId> {
    desk.store.comments(ticket).await.unwrap().into_iter().map(|comment| comment.id).collect()
}

async fn status(desk: &Desk, ticket: TicketId) -> (Status, Option<TicketId>) {
    let ticket = desk.store.ticket(ticket).await.unwrap();
    (ticket.status, ticket.merged_into)
}

async fn tickets(desk: &Desk) -> usize {
    let query =
        store::TicketQuery { statuses: vec![], assignee: None, text: String::new(), after: None, limit: 100 };
    desk.store.tickets(&query).await.unwrap().len()
}

/// Where a form that was taken leads.
fn place(answered: &Answered) -> String {
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());
    answered.header("location").to_owned()
}

#[tokio::test]
async fn a_mail_is_split_off_once_however_often_and_by_however_many_the_button_is_pressed() {
    let desk = Desk::new().await;
    let (one, _) = two_tickets(&desk).await;
    let (ada, ben) = (desk.signed_in(ADMIN).await, desk.signed_in(AGENT).await);
    let [opening, stray] = comments(&desk, one).await[..] else { unreachable!("two mails") };
    let (path, form) = (format!("/comments/{stray}/split"), format!("ticket={one}"));
    let page = desk.get(&format!("/tickets/{one}"), &ben).await.text();
    assert!(page.contains(&path) && !page.contains(&format!("/comments/{opening}/split")), "{page}");

    let (first, second) = tokio::join!(desk.post(&path, &ada, &form), desk.post(&path, &ben, &form));
    assert_eq!(place(&first), place(&second), "two agents at once see one ticket");
    assert_eq!(place(&desk.post(&path, &ben, &form).await), place(&first), "and so does who presses again");
    assert_eq!(tickets(&desk).await, 3);
    assert_eq!(comments(&desk, one).await, [opening]);
}

#[tokio::test]
async fn what_cannot_be_split_off_is_refused_with_a_reason_and_customers_split_nothing() {
    let desk = Desk::new().await;
    let (one, _) = two_tickets(&desk).await;
    let ben = desk.signed_in(AGENT).await;
    let [opening, stray] = comments(&desk, one).await[..] else { unreachable!("two mails") };
    let form = format!("ticket={one}");
    let first = desk.post(&format!("/comments/{opening}/split"), &ben, &form).await;
    assert!(
        first.status.is_client_error() && first.text().contains("The first mail of a ticket"),
        "{}",
        first.text()
    );
    assert_eq!(desk.post("/comments/4711/split", &ben, &form).await.status, StatusCode::NOT_FOUND);
    assert!(desk.post(&format!("/comments/{stray}/split"), &ben, "ticket=x").await.status.is_client_error());
    let nobody = desk.post(&format!("/comments/{stray}/split"), "", &form).await;
    assert!(nobody.header("location").starts_with("/sign-in"), "{}", nobody.header("location"));
    let customer = desk.session_of_an_end_user().await;
    let refused = desk.post(&format!("/comments/{stray}/split"), &customer, &form).await;
    assert!(
        !refused.header("location").starts_with("/tickets/"),
        "{} {}",
        refused.status,
        refused.header("location")
    );
    assert_eq!(tickets(&desk).await, 2);
}

#[tokio::test]
async fn a_merge_happens_once_and_of_two_that_cross_one_wins() {
    let desk = Desk::new().await;
    let (one, two) = two_tickets(&desk).await;
    let (ada, ben) = (desk.signed_in(ADMIN).await, desk.signed_in(AGENT).await);
    let merge = |from: TicketId, into: TicketId| {
        (format!("/tickets/{from}/merge"), format!("into=%23{into}&cc=on&comment="))
    };
    let ((a, a_form), (b, b_form)) = (merge(one, two), merge(two, one));
    let (first, second) = tokio::join!(desk.post(&a, &ada, &a_form), desk.post(&b, &ben, &b_form));
    let taken =
        [&first, &second].into_iter().filter(|answered| answered.status == StatusCode::SEE_OTHER).count();
    assert_eq!(taken, 1, "{} {}", first.status, second.status);
    let (won, lost, path, form) = match first.status {
        StatusCode::SEE_OTHER => (two, one, &a, &a_form),
        _ => (one, two, &b, &b_form),
    };
    assert_eq!(status(&desk, lost).await, (Status::Closed, Some(won)));
    assert_eq!(status(&desk, won).await.1, None);
    let said = comments(&desk, won).await.len();
    assert_eq!(place(&desk.post(path, &ben, form).await), format!("/tickets/{won}"), "pressed twice");
    assert_eq!(comments(&desk, won).await.len(), said, "it is said once");
    let page = desk.get(&format!("/tickets/{won}"), &ben).await.text();
    assert!(page.contains(&format!("Request #{lost} was closed and merged into this request.")), "{page}");
    let page = desk.get(&format!("/tickets/{lost}"), &ben).await.text();
    assert!(page.contains(&format!("/tickets/{lost}/unmerge")), "{page}");

    let undo = format!("/tickets/{lost}/unmerge");
    let (first, second) = tokio::join!(desk.post(&undo, &ada, ""), desk.post(&undo, &ben, ""));
    for undone in [first, second, desk.post(&undo, &ben, "").await] {
        assert_eq!(place(&undone), format!("/tickets/{lost}"));
    }
    assert_eq!(status(&desk, lost).await, (Status::New, None));
}

#[tokio::test]
async fn a_merge_that_cannot_be_is_refused_with_a_reason_and_changes_nothing() {
    let desk = Desk::new().await;
    let (one, two) = two_tickets(&desk).await;
    let ben = desk.signed_in(AGENT).await;
    let closed = comes(&desk, vec![mail("eve@example.org", "Old", "o@x.test", "", "Long ago.")]).await;
    let tx = desk.store.begin(desk.engine.now()).await.unwrap();
    let close = store::TicketChange { status: Some(Status::Closed), ..store::TicketChange::default() };
    tx.change_ticket(closed, &close, None).await.unwrap();
    tx.commit().await.unwrap();
    let path = format!("/tickets/{one}/merge");
    for (into, words) in [
        ("", "There is no such ticket."),
        ("many", "There is no such ticket."),
        ("4711", "There is no such ticket."),
        ("99999999999999999999", "There is no such ticket."),
        (&one.to_string(), "cannot be merged into itself"),
        (&closed.to_string(), "closed"),
    ] {
        let refused = desk.post(&path, &ben, &format!("into={into}")).await;
        assert!(refused.status.is_client_error(), "{into}: {}", refused.status);
        let text = refused.text();
        assert!(text.contains("answer-problem") && text.contains(words), "{into}: {text}");
    }
    let into_closed = desk.post(&format!("/tickets/{closed}/merge"), &ben, &format!("into={one}")).await;
    assert!(into_closed.status.is_client_error());
    assert_eq!(
        desk.post("/tickets/4711/merge", &ben, &format!("into={one}")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(desk.post("/tickets/4711/unmerge", &ben, "").await.status, StatusCode::NOT_FOUND);
    let customer = desk.session_of_an_end_user().await;
    for path in [&path, &format!("/tickets/{one}/unmerge")] {
        let refused = desk.post(path, &customer, &format!("into={two}")).await;
        assert!(!refused.header("location").starts_with("/tickets/"), "{path}: {}", refused.status);
    }
    for ticket in [one, two] {
        assert_eq!(status(&desk, ticket).await, (Status::New, None));
    }
}

#[tokio::test]
async fn a_duplicate_that_is_none_is_taken_in_once_and_only_by_administrators() {
    let desk = Desk::new().await;
    let original =
        mail("carl@example.org", "Order", "same@x.test", "", "Please send ten boxes of paper to the office.");
    let copy = mail(
        "carl@example.org",
        "[list] Order",
        "same@x.test",
        "",
        "Please send ten boxes of paper to the office.",
    );
    comes(&desk, vec![original, copy]).await;
    let log = async || -> Vec<LedgerRow> {
        let query = store::LedgerQuery { limit: 100, ..store::LedgerQuery::default() };
        desk.store.ledger(&query).await.unwrap()
    };
    let row = log()
        .await
        .into_iter()
        .find(|row| row.outcome == Some(desk::decide::OutcomeKind::Duplicate))
        .unwrap();
    let path = format!("/admin/channels/email/mail-log/{}/no-duplicate", row.id);
    let (ada, ben) = (desk.signed_in(ADMIN).await, desk.signed_in(AGENT).await);
    assert_eq!(desk.post(&path, &ben, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        desk.post("/admin/channels/email/mail-log/4711/no-duplicate", &ada, "").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(tickets(&desk).await, 1);
    let (first, second) = tokio::join!(desk.post(&path, &ada, ""), desk.post(&path, &ada, ""));
    let taken =
        [&first, &second].into_iter().filter(|answered| answered.status == StatusCode::SEE_OTHER).count();
    assert!(taken >= 1, "{} {}", first.status, second.status);
    let again = desk.post(&path, &ada, "").await;
    assert!(again.status == StatusCode::SEE_OTHER || again.status.is_client_error(), "{}", again.status);
    assert_eq!(tickets(&desk).await, 2, "once");
    let old = log().await.into_iter().find(|other| other.id == row.id).unwrap();
    assert!(
        old.taken_again.is_some() && old.outcome == row.outcome,
        "the old row keeps its outcome and names the new one"
    );
}
