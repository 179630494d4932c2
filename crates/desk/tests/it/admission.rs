//! Allowlist and blocklist, strangers, forged senders; and what recovering sets aside.
#![expect(clippy::unwrap_used, reason = "tests")]

use desk::admission::{Admission, LONGEST_LIST, List, Policy, Problem, Sender, Verdict};
use desk::decide::{Author, Cause, NOBODY, Outcome, OutcomeKind, decide};
use desk::recover::recover;
use desk::{Person, Status};
use mail::{AuthVerdict, Kind, Letter};

use crate::world::*;

fn policy(allow: &str, block: &str) -> Policy {
    Policy { allow: allow.to_owned(), block: block.to_owned(), ..Policy::default() }
}

fn judge(policy: &Policy, letter: &Letter, person: Option<&Person>) -> Admission {
    policy.rules().unwrap().judge(&Sender::of(letter, person))
}

const IN: Verdict = Verdict::Admitted;
const BLOCKED: Verdict = Verdict::Suspended(Cause::Blocklisted);
const REFUSED: Verdict = Verdict::Rejected(Cause::Blocklisted);
const NOT_LISTED: Verdict = Verdict::Suspended(Cause::NotOnAllowlist);

/// zendesk.md 5.4, row by row: (allowlist, blocklist, From, Reply-To, verdict).
#[test]
fn the_lists_decide_as_zendesks_do() {
    let cases = [
        ("", "", "a@b.example", None, IN),
        ("", "b.example", "a@b.example", None, BLOCKED),
        ("", "@b.example", "a@B.Example", None, BLOCKED),
        ("", "suspend:a@b.example", "a@b.example", None, BLOCKED),
        ("", "reject:a@b.example", "a@b.example", None, REFUSED),
        ("", "REJECT:@b.example", "a@b.example", None, REFUSED),
        ("", "reject:b.example suspend:b.example", "a@b.example", None, BLOCKED),
        ("", "b.example", "a@sub.b.example", None, IN),
        ("", "b.example", "a@notb.example", None, IN),
        ("", "*", "a@b.example", None, NOT_LISTED),
        ("", "reject:*", "a@b.example", None, Verdict::Rejected(Cause::NotOnAllowlist)),
        ("b.example", "*", "a@b.example", None, IN),
        ("b.example", "b.example", "a@b.example", None, IN),
        ("b.example", "reject:spam@b.example", "spam@b.example", None, REFUSED),
        ("a@b.example", "reject:b.example", "a@b.example", None, IN),
        ("", "reply.example", "a@b.example", Some("x@reply.example"), BLOCKED),
        ("", "b.example", "a@b.example", Some("x@reply.example"), BLOCKED),
        ("b.example", "*", "a@b.example", Some("x@reply.example"), IN),
        ("reply.example", "a@b.example", "a@b.example", Some("x@reply.example"), BLOCKED),
        ("", "例え.jp", "a@例え.jp", None, BLOCKED),
    ];
    for (allow, block, from, reply_to, verdict) in cases {
        let letter = Letter { reply_to: reply_to.map(mailbox), ..letter(from) };
        let found = judge(&policy(allow, block), &letter, None).verdict;
        assert_eq!(found, verdict, "allow {allow:?}, block {block:?}, {from} {reply_to:?}");
    }
}

/// `*` would else lock out every customer the desk has; whom the list names is meant all the same.
#[test]
fn a_star_does_not_mean_people_the_desk_knows() {
    let hana = hana();
    assert_eq!(judge(&policy("", "*"), &letter(HANA), Some(&hana)).verdict, IN);
    assert_eq!(judge(&policy("", "* customer.example"), &letter(HANA), Some(&hana)).verdict, BLOCKED);
}

#[test]
fn a_genuine_colleague_is_locked_out_by_no_list_and_a_pretended_one_is() {
    let agent = agent();
    let list = policy("", "reject:example.com");
    assert_eq!(judge(&list, &letter(AGENT), Some(&agent)).verdict, IN);
    let pretended = Letter { auth: AuthVerdict::Unknown, ..letter(AGENT) };
    assert_eq!(judge(&list, &pretended, Some(&agent)).verdict, REFUSED);
    let borrowed = Letter { reply_to: Some(mailbox(AGENT)), ..letter("a@spam.example") };
    assert_eq!(judge(&list, &borrowed, Some(&agent)).verdict, REFUSED, "a Reply-To proves nothing");
}

#[test]
fn with_the_switch_off_only_people_the_desk_knows_or_trusts_may_write() {
    let closed = Policy { anyone_may_submit: false, ..policy("partner.example", "") };
    let strange = judge(&closed, &letter(STRANGER), None).verdict;
    assert_eq!(strange, Verdict::Suspended(Cause::SignupRequired));
    assert_eq!(judge(&closed, &letter(HANA), Some(&hana())).verdict, IN);
    assert_eq!(judge(&closed, &letter("new@partner.example"), None).verdict, IN);
}

/// Else a spammer would only have to write a name of the allowlist into From.
#[test]
fn a_forged_sender_is_never_trusted_and_is_suspended_where_the_account_says_so() {
    let forged = Letter { auth: AuthVerdict::Fail, ..letter("a@partner.example") };
    let flagged = policy("partner.example", "");
    assert_eq!(judge(&flagged, &forged, None), Admission { verdict: IN, trusted: false });
    let strict = Policy { suspend_unauthenticated: true, ..flagged };
    let found = judge(&strict, &forged, None);
    assert_eq!(found, Admission { verdict: Verdict::Suspended(Cause::FailedAuthentication), trusted: false });
    let genuine = judge(&strict, &letter("a@partner.example"), None);
    assert_eq!(genuine, Admission { verdict: IN, trusted: true });
}

/// What is wrong is told with the place, all of it at once.
#[test]
fn every_word_that_cannot_be_understood_is_named_with_its_place() {
    let faults = policy("good.example * suspend:a@b.example", "a@b.example nonsense deny:c.example @ a@b@c.")
        .rules()
        .unwrap_err();
    let found: Vec<_> = faults.iter().map(|f| (f.list, f.number, f.word.as_str(), f.problem)).collect();
    assert_eq!(
        found,
        [
            (List::Allow, 2, "*", Problem::StarAllowed),
            (List::Allow, 3, "suspend:a@b.example", Problem::PrefixAllowed),
            (List::Block, 2, "nonsense", Problem::NoAddress),
            (List::Block, 3, "deny:c.example", Problem::UnknownPrefix),
            (List::Block, 4, "@", Problem::NoAddress),
            (List::Block, 5, "a@b@c.", Problem::NoAddress),
        ]
    );
    let long = policy(&"a.example ".repeat(LONGEST_LIST / 10), "");
    assert!(long.rules().is_ok(), "10,000 characters are allowed");
    let longer = Policy { allow: long.allow + " ", ..Policy::default() };
    assert_eq!(longer.rules().unwrap_err()[0].problem, Problem::TooLong);
}

#[test]
fn a_trusted_robot_makes_a_ticket_that_nothing_answers_by_itself() {
    let robot = Letter { kind: Kind::Automatic, ..letter("robot@partner.example") };
    let mut context = context();
    assert_eq!(decide(&robot, &context).outcome, Outcome::Suspended(Cause::AutoMailer));
    context.admission = Admission { verdict: IN, trusted: true };
    let Outcome::NewTicket(plan) = decide(&robot, &context).outcome else { panic!("no ticket") };
    assert!(plan.comment.automatic, "no automatic notification goes to it");
    let away = Letter { kind: Kind::OutOfOffice, ..letter("robot@partner.example") };
    assert_eq!(decide(&away, &context).outcome, Outcome::Suspended(Cause::AutoVacation));
}

#[test]
fn a_mail_without_anything_in_it_is_suspended_and_a_subject_alone_is_a_message() {
    let blank = Letter { subject: String::new(), text: " \n".to_owned(), ..letter(STRANGER) };
    assert_eq!(decide(&blank, &context()).outcome, Outcome::Suspended(Cause::Blank));
    let subject = Letter { subject: "Please call".to_owned(), ..blank };
    assert_eq!(decide(&subject, &context()).outcome.kind(), OutcomeKind::NewTicket);
}

/// Whatever kept it out, a recovered mail becomes something: a ticket, or a comment by the same order of privacy.
#[test]
fn recovering_sets_every_cause_aside_and_nothing_else() {
    let ordinary = letter(STRANGER);
    let with = |change: fn(&mut desk::Context)| {
        let mut context = context();
        change(&mut context);
        context
    };
    let cases = [
        (
            "blocklisted",
            ordinary.clone(),
            with(|c| c.admission.verdict = Verdict::Rejected(Cause::Blocklisted)),
        ),
        ("loop", ordinary.clone(), with(|c| c.recent.author = 1_000)),
        ("robot", Letter { kind: Kind::Automatic, ..ordinary.clone() }, context()),
        ("bounce of nothing", Letter { kind: Kind::Bounce, ..ordinary.clone() }, context()),
        ("nobody", Letter { from: None, ..ordinary.clone() }, context()),
        ("own address", letter(SUPPORT), with(|c| c.author_is_support_address = true)),
        ("blank", Letter { subject: String::new(), text: String::new(), ..ordinary.clone() }, context()),
    ];
    for (name, letter, context) in cases {
        let before = decide(&letter, &context).outcome.kind();
        assert!(matches!(before, OutcomeKind::Suspended | OutcomeKind::Rejected), "{name}: {before:?}");
        let Outcome::NewTicket(plan) = recover(&letter, &context).outcome else { panic!("{name}") };
        assert_eq!(plan.comment.automatic, letter.kind.is_automatic(), "{name}");
        if let Author::New(author) = &plan.requester {
            assert_ne!(author.address.as_str(), SUPPORT, "{name}: a support address is never a person");
        }
        if matches!(name, "nobody" | "own address") {
            assert_eq!(plan.requester, Author::New(mailbox(NOBODY)), "{name}");
        }
    }
}

#[test]
fn a_recovered_strangers_reply_joins_its_ticket_as_a_note_and_a_copy_stays_a_copy() {
    let mut context = context();
    context.author = Some(stranger());
    context.referenced = vec![ticket(by_headers(), Status::Pending)];
    let letter = letter(STRANGER);
    assert_eq!(decide(&letter, &context).outcome, Outcome::Suspended(Cause::OtherUserUpdate));
    let Outcome::Reply { comment, .. } = recover(&letter, &context).outcome else { panic!("no reply") };
    assert!(!comment.public, "a third party's words are shown to the staff alone");
    context.own = Some(desk::OutboxId(1));
    assert_eq!(recover(&letter, &context).outcome.kind(), OutcomeKind::OwnMail);
}
