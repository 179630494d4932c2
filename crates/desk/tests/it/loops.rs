//! Robots against the desk: whatever they do in an hour, the number of automatic mails that the desk sends is bounded.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;

use desk::decide::{Author, Context, Outcome};
use desk::flood::{
    AUTHOR_ACCEPTED, COUNTED_AT_MOST, MAILBOX_QUIET_STRANGERS, MAILBOX_SENT_QUIET, Recent, SAME_QUIET,
    Verdict, words_of,
};
use desk::ticket::Via;
use desk::trigger::{Effect, Event, EventComment, Trigger, run, standard};
use desk::{BrandId, Person, PersonId, Role, Status, Ticket, TicketId, TriggerId, decide};
use jiff::Timestamp;
use mail::Letter;
use proptest::prelude::*;

use crate::world::*;

/// A desk within one hour: what `decide` and the triggers make of mails, and what the loop breaker would count.
#[derive(Default)]
struct Hour {
    people: HashMap<String, Person>,
    tickets: Vec<Ticket>,
    authors: HashMap<String, u32>,
    to_ticket: HashMap<TicketId, u32>,
    words: HashMap<String, u32>,
    made: u32,
    sent: u32,
    triggers: Vec<Trigger>,
}

/// Automatic mails that one event can set off: one for each of the standard triggers, at most.
const OF_ONE_EVENT: u32 = 10;

impl Hour {
    fn new() -> Self {
        let triggers = (1..).zip(standard());
        let triggers = triggers.map(|(id, trigger)| Trigger { id: TriggerId(id), ..trigger }).collect();
        Self { triggers, ..Self::default() }
    }

    /// Takes a mail in; answers how many automatic mails it made the desk send.
    fn takes(&mut self, letter: &Letter, refers_to: Option<TicketId>) -> u32 {
        let from = letter.from.as_ref().unwrap().address.to_string();
        let context = self.context(letter, &from, refers_to);
        let decision = decide(letter, &context);
        *self.authors.entry(from).or_default() += 1;
        if let Some(words) = words_of(letter) {
            *self.words.entry(words).or_default() += 1;
        }
        let (before, ticket, comment, author) = match decision.outcome {
            Outcome::NewTicket(plan) | Outcome::FollowUp { plan, .. } | Outcome::Unreadable(plan) => {
                let author = self.person(&plan.requester);
                let ccs = plan.ccs.iter().map(|cc| self.person(&Author::New(cc.clone())).id).collect();
                let ticket = new_ticket(TicketId(self.tickets.len() as i64 + 1), author.id, ccs);
                self.made += 1;
                self.tickets.push(ticket.clone());
                (None, ticket, plan.comment, author)
            }
            Outcome::Reply { ticket, comment, status, add_ccs } => {
                let author = self.person(&comment.author);
                let ccs: Vec<_> = add_ccs.iter().map(|cc| self.person(&Author::New(cc.clone())).id).collect();
                let known = self.tickets.iter_mut().find(|known| known.id == ticket).unwrap();
                let before = known.clone();
                known.status = status.unwrap_or(known.status);
                known.ccs.extend(ccs);
                (Some(before), known.clone(), comment, author)
            }
            _ => return 0,
        };
        *self.to_ticket.entry(ticket.id).or_default() += 1;
        let event = Event {
            before,
            ticket,
            comment: Some(EventComment { public: comment.public, automatic: comment.automatic }),
            actor: author,
            via: Via::Email,
            quiet: matches!(decision.flood, Verdict::Quiet(_)),
        };
        let effects = run(&self.triggers, &event);
        let sent = effects.iter().filter(|effect| matches!(effect, Effect::Notify { .. })).count();
        let sent = u32::try_from(sent).unwrap();
        self.sent += sent;
        sent
    }

    fn context(&self, letter: &Letter, from: &str, refers_to: Option<TicketId>) -> Context {
        let author = self.people.get(from).cloned();
        let referenced = refers_to.and_then(|id| self.tickets.iter().find(|ticket| ticket.id == id));
        let counted = |n: Option<&u32>| n.copied().unwrap_or(0).min(COUNTED_AT_MOST);
        let recent = Recent {
            author: counted(self.authors.get(from)),
            ticket: counted(refers_to.and_then(|id| self.to_ticket.get(&id))),
            mailbox: self.made.min(COUNTED_AT_MOST),
            same: counted(words_of(letter).and_then(|words| self.words.get(&words))),
            sent: self.sent.min(COUNTED_AT_MOST),
            trusted: false,
        };
        let referenced = referenced.map(|known| desk::decide::Referenced {
            ticket: known.id,
            status: known.status,
            requester: known.requester,
            requester_addresses: Vec::new(),
            ccs: known.ccs.clone(),
            ..ticket(by_token(), Status::Open)
        });
        Context { author, recent, referenced: referenced.into_iter().collect(), ..context() }
    }

    fn person(&mut self, author: &Author) -> Person {
        match author {
            Author::Known(id) => self.people.values().find(|person| person.id == *id).unwrap().clone(),
            Author::New(mailbox) => {
                let id = self.people.len() as i64 + 1;
                let made = person(id, Role::EndUser, mailbox.address.as_str());
                self.people.entry(mailbox.address.to_string()).or_insert(made).clone()
            }
        }
    }
}

fn new_ticket(id: TicketId, requester: PersonId, ccs: Vec<PersonId>) -> Ticket {
    Ticket {
        id,
        brand: BrandId(1),
        address: None,
        subject: "Printer".to_owned(),
        status: Status::New,
        priority: None,
        requester,
        assignee: None,
        group: None,
        ccs,
        tags: Vec::new(),
        follows: None,
        merged_into: None,
        via: Via::Email,
        is_public: true,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn robot(from: &str, text: &str) -> Letter {
    let mut letter = letter(from);
    letter.auth = mail::AuthVerdict::Unknown;
    letter.fresh = text.to_owned();
    letter.text = text.to_owned();
    letter
}

/// A robot that answers every mail of the desk's. Answers how many it wrote before the desk gave it nothing more to answer.
fn answers_everything(mut mail: impl FnMut(u32) -> Letter, refers: bool) -> u32 {
    let mut hour = Hour::new();
    let mut written = 0;
    loop {
        let first = hour.tickets.first().map(|ticket| ticket.id).filter(|_| refers);
        written += 1;
        assert!(written < 5_000, "no end");
        if hour.takes(&mail(written), first) == 0 {
            return written;
        }
    }
}

#[test]
fn a_robot_that_strips_every_header_is_answered_twenty_times() {
    let written = answers_everything(|_| robot("robot@a.example", "Thank you."), false);
    assert_eq!(written, AUTHOR_ACCEPTED + 1);
}

#[test]
fn a_robot_with_another_address_each_time_is_known_by_what_it_says() {
    let words = "Your request was received. We will come back to you soon.";
    let written =
        answers_everything(|n| robot(&format!("robot{n}@a.example"), &format!("{words} No. {n}")), false);
    assert_eq!(written, SAME_QUIET + 1);
}

#[test]
fn a_robot_with_another_address_and_other_words_each_time_meets_the_mailboxs_window() {
    let word =
        |n: u32| n.to_string().bytes().map(|digit| char::from(b'a' + digit - b'0')).collect::<String>();
    let written = answers_everything(
        |n| {
            robot(
                &format!("robot{n}@a.example"),
                &format!("We have received it, word of the day: {}", word(n)),
            )
        },
        false,
    );
    assert_eq!(written, MAILBOX_QUIET_STRANGERS + 1);
}

/// Whoever knows the ticket's token may write into it from anywhere; the customer is not told, so that there is no loop.
#[test]
fn a_robot_with_another_address_each_time_that_quotes_our_token_is_not_answered() {
    let written = answers_everything(|n| robot(&format!("robot{n}@a.example"), "Thank you."), true);
    assert_eq!(written, 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Any mix of known, changing and copied addresses, of words, of tickets referred to.
    #[test]
    fn whatever_comes_within_an_hour_the_automatic_mails_are_bounded(
        mails in prop::collection::vec((0..60u32, 0..400u32, any::<u16>(), prop::option::of(0..400i64), any::<bool>()), 1_500..2_500)
    ) {
        let mut hour = Hour::new();
        for (n, (who, words, fresh, refers, copied)) in mails.into_iter().enumerate() {
            let from = if who < 20 { format!("r{who}@a.example") } else { format!("r{n}x{fresh}@a.example") };
            let mut letter = robot(&from, &format!("Words of the robot, and some more of them: {}", "ab".repeat(words as usize)));
            if copied {
                letter.cc = vec![mailbox("other@a.example"), mailbox(&format!("cc{fresh}@a.example"))];
            }
            hour.takes(&letter, refers.map(TicketId));
        }
        prop_assert!(hour.sent < MAILBOX_SENT_QUIET + OF_ONE_EVENT, "{} automatic mails", hour.sent);
        prop_assert!(hour.sent > 0);
    }
}
