//! Each failure in plain words: what happened, why, and what to do next. One text for each class, in the reader's language;
//! what Microsoft said word for word stands beside it for those who must ask further.

mod microsoft;

use axum::http::StatusCode;
use engine::TeamRule;
use i18n_embed_fl::fl;
use store::UsedBy;

use crate::failure::Failure;
use crate::language::{Texts, texts};
use crate::reader::Reader;

pub(crate) use microsoft::{no_mailbox, registering, sign_in};

/// A failure, ready to be shown.
#[derive(Debug, Clone)]
pub(crate) struct Explained {
    pub(crate) status: StatusCode,
    pub(crate) title: String,
    pub(crate) cause: String,
    pub(crate) next: String,
    /// Names and values for Microsoft's support: code, request id.
    pub(crate) facts: Vec<(String, String)>,
    /// Lines for an administrator's shell.
    pub(crate) commands: Vec<String>,
    /// Words of a button and where it leads.
    pub(crate) way_on: (String, &'static str),
}

/// Where a new attempt at connecting starts.
pub(crate) const CONNECT: &str = "/admin/channels/email/addresses/connect/exchange";
/// The desk's registration at Entra.
pub(crate) const REGISTRATION: &str = "/admin/channels/email/registration";
/// The list of support addresses.
pub(crate) const ADDRESSES: &str = "/admin/channels/email/addresses";

/// Explains.
pub(crate) fn explain(reader: &Reader, failure: &Failure) -> Explained {
    let t = texts(reader.language);
    match failure {
        Failure::Engine(error) => of_engine(t, error),
        Failure::Connecting(error) => while_connecting(t, error),
        Failure::CrossSite => plain(
            StatusCode::FORBIDDEN,
            fl!(t, "cross-site-title"),
            fl!(t, "cross-site-cause"),
            fl!(t, "cross-site-next"),
            home(t),
        ),
        Failure::Status(status) => of_status(t, *status),
        Failure::Template(_) | Failure::Session(_) => own_fault(t),
    }
}

/// The same words for an error on the way to a connected mailbox: the title says that nothing was saved, the button tries again.
fn while_connecting(t: Texts, error: &engine::Error) -> Explained {
    let explained = of_engine(t, error);
    let (title, way_on) = match error {
        engine::Error::Forbidden => return explained,
        engine::Error::OtherAccount { .. } | engine::Error::AddressInUse { .. } => {
            (fl!(t, "connect-failed-title"), (fl!(t, "to-addresses"), ADDRESSES))
        }
        engine::Error::NotRegistered => {
            (fl!(t, "connect-failed-title"), (fl!(t, "open-registration"), REGISTRATION))
        }
        _ => (fl!(t, "connect-failed-title"), (fl!(t, "connect-again"), CONNECT)),
    };
    Explained { title, way_on, ..explained }
}

/// A use case's refusal.
pub(crate) fn of_engine(t: Texts, error: &engine::Error) -> Explained {
    use engine::Error as E;
    let (status, title, cause, next) = match error {
        E::Forbidden => (
            StatusCode::FORBIDDEN,
            fl!(t, "forbidden-title"),
            fl!(t, "forbidden-cause"),
            fl!(t, "forbidden-next"),
        ),
        E::NotFound => (
            StatusCode::NOT_FOUND,
            fl!(t, "not-found-title"),
            fl!(t, "not-found-cause"),
            fl!(t, "not-found-next"),
        ),
        E::ChangedMeanwhile => (
            StatusCode::CONFLICT,
            fl!(t, "changed-meanwhile-title"),
            fl!(t, "changed-meanwhile-cause"),
            fl!(t, "changed-meanwhile-next"),
        ),
        E::WrongLogin => (
            StatusCode::UNAUTHORIZED,
            fl!(t, "wrong-login-title"),
            fl!(t, "wrong-login-cause"),
            fl!(t, "wrong-login-next"),
        ),
        E::TooManyAttempts => (
            StatusCode::TOO_MANY_REQUESTS,
            fl!(t, "too-many-attempts-title"),
            fl!(t, "too-many-attempts-cause"),
            fl!(t, "too-many-attempts-next"),
        ),
        E::NotRegistered => (
            StatusCode::CONFLICT,
            fl!(t, "not-registered-title"),
            fl!(t, "not-registered-cause"),
            fl!(t, "not-registered-next"),
        ),
        E::RegisteredInFile => (
            StatusCode::CONFLICT,
            fl!(t, "registered-in-file-title"),
            fl!(t, "registration-in-file"),
            fl!(t, "registered-in-file-next"),
        ),
        E::Certificate(fault) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            fl!(t, "certificate-fault-title"),
            certificate_fault(t, *fault),
            fl!(t, "certificate-fault-next"),
        ),
        E::UnknownConsent => (
            StatusCode::NOT_FOUND,
            fl!(t, "unknown-consent-title"),
            fl!(t, "unknown-consent-cause"),
            fl!(t, "unknown-consent-next"),
        ),
        E::UnknownMailbox(name) => (
            StatusCode::CONFLICT,
            fl!(t, "unknown-mailbox-title"),
            fl!(t, "unknown-mailbox-cause", name = name.as_str()),
            fl!(t, "unknown-mailbox-next"),
        ),
        E::MissingRights(missing) => return missing_rights(t, missing),
        E::UnknownSignIn => (
            StatusCode::BAD_REQUEST,
            fl!(t, "unknown-sign-in-title"),
            fl!(t, "unknown-sign-in-cause"),
            fl!(t, "unknown-sign-in-next"),
        ),
        E::OtherAccount { expected, got } => (
            StatusCode::CONFLICT,
            fl!(t, "other-account-title"),
            fl!(t, "other-account-cause", expected = expected.as_str(), got = got.as_str()),
            fl!(t, "other-account-next", expected = expected.as_str()),
        ),
        E::AddressInUse { address, by } => (
            StatusCode::CONFLICT,
            fl!(t, "address-in-use-title"),
            in_use(t, address, by),
            match by {
                UsedBy::SupportAddress => fl!(t, "in-use-by-connection-next"),
                UsedBy::Staff(_) | UsedBy::EndUser(_) => fl!(t, "in-use-by-person-next"),
            },
        ),
        E::DefaultAddress => (
            StatusCode::CONFLICT,
            fl!(t, "default-address-title"),
            fl!(t, "default-address-cause"),
            fl!(t, "default-address-next"),
        ),
        E::NotProved => (
            StatusCode::CONFLICT,
            fl!(t, "default-address-title"),
            fl!(t, "not-proved-cause"),
            fl!(t, "not-proved-next"),
        ),
        E::NotYet => {
            (StatusCode::CONFLICT, fl!(t, "not-yet-title"), fl!(t, "not-yet-cause"), fl!(t, "not-yet-next"))
        }
        E::NoWayOut => (
            StatusCode::CONFLICT,
            fl!(t, "no-way-out-title"),
            fl!(t, "no-way-out-cause"),
            fl!(t, "no-way-out-next"),
        ),
        E::Team(rule) => {
            let (cause, next) = team_rule(t, *rule);
            (StatusCode::CONFLICT, fl!(t, "team-rule-title"), cause, next)
        }
        E::LinkDead => {
            (StatusCode::GONE, fl!(t, "link-dead-title"), fl!(t, "link-dead-cause"), fl!(t, "link-dead-next"))
        }
        E::ImportUnderWay => (
            StatusCode::CONFLICT,
            fl!(t, "import-under-way-title"),
            fl!(t, "import-under-way-cause"),
            fl!(t, "import-under-way-next"),
        ),
        E::TooLate => (
            StatusCode::CONFLICT,
            fl!(t, "too-late-title"),
            fl!(t, "too-late-cause"),
            fl!(t, "too-late-next"),
        ),
        E::Closed => {
            (StatusCode::CONFLICT, fl!(t, "closed-title"), fl!(t, "closed-cause"), fl!(t, "closed-next"))
        }
        E::Senders(_) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            fl!(t, "invalid-title"),
            fl!(t, "senders-bad-lists"),
            fl!(t, "invalid-next"),
        ),
        E::Invalid { field, problem } => (
            StatusCode::UNPROCESSABLE_ENTITY,
            fl!(t, "invalid-title"),
            invalid(t, field, problem),
            fl!(t, "invalid-next"),
        ),
        E::Microsoft(error) => return microsoft::explain(t, error),
        E::NoMailbox { why, trace } => return microsoft::without_mailbox(t, *why, trace),
        E::MailTemplate(fault) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            fl!(t, "invalid-title"),
            crate::pages::mail_template::explain_fault(t, fault),
            fl!(t, "invalid-next"),
        ),
        E::Store(_) | E::Template(_) => return own_fault(t),
    };
    plain(status, title, cause, next, home(t))
}

fn certificate_fault(t: Texts, fault: exchange::CertificateFault) -> String {
    use exchange::CertificateFault as C;
    match fault {
        C::NoCertificate => fl!(t, "certificate-fault-none"),
        C::NoKey => fl!(t, "certificate-fault-no-key"),
        C::Encrypted => fl!(t, "certificate-fault-encrypted"),
        C::NotRsa => fl!(t, "certificate-fault-not-rsa"),
        C::Mismatch => fl!(t, "certificate-fault-mismatch"),
        C::NotMade => fl!(t, "certificate-fault-not-made"),
    }
}

/// Each missing right by its name in Exchange, and the lines that give them.
fn missing_rights(t: Texts, missing: &engine::MissingRights) -> Explained {
    use engine::Right;
    let name = |right: &Right| match right {
        Right::FullAccess => fl!(t, "right-full-access"),
        Right::SendAs => fl!(t, "right-send-as"),
        Right::AppReadWrite => fl!(t, "right-app-read"),
        Right::AppSend => fl!(t, "right-app-send"),
        Right::AppDirectory => fl!(t, "right-app-directory"),
    };
    let rights = missing.rights.iter().map(name).collect::<Vec<_>>().join(", ");
    let mailbox = missing.mailbox.as_str();
    let (cause, next) = match &missing.person {
        Some(person) => (
            fl!(t, "missing-rights-person", person = person.as_str(), mailbox = mailbox, rights = rights),
            fl!(t, "missing-rights-person-next"),
        ),
        None => (
            fl!(t, "missing-rights-app", mailbox = mailbox, rights = rights),
            fl!(t, "missing-rights-app-next"),
        ),
    };
    let title = fl!(t, "missing-rights-title");
    Explained {
        commands: missing.commands.clone(),
        ..plain(StatusCode::CONFLICT, title, cause, next, home(t))
    }
}

fn team_rule(t: Texts, rule: TeamRule) -> (String, String) {
    match rule {
        TeamRule::OwnerStays => (fl!(t, "owner-stays-cause"), fl!(t, "owner-stays-next")),
        TeamRule::LastAdmin => (fl!(t, "last-admin-cause"), fl!(t, "last-admin-next")),
        TeamRule::Yourself => (fl!(t, "yourself-cause"), fl!(t, "yourself-next")),
        TeamRule::OwnersOwn => (fl!(t, "owners-own-cause"), fl!(t, "owners-own-next")),
        TeamRule::NotBetween => (fl!(t, "not-between-cause"), fl!(t, "not-between-next")),
        TeamRule::Deactivated => (fl!(t, "deactivated-cause"), fl!(t, "deactivated-next")),
    }
}

/// What a password must be.
pub(crate) fn password_rule(t: Texts) -> String {
    fl!(t, "password-rule")
}

fn in_use(t: Texts, address: &str, by: &UsedBy) -> String {
    match by {
        UsedBy::SupportAddress => fl!(t, "in-use-by-connection-cause", address = address),
        UsedBy::Staff(name) => fl!(t, "in-use-by-staff-cause", address = address, name = name.as_str()),
        UsedBy::EndUser(name) => fl!(t, "in-use-by-end-user-cause", address = address, name = name.as_str()),
    }
}

fn invalid(t: Texts, field: &str, problem: &str) -> String {
    let field = match field {
        "text" => fl!(t, "field-text"),
        "name" => fl!(t, "field-name"),
        "address" | "email" => fl!(t, "field-address"),
        "password" => fl!(t, "field-password"),
        "brand" => fl!(t, "field-brand"),
        "files" => fl!(t, "field-files"),
        "status" => fl!(t, "field-status"),
        "assignee" => fl!(t, "field-assignee"),
        "client-id" => fl!(t, "client-id"),
        "tenant" => fl!(t, "tenant"),
        "cloud" => fl!(t, "cloud"),
        "login-url" => fl!(t, "login-url"),
        "graph-url" => fl!(t, "graph-url"),
        "client-secret" => fl!(t, "secret-value"),
        "certificate" => fl!(t, "credential-certificate"),
        "expires-on" => fl!(t, "secret-ends"),
        "mailbox" => fl!(t, "field-mailbox"),
        "role" => fl!(t, "people-role"),
        "number" => fl!(t, "import-choice-number"),
        "dates" => fl!(t, "import-choice-between"),
        other => other.to_owned(),
    };
    match problem {
        "empty" => fl!(t, "problem-empty", field = field),
        "too-long" => fl!(t, "problem-too-long", field = field),
        "too-short" => fl!(t, "problem-too-short", field = field),
        "too-large" => fl!(t, "problem-too-large", field = field),
        "unknown" | "unknown-address" => fl!(t, "problem-unknown", field = field),
        "not-guid" => fl!(t, "problem-not-guid", field = field),
        "not-tenant" => fl!(t, "problem-not-tenant", field = field),
        "not-url" => fl!(t, "problem-not-url", field = field),
        "nobodys" => fl!(t, "problem-nobodys"),
        "not-an-address" => fl!(t, "problem-not-an-address", field = field),
        "not-csv" => fl!(t, "problem-not-csv", field = field),
        "no-address-column" => fl!(t, "problem-no-address-column", field = field),
        "out-of-range" => fl!(t, "problem-out-of-range", field = field, most = engine::MOST),
        "wrong-order" => fl!(t, "problem-wrong-order", field = field),
        "first-comment" => fl!(t, "problem-first-comment"),
        "no-mail" => fl!(t, "problem-no-mail"),
        "not-merged" => fl!(t, "problem-not-merged"),
        "same-ticket" => fl!(t, "problem-same-ticket"),
        "unknown-ticket" => fl!(t, "problem-unknown-ticket"),
        "no-duplicate" => fl!(t, "problem-no-duplicate"),
        "not-staff" => fl!(t, "problem-not-staff", field = field),
        _ => fl!(t, "problem-other", field = field),
    }
}

fn of_status(t: Texts, status: StatusCode) -> Explained {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => plain(
            status,
            fl!(t, "too-large-title"),
            fl!(t, "too-large-cause"),
            fl!(t, "too-large-next"),
            home(t),
        ),
        status if status.is_server_error() => own_fault(t),
        status => plain(
            status,
            fl!(t, "bad-request-title"),
            fl!(t, "bad-request-cause"),
            fl!(t, "bad-request-next"),
            home(t),
        ),
    }
}

fn own_fault(t: Texts) -> Explained {
    plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        fl!(t, "own-fault-title"),
        fl!(t, "own-fault-cause"),
        fl!(t, "own-fault-next"),
        home(t),
    )
}

fn plain(
    status: StatusCode,
    title: String,
    cause: String,
    next: String,
    way_on: (String, &'static str),
) -> Explained {
    Explained { status, title, cause, next, facts: Vec::new(), commands: Vec::new(), way_on }
}

fn home(t: Texts) -> (String, &'static str) {
    (fl!(t, "to-tickets"), "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use exchange::{Error as M, NoMailbox, Trace};

    fn microsoft() -> Vec<M> {
        let trace = || Trace { code: "SomeCode".to_owned(), ..Trace::default() };
        vec![
            M::NoAnswer(String::new()),
            M::Throttled { retry_after: None, trace: trace() },
            M::Server(trace()),
            M::Moving(trace()),
            M::AccessToken(trace()),
            M::SignIn(trace()),
            M::Consent(trace()),
            M::MissingScopes { missing: vec!["Mail.Send".to_owned()] },
            M::Denied(trace()),
            M::AppCredential(trace()),
            M::AppConfig(trace()),
            M::MailboxGone(trace()),
            M::NotFound(trace()),
            M::Resync(trace()),
            M::Conflict(trace()),
            M::PoisonItem(trace()),
            M::Refused(trace()),
            M::BadRequest(trace()),
            M::NotGenuine(String::new()),
            M::Unexpected(String::new()),
        ]
    }

    fn ours() -> Vec<engine::Error> {
        use engine::Error as E;
        let used = |by| E::AddressInUse { address: "a@b.test".to_owned(), by };
        vec![
            E::Forbidden,
            E::NotFound,
            E::WrongLogin,
            E::TooManyAttempts,
            E::NotRegistered,
            E::UnknownSignIn,
            E::RegisteredInFile,
            E::Certificate(exchange::CertificateFault::NoKey),
            E::UnknownConsent,
            E::UnknownMailbox("a@b.test".to_owned()),
            E::NoMailbox { why: NoMailbox::OnPremises, trace: Trace::default() },
            E::NoMailbox { why: NoMailbox::Unlicensed, trace: Trace::default() },
            E::NoMailbox { why: NoMailbox::Deleted, trace: Trace::default() },
            E::NoMailbox { why: NoMailbox::NoAccount, trace: Trace::default() },
            E::MissingRights(engine::MissingRights {
                mailbox: "a@b.test".to_owned(),
                person: None,
                rights: vec![engine::Right::AppSend],
                commands: vec![],
            }),
            E::OtherAccount { expected: "a@b.test".to_owned(), got: "c@d.test".to_owned() },
            used(UsedBy::SupportAddress),
            used(UsedBy::Staff("Ben".to_owned())),
            used(UsedBy::EndUser("Eve".to_owned())),
            E::DefaultAddress,
            E::NotProved,
            E::NoWayOut,
            E::ImportUnderWay,
            E::TooLate,
            E::Closed,
            E::Invalid { field: "text", problem: "empty" },
            E::MailTemplate(desk::template::Fault::NoContent(desk::template::Form::Html)),
            E::Template(String::new()),
        ]
    }

    /// Plain words and a next step for each class; two classes with one text would be one class.
    #[test]
    fn every_error_says_what_happened_and_what_to_do_in_both_languages() {
        for language in [desk::Language::En, desk::Language::Ja] {
            let t = texts(language);
            let mut causes = std::collections::HashSet::new();
            for error in ours().into_iter().chain(microsoft().into_iter().map(engine::Error::Microsoft)) {
                let explained = while_connecting(t, &error);
                for text in [&explained.title, &explained.cause, &explained.next, &explained.way_on.0] {
                    assert!(!text.is_empty() && !text.contains("No localization"), "{error:?}: {text}");
                }
                assert!(explained.status.is_client_error() || explained.status.is_server_error());
                assert!(
                    causes.insert(explained.cause.clone()),
                    "{error:?} says the same as another: {}",
                    explained.cause
                );
            }
        }
    }

    /// Each number that Microsoft gives with `invalid_grant`: what happened and who must do what. What only an administrator can
    /// change is never answered with "sign in again" alone.
    #[test]
    fn a_refused_sign_in_says_what_happened_and_who_must_act_in_both_languages() {
        // number, sign of the cause (en, ja), an administrator must act first
        let cases = [
            (50_057, "is disabled", "無効", true),
            (50_053, "is locked", "ロック", true),
            (50_105, "not assigned", "割り当て", true),
            (53_003, "Conditional Access", "条件付きアクセス", true),
            (53_000, "Conditional Access", "条件付きアクセス", true),
            (530_032, "Conditional Access", "条件付きアクセス", true),
            (50_034, "no longer knows", "見つかりません", true),
            (50_076, "second proof", "多要素認証", false),
            (50_079, "second proof", "多要素認証", false),
            (50_055, "password", "パスワード", false),
            (50_133, "password", "パスワード", false),
            (50_173, "withdrawn", "取り消", false),
            (700_082, "too long", "有効期限", false),
            (70_043, "too long", "有効期限", false),
        ];
        for (number, en, ja, administrator) in cases {
            let known =
                exchange::known_code(number).unwrap_or_else(|| panic!("{number} is not in the table"));
            assert_eq!(known.help == exchange::EntraHelp::AdminAction, administrator, "{number}");
            let trace = Trace { code: "invalid_grant".to_owned(), aadsts: Some(number), ..Trace::default() };
            let error = engine::Error::Microsoft(M::SignIn(trace));
            for (language, sign, who) in
                [(desk::Language::En, en, "administrator"), (desk::Language::Ja, ja, "管理者")]
            {
                let explained = of_engine(texts(language), &error);
                assert!(explained.cause.contains(sign), "{number}: {}", explained.cause);
                assert_eq!(explained.next.contains(who), administrator, "{number}: {}", explained.next);
            }
        }
        let other = Trace { code: "invalid_grant".to_owned(), aadsts: Some(70_000), ..Trace::default() };
        let explained = of_engine(texts(desk::Language::En), &engine::Error::Microsoft(M::SignIn(other)));
        assert!(explained.cause.contains("sign in again"), "{}", explained.cause);
    }

    /// Connector.md A12: each kind in its own words, before connecting and where a connection is lost.
    #[test]
    fn a12_each_reason_for_having_no_mailbox_has_its_own_words_in_both_languages() {
        for language in [desk::Language::En, desk::Language::Ja] {
            let t = texts(language);
            let mut said = std::collections::HashSet::new();
            for why in NoMailbox::ALL {
                let cause = store::StateCause {
                    code: "MailboxNotEnabledForRESTAPI".to_owned(),
                    no_mailbox: Some(why.as_str().to_owned()),
                    ..store::StateCause::default()
                };
                let lost = store::ConnectionState::MailboxGone;
                let shown = crate::wording::state_help(t, lost, Some(&cause));
                assert_eq!(shown.0, no_mailbox(t, why).0, "{why:?}");
                assert!(!shown.1.is_empty() && said.insert(shown.0), "{why:?} says the same as another");
            }
            let code = "MailboxNotHostedInExchangeOnline".to_owned();
            let cause = store::StateCause { code, ..store::StateCause::default() };
            let shown = crate::wording::state_help(t, store::ConnectionState::MailboxGone, Some(&cause));
            assert_eq!(shown, no_mailbox(t, NoMailbox::OnPremises));
        }
    }

    #[test]
    fn what_matters_is_named_in_the_text() {
        let t = texts(desk::Language::Ja);
        let missing = engine::Error::Microsoft(M::MissingScopes { missing: vec!["Mail.Send".to_owned()] });
        assert!(of_engine(t, &missing).cause.contains("Mail.Send"));
        let used = engine::Error::AddressInUse {
            address: "a@b.test".to_owned(),
            by: UsedBy::Staff("Ben".to_owned()),
        };
        let cause = of_engine(t, &used).cause;
        assert!(cause.contains("a@b.test") && cause.contains("Ben"), "{cause}");
        let facts = of_engine(
            t,
            &engine::Error::Microsoft(M::Consent(Trace {
                code: "consent_required".to_owned(),
                request_id: Some("abc-1".to_owned()),
                aadsts: Some(65001),
                ..Trace::default()
            })),
        )
        .facts;
        let values: Vec<_> = facts.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["consent_required", "AADSTS65001", "abc-1"]);
    }
}
