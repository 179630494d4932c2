//! Mail that lets somebody in: invitations and forgotten passwords.
//!
//! It leaves from the default support address like all mail, through the outbox and before everything else. Where that
//! address cannot carry it, somebody would be locked out of the very desk in which the address is mended: so the row goes
//! over to the desk's own connection (`system`), at most once, and only while certainly nothing of it has left. What waited
//! at an address that was deleted goes over too; where the desk has no connection of its own, to the default address.
//!
//! What happens to a row when its connection is broken, gone, unproved, or has not sent it within
//! [`crate::Settings::account_mail_patience`]:
//!
//! | step | what may have happened | what is done |
//! | --- | --- | --- |
//! | `queued` | nothing | goes over, starts anew there |
//! | `drafting` | a draft may lie in the old mailbox | goes over; a draft that nobody sends harms nobody |
//! | `drafted` | a draft lies in the old mailbox; `send` was not called, or was refused for want of rights | goes over |
//! | `sending` | `send` may have been called | stays: the old connection finds out whether it left |
//! | `accepted` | it left, the copy has not been seen | stays |
//! | `sent`, `failed` | it is over | stays; whoever invited sees it |
//!
//! It is done under the sending lease of the connection that the row leaves: a worker that still has the row in hand is
//! refused at its next write, and it writes `sending` before it sends. So one row is delivered by one connection. (After a
//! power failure SQLite may have forgotten a `sending`; then, and only then, the mail can come twice, with the same link.)

use desk::{AddressId, ConnectionId, Language, Person};
use jiff::{SignedDuration, Timestamp};
use mail::Mailbox;
use sha2::{Digest as _, Sha256};
use store::{
    Connection, Lease, Link, LinkPurpose, NewOutbox, OutboxRow, Purpose, SupportAddress, Tx, Urgency,
};

use crate::{Engine, Result, texts};

/// How long a link is good for (zendesk.md 10).
pub(crate) const LINK_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// How long a link's row is kept afterwards, for the page that tells what became of an invitation.
const LINK_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Rows looked at in one go.
const BATCH: u64 = 200;

/// A link, freshly made: the only moment at which it can be read.
pub(crate) struct NewLink {
    /// The whole address.
    pub(crate) url: String,
    /// It is on its way by mail.
    pub(crate) mailed: bool,
}

/// The hash of a link's or token's secret part: what the database knows of it.
pub(crate) fn hash_of_secret(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// 256 bits as text for addresses and headers.
pub(crate) fn new_secret() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// By what an account mail leaves.
#[derive(Debug, Clone, PartialEq)]
struct Carrier {
    connection: ConnectionId,
    address: Option<AddressId>,
}

/// The default address where it works and has proved itself; else the desk's own connection; else the default address all
/// the same, in the hope that it will work again; else nothing.
fn carrier(addresses: &[SupportAddress], system: Option<&Connection>) -> Option<Carrier> {
    let default = addresses.iter().find(|address| address.is_default);
    let by_default =
        default.map(|address| Carrier { connection: address.connection.id, address: Some(address.id) });
    if default.is_some_and(|address| hindrance(Some(&address.connection)).is_none()) {
        return by_default;
    }
    let by_system = system.filter(|system| system.state.works());
    by_system.map(|system| Carrier { connection: system.id, address: None }).or(by_default)
}

/// Why account mail is better not left to a connection.
fn hindrance(connection: Option<&Connection>) -> Option<&'static str> {
    match connection {
        None => Some("connection_gone"),
        Some(connection) if !connection.state.works() => Some("connection_broken"),
        Some(connection) if connection.proved_at.is_none() => Some("connection_unproved"),
        Some(_) => None,
    }
}

impl Engine {
    /// Makes a link for a person and puts the mail that carries it into the outbox, in the caller's transaction. Where no
    /// connection could carry it the link is made all the same, for an administrator to hand over.
    pub(crate) async fn send_link(
        &self,
        tx: &Tx,
        person: &Person,
        purpose: LinkPurpose,
        made_by: Option<&Person>,
        language: Language,
    ) -> Result<NewLink> {
        let system = self.inner.store.system_connection().await?;
        let carrier = carrier(&tx.support_addresses().await?, system.as_ref());
        let secret = new_secret();
        let url = self.link_url(&secret);
        let outbox = match carrier {
            Some(carrier) => {
                let letter = Letter {
                    language: person.language.unwrap_or(language),
                    purpose,
                    name: &person.name,
                    inviter: made_by.map_or("", |person| &person.name),
                    desk: &self.inner.settings.public_url,
                    link: &url,
                };
                Some(tx.enqueue(&self.account_mail(&carrier, person, &letter)).await?)
            }
            None => None,
        };
        tx.add_link(&self.account_link(tx, person, purpose, made_by, &secret, outbox)).await?;
        Ok(NewLink { url, mailed: outbox.is_some() })
    }

    /// Makes a link that goes by no mail: an administrator hands it over.
    pub(crate) async fn make_link(
        &self,
        tx: &Tx,
        person: &Person,
        purpose: LinkPurpose,
        made_by: &Person,
    ) -> Result<String> {
        let secret = new_secret();
        tx.add_link(&self.account_link(tx, person, purpose, Some(made_by), &secret, None)).await?;
        Ok(self.link_url(&secret))
    }

    fn link_url(&self, secret: &str) -> String {
        format!("{}/password/{secret}", self.inner.settings.public_url)
    }

    fn account_link(
        &self,
        tx: &Tx,
        person: &Person,
        purpose: LinkPurpose,
        made_by: Option<&Person>,
        secret: &str,
        outbox: Option<desk::OutboxId>,
    ) -> Link {
        Link {
            hash: hash_of_secret(secret),
            person: person.id,
            purpose,
            expires_at: tx.now + LINK_LASTS,
            created_at: tx.now,
            made_by: made_by.map(|person| person.id),
            outbox,
        }
    }

    fn account_mail(&self, carrier: &Carrier, to: &Person, letter: &Letter<'_>) -> NewOutbox {
        let host = url::Url::parse(&self.inner.settings.public_url).ok();
        let host = host.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or("postdesk".to_owned());
        let unique: [u8; 16] = rand::random();
        NewOutbox {
            connection: carrier.connection,
            address: carrier.address,
            purpose: Purpose::Account,
            ticket: None,
            comment: None,
            trigger: None,
            urgency: Urgency::Access,
            to: vec![Mailbox { name: to.name.clone(), address: to.email.clone() }],
            cc: Vec::new(),
            subject: crate::letter_out::one_line(&letter.subject()),
            text: letter.to_text(),
            html: letter.to_html(),
            message_id: mail::compose::mint_message_id(&hex::encode(unique), &host),
            in_reply_to: None,
            references: Vec::new(),
            mark: hex::encode(rand::random::<[u8; 16]>()),
            attachments: Vec::new(),
        }
    }

    /// Takes account mail that its connection cannot carry to the desk's own connection, and gives up what nobody can use
    /// any more. Run by the loops every few seconds; answers how many rows went over.
    pub async fn reroute_account_mail(&self) -> Result<usize> {
        let store = &self.inner.store;
        let waiting = store.account_mail_waiting(BATCH).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let system = store.system_connection().await?;
        let addresses = store.support_addresses().await?;
        // Where there is no connection of the desk's own, what waited at a deleted address can still leave by the default.
        let heir = carrier(&addresses, system.as_ref());
        let mut connections: Vec<Connection> =
            addresses.into_iter().map(|address| address.connection).collect();
        connections.extend(system.clone());
        let mut moved = 0;
        for row in &waiting {
            let now = self.now();
            let connection = connections.iter().find(|connection| connection.id == row.mail.connection);
            let dead = now.duration_since(row.created_at) > LINK_LASTS;
            let to = system.as_ref().filter(|system| system.state.works());
            let to = to.map(|system| Carrier { connection: system.id, address: None });
            let to = to.or_else(|| heir.clone().filter(|_| connection.is_none()));
            let to = to.filter(|to| to.connection != row.mail.connection);
            let why = because(connection, row, now, self.inner.settings.account_mail_patience);
            if dead || (to.is_some() && why.is_some()) {
                moved +=
                    usize::from(self.reroute_one(row, to.as_ref(), why.unwrap_or_default(), dead).await?);
            }
        }
        Ok(moved)
    }

    async fn reroute_one(
        &self,
        row: &OutboxRow,
        to: Option<&Carrier>,
        why: &str,
        dead: bool,
    ) -> Result<bool> {
        let from = row.mail.connection;
        // A lease is the process's: within it, this lock keeps the sender out.
        let here = self.inner.flights.sending.of(from);
        let Ok(_alone_here) = here.try_lock() else { return Ok(false) };
        let (store, settings) = (&self.inner.store, &self.inner.settings);
        let name = format!("send:{from}");
        let Some(lease) = store.claim(&name, &self.inner.holder, self.now(), settings.lease).await? else {
            return Ok(false);
        };
        let done = self.reroute_under(&lease, row, to, why, dead).await;
        store.release(&lease).await?;
        done
    }

    async fn reroute_under(
        &self,
        lease: &Lease,
        row: &OutboxRow,
        to: Option<&Carrier>,
        why: &str,
        dead: bool,
    ) -> Result<bool> {
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        let moved = match to {
            _ if dead => {
                tx.expire_account_mail(lease, row.mail.connection, now - LINK_LASTS).await?;
                false
            }
            Some(to) => {
                tx.reroute(lease, row.id, row.mail.connection, to.connection, to.address, why).await?
            }
            None => false,
        };
        tx.commit().await?;
        if moved {
            tracing::warn!(outbox = %row.id, from = %row.mail.connection, why, "account mail leaves by another connection");
        }
        Ok(moved)
    }

    /// Forgets links and mails that are good for nothing any more.
    pub(crate) async fn tidy_account_mail(&self) -> Result<()> {
        self.inner.store.forget_account_mail().await?;
        self.inner.store.prune_links(self.now() - LINK_KEPT).await?;
        Ok(())
    }
}

/// Why a row should leave its connection; `None`: it may stay.
fn because(
    connection: Option<&Connection>,
    row: &OutboxRow,
    now: Timestamp,
    patience: SignedDuration,
) -> Option<&'static str> {
    let slow = now.duration_since(row.created_at) > patience;
    hindrance(connection).or(slow.then_some("too_slow"))
}

/// What an account mail says.
struct Letter<'a> {
    language: Language,
    purpose: LinkPurpose,
    name: &'a str,
    inviter: &'a str,
    desk: &'a str,
    link: &'a str,
}

impl Letter<'_> {
    fn subject(&self) -> String {
        texts::account_subject(self.language, self.purpose)
    }

    /// What is said before the link, and after it.
    fn around(&self) -> (String, String) {
        texts::account_body(self.language, self.purpose, self.name, self.inviter, self.desk)
    }

    fn to_text(&self) -> String {
        let (before, after) = self.around();
        format!("{before}\n\n{}\n\n{after}\n", self.link)
    }

    /// One quiet card with a button. The link stands below once more, as text: some programs show no buttons.
    fn to_html(&self) -> String {
        let (before, after) = self.around();
        format!(
            "<html lang=\"{language}\"><body style=\"margin:0;padding:24px 12px;background:#f5f6f7\">\
             <div style=\"max-width:520px;margin:0 auto;padding:24px 28px;background:#ffffff;border:1px solid #e0e4e8;border-radius:8px;\
             font-family:sans-serif;font-size:15px;line-height:1.65;color:#1d2329\">{before}\
             <p style=\"margin:24px 0\"><a href=\"{link}\" style=\"display:inline-block;padding:10px 20px;border-radius:6px;\
             background:#1f6f6b;color:#ffffff;text-decoration:none;font-weight:bold\">{button}</a></p>\
             <div style=\"color:#5a646e;font-size:13px\">{after}\
             <p style=\"margin:12px 0 0;word-break:break-all\">{link}</p></div></div></body></html>",
            language = self.language.as_str(),
            before = mail::html::from_text(&before),
            after = mail::html::from_text(&after),
            button = texts::account_button(self.language, self.purpose),
            link = self.link,
        )
    }
}

/// What became of the mail that carries a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMail {
    /// It waits to be sent; `true`: behind a connection that is broken.
    Waiting(bool),
    /// It has left.
    Sent,
    /// It will not be sent, or came back.
    Failed,
    /// No mail carries it: an administrator hands it over.
    ByHand,
}

impl LinkMail {
    /// Of a link with its row, if it has one.
    pub(crate) fn of(row: Option<&OutboxRow>, connections: &[Connection]) -> Self {
        use store::Step;
        let Some(row) = row else { return Self::ByHand };
        match row.step {
            _ if row.bounce.is_some() => Self::Failed,
            Step::Failed => Self::Failed,
            Step::Accepted | Step::Sent => Self::Sent,
            Step::Queued | Step::Drafting | Step::Drafted | Step::Sending => {
                let works = connections.iter().any(|c| c.id == row.mail.connection && c.state.works());
                Self::Waiting(!works)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use desk::{BrandId, OutboxId};
    use store::{ConnectionState, Kind, Step};

    fn connection(id: i64, state: ConnectionState, proved: bool) -> Connection {
        let at = Timestamp::UNIX_EPOCH;
        Connection {
            id: ConnectionId(id),
            kind: Kind::Forwarding,
            account: None,
            state,
            state_since: at,
            cause: None,
            connected_at: at,
            last_read_at: None,
            last_sent_at: None,
            next_read_at: at,
            proved_at: proved.then_some(at),
            catching_up_since: None,
            moving: None,
            last_forwarded_at: None,
            forwarded_until: None,
            proof: store::Proof::Idle,
        }
    }

    fn default_address(connection: Connection) -> SupportAddress {
        SupportAddress {
            id: AddressId(9),
            address: mail::Address::parse("help@desk.test").unwrap(),
            name: "Help".to_owned(),
            brand: BrandId(1),
            brand_name: "Brand".to_owned(),
            is_default: true,
            connection,
        }
    }

    /// Who stands before the door must not wait behind a connection that is known not to work.
    #[test]
    fn account_mail_leaves_by_the_default_address_while_that_is_known_to_work() {
        use ConnectionState::{Delayed, NeedsSignIn, Verified};
        // (default: state, proved), (system: state), leaves by
        let cases = [
            (Some((Verified, true)), Some(Verified), Some(1)),
            (Some((Delayed, true)), Some(Verified), Some(1)),
            (Some((NeedsSignIn, true)), Some(Verified), Some(2)),
            (Some((Verified, false)), Some(Verified), Some(2)),
            (Some((NeedsSignIn, true)), Some(NeedsSignIn), Some(1)),
            (Some((NeedsSignIn, true)), None, Some(1)),
            (Some((Verified, false)), None, Some(1)),
            (None, Some(Verified), Some(2)),
            (None, None, None),
        ];
        for (default, system, expected) in cases {
            let addresses: Vec<_> = default
                .map(|(state, proved)| default_address(connection(1, state, proved)))
                .into_iter()
                .collect();
            let system = system.map(|state| connection(2, state, true));
            let chosen = carrier(&addresses, system.as_ref()).map(|carrier| carrier.connection.0);
            assert_eq!(chosen, expected, "{default:?} {system:?}");
        }
    }

    #[test]
    fn a_row_leaves_its_connection_when_that_is_broken_gone_unproved_or_too_slow() {
        let letter = Letter {
            language: Language::En,
            purpose: LinkPurpose::Reset,
            name: "Ann",
            inviter: "",
            desk: "http://desk.test",
            link: "http://desk.test/password/x",
        };
        let row = OutboxRow {
            id: OutboxId(1),
            mail: NewOutbox {
                connection: ConnectionId(1),
                address: None,
                purpose: Purpose::Account,
                ticket: None,
                comment: None,
                trigger: None,
                urgency: Urgency::Access,
                to: vec![],
                cc: vec![],
                subject: letter.subject(),
                text: letter.to_text(),
                html: letter.to_html(),
                message_id: mail::MessageId::parse("<a@b>").unwrap(),
                in_reply_to: None,
                references: vec![],
                mark: String::new(),
                attachments: vec![],
            },
            step: Step::Queued,
            draft: None,
            sent_message_id: None,
            files_up: 0,
            attempts: 0,
            sending_at: None,
            due_at: Timestamp::UNIX_EPOCH,
            created_at: Timestamp::UNIX_EPOCH,
            sent_at: None,
            last_error: None,
            bounce: None,
            answers: Vec::new(),
        };
        let patience = SignedDuration::from_mins(3);
        let soon = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(2);
        let late = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(4);
        let good = connection(1, ConnectionState::Verified, true);
        let broken = connection(1, ConnectionState::MailboxGone, true);
        let unproved = connection(1, ConnectionState::Verified, false);
        for (connection, now, expected) in [
            (Some(&good), soon, None),
            (Some(&good), late, Some("too_slow")),
            (Some(&broken), soon, Some("connection_broken")),
            (Some(&unproved), soon, Some("connection_unproved")),
            (None, soon, Some("connection_gone")),
        ] {
            assert_eq!(because(connection, &row, now, patience), expected);
        }
    }

    /// A name is what somebody typed: it must not become markup in a mail that everybody trusts.
    #[test]
    fn names_are_text_in_the_mail_and_the_link_stands_in_both_parts() {
        for language in [Language::En, Language::Ja] {
            for purpose in [LinkPurpose::Invitation, LinkPurpose::Reset] {
                let letter = Letter {
                    language,
                    purpose,
                    name: "<b>Ann</b>",
                    inviter: "Bob & Co",
                    desk: "http://desk.test",
                    link: "http://desk.test/password/x",
                };
                let (text, html) = (letter.to_text(), letter.to_html());
                assert!(text.contains("<b>Ann</b>") && text.contains("/password/x"), "{text}");
                assert!(!html.contains("<b>Ann"), "{html}");
                assert!(html.contains("href=\"http://desk.test/password/x\""), "{html}");
                assert!(!text.contains("account-"), "a text is missing: {text}");
            }
        }
    }
}
