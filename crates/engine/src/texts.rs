//! The texts of the mails the desk sends, in each language. The keys are checked at compile time.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use desk::Language;
use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::{FluentLanguageLoader, fluent_language_loader};
use i18n_embed_fl::fl;
use rust_embed::RustEmbed;

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
pub(crate) fn files_left_out(language: Language) -> String {
    fl!(loader(language), "files-left-out")
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
        assert!(text.contains("受付番号:#1234"), "{text}");
        let text = of_trigger(Language::En, "received-request-body", &values).unwrap();
        assert!(text.contains("(#1234)"), "{text}");
    }
}
