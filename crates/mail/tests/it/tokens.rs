//! The signed token that brings a reply home when every header is lost.

use mail::{TokenKey, read};
use proptest::prelude::*;

use crate::{mail_of, plain_mail};

fn key() -> TokenKey {
    TokenKey::new([7; 32])
}

#[test]
fn a_token_is_found_in_text_and_in_html_once_each_in_order() {
    let (one, two) = (key().token(1), key().token(987_654));
    let letter = read(&plain_mail("Re: x", &format!("> {two}\n> words {one} and again {two}\n")));
    assert_eq!(key().find(&letter), [987_654, 1]);
    let html = mail_of(
        "From: a@b.example\nContent-Type: text/html",
        &format!("<p>hi</p><span style='display:none'>{one}</span>"),
    );
    assert_eq!(key().find(&read(&html)), [1]);
    assert_eq!(
        key().find(&read(&plain_mail("x", &two.replace(']', "\n]")))),
        [987_654],
        "mailers break lines"
    );
}

/// Programs that drop body and headers still write to the address they were given.
#[test]
fn a_token_in_the_address_a_mail_was_sent_to_comes_first() {
    let support = mail::Address::parse("Support@desk.example").unwrap();
    let tagged = key().tagged(&support, 42).unwrap();
    assert!(tagged.as_str().starts_with("support+pd-"), "{tagged}");
    let sent_to = |to: &str, cc: &str| {
        key().find(&read(&mail_of(
            &format!("From: a@b.example\nTo: {to}\nCc: {cc}\nSubject: x"),
            &format!("> {}\n", key().token(7)),
        )))
    };
    assert_eq!(sent_to(tagged.as_str(), "x@y.example"), [42, 7]);
    assert_eq!(sent_to("x@y.example", &format!("Desk <{}>", tagged.as_str().to_uppercase())), [42, 7]);
    let forged = tagged.as_str().replace("+pd-fi-", "+pd-fm-");
    assert_ne!(forged, tagged.as_str());
    assert_eq!(sent_to(&forged, "support+pd-x@desk.example"), [7], "another ticket's number");
}

#[test]
fn a_token_shows_its_ticket_and_carries_at_least_sixty_bits_of_proof() {
    let token = key().token(42);
    assert!(token.starts_with("[PD-") && token.ends_with(']'), "{token}");
    let mac = token.trim_end_matches(']').rsplit('-').next().unwrap();
    assert!(mac.len() * 5 >= 60, "{token}");
}

#[test]
fn no_token_of_another_key_another_ticket_or_a_forger_is_believed() {
    let genuine = key().token(42);
    let (number, mac) = genuine.trim_start_matches("[PD-").trim_end_matches(']').split_once('-').unwrap();
    let other = key().token(43);
    let (other_number, _) = other.trim_start_matches("[PD-").trim_end_matches(']').split_once('-').unwrap();
    for forged in [
        TokenKey::new([8; 32]).token(42),
        format!("[PD-{other_number}-{mac}]"),
        format!("[PD-{number}-]"),
        format!("[PD-{number}-{}]", &mac[..8]),
        format!("[PD-{number}-{mac}{mac}]"),
        format!("[PD--{mac}]"),
        format!("[PD-{number}]"),
        format!("PD-{number}-{mac}"),
    ] {
        assert!(key().find(&read(&plain_mail("x", &forged))).is_empty(), "{forged}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_ticket_gets_a_token_that_leads_back_to_it(ticket in 1i64..) {
        let letter = read(&plain_mail("x", &key().token(ticket)));
        prop_assert_eq!(key().find(&letter), [ticket]);
    }

    #[test]
    fn random_strings_never_verify(number in "[A-Z2-7]{1,13}", mac in "[A-Z2-7]{12,18}", noise in "\\PC{0,40}") {
        let letter = read(&plain_mail("x", &format!("[PD-{number}-{mac}] {noise}[PD-{noise}]")));
        prop_assert!(key().find(&letter).is_empty());
    }
}
