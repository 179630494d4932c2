//! The believable company: who works there and which mails lie in its mailboxes. Deterministic.

use jiff::Timestamp;

/// A tenant's company.
pub struct Company {
    /// Entra tenant id.
    pub tenant_id: &'static str,
    /// Domain.
    pub domain: &'static str,
    /// Name.
    pub name: &'static str,
    /// People with mailboxes.
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
    /// Mail address; may differ from the UPN.
    pub mail: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Password for the form sign-in.
    pub password: &'static str,
    /// Display names of the well-known folders are localised by this language tag (`ja`, `en`).
    pub language: &'static str,
}

/// A mail that lies in a mailbox from the start.
pub struct SeedMail {
    /// Mailbox address.
    pub mailbox: &'static str,
    /// Well-known folder name, e.g. `inbox`.
    pub folder: &'static str,
    /// Received at.
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
    let _ = now;
    todo!()
}
