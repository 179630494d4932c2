//! What anybody on the internet may send to the notification addresses.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::StatusCode;

use crate::desk::{Desk, request};

const ADDRESSES: [&str; 2] = ["/notifications/graph", "/notifications/lifecycle"];

async fn post(desk: &Desk, path: &str, body: impl Into<Body>) -> crate::desk::Answered {
    // As Microsoft sends it: no cookie, no Origin, another site's.
    let request = request("POST", path, "").header("content-type", "application/json");
    desk.send(request.header("sec-fetch-site", "cross-site").body(body.into()).unwrap()).await
}

/// Graph makes no subscription unless the token comes back, as it was sent, as plain text.
#[tokio::test]
async fn c5_the_token_of_the_handshake_is_repeated_as_plain_text() {
    let desk = Desk::new().await;
    for path in ADDRESSES {
        let asked = format!("{path}?validationToken=Validation%3A+Testing+%3Cb%3E+%26+%22x%22");
        let answered = post(&desk, &asked, "").await;
        assert_eq!(answered.status, StatusCode::OK);
        assert_eq!(answered.text(), "Validation: Testing <b> & \"x\"");
        assert!(answered.header("content-type").starts_with("text/plain"));
        assert_eq!(answered.header("x-content-type-options"), "nosniff", "it must never become a page");
        assert_eq!(answered.session(), None);
    }
    let long = format!("{}?validationToken={}", ADDRESSES[0], "x".repeat(5_000));
    assert_eq!(post(&desk, &long, "").await.status, StatusCode::BAD_REQUEST);
    let control = format!("{}?validationToken=a%0d%0ab", ADDRESSES[0]);
    assert_eq!(post(&desk, &control, "").await.status, StatusCode::BAD_REQUEST);
}

/// A forger learns nothing from the answer, and costs next to nothing.
#[tokio::test]
async fn c5_what_nobody_asked_for_is_answered_alike_and_leads_to_nothing() {
    let desk = Desk::new().await;
    let before = desk.store.last_change().await.unwrap();
    let forged = r#"{"value":[{"subscriptionId":"x","clientState":"y","changeType":"created"}]}"#;
    let started = Instant::now();
    for path in ADDRESSES {
        for body in [forged, "", "{", "[]", "null"] {
            let answered = post(&desk, path, body).await;
            assert_eq!((answered.status, answered.text().as_str()), (StatusCode::ACCEPTED, ""), "{body}");
        }
    }
    for _ in 0..2_000 {
        post(&desk, ADDRESSES[0], forged).await;
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    let deadline = Instant::now() + Duration::from_secs(5);
    while desk.engine.rings().refused < 1_000 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rings = desk.engine.rings();
    assert_eq!(rings.believed, 0);
    assert!(rings.refused >= 1_000, "{rings:?}");
    assert_eq!(desk.store.last_change().await.unwrap(), before, "something was written");
}

#[tokio::test]
async fn c5_a_huge_delivery_is_refused() {
    let desk = Desk::new().await;
    let answered = post(&desk, ADDRESSES[0], vec![b' '; 300 * 1024]).await;
    assert_eq!(answered.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// Somebody who sends a byte an hour must not hold anything for an hour.
#[tokio::test]
async fn c5_a_delivery_that_does_not_come_is_not_waited_for() {
    let desk = Desk::new().await;
    let never = futures_util::stream::pending::<Result<Bytes, Infallible>>();
    let started = Instant::now();
    let answered = post(&desk, ADDRESSES[0], Body::from_stream(never)).await;
    assert_eq!(answered.status, StatusCode::REQUEST_TIMEOUT);
    assert!(started.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn c5_nothing_but_a_post_is_taken() {
    let desk = Desk::new().await;
    for path in ADDRESSES {
        assert_eq!(desk.get(path, "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
