//! The mail of the sandbox's company, read as the desk reads it: what Exchange found out about its senders stands where Exchange puts it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use mail::{AuthVerdict, Kind, Letter};

/// What lies in the inboxes, and whether a colleague wrote it.
fn letters() -> Vec<(Letter, bool)> {
    let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let company = sandbox::company::company(now);
    let inbox = company.mails.iter().filter(|mail| mail.folder == "inbox").map(|mail| mail::read(&mail.raw));
    let inside = |letter: &Letter| Some(letter.from.as_ref()?.address.domain() == company.domain);
    inbox.filter_map(|letter| inside(&letter).map(|inside| (letter, inside))).collect()
}

/// A rehearsal in which nobody is authenticated would show an agent's mail without an agent's rights, and every check of senders
/// as failing.
#[test]
fn colleagues_and_most_customers_of_the_company_are_vouched_for_by_exchange() {
    let mut verdicts: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for (letter, inside) in letters().into_iter().filter(|(letter, _)| letter.kind == Kind::Ordinary) {
        *verdicts.entry((inside, format!("{:?}", letter.auth))).or_default() += 1;
    }
    let count = |inside: bool, verdict: AuthVerdict| {
        verdicts.get(&(inside, format!("{verdict:?}"))).copied().unwrap_or_default()
    };
    let (proved, unproved) = (count(false, AuthVerdict::Pass), count(false, AuthVerdict::Unknown));
    assert!(proved > 9 * unproved && proved > 50, "customers: {verdicts:?}");
    assert_eq!(
        count(true, AuthVerdict::Unknown) + count(true, AuthVerdict::Fail),
        0,
        "colleagues: {verdicts:?}"
    );
}
