//! Addresses that another mail server forwards to us, the desk's own way out, and moving an address from forwarding to the
//! Exchange connector and back (connector.md B11).
//!
//! From the moment a move begins until well after it ends both ways may bring mail: what comes twice is a duplicate, what comes
//! once by either is a ticket. Mail goes out by one way only at any time, the one that the connection stands for.

use std::sync::Arc;
use std::time::Duration;

use desk::{AddressId, ConnectionId, Language, PersonId};
use jiff::{SignedDuration, Timestamp};
use mail::Mailbox;
use store::{
    Connection, ConnectionState, ExchangeAccount, Kind, LeftOver, NewOutbox, OutboxRow, Purpose, StateCause,
    SupportAddress, Tokens, Tx, Urgency,
};

use crate::held::Held;
use crate::{Actor, Engine, Error, Result, texts};

/// How long mail by SMTP is still taken for an address that has moved to the connector.
const STILL_TAKEN: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How far before the last forwarded mail the mailbox is read from: clocks differ, and mail may overtake mail.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// Tries to be alone with a connection, and the pause between two.
const TURNS: u32 = 200;
const TURN: Duration = Duration::from_millis(25);

/// Mail by SMTP, in and out.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Where other servers hand mail over; `None`: nowhere.
    pub door: Option<Door>,
    /// The server that takes our mail; `None`: mail of forwarding addresses waits, and the desk has no way out of its own.
    pub way_out: Option<Arc<smtp::Sender>>,
    /// Whom the desk's own mail is from.
    pub from: Option<Mailbox>,
    /// Pause after the first try that failed for now; it doubles each time.
    pub first_pause: SignedDuration,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self { door: None, way_out: None, from: None, first_pause: SignedDuration::from_mins(1) }
    }
}

/// Where other servers hand mail over.
#[derive(Debug, Clone)]
pub struct Door {
    /// The name that they find us by, and that we call ourselves.
    pub hostname: String,
    /// The port that they use, for people.
    pub port: u16,
    /// What is allowed.
    pub limits: smtp::Limits,
    /// STARTTLS.
    pub tls: Option<smtp::Tls>,
}

/// A forwarding address, or one being moved, as its pages show it.
#[derive(Debug, Clone)]
pub struct ForwardingView {
    /// The address.
    pub address: SupportAddress,
    /// Name and port that the other server must forward to; `None`: the listener is not switched on.
    pub door: Option<(String, u16)>,
    /// The desk can send by itself, so a test mail can be sent.
    pub way_out: bool,
    /// Mails that came by SMTP so far.
    pub came: u64,
    /// What still stands in the way of giving up the Exchange connection.
    pub left_over: LeftOver,
    /// The mailbox has been read once more after the forwarding was seen to work.
    pub read_after_proof: bool,
}

impl ForwardingView {
    /// True when a move to forwarding may be confirmed with nothing left behind.
    pub fn may_leave_exchange(&self) -> bool {
        let proved = self.address.connection.moving.is_some_and(|moving| moving.proved_at.is_some());
        let clean = self.left_over == LeftOver::default() && self.read_after_proof;
        // A mailbox that cannot be reached can be waited for for ever.
        proved && (clean || !self.address.connection.state.works())
    }
}

/// The desk's own way out, as its page shows it.
#[derive(Debug, Clone)]
pub struct WayOutView {
    /// Its connection, once there is one.
    pub connection: Option<Connection>,
    /// Name and port of the server; `None`: none is configured.
    pub server: Option<String>,
    /// Whom its mail is from.
    pub from: Option<Mailbox>,
    /// Where other servers hand mail over.
    pub door: Option<(String, u16)>,
    /// The newest test mails, newest first.
    pub tests: Vec<OutboxRow>,
}

/// At the start: the desk's own connection is there when a way out is configured, and is tried anew whatever it was.
pub(crate) async fn prepare_way_out(engine: &Engine) -> Result<()> {
    let (store, smtp) = (&engine.inner.store, &engine.inner.settings.smtp);
    let known = store.system_connection().await?;
    let tx = store.begin(engine.now()).await?;
    match (&smtp.way_out, known) {
        (Some(_), None) => {
            tx.ensure_system_connection().await?;
        }
        (Some(_), Some(known)) if !known.state.works() => {
            tx.set_state(known.id, ConnectionState::Verified, None).await?;
        }
        (None, Some(known)) => {
            let cause = StateCause { code: "smtp_not_configured".to_owned(), ..StateCause::default() };
            tx.set_state(known.id, ConnectionState::NeedsAdministrator, Some(&cause)).await?;
        }
        _ => return Ok(()),
    }
    Ok(tx.commit().await?)
}

impl Engine {
    /// A forwarding address or one on the move. Admins. Asks nobody outside.
    pub async fn forwarding(&self, actor: &Actor, id: AddressId) -> Result<ForwardingView> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let address = store.support_address(id).await?;
        let connection = &address.connection;
        let proved_at = connection.moving.and_then(|moving| moving.proved_at);
        Ok(ForwardingView {
            door: self.door(),
            way_out: self.inner.settings.smtp.way_out.is_some(),
            came: store.handed_in(connection.id).await?,
            left_over: store.left_over(connection.id).await?,
            read_after_proof: proved_at
                .is_some_and(|at| connection.last_read_at.is_some_and(|read| read > at)),
            address,
        })
    }

    /// Name and port that other servers hand mail over at. `None`: the listener is not switched on.
    pub fn door(&self) -> Option<(String, u16)> {
        self.inner.settings.smtp.door.as_ref().map(|door| (door.hostname.clone(), door.port))
    }

    /// The desk's own way out. Admins.
    pub async fn way_out(&self, actor: &Actor) -> Result<WayOutView> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let smtp = &self.inner.settings.smtp;
        let connection = store.system_connection().await?;
        let tests = match &connection {
            Some(connection) => store.test_mails(connection.id, 5).await?,
            None => Vec::new(),
        };
        Ok(WayOutView {
            connection,
            server: smtp.way_out.as_ref().map(|sender| sender.server()),
            from: smtp.from.clone(),
            door: self.door(),
            tests,
        })
    }

    /// Sends a test mail by the desk's own way out to the administrator who asks. Admins.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when none is configured.
    pub async fn send_test_mail(&self, actor: &Actor) -> Result<()> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let from = self.inner.settings.smtp.from.as_ref().ok_or(Error::NoWayOut)?;
        let connection = store.system_connection().await?.ok_or(Error::NoWayOut)?;
        let language = actor.person.language.unwrap_or(Language::En);
        let (subject, text) = texts::way_out_test(language, &self.inner.settings.public_url);
        let to = Mailbox { name: actor.person.name.clone(), address: actor.person.email.clone() };
        let new = own_mail(connection.id, from, to, subject, text);
        let tx = store.begin(self.now()).await?;
        tx.enqueue(&new).await?;
        Ok(tx.commit().await?)
    }

    /// Sends a test mail to a forwarding address, or to one on its way to it, by the desk's own way out: when it is handed over to us
    /// by SMTP, the forwarding works (zendesk.md 4.2). Nothing happens while one is on its way. Admins.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when none is configured.
    pub async fn verify_forwarding(&self, actor: &Actor, id: AddressId) -> Result<()> {
        actor.must_be_admin()?;
        crate::proof::start(self, id, false).await?;
        Ok(())
    }

    /// Begins the move of an address to the other kind of connection: from now on both ways may bring mail. Harmless when
    /// it has begun. Admins.
    pub async fn begin_move(&self, actor: &Actor, id: AddressId) -> Result<()> {
        actor.must_be_admin()?;
        let address = self.inner.store.support_address(id).await?;
        let to = match address.connection.kind {
            Kind::Forwarding => Kind::Exchange,
            Kind::Exchange => Kind::Forwarding,
            Kind::System => return Err(Error::NotFound),
        };
        let tx = self.inner.store.begin(self.now()).await?;
        tx.plan_move(address.connection.id, Some(to)).await?;
        Ok(tx.commit().await?)
    }

    /// Gives a move up: everything stays as it was. Admins.
    pub async fn give_up_move(&self, actor: &Actor, id: AddressId) -> Result<()> {
        actor.must_be_admin()?;
        let address = self.inner.store.support_address(id).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.plan_move(address.connection.id, None).await?;
        Ok(tx.commit().await?)
    }

    /// Confirms the move of an address from the connector to forwarding. Admins.
    ///
    /// # Errors
    /// [`Error::NotYet`] while the forwarding has not been seen to work, or something is left in the mailbox.
    pub async fn confirm_forwarding(&self, actor: &Actor, id: AddressId) -> Result<()> {
        let view = self.forwarding(actor, id).await?;
        if !view.may_leave_exchange() {
            return Err(Error::NotYet);
        }
        let connection = view.address.connection.id;
        let reading = self.alone(&format!("receive:{connection}")).await?;
        let sending = match self.alone(&format!("send:{connection}")).await {
            Ok(sending) => sending,
            Err(busy) => {
                reading.release().await?;
                return Err(busy);
            }
        };
        let outcome = async {
            let tx = self.inner.store.begin(self.now()).await?;
            tx.check(reading.lease()).await?;
            tx.check(sending.lease()).await?;
            tx.move_to_forwarding(id, actor.person.id).await?;
            tx.commit().await?;
            Ok(())
        }
        .await;
        reading.release().await?;
        sending.release().await?;
        tracing::info!(address = %id, "moved from the connector to forwarding");
        outcome
    }

    /// A lease that no loop holds meanwhile, this process's own included; a piece of work that is in hand is waited for.
    async fn alone(&self, lease: &str) -> Result<Held> {
        let holder = hex::encode(rand::random::<[u8; 16]>());
        for _ in 0..TURNS {
            if let Some(held) = Held::claim_as(self, lease, &holder).await? {
                return Ok(held);
            }
            tokio::time::sleep(TURN).await;
        }
        Err(Error::NotYet)
    }

    /// Turns a forwarding address into one of the connector, once the account has been confirmed: the last step of a sign-in that was
    /// begun for such an address.
    pub(crate) async fn move_to_exchange(
        &self,
        address: &SupportAddress,
        account: &ExchangeAccount,
        tokens: &Tokens,
        microsoft_now: Timestamp,
        by: PersonId,
        also: impl AsyncFnOnce(&Tx) -> Result<()>,
    ) -> Result<()> {
        let connection = &address.connection;
        let sending = self.alone(&format!("send:{}", connection.id)).await?;
        let now = self.now();
        // Whatever came to the mailbox since the last forwarded mail has not been seen by us.
        let last = connection.last_forwarded_at.unwrap_or(connection.connected_at);
        let begun = connection.moving.map_or(now, |moving| moving.since);
        let read_from = last.min(begun).min(microsoft_now) - OVERLAP;
        let outcome = async {
            let tx = self.inner.store.begin(now).await?;
            tx.check(sending.lease()).await?;
            tx.move_to_exchange(address.id, account, tokens, read_from, now + STILL_TAKEN, by).await?;
            also(&tx).await?;
            Ok(tx.commit().await?)
        }
        .await;
        sending.release().await?;
        outcome
    }
}

/// A mail of the desk's own that proves something.
fn own_mail(
    connection: ConnectionId,
    from: &Mailbox,
    to: Mailbox,
    subject: String,
    text: String,
) -> NewOutbox {
    let unique = hex::encode(rand::random::<[u8; 16]>());
    NewOutbox {
        connection,
        address: None,
        purpose: Purpose::Proof,
        ticket: None,
        comment: None,
        trigger: None,
        urgency: Urgency::Answer,
        to: vec![to],
        cc: Vec::new(),
        subject,
        html: format!("<html><body>{}</body></html>", mail::html::from_text(&text)),
        text,
        message_id: mail::compose::mint_message_id(&unique, from.address.domain()),
        in_reply_to: None,
        references: Vec::new(),
        mark: hex::encode(rand::random::<[u8; 16]>()),
        attachments: Vec::new(),
    }
}
