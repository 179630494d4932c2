//! Headers, forgery, files from strangers.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::desk::{ADMIN, Desk, request};

#[tokio::test]
async fn every_page_carries_the_strict_policy() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    for path in ["/sign-in", "/tickets", "/admin", "/no/such/page", "/tickets/987654"] {
        let answered = desk.get(path, &admin).await;
        let policy = answered.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "form-action 'self';",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answered.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answered.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answered.header("cache-control"), "no-store", "{path}");
        // The policy would refuse them, and so they would silently not work.
        let html = answered.text();
        for inline in ["<style", " style=", "onclick=", "javascript:"] {
            assert!(!html.contains(inline), "{path} has {inline}");
        }
        assert_eq!(html.matches("<script").count(), html.matches("<script src=\"/static/").count(), "{path}");
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_by_a_page() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")] {
        let request = request("POST", "/sign-out", &admin).header(name, value);
        let answered = desk.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answered.status, StatusCode::FORBIDDEN, "{name}");
        assert!(answered.text().contains("The form was not accepted"), "{name}");
    }
    assert_eq!(desk.get("/tickets", &admin).await.status, StatusCode::OK, "still signed in");
}

#[tokio::test]
async fn what_is_not_there_is_a_page_too() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    for path in ["/no/such/page", "/tickets/987654", "/admin/channels/email/addresses/987654"] {
        let answered = desk.get(path, &admin).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answered.text().contains("Not found"), "{path}");
    }
    let answered = desk.get("/tickets/seven", &admin).await;
    assert_eq!(answered.status, StatusCode::BAD_REQUEST);
    assert!(answered.text().contains("<!doctype html>"));
}

#[tokio::test]
async fn a_refresh_that_fails_leaves_the_open_page_alone() {
    let desk = Desk::new().await;
    let admin = desk.signed_in(ADMIN).await;
    let request = request("GET", "/tickets/987654", &admin).header("hx-request", "true");
    let answered = desk.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answered.header("hx-reswap"), "none");
}

#[tokio::test]
async fn scripts_and_styles_are_served_once_and_then_known() {
    let desk = Desk::new().await;
    for path in
        ["/static/app.css", "/static/app.js", "/static/vendor/htmx.min.js", "/static/vendor/hx-sse.min.js"]
    {
        let answered = desk.get(path, "").await;
        assert_eq!(answered.status, StatusCode::OK, "{path}");
        let request = request("GET", path, "").header(header::IF_NONE_MATCH, answered.header("etag"));
        assert_eq!(
            desk.send(request.body(Body::empty()).unwrap()).await.status,
            StatusCode::NOT_MODIFIED,
            "{path}"
        );
    }
    assert_eq!(desk.get("/static/../Cargo.toml", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.get("/health", "").await.status, StatusCode::OK);
}
