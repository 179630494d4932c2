//! The order of the rules, and each rule that does not concern an existing ticket.
#![expect(clippy::panic, reason = "tests")]

use desk::decide::{Bounced, Cause, Doubt, Known, NOBODY, Outcome, OutcomeKind, Signal, Way};
use desk::flood::{Recent, Verdict};
use desk::{CommentId, OutboxId, Status, TicketId, decide};
use mail::{AuthVerdict, Kind, Unreadable};
use proptest::prelude::*;

use crate::world::*;

fn known() -> Known {
    Known { ledger: None, ticket: TicketId(5), comment: CommentId(6) }
}

#[test]
fn an_ordinary_mail_becomes_a_ticket_of_its_author() {
    let decision = decide(&letter(HANA), &context());
    let Outcome::NewTicket(plan) = decision.outcome else { panic!("{decision:?}") };
    assert_eq!(plan.requester, desk::decide::Author::New(mailbox(HANA)));
    assert_eq!(plan.subject, "The printer is on fire");
    assert!(plan.comment.public && !plan.comment.automatic && plan.comment.spoof.is_none());
}

#[test]
fn a_copy_of_our_own_mail_makes_nothing_whatever_else_it_looks_like() {
    let mut context = context();
    context.own = Some(OutboxId(9));
    context.author_is_support_address = true;
    context.known = Some(known());
    context.referenced = vec![ticket(by_token(), Status::Open)];
    assert_eq!(decide(&letter(SUPPORT), &context).outcome, Outcome::OwnMail(OutboxId(9)));
}

#[test]
fn a_support_address_is_never_an_author() {
    // Two desks, or two addresses of one desk, would answer each other for ever.
    let mut context = context();
    context.author_is_support_address = true;
    context.referenced = vec![ticket(by_token(), Status::Open)];
    assert_eq!(decide(&letter(SUPPORT), &context).outcome, Outcome::Suspended(Cause::FromSupportAddress));
}

#[test]
fn reply_to_counts_as_author_unless_it_is_a_support_address() {
    let mut letter = letter(HANA);
    let ours = |a: &mail::Address| a.as_str() == SUPPORT;
    assert_eq!(desk::decide::author(&letter, ours), Some(&mailbox(HANA)));
    letter.reply_to = Some(mailbox(STRANGER));
    assert_eq!(desk::decide::author(&letter, ours), Some(&mailbox(STRANGER)));
    letter.reply_to = Some(mailbox(SUPPORT));
    assert_eq!(desk::decide::author(&letter, ours), Some(&mailbox(HANA)));
}

#[test]
fn bounces_are_shown_at_the_mail_that_bounced_or_wait() {
    let mut letter = letter("mailer-daemon@elsewhere.example");
    letter.kind = Kind::Bounce;
    let mut context = context();
    assert_eq!(decide(&letter, &context).outcome, Outcome::Suspended(Cause::AutoDeliveryFailure));
    let bounced = Bounced { outbox: OutboxId(3), ticket: Some(TicketId(7)) };
    context.bounced = Some(bounced.clone());
    assert_eq!(decide(&letter, &context).outcome, Outcome::Bounce(bounced));
}

#[test]
fn machines_make_no_tickets() {
    let cases = [
        (Kind::OutOfOffice, HANA, Cause::AutoVacation),
        (Kind::Automatic, HANA, Cause::AutoMailer),
        (Kind::Bulk, HANA, Cause::AutoMailer),
        (Kind::Receipt, HANA, Cause::AutoMailer),
        (Kind::Ordinary, "postmaster@elsewhere.example", Cause::SystemUser),
        (Kind::Automatic, "mailer-daemon@elsewhere.example", Cause::SystemUser),
    ];
    for way in [Way::Live, Way::Import] {
        for (kind, from, cause) in cases {
            let mut letter = letter(from);
            letter.kind = kind;
            let mut context = context();
            context.way = way;
            assert_eq!(
                decide(&letter, &context).outcome,
                Outcome::Suspended(cause),
                "{kind:?} {from} {way:?}"
            );
        }
    }
}

#[test]
fn a_readable_mail_without_author_waits_where_an_agent_can_see_it() {
    let mut letter = letter(HANA);
    letter.from = None;
    assert_eq!(decide(&letter, &context()).outcome, Outcome::Suspended(Cause::UnknownAuthor));
}

#[test]
fn a_mail_that_cannot_be_read_becomes_a_ticket_that_nobody_is_written_to_for() {
    for why in [Unreadable::Empty, Unreadable::NoHeaders, Unreadable::NoMime] {
        for from in [Some(HANA), None] {
            let mut letter = letter(HANA);
            letter.from = from.map(mailbox);
            letter.unreadable = Some(why.clone());
            let Outcome::Unreadable(plan) = decide(&letter, &context()).outcome else {
                panic!("{why:?} {from:?}")
            };
            let who = desk::decide::Author::New(mailbox(from.unwrap_or(NOBODY)));
            assert_eq!(plan.requester, who);
            assert!(plan.comment.automatic, "nothing may be sent for it");
        }
    }
}

#[test]
fn a_reply_whose_mime_microsoft_cannot_give_still_lands_in_its_ticket() {
    let mut letter = letter(HANA);
    letter.unreadable = Some(Unreadable::NoMime);
    let mut context = context();
    context.author = Some(hana());
    context.referenced = vec![ticket(by_headers(), Status::Open)];
    assert_eq!(decide(&letter, &context).outcome.kind(), OutcomeKind::Reply);
}

#[test]
fn an_hour_takes_twenty_mails_of_one_author_keeps_twenty_more_and_refuses_the_rest() {
    let cases = [
        (0, OutcomeKind::NewTicket),
        (19, OutcomeKind::NewTicket),
        (20, OutcomeKind::Suspended),
        (39, OutcomeKind::Suspended),
        (40, OutcomeKind::Rejected),
        (u32::MAX, OutcomeKind::Rejected),
    ];
    for (recent, outcome) in cases {
        let mut context = context();
        context.recent.author = recent;
        assert_eq!(decide(&letter(HANA), &context).outcome.kind(), outcome, "{recent}");
        // Old mail comes all at once and is no loop.
        context.way = Way::Import;
        assert_eq!(decide(&letter(HANA), &context).outcome.kind(), OutcomeKind::NewTicket, "{recent}");
    }
}

#[test]
fn the_loop_breaker_lets_agents_work_but_not_their_robots_nor_who_claims_to_be_one() {
    let cases = [
        (AuthVerdict::Pass, Kind::Ordinary, OutcomeKind::Reply),
        (AuthVerdict::Pass, Kind::OutOfOffice, OutcomeKind::Rejected),
        (AuthVerdict::Unknown, Kind::Ordinary, OutcomeKind::Rejected),
        (AuthVerdict::Fail, Kind::Ordinary, OutcomeKind::Rejected),
    ];
    for (auth, kind, outcome) in cases {
        let mut letter = letter(AGENT);
        (letter.auth, letter.kind) = (auth, kind);
        let mut context = context();
        context.author = Some(agent());
        context.recent.author = 100;
        context.referenced = vec![ticket(by_headers(), Status::Open)];
        assert_eq!(decide(&letter, &context).outcome.kind(), outcome, "{auth:?} {kind:?}");
    }
}

#[test]
fn ccs_are_people_once_each_without_support_addresses_and_author_and_within_the_limit() {
    let mut letter = letter(HANA);
    letter.to = vec![mailbox(SUPPORT), mailbox(COLLEAGUE), mailbox(HANA)];
    letter.cc = vec![mailbox(COLLEAGUE), mailbox(STRANGER), mailbox("fourth@customer.example")];
    let mut context = context();
    let ccs = |context: &desk::Context| match decide(&letter, context).outcome {
        Outcome::NewTicket(plan) => plan.ccs,
        other => panic!("{other:?}"),
    };
    assert_eq!(ccs(&context), [COLLEAGUE, STRANGER, "fourth@customer.example"].map(mailbox));
    context.max_ccs = 2;
    assert_eq!(ccs(&context), [COLLEAGUE, STRANGER].map(mailbox));
    context.max_ccs = 0;
    assert_eq!(ccs(&context), []);
}

#[test]
fn a_sender_who_may_be_another_is_shown_with_a_warning_that_says_why() {
    for (auth, author, from_is_author, spoof) in [
        (AuthVerdict::Pass, None, true, None),
        (AuthVerdict::Unknown, None, true, None),
        (AuthVerdict::Unknown, None, false, None),
        (AuthVerdict::Fail, None, true, Some(Doubt::SenderFailed)),
        (AuthVerdict::Fail, Some(agent()), true, Some(Doubt::SenderFailed)),
        (AuthVerdict::Unknown, Some(agent()), true, Some(Doubt::StaffUnproved)),
        (AuthVerdict::Pass, Some(agent()), true, None),
        (AuthVerdict::Pass, Some(agent()), false, Some(Doubt::StaffInReplyTo)),
        (AuthVerdict::Pass, Some(hana()), false, None),
    ] {
        let mut letter = letter(AGENT);
        letter.auth = auth;
        let mut context = context();
        context.author.clone_from(&author);
        context.from_is_author = from_is_author;
        let Outcome::NewTicket(plan) = decide(&letter, &context).outcome else { panic!("{auth:?}") };
        assert_eq!(plan.comment.spoof, spoof, "{auth:?} {author:?}");
    }
}

#[test]
fn all_signals_are_kept_as_the_answer_to_why_here() {
    let mut context = context();
    context.author = Some(hana());
    context.referenced = vec![ticket(by_token(), Status::Open), ticket(by_headers(), Status::Open)];
    assert_eq!(decide(&letter(HANA), &context).signals, [by_token(), by_headers()]);
}

fn any_letter() -> impl Strategy<Value = mail::Letter> {
    let who = prop_oneof![
        Just(None),
        prop::sample::select(&[HANA, STRANGER, AGENT, COLLEAGUE, SUPPORT, "postmaster@x.example"][..])
            .prop_map(Some)
    ];
    let kinds = [Kind::Ordinary, Kind::Automatic, Kind::OutOfOffice, Kind::Bounce, Kind::Bulk, Kind::Receipt];
    let broken = [None, Some(Unreadable::Empty), Some(Unreadable::NoHeaders), Some(Unreadable::NoMime)];
    let auths = [AuthVerdict::Pass, AuthVerdict::Fail, AuthVerdict::Unknown];
    (
        who.clone(),
        who.clone(),
        prop::collection::vec(who, 0..60),
        prop::sample::select(kinds.to_vec()),
        prop::sample::select(broken.to_vec()),
        prop::sample::select(auths.to_vec()),
        ".{0,40}",
    )
        .prop_map(|(from, reply_to, to, kind, unreadable, auth, text)| {
            let mut made = letter(HANA);
            made.from = from.map(mailbox);
            made.reply_to = reply_to.map(mailbox);
            made.cc = to.into_iter().flatten().map(mailbox).collect();
            (made.kind, made.unreadable, made.auth) = (kind, unreadable, auth);
            made.text.clone_from(&text);
            made.subject = text;
            made
        })
}

fn any_context() -> impl Strategy<Value = desk::Context> {
    let authors = vec![None, Some(hana()), Some(agent()), Some(colleague()), Some(stranger())];
    let referenced = (
        prop::sample::select(vec![by_token(), by_headers(), Signal::Token { ticket: TicketId(0) }]),
        prop::sample::select(Status::ALL),
        any::<bool>(),
    )
        .prop_map(|(signal, status, is_public)| {
            let mut made = ticket(signal, status);
            made.is_public = is_public;
            made.private_texts = vec!["secret words nobody may see".to_owned()];
            made
        });
    (
        any::<(bool, bool, bool, bool, bool)>(),
        prop::sample::select(authors),
        prop::collection::vec(referenced, 0..3),
        any::<(u16, u8, u16, u8, u16, bool)>(),
        0..50usize,
    )
        .prop_map(|((live, is_known, own, bounced, support), author, referenced, recent, max_ccs)| {
            let mut made = context();
            made.way = if live { Way::Live } else { Way::Import };
            made.known = is_known.then(known);
            made.own = own.then_some(OutboxId(1));
            made.bounced = bounced.then_some(Bounced { outbox: OutboxId(1), ticket: None });
            made.author_is_support_address = support;
            (made.author, made.referenced, made.max_ccs) = (author, referenced, max_ccs);
            let (author, ticket, mailbox, same, sent, trusted) = recent;
            made.recent = Recent {
                author: author.into(),
                ticket: ticket.into(),
                mailbox: mailbox.into(),
                same: same.into(),
                sent: sent.into(),
                trusted,
            };
            made
        })
}

proptest! {
    /// Invariants 1 and 2: one outcome for whatever comes, the same each time; and what was seen before makes nothing new.
    #[test]
    fn whatever_comes_has_one_outcome_and_what_is_known_makes_nothing_new(letter in any_letter(), context in any_context()) {
        let decision = decide(&letter, &context);
        prop_assert_eq!(&decision, &decide(&letter, &context));
        prop_assert!(!decision.reason.is_empty());
        let kind = decision.outcome.kind();
        let makes = [OutcomeKind::NewTicket, OutcomeKind::Reply, OutcomeKind::FollowUp, OutcomeKind::Unreadable];
        if context.known.is_some() || context.own.is_some() {
            prop_assert!(!makes.contains(&kind), "{:?}", decision);
        }
        let (ccs, author) = match &decision.outcome {
            Outcome::NewTicket(plan) | Outcome::Unreadable(plan) | Outcome::FollowUp { plan, .. } => (&plan.ccs, true),
            Outcome::Reply { add_ccs, .. } => (add_ccs, true),
            _ => return Ok(()),
        };
        // Invariant 6: a support address is never a person's.
        prop_assert!(author && ccs.iter().all(|person| person.address.as_str() != SUPPORT));
        prop_assert!(ccs.len() <= context.max_ccs);
    }

    /// A machine never reopens a ticket, never adds people to one, and what it makes is never answered.
    #[test]
    fn machines_change_nothing(letter in any_letter(), context in any_context()) {
        if !letter.kind.is_automatic() {
            return Ok(());
        }
        match decide(&letter, &context).outcome {
            Outcome::Reply { comment, status, add_ccs, .. } => {
                prop_assert!(comment.automatic && status.is_none() && add_ccs.is_empty());
            }
            Outcome::NewTicket(plan) | Outcome::Unreadable(plan) | Outcome::FollowUp { plan, .. } => {
                prop_assert!(plan.comment.automatic && plan.ccs.is_empty(), "{plan:?}");
            }
            _ => {}
        }
    }

    /// An agent's mail is never stopped; and only what goes to a ticket can be taken in with silence.
    #[test]
    fn the_loop_breaker_never_stops_an_agent_and_never_silences_a_bounce(letter in any_letter(), context in any_context()) {
        let decision = decide(&letter, &context);
        let is_agent = context.author.as_ref().is_some_and(|person| person.role.is_staff());
        if is_agent && letter.auth == AuthVerdict::Pass && !letter.kind.is_automatic() {
            prop_assert!(matches!(decision.flood, Verdict::Calm | Verdict::Quiet(_)));
        }
        if matches!(decision.outcome, Outcome::Bounce(_) | Outcome::Duplicate(_) | Outcome::OwnMail(_)) {
            prop_assert_eq!(decision.flood, Verdict::Calm);
        }
    }
}
