//! One Message-ID, one mail or two? The rule that keeps a mail by two ways one, and two mails of a broken sender two.

use desk::sameness::{Comparison, Fingerprint};
use mail::Letter;
use proptest::prelude::*;

use crate::world::*;

const ORDER: &str = "Thank you for your order. We have received it and will send it within two days.\n\nOrder: 100234\nSum: 4,200 yen\n";
const REPORT: &str = "お世話になっております。先日お送りいただいた見積書について確認したい点がございます。納期は来月の十日で間違いないでしょうか。";

fn mail(subject: &str, text: &str, date: &str) -> Letter {
    let mut made = letter(HANA);
    made.subject = subject.to_owned();
    made.text = text.to_owned();
    made.date = (!date.is_empty()).then(|| date.parse().unwrap_or_default());
    made
}

fn compared(first: &Letter, second: &Letter) -> Comparison {
    let of = |letter| Fingerprint::of(letter, Some(Vec::new()));
    let (one, two) = (of(first), of(second));
    assert_eq!(one.compare(&two), two.compare(&one), "whichever came first");
    let kept: Fingerprint = serde_json::from_str(&serde_json::to_string(&one).unwrap_or_default())
        .unwrap_or_else(|error| unreachable!("{error}"));
    assert_eq!(kept, one);
    one.compare(&two)
}

const NINE: &str = "2026-11-23T09:00:00Z";
const TEN: &str = "2026-11-23T10:00:00Z";

#[test]
fn copies_by_other_ways_are_the_same_mail_whatever_lists_and_forwarders_add() {
    let footer = "\n_______________________________________________\nStaff mailing list, 3 members, since 1999\nhttps://lists.example/77/unsubscribe\n";
    let banner = "CAUTION: this mail came from outside. Call 4400 when in doubt.\n\n";
    let linked =
        "See https://shop.example/100234 for the state. Nothing else is to be done on your side today.";
    let rewritten =
        "See https://safe.example/?u=9988&h=42 for the state. Nothing else is to be done on your side today.";
    let cases = [
        ("word for word", mail("Order", ORDER, NINE), mail("Order", ORDER, NINE), Comparison::Same),
        (
            "a footer and a tag",
            mail("Order", ORDER, NINE),
            mail("[staff 00012] Order", &format!("{ORDER}{footer}"), NINE),
            Comparison::Changed,
        ),
        (
            "a banner",
            mail("見積書", REPORT, NINE),
            mail("[EXTERNAL] 見積書", &format!("{banner}{REPORT}"), NINE),
            Comparison::Changed,
        ),
        (
            "quoted and wrapped",
            mail("見積書", REPORT, NINE),
            mail("見積書", &REPORT.replace('。', "。\n> "), NINE),
            Comparison::Same,
        ),
        ("links rewritten", mail("Order", linked, NINE), mail("Order", rewritten, NINE), Comparison::Same),
        (
            "short, with a footer",
            mail("Hello", "Hi", NINE),
            mail("[list] Hello", &format!("Hi{footer}"), NINE),
            Comparison::Changed,
        ),
        (
            "without a date",
            mail("Order", ORDER, ""),
            mail("[list] Order", &format!("{ORDER}{footer}"), NINE),
            Comparison::Changed,
        ),
        (
            "dates added by two servers",
            mail("Order", ORDER, NINE),
            mail("Order", ORDER, "2026-11-23T09:02:00Z"),
            Comparison::Same,
        ),
    ];
    for (what, first, second, expected) in cases {
        assert_eq!(compared(&first, &second), expected, "{what}");
    }
    // A list that writes itself into From, as DMARC makes them.
    let mut by_list = mail("[staff] Order", ORDER, NINE);
    by_list.from = Some(mailbox("staff@lists.example"));
    assert_eq!(compared(&mail("Order", ORDER, NINE), &by_list), Comparison::Changed);
}

#[test]
fn mails_of_a_sender_that_gives_them_all_one_id_are_different() {
    let other_order = ORDER.replace("100234", "100235").replace("4,200", "1,980");
    let cases = [
        ("another order in the same second", mail("Order", ORDER, NINE), mail("Order", &other_order, NINE)),
        ("another order", mail("Order", ORDER, NINE), mail("Order", &other_order, TEN)),
        (
            "the same words an hour later",
            mail("Alarm", "The disk is full.", NINE),
            mail("Alarm", "The disk is full.", TEN),
        ),
        (
            "other words in the same second",
            mail("見積書", REPORT, NINE),
            mail(
                "請求書",
                "請求書をお送りいたしますので、月末までにご入金くださいますようお願い申し上げます。",
                NINE,
            ),
        ),
        ("other words without a date", mail("Order", ORDER, ""), mail("Order", REPORT, "")),
    ];
    for (what, first, second) in cases {
        assert_eq!(compared(&first, &second), Comparison::Different, "{what}");
    }
    let scan = |file: &str| Fingerprint::of(&mail("Scan", "", NINE), Some(vec![file.to_owned()]));
    let later =
        |file: &str| Fingerprint::of(&mail("Scan", "", "2026-11-23T09:01:00Z"), Some(vec![file.to_owned()]));
    assert_eq!(scan("aa").compare(&later("bb")), Comparison::Different, "a scanner's second page");
    assert_eq!(scan("aa").compare(&later("aa")), Comparison::Same);
}

proptest! {
    /// Whatever is written, around it or before the subject: the copy is the same mail.
    #[test]
    fn what_is_added_around_a_mail_never_makes_it_another(
        text in "\\PC{0,400}", before in "[a-z ]{0,200}", after in "[a-zあ-ん \n]{0,400}", tag in "[a-z]{1,9}"
    ) {
        let first = mail("Order 12", &text, NINE);
        let second = mail(&format!("[{tag}] Order 12"), &format!("{before}\n{text}\n{after}"), NINE);
        prop_assert_ne!(compared(&first, &second), Comparison::Different);
    }

    /// Another number on both sides is another mail, however alike the rest is.
    #[test]
    fn another_number_makes_another_mail(one in 1_000_u32..9_999, two in 1_000_u32..9_999, date in prop::bool::ANY) {
        prop_assume!(one != two);
        let order = |number: u32, at| mail("Order", &format!("{ORDER} Customer {number}"), at);
        let (first, second) = (order(one, NINE), order(two, if date { NINE } else { TEN }));
        prop_assert_eq!(compared(&first, &second), Comparison::Different);
    }
}
