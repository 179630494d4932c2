//! Support addresses: the list by brand, deleting, choosing the default.

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::{AddressId, BrandId};
use engine::{AddressList, AddressView, CaughtUpView, MadeDefault};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{AddressFilter, AddressQuery, ConnectionState, ImportRun, Kind, NotDefault, Proof};

use crate::app::App;
use crate::explain::ADDRESSES;
use crate::failure::Failure;
use crate::page::{Answer, Page, show};
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

/// Topics of pages that show addresses and imports.
pub(crate) const TOPICS: &str = "addresses,import:";
/// Addresses on one page.
pub(crate) const ROWS: u32 = 50;

/// Filter, place, and what has just happened.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    done: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    brand: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: String,
}

#[derive(Template)]
#[template(path = "addresses.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) list: AddressList,
    pub(crate) text: String,
    pub(crate) brand: Option<BrandId>,
    pub(crate) filter: AddressFilter,
    pub(crate) number: u32,
    pub(crate) connected: bool,
    pub(crate) proving: bool,
    pub(crate) caught_up: Vec<CaughtUpView>,
}

/// A brand's part of the page.
pub(crate) struct Group<'a> {
    id: BrandId,
    name: &'a str,
    addresses: u64,
    broken: u64,
    rows: &'a [AddressView],
}

pub(crate) async fn list(State(app): State<App>, reader: Reader, Query(wish): Query<Wish>) -> Answer {
    let page = Page::live(&app, &reader, TOPICS).await?;
    let number = wish.page.parse().unwrap_or(1_u32).clamp(1, 1_000_000);
    let query = AddressQuery {
        text: wish.q.trim().to_owned(),
        brand: wish.brand.parse().ok(),
        filter: parse_filter(&wish.state),
        offset: (number - 1) * ROWS,
        limit: ROWS,
    };
    let list = app.engine.find_addresses(&reader.actor()?, &query).await?;
    let (connected, proving) = (wish.done == "connected", wish.done == "proving");
    let caught_up = app.engine.caught_up(&reader.actor()?).await?;
    let AddressQuery { text, brand, filter, .. } = query;
    show(&ListPage { page, list, text, brand, filter, number, connected, proving, caught_up })
}

fn parse_filter(word: &str) -> AddressFilter {
    FILTERS.into_iter().find(|(_, known)| *known == word).map_or(AddressFilter::All, |(filter, _)| filter)
}

const FILTERS: [(AddressFilter, &str); 4] = [
    (AddressFilter::All, ""),
    (AddressFilter::Broken, "broken"),
    (AddressFilter::Delayed, "delayed"),
    (AddressFilter::Verified, "verified"),
];

/// Why an address cannot become the default just now, for its page; empty when it can. Mail that lets people in leaves from
/// the default, so an unproved one could lock everybody out.
pub(crate) fn why_not_default(page: &Page, view: &AddressView) -> String {
    let t = page.t;
    match view.address.connection.may_be_default(page.now()) {
        Ok(()) => String::new(),
        Err(NotDefault::Broken) => fl!(t, "default-needs-working"),
        Err(NotDefault::UnderWay) => match view.address.connection.proof {
            Proof::UnderWay { then_default: true, .. } => fl!(t, "proof-under-way-default"),
            _ => fl!(t, "proof-under-way"),
        },
        Err(NotDefault::Unproved) => fl!(t, "default-needs-proof"),
        Err(NotDefault::NotReturned) => fl!(t, "proof-not-returned"),
    }
}

/// Whether the wish for this default is offered: at once, or after a test mail that is sent for it.
pub(crate) fn default_offered(page: &Page, view: &AddressView) -> bool {
    !matches!(view.address.connection.may_be_default(page.now()), Err(NotDefault::Broken))
        && !matches!(view.address.connection.proof, Proof::UnderWay { then_default: true, .. })
}

/// How far an import has come, in whole percent; `None` before the mailbox has been listed.
pub(crate) fn percent(run: &ImportRun) -> Option<u32> {
    let found = run.found?;
    (run.done.min(found) * 100).checked_div(found).or(Some(100))
}

pub(crate) fn state_class(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Verified => "good",
        ConnectionState::Delayed | ConnectionState::Unproved => "wait",
        _ => "bad",
    }
}

impl ListPage {
    fn caught_up_line(&self, line: &CaughtUpView) -> String {
        wording::caught_up(self.page.t, line)
    }

    /// The rows by brand, in the order of the list.
    fn groups(&self) -> Vec<Group<'_>> {
        let rows = &self.list.rows;
        let of_brand = rows.chunk_by(|a, b| a.address.brand == b.address.brand);
        let group = |rows: &'_ [AddressView]| {
            let first = &rows.first()?.address;
            let count = self.list.brands.iter().find(|count| count.brand.id == first.brand)?;
            Some((first.brand, count.addresses, count.broken))
        };
        of_brand
            .filter_map(|rows| {
                let (id, addresses, broken) = group(rows)?;
                Some(Group { id, name: &rows[0].address.brand_name, addresses, broken, rows })
            })
            .collect()
    }

    fn is_searched(&self) -> bool {
        !self.text.is_empty() || self.brand.is_some() || self.filter != AddressFilter::All
    }

    /// All addresses of the account.
    fn all(&self) -> u64 {
        self.list.brands.iter().map(|count| count.addresses).sum()
    }

    fn filters(&self) -> Vec<(&'static str, String, bool)> {
        let name = |filter| match filter {
            AddressFilter::All => fl!(self.page.t, "filter-all"),
            AddressFilter::Broken => fl!(self.page.t, "filter-broken"),
            AddressFilter::Delayed => fl!(self.page.t, "filter-delayed"),
            AddressFilter::Verified => fl!(self.page.t, "filter-verified"),
        };
        FILTERS.into_iter().map(|(filter, word)| (word, name(filter), filter == self.filter)).collect()
    }

    fn pages(&self) -> u32 {
        u32::try_from(self.list.found.div_ceil(u64::from(ROWS))).unwrap_or(u32::MAX).max(1)
    }

    fn link(&self, number: u32) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.text.is_empty() {
            query.append_pair("q", &self.text);
        }
        if let Some(brand) = self.brand {
            query.append_pair("brand", &brand.to_string());
        }
        if let Some((_, word)) =
            FILTERS.into_iter().find(|(filter, word)| *filter == self.filter && !word.is_empty())
        {
            query.append_pair("state", word);
        }
        if number > 1 {
            query.append_pair("page", &number.to_string());
        }
        let query = query.finish();
        if query.is_empty() { ADDRESSES.to_owned() } else { format!("{ADDRESSES}?{query}") }
    }

    fn more_broken(&self) -> u64 {
        self.list.broken_count.saturating_sub(self.list.broken.len() as u64)
    }

    fn state(&self, view: &AddressView) -> String {
        wording::state(self.page.t, view.address.connection.state)
    }

    fn state_class(&self, view: &AddressView) -> &'static str {
        state_class(view.address.connection.state)
    }

    fn cause(&self, view: &AddressView) -> String {
        let connection = &view.address.connection;
        wording::state_help(self.page.t, connection.state, connection.cause.as_ref()).0
    }

    fn system_state(&self, system: &store::Connection) -> String {
        wording::state(self.page.t, system.state)
    }

    fn system_class(&self, system: &store::Connection) -> &'static str {
        state_class(system.state)
    }

    fn kind(&self, view: &AddressView) -> String {
        wording::kind(self.page.t, view.address.connection.kind)
    }

    fn can_reconnect(&self, view: &AddressView) -> bool {
        view.address.connection.kind == Kind::Exchange
    }

    fn why_not_default(&self, view: &AddressView) -> String {
        why_not_default(&self.page, view)
    }

    fn default_offered(&self, view: &AddressView) -> bool {
        default_offered(&self.page, view)
    }

    fn percent(&self, run: &ImportRun) -> Option<u32> {
        percent(run)
    }
}

#[derive(Template)]
#[template(path = "address_delete.html")]
pub(crate) struct DeletePage {
    pub(crate) page: Page,
    pub(crate) view: AddressView,
    pub(crate) default: Option<String>,
}

pub(crate) async fn ask_delete(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::of(&reader);
    let view = app.engine.address(&actor, id).await?;
    if view.address.is_default {
        return Err(Failure::Engine(engine::Error::DefaultAddress));
    }
    let default = app.engine.default_address(&actor).await?.map(|default| default.address.to_string());
    show(&DeletePage { page, view, default })
}

pub(crate) async fn delete(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    app.engine.delete_address(&reader.actor()?, id).await?;
    Ok(to(ADDRESSES))
}

pub(crate) async fn make_default(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<AddressId>,
) -> Answer {
    match app.engine.make_default(&reader.actor()?, id).await? {
        MadeDefault::Done => Ok(to(ADDRESSES)),
        MadeDefault::Proving => Ok(to(&format!("{ADDRESSES}?done=proving"))),
    }
}

/// Sends a test mail from the address to itself.
pub(crate) async fn prove(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    app.engine.prove(&reader.actor()?, id).await?;
    Ok(to(&format!("{ADDRESSES}/{id}")))
}
