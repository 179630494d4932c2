//! The loop breaker: how much mail an hour takes before the desk stops answering it by itself, and before it stops
//! taking it in. It trusts no header, for two robots that write to each other may strip every one of them.
//!
//! A loop lives on mail that *we* send by ourselves. So it is ended by falling silent, and nothing is lost by that: the mail
//! becomes a ticket or a comment as ever. Only an author, and a ticket, that go on all the same wait in the suspended queue. What
//! an agent writes is sent in every case.
//!
//! | counted within an hour | silent from | suspended from | rejected from |
//! | --- | --- | --- | --- |
//! | mails of one author (zendesk.md 5.3) | | 20 | 40 |
//! | the same, author on the allowlist | | 200 | 400 |
//! | the same, a genuine member of the staff | 20 | | |
//! | mails to one ticket, whoever wrote them | 20 | 60 | |
//! | mails that read the same, whoever wrote them | 10 | | |
//! | new tickets of a mailbox, for an author whom the desk has not seen before | 100 | | |
//! | new tickets of a mailbox, for everybody | 500 | | |
//! | automatic mails of a mailbox | 1,000 | | |
//!
//! The last four stop a robot that has another address each time: it meets no window of its own.

use serde::{Deserialize, Serialize};

use crate::ticket::words;

/// Mails an hour of one author that are taken in.
pub const AUTHOR_ACCEPTED: u32 = 20;
/// Mails an hour of one author after which nothing is kept but the ledger row.
pub const AUTHOR_REJECTED: u32 = 40;
/// So much more may an author write whom the account's allowlist names.
pub const TRUSTED_TIMES: u32 = 10;
/// Mails an hour to one ticket after which nothing automatic is sent because of them.
pub const TICKET_QUIET: u32 = 20;
/// Mails an hour to one ticket after which they wait in the suspended queue.
pub const TICKET_SUSPENDED: u32 = 60;
/// Mails an hour that read the same after which nothing automatic is sent because of them.
pub const SAME_QUIET: u32 = 10;
/// New tickets an hour of one mailbox after which people not seen before get no receipt.
pub const MAILBOX_QUIET_STRANGERS: u32 = 100;
/// New tickets an hour of one mailbox after which nobody gets a receipt.
pub const MAILBOX_QUIET: u32 = 500;
/// Automatic mails an hour of one mailbox after which it sends no more of them.
pub const MAILBOX_SENT_QUIET: u32 = 1_000;
/// Counting further than this changes nothing.
pub const COUNTED_AT_MOST: u32 = MAILBOX_SENT_QUIET;

/// Letters a text needs before "it reads the same" means anything: "Thank you!" is written by everybody.
const TELLING: usize = 20;
/// Letters that are compared.
const COMPARED: usize = 2_000;

/// What came in within the last hour, this mail not counted. Old mail and mail that had waited while nobody read the mailbox
/// are not in it: no loop with us can have made them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recent {
    /// Mails of this author, whatever became of them.
    pub author: u32,
    /// Mails that went to the ticket this one refers to.
    pub ticket: u32,
    /// New tickets that mails to this mailbox made.
    pub mailbox: u32,
    /// Mails that read like this one ([`words_of`]).
    pub same: u32,
    /// Automatic mails that this mailbox was to send.
    pub sent: u32,
    /// The author is on the account's allowlist.
    pub trusted: bool,
}

impl Recent {
    /// As in an hour in which nobody wrote: for a mail that is looked at once more, whose own hour is over.
    pub fn calm(self) -> Self {
        Self { trusted: self.trusted, ..Self::default() }
    }
}

/// Who wrote, as far as the loop breaker cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A member of the staff by hand, and Exchange says that it is so.
    Staff,
    /// Somebody the desk knows.
    Known,
    /// Somebody the desk has not seen before.
    Unknown,
}

words! {
    /// Which window is full.
    Window {
        /// Too many mails of one author.
        Author = "author",
        /// Too many mails to one ticket.
        Ticket = "ticket",
        /// Too many new tickets or automatic mails of one mailbox.
        Mailbox = "mailbox",
        /// Too many mails that read the same.
        Same = "same",
    }
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Calm,
    /// The mail is taken in; nothing automatic is sent because of it.
    Quiet(Window),
    /// The mail waits in the suspended queue.
    Suspended(Window),
    /// Nothing of the mail is kept but the journal and the ledger row.
    Rejected(Window),
}

impl Verdict {
    /// The window, when one is full.
    pub fn window(self) -> Option<Window> {
        match self {
            Verdict::Calm => None,
            Verdict::Quiet(window) | Verdict::Suspended(window) | Verdict::Rejected(window) => Some(window),
        }
    }
}

/// Judges; the table above in code.
pub fn judge(recent: &Recent, writer: Writer) -> Verdict {
    let times = if recent.trusted { TRUSTED_TIMES } else { 1 };
    let staff = writer == Writer::Staff;
    match recent.author {
        author if author < AUTHOR_ACCEPTED * times => {}
        _ if staff => return Verdict::Quiet(Window::Author),
        author if author < AUTHOR_REJECTED * times => return Verdict::Suspended(Window::Author),
        _ => return Verdict::Rejected(Window::Author),
    }
    if recent.ticket >= TICKET_SUSPENDED && !staff {
        return Verdict::Suspended(Window::Ticket);
    }
    let strangers = writer == Writer::Unknown && recent.mailbox >= MAILBOX_QUIET_STRANGERS;
    if recent.ticket >= TICKET_QUIET {
        Verdict::Quiet(Window::Ticket)
    } else if recent.same >= SAME_QUIET {
        Verdict::Quiet(Window::Same)
    } else if strangers || recent.mailbox >= MAILBOX_QUIET || recent.sent >= MAILBOX_SENT_QUIET {
        Verdict::Quiet(Window::Mailbox)
    } else {
        Verdict::Calm
    }
}

/// What a mail reads like: letters only, in lower case, so that a counter, a date, a quote mark or another line length make no
/// difference. `None` where there is too little of it.
pub fn words_of(letter: &mail::Letter) -> Option<String> {
    let letters = letter.fresh.chars().filter(|c| c.is_alphabetic()).take(COMPARED);
    let words: String = letters.flat_map(char::to_lowercase).collect();
    (words.chars().count() >= TELLING).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Recent = Recent { author: 0, ticket: 0, mailbox: 0, same: 0, sent: 0, trusted: false };

    #[test]
    fn each_window_has_its_limits() {
        use Verdict::{Calm, Quiet, Rejected, Suspended};
        let author = |author| Recent { author, ..CALM };
        let trusted = |author| Recent { author, trusted: true, ..CALM };
        let ticket = |ticket| Recent { ticket, ..CALM };
        let mailbox = |mailbox| Recent { mailbox, ..CALM };
        let same = |same| Recent { same, ..CALM };
        let cases = [
            (author(19), Writer::Known, Calm),
            (author(20), Writer::Known, Suspended(Window::Author)),
            (author(39), Writer::Unknown, Suspended(Window::Author)),
            (author(40), Writer::Known, Rejected(Window::Author)),
            (author(u32::MAX), Writer::Known, Rejected(Window::Author)),
            (author(19), Writer::Staff, Calm),
            (author(u32::MAX), Writer::Staff, Quiet(Window::Author)),
            (trusted(199), Writer::Known, Calm),
            (trusted(200), Writer::Known, Suspended(Window::Author)),
            (trusted(400), Writer::Known, Rejected(Window::Author)),
            (ticket(19), Writer::Known, Calm),
            (ticket(20), Writer::Known, Quiet(Window::Ticket)),
            (ticket(60), Writer::Known, Suspended(Window::Ticket)),
            (ticket(u32::MAX), Writer::Staff, Quiet(Window::Ticket)),
            (same(9), Writer::Unknown, Calm),
            (same(10), Writer::Unknown, Quiet(Window::Same)),
            (mailbox(99), Writer::Unknown, Calm),
            (mailbox(100), Writer::Unknown, Quiet(Window::Mailbox)),
            (mailbox(499), Writer::Known, Calm),
            (mailbox(500), Writer::Known, Quiet(Window::Mailbox)),
            (Recent { sent: 999, ..CALM }, Writer::Known, Calm),
            (Recent { sent: 1_000, ..CALM }, Writer::Known, Quiet(Window::Mailbox)),
        ];
        for (recent, writer, verdict) in cases {
            assert_eq!(judge(&recent, writer), verdict, "{recent:?} {writer:?}");
        }
    }

    #[test]
    fn a_counter_a_date_and_quote_marks_do_not_make_another_text_and_short_ones_say_nothing() {
        let words = |text: &str| {
            let raw =
                format!("From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n");
            words_of(&mail::read(raw.as_bytes()))
        };
        let one = words("Your request no. 17 was received on 2026-11-27 at 10:15.\r\nWe come back to you.");
        assert_eq!(
            one,
            words("Your  request no. 4711 was received on 2027-01-01 at 9:00. We come back\r\nto you.")
        );
        assert!(one.is_some());
        assert_ne!(one, words("Your request was refused on 2026-11-27. We do not come back to you."));
        assert_eq!(words("Thank you!"), None);
        assert_eq!(words(&"1234567890 ".repeat(20)), None);
        assert!(words("お問い合わせありがとうございます。担当者より追ってご連絡いたします。").is_some());
    }
}
