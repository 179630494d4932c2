//! The believable company: who works there and which mails lie in its mailboxes.
//!
//! Deterministic: the same `now` gives the same bytes, so that a test or a picture made today is the one made tomorrow.
//! Where to change what: people in `company/people.rs`, what customers write in `company/english.rs` and
//! `company/japanese.rs`, mails with their own shape (bounces, newsletters, broken ones) in `company/special.rs` and
//! `company/automatic.rs`, how a mail becomes bytes in `company/write.rs`.

mod automatic;
mod correspondence;
mod dice;
mod dress;
mod english;
mod files;
mod japanese;
mod people;
mod quote;
mod special;
#[cfg(test)]
mod tests;
mod write;

use jiff::Timestamp;

/// A tenant's company.
pub struct Company {
    /// Entra tenant id.
    pub tenant_id: &'static str,
    /// Domain.
    pub domain: &'static str,
    /// Name.
    pub name: &'static str,
    /// Its accounts: people and team mailboxes.
    pub people: Vec<SeedPerson>,
    /// Mails, oldest first.
    pub mails: Vec<SeedMail>,
}

/// A person (or team mailbox) of the company.
pub struct SeedPerson {
    /// Object id (GUID).
    pub id: &'static str,
    /// UPN.
    pub upn: &'static str,
    /// Mail address; may differ from the UPN; empty for an account without a mailbox.
    pub mail: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Password for the form sign-in.
    pub password: &'static str,
    /// Display names of the well-known folders are localised by this language tag (`ja`, `en`).
    pub language: &'static str,
    /// Whether Exchange has a mailbox for it; without one Graph answers `MailboxNotEnabledForRESTAPI`.
    pub mailbox: bool,
}

/// A mail that lies in a mailbox from the start.
pub struct SeedMail {
    /// Mailbox address.
    pub mailbox: &'static str,
    /// Well-known folder name, e.g. `inbox`.
    pub folder: &'static str,
    /// Received at; never later than the `now` the company was made with.
    pub received: Timestamp,
    /// Read mark.
    pub read: bool,
    /// Categories.
    pub categories: Vec<&'static str>,
    /// Raw MIME.
    pub raw: Vec<u8>,
}

/// Makes the company. `now` is the newest mail's time; everything else follows from it and a fixed seed.
pub fn company(now: Timestamp) -> Company {
    let mut mails = correspondence::letters(now);
    mails.extend(special::letters(now));
    mails.extend(automatic::letters(now));
    mails.sort_by_key(|mail| mail.received);
    Company {
        tenant_id: "6d1c6f0e-6a0b-4b0e-9c53-8a2f7e41d9b7",
        domain: people::DOMAIN,
        name: people::COMPANY,
        people: people::staff(),
        mails,
    }
}
