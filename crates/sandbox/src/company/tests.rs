#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use mail_parser::{Message, MessageParser};

use super::*;

fn made_anew() -> Company {
    company("2026-11-20T03:04:05Z".parse().unwrap())
}

fn made() -> &'static Company {
    static COMPANY: LazyLock<Company> = LazyLock::new(made_anew);
    &COMPANY
}

fn parsed(mail: &SeedMail) -> Option<Message<'_>> {
    MessageParser::default().parse(&mail.raw)
}

fn count(company: &Company, what: impl Fn(&SeedMail) -> bool) -> usize {
    company.mails.iter().filter(|mail| what(mail)).count()
}

fn contains(mail: &SeedMail, needle: &str) -> bool {
    String::from_utf8_lossy(&mail.raw).contains(needle)
}

#[test]
fn the_mailboxes_hold_as_much_as_the_rehearsal_needs() {
    let company = made();
    let inbox = |address: &str| count(company, |mail| mail.mailbox == address && mail.folder == "inbox");
    assert!(inbox("support@hanamizuki.example") >= 310, "{}", inbox("support@hanamizuki.example"));
    assert!(inbox("otoiawase@hanamizuki.example") >= 30);
    assert!(inbox("sales@hanamizuki.example") >= 20);
    assert!(count(company, |mail| mail.folder == "inbox") >= 320);
    assert!(count(company, |mail| mail.folder == "sentitems") >= 20);
    assert!(count(company, |mail| mail.folder == "drafts") >= 3);
}

#[test]
fn the_same_moment_makes_the_same_bytes() {
    let (one, two) = (made(), made_anew());
    assert_eq!(one.mails.len(), two.mails.len());
    for (a, b) in one.mails.iter().zip(&two.mails) {
        assert_eq!((a.received, a.mailbox, a.read), (b.received, b.mailbox, b.read));
        assert!(a.raw == b.raw, "{}", String::from_utf8_lossy(&a.raw));
    }
}

#[test]
fn the_newest_mail_lies_at_the_given_moment_and_none_in_the_future() {
    let now: Timestamp = "2026-11-20T03:04:05Z".parse().unwrap();
    let company = made();
    assert_eq!(company.mails.last().unwrap().received, now);
    assert!(company.mails.windows(2).all(|pair| pair[0].received <= pair[1].received));
}

#[test]
fn every_mail_but_the_broken_one_has_sender_date_and_text() {
    let mut broken = 0;
    for mail in &made().mails {
        if contains(mail, special::BROKEN) {
            broken += 1;
            continue;
        }
        let letter = parsed(mail).unwrap();
        let shown = String::from_utf8_lossy(&mail.raw);
        assert!(letter.from().and_then(|from| from.first()).is_some(), "{shown}");
        assert!(letter.date().is_some_and(mail_parser::DateTime::is_valid), "{shown}");
        assert!(letter.body_text(0).is_some_and(|text| !text.trim().is_empty()), "{shown}");
        assert!(letter.subject().is_some() || contains(mail, "Subject: \r\n"), "{shown}");
        assert!(
            !letter.body_text(0).unwrap().contains('{'),
            "an unfilled word: {}",
            letter.body_text(0).unwrap()
        );
        assert!(letter.body_text(0).unwrap().find('\u{fffd}').is_none(), "{shown}");
    }
    assert_eq!(broken, 1);
}

#[test]
fn a_message_id_belongs_to_one_mail_except_where_one_mail_went_to_two_mailboxes() {
    let company = made();
    let mut ids: Vec<String> =
        company.mails.iter().filter_map(|mail| parsed(mail)?.message_id().map(str::to_owned)).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(all - ids.len(), 1);
    assert_eq!(
        count(company, |mail| contains(mail, special::WITHOUT_ID) && !contains(mail, "\nMessage-ID:")),
        1
    );
}

#[test]
fn threads_name_mails_that_are_there() {
    let company = made();
    let ids: std::collections::HashSet<String> =
        company.mails.iter().filter_map(|mail| parsed(mail)?.message_id().map(str::to_owned)).collect();
    let mut answered = 0;
    for mail in company.mails.iter().filter(|mail| mail.folder == "inbox") {
        let letter = parsed(mail).unwrap();
        let Some(first) = letter.in_reply_to().as_text() else { continue };
        let quotes = letter.body_text(0).unwrap();
        if ids.contains(first)
            && (quotes.contains("wrote:")
                || quotes.contains("From:")
                || quotes.contains("差出人")
                || quotes.contains("メール:")
                || quotes.contains('>'))
        {
            answered += 1;
        }
    }
    assert!(answered >= 25, "{answered}");
}

#[test]
fn the_mixture_is_as_varied_as_a_real_mailbox() {
    let company = made();
    for (what, least, needle) in [
        ("ISO-2022-JP", 15, "charset=\"ISO-2022-JP\""),
        ("Shift_JIS", 3, "charset=\"Shift_JIS\""),
        ("HTML", 200, "Content-Type: text/html"),
        ("pictures in the text", 25, "Content-ID:"),
        ("PDF", 12, "application/pdf"),
        ("CSV", 8, "text/csv"),
        ("Word", 5, "wordprocessingml"),
        ("newsletters", 5, "List-Unsubscribe-Post"),
        ("mailing list", 3, "List-Post:"),
        ("out of office", 6, "Auto-Submitted: auto-generated"),
        ("bounces", 4, "report-type=delivery-status"),
        ("receipts", 1, "report-type=disposition-notification"),
        ("invitations", 1, "method=REQUEST"),
        ("from inside", 1, "X-MS-Exchange-Organization-AuthAs: Internal"),
        ("from outside", 300, "X-MS-Exchange-Organization-AuthAs: Anonymous"),
        ("verdicts", 300, "Authentication-Results: spf="),
        ("attached mails", 1, "filename=\"Your invoice.eml\""),
    ] {
        let found = count(company, |mail| contains(mail, needle));
        assert!(found >= least, "{what}: {found}");
    }
    assert!(count(company, |mail| mail.read) >= 150);
    assert!(count(company, |mail| !mail.read) >= 40);
    assert!(count(company, |mail| !mail.categories.is_empty()) >= 10);
}

#[test]
fn texts_differ_from_mail_to_mail() {
    let company = made();
    let mut texts: Vec<String> = company
        .mails
        .iter()
        .filter(|mail| mail.mailbox == "support@hanamizuki.example" && mail.folder == "inbox")
        .filter_map(|mail| parsed(mail)?.body_text(0).map(std::borrow::Cow::into_owned))
        .collect();
    let all = texts.len();
    texts.sort();
    texts.dedup();
    assert!(all - texts.len() <= 3, "{} of {all} texts are the same", all - texts.len());
}

#[test]
fn the_staff_has_the_awkward_accounts_too() {
    let people = people::staff();
    assert!(people.iter().any(|person| !person.mail.is_empty() && person.mail != person.upn));
    assert!(people.iter().any(|person| !person.mailbox));
    assert!(people.iter().any(|person| person.language == "ja" && person.mailbox));
}

#[test]
fn pictures_are_whole_pngs() {
    let png = files::picture(&mut dice::Dice::new(7), 8, 8);
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(png.ends_with(b"IEND\xaeB`\x82"), "the check sum of the last chunk is known");
}
