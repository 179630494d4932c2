//! Words the tests are written in: a customer, an agent, a ticket, a letter.
#![expect(clippy::unwrap_used, reason = "tests")]

use desk::admission::Admission;
use desk::decide::{Context, Referenced, Signal, Way};
use desk::flood::Recent;
use desk::{AddressId, BrandId, Person, PersonId, Role, Status, TicketId};
use jiff::Timestamp;
use mail::{Address, AuthVerdict, Letter, Mailbox, MessageId};

pub const SUPPORT: &str = "support@example.com";
pub const HANA: &str = "hana@customer.example";
/// Another address of hers.
pub const HANA_AT_HOME: &str = "hana@home.example";
pub const STRANGER: &str = "stranger@elsewhere.example";
pub const COLLEAGUE: &str = "colleague@customer.example";
pub const AGENT: &str = "agent@example.com";

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn mailbox(text: &str) -> Mailbox {
    Mailbox { name: String::new(), address: address(text) }
}

pub fn person(id: i64, role: Role, email: &str) -> Person {
    Person { id: PersonId(id), name: email.to_owned(), email: address(email), role, language: None }
}

/// The requester of [`ticket`].
pub fn hana() -> Person {
    person(1, Role::EndUser, HANA)
}

/// A CC of [`ticket`].
pub fn colleague() -> Person {
    person(2, Role::EndUser, COLLEAGUE)
}

pub fn agent() -> Person {
    person(3, Role::Agent, AGENT)
}

/// A known customer who has nothing to do with [`ticket`].
pub fn stranger() -> Person {
    person(4, Role::EndUser, STRANGER)
}

/// An ordinary mail to the support address.
pub fn letter(from: &str) -> Letter {
    Letter {
        message_id: MessageId::parse("a@b.example"),
        from: Some(mailbox(from)),
        to: vec![mailbox(SUPPORT)],
        subject: "The printer is on fire".to_owned(),
        text: "Please help.".to_owned(),
        fresh: "Please help.".to_owned(),
        auth: AuthVerdict::Pass,
        unreadable: None,
        size: 100,
        content_key: "0".repeat(64),
        ..mail::read(b"")
    }
}

/// Live, nothing known about anything, one support address.
pub fn context() -> Context {
    Context {
        way: Way::Live,
        now: Timestamp::UNIX_EPOCH,
        address: AddressId(1),
        brand: BrandId(1),
        known: None,
        own: None,
        bounced: None,
        author: None,
        from_is_author: true,
        names_staff: false,
        author_is_support_address: false,
        support_addresses: vec![address(SUPPORT)],
        referenced: Vec::new(),
        recent: Recent::default(),
        awaiting: Vec::new(),
        shares_id: None,
        max_ccs: 48,
        admission: Admission::default(),
        staff_mail: desk::behalf::StaffMail::default(),
    }
}

pub fn by_token() -> Signal {
    Signal::Token { ticket: TicketId(7) }
}

pub fn by_headers() -> Signal {
    Signal::InReplyTo { id: MessageId::parse("ours@example.com").unwrap() }
}

/// Ticket 7: Hana's, her colleague on CC, assigned to nobody.
pub fn ticket(signal: Signal, status: Status) -> Referenced {
    Referenced {
        signal,
        also: Vec::new(),
        ticket: TicketId(7),
        status,
        requester: hana().id,
        requester_addresses: vec![address(HANA), address(HANA_AT_HOME)],
        assignee: None,
        ccs: vec![colleague().id],
        tags: vec!["printer".to_owned()],
        is_public: true,
        private_texts: Vec::new(),
    }
}
