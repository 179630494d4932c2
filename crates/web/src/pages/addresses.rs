//! Support addresses: the list by brand, one in detail, deleting, choosing the default.

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::AddressId;
use desk::decide::OutcomeKind;
use engine::{Actor, AddressView, MadeDefault};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{Account, ConnectionState, ImportRun, LedgerQuery, NotDefault, Proof};

use crate::app::App;
use crate::explain::ADDRESSES;
use crate::failure::Failure;
use crate::page::{Answer, Page, show};
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

/// Topics of pages that show addresses and imports.
const TOPICS: &str = "addresses,import:";

#[derive(Template)]
#[template(path = "addresses.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) brands: Vec<(String, Vec<AddressView>)>,
    pub(crate) broken: Vec<AddressView>,
    pub(crate) default: Option<String>,
    pub(crate) connected: bool,
    pub(crate) proving: bool,
}

/// What has just happened, for the notice on top.
#[derive(Debug, Deserialize)]
pub(crate) struct Notice {
    #[serde(default)]
    done: String,
}

pub(crate) async fn list(State(app): State<App>, reader: Reader, Query(notice): Query<Notice>) -> Answer {
    let page = Page::live(&app, &reader, TOPICS).await?;
    let views = app.engine.addresses(&reader.actor()?).await?;
    let broken = views.iter().filter(|view| !view.address.connection.state.works()).cloned().collect();
    let default =
        views.iter().find(|view| view.address.is_default).map(|view| view.address.address.to_string());
    let (connected, proving) = (notice.done == "connected", notice.done == "proving");
    show(&ListPage { page, brands: by_brand(views), broken, default, connected, proving })
}

fn by_brand(views: Vec<AddressView>) -> Vec<(String, Vec<AddressView>)> {
    let mut brands: Vec<(String, Vec<AddressView>)> = Vec::new();
    for view in views {
        match brands
            .iter_mut()
            .find(|(_, of_brand)| of_brand.first().map(|v| v.address.brand) == Some(view.address.brand))
        {
            Some((_, of_brand)) => of_brand.push(view),
            None => brands.push((view.address.brand_name.clone(), vec![view])),
        }
    }
    brands
}

/// Why an address cannot become the default just now, for its page; empty when it can. Mail that lets people in leaves from
/// the default, so an unproved one could lock everybody out.
fn why_not_default(page: &Page, view: &AddressView) -> String {
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
fn default_offered(page: &Page, view: &AddressView) -> bool {
    !matches!(view.address.connection.may_be_default(page.now()), Err(NotDefault::Broken))
        && !matches!(view.address.connection.proof, Proof::UnderWay { then_default: true, .. })
}

/// How far an import has come, in whole percent; `None` before the mailbox has been listed.
fn percent(run: &ImportRun) -> Option<u32> {
    let found = run.found?;
    (run.done.min(found) * 100).checked_div(found).or(Some(100))
}

impl ListPage {
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

fn state_class(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Verified => "good",
        ConnectionState::Delayed => "wait",
        _ => "bad",
    }
}

#[derive(Template)]
#[template(path = "address.html")]
pub(crate) struct DetailsPage {
    pub(crate) page: Page,
    pub(crate) view: AddressView,
    pub(crate) account: Account,
    pub(crate) cause: String,
    pub(crate) next: String,
}

pub(crate) async fn details(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, TOPICS).await?;
    let view = find(&app, &actor, id).await?;
    let connection = &view.address.connection;
    let query = LedgerQuery { connection: Some(connection.id), limit: 1, ..LedgerQuery::default() };
    let (account, _) = app.engine.ledger(&actor, &query).await?;
    let (cause, next) = wording::state_help(page.t, connection.state, connection.cause.as_ref());
    show(&DetailsPage { page, view, account, cause, next })
}

impl DetailsPage {
    fn state(&self) -> String {
        wording::state(self.page.t, self.view.address.connection.state)
    }

    fn state_class(&self) -> &'static str {
        state_class(self.view.address.connection.state)
    }

    fn outcome(&self, outcome: &OutcomeKind) -> String {
        wording::outcome(self.page.t, Some(*outcome))
    }

    fn why_not_default(&self) -> String {
        why_not_default(&self.page, &self.view)
    }

    fn default_offered(&self) -> bool {
        default_offered(&self.page, &self.view)
    }

    fn proof(&self) -> Proof {
        self.view.address.connection.proof
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
    let view = find(&app, &actor, id).await?;
    if view.address.is_default {
        return Err(Failure::Engine(engine::Error::DefaultAddress));
    }
    let others = app.engine.addresses(&actor).await?;
    let default =
        others.into_iter().find(|view| view.address.is_default).map(|view| view.address.address.to_string());
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

/// One address as its page shows it.
async fn find(app: &App, actor: &Actor, id: AddressId) -> Result<AddressView, Failure> {
    let views = app.engine.addresses(actor).await?;
    views.into_iter().find(|view| view.address.id == id).ok_or(Failure::Engine(engine::Error::NotFound))
}
