//! What mail looks like in the world, and what becomes of it here.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bounces;
mod cleaning;
mod composing;
mod corpus;
mod folding;
mod forwards;
mod hostile;
mod hostile_html;
mod injection;
mod japanese;
mod kinds;
mod layouts;
mod linear;
mod quotes;
mod reading;
mod sheets;
mod tokens;

/// A mail of these header lines and this body, with CRLF line ends.
fn mail_of(headers: &str, body: &str) -> Vec<u8> {
    let headers = headers.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\r\n");
    format!("{headers}\r\n\r\n{}", body.replace("\r\n", "\n").replace('\n', "\r\n")).into_bytes()
}

/// A plain mail of a customer.
fn plain_mail(subject: &str, body: &str) -> Vec<u8> {
    mail_of(
        &format!(
            "From: Kim <kim@example.com>\nTo: help@desk.example\nSubject: {subject}\nMessage-ID: <m1@example.com>"
        ),
        body,
    )
}
