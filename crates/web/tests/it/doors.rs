//! Who may open what.

use axum::http::StatusCode;
use web::routes::{self, Door};

use crate::desk::{ADMIN, AGENT, Desk};

/// Both methods of every address, with a number that exists for nobody where an id stands.
fn knocks(door: Door) -> Vec<(&'static str, String)> {
    let paths = routes::all().into_iter().filter(|route| route.door == door);
    paths
        .flat_map(|route| {
            ["GET", "POST"]
                .map(|method| (method, route.path.replace("{id}", "987654").replace("{word}", "987654")))
        })
        .collect()
}

async fn knock(desk: &Desk, method: &str, path: &str, session: &str) -> crate::desk::Answered {
    if method == "GET" { desk.get(path, session).await } else { desk.post(path, session, "").await }
}

#[tokio::test]
async fn an_agent_is_refused_on_every_admin_page_and_told_why() {
    let desk = Desk::new().await;
    let agent = desk.signed_in(AGENT).await;
    let knocks = knocks(Door::Admins);
    assert!(knocks.len() > 20, "the table of routes is empty");
    for (method, path) in knocks {
        let answered = knock(&desk, method, &path, &agent).await;
        // 405: the address exists, but not with this method. It must not be more than that.
        assert!(
            matches!(answered.status, StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED),
            "{method} {path}: {}",
            answered.status
        );
        if answered.status == StatusCode::FORBIDDEN {
            assert!(answered.text().contains("This page is for administrators"), "{method} {path}");
        }
    }
}

/// An end user has no password and cannot sign in; but should a session ever name one, it opens nothing.
#[tokio::test]
async fn an_end_user_with_a_session_is_refused_everywhere() {
    let desk = Desk::new().await;
    let carl = desk.session_of_an_end_user().await;
    for (method, path) in knocks(Door::Staff).into_iter().chain(knocks(Door::Admins)) {
        let answered = knock(&desk, method, &path, &carl).await;
        assert!(
            matches!(answered.status, StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED),
            "{method} {path}: {}",
            answered.status
        );
    }
    assert_eq!(
        desk.get("/tickets", &carl).await.status,
        StatusCode::FORBIDDEN,
        "the session is good, the rights are not"
    );
}

/// What is open to everybody is a short list, and stays one.
#[tokio::test]
async fn only_what_lets_people_in_is_open_to_everybody() {
    let open: Vec<_> =
        routes::all().into_iter().filter(|route| route.door == Door::Open).map(|route| route.path).collect();
    let expected = [
        "/",
        "/sign-in",
        "/sign-out",
        "/files/{word}",
        "/consent/return",
        "/consent/{word}",
        "/health",
        "/forgot-password",
        "/password/{secret}",
    ];
    assert_eq!(open, expected);
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in_and_is_led_back_afterwards() {
    let desk = Desk::new().await;
    for (method, path) in knocks(Door::Staff).into_iter().chain(knocks(Door::Admins)) {
        let answered = knock(&desk, method, &path, "").await;
        if answered.status == StatusCode::METHOD_NOT_ALLOWED {
            continue;
        }
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{method} {path}");
        assert!(answered.header("location").starts_with("/sign-in?next="), "{method} {path}");
    }
    let answered = desk.get("/tickets?view=mine", "").await;
    assert_eq!(answered.header("location"), "/sign-in?next=%2Ftickets%3Fview%3Dmine");
}

#[tokio::test]
async fn every_page_opens_for_the_administrator_or_says_what_is_missing() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    for (method, path) in knocks(Door::Staff).into_iter().chain(knocks(Door::Admins)) {
        if method == "POST" || path == "/live" {
            continue;
        }
        let answered = knock(&desk, method, &path, &admin).await;
        assert!(!answered.status.is_server_error(), "{method} {path}: {}", answered.text());
        if answered.status == StatusCode::METHOD_NOT_ALLOWED {
            continue;
        }
        let expected = if path.contains("987654") || path.ends_with("/return") || path.ends_with(".cer") {
            [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST, StatusCode::METHOD_NOT_ALLOWED]
        } else {
            [StatusCode::OK; 3]
        };
        assert!(expected.contains(&answered.status), "{method} {path}: {}", answered.status);
    }
}

#[tokio::test]
async fn connecting_without_a_registration_says_who_must_do_what() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    let answered = desk.post("/admin/channels/email/addresses/connect/exchange", &admin, "import=yes").await;
    assert_eq!(answered.status, StatusCode::CONFLICT, "{}", answered.text());
    assert!(answered.text().contains("no application registration at Microsoft Entra"));
    assert!(answered.text().contains("The mailbox was not connected"));
}

/// Whoever gets the link is not known to the desk: the two pages are open, and show nothing where there is no such link.
#[tokio::test]
async fn the_pages_for_a_tenants_administrator_are_open_and_explain_an_unknown_link() {
    let desk = Desk::new().await;
    for path in
        ["/consent/987654", "/consent/return?admin_consent=True&tenant=x&state=987654", "/consent/return"]
    {
        let answered = desk.get(path, "").await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answered.text().contains("This link does not work"), "{path}");
    }
}

#[tokio::test]
async fn a_registration_that_cannot_be_right_is_said_beside_what_was_typed() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    let form = "client_id=my+app&audience=one&tenant=contoso.example&cloud=global&credential=secret&secret=hush-hush";
    let answered = desk.post("/admin/channels/email/registration", &admin, form).await;
    assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answered.text());
    let text = answered.text();
    assert!(
        text.contains("The registration was not saved")
            && text.contains("00000000-0000-0000-0000-000000000000")
    );
    assert!(text.contains("my app") && text.contains("contoso.example"), "what was typed stands there again");
    assert!(!text.contains("hush-hush"), "a secret is never shown");
    assert!(text.contains("A secret is kept"));
}

#[tokio::test]
async fn a_return_from_microsoft_that_nobody_started_is_explained_and_saves_nothing() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    for query in ["", "?state=x&code=y", "?state=x&error=access_denied&error_description=no"] {
        let answered = desk.get(&format!("/admin/connect/return{query}"), &admin).await;
        assert!(answered.status.is_client_error(), "{query}: {}", answered.status);
        assert!(answered.text().contains("The mailbox was not connected"), "{query}");
    }
    assert!(desk.store.support_addresses().await.unwrap().is_empty());
}
