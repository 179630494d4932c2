#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashSet;

use super::*;

fn refused(class: Class, aadsts: Option<u32>) -> Fact {
    Fact::Refused {
        class,
        code: "SomeCode".to_owned(),
        aadsts,
        message: "Something".to_owned(),
        request_id: Some("id-1".to_owned()),
        no_mailbox: None,
    }
}

pub(crate) fn every_fact() -> Vec<Fact> {
    let at: Timestamp = "2026-11-23T03:00:00Z".parse().unwrap();
    let word = || "contoso.com".to_owned();
    let mut facts: Vec<Fact> = [
        Class::NoAnswer,
        Class::Throttled,
        Class::Server,
        Class::Moving,
        Class::AccessToken,
        Class::SignIn,
        Class::Consent,
        Class::Denied,
        Class::AppCredential,
        Class::AppConfig,
        Class::MailboxGone,
        Class::NotFound,
        Class::Resync,
        Class::Conflict,
        Class::PoisonItem,
        Class::Refused,
        Class::BadRequest,
        Class::NotGenuine,
        Class::Unexpected,
    ]
    .map(|class| refused(class, None))
    .into();
    facts.extend([
        Fact::Registered,
        Fact::NotRegistered,
        Fact::SignInWorks { until: at },
        Fact::TimedOut { seconds: 20 },
        Fact::NotTried { because: Step::SignIn },
        Fact::AllPermissions { granted: 6 },
        Fact::PermissionsMissing { missing: vec!["Mail.Send".to_owned()] },
        Fact::MailboxThere { total: 12, unread: 3 },
        Fact::InboxRead { newest: Some(at) },
        Fact::InboxRead { newest: None },
        Fact::DraftWorks,
        Fact::Proved { at },
        Fact::ProvedLongAgo { at },
        Fact::NeverProved,
        Fact::ProofUnderWay { since: at },
        Fact::ProofNotReturned { sent_at: at },
        Fact::ClockRight,
        Fact::ClockOff { ahead: 400 },
        Fact::ClockOff { ahead: -40 },
        Fact::ClockUnknown,
        Fact::NotPublic,
        Fact::PublicAnswers,
        Fact::PublicSilent { detail: "refused".to_owned() },
        Fact::PublicOther { status: 404 },
        Fact::BudgetsFine { calls: 10 },
        Fact::Throttled { times: 2 },
        Fact::BudgetLow { calls: 9_000 },
        Fact::AloneInMailbox { prompt: 30 },
        Fact::TooFewToTell,
        Fact::OtherReader { prompt: 30, found_read: 12, vanished: 3 },
        Fact::LedgerComplete { counted: 1_234, since: at },
        Fact::LedgerTookIn { counted: 12, items: vec!["AAk=".to_owned()], unexplained: 1 },
        Fact::LedgerWaits { waiting: 2, since: at },
        Fact::DomainForTests { domain: word() },
        Fact::DnsSilent { question: word() },
        Fact::MxMicrosoft,
        Fact::MxThere { hosts: vec![word()] },
        Fact::MxElsewhere { hosts: vec![word()] },
        Fact::MxMissing { domain: word() },
        Fact::SpfRight,
        Fact::SpfMissing { record: word() },
        Fact::SpfWithoutMicrosoft { record: word() },
        Fact::SpfTwice,
        Fact::DkimRight,
        Fact::DkimMissing { names: vec![word()] },
        Fact::DmarcRight { policy: "reject".to_owned() },
        Fact::DmarcMissing { name: word() },
        Fact::MicrosoftsDomain,
    ]);
    facts
}

pub(crate) fn finding(step: Step, fact: Fact) -> Finding {
    Finding { step, verdict: fact.verdict(), fact, millis: 12, command: None }
}

/// One plain sentence for each finding, and a next step wherever somebody should do something.
#[test]
fn every_finding_has_a_sentence_of_its_own_and_a_next_step_where_one_is_needed() {
    for language in [Language::En, Language::Ja] {
        let mut sentences = HashSet::new();
        for fact in every_fact() {
            let needs = matches!(fact.verdict(), Verdict::Look | Verdict::Trouble);
            let said = say(language, &finding(Step::Mailbox, fact.clone()), &|at| at.to_string());
            for text in std::iter::once(&said.sentence).chain(&said.next) {
                assert!(!text.is_empty() && !text.contains("No localization"), "{fact:?}: {text}");
            }
            assert!(!needs || said.next.is_some(), "{fact:?} leaves people alone");
            assert!(sentences.insert(said.sentence.clone()), "{fact:?} says what another says");
        }
        for (name, step) in Step::ALL.map(|one| (self::step(language, one), one)) {
            assert!(!name.is_empty() && !name.contains("No localization"), "{step:?}");
        }
    }
}

#[test]
fn a_number_of_entras_is_help_beside_the_class_and_in_the_readers_language() {
    for (language, part) in [(Language::En, "sign in again"), (Language::Ja, "再サインイン")] {
        let fact = refused(Class::SignIn, Some(50_173));
        let said = say(language, &finding(Step::SignIn, fact), &|at| at.to_string());
        let (name, help) = said.number.unwrap();
        assert_eq!(name, "AADSTS50173 FreshTokenNeeded");
        assert!(help.contains(part), "{help}");
        assert_eq!(said.page, Some(Mend::Reconnect));
        assert_eq!(said.ids, ["id-1"]);
    }
    let unknown =
        say(Language::En, &finding(Step::SignIn, refused(Class::SignIn, Some(1))), &|_| String::new());
    assert_eq!(unknown.number, None);
}

#[test]
fn every_class_of_entras_numbers_has_words_in_both_languages() {
    for language in [Language::En, Language::Ja] {
        let words: HashSet<String> =
            EntraHelp::ALL.iter().map(|help| entra_help(texts(language), *help)).collect();
        assert_eq!(words.len(), EntraHelp::ALL.len());
        assert!(words.iter().all(|text| !text.is_empty() && !text.contains("No localization")));
    }
}
