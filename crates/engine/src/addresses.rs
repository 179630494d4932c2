//! Support addresses as the Admin Center lists them, and everything there is to say about one connection. Nothing here
//! asks Microsoft: a page about a broken mailbox opens when Microsoft does not answer.

use desk::{AddressId, BrandId, ConnectionId, Person};
use exchange::Permissions;
use jiff::{SignedDuration, Timestamp};
use store::{
    Account, AddressFilter, AddressQuery, BrandCount, Connection, Event, ExchangeAccount, Kind, Mode, Spent,
    SupportAddress, Today, Usage,
};

use crate::account::{AddressView, IMPORT_SHOWN};
use crate::{Actor, Checkup, Engine, Result};

/// Broken addresses named on top of the list; the rest is behind a filter.
const BROKEN_NAMED: u32 = 3;
/// Events shown of a connection.
const EVENTS: u32 = 40;
/// Request ids offered for Microsoft's support.
const REQUEST_IDS: usize = 10;
/// A refresh token that is not used dies after this time.
const REFRESH_TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Name under which the time of the last sweep is kept beside the cursors.
const SWEEP: &str = "sweep";
/// Scopes that a sign-in proves by having worked: answers leave them out.
const PROVED_BY_SIGN_IN: [&str; 3] = ["openid", "offline_access", "email"];
/// Roles of an application that acts by itself.
const ROLES: [&str; 2] = ["Mail.ReadWrite", "Mail.Send"];

/// A page of the list.
#[derive(Debug, Clone)]
pub struct AddressList {
    /// Addresses of this page.
    pub rows: Vec<AddressView>,
    /// How many match altogether.
    pub found: u64,
    /// Brands with their numbers.
    pub brands: Vec<BrandCount>,
    /// The first of those that somebody must mend.
    pub broken: Vec<AddressView>,
    /// How many of those there are.
    pub broken_count: u64,
    /// The default address.
    pub default: Option<SupportAddress>,
    /// The desk's own connection, where one is configured.
    pub system: Option<Connection>,
}

/// A permission and whether it is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// Microsoft's name for it.
    pub name: String,
    /// Granted?
    pub granted: bool,
}

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Calls in ten minutes.
    pub calls: u64,
    /// Bytes sent in five minutes.
    pub upload_bytes: u64,
    /// Messages a minute.
    pub messages_a_minute: u32,
    /// Recipients a day.
    pub recipients_a_day: u32,
}

/// Everything about one connection.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    /// The address, what waits, the import.
    pub view: AddressView,
    /// The permissions of its mode.
    pub permissions: Vec<Permission>,
    /// The ledger's account.
    pub account: Account,
    /// When the mailbox was last counted against the ledger by a sweep.
    pub swept_at: Option<Timestamp>,
    /// Mail of the reader's day.
    pub today: Today,
    /// Calls and bytes, as noted at the last reading.
    pub usage: Option<Usage>,
    /// Messages and recipients.
    pub spent: Spent,
    /// What may be spent.
    pub budgets: Budgets,
    /// When the sign-in ends unless it is used before; `None` where nobody signed in.
    pub sign_in_ends: Option<Timestamp>,
    /// Until when Microsoft announces new mail; `None` where the mailbox is asked instead.
    pub announced_until: Option<Timestamp>,
    /// When the registration's secret or certificate ends, as far as it is known and the connection needs it.
    pub registration_ends: Option<Timestamp>,
    /// What happened, newest first.
    pub events: Vec<Event>,
    /// Those who did it.
    pub people: Vec<Person>,
    /// The last check-up.
    pub checkup: Option<Checkup>,
    /// Request ids for Microsoft's support, newest first.
    pub request_ids: Vec<(Timestamp, String)>,
}

impl ConnectionView {
    /// Mail counted in the mailbox that the ledger cannot explain, by the last check-up that counted.
    pub fn unexplained(&self) -> Option<u64> {
        let findings = &self.checkup.as_ref()?.findings;
        findings.iter().rev().find_map(|finding| match &finding.fact {
            crate::Fact::LedgerComplete { .. } => Some(0),
            crate::Fact::LedgerTookIn { unexplained, .. } => Some(*unexplained),
            _ => None,
        })
    }
}

/// The permissions that an account needs in its mode.
pub(crate) fn wanted_permissions(account: &ExchangeAccount) -> Vec<Permission> {
    let of = |set: Permissions| set.names().iter().map(|name| (*name).to_owned()).collect();
    let names: Vec<String> = match (account.mode, &account.mailbox) {
        (Mode::AppOnly, _) => ROLES.map(str::to_owned).to_vec(),
        (Mode::Delegated, None) => of(Permissions::Own),
        (Mode::Delegated, Some(_)) => of(Permissions::Shared),
    };
    let has = |name: &str| {
        account
            .scopes
            .split_whitespace()
            .any(|scope| scope.rsplit('/').next().is_some_and(|short| short.eq_ignore_ascii_case(name)))
    };
    let granted = |name: &str| PROVED_BY_SIGN_IN.contains(&name) || has(name);
    names.into_iter().map(|name| Permission { granted: granted(&name), name }).collect()
}

impl Engine {
    /// A page of support addresses, with what is wrong anywhere. Admins.
    pub async fn find_addresses(&self, actor: &Actor, query: &AddressQuery) -> Result<AddressList> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let (rows, found) = store.find_addresses(query).await?;
        let wrong =
            AddressQuery { filter: AddressFilter::Broken, limit: BROKEN_NAMED, ..AddressQuery::default() };
        let (broken, broken_count) = store.find_addresses(&wrong).await?;
        Ok(AddressList {
            rows: self.views(rows).await?,
            found,
            brands: store.brand_counts().await?,
            broken: self.views(broken).await?,
            broken_count,
            default: store.default_address().await?,
            system: store.system_connection().await?,
        })
    }

    /// Addresses with what waits for them, in a fixed number of queries.
    pub(crate) async fn views(&self, addresses: Vec<SupportAddress>) -> Result<Vec<AddressView>> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let store = &self.inner.store;
        let ids: Vec<ConnectionId> = addresses.iter().map(|address| address.connection.id).collect();
        let (coming, going) = (store.waiting_in(&ids).await?, store.waiting_out(&ids).await?);
        let imports = store.imports(self.now() - IMPORT_SHOWN).await?;
        let view = |address: SupportAddress| {
            let connection = address.connection.id;
            AddressView {
                waiting_in: coming.get(&connection).copied().unwrap_or(0),
                waiting_out: going.get(&connection).copied().unwrap_or(0),
                import: imports.iter().find(|run| run.connection == connection).cloned(),
                address,
            }
        };
        Ok(addresses.into_iter().map(view).collect())
    }

    /// One address. Admins.
    pub async fn address(&self, actor: &Actor, id: AddressId) -> Result<AddressView> {
        actor.must_be_admin()?;
        let address = self.inner.store.support_address(id).await?;
        self.views(vec![address]).await?.pop().ok_or(crate::Error::NotFound)
    }

    /// The account's default address, where there is one. Admins.
    pub async fn default_address(&self, actor: &Actor) -> Result<Option<SupportAddress>> {
        actor.must_be_admin()?;
        Ok(self.inner.store.default_address().await?)
    }

    /// How many addresses there are, and how many of them somebody must mend. Admins.
    pub async fn count_addresses(&self, actor: &Actor) -> Result<(u64, u64)> {
        actor.must_be_admin()?;
        let brands = self.inner.store.brand_counts().await?;
        Ok(brands.iter().fold((0, 0), |(all, broken), one| (all + one.addresses, broken + one.broken)))
    }

    /// Connections with their addresses, to choose from. Admins.
    pub async fn mailboxes(&self, actor: &Actor) -> Result<Vec<(ConnectionId, String)>> {
        actor.must_be_admin()?;
        let names = self.inner.store.address_names().await?;
        Ok(names.into_iter().map(|(_, connection, address)| (connection, address)).collect())
    }

    /// Changes the name that customers see, and the brand of what comes from now on. Admins.
    pub async fn edit_address(&self, actor: &Actor, id: AddressId, name: &str, brand: BrandId) -> Result<()> {
        actor.must_be_admin()?;
        let name = crate::people::checked_name(name)?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.edit_address(id, &name, brand, Some(actor.person.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Everything about a connection; `midnight` is when the reader's day began. Admins.
    pub async fn connection_view(
        &self,
        actor: &Actor,
        id: AddressId,
        midnight: Timestamp,
    ) -> Result<ConnectionView> {
        let view = self.address(actor, id).await?;
        let (store, connection) = (&self.inner.store, &view.address.connection);
        let id = connection.id;
        let events = store.events(id, EVENTS).await?;
        let mut actors: Vec<_> = events.iter().filter_map(|event| event.actor).collect();
        let checkup = self.last_checkup(id).await?;
        actors.extend(checkup.as_ref().and_then(|checkup| checkup.asked_by));
        actors.sort_unstable();
        actors.dedup();
        let settings = &self.inner.settings;
        let announced = store.subscription(id).await?.filter(|there| there.is_trusted(self.now()));
        let registration_ends = match connection.kind {
            Kind::Exchange => self.registration_expiry().await?,
            _ => None,
        };
        Ok(ConnectionView {
            permissions: connection.account.as_ref().map(wanted_permissions).unwrap_or_default(),
            account: store.ledger_account(Some(id)).await?,
            swept_at: store.cursor(id, SWEEP).await?.map(|cursor| cursor.round_started_at),
            today: store.today(id, midnight).await?,
            usage: store.usage(id).await?,
            spent: store.spent(id, self.now()).await?,
            budgets: Budgets {
                calls: 10_000,
                upload_bytes: 150_000_000,
                messages_a_minute: settings.messages_a_minute,
                recipients_a_day: settings.recipients_a_day,
            },
            sign_in_ends: sign_in_ends(connection),
            announced_until: announced.map(|there| there.expires_at),
            registration_ends,
            people: store.people(&actors).await?,
            request_ids: request_ids(&events, checkup.as_ref()),
            events,
            checkup,
            view,
        })
    }
}

/// When a person must sign in again at the latest, unless the desk uses the sign-in before; it does at every hour.
fn sign_in_ends(connection: &Connection) -> Option<Timestamp> {
    let account = connection.account.as_ref().filter(|_| connection.kind == Kind::Exchange)?;
    let given = account.refreshed_at.filter(|_| account.mode == Mode::Delegated)?;
    given.checked_add(REFRESH_TOKEN_LIFE).ok()
}

fn request_ids(events: &[Event], checkup: Option<&Checkup>) -> Vec<(Timestamp, String)> {
    let of_events = events.iter().filter_map(|event| Some((event.at, event.request_id.clone()?)));
    let of_checkup = checkup.into_iter().flat_map(|checkup| {
        let at = checkup.started_at.unwrap_or(checkup.asked_at);
        checkup.findings.iter().filter_map(move |finding| match &finding.fact {
            crate::Fact::Refused { request_id: Some(id), .. } => Some((at, id.clone())),
            _ => None,
        })
    });
    let mut ids: Vec<_> = of_events.chain(of_checkup).collect();
    ids.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut named = std::collections::HashSet::new();
    ids.retain(|(_, id)| named.insert(id.clone()));
    ids.truncate(REQUEST_IDS);
    ids
}
