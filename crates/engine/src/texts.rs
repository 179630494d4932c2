//! The texts of the mails the desk sends, in each language. The keys are checked at compile time.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use desk::{Language, TicketId};
use exchange::EntraHelp;
use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::{FluentLanguageLoader, fluent_language_loader};
use i18n_embed_fl::fl;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use store::{ConnectionState, Trouble};

#[derive(RustEmbed)]
#[folder = "../../locales"]
struct Locales;

/// One loader per language: a mail's language is its reader's, not the process's.
fn loader(language: Language) -> &'static FluentLanguageLoader {
    static EN: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(Language::En));
    static JA: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(Language::Ja));
    match language {
        Language::En => &EN,
        Language::Ja => &JA,
    }
}

fn load(language: Language) -> FluentLanguageLoader {
    let loader = fluent_language_loader!();
    let fallback = loader.fallback_language().clone();
    let wanted = language.as_str().parse().unwrap_or_else(|_| fallback.clone());
    if let Err(error) = loader.load_languages(&Locales, &[wanted, fallback]) {
        tracing::error!(%error, language = language.as_str(), "the texts of mails could not be loaded");
    }
    // Isolating marks belong on screens; in a mail some programs show them as boxes.
    loader.set_use_isolating(false);
    loader
}

/// Subject and text of the mail that tests the desk's own way out.
pub(crate) fn way_out_test(language: Language, desk: &str) -> (String, String) {
    let l = loader(language);
    (fl!(l, "way-out-test-subject"), fl!(l, "way-out-test-body", desk = desk))
}

/// The text behind a key that a standard trigger names as `txt.key`; `None` for a key that is not known.
/// `values` are the placeholders of [`desk::placeholder::render`].
pub(crate) fn of_trigger(language: Language, key: &str, values: &BTreeMap<String, String>) -> Option<String> {
    let l = loader(language);
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let title =
        || Some(value("ticket.title")).filter(|t| !t.is_empty()).unwrap_or_else(|| fl!(l, "no-subject"));
    let (id, url, comment) = (value("ticket.id"), value("ticket.url"), value("ticket.latest_comment"));
    let (author, requester) = (value("current_user.name"), value("ticket.requester.name"));
    let text = match key {
        "received-request-subject" => fl!(l, "received-request-subject"),
        "received-request-body" => fl!(l, "received-request-body", id = id),
        "proactive-ticket-subject" => fl!(l, "proactive-ticket-subject", title = title()),
        "proactive-ticket-body" => fl!(l, "proactive-ticket-body", comment = comment),
        "comment-update-subject" => fl!(l, "comment-update-subject", title = title()),
        "comment-update-body" => fl!(l, "comment-update-body", comment = comment),
        "assignee-comment-subject" => fl!(l, "assignee-comment-subject", id = id, title = title()),
        "assignee-comment-body" => {
            fl!(
                l,
                "assignee-comment-body",
                author = author,
                id = id,
                title = title(),
                comment = comment,
                url = url
            )
        }
        "assignment-subject" => fl!(l, "assignment-subject", id = id, title = title()),
        "assignment-body" => {
            fl!(
                l,
                "assignment-body",
                id = id,
                title = title(),
                requester = requester,
                comment = comment,
                url = url
            )
        }
        "reopened-subject" => fl!(l, "reopened-subject", id = id, title = title()),
        "reopened-body" => fl!(l, "reopened-body", id = id, title = title(), comment = comment, url = url),
        "group-assignment-subject" => fl!(l, "group-assignment-subject", id = id, title = title()),
        "group-assignment-body" => {
            fl!(
                l,
                "group-assignment-body",
                id = id,
                title = title(),
                requester = requester,
                comment = comment,
                url = url
            )
        }
        "new-request-subject" => fl!(l, "new-request-subject", id = id, title = title()),
        "new-request-body" => {
            fl!(
                l,
                "new-request-body",
                id = id,
                title = title(),
                requester = requester,
                comment = comment,
                url = url
            )
        }
        _ => return None,
    };
    Some(text)
}

/// The comment of a ticket that was merged into another.
pub(crate) fn merged_into(language: Language, ticket: TicketId) -> String {
    fl!(loader(language), "merged-into-comment", id = ticket.to_string())
}

/// The comment of a ticket that another was merged into.
pub(crate) fn merged_from(language: Language, ticket: TicketId) -> String {
    fl!(loader(language), "merged-from-comment", id = ticket.to_string())
}

/// `On 2026-11-23 15:04 UTC, Sato wrote:` above a quotation.
pub(crate) fn wrote(language: Language, date: &str, author: &str) -> String {
    fl!(loader(language), "wrote", date = date, author = author)
}

/// Subject and text of the test mail that an address sends to itself.
pub(crate) fn proof(language: Language, address: &str) -> (String, String) {
    let l = loader(language);
    (fl!(l, "proof-subject"), fl!(l, "proof-body", address = address))
}

/// The subject of a mail that lets somebody in.
pub(crate) fn account_subject(language: Language, purpose: store::LinkPurpose) -> String {
    let l = loader(language);
    match purpose {
        store::LinkPurpose::Invitation => fl!(l, "invitation-subject"),
        store::LinkPurpose::Reset => fl!(l, "reset-subject"),
    }
}

/// What such a mail says before the link, and after it.
pub(crate) fn account_body(
    language: Language,
    purpose: store::LinkPurpose,
    name: &str,
    inviter: &str,
    desk: &str,
) -> (String, String) {
    let l = loader(language);
    match purpose {
        store::LinkPurpose::Invitation if inviter.is_empty() => {
            (fl!(l, "invitation-before-nobody", name = name, desk = desk), fl!(l, "invitation-after"))
        }
        store::LinkPurpose::Invitation => (
            fl!(l, "invitation-before", name = name, inviter = inviter, desk = desk),
            fl!(l, "invitation-after"),
        ),
        store::LinkPurpose::Reset => {
            (fl!(l, "reset-before", name = name, desk = desk), fl!(l, "reset-after"))
        }
    }
}

/// The words on the button.
pub(crate) fn account_button(language: Language, purpose: store::LinkPurpose) -> String {
    let l = loader(language);
    match purpose {
        store::LinkPurpose::Invitation => fl!(l, "invitation-button"),
        store::LinkPurpose::Reset => fl!(l, "reset-button"),
    }
}

/// The line above the names of files that were too large for the mail.
pub(crate) fn files_left_out(language: Language, until: &str) -> String {
    fl!(loader(language), "files-left-out", until = until)
}

/// The line above which one is to write.
pub(crate) fn mail_delimiter(language: Language) -> String {
    fl!(loader(language), "mail-delimiter")
}

/// Whose mail it is.
pub(crate) fn mail_footer(language: Language, brand: &str) -> String {
    fl!(loader(language), "mail-footer", brand = brand)
}

/// The words of the link into the desk.
pub(crate) fn mail_footer_link(language: Language) -> String {
    fl!(loader(language), "mail-footer-link")
}

/// A made-up answer, to look at a template with.
pub(crate) struct Sample {
    pub subject: String,
    pub answer: String,
    pub customer: String,
    pub question: String,
    pub file: String,
}

/// The made-up answer in a language.
pub(crate) fn sample(language: Language) -> Sample {
    let l = loader(language);
    Sample {
        subject: fl!(l, "sample-subject"),
        answer: fl!(l, "sample-answer"),
        customer: fl!(l, "sample-customer"),
        question: fl!(l, "sample-question"),
        file: fl!(l, "sample-file"),
    }
}

/// How times are written in the middle of a sentence: in the reader's language and, where it is known, zone.
#[derive(Clone, Copy)]
pub struct Calendar<'a> {
    /// Date and time of day.
    pub time: &'a dyn Fn(Timestamp) -> String,
    /// The day alone.
    pub day: &'a dyn Fn(Timestamp) -> String,
}

/// Date and time of day in a mail: in the zone of the desk's machine, which is named, for nobody knows where the mail is read.
pub(crate) fn time_in_mail(language: Language, at: Timestamp) -> String {
    let (pattern, zoned) = (format!("{} %H:%M", day_pattern(language)), at.to_zoned(TimeZone::system()));
    let zone = zoned.strftime("%Z").to_string();
    let time = zoned.strftime(&pattern).to_string();
    match language {
        Language::En => format!("{time} {zone}"),
        Language::Ja => format!("{time}（{zone}）"),
    }
}

/// Date and time of day in a mail to somebody outside. English is read everywhere, so its zone is named; where nobody has said
/// which zone the desk is in, it is named in each language.
pub(crate) fn moment_in(language: Language, at: Timestamp, zone: &TimeZone, known: bool) -> String {
    let zoned = at.to_zoned(zone.clone());
    let day = zoned.strftime(day_pattern(language)).to_string();
    match language {
        Language::En => format!("{day}, {}", zoned.strftime("%H:%M %Z")),
        Language::Ja if known => format!("{day} {}", zoned.strftime("%H:%M")),
        Language::Ja => format!("{day} {}", zoned.strftime("%H:%M（%Z）")),
    }
}

/// A day in a mail to somebody outside.
pub(crate) fn day_in(language: Language, at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime(day_pattern(language)).to_string()
}

/// A day in a mail.
pub(crate) fn day_in_mail(language: Language, at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime(day_pattern(language)).to_string()
}

fn day_pattern(language: Language) -> &'static str {
    match language {
        Language::En => "%-d %b %Y",
        Language::Ja => "%Y年%-m月%-d日",
    }
}

/// What an alarm says: what is wrong, and what it means or what to do.
pub(crate) fn trouble(language: Language, trouble: &Trouble, calendar: Calendar<'_>) -> (String, String) {
    let l = loader(language);
    let named = |address: &str| {
        if address.is_empty() { fl!(l, "alarm-the-desk") } else { address.to_owned() }
    };
    let Calendar { time, day } = calendar;
    match trouble.clone() {
        Trouble::ConnectionLost { address, state, cause } => {
            let number = cause.and_then(|cause| cause.aadsts).and_then(exchange::known_code);
            let for_administrator = number.is_some_and(|known| known.help == EntraHelp::AdminAction);
            let why = match state {
                ConnectionState::NeedsSignIn if for_administrator => {
                    fl!(l, "alarm-why-needs-administrator")
                }
                ConnectionState::NeedsSignIn => fl!(l, "alarm-why-needs-sign-in"),
                ConnectionState::NeedsAdministrator => fl!(l, "alarm-why-needs-administrator"),
                ConnectionState::MailboxGone => fl!(l, "alarm-why-mailbox-gone"),
                ConnectionState::AppCredential
                | ConnectionState::Verified
                | ConnectionState::Delayed
                | ConnectionState::Unproved => fl!(l, "alarm-why-other"),
            };
            let what = fl!(l, "alarm-connection-lost", address = named(&address), why = why);
            (what, fl!(l, "alarm-connection-lost-next"))
        }
        Trouble::RegistrationRefused { connections, .. } => {
            let what = fl!(l, "alarm-registration-refused", mailboxes = connections);
            (what, fl!(l, "alarm-registration-refused-next"))
        }
        Trouble::NoContact { address, since } => (
            fl!(l, "alarm-no-contact", address = named(&address), since = time(since)),
            fl!(l, "alarm-no-contact-next"),
        ),
        Trouble::RegistrationExpires { at, days } => (
            fl!(l, "alarm-registration-expires", days = days, date = day(at)),
            fl!(l, "alarm-registration-expires-next"),
        ),
        Trouble::TokenExpires { address, at } => (
            fl!(l, "alarm-token-expires", address = named(&address), date = day(at)),
            fl!(l, "alarm-token-expires-next"),
        ),
        Trouble::MailWaits { address, mails, since } => (
            fl!(l, "alarm-mail-waits", address = named(&address), mails = mails, since = time(since)),
            fl!(l, "alarm-mail-waits-next"),
        ),
        Trouble::MailNotSent { address, mails } => (
            fl!(l, "alarm-mail-not-sent", address = named(&address), mails = mails),
            fl!(l, "alarm-mail-not-sent-next"),
        ),
        Trouble::MailUnexplained { address, waiting, unreadable } => (
            fl!(
                l,
                "alarm-mail-unexplained",
                address = named(&address),
                waiting = waiting,
                unreadable = unreadable
            ),
            fl!(l, "alarm-mail-unexplained-next"),
        ),
        Trouble::NotificationsSilent { address } => (
            fl!(l, "alarm-notifications-silent", address = named(&address)),
            fl!(l, "alarm-notifications-silent-next"),
        ),
        Trouble::DiskFull { free, total } => (
            fl!(l, "alarm-disk-full", free = gigabytes(free), total = gigabytes(total)),
            fl!(l, "alarm-disk-full-next"),
        ),
    }
}

fn gigabytes(bytes: u64) -> String {
    let tenths = bytes / (1024 * 1024 * 1024 / 10);
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

/// Subject of a mail about `count` alarms, of which `first` is said.
pub(crate) fn alarm_subject(language: Language, first: &str, count: usize, only_good: bool) -> String {
    let l = loader(language);
    match count.saturating_sub(1) {
        _ if only_good => fl!(l, "alarm-subject-healed", first = first),
        0 => fl!(l, "alarm-subject", first = first),
        more => fl!(l, "alarm-subject-many", first = first, more = more),
    }
}

/// Heading of a part of an alarm mail: `raised`, `still` or `healed`.
pub(crate) fn alarm_heading(language: Language, which: &str) -> String {
    let l = loader(language);
    match which {
        "raised" => fl!(l, "alarm-raised"),
        "still" => fl!(l, "alarm-still"),
        _ => fl!(l, "alarm-healed"),
    }
}

/// `since 2026-11-23 15:04 UTC`.
pub(crate) fn alarm_since(language: Language, since: &str) -> String {
    fl!(loader(language), "alarm-since", since = since)
}

/// `and 980 more`.
pub(crate) fn alarm_more(language: Language, more: usize) -> String {
    fl!(loader(language), "alarm-more", more = more)
}

/// Where all alarms stand.
pub(crate) fn alarm_link(language: Language, link: &str) -> String {
    fl!(loader(language), "alarm-link", link = link)
}

/// Subject and text of a test.
pub(crate) fn alarm_test(language: Language) -> (String, String) {
    let l = loader(language);
    (fl!(l, "alarm-test-subject"), fl!(l, "alarm-test-body"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn keys(language: &str) -> Vec<String> {
        let file = Locales::get(&format!("{language}/mails.ftl")).unwrap();
        let text = String::from_utf8(file.data.into_owned()).unwrap();
        let mut keys: Vec<String> = text
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned()))
            .collect();
        keys.sort();
        keys
    }

    /// A key that a language lacks would silently come in English: a mail half in Japanese.
    #[test]
    fn each_language_has_each_text() {
        assert_eq!(keys("en"), keys("ja"));
    }

    /// A standard trigger whose text is missing would send its key to a customer.
    #[test]
    fn each_text_that_a_standard_trigger_names_is_there() {
        for trigger in desk::trigger::standard() {
            for action in trigger.actions {
                let desk::trigger::Action::NotificationUser { subject, body, .. } = action else { continue };
                for text in [subject, body] {
                    let key = text.strip_prefix("txt.").unwrap();
                    assert!(of_trigger(Language::Ja, key, &BTreeMap::new()).is_some(), "{key}");
                }
            }
        }
    }

    #[test]
    fn a_text_is_in_the_readers_language_without_isolating_marks() {
        let values = BTreeMap::from([("ticket.id".to_owned(), "1234".to_owned())]);
        let text = of_trigger(Language::Ja, "received-request-body", &values).unwrap();
        assert!(text.contains("受付番号：#1234"), "{text}");
        let text = of_trigger(Language::En, "received-request-body", &values).unwrap();
        assert!(text.contains("(#1234)"), "{text}");
    }
}
