//! Sessions.

use axum::http::StatusCode;

use crate::desk::{ADMIN, Desk, PASSWORD};

#[tokio::test]
async fn the_session_id_is_new_after_signing_in_and_dead_after_signing_out() {
    let desk = Desk::new().await;
    let first = desk.signed_in(ADMIN).await;
    assert_eq!(desk.get("/tickets", &first).await.status, StatusCode::OK);
    // Signing in again with the cookie of before: a known id must not become a signed-in one.
    let form = format!("email=ada%40desk.test&password={}", PASSWORD.replace(' ', "+"));
    let second = desk.post("/sign-in", &first, &form).await.session().unwrap();
    assert_ne!(first, second);
    assert_eq!(desk.get("/tickets", &first).await.status, StatusCode::SEE_OTHER, "the old id still works");
    assert_eq!(desk.get("/tickets", &second).await.status, StatusCode::OK);
    desk.post("/sign-out", &second, "").await;
    assert_eq!(desk.get("/tickets", &second).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_cookie_is_hidden_from_scripts_and_bound_to_the_host_when_secure() {
    let plain = Desk::new().await;
    let form = format!("email=ada%40desk.test&password={}", PASSWORD.replace(' ', "+"));
    let cookie = plain.post("/sign-in", "", &form).await.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with("postdesk=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let config =
        web::Config { public_url: "https://desk.test".to_owned(), secure_cookies: true, sandbox: None };
    let secure = Desk::with(config).await;
    let cookie = secure.post("/sign-in", "", &form).await.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with("__Host-postdesk=") && cookie.contains("Secure") && cookie.contains("Path=/"),
        "{cookie}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_said_on_the_page_and_the_address_is_kept() {
    let desk = Desk::new().await;
    let answered = desk.post("/sign-in", "", "email=ada%40desk.test&password=wrong&next=%2Fadmin").await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    let html = answered.text();
    assert!(html.contains("The address or the password is wrong."));
    assert!(html.contains("value=\"ada@desk.test\"") && html.contains("value=\"/admin\""));
    assert!(!html.contains("wrong\""), "the password typed must not come back");
}

#[tokio::test]
async fn a_new_password_ends_the_sessions() {
    let desk = Desk::new().await;
    let session = desk.signed_in(ADMIN).await;
    desk.engine.reset_password(ADMIN, "another long password").await.unwrap();
    assert_eq!(desk.get("/tickets", &session).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_sandbox_says_whom_to_sign_in_as_and_a_real_desk_does_not() {
    let hint = web::SandboxHint {
        outlook_url: "http://127.0.0.1:8701/".to_owned(),
        admin_email: ADMIN.to_owned(),
        admin_password: PASSWORD.to_owned(),
    };
    let sandbox = Desk::with(web::Config {
        public_url: "http://desk.test".to_owned(),
        secure_cookies: false,
        sandbox: Some(hint),
    })
    .await;
    assert!(sandbox.get("/sign-in", "").await.text().contains(PASSWORD));
    assert!(!Desk::new().await.get("/sign-in", "").await.text().contains(PASSWORD));
}
